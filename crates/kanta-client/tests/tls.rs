//! The transport against a real TLS server on loopback: who is let in, who is believed, and what a caller learns of a
//! broken exchange.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kanta::MESSAGE_BYTES_AT_MOST;
use kanta::http::Request;
use kanta_client::{Delivery, Timeouts, TlsRefusal, TlsTransport, Transport, TransportError, TransportSetupError};
use rustls::client::WebPkiServerVerifier;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use test_authority::{Authority, People, place};

/// A folder with three authorities: `now`, as everybody knows it; `later`, which has revoked the Centre's certificate;
/// and `other`, which has the same names and other keys.
fn worlds() -> &'static Path {
    static WORLDS: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = WORLDS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let now = chrono::Utc::now();
        let create = |name| {
            let nobody = People::built_in().unwrap().only(&[]);
            Authority::create_for(&folder.path().join(name), now, nobody).unwrap()
        };
        create("now");
        copy(&folder.path().join("now"), &folder.path().join("later"));
        let mut later = Authority::open(&folder.path().join("later")).unwrap();
        later.revoke_server(place::CENTRE, now - chrono::Duration::hours(1)).unwrap();
        create("other");
        folder
    });
    folder.path()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(world: &Path) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(world.join("root.pem")).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    Arc::new(roots)
}

fn lists(world: &Path) -> Vec<CertificateRevocationListDer<'static>> {
    ["root", "providers"].map(|n| std::fs::read(world.join(format!("crl/{n}.crl"))).unwrap().into()).into()
}

fn identity(world: &Path, slug: &str) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let folder = world.join("servers").join(slug);
    let chain = CertificateDer::pem_file_iter(folder.join("cert.pem")).unwrap().map(Result::unwrap).collect();
    (chain, PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap())
}

/// A client that trusts a world and shows the certificate of `slug`, or none.
fn trusting(world: &str, slug: Option<&str>) -> ClientConfig {
    let world = worlds().join(world);
    let verifier = WebPkiServerVerifier::builder_with_provider(roots(&world), provider())
        .with_crls(lists(&world))
        .build()
        .unwrap();
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_webpki_verifier(verifier);
    match slug {
        None => builder.with_no_client_auth(),
        Some(slug) => {
            let (chain, key) = identity(&worlds().join("now"), slug);
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    }
}

fn pharmacy() -> ClientConfig {
    trusting("now", Some(place::KUUSI))
}

fn server_config(versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<ServerConfig> {
    let world = worlds().join("now");
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(&world), provider())
        .with_crls(lists(&world))
        .build()
        .unwrap();
    let (chain, key) = identity(&world, place::CENTRE);
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server for one connection. Ends with the request that it read, or `None` when TLS refused.
struct Server {
    address: String,
    thread: JoinHandle<Option<Vec<u8>>>,
}

impl Server {
    fn start(answer: impl FnOnce(&mut Stream) + Send + 'static) -> Self {
        Self::start_at("127.0.0.1", rustls::ALL_VERSIONS, answer)
    }

    fn start_at(
        host: &str,
        versions: &[&'static rustls::SupportedProtocolVersion],
        answer: impl FnOnce(&mut Stream) + Send + 'static,
    ) -> Self {
        let config = server_config(versions);
        let listener = TcpListener::bind((host, 0)).unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (tcp, _) = listener.accept().unwrap();
            let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), tcp);
            let Some(request) = read_request(&mut stream) else {
                // Read what the client still sends, so that closing does not reset the alert away.
                let _ = stream.sock.shutdown(std::net::Shutdown::Write);
                let _ = stream.sock.read_to_end(&mut Vec::new());
                return None;
            };
            answer(&mut stream);
            Some(request)
        });
        Self { address, thread }
    }

    fn ask(&self, tls: ClientConfig) -> Result<kanta::http::Response, TransportError> {
        TlsTransport::new(&self.address, tls, Timeouts::default()).unwrap().exchange(&request())
    }

    fn request(self) -> Option<Vec<u8>> {
        self.thread.join().unwrap()
    }
}

