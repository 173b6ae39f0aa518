//! Who works at a workstation: somebody who serves customers, and the part of the program that sends. Both use the real
//! counter, as the window and the program's own threads do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use card::{CardAccess, Pin, SoftwareCard};
use chrono::Duration;
use counter::{Acting, Change, Counter, CounterError, Round, Sent};
use prescription::Oid;
use record::{OutboxFilter, OutboxState, RELEASE, RecordError};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::actor::pause;
use crate::card::Reader;
use crate::ledger::Ledger;
use crate::materials::{AINO, PRESCRIPTIONS, set};
use crate::station::Station;

/// A second.
pub const SECOND: i64 = 1_000_000;
/// A minute.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour.
pub const HOUR: i64 = 60 * MINUTE;

/// A person at a workstation, with the program that runs there.
pub struct Person {
    /// Where.
    pub station: Arc<Station>,
    /// The program.
    pub counter: Arc<Counter>,
}

fn pin(digits: &str) -> Option<Pin> {
    Pin::new(digits).ok()
}

impl Person {
    /// Serves a few customers, then goes.
    pub fn serves(&self, visits: u64) {
        self.look_at_the_list();
        for _ in 0..visits {
            let wait = self.some(0, 20 * MINUTE);
            pause(wait);
            if self.station.shared.is_closing() {
                break;
            }
            self.serve();
            self.look_at_the_list();
        }
    }

    fn some(&self, least: i64, most: i64) -> i64 {
        self.station.dice().between(least, most)
    }

    fn chance(&self, in_a_thousand: u64) -> bool {
        self.station.dice().in_a_thousand(in_a_thousand)
    }

    /// Whether this program died meanwhile, by its disk: nothing is told any more.
    fn is_dead(&self) -> bool {
        self.station.disk.is_off()
    }

    /// The part of the program that sends is to look.
    fn ring(&self) {
        self.station.rang.store(true, Ordering::Relaxed);
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.station.shared.ledger()
    }

    fn failed(&self, what: &str, error: &CounterError) {
        let (number, code) = (self.station.number, error.code());
        self.station.shared.tell(|| format!("station {number}: {what}: {code}"));
        self.ledger().failed(&code);
    }

    fn logged_in(&self) -> bool {
        if self.counter.session().is_some_and(|session| !session.locked) && self.station.reader.is_in_place() {
            return true;
        }
        self.station.reader.insert();
        let Some(pin1) = pin("1234") else { return false };
        self.ring();
        match self.counter.log_in(&pin1, false) {
            Ok(_) => true,
            Err(error) => {
                self.failed("log in", &error);
                false
            }
        }
    }

    fn serve(&self) {
        if !self.logged_in() || !self.search() {
            return;
        }
        let mut basket = false;
        let first = self.station.dice().below(PRESCRIPTIONS);
        let many = if self.chance(250) { 2 } else { 1 };
        for place in 0..many {
            basket |= set((first + place) % PRESCRIPTIONS).is_ok_and(|set| self.chosen(&set));
        }
        // The customer has a question; sometimes a long one.
        let wait = if self.chance(60) { self.some(5 * MINUTE, 50 * MINUTE) } else { self.some(0, 2 * MINUTE) };
        pause(wait);
        if basket && !self.is_dead() {
            self.sign();
        }
        // One more of the same, while the first may still be on its way.
        if basket && self.chance(150) && !self.is_dead() && self.logged_in() {
            pause(self.some(0, 10 * SECOND));
            if set(first).is_ok_and(|set| self.chosen(&set)) && !self.is_dead() {
                self.sign();
            }
        }
        pause(self.some(0, 20 * SECOND));
        if self.chance(900) {
            self.counter.close_visit();
            self.ring();
        }
        if self.chance(100)
            && let Err(error) = self.counter.log_out()
        {
            self.failed("log out", &error);
        }
        self.ring();
    }

    fn search(&self) -> bool {
        for _ in 0..3 {
            match self.counter.search(AINO, Acting { on_behalf: None, identified: "identity-card".into() }) {
                Ok(_) => {
                    self.ring();
                    return true;
                }
                Err(error) => self.failed("search", &error),
            }
            pause(self.some(SECOND, 2 * MINUTE));
            if self.is_dead() || !self.logged_in() {
                return false;
            }
        }
        false
    }

