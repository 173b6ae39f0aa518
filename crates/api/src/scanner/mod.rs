//! A scanner that the program reads itself, from a serial port or as raw reports: a thread of its own opens it, hands what was
//! scanned to hosts as it came, and opens it again when it was unplugged. What it was, the catalogue's `scan` says.

mod device;
#[cfg(target_os = "linux")]
mod hidraw;
mod settings;

use std::sync::{Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ::scanning::Received;

use device::Device;
pub(crate) use device::ScannerFault;
pub use settings::ScannerAt;

use crate::bell::Bell;
use crate::program::Tiski;
use crate::scanning::{LONGEST_SCAN, Suffix};
use crate::{Event, ScannedText};

/// How long one read waits before the thread looks whether the program is still there.
const READ_AT_MOST: Duration = Duration::from_millis(500);
/// No scanner pauses so long within a code.
const PAUSE: Duration = Duration::from_millis(250);
/// How long it is waited before the scanner is opened again: doubled each time, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A scanner that was there for so long begins anew with short waits.
const STEADY: Duration = Duration::from_secs(5);

/// How the scanner did last.
#[derive(Default)]
pub(crate) struct ScannerSeen(Mutex<Option<Result<(), ScannerFault>>>);

impl ScannerSeen {
    /// How it did last; nothing where it was not opened yet.
    pub(crate) fn last(&self) -> Option<Result<(), ScannerFault>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, outcome: Result<(), ScannerFault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }
}

/// Reads the scanner for as long as the program lives. The bell wakes it to look at once whether the scanner is there.
pub(crate) fn read_scanner(program: &Weak<Tiski>, bell: &Bell, at: &ScannerAt) {
    let mut wait = FIRST_WAIT;
    loop {
        let outcome = match Device::open(at) {
            Ok(device) => {
                if !note(program, Ok(())) {
                    return;
                }
                let opened = Instant::now();
                let Some(gone) = listen(program, device) else { return };
                if opened.elapsed() > STEADY {
                    wait = FIRST_WAIT;
                }
                gone
            }
            Err(fault) => fault,
        };
        if !note(program, Err(outcome)) {
            return;
        }
        let Some(asked) = bell.wait(wait) else { return };
        bell.done(asked);
        wait = wait.saturating_mul(2).min(LONGEST_WAIT);
    }
}

/// Hears a scanner until it is gone; nothing where the program is.
fn listen(program: &Weak<Tiski>, mut device: Device) -> Option<ScannerFault> {
    let mut bytes = [0; 1024];
    let mut holds = false;
    loop {
        let longest = if holds { PAUSE } else { READ_AT_MOST };
        let read = device.read(&mut bytes, longest);
        let program = program.upgrade()?;
        let received = match read {
            Ok(0) => {
                holds = false;
                device.receiver.pause(program.settings.scanning.suffix != Suffix::Enter).into_iter().collect()
            }
            Ok(count) => {
                holds = true;
                device.receiver.take(bytes.get(..count).unwrap_or_default())
            }
            Err(fault) => return Some(fault),
        };
        received.into_iter().for_each(|one| program.received(one));
    }
}

/// Notes how the scanner does, and tells hosts where that changed something; false where the program is gone.
fn note(program: &Weak<Tiski>, outcome: Result<(), ScannerFault>) -> bool {
    let Some(program) = program.upgrade() else { return false };
    program.scanner.note(outcome);
    program.push_health();
    true
}

impl Tiski {
    /// Hands what was scanned to hosts. While nobody is logged in it is nobody's, and is let go.
    fn received(&self, received: Received) {
        if self.counter.session().is_none_or(|session| session.locked) {
            return;
        }
        self.push(match received {
            Received::Scan(bytes) => match text(bytes) {
                Some(text) => Event::Scanned { text: ScannedText::new(text) },
                None => Event::ScanFailed { problem: self.of_code("scan-too-long") },
            },
            Received::Broken => Event::ScanFailed { problem: self.of_code("scan-broken") },
        });
    }
}

/// The bytes as text, as the catalogue takes it; nothing where they are too long. Serial scanners may send Latin-1.
fn text(bytes: Vec<u8>) -> Option<String> {
    let text =
        String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    (text.len() <= LONGEST_SCAN).then_some(text)
}
