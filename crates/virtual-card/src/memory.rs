//! What a card remembers when the power is off: how many tries its PINs have left.
//! A blocked PIN must stay blocked when the program is started again, as it would on a real card.

use crate::CardFileError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Tries left of the three secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Perustunnusluku.
    pub pin1: u8,
    /// Allekirjoitustunnusluku.
    pub pin2: u8,
    /// Aktivointitunnusluku.
    pub puk: u8,
}

/// Where counters outlive the card program, by the card's serial number.
pub trait Memory: Send {
    /// The counters of this card, if it was ever used.
    fn load(&self, serial: &str) -> Result<Option<Counters>, CardFileError>;
    /// Keeps them. The card compares a PIN only after this has succeeded.
    fn store(&mut self, serial: &str, counters: Counters) -> Result<(), CardFileError>;
}

/// Forgets when the program ends; for tests.
#[derive(Default)]
pub struct ShortMemory {
    cards: BTreeMap<String, Counters>,
}

impl Memory for ShortMemory {
    fn load(&self, serial: &str) -> Result<Option<Counters>, CardFileError> {
        Ok(self.cards.get(serial).copied())
    }

    fn store(&mut self, serial: &str, counters: Counters) -> Result<(), CardFileError> {
        self.cards.insert(serial.to_owned(), counters);
        Ok(())
    }
}

/// Keeps the counters of all cards in one small JSON file, which is replaced whole at each change.
pub struct FileMemory {
    file: PathBuf,
}

impl FileMemory {
    /// Uses this file; it appears with the first change.
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    fn read(&self) -> Result<BTreeMap<String, Counters>, CardFileError> {
        let bytes = match std::fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(source) => return Err(CardFileError::File { what: "the state", source }),
        };
        serde_json::from_slice(&bytes)
            .map_err(|error| CardFileError::Form { what: "the state", reason: error.to_string() })
    }
}

impl Memory for FileMemory {
    fn load(&self, serial: &str) -> Result<Option<Counters>, CardFileError> {
        Ok(self.read()?.get(serial).copied())
    }

    fn store(&mut self, serial: &str, counters: Counters) -> Result<(), CardFileError> {
        let mut cards = self.read()?;
        cards.insert(serial.to_owned(), counters);
        let text = serde_json::to_vec_pretty(&cards)
            .map_err(|error| CardFileError::Form { what: "the state", reason: error.to_string() })?;
        let new = self.file.with_extension("new");
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, &self.file))
            .map_err(|source| CardFileError::File { what: "the state", source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_survive_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let counters = Counters { pin1: 3, pin2: 0, puk: 10 };
        FileMemory::new(file.clone()).store("aa", counters).unwrap();
        assert_eq!(FileMemory::new(file.clone()).load("aa").unwrap(), Some(counters));
        assert_eq!(FileMemory::new(file).load("bb").unwrap(), None);
    }

    #[test]
    fn a_state_file_of_another_form_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        std::fs::write(&file, "[1]").unwrap();
        let mut memory = FileMemory::new(file.clone());
        assert!(memory.store("aa", Counters { pin1: 1, pin2: 1, puk: 1 }).is_err());
        assert_eq!(std::fs::read_to_string(file).unwrap(), "[1]");
    }
}
