//! The bare server: what no Centre can do without for one dispensation. One TLS message comes in and one goes out, one
//! signature is verified and one is made, one transaction is flushed. No HTTP library, no XML, no rules, no log, no index
//! but the key. It shares flushes as the Centre does, so that only the work differs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use centre::store::Gather;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Bytes of a P-384 signature.
pub const SIGNATURE: usize = 96;

/// Decisions that share one flush, at most: as in the Centre's store.
const TOGETHER: usize = 64;

type Rows = Gather<(Vec<u8>, Vec<u8>), bool>;

/// A new key for messages and answers, kept in `data` for the server.
pub fn key(data: &Path) -> Result<EcdsaKeyPair> {
    let random = SystemRandom::new();
    let refused = |_| anyhow!("no key");
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).map_err(refused)?;
    std::fs::write(data.join("key"), document.as_ref())?;
    read_key(data)
}

fn read_key(data: &Path) -> Result<EcdsaKeyPair> {
    let pkcs8 = std::fs::read(data.join("key"))?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &pkcs8, &SystemRandom::new())
        .map_err(|_| anyhow!("no key"))
}

struct Bare {
    tls: Arc<ServerConfig>,
    key: EcdsaKeyPair,
    random: SystemRandom,
    file: Mutex<rusqlite::Connection>,
    rows: Rows,
}

/// Serves until it is killed.
pub fn serve(pki: &Path, data: &Path) -> Result<()> {
    let file = rusqlite::Connection::open(data.join("bare.db"))?;
    file.pragma_update(None, "journal_mode", "WAL")?;
    file.pragma_update(None, "synchronous", "FULL")?;
    file.execute_batch("CREATE TABLE document (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, signature BLOB NOT NULL)")?;
    let tls = Arc::new(trust::tls::server_config(pki, "centre")?);
    let bare = Arc::new(Bare {
        tls,
        key: read_key(data)?,
        random: SystemRandom::new(),
        file: Mutex::new(file),
        rows: Gather::new(TOGETHER),
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    std::fs::write(data.join("ready"), format!("{}\n", listener.local_addr()?))?;
    for stream in listener.incoming() {
        let (stream, bare) = (stream?, bare.clone());
        // A connection that ends, however it ends, is no failure of the server.
        std::thread::spawn(move || drop(bare.connection(stream)));
    }
    Ok(())
}

impl Bare {
    fn connection(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(self.tls.clone())?, stream));
        loop {
            let mut length = None;
            loop {
                let mut line = String::new();
                ensure!(stream.read_line(&mut line)? > 0, "the end");
                if line == "\r\n" {
                    break;
                }
                if let Some(number) = line.strip_prefix("content-length: ") {
                    length = Some(number.trim().parse::<usize>()?);
                }
            }
            let mut body = vec![0; length.context("no length")?.min(kanta::MESSAGE_BYTES_AT_MOST)];
            stream.read_exact(&mut body)?;
            let answer = self.answer(body)?;
            let out = stream.get_mut();
            out.write_all(&answer)?;
            out.flush()?;
        }
    }

    fn answer(&self, mut signature: Vec<u8>) -> Result<Vec<u8>> {
        ensure!(signature.len() > SIGNATURE, "too short");
        let document = signature.split_off(SIGNATURE);
        let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, self.key.public_key());
        public.verify(&document, &signature).map_err(|_| anyhow!("the signature does not hold"))?;
        let own = self.key.sign(&self.random, &document).map_err(|_| anyhow!("no signature"))?;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", document.len() + SIGNATURE);
        let answer = [head.as_bytes(), own.as_ref(), &document].concat();
        let row = (document, own.as_ref().to_vec());
        ensure!(self.rows.run(row, |rows| self.insert(&rows)) == Some(true), "not stored");
        Ok(answer)
    }

    fn insert(&self, rows: &[(Vec<u8>, Vec<u8>)]) -> Vec<bool> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let all = || -> rusqlite::Result<()> {
            let transaction = file.transaction()?;
            for (document, signature) in rows {
                transaction
                    .prepare_cached("INSERT INTO document (bytes, signature) VALUES (?1, ?2)")?
                    .execute((document, signature))?;
            }
            transaction.commit()
        };
        let mut all = all;
        vec![all().is_ok(); rows.len()]
    }
}
