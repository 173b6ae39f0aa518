//! SQLite's side of the failing disk: the functions that SQLite calls. It calls them with the pointers that it was
//! given at registration and at opening, one call at a time for each file; the disk itself is behind a lock.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi;

use super::locks::{Locks, Who};
use super::{Change, Random, SECTOR, Shared};

/// An open file. SQLite allocates it, by the size that the registration says.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    /// Boxed at opening, freed at closing.
    open: *mut Open,
}

struct Open {
    disk: Shared,
    name: String,
    /// Tells this opening of the file from every other.
    who: Who,
    delete_at_close: bool,
}

impl Open {
    fn locks<T>(&self, with: impl FnOnce(&mut Locks) -> T) -> T {
        let mut disk = self.disk.lock().unwrap();
        with(&mut disk.files.entry(self.name.clone()).or_default().locks)
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 2: with shared memory, for stores that read beside a writer. The record needs none, because it locks the
    // file for itself.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// SQLite counts what memory it has, under one lock for all connections: nobody asks, and a simulation with many files at
/// once waits there. Where SQLite is at work already it stays as it is.
fn spare_the_memory_counts() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: SQLite refuses both once it has begun; room for short-lived pieces is memory of each connection.
        unsafe {
            ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0 as c_int);
            ffi::sqlite3_config(ffi::SQLITE_CONFIG_LOOKASIDE, 1200 as c_int, 300 as c_int);
        }
    });
}

/// Registers a file system with this disk. SQLite knows it for as long as the program runs.
pub(super) fn register(name: &str, disk: Shared) {
    spare_the_memory_counts();
    let name = CString::new(name).unwrap();
    let vfs = Box::new(ffi::sqlite3_vfs {
        iVersion: 1,
        szOsFile: size_of::<Handle>() as c_int,
        mxPathname: 512,
        pNext: std::ptr::null_mut(),
        zName: name.into_raw(),
        pAppData: Box::into_raw(Box::new(disk)).cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: None,
        xCurrentTimeInt64: None,
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    });
    // SAFETY: the structure, its name and its disk are leaked, so they live as long as SQLite may use them.
    let done = unsafe { ffi::sqlite3_vfs_register(Box::into_raw(vfs), 0) };
    assert_eq!(done, ffi::SQLITE_OK);
}

/// SQLite's result code of an outcome.
fn code(outcome: Result<(), c_int>) -> c_int {
    outcome.err().unwrap_or(ffi::SQLITE_OK)
}

/// SAFETY: `vfs` must be one that `register` made.
unsafe fn disk_of(vfs: *mut ffi::sqlite3_vfs) -> Shared {
    unsafe { (*(*vfs).pAppData.cast::<Shared>()).clone() }
}

/// SAFETY: `file` must be one that `open` opened and `close` has not closed.
unsafe fn open_of<'a>(file: *mut ffi::sqlite3_file) -> &'a Open {
    unsafe { &*(*file.cast::<Handle>()).open }
}

