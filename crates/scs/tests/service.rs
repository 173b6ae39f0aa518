//! The access against a service of our own that speaks as DVV's does, over real TLS on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use card::{
    CardAccess, CardError, CardEvent, CardSession, Pin, PinSlot, PinStatus, verify_authentication, verify_signature,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use scs::{ScsAccess, Settings, SetupError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};
use signing::software::SoftwareSigner;
use signing::{DigestToSign, HashAlgorithm, Signer};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use test_authority::{Authority, Pair, People, who};

/// Two persons with P-384 keys, one with RSA: certificates and keys for authentication and for signatures.
static PEOPLE: LazyLock<BTreeMap<&str, [Pair; 2]>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let slugs = [who::SIRI, who::SOFIA, who::PETRI];
    let people = People::built_in().unwrap().only(&slugs);
    let authority = Authority::create_for(folder.path(), std::time::SystemTime::now().into(), people).unwrap();
    let pairs = |slug| [authority.authentication(slug).unwrap(), authority.signature(slug).unwrap()];
    slugs.map(|slug| (slug, pairs(slug))).into()
});

/// What the service does with a request for a signature.
#[derive(Clone)]
enum Manner {
    Signs,
    /// ECDSA values as SEQUENCE of two INTEGERs.
    SignsInDer,
    Fails(u32),
    /// A value of another digest.
    SignsSomethingElse,
    Silent,
    Chatters,
}

struct Service {
    port: u16,
    certificate: Vec<u8>,
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    whose: &'static str,
    manner: Manner,
    digests: bool,
    /// Accepts connections and says nothing.
    deaf: bool,
    requests: Vec<Value>,
    heads: Vec<String>,
    closed: bool,
}

impl Service {
    fn start(whose: &'static str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().to_vec();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let inside = Arc::new(Mutex::new(Inside {
            whose,
            manner: Manner::Signs,
            digests: true,
            deaf: false,
            requests: Vec::new(),
            heads: Vec::new(),
            closed: false,
        }));
        let (config, for_server) = (Arc::new(config), Arc::clone(&inside));
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if for_server.lock().unwrap().closed {
                    return;
                }
                let (config, inside) = (Arc::clone(&config), Arc::clone(&for_server));
                std::thread::spawn(move || serve(socket, config, &inside));
            }
        });
        Self { port, certificate, inside }
    }

    fn settings(&self) -> Settings {
        Settings {
            port: self.port,
            trusted: vec![self.certificate.clone()],
            origin: "https://tiski.invalid".to_owned(),
            patience: Duration::from_secs(5),
        }
    }

    fn access(&self) -> (ScsAccess, Receiver<CardEvent>) {
        let access = ScsAccess::start(&self.settings()).unwrap();
        let events = access.events();
        (access, events)
    }

    fn set(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.inside.lock().unwrap());
    }

    fn asked(&self) -> usize {
        self.inside.lock().unwrap().requests.len()
    }

    /// From now on nobody listens.
    fn close(&self) {
        self.set(|inside| inside.closed = true);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes the listener, which ends
    }
}

fn serve(socket: TcpStream, config: Arc<ServerConfig>, inside: &Mutex<Inside>) -> Option<()> {
    socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).ok()?, socket));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    if inside.lock().unwrap().deaf {
        std::thread::sleep(Duration::from_secs(8));
        return None;
    }
    let answer = if head.starts_with("GET /version ") {
        let kinds = if inside.lock().unwrap().digests { "data,digest" } else { "data" };
        json!({ "version": "1.1", "httpMethods": "GET, POST", "contentTypes": kinds, "signatureTypes": "signature" })
    } else {
        let request: Value = serde_json::from_slice(&body).ok()?;
        let manner = {
            let mut inside = inside.lock().unwrap();
            inside.heads.push(head);
            inside.requests.push(request.clone());
            inside.manner.clone()
        };
        match manner {
            Manner::Fails(code) => json!({ "status": "failed", "reasonCode": code, "reasonText": "no" }),
            Manner::Silent => {
                std::thread::sleep(Duration::from_secs(8));
                return None;
            }
            Manner::Chatters => {
                let _ = stream.get_mut().write_all(&vec![b'x'; 1024 * 1024]);
                return None;
            }
            _ => signed(&request, inside.lock().unwrap().whose, &manner),
        }
    };
    let answer = answer.to_string();
    let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
    stream.get_mut().write_all(text.as_bytes()).ok()
}

