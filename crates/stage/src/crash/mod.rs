//! The crash loop: real programs, real card, real connections, and somebody who kills one of them in every dispensation,
//! at a named point or at any moment. Afterwards an independent checker compares what the pharmacist was told with what the
//! Centre holds: nothing lost, nothing twice, nothing left behind.

mod book;
mod chance;
mod checker;
mod killer;
mod pharmacist;
mod prescriptions;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fail_point::Point;
use test_authority::{place, who};

use crate::hands::{Hands, Headless, Screen, Window};
use crate::process::sibling;
use crate::world::{CardWay, World};
use book::{Book, Line};
use chance::{Blow, Blows, Whom};
use checker::Report;
use killer::Killer;
use pharmacist::{Errand, Pharmacist};
use prescriptions::Patient;

/// The hour at which the day begins: it must not end before the loop does.
const MORNING: (u32, u32) = (8, 0);

/// How long what waits may take after the last kill.
const LAST_PATIENCE: Duration = Duration::from_secs(30);

/// A point that was not reached in so many dispensations will not be reached.
const CARRIED_AT_MOST: u32 = 4;

/// What waited through a silence of the Centre goes out with gaps: before a blow is carried to a third dispensation, the
/// sender gets so long to come to it.
const CARRIED_PATIENCE: Duration = Duration::from_secs(5);

/// What is asked for.
pub struct Order<'a> {
    /// An empty folder; a short path, since sockets live in it.
    pub folder: &'a Path,
    /// Port of the Centre on 127.0.0.1.
    pub port: u16,
    /// How many dispensations.
    pub dispensations: u32,
    /// And more, until so many programs were killed.
    pub kills: u32,
    /// Repeats the same blows.
    pub seed: Option<u64>,
    /// Only points whose names contain this.
    pub only: Option<&'a str>,
    /// In the real window instead of the headless host.
    pub window: bool,
    /// Falsify the book before it is checked.
    pub falsify: bool,
}

/// Runs the loop and prints its table; whether all was as it should be.
pub fn crash(order: &Order<'_>) -> Result<bool> {
    ensure!(fail_point::COMPILED_IN, "these programs have no fail points: they are for shipping");
    let seed = order.seed.unwrap_or_else(|| u64::from(std::process::id()) ^ now_as_number());
    let (least, kills) = (order.dispensations, order.kills);
    println!("seed {seed}: `stage crash --dispensations {least} --kills {kills} --seed {seed}` repeats these blows");
    let begun = Instant::now();
    let points: Vec<Point> =
        Point::ALL.iter().copied().filter(|point| order.only.is_none_or(|only| point.name().contains(only))).collect();
    ensure!(!points.is_empty(), "no fail point is called so");
    let most = least.max(kills).saturating_mul(2);
    let patients = prescriptions::patients(most);

    let mut world = World::make(&crate::world::Order {
        folder: order.folder,
        at: Some(MORNING),
        way: CardWay::Pcsc,
        card: Some(who::SIRI),
        tries: None,
        port: order.port,
    })?;
    let file = order.folder.join("fail-point");
    world.centre.with_fail_points(&file);
    prescriptions::write(&order.folder.join("prescriptions"), patients)?;
    world.centre.seed(&order.folder.join("prescriptions"))?;
    world.centre.start()?;
    let screen = if order.window { Some(Screen::start(order.folder)?) } else { None };
    let mut hands: Box<dyn Hands> = match screen {
        None => Box::new(Headless::start_with(&world.settings(), &order.folder.join("app/app.log"), Some(&file))?),
        Some(_) => Box::new(Window::start_with(&world.settings(), order.folder, Some(&file))?),
    };
    let mut book = Book::open(&order.folder.join("book"))?;
    let mut day = Day {
        blows: Blows::of(seed, &points),
        killer: Killer::new(&file),
        only_points: order.only.is_some(),
        blow: None,
        carried: 0,
        kills: 0,
    };
    let mut pharmacist = Pharmacist::new(hands.as_mut(), &mut book, pins_of(&world)?);
    let mut round = 0;
    while round < least || (day.kills < kills && round < most) {
        round += 1;
        day.round(&mut world, &mut pharmacist, round, Patient::of_round(round, patients))?;
    }
    day.killer.disarm();
    pharmacist.end_the_day(&mut world, LAST_PATIENCE)?;
    hands.stop()?;
    world.centre.stop()?;
    drop(screen);

    if order.falsify {
        let document = "1.2.246.10.99999901.93001.2026.99999999".to_owned();
        book.write(&Line::Listed { round, document, state: "accepted".to_owned() })?;
    }
    let report = judge(&world, book.path())?;
    print(&report, begun.elapsed());
    Ok(report.is_sound())
}

/// What is about to strike.
struct Day {
    blows: Blows,
    killer: Killer,
    only_points: bool,
    blow: Option<Blow>,
    carried: u32,
    kills: u32,
}