    /// Takes a prescription in hand and puts a lot of it in the basket.
    fn chosen(&self, set: &Oid) -> bool {
        // Whoever opens one waits for a release that is on its way; on one thread that would be for ever.
        while self.station.giving_back.load(Ordering::Relaxed) {
            pause(SECOND);
        }
        if let Err(error) = self.counter.open_prescription(set) {
            self.failed("open", &error);
            return false;
        }
        let units = [7_u32, 14, 21, 30, 42][usize::try_from(self.station.dice().below(5)).unwrap_or(0) % 5];
        let change = Change { amount: Some(Decimal::from(units)), ..Change::default() };
        if let Err(error) = self.counter.propose(set, change) {
            self.failed("propose", &error);
        }
        match self.counter.add_to_basket(set) {
            Ok(_) => true,
            Err(error) => {
                self.failed("basket", &error);
                false
            }
        }
    }

    fn sign(&self) {
        for _ in 0..2 {
            if self.chance(80) {
                let uses = self.station.dice().below(6);
                self.station.reader.pull_after(uses);
            }
            let Some(pin2) = pin("5678") else { return };
            let Ok(before) = self.counter.visit() else { return };
            let mut amounts: BTreeMap<Oid, Decimal> = BTreeMap::new();
            for (set, proposal) in &before.proposals {
                amounts.insert(set.clone(), proposal.dispensation.delivered.value);
            }
            self.station.in_doubt.store(true, Ordering::Relaxed);
            let signed = self.counter.sign(&pin2, false);
            if self.is_dead() {
                return; // nobody was told anything
            }
            let is_uncertain = matches!(&signed, Err(CounterError::Record(RecordError::Uncertain)));
            self.station.in_doubt.store(is_uncertain, Ordering::Relaxed);
            self.ring();
            match signed {
                Ok(visit) => {
                    let known = before.signed.len();
                    for line in visit.signed.iter().skip(known) {
                        let units = amounts.get(&line.prescription_set_id).copied().unwrap_or_default();
                        self.hand_over(line.document_id.as_str(), line.prescription_set_id.as_str(), units);
                    }
                    return;
                }
                Err(error) => self.failed("sign", &error),
            }
            pause(self.some(SECOND, MINUTE));
            if is_uncertain || self.is_dead() || !self.logged_in() {
                return;
            }
        }
    }

    /// The program says "saved": the medicine leaves the house.
    fn hand_over(&self, document: &str, set: &str, units: Decimal) {
        let number = self.station.number;
        let stored = self.counter.deps().record.document(document);
        if self.is_dead() {
            return self.station.in_doubt.store(true, Ordering::Relaxed);
        }
        let bytes = stored.ok().flatten().and_then(|stored| stored.bytes);
        let digest = bytes.map(|bytes| <[u8; 32]>::from(Sha256::digest(&bytes)));
        self.station.shared.tell(|| format!("station {number}: saved {document} of {set}, {units}"));
        self.ledger().saved(number, document, set, units, digest);
    }

    /// Reads the list: what was saved while a program died is handed over now; what nobody was told of must not be there.
    pub fn look_at_the_list(&self) {
        let Ok(items) = self.counter.deps().record.outbox(OutboxFilter::default()) else { return };
        let in_doubt = self.station.in_doubt.load(Ordering::Relaxed);
        for item in items.iter().filter(|item| item.kind_code != RELEASE) {
            if self.ledger().hand_overs.contains_key(&item.document_id) {
                continue;
            }
            let id = &item.document_id;
            if !in_doubt {
                let text = format!("{id} stands in the list of station {}, and nobody was told", self.station.number);
                self.ledger().violation("ghost", text);
                continue;
            }
            let Ok(Some(stored)) = self.counter.deps().record.document(id) else { return };
            let Some(bytes) = stored.bytes else { continue };
            let units = units_of(&bytes).unwrap_or_default();
            let number = self.station.number;
            self.station.shared.tell(|| format!("station {number}: found {id}"));
            let digest = <[u8; 32]>::from(Sha256::digest(&bytes));
            self.ledger().saved(number, id, &item.prescription_set_id, units, Some(digest));
        }
        if !self.is_dead() {
            self.station.in_doubt.store(false, Ordering::Relaxed);
        }
    }

