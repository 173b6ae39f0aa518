//! Amounts with the Pharmaceutical Database's unit texts ("fol", "kpl", "ml", "g", "dos"), which are not UCUM.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A unit as the Pharmaceutical Database (Lääketietokanta) writes it, at most 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

impl Unit {
    /// Keeps a unit text, trimmed.
    pub fn new(text: &str) -> Self {
        Self(text.trim().chars().take(32).collect())
    }

    /// The unit text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A physical quantity: `21 fol`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    /// How many.
    pub value: Decimal,
    /// Of what.
    pub unit: Unit,
}

impl Amount {
    /// An amount of so many of that unit.
    pub fn new(value: impl Into<Decimal>, unit: &str) -> Self {
        Self { value: value.into(), unit: Unit::new(unit) }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", plain(self.value), self.unit)
    }
}

/// A number without trailing zeros, as documents and labels write it: `21`, `2.5`.
pub fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}