fn read_request(stream: &mut Stream) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        read.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let stated = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= stated.unwrap_or(0) {
            return Some(read);
        }
    }
}

fn impatient(address: &str) -> Result<kanta::http::Response, TransportError> {
    let timeouts = Timeouts { connect: Duration::from_secs(1), overall: Duration::from_secs(2) };
    TlsTransport::new(address, pharmacy(), timeouts).unwrap().exchange(&request())
}

fn request() -> Request {
    let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
    Request::post("/baseR4/MedicationRequest/$get-prescriptions-metadata", headers, b"<question/>".to_vec())
}

fn answer(text: &'static str) -> impl FnOnce(&mut Stream) + Send + 'static {
    move |stream| {
        let _ = stream.write_all(text.as_bytes());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

const GOOD: &str = "HTTP/1.1 200 OK\r\nX-Request-Id: 7\r\nContent-Length: 8\r\n\r\n<answer>";

/// The error of a client that should not get through, once the server has seen nothing of its request.
fn refused(tls: ClientConfig) -> TransportError {
    let server = Server::start(answer(GOOD));
    let error = server.ask(tls).unwrap_err();
    assert_eq!(server.request(), None, "the request was read");
    error
}

#[test]
fn a_pharmacy_asks_and_is_answered() {
    for versions in [rustls::ALL_VERSIONS, &[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
        let server = Server::start_at("127.0.0.1", versions, answer(GOOD));
        let response = server.ask(pharmacy()).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (200, b"<answer>".as_slice()));
        assert_eq!(response.header("x-request-id"), Some("7"));
        let asked = String::from_utf8(server.request().unwrap()).unwrap();
        assert!(
            asked.starts_with("POST /baseR4/MedicationRequest/$get-prescriptions-metadata HTTP/1.1\r\n"),
            "{asked}"
        );
        assert!(asked.ends_with("\r\n\r\n<question/>"), "{asked}");
    }
}

#[test]
fn a_client_that_the_centre_does_not_accept_learns_why_and_nothing_was_read() {
    for (slug, refusal) in [
        (place::REVOKED, TlsRefusal::ClientRevoked),
        (place::EXPIRED, TlsRefusal::ClientExpired),
        (place::STRANGER, TlsRefusal::ClientUnknownIssuer),
    ] {
        let error = refused(trusting("now", Some(slug)));
        assert_eq!((error.clone(), error.delivery()), (TransportError::TlsRefused(refusal), Delivery::No), "{slug}");
    }
    assert_eq!(refused(trusting("now", None)), TransportError::TlsRefused(TlsRefusal::ClientMissing));
    let server = Server::start_at("127.0.0.1", &[&rustls::version::TLS12], answer(GOOD));
    let error = server.ask(trusting("now", Some(place::REVOKED))).unwrap_err();
    assert_eq!(error, TransportError::TlsRefused(TlsRefusal::ClientRevoked), "TLS 1.2 refuses earlier");
}

#[test]
fn a_refusal_of_our_certificate_is_learnt_by_name_every_time_even_in_the_middle_of_a_long_message() {
    let long = Request { body: vec![b' '; 1_500_000], ..request() };
    for (slug, refusal) in [
        (place::REVOKED, TlsRefusal::ClientRevoked),
        (place::EXPIRED, TlsRefusal::ClientExpired),
        (place::STRANGER, TlsRefusal::ClientUnknownIssuer),
    ] {
        for turn in 0..12 {
            let server = Server::start(answer(GOOD));
            let transport =
                TlsTransport::new(&server.address, trusting("now", Some(slug)), Timeouts::default()).unwrap();
            let asked = if turn % 2 == 0 { transport.exchange(&long) } else { transport.exchange(&request()) };
            assert_eq!(asked, Err(TransportError::TlsRefused(refusal)), "{slug}, turn {turn}");
            drop(transport);
            assert_eq!(server.request(), None);
        }
    }
}

#[test]
fn a_centre_that_is_not_trusted_is_told_nothing() {
    let error = refused(trusting("later", Some(place::KUUSI)));
    assert_eq!(error, TransportError::TlsRefused(TlsRefusal::ServerRevoked));
    assert_eq!((error.code(), error.delivery()), ("server-certificate-revoked", Delivery::No));
    let error = refused(trusting("other", Some(place::KUUSI)));
    assert_eq!(error, TransportError::TlsRefused(TlsRefusal::ServerUnknownIssuer));
}

#[test]
fn a_centre_under_another_name_is_not_believed() {
    let server = Server::start_at("127.0.0.2", rustls::ALL_VERSIONS, answer(GOOD));
    let error = server.ask(pharmacy()).unwrap_err();
    assert_eq!(error, TransportError::TlsRefused(TlsRefusal::ServerWrongName));
    assert_eq!(server.request(), None);
}

#[test]
fn an_answer_that_is_cut_may_have_been_an_acceptance() {
    let cuts: [fn(&mut Stream); 4] = [
        // In the body, with and without a proper end of TLS; in the head; before it.
        |stream| answer("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n<ans")(stream),
        |stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<ans").unwrap();
            stream.sock.shutdown(std::net::Shutdown::Both).unwrap();
        },
        |stream| answer("HTTP/1.1 20")(stream),
        |stream| answer("")(stream),
    ];
    for (number, cut) in cuts.into_iter().enumerate() {
        let server = Server::start(cut);
        let error = server.ask(pharmacy()).unwrap_err();
        assert_eq!((error.clone(), error.delivery()), (TransportError::LostAnswer, Delivery::Perhaps), "{number}");
        assert!(server.request().is_some(), "the request had arrived");
    }
}

#[test]
fn a_centre_that_does_not_answer_in_time_may_have_accepted() {
    let server = Server::start(|_| std::thread::sleep(Duration::from_secs(4)));
    let started = Instant::now();
    let error = impatient(&server.address).unwrap_err();
    assert_eq!((error.clone(), error.delivery()), (TransportError::TimedOut, Delivery::Perhaps));
    assert!(started.elapsed() < Duration::from_millis(3500), "{:?}", started.elapsed());
    assert!(server.request().is_some());
}

#[test]
fn an_answer_that_drips_is_stopped_when_its_time_is_over() {
    let server = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n").unwrap();
        for _ in 0..30 {
            if stream.write_all(b"x").and_then(|()| stream.flush()).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let started = Instant::now();
    assert_eq!(impatient(&server.address), Err(TransportError::TimedOut));
    assert!(started.elapsed() < Duration::from_millis(4500), "{:?}", started.elapsed());
}

#[test]
fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let stated = Server::start(answer("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<"));
    let error = stated.ask(pharmacy()).unwrap_err();
    assert_eq!(error, TransportError::TooLarge { limit: MESSAGE_BYTES_AT_MOST });
    assert_eq!(error.delivery(), Delivery::Perhaps);
    let endless = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).is_ok() {}
    });
    assert_eq!(endless.ask(pharmacy()), Err(TransportError::TooLarge { limit: MESSAGE_BYTES_AT_MOST }));
}

