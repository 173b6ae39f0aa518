//! What can be asked of the stage on the command line, and the corner in which it is done.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::json;

use crate::hands::{Hands, Headless, Screen, Window};
use crate::namespace::{self, Corner};
use crate::run::{Play, Played};
use crate::scenario::{self, Scenario};
use crate::story::{Story, kela_document};
use crate::world::{CardWay, Order, World};
use crate::{crash, demo, faults, interop, mask, run, screens};

const FOLDER_NAME: &str = "tiski-stage-";

/// A whole pharmacy and a whole Prescription Centre on one machine.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play stories and say how they went.
    Run(Run),
    /// Play scenarios against the Prescription Centre alone and say how they went.
    Centre(CentreRun),
    /// Break one link of the chain after another and see whether it is named; prints the table.
    Faults {
        /// Only those whose words contain this.
        #[arg(long)]
        only: Option<String>,
    },
    /// Kill the programs again and again while they dispense, and see whether anything was lost, done twice or left behind.
    Crash(Crash),
    /// Make a world with a window for a person to work in.
    Demo,
    /// Take pictures of every screen.
    Screens {
        /// The folder for them.
        #[arg(long)]
        out: PathBuf,
        /// Only the Centre going down and coming back.
        #[arg(long)]
        only_outage: bool,
    },
    /// Read every document of a folder, write it again, judge and compare; Kela's where none is named.
    Interop {
        /// The folder.
        folder: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct Run {
    /// Stories, as in fixtures/scenarios.
    #[arg(required = true)]
    stories: Vec<PathBuf>,
    /// Which host shows the program.
    #[arg(long, value_enum, default_value_t = Host::Headless)]
    host: Host,
    /// How the program reaches a card.
    #[arg(long, value_enum, default_value_t = CardWay::Pcsc)]
    card: CardWay,
    /// Keep what happened (logs, databases, documents, pictures) in this folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// One JSON line a step instead of a text for people.
    #[arg(long)]
    json: bool,
    /// Leave the world's folder where it is, and say where.
    #[arg(long)]
    keep: bool,
}

#[derive(clap::Args)]
struct CentreRun {
    /// Scenarios, as in fixtures/scenarios/centre.
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// Keep what happened (logs, database, documents) in this folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// One JSON line a step instead of a text for people.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Crash {
    /// How many dispensations; a program is killed in about every one.
    #[arg(long, default_value_t = 50)]
    dispensations: u32,
    /// And more of them, until so many programs were killed: every now and then one is done before it strikes.
    #[arg(long, default_value_t = 0)]
    kills: u32,
    /// The seed, which repeats the same blows; a new one where none is said.
    #[arg(long)]
    seed: Option<u64>,
    /// Only at the fail points whose names contain this, and at no other moment.
    #[arg(long)]
    only: Option<String>,
    /// Which host shows the program.
    #[arg(long, value_enum, default_value_t = Host::Headless)]
    host: Host,
    /// Falsify the book before it is checked, to see that the checker can fail.
    #[arg(long)]
    falsify: bool,
    /// Keep what happened (logs, databases, the book) in this folder.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Host {
    Headless,
    Window,
}

/// The program `stage`.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let code = match (&arguments.command, namespace::here()) {
        (Command::Interop { folder }, _) => interop::interop(folder.as_deref()).map(|well| u8::from(!well)),
        (command, None) => outside(command),
        (command, Some(corner)) => inside(command, corner),
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("stage: {}", mask::line(&format!("{error:#}")));
            ExitCode::from(1)
        }
    }
}

/// Makes the folder and runs this program again in a corner.
fn outside(command: &Command) -> Result<u8> {
    sweep();
    let mut folder = tempfile::Builder::new().prefix(FOLDER_NAME).tempdir().context("no folder for temporary files")?;
    let lock = File::create(folder.path().join("lock"))?;
    lock.lock()?;
    if matches!(command, Command::Run(Run { keep: true, .. })) {
        folder.disable_cleanup(true);
        eprintln!("The world is in {}", folder.path().display());
    }
    namespace::enter(folder.path())
}

