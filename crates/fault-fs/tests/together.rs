//! Several connections to one file of the failing disk, as a store has them that reads beside its writer.
#![allow(clippy::unwrap_used)]

use fault_fs::{FaultFs, Plan, Survives};
use rusqlite::{Connection, ErrorCode, OpenFlags};

fn open(fs: &FaultFs) -> Connection {
    let connection =
        Connection::open_with_flags_and_vfs("together.db", OpenFlags::default(), fs.name().as_str()).unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    connection
}

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

#[test]
fn readers_see_what_was_there_when_they_began_and_two_do_not_write_at_once() {
    let fs = FaultFs::new();
    let (writer, reader, other) = (open(&fs), open(&fs), open(&fs));
    writer.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x)").unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 0);
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)").unwrap();
    let refused = other.execute_batch("BEGIN IMMEDIATE").unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!((count(&reader), count(&other)), (0, 1));
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&reader), 1);
    // One that closes leaves the log to the others.
    drop(writer);
    other.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    assert_eq!(count(&reader), 2);
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    drop((reader, other));
    fs.power_loss(Survives::Nothing);
    assert_eq!(count(&open(&fs)), 2, "both were flushed, and no memory was needed to find them");
}
