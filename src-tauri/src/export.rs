//! Where an exported file goes: into the person's downloads folder, under a name that is not taken.
//!
//! The program gives the content and a name without anybody's data; a page in a window may not write files, so its host
//! does, and tells where. A file that is there already is never overwritten: it may be yesterday's evidence.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use api::{Export, Problem};
use serde_json::Value;
use tauri::{AppHandle, Manager};

use crate::host::problem;

/// Names that are tried beside the first: "list.csv", "list-2.csv" … "list-99.csv".
const NAMES_AT_MOST: u32 = 99;

/// Writes the answer's file, where the answer is one that nobody has written yet.
pub fn keep((is_file, answer): (bool, Value), folder: impl FnOnce() -> Option<PathBuf>) -> Result<Value, Problem> {
    if !is_file {
        return Ok(answer);
    }
    let refused = || problem("export-not-written");
    let mut export: Export = serde_json::from_value(answer).map_err(|_| refused())?;
    if export.path.is_none() {
        let folder = folder().ok_or_else(refused)?;
        let written = write(&folder, &export).map_err(|error| Problem { advice: error.to_string(), ..refused() })?;
        export.path = Some(written.display().to_string());
    }
    serde_json::to_value(export).map_err(|_| refused())
}

/// The person's downloads folder, or the home folder where there is none.
pub fn folder(app: &AppHandle) -> Option<PathBuf> {
    let places = [app.path().download_dir(), app.path().home_dir()];
    places.into_iter().flatten().find(|place| place.is_dir())
}

fn write(folder: &Path, export: &Export) -> std::io::Result<PathBuf> {
    // A name only: whatever else stands before it is not followed.
    let name = Path::new(&export.file_name);
    let stem = name.file_stem().and_then(|stem| stem.to_str()).unwrap_or("dispensations");
    let ending = name.extension().and_then(|ending| ending.to_str()).unwrap_or("csv");
    for n in 1..=NAMES_AT_MOST {
        let file = folder.join(if n == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{n}.{ending}") });
        match open_new(&file) {
            Ok(mut open) => {
                open.write_all(export.content.as_bytes())?;
                open.sync_all()?;
                return Ok(file);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Opens a file that was not there, for its owner's eyes only: the list says who was given what.
fn open_new(file: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_for(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tiski-export-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn answer(file_name: &str, path: Option<&str>) -> Value {
        serde_json::json!({ "fileName": file_name, "content": "a;b\n", "path": path })
    }

    #[test]
    fn a_file_is_written_once_and_never_over_another() {
        let folder = folder_for("twice");
        let path = |answer: Value| answer["path"].as_str().unwrap().to_owned();
        let first = path(keep((true, answer("day.csv", None)), || Some(folder.clone())).unwrap());
        let second = path(keep((true, answer("day.csv", None)), || Some(folder.clone())).unwrap());
        assert!(first.ends_with("day.csv") && second.ends_with("day-2.csv"));
        assert_eq!(std::fs::read_to_string(second).unwrap(), "a;b\n");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let folder = folder_for("elsewhere");
        keep((true, answer("../../outside.csv", None)), || Some(folder.clone())).unwrap();
        assert!(folder.join("outside.csv").is_file());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn other_answers_and_written_files_pass_untouched() {
        let status = serde_json::json!({ "version": "1" });
        assert_eq!(keep((false, status.clone()), || None).unwrap(), status);
        assert_eq!(keep((true, answer("a.csv", Some("/there"))), || None).unwrap()["path"], "/there");
        assert_eq!(keep((true, answer("a.csv", None)), || None).unwrap_err().code, "export-not-written");
    }
}