/// Removes folders that an interrupted stage left behind: those whose lock nobody holds.
fn sweep() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(FOLDER_NAME)) {
        let Ok(lock) = File::open(entry.path().join("lock")) else { continue };
        if !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn inside(command: &Command, corner: Corner) -> Result<u8> {
    namespace::furnish(corner)?;
    let folder = std::env::var_os("TISKI_STAGE_FOLDER").map(PathBuf::from).context("no folder was given")?;
    match command {
        Command::Run(run) => run_all(run, corner, &folder),
        Command::Centre(run) => centre_all(run, corner, &folder),
        Command::Faults { only } => {
            let order = Order {
                folder: &folder.join("w1"),
                at: None,
                way: CardWay::Pcsc,
                card: Some(test_authority::who::SIRI),
                tries: None,
                port: port(corner)?,
            };
            faults::faults(World::make(&order)?, only.as_deref()).map(|well| u8::from(!well))
        }
        Command::Crash(crash) => crash_loop(crash, corner, &folder.join("w1")),
        Command::Demo => demo::demo(corner, &folder.join("w1"), port(corner)?).map(|()| 0),
        Command::Screens { out, only_outage } => screens::screens(&folder, out, *only_outage).map(|()| 0),
        Command::Interop { .. } => anyhow::bail!("this needs no world"),
    }
}

fn run_all(run: &Run, corner: Corner, folder: &Path) -> Result<u8> {
    let mut failed = 0;
    let mut screen = None;
    for (number, path) in (1..).zip(&run.stories) {
        let story = Story::load(path)?;
        if !tell_and_play(run, corner, &story, &folder.join(format!("w{number}")), &mut screen)? {
            failed += 1;
        }
    }
    Ok(u8::from(failed > 0))
}

/// Plays one story and tells of it; whether it went as it should.
fn tell_and_play(run: &Run, corner: Corner, story: &Story, folder: &Path, screen: &mut Option<Screen>) -> Result<bool> {
    let teller = Teller { json: run.json, story: story.name.clone() };
    teller.title(&story.title, &story.proves);
    if let Some(missing) = story.kela_documents().find(|file| kela_document(file).is_none()) {
        teller.skipped(&format!(
            "{missing} of Kela's public test documents is not on this machine (TISKI_KELA_DOCUMENTS)"
        ));
        return Ok(true);
    }
    if story.only_headless && run.host == Host::Window {
        teller.skipped("this story is for the headless host only");
        return Ok(true);
    }
    let begun = Instant::now();
    let played = play(run, corner, story, folder, &teller, screen);
    if let Some(out) = &run.out {
        run::keep(folder, out, &story.name)?;
    }
    let well = teller.played(played, begun);
    teller.end(well, begun.elapsed());
    Ok(well)
}

fn play(
    run: &Run,
    corner: Corner,
    story: &Story,
    folder: &Path,
    teller: &Teller,
    screen: &mut Option<Screen>,
) -> Result<bool> {
    let begun = Instant::now();
    let order = Order {
        folder,
        at: Some(story.at),
        way: run.card,
        card: story.card.as_deref(),
        tries: story.tries,
        port: port(corner)?,
    };
    let mut world = World::make(&order)?;
    if story.prints {
        world.print_to_folder()?;
    }
    if story.deviates {
        world.deviate()?;
    }
    if story.scans_at_port {
        world.scan_at_port()?;
    }
    if story.asks_roles {
        world.ask_roles()?;
    }
    for holds in &story.centre {
        world.centre.hold(holds)?;
    }
    world.centre.start()?;
    world.centre.begin_to_count()?;
    let mut hands: Box<dyn Hands> = match run.host {
        Host::Headless => Box::new(Headless::start(&world.settings(), &folder.join("app/app.log"))?),
        Host::Window => {
            anyhow::ensure!(corner == Corner::Own, "a window under a screen of its own needs a corner of its own");
            if screen.is_none() {
                *screen = Some(Screen::start(folder.parent().unwrap_or(folder))?);
            }
            Box::new(Window::start(&world.settings(), folder)?)
        }
    };
    teller.step(&Played {
        words: "(the world is made: certificates, reader and card, Centre, counter)".to_owned(),
        took: begun.elapsed(),
        result: Ok(String::new()),
    });
    let well = Play::new(&mut world, hands.as_mut()).play(story, |played| teller.step(played));
    hands.stop()?;
    Ok(well)
}

fn crash_loop(asked: &Crash, corner: Corner, folder: &Path) -> Result<u8> {
    let order = crash::Order {
        folder,
        port: port(corner)?,
        dispensations: asked.dispensations,
        kills: asked.kills,
        seed: asked.seed,
        only: asked.only.as_deref(),
        window: asked.host == Host::Window,
        falsify: asked.falsify,
    };
    let well = crash::crash(&order);
    if let Some(out) = &asked.out {
        run::keep(folder, out, "crash")?;
    }
    well.map(|well| u8::from(!well))
}

fn centre_all(run: &CentreRun, corner: Corner, folder: &Path) -> Result<u8> {
    let mut failed = 0;
    for (number, path) in (1..).zip(&run.scenarios) {
        let scenario = Scenario::load(path)?;
        let teller = Teller { json: run.json, story: scenario.name.clone() };
        teller.title(&scenario.title, &scenario.proves);
        let (begun, folder) = (Instant::now(), folder.join(format!("w{number}")));
        let played = centre_play(&scenario, corner, &folder, &teller);
        if let Some(out) = &run.out {
            run::keep(&folder, out, &scenario.name)?;
        }
        let well = teller.played(played, begun);
        teller.end(well, begun.elapsed());
        failed += u8::from(!well);
    }
    Ok(u8::from(failed > 0))
}

/// Plays one scenario in a world of its own, without a reader and without a counter.
fn centre_play(scenario: &Scenario, corner: Corner, folder: &Path, teller: &Teller) -> Result<bool> {
    let at = Some(scenario.at);
    let order = Order { folder, at, way: CardWay::Software, card: None, tries: None, port: port(corner)? };
    let mut world = World::make(&order)?;
    world.centre.expect_signatures(&scenario.signed);
    world.centre.start()?;
    world.centre.begin_to_count()?;
    scenario::play(&mut world, scenario, |played| teller.step(played))
}

/// The Centre's port: in a corner everybody's may be the same.
fn port(corner: Corner) -> Result<u16> {
    match corner {
        Corner::Own => Ok(7443),
        Corner::Shared => Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()),
    }
}

