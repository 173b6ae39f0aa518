//! One schedule: a few hours of two pharmacies and the Centre, in which everything that can go wrong does, by the dice of one
//! seed; then all faults stop, time runs on until nothing is left to do, and the checker looks.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use anyhow::{Context, Result};
use centre::{Caller, Centre};
use counter::Counter;
use fault_fs::{Image, Survives};
use kanta::http::{Request, Response};
use kanta_client::TransportError;

use crate::actor::{Actor, Stacks, Wait, Woken};
use crate::bugs::Bug;
use crate::checker;
use crate::dice::Dice;
use crate::disk::CentreDisk;
use crate::faults::Fault;
use crate::ledger::Violation;
use crate::materials::Materials;
use crate::people::{HOUR, MINUTE, Person, SECOND};
use crate::station::{Shared, Station};

/// How long after the faults have stopped everything must be done.
const LONGEST_QUIET: i64 = 6 * HOUR;

/// Nobody waits longer for an answer.
const TIMEOUT: i64 = 30 * SECOND;

/// A schedule that does more than this goes round in circles.
const MOST_STEPS: u64 = 60_000;

/// So often the lists are worked at the end, at most.
const MOST_ROUNDS: u32 = 20;

/// Who works at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Whoever serves customers.
    Serves,
    /// The part of the program that sends.
    Sends,
}

/// What happens next.
enum Event {
    /// An actor has waited long enough, if it still waits for this.
    Wake { station: usize, role: Role, waits: u64 },
    /// A request reaches the Centre.
    Arrives { exchange: Option<u64>, station: usize, request: Arc<Request> },
    /// What came of a request reaches who sent it.
    Answered { exchange: u64, answer: Result<Response, TransportError> },
    /// Something goes wrong, or right again.
    Fault(Fault),
    /// Everything is right from now on.
    Closing,
    /// Whether all is quiet is looked at.
    Look,
}

/// A program that runs at a station.
struct Running {
    counter: Arc<Counter>,
    actors: BTreeMap<Role, Turn>,
}

/// An actor and what it waits for.
struct Turn {
    actor: Actor,
    waits: u64,
    exchange: Option<u64>,
}

/// A workstation in its place.
pub(crate) struct Place {
    pub(crate) station: Arc<Station>,
    running: Option<Running>,
    pub(crate) cut_off: bool,
    pub(crate) visits: u64,
    /// One of its disk's next flushes fails.
    pub(crate) flush_fails: bool,
    pub(crate) backup: Option<(Image, u64)>,
}

/// What came of a schedule.
#[derive(Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// What was not as promised.
    pub violations: Vec<Violation>,
    /// The hash of everything that happened.
    pub hash: String,
    /// What happened, where it was to be kept.
    pub lines: Vec<String>,
    /// How much happened.
    pub steps: u64,
    /// Medicines that were handed over.
    pub hand_overs: usize,
    /// What was asked for and came to nothing, by code.
    pub failures: BTreeMap<String, u64>,
    /// How often which fault struck.
    pub faults: BTreeMap<&'static str, u64>,
}

/// How a schedule is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Whether its trace is kept as lines.
    pub lines: bool,
    /// What is broken on purpose.
    pub bug: Option<Bug>,
}

/// A schedule that runs.
pub struct Schedule<'a> {
    pub(crate) materials: &'a Materials,
    pub(crate) dice: Dice,
    pub(crate) shared: Shared,
    pub(crate) places: Vec<Place>,
    pub(crate) disk: CentreDisk,
    pub(crate) bug: Option<Bug>,
    pub(crate) centre_skew: i64,
    pub(crate) centre_is_down: bool,
    pub(crate) outage: bool,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    centre: Centre<CentreDisk>,
    queue: BTreeMap<(i64, u64), Event>,
    next: u64,
    stacks: &'a mut Stacks,
    real: bool,
    began_closing: Option<i64>,
    /// How often the lists were worked at the end.
    rounds: u32,
}

