//! The settings file of one workstation (TOML). Relative paths are relative to the file. A mistake is said by the name of
//! the setting, before anything is opened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use counter::VisitSigning;
use medicines::editions::Calendar;
use medicines::import::File;
use prescription::rules::Language;
use prescription::{Address, Oid, Organisation, Signers};
use serde::Deserialize;

use crate::{CheckSettings, LabelPrinter, Problem, ScanSettings, ScannerAt};

/// What a workstation is set to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether this is a test environment. Profiles never mix (promise 9 of the house).
    pub environment: Environment,
    /// The language at start.
    #[serde(default)]
    pub language: Language,
    /// 1–99; part of documents' identifiers.
    pub workstation: u16,
    /// The folder of the record.
    pub data: PathBuf,
    /// Test only: a file with an offset in seconds, read anew at every use.
    #[serde(default)]
    pub clock: Option<PathBuf>,
    /// This pharmacy.
    pub pharmacy: Pharmacy,
    /// The way to the Prescription Centre.
    pub centre: Centre,
    /// Where professional cards are.
    #[serde(default)]
    pub card: Card,
    /// The Pharmaceutical Database.
    #[serde(default)]
    pub medicines: Medicines,
    /// The safety checks.
    #[serde(default)]
    pub checks: CheckSettings,
    /// Kela's purchase query.
    #[serde(default)]
    pub purchases: Purchases,
    /// Deviating from prescriptions.
    #[serde(default)]
    pub deviation: DeviationSettings,
    /// How packages are scanned.
    #[serde(default)]
    pub scanning: ScanSettings,
    /// How the scanner is connected.
    #[serde(default)]
    pub scanner: ScannerAt,
    /// Who signs documents of which type, where it is another than the default: `"18" = "system"`.
    #[serde(default)]
    pub signers: Signers,
    /// How several documents of one visit are signed: "together" by one signature over the list of them (type 2), or
    /// "each" by its own.
    #[serde(default)]
    pub signing: VisitSigning,
    /// Where fresh revocation lists come from.
    #[serde(default)]
    pub trust: Trust,
    /// The role and attribute service.
    #[serde(default)]
    pub rights: Rights,
    /// How long a session lives.
    #[serde(default)]
    pub session: Session,
    /// When a link of the chain is called weak or broken.
    #[serde(default)]
    pub health: Health,
    /// How the record is kept.
    #[serde(default)]
    pub record: RecordKeeping,
    /// When somebody is told that something waits.
    #[serde(default)]
    pub notices: Notices,
    /// Printers of this workstation; nothing is printed where none is set.
    #[serde(default)]
    pub printers: Printers,
}

/// The printers of a workstation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Printers {
    /// For labels.
    pub label: Option<LabelPrinter>,
}

/// An environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Artificial people, a local Centre, settable clocks.
    Test,
    /// The national services. Nothing in this program can speak to them yet, so that it is refused at start.
    Production,
}

/// This pharmacy, as documents name it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pharmacy {
    /// The unit's OID.
    pub id: Oid,
    /// Name.
    pub name: String,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Street and number.
    pub street: String,
    /// Five digits.
    pub postal_code: String,
    /// Post office.
    pub city: String,
}

/// The way to the Prescription Centre.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// `https://127.0.0.1:7443`.
    pub url: String,
    /// The organisation that its system certificate names: only that one's signature is the Centre's.
    pub organisation: Oid,
    /// Folder of certificates, as `test-authority` makes one.
    pub pki: PathBuf,
    /// The pharmacy's certificate and key under it: `servers/<name>`.
    pub certificate: PathBuf,
    /// The certificate of the pharmacy's system signatures under it, where it has one; only its end is watched.
    #[serde(default)]
    pub system_certificate: Option<PathBuf>,
    /// How long an answer may take, milliseconds.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
    /// First wait after no answer came, milliseconds. Where the Centre said "later", its table of errors says how long.
    #[serde(default = "half_a_second")]
    pub retry_ms: u64,
    /// Longest wait, milliseconds, also where the table says more; at most an hour.
    #[serde(default = "a_minute")]
    pub retry_most_ms: u64,
    /// How many documents are sent at once, of different prescriptions; 1–16.
    #[serde(default = "a_few")]
    pub senders: u32,
}

