//! The Prescription Centre of this world: the real program, its database in the world's folder, on the world's clock.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ::centre::log::Use;
use ::centre::store::{SqliteStore, Store};
use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use prescription::Oid;
use test_authority::who;

use super::Clock;
use crate::namespace::run;
use crate::process::{Started, last_lines, sibling, until};
use crate::story::{CentreHolds, kela_document};

/// The register of rights, in the folder of its data: a story may change it.
const REGISTER: &str = "register.toml";

const PATIENCE: Duration = Duration::from_secs(10);

/// The Centre, running or not.
pub struct Centre {
    data: PathBuf,
    pki: PathBuf,
    clock: PathBuf,
    port: u16,
    running: Option<Started>,
    fail_points: Option<PathBuf>,
    /// Who signs which type of document where that is not as usual, as `4=system`.
    signed: Vec<String>,
    /// Dispensations that were there when the story began.
    before: u32,
}

impl Centre {
    pub(super) fn new(folder: &Path, clock: &Clock, port: u16) -> Result<Self> {
        let data = folder.join("centre");
        std::fs::create_dir_all(&data)?;
        std::fs::copy(fixtures().join("people/professionals.toml"), data.join(REGISTER))?;
        let (pki, clock) = (folder.join("pki"), clock.file().to_owned());
        Ok(Self { data, pki, clock, port, running: None, fail_points: None, signed: vec![], before: 0 })
    }

    /// Has it expect other signatures than usual, from its next start on.
    pub fn expect_signatures(&mut self, signed: &[String]) {
        self.signed = signed.to_vec();
    }

    /// Ends somebody's right in its register at an instant, and has it read the register anew.
    pub fn end_right(&self, slug: &str, at: DateTime<Utc>) -> Result<()> {
        let file = self.data.join(REGISTER);
        let register = std::fs::read_to_string(&file)?;
        let name = format!("slug = \"{slug}\"\n");
        anyhow::ensure!(register.contains(&name), "the register has no {slug}");
        let ends = format!("{name}right_ends = \"{}\"\n", at.to_rfc3339());
        std::fs::write(&file, register.replacen(&name, &ends, 1))?;
        self.tell("reload").map(drop)
    }

    /// Puts prescriptions into its store.
    pub fn hold(&self, holds: &CentreHolds) -> Result<String> {
        let mut command = self.command(match holds {
            CentreHolds::Nothing => return Ok(String::new()),
            CentreHolds::Seed => "seed",
            CentreHolds::Reissue { .. } | CentreHolds::AsItIs(_) => "load",
        })?;
        match holds {
            CentreHolds::Nothing => {}
            CentreHolds::Seed => {
                command.arg(fixtures().join("prescriptions"));
            }
            CentreHolds::Reissue { file, patient } => {
                command.args(["--reissue", "--prescriber", who::LAURI_PRESCRIBER, "--patient", patient]);
                command.arg(found(file)?);
            }
            CentreHolds::AsItIs(file) => {
                command.arg(found(file)?);
            }
        }
        run(&mut command)
    }

    /// Takes a document into its store, as its keeper does, running or not.
    pub fn load(&self, file: &Path) -> Result<String> {
        run(self.command("load")?.arg(file))
    }

    /// Has it compute everything again from its documents and walk its log; fails with what does not hold.
    pub fn verify(&self) -> Result<String> {
        run(Command::new(sibling("prescription-centre")?).arg("verify").arg("--data").arg(&self.data))
    }

