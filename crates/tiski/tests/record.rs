//! `tiski record` from the command line: set up, lost, recovered, backed up, restored, shown without personal data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chrono::Utc;
use record::{Batch, Key, NewDocument, NewEvent, Options, Record};
use serde_json::{Value, json};

const PATIENT: &str = "010181-900C";
const OID: &str = "1.2.246.10.99999901.93001.2026.10000001";

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Room {
        let folder = tempfile::tempdir().unwrap();
        let settings = "environment = \"test\"\nworkstation = 1\ndata = \"data\"\nlanguage = \"en\"\n\
             [pharmacy]\nid = \"1.2.246.10.99999901.10.1\"\nname = \"Kuusen apteekki\"\nstreet = \"Mallikatu 1\"\n\
             postal_code = \"99999\"\ncity = \"Mallila\"\n\
             [centre]\nurl = \"https://127.0.0.1:9\"\norganisation = \"1.2.246.10.99999904.10.1\"\npki = \"pki\"\n\
             certificate = \"servers/x\"\n[record]\nkey = \"file\"\n";
        std::fs::write(folder.path().join("tiski.toml"), settings).unwrap();
        Room { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it printed, and how it ended.
    fn tiski(&self, words: &[&str], typed: &str) -> (String, i32) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tiski"))
            .arg("--settings")
            .arg(self.file("tiski.toml"))
            .arg("record")
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (said, output.status.code().unwrap())
    }

    fn json(&self, words: &[&str]) -> (Value, i32) {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let (said, code) = self.tiski(&words, "");
        (serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}")), code)
    }

    /// As the counter has it open.
    fn open(&self) -> Record {
        let bytes: [u8; 32] = std::fs::read(self.file("data/record.key")).unwrap().try_into().unwrap();
        Record::open(&self.file("data/record.db"), &Key::new(bytes), Options::new(1, Utc::now())).unwrap()
    }

    fn dispense(&self, number: u8) {
        let document = NewDocument {
            document_id: format!("{OID}{number}"),
            set_id: format!("{OID}{number}"),
            prescription_set_id: "1.2.3".to_owned(),
            kind_code: "10".to_owned(),
            bytes: b"<ClinicalDocument/>".to_vec(),
            summary: json!({ "patient": PATIENT }),
        };
        let event = NewEvent::new("dispensation.saved", Utc::now(), json!({ "patient": PATIENT }))
            .by("12345678903")
            .about(document.document_id.clone());
        self.open().commit(Batch::new(Utc::now()).event(event).document(document)).unwrap();
    }
}

#[test]
fn a_record_is_set_up_lost_and_recovered() {
    let room = Room::new();
    let (said, code) = room.tiski(&["verify"], "");
    assert!(code == 1 && said.contains("record-missing"), "{said}");
    let (made, code) = room.json(&["setup"]);
    assert_eq!(code, 0);
    let recovery = made["recoveryKey"].as_str().unwrap().to_owned();
    assert_eq!(room.json(&["setup"]).0["problem"]["code"], "record-set-up-already");
    room.dispense(1);
    // The key is lost; the record and the paper are there.
    let key = std::fs::read(room.file("data/record.key")).unwrap();
    std::fs::remove_file(room.file("data/record.key")).unwrap();
    let (said, code) = room.tiski(&["show"], "");
    assert!(code == 1 && said.contains("record-key-lost") && said.contains("tiski record recover"), "{said}");
    // One character wrong in the third group: it says which.
    let mut typed = recovery.clone().into_bytes();
    typed[13] = if typed[13] == b'A' { b'B' } else { b'A' };
    let (said, code) = room.tiski(&["recover"], &String::from_utf8(typed).unwrap());
    assert!(code == 1 && said.contains("recovery-key-mistyped") && said.contains("(3)"), "{said}");
    assert!(!room.file("data/record.key").exists());
    let (said, code) = room.tiski(&["recover"], &recovery.to_lowercase());
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::read(room.file("data/record.key")).unwrap(), key);
    assert!(!said.contains(&recovery), "it repeats the secret");
    assert_eq!(room.json(&["verify"]), (room.json(&["verify"]).0, 0));
    // A new recovery key: the old one opens nothing any more.
    let (new, _) = room.json(&["recovery-key"]);
    let (said, _) = room.tiski(&["recover"], &recovery);
    assert!(said.contains("recovery-key-wrong"), "{said}");
    assert_eq!(room.tiski(&["recover"], new["recoveryKey"].as_str().unwrap()).1, 0);
}