/// Where professional cards are.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Card {
    /// In readers, over PC/SC.
    Pcsc {
        /// Whether a PIN is entered on a reader's keypad where it has one.
        #[serde(default = "yes")]
        keypad: bool,
    },
    /// Behind another program on this machine that holds the card (DVV's SCS; docs/decisions/0011).
    Scs {
        /// The port of `https://localhost` on which that program listens.
        #[serde(default = "scs_port")]
        port: u16,
        /// Its certificate, or its issuer's (PEM or DER): nothing else is believed.
        trusted: PathBuf,
        /// What this program calls itself to it: that program decides by it whom it serves.
        origin: String,
        /// How long a person may take to enter a PIN in its window, seconds; 10–300.
        #[serde(default = "a_while")]
        patience_s: u16,
    },
    /// A card of software, for tests without a reader driver. Refused in production.
    Software {
        /// The person's folder under the certificates: `people/<name>`.
        person: PathBuf,
        /// Its PIN1.
        pin1: String,
        /// Its PIN2.
        pin2: String,
    },
}

impl Default for Card {
    fn default() -> Self {
        Self::Pcsc { keypad: true }
    }
}

impl Card {
    /// Whether another program holds the card.
    pub(crate) fn is_scs(&self) -> bool {
        matches!(self, Self::Scs { .. })
    }
}

/// The Pharmaceutical Database.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Medicines {
    /// One edition as JSON; the built-in artificial one where neither this nor `editions` is there.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// The file of imported editions (`tiski medicines import`), of which the one in force is used.
    #[serde(default)]
    pub editions: Option<PathBuf>,
    /// Days of a month on which editions change; the 1st and the 15th where it is absent.
    #[serde(default)]
    pub days: Option<Vec<u32>>,
    /// From where `tiski medicines fetch`, and the program by itself, reads. Nothing is fetched where it is absent.
    #[serde(default)]
    pub fetch: Option<Fetch>,
}

impl Medicines {
    /// Days on which editions change.
    pub fn calendar(&self) -> Calendar {
        self.days.clone().and_then(Calendar::new).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Problem> {
        if self.file.is_some() && self.editions.is_some() {
            return Err(wrong("medicines", "file, editions"));
        }
        if self.days.clone().is_some_and(|days| Calendar::new(days).is_none()) {
            return Err(wrong("medicines.days", "1–28"));
        }
        let Some(fetch) = &self.fetch else { return Ok(()) };
        let is_file = |name: &String| File::ALL.iter().any(|file| file.name() == name);
        if !fetch.addresses.keys().all(is_file) {
            let names: Vec<&str> = File::ALL.iter().map(|file| file.name()).collect();
            return Err(wrong("medicines.fetch.addresses", &names.join(", ")));
        }
        if !fetch.addresses.values().all(|address| address.starts_with("https://")) {
            return Err(wrong("medicines.fetch.addresses", "https://"));
        }
        if !(1..=3600).contains(&fetch.at_most_s) {
            return Err(wrong("medicines.fetch.at_most_s", "1–3600"));
        }
        if fetch.every_hours.is_some_and(|hours| !(1..=168).contains(&hours)) {
            return Err(wrong("medicines.fetch.every_hours", "1–168"));
        }
        Ok(())
    }
}

/// From where the files of the Pharmaceutical Database are fetched.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// Addresses, `https://…`, by the names that the files have here: `"laaketietokanta.xml" = "https://…"`.
    pub addresses: BTreeMap<String, String>,
    /// Certificates of the issuers that are believed (PEM or DER); nobody else is.
    pub trusted: PathBuf,
    /// How often the program fetches by itself, beginning when it starts; 1–168 hours. Never where it is absent.
    #[serde(default)]
    pub every_hours: Option<u32>,
    /// How long one file may take, seconds; 1–3600.
    #[serde(default = "ten_minutes")]
    pub at_most_s: u64,
}

