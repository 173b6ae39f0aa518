//! A scanner that the program reads itself: a pseudo-terminal as a serial port, a pipe as raw reports.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::*;
use crate::{HealthLine, Scan};

const BURANA: &str = "01070462607000931728053110A1B2\u{1d}219XK3LM0Q7";

/// A scanner at a serial port with this name; when it is dropped, it is unplugged.
fn plug_in(name: &Path) -> File {
    let scanner = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&scanner).unwrap();
    unlockpt(&scanner).unwrap();
    let port = ptsname(&scanner, Vec::new()).unwrap();
    let _ = std::fs::remove_file(name);
    symlink(port.to_str().unwrap(), name).unwrap();
    File::from(scanner)
}

fn seen(started: &Started) -> Option<HealthLine> {
    status(started).health.into_iter().find(|line| line.link == Link::Scanner)
}

fn is_good(started: &Started) -> bool {
    seen(started).is_some_and(|line| line.state == HealthState::Good)
}

fn enter(started: &Started) {
    log_in(started, LogIn { pin: Some(Secret::new("1234".to_owned())), ..elsewhere() }).unwrap();
}

/// The next thing that the scanner sent: the code, or the code of the problem.
fn heard(started: &Started) -> Result<String, String> {
    loop {
        match started.events.recv_timeout(Duration::from_secs(10)).expect("nothing came of the scan") {
            Event::Scanned { text } => return Ok(text.reveal().to_owned()),
            Event::ScanFailed { problem } => return Err(problem.code),
            _ => {}
        }
    }
}

fn serial(world: &World, port: &Path, more: &str) -> Started {
    let scanner = format!("kind = \"pcsc\"\n[scanner]\nkind = \"serial\"\npath = \"{}\"\n{more}", port.display());
    world.with_reader(&scanner, &world.reader())
}

#[test]
fn med_5_3_a_serial_scanner_is_heard_by_whoever_is_logged_in_and_by_nobody_else() {
    let world = world();
    let port = world.folder.path().join("port");
    let mut scanner = plug_in(&port);
    let started = serial(&world, &port, "speed = 115200\n");
    until(|| is_good(&started));
    write!(scanner, "]d2{BURANA}\r\n").unwrap();
    // Read, and let go, before somebody logs in.
    std::thread::sleep(Duration::from_millis(300));
    enter(&started);
    write!(scanner, "]E07046").unwrap();
    write!(scanner, "260700093\r").unwrap();
    assert_eq!(heard(&started), Ok("]E07046260700093".to_owned()));
    write!(scanner, "]d2{BURANA}\r\n").unwrap();
    let text = heard(&started).unwrap();
    assert_eq!(text, format!("]d2{BURANA}"));
    // What hosts do with it: the same request as for a scanner that types.
    let scan = Scan { keys: vec![], text: Some(Secret::new(text)) };
    assert_eq!(started.program.scan(scan).unwrap_err().code, "no-visit");
    started.program.log_out(Nothing::default()).unwrap();
    write!(scanner, "]E07046260700093\r").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(started.events.try_iter().all(|event| !matches!(event, Event::Scanned { .. })));
}

#[test]
fn med_5_3_what_is_no_scan_of_a_serial_scanner_is_told_and_never_guessed() {
    let world = world();
    let port = world.folder.path().join("port");
    let mut scanner = plug_in(&port);
    let started = serial(&world, &port, "");
    until(|| is_good(&started));
    enter(&started);
    write!(scanner, "]d2010704626070").unwrap();
    assert_eq!(heard(&started), Err("scan-broken".to_owned()), "its end never came");
    for _ in 0..40 {
        scanner.write_all(&[b'7'; 100]).unwrap();
    }
    scanner.write_all(b"\r").unwrap();
    assert_eq!(heard(&started), Err("scan-too-long".to_owned()));
    scanner.write_all(b"\xff\xe5\x00rubbish\r").unwrap();
    let text = heard(&started).unwrap();
    let scan = Scan { keys: vec![], text: Some(Secret::new(text)) };
    assert_eq!(started.program.scan(scan).unwrap_err().code, "scan-keyboard-layout");
    write!(scanner, "7046260700093\r").unwrap();
    assert_eq!(heard(&started), Ok("7046260700093".to_owned()));
}

#[test]
fn med_5_3_a_scanner_that_was_unplugged_is_said_and_found_again() {
    let world = world();
    let port = world.folder.path().join("port");
    let started = serial(&world, &port, "");
    let code = |started: &Started| seen(started).map(|line| (line.state, line.code)).unwrap();
    let missing = (HealthState::Think, "scanner-missing".to_owned());
    until(|| code(&started) == missing);
    let scanner = plug_in(&port);
    until(|| is_good(&started));
    drop(scanner);
    until(|| code(&started) == missing);
    let mut scanner = plug_in(&port);
    // Whoever looks at the connections finds it at once.
    started.program.examine(Nothing::default()).unwrap();
    until(|| is_good(&started));
    enter(&started);
    write!(scanner, "7046260700093\r").unwrap();
    assert_eq!(heard(&started), Ok("7046260700093".to_owned()));
}

#[test]
fn med_5_3_where_scans_end_with_a_pause_they_do_at_a_serial_port_too() {
    let world = world();
    let port = world.folder.path().join("port");
    let mut scanner = plug_in(&port);
    let started = serial(&world, &port, "[scanning]\nsuffix = \"none\"\n");
    until(|| is_good(&started));
    enter(&started);
    write!(scanner, "7046260700093").unwrap();
    assert_eq!(heard(&started), Ok("7046260700093".to_owned()));
}

#[test]
fn med_5_3_raw_reports_of_a_scanner_are_heard_without_a_keyboard() {
    let world = world();
    let pipe = world.folder.path().join("hidraw0");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let plug_in = || {
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap();
        let open = || {
            let mut options = std::fs::OpenOptions::new();
            std::os::unix::fs::OpenOptionsExt::custom_flags(options.write(true), flags).open(&pipe)
        };
        // Nobody reads between two tries to open it.
        (0..1_000)
            .find_map(|_| {
                std::thread::sleep(Duration::from_millis(5));
                open().ok()
            })
            .unwrap()
    };
    // Held open for reading, so that the pipe does not end before a scanner is there.
    let keeps = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let settings = format!("kind = \"pcsc\"\n[scanner]\nkind = \"hid\"\npath = \"{}\"\n", pipe.display());
    let started = world.with_reader(&settings, &world.reader());
    until(|| is_good(&started));
    enter(&started);
    let mut scanner = plug_in();
    let mut report = [0; 64];
    (report[0], report[1]) = (2, u8::try_from(BURANA.len()).unwrap());
    report[2..5].copy_from_slice(b"]d2");
    report[5..5 + BURANA.len()].copy_from_slice(BURANA.as_bytes());
    scanner.write_all(&report).unwrap();
    assert_eq!(heard(&started), Ok(format!("]d2{BURANA}")));
    report[1] = 60;
    scanner.write_all(&report).unwrap();
    assert_eq!(heard(&started), Err("scan-broken".to_owned()));
    drop((scanner, keeps));
    until(|| seen(&started).is_some_and(|line| line.code == "scanner-missing"));
}

#[test]
fn a_scanner_that_types_is_no_link_of_the_chain() {
    let world = world();
    let started = world.with_reader("kind = \"pcsc\"", &world.reader());
    assert_eq!(seen(&started), None);
}
