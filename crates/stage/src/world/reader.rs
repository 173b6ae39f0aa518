//! A card reader of this world's own: a second pcscd with vsmartcard's reader driver, in mounts that hide the drivers
//! and buses of real readers, and a virtual card in it. Only possible in a corner (see `namespace`).

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use test_authority::Authority;
use virtual_card::{Counters, FileMemory, Memory, Person};

use crate::namespace::run;
use crate::process::{Started, last_lines, sibling, until};

const DRIVERS: &str = "/usr/lib/pcsc/drivers";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
const SOCKET: &str = "/run/pcscd/pcscd.comm";
const PORT: u16 = 35963;
const PATIENCE: Duration = Duration::from_secs(10);

static MOUNTS: Once = Once::new();

/// The reader and what is in it.
pub struct Reader {
    control: PathBuf,
    pki: PathBuf,
    holder: Option<String>,
    card: Option<Started>,
    daemon: Option<Started>,
    /// Configurations of the daemon: with the one reader, and without any.
    readers: PathBuf,
    no_readers: PathBuf,
    words: Vec<String>,
    authority: Authority,
}

impl Reader {
    /// Starts pcscd and, where `holder` is somebody, puts a card in.
    pub fn start(folder: &Path, authority: &Authority, holder: Option<&str>, tries: Option<(u8, u8)>) -> Result<Self> {
        anyhow::ensure!(
            crate::namespace::here() == Some(crate::namespace::Corner::Own),
            "a virtual reader needs a corner of its own: use --card software"
        );
        let driver = hidden_driver(folder)?;
        let readers = folder.join("readers");
        std::fs::create_dir_all(&readers)?;
        std::fs::write(
            readers.join("virtual"),
            format!(
                "FRIENDLYNAME \"Tiski Virtual Reader\"\nDEVICENAME   /dev/null:0x{PORT:X}\nLIBPATH      {}\n\
                 CHANNELID    0x{PORT:X}\n",
                driver.display()
            ),
        )?;
        let no_readers = folder.join("no-readers");
        std::fs::create_dir_all(&no_readers)?;
        let mut reader = Self {
            control: folder.join("card.control"),
            pki: authority.directory().to_owned(),
            holder: None,
            card: None,
            daemon: None,
            readers,
            no_readers,
            words: Vec::new(),
            authority: authority.clone(),
        };
        reader.start_service(true)?;
        if let Some(holder) = holder {
            if let Some((pin1, pin2)) = tries {
                reader.remember(holder, pin1, pin2)?;
            }
            reader.insert(Some(holder))?;
        }
        Ok(reader)
    }