/// Kela's purchase query. Without one everything is counted without reimbursement, and the screen says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Purchases {
    /// Test only: a file of artificial customers that stands for Kela.
    pub simulator: Option<PathBuf>,
    /// How long an answer may take, milliseconds; 100–30,000.
    pub patience_ms: u64,
}

impl Default for Purchases {
    fn default() -> Self {
        Self { simulator: None, patience_ms: 5_000 }
    }
}

/// Deviating from a prescription and correcting an obvious error in it (Medicines Act 57 f, 57 g).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeviationSettings {
    /// The file of reasons and of their place in the document (docs/medicines.md). Without it the path is closed.
    pub reasons: Option<PathBuf>,
}

/// Where fresh revocation lists and OCSP answers come from, and how long a list counts whose successor does not come (docs/trust.md).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// Addresses of revocation lists, `http://…`; at most 16. Those of the folder of certificates count beside them.
    pub lists: Vec<String>,
    /// How often they are read, minutes; at least 1.
    pub refresh_minutes: u32,
    /// How long a list counts after its successor was due, hours; at most 168.
    pub grace_hours: u32,
    /// Address of the OCSP responder of the professionals' issuer, `http://…`; nobody is asked where it is absent.
    pub ocsp: Option<String>,
    /// How long its answer is news, minutes; at least 1.
    pub ocsp_minutes: u32,
}

impl Default for Trust {
    fn default() -> Self {
        Self { lists: Vec::new(), refresh_minutes: 60, grace_hours: 24, ocsp: None, ocsp_minutes: 15 }
    }
}

/// The role and attribute service (rooli- ja attribuuttipalvelu).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// The file that simulates it, for tests. Without one the right is the certificate's, and the screen says so.
    pub register: Option<PathBuf>,
    /// How long its last answer counts while it is silent, hours.
    pub at_most_hours: u32,
    /// How old its last answer may be when somebody signs, before it is asked again, minutes.
    pub ask_again_minutes: u32,
}

impl Default for Rights {
    fn default() -> Self {
        Self { register: None, at_most_hours: 24, ask_again_minutes: 15 }
    }
}

/// How long a session lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// The session locks when its person has done nothing for so many minutes; 1–120.
    pub idle_minutes: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self { idle_minutes: 10 }
    }
}

/// How the record is kept (docs/record.md).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordKeeping {
    /// Who keeps its key.
    pub key: KeyPlace,
    /// The folder of backups that the running program makes when asked; best on another disk.
    pub backups: Option<PathBuf>,
}

/// Who keeps the record's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// The operating system's key store.
    #[default]
    System,
    /// A file beside the record, for servers and tests. Refused in production.
    File,
}

/// When a link of the chain is called weak or broken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Health {
    /// Seconds between two questions whether the Centre is there; at least 5.
    pub probe_s: u32,
    /// How long such a question may take, seconds; 1–30.
    pub probe_at_most_s: u32,
    /// Where it is asked.
    pub path: String,
    /// By how many seconds the workstation's clock may differ from the Centre's.
    pub clock_s: u32,
    /// How many days before its end a certificate is warned of.
    pub warn_days: u32,
    /// Older than so many days the medicines database is to be updated.
    pub medicines_days: u32,
    /// Older than so many days it no longer holds.
    pub medicines_at_most_days: u32,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            probe_s: 30,
            probe_at_most_s: 5,
            path: "/".to_owned(),
            clock_s: 300,
            warn_days: 42,
            medicines_days: 21,
            medicines_at_most_days: 62,
        }
    }
}

/// When somebody is told that something waits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notices {
    /// What waits longer than so many minutes is told of; 5–1440.
    pub waiting_minutes: u32,
    /// When the pharmacy closes, Finnish time: "20.00". Where it is absent, nothing is said at closing time.
    pub closing_time: Option<String>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { waiting_minutes: 60, closing_time: None }
    }
}

