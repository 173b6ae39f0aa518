//! Raw reports of USB HID on Linux: `/dev/hidraw…`, which only has to be read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use super::device::{Device, ScannerFault};
use super::settings::ids;

/// Where the system lists them.
const LISTED: &str = "/sys/class/hidraw";
/// At most so many are looked at.
const MOST: usize = 256;
/// A report descriptor that names the usage page of bar code scanners.
const SCANNER_PAGE: [u8; 2] = [0x05, 0x8c];

/// Opens the device of a vendor and product, or of a path.
pub(super) fn open(device: Option<&str>, path: Option<&Path>) -> Result<Device, ScannerFault> {
    let found = match (device.and_then(ids), path) {
        (Some(wanted), _) => find(Path::new(LISTED), wanted).map(|name| Path::new("/dev").join(name)),
        (None, path) => path.map(Path::to_path_buf),
    };
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).map_err(|_| ScannerFault::Unreadable)?;
    let opened = OpenOptions::new().read(true).custom_flags(nonblocking).open(found.ok_or(ScannerFault::Missing)?);
    match opened {
        Ok(file) => Ok(Device::hid(file)),
        Err(error) => Err(match error.kind() {
            ErrorKind::NotFound => ScannerFault::Missing,
            ErrorKind::PermissionDenied => ScannerFault::NoPermission,
            // No such device behind the name any more, or not yet.
            _ => ScannerFault::Missing,
        }),
    }
}

/// The name of a device. A scanner may be several at once, a keyboard and a scanner: then the one that is a scanner.
fn find(listed: &Path, wanted: (u16, u16)) -> Option<PathBuf> {
    let mut names: Vec<PathBuf> =
        fs::read_dir(listed).ok()?.take(MOST).filter_map(|entry| Some(entry.ok()?.file_name().into())).collect();
    names.sort();
    let device = |name: &PathBuf| listed.join(name).join("device");
    names.retain(|name| fs::read_to_string(device(name).join("uevent")).is_ok_and(|told| is_of(&told, wanted)));
    let is_scanner = |name: &&PathBuf| {
        let descriptor = fs::read(device(name).join("report_descriptor")).unwrap_or_default();
        descriptor.windows(2).any(|pair| pair == SCANNER_PAGE)
    };
    names.iter().find(is_scanner).or(names.first()).cloned()
}

/// Whether the system's description (`HID_ID=0003:00000C2E:00000B61`) is of this vendor and product.
fn is_of(told: &str, (vendor, product): (u16, u16)) -> bool {
    let of = format!(":{vendor:08X}:{product:08X}");
    told.lines().any(|line| line.strip_prefix("HID_ID=").is_some_and(|id| id.to_ascii_uppercase().ends_with(&of)))
}

/// Reads one report, for so long at the most.
pub(super) fn read(file: &mut File, bytes: &mut [u8], longest: Duration) -> io::Result<usize> {
    let timeout = Timespec::try_from(longest).map_err(|_| ErrorKind::InvalidInput)?;
    match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&timeout))? {
        0 => Err(ErrorKind::TimedOut.into()),
        _ => file.read(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_found_by_vendor_and_product_and_the_scanner_before_its_keyboard() {
        let folder = tempfile::tempdir().unwrap();
        let list = |name: &str, id: &str, descriptor: &[u8]| {
            let device = folder.path().join(name).join("device");
            fs::create_dir_all(&device).unwrap();
            fs::write(device.join("uevent"), format!("DRIVER=hid-generic\nHID_ID={id}\nHID_NAME=x\n")).unwrap();
            fs::write(device.join("report_descriptor"), descriptor).unwrap();
        };
        list("hidraw0", "0003:0000046D:0000C31C", &[0x05, 0x01]);
        list("hidraw1", "0003:00000C2E:00000B61", &[0x05, 0x01, 0x09, 0x06]);
        let found = |vendor, product| find(folder.path(), (vendor, product));
        assert_eq!(found(0x0c2e, 0x0b61), Some("hidraw1".into()));
        list("hidraw2", "0003:00000c2e:00000b61", &[0x05, 0x8c, 0x09, 0x02]);
        assert_eq!(found(0x0c2e, 0x0b61), Some("hidraw2".into()), "the one that is a scanner");
        assert_eq!((found(0x0c2e, 0x0b62), found(0xc31c, 0x046d)), (None, None));
        assert_eq!(find(&folder.path().join("nowhere"), (1, 1)), None);
        assert_eq!(open(None, Some(&folder.path().join("hidraw9"))).err(), Some(ScannerFault::Missing));
        assert_eq!(
            [ids("0c2e:0B61"), ids("c2e:0b61"), ids("0c2e"), ids("+c2e:0b61")],
            [Some((0x0c2e, 0x0b61)), None, None, None]
        );
    }
}