    /// Starts the card service, with its reader or with none.
    pub fn start_service(&mut self, with_reader: bool) -> Result<()> {
        anyhow::ensure!(self.daemon.is_none(), "the card service runs");
        let log = self.control.with_file_name("pcscd.log");
        let _ = std::fs::remove_file(SOCKET);
        let mut command = Command::new("/usr/sbin/pcscd");
        command.arg("-f").arg("-c").arg(if with_reader { &self.readers } else { &self.no_readers });
        if asks_polkit()? {
            command.arg("--disable-polkit");
        }
        let mut daemon = Started::start("pcscd", &mut command, &log)?;
        until("pcscd is ready", PATIENCE, || {
            daemon.must_run(&log)?;
            Ok(Path::new(SOCKET).exists())
        })?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Stops the card service, as a fault or an update does.
    pub fn stop_service(&mut self) -> Result<()> {
        self.daemon.take().context("the card service does not run")?.stop();
        Ok(())
    }

    /// Ends the card's program: the reader is empty, and any card may be put in.
    pub fn empty(&mut self) {
        self.card = None;
        self.holder = None;
    }

    /// Where the reader driver waits for a card.
    pub fn slot() -> (&'static str, u16) {
        ("127.0.0.1", PORT)
    }

    /// Words that the next card's program is started with beside the usual ones.
    pub fn with_words(&mut self, words: &[&str]) {
        self.words = words.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Lets a card remember that its PINs were entered wrongly before.
    pub fn remember(&self, slug: &str, pin1: u8, pin2: u8) -> Result<()> {
        let person = Person::load(&self.pki.join("people").join(slug))?;
        let mut memory = FileMemory::new(self.state(slug)?);
        Ok(memory.store(&person.serial(), Counters { pin1, pin2, puk: 5 })?)
    }

    fn state(&self, slug: &str) -> Result<PathBuf> {
        Ok(self.control.parent().context("no folder")?.join(format!("card-{slug}.state")))
    }

    /// Puts a card in: `holder`'s, or the one that was there before.
    pub fn insert(&mut self, holder: Option<&str>) -> Result<()> {
        match (self.card.is_some(), holder) {
            (false, None) => bail!("no card has been in this reader: say whose to insert"),
            (false, Some(slug)) => self.begin(slug),
            (true, None) => self.tell("insert"),
            // Each person has a card of their own with its own PINs and counters, so another program as well.
            (true, Some(slug)) if self.holder.as_deref() != Some(slug) => {
                self.tell("remove")?;
                std::thread::sleep(Duration::from_millis(1000));
                self.card = None;
                self.begin(slug)
            }
            (true, Some(_)) => self.tell("insert"),
        }
    }

    /// Pulls the card out.
    pub fn pull(&mut self) -> Result<()> {
        self.tell("remove")
    }

    fn begin(&mut self, slug: &str) -> Result<()> {
        let people = self.authority.people();
        let card = people
            .professional(slug)
            .with_context(|| format!("nobody is called {slug}"))?
            .card
            .as_ref()
            .with_context(|| format!("{slug} has no card"))?;
        let folder = self.control.parent().context("no folder")?;
        let log = folder.join("virtual-card.log");
        let _ = std::fs::remove_file(&self.control);
        let mut command = Command::new(sibling("virtual-card")?);
        command
            .arg("--person")
            .arg(self.pki.join("people").join(slug))
            .args(["--pin1", &card.pin1, "--pin2", &card.pin2, "--vpcd", &format!("127.0.0.1:{PORT}")])
            .arg("--state")
            .arg(self.state(slug)?)
            .arg("--control")
            .arg(&self.control)
            .arg("--trace")
            .arg(folder.join(format!("card-{slug}.trace")))
            .args(&self.words);
        let mut program = Started::start("virtual-card", &mut command, &log)?;
        until("the virtual card is in its reader", PATIENCE, || {
            program.must_run(&log)?;
            Ok(self.tell_for_answer("status").is_ok_and(|status| status.contains("\"connected\":true")))
        })
        .with_context(|| last_lines(&log))?;
        self.card = Some(program);
        self.holder = Some(slug.to_owned());
        Ok(())
    }

    fn tell(&self, order: &str) -> Result<()> {
        let answer = self.tell_for_answer(order)?;
        anyhow::ensure!(answer.starts_with("ok"), "the virtual card refused `{order}`: {answer}");
        Ok(())
    }

    fn tell_for_answer(&self, order: &str) -> Result<String> {
        let mut stream = UnixStream::connect(&self.control)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(format!("{order}\n").as_bytes())?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The card first, so that the daemon sees it leave.
        self.card = None;
        self.daemon = None;
    }
}

/// Copies the driver out, then hides the folder of drivers, the buses of real readers and the system's pcscd.
fn hidden_driver(folder: &Path) -> Result<PathBuf> {
    // All worlds of one run share the mounts, so the copy lies above the worlds' folders.
    let kept = folder.parent().unwrap_or(folder);
    let copy = kept.join("libifdvpcd.so");
    let mut result = Ok(());
    MOUNTS.call_once(|| result = hide(kept, &copy));
    result?;
    Ok(copy)
}

fn hide(kept: &Path, copy: &Path) -> Result<()> {
    std::fs::copy(DRIVER, copy).with_context(|| format!("{DRIVER}: the Debian package vsmartcard-vpcd is needed"))?;
    tmpfs(DRIVERS)?;
    if Path::new("/dev/bus/usb").is_dir() {
        tmpfs("/dev/bus/usb")?;
    }
    if std::fs::create_dir_all("/run/pcscd").is_err() {
        // An ordinary user cannot make a folder in /run: lay another /run over it, with what a window needs.
        let old = kept.join("run");
        std::fs::create_dir_all(&old)?;
        run(Command::new("mount").args(["--rbind", "/run"]).arg(&old))?;
        tmpfs("/run")?;
        for needed in ["user", "dbus"] {
            if old.join(needed).is_dir() {
                let place = Path::new("/run").join(needed);
                std::fs::create_dir_all(&place)?;
                run(Command::new("mount").arg("--rbind").arg(old.join(needed)).arg(&place))?;
            }
        }
        std::fs::create_dir_all("/run/pcscd")?;
    }
    tmpfs("/run/pcscd")
}

fn tmpfs(place: &str) -> Result<()> {
    run(Command::new("mount").args(["-t", "tmpfs", "tmpfs", place])).map(drop)
}

/// From version 2.0 on pcscd asks polkit who may use a card; 1.9 does not know the word that says no.
fn asks_polkit() -> Result<bool> {
    let said = run(Command::new("/usr/sbin/pcscd").arg("--version")).context("the Debian package pcscd is needed")?;
    let major = said.split_whitespace().find_map(|word| word.split_once('.')?.0.parse::<u32>().ok());
    Ok(major.is_some_and(|major| major >= 2))
}