impl Notices {
    /// The closing time, where there is one that can be read.
    pub(crate) fn closing(&self) -> Option<chrono::NaiveTime> {
        let text = self.closing_time.as_ref()?.replace('.', ":");
        chrono::NaiveTime::parse_from_str(&text, "%H:%M").ok()
    }
}

impl Settings {
    /// Reads and checks a settings file.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path).map_err(|error| wrong("file", &error.to_string()))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| wrong("file", error.message()))?;
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let at = |path: &PathBuf| base.join(path);
        settings.data = at(&settings.data);
        settings.clock = settings.clock.as_ref().map(at);
        settings.centre.pki = at(&settings.centre.pki);
        settings.rights.register = settings.rights.register.as_ref().map(at);
        if let Card::Scs { trusted, .. } = &mut settings.card {
            *trusted = base.join(&*trusted);
        }
        settings.record.backups = settings.record.backups.as_ref().map(at);
        settings.medicines.file = settings.medicines.file.as_ref().map(at);
        settings.medicines.editions = settings.medicines.editions.as_ref().map(at);
        settings.purchases.simulator = settings.purchases.simulator.as_ref().map(at);
        settings.deviation.reasons = settings.deviation.reasons.as_ref().map(at);
        if let Some(fetch) = &mut settings.medicines.fetch {
            fetch.trusted = base.join(&fetch.trusted);
        }
        if let Some(printer) = &mut settings.printers.label {
            printer.to = printer.to.clone().within(&base);
        }
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), Problem> {
        if !(1..=99).contains(&self.workstation) {
            return Err(wrong("workstation", "1–99"));
        }
        if self.environment == Environment::Production && self.record.key == KeyPlace::File {
            return Err(wrong("record.key", "a key in a file belongs to tests; production keeps it in the key store"));
        }
        if self.environment == Environment::Production && self.checks.demonstration_interactions {
            return Err(wrong("checks.demonstration_interactions", "belongs to demonstrations and tests"));
        }
        if self.environment == Environment::Production && self.purchases.simulator.is_some() {
            return Err(wrong("purchases.simulator", "artificial customers belong to tests"));
        }
        if self.environment == Environment::Production {
            let software = matches!(self.card, Card::Software { .. });
            let why = if software || self.clock.is_some() {
                "a software card and a settable clock belong to tests"
            } else {
                "this version has been proven against the local Prescription Centre only"
            };
            return Err(wrong("environment", why));
        }
        if !(1..=120).contains(&self.session.idle_minutes) {
            return Err(wrong("session.idle_minutes", "1–120"));
        }
        if matches!(&self.card, Card::Scs { patience_s, .. } if !(10..=300).contains(patience_s)) {
            return Err(wrong("card.patience_s", "10–300"));
        }
        if !(5..=1440).contains(&self.notices.waiting_minutes) {
            return Err(wrong("notices.waiting_minutes", "5–1440"));
        }
        if self.notices.closing_time.is_some() && self.notices.closing().is_none() {
            return Err(wrong("notices.closing_time", "20.00"));
        }
        if self.trust.grace_hours > 168 {
            return Err(wrong("trust.grace_hours", "0–168"));
        }
        if self.trust.lists.len() > 16 || !self.trust.lists.iter().all(|address| address.starts_with("http://")) {
            return Err(wrong("trust.lists", "http://"));
        }
        if self.trust.ocsp.as_ref().is_some_and(|address| !address.starts_with("http://")) {
            return Err(wrong("trust.ocsp", "http://"));
        }
        if let Some((setting, why)) = self.scanner.fault() {
            return Err(wrong(setting, why));
        }
        self.medicines.check()?;
        if let Some(fault) = self.printers.label.as_ref().and_then(|printer| printer.to.fault()) {
            return Err(wrong("printers.label.to", fault));
        }
        if !(100..=30_000).contains(&self.purchases.patience_ms) {
            return Err(wrong("purchases.patience_ms", "100–30000"));
        }
        if !self.centre.url.starts_with("https://") {
            return Err(wrong("centre.url", "https://"));
        }
        Ok(())
    }

    /// The pharmacy as documents name it.
    pub(crate) fn organisation(&self) -> Organisation {
        Organisation {
            id: self.pharmacy.id.clone(),
            name: self.pharmacy.name.clone(),
            phone: self.pharmacy.phone.clone(),
            address: Some(Address {
                street: self.pharmacy.street.clone(),
                postal_code: self.pharmacy.postal_code.clone(),
                city: self.pharmacy.city.clone(),
            }),
            part_of: None,
        }
    }

    /// The name of the pharmacy's certificate under `servers`.
    pub(crate) fn slug(&self) -> String {
        self.centre.certificate.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned()
    }

    /// How long an answer may take.
    pub(crate) fn timeout(&self) -> Duration {
        let longest = counter::LONGEST_ANSWER.to_std().unwrap_or_default();
        Duration::from_millis(self.centre.timeout_ms).min(longest).max(Duration::from_millis(100))
    }
}

