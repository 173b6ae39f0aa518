//! XML signatures over bytes: sign with any signer, verify, and say what was covered.
//!
//! Knows Kanta's envelope of a signature (`hl7fi:signatureCollection` in the local header of a CDA document)
//! and XMLDSig, and nothing of document types or of who may sign: `trust` judges certificates, the caller
//! judges kinds. It works on bytes and never writes a document anew: a signature is text put into the
//! original. What is covered is the timestamp and the one `structuredBody`, never the header: that the
//! header says what the body says is for `cda` to check.
//!
//! Reference processing is its own, over a closed list of transform chains (those that the Prescription
//! Centre has accepted), and so is the canonical form, for the one case that is needed; the arithmetic is `ring`'s.

mod algorithm;
mod canonical;
mod chain;
mod draft;
mod envelope;
mod error;
mod keyed;
mod place;
mod sign;
mod signer;
pub mod software;
mod stylesheet;
mod verify;

pub use algorithm::HashAlgorithm;
pub use envelope::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_SIGNATURES};
pub use error::{Failure, SignError, VerifyError};
pub use keyed::{KeyedHash, Verifier};
pub use sign::{MAX_DOCUMENTS, Signing, sign, sign_many, sign_together};
pub use signer::{DigestToSign, SignatureKind, Signer, SignerError};
pub use verify::{Covered, Listed, Opened, Verified, verify};
