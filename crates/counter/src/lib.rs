//! The counter: a session for the person whose card is in the reader, a visit for the customer who is served, the checks
//! before signing, the signing, and the way of what was signed to the Prescription Centre.
//!
//! The way through follows the main way of docs/architecture.md. Everything that touches the world is handed in
//! ([`Deps`]); nothing here spawns a thread or sleeps. Words for people are left to `api`.

mod advance;
mod asking;
mod checking;
mod deps;
mod deviating;
mod error;
mod exchange;
mod goods;
mod hand;
mod held;
mod learnt;
mod lot;
mod marks;
mod outage;
mod outbox;
mod pacing;
mod papers;
mod practising;
mod purchases;
mod remnants;
mod scan;
mod self_check;
mod session;
mod signing_desk;
mod sold;
mod storing;
mod visit;

pub use deps::{Clock, Deps, Identifiers};
pub use deviating::{Deviates, DeviationReason, Deviations, choices};
pub use error::CounterError;
pub use exchange::{Exchange, ExchangeChoice, ExchangeError, PersonSaid};
pub use goods::Goods;
pub use held::{CardHeld, CardProblem, Look, MissingCard, ReadyCard, read_card};
pub use lot::{Change, HandOverTime, Proposal};
pub use marks::{Marked, Marks, StoredMarks};
pub use outage::{HandOver, HandedOver};
pub use outbox::{GIVEN_UP, Going, Sent};
pub use pacing::{Before, Fate, Heard, LONGEST_ANSWER, Pace, Round, Turn};
pub use papers::{Fetched, SignatureLine};
pub use practising::{RightSource, RoleService, RoleServiceSilent, Roles};
pub use purchases::{BasketSum, KelaSaid, Purchases};
pub use remnants::{KeptRemnant, PartTaken};
pub use scan::{Doubt, Hand, MOST_KEYS, NEAR_MISS, Pack, Scanned, Scanning};
pub use session::Session;
pub use signing_desk::{Signed, VisitSigning};
pub use storing::{Stored, StoringChecks, ToStore};
pub use visit::{Acting, Visit, identifier_in};

use card::ReaderId;
use checks::Checks;
use scan::ScanDesk;
use signing::Verifier;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many documents are sent at once, where nothing else is said: as many as it takes to send what waits at half the
/// rate at which the Centre stores (docs/reliability.md, draining).
pub const SENDERS: u32 = 8;

/// One workstation's counter.
pub struct Counter {
    deps: Deps,
    roles: Option<Roles>,
    checks: Option<Checks>,
    purchases: Option<Purchases>,
    marks: Option<Arc<dyn Marks>>,
    deviations: Option<Deviations>,
    /// What is scanned with; taken after `visit`, and never held while the record is written.
    scans: Mutex<Option<ScanDesk>>,
    verifier: Verifier,
    // Locks that are never nested but in this order, so that a card's removal can lock the session while a visit is busy.
    visit: Mutex<Option<Visit>>,
    session: Mutex<Option<Session>>,
    card: Mutex<CardHeld>,
    /// The reader of the last log-in.
    reader: Mutex<Option<ReaderId>>,
    /// Held while a release of a dispensing reservation is on its way.
    releasing: Mutex<()>,
    /// What all senders share. Held while the record hands documents out, never while one is on its way.
    pace: Mutex<Pace>,
    /// What is left of split packages, once it was read. Never held while the record is asked.
    remnants: Mutex<Option<Vec<KeptRemnant>>>,
    service_down: AtomicBool,
}

impl Counter {
    /// A counter with nobody logged in.
    pub fn new(deps: Deps) -> Self {
        Self {
            deps,
            roles: None,
            checks: None,
            purchases: None,
            marks: None,
            deviations: None,
            scans: Mutex::new(None),
            verifier: Verifier::default(),
            visit: Mutex::new(None),
            session: Mutex::new(None),
            card: Mutex::new(CardHeld::Unknown),
            reader: Mutex::new(None),
            releasing: Mutex::new(()),
            pace: Mutex::new(Pace::new(SENDERS)),
            remnants: Mutex::new(None),
            service_down: AtomicBool::new(false),
        }
    }

    /// The same counter, which asks the role service for the right of whoever logs in and signs.
    #[must_use]
    pub fn with_roles(mut self, roles: Roles) -> Self {
        self.roles = Some(roles);
        self
    }

    /// The same counter, which asks these safety checks of every lot.
    #[must_use]
    pub fn with_checks(mut self, checks: Checks) -> Self {
        self.checks = Some(checks);
        self
    }

    /// The same counter, which asks here what registers say of a medicine beside its package.
    #[must_use]
    pub fn with_marks(mut self, marks: Arc<dyn Marks>) -> Self {
        self.marks = Some(marks);
        self
    }

    /// The same counter, at which a pharmacist may deviate from a prescription for these reasons.
    #[must_use]
    pub fn with_deviations(mut self, deviations: Deviations) -> Self {
        self.deviations = Some(deviations);
        self
    }

    /// The same counter, at which packages are scanned.
    #[must_use]
    pub fn with_scanning(self, scanning: Scanning) -> Self {
        *lock(&self.scans) = Some(ScanDesk::new(scanning));
        self
    }

    /// The same counter, which has signatures checked by this verifier: a simulation's.
    #[must_use]
    pub fn with_verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = verifier;
        self
    }

    /// The same counter, which takes the card in this reader where several can be used.
    #[must_use]
    pub fn with_reader(self, reader: Option<ReaderId>) -> Self {
        *lock(&self.reader) = reader;
        self
    }

    /// The same counter, which sends at most so many documents at once.
    #[must_use]
    pub fn with_senders(self, senders: u32) -> Self {
        *lock(&self.pace) = Pace::new(senders);
        self
    }

    /// The reader of the last log-in.
    pub fn reader(&self) -> Option<ReaderId> {
        lock(&self.reader).clone()
    }

    /// What the counter works with.
    pub fn deps(&self) -> &Deps {
        &self.deps
    }
}

/// A lock whose holder panicked still guards sound data: every change here is made of whole assignments.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