/// A mistake in the settings, by the setting's name.
pub(crate) fn wrong(setting: &str, why: &str) -> Problem {
    let mut problem = crate::sentences::of_code("settings-invalid", Language::default());
    problem.advice = format!("{setting}: {why}");
    problem
}

fn yes() -> bool {
    true
}

fn scs_port() -> u16 {
    scs::PORT
}

fn a_while() -> u16 {
    60
}

fn ten_seconds() -> u64 {
    10_000
}

fn ten_minutes() -> u64 {
    600
}

fn half_a_second() -> u64 {
    500
}

fn a_few() -> u32 {
    counter::SENDERS
}

fn a_minute() -> u64 {
    60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
        environment = "test"
        workstation = 1
        data = "data"
        [pharmacy]
        id = "1.2.246.10.99999901.10.1"
        name = "Kuusen apteekki"
        street = "Mallikatu 1"
        postal_code = "99999"
        city = "Mallila"
        [centre]
        url = "https://127.0.0.1:7443"
        organisation = "1.2.246.10.99999904.10.1"
        pki = "../pki"
        certificate = "servers/kuusen-apteekki"
    "#;

    fn load(text: &str) -> Result<Settings, Problem> {
        let folder = std::env::temp_dir().join(format!("tiski-settings-{}-{}", std::process::id(), text.len()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("settings.toml");
        std::fs::write(&file, text).unwrap();
        let loaded = Settings::load(&file);
        std::fs::remove_dir_all(&folder).unwrap();
        loaded
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let settings = load(SOUND).unwrap();
        assert!(settings.data.is_absolute() && settings.data.ends_with("data"));
        assert_eq!(settings.centre.retry_ms, 500);
        let system = load(&format!("{SOUND}\n[signers]\n18 = \"system\"")).unwrap();
        let release = prescription::DocumentType::DispensingReservationRelease;
        assert_ne!(system.signers.of(&release), settings.signers.of(&release));
        let each = load(&SOUND.replace("workstation = 1", "workstation = 1\nsigning = \"each\"")).unwrap();
        assert_eq!((settings.signing, each.signing), (VisitSigning::Together, VisitSigning::Each));
    }

    #[test]
    fn med_5_2_nothing_is_printed_by_default_and_a_printer_is_what_the_settings_say() {
        assert!(load(SOUND).unwrap().printers.label.is_none());
        let text = format!(
            "{SOUND}\n[printers.label]\nkind = \"zpl-picture\"\nto = {{ folder = \"labels\" }}\ndpi = \"300\"\n\
             size = {{ width_mm = 76, height_mm = 51 }}"
        );
        let printer = load(&text).unwrap().printers.label.unwrap();
        assert!(
            matches!(&printer.to, printing::Way::Folder(folder) if folder.is_absolute() && folder.ends_with("labels"))
        );
        assert_eq!(printer.kind, crate::LabelKind::ZplPicture);
        assert_eq!(printer.dpi, labels::Density::Dots12);
    }

    #[test]
    fn med_5_3_a_scanner_types_unless_the_settings_say_where_it_is() {
        let scanner = |text: &str| load(&format!("{SOUND}\n[scanner]\n{text}")).map(|settings| settings.scanner);
        assert_eq!((load(SOUND).unwrap().scanner, scanner("kind = \"wedge\"").unwrap()), <_>::default());
        let serial = ScannerAt::Serial { path: "/dev/ttyACM0".into(), speed: 9_600 };
        assert_eq!(scanner("kind = \"serial\"\npath = \"/dev/ttyACM0\"").unwrap(), serial);
        for (text, setting) in [
            ("kind = \"serial\"\npath = \"\"", "scanner.path"),
            ("kind = \"serial\"\npath = \"COM3\"\nspeed = 1", "scanner.speed"),
            ("kind = \"serial\"", "file"),
            ("kind = \"bluetooth\"", "file"),
            ("kind = \"wedge\"\npath = \"/dev/ttyACM0\"", "file"),
        ] {
            assert!(scanner(text).unwrap_err().advice.starts_with(setting), "{text}");
        }
        if cfg!(target_os = "linux") {
            assert!(scanner("kind = \"hid\"\ndevice = \"0c2e:0b61\"").is_ok());
            assert!(scanner("kind = \"hid\"\npath = \"/dev/hidraw0\"").is_ok());
            for wrong in ["", "device = \"0c2e\"", "device = \"0c2e:0b61\"\npath = \"/dev/hidraw0\"", "path = \"\""] {
                assert!(scanner(&format!("kind = \"hid\"\n{wrong}")).unwrap_err().advice.starts_with("scanner.device"));
            }
        }
    }

    #[test]
    fn production_and_mistakes_are_refused_by_name() {
        let refused = |from: &str, to: &str| load(&SOUND.replace(from, to)).unwrap_err().advice;
        assert!(refused(r#""test""#, r#""production""#).starts_with("environment"));
        for (more, setting) in [
            ("[checks]\ndemonstration_interactions = true", "checks.demonstration_interactions"),
            ("[purchases]\nsimulator = \"kela.toml\"", "purchases.simulator"),
        ] {
            let told = SOUND.replace(r#""test""#, r#""production""#) + "\n" + more;
            assert!(load(&told).unwrap_err().advice.starts_with(setting), "{setting}");
        }
        let filed = SOUND.replace(r#""test""#, r#""production""#) + "\n[record]\nkey = \"file\"";
        assert!(load(&filed).unwrap_err().advice.starts_with("record.key"));
        assert_eq!(load(&format!("{SOUND}\n[record]\nkey = \"file\"")).unwrap().record.key, KeyPlace::File);
        assert_eq!(load(SOUND).unwrap().record.key, KeyPlace::System);
        assert!(refused("workstation = 1", "workstation = 100").starts_with("workstation"));
        assert!(refused("[centre]", "[session]\nidle_minutes = 0\n[centre]").starts_with("session.idle_minutes"));
        let hasty = "[card]\nkind = \"scs\"\ntrusted = \"x\"\norigin = \"y\"\npatience_s = 1\n[centre]";
        assert!(refused("[centre]", hasty).starts_with("card.patience_s"));
        assert!(refused("[centre]", "[notices]\nwaiting_minutes = 1\n[centre]").starts_with("notices.waiting_minutes"));
        assert!(
            refused("[centre]", "[notices]\nclosing_time = \"25.00\"\n[centre]").starts_with("notices.closing_time")
        );
        assert!(refused("https:", "http:").starts_with("centre.url"));
        let printer = |to: &str| format!("[printers.label]\nkind = \"zpl\"\nto = {to}\n[centre]");
        assert!(refused("[centre]", &printer(r#"{ network = "nowhere" }"#)).starts_with("printers.label.to"));
        assert!(refused("[centre]", &printer(r#"{ queue = "-o" }"#)).starts_with("printers.label.to"));
        let small = printer(r#"{ queue = "Zebra" }"#).replace("kind", "size = { width_mm = 7 }\nkind");
        assert!(refused("[centre]", &small).starts_with("file"));
        assert!(refused("[centre]", "[centre]\nsurprise = 1").starts_with("file"));
        assert!(refused("workstation = 1", "workstation = 1\nsigning = \"both\"").contains("`both`"));
    }
}
