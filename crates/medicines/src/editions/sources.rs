//! The files of one import.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::import::{File, ReadError};

/// Files of one import; Kela's must be among them.
#[derive(Default)]
pub struct Sources<'a>(BTreeMap<File, Box<dyn Read + Send + 'a>>);

impl<'a> Sources<'a> {
    /// No file.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a file more.
    pub fn with(mut self, file: File, from: impl Read + Send + 'a) -> Self {
        self.0.insert(file, Box::new(from));
        self
    }

    /// The files of a folder, by their names ([`File::name`]); others in it are left alone.
    pub fn folder(folder: &Path) -> Result<Self, ReadError> {
        let mut sources = Self::new();
        for file in File::ALL {
            match std::fs::File::open(folder.join(file.name())) {
                Ok(from) => sources = sources.with(file, from),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(ReadError::Io { file, source }),
            }
        }
        Ok(sources)
    }

    /// Whether a file is there.
    pub(super) fn has(&self, file: File) -> bool {
        self.0.contains_key(&file)
    }

    /// A file, once.
    pub(super) fn take(&mut self, file: File) -> Option<Hashed<'a>> {
        self.0.remove(&file).map(|from| Hashed { from, hash: Sha256::new() })
    }
}

/// A file whose digest is known when it has been read.
pub(super) struct Hashed<'a> {
    from: Box<dyn Read + Send + 'a>,
    hash: Sha256,
}

impl Hashed<'_> {
    pub(super) fn digest(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
