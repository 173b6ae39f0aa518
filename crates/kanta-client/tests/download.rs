//! Fetching public files, against a real TLS server on loopback: what comes, how much, how long, and from whom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kanta_client::{Downloads, Timeouts, TransportSetupError};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use test_authority::{Authority, People, place};

/// Two worlds of the same names and other keys.
fn world(name: &str) -> std::path::PathBuf {
    static WORLDS: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = WORLDS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["now", "other"] {
            let nobody = People::built_in().unwrap().only(&[]);
            Authority::create_for(&folder.path().join(name), chrono::Utc::now(), nobody).unwrap();
        }
        folder
    });
    folder.path().join(name)
}

fn certificates(file: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file).unwrap().map(Result::unwrap).collect()
}

/// A server that gives this answer to one question. Its address.
fn server(answer: impl FnOnce(&mut dyn Write) + Send + 'static) -> String {
    let folder = world("now").join("servers").join(place::CENTRE);
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates(&folder.join("cert.pem")), key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}/files/latest", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), tcp);
        if stream.read(&mut [0; 4096]).is_ok() {
            answer(&mut stream);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    address
}

fn answering(text: &'static str) -> String {
    server(move |stream| stream.write_all(text.as_bytes()).unwrap())
}

fn fetched(from: &str, address: &str, at_most: u64, overall: Duration) -> Result<Vec<u8>, &'static str> {
    let trusted: Vec<Vec<u8>> = certificates(&world(from).join("root.pem")).iter().map(|der| der.to_vec()).collect();
    let timeouts = Timeouts { connect: Duration::from_secs(5), overall };
    let downloads = Downloads::new(&trusted, timeouts).unwrap();
    let mut file = Vec::new();
    let saved = downloads.save(address, at_most, &mut file).map_err(|error| error.code())?;
    assert_eq!(saved, file.len() as u64);
    Ok(file)
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_file_comes_whole_and_no_longer_than_allowed() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n12345";
    assert_eq!(fetched("now", &answering(whole), 5, MINUTE).unwrap(), b"12345");
    assert_eq!(fetched("now", &answering(whole), 4, MINUTE), Err("answer-too-large"));
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n12345";
    assert_eq!(fetched("now", &answering(cut), 100, MINUTE), Err("answer-lost"));
}

#[test]
fn a_redirect_is_not_followed_and_an_error_is_no_file() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(fetched("now", &answering(moved), 5, MINUTE), Err("download-status"));
    let gone = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
    assert_eq!(fetched("now", &answering(gone), 5, MINUTE), Err("download-status"));
}

#[test]
fn only_the_issuers_that_are_handed_in_are_believed_and_plain_http_is_not_spoken() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345";
    assert_eq!(fetched("other", &answering(whole), 5, MINUTE), Err("server-certificate-unknown-issuer"));
    let plain = answering(whole).replace("https://", "http://");
    assert!(fetched("now", &plain, 5, MINUTE).is_err());
    let nobody = Downloads::new(&[b"no certificate".to_vec()], Timeouts::default());
    assert_eq!(nobody.err(), Some(TransportSetupError::Client));
}

#[test]
fn a_file_that_drips_is_given_up_in_time() {
    let address = server(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for _ in 0..100 {
            if stream.write_all(b"x").and_then(|()| stream.flush()).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let began = std::time::Instant::now();
    assert_eq!(fetched("now", &address, 1000, Duration::from_millis(600)), Err("answer-timed-out"));
    assert!(began.elapsed() < Duration::from_secs(4));
}
