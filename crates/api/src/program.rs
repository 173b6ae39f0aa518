//! The whole program behind the catalogue: every request in terms of the counter and the review.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use counter::{Acting, CardHeld, Change, Counter, CounterError, Going, Round, Sent, Signed};
use kanta::{Basis, OnBehalf};
use prescription::rules::Language;
use prescription::{Oid, Vnr};
use record::OutboxState;
use rust_decimal::Decimal;

use crate::bell::Bell;
use crate::freshness::Heard;
use crate::health::{self, Asked, Instruments};
use crate::labelling::PrinterSeen;
use crate::notices::Standing;
use crate::pin::PinEntry;
use crate::render::{Render, document_state};
use crate::scanner::ScannerSeen;
use crate::settings::{Card, Environment, Settings};
use crate::telling::STANDING_OLD;
use crate::{
    BackupMade, CredentialsView, DayList, Deviate, DeviationList, DiscardRemnant, DocumentView, Event, Export,
    FindLinks, FindPackages, FoundPackages, GiveUnlisted, HandOverChecks, HandOverForm, HandOverList, HandOverSaved,
    HealthLine, HealthState, LabelView, LearntLinks, LogIn, NearMisses, Nothing, NoticeView, OnDay, OnDocument,
    OnHandOver, OnLabel, OnLink, OnPrescription, OutagePack, OutboxCounts, PinDigit, PinErase, PrescriptionView,
    PrintedLabels, Problem, Program, Propose, RemnantList, Scan, ScanView, ScannerCode, ScannerTest, Search, Secret,
    SessionView, SetLanguage, SettleDocument, SettleHandOver, Sign, SplitNew, StatedDeviation, Status,
    StorePrescription, StoringChecked, StoringDraft, StoringForm, StoringSaved, Unconfirmed, VisitView, WaitingDesk,
    WaitingPage, exchange, keeping, sentences, waiting, words,
};

/// What is typed or scanned in the search field is at most this long.
const LONGEST_SEARCH: usize = 200;

/// A note with which a document is settled has at most so many characters.
pub(crate) const LONGEST_NOTE: usize = 1_000;

/// So many documents are sent at once at the most, whatever the settings say.
pub(crate) const SENDERS_AT_MOST: u32 = 16;

/// The longest that `sign` waits for the Centre before it returns.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The program: one counter, its review, its way to hosts.
pub(crate) struct Tiski {
    pub(crate) counter: Counter,
    pub(crate) settings: Settings,
    language: AtomicU8,
    events: SyncSender<Event>,
    pub(crate) instruments: Instruments,
    asked: Mutex<Option<Asked>>,
    pub(crate) heard: Mutex<Heard>,
    /// State and code of each link, as hosts were told last.
    told: Mutex<Vec<(HealthState, String)>>,
    /// What waits too long, and when that was looked at.
    pub(crate) standing: Mutex<Option<(Instant, Standing)>>,
    /// The notices that hosts were told last.
    pub(crate) noticed: Mutex<Vec<NoticeView>>,
    /// How many documents of this day the Centre has accepted, and when that was counted.
    pub(crate) accepted: Mutex<Option<(Instant, NaiveDate, u32)>>,
    typed: Mutex<PinEntry>,
    /// How the label printer does.
    pub(crate) printer: PrinterSeen,
    /// How the scanner does that this program reads itself.
    pub(crate) scanner: ScannerSeen,
    /// When this program began: its own running clock.
    pub(crate) begun: Instant,
    pub(crate) outbox: Arc<Bell>,
    /// Wakes the thread that asks whether the Centre is there.
    pub(crate) asking: Arc<Bell>,
    /// Wakes the thread that asks what is known elsewhere of the card in the reader.
    pub(crate) asking_about_card: Arc<Bell>,
    /// Wakes the thread that waits for the scanner to be plugged in.
    pub(crate) opening_scanner: Arc<Bell>,
    /// Woken when the program ends: the Pharmaceutical Database is fetched by itself.
    pub(crate) fetching: Arc<Bell>,
}

