//! One world: a folder with certificates, a clock, a settings file, and the programs that run in it. Everything in it
//! is artificial and new; the people are those of `fixtures/people`.

mod authority;
mod centre;
mod reader;
mod scanner;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Duration, NaiveDateTime, NaiveTime, Utc};
use test_authority::{Authority, place};

pub use centre::Centre;
pub use reader::Reader;
pub use scanner::SerialScanner;

/// How the program reaches a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CardWay {
    /// A virtual card in a real reader driver, over PC/SC.
    Pcsc,
    /// Keys in files, no reader: where the machine gives no private mounts.
    Software,
}

/// Time in this world: the machine's, moved by an offset that all its programs read from one file.
#[derive(Debug)]
pub struct Clock {
    file: PathBuf,
    offset: Duration,
}

impl Clock {
    fn start(file: PathBuf, at: Option<(u32, u32)>) -> Result<Self> {
        let now = Utc::now();
        let offset = match at {
            None => Duration::zero(),
            Some((hour, minute)) => {
                let local = prescription::time::finnish(now);
                let start = NaiveTime::from_hms_opt(hour, minute, 0).context("no such time of day")?;
                let wanted = prescription::time::instant(NaiveDateTime::new(local.date(), start)) - now;
                // The file holds whole seconds: with a fraction here, this clock would go before everybody else's.
                Duration::seconds((wanted.num_milliseconds() + 999).div_euclid(1000))
            }
        };
        let clock = Self { file, offset };
        clock.write()?;
        Ok(clock)
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) -> Result<()> {
        self.offset += time;
        self.write()
    }

    /// The time in this world.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.offset
    }

    /// The file that programs read.
    pub fn file(&self) -> &Path {
        &self.file
    }

    fn write(&self) -> Result<()> {
        // Written beside and renamed, so that nobody ever reads half a number.
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, self.offset.num_seconds().to_string())?;
        std::fs::rename(&draft, &self.file).context("cannot set the clock")
    }
}

/// A world and what runs in it. Dropping it stops everything.
pub struct World {
    folder: PathBuf,
    authority: Authority,
    /// Its time.
    pub clock: Clock,
    /// The reader, where there is one.
    pub reader: Option<Reader>,
    /// The scanner at a serial port, where there is one.
    pub scanner: Option<SerialScanner>,
    /// The Prescription Centre.
    pub centre: Centre,
    way: CardWay,
    card: Option<String>,
}

/// What a world is made for.
pub struct Order<'a> {
    /// An empty folder; a short path, since sockets live in it.
    pub folder: &'a Path,
    /// Hour and minute at which its day begins; the machine's own time where absent.
    pub at: Option<(u32, u32)>,
    /// Way to the card.
    pub way: CardWay,
    /// Whose card is in the reader.
    pub card: Option<&'a str>,
    /// Tries left of its PIN1 and PIN2; all where absent.
    pub tries: Option<(u8, u8)>,
    /// Port of the Centre on 127.0.0.1.
    pub port: u16,
}

impl World {
    /// Makes a world; the Centre is not started yet.
    pub fn make(order: &Order<'_>) -> Result<Self> {
        let folder = order.folder.to_owned();
        std::fs::create_dir_all(folder.join("app"))?;
        let clock = Clock::start(folder.join("clock"), order.at)?;
        // Valid around both the machine's time, by which TLS judges, and this world's.
        let authority = authority::of_today(&folder.join("pki"))?;
        let reader = match order.way {
            CardWay::Pcsc => Some(Reader::start(&folder, &authority, order.card, order.tries)?),
            CardWay::Software => None,
        };
        let centre = Centre::new(&folder, &clock, order.port)?;
        let card = order.card.map(str::to_owned);
        let world = Self { folder, authority, clock, reader, scanner: None, centre, way: order.way, card };
        world.write_settings(order.port)?;
        Ok(world)
    }

    /// The settings file of the pharmacy's program.
    pub fn settings(&self) -> PathBuf {
        self.folder.join("app/settings.toml")
    }

    /// The world's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The pharmacy asks the role service, simulated by the file of artificial people.
    pub fn ask_roles(&self) -> Result<()> {
        let register = self.register();
        std::fs::write(&register, include_str!("../../../../fixtures/people/professionals.toml"))?;
        let settings = std::fs::read_to_string(self.settings())?;
        let rights = format!("\n[rights]\nregister = {}\n", quoted(&register.to_string_lossy()));
        std::fs::write(self.settings(), settings + &rights).context("cannot write the settings")
    }

    /// The pharmacy has a scanner at a serial port.
    pub fn scan_at_port(&mut self) -> Result<()> {
        let port = self.folder.join("app/scanner");
        self.scanner = Some(SerialScanner::plugged_in(port.clone())?);
        let settings = std::fs::read_to_string(self.settings())?;
        let scanner = format!("\n[scanner]\nkind = \"serial\"\npath = {}\n", quoted(&port.to_string_lossy()));
        std::fs::write(self.settings(), settings + &scanner).context("cannot write the settings")
    }

    /// The pharmacy has a label printer: a folder into which labels are printed as ZPL.
    pub fn print_to_folder(&self) -> Result<()> {
        std::fs::create_dir_all(self.label_folder())?;
        let settings = std::fs::read_to_string(self.settings())?;
        let printer = "\n[printers.label]\nkind = \"zpl\"\nto = { folder = \"labels\" }\n";
        std::fs::write(self.settings(), settings + printer).context("cannot write the settings")
    }

