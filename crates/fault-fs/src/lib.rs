//! A disk that can lose its power: a SQLite file system in memory that keeps what was written apart from what was
//! flushed, and can be told to fail.
//!
//! It is the judge of promise 1. Killing a program cannot show a missing flush, because the operating system still
//! has what the program wrote; this can. What it models: a write is only in the cache until the file is flushed; a
//! name is only in the cache until the file is flushed or the folder is; at a power loss, all, some or none of the
//! cache has reached the disk, in any order, sector by sector.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a judge for tests: it stops loudly

mod locks;
mod vfs;

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::ffi;

use locks::Locks;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What of the cache reaches the disk at a power loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survives {
    /// Nothing that was not flushed.
    Nothing,
    /// Everything but the last write, of which only the first half of the sectors is there.
    AllButTornEnd,
    /// Some sectors of some writes and some changes of names, by this seed.
    Some(u64),
    /// Everything: the program died, and the machine did not.
    Everything,
}

/// A disk's content at a moment, to begin others with.
#[derive(Clone, Default)]
pub struct Image(BTreeMap<String, Vec<u8>>);

/// What goes wrong. Operations that change the disk are counted from 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan {
    /// The power goes off at this operation, which is not carried out any more.
    pub power_off_at: Option<u64>,
    /// This write fails, once.
    pub fail_write: Option<u64>,
    /// This flush fails, once; what was written stays in the cache.
    pub fail_sync: Option<u64>,
    /// From this write on the disk is full, until the plan is changed.
    pub full_from_write: Option<u64>,
    /// This read fails, once.
    pub fail_read: Option<u64>,
    /// This read gives other bytes than were written, once: a bit in the middle is the other way round.
    pub spoil_read: Option<u64>,
}

/// A registered file system with a disk of its own.
pub struct FaultFs {
    name: String,
    disk: Shared,
}

type Shared = Arc<Mutex<Disk>>;

impl Default for FaultFs {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultFs {
    /// Makes an empty disk and registers it. SQLite knows it for as long as the program runs.
    pub fn new() -> FaultFs {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("fault-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let disk = Shared::default();
        vfs::register(&name, disk.clone());
        FaultFs { name, disk }
    }

    /// The name to open a file with.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// Empties the disk and forgets the plan.
    pub fn reset(&self) {
        *self.disk.lock().unwrap() = Disk::default();
    }

    /// What is on the disk now, as programs see it.
    pub fn image(&self) -> Image {
        let disk = self.disk.lock().unwrap();
        Image(disk.files.iter().filter_map(|(name, file)| Some((name.clone(), file.now.clone()?))).collect())
    }

    /// Empties the disk, forgets the plan, and lays this content on it, flushed. Every file must have been closed.
    pub fn load(&self, image: &Image) {
        let whole =
            |bytes: &Vec<u8>| File { now: Some(bytes.clone()), flushed: Some(bytes.clone()), ..File::default() };
        let files = image.0.iter().map(|(name, bytes)| (name.clone(), whole(bytes))).collect();
        *self.disk.lock().unwrap() = Disk { files, ..Disk::default() };
    }

    /// From now on a flush answers that it was done, and was not: for showing that somebody notices.
    pub fn lie_about_flushes(&self, lies: bool) {
        self.disk.lock().unwrap().lies = lies;
    }

    /// The power goes off at this moment: nothing reaches the disk any more, not even what closing a file writes.
    pub fn turn_off(&self) {
        self.disk.lock().unwrap().off = true;
    }

    /// Sets what goes wrong, and counts from 1 again.
    pub fn plan(&self, plan: Plan) {
        let mut disk = self.disk.lock().unwrap();
        disk.plan = plan;
        disk.operations = 0;
        disk.writes = 0;
        disk.syncs = 0;
        disk.reads = 0;
        disk.struck = 0;
    }

    /// How often the plan has struck since it was set.
    pub fn struck(&self) -> u64 {
        self.disk.lock().unwrap().struck
    }

    /// Whether the power went off by the plan.
    pub fn is_off(&self) -> bool {
        self.disk.lock().unwrap().off
    }

    /// The power goes off and comes back. Every file must have been closed.
    pub fn power_loss(&self, survives: Survives) {
        self.disk.lock().unwrap().power_loss(survives);
    }

    /// The names of the files that are there.
    pub fn files(&self) -> Vec<String> {
        let disk = self.disk.lock().unwrap();
        let there = |file: &&String| disk.files[*file].now.is_some();
        disk.files.keys().filter(there).cloned().collect()
    }

    /// Whether there is a file of this name.
    pub fn exists(&self, name: &str) -> bool {
        self.disk.lock().unwrap().files.get(name).is_some_and(|file| file.now.is_some())
    }

    /// Gives a file another name, and makes both names durable; `false` when the disk fails at one of the two operations
    /// that this is, or there is no such file.
    pub fn rename(&self, from: &str, to: &str) -> bool {
        self.disk.lock().unwrap().rename(from, to).is_ok()
    }

    /// Copies a file and makes the copy durable; `false` when the disk fails.
    pub fn copy(&self, from: &str, to: &str) -> bool {
        let mut disk = self.disk.lock().unwrap();
        let Some(bytes) = disk.files.get(from).and_then(|file| file.now.clone()) else { return false };
        disk.write(to, 0, &bytes).is_ok() && disk.sync(to).is_ok()
    }

    /// Removes a file for good; `false` when the disk fails.
    pub fn remove(&self, name: &str) -> bool {
        matches!(self.disk.lock().unwrap().delete(name, true), Ok(()) | Err(ffi::SQLITE_IOERR_DELETE_NOENT))
    }

    /// A file's bytes.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.disk.lock().unwrap().files.get(name)?.now.clone()
    }

