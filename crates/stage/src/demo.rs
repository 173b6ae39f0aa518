//! A world for a person to work in: a Centre with artificial prescriptions, a pharmacist's card in the reader, and the
//! window. It stands until the window is closed. What a person would do outside the window (pull the card, stop the
//! Centre, let days pass) can be typed here, in the words of the stories.

use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use test_authority::who;

use crate::namespace::Corner;
use crate::process::{Started, last_lines, sibling};
use crate::story::{Act, CentreHolds, CentreOrder, Step};
use crate::world::{CardWay, Order, World};

const GLANCE: Duration = Duration::from_millis(100);
/// Who can be served, and what for: artificial people of `fixtures/prescriptions`.
const CUSTOMERS: &[(&str, &str)] = &[
    ("010181-900C", "Aino Mallikas: an iterated controlled medicine, a package of 98, one expired"),
    ("051275-933B", "Pekka Esimerkki"),
    ("120348-912Y", "Maria-Magdaleena Kuvitteellinen-Järvenpäänkoskela: a long name"),
    ("300662-9583", "Karin Provfors: dosages in Swedish"),
];

/// Makes the world, opens the window, and waits until it is closed.
pub fn demo(corner: Corner, folder: &Path, port: u16) -> Result<()> {
    let way = if corner == Corner::Own { CardWay::Pcsc } else { CardWay::Software };
    println!("  …   making certificates, reader, card and Centre");
    let mut world = World::make(&Order { folder, at: None, way, card: Some(who::SIRI), tries: None, port })?;
    world.centre.hold(&CentreHolds::Seed)?;
    world.centre.start()?;
    let person = world.authority().people().professional(who::SIRI).context("the pharmacist is not there")?;
    let card = person.card.as_ref().context("the pharmacist has no card")?;
    println!("  ok  the world stands: nothing of it leaves this machine\n");
    println!(
        "  In the reader: the card of {} ({}), PIN1 {}, PIN2 {}",
        person.common_name(),
        person.right_name,
        card.pin1,
        card.pin2
    );
    println!("  Customers to search for:");
    for (code, about) in CUSTOMERS {
        println!("    {code}  {about}");
    }
    println!("\n  Here can be typed: pull the card · insert the card · insert the card of onni-opiskelija ·");
    println!("  centre stops · centre starts · two days later. Closing the window ends all of it.\n");
    let log = folder.join("app/window.log");
    let mut command = Command::new(sibling("tiski-desktop")?);
    command.arg("--settings").arg(world.settings()).stdin(Stdio::null());
    // What the window keeps for itself belongs to this world; the permission to use the screen is the person's.
    if let (None, Some(home)) = (std::env::var_os("XAUTHORITY"), std::env::var_os("HOME")) {
        command.env("XAUTHORITY", Path::new(&home).join(".Xauthority"));
    }
    command.env("HOME", folder.join("home")).env_remove("DBUS_SESSION_BUS_ADDRESS");
    std::fs::create_dir_all(folder.join("home"))?;
    let mut window = Started::start("tiski-desktop", &mut command, &log)?;
    let lines = typed();
    loop {
        if let Some(status) = window.ended() {
            anyhow::ensure!(status.success(), "the window ended ({status}): {}", last_lines(&log));
            return Ok(());
        }
        while let Ok(line) = lines.try_recv() {
            match obey(&line, &mut world) {
                Ok(()) => println!("  ok  {line}"),
                Err(error) => println!("  --  {line}: {error:#}"),
            }
        }
        std::thread::sleep(GLANCE);
    }
}

fn typed() -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines().map_while(Result::ok);
        for line in lines.filter(|line| !line.trim().is_empty()) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn obey(line: &str, world: &mut World) -> Result<()> {
    match Step::parse(1, line)?.act {
        Act::PullCard => world.reader.as_mut().context("there is no reader")?.pull(),
        Act::InsertCard(slug) => world.reader.as_mut().context("there is no reader")?.insert(slug.as_deref()),
        Act::Centre(CentreOrder::Stop) => world.centre.stop(),
        Act::Centre(CentreOrder::Start) => world.centre.start(),
        Act::Centre(CentreOrder::Kill) => world.centre.kill(),
        Act::Later(time) => world.clock.pass(time),
        _ => anyhow::bail!("that is done in the window"),
    }
}