/// Says what happens, for people or for programs; nothing passes without the mask.
struct Teller {
    json: bool,
    story: String,
}

impl Teller {
    fn title(&self, title: &str, proves: &[String]) {
        if !self.json {
            println!("{} ({}; proves {})", mask::line(title), self.story, proves.join(", "));
        }
    }

    /// Whether it went as it should; a world that could not be made did not.
    fn played(&self, played: Result<bool>, begun: Instant) -> bool {
        played.unwrap_or_else(|error| {
            let (words, took) = ("(the world)".to_owned(), begun.elapsed());
            self.step(&Played { words, took, result: Err(format!("{error:#}")) });
            false
        })
    }

    fn step(&self, played: &Played) {
        let words = mask::line(&played.words);
        if self.json {
            let (ok, told) = match &played.result {
                Ok(told) => (true, told),
                Err(told) => (false, told),
            };
            let took_ms = u64::try_from(played.took.as_millis()).unwrap_or(u64::MAX);
            let line = json!({
                "story": self.story, "step": words, "ok": ok, "told": mask::line(told), "took_ms": took_ms,
            });
            println!("{line}");
            return;
        }
        let took = played.took.as_secs_f32();
        match &played.result {
            Ok(told) if told.is_empty() => println!("  ok    {took:6.2} s  {words}"),
            Ok(told) => println!("  ok    {took:6.2} s  {words}\n                    → {}", mask::line(told)),
            Err(told) => println!("  FAIL  {took:6.2} s  {words}\n                    → {}", mask::line(told)),
        }
    }

    fn skipped(&self, why: &str) {
        if self.json {
            println!("{}", json!({ "story": self.story, "skipped": why }));
        } else {
            println!("  skipped: {why}");
        }
    }

    fn end(&self, well: bool, took: Duration) {
        if self.json {
            println!("{}", json!({ "story": self.story, "ok": well, "took_s": took.as_secs_f32() }));
        } else {
            println!(
                "  {} in {:.1} s\n",
                if well { "as it should be" } else { "NOT as it should be" },
                took.as_secs_f32()
            );
        }
    }
}