impl<'a> Schedule<'a> {
    /// A schedule of a seed, on these disks, one for each station.
    pub fn new(
        materials: &'a Materials,
        stacks: &'a mut Stacks,
        disks: &[Arc<fault_fs::FaultFs>],
        seed: u64,
        manner: Manner,
    ) -> Result<Self> {
        let real = seed % 1000 == 999;
        let shared = Shared {
            now: Arc::default(),
            closing: Arc::default(),
            ledger: Arc::default(),
            trace: Arc::new(std::sync::Mutex::new(if manner.lines {
                crate::trace::Trace::with_lines()
            } else {
                crate::trace::Trace::default()
            })),
        };
        let mut dice = Dice::new(seed, 0);
        let disk = CentreDisk::new(materials.store(real)?, manner.bug);
        let centre = materials.centre(disk.clone(), real, random(&mut dice))?;
        let mut places = Vec::new();
        let all = materials.records.iter().zip(&materials.cards).zip(disks);
        for (number, ((image, card), disk)) in all.enumerate() {
            disk.load(image);
            disk.lie_about_flushes(manner.bug == Some(Bug::FlushForgotten));
            let reader = crate::card::Reader::new(card.clone(), materials.keyed.clone());
            let desk = crate::materials::DESKS.get(number).context("a desk")?;
            let cards: Arc<dyn card::CardAccess> =
                if real { Arc::new(materials.real_card(desk)?) } else { Arc::new(reader.clone()) };
            let station = Station {
                number,
                shared: shared.clone(),
                disk: disk.clone(),
                skew: Arc::default(),
                reader,
                cards,
                dice: Arc::new(std::sync::Mutex::new(Dice::new(seed, number as u64 + 1))),
                giving_back: Arc::default(),
                asking: Arc::default(),
                rang: Arc::default(),
                in_doubt: Arc::default(),
                real,
                bug: manner.bug,
            };
            let visits = dice.below(3);
            places.push(Place {
                station: Arc::new(station),
                running: None,
                cut_off: false,
                visits,
                flush_fails: false,
                backup: None,
            });
        }
        Ok(Self {
            materials,
            dice,
            shared,
            places,
            disk,
            bug: manner.bug,
            centre_skew: 0,
            centre_is_down: false,
            outage: false,
            faults: BTreeMap::new(),
            centre,
            queue: BTreeMap::new(),
            next: 0,
            stacks,
            real,
            began_closing: None,
            rounds: 0,
        })
    }

    /// Runs it to its end.
    pub fn run(mut self, seed: u64) -> Result<Outcome> {
        for station in 0..self.places.len() {
            self.start(station)?;
        }
        let length = self.dice.between(HOUR, 4 * HOUR);
        self.plan_faults(length);
        self.at(length, Event::Closing);
        let mut steps = 0_u64;
        while let Some(((at, _), event)) = self.queue.pop_first() {
            self.shared.now.store(at, Ordering::Relaxed);
            steps = steps.saturating_add(1);
            if steps > MOST_STEPS {
                self.shared.ledger().violation("stuck", format!("more than {MOST_STEPS} steps"));
                break;
            }
            if self.happens(event)? {
                break;
            }
        }
        checker::look(&self.shared, &self.disk, self.records())?;
        for station in 0..self.places.len() {
            self.stop(station);
        }
        let trace = self.shared.trace.lock().unwrap_or_else(PoisonError::into_inner);
        let ledger = self.shared.ledger();
        Ok(Outcome {
            seed,
            violations: ledger.violations.clone(),
            hash: trace.hash(),
            lines: trace.lines().to_vec(),
            steps,
            hand_overs: ledger.hand_overs.len(),
            failures: ledger.failures.clone(),
            faults: self.faults.clone(),
        })
    }

    fn records(&self) -> Vec<Option<record::Record>> {
        let record = |place: &Place| place.running.as_ref().map(|running| running.counter.deps().record.clone());
        self.places.iter().map(record).collect()
    }

