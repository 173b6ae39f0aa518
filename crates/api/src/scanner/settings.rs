//! How the scanner is connected, as the settings say.

use std::path::PathBuf;

use serde::Deserialize;

/// How the scanner is connected, `[scanner]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ScannerAt {
    /// It types, as a keyboard of the computer: the host hears it.
    Wedge {},
    /// It is at a serial port: a cable, or a USB scanner that is set up as one.
    Serial {
        /// "/dev/serial/by-id/…", "/dev/ttyACM0"; "COM3".
        path: PathBuf,
        /// Bits per second, as the scanner is set up; 300–921,600.
        #[serde(default = "usual_speed")]
        speed: u32,
    },
    /// Its raw reports are read (USB HID, best as a point of sale scanner). One of both is said.
    Hid {
        /// Vendor and product, hexadecimal: "0c2e:0b61".
        #[serde(default)]
        device: Option<String>,
        /// "/dev/hidraw0", or a name of its own that the system was taught.
        #[serde(default)]
        path: Option<PathBuf>,
    },
}

impl Default for ScannerAt {
    fn default() -> Self {
        Self::Wedge {}
    }
}

impl ScannerAt {
    /// What is wrong with it: the setting's name, and what it should be.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Wedge {} => None,
            Self::Serial { path, .. } if path.as_os_str().is_empty() => Some(("scanner.path", "/dev/ttyACM0")),
            Self::Serial { speed, .. } if !(300..=921_600).contains(speed) => Some(("scanner.speed", "300–921600")),
            Self::Serial { .. } => None,
            Self::Hid { .. } if !cfg!(target_os = "linux") => Some(("scanner.kind", "hid: Linux")),
            Self::Hid { device: Some(device), path: None } if ids(device).is_some() => None,
            Self::Hid { device: None, path: Some(path) } if !path.as_os_str().is_empty() => None,
            Self::Hid { device: Some(_), path: None } => Some(("scanner.device", "0c2e:0b61")),
            Self::Hid { .. } => Some(("scanner.device", "device = \"0c2e:0b61\", path = \"/dev/hidraw0\": 1")),
        }
    }

    /// Whether this program reads it itself.
    pub(crate) fn is_read_here(&self) -> bool {
        *self != Self::default()
    }
}

/// Vendor and product of "0c2e:0b61".
pub(super) fn ids(text: &str) -> Option<(u16, u16)> {
    let (vendor, product) = text.split_once(':')?;
    let number = |text: &str| {
        let is_hex = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u16::from_str_radix(text, 16).ok()).flatten()
    };
    Some((number(vendor)?, number(product)?))
}

fn usual_speed() -> u32 {
    9_600
}
