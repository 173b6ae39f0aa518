//! The program itself: TLS, limits, faults, and a Centre that is killed between its commit and its answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use centre::store::{SqliteStore, Store};
use kanta::mr::{self, StoreAnswer};
use rustls::{ClientConnection, StreamOwned};
use test_authority::{place, who};

use crate::process::*;
use crate::world::*;

#[test]
fn search_and_store_go_through_tls_with_a_client_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let process = Process::start(folder.path());
    let found = process.exchange(place::KUUSI, &search(AINO)).unwrap();
    assert_eq!(kanta::metadata::parse_response(&found).unwrap().total, 1);
    let stored = process.exchange(place::KUUSI, &mr::store_request(&request).unwrap()).unwrap();
    accepted(answer_of(&stored, &request));
    // The other pharmacy's certificate with the first one's name in the message.
    let other = process.exchange(place::LAHDE, &search(AINO)).unwrap();
    assert!(matches!(kanta::metadata::parse_response(&other), Err(kanta::KantaError::Refused(issues))
        if issues[0].code == "TSK-organisation-mismatch"));
}

#[test]
fn a_client_that_is_revoked_expired_strange_or_shows_no_certificate_gets_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    for slug in [place::REVOKED, place::EXPIRED, place::STRANGER] {
        let refused = process.exchange(slug, &search(AINO)).unwrap_err();
        assert!(!refused.contains("closed without"), "{slug}: a TLS alert, not silence: {refused}");
    }
    let mut roots = rustls::RootCertStore::empty();
    use rustls_pki_types::pem::PemObject;
    let root = rustls_pki_types::CertificateDer::from_pem_file(AUTHORITY.join("root.pem")).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let nobody = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert!(converse(&process.address, nobody, &search(AINO)).is_err());
    // Nobody of these came so far as to be logged, and the Centre still serves.
    assert!(process.exchange(place::KUUSI, &search(AINO)).is_ok());
    assert!(process.tell("status").contains("log=1 "));
}

#[test]
fn a_refused_certificate_is_told_by_name_every_time_however_much_the_caller_has_already_sent() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let mut long = search(AINO);
    long.body = vec![b' '; 1_500_000];
    for (slug, alert) in
        [(place::REVOKED, "CertificateRevoked"), (place::EXPIRED, "CertificateExpired"), (place::STRANGER, "UnknownCA")]
    {
        for turn in 0..25 {
            let request = if turn % 2 == 0 { search(AINO) } else { long.clone() };
            let refused = process.exchange(slug, &request).unwrap_err();
            assert!(refused.contains(alert), "{slug}, turn {turn}: {refused}");
        }
    }
    assert!(process.tell("status").contains("log=0 "), "nobody of these was read");
}

#[test]
fn a_caller_who_was_refused_and_goes_on_sending_is_not_listened_to_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let mut stream = TcpStream::connect(&process.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let begun = std::time::Instant::now();
    // No TLS at all: an alert comes, and then the end, whatever is still sent.
    while stream.write_all(b"more").is_ok() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(process.exchange(place::KUUSI, &search(AINO)).is_ok());
}

#[test]
fn a_connection_that_ends_in_the_middle_of_a_message_stores_nothing_and_the_whole_message_is_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let process = Process::start(folder.path());
    let config = trust::tls::client_config(&AUTHORITY, place::KUUSI).unwrap();
    for bytes in [0, 1, message.body.len() / 2, message.body.len() - 1] {
        let connection = ClientConnection::new(Arc::new(config.clone()), "localhost".try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(&process.address).unwrap());
        let head = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n", message.path);
        stream.write_all(head.as_bytes()).unwrap();
        for (name, value) in &message.headers {
            stream.write_all(format!("{name}: {value}\r\n").as_bytes()).unwrap();
        }
        stream.write_all(format!("content-length: {}\r\n\r\n", message.body.len()).as_bytes()).unwrap();
        stream.write_all(&message.body[..bytes]).unwrap();
        stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = vec![];
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{bytes} bytes were answered");
    }
    let status = process.tell("status");
    assert!(status.contains("dispensations=0 "), "{status}");
    let stored = process.exchange(place::KUUSI, &message).unwrap();
    let (_, repeated) = accepted(answer_of(&stored, &request));
    assert!(!repeated, "nothing of the halves was stored");
}

#[test]
fn a_message_over_the_limit_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let mut request = search(AINO);
    request.body = vec![b' '; kanta::MESSAGE_BYTES_AT_MOST + 1];
    match process.exchange(place::KUUSI, &request) {
        Ok(response) => assert_eq!(response.status, 413),
        // The kernel may reset the connection before the answer is read: refused all the same.
        Err(reset) => assert!(reset.contains("Reset") || reset.contains("Broken"), "{reset}"),
    }
    assert!(process.exchange(place::KUUSI, &search(AINO)).is_ok());
}

