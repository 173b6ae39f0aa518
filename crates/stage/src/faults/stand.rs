//! A world in which one thing at a time is broken, looked at, and mended.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use chrono::{Duration, Utc};
use test_authority::{Authority, Known, Manner, OcspServer, Responder, who};

use super::blank_card::BlankCard;
use crate::hands::Headless;
use crate::namespace::run;
use crate::process::sibling;
use crate::world::{Reader, World};

/// A link as the program names it: link, state, code, sentence, advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub link: String,
    /// good, think, bad or unknown.
    pub state: String,
    /// Its code.
    pub code: String,
    /// One sentence.
    pub sentence: String,
    /// One thing to do.
    pub advice: String,
}

impl Named {
    /// Reads one line of health.
    pub fn read(line: &serde_json::Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        Self {
            link: text("link"),
            state: text("state"),
            code: text("code"),
            sentence: text("sentence"),
            advice: text("advice"),
        }
    }

    /// Whether it is weak or broken.
    pub fn is_troubled(&self) -> bool {
        self.state == "bad" || self.state == "think"
    }
}

/// What `tiski doctor` gave.
pub struct Told {
    /// Link by link.
    pub links: Vec<Named>,
    /// Whether it ended well.
    pub well: bool,
    /// Its evidence file.
    pub evidence: String,
}

/// The world and what is broken in it.
pub struct Stand {
    world: World,
    sound: String,
    blank: Option<BlankCard>,
    ocsp: Option<OcspServer>,
    evidence: u32,
}

impl Stand {
    /// A world in which everything works: Siri's card is in the reader, the Centre listens.
    pub fn new(mut world: World) -> Result<Self> {
        world.centre.start()?;
        let sound = std::fs::read_to_string(world.settings())? + "\n[health]\nprobe_at_most_s = 1\n";
        std::fs::write(world.settings(), &sound)?;
        run(Command::new("cp").arg("-r").arg(world.folder().join("pki")).arg(world.folder().join("pki-sound")))?;
        Ok(Self { world, sound, blank: None, ocsp: None, evidence: 0 })
    }

    /// The reader.
    #[allow(clippy::expect_used, reason = "the world of faults is made with a reader")]
    pub fn reader(&mut self) -> &mut Reader {
        self.world.reader.as_mut().expect("a reader")
    }

    /// The authority, to make certificates anew.
    pub fn authority(&mut self) -> &mut Authority {
        self.world.authority_mut()
    }

    /// An order to the Centre.
    pub fn tell(&mut self, order: &str) -> Result<()> {
        self.world.centre.tell(order).map(drop)
    }

    /// A card that is no professional card.
    pub fn blank_card(&mut self) -> Result<()> {
        self.reader().empty();
        self.blank = Some(BlankCard::insert()?);
        Ok(())
    }

    /// Another person's card.
    pub fn card_of(&mut self, slug: &str) -> Result<()> {
        self.reader().empty();
        self.reader().insert(Some(slug))
    }

    /// Siri's card, started with more words.
    pub fn new_card(&mut self, words: &[&str]) -> Result<()> {
        self.reader().empty();
        self.reader().with_words(words);
        self.reader().insert(Some(who::SIRI))
    }

    /// Siri's card, its PINs used badly before.
    pub fn card_with_tries(&mut self, pin1: u8, pin2: u8) -> Result<()> {
        self.reader().empty();
        self.reader().remember(who::SIRI, pin1, pin2)?;
        self.reader().insert(Some(who::SIRI))
    }

    /// The professionals' revocation list should have been followed by another one so long ago.
    pub fn list_that_ended(&mut self, before: Duration) -> Result<()> {
        let end = self.world.clock.now() - before;
        let list = self.authority().list("professionals", end - Duration::days(7), end)?;
        Ok(std::fs::write(self.world.folder().join("pki/crl/professionals.crl"), list)?)
    }

    /// The pharmacy asks an OCSP responder that does so.
    pub fn ocsp_of(&mut self, manner: Manner) -> Result<()> {
        let server = OcspServer::start(&self.world.folder().join("pki"), manner)?;
        let address = server.address();
        self.ocsp = Some(server);
        self.set("[health]", &format!("[trust]\nocsp = {address:?}\n[health]"))
    }

    /// Siri has a new card, which OCSP calls revoked and no list.
    pub fn card_revoked_by_ocsp(&mut self) -> Result<()> {
        let now = self.world.clock.now();
        self.authority().reissue_professional(who::SIRI, now + Duration::days(200))?;
        self.new_card(&[])?;
        let people = &self.world.authority().index().people;
        let serials = people.iter().filter(|one| one.slug == who::SIRI).flat_map(|one| one.serials.clone());
        let knows = serials.map(|serial| (serial, Known::Revoked(now - Duration::hours(1)))).collect();
        self.ocsp_of(Manner::Answers(Responder::Delegated, knows))
    }

