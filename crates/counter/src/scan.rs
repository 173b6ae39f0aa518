//! Scanning at the counter. A scanner that types is told from a person here ([`scanning::Wedge`]); a code that is a
//! prescription's goes to the search; a code of a package is compared with the package that is chosen on the screen. Another
//! package stops the flow until a person has put it aside or has chosen it, and is told to the record as a near miss. A code
//! that nobody knows is confirmed once by a pharmacist, durably, before it is believed.

use medicines::Package;
use prescription::{Oid, Vnr, time};
use record::NewEvent;
use scanning::{
    Code, Difference, Expiry, Gtin, GtinLink, GtinStore, GtinTable, InTheHand, Key, Recent, Scanner, Seen, Source,
    Warning, Wedge, WedgeEvent, WedgeSettings, in_the_hand, read,
};
use serde_json::{Value, json};

use crate::remnants::part_amount;
use crate::{Counter, CounterError, Proposal, Session, Visit, lock};

/// So many keys are looked at at once; a code has some hundred.
pub const MOST_KEYS: usize = 1_024;

/// The journal's kind of event for a package that was scanned and was not the chosen one.
pub const NEAR_MISS: &str = "package.mismatch";

/// So many packages of one prescription are kept in the hand.
const MOST_PACKS: usize = 100;

/// What a counter needs to scan.
pub struct Scanning {
    /// Which VNR stands for which number.
    pub table: GtinTable,
    /// Where what is learnt is kept.
    pub store: Box<dyn GtinStore + Send>,
    /// What is known of the scanner.
    pub scanner: Scanner,
    /// How it types.
    pub wedge: WedgeSettings,
    /// Whether a lot may be signed without its packages having been scanned only with a reason.
    pub required: bool,
}

/// What a counter scans with: its tables, and what was scanned a moment ago.
pub(crate) struct ScanDesk {
    pub(crate) with: Scanning,
    recent: Recent,
}

impl ScanDesk {
    pub(crate) fn new(with: Scanning) -> Self {
        Self { with, recent: Recent::default() }
    }
}

/// Packages of one prescription that were scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hand {
    /// Those that are the chosen one.
    pub packs: Vec<Pack>,
    /// The last one that is not: it lies in the hand until it is put aside or chosen.
    pub other: Option<Pack>,
    /// A number that nobody knows: it waits for a person to say that it is the chosen package's.
    pub unknown: Option<Code>,
    /// A new package is split although what is left of another of its batch would do.
    pub splits_new: bool,
}

/// A package that was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its code.
    pub code: Code,
    /// What it is.
    pub vnr: Vnr,
}

impl Pack {
    /// The batch, where the code says it.
    pub fn batch(&self) -> Option<&str> {
        self.code.batch()
    }

    /// The expiry, where the code says it.
    pub fn expiry(&self) -> Option<Expiry> {
        self.code.expiry()
    }

    /// What the record keeps of it beside the dispensation. The serial number is not kept.
    fn kept(&self) -> Value {
        json!({
            "vnr": self.vnr,
            "gtin": self.code.gtin().map(Gtin::as_str),
            "batch": self.batch(),
            "expiry": self.expiry().map(|expiry| expiry.last_day().to_string()),
        })
    }
}

/// What came of a scan.
#[derive(Debug, Clone)]
pub enum Scanned {
    /// A person typed it.
    Typed,
    /// A prescription's identifier.
    Prescription(Oid),
    /// A package: the visit as it is now, and what a person should know of the scan.
    Package(Box<Visit>, Vec<Doubt>),
}

/// What makes a scan doubtful; it counts all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Of the code.
    Warning(Warning),
    /// The same package again: it is not counted twice.
    Again,
    /// A package with the same serial number or batch in other letters was scanned before.
    CaseDiffers,
}

impl Doubt {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Warning(warning) => warning.code(),
            Self::Again => "scan-again",
            Self::CaseDiffers => "scan-case-differs",
        }
    }
}

