//! The device of a scanner: opened, read with a limit of time, and told what is wrong with it.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use ::scanning::{Lines, Receiver};
use serial2::SerialPort;

use super::ScannerAt;

/// Why a scanner cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScannerFault {
    /// It is not there: unplugged, or switched off.
    Missing,
    /// The computer does not let this program read it.
    NoPermission,
    /// Another program has it.
    Busy,
    /// Anything else.
    Unreadable,
}

impl ScannerFault {
    /// A stable code for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "scanner-missing",
            Self::NoPermission => "scanner-no-permission",
            Self::Busy => "scanner-busy",
            Self::Unreadable => "scanner-unreadable",
        }
    }

    fn of(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::NoPermission,
            ErrorKind::ResourceBusy => Self::Busy,
            _ => Self::Unreadable,
        }
    }
}

/// A scanner that was opened.
pub(super) struct Device {
    way: Way,
    /// What makes scans of its bytes.
    pub(super) receiver: Receiver,
}

enum Way {
    Serial(SerialPort),
    #[cfg(target_os = "linux")]
    Hid(std::fs::File),
}

impl Device {
    /// Opens the scanner of the settings.
    pub(super) fn open(at: &ScannerAt) -> Result<Self, ScannerFault> {
        match at {
            ScannerAt::Wedge {} => Err(ScannerFault::Missing),
            ScannerAt::Serial { path, speed } => serial(path, *speed),
            #[cfg(target_os = "linux")]
            ScannerAt::Hid { device, path } => super::hidraw::open(device.as_deref(), path.as_deref()),
            #[cfg(not(target_os = "linux"))]
            ScannerAt::Hid { .. } => Err(ScannerFault::Unreadable),
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn hid(file: std::fs::File) -> Self {
        Self { way: Way::Hid(file), receiver: Receiver::Hid(::scanning::Reports::default()) }
    }

    /// Reads what has come, for so long at the most: nothing is `Ok(0)`. Of HID that is one report. An error is the end.
    pub(super) fn read(&mut self, bytes: &mut [u8], longest: Duration) -> Result<usize, ScannerFault> {
        let read = match &mut self.way {
            Way::Serial(port) => {
                port.set_read_timeout(longest).map_err(|error| ScannerFault::of(&error))?;
                port.read(bytes)
            }
            #[cfg(target_os = "linux")]
            Way::Hid(file) => super::hidraw::read(file, bytes, longest),
        };
        match read {
            // A port or file that has ended.
            Ok(0) => Err(ScannerFault::Missing),
            Ok(count) => Ok(count),
            Err(error) => match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(0),
                // What was open is gone.
                _ => Err(ScannerFault::Missing),
            },
        }
    }
}

fn serial(path: &Path, speed: u32) -> Result<Device, ScannerFault> {
    let port = SerialPort::open(path, speed).map_err(|error| ScannerFault::of(&error))?;
    // What was scanned before anybody listened is nobody's.
    port.discard_input_buffer().map_err(|error| ScannerFault::of(&error))?;
    Ok(Device { way: Way::Serial(port), receiver: Receiver::Serial(Lines::default()) })
}