    /// The newest entry of its log: what was done, and what it tells of it.
    pub fn last_of_log(&self) -> Result<(String, Use)> {
        let store = SqliteStore::open(&self.data.join("centre.db"))?;
        let (mut after, mut last) = (0, None);
        loop {
            let entries = store.log(after, 1000)?;
            let Some(newest) = entries.into_iter().next_back() else { break };
            after = newest.sequence;
            last = Some(newest);
        }
        let newest = last.context("the log is empty")?;
        let told = newest.told().context("the entry is erased")?;
        Ok((newest.event, told))
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it and waits until it listens.
    pub fn start(&mut self) -> Result<()> {
        anyhow::ensure!(self.running.is_none(), "the Centre is running");
        let (log, control, ready) = (self.log(), self.control(), self.data.join("ready"));
        let _ = std::fs::remove_file(&ready);
        let mut command = self.command("serve")?;
        command.arg("--listen").arg(format!("127.0.0.1:{}", self.port));
        command.arg("--control").arg(&control).arg("--ready-file").arg(&ready);
        if let Some(file) = &self.fail_points {
            command.env(fail_point::FILE, file);
        }
        let mut program = Started::start("prescription-centre", &mut command, &log)?;
        until("the Centre is ready", PATIENCE, || {
            program.must_run(&log)?;
            Ok(ready.exists() && control.exists())
        })
        .with_context(|| last_lines(&log))?;
        self.running = Some(program);
        Ok(())
    }

    /// Has it look into this file at its fail points, from its next start on.
    pub fn with_fail_points(&mut self, file: &Path) {
        self.fail_points = Some(file.to_owned());
    }

    /// Its process, for whoever kills it from outside; none where it does not run. One that died by itself is forgotten.
    pub fn process(&mut self) -> Option<u32> {
        let program = self.running.as_mut()?;
        if program.ended().is_some() {
            self.running = None;
            return None;
        }
        Some(program.child().id())
    }

    /// Puts the prescriptions of a folder into its store.
    pub fn seed(&self, folder: &Path) -> Result<String> {
        run(self.command("seed")?.arg(folder))
    }

    /// The folder of its data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Stops it as an operator would.
    pub fn stop(&mut self) -> Result<()> {
        self.running.take().context("the Centre is not running")?.stop();
        Ok(())
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.running.take().context("the Centre is not running")?.kill();
        Ok(())
    }

    /// Lets it end and begin anew by itself, and waits until it listens again.
    pub fn restart(&mut self) -> Result<()> {
        let (control, ready) = (self.control(), self.data.join("ready"));
        std::fs::remove_file(&ready)?;
        self.tell("restart")?;
        until("the Centre is back", PATIENCE, || Ok(ready.exists() && control.exists()))
    }

    /// From here on only what comes is counted.
    pub fn begin_to_count(&mut self) -> Result<()> {
        self.before = self.all_dispensations()?;
        Ok(())
    }

    /// How many dispensations it has stored since the story began.
    pub fn dispensations(&self) -> Result<u32> {
        Ok(self.all_dispensations()?.saturating_sub(self.before))
    }

    fn all_dispensations(&self) -> Result<u32> {
        let status = self.tell("status")?;
        let count = status.split_whitespace().find_map(|word| word.strip_prefix("dispensations="));
        count.context("the Centre gave no count")?.parse().context("the Centre's count is no number")
    }

    /// How many answers it keeps back: their documents are stored.
    pub fn held(&self) -> Result<u32> {
        self.tell("held")?.parse().context("the Centre's count is no number")
    }

    /// How many prescriptions are under a dispensing reservation now, as its store says.
    pub fn held_prescriptions(&self, now: DateTime<Utc>) -> Result<u32> {
        let store = SqliteStore::open(&self.data.join("centre.db"))?;
        let now = prescription::time::finnish(now);
        let mut held = 0;
        for set in store.prescription_sets(None, 1_000)? {
            let chain = store.chain(&set)?;
            held += u32::from(chain.is_some_and(|chain| chain.hold_at(now).is_some()));
        }
        Ok(held)
    }

    /// What the bar code of a patient instruction holds: the identifier of a person's prescription of a product.
    pub fn prescription_of(&self, identity: &str, product: &str) -> Result<String> {
        let store = SqliteStore::open(&self.data.join("centre.db"))?;
        for set in store.prescription_sets(None, 1_000)? {
            let Some(chain) = store.chain(&set)? else { continue };
            let held = &chain.prescription;
            let is_of = held.patient.identity_code.as_ref().is_some_and(|code| code.reveal() == identity);
            if is_of && held.product.name().starts_with(product) {
                return Ok(held.reference.id.to_string());
            }
        }
        Err(anyhow!("nobody has prescribed {product}"))
    }

    /// The prescription that a document belongs to, as it stored it.
    pub fn prescription_under(&self, id: &str) -> Result<Vec<u8>> {
        let id = Oid::parse(id).map_err(|_| anyhow!("no identifier of a document"))?;
        let store = SqliteStore::open(&self.data.join("centre.db"))?;
        let set = store.document(&id)?.context("the Centre has no such document")?.prescription_set;
        Ok(store.document(&set)?.context("the Centre has no such prescription")?.bytes)
    }

    /// A document as it stored it.
    pub fn document(&self, id: &str) -> Result<Vec<u8>> {
        let id = Oid::parse(id).map_err(|_| anyhow!("no identifier of a document"))?;
        let store = SqliteStore::open(&self.data.join("centre.db"))?;
        Ok(store.document(&id)?.context("the Centre has no such document")?.bytes)
    }

    /// Gives it an order over its control socket and gives what it answered.
    pub fn tell(&self, order: &str) -> Result<String> {
        let mut stream = UnixStream::connect(self.control())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(format!("{order}\n").as_bytes())?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        let told = answer
            .trim()
            .strip_prefix("ok")
            .with_context(|| format!("the Centre refused `{order}`: {}", answer.trim()))?;
        Ok(told.trim().to_owned())
    }

    fn command(&self, work: &str) -> Result<Command> {
        let mut command = Command::new(sibling("prescription-centre")?);
        command.arg(work).arg("--data").arg(&self.data).arg("--pki").arg(&self.pki).arg("--clock").arg(&self.clock);
        command.arg("--register").arg(self.data.join(REGISTER));
        for signed in &self.signed {
            command.arg("--signed").arg(signed);
        }
        Ok(command)
    }

    fn control(&self) -> PathBuf {
        self.data.join("control")
    }

    fn log(&self) -> PathBuf {
        self.data.join("centre.log")
    }
}

/// The artificial world of this project.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn found(file: &str) -> Result<PathBuf> {
    kela_document(file).with_context(|| format!("{file} of Kela's documents is not there"))
}