    /// The counter knows reasons for deviating from a prescription, made up for tests.
    pub fn deviate(&self) -> Result<()> {
        let reasons = self.folder.join("app/deviations.toml");
        std::fs::write(reasons, include_str!("../../../../fixtures/deviations/made-up.toml"))?;
        let settings = std::fs::read_to_string(self.settings())?;
        std::fs::write(self.settings(), settings + "\n[deviation]\nreasons = \"deviations.toml\"\n")
            .context("cannot write the settings")
    }

    fn label_folder(&self) -> PathBuf {
        self.folder.join("app/labels")
    }

    /// What came out of the printer, in the order of the jobs' numbers.
    pub fn labels(&self) -> Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(self.label_folder()).context("this pharmacy has no printer")?;
        let mut labels: Vec<PathBuf> = entries.map(|entry| entry.map(|one| one.path())).collect::<Result<_, _>>()?;
        let number = |path: &PathBuf| {
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            name.rsplit('-').next().and_then(|number| number.parse::<u64>().ok())
        };
        labels.sort_by_key(number);
        Ok(labels)
    }

    /// The label that was printed last, as its printer got it.
    pub fn newest_label(&self) -> Result<String> {
        let labels = self.labels()?;
        std::fs::read_to_string(labels.last().context("nothing was printed")?).context("the label cannot be read")
    }

    /// The role service says from now on that this person's right ended long ago.
    pub fn end_right(&self, slug: &str) -> Result<()> {
        let register = std::fs::read_to_string(self.register()).context("nobody asks the role service here")?;
        let line = format!("slug = {}\n", quoted(slug));
        let ended = register.replace(&line, &format!("{line}right_until = \"2020-12-31\"\n"));
        anyhow::ensure!(ended != register, "nobody is called {slug}");
        std::fs::write(self.register(), ended).context("cannot write the register")
    }

    /// The role service answers, or is silent.
    pub fn role_service(&self, answers: bool) -> Result<()> {
        let away = self.register().with_extension("away");
        let (from, to) = if answers { (away, self.register()) } else { (self.register(), away) };
        std::fs::rename(from, to).context("the role service is so already, or nobody asks it here")
    }

    fn register(&self) -> PathBuf {
        self.folder.join("register.toml")
    }

    /// Puts the pharmacy's certificate on the revocation list and has the Centre read it.
    pub fn revoke_pharmacy(&mut self) -> Result<()> {
        self.revoke(place::KUUSI)
    }

    /// Puts a place's certificate on the revocation list and has the Centre read it.
    pub fn revoke(&mut self, slug: &str) -> Result<()> {
        self.authority.revoke_server(slug, Utc::now() - Duration::minutes(1))?;
        self.centre.tell("reload").map(drop)
    }

    /// The test authority, to make certificates anew.
    pub fn authority_mut(&mut self) -> &mut Authority {
        &mut self.authority
    }

    /// The test authority.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    fn write_settings(&self, port: u16) -> Result<()> {
        let pharmacy = self.authority.people().organisation(place::KUUSI).context("the people have no pharmacy")?;
        let centre = self.authority.people().organisation(place::CENTRE).context("the people have no Centre")?;
        let card = match (self.way, &self.card) {
            (CardWay::Pcsc, _) => "kind = \"pcsc\"\n".to_owned(),
            (CardWay::Software, person) => {
                let slug = person.as_deref().unwrap_or(test_authority::who::SIRI);
                let card = self
                    .authority
                    .people()
                    .professional(slug)
                    .and_then(|person| person.card.as_ref())
                    .with_context(|| format!("{slug} has no card"))?;
                format!(
                    "kind = \"software\"\nperson = {}\npin1 = {}\npin2 = {}\n",
                    quoted(&format!("people/{slug}")),
                    quoted(&card.pin1),
                    quoted(&card.pin2)
                )
            }
        };
        let text = format!(
            "environment = \"test\"\nlanguage = \"fi\"\nworkstation = 1\ndata = \"data\"\nclock = {clock}\n\n\
             [pharmacy]\nid = {id}\nname = {name}\nphone = {phone}\nstreet = {street}\npostal_code = {code}\n\
             city = {city}\n\n\
             [centre]\nurl = \"https://127.0.0.1:{port}\"\norganisation = {centre}\npki = \"../pki\"\ncertificate = \"servers/{slug}\"\n\
             system_certificate = \"systems/{slug}/cert.der\"\n\
             timeout_ms = 3000\nretry_ms = 200\nretry_most_ms = 1000\n\n[record]\nkey = \"file\"\n\n[card]\n{card}",
            clock = quoted(&self.clock.file().to_string_lossy()),
            centre = quoted(&centre.oid),
            id = quoted(&pharmacy.oid),
            name = quoted(&pharmacy.name),
            phone = quoted(&pharmacy.telephone),
            street = quoted(&pharmacy.street),
            code = quoted(&pharmacy.postal_code),
            city = quoted(&pharmacy.city),
            slug = pharmacy.slug,
        );
        std::fs::write(self.settings(), text).context("cannot write the settings")
    }
}

/// A text as a TOML string: JSON's form is one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_begins_at_the_hour_that_the_story_says_and_moves_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut clock = Clock::start(folder.path().join("clock"), Some((10, 30))).unwrap();
        let begun = prescription::time::finnish(clock.now());
        assert_eq!(begun.format("%H.%M").to_string(), "10.30");
        clock.pass(Duration::days(2)).unwrap();
        let later = prescription::time::finnish(clock.now());
        assert_eq!((later.date() - begun.date()).num_days(), 2);
        let told: i64 = std::fs::read_to_string(clock.file()).unwrap().parse().unwrap();
        assert!((clock.now() - Utc::now()).num_seconds().abs_diff(told) <= 1);
    }
}
