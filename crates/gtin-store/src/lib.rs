//! Keeps durably which package (VNR) a trade item number (GTIN) stands for: what a person has confirmed once at this counter,
//! and what a register says (medicines.md 5.3). One SQLite file, not encrypted: it names packages, and of people only the
//! registration number of who confirmed. A link that was taken back is kept beside the links, with who took it back and when:
//! nothing is deleted without a trace.

use std::path::Path;

use prescription::Vnr;
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior, params};
use scanning::{Gtin, GtinLink, GtinStore, NotStored, Source, TakenBack};

/// "TGtn": what the file says of itself.
const APPLICATION: i32 = 0x5447_746e;
/// Version of the schema. The first knew no links that were taken back.
const SCHEMA: i32 = 2;

/// What version 2 added.
const TAKEN_BACK: &str = "CREATE TABLE taken_back (id INTEGER PRIMARY KEY, gtin TEXT NOT NULL, vnr TEXT NOT NULL,
    source TEXT NOT NULL, first_seen TEXT NOT NULL, confirmed_by TEXT, taken_back_at TEXT NOT NULL,
    taken_back_by TEXT NOT NULL) STRICT";

/// Why the store cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be read or written.
    #[error("the file of trade item numbers cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file is another program's, or of a newer version of this one.
    #[error("the file is not one of trade item numbers")]
    Foreign,
    /// A row says what this program never wrote.
    #[error("the file of trade item numbers is damaged")]
    Damaged,
}

impl StoreError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "gtin-store-unusable",
            Self::Foreign => "gtin-store-foreign",
            Self::Damaged => "gtin-store-damaged",
        }
    }
}

/// The store.
#[derive(Debug)]
pub struct Gtins {
    connection: Connection,
}

impl Gtins {
    /// Opens the store, or makes it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_in(path, None)
    }

    /// The same in another of SQLite's file systems: for tests of power losses.
    pub fn open_in(path: &Path, file_system: Option<&str>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = match file_system {
            Some(name) => Connection::open_with_flags_and_vfs(path, flags, name)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        // What is kept is on the disk before it is said, and so is that its journal is gone.
        connection.execute_batch("PRAGMA synchronous = EXTRA;")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let number = |name: &str| transaction.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (number("application_id")?, number("user_version")?) {
            (APPLICATION, SCHEMA) => {}
            (APPLICATION, 1) => {
                transaction.execute_batch(TAKEN_BACK)?;
                transaction.pragma_update(None, "user_version", SCHEMA)?;
            }
            (0, 0) if tables == 0 => {
                transaction.execute_batch(
                    "CREATE TABLE link (gtin TEXT PRIMARY KEY, vnr TEXT NOT NULL, source TEXT NOT NULL,
                         first_seen TEXT NOT NULL, confirmed_by TEXT) STRICT, WITHOUT ROWID",
                )?;
                transaction.execute_batch(TAKEN_BACK)?;
                transaction.pragma_update(None, "application_id", APPLICATION)?;
                transaction.pragma_update(None, "user_version", SCHEMA)?;
            }
            _ => return Err(StoreError::Foreign),
        }
        transaction.commit()?;
        Ok(Self { connection })
    }

    /// Every link, by number.
    pub fn all(&self) -> Result<Vec<GtinLink>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT gtin, vnr, source, first_seen, confirmed_by FROM link ORDER BY gtin")?;
        let mut rows = statement.query([])?;
        let mut links = Vec::new();
        while let Some(row) = rows.next()? {
            links.push(link(row)?);
        }
        Ok(links)
    }

    /// Every link that was taken back, with who did and when, in that order.
    pub fn taken_back(&self) -> Result<Vec<(GtinLink, TakenBack)>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT gtin, vnr, source, first_seen, confirmed_by, taken_back_at, taken_back_by FROM taken_back
                 ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut taken = Vec::new();
        while let Some(row) = rows.next()? {
            let at = row.get::<_, String>(5)?.parse().map_err(|_| StoreError::Damaged)?;
            taken.push((link(row)?, TakenBack { at, by: row.get(6)? }));
        }
        Ok(taken)
    }

    /// Moves a link to those that were taken back; false where it is not among the links.
    fn moved(&mut self, link: &GtinLink, taken: &TakenBack) -> Result<bool, rusqlite::Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (gtin, vnr) = (link.gtin.as_str(), link.vnr.as_str());
        let kept = transaction.execute(
            "INSERT INTO taken_back (gtin, vnr, source, first_seen, confirmed_by, taken_back_at, taken_back_by)
                 SELECT gtin, vnr, source, first_seen, confirmed_by, ?3, ?4 FROM link WHERE gtin = ?1 AND vnr = ?2",
            params![gtin, vnr, taken.at.to_rfc3339(), taken.by],
        )?;
        let gone = transaction.execute("DELETE FROM link WHERE gtin = ?1 AND vnr = ?2", params![gtin, vnr])?;
        transaction.commit()?;
        Ok((kept, gone) == (1, 1))
    }
}

