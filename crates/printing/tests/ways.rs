//! A folder, and a printer on this machine's own loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;

use printing::{JOB_AT_MOST, Job, Kind, PrintError, Way};

fn job(bytes: &[u8]) -> Job<'_> {
    Job { name: "tiski-label-1", kind: Kind::Zpl, bytes }
}

#[test]
fn med_5_2_a_job_becomes_a_file_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let way = Way::Folder(folder.path().to_owned());
    assert_eq!(way.look(), Some(Ok(())));
    assert_eq!(way.print(&job(b"^XA^XZ")), Ok(()));
    assert_eq!(std::fs::read(folder.path().join("tiski-label-1.zpl")).unwrap(), b"^XA^XZ");
    assert_eq!(way.print(&job(b"other")), Err(PrintError::Folder));
    assert_eq!(std::fs::read(folder.path().join("tiski-label-1.zpl")).unwrap(), b"^XA^XZ");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no half file is left");
    let gone = Way::Folder(folder.path().join("nowhere"));
    assert_eq!(gone.look(), Some(Err(PrintError::Folder)));
    assert_eq!(gone.print(&job(b"x")), Err(PrintError::Folder));
}

#[test]
fn med_5_2_a_network_printer_gets_every_byte() {
    let printer = TcpListener::bind("127.0.0.1:0").unwrap();
    let way = Way::Network(printer.local_addr().unwrap().to_string());
    let heard = thread::spawn(move || {
        let mut given = Vec::new();
        printer.accept().unwrap().0.read_to_end(&mut given).unwrap();
        given
    });
    let label: Vec<u8> = (0..200_000u32).map(|n| n.to_le_bytes()[0]).collect();
    assert_eq!(way.print(&job(&label)), Ok(()));
    assert_eq!(heard.join().unwrap(), label);
}

#[test]
fn med_5_2_a_printer_that_is_away_or_breaks_off_is_said_and_holds_nobody_up() {
    let begun = std::time::Instant::now();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = Way::Network(free.to_string());
    assert_eq!(away.look(), Some(Err(PrintError::NotReached)));
    assert_eq!(away.print(&job(b"x")), Err(PrintError::NotReached));

    let printer = TcpListener::bind("127.0.0.1:0").unwrap();
    let way = Way::Network(printer.local_addr().unwrap().to_string());
    let broken = thread::spawn(move || {
        // Closed with bytes unread: the connection is reset.
        let (mut taken, _) = printer.accept().unwrap();
        taken.read_exact(&mut [0; 10]).unwrap();
    });
    assert_eq!(way.print(&job(&vec![0; 4_000_000])), Err(PrintError::Interrupted));
    broken.join().unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_secs(8));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    for (way, fault) in [
        (Way::Network("127.0.0.1".into()), true),
        (Way::Network(":9100".into()), true),
        (Way::Network("127.0.0.1:0".into()), true),
        (Way::Network("printer.example:9100".into()), false),
        (Way::Queue("-o".into()), true),
        (Way::Queue("Zebra GK".into()), true),
        (Way::Queue("Zebra_GK-420".into()), false),
        (Way::Folder(PathBuf::new()), true),
    ] {
        assert_eq!(way.fault().is_some(), fault, "{way:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let way = Way::Folder(folder.path().to_owned());
    for name in ["", "../label", "a/b", "-x", ".hidden", "Aino Mallikas"] {
        assert_eq!(way.print(&Job { name, ..job(b"x") }), Err(PrintError::Job), "{name}");
    }
    assert_eq!(way.print(&job(&vec![0; JOB_AT_MOST + 1])), Err(PrintError::Job));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
