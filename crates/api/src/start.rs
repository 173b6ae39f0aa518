//! Starts the whole program from its settings: opens what it works with, and the threads that live as long as it does: one
//! hears the card, one sends what waits, one asks whether the Centre is there, one asks about the card; and where the settings
//! say so one reads a scanner that is no keyboard, and one fetches the Pharmaceutical Database.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use card::{CardAccess, CardEvent, PcscAccess, Pin, SoftwareCard};
use cda::{Definition, Software};
use counter::{Counter, CounterError, Deps, Roles, StoredMarks};
use kanta_client::{CentreClient, Timeouts};
use ring::rand::{SecureRandom, SystemRandom};
use scs::ScsAccess;

use crate::bell::Bell;
use crate::fetching::keep_fetching;
use crate::health::{self, Examination, Instruments};
use crate::program::{SENDERS_AT_MOST, Tiski};
use crate::roles::RegisterFile;
use crate::scanner::read_scanner;
use crate::settings::{Card, Environment, Settings, wrong};
use crate::{Event, Problem, Program, deviating, keeping, sentences};

/// A program that runs.
pub struct Started {
    /// Answers requests.
    pub program: Arc<dyn Program>,
    /// What changes, for one host.
    pub events: Receiver<Event>,
}

/// Events that may wait for a host.
const EVENTS_AT_MOST: usize = 512;

/// How long the card thread waits for an event before it looks whether the program is still there.
const CARD_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause between two looks at the outbox.
const OUTBOX_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause between two looks at whether there is something to ask about the card.
const ABOUT_CARD_PAUSE: Duration = Duration::from_secs(60);

/// Starts the program.
pub fn start(settings: Settings) -> Result<Started, Problem> {
    fail_point::arm(settings.environment == Environment::Test)
        .map_err(|refused| wrong("environment", refused.code()))?;
    let instruments = Instruments::open(&settings)?;
    start_with(settings, instruments)
}

fn start_with(settings: Settings, instruments: Instruments) -> Result<Started, Problem> {
    let mut deps = deps(&settings, &instruments)?;
    let deviations = match &settings.deviation.reasons {
        Some(file) => {
            let read = deviating::read(file)?;
            if settings.environment == Environment::Production && !read.confirmed {
                return Err(wrong("deviation.reasons", "what is not confirmed belongs to tests"));
            }
            deps.definition.dispensation.deviation = Some(read.place);
            Some(read.reasons)
        }
        None => None,
    };
    let (sender, events) = sync_channel(EVENTS_AT_MOST);
    let mut counter = Counter::new(deps).with_reader(instruments.reader.recall());
    counter = counter.with_checks(settings.checks.checks()?).with_scanning(settings.scanning.scanning(&settings.data));
    if let Some(file) = &settings.medicines.editions {
        counter = counter.with_marks(Arc::new(StoredMarks::in_file(file)));
    }
    counter = counter.with_senders(settings.centre.senders.clamp(1, SENDERS_AT_MOST));
    if let Some(file) = &settings.purchases.simulator {
        let patience = Duration::from_millis(settings.purchases.patience_ms);
        counter = counter.with_purchases(crate::purchases::simulator(file, patience)?);
    }
    if let Some(deviations) = deviations {
        counter = counter.with_deviations(deviations);
    }
    if let Some(file) = &settings.rights.register {
        counter = counter.with_roles(Roles {
            service: Arc::new(RegisterFile(file.clone())),
            at_most: chrono::Duration::hours(settings.rights.at_most_hours.into()),
            ask_again_after: chrono::Duration::minutes(settings.rights.ask_again_minutes.into()),
        });
    }
    let program = Arc::new(Tiski::new(counter, settings, instruments, sender));
    // What a program that ended without its visit had in hand; the outbox sends it, nobody need log in.
    fail_point::at!(AppStarting);
    program.counter.give_back();
    program.void_abandoned_labels();
    program.counter.look_at_card();
    let heard = program.counter.deps().cards.events();
    let ear = Arc::downgrade(&program);
    spawn("card", move || hear_cards(&ear, &heard))?;
    let hand = Arc::downgrade(&program);
    let bell = Arc::clone(&program.outbox);
    spawn("outbox", move || send(&hand, &bell))?;
    let watch = Arc::downgrade(&program);
    let asking = Arc::clone(&program.asking);
    spawn("health", move || watch_over_the_centre(&watch, &asking))?;
    let about = Arc::downgrade(&program);
    let asking = Arc::clone(&program.asking_about_card);
    spawn("about-card", move || ask_about_cards(&about, &asking))?;
    if program.settings.scanner.is_read_here() {
        let reading = Arc::downgrade(&program);
        let (opening, at) = (Arc::clone(&program.opening_scanner), program.settings.scanner.clone());
        spawn("scanner", move || read_scanner(&reading, &opening, &at))?;
    }
    let fetch = program.settings.medicines.fetch.as_ref();
    if let Some(hours) = fetch.and_then(|fetch| fetch.every_hours) {
        let fetching = Arc::downgrade(&program);
        let (bell, medicines) = (Arc::clone(&program.fetching), program.settings.medicines.clone());
        let every = Duration::from_secs(u64::from(hours) * 3_600);
        spawn("medicines", move || keep_fetching(&fetching, &bell, &medicines, every))?;
    }
    Ok(Started { program, events })
}