#[test]
fn nobody_there_means_that_nothing_was_sent() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = impatient(&format!("https://{address}")).unwrap_err();
    assert_eq!((error.clone(), error.delivery()), (TransportError::NotReached, Delivery::No));
    assert_eq!(impatient("https://nobody.invalid").unwrap_err().delivery(), Delivery::No);
}

#[test]
fn one_who_accepts_and_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = impatient(&format!("https://{}", listener.local_addr().unwrap())).unwrap_err();
    assert_eq!((error.clone(), error.delivery()), (TransportError::ConnectTimedOut, Delivery::No));
}

#[test]
fn one_who_hangs_up_during_the_handshake_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let error = impatient(&address).unwrap_err();
    assert_eq!((error.clone(), error.delivery()), (TransportError::TlsRefused(TlsRefusal::Handshake), Delivery::No));
    server.join().unwrap();
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = "HTTP/1.1 307 Elsewhere\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(answer(elsewhere));
    assert_eq!(server.ask(pharmacy()).unwrap().status, 307);
}

#[test]
fn a_proxy_that_the_environment_names_is_not_asked() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_pharmacy_asks_and_is_answered"])
        .envs(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, "http://127.0.0.1:1")))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && printed.contains("1 passed"), "{printed}");
}

#[test]
fn what_cannot_be_sent_is_not_sent() {
    let transport = TlsTransport::new("https://localhost:1", pharmacy(), Timeouts::default()).unwrap();
    let broken_header = Request::post("/mr", vec![("X".into(), "a\r\nb".into())], vec![]);
    assert_eq!(transport.exchange(&broken_header), Err(TransportError::Unsendable));
    let broken_path = Request::post("mr", vec![], vec![]);
    assert_eq!(transport.exchange(&broken_path), Err(TransportError::Unsendable));
    for wrong in ["http://localhost", "https://u:p@localhost", "https://localhost/path", "https://localhost?x", "x"] {
        let made = TlsTransport::new(wrong, pharmacy(), Timeouts::default());
        assert_eq!(made.err(), Some(TransportSetupError::Address), "{wrong}");
    }
}

