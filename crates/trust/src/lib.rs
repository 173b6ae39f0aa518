//! Certificates: chains, revocation, and what a certificate says of its holder.
//!
//! A signature says *this key signed*; this crate says whose key it is, whether its issuer is one of those
//! that the configuration names, and whether the certificate held at the moment in question. Which issuers,
//! and where revocation lists come from, is configuration: names and numbers of authorities change.
//! Whether the holder's *right* holds today is not in a certificate: that is the register's to say.

mod distrust;
mod holder;
mod known;
mod lists;
mod ocsp;
mod store;
pub mod tls;

pub use distrust::{Distrust, StoreError};
pub use holder::{Holder, holder, serial};
pub use lists::{ListRefusal, ListStanding, ListState};
pub use ocsp::{AnswerRefusal, AnswerStanding, AnswerStatus, CertId, Question};
pub use store::{Issuers, Purpose, TrustStore};
