//! A handshake in memory: both sides show certificates, and each bad one is turned away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::sync::{Arc, OnceLock};

use chrono::{Duration, Utc};
use rustls::{ClientConnection, ServerConnection};
use test_authority::{Authority, People, place};
use trust::tls::{client_config, server_config};

fn made(now: chrono::DateTime<Utc>) -> (tempfile::TempDir, Authority) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create_for(folder.path(), now, People::built_in().unwrap().only(&[])).unwrap();
    (folder, authority)
}

fn world() -> &'static Path {
    static WORLD: OnceLock<(tempfile::TempDir, Authority)> = OnceLock::new();
    WORLD.get_or_init(|| made(Utc::now())).0.path()
}

/// Shakes hands and gives what the server knows of the client, or both sides' errors.
fn handshake(client: &Path, slug: &str, server: &Path) -> Result<Vec<u8>, String> {
    let client = client_config(client, slug).unwrap();
    let server = server_config(server, place::CENTRE).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), "localhost".try_into().unwrap()).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    for _ in 0..10 {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).unwrap();
            server.process_new_packets().map_err(|error| format!("server: {error}"))?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets().map_err(|error| format!("client: {error}"))?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok(server.peer_certificates().unwrap()[0].to_vec())
}

#[test]
fn a_pharmacy_is_let_in_and_known_by_its_organisation() {
    for (slug, oid) in [(place::KUUSI, "1.2.246.10.99999901.10.1"), (place::LAHDE, "1.2.246.10.99999902.10.1")] {
        let certificate = handshake(world(), slug, world()).unwrap();
        assert_eq!(trust::holder(&certificate).unwrap().organisation_oid.as_deref(), Some(oid));
    }
}

#[test]
fn a_revoked_an_expired_and_a_strangers_certificate_are_turned_away() {
    for (slug, reason) in [(place::REVOKED, "Revoked"), (place::EXPIRED, "xpired"), (place::STRANGER, "UnknownIssuer")]
    {
        let error = handshake(world(), slug, world()).unwrap_err();
        assert!(error.starts_with("server") && error.contains(reason), "{slug}: {error}");
    }
}

#[test]
fn a_server_is_no_client() {
    let error = handshake(world(), place::CENTRE, world()).unwrap_err();
    assert!(error.starts_with("server"), "{error}");
}

#[test]
fn a_pharmacy_does_not_talk_to_a_centre_that_is_revoked_or_somebody_elses() {
    let (folder, mut authority) = made(Utc::now());
    authority.revoke_server(place::CENTRE, Utc::now()).unwrap();
    let error = handshake(folder.path(), place::KUUSI, folder.path()).unwrap_err();
    assert!(error.starts_with("client") && error.contains("Revoked"), "{error}");
    let error = handshake(world(), place::KUUSI, folder.path()).unwrap_err();
    assert!(error.starts_with("client") && error.contains("certificate"), "{error}");
}

#[test]
fn an_outdated_revocation_list_stops_both_sides() {
    let (folder, mut authority) = made(Utc::now());
    // Written anew long ago: its next update is behind us.
    authority.revoke_server(place::REVOKED, Utc::now() - Duration::days(366)).unwrap();
    let error = handshake(folder.path(), place::KUUSI, folder.path()).unwrap_err();
    assert!(error.contains("evocation"), "{error}");
}

#[test]
fn a_folder_without_lists_makes_no_configuration() {
    let (folder, _) = made(Utc::now());
    for entry in std::fs::read_dir(folder.path().join("crl")).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(client_config(folder.path(), place::KUUSI).unwrap_err().code(), "trust-revocation-list");
    assert_eq!(server_config(folder.path(), place::CENTRE).unwrap_err().code(), "trust-revocation-list");
}
