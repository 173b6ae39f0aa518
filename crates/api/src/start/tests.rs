//! A whole program from its settings file: where its PINs are entered, and which reader it remembers.

use chrono::Utc;
use direct_card::{DirectReader, Typed};
use test_authority::{Authority, People, place, who};
use virtual_card::{Card as VirtualCard, Person, Profile, ShortMemory};

#[cfg(target_os = "linux")]
mod scanner;

use super::scs_service::Service;
use super::*;
use crate::{CardState, HealthState, Link, LogIn, Nothing, PinAt, Secret, SetLanguage};

struct World {
    folder: tempfile::TempDir,
    authority: Authority,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[who::SIRI]);
    let authority = Authority::create_for(&folder.path().join("pki"), Utc::now(), people).unwrap();
    World { folder, authority }
}

impl World {
    /// The settings of a pharmacy whose Centre is silent, with these of the card.
    fn settings(&self, card: &str) -> Result<Settings, Problem> {
        let text = format!(
            "environment = \"test\"\nworkstation = 1\ndata = \"data\"\n\
             [pharmacy]\nid = \"1.2.246.10.99999901.10.1\"\nname = \"Kuusen apteekki\"\nstreet = \"Mallikatu 1\"\n\
             postal_code = \"99999\"\ncity = \"Mallila\"\n\
             [centre]\nurl = \"https://127.0.0.1:9\"\norganisation = \"1.2.246.10.99999904.10.1\"\npki = \"pki\"\n\
             certificate = \"servers/{}\"\n[record]\nkey = \"file\"\n[card]\n{card}",
            place::KUUSI
        );
        let file = self.folder.path().join("settings.toml");
        std::fs::write(&file, text).unwrap();
        Settings::load(&file)
    }

    /// The program with these settings of the card, and this reader in place of those of the machine.
    fn with_reader(&self, card: &str, reader: &DirectReader) -> Started {
        let settings = self.settings(card).unwrap();
        let mut instruments = Instruments::open(&settings).unwrap();
        instruments.cards = Arc::new(reader.clone());
        start_with(settings, instruments).unwrap()
    }

    /// Imports an artificial edition that is in force from a day; its name.
    fn import(&self, number: u32, in_force: chrono::NaiveDate) -> String {
        use chrono::Datelike;
        use medicines::artificial::{Artificial, Recipe};
        use medicines::editions::{Editions, Policy, VersionId};
        use medicines::import::kela::KelaNames;

        let names = KelaNames::built_in().unwrap();
        let version = VersionId::parse(&format!("{}.{number}", in_force.year())).unwrap();
        let files = Artificial::make(&Recipe { seed: 7, packages: 150, version, in_force }, &names);
        let mut editions = Editions::open(&self.folder.path().join("medicines.db")).unwrap();
        editions.import(files.sources(), &names, &Policy::default(), Utc::now()).unwrap();
        version.to_string()
    }

    fn reader(&self) -> DirectReader {
        let person = Person::load(&self.folder.path().join("pki/people").join(who::SIRI)).unwrap();
        DirectReader::new(VirtualCard::new(Profile::default(), person, Box::new(ShortMemory::default())).unwrap())
    }
}

fn elsewhere() -> LogIn {
    LogIn { pin: None, entry: None, elsewhere: Some(true), allow_last_try: None }
}

fn log_in(started: &Started, with: LogIn) -> Result<String, String> {
    started.program.log_in(with).map(|session| session.name).map_err(|problem| problem.code)
}

fn status(started: &Started) -> crate::Status {
    started.program.status(Nothing::default()).unwrap()
}

#[test]
fn a_reader_with_a_keypad_takes_the_pin_and_a_setting_turns_that_off() {
    let world = world();
    let reader = world.reader();
    let started = world.with_reader("kind = \"pcsc\"", &reader);
    assert_eq!(status(&started).card.pin_at, PinAt::Here, "this reader has no keys");
    assert_eq!(log_in(&started, elsewhere()), Err("card-no-keypad".to_owned()));
    reader.keypad(Typed::Cancel);
    assert_eq!(log_in(&started, elsewhere()), Err("pin-cancelled".to_owned()));
    until(|| status(&started).card.pin_at == PinAt::Reader); // the card is looked at in its own time
    reader.keypad(Typed::Nothing);
    assert_eq!(log_in(&started, elsewhere()), Err("pin-timeout".to_owned()));
    reader.keypad(Typed::Digits("1234".to_owned()));
    assert_eq!(log_in(&started, elsewhere()), Ok("Siri Salminen".to_owned()));
    assert_eq!(reader.pins_sent(), 1, "nothing was sent that nobody entered");
    drop(started);

    let other = self::world();
    let started = other.with_reader("kind = \"pcsc\"\nkeypad = false", &reader);
    assert_eq!(status(&started).card.pin_at, PinAt::Here);
    assert_eq!(log_in(&started, elsewhere()), Err("card-no-keypad".to_owned()));
    assert_eq!(reader.pins_sent(), 1);
}