#[test]
fn killed_between_commit_and_answer_the_centre_answers_the_same_document_as_repeated_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();

    let mut process = Process::start(folder.path());
    process.tell("hold-answer");
    let (address, asked) = (process.address.clone(), message.clone());
    let sender = std::thread::spawn(move || exchange(&address, place::KUUSI, &asked));
    process.until(|process| process.tell("held") == "1");
    process.kill();
    assert!(sender.join().unwrap().is_err(), "the answer was lost");

    let process = Process::start(folder.path());
    assert!(process.tell("status").contains("dispensations=1 "));
    let response = process.exchange(place::KUUSI, &message).unwrap();
    let (document, repeated) = accepted(answer_of(&response, &request));
    assert!(repeated);
    let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
    assert_eq!(store.document(&request.reference.id).unwrap().unwrap().bytes, document);
    assert_eq!(store.counts().unwrap().dispensations, 1);
    assert!(centre::verify::verify(&store).unwrap().is_sound());
}

#[test]
fn killed_before_the_commit_nothing_is_stored_and_the_next_sending_is_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let process = Process::start(folder.path());
    process.tell("drop-request");
    assert!(process.exchange(place::KUUSI, &message).is_err());
    process.kill();
    let process = Process::start(folder.path());
    assert!(process.tell("status").contains("dispensations=0 "));
    let (_, repeated) = accepted(answer_of(&process.exchange(place::KUUSI, &message).unwrap(), &request));
    assert!(!repeated);
}

#[test]
fn a_tester_can_drop_hold_refuse_and_be_away() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let process = Process::start(folder.path());
    let mode = std::fs::metadata(folder.path().join("control")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the control socket is its owner's only");

    process.tell("refuse TSK-busy");
    let response = process.exchange(place::KUUSI, &message).unwrap();
    assert!(
        matches!(mr::parse_store_response(&response, request.frame.message_id),
        Ok(StoreAnswer::Refused(issues)) if issues[0].code == "TSK-busy")
            || matches!(mr::parse_store_response(&response, request.frame.message_id),
        Err(kanta::KantaError::Refused(issues)) if issues[0].code == "TSK-busy")
    );

    process.tell("unreachable");
    assert!(process.exchange(place::KUUSI, &search(AINO)).unwrap_err().starts_with("connect"));
    process.tell("reachable");
    assert!(process.exchange(place::KUUSI, &search(AINO)).is_ok());

    process.tell("drop-answer");
    assert!(process.exchange(place::KUUSI, &message).is_err());
    let (_, repeated) = accepted(answer_of(&process.exchange(place::KUUSI, &message).unwrap(), &request));
    assert!(repeated, "it had been stored");

    process.tell("hold-answer search");
    let address = process.address.clone();
    let searcher = std::thread::spawn(move || exchange(&address, place::KUUSI, &search(AINO)));
    while process.tell("held") != "1" {
        std::thread::sleep(Duration::from_millis(10));
    }
    process.tell("release");
    assert_eq!(searcher.join().unwrap().unwrap().status, 200);
    assert!(process.tell("clock 2027-01-01T12:00:00+02:00").starts_with("2027-01-01T10:00:0"));
}

#[test]
fn the_command_line_loads_seeds_counts_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |words: &[&str], more: &[&Path]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prescription-centre"));
        command.args(words).arg("--data").arg(&data);
        let output = command.args(more).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/prescriptions");
    let pki: &Path = &AUTHORITY;
    let (code, said, error) = run(&["seed"], &[Path::new("--pki"), pki, &fixtures]);
    assert_eq!(code, Some(0), "{error}");
    assert!(said.starts_with("22 documents"), "{said}");
    if kela_document("LM1_pkvlaake_iteroitu_pienempi_pakkaus.xml").is_some() {
        let lm1 = folder.path().join("lm1.xml");
        std::fs::write(&lm1, kela_document("LM1_pkvlaake_iteroitu_pienempi_pakkaus.xml").unwrap()).unwrap();
        let (code, said, error) = run(&["load"], &[Path::new("--pki"), pki, &lm1]);
        assert_eq!(
            (code, said.trim()),
            (Some(0), "1.2.246.10.1602257.93.2014.1001 1 unsigned, not dispensable"),
            "{error}"
        );
        let words = ["load", "--reissue", "--patient", "aino-mallikas", "--prescriber", "lauri-laakari", "--at", "-1d"];
        let (code, said, error) = run(&words, &[Path::new("--pki"), pki, &lm1]);
        assert_eq!(code, Some(0), "{error}");
        assert!(said.ends_with(".5001 1 signed\n"), "{said}");
        let words =
            ["load", "--reissue", "--prescriber", "lauri-laakari", "--patient", "230690-947E/Kuvitelma/Kalle Ilmari"];
        let (_, said, error) = run(&words, &[Path::new("--pki"), pki, &lm1]);
        assert!(said.ends_with(".5002 1 signed\n"), "{said}{error}");
    }
    let (code, said, _) = run(&["verify"], &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 faults"));
    let (code, said, _) = run(&["status"], &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("dispensations  2"), "{said}");
    let (code, _, error) = run(&["load"], &[Path::new("--pki"), pki, Path::new("/nowhere.xml")]);
    assert_eq!(code, Some(2));
    assert!(error.contains("/nowhere.xml"));
}