impl Counter {
    /// Takes keys as they were pressed, with the milliseconds of each by the clock of whoever heard them, at a time of the
    /// program's own running clock. What comes back first is what a person typed just before the scan.
    pub fn scan_keys(&self, keys: &[(Key, u64)], at_ms: u64) -> Result<(Vec<Key>, Scanned), CounterError> {
        if keys.len() > MOST_KEYS {
            return Err(CounterError::ScanBroken);
        }
        let mut wedge = Wedge::new(self.wedge());
        let (mut events, mut last) = (Vec::new(), 0);
        for &(key, at) in keys {
            // A clock that goes back is none: the keys came in this order.
            last = at.max(last);
            events.extend(wedge.key(key, last));
        }
        events.extend(wedge.tick(last.saturating_add(10_000)));
        let mut typed = Vec::new();
        for event in events {
            match event {
                WedgeEvent::Typed(keys) => typed.extend(keys),
                WedgeEvent::Broken(keys) if looks_like_a_code(&keys) => return Err(CounterError::ScanBroken),
                // A program that types for a person is as fast, and is no scanner.
                WedgeEvent::Broken(keys) => typed.extend(keys),
                WedgeEvent::Scan(text) => return Ok((typed, self.scan(&text, at_ms)?)),
            }
        }
        Ok((typed, Scanned::Typed))
    }

    /// Takes what a scanner sent whole, at a time in milliseconds of a clock that does not go back.
    pub fn scan(&self, text: &str, at_ms: u64) -> Result<Scanned, CounterError> {
        let session = self.open_session()?;
        let today = time::finnish(self.deps.clock.now()).date();
        let scanner = lock(&self.scans).as_ref().map(|desk| desk.with.scanner).unwrap_or_default();
        let reading = read(text.as_bytes(), today, scanner)?;
        if let Code::Prescription(identifier) = reading.code {
            return Ok(Scanned::Prescription(identifier));
        }
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        let doubts = reading.warnings.into_iter().map(Doubt::Warning).collect();
        self.take_package(&session, visit, reading.code, (at_ms, doubts))
    }

    fn take_package(
        &self,
        session: &Session,
        visit: &mut Visit,
        code: Code,
        (at_ms, mut doubts): (u64, Vec<Doubt>),
    ) -> Result<Scanned, CounterError> {
        let set_id = visit.open.clone().ok_or(CounterError::NothingOpen)?;
        let chosen = self.chosen(visit, &set_id)?;
        let mut scans = lock(&self.scans);
        let desk = scans.as_mut().ok_or(CounterError::NoScanner)?;
        let seen = desk.recent.take(&code, at_ms);
        let vnr = code.vnr(&desk.with.table);
        drop(scans);
        // Of one split package two prescriptions may get a part; a whole one is given once.
        let is_whole = |id: &Oid| visit.proposals.get(id).is_none_or(|one| !one.dispensation.part_package);
        let holds =
            |id: &Oid, hand: &Hand| (*id == set_id || is_whole(id)) && hand.packs.iter().any(|it| it.code == code);
        let is_held = visit.hands.iter().any(|(id, hand)| holds(id, hand));
        match seen {
            Seen::Again if is_held => {
                doubts.push(Doubt::Again);
                return Ok(Scanned::Package(Box::new(visit.clone()), doubts));
            }
            Seen::CaseDiffers => doubts.push(Doubt::CaseDiffers),
            Seen::Again | Seen::New => {}
        }
        let hand = visit.hands.entry(set_id).or_default();
        match vnr {
            None => (hand.unknown, hand.other) = (Some(code), None),
            Some(vnr) if vnr == chosen.vnr => {
                if hand.packs.len() >= MOST_PACKS {
                    return Err(CounterError::FullHand);
                }
                hand.packs.push(Pack { code, vnr });
                (hand.unknown, hand.other) = (None, None);
            }
            Some(vnr) => {
                let shelf = self.deps.shelf();
                let scanned = shelf.edition().package(&vnr);
                self.note_near_miss(session, scanned, &vnr, &chosen)?;
                (hand.unknown, hand.other) = (None, Some(Pack { code, vnr }));
            }
        }
        self.ask_checks(visit);
        Ok(Scanned::Package(Box::new(visit.clone()), doubts))
    }

