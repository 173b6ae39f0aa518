//! The pharmacist of the crash loop. She does what anybody does whose program has just died: starts it again, logs in,
//! looks at today's list whether the dispensation is there, and begins it anew only where it is not.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::book::{Book, Line};
use super::prescriptions::{AMOUNT, PRODUCT, Patient};
use crate::hands::{Done, Hands};
use crate::world::World;

/// How long one dispensation may take, with all deaths.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(30);

/// What she is to do.
#[derive(Debug, Clone, Copy)]
pub struct Errand {
    /// Which dispensation.
    pub round: u32,
    /// Whose.
    pub patient: Patient,
    /// Takes it in hand and gives it back first.
    pub only_looks_first: bool,
    /// Waits for the Centre's answer.
    pub waits: bool,
}

/// The pharmacist, her program and her book.
pub struct Pharmacist<'a> {
    hands: &'a mut dyn Hands,
    book: &'a mut Book,
    pins: (String, String),
    logged_in: bool,
    /// Documents that today's list has shown.
    known: BTreeSet<String>,
}

/// Why a try ended before its end.
enum Broken {
    /// The program is gone, or does not do what she expects.
    Gone(String),
    /// It said no.
    No(String),
}

impl<'a> Pharmacist<'a> {
    /// She has done nothing today.
    pub fn new(hands: &'a mut dyn Hands, book: &'a mut Book, pins: (String, String)) -> Self {
        Self { hands, book, pins, logged_in: false, known: BTreeSet::new() }
    }

    /// Her book.
    pub fn book(&mut self) -> &mut Book {
        self.book
    }

    /// The program's process.
    pub fn process(&mut self) -> Option<u32> {
        self.hands.process()
    }

    /// Kills the program and starts it again; it may die at once.
    pub fn start_anew(&mut self) {
        let _ = self.hands.kill();
        self.logged_in = false;
        let _ = self.hands.start();
    }

    /// Has the program running and somebody logged in, and the Centre running. Whether it worked.
    pub fn be_ready(&mut self, world: &mut World) -> Result<(), String> {
        if world.centre.process().is_none() {
            world.centre.start().map_err(|error| format!("the Centre: {error:#}"))?;
        }
        if self.hands.process().is_none() {
            self.start_anew();
        }
        if !self.logged_in {
            let pin = self.pins.0.clone();
            match self.hands.log_in(&pin) {
                Ok(Ok(_)) => self.logged_in = true,
                Ok(Err(refusal)) => return Err(format!("log-in: {refusal}")),
                Err(error) => return Err(format!("log-in: {error:#}")),
            }
        }
        Ok(())
    }

    /// Gives one package and is sure of it, or gives up.
    pub fn dispense(&mut self, world: &mut World, errand: Errand) -> Result<bool> {
        let round = errand.round;
        let end = Instant::now() + PATIENCE;
        // Once she has typed her PIN she looks at the list before she does it again.
        let mut signed = false;
        let mut why = String::new();
        while Instant::now() < end {
            let tried = self.be_ready(world).map_err(Broken::Gone).and_then(|()| match signed {
                true => self.look_at_the_list(round),
                false => Ok(false),
            });
            let tried = match tried {
                Ok(true) => return Ok(true),
                Ok(false) => self.try_once(errand, &mut signed),
                Err(broken) => Err(broken),
            };
            match tried {
                Ok(()) => return Ok(true),
                Err(Broken::No(code)) => {
                    self.logged_in &= !code.contains("session");
                    why = code;
                }
                Err(Broken::Gone(told)) => {
                    why = told;
                    if self.hands.process().is_none() {
                        self.logged_in = false;
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
        self.book.write(&Line::GaveUp { round, why: crate::mask::line(&why) })?;
        Ok(false)
    }

    fn try_once(&mut self, errand: Errand, signed: &mut bool) -> Result<(), Broken> {
        let code = errand.patient.identity_code().map_err(|error| Broken::Gone(error.to_string()))?;
        if errand.only_looks_first {
            self.did(|hands| hands.search(&code, None))?;
            self.did(|hands| hands.open(PRODUCT))?;
            self.did(|hands| hands.close_visit())?;
            self.did(|hands| hands.send_now())?;
        }
        self.did(|hands| hands.search(&code, None))?;
        self.did(|hands| hands.open(PRODUCT))?;
        self.did(|hands| hands.propose_amount(AMOUNT))?;
        self.did(|hands| hands.add())?;
        let round = errand.round;
        self.note(Line::Signs { round })?;
        *signed = true;
        let pin = self.pins.1.clone();
        match self.did(|hands| hands.sign(&pin, errand.waits)) {
            Ok(()) => self.note(Line::Saved { round })?,
            Err(Broken::No(code)) => {
                self.note(Line::Refused { round, code: code.clone() })?;
                return Err(Broken::No(code));
            }
            Err(broken) => return Err(broken),
        }
        if !self.look_at_the_list(round)? {
            return Err(Broken::No("saved, and not on the list".to_owned()));
        }
        // It is done, whatever becomes of the program now.
        let _ = self.did(|hands| hands.close_visit());
        Ok(())
    }

    /// Whether today's list has a new dispensation: then it is this round's.
    fn look_at_the_list(&mut self, round: u32) -> Result<bool, Broken> {
        let rows = self.hands.today().map_err(|error| Broken::Gone(format!("{error:#}")))?;
        let mut new = false;
        for row in rows {
            if self.known.insert(row.document.clone()) {
                new = true;
                self.note(Line::Listed { round, document: row.document, state: row.state })?;
            }
        }
        Ok(new)
    }

    /// Waits until nothing is under way any more, gives back what is in hand, and writes down how the day ended.
    pub fn end_the_day(&mut self, world: &mut World, most: Duration) -> Result<()> {
        let end = Instant::now() + most;
        loop {
            if self.be_ready(world).is_ok() && self.day_is_over(world, Instant::now() >= end)? {
                return Ok(());
            }
            if Instant::now() >= end + PATIENCE {
                bail!("the programs do not come back");
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn day_is_over(&mut self, world: &mut World, at_last: bool) -> Result<bool> {
        let (Ok(Ok(_)), Ok(outbox)) = (self.hands.send_now(), self.hands.outbox()) else { return Ok(false) };
        let held = world.centre.held_prescriptions(world.clock.now())?;
        let for_a_person = outbox.refused + outbox.conflicts;
        if outbox.waiting + held > 0 && !at_last {
            return Ok(false);
        }
        self.book.write(&Line::Ends { waiting: outbox.waiting, for_a_person, held })?;
        Ok(true)
    }

    fn did(&mut self, act: impl FnOnce(&mut dyn Hands) -> Done) -> Result<(), Broken> {
        match act(self.hands) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(refusal)) => Err(Broken::No(refusal.code)),
            Err(error) => Err(Broken::Gone(format!("{error:#}"))),
        }
    }

    fn note(&mut self, line: Line) -> Result<(), Broken> {
        self.book.write(&line).map_err(|error| Broken::Gone(format!("{error:#}")))
    }
}
