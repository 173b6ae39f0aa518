//! Bad input: every hazard is an error with its code and line, nothing of the file is kept, and the old edition stays.

use std::io::{self, Read};

use medicines::artificial::Artificial;
use medicines::editions::{Editions, ImportError, Policy};
use medicines::import::{File, Limits, ReadError};

use crate::{PACKAGES, at, import, made, made_with_xml, names, store, version, vnr};

/// Takes in a sound edition, then the spoilt one, and sees that all is as before. Gives the error's code and line.
fn refused_by(policy: &Policy, spoil: impl FnOnce(&mut Artificial)) -> (&'static str, Option<u64>) {
    let (_folder, mut editions) = store();
    import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    let before = editions.all().unwrap();
    let mut files = made(PACKAGES, "2026.022", "2026-11-15");
    spoil(&mut files);
    let error = editions.import(files.sources(), &names(), policy, at("2026-11-10T12:00:00Z")).unwrap_err();
    assert_eq!(editions.all().unwrap(), before, "{error}");
    assert!(editions.load(version("2026.022")).unwrap().is_none());
    let in_force = editions.edition_at(at("2026-11-20T12:00:00Z")).unwrap().unwrap();
    assert_eq!(in_force.version, version("2026.021"), "the old one stays");
    // And the sound files are taken in afterwards: nothing of the refused ones is in the way.
    import(&mut editions, &made(PACKAGES, "2026.022", "2026-11-15")).unwrap();
    let line = if let ImportError::Read(error) = &error { error.line() } else { None };
    (error.code(), line)
}

fn refused(spoil: impl FnOnce(&mut Artificial)) -> (&'static str, Option<u64>) {
    refused_by(&Policy::default(), spoil)
}

/// A text file with something replaced, once.
fn changed(files: &mut Artificial, file: File, from: &[u8], to: &[u8]) {
    let bytes = files.file(file);
    let place = bytes.windows(from.len()).position(|window| window == from).unwrap();
    let new = [&bytes[..place], to, &bytes[place + from.len()..]].concat();
    files.replace(file, new);
}

fn line_of(bytes: &[u8], what: &str) -> u64 {
    let place = bytes.windows(what.len()).position(|window| window == what.as_bytes()).unwrap();
    1 + bytes[..place].iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A field of the row with this number.
fn field(file: File, vnr: &str, column: usize, value: &str) -> (&'static str, Option<u64>) {
    refused(|files| {
        let text: String = files.file(file).iter().copied().map(char::from).collect();
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                let mut fields: Vec<String> = line.split(';').map(str::to_owned).collect();
                if fields.get(1).is_some_and(|field| field == vnr) {
                    fields[column] = value.to_owned();
                }
                fields.join(";")
            })
            .collect();
        let bytes = lines.join("\n").chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        files.replace(file, bytes);
    })
}

