//! What a tester can make the Centre do wrong, over real TLS: each fault does what it says and no more.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use centre::store::SqliteStore;
use kanta::mr::{self, StoreAnswer, StoreRequest};
use test_authority::{place, who};

use crate::process::*;
use crate::world::*;

fn refused_as(process: &Process, request: &StoreRequest) -> (String, Option<String>) {
    let response = process.exchange(place::KUUSI, &mr::store_request(request).unwrap()).unwrap();
    match mr::parse_store_response(&response, request.frame.message_id) {
        Ok(StoreAnswer::Refused(issues)) | Err(kanta::KantaError::Refused(issues)) => {
            (issues[0].code.clone(), issues[0].detail.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn is_accepted(process: &Process, request: &StoreRequest) -> bool {
    let response = process.exchange(place::KUUSI, &mr::store_request(request).unwrap()).unwrap();
    matches!(answer_of(&response, request), StoreAnswer::Accepted { .. })
}

fn hits(process: &Process) -> u32 {
    let response = process.exchange(place::KUUSI, &search(AINO)).unwrap();
    kanta::metadata::parse_response(&response).unwrap().total
}

#[test]
fn an_answer_is_delayed_and_the_document_is_on_disk_before_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let process = Process::start(folder.path());
    process.tell("delay-answer 3000");
    let (address, asked) = (process.address.clone(), message.clone());
    let sender = std::thread::spawn(move || exchange(&address, place::KUUSI, &asked).unwrap());
    while !process.tell("status").contains("dispensations=1 ") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!sender.is_finished());
    accepted(answer_of(&sender.join().unwrap(), &request));
}

#[test]
fn an_answer_comes_twice_and_the_document_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let process = Process::start(folder.path());
    process.tell("answer-twice");
    let mut stream = connected(&process.address, place::KUUSI);
    let last = head(&message, message.body.len()).replace("host:", "connection: close\r\nhost:");
    stream.write_all(last.as_bytes()).unwrap();
    stream.write_all(&message.body).unwrap();
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer);
    let answers = answer.windows(12).filter(|window| *window == b"HTTP/1.1 200").count();
    assert_eq!(answers, 2);
    assert_eq!(answer[..answer.len() / 2], answer[answer.len() / 2..], "the same, to the byte");
    assert!(process.tell("status").contains("dispensations=1 "));
    assert_eq!(hits(&process), 1, "the next answer comes once");
}

#[test]
fn stale_searches_tell_of_the_past_and_what_is_stored_meets_the_present() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let process = Process::start(folder.path());
    assert_eq!(hits(&process), 1);
    process.tell("stale");
    let world = World::over(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
    let _second =
        world.held(|p| p.reference = reference("1.2.246.10.99999903.93.2026.2", p.reference.document_type.clone()));
    assert_eq!(hits(&process), 1);
    assert!(is_accepted(&process, &request));
    let told = |process: &Process| {
        let response = process.exchange(place::KUUSI, &search(AINO)).unwrap();
        let answer = kanta::metadata::parse_response(&response).unwrap();
        answer.prescriptions.iter().map(|p| p.last_dispensed_at.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(told(&process), [false], "nothing was dispensed then");
    process.tell("fresh");
    let mut now = told(&process);
    now.sort_unstable();
    assert_eq!(now, [false, true]);
    assert!(process.tell("status").contains("log=7 "), "stale searches are in the log too");
}

#[test]
fn a_centre_whose_clock_is_wrong_says_so_of_what_is_sent_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let process = Process::start(folder.path());
    process.tell("skew 3600");
    assert_eq!(refused_as(&process, &request).0, "TSK-clock-difference");
    process.tell("skew 0");
    assert!(is_accepted(&process, &request));
}

#[test]
fn told_to_restart_the_centre_is_back_at_its_address_with_all_that_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let mut process = Process::start(folder.path());
    assert!(is_accepted(&process, &request));
    let ready = std::fs::metadata(folder.path().join("ready")).unwrap().modified().unwrap();
    process.tell("drop-request any always");
    process.tell("restart");
    process.until(|p| std::fs::metadata(p.folder.join("ready")).unwrap().modified().unwrap() != ready);
    process.until(|p| p.folder.join("control").exists());
    assert_eq!(hits(&process), 1, "the faults are gone with the program that had them");
    let status = process.tell("status");
    assert!(status.contains("dispensations=1 ") && status.contains("faults=0 "), "{status}");
}

