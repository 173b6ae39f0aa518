//! Jobs as files: for trying without a printer, and for a program that takes files from a folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::{Job, PrintError};

/// Writes a job under another name first, so that who watches the folder never takes half a file.
pub(crate) fn print(folder: &Path, job: &Job<'_>) -> Result<(), PrintError> {
    let whole = folder.join(format!("{}.{}", job.name, job.kind.ending()));
    let begun = folder.join(format!("{}.part", job.name));
    write(&begun, job.bytes)
        .and_then(|()| match whole.try_exists()? {
            // Nothing that was printed is overwritten.
            true => Err(io::Error::from(io::ErrorKind::AlreadyExists)),
            false => std::fs::rename(&begun, &whole),
        })
        .map_err(|_| {
            let _ = std::fs::remove_file(&begun);
            PrintError::Folder
        })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

pub(crate) fn look(folder: &Path) -> Result<(), PrintError> {
    let there = std::fs::metadata(folder).is_ok_and(|found| found.is_dir() && !found.permissions().readonly());
    if there { Ok(()) } else { Err(PrintError::Folder) }
}