/// How long a program that ends waits for its threads; one that waits for the Centre may be left longer.
const LONGEST_END: Duration = Duration::from_secs(3);

/// Lets go of the program and waits, for a bounded time, until its threads have done so too and no event can come any more,
/// which `is_over` says: the libraries below take their memory back when the process ends, and nobody may work with it then.
pub fn end(program: Arc<dyn Program>, is_over: impl Fn() -> bool) {
    drop(program);
    let begun = Instant::now();
    while !is_over() && begun.elapsed() < LONGEST_END {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Looks at the whole chain once, as `tiski doctor` does: without the record, so beside a program that runs.
pub fn examine(settings: &Settings) -> Result<Examination, Problem> {
    health::examine(settings)
}

fn deps(settings: &Settings, with: &Instruments) -> Result<Deps, Problem> {
    let timeouts = Timeouts { connect: settings.timeout().min(Duration::from_secs(5)), overall: settings.timeout() };
    Ok(Deps {
        cards: Arc::clone(&with.cards),
        clock: Arc::clone(&with.clock),
        randomness: Arc::new(|bytes| SystemRandom::new().fill(bytes).map_err(|_| CounterError::NoRandomness)),
        trust: Arc::clone(&with.trust),
        centre: Arc::new(CentreClient::new(with.way(timeouts)?)),
        centre_organisation: settings.centre.organisation.clone(),
        record: keeping::open(settings, with.clock.now())?,
        medicines: with.medicines.in_force(),
        pharmacy: settings.organisation(),
        definition: Definition::dispensation_2014().map_err(|_| wrong("definition", "oid"))?,
        software: Software {
            vendor: "Tiski".to_owned(),
            product: "Tiski".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        signers: settings.signers.clone(),
        visit_signing: settings.signing,
    })
}

pub(crate) fn cards(settings: &Settings) -> Result<Arc<dyn CardAccess>, Problem> {
    let told = |error: card::CardError| sentences::of_code(error.code(), settings.language);
    Ok(match &settings.card {
        Card::Pcsc { .. } => Arc::new(PcscAccess::start().map_err(told)?),
        Card::Scs { port, trusted, origin, patience_s } => {
            let file = std::fs::read(trusted).map_err(|error| wrong("card.trusted", &error.to_string()))?;
            let service = scs::Settings {
                port: *port,
                trusted: scs::certificates(&file),
                origin: origin.clone(),
                patience: Duration::from_secs(u64::from(*patience_s)),
            };
            Arc::new(ScsAccess::start(&service).map_err(|error| wrong("card", error.code()))?)
        }
        Card::Software { person, pin1, pin2 } => {
            let folder = settings.centre.pki.join(person);
            let card = SoftwareCard::load(&folder, Pin::new(pin1).map_err(told)?, Pin::new(pin2).map_err(told)?);
            Arc::new(card.map_err(told)?)
        }
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Problem> {
    let thread = std::thread::Builder::new().name(format!("tiski-{name}"));
    thread.spawn(work).map(drop).map_err(|error| wrong("thread", &error.to_string()))
}

/// Hears readers and cards for as long as the program lives. A removal locks before anything else is looked at.
fn hear_cards(program: &Weak<Tiski>, heard: &Receiver<CardEvent>) {
    loop {
        let event = heard.recv_timeout(CARD_PAUSE);
        let Some(program) = program.upgrade() else { return };
        match event {
            Ok(CardEvent::CardRemoved { reader }) => {
                if program.counter.card_removed(&reader) {
                    program.forget_pin();
                }
                program.push_card(&program.counter.card());
                program.push_card(&program.counter.look_at_card());
            }
            Ok(event) => {
                match event {
                    CardEvent::ServiceDown => program.counter.card_service(false),
                    CardEvent::ServiceUp => program.counter.card_service(true),
                    _ => {}
                }
                program.push_card(&program.counter.look_at_card());
                program.asking_about_card.ring();
            }
            Err(RecvTimeoutError::Timeout) => {
                let now = Instant::now();
                program.forget_old_pin(now);
                program.lock_if_idle(now);
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Sends what waits: when asked, when it is due, and now and then in case nobody asked.
fn send(program: &Weak<Tiski>, bell: &Bell) {
    let mut noted = true;
    loop {
        let pause = match program.upgrade() {
            // What the record cannot note stays due; the disk is given time.
            Some(_) if !noted => OUTBOX_PAUSE,
            Some(program) => until_next(&program),
            None => return,
        };
        let Some(asked) = bell.wait(pause) else { return };
        let Some(program) = program.upgrade() else { return };
        noted = program.send_round();
        bell.done(asked);
    }
}

/// Asks whether the Centre is there: when asked to, and now and then.
fn watch_over_the_centre(program: &Weak<Tiski>, asking: &Bell) {
    let (mut pause, mut lists_due) = (Duration::ZERO, Instant::now());
    loop {
        let Some(asked) = asking.wait(pause) else { return };
        let Some(program) = program.upgrade() else { return };
        if Instant::now() >= lists_due {
            program.refresh_lists();
            let minutes = u64::from(program.settings.trust.refresh_minutes.max(1));
            lists_due = Instant::now() + Duration::from_secs(minutes * 60);
        }
        program.look_for_editions();
        program.look_at_printer();
        program.ask_the_centre();
        program.push_notices(Duration::ZERO);
        asking.done(asked);
        pause = Duration::from_secs(program.settings.health.probe_s.clamp(5, 3600).into());
    }
}

/// Asks what is known elsewhere of the card in the reader: when another one may be there, and now and then.
fn ask_about_cards(program: &Weak<Tiski>, asking: &Bell) {
    let mut pause = Duration::ZERO;
    loop {
        let Some(asked) = asking.wait(pause) else { return };
        let Some(program) = program.upgrade() else { return };
        program.ask_about_card();
        asking.done(asked);
        pause = ABOUT_CARD_PAUSE;
    }
}

fn until_next(program: &Tiski) -> Duration {
    let deps = program.counter.deps();
    match program.counter.next_sending() {
        Ok(Some(at)) => (at - deps.clock.now()).to_std().unwrap_or(Duration::ZERO).clamp(MINIMUM, OUTBOX_PAUSE),
        Ok(None) => OUTBOX_PAUSE,
        Err(_) => OUTBOX_PAUSE,
    }
}

/// No storm, even if something is always due.
const MINIMUM: Duration = Duration::from_millis(20);

impl Drop for Tiski {
    fn drop(&mut self) {
        self.outbox.close();
        self.asking.close();
        self.asking_about_card.close();
        self.opening_scanner.close();
        self.fetching.close();
    }
}

#[cfg(test)]
#[path = "../../scs/tests/support/mod.rs"]
mod scs_service;
#[cfg(test)]
mod tests;