fn signed(request: &Value, whose: &str, manner: &Manner) -> Value {
    let [authentication, signature] = &PEOPLE[whose];
    let Pair { certificate, key } = match request["selector"]["keyusages"][0].as_str().unwrap() {
        "digitalsignature" => authentication,
        "nonrepudiation" => signature,
        other => panic!("{other}"),
    };
    let content = STANDARD.decode(request["content"].as_str().unwrap()).unwrap();
    let hash = match request["hashAlgorithm"].as_str().unwrap() {
        "SHA256" => HashAlgorithm::Sha256,
        "SHA384" => HashAlgorithm::Sha384,
        other => panic!("{other}"),
    };
    let mut digest = match (request["contentType"].as_str().unwrap(), hash) {
        ("digest", _) => content,
        (_, HashAlgorithm::Sha256) => Sha256::digest(content).to_vec(),
        (_, HashAlgorithm::Sha384) => Sha384::digest(content).to_vec(),
    };
    if matches!(manner, Manner::SignsSomethingElse) {
        digest[0] ^= 1;
    }
    let mut signer = SoftwareSigner::from_pkcs8(certificate, key).unwrap();
    let mut signature = signer.sign(&[DigestToSign { hash, digest }]).unwrap().remove(0);
    if matches!(manner, Manner::SignsInDer) {
        signature = p384::ecdsa::Signature::from_slice(&signature).unwrap().to_der().as_bytes().to_vec();
    }
    json!({
        "version": "1.1", "status": "ok", "reasonCode": 200, "reasonText": "",
        "signature": STANDARD.encode(signature), "signatureType": "signature",
        "chain": [STANDARD.encode(certificate)],
    })
}

fn digests() -> [DigestToSign; 3] {
    [1, 2, 3].map(|filler| DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![filler; 48] })
}

fn elsewhere() -> Pin {
    Pin::entered_elsewhere()
}

fn open(access: &ScsAccess) -> Box<dyn CardSession> {
    access.open(&ScsAccess::reader()).unwrap()
}

fn wait_for(events: &Receiver<CardEvent>, wanted: impl Fn(&CardEvent) -> bool) {
    let until = Instant::now() + Duration::from_secs(6);
    while !wanted(&events.recv_timeout(until.saturating_duration_since(Instant::now())).expect("the event comes")) {}
}

#[test]
fn a_card_behind_the_service_logs_in_and_signs_like_any_other() {
    for (whose, manner) in [(who::SIRI, Manner::Signs), (who::SIRI, Manner::SignsInDer), (who::PETRI, Manner::Signs)] {
        let service = Service::start(whose);
        service.set(|inside| inside.manner = manner);
        let (access, events) = service.access();
        wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
        assert_eq!(access.readers().len(), 1);
        let mut session = open(&access);
        let identity = session.identity().unwrap();
        assert_eq!(identity.signature_certificate, PEOPLE[whose][1].certificate);
        assert_eq!(service.asked(), 2, "a signature with each key tells whose they are");
        let login = session.authenticate(&elsewhere(), b"challenge").unwrap();
        verify_authentication(&identity.authentication_certificate, b"challenge", &login).unwrap();
        let signatures = session.sign(&elsewhere(), &digests()).unwrap();
        for (request, signature) in digests().iter().zip(&signatures) {
            verify_signature(&identity.signature_certificate, request, signature).unwrap();
        }
        assert_eq!(service.asked(), 6, "one consent each, and the card is known by now");
        assert_eq!(open(&access).identity().unwrap(), identity);
        assert_eq!(service.asked(), 6);
        let inside = service.inside.lock().unwrap();
        assert!(inside.heads.iter().all(|head| head.contains("Origin: https://tiski.invalid\r\n")));
        assert_eq!(inside.requests[3]["contentType"], "digest", "a document's content never leaves this program");
    }
}

#[test]
fn what_the_service_cannot_tell_is_not_made_up() {
    let service = Service::start(who::SIRI);
    let (access, _events) = service.access();
    let mut session = open(&access);
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: None }));
    assert_eq!(session.has_keypad(), Ok(true));
    let typed = Pin::new("123456").unwrap();
    assert_eq!(session.sign(&typed, &digests()), Err(CardError::PinElsewhere));
    assert_eq!(session.authenticate(&typed, b"x"), Err(CardError::PinElsewhere));
    assert_eq!(service.asked(), 0, "a PIN that was typed here goes nowhere");
    service.set(|inside| inside.digests = false);
    assert_eq!(open(&access).sign(&elsewhere(), &digests()), Err(CardError::Unsignable));
    assert_eq!(access.open(&card::ReaderId("other".to_owned())).map(|_| ()), Err(CardError::NoReader));
}

