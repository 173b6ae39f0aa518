//! Debian packages: which are missing, installed where that is allowed, else named in the one command that does it.

use std::process::Command;

use anyhow::Result;

use crate::tasks::{ask, step};

/// To build everything that has no window.
pub const BUILD: &[&str] = &["libssl-dev", "libpcsclite-dev", "libdbus-1-dev", "pkg-config"];
/// To build the window.
pub const WINDOW: &[&str] = &["libwebkit2gtk-4.1-dev"];
/// To run a card reader of one's own.
pub const READER: &[&str] = &["pcscd", "vsmartcard-vpcd", "iproute2"];
/// A key store of one's own, on a bus of its own.
pub const KEY_STORE: &[&str] = &["gnome-keyring", "dbus-daemon"];
/// Other programs that judge ours.
pub const JUDGES: &[&str] = &[
    "opensc",
    "opensc-pkcs11",
    "xmlsec1",
    "libxmlsec1-openssl",
    "libxml2-utils",
    "openssl",
    "sqlite3",
    "poppler-utils",
];
/// To drive the window where there is no screen.
pub const SCREEN: &[&str] = &["xvfb", "xauth", "webkit2gtk-driver", "dbus", "dbus-x11", "at-spi2-core", "imagemagick"];
/// To look at the page in a browser: axe judges it there.
pub const BROWSER: &[&str] = &["chromium"];
/// To build the fuzzer, which is C++.
pub const FUZZER: &[&str] = &["g++"];
/// To build the judge of `bench documents`.
pub const BENCH: &[&str] = &["libxml2-dev", "libxmlsec1-dev", "pkg-config"];
/// The page's tools, where no other Node is installed.
pub const NODE: &[&str] = &["nodejs", "npm"];

/// Whether everything is there now; says what to do when it is not.
pub fn packages(wanted: &[&[&'static str]]) -> Result<bool> {
    if ask("dpkg-query", &["--version"]).is_none() {
        println!(
            "  --  This is no Debian: the packages that are called so there must be here: {}",
            listed(wanted).join(" ")
        );
        return Ok(true);
    }
    let missing = missing(wanted);
    if missing.is_empty() {
        return Ok(true);
    }
    if ask("id", &["-u"]).as_deref() != Some("0") {
        println!("These Debian packages are missing. Install them with this one command, then come back:\n");
        println!("  sudo apt-get update && sudo apt-get install -y --no-install-recommends {}\n", missing.join(" "));
        return Ok(false);
    }
    step("package lists (apt-get update)", apt().arg("update"))?;
    step(
        &format!("{} Debian packages ({})", missing.len(), shortened(&missing)),
        apt().args(["install", "-y", "--no-install-recommends"]).args(&missing),
    )?;
    Ok(true)
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C.UTF-8").arg("-q");
    command
}

fn listed(wanted: &[&[&'static str]]) -> Vec<&'static str> {
    wanted.iter().flat_map(|group| group.iter().copied()).collect()
}

fn missing(wanted: &[&[&'static str]]) -> Vec<String> {
    let wanted = listed(wanted);
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${db:Status-Status}\n"])
        .args(&wanted)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let installed: Vec<&str> = output.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.into_iter().filter(|name| !installed.contains(name)).map(str::to_owned).collect()
}

fn shortened(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
    format!("{}{}", shown.join(", "), if names.len() > 4 { ", …" } else { "" })
}
