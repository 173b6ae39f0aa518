//! The way to the Prescription Centre: a [`Transport`], over TLS with a client certificate or simulated, and the three
//! exchanges of `kanta` upon it ([`CentreClient`]).
//!
//! A transport answers one question besides the answer itself: may the request have reached the Centre? The outbox
//! sends again in either case, because a document's identity makes that harmless; a person is told the truth.
//! This crate blocks. It must not be called on a thread of an asynchronous runtime.

mod client;
mod download;
mod presence;
mod public_files;
mod refusal;
mod simulated;
mod tls;
mod transport;

pub use client::{CentreClient, ClientError};
pub use download::{DownloadError, Downloads};
pub use presence::Presence;
pub use public_files::PublicFiles;
pub use refusal::TlsRefusal;
pub use simulated::Simulated;
pub use tls::{Timeouts, TlsTransport, TransportSetupError};
pub use transport::{Delivery, Transport, TransportError};