#[test]
fn nothing_is_given_out_that_is_refused_or_does_not_verify() {
    let service = Service::start(who::SIRI);
    let (access, _events) = service.access();
    let mut session = open(&access);
    session.identity().unwrap();
    for (manner, error) in [
        (Manner::Fails(401), CardError::Service(401)),
        (Manner::SignsSomethingElse, CardError::SignatureInvalid),
        (Manner::Chatters, CardError::ServiceDown),
    ] {
        service.set(|inside| inside.manner = manner);
        let before = service.asked();
        assert_eq!(session.sign(&elsewhere(), &digests()), Err(error));
        assert_eq!(service.asked(), before + 1, "nothing is asked again");
    }
    service.set(|inside| inside.manner = Manner::Signs);
    assert_eq!(session.sign(&elsewhere(), &digests()).unwrap().len(), 3);
}

#[test]
fn another_card_is_noticed_at_its_first_signature_which_is_thrown_away() {
    let service = Service::start(who::SIRI);
    let (access, events) = service.access();
    wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
    let mut session = open(&access);
    let siri = session.identity().unwrap();
    service.set(|inside| inside.whose = who::SOFIA);
    assert_eq!(session.sign(&elsewhere(), &digests()), Err(CardError::CardRemoved));
    wait_for(&events, |event| matches!(event, CardEvent::CardRemoved { .. }));
    wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
    let sofia = open(&access).identity().unwrap();
    assert_ne!(sofia.serial, siri.serial);
}

#[test]
fn a_service_that_goes_and_one_that_is_not_believed() {
    let service = Service::start(who::SIRI);
    let (access, events) = service.access();
    wait_for(&events, |event| *event == CardEvent::ServiceUp);
    open(&access).identity().unwrap();
    let stranger = Service::start(who::SIRI);
    let settings = Settings { port: service.port, ..stranger.settings() };
    let misled = ScsAccess::start(&settings).unwrap();
    wait_for(&misled.events(), |event| *event == CardEvent::ServiceDown);
    let opened = misled.open(&ScsAccess::reader()).map(|_| ());
    assert_eq!(opened, Err(CardError::ServiceDown), "whoever listens there must have the known certificate");
    service.close();
    wait_for(&events, |event| matches!(event, CardEvent::CardRemoved { .. }));
    wait_for(&events, |event| *event == CardEvent::ServiceDown);
    assert!(access.readers().is_empty());
    let started = Instant::now();
    drop(access);
    assert!(started.elapsed() < Duration::from_secs(4), "the watch ends when asked");
}

#[test]
fn a_person_who_enters_no_pin_is_waited_for_so_long_and_no_longer() {
    let service = Service::start(who::SIRI);
    let settings = Settings { patience: Duration::from_millis(700), ..service.settings() };
    let access = ScsAccess::start(&settings).unwrap();
    service.set(|inside| inside.manner = Manner::Silent);
    let started = Instant::now();
    assert_eq!(open(&access).identity(), Err(CardError::PinTimeout));
    assert!((600..3000).contains(&started.elapsed().as_millis()));
    service.set(|inside| inside.deaf = true);
    assert_eq!(
        access.open(&ScsAccess::reader()).map(|_| ()),
        Err(CardError::ServiceDown),
        "nobody was asked for a PIN"
    );
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[test]
fn settings_that_trust_nobody_or_break_a_header_are_refused() {
    let service = Service::start(who::SIRI);
    let with = |change: fn(&mut Settings)| {
        let mut settings = service.settings();
        change(&mut settings);
        ScsAccess::start(&settings).map(|_| ())
    };
    assert_eq!(with(|settings| settings.trusted.clear()), Err(SetupError::Trust));
    assert_eq!(with(|settings| settings.trusted = vec![vec![1, 2, 3]]), Err(SetupError::Trust));
    assert_eq!(with(|settings| settings.origin = "x\r\nEvil: y".to_owned()), Err(SetupError::Origin));
}