    pub(crate) fn now(&self) -> i64 {
        self.shared.now.load(Ordering::Relaxed)
    }

    fn at(&mut self, at: i64, event: Event) {
        self.next = self.next.saturating_add(1);
        self.queue.insert((at, self.next), event);
    }

    fn after(&mut self, micros: i64, event: Event) {
        self.at(self.now().saturating_add(micros), event);
    }

    pub(crate) fn fault_at(&mut self, at: i64, fault: Fault) {
        self.at(at, Event::Fault(fault));
    }

    pub(crate) fn station(&self, station: usize) -> Option<&Arc<Station>> {
        self.places.get(station).map(|place| &place.station)
    }

    /// One thing happens; whether it was the last.
    fn happens(&mut self, event: Event) -> Result<bool> {
        match event {
            Event::Wake { station, role, waits } => {
                if self.turn(station, role).is_some_and(|turn| turn.waits == waits && turn.exchange.is_none()) {
                    self.goes_on(station, role, Woken::Time)?;
                }
            }
            Event::Arrives { exchange, station, request } => self.arrives(exchange, station, &request)?,
            Event::Answered { exchange, answer } => {
                let waiting = |place: &Place| {
                    let actors = &place.running.as_ref()?.actors;
                    actors.iter().find(|(_, turn)| turn.exchange == Some(exchange)).map(|(role, _)| *role)
                };
                let found = self.places.iter().enumerate().find_map(|(at, place)| Some((at, waiting(place)?)));
                if let Some((station, role)) = found {
                    self.goes_on(station, role, Woken::Answer(answer))?;
                }
            }
            Event::Fault(fault) => {
                if !self.shared.is_closing() || fault.mends() {
                    self.strikes(fault)?;
                }
            }
            Event::Closing => self.closing()?,
            Event::Look => return self.is_over(),
        }
        Ok(false)
    }

    fn turn(&mut self, station: usize, role: Role) -> Option<&mut Turn> {
        self.places.get_mut(station)?.running.as_mut()?.actors.get_mut(&role)
    }

    /// An actor goes on until it waits again, ends, or its disk has lost its power.
    fn goes_on(&mut self, station: usize, role: Role, woken: Woken) -> Result<()> {
        let Some(turn) = self.turn(station, role) else { return Ok(()) };
        turn.exchange = None;
        let wait = turn.actor.run(woken);
        let Some(place) = self.places.get(station) else { return Ok(()) };
        place.station.has_a_release(role).store(false, Ordering::Relaxed);
        if place.station.disk.is_off() {
            return self.dies(station, Death::Power);
        }
        self.machine_fails_with_its_disk(station);
        self.next = self.next.saturating_add(1);
        let waits = self.next;
        match wait {
            None => {
                if let Some(running) = self.places.get_mut(station).and_then(|place| place.running.as_mut())
                    && let Some(turn) = running.actors.remove(&role)
                {
                    turn.actor.kill(self.stacks);
                }
            }
            Some(Wait::Time(micros)) => {
                if let Some(turn) = self.turn(station, role) {
                    turn.waits = waits;
                }
                self.after(micros.max(1), Event::Wake { station, role, waits });
            }
            Some(Wait::Answer(request)) => {
                if let Some(turn) = self.turn(station, role) {
                    turn.exchange = Some(waits);
                }
                if let Some(place) = self.places.get(station) {
                    place.station.has_a_release(role).store(is_release(&request), Ordering::Relaxed);
                }
                self.leaves(waits, station, request);
            }
        }
        if self.station(station).is_some_and(|station| station.rang.swap(false, Ordering::Relaxed)) {
            self.ring(station);
        }
        Ok(())
    }

