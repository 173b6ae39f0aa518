//! Who has a file open, and how: SQLite's five levels of locks, and the shared memory beside a write-ahead log with its
//! own locks. All of it is memory of this process and gone with the power.

use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi;

/// One opening of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who(u64);

impl Who {
    /// Another than all before.
    pub(super) fn new() -> Who {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Who(NUMBER.fetch_add(1, Ordering::Relaxed))
    }
}

const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;

/// Of one file.
#[derive(Default)]
pub(super) struct Locks {
    levels: BTreeMap<Who, c_int>,
    /// Slots that somebody has: `true` for himself alone.
    slots: BTreeMap<Who, [Option<bool>; SLOTS]>,
    /// Words, so that what SQLite keeps in them lies as it must; changed through the pointers that SQLite was given.
    regions: Vec<Box<[AtomicU64]>>,
}

impl Locks {
    /// Raises a lock; busy where another has too much.
    pub(super) fn lock(&mut self, who: Who, level: c_int) -> Result<(), c_int> {
        let most = self.levels.iter().filter(|(other, _)| **other != who).map(|(_, level)| *level).max();
        let most = most.unwrap_or(ffi::SQLITE_LOCK_NONE);
        let own = self.levels.entry(who).or_insert(ffi::SQLITE_LOCK_NONE);
        if *own >= level {
            return Ok(());
        }
        let free = match level {
            ffi::SQLITE_LOCK_SHARED => most < ffi::SQLITE_LOCK_PENDING,
            ffi::SQLITE_LOCK_RESERVED => most < ffi::SQLITE_LOCK_RESERVED,
            _ => most < ffi::SQLITE_LOCK_SHARED,
        };
        if free {
            *own = level;
            return Ok(());
        }
        if level == ffi::SQLITE_LOCK_EXCLUSIVE && most < ffi::SQLITE_LOCK_PENDING {
            *own = ffi::SQLITE_LOCK_PENDING;
        }
        Err(ffi::SQLITE_BUSY)
    }

    /// Lowers a lock.
    pub(super) fn unlock(&mut self, who: Who, level: c_int) {
        let own = self.levels.entry(who).or_insert(ffi::SQLITE_LOCK_NONE);
        *own = level.min(*own);
    }

    /// Whether anybody is about to write.
    pub(super) fn is_reserved(&self) -> bool {
        self.levels.values().any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }

    /// The file was closed.
    pub(super) fn forget(&mut self, who: Who) {
        self.levels.remove(&who);
        self.unmap(who);
    }

    /// A region of the shared memory; null where it is not there and nobody is to make it.
    pub(super) fn region(&mut self, who: Who, number: usize, size: usize, make: bool) -> *mut c_void {
        self.slots.entry(who).or_default();
        while make && self.regions.len() <= number {
            self.regions.push((0..size.div_ceil(8)).map(|_| AtomicU64::new(0)).collect());
        }
        // Atomics may be changed through a shared pointer; the boxes do not move while anybody has mapped them.
        self.regions.get(number).map_or(std::ptr::null_mut(), |region| region.as_ptr().cast_mut().cast())
    }

    /// Takes slots of the shared memory; busy where another has one.
    pub(super) fn shm_lock(&mut self, who: Who, slots: Range<usize>, exclusive: bool) -> Result<(), c_int> {
        let hinders = |held: &[Option<bool>; SLOTS]| {
            held[slots.clone()].iter().any(|slot| slot.is_some_and(|alone| alone || exclusive))
        };
        if self.slots.iter().any(|(other, held)| *other != who && hinders(held)) {
            return Err(ffi::SQLITE_BUSY);
        }
        self.slots.entry(who).or_default()[slots].fill(Some(exclusive));
        Ok(())
    }

    /// Gives slots back.
    pub(super) fn shm_unlock(&mut self, who: Who, slots: Range<usize>) {
        self.slots.entry(who).or_default()[slots].fill(None);
    }

    /// One user less of the shared memory; with the last it is gone.
    pub(super) fn unmap(&mut self, who: Who) {
        self.slots.remove(&who);
        if self.slots.is_empty() {
            self.regions.clear();
        }
    }
}
