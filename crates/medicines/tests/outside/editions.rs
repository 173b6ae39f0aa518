//! Import, midnight of the 1st and the 15th, old editions, freshness (medicines.md 0, 1.2, 2.9).

use medicines::artificial::FIRST_NUMBER;
use medicines::editions::{Calendar, Editions, Freshness, Outcome, Sources};
use medicines::import::File;
use prescription::ControlClass;

use crate::{PACKAGES, at, found, import, made, made_with_xml, store, version, vnr};

#[test]
fn an_artificial_database_of_two_thousand_packages_becomes_an_edition() {
    let (_folder, mut editions) = store();
    let outcome = import(&mut editions, &made(2_500, "2026.022", "2026-11-15")).unwrap();
    let Outcome::Imported(info) = outcome else { panic!("{outcome:?}") };
    assert_eq!((info.packages, info.version), (2_500, version("2026.022")));
    let edition = editions.load(version("2026.022")).unwrap().unwrap();
    assert_eq!(edition.name(), "2026.022");
    assert_eq!(edition.published().unwrap().to_string(), "2026-11-15");
    // 2.10: a real row, with an ampersand in its holder and a size in two parts.
    let humira = edition.package(&vnr("477362")).unwrap();
    assert_eq!((humira.holder.as_str(), humira.strength.as_str()), ("AbbVie Deutschland GmbH&Co.KG", "40 mg"));
    assert_eq!((humira.size.to_string().as_str(), humira.unit.as_str()), ("0.8", "ml"));
    // Panacod has no strength; Oxycontin is a narcotic with its group; Panacod's two substances come from the register.
    let panacod = edition.package(&vnr("425975")).unwrap();
    assert_eq!((panacod.strength.as_str(), panacod.substances.len()), ("", 2));
    let oxycontin = edition.package(&vnr("395126")).unwrap();
    assert_eq!((oxycontin.control.clone(), oxycontin.group.as_deref()), (Some(ControlClass::Narcotic), Some("1553")));
    assert_eq!(oxycontin.substances, ["oxikodon"]);
    // Invented products have numbers that no medicine has, and prices above nothing.
    let invented = edition.package(&vnr(&FIRST_NUMBER.to_string())).unwrap();
    assert!(invented.holder.starts_with("Keksitty ") && invented.price.unwrap() > 0.into());
}

#[test]
fn everything_that_kela_and_fimea_say_of_a_package_is_kept() {
    let (_folder, mut editions) = store();
    import(&mut editions, &made(2_500, "2026.022", "2026-11-15")).unwrap();
    let now = version("2026.022");
    let lantus = editions.package(now, &vnr("078623")).unwrap().unwrap();
    assert_eq!(lantus.biological, Some(true));
    assert_eq!((lantus.factor, lantus.size), (Some(5.into()), Some(3.into())));
    assert_eq!((lantus.size_text.as_str(), lantus.atc_name.as_deref()), ("5 x 3 ml", Some("glargininsuliini")));
    assert_eq!(lantus.reimbursement, ["100"]);
    assert_eq!(lantus.status.unwrap().code(), "R");
    assert!(lantus.wholesale.unwrap() < lantus.untaxed.unwrap() && lantus.untaxed < lantus.price);
    // ä in ISO-8859-1 and in UTF-8 are one letter.
    assert_eq!(lantus.form.as_deref(), Some("injektioneste, liuos, esitäytetty kynä"));
    let risks = editions.high_risks(now, "B01AA03").unwrap();
    assert_eq!(risks.len(), 1);
    assert_eq!(risks[0].risks[0].kind.as_ref().unwrap().name.en, "Narrow therapeutic index");
    assert_eq!(risks[0].steps[0].kind.as_ref().unwrap().code, "5");
    assert!(editions.high_risks(now, "C10AA05").unwrap().is_empty());
    assert!(editions.condition(now, "E9").unwrap().unwrap().sv.contains("psykiatri"));
    let short = editions.shortages(now, &vnr("600000")).unwrap();
    assert_eq!((short.len(), short[0].from.to_string().as_str(), short[0].until), (1, "2026-11-15", None));
    // The fourth shortage of the list has ended; Voimassa says E.
    let ended = String::from_utf8(made(2_500, "2026.022", "2026-11-15").file(File::Shortages).to_vec()).unwrap();
    let ended = ended.lines().find(|line| line.contains("\"E\"")).unwrap()[1..7].to_owned();
    assert!(editions.shortages(now, &vnr(&ended)).unwrap().is_empty());
}