    /// A pharmacist says that the number nobody knew is the chosen package's. It is kept before it is believed, and a number
    /// that is known to be another's is not taken.
    pub fn confirm_scan(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        if !session.right.may_dispense() {
            return Err(CounterError::Right);
        }
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        let chosen = self.chosen(visit, set_id)?;
        let hand = visit.hands.get_mut(set_id).ok_or(CounterError::NothingToConfirm)?;
        let code = hand.unknown.clone().ok_or(CounterError::NothingToConfirm)?;
        let gtin = code.gtin().cloned().ok_or(CounterError::NothingToConfirm)?;
        let now = self.deps.clock.now();
        let link = GtinLink {
            gtin: gtin.clone(),
            vnr: chosen.vnr.clone(),
            source: Source::Person,
            first_seen: time::finnish(now).date(),
            confirmed_by: Some(session.registration.as_str().to_owned()),
        };
        {
            let mut scans = lock(&self.scans);
            let ScanDesk { with, .. } = scans.as_mut().ok_or(CounterError::NoScanner)?;
            with.table.learn(link, &mut with.store)?;
        }
        let event = NewEvent::new("package.linked", now, json!({ "gtin": gtin.as_str(), "vnr": chosen.vnr }));
        self.deps.record.append(vec![event.by(session.registration.as_str())])?;
        hand.packs.push(Pack { code, vnr: chosen.vnr });
        hand.unknown = None;
        self.ask_checks(visit);
        Ok(visit.clone())
    }

    /// What is not the chosen package is put aside; without such, everything that was scanned of this prescription.
    pub fn put_aside(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        if let Some(hand) = visit.hands.get_mut(set_id)
            && let (None, None) = (hand.other.take(), hand.unknown.take())
        {
            hand.packs.clear();
            hand.splits_new = false;
        }
        self.ask_checks(visit);
        Ok(visit.clone())
    }

    /// In what the package in the hand differs from the chosen one, the gravest first; nothing where there is none, or the
    /// edition does not know it.
    pub fn differences(&self, visit: &Visit, set_id: &Oid) -> Vec<Difference> {
        let other = visit.hands.get(set_id).and_then(|hand| hand.other.as_ref());
        let shelf = self.deps.shelf();
        let scanned = other.and_then(|pack| shelf.edition().package(&pack.vnr));
        let (Some(scanned), Ok(chosen)) = (scanned, self.chosen(visit, set_id)) else { return vec![] };
        match in_the_hand(scanned, &chosen) {
            InTheHand::Same => vec![],
            InTheHand::Differs(differences) => differences,
        }
    }

    /// The package that is chosen on the screen.
    fn chosen(&self, visit: &Visit, set_id: &Oid) -> Result<Package, CounterError> {
        let proposal = visit.proposals.get(set_id).ok_or(CounterError::NothingOpen)?;
        let shelf = self.deps.shelf();
        if proposal.unlisted().is_some() {
            return Err(CounterError::NothingToCompare);
        }
        proposal.package(&shelf).cloned().ok_or(CounterError::UnknownPackage)
    }