#[test]
fn a_truncated_file_is_refused_wherever_it_was_cut() {
    let (whole, with_xml) =
        (made(PACKAGES, "2026.022", "2026-11-15"), made_with_xml(PACKAGES, "2026.022", "2026-11-15"));
    for (whole, file) in [(&whole, File::Kela), (&whole, File::Risks), (&with_xml, File::Register)] {
        let length = whole.file(file).len();
        for cut in [length - 3, length / 2, length / 3, 200, 1] {
            let (code, line) = refused(|files| files.replace(file, whole.file(file)[..cut].to_vec()));
            assert_eq!(code, "import-xml", "{file} cut at {cut}");
            assert!(line.is_some());
        }
        assert_eq!(refused(|files| files.replace(file, vec![])).0, "import-empty");
    }
    for file in [File::Packages, File::Substances, File::Atc, File::Substitutable] {
        let bytes = whole.file(file);
        // In the middle of a row: too few fields.
        let end = bytes.iter().rposition(|byte| *byte == b';').unwrap();
        let cut = if file == File::Substances { end } else { end - 12 };
        let (code, line) = refused(|files| files.replace(file, bytes[..cut].to_vec()));
        assert_eq!(code, "import-fields", "{file}");
        assert_eq!(line, Some(bytes.iter().filter(|byte| **byte == b'\n').count() as u64), "{file}");
        // Between rows: shrunken.
        let half = bytes.len() / 2;
        let row = half + bytes[half..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
        assert_eq!(refused(|files| files.replace(file, bytes[..row].to_vec())).0, "import-shrunken", "{file}");
        // Only the head.
        let head = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        assert_eq!(refused(|files| files.replace(file, bytes[..head].to_vec())).0, "import-empty", "{file}");
    }
    assert_eq!(refused(|files| files.remove(File::Conditions)).0, "import-shrunken", "a file that is gone");
    assert_eq!(refused(|files| files.remove(File::Kela)).0, "import-not-there");
}

#[test]
fn a_shrunken_database_is_refused_and_the_share_is_configuration() {
    let smaller = |share: usize| made(PACKAGES * share / 100, "2026.022", "2026-11-15");
    let outcome = |share: usize, least_percent: u64| {
        let (_folder, mut editions) = store();
        import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
        let policy = Policy { least_percent, ..Policy::default() };
        let done = editions.import(smaller(share).sources(), &names(), &policy, at("2026-11-10T12:00:00Z"));
        done.map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(outcome(81, 80), Ok(()));
    assert_eq!(outcome(79, 80), Err("import-shrunken"));
    assert_eq!(outcome(79, 75), Ok(()));
    // Shortages come and go.
    let (_folder, mut editions) = store();
    import(&mut editions, &made(PACKAGES, "2026.021", "2026-11-01")).unwrap();
    let mut files = made(PACKAGES, "2026.022", "2026-11-15");
    files.remove(File::Shortages);
    import(&mut editions, &files).unwrap();
}

#[test]
fn a_mis_encoded_file_is_refused() {
    // UTF-8 where ISO-8859-1 is expected: "ä" would become "Ã¤" in a medicine's name.
    let (code, line) = refused(|files| {
        let text: String = files.file(File::Packages).iter().copied().map(char::from).collect();
        files.replace(File::Packages, text.into_bytes());
    });
    assert_eq!(code, "import-encoding");
    assert!(line.is_some_and(|line| line > 1));
    // A letter of Windows-1252 (a dash), and a zero.
    assert_eq!(refused(|files| changed(files, File::Packages, b"Burana;", b"Bur\x96na;")).0, "import-encoding");
    assert_eq!(refused(|files| changed(files, File::Atc, b"omepratsoli", b"ome\0ratsoli")).0, "import-encoding");
    // ISO-8859-1 where UTF-8 is declared, and an encoding that is neither.
    let (code, line) = refused(|files| {
        let text = String::from_utf8(files.file(File::Kela).to_vec()).unwrap();
        files.replace(File::Kela, text.chars().map(|letter| letter as u8).collect());
    });
    assert_eq!(code, "import-encoding");
    assert!(line.is_some_and(|line| line > 1));
    assert_eq!(refused(|files| changed(files, File::Kela, b"UTF-8", b"UTF-7")).0, "import-encoding");
    // ISO-8859-1 where the XML says so is read.
    let (_folder, mut editions) = store();
    let mut files = made(PACKAGES, "2026.022", "2026-11-15");
    changed(&mut files, File::Kela, b"UTF-8", b"ISO-8859-1");
    let text = String::from_utf8(files.file(File::Kela).to_vec()).unwrap();
    files.replace(File::Kela, text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect());
    import(&mut editions, &files).unwrap();
    let burana = prescription::Vnr::parse("070009").unwrap();
    let edition = editions.load(version("2026.022")).unwrap().unwrap();
    assert_eq!(edition.package(&burana).unwrap().form, "tabletti, kalvopäällysteinen");
}

#[test]
fn a_row_with_a_field_too_many_or_too_few_is_refused_with_its_line() {
    let files = made(PACKAGES, "2026.022", "2026-11-15");
    let line = line_of(files.file(File::Packages), "070009");
    let spoil = |to: &'static [u8]| refused(move |files| changed(files, File::Packages, b";070009;", to));
    assert_eq!(spoil(b";070009"), ("import-fields", Some(line)));
    assert_eq!(spoil(b";070009;;"), ("import-fields", Some(line)));
    // A head of other columns, or of an older form.
    assert_eq!(refused(|files| changed(files, File::Packages, b"VNRNRO", b"VNR")), ("import-columns", Some(1)));
    assert_eq!(refused(|files| changed(files, File::Atc, b";DDDYKSIKKO", b"")), ("import-columns", Some(1)));
    // Quotation marks of the shortages.
    let lost = refused(|files| changed(files, File::Shortages, b"\"K\"", b"\"K"));
    assert_eq!(lost, ("import-quotation", Some(2)));
}

#[test]
fn a_number_that_is_no_vnr_is_refused_with_its_line() {
    let files = made(PACKAGES, "2026.022", "2026-11-15");
    let line = line_of(files.file(File::Packages), "070009");
    for wrong in ["70009", "0700091", "07000A", "07 009"] {
        assert_eq!(field(File::Packages, "070009", 1, wrong), ("import-vnr", Some(line)), "{wrong}");
    }
    assert_eq!(field(File::Substitutable, "070009", 1, "").0, "import-vnr");
    let line = line_of(files.file(File::Kela), "<yksilointitunnus>070009");
    let (code, at) = refused(|files| changed(files, File::Kela, b">070009<", b">70009<"));
    assert_eq!(code, "import-vnr");
    assert!(at.is_some_and(|at| at > line && at < line + 50), "the line of the package's end");
    // A special permit has none, and that is no error (2.1).
    let (_folder, mut editions) = store();
    let mut files = made(PACKAGES, "2026.022", "2026-11-15");
    changed(&mut files, File::Packages, b";070009;", b";;");
    import(&mut editions, &files).unwrap();
}

#[test]
fn one_number_for_two_packages_is_refused() {
    assert_eq!(refused(|files| changed(files, File::Kela, b">117648<", b">070009<")).0, "import-double-number");
    let (code, line) = field(File::Packages, "117648", 0, "10000");
    assert_eq!((code, line), ("import-double-number", Some(3)));
}

#[test]
fn a_price_that_is_no_decimal_is_refused_and_one_that_is_missing_is_never_guessed() {
    let files = made(PACKAGES, "2026.022", "2026-11-15");
    let text = String::from_utf8(files.file(File::Kela).to_vec()).unwrap();
    let element = |name: &str| {
        let from = text.find(&format!("<{name}>")).unwrap();
        let to = from + text[from..].find('\n').unwrap();
        text[from..to].to_owned()
    };
    let price = element("verollinenmyyntihinta");
    let with = |to: &str| refused(|files| changed(files, File::Kela, price.as_bytes(), to.as_bytes())).0;
    for nothing in ["", "<verollinenmyyntihinta/>"] {
        let (_folder, mut editions) = store();
        let mut files = files.clone();
        changed(&mut files, File::Kela, price.as_bytes(), nothing.as_bytes());
        import(&mut editions, &files).unwrap();
        let edition = editions.load(version("2026.022")).unwrap().unwrap();
        assert_eq!(edition.package(&vnr("070009")).unwrap().price, None, "{nothing:?}");
        assert!(edition.package(&vnr("117648")).unwrap().price.is_some());
    }
    // Without any price the element is named otherwise than we think.
    let names = text.replace("verollinenmyyntihinta>", "vahittaishinta>");
    assert_eq!(refused(|files| files.replace(File::Kela, names.clone().into_bytes())).0, "import-unpriced");
    for wrong in ["12,88", "-1.00", "1e3", "N/A", "12.345678"] {
        let spoilt = format!("<verollinenmyyntihinta>{wrong}</verollinenmyyntihinta>");
        assert_eq!(with(&spoilt), "import-decimal", "{wrong}");
    }
    assert_eq!(with(&format!("{price}{price}")), "import-twice");
    // A price that may be missing, and is said wrongly.
    let wholesale = element("tukkuhinta");
    let (code, _) = refused(|files| changed(files, File::Kela, wholesale.as_bytes(), b"<tukkuhinta>1,5</tukkuhinta>"));
    assert_eq!(code, "import-decimal");
}

#[test]
fn values_that_nobody_knows_are_refused() {
    for (column, wrong, code) in [
        (4, "1,5", "import-decimal"),
        (8, "31.12.2020", "import-day"),
        (10, "X", "import-value"),
        (11, "", "import-missing"),
        (16, "", "import-value"),
        (37, "2", "import-value"),
        (35, "12", "import-vnr"),
    ] {
        assert_eq!(field(File::Packages, "070009", column, wrong).0, code, "column {column}");
    }
    assert_eq!(field(File::Substitutable, "070009", 0, "29").0, "import-value");
    assert_eq!(field(File::Substitutable, "070009", 11, "B").0, "import-value");
    let version = |to: &'static [u8]| refused(move |files| changed(files, File::Kela, b">2026.022<", to)).0;
    assert_eq!(version(b">2026.22<"), "import-version");
    assert_eq!(version(b">2027.001<"), "import-year");
    assert_eq!(refused(|files| changed(files, File::Kela, b">2026-11-15<", b">15.11.2026<")).0, "import-day");
    let head = b"<versionumero>2026.022</versionumero>\n";
    assert_eq!(refused(|files| changed(files, File::Kela, head, b"")).0, "import-missing");
}

#[test]
fn hostile_xml_is_refused_before_it_costs_anything() {
    let xml = |file: File, text: String| refused(move |files| files.replace(file, text.into_bytes())).0;
    for (file, root) in
        [(File::Kela, "laaketietokanta"), (File::Risks, "Riskilaakeluokitus"), (File::Register, "Perusrekisteri")]
    {
        // Entities that multiply, and one that would be fetched.
        let mut laughs = format!("<?xml version=\"1.0\"?>\n<!DOCTYPE {root} [<!ENTITY a \"ha\">");
        for level in 1..30 {
            let (name, before) =
                (format!("a{level}"), if level == 1 { "a".to_owned() } else { format!("a{}", level - 1) });
            laughs += &format!("<!ENTITY {name} \"{}\">", format!("&{before};").repeat(10));
        }
        assert_eq!(xml(file, format!("{laughs}]><{root}>&a29;</{root}>")), "import-doctype");
        let fetched = format!("<!DOCTYPE {root} [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><{root}>&x;</{root}>");
        assert_eq!(xml(file, fetched), "import-doctype");
        assert_eq!(xml(file, format!("<{root}>&unknown;</{root}>")), "import-xml");
        // Nested a hundred thousand deep.
        let deep = format!("<{root}>{}", "<a>".repeat(100_000));
        assert_eq!(xml(file, deep), "import-depth");
        assert_eq!(xml(file, format!("<{root}><x>{}</x></{root}>", "a".repeat(100_000))), "import-too-long");
        // The name of the register's root was not read: whatever has no package is empty.
        let foreign = if file == File::Register { "import-empty" } else { "import-root" };
        assert_eq!(xml(file, "<html><body/></html>".to_owned()), foreign);
        assert_eq!(xml(file, format!("<{root}></{root}>")), "import-empty");
        assert_eq!(xml(file, format!("<{root}></wrong>")), "import-xml");
        assert_eq!(xml(file, "\0\u{1}\u{2}".to_owned()), "import-xml");
    }
}

#[test]
fn a_huge_file_is_refused_at_its_limit() {
    /// Lines without an end.
    struct Endless(&'static [u8], u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            for byte in buffer.iter_mut() {
                *byte = self.0[usize::try_from(self.1 % self.0.len() as u64).unwrap()];
                self.1 += 1;
            }
            Ok(buffer.len())
        }
    }
    let (_folder, mut editions) = store();
    let limits = Limits { file_bytes: 1 << 20, ..Limits::default() };
    let policy = Policy { limits, ..Policy::default() };
    let mut with = |file: File, bytes: &'static [u8]| {
        let files = made(100, "2026.022", "2026-11-15");
        let sources = files.sources().with(file, Endless(bytes, 0));
        editions.import(sources, &names(), &policy, at("2026-11-10T12:00:00Z")).unwrap_err().code()
    };
    assert_eq!(with(File::Kela, b"<!-- endless "), "import-too-large");
    assert_eq!(
        with(File::Atc, b"ATCTUN;ATCKOODI;SELITES;SELITER;DDD;DDDYKSIKKO"),
        "import-too-long",
        "one endless line"
    );
    assert_eq!(with(File::Substances, b"PAKKAUSNRO;AINETUN;AINENIMI\n"), "import-value", "the head again");
    // More rows and packages than there can be.
    let few = |limits: Limits| {
        let policy = Policy { limits, ..Policy::default() };
        refused_by(&policy, |_| {}).0
    };
    assert_eq!(few(Limits { rows: 10, ..Limits::default() }), "import-too-many");
    assert_eq!(few(Limits { packages: 10, ..Limits::default() }), "import-too-many");
}

#[test]
fn a_file_that_cannot_be_read_on_is_refused() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the network went away"))
        }
    }
    let (_folder, mut editions): (_, Editions) = store();
    for file in [File::Kela, File::Packages, File::Risks] {
        let files = made(100, "2026.022", "2026-11-15");
        let sources = files.sources().with(file, Broken);
        let error = editions.import(sources, &names(), &Policy::default(), at("2026-11-10T12:00:00Z")).unwrap_err();
        assert!(matches!(error, ImportError::Read(ReadError::Io { .. })), "{error}");
        assert!(editions.all().unwrap().is_empty());
    }
}