impl Tiski {
    pub(crate) fn new(
        counter: Counter,
        settings: Settings,
        instruments: Instruments,
        events: SyncSender<Event>,
    ) -> Self {
        Self {
            counter,
            language: AtomicU8::new(settings.language as u8),
            settings,
            events,
            instruments,
            asked: Mutex::default(),
            heard: Mutex::default(),
            told: Mutex::default(),
            standing: Mutex::default(),
            noticed: Mutex::default(),
            accepted: Mutex::default(),
            typed: Mutex::default(),
            printer: PrinterSeen::default(),
            scanner: ScannerSeen::default(),
            begun: Instant::now(),
            outbox: Arc::default(),
            asking: Arc::default(),
            asking_about_card: Arc::default(),
            opening_scanner: Arc::default(),
            fetching: Arc::default(),
        }
    }

    /// Pushes an event; a host that lets hundreds wait misses some and asks anew.
    pub(crate) fn push(&self, event: Event) {
        match self.events.try_send(event) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => tracing::warn!("a host lets events wait; one was left out"),
        }
    }

    /// Tells hosts what the card and the session are now.
    pub(crate) fn push_card(&self, held: &CardHeld) {
        let render = self.render();
        self.push(Event::Card { card: render.card(held, &self.settings.card) });
        self.push(Event::Session { session: self.counter.session().map(|session| render.session(&session)) });
        self.push_health();
    }

    /// One round of sending, and its news: until nothing is left that may go now, several at once where the pace allows.
    /// False where the record could not be read or note what came of it: what is due stays due.
    pub(crate) fn send_round(&self) -> bool {
        let noted = AtomicBool::new(true);
        std::thread::scope(|scope| self.send_in(scope, &noted));
        self.push_notices(STANDING_OLD);
        noted.into_inner()
    }

    /// Sends as one of several senders; where more than one document may go, the others get senders of their own.
    fn send_in<'s>(&'s self, scope: &'s Scope<'s, '_>, noted: &'s AtomicBool) {
        loop {
            let mut going = match self.counter.next_to_send(SENDERS_AT_MOST as usize) {
                Ok(going) => going.into_iter(),
                Err(error) => {
                    noted.store(false, Ordering::Relaxed);
                    return tracing::warn!(code = error.code(), "a round of sending ended early");
                }
            };
            let Some(mine) = going.next() else { return };
            for other in going {
                scope.spawn(move || {
                    if self.send_one(other) {
                        self.send_in(scope, noted);
                    } else {
                        noted.store(false, Ordering::Relaxed);
                    }
                });
            }
            if !self.send_one(mine) {
                return noted.store(false, Ordering::Relaxed);
            }
        }
    }

    /// Sends one document and tells its news; false where the record could not note what came of it.
    fn send_one(&self, going: Going<'_>) -> bool {
        let milliseconds = |ms: u64| chrono::Duration::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX));
        let (retry, most) = (self.settings.centre.retry_ms, self.settings.centre.retry_most_ms);
        let round = Round { most: 1, retry: milliseconds(retry), retry_most: milliseconds(most) };
        let news = match going.send(round) {
            Ok(news) => news,
            Err(error) => {
                tracing::warn!(code = error.code(), "a round of sending ended early");
                return false;
            }
        };
        let (document_id, answer) = match &news {
            Sent::Accepted { document_id } => (document_id, Ok(())),
            Sent::Refused { document_id, .. } => (document_id, Ok(())),
            Sent::Waits { document_id, code, .. } => (document_id, Err(code.clone())),
            // Whether the Centre was asked at all is not said.
            Sent::Withdrawn { .. } => return true,
        };
        self.heard_from_outbox(answer);
        if let Ok(counts) = self.counts() {
            self.push_document(document_id, counts);
        }
        self.outbox.news();
        true
    }

    /// Whether nothing is to be heard of a document any more, before a person acts.
    fn is_answered(&self, document_id: &Oid) -> bool {
        let stored = self.counter.deps().record.document(document_id.as_str());
        let state = stored.ok().flatten().map(|stored| stored.item.state);
        !matches!(state, Some(OutboxState::Waiting | OutboxState::Sending))
    }

    /// Rings the outbox and waits until the Centre has answered to all of these, for so long at the most.
    pub(crate) fn wait_for_answers(&self, signed: &[Signed], wait_ms: Option<u32>) {
        let round = self.outbox.ring();
        let longest = Duration::from_millis(wait_ms.unwrap_or(0).into()).min(LONGEST_WAIT);
        self.outbox.wait_until(round, longest, || signed.iter().all(|one| self.is_answered(&one.document_id)));
    }

    /// Tells hosts where a document is now; of a release nobody asks.
    fn push_document(&self, document_id: &str, counts: OutboxCounts) {
        let stored = self.counter.deps().record.document(document_id).ok().flatten();
        let stored = stored.filter(|stored| stored.item.kind_code != record::RELEASE);
        if let Some(stored) = stored {
            let state = document_state(&stored.item);
            self.push(Event::Document { document_id: document_id.to_owned(), state, counts });
        }
    }

    /// What a person did with a document, told to hosts.
    fn moved(&self, document_id: &str, done: Result<(), CounterError>) -> Result<OutboxCounts, Problem> {
        done.map_err(|error| self.problem(&error))?;
        let counts = self.counts().map_err(|error| self.problem(&error))?;
        self.push_document(document_id, counts);
        self.push_notices(Duration::ZERO);
        Ok(counts)
    }

    /// Real work at the counter has learnt how the Centre answers; where it does, what waits for that is tried.
    fn heard(&self, outcome: Result<(), String>) {
        if outcome.is_ok() {
            self.knock();
        }
        self.heard_from_outbox(outcome);
    }

    /// What waits for the Centre to come back is tried, one document first.
    fn knock(&self) {
        if self.counter.centre_answers() {
            self.outbox.ring();
        }
    }

    fn heard_from_outbox(&self, outcome: Result<(), String>) {
        self.note_answer(outcome.is_ok());
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = Some(Asked::by_work(outcome, asked.as_ref()));
        drop(asked);
        self.push_health();
    }

    /// Whether the Centre was reached the last time that anything asked it.
    pub(crate) fn centre_answers(&self) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.as_ref().is_some_and(|asked| asked.outcome.is_ok())
    }

    pub(crate) fn heard_of<T>(&self, result: &Result<T, CounterError>) {
        match result {
            Ok(_) => self.heard(Ok(())),
            Err(CounterError::Centre(error)) if error.issues().is_empty() => self.heard(Err(error.code().to_owned())),
            Err(_) => {}
        }
    }

    pub(crate) fn language(&self) -> Language {
        match self.language.load(Ordering::Relaxed) {
            0 => Language::Fi,
            1 => Language::Sv,
            _ => Language::En,
        }
    }

    pub(crate) fn render(&self) -> Render {
        Render { language: self.language(), today: review::finnish_day(self.counter.deps().clock.now()) }
    }

    pub(crate) fn problem(&self, error: &CounterError) -> Problem {
        sentences::problem(error, self.language())
    }

    pub(crate) fn of_code(&self, code: &str) -> Problem {
        sentences::of_code(code, self.language())
    }

    pub(crate) fn view(&self, visit: Result<counter::Visit, CounterError>) -> Result<VisitView, Problem> {
        visit.and_then(|visit| self.render().visit(&self.counter, &visit)).map_err(|error| self.problem(&error))
    }

    pub(crate) fn open_view(
        &self,
        visit: Result<counter::Visit, CounterError>,
        set_id: &Oid,
    ) -> Result<PrescriptionView, Problem> {
        visit
            .and_then(|visit| self.render().prescription(&self.counter, &visit, set_id))
            .map_err(|error| self.problem(&error))
    }

    pub(crate) fn set_id(&self, text: &str) -> Result<Oid, Problem> {
        Oid::parse(text).map_err(|_| self.problem(&CounterError::UnknownPrescription))
    }

    fn health(&self) -> Vec<HealthLine> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut lines = self.instruments.lines(&self.counter.card(), asked.as_ref(), self.language());
        if self.settings.printers.label.is_some() {
            lines.push(health::printer(self.printer.last(), self.language()));
        }
        if self.settings.scanner.is_read_here() {
            lines.push(health::scanner(self.scanner.last(), self.language()));
        }
        lines
    }

    /// Asks whether the Centre is there, and tells hosts where that changed something. Blocks.
    pub(crate) fn ask_the_centre(&self) {
        let asked = self.instruments.ask();
        if asked.outcome.is_ok() {
            self.knock();
        }
        self.note_answer(asked.outcome.is_ok());
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
        self.push_health();
    }

    /// Looks whether the label printer is there, where one is set. Blocks, for two seconds at the most.
    pub(crate) fn look_at_printer(&self) {
        if let Some(printer) = &self.settings.printers.label {
            self.printer.look(printer);
        }
    }

    /// What was printed for the visit that ends now, and is not dispensed, is void.
    fn void_all_labels(&self, why: &str) {
        if let Ok(visit) = self.counter.visit() {
            self.void_labels(&visit, None, why);
        }
    }

    /// Asks the OCSP responder and the role service about the card in the reader, and tells hosts where that changed something.
    /// Blocks; the counter does not wait for it.
    pub(crate) fn ask_about_card(&self) {
        if self.instruments.ask_about(&self.counter.card()) {
            self.push_card(&self.counter.look_at_card());
        } else {
            self.push_health();
        }
    }

    /// Looks whether another edition of the medicines has come in. Reads the disk.
    pub(crate) fn look_for_editions(&self) {
        self.instruments.medicines.look(self.counter.deps().clock.now());
    }

    /// Reads the revocation lists anew. Blocks.
    pub(crate) fn refresh_lists(&self) {
        self.instruments.refresh_lists();
    }

    /// Tells hosts of the chain where a state or a code is another than they were told last.
    pub(crate) fn push_health(&self) {
        let lines = self.health();
        let told: Vec<_> = lines.iter().map(|line| (line.state, line.code.clone())).collect();
        let mut before = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *before != told {
            *before = told;
            drop(before);
            self.push(Event::Health { lines, freshness: self.freshness() });
        }
    }

    /// Locks the session where its person has done nothing for as long as the settings say.
    pub(crate) fn lock_if_idle(&self, now: Instant) {
        let longest = Duration::from_secs(u64::from(self.settings.session.idle_minutes) * 60);
        if self.counter.lock_if_idle(longest, now) {
            self.forget_pin();
            self.push_card(&self.counter.card());
        }
    }

    /// The PIN, whole or as its digits came; there is none of it here afterwards. Or the word that its holder enters it
    /// elsewhere, where the settings let that be.
    pub(crate) fn pin(
        &self,
        whole: Option<&Secret>,
        entry: Option<u64>,
        elsewhere: Option<bool>,
    ) -> Result<card::Pin, CounterError> {
        let pin = match (whole, entry, elsewhere) {
            (Some(whole), ..) => card::Pin::new(whole.reveal()),
            (None, Some(entry), _) => {
                self.typed.lock().unwrap_or_else(PoisonError::into_inner).take(entry, Instant::now())
            }
            (None, None, Some(true)) => match self.settings.card {
                Card::Pcsc { keypad: false } => Err(card::CardError::NoKeypad),
                _ => Ok(card::Pin::entered_elsewhere()),
            },
            (None, None, _) => Err(card::CardError::PinLength),
        };
        Ok(pin?)
    }

    /// Overwrites the digits that were typed.
    pub(crate) fn forget_pin(&self) {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }

    /// Overwrites digits that nobody used.
    pub(crate) fn forget_old_pin(&self, now: Instant) {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner).forget_old(now);
    }

    /// A request that only a person makes.
    fn acted(&self) {
        self.counter.acted(Instant::now());
    }

    fn frame(&self) -> Result<Status, CounterError> {
        let render = self.render();
        Ok(Status {
            environment: match self.settings.environment {
                Environment::Test => "test".to_owned(),
                Environment::Production => "production".to_owned(),
            },
            pharmacy: self.settings.pharmacy.name.clone(),
            language: words::code(self.language()).to_owned(),
            session: self.counter.session().map(|session| render.session(&session)),
            card: render.card(&self.counter.card(), &self.settings.card),
            health: self.health(),
            outbox: self.counts()?,
            notices: self.notices(STANDING_OLD),
            freshness: self.freshness(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            medicines_sources: self.instruments.medicines.sources(self.counter.deps().clock.now(), self.language()),
        })
    }

    pub(crate) fn day(&self, with: &OnDay) -> Result<NaiveDate, Problem> {
        match &with.day {
            None => Ok(review::finnish_day(self.counter.deps().clock.now())),
            Some(text) => text.parse().map_err(|_| self.of_code("day-invalid")),
        }
    }

    fn list(&self, day: NaiveDate, rows: &[review::Row]) -> DayList {
        let render = self.render();
        DayList { day: day.to_string(), rows: rows.iter().map(|row| render.row(row)).collect() }
    }

    /// The lists hold names: they are for a person who is logged in.
    pub(crate) fn for_a_person(&self) -> Result<(), Problem> {
        match self.counter.session() {
            Some(session) if !session.locked => Ok(()),
            _ => Err(self.problem(&CounterError::NoSession)),
        }
    }
}