    /// A mismatch that the program stopped is a near miss: what was chosen, what was in the hand, and in what they differ. Of
    /// nobody whom it was for.
    fn note_near_miss(
        &self,
        session: &Session,
        scanned: Option<&Package>,
        vnr: &Vnr,
        chosen: &Package,
    ) -> Result<(), CounterError> {
        let differs: Vec<&str> = match scanned.map(|scanned| in_the_hand(scanned, chosen)) {
            Some(InTheHand::Differs(all)) => all.iter().map(|one| one.part.code()).collect(),
            Some(InTheHand::Same) | None => vec![],
        };
        let payload = json!({ "chosen": chosen.vnr, "in_hand": vnr, "differs": differs });
        let event = NewEvent::new(NEAR_MISS, self.deps.clock.now(), payload);
        self.deps.record.append(vec![event.by(session.registration.as_str())])?;
        Ok(())
    }

    fn wedge(&self) -> WedgeSettings {
        lock(&self.scans).as_ref().map(|desk| desk.with.wedge).unwrap_or_default()
    }

    /// What the checks are told of the packages in the hand.
    pub(crate) fn checked_hand(&self, visit: &Visit, set_id: &Oid, proposal: &Proposal) -> checks::InHand {
        let scans = lock(&self.scans);
        let (Some(desk), Some(chosen), None) = (scans.as_ref(), proposal.vnr(), &proposal.handed_over) else {
            // Nothing is scanned here, the database has nothing to compare with, or all of it was handed over before.
            return checks::InHand::default();
        };
        let hand = visit.hands.get(set_id);
        let shelf = self.deps.shelf();
        let named = |vnr: &Vnr| match shelf.edition().package(vnr) {
            Some(package) => format!("{} {}", package.name, package.strength),
            None => format!("VNR {}", vnr.as_str()),
        };
        let other = hand.and_then(|hand| match (&hand.other, &hand.unknown) {
            (Some(pack), _) => Some(named(&pack.vnr)),
            (None, Some(code)) => Some(code.gtin().map(|gtin| format!("GTIN {gtin}")).unwrap_or_default()),
            (None, None) => None,
        });
        let packs = hand.map(|hand| hand.packs.as_slice()).unwrap_or_default();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut batches: Vec<&str> = packs.iter().filter_map(Pack::batch).collect();
        batches.sort_unstable();
        batches.dedup();
        // Of a lot of less than a package all that is scanned is what the part is taken from.
        let part = proposal.package(&shelf).and_then(|package| part_amount(&proposal.dispensation, package));
        let part_only = part == Some(proposal.dispensation.delivered.value);
        checks::InHand {
            batches_of_part: if part_only { count(batches.len()) } else { 0 },
            scanned: count(packs.len()),
            given: proposal.dispensation.packages,
            required: desk.with.required,
            other: other.map(|other| (other, named(chosen))),
            last_day: packs.iter().filter_map(Pack::expiry).map(Expiry::last_day).min(),
        }
    }
}

/// Whether keys that did not end as a scan does began as a package's code: with its kind, or with more digits than an
/// identity code has in a row.
fn looks_like_a_code(keys: &[Key]) -> bool {
    const DIGITS: usize = 8;
    let digits = keys.iter().take_while(|key| matches!(key, Key::Char(c) if c.is_ascii_digit())).count();
    keys.first() == Some(&Key::Char(']')) || digits >= DIGITS
}

impl Visit {
    /// The scanned packages of a prescription, as the record keeps them beside its dispensation.
    pub(crate) fn packs_kept(&self, set_id: &Oid) -> Vec<Value> {
        self.hands.get(set_id).map(|hand| hand.packs.iter().map(Pack::kept).collect()).unwrap_or_default()
    }

    /// Another package was chosen: what is in the hand is seen anew.
    pub(crate) fn look_at_hand_again(&mut self, set_id: &Oid) {
        let (Some(hand), Some(proposal)) = (self.hands.get_mut(set_id), self.proposals.get(set_id)) else { return };
        let is_chosen = |pack: &Pack| proposal.vnr() == Some(&pack.vnr);
        hand.packs.retain(is_chosen);
        if let Some(pack) = hand.other.take_if(|pack| is_chosen(pack)) {
            hand.packs.push(pack);
        }
    }
}
