//! `tiski medicines` from the command line: taken in, shown, refused, fetched from a server on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use medicines::artificial::{Artificial, Recipe};
use medicines::editions::VersionId;
use medicines::import::File;
use medicines::import::kela::KelaNames;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use test_authority::{Authority, People, place};

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new(medicines: &str) -> Room {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!(
            "environment = \"test\"\nworkstation = 1\ndata = \"data\"\nlanguage = \"en\"\n\
             [pharmacy]\nid = \"1.2.246.10.99999901.10.1\"\nname = \"Kuusen apteekki\"\nstreet = \"Mallikatu 1\"\n\
             postal_code = \"99999\"\ncity = \"Mallila\"\n\
             [centre]\nurl = \"https://127.0.0.1:9\"\norganisation = \"1.2.246.10.99999904.10.1\"\npki = \"world\"\n\
             certificate = \"servers/{}\"\n[record]\nkey = \"file\"\n{medicines}",
            place::KUUSI
        );
        std::fs::write(folder.path().join("tiski.toml"), settings).unwrap();
        Room { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tiski(&self, words: &[&str]) -> (String, i32) {
        let output = Command::new(env!("CARGO_BIN_EXE_tiski"))
            .arg("--settings")
            .arg(self.file("tiski.toml"))
            .arg("medicines")
            .args(words)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (said, output.status.code().unwrap())
    }

    fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let (said, _) = self.tiski(&words);
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"))
    }
}

fn made(name: &str, day: &str) -> Artificial {
    let version = VersionId::parse(name).unwrap();
    let recipe = Recipe { seed: 7, packages: 150, version, in_force: day.parse().unwrap() };
    Artificial::make(&recipe, &KelaNames::built_in().unwrap())
}

#[test]
fn a_folder_is_taken_in_once_and_shown_and_a_broken_file_changes_nothing() {
    let room = Room::new("[medicines]\neditions = \"medicines.db\"\n");
    assert!(room.tiski(&["show"]).0.contains("No medicines database is in force"));
    made("2026.001", "2026-01-01").write(&room.file("files")).unwrap();
    assert_eq!(room.json(&["import", "files"])["imported"], true);
    assert_eq!(room.json(&["import", "files"])["imported"], false);
    let shown = room.json(&["show"]);
    assert_eq!(shown["editions"][0]["edition"], "2026.001");
    assert_eq!(shown["editions"][0]["files"].as_array().unwrap().len(), 10);
    assert_eq!((&shown["editions"][0]["now"], &shown["stale"]), (&Value::Bool(true), &Value::Bool(true)));
    assert!(room.tiski(&["show"]).0.contains("OUT OF DATE"));
    // Cut in its middle.
    let kela = room.file("files").join(File::Kela.name());
    let text = std::fs::read(&kela).unwrap();
    std::fs::write(&kela, &text[..text.len() / 2]).unwrap();
    let (said, code) = room.tiski(&["import", "files"]);
    assert_eq!(code, 1);
    assert!(said.starts_with("import-xml: Nothing was taken in"), "{said}");
    assert_eq!(room.json(&["show"]), shown);
}

#[test]
fn without_a_setting_nothing_is_opened_and_nothing_is_fetched() {
    let room = Room::new("");
    assert_eq!(room.json(&["show"])["problem"]["code"], "settings-invalid");
    let room = Room::new("[medicines]\neditions = \"medicines.db\"\n");
    let (said, code) = room.tiski(&["fetch"]);
    assert_eq!(code, 1);
    assert!(said.contains("settings-invalid") && said.contains("medicines.fetch"), "{said}");
    for (wrong, named) in [
        ("\"laaketietokanta.xml\" = \"http://127.0.0.1/x\"", "https://"),
        ("\"../x\" = \"https://127.0.0.1/x\"", "laaketietokanta.xml"),
    ] {
        let fetch = format!(
            "[medicines]\neditions = \"medicines.db\"\n[medicines.fetch]\ntrusted = \"root.pem\"\n\
             [medicines.fetch.addresses]\n{wrong}\n"
        );
        let (said, _) = Room::new(&fetch).tiski(&["fetch"]);
        assert!(said.contains("medicines.fetch.addresses") && said.contains(named), "{said}");
    }
}

/// A server on this machine that gives files by the last word of their path.
fn serve(room: &Room, files: Vec<(&'static str, Vec<u8>)>) -> String {
    let pki = room.file("world");
    let nobody = People::built_in().unwrap().only(&[]);
    Authority::create_for(&pki, chrono::Utc::now(), nobody).unwrap();
    let folder = pki.join("servers").join(place::CENTRE);
    let chain = CertificateDer::pem_file_iter(folder.join("cert.pem")).unwrap().map(Result::unwrap).collect();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap())
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), tcp.unwrap());
            let mut asked = [0; 4096];
            let Ok(length) = stream.read(&mut asked) else { continue };
            let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
            let body = files.iter().find(|(name, _)| path.ends_with(name)).map(|(_, body)| body.clone());
            let (status, body) = body.map_or(("404 Not Found", vec![]), |body| ("200 OK", body));
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    address
}