#[test]
fn a_number_from_before_leads_to_the_one_of_now() {
    let (_folder, mut editions) = store();
    let mut files = made(PACKAGES, "2026.022", "2026-11-15");
    let text: String = files.file(File::Packages).iter().copied().map(char::from).collect();
    let changed: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<&str> = line.split(';').collect();
            if fields[1] == "078623" {
                fields[35] = "001024";
            }
            fields.join(";")
        })
        .collect();
    files.replace(File::Packages, changed.join("\n").chars().map(|letter| letter as u8).collect());
    import(&mut editions, &files).unwrap();
    assert_eq!(editions.renumbered(version("2026.022"), &vnr("001024")).unwrap(), Some(vnr("078623")));
    assert_eq!(editions.renumbered(version("2026.022"), &vnr("078623")).unwrap(), None);
}

#[test]
fn a_package_carries_what_exchange_and_price_need() {
    let (_folder, mut editions) = store();
    let mut files = made(2_500, "2026.022", "2026-11-15");
    // One is no longer sold.
    let register: String = files.file(File::Packages).iter().copied().map(char::from).collect();
    let left =
        register
            .lines()
            .map(|line| {
                if line.contains(";005926;") { line.trim_end_matches("1;").to_owned() + "0;" } else { line.to_owned() }
            })
            .collect::<Vec<_>>();
    files.replace(File::Packages, left.join("\n").chars().map(|letter| letter as u8).collect());
    import(&mut editions, &files).unwrap();
    let edition = editions.load(version("2026.022")).unwrap().unwrap();
    let lantus = edition.package(&vnr("078623")).unwrap();
    assert_eq!(lantus.exchange.biological, Some(true));
    assert_eq!(lantus.exchange.reimbursements, ["100"]);
    assert_eq!(lantus.group.as_deref(), Some("1260"));
    let words = lantus.form_words.as_ref().unwrap();
    assert_eq!(words.en, "solution for injection in pre-filled pen");
    assert!(words.sv.starts_with("injektionsvätska"));
    // 3.5b: 98 and 100 are one class, 30 another; 3.5c: the corridor's top where the database has one.
    let code = |number: &str| edition.package(&vnr(number)).unwrap().exchange.exchange_code.clone().unwrap();
    assert_eq!((code("098784").as_str(), code("098784") == code("118072")), ("0005660100", true));
    assert_ne!(code("098784"), code("065915"));
    assert!(edition.packages().iter().any(|package| package.exchange.corridor_top < package.exchange.reference_price));
    // Fimea's registers say what is short, and what is no longer sold.
    let short = edition.package(&vnr("600000")).unwrap();
    assert!(short.shortage_on("2026-11-15".parse().unwrap()).is_some());
    assert!(short.shortage_on("2026-11-14".parse().unwrap()).is_none());
    assert!(!edition.package(&vnr("005926")).unwrap().exchange.on_market);
    assert!(edition.package(&vnr("098784")).unwrap().exchange.on_market);
    let unpriced = edition.packages().iter().filter(|package| package.price.is_none()).count();
    assert!((1..50).contains(&unpriced), "{unpriced}");
    // The search knows Swedish names of codes, and what is not sold comes after what is.
    assert_eq!(edition.atc_names()["N05BA06"], ["lorazepam"]);
    assert!(found(edition, "lorazepam temesta") > 0);
}

