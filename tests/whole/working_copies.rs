//! Working copies of fetched prescriptions live as long as a visit (promise 6 of the house, the least knowledge): after a
//! whole visit on the headless host nothing of what the program wrote names a patient in plain text, neither in its data
//! folder nor in its settings, logs or temporary files.

use std::path::{Path, PathBuf};

use crate::stage::{said, stage, story};

/// What other residents of the same world keep: they may know patients. The Centre's is the proof that the search sees.
const OTHERS: &[&str] = &["centre", "pki", "judged"];

/// Identity codes and names of the artificial patients, each in the ways in which a program may have written it.
fn needles() -> Vec<(String, Vec<u8>)> {
    let people = std::fs::read_to_string("fixtures/prescriptions/patients.toml").unwrap();
    let quoted = |line: &str| -> Vec<String> { line.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
    let words = people
        .lines()
        .filter(|line| ["identity_code", "given", "family"].iter().any(|field| line.starts_with(field)))
        .flat_map(quoted)
        // Shorter ones come about by chance in encrypted files.
        .filter(|word| word.len() >= 6);
    let mut needles = vec![];
    for word in words {
        needles.push((format!("{word} (UTF-8)"), word.clone().into_bytes()));
        needles.push((format!("{word} (UTF-16)"), word.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    }
    assert!(needles.iter().any(|(what, _)| what.starts_with("010181-900C")) && needles.len() > 20, "{needles:?}");
    needles
}

fn files(folder: &Path, own: &mut Vec<PathBuf>, others: &mut Vec<PathBuf>, is_others: bool) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        let is_others = is_others || OTHERS.iter().any(|name| path.file_name().is_some_and(|own| own == *name));
        if kind.is_dir() {
            files(&path, own, others, is_others);
        } else if kind.is_file() {
            if is_others { others.push(path) } else { own.push(path) }
        }
    }
}

/// Which words stand in which files.
fn found(files: &[PathBuf], needles: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = vec![];
    for file in files {
        // Sockets and files of devices are not read; one that went away meanwhile is gone.
        let Ok(bytes) = std::fs::read(file) else { continue };
        for (what, needle) in needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(format!("{what} in {}", file.display()));
            }
        }
    }
    found
}

fn nothing_is_left_after(name: &str) {
    // Short: sockets live in it.
    let folder = std::env::temp_dir().join(format!("tw{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = stage(&["run", "--keep", "--host", "headless", &story(name)])
        .env("TMPDIR", &folder)
        .env("TISKI_LOG", "debug")
        .output()
        .unwrap();
    assert!(output.status.success(), "the story `{name}` went otherwise:\n{}", said(&output));
    let (mut own, mut others) = (vec![], vec![]);
    files(&folder, &mut own, &mut others, false);
    let has = |end: &str| own.iter().any(|file| file.ends_with(end));
    assert!(has("app/data/record.db") && has("app/settings.toml") && has("app/app.log"), "{own:?}");
    let needles = needles();
    let seen = found(&others, &needles);
    assert!(seen.iter().any(|what| what.starts_with("010181-900C")), "the search does not see what is there");
    let left = found(&own, &needles);
    assert!(left.is_empty(), "{left:#?}");
    println!("{} files of the program, {} words, none left", own.len(), needles.len());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn after_a_whole_visit_no_patient_is_named_outside_the_encrypted_files() {
    nothing_is_left_after("first-dispensation");
}

#[test]
fn nor_after_the_program_was_killed_with_a_prescription_in_hand() {
    nothing_is_left_after("app-killed-in-hand");
}