    /// Where a disk could not flush, the program or the machine often goes down soon after, before anything more is written.
    fn machine_fails_with_its_disk(&mut self, station: usize) {
        let Some(place) = self.places.get_mut(station) else { return };
        if !place.flush_fails || place.station.disk.struck() == 0 {
            return;
        }
        place.flush_fails = false;
        if self.dice.in_a_thousand(800) {
            let soon = self.now() + self.dice.between(1, SECOND);
            let fault = if self.dice.in_a_thousand(500) { Fault::Killed(station) } else { Fault::Power(station) };
            self.fault_at(soon, fault);
        }
    }

    /// Wakes the part of the program that sends, where it only waits for time.
    fn ring(&mut self, station: usize) {
        if let Some(turn) = self.turn(station, Role::Sends).filter(|turn| turn.exchange.is_none()) {
            let waits = turn.waits;
            self.after(1000, Event::Wake { station, role: Role::Sends, waits });
        }
    }

    /// A request leaves its station, and the network does with it what it does.
    fn leaves(&mut self, exchange: u64, station: usize, request: Request) {
        let cut_off = self.outage || self.places.get(station).is_none_or(|place| place.cut_off);
        if cut_off || self.centre_is_down {
            let after = self.dice.between(100, 3 * SECOND);
            return self.after(after, Event::Answered { exchange, answer: Err(TransportError::NotReached) });
        }
        let request = Arc::new(request);
        let calm = self.shared.is_closing();
        self.after(TIMEOUT, Event::Answered { exchange, answer: Err(TransportError::TimedOut) });
        if !calm && self.dice.in_a_thousand(40) {
            // Now and then once more, much later: a network in between kept it.
            self.struck("repeated");
            let late = self.dice.between(SECOND, 3 * HOUR);
            self.after(late, Event::Arrives { exchange: None, station, request: request.clone() });
        }
        if !calm && self.dice.in_a_thousand(40) {
            return self.struck("request lost");
        }
        let delay = match calm {
            false if self.dice.in_a_thousand(40) => self.dice.between(5 * SECOND, 10 * MINUTE),
            _ => self.dice.between(1_000, 500_000),
        };
        self.after(delay, Event::Arrives { exchange: Some(exchange), station, request });
    }

    /// A request reaches the Centre.
    fn arrives(&mut self, exchange: Option<u64>, station: usize, request: &Request) -> Result<()> {
        if self.centre_is_down {
            return Ok(());
        }
        let Some(caller) = self.materials.pharmacies.get(station).map(|pharmacy| pharmacy.id.clone()) else {
            return Ok(());
        };
        self.disk.settle();
        let caller = Caller { organisation: caller, certificate: "01".to_owned() };
        let micros = self.now().saturating_add(self.centre_skew);
        let at = self.materials.beginning + chrono::Duration::microseconds(micros);
        let response = self.centre.handle(request, &caller, at);
        let repeated = if exchange.is_none() { ", repeated" } else { "" };
        self.shared.tell(|| format!("centre: from {station}{repeated}: {}", response.status));
        if self.disk.is_dead() {
            return self.centre_dies();
        }
        let Some(exchange) = exchange else { return Ok(()) };
        let calm = self.shared.is_closing();
        if !calm && self.dice.in_a_thousand(50) {
            self.struck("answer lost");
            if self.dice.in_a_thousand(500) {
                let after = self.dice.between(1_000, 500_000);
                self.after(after, Event::Answered { exchange, answer: Err(TransportError::LostAnswer) });
            }
            return Ok(());
        }
        let delay = match calm {
            false if self.dice.in_a_thousand(20) => self.dice.between(5 * SECOND, 2 * MINUTE),
            _ => self.dice.between(1_000, 500_000),
        };
        self.after(delay, Event::Answered { exchange, answer: Ok(response) });
        Ok(())
    }

    pub(crate) fn struck(&mut self, what: &'static str) {
        let count = self.faults.entry(what).or_default();
        *count = count.saturating_add(1);
    }

