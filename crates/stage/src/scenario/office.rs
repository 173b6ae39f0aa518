//! How a scenario's people reach the Centre: each place over its own connection with its own certificate, each person
//! with a key in software.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use kanta::{Frame, MessageId};
use kanta_client::{CentreClient, Timeouts, TlsTransport};
use prescription::time;
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};

/// How long a place waits for an answer.
const PATIENCE: Timeouts = Timeouts { connect: Duration::from_secs(5), overall: Duration::from_secs(10) };

/// A place's way to the Centre.
pub type Client = CentreClient<TlsTransport>;

/// All ways to the Centre.
pub struct Office {
    pki: PathBuf,
    url: String,
    clients: BTreeMap<String, Client>,
    keys: BTreeMap<PathBuf, SoftwareSigner>,
    messages: u64,
}

impl Office {
    /// Ways to the Centre at a port of this machine, with the certificates of a folder.
    pub fn new(pki: &Path, port: u16) -> Self {
        let url = format!("https://127.0.0.1:{port}");
        Self { pki: pki.to_owned(), url, clients: BTreeMap::new(), keys: BTreeMap::new(), messages: 0 }
    }

    /// The way of a place.
    pub fn client(&mut self, place: &str) -> Result<Client> {
        if let Some(client) = self.clients.get(place) {
            return Ok(client.clone());
        }
        let tls = trust::tls::client_config(&self.pki, place).with_context(|| format!("the certificate of {place}"))?;
        let client = CentreClient::new(TlsTransport::new(&self.url, tls, PATIENCE)?);
        self.clients.insert(place.to_owned(), client.clone());
        Ok(client)
    }

    /// Forgets every connection: the next one shows its certificate anew.
    pub fn hang_up(&mut self) {
        self.clients.clear();
    }

    /// Whether a place can speak to the Centre at all.
    pub fn is_connected(&self, place: &str) -> bool {
        self.pki.join("servers").join(place).join("cert.pem").is_file()
    }

    /// What a new message has of its own.
    pub fn frame(&mut self, now: DateTime<Utc>) -> Frame {
        self.messages += 1;
        let mut bytes = [7; 16];
        for (byte, of) in bytes.iter_mut().zip(self.messages.to_be_bytes()) {
            *byte = of;
        }
        Frame { message_id: MessageId::from_random(bytes), created_at: now }
    }

    /// A document with somebody's signature of that moment.
    pub fn sign(&mut self, document: &[u8], by: &str, at: DateTime<Utc>) -> Result<Vec<u8>> {
        let folder = self.pki.join("people").join(by);
        let files = [folder.join("sign.cert.der"), folder.join("sign.key.der")];
        self.sign_with(document, SignatureKind::Professional, &files, at)
    }

    /// A document with the system signature of a place, of that moment.
    pub fn sign_as_system(&mut self, document: &[u8], place: &str, at: DateTime<Utc>) -> Result<Vec<u8>> {
        let folder = self.pki.join("systems").join(place);
        let files = [folder.join("cert.der"), folder.join("key.der")];
        self.sign_with(document, SignatureKind::System, &files, at)
    }

    fn sign_with(
        &mut self,
        document: &[u8],
        kind: SignatureKind,
        [certificate, key]: &[PathBuf; 2],
        at: DateTime<Utc>,
    ) -> Result<Vec<u8>> {
        if !self.keys.contains_key(key) {
            let read = |file: &Path| fs::read(file).with_context(|| format!("{}", file.display()));
            self.keys.insert(key.clone(), SoftwareSigner::from_pkcs8(&read(certificate)?, &read(key)?)?);
        }
        let key = self.keys.get_mut(key).context("no key")?;
        let signing = Signing { document, kind, signed_at: time::finnish_with_offset(at), id_seed: "scenario" };
        Ok(signing::sign(&signing, key)?)
    }
}