#[test]
fn a_store_of_the_first_schema_is_read_and_takes_packages_without_a_price_from_then_on() {
    let (folder, mut editions) = store();
    import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    let packages = editions.load(version("2026.021")).unwrap().unwrap().packages().to_vec();
    drop(editions);
    let path = folder.path().join("first.db");
    let first = rusqlite::Connection::open(&path).unwrap();
    let schema = include_str!("../../src/editions/schema.sql");
    let open = "  sold INTEGER,\n  permit INTEGER,";
    assert!(schema.contains("  price TEXT,") && schema.contains(open));
    let schema = schema.replace(open, "  sold INTEGER NOT NULL,\n  permit INTEGER NOT NULL,");
    first.execute_batch(&schema.replace("  price TEXT,", "  price TEXT NOT NULL,")).unwrap();
    first.execute("ATTACH ?1 AS today", [folder.path().join("medicines.db").to_str().unwrap()]).unwrap();
    let tables = ["edition", "edition_file", "package", "register", "substance", "atc", "word", "condition"];
    for table in tables.into_iter().chain(["substitutable", "shortage", "risk", "risk_atc"]) {
        // A package without a price was no package then.
        let priced = if table == "package" { "WHERE price IS NOT NULL" } else { "" };
        first.execute(&format!("INSERT INTO {table} SELECT * FROM today.{table} {priced}"), []).unwrap();
    }
    first.execute_batch("PRAGMA application_id = 0x544d6564; PRAGMA user_version = 1;").unwrap();
    drop(first);
    let mut editions = Editions::open(&path).unwrap();
    let old = editions.load(version("2026.021")).unwrap().unwrap();
    let priced: Vec<_> = packages.into_iter().filter(|package| package.price.is_some()).collect();
    assert_eq!(old.packages(), priced);
    import(&mut editions, &made_with_xml(2_500, "2026.022", "2026-11-15")).unwrap();
    let new = editions.load(version("2026.022")).unwrap().unwrap();
    assert!(new.packages().iter().any(|package| package.price.is_none()));
    drop(editions);
    assert_eq!(Editions::open(&path).unwrap().all().unwrap().len(), 2);
    // That of a newer program is left alone.
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 4;").unwrap();
    drop(newer);
    assert_eq!(Editions::open(&path).err().unwrap().code(), "editions-foreign");
}

#[test]
fn an_edition_is_in_force_from_midnight_in_finland_in_winter_and_in_summer_time() {
    let (_folder, mut editions) = store();
    for (name, day) in [
        ("2026.005", "2026-03-15"),
        ("2026.006", "2026-04-01"), // summer time since 29 March
        ("2026.020", "2026-10-15"),
        ("2026.021", "2026-11-01"), // winter time since 25 October
        ("2027.001", "2027-01-01"),
    ] {
        import(&mut editions, &made(PACKAGES, name, day)).unwrap();
    }
    let name = |moment: &str| editions.edition_at(at(moment)).unwrap().map(|info| info.version.to_string());
    assert_eq!(name("2026-03-14T21:59:59Z"), None);
    assert_eq!(name("2026-03-14T22:00:00Z").as_deref(), Some("2026.005"));
    assert_eq!(name("2026-03-31T20:59:59Z").as_deref(), Some("2026.005"));
    assert_eq!(name("2026-03-31T21:00:00Z").as_deref(), Some("2026.006"));
    assert_eq!(name("2026-10-14T20:59:59Z").as_deref(), Some("2026.006"));
    assert_eq!(name("2026-10-14T21:00:00Z").as_deref(), Some("2026.020"));
    assert_eq!(name("2026-10-31T21:59:59Z").as_deref(), Some("2026.020"));
    assert_eq!(name("2026-10-31T22:00:00Z").as_deref(), Some("2026.021"));
    assert_eq!(name("2026-12-31T21:59:59Z").as_deref(), Some("2026.021"));
    assert_eq!(name("2026-12-31T22:00:00Z").as_deref(), Some("2027.001"));
    for info in editions.all().unwrap() {
        let second = chrono::Duration::seconds(1);
        assert_eq!(editions.edition_at(info.from()).unwrap(), Some(info.clone()));
        assert_ne!(editions.edition_at(info.from() - second).unwrap(), Some(info));
    }
}