/// Twelve prescriptions in the folder's store, and the message that stores a first lot of each.
fn twelve_lots(folder: &Path) -> Vec<StoreRequest> {
    let mut world = World::over(SqliteStore::open(&folder.join("centre.db")).unwrap());
    let lot = |number: u64| {
        let id = format!("1.2.246.10.99999903.93.2026.{}", 100 + number);
        let prescription = world.held(|p| p.reference = reference(&id, p.reference.document_type.clone()));
        let lot = world.lot(&prescription, &[], 21);
        let document = signed_by(&lot, who::SIRI, world.now);
        store_request(&lot, document, &Sending::of(who::SIRI, KUUSI), world.now)
    };
    (0..12).map(lot).collect()
}

fn a_full_disk_refuses_clearly_and_loses_nothing(process: &Process, lots: &[StoreRequest], fill: impl Fn(bool)) {
    let (before, after) = lots.split_at(4);
    assert!(before.iter().all(|lot| is_accepted(process, lot)));
    fill(true);
    for lot in after {
        assert_eq!(refused_as(process, lot), ("TSK-unavailable".into(), Some("store-disk-full".into())));
    }
    assert!(process.tell("status").contains("dispensations=4 "));
    fill(false);
    assert!(after.iter().all(|lot| is_accepted(process, lot)), "it goes on");
    // What was accepted before is still answered as it was.
    for lot in before {
        let response = process.exchange(place::KUUSI, &mr::store_request(lot).unwrap()).unwrap();
        assert!(accepted(answer_of(&response, lot)).1);
    }
    assert!(process.tell("status").contains("dispensations=12 "));
}

#[test]
fn a_store_that_cannot_grow_refuses_clearly_loses_nothing_and_goes_on_when_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let lots = twelve_lots(folder.path());
    let process = Process::start(folder.path());
    a_full_disk_refuses_clearly_and_loses_nothing(&process, &lots, |full| {
        process.tell(if full { "disk-full" } else { "disk-free" });
    });
    process.kill();
    let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
    assert!(centre::verify::verify(&store).unwrap().is_sound());
}

#[test]
fn a_disk_that_is_really_full_refuses_clearly_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (first, disk) = (folder.path().join("first"), folder.path().join("disk"));
    std::fs::create_dir_all(&first).unwrap();
    std::fs::create_dir_all(&disk).unwrap();
    let lots = twelve_lots(&first);
    // A small disk in the memory, in a mount namespace of its own.
    let script = "mount -t tmpfs -o size=6m none \"$1\" && cp \"$2\"/centre.db* \"$1\" && shift 2 && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    let possible = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !possible {
        println!("SKIPPED: no disk of its own can be mounted here (unshare --user --mount)");
        return;
    }
    command.arg(&disk).arg(&first).arg(env!("CARGO_BIN_EXE_prescription-centre"));
    let process = Process::run(command, folder.path(), &disk);
    let inside = Path::new("/proc").join(process.child.id().to_string()).join("root");
    let ballast = inside.join(disk.strip_prefix("/").unwrap()).join("ballast");
    a_full_disk_refuses_clearly_and_loses_nothing(&process, &lots, |full| {
        if full {
            let mut file = std::fs::File::create(&ballast).unwrap();
            while file.write_all(&[0; 512]).is_ok() {}
        } else {
            std::fs::remove_file(&ballast).unwrap();
        }
    });
}