    /// What is wrong where an OCSP responder stands and nobody asked it.
    pub fn unasked(&self) -> Option<&'static str> {
        self.ocsp.as_ref().is_some_and(|server| server.asked() < 2).then_some("the OCSP responder was not asked")
    }

    /// The pharmacy asks the role service.
    pub fn ask_roles(&self) -> Result<()> {
        self.world.ask_roles()
    }

    /// The pharmacy shows another certificate.
    pub fn certificate(&mut self, slug: &str) -> Result<()> {
        self.set("certificate = \"servers/kuusen-apteekki\"", &format!("certificate = \"servers/{slug}\""))
    }

    /// The workstation's clock goes apart from the world's.
    pub fn clock(&mut self, by: Duration) -> Result<()> {
        let file = self.world.folder().join("wrong-clock");
        let offset = self.world.clock.now() + by - Utc::now();
        std::fs::write(&file, offset.num_seconds().to_string())?;
        let right = format!("clock = {:?}", self.world.clock.file());
        self.set(&right, &format!("clock = {file:?}"))
    }

    /// The medicines database is this text, or is not there.
    pub fn medicines(&mut self, text: Option<&str>) -> Result<()> {
        let file = self.world.folder().join("medicines.json");
        let _ = std::fs::remove_file(&file);
        if let Some(text) = text {
            std::fs::write(&file, text)?;
        }
        self.set("[health]", &format!("[medicines]\nfile = {file:?}\n[health]"))
    }

    /// The medicines database was published so many days ago.
    pub fn medicines_of(&mut self, days: i64) -> Result<()> {
        let day = prescription::time::finnish(self.world.clock.now() - Duration::days(days)).date();
        let packages = include_str!("../../../../fixtures/medicines/packages.json");
        let edition = packages.replacen('{', &format!("{{ \"published\": \"{day}\","), 1);
        self.medicines(Some(&edition))
    }

    fn set(&mut self, from: &str, to: &str) -> Result<()> {
        anyhow::ensure!(self.sound.contains(from), "the settings have no `{from}`");
        std::fs::write(self.world.settings(), self.sound.replacen(from, to, 1)).context("cannot write the settings")
    }

    /// Everything works again.
    pub fn mend(&mut self) -> Result<()> {
        std::fs::write(self.world.settings(), &self.sound)?;
        let (pki, kept) = (self.world.folder().join("pki"), self.world.folder().join("pki-sound"));
        run(Command::new("cp").arg("-r").arg(kept.join(".")).arg(&pki))?;
        *self.world.authority_mut() = Authority::open(&pki)?;
        self.tell("clear")?;
        self.tell("reload")?;
        self.blank = None;
        self.ocsp = None;
        let reader = self.reader();
        reader.empty();
        reader.with_words(&[]);
        let _ = reader.stop_service();
        reader.start_service(true)?;
        reader.remember(who::SIRI, 5, 5)?;
        reader.insert(Some(who::SIRI))
    }

    /// The strip of a program that is started now, once it `suits`, or as it is at last.
    pub fn strip(&mut self, suits: impl Fn(&[Named]) -> bool) -> Result<Vec<Named>> {
        let mut program = Headless::start(&self.world.settings(), &self.world.folder().join("app.log"))?;
        let mut seen = Vec::new();
        for _ in 0..20 {
            seen = program.health()?;
            if suits(&seen) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(150));
        }
        crate::hands::Hands::stop(&mut program)?;
        Ok(seen)
    }

    /// What `tiski doctor` says.
    pub fn doctor(&mut self) -> Result<Told> {
        self.evidence += 1;
        let file: PathBuf = self.world.folder().join(format!("evidence-{}.json", self.evidence));
        let mut command = Command::new(sibling("tiski")?);
        command.arg("--settings").arg(self.world.settings()).args(["doctor", "--json", "--evidence"]).arg(&file);
        let output = command.output().context("cannot start tiski")?;
        let said: serde_json::Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let links = said["links"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Told {
            links: links.iter().map(Named::read).collect(),
            well: output.status.success(),
            evidence: std::fs::read_to_string(&file)?,
        })
    }

    /// Everything about people of this world that no evidence file may hold.
    pub fn about_people(&self) -> Vec<String> {
        let people = &self.world.authority().people().professionals;
        let mut words: Vec<String> = people
            .iter()
            .flat_map(|person| {
                let card = person.card.iter().flat_map(|card| [card.serial.clone()]);
                let names = person.given.iter().cloned().chain([person.family.clone()]);
                names.chain([person.registration_number.clone()]).chain(card).collect::<Vec<_>>()
            })
            .collect();
        words.extend(person_serials(self.world.authority()));
        words
    }
}

/// Serial numbers of people's certificates: by them a person is found.
fn person_serials(authority: &Authority) -> impl Iterator<Item = String> {
    authority.index().people.iter().flat_map(|person| person.serials.clone())
}