#[test]
fn an_old_edition_is_readable_by_its_name_with_its_own_prices() {
    let (folder, mut editions) = store();
    let mut old = made(PACKAGES, "2026.021", "2026-11-01");
    let text = String::from_utf8(old.file(File::Kela).to_vec()).unwrap();
    let price = text.split("<verollinenmyyntihinta>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let text = text.replacen(&format!("hinta>{price}<"), "hinta>1234.50<", 1);
    old.replace(File::Kela, text.into_bytes());
    import(&mut editions, &old).unwrap();
    import(&mut editions, &made(PACKAGES, "2026.022", "2026-11-15")).unwrap();
    drop(editions);
    let editions = Editions::open(&folder.path().join("medicines.db")).unwrap();
    let first = vnr("070009");
    let price_in = |name: &str| editions.load(version(name)).unwrap().unwrap().package(&first).unwrap().price.unwrap();
    assert_eq!(price_in("2026.021").to_string(), "1234.50");
    assert_eq!(price_in("2026.022").to_string(), price);
    assert!(editions.load(version("2026.023")).unwrap().is_none());
}

#[test]
fn importing_the_same_files_twice_changes_nothing_and_other_files_of_that_name_are_refused() {
    let (folder, mut editions) = store();
    let files = made(PACKAGES, "2026.022", "2026-11-15");
    assert!(matches!(import(&mut editions, &files).unwrap(), Outcome::Imported(_)));
    let rows = |editions: &Editions| {
        (editions.all().unwrap(), found(editions.load(version("2026.022")).unwrap().unwrap(), "metformin"))
    };
    let before = rows(&editions);
    assert!(before.1 > 4);
    assert!(matches!(import(&mut editions, &files).unwrap(), Outcome::AlreadyThere(_)));
    assert_eq!(rows(&editions), before);
    let other = made(PACKAGES + 1, "2026.022", "2026-11-15");
    assert_eq!(import(&mut editions, &other).unwrap_err().code(), "import-other-content");
    assert_eq!(rows(&editions), before);
    // From files in a folder it is the same edition as from memory.
    files.write(&folder.path().join("files")).unwrap();
    let sources = Sources::folder(&folder.path().join("files")).unwrap();
    let outcome = editions.import(sources, &crate::names(), &Default::default(), at("2026-11-11T12:00:00Z")).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyThere(_)));
}

#[test]
fn a_stale_edition_is_said_with_the_day_by_which_a_newer_one_should_have_come() {
    let (_folder, mut editions) = store();
    let calendar = Calendar::default();
    assert_eq!(editions.freshness(at("2026-11-10T12:00:00Z"), &calendar).unwrap(), Freshness::None);
    import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    let (old, new) = (version("2026.021"), version("2026.022"));
    let due = "2026-11-15".parse().unwrap();
    let fresh = |next| Freshness::Fresh { version: old, next_due: due, next };
    let stale = |days| Freshness::Stale { version: old, due, days };
    let at_ = |editions: &Editions, moment: &str| editions.freshness(at(moment), &calendar).unwrap();
    assert_eq!(at_(&editions, "2026-11-14T21:59:59Z"), fresh(None));
    assert_eq!(at_(&editions, "2026-11-14T22:00:00Z"), stale(0));
    assert_eq!(at_(&editions, "2026-12-01T12:00:00Z"), stale(16));
    import(&mut editions, &made(PACKAGES, "2026.022", "2026-11-15")).unwrap();
    assert_eq!(at_(&editions, "2026-11-14T21:59:59Z"), fresh(Some(new)));
    let next_due = "2026-12-01".parse().unwrap();
    let renewed = Freshness::Fresh { version: new, next_due, next: None };
    assert_eq!(at_(&editions, "2026-11-14T22:00:00Z"), renewed);
}

#[test]
fn a_seed_makes_the_same_database_every_time_and_another_seed_other_prices() {
    let one = made(2_500, "2026.022", "2026-11-15");
    assert_eq!(one, made(2_500, "2026.022", "2026-11-15"));
    let recipe = medicines::artificial::Recipe {
        seed: 8,
        packages: 2_500,
        version: version("2026.022"),
        in_force: "2026-11-15".parse().unwrap(),
    };
    assert_ne!(one, medicines::artificial::Artificial::make(&recipe, &crate::names()));
    // No letter was lost on the way to ISO-8859-1, and no invented number is a medicine's.
    assert!(!one.file(File::Packages).contains(&b'?'));
    let packages: String = one.file(File::Packages).iter().copied().map(char::from).collect();
    let invented: Vec<&str> = packages.lines().filter(|line| line.contains("Keksitty")).collect();
    assert_eq!(invented.len(), 2_500 - 93);
    assert!(invented.iter().all(|line| line.split(';').nth(1).unwrap() >= "600000"));
}

