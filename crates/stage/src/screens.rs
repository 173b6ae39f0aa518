//! Pictures of every screen, in two sizes and two themes, with the real programs behind them: for a person to look at.

mod outage;

use std::path::Path;

use anyhow::{Context, Result};
use test_authority::who;

use crate::hands::{Hands, Screen, Window};
use crate::story::CentreHolds;
use crate::world::{CardWay, Order, World};

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];
const THEMES: [&str; 2] = ["light", "dark"];

/// Takes all of them into `out`, or those of an outage alone.
pub fn screens(folder: &Path, out: &Path, only_outage: bool) -> Result<()> {
    std::fs::create_dir_all(out)?;
    let screen = Screen::start(folder)?;
    if !only_outage {
        ordinary(folder, out, &screen)?;
    }
    outage::watch(folder, out, &screen)
}

fn ordinary(folder: &Path, out: &Path, screen: &Screen) -> Result<()> {
    let order = Order {
        folder: &folder.join("w1"),
        at: Some((10, 42)),
        way: CardWay::Pcsc,
        card: Some(who::SIRI),
        tries: None,
        port: 7443,
    };
    let mut world = World::make(&order)?;
    world.centre.hold(&CentreHolds::Seed)?;
    world.centre.start()?;
    let mut window = Window::start(&world.settings(), &folder.join("w1"))?;
    let person = world.authority().people().professional(who::SIRI).context("the pharmacist is not there")?;
    let card = person.card.clone().context("the pharmacist has no card")?;

    let taking = Taking { out, screen };
    taking.all(&window, "01-door")?;
    well(window.log_in(&card.pin1))?;
    taking.all(&window, "02-counter-free")?;
    well(window.search("010181-900C", None))?;
    taking.all(&window, "03-customer")?;
    well(window.open("DIAPAM"))?;
    taking.all(&window, "04-prescription-in-hand")?;
    well(window.propose_amount("100"))?;
    taking.all(&window, "05-rule-stops")?;
    well(window.propose_amount("21"))?;
    well(window.add())?;
    taking.all(&window, "06-basket")?;
    window.open_signing()?;
    taking.all(&window, "07-sign")?;
    well(window.sign(&card.pin2, true))?;
    taking.all(&window, "08-accepted")?;
    well(window.close_visit())?;
    world.centre.stop()?;
    // A search needs the Centre, so that the second dispensation is searched for while it still answers.
    world.centre.start()?;
    well(window.search("010181-900C", None))?;
    well(window.open("AMLODIPIN"))?;
    well(window.add())?;
    world.centre.stop()?;
    window.open_signing()?;
    well(window.sign(&card.pin2, true))?;
    taking.all(&window, "09-saved-and-waiting")?;
    for (number, desk) in [("10", "waiting"), ("11", "review"), ("12", "settings")] {
        window.go_to(desk)?;
        taking.all(&window, &format!("{number}-{desk}"))?;
    }
    window.open_first_document()?;
    taking.all(&window, "13-document")?;
    world.reader.as_mut().context("there is no reader")?.pull()?;
    crate::process::until("the lock", std::time::Duration::from_secs(5), || {
        Ok(window.session()?.is_some_and(|session| session.locked))
    })?;
    taking.all(&window, "14-locked")?;
    Ok(())
}

fn well(done: crate::hands::Done) -> Result<String> {
    done?.map_err(|refusal| anyhow::anyhow!("refused: {refusal}"))
}

struct Taking<'a> {
    out: &'a Path,
    screen: &'a Screen,
}

impl Taking<'_> {
    fn all(&self, window: &Window, name: &str) -> Result<()> {
        for (width, height) in SIZES {
            window.driver().size(width, height)?;
            for theme in THEMES {
                window.wear(theme)?;
                // Two frames: one that lays out, one that paints.
                std::thread::sleep(std::time::Duration::from_millis(250));
                let file = self.out.join(format!("{name}-{width}x{height}-{theme}.png"));
                self.screen.picture(&file, width, height)?;
            }
        }
        println!("  ok  {name}");
        Ok(())
    }
}
