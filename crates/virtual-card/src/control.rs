//! Orders to a running virtual card, one line each, one answer line each, over a Unix socket that only its owner may
//! use. What a hand does to a card (put in, pull out) and simple faults are here; the card's own life is not.

use crate::profile::from_hex;
use crate::vpcd::Slot;
use crate::{CardFileError, Fault, Person};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

/// An order is a word and a path; longer lines are refused.
const LINE_LIMIT: u64 = 4096;
/// How long one caller may keep the socket without an order.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long `insert` waits for the reader driver.
const INSERT_LIMIT: Duration = Duration::from_secs(3);
/// pcscd asks a vpcd slot every 400 ms whether a card is there; a shorter absence may go unseen.
const ABSENCE: Duration = Duration::from_millis(1000);

/// The orders, for help texts.
pub const ORDERS: &str = "insert | insert DIR | remove | remove-at N | remove-after N | reset-at N | answer-at N HEX | restore | status | quit";

/// Opens the socket at `path`. A socket left behind by a dead program is replaced, a living one is not.
pub fn listen(path: &Path) -> std::io::Result<UnixListener> {
    if path.exists() {
        if UnixStream::connect(path).is_ok() {
            return Err(std::io::Error::new(std::io::ErrorKind::AddrInUse, "another virtual card listens here"));
        }
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves one caller after the other until the order `quit`.
pub fn serve(listener: &UnixListener, slot: &Slot) {
    for caller in listener.incoming().flatten() {
        let _ = caller.set_read_timeout(Some(PATIENCE));
        let mut lines = BufReader::new(&caller);
        loop {
            let mut line = String::new();
            match (&mut lines).take(LINE_LIMIT).read_line(&mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            let order = line.trim();
            let answer = obey(order, slot);
            if (&caller).write_all(format!("{answer}\n").as_bytes()).is_err() {
                break;
            }
            if order == "quit" {
                return;
            }
        }
    }
}

/// Sends one order to a running card and gives its answer line.
pub fn tell(path: &Path, order: &str) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{order}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).take(LINE_LIMIT).read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

fn obey(order: &str, slot: &Slot) -> String {
    let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
    match (word, rest.trim()) {
        ("insert", "") => inserted(slot),
        ("insert", folder) => match exchange(Path::new(folder), slot) {
            Ok(()) => inserted(slot),
            Err(error) => format!("error {} {error}", error.code()),
        },
        ("remove", "") => {
            slot.remove();
            "ok".to_owned()
        }
        ("remove-at", n) => fail_at(n, Fault::Pull, slot),
        ("remove-after", n) => fail_at(n, Fault::PullAfter, slot),
        ("reset-at", n) => fail_at(n, Fault::Reset, slot),
        ("answer-at", rest) => match rest.split_once(' ').map(|(n, hex)| (n.parse(), from_hex(hex))) {
            Some((Ok(n), Some(answer))) if (1..=258).contains(&answer.len()) => {
                done(|| slot.with_card(|card| card.fail_at(n, Fault::Answer(answer))))
            }
            _ => "error number-and-hexadecimal-expected".to_owned(),
        },
        ("restore", "") => match slot.with_card(crate::Card::restore_tries) {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("error {} {error}", error.code()),
        },
        ("status", "") => status(slot),
        ("quit", "") => done(|| slot.quit()),
        _ => format!("error unknown-order (known: {ORDERS})"),
    }
}

fn done(work: impl FnOnce()) -> String {
    work();
    "ok".to_owned()
}

fn fail_at(n: &str, fault: Fault, slot: &Slot) -> String {
    match n.parse() {
        Ok(n) => done(|| slot.with_card(|card| card.fail_at(n, fault))),
        Err(_) => "error number-expected".to_owned(),
    }
}

fn inserted(slot: &Slot) -> String {
    if slot.insert(INSERT_LIMIT) { "ok".to_owned() } else { "ok waiting-for-reader".to_owned() }
}

/// Takes the card out, waits until a reader driver must have seen it, and makes the card another person's.
fn exchange(folder: &Path, slot: &Slot) -> Result<(), CardFileError> {
    let person = Person::load(folder)?;
    if slot.is_connected() {
        slot.remove();
        std::thread::sleep(ABSENCE);
    } else {
        slot.remove();
    }
    slot.with_card(|card| card.exchange(person))
}

fn status(slot: &Slot) -> String {
    let connected = slot.is_connected();
    slot.with_card(|card| {
        let counters = card.counters();
        serde_json::json!({
            "inserted": card.is_in_place(),
            "connected": connected,
            "serial": card.serial(),
            "pin1_left": counters.pin1,
            "pin2_left": counters.pin2,
            "puk_left": counters.puk,
            "commands": card.commands(),
        })
        .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::tests::test_card;

    #[test]
    fn orders_are_answered_and_quit_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control");
        let listener = listen(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let slot = Slot::new(test_card(), None);
        std::thread::scope(|scope| {
            let server = scope.spawn(|| serve(&listener, &slot));
            assert!(tell(&path, "status").unwrap().contains("\"inserted\":true"));
            assert_eq!(tell(&path, "remove").unwrap(), "ok");
            assert!(tell(&path, "status").unwrap().contains("\"inserted\":false"));
            assert_eq!(tell(&path, "remove-at 3").unwrap(), "ok");
            assert_eq!(tell(&path, "answer-at 1 6F00").unwrap(), "ok");
            assert_eq!(tell(&path, "remove-after 3").unwrap(), "ok");
            assert_eq!(tell(&path, "reset-at 3").unwrap(), "ok");
            assert!(tell(&path, "remove-at x").unwrap().starts_with("error"));
            assert!(tell(&path, "insert /nowhere").unwrap().starts_with("error virtual-card-file"));
            assert!(tell(&path, "dance").unwrap().starts_with("error unknown-order"));
            assert_eq!(tell(&path, "quit").unwrap(), "ok");
            server.join().unwrap();
        });
    }

    #[test]
    fn a_living_socket_is_not_taken_over_and_a_dead_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control");
        let first = listen(&path).unwrap();
        assert!(listen(&path).is_err());
        drop(first);
        assert!(listen(&path).is_ok());
    }
}