#[test]
fn two_sessions_with_one_card_do_not_come_between_each_other() {
    let reader = world().reader();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let reader = reader.clone();
            scope.spawn(move || {
                for _ in 0..25 {
                    card::CardSession::identity(&mut reader.session()).expect("what one selects, another never reads");
                }
            });
        }
    });
}

#[test]
fn the_reader_of_the_last_log_in_is_remembered_by_the_workstation_and_names_nobody() {
    let world = world();
    let reader = world.reader();
    let kept = world.folder.path().join("data/reader");
    let started = world.with_reader("kind = \"pcsc\"", &reader);
    let wrong = LogIn { pin: Some(Secret::new("9999".to_owned())), ..elsewhere() };
    assert_eq!(log_in(&started, wrong), Err("pin-wrong".to_owned()));
    assert!(!kept.exists(), "looking at a card is no log-in");
    let right = LogIn { pin: Some(Secret::new("1234".to_owned())), ..elsewhere() };
    log_in(&started, right).unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "Direct reader");
    let last = crate::reader::LastReader::of(&world.settings("kind = \"pcsc\"").unwrap());
    assert_eq!(last.recall(), Some(DirectReader::reader()));
    for strange in ["", "two\nlines", &"x".repeat(300)] {
        std::fs::write(&kept, strange).unwrap();
        assert_eq!(last.recall(), None, "{strange:?}");
    }
}

#[test]
fn decision_11_the_settings_choose_the_card_behind_another_program() {
    let world = world();
    let pair = |of: Result<_, _>| of.unwrap();
    let siri = [pair(world.authority.authentication(who::SIRI)), pair(world.authority.signature(who::SIRI))];
    let service = Service::start(siri);
    std::fs::write(world.folder.path().join("scs.der"), &service.certificate).unwrap();
    let scs =
        format!("kind = \"scs\"\nport = {}\ntrusted = \"scs.der\"\norigin = \"https://tiski.invalid\"", service.port);
    let started = start(world.settings(&scs).unwrap()).unwrap();
    until(|| status(&started).card.state == CardState::Unread);
    let card = status(&started).card;
    assert_eq!((card.pin_at, card.holder), (PinAt::Program, None));
    assert_eq!(service.asked(), 0, "no window opens before somebody wants to log in");
    assert_eq!(log_in(&started, elsewhere()), Ok("Siri Salminen".to_owned()));
    let now = status(&started);
    assert_eq!((now.card.state, now.card.pin1_left), (CardState::Ready, None), "tries are not known, and not made up");
    let typed = LogIn { pin: Some(Secret::new("1234".to_owned())), ..elsewhere() };
    assert_eq!(log_in(&started, typed), Err("pin-elsewhere".to_owned()));

    service.close();
    until(|| status(&started).card.state == CardState::NoProgram);
    let said = started.program.set_language(SetLanguage { language: "fi".to_owned() }).unwrap();
    let reader = said.health.iter().find(|line| line.link == Link::Reader).unwrap();
    assert_eq!((reader.state, reader.code.as_str()), (HealthState::Bad, "scs-down"));
    assert!(said.session.unwrap().locked, "what nobody can see any more is not there");

    let untrusting = world.settings(&scs.replace("scs.der", "none.der")).unwrap();
    assert!(start(untrusting).err().unwrap().advice.starts_with("card.trusted"));
    std::fs::write(world.folder.path().join("scs.der"), b"no certificate").unwrap();
    assert_eq!(start(world.settings(&scs).unwrap()).err().unwrap().advice, "card: scs-trust");
}

