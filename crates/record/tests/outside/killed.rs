//! A program that is killed with no chance to tidy up: what it had printed as saved is there, and nobody else may
//! open the file while it lives.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use record::{NewEvent, Record, RecordError};
use serde_json::json;

use crate::support::{Room, at, dispensation, key, oid, open, options};

/// Where the child finds its file; without it the child's test does nothing.
const FILE: &str = "TISKI_RECORD_CHILD_FILE";

/// Not a test by itself: the program that is killed.
#[test]
#[ignore = "run by the tests that kill it"]
fn child() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let record = open(path.as_ref());
    for number in 1..100_000 {
        let id = number.to_string();
        let event = NewEvent::new("visit.opened", at(number), json!({ "number": number }));
        let committed = record.commit(dispensation(&id, &id).event(event)).unwrap();
        println!("saved {id} {}", committed.last);
        if number % 3 == 0 {
            record.due(at(number), 1).unwrap();
        }
    }
}

fn start(room: &Room) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "killed::child"])
        .env(FILE, &room.path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// The next document that the child says is saved.
fn next_saved(output: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        // The test harness may have begun the line with its own words.
        if let Some((_, rest)) = line.split_once("saved ") {
            // A line that was cut off by the kill is not an answer.
            return line.ends_with('\n').then(|| rest.split(' ').next().unwrap().to_owned());
        }
        line.clear();
    }
    None
}

#[test]
fn what_was_answered_survives_kill_minus_nine() {
    for kills_after in [1, 2, 7, 20] {
        let room = Room::new();
        let (mut child, mut output) = start(&room);
        let mut saved = Vec::new();
        while saved.len() < kills_after {
            saved.push(next_saved(&mut output).expect("the child saves on"));
        }
        // SIGKILL on Unix.
        child.kill().unwrap();
        child.wait().unwrap();
        while let Some(id) = next_saved(&mut output) {
            saved.push(id);
        }
        let record = room.open();
        for id in &saved {
            assert!(record.document(&oid(id)).unwrap().is_some(), "{id} was answered and is lost");
        }
        let report = record.verify().unwrap();
        assert!(report.is_sound(), "{report:?}");
        // At most the one that was being saved is there beyond those that were answered.
        assert!(report.documents as usize <= saved.len() + 1);
        assert_eq!(record.counts().unwrap().sending, 0, "nothing is left with a dead sender");
    }
}

#[test]
fn a_second_program_is_told_that_the_file_is_in_use() {
    let room = Room::new();
    let (mut child, mut output) = start(&room);
    next_saved(&mut output).expect("the child saves");
    let error = Record::open(&room.path, &key(), options()).unwrap_err();
    assert_eq!(error, RecordError::InUse);
    next_saved(&mut output).expect("the child saves on, undisturbed");
    child.kill().unwrap();
    child.wait().unwrap();
    room.open();
}