impl Program for Tiski {
    fn status(&self, _: Nothing) -> Result<Status, Problem> {
        if matches!(self.counter.card(), CardHeld::Unknown) {
            self.counter.look_at_card();
        }
        self.frame().map_err(|error| self.problem(&error))
    }

    fn examine(&self, _: Nothing) -> Result<Status, Problem> {
        let round = self.asking.ring();
        self.counter.look_at_card();
        self.look_at_printer();
        self.asking_about_card.ring();
        self.opening_scanner.ring();
        self.asking.wait_for(round, LONGEST_WAIT);
        self.frame().map_err(|error| self.problem(&error))
    }

    fn set_language(&self, with: SetLanguage) -> Result<Status, Problem> {
        let language = words::language(&with.language).ok_or_else(|| self.of_code("language-unknown"))?;
        self.language.store(language as u8, Ordering::Relaxed);
        self.frame().map_err(|error| self.problem(&error))
    }

    fn pin_digit(&self, with: PinDigit) -> Result<Nothing, Problem> {
        let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
        let put = typed.put(with.entry, with.at, &with.digit, Instant::now());
        put.map(|()| Nothing::default()).map_err(|error| self.problem(&error.into()))
    }

    fn pin_erase(&self, with: PinErase) -> Result<Nothing, Problem> {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner).erase(with.entry);
        Ok(Nothing::default())
    }

    fn still_here(&self, _: Nothing) -> Result<Nothing, Problem> {
        self.acted();
        Ok(Nothing::default())
    }

    fn log_in(&self, with: LogIn) -> Result<SessionView, Problem> {
        let last_try = with.allow_last_try.unwrap_or_default();
        let pin = self.pin(with.pin.as_ref(), with.entry, with.elsewhere);
        let before = self.counter.visit().ok();
        let session = pin.and_then(|pin| self.counter.log_in(&pin, last_try));
        if let Some(before) = before.filter(|_| self.counter.visit().is_err()) {
            self.void_labels(&before, None, "visit-ended");
        }
        self.push_card(&self.counter.card());
        let session = session.map_err(|error| self.problem(&error))?;
        self.instruments.reader.keep(&session.reader);
        self.outbox.ring();
        Ok(self.render().session(&session))
    }

    fn log_out(&self, _: Nothing) -> Result<Status, Problem> {
        self.void_all_labels("visit-ended");
        let left = self.counter.log_out();
        self.outbox.ring();
        self.push_card(&self.counter.card());
        left.and_then(|()| self.frame()).map_err(|error| self.problem(&error))
    }

    fn search(&self, with: Search) -> Result<VisitView, Problem> {
        self.acted();
        let text = with.text.reveal();
        if text.len() > LONGEST_SEARCH {
            return Err(self.of_code("search-not-understood"));
        }
        let on_behalf = (with.acting != "self").then(|| OnBehalf {
            // Whoever acts for another says with what right; what is not known hinders.
            basis: Basis::from(with.basis.unwrap_or_default()),
            medicine: with.medicine.map(|named| named.chars().take(OnBehalf::MEDICINE_CHARS_AT_MOST).collect()),
        });
        let acting = Acting { on_behalf, identified: with.identified.chars().take(32).collect() };
        let before = self.counter.visit().ok();
        let visit = self.counter.search(text, acting);
        if let (Some(before), Ok(_)) = (before, &visit) {
            self.void_labels(&before, None, "visit-ended");
        }
        self.outbox.ring();
        self.heard_of(&visit);
        self.view(visit)
    }

    fn visit(&self, _: Nothing) -> Result<VisitView, Problem> {
        self.for_a_person()?;
        self.view(self.counter.visit())
    }

    fn open(&self, with: OnPrescription) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        let visit = self.counter.open_prescription(&set_id);
        self.heard_of(&visit);
        self.open_view(visit, &set_id)
    }

    fn propose(&self, with: Propose) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        let vnr = with.vnr.as_deref().map(Vnr::parse).transpose();
        let vnr = vnr.map_err(|_| self.problem(&CounterError::UnknownPackage))?;
        let amount = with.amount.as_deref().map(|text| text.trim().replace(',', ".").parse::<Decimal>()).transpose();
        let amount = amount.map_err(|_| self.problem(&CounterError::NotAnAmount))?;
        let change = Change {
            vnr,
            amount,
            label_dosage: with.label_dosage,
            reason: with.reason,
            refuses: with.refuses,
            indication: with.indication.map(Into::into),
            ..Change::default()
        };
        self.open_view(self.counter.propose(&set_id, change), &set_id)
    }

    fn ask_kela(&self, _: Nothing) -> Result<VisitView, Problem> {
        self.acted();
        self.for_a_person()?;
        let permission = self.counter.visit().map(|visit| exchange::permission(&visit));
        self.view(permission.and_then(|permission| self.counter.ask_kela(permission)))
    }

    fn scan(&self, with: Scan) -> Result<ScanView, Problem> {
        self.acted();
        self.scanned(&with)
    }

    fn scanner_code(&self, _: Nothing) -> Result<ScannerCode, Problem> {
        Ok(self.scanner_test_code())
    }

    fn test_scanner(&self, with: Scan) -> Result<ScannerTest, Problem> {
        self.acted();
        self.scanner_tested(&with)
    }

    fn confirm_scan(&self, with: OnPrescription) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        self.open_view(self.counter.confirm_scan(&set_id), &set_id)
    }

    fn put_aside(&self, with: OnPrescription) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        self.open_view(self.counter.put_aside(&set_id), &set_id)
    }

    fn deviations(&self, with: OnDay) -> Result<DeviationList, Problem> {
        self.deviations_of(&with)
    }

    fn near_misses(&self, with: OnDay) -> Result<NearMisses, Problem> {
        self.near_misses_of(&with)
    }

    fn split_new(&self, with: SplitNew) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        self.open_view(self.counter.split_new(&set_id, with.new), &set_id)
    }

    fn unconfirmed(&self, _: Nothing) -> Result<Unconfirmed, Problem> {
        self.unconfirmed_list()
    }

    fn remnants(&self, _: Nothing) -> Result<RemnantList, Problem> {
        self.remnant_list()
    }

    fn discard_remnant(&self, with: DiscardRemnant) -> Result<RemnantList, Problem> {
        self.acted();
        self.discarded(&with)
    }

    fn deviate(&self, with: Deviate) -> Result<PrescriptionView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        self.open_view(self.counter.deviate(&set_id, with.says.map(StatedDeviation::said)), &set_id)
    }

    fn give_unlisted(&self, with: GiveUnlisted) -> Result<PrescriptionView, Problem> {
        self.acted();
        self.unlisted_given(&with)
    }

    fn learnt_links(&self, with: FindLinks) -> Result<LearntLinks, Problem> {
        self.links(&with)
    }

    fn take_back_link(&self, with: OnLink) -> Result<Nothing, Problem> {
        self.acted();
        self.link_taken_back(&with)
    }

    fn add(&self, with: OnPrescription) -> Result<VisitView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        self.view(self.counter.add_to_basket(&set_id))
    }

    fn remove(&self, with: OnPrescription) -> Result<VisitView, Problem> {
        self.acted();
        let set_id = self.set_id(&with.set_id)?;
        let visit = self.counter.remove_from_basket(&set_id);
        if let Ok(visit) = &visit {
            self.void_labels(visit, Some(&set_id), "removed");
        }
        self.view(visit)
    }

    fn label(&self, with: OnLabel) -> Result<LabelView, Problem> {
        self.label_view(&with)
    }

    fn print_label(&self, with: OnLabel) -> Result<LabelView, Problem> {
        self.acted();
        self.label_printed(&with)
    }

    fn printed_labels(&self, with: OnDay) -> Result<PrintedLabels, Problem> {
        self.labels_of(&with)
    }

    fn sign(&self, with: Sign) -> Result<VisitView, Problem> {
        let last_try = with.allow_last_try.unwrap_or_default();
        self.acted();
        let pin = self.pin(with.pin.as_ref(), with.entry, with.elsewhere);
        let signed = pin.and_then(|pin| self.counter.sign(&pin, last_try));
        let visit = signed.map_err(|error| self.problem(&error))?;
        // Saved. Whether the Centre answers in time changes only what the person is told.
        self.wait_for_answers(&visit.signed, with.wait_ms);
        self.view(self.counter.visit())
    }

    fn close_visit(&self, _: Nothing) -> Result<Status, Problem> {
        self.acted();
        self.void_all_labels("visit-ended");
        self.counter.close_visit();
        self.outbox.ring();
        self.frame().map_err(|error| self.problem(&error))
    }

    fn waiting(&self, with: WaitingPage) -> Result<WaitingDesk, Problem> {
        self.for_a_person()?;
        let deps = self.counter.deps();
        let long_after = chrono::Duration::minutes(self.settings.notices.waiting_minutes.into());
        waiting::desk(&self.render(), &deps.record, &with, long_after, deps.clock.now())
            .map_err(|error| self.of_code(error.code()))
    }

    fn resend(&self, with: OnDocument) -> Result<OutboxCounts, Problem> {
        let counts = self.moved(&with.document_id, self.counter.resend(&with.document_id));
        self.outbox.ring();
        counts
    }

    fn settle(&self, with: SettleDocument) -> Result<OutboxCounts, Problem> {
        if with.note.chars().count() > LONGEST_NOTE {
            return Err(self.of_code("note-too-long"));
        }
        self.moved(&with.document_id, self.counter.settle(&with.document_id, &with.note))
    }

    fn send_now(&self, _: Nothing) -> Result<OutboxCounts, Problem> {
        let started = Instant::now();
        let round = self.outbox.ring();
        self.outbox.wait_for(round, LONGEST_WAIT);
        tracing::debug!(ms = started.elapsed().as_millis(), "a round of sending was asked for");
        self.counts().map_err(|error| self.problem(&error))
    }

    fn review_day(&self, with: OnDay) -> Result<DayList, Problem> {
        self.for_a_person()?;
        let day = self.day(&with)?;
        let rows = review::day(&self.counter.deps().record, day).map_err(|error| self.of_code(error.code()))?;
        Ok(self.list(day, &rows))
    }

    fn export_day(&self, with: OnDay) -> Result<Export, Problem> {
        self.acted();
        self.for_a_person()?;
        let day = self.day(&with)?;
        let rows = review::day(&self.counter.deps().record, day).map_err(|error| self.of_code(error.code()))?;
        let content = review::csv(&rows).map_err(|error| self.of_code(error.code()))?;
        Ok(Export { file_name: format!("dispensations-{day}.csv"), content, path: None })
    }

    fn document(&self, with: OnDocument) -> Result<DocumentView, Problem> {
        self.acted();
        self.for_a_person()?;
        let record = &self.counter.deps().record;
        let unknown = || self.of_code("record-unknown-document");
        let stored =
            record.document(&with.document_id).map_err(|error| self.of_code(error.code()))?.ok_or_else(unknown)?;
        let history = review::history(record, &with.document_id).map_err(|error| self.of_code(error.code()))?;
        let render = self.render();
        let bytes = stored.bytes.ok_or_else(unknown)?;
        let name = |event: &record::Event| review::name_of(record, event.actor.as_deref()?, event.at).ok().flatten();
        Ok(DocumentView {
            document_id: with.document_id,
            xml: String::from_utf8_lossy(&bytes).into_owned(),
            state: document_state(&stored.item),
            history: render.history(&history, name),
        })
    }

    fn find_packages(&self, with: FindPackages) -> Result<FoundPackages, Problem> {
        self.acted();
        Ok(self.found_packages(&with))
    }

    fn check_hand_over(&self, with: HandOverForm) -> Result<HandOverChecks, Problem> {
        self.acted();
        self.hand_over_checks(&with)
    }

    fn hand_over(&self, with: HandOverForm) -> Result<HandOverSaved, Problem> {
        self.acted();
        self.save_hand_over(&with)
    }

    fn hand_overs(&self, _: Nothing) -> Result<HandOverList, Problem> {
        self.waiting_hand_overs()
    }

    fn write_up(&self, with: OnHandOver) -> Result<VisitView, Problem> {
        self.acted();
        self.write_up_visit(&with)
    }

    fn storing(&self, with: OnHandOver) -> Result<StoringDraft, Problem> {
        self.acted();
        self.storing_draft(&with)
    }

    fn check_storing(&self, with: StoringForm) -> Result<StoringChecked, Problem> {
        self.acted();
        self.storing_checks(&with)
    }

    fn store_prescription(&self, with: StorePrescription) -> Result<StoringSaved, Problem> {
        self.acted();
        self.stored_prescription(&with)
    }

    fn settle_hand_over(&self, with: SettleHandOver) -> Result<OutboxCounts, Problem> {
        self.acted();
        self.hand_over_settled(&with)
    }

    fn outage_pack(&self, _: Nothing) -> Result<OutagePack, Problem> {
        Ok(self.blank_form())
    }

    fn credentials(&self, _: Nothing) -> Result<CredentialsView, Problem> {
        self.for_a_person()?;
        let session = self.counter.session().ok_or_else(|| self.problem(&CounterError::NoSession))?;
        let deps = self.counter.deps();
        let facts = self.render().credentials(&session, &self.counter.card(), &deps.trust, deps.clock.now());
        Ok(CredentialsView { facts })
    }

    fn backup(&self, _: Nothing) -> Result<BackupMade, Problem> {
        // Nobody need be logged in: what is made is encrypted and lies where the settings say.
        let deps = self.counter.deps();
        keeping::back_up(&self.settings, &deps.record, deps.clock.now())
    }
}
