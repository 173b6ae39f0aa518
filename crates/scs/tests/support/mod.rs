//! A service of our own that speaks as DVV's does, over real TLS on loopback. Tests of other crates use it as well.
#![allow(dead_code)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use card::{CardAccess, CardEvent};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use scs::{ScsAccess, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};
use signing::software::SoftwareSigner;
use signing::{DigestToSign, HashAlgorithm, Signer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use test_authority::Pair;

/// What the service does with a request for a signature.
#[derive(Clone)]
pub enum Manner {
    Signs,
    /// ECDSA values as SEQUENCE of two INTEGERs.
    SignsInDer,
    Fails(u32),
    /// A value of another digest.
    SignsSomethingElse,
    Silent,
    Chatters,
}

/// The service, on a port of loopback.
pub struct Service {
    pub port: u16,
    /// Its own certificate (DER), which is to be believed.
    pub certificate: Vec<u8>,
    pub inside: Arc<Mutex<Inside>>,
}

/// How it is, and what it was asked.
pub struct Inside {
    /// Certificates and keys for authentication and for signatures.
    pub card: [Pair; 2],
    pub manner: Manner,
    pub digests: bool,
    /// Accepts connections and says nothing.
    pub deaf: bool,
    pub requests: Vec<Value>,
    pub heads: Vec<String>,
    closed: bool,
}

impl Service {
    pub fn start(card: [Pair; 2]) -> Self {
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
            card,
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

    pub fn settings(&self) -> Settings {
        Settings {
            port: self.port,
            trusted: vec![self.certificate.clone()],
            origin: "https://tiski.invalid".to_owned(),
            patience: Duration::from_secs(5),
        }
    }

    pub fn access(&self) -> (ScsAccess, Receiver<CardEvent>) {
        let access = ScsAccess::start(&self.settings()).unwrap();
        let events = access.events();
        (access, events)
    }

    pub fn set(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.inside.lock().unwrap());
    }

    pub fn asked(&self) -> usize {
        self.inside.lock().unwrap().requests.len()
    }

    /// From now on nobody listens.
    pub fn close(&self) {
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
            _ => signed(&request, &inside.lock().unwrap().card, &manner),
        }
    };
    let answer = answer.to_string();
    let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
    stream.get_mut().write_all(text.as_bytes()).ok()
}

fn signed(request: &Value, [authentication, signature]: &[Pair; 2], manner: &Manner) -> Value {
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

/// Waits until such an event comes.
pub fn wait_for(events: &Receiver<CardEvent>, wanted: impl Fn(&CardEvent) -> bool) {
    let until = Instant::now() + Duration::from_secs(6);
    while !wanted(&events.recv_timeout(until.saturating_duration_since(Instant::now())).expect("the event comes")) {}
}

/// Bytes in base64.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