#[test]
fn an_edition_is_fetched_from_the_addresses_of_the_settings_and_from_nowhere_else() {
    let room = Room::new("");
    let files = made("2026.022", "2026-11-15");
    let packed = [b"PK".as_slice(), &[3, 4, 0, 0]].concat();
    let address = serve(
        &room,
        vec![
            ("latest", files.file(File::Kela).to_vec()),
            ("pakkaus1.txt", files.file(File::Packages).to_vec()),
            ("packed.zip", packed),
        ],
    );
    let set = |addresses: &str| {
        let settings = std::fs::read_to_string(room.file("tiski.toml")).unwrap();
        let bare = settings.split("[medicines]").next().unwrap();
        let text = format!(
            "{bare}[medicines]\neditions = \"medicines.db\"\n[medicines.fetch]\ntrusted = \"world/root.pem\"\n\
             at_most_s = 30\n[medicines.fetch.addresses]\n{addresses}"
        );
        std::fs::write(room.file("tiski.toml"), text).unwrap();
    };
    let kela = format!("\"laaketietokanta.xml\" = \"{address}/kela/latest\"\n");
    set(&format!("{kela}\"pakkaus1.txt\" = \"{address}/pakkaus1.txt\"\n"));
    let fetched = room.json(&["fetch"]);
    assert_eq!((&fetched["edition"], &fetched["imported"]), (&"2026.022".into(), &true.into()), "{fetched}");
    assert_eq!(room.json(&["show"])["editions"][0]["files"].as_array().unwrap().len(), 2);
    assert!(!room.file("medicines.db.fetched").exists());
    set(&format!("{kela}\"atc.txt\" = \"{address}/gone.txt\"\n"));
    assert_eq!(room.json(&["fetch"])["problem"]["code"], "download-status");
    set(&format!("\"laaketietokanta.xml\" = \"{address}/packed.zip\"\n"));
    assert_eq!(room.json(&["fetch"])["problem"]["code"], "medicines-archive");
    set(&kela.replace("127.0.0.1", "localhost.invalid"));
    assert_eq!(room.json(&["fetch"])["problem"]["code"], "not-reached");
    assert_eq!(room.json(&["show"])["editions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_program_fetches_by_itself_as_often_as_the_settings_say_and_has_it_at_work_at_once() {
    let room = Room::new("");
    let today = chrono::Utc::now().date_naive() - chrono::Days::new(1);
    let files = made("2026.022", &today.to_string());
    let address = serve(&room, vec![("latest", files.file(File::Kela).to_vec())]);
    let set = |every: &str| {
        let settings = std::fs::read_to_string(room.file("tiski.toml")).unwrap();
        let bare = settings.split("[medicines]").next().unwrap();
        let text = format!(
            "{bare}[medicines]\neditions = \"medicines.db\"\n[medicines.fetch]\ntrusted = \"world/root.pem\"\n\
             {every}\n[medicines.fetch.addresses]\n\"laaketietokanta.xml\" = \"{address}/latest\"\n"
        );
        std::fs::write(room.file("tiski.toml"), text).unwrap();
    };
    set("every_hours = 0");
    assert!(room.tiski(&["show"]).0.contains("medicines.fetch.every_hours"));
    // Not told to, it asks nobody: what it has is what was taken in by hand.
    set("");
    let edition = |longest: Duration| {
        let mut program = Headless::start(&room);
        let until = Instant::now() + longest;
        loop {
            let seen = program.asks("status")["freshness"]["medicines"].clone();
            if seen != "" || Instant::now() > until {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    assert_eq!(edition(Duration::from_secs(2)), "");
    set("every_hours = 24");
    assert_eq!(edition(Duration::from_secs(60)), "2026.022");
}

/// A program without a window, of which one asks.
struct Headless {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Headless {
    fn start(room: &Room) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tiski"))
            .arg("--settings")
            .arg(room.file("tiski.toml"))
            .arg("headless")
            .current_dir(room.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    /// The answer to a request; events that come before it are passed over.
    fn asks(&mut self, ask: &str) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "{}", serde_json::json!({ "id": 1, "ask": ask, "with": {} }))
            .unwrap();
        loop {
            let mut line = String::new();
            assert_ne!(self.said.read_line(&mut line).unwrap(), 0, "the program ended");
            let said: Value = serde_json::from_str(&line).unwrap();
            if said["id"] == 1 {
                return said["ok"].clone();
            }
        }
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