#[test]
fn promise_9_a_control_socket_is_refused_outside_the_test_environment() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_prescription-centre"))
        .args(["serve", "--environment", "production", "--listen", "127.0.0.1:0", "--control"])
        .arg(folder.path().join("control"))
        .arg("--data")
        .arg(folder.path())
        .arg("--pki")
        .arg(&*AUTHORITY)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("control").exists());
}

#[test]
fn the_keeper_reads_the_log_masked_erases_what_is_over_and_prints_the_errors() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::over(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
    world.held(|_| {});
    world.search(&[AINO]).unwrap();
    drop(world);
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prescription-centre"));
        command.args(words);
        if words[0] != "errors" {
            command.arg("--data").arg(folder.path());
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let log = run(&["log"]);
    assert_eq!(log.lines().count(), 2);
    assert!(!log.contains(AINO) && log.contains("010181*****"), "{log}");
    let lines = |words: &[&str]| run(words).lines().count();
    assert_eq!(lines(&["log", "--person", AINO, "--reason", "6"]), 1);
    assert_eq!(lines(&["log", "--person", "051275-933B"]), 0);
    assert_eq!(lines(&["log", "--organisation", KUUSI]), 1);
    assert_eq!(run(&["erase"]), "0 entries erased\n");
    assert_eq!(run(&["erase", "--clock", "4400d"]), "2 entries erased\n");
    assert!(run(&["verify"]).contains("2 log entries walked, 2 erased, 0 faults"));
    assert!(run(&["log"]).lines().all(|line| line.ends_with("erased")));
    // LC-8: 22.5 years are 8,218 days.
    assert_eq!(run(&["erase-prescriptions", "--clock", "8210d"]), "0 prescriptions erased\n");
    assert_eq!(run(&["erase-prescriptions", "--clock", "8220d"]), "1 prescriptions erased\n");
    let verified = run(&["verify"]);
    assert!(verified.contains("0 prescriptions computed again, 3 log entries walked"), "{verified}");
    assert!(verified.contains("1 prescriptions were erased when their time had ended"), "{verified}");
    assert_eq!(run(&["errors"]), kanta::error_table::page());
    assert_eq!(run(&["errors", "--json"]).trim(), kanta::error_table::json());
}

#[test]
fn se_8_and_lo_4_over_tls_a_denied_prescription_is_not_there_and_the_supervisor_sees_who_asked() {
    use kanta::metadata::uses::{self, UsesQuery};
    const DENIES: &str = "220870-9423";
    let folder = tempfile::tempdir().unwrap();
    let world = World::over(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
    let prescription = world.held(|p| {
        p.patient.identity_code = Some(prescription::PersonIdentityCode::as_stated(DENIES));
    });
    let process = Process::start(folder.path());
    let total = |request: &kanta::http::Request| {
        kanta::metadata::parse_response(&process.exchange(place::KUUSI, request).unwrap()).unwrap().total
    };
    assert_eq!(total(&search(DENIES)), 0);
    let brought = kanta::metadata::Query {
        identifiers: vec![prescription.reference.id.clone()],
        ..kanta::metadata::Query::default()
    };
    assert_eq!(total(&kanta::metadata::request(&brought, &requester(Some(who::SIRI), KUUSI)).unwrap()), 1);
    let ask = |user| {
        let reason = prescription::QueryReason::Supervision;
        let requester = kanta::Requester { reason, ..requester(Some(user), KUUSI) };
        let request = uses::request(&UsesQuery::default(), &requester).unwrap();
        uses::parse_response(&process.exchange(place::KUUSI, &request).unwrap())
    };
    assert!(ask(who::SIRI).is_err());
    let seen = ask(who::PETRI).unwrap().uses;
    assert_eq!(seen.iter().filter(|seen| seen.event == "search" && seen.error.is_none()).count(), 2);
    assert_eq!(seen[0].documents, [], "nothing tells that something was withheld");
    assert_eq!(seen[1].documents, [prescription.reference.id]);
}
