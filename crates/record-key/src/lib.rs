//! Where the record's key is kept: in the operating system's key store, or in a file for servers and tests; and the
//! recovery key, printed once, that opens the record when the key store has lost the key.
//!
//! It serves the promise that every database of the pharmacy is encrypted. The record itself is left to `record`, which
//! takes a key; what a person is told, to the hosts. A reader may begin at [`Keeper`].

mod error;
mod groups;
mod keeper;
mod store;
mod wrapped;

pub use error::KeyError;
pub use groups::RecoveryKey;
pub use keeper::{Keeper, recovery_file};
pub use store::{FileStore, KeyStore, MemoryStore, SystemStore};