#[test]
fn decision_10_what_comes_beside_an_answer_is_never_the_answer_to_the_next_question() {
    let config = server_config(rustls::ALL_VERSIONS);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let accepted = || {
            let (tcp, _) = listener.accept().unwrap();
            StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), tcp)
        };
        let mut first = accepted();
        read_request(&mut first).unwrap();
        first.write_all(GOOD.as_bytes()).unwrap();
        // A connection that is used again gets an answer that belongs to somebody else.
        if read_request(&mut first).is_some() {
            first.write_all(GOOD.replace("<answer>", "<others>").as_bytes()).unwrap();
            return;
        }
        let mut second = accepted();
        read_request(&mut second).unwrap();
        second.write_all(GOOD.replace("<answer>", "<second>").as_bytes()).unwrap();
    });
    let transport = TlsTransport::new(&address, pharmacy(), Timeouts::default()).unwrap();
    assert_eq!(transport.exchange(&request()).unwrap().body, b"<answer>");
    assert_eq!(transport.exchange(&request()).unwrap().body, b"<second>");
    server.join().unwrap();
}

/// A server that counts its connections and answers each request on any of them in turn.
fn answers_in_turn(answers: &'static [&'static str]) -> (String, Arc<AtomicUsize>) {
    let config = server_config(rustls::ALL_VERSIONS);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let next = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        while let Ok((tcp, _)) = listener.accept() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), tcp);
            let next = Arc::clone(&next);
            std::thread::spawn(move || {
                while read_request(&mut stream).is_some() {
                    let Some(answer) = answers.get(next.fetch_add(1, Ordering::SeqCst)) else { return };
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    (address, connections)
}

#[test]
fn decision_16_a_connection_is_kept_where_the_answer_names_its_question_and_let_go_when_it_is_out_of_step() {
    let (address, connections) = answers_in_turn(&[GOOD; 6]);
    let transport = TlsTransport::new(&address, pharmacy(), Timeouts::default()).unwrap();
    let named = Request { path: "/mr".to_owned(), ..request() };
    assert!(kanta::mr::is_named_in_its_answer(&named) && !kanta::mr::is_named_in_its_answer(&request()));
    let count = || connections.load(Ordering::SeqCst);
    for _ in 0..3 {
        transport.exchange(&named).unwrap();
    }
    assert_eq!(count(), 1);
    // A search has a connection of its own.
    transport.exchange(&request()).unwrap();
    assert_eq!(count(), 2);
    transport.let_go();
    transport.exchange(&named).unwrap();
    assert_eq!(count(), 3);
    // What the Centre would close is closed here before.
    std::thread::sleep(Duration::from_millis(2200));
    transport.exchange(&named).unwrap();
    assert_eq!(count(), 4);
}