impl Day {
    /// One dispensation, with its blow.
    fn round(&mut self, world: &mut World, her: &mut Pharmacist<'_>, round: u32, patient: Patient) -> Result<()> {
        let fresh = self.blow.is_none();
        let blow = self.blow.unwrap_or_else(|| self.draw());
        let errand = Errand {
            round,
            patient,
            only_looks_first: gives_back(blow) || self.blows.chance().below(6) == 0,
            waits: self.blows.chance().below(4) > 0,
        };
        her.book().write(&Line::Begins {
            round,
            prescription: patient.prescription(),
            blow: blow.name().to_owned(),
        })?;
        if fresh {
            // She is logged in when it begins, unless it is the start itself at which the program dies.
            let ready = her.be_ready(world);
            ready.map_err(anyhow::Error::msg).with_context(|| format!("dispensation {round}"))?;
            let process = match blow {
                Blow::Moment(Whom::Centre, _) => world.centre.process(),
                _ => her.process(),
            };
            self.killer.aim(blow, process)?;
        }
        match blow {
            Blow::Point(Point::AppStarting | Point::RecordOpened, _) => her.start_anew(),
            Blow::Point(Point::CentreStarting, _) => {
                world.centre.kill()?;
                ensure!(world.centre.start().is_err(), "the Centre passed its fail point");
            }
            _ => {}
        }
        her.dispense(world, errand)?;
        if self.killer.struck() || (self.carried > 0 && self.killer.strikes_within(CARRIED_PATIENCE)) {
            her.book().write(&Line::Struck { round })?;
            self.kills += 1;
            (self.blow, self.carried) = (None, 0);
        } else if matches!(blow, Blow::Moment(..)) {
            self.blow = None;
        } else {
            (self.blow, self.carried) = (Some(blow), self.carried + 1);
            ensure!(self.carried < CARRIED_AT_MOST, "nobody comes to the fail point {}", blow.name());
        }
        Ok(())
    }

    fn draw(&mut self) -> Blow {
        loop {
            let blow = self.blows.draw();
            if !self.only_points || matches!(blow, Blow::Point(..)) {
                return blow;
            }
        }
    }
}

/// Whether a blow can only strike where something is given back.
fn gives_back(blow: Blow) -> bool {
    matches!(blow, Blow::Point(Point::AppGivingBack | Point::AppBeforeRelease | Point::AppReleased, _))
}

fn pins_of(world: &World) -> Result<(String, String)> {
    let siri = world.authority().people().professional(who::SIRI).and_then(|person| person.card.as_ref());
    let card = siri.context("nobody has a card")?;
    Ok((card.pin1.clone(), card.pin2.clone()))
}

/// Everything that is there afterwards, judged: book, Centre's file, record, and what both verifiers say.
fn judge(world: &World, book: &Path) -> Result<Report> {
    let pharmacy = world.authority().people().organisation(place::KUUSI).context("there is no pharmacy")?;
    let centre = checker::at_centre(&world.centre.data().join("centre.db"), &pharmacy.oid)?;
    let accepted = accepted(world)?;
    let mut report = checker::check(&book::read(book)?, &centre, &accepted);
    let record = match of_record(world, &["verify"]) {
        Ok(verified) => verified.to_string(),
        Err(error) => {
            report.faults.push(format!("the record does not verify: {error:#}"));
            String::new()
        }
    };
    if let Err(error) = world.centre.verify() {
        report.faults.push(format!("the Centre does not verify: {error:#}"));
    }
    println!("the Centre holds {} dispensations of this pharmacy; its record: {record}", centre.len());
    Ok(report)
}

/// Documents of which the pharmacy's record says that the Centre has them.
fn accepted(world: &World) -> Result<BTreeSet<String>> {
    let shown = of_record(world, &["show", "--kind", "outbox.accepted", "--limit", "10000"])?;
    let events = shown["listed"].as_array().context("the record shows no list")?;
    Ok(events.iter().filter_map(|event| event["document"].as_str()).map(str::to_owned).collect())
}

/// What the command line tells of the record, now that its program is gone.
fn of_record(world: &World, words: &[&str]) -> Result<serde_json::Value> {
    let mut command = Command::new(sibling("tiski")?);
    command.arg("--settings").arg(world.settings()).args(["record", "--json"]).args(words);
    serde_json::from_str(&crate::namespace::run(&mut command)?).context("the record's command answered no JSON")
}

fn print(report: &Report, took: Duration) {
    println!("| killed | dispensations | kills | lost | twice | stuck |\n| --- | --- | --- | --- | --- | --- |");
    let (all, total) = ("all".to_owned(), report.total());
    for (name, count) in report.counts.iter().chain([(&all, &total)]) {
        let checker::Count { rounds, kills, lost, twice, stuck } = count;
        println!("| {name} | {rounds} | {kills} | {lost} | {twice} | {stuck} |");
    }
    for fault in &report.faults {
        println!("FAULT: {}", crate::mask::line(fault));
    }
    let told = if report.is_sound() { "nothing lost, nothing twice, nothing stuck" } else { "NOT as it should be" };
    println!("{told} in {:.1} s", took.as_secs_f32());
}

fn now_as_number() -> u64 {
    chrono::Utc::now().timestamp_micros().unsigned_abs() % 1_000_000_007
}