/// SAFETY: `name` must be a C string or null.
unsafe fn text(name: *const c_char) -> String {
    if name.is_null() {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        return format!("temporary-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    }
    unsafe { CStr::from_ptr(name) }.to_str().unwrap().to_owned()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over its own allocation of `szOsFile` bytes and the name as a C string.
    let (shared, name) = unsafe { (disk_of(vfs), text(name)) };
    // SAFETY: as above. Without methods SQLite does not call `close` when this fails.
    unsafe { (*file).pMethods = std::ptr::null() };
    {
        let mut disk = shared.lock().unwrap();
        if let Err(error) = disk.alive() {
            return error;
        }
        if disk.files.get(&name).is_none_or(|file| file.now.is_none()) {
            if flags & ffi::SQLITE_OPEN_CREATE == 0 {
                return ffi::SQLITE_CANTOPEN;
            }
            if let Err(error) = disk.operation() {
                return error;
            }
            disk.change(&name, Change::Created);
            let logs = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL;
            if let Some(file) = disk.files.get_mut(&name) {
                file.flushes_folder = flags & logs != 0;
            }
        }
    }
    let delete_at_close = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
    let opened = Box::new(Open { disk: shared, name, who: Who::new(), delete_at_close });
    // SAFETY: as above; `out_flags` may be null.
    unsafe {
        (*file.cast::<Handle>()).open = Box::into_raw(opened);
        (*file).pMethods = &METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes once; the box was made by `open`.
    let opened = unsafe { Box::from_raw((*file.cast::<Handle>()).open) };
    opened.locks(|locks| locks.forget(opened.who));
    if opened.delete_at_close {
        opened.disk.lock().unwrap().files.remove(&opened.name);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    size: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's buffer has room for `size` bytes.
    let (opened, buffer) = unsafe {
        let buffer = std::slice::from_raw_parts_mut(buffer.cast::<u8>(), size as usize);
        (open_of(file), buffer)
    };
    let mut disk = opened.disk.lock().unwrap();
    match disk.read(&opened.name, offset as usize, buffer) {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(error) => error,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    size: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's buffer holds `size` bytes.
    let (opened, bytes) = unsafe {
        let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), size as usize);
        (open_of(file), bytes)
    };
    let mut disk = opened.disk.lock().unwrap();
    code(disk.write(&opened.name, offset as usize, bytes))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    let mut disk = opened.disk.lock().unwrap();
    let done = disk.operation();
    if done.is_ok() {
        disk.change(&opened.name, Change::Cut(size as usize));
    }
    code(done)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    code(opened.disk.lock().unwrap().sync(&opened.name))
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file, and SQLite's place for the answer.
    let (opened, size) = unsafe { (open_of(file), &mut *size) };
    let disk = opened.disk.lock().unwrap();
    let content = disk.files[&opened.name].now.as_deref().unwrap_or_default();
    *size = content.len() as ffi::sqlite3_int64;
    code(disk.alive())
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    code(opened.locks(|locks| locks.lock(opened.who, level)))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    opened.locks(|locks| locks.unlock(opened.who, level));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, reserved: *mut c_int) -> c_int {
    // SAFETY: an open file, and SQLite's place for the answer.
    let (opened, reserved) = unsafe { (open_of(file), &mut *reserved) };
    *reserved = c_int::from(opened.locks(|locks| locks.is_reserved()));
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    place: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file, and SQLite's place for the answer.
    let (opened, place) = unsafe { (open_of(file), &mut *place) };
    *place = opened.locks(|locks| locks.region(opened.who, region as usize, size as usize, extend != 0));
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, from: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    let slots = from as usize..(from + count) as usize;
    let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        opened.locks(|locks| locks.shm_unlock(opened.who, slots));
        return ffi::SQLITE_OK;
    }
    code(opened.locks(|locks| locks.shm_lock(opened.who, slots, exclusive)))
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    let opened = unsafe { open_of(file) };
    opened.locks(|locks| locks.unmap(opened.who));
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _operation: c_int, _argument: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    SECTOR as c_int
}

unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite assumes of every disk on Unix: a write does not harm the bytes beside it.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: our file system and a C string.
    let (disk, name) = unsafe { (disk_of(vfs), text(name)) };
    let done = disk.lock().unwrap().delete(&name, sync_folder != 0);
    code(done)
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    there: *mut c_int,
) -> c_int {
    // SAFETY: our file system, a C string, and SQLite's place for the answer.
    let (disk, name, there) = unsafe { (disk_of(vfs), text(name), &mut *there) };
    let disk = disk.lock().unwrap();
    *there = c_int::from(disk.files.get(&name).is_some_and(|file| file.now.is_some()));
    code(disk.alive())
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: a C string, and SQLite's buffer of `size` bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > size as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite's buffer of `size` bytes.
    let bytes = unsafe { std::slice::from_raw_parts_mut(out.cast::<u8>(), size as usize) };
    let mut random = Random(1);
    bytes.fill_with(|| random.number() as u8);
    size
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::sleep(std::time::Duration::from_micros(microseconds as u64));
    microseconds
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, days: *mut f64) -> c_int {
    // SAFETY: SQLite's place for the answer; Julian days.
    unsafe { *days = 2_461_367.0 };
    ffi::SQLITE_OK
}
