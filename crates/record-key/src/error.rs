//! What can go wrong with the keeping of a key, each with a stable code for programs.

use thiserror::Error;

/// What can go wrong with the keeping of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The operating system's key store cannot be reached.
    #[error("the operating system's key store cannot be reached: {0}")]
    StoreUnavailable(String),
    /// The key store is there and does not open.
    #[error("the operating system's key store is locked")]
    StoreLocked,
    /// The key store did not keep what it was given.
    #[error("the key store did not keep the key")]
    NotKept,
    /// What the key store or the key file has is no key of 32 bytes.
    #[error("what is kept under the record's name is not a key")]
    NotAKey,
    /// There is no key yet and no record: it must be set up.
    #[error("the record has not been set up")]
    NotSetUp,
    /// There is a record or a backup, and its key is not in the key store.
    #[error("the key store has no key for this record")]
    Lost,
    /// There is a key or a record already.
    #[error("the record has been set up already")]
    AlreadySetUp,
    /// The file with the wrapped key is missing.
    #[error("the file with the wrapped key is missing")]
    RecoveryMissing,
    /// The file with the wrapped key is not one.
    #[error("the file with the wrapped key is damaged")]
    RecoveryDamaged,
    /// Groups of the recovery key that are mistyped, by their check characters, counted from 1.
    #[error("groups {0:?} of the recovery key are mistyped")]
    Mistyped(Vec<usize>),
    /// It is not 8 groups of 5 characters.
    #[error("a recovery key has 40 letters and digits, here are {0}")]
    Length(usize),
    /// Well typed, and another record's.
    #[error("the recovery key does not open this record's key")]
    WrongRecoveryKey,
    /// No random bytes could be had.
    #[error("no random bytes could be had")]
    NoRandomness,
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Disk(std::io::ErrorKind),
}

impl KeyError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            KeyError::StoreUnavailable(_) => "key-store-unavailable",
            KeyError::StoreLocked => "key-store-locked",
            KeyError::NotKept => "key-store-forgets",
            KeyError::NotAKey => "record-key-malformed",
            KeyError::NotSetUp => "record-not-set-up",
            KeyError::Lost => "record-key-lost",
            KeyError::AlreadySetUp => "record-set-up-already",
            KeyError::RecoveryMissing => "recovery-missing",
            KeyError::RecoveryDamaged => "recovery-damaged",
            KeyError::Mistyped(_) => "recovery-key-mistyped",
            KeyError::Length(_) => "recovery-key-length",
            KeyError::WrongRecoveryKey => "recovery-key-wrong",
            KeyError::NoRandomness => "no-randomness",
            KeyError::Disk(_) => "record-disk",
        }
    }
}

impl From<std::io::Error> for KeyError {
    fn from(error: std::io::Error) -> KeyError {
        KeyError::Disk(error.kind())
    }
}
