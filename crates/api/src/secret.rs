//! A PIN on its way from a key press to the card: never printed, never serialised, overwritten when dropped.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

/// A text that nobody may see.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the card only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What a scanner sent, on its way to the host: it may be a prescription's identifier. It is written out for the host, and
/// shown nowhere else.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct ScannedText(Secret);

impl ScannedText {
    /// Takes what was scanned.
    pub fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// What was scanned.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl Serialize for ScannedText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.reveal())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(•••)")
    }
}
