//! The window watched while the Centre goes down and comes back: up, just down, one dispensation waits, an hour waits, coming
//! back, in conflict, settled. Each step is waited for by what a person would see.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use test_authority::who;

use super::{Taking, well};
use crate::hands::{Hands, Screen, Window};
use crate::story::CentreHolds;
use crate::world::{CardWay, Order, World};

/// How long a thing that the program does by itself may take to be seen: its probe and its page look every half minute.
const SEEN_WITHIN: Duration = Duration::from_secs(60);

const PATIENT: &str = "300662-9583";

pub(super) fn watch(folder: &Path, out: &Path, screen: &Screen) -> Result<()> {
    let order = Order {
        folder: &folder.join("w2"),
        at: Some((10, 42)),
        way: CardWay::Pcsc,
        card: Some(who::SIRI),
        tries: None,
        port: 7443,
    };
    let mut world = World::make(&order)?;
    world.centre.hold(&CentreHolds::Seed)?;
    world.centre.start()?;
    let mut window = Window::start(&world.settings(), &folder.join("w2"))?;
    let taking = Taking { out, screen };
    well(window.log_in("1234"))?;
    // What is dispensed now, the second visit does not hear of: as if another pharmacy had done it.
    world.centre.tell("stale")?;
    well(window.search(PATIENT, None))?;
    well(window.open("AMOXILAAKSO"))?;
    well(window.add())?;
    well(window.sign("5678", true))?;
    window.shows("[data-testid=signed-document][data-state=accepted]", SEEN_WITHIN)?;
    well(window.close_visit())?;
    well(window.search(PATIENT, None))?;
    well(window.open("AMOXILAAKSO"))?;
    well(window.add())?;
    taking.all(&window, "20-outage-up")?;
    world.centre.tell("unreachable")?;
    window.looks_at_the_chain()?;
    window.shows("[data-testid=freshness].silent", SEEN_WITHIN)?;
    taking.all(&window, "21-outage-just-down")?;
    well(window.sign("5678", false))?;
    window.shows("[data-testid=signed-document][data-state=waiting]", SEEN_WITHIN)?;
    taking.all(&window, "22-outage-signed-and-waiting")?;
    window.go_to("waiting")?;
    window.shows("[data-testid=waiting-list]", SEEN_WITHIN)?;
    taking.all(&window, "23-outage-one-waits")?;
    world.clock.pass(chrono::Duration::minutes(61))?;
    window.shows("[data-testid=notice]", SEEN_WITHIN)?;
    window.go_to("counter")?;
    taking.all(&window, "24-outage-an-hour-at-the-counter")?;
    window.go_to("waiting")?;
    window.shows("[data-testid=dispensation-row][data-long=true]", SEEN_WITHIN)?;
    taking.all(&window, "25-outage-an-hour-waits")?;
    // The Centre answers the probe before it gets the document: what waits is seen on its way.
    world.centre.tell("hold-answer store")?;
    world.centre.tell("reachable")?;
    window.looks_at_the_chain()?;
    window.shows("[data-testid=freshness]:not(.silent)", SEEN_WITHIN)?;
    taking.all(&window, "26-outage-coming-back")?;
    world.centre.tell("release")?;
    window.shows("[data-testid=conflict-list]", SEEN_WITHIN)?;
    taking.all(&window, "27-outage-in-conflict")?;
    well(window.settle("Asiakas palautti toisen pakkauksen"))?;
    window.shows("[data-testid=nothing-waits]", SEEN_WITHIN)?;
    taking.all(&window, "28-outage-all-settled")?;
    window.go_to("review")?;
    window.shows("[data-state=settled]", SEEN_WITHIN)?;
    taking.all(&window, "29-outage-in-the-managers-list")?;
    Ok(())
}