#[test]
fn what_is_shown_has_no_personal_data_unless_asked() {
    let room = Room::new();
    room.json(&["setup"]);
    room.dispense(1);
    for words in [&["show"] as &[_], &["show", "--json"], &["verify"], &["verify", "--json"]] {
        let (said, code) = room.tiski(words, "");
        assert_eq!(code, 0, "{said}");
        assert!(!said.contains(PATIENT) && !said.contains("12345678903"), "{said}");
    }
    let (shown, _) = room.json(&["show", "--kind", "dispensation.saved"]);
    assert_eq!(shown["listed"].as_array().unwrap().len(), 1);
    assert_eq!(shown["listed"][0]["document"], format!("{OID}1"));
    let (said, _) = room.tiski(&["show", "--payload"], "");
    assert!(said.contains(PATIENT) && said.contains("12345678903"), "{said}");
}

#[test]
fn a_backup_is_restored_on_another_machine_with_the_paper() {
    let room = Room::new();
    let recovery = room.json(&["setup"]).0["recoveryKey"].as_str().unwrap().to_owned();
    room.dispense(1);
    let backup = room.file("backup.db");
    let at = backup.to_str().unwrap();
    // The program runs: it is to be asked, and nothing is made.
    let held = room.open();
    let (said, code) = room.tiski(&["backup", at], "");
    assert!(code == 5 && said.contains("record-in-use") && said.contains("`backup`"), "{said}");
    assert!(!backup.exists());
    drop(held);
    let (made, code) = room.json(&["backup", at]);
    assert_eq!((code, &made["documents"], &made["recovery"]), (0, &json!(1), &json!(true)));
    assert_eq!(room.json(&["backup", at]).0["problem"]["code"], "record-file-exists");
    assert_eq!(room.json(&["verify", at]).1, 0);
    room.dispense(2);
    let (refused, code) = room.json(&["restore", at]);
    assert_eq!((refused["problem"]["code"].as_str(), code), (Some("record-restore-would-lose"), 4));
    let (said, code) = room.tiski(&["restore", at, "--replace"], "");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("new epoch is 2") && said.contains(&format!("! {OID}2")) && said.contains(".before-"),
        "{said}"
    );
    assert_eq!(room.json(&["show"]).0["epoch"], 2);
    // A machine that has nothing but the backup, what lies beside it, and the paper.
    let other = Room::new();
    let (said, code) = other.tiski(&["restore", at], "");
    assert!(code == 1 && said.contains("record-key-lost"), "{said}");
    let (said, code) = other.tiski(&["recover", "--beside", at], &recovery);
    assert_eq!(code, 0, "{said}");
    let (restored, code) = other.json(&["restore", at]);
    assert_eq!(code, 0, "{restored}");
    assert!(restored["epoch"].as_u64().unwrap() > 100_000);
    assert_eq!(
        other.json(&["verify"]),
        (
            json!({
                "documents": 1, "erased": 0, "events": restored["events"].as_u64().unwrap() + 1, "faults": [],
                "head": other.json(&["verify"]).0["head"], "newerFormat": null, "sound": true,
            }),
            0
        )
    );
}

#[test]
fn an_unsound_record_ends_otherwise() {
    let room = Room::new();
    room.json(&["setup"]);
    room.dispense(1);
    let file = room.file("data/record.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 3000;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let (report, code) = room.json(&["verify"]);
    let said = report["sound"] == json!(false) || report["problem"]["code"].is_string();
    assert!(said && [1, 3].contains(&code), "{code}: {report}");
}