    /// Starts a station's program.
    pub(crate) fn start(&mut self, station: usize) -> Result<()> {
        let Some(place) = self.places.get(station).filter(|place| place.running.is_none()) else { return Ok(()) };
        let begun = place.station.clone();
        match begun.start(self.materials) {
            Ok(counter) if !begun.disk.is_off() => {
                self.shared.tell(|| format!("station {station} starts"));
                let visits =
                    if self.shared.is_closing() { 0 } else { self.places.get(station).map_or(0, |p| p.visits) };
                let mut actors = BTreeMap::new();
                for role in [Role::Serves, Role::Sends] {
                    let person = Person { station: begun.clone(), counter: counter.clone() };
                    let actor = Actor::new(self.stacks, move || match role {
                        Role::Serves => person.serves(visits),
                        Role::Sends => person.sends(),
                    })?;
                    self.next = self.next.saturating_add(1);
                    let waits = self.next;
                    actors.insert(role, Turn { actor, waits, exchange: None });
                    self.after(1, Event::Wake { station, role, waits });
                }
                if let Some(place) = self.places.get_mut(station) {
                    place.running = Some(Running { counter, actors });
                }
            }
            started => {
                let code = started.as_ref().err().map_or("power", record::RecordError::code);
                self.shared.tell(|| format!("station {station} does not start: {code}"));
                drop(started);
                let survives = self.survives(Death::Power);
                begun.disk.turn_off();
                begun.disk.power_loss(survives);
                let again = self.dice.between(SECOND, 5 * MINUTE);
                self.after(again, Event::Fault(Fault::Starts(station)));
            }
        }
        Ok(())
    }

    /// A station's program dies where it stands.
    pub(crate) fn dies(&mut self, station: usize, death: Death) -> Result<()> {
        let Some(place) = self.places.get(station).filter(|place| place.running.is_some()) else { return Ok(()) };
        let disk = place.station.disk.clone();
        disk.turn_off();
        self.shared.tell(|| format!("station {station} dies: {death:?}"));
        self.stop(station);
        let survives = self.survives(death);
        disk.power_loss(survives);
        if let Some(place) = self.places.get(station) {
            place.station.has_no_release();
        }
        let again = if self.shared.is_closing() { SECOND } else { self.dice.between(SECOND, 20 * MINUTE) };
        self.after(again, Event::Fault(Fault::Starts(station)));
        Ok(())
    }

    fn survives(&mut self, death: Death) -> Survives {
        match (death, self.dice.below(4)) {
            // Also a disk that said it could not flush may have written all the same.
            (Death::Killed, _) | (Death::Power, 3) => Survives::Everything,
            (Death::Power, 0) => Survives::Nothing,
            (Death::Power, 1) => Survives::AllButTornEnd,
            (Death::Power, _) => Survives::Some(self.dice.seed()),
        }
    }

    /// Whether a station's program runs.
    pub(crate) fn is_running(&self, station: usize) -> bool {
        self.places.get(station).is_some_and(|place| place.running.is_some())
    }

    /// Ends a station's program in good order; whether its disk lived through that.
    pub(crate) fn ends(&mut self, station: usize) -> bool {
        self.stop(station);
        let Some(station) = self.station(station) else { return false };
        station.has_no_release();
        !station.disk.is_off()
    }

    /// Takes a station's program away; its file is closed.
    fn stop(&mut self, station: usize) {
        let Some(running) = self.places.get_mut(station).and_then(|place| place.running.take()) else { return };
        for (_, turn) in running.actors {
            turn.actor.kill(self.stacks);
        }
    }

    /// A card is pulled, and the program's watcher tells the counter.
    pub(crate) fn pulled(&mut self, station: usize) -> Result<()> {
        let Some(place) = self.places.get(station) else { return Ok(()) };
        let Some(running) = &place.running else { return Ok(()) };
        place.station.reader.pull();
        running.counter.card_removed(&crate::card::Reader::name());
        if place.station.disk.is_off() { self.dies(station, Death::Power) } else { Ok(()) }
    }