    /// Works the list at the end: everything that was refused is sent once more, since a clock may have been wrong or a
    /// reservation another's; what is refused again is settled otherwise, and lets what waits behind it go.
    pub fn works_the_list(&self, round: u32) {
        self.look_at_the_list();
        if !self.logged_in() {
            return;
        }
        let filter = OutboxFilter { states: vec![OutboxState::Refused], ..OutboxFilter::default() };
        let Ok(items) = self.counter.deps().record.outbox(filter) else { return };
        for item in items {
            let (number, id) = (self.station.number, &item.document_id);
            let again = round == 0 || !self.ledger().sent_again.contains(id);
            self.station
                .shared
                .tell(|| format!("station {number}: {id} is {}", if again { "sent again" } else { "settled" }));
            let done = if again { self.counter.resend(id) } else { self.counter.settle(id, "by hand") };
            match done {
                Ok(()) if again => drop(self.ledger().sent_again.insert(id.clone())),
                Ok(()) => drop(self.ledger().settled.insert(id.clone())),
                Err(error) => self.failed("list", &error),
            }
            self.ring();
        }
    }

    /// Sends what waits, for as long as the program runs.
    pub fn sends(&self) {
        // One at a time: whoever takes a prescription in hand meanwhile must not be met by a release that is sent.
        let round = Round { most: 1, retry: Duration::milliseconds(500), retry_most: Duration::minutes(1) };
        loop {
            // Somebody rang, and nothing waits: that is most of the ringing, and the record is spared a look at everything.
            if matches!(self.counter.deps().record.next_due(), Ok(None)) {
                pause(HOUR);
                continue;
            }
            // A release that is sent waits for who asks about one; on one thread that would be for ever.
            while self.station.asking.load(Ordering::Relaxed) {
                pause(SECOND);
            }
            let sent = self.counter.send_due(round);
            let wait = match &sent {
                Ok(_) => self.until_next(),
                Err(_) => 20 * SECOND,
            };
            match sent {
                Ok(sent) if !self.is_dead() => self.heard(&sent),
                Ok(_) => {}
                Err(error) => self.failed("send", &error),
            }
            pause(wait);
        }
    }

    /// As the program does it: when something is due and may go, and now and then in case nobody rang.
    fn until_next(&self) -> i64 {
        let now = self.counter.deps().clock.now();
        match self.counter.next_sending() {
            // Whoever leaves something to send rings.
            Ok(None) => HOUR,
            Ok(Some(at)) => (at - now).num_microseconds().unwrap_or(0).clamp(SECOND / 50, MINUTE),
            Err(_) => 5 * SECOND,
        }
    }

    /// A document goes when nothing that was saved here earlier of the same prescription is open: the Centre would refuse
    /// it, and a person would have to find out why.
    fn nothing_earlier_is_open(&self, document: &str) {
        let earlier = self.ledger().saved_before(document);
        for id in earlier {
            let Ok(Some(stored)) = self.counter.deps().record.document(&id) else { continue };
            if matches!(stored.item.state, OutboxState::Waiting | OutboxState::Sending | OutboxState::Refused) {
                let text = format!("{document} was sent, and {id}, saved earlier, is {} still", stored.item.state);
                self.ledger().violation("order", text);
            }
        }
    }

    fn heard(&self, sent: &[Sent]) {
        let number = self.station.number;
        for news in sent {
            self.station.shared.tell(|| match news {
                Sent::Accepted { document_id } => format!("station {number}: {document_id} accepted"),
                Sent::Refused { document_id, code } => format!("station {number}: {document_id} refused: {code}"),
                Sent::Waits { document_id, code, .. } => format!("station {number}: {document_id} waits: {code}"),
                Sent::Withdrawn { document_id } => format!("station {number}: {document_id} withdrawn"),
            });
            if let Sent::Accepted { document_id }
            | Sent::Refused { document_id, .. }
            | Sent::Waits { document_id, .. } = news
            {
                self.nothing_earlier_is_open(document_id);
            }
            match news {
                Sent::Accepted { document_id } => {
                    self.ledger().accepted.insert(document_id.clone());
                }
                Sent::Refused { document_id, .. } => {
                    self.ledger().refused.insert(document_id.clone());
                }
                Sent::Waits { .. } | Sent::Withdrawn { .. } => {}
            }
        }
    }
}

/// How much a document says was given: read from its text alone.
fn units_of(bytes: &[u8]) -> Option<Decimal> {
    match cda::read(bytes).ok()?.content {
        cda::Content::Dispensation(made) => Some(made.delivered.value),
        _ => None,
    }
}

/// A card with real keys is never pulled: its reader is always there.
pub fn is_real(cards: &dyn CardAccess) -> bool {
    cards.readers().iter().any(|state| state.reader == SoftwareCard::reader() && state.reader != Reader::name())
}