    /// Puts a file on the disk, durable, whatever the plan says.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        let mut disk = self.disk.lock().unwrap();
        let file = disk.files.entry(name.to_owned()).or_default();
        *file = File { now: Some(bytes.clone()), flushed: Some(bytes), ..File::default() };
    }

    /// Whether a file's bytes hold this text.
    pub fn holds(&self, needle: &[u8]) -> bool {
        let disk = self.disk.lock().unwrap();
        disk.files
            .values()
            .filter_map(|file| file.now.as_ref())
            .any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
    }
}

#[derive(Default)]
struct Disk {
    files: BTreeMap<String, File>,
    plan: Plan,
    operations: u64,
    writes: u64,
    syncs: u64,
    reads: u64,
    struck: u64,
    off: bool,
    /// Flushes do nothing and say that all is well.
    lies: bool,
}

/// A file: as programs see it, and as the disk has it. `None` is a name that is not there.
#[derive(Default)]
struct File {
    now: Option<Vec<u8>>,
    flushed: Option<Vec<u8>>,
    cached: Vec<Change>,
    /// Its name was made durable and its content was not: what is cached need not lead from `flushed` to `now`.
    apart: bool,
    /// A new log: its first flush flushes the folder too, as SQLite's own file system on Unix does it.
    flushes_folder: bool,
    /// Who has it open and how, as long as anybody has.
    locks: Locks,
}

/// A change that only the cache has.
#[derive(Clone)]
enum Change {
    Created,
    Deleted,
    /// Another file has come to bear this name.
    Renamed(Vec<u8>),
    Written {
        offset: usize,
        bytes: Vec<u8>,
    },
    Cut(usize),
}

impl Change {
    fn apply(&self, content: &mut Option<Vec<u8>>) {
        match self {
            Change::Created => *content = Some(content.take().unwrap_or_default()),
            Change::Deleted => *content = None,
            Change::Renamed(bytes) => *content = Some(bytes.clone()),
            Change::Written { offset, bytes } => {
                // A write that survives makes the name survive: there is no content without a name.
                let content = content.get_or_insert_default();
                let end = offset + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*offset..end].copy_from_slice(bytes);
            }
            Change::Cut(size) => {
                if let Some(content) = content {
                    content.resize(*size, 0);
                }
            }
        }
    }

    /// The parts that a disk writes whole: sectors, counted from the file's beginning.
    fn sectors(&self) -> Vec<Change> {
        let Change::Written { offset, bytes } = self else {
            return vec![self.clone()];
        };
        let mut parts = Vec::new();
        let mut done = 0;
        while done < bytes.len() {
            let start = offset + done;
            let size = (SECTOR - start % SECTOR).min(bytes.len() - done);
            parts.push(Change::Written { offset: start, bytes: bytes[done..done + size].to_vec() });
            done += size;
        }
        parts
    }
}

impl Disk {
    /// Counts an operation that changes the disk; the error when it fails.
    fn operation(&mut self) -> Result<(), c_int> {
        self.alive()?;
        self.operations += 1;
        if self.plan.power_off_at == Some(self.operations) {
            self.off = true;
            self.struck += 1;
        }
        self.alive()
    }

    fn alive(&self) -> Result<(), c_int> {
        if self.off { Err(ffi::SQLITE_IOERR) } else { Ok(()) }
    }

    fn change(&mut self, name: &str, change: Change) {
        let file = self.files.entry(name.to_owned()).or_default();
        change.apply(&mut file.now);
        file.cached.push(change);
    }

    fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) -> Result<(), c_int> {
        let change = Change::Written { offset, bytes: bytes.to_vec() };
        if let Err(error) = self.operation() {
            // The write during which the power goes off may have reached the cache.
            if self.plan.power_off_at == Some(self.operations) {
                self.plan.power_off_at = None;
                self.change(name, change);
            }
            return Err(error);
        }
        self.writes += 1;
        if self.plan.fail_write == Some(self.writes) {
            self.struck += 1;
            return Err(ffi::SQLITE_IOERR_WRITE);
        }
        if self.plan.full_from_write.is_some_and(|first| self.writes >= first) {
            self.struck += 1;
            return Err(ffi::SQLITE_FULL);
        }
        self.change(name, change);
        Ok(())
    }

    fn sync(&mut self, name: &str) -> Result<(), c_int> {
        self.operation()?;
        self.syncs += 1;
        if self.plan.fail_sync == Some(self.syncs) {
            self.struck += 1;
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        if !self.lies {
            self.flush(name);
        }
        Ok(())
    }

    /// Reads into a buffer. Answers whether all of it was there; where the file ends early, the rest is zeros.
    fn read(&mut self, name: &str, offset: usize, buffer: &mut [u8]) -> Result<bool, c_int> {
        self.alive().map_err(|_| ffi::SQLITE_IOERR_READ)?;
        self.reads += 1;
        if self.plan.fail_read == Some(self.reads) {
            self.struck += 1;
            return Err(ffi::SQLITE_IOERR_READ);
        }
        let content = self.files[name].now.as_deref().unwrap_or_default();
        let start = offset.min(content.len());
        let there = &content[start..(start + buffer.len()).min(content.len())];
        buffer[..there.len()].copy_from_slice(there);
        buffer[there.len()..].fill(0);
        let whole = there.len() == buffer.len();
        if self.plan.spoil_read == Some(self.reads) && whole {
            self.struck += 1;
            let middle = buffer.len() / 2;
            buffer[middle] ^= 0x10;
        }
        Ok(whole)
    }

    fn flush(&mut self, name: &str) {
        if let Some(file) = self.files.get_mut(name) {
            // What changed and no more: to copy a whole file for each flush is what a simulation would spend its time on.
            if std::mem::take(&mut file.apart) {
                file.flushed = file.now.clone();
                file.cached.clear();
            }
            for change in file.cached.drain(..) {
                change.apply(&mut file.flushed);
            }
            debug_assert!(file.flushed == file.now, "what was flushed is what programs see");
            if std::mem::take(&mut file.flushes_folder) {
                self.flush_folder();
            }
        }
    }

    /// Makes every name durable that was made or deleted, and no content.
    fn flush_folder(&mut self) {
        for file in self.files.values_mut() {
            let is_name = |change: &Change| matches!(change, Change::Created | Change::Deleted | Change::Renamed(_));
            if let Some(last) = file.cached.iter().rposition(is_name) {
                file.flushed = None;
                file.cached[last].apply(&mut file.flushed);
                file.cached.drain(..=last);
                file.apart = true;
            }
        }
    }

    fn delete(&mut self, name: &str, sync_folder: bool) -> Result<(), c_int> {
        self.operation()?;
        if self.files.get(name).is_none_or(|file| file.now.is_none()) {
            return Err(ffi::SQLITE_IOERR_DELETE_NOENT);
        }
        self.change(name, Change::Deleted);
        if sync_folder {
            self.flush_folder();
        }
        Ok(())
    }

    /// The new name may survive a loss without the old one being gone, and the other way round; of the content only
    /// what was flushed before comes along.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), c_int> {
        self.operation()?;
        let file = self.files.get(from).ok_or(ffi::SQLITE_IOERR)?;
        let (now, flushed) = (file.now.clone().ok_or(ffi::SQLITE_IOERR)?, file.flushed.clone());
        self.change(to, Change::Renamed(flushed.unwrap_or_default()));
        self.change(from, Change::Deleted);
        let renamed = self.files.entry(to.to_owned()).or_default();
        (renamed.now, renamed.apart) = (Some(now), true);
        self.operation()?;
        self.flush_folder();
        Ok(())
    }

    fn power_loss(&mut self, survives: Survives) {
        let last = |file: &File| file.cached.iter().rposition(|change| matches!(change, Change::Written { .. }));
        for (name, file) in &mut self.files {
            let mut content = file.flushed.take();
            match survives {
                Survives::Nothing => {}
                Survives::Everything => content = file.now.take(),
                Survives::AllButTornEnd => {
                    let torn = last(file);
                    for (index, change) in file.cached.iter().enumerate() {
                        if Some(index) == torn {
                            let sectors = change.sectors();
                            let half = sectors.len() / 2;
                            sectors[..half].iter().for_each(|part| part.apply(&mut content));
                        } else {
                            change.apply(&mut content);
                        }
                    }
                }
                Survives::Some(seed) => {
                    let mut random = Random(seed ^ name.len() as u64);
                    for change in &file.cached {
                        for part in change.sectors() {
                            if random.number().is_multiple_of(2) {
                                part.apply(&mut content);
                            }
                        }
                    }
                }
            }
            file.cached.clear();
            file.apart = false;
            file.now = content.clone();
            file.flushed = content;
        }
        self.off = false;
        self.plan = Plan::default();
    }
}

/// A small generator of numbers (xorshift), so that a failing run can be repeated.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}