    /// The Centre dies and comes back.
    pub(crate) fn centre_dies(&mut self) -> Result<()> {
        self.struck("centre died");
        self.shared.tell(|| "centre dies".to_owned());
        self.disk.restart();
        self.centre = self.materials.centre(self.disk.clone(), self.real, random(&mut self.dice))?;
        self.centre_is_down = true;
        let again = self.dice.between(SECOND, 10 * MINUTE);
        self.after(again, Event::Fault(Fault::CentreStarts));
        Ok(())
    }

    /// All faults stop.
    fn closing(&mut self) -> Result<()> {
        self.shared.tell(|| "all faults stop".to_owned());
        self.shared.closing.store(true, Ordering::Relaxed);
        self.began_closing = Some(self.now());
        self.disk.plan(None);
        (self.outage, self.centre_is_down, self.centre_skew) = (false, false, 0);
        for station in 0..self.places.len() {
            if let Some(place) = self.places.get_mut(station) {
                place.cut_off = false;
                place.station.skew.store(0, Ordering::Relaxed);
                place.station.disk.plan(fault_fs::Plan::default());
                place.station.reader.insert();
            }
            self.start(station)?;
        }
        self.after(10 * MINUTE, Event::Look);
        Ok(())
    }

    /// Whether nothing is left to do. First the lists are worked once.
    fn is_over(&mut self) -> Result<bool> {
        let waited = self.now().saturating_sub(self.began_closing.unwrap_or_default());
        let on_the_way = self.queue.values().any(|event| !matches!(event, Event::Wake { .. } | Event::Fault(_)));
        let is_quiet = |place: &Place| {
            place.running.as_ref().is_some_and(|running| {
                !running.actors.contains_key(&Role::Serves)
                    && running.counter.deps().record.next_due().is_ok_and(|due| due.is_none())
                    && running.counter.deps().record.counts().is_ok_and(|c| c.waiting + c.sending == c.held)
            })
        };
        if on_the_way || !self.places.iter().all(is_quiet) {
            if waited > LONGEST_QUIET {
                return Ok(true);
            }
            self.after(10 * MINUTE, Event::Look);
            return Ok(false);
        }
        let wants_a_person = |place: &Place| {
            let counts = place.running.as_ref().and_then(|running| running.counter.deps().record.counts().ok());
            counts.is_none_or(|counts| counts.refused + counts.held > 0)
        };
        if !self.places.iter().any(wants_a_person) || self.rounds >= MOST_ROUNDS {
            return Ok(true);
        }
        let round = self.rounds;
        self.rounds += 1;
        for station in 0..self.places.len() {
            let Some(place) = self.places.get_mut(station) else { continue };
            let Some(running) = place.running.as_mut() else { continue };
            let person = Person { station: place.station.clone(), counter: running.counter.clone() };
            let actor = Actor::new(self.stacks, move || person.works_the_list(round))?;
            self.next = self.next.saturating_add(1);
            let waits = self.next;
            running.actors.insert(Role::Serves, Turn { actor, waits, exchange: None });
            self.after(1, Event::Wake { station, role: Role::Serves, waits });
        }
        self.after(10 * MINUTE, Event::Look);
        Ok(false)
    }
}

/// How a program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// It is killed; the machine goes on, and what was written reaches the disk some time.
    Killed,
    /// The machine loses its power.
    Power,
}

fn random(dice: &mut Dice) -> centre::Randomness {
    let own = std::sync::Mutex::new(Dice::new(dice.seed(), 0));
    Box::new(move |bytes| own.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes))
}

/// Whether a request stores a release of a dispensing reservation.
fn is_release(request: &Request) -> bool {
    let code = format!("code=\"{}\" codeSystem=\"1.2.246.537.5.40105.2006\"", record::RELEASE);
    let is_release = std::str::from_utf8(&request.body).is_ok_and(|body| body.contains(&code));
    debug_assert_eq!(
        is_release,
        matches!(kanta::Incoming::read(request), Ok(kanta::Incoming::Store(store))
            if store.reference.document_type == prescription::DocumentType::DispensingReservationRelease),
        "a release is known by the code of its type"
    );
    is_release
}