#[test]
fn the_counter_reads_while_an_import_is_on_its_way() {
    let (folder, mut editions) = store();
    import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    let path = folder.path().join("medicines.db");
    let writer = rusqlite::Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; DELETE FROM package;").unwrap();
    let began = std::time::Instant::now();
    let reader = Editions::open(&path).unwrap();
    assert_eq!(reader.load(version("2026.021")).unwrap().unwrap().packages().len(), PACKAGES);
    assert!(began.elapsed() < std::time::Duration::from_secs(3), "it waited for the import");
}

#[test]
fn a_file_that_is_something_else_is_not_taken_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE something (x)").unwrap();
    drop(other);
    assert_eq!(Editions::open(&path).err().unwrap().code(), "editions-foreign");
}

#[test]
fn med_2_2_the_register_as_xml_says_of_each_package_what_its_text_files_say() {
    let (_folder, mut as_text) = store();
    let (_other, mut as_xml) = store();
    import(&mut as_text, &made(2_500, "2026.022", "2026-11-15")).unwrap();
    import(&mut as_xml, &made_with_xml(2_500, "2026.022", "2026-11-15")).unwrap();
    let packages = |editions: &Editions| editions.load(version("2026.022")).unwrap().unwrap().packages().to_vec();
    let (text, mut xml) = (packages(&as_text), packages(&as_xml));
    // Two things differ: words of forms in other languages come with the text, earlier numbers here with the XML.
    let first = xml.iter().find(|package| package.previous.len() == 2).unwrap().clone();
    assert_eq!(xml.len(), text.len());
    for (read, other) in xml.iter_mut().zip(&text) {
        // Substances have no numbers there, by which the text has them in order.
        let sorted = |names: &[String]| names.iter().cloned().collect::<std::collections::BTreeSet<_>>();
        assert!(!read.substances.is_empty() && sorted(&read.substances) == sorted(&other.substances));
        read.substances.clone_from(&other.substances);
        (read.form_words, read.previous) = (other.form_words.clone(), other.previous.clone());
        assert_eq!(read, other);
    }
    // Under both of its earlier numbers it is found.
    for before in &first.previous {
        assert_eq!(as_xml.renumbered(version("2026.022"), before).unwrap(), Some(first.vnr.clone()));
    }
    assert_eq!(as_xml.files(version("2026.022")).unwrap().len(), 9);
}

#[test]
fn med_2_2_the_register_comes_as_xml_or_as_text_and_one_takes_the_others_place() {
    let (_folder, mut editions) = store();
    import(&mut editions, &made(PACKAGES, "2026.020", "2026-10-15")).unwrap();
    import(&mut editions, &made_with_xml(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    // Half of the XML is still a shrunken file.
    let mut half = made_with_xml(PACKAGES, "2026.022", "2026-11-15");
    half.replace(File::Register, made_with_xml(PACKAGES / 2, "2026.022", "2026-11-15").file(File::Register).to_vec());
    assert_eq!(import(&mut editions, &half).unwrap_err().code(), "import-shrunken");
    import(&mut editions, &made(PACKAGES, "2026.022", "2026-11-15")).unwrap();
    let (both, xml) = (made(PACKAGES, "2026.023", "2026-12-01"), made_with_xml(PACKAGES, "2026.023", "2026-12-01"));
    let sources = both.sources().with(File::Register, xml.file(File::Register));
    let policy = medicines::editions::Policy::default();
    let refused = editions.import(sources, &crate::names(), &policy, at("2026-11-30T12:00:00Z")).unwrap_err();
    assert_eq!(refused.code(), "import-register-twice");
    // What names something that is not there is no half a register.
    let mut lost = xml.clone();
    let text = String::from_utf8(xml.file(File::Register).to_vec()).unwrap();
    for (named, nobody) in [("id=\"REL7\"", "id=\"RELx\""), ("id=\"LA3\"", "id=\"LAx\"")] {
        lost.replace(File::Register, text.replacen(named, nobody, 1).into_bytes());
        assert_eq!(import(&mut editions, &lost).unwrap_err().code(), "import-reference");
    }
    let doubled = text.replacen("id=\"REL7\"", "id=\"REL8\"", 1);
    lost.replace(File::Register, doubled.into_bytes());
    assert_eq!(import(&mut editions, &lost).unwrap_err().code(), "import-double-number");
    assert_eq!(editions.all().unwrap().len(), 3);
}