impl GtinStore for Gtins {
    /// A number that is kept already is not written over: a contradiction is a person's to settle.
    fn keep(&mut self, link: &GtinLink) -> Result<(), NotStored> {
        let source = match link.source {
            Source::Register => "register",
            Source::Person => "person",
        };
        self.connection
            .execute(
                "INSERT INTO link VALUES (?1, ?2, ?3, ?4, ?5)",
                params![link.gtin.as_str(), link.vnr.as_str(), source, link.first_seen.to_string(), link.confirmed_by],
            )
            .map(drop)
            .map_err(|_| NotStored)
    }

    fn take_back(&mut self, link: &GtinLink, taken: &TakenBack) -> Result<(), NotStored> {
        match self.moved(link, taken) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(NotStored),
        }
    }
}

fn link(row: &Row<'_>) -> Result<GtinLink, StoreError> {
    let text = |at: usize| row.get::<_, String>(at);
    let (gtin, vnr, source, day) = (text(0)?, text(1)?, text(2)?, text(3)?);
    Ok(GtinLink {
        gtin: Gtin::parse(&gtin).map_err(|_| StoreError::Damaged)?,
        vnr: Vnr::parse(&vnr).map_err(|_| StoreError::Damaged)?,
        source: match source.as_str() {
            "register" => Source::Register,
            "person" => Source::Person,
            _ => return Err(StoreError::Damaged),
        },
        first_seen: day.parse().map_err(|_| StoreError::Damaged)?,
        confirmed_by: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use scanning::GtinTable;

    use super::*;

    fn of(gtin: &str, vnr: &str) -> GtinLink {
        GtinLink {
            gtin: Gtin::parse(gtin).unwrap(),
            vnr: Vnr::parse(vnr).unwrap(),
            source: Source::Person,
            first_seen: "2026-11-26".parse().unwrap(),
            confirmed_by: Some("99900000011".into()),
        }
    }

    #[test]
    fn med_5_3_what_was_confirmed_once_is_known_after_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gtin.db");
        let mut store = Gtins::open(&file).unwrap();
        let mut table = GtinTable::default();
        table.learn(of("4006381333931", "070009"), &mut store).unwrap();
        assert_eq!(store.keep(&of("4006381333931", "117648")), Err(NotStored), "nothing is written over");
        drop(store);
        let links = Gtins::open(&file).unwrap().all().unwrap();
        assert_eq!(links, [of("4006381333931", "070009")]);
        assert_eq!(GtinTable::of(links).unwrap().vnr_of_digits("4006381333931").unwrap().as_str(), "070009");
    }

    fn taken() -> TakenBack {
        TakenBack { at: "2026-11-27T08:00:00Z".parse().unwrap(), by: "99900000022".into() }
    }

    #[test]
    fn med_5_3_what_was_taken_back_stays_so_after_a_new_start_and_who_did_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gtin.db");
        let mut store = Gtins::open(&file).unwrap();
        let (wrong, right) = (of("4006381333931", "070009"), of("4006381333931", "117648"));
        assert_eq!(store.take_back(&wrong, &taken()), Err(NotStored), "it is not there");
        store.keep(&wrong).unwrap();
        assert_eq!(store.take_back(&right, &taken()), Err(NotStored), "another link of the number");
        store.take_back(&wrong, &taken()).unwrap();
        drop(store);
        let mut store = Gtins::open(&file).unwrap();
        assert_eq!((store.all().unwrap(), store.taken_back().unwrap()), (vec![], vec![(wrong.clone(), taken())]));
        store.keep(&right).unwrap();
        store.take_back(&right, &taken()).unwrap();
        store.keep(&wrong).unwrap();
        drop(store);
        let store = Gtins::open(&file).unwrap();
        assert_eq!(store.all().unwrap(), std::slice::from_ref(&wrong), "learnt anew, by a person who looked again");
        assert_eq!(store.taken_back().unwrap(), [(wrong, taken()), (right, taken())]);
    }

    #[test]
    fn a_file_of_the_version_before_is_brought_up_to_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gtin.db");
        let old = Connection::open(&file).unwrap();
        old.execute_batch(
            "CREATE TABLE link (gtin TEXT PRIMARY KEY, vnr TEXT NOT NULL, source TEXT NOT NULL,
                 first_seen TEXT NOT NULL, confirmed_by TEXT) STRICT, WITHOUT ROWID;
             INSERT INTO link VALUES ('04006381333931', '070009', 'person', '2026-11-26', '99900000011');
             PRAGMA application_id = 0x5447746e; PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);
        let mut store = Gtins::open(&file).unwrap();
        assert_eq!(store.all().unwrap(), [of("4006381333931", "070009")]);
        store.take_back(&of("4006381333931", "070009"), &taken()).unwrap();
        drop(store);
        let store = Gtins::open(&file).unwrap();
        assert_eq!((store.all().unwrap().len(), store.taken_back().unwrap().len()), (0, 1));
        drop(store);
        Connection::open(&file).unwrap().pragma_update(None, "user_version", SCHEMA + 1).unwrap();
        assert_eq!(Gtins::open(&file).unwrap_err().code(), "gtin-store-foreign", "of a newer program");
    }

    #[test]
    fn a_foreign_or_damaged_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
        assert_eq!(Gtins::open(&foreign).unwrap_err().code(), "gtin-store-foreign");
        let text = folder.path().join("text.db");
        std::fs::write(&text, "this is no database, and long enough to be looked at as one").unwrap();
        assert_eq!(Gtins::open(&text).unwrap_err().code(), "gtin-store-unusable");
        let damaged = folder.path().join("damaged.db");
        drop(Gtins::open(&damaged).unwrap());
        let insert = "INSERT INTO link VALUES ('1', '070009', 'person', '2026-11-26', NULL)";
        Connection::open(&damaged).unwrap().execute_batch(insert).unwrap();
        assert_eq!(Gtins::open(&damaged).unwrap().all().unwrap_err().code(), "gtin-store-damaged");
    }

    /// Takes the power at each disk operation of a work on a store with one link, and judges what is there afterwards beside
    /// whether the work was said to be done.
    fn whenever_the_power_goes(work: impl Fn(&mut Gtins) -> bool, judge: impl Fn(&Gtins, bool) -> bool) {
        use fault_fs::{FaultFs, Plan, Survives};

        let fs = FaultFs::new();
        let open = || Gtins::open_in(Path::new("gtin.db"), Some(&fs.name()));
        open().unwrap().keep(&of("4006381333931", "070009")).unwrap();
        fs.turn_off();
        fs.power_loss(Survives::Everything);
        let before = fs.image();
        for survives in [Survives::Nothing, Survives::AllButTornEnd, Survives::Some(7), Survives::Everything] {
            for operation in 1.. {
                fs.load(&before);
                fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
                let done = open().is_ok_and(|mut store| work(&mut store));
                let is_through = !fs.is_off();
                fs.turn_off();
                fs.power_loss(survives);
                assert!(judge(&open().unwrap(), done), "{survives:?} at operation {operation}, done: {done}");
                if is_through {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_link_that_was_said_to_be_kept_survives_a_power_loss() {
        whenever_the_power_goes(
            |store| store.keep(&of("05012345678900", "070009")).is_ok(),
            |store, kept| matches!((store.all().unwrap().len(), kept), (2, _) | (1, false)),
        );
    }

    #[test]
    fn a_link_is_taken_back_whole_or_not_at_all_whenever_the_power_goes() {
        whenever_the_power_goes(
            |store| store.take_back(&of("4006381333931", "070009"), &taken()).is_ok(),
            |store, done| {
                let there = (store.all().unwrap().len(), store.taken_back().unwrap().len());
                there == (0, 1) || there == (1, 0) && !done
            },
        );
    }
}
