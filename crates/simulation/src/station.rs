//! One workstation: the real counter over the real record on a disk that fails, a card, a clock of its own, and the way to
//! the Centre, on which it waits as any program waits.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use card::CardAccess;
use chrono::{DateTime, Utc};
use counter::{Clock, Counter, Deps};
use fault_fs::FaultFs;
use kanta::http::Request;
use kanta_client::{CentreClient, Simulated, Transport, TransportError};
use record::{Key, Options, Record, RecordError};

use crate::actor::{Wait, Woken, wait};
use crate::bugs::Bug;
use crate::card::Reader;
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::materials::{Materials, RECORD_KEY, RECORD_PATH, software};
use crate::schedule::Role;
use crate::trace::Trace;

/// What all actors of a schedule share.
#[derive(Clone)]
pub struct Shared {
    /// Microseconds since the beginning.
    pub now: Arc<AtomicI64>,
    /// Whether all faults have stopped, and nobody begins anything new.
    pub closing: Arc<AtomicBool>,
    /// What was told and done.
    pub ledger: Arc<Mutex<Ledger>>,
    /// What happened.
    pub trace: Arc<Mutex<Trace>>,
}

impl Shared {
    /// The bookkeeping.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what happens.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        let now = self.now.load(Ordering::Relaxed);
        self.trace.lock().unwrap_or_else(PoisonError::into_inner).tell(now, what);
    }

    /// Whether all faults have stopped.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }
}

/// What of a workstation outlives its program.
pub struct Station {
    /// Its place among the workstations.
    pub number: usize,
    /// What all share.
    pub shared: Shared,
    /// Its disk.
    pub disk: Arc<FaultFs>,
    /// How wrong its clock is, in microseconds.
    pub skew: Arc<AtomicI64>,
    /// Its reader.
    pub reader: Reader,
    /// Its card access: the reader above, or a card with real keys.
    pub cards: Arc<dyn CardAccess>,
    /// Its dice.
    pub dice: Arc<Mutex<Dice>>,
    /// The program that sends holds the lock of a release that is on its way.
    pub giving_back: Arc<AtomicBool>,
    /// Whoever takes a prescription in hand holds that lock, and asks about a release.
    pub asking: Arc<AtomicBool>,
    /// Somebody at the window has done what may be to be sent: the part that sends is to wake.
    pub rang: Arc<AtomicBool>,
    /// A program died while somebody was saving, or said that it does not know: whoever comes next looks at the list.
    pub in_doubt: Arc<AtomicBool>,
    /// Signed with real keys.
    pub real: bool,
    /// What is broken on purpose.
    pub bug: Option<Bug>,
}

struct StationClock {
    beginning: DateTime<Utc>,
    now: Arc<AtomicI64>,
    skew: Arc<AtomicI64>,
}

impl Clock for StationClock {
    fn now(&self) -> DateTime<Utc> {
        let micros = self.now.load(Ordering::Relaxed).saturating_add(self.skew.load(Ordering::Relaxed));
        self.beginning + chrono::Duration::microseconds(micros)
    }
}

impl Station {
    /// The station's dice.
    pub fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an actor has a release on its way: no other may use the program's lock for that meanwhile.
    pub fn has_a_release(&self, role: Role) -> &AtomicBool {
        match role {
            Role::Serves => &self.asking,
            Role::Sends => &self.giving_back,
        }
    }

    /// The program ended, and its locks with it.
    pub fn has_no_release(&self) {
        for role in [Role::Serves, Role::Sends] {
            self.has_a_release(role).store(false, Ordering::Relaxed);
        }
    }

    /// What its clock says.
    pub fn now(&self, materials: &Materials) -> DateTime<Utc> {
        self.clock(materials).now()
    }

    fn clock(&self, materials: &Materials) -> StationClock {
        StationClock { beginning: materials.beginning, now: self.shared.now.clone(), skew: self.skew.clone() }
    }

    /// Opens its record.
    pub fn record(&self, materials: &Materials) -> Result<Record, RecordError> {
        let dice = self.dice.clone();
        let longest_wait = match self.bug {
            Some(Bug::ClockBelieved) => Duration::from_secs(3600 * 24 * 365),
            _ => Duration::from_secs(3600),
        };
        let options = Options {
            workstation: u16::try_from(self.number).unwrap_or(0).saturating_add(1),
            now: self.now(materials),
            must_exist: true,
            lease: Duration::from_secs(120),
            longest_wait,
            vfs: Some(self.disk.name()),
            randomness: Arc::new(move |bytes| {
                dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
                Ok(())
            }),
            ..Options::new(0, self.now(materials))
        };
        Record::open(Path::new(RECORD_PATH), &Key::new(RECORD_KEY), options)
    }

    /// Starts its program, as far as opening the record lets it.
    pub fn start(&self, materials: &Materials) -> Result<Arc<Counter>, RecordError> {
        let record = self.record(materials)?;
        let dice = self.dice.clone();
        let transport: Arc<dyn Transport> = Arc::new(Simulated::new(exchange));
        let Some(pharmacy) = materials.pharmacies.get(self.number).cloned() else { return Err(RecordError::Missing) };
        let deps = Deps {
            clock: Arc::new(self.clock(materials)),
            randomness: Arc::new(move |bytes| {
                dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
                Ok(())
            }),
            cards: self.cards.clone(),
            trust: materials.trust.clone(),
            centre: Arc::new(CentreClient::new(transport)),
            centre_organisation: materials.centre.clone(),
            record,
            medicines: materials.medicines.clone(),
            pharmacy,
            definition: materials.definition.clone(),
            software: software(),
            signers: prescription::Signers::default(),
            visit_signing: counter::VisitSigning::default(),
        };
        let counter = Counter::new(deps).with_verifier(materials.verifier(self.real));
        // What a program that died had in hand, as the program does it when it starts.
        counter.give_back();
        Ok(Arc::new(counter))
    }
}

/// Sends a request and waits for what comes of it.
fn exchange(request: &Request) -> Result<kanta::http::Response, TransportError> {
    match wait(Wait::Answer(request.clone())) {
        Woken::Answer(answer) => answer,
        Woken::Time => Err(TransportError::NotReached),
    }
}