fn until(holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_program_works_with_the_edition_in_force_says_loudly_that_it_is_stale_and_finds_a_new_one_while_it_runs() {
    use chrono::Days;

    let world = world();
    let today = prescription::time::finnish(Utc::now()).date();
    let old = world.import(500, today - Days::new(40));
    let started = world.with_reader("kind = \"pcsc\"\n[medicines]\neditions = \"medicines.db\"\n", &world.reader());
    let seen = || {
        let status = status(&started);
        let line = status.health.iter().find(|line| line.link == Link::Medicines).unwrap().clone();
        (status.freshness.medicines, line.state, line.code, status.medicines_sources)
    };
    let (edition, state, code, sources) = seen();
    assert_eq!((edition, state, code.as_str()), (old.clone(), HealthState::Bad, "medicines-stale"));
    assert_eq!(sources.len(), 5);
    assert!(sources[0].contains(&old) && sources[0].contains("CC BY 4.0"), "{sources:?}");
    // Kela's name of the product, Fimea's Swedish name of the code, one letter too few.
    for text in ["temesta 1 mg", "lorazepam", "temsta"] {
        let found = started.program.find_packages(crate::FindPackages { text: text.to_owned() }).unwrap();
        assert!(found.packages.iter().any(|package| package.name.starts_with("Temesta")), "{text}: {found:?}");
    }
    let new = world.import(501, today);
    started.program.examine(Nothing::default()).unwrap();
    let (edition, state, code, _) = seen();
    assert_eq!((edition, state, code.as_str()), (new, HealthState::Good, "medicines-good"));
}

#[test]
fn med_5_3_a_search_by_a_whole_item_number_knows_what_was_learnt_at_this_pharmacy() {
    use ::scanning::{GtinLink, GtinStore, Source};

    let world = world();
    let today = prescription::time::finnish(Utc::now()).date();
    world.import(500, today);
    let reader = world.reader();
    let found = |text: &str| {
        let started = world.with_reader("kind = \"pcsc\"\n[medicines]\neditions = \"medicines.db\"\n", &reader);
        let found = started.program.find_packages(crate::FindPackages { text: text.to_owned() }).unwrap();
        found.packages.into_iter().map(|package| package.vnr).collect::<Vec<_>>()
    };
    let temesta = found("temesta 1 mg")[0].clone();
    assert!(found("4006381333931").is_empty(), "nobody has said what it is");
    let link = GtinLink {
        gtin: ::scanning::Gtin::parse("4006381333931").unwrap(),
        vnr: prescription::Vnr::parse(&temesta).unwrap(),
        source: Source::Person,
        first_seen: today,
        confirmed_by: None,
    };
    let mut store = gtin_store::Gtins::open(&world.folder.path().join("data/gtin.db")).unwrap();
    store.keep(&link).unwrap();
    drop(store);
    assert_eq!(found("4006381333931"), std::slice::from_ref(&temesta));
    let nordic = ::scanning::Gtin::nordic(&prescription::Vnr::parse(&temesta).unwrap());
    assert_eq!(found(nordic.as_str()), [temesta], "a Nordic number says its package itself");
}

#[test]
fn med_5_3_the_scanners_self_test_says_which_hazard_it_has_and_what_to_set() {
    use crate::{PressedKey, Scan};

    let world = world();
    let started = world.with_reader("kind = \"pcsc\"", &world.reader());
    let code = started.program.scanner_code(Nothing::default()).unwrap();
    assert!(code.rows.len() == 24 && code.rows.iter().all(|row| row.len() == 24), "{code:?}");
    let tested = |scan: Scan| {
        let test = started.program.test_scanner(scan).unwrap();
        let codes = test.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>().join(" ");
        (test.passed, codes)
    };
    let sent = |text: String| tested(Scan { keys: vec![], text: Some(Secret::new(text)) });
    let sound = ::scanning::SELF_TEST;
    assert_eq!(sent(format!("]d2{sound}")), (true, "scanner-proven".to_owned()));
    assert_eq!(sent(sound.to_owned()), (true, "scanner-proven scanner-no-identifier".to_owned()));
    let swapped: String = sound
        .chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
        .collect();
    assert_eq!(sent(format!("]D2{swapped}")), (false, "scanner-case-swapped".to_owned()));
    assert_eq!(sent(format!("]d2{}", sound.replace('\u{1d}', ""))), (false, "scanner-separator-lost".to_owned()));
    assert_eq!(sent("7046260700093".to_owned()), (false, "scanner-another-code".to_owned()));
    let typed = |text: &str, pace: u64| {
        let named = |c: char| if c == '\u{1d}' { "Separator".to_owned() } else { c.to_string() };
        let keys = format!("]d2{text}").chars().map(named).collect::<Vec<_>>();
        let keys = keys.into_iter().zip(0..).map(|(key, at)| PressedKey { key: Secret::new(key), at_ms: at * pace });
        tested(Scan { keys: keys.collect(), text: None })
    };
    assert_eq!(typed(sound, 9), (false, "scanner-end-missing".to_owned()));
    assert_eq!(typed(sound, 300), (false, "scanner-end-missing scanner-too-slow".to_owned()));
    let endless = Scan { keys: vec![], text: Some(Secret::new("1".repeat(600))) };
    assert_eq!(started.program.test_scanner(endless).unwrap_err().code, "scan-too-long");
}
