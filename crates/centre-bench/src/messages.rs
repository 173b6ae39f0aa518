//! What is sent while it is measured: dispensations that are really written and signed, searches, and messages of the
//! same size for the bare server. Made before the clock starts; the answers are read after it has stopped.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use centre::pki::Pki;
use centre::register::Register;
use centre::store::{SqliteStore, Store};
use chrono::Utc;
use kanta::http::{Request, Response};
use kanta::metadata::{self, Query};
use kanta::mr::{self, StoreAnswer, StoreRequest};
use kanta::{Frame, MessageId, Party, Requester, User};
use prescription::{Oid, Professional, QueryReason};
use ring::rand::SystemRandom;
use ring::signature::EcdsaKeyPair;
use test_authority::who;

use crate::bare;
use crate::chains::{self, Chains};
use crate::traffic::Load;

/// A message as it goes through TLS.
pub type Wire = Vec<u8>;

const THREADS: u64 = 2;

/// A signed dispensation that was not sent yet.
pub struct Made {
    /// What would be sent.
    pub request: StoreRequest,
    /// Of which prescription.
    pub prescription_set: Oid,
}

/// A pharmacist with her keys, and what she has used already.
pub struct Messages {
    pki: PathBuf,
    pharmacist: Professional,
    /// Chains of which she has dispensed: each gives one lot.
    used: Mutex<HashSet<u64>>,
    searched: AtomicU64,
}

impl Messages {
    /// Nothing sent yet.
    pub fn new(pki: &Path) -> Result<Self> {
        let pharmacist = Register::built_in()?.professional(who::SIRI).context("the pharmacist")?;
        Ok(Self { pki: pki.to_owned(), pharmacist, used: Mutex::default(), searched: AtomicU64::new(0) })
    }

    /// So many dispensations from chains all over the store, signed now, with the identifiers of their sendings.
    pub fn dispensations(
        &self,
        store: &SqliteStore,
        chains: &Chains,
        count: usize,
    ) -> Result<(Vec<Wire>, Vec<MessageId>)> {
        let all = self.unused(chains, count);
        ensure!(all.len() == count, "there are too few chains for so many dispensations");
        let made = in_parts(&all, |chain| {
            let request = self.dispensation(store, *chain)?;
            Ok((wire(&mr::store_request(&request)?), request.frame.message_id))
        })?;
        Ok(made.into_iter().unzip())
    }

    /// So many dispensations, not yet sent, for whoever keeps them first.
    pub fn made(&self, store: &SqliteStore, chains: &Chains, count: usize) -> Result<Vec<Made>> {
        let all = self.unused(chains, count);
        ensure!(all.len() == count, "there are too few chains for so many dispensations");
        in_parts(&all, |chain| {
            Ok(Made { request: self.dispensation(store, *chain)?, prescription_set: chains::set(*chain)? })
        })
    }

    /// So many searches for people all over the store.
    pub fn searches(&self, chains: &Chains, count: usize) -> Result<Vec<Wire>> {
        let first = self.searched.fetch_add(count as u64, Ordering::Relaxed);
        let requester = self.requester()?;
        let search = |number: u64| {
            let patients = vec![chains::person(scattered(number, chains))];
            Ok(wire(&metadata::request(&Query { patients, ..Query::default() }, &requester)?))
        };
        (first..first + count as u64).map(search).collect()
    }

    /// So many messages for the bare server, as large as dispensations are, with a signature before each.
    pub fn bare(&self, store: &SqliteStore, count: usize, key: &EcdsaKeyPair) -> Result<Vec<Wire>> {
        let model = mr::store_request(&self.dispensation(store, 0)?)?;
        let random = SystemRandom::new();
        let message = |number: usize| {
            let mut document = model.body.clone();
            document.extend_from_slice(&number.to_be_bytes());
            let signature = key.sign(&random, &document).map_err(|_| anyhow::anyhow!("the bare key does not sign"))?;
            Ok(wire(&Request::post("/", vec![], [signature.as_ref(), &document].concat())))
        };
        let model = message(0)?;
        ensure!(model.len() > bare::SIGNATURE, "a message is larger than its signature");
        (0..count).map(message).collect()
    }

    /// How many were accepted: all, each for the first time.
    pub fn all_accepted(&self, load: &Load, asked: &[MessageId]) -> Result<u64> {
        ensure!(load.answers.len() == asked.len(), "not every dispensation was answered");
        for answer in &load.answers {
            let id = asked.get(answer.message).context("a message")?;
            match mr::parse_store_response(&response(answer), *id)? {
                StoreAnswer::Accepted { repeated: false, .. } => {}
                StoreAnswer::Accepted { .. } => bail!("a dispensation was there before"),
                StoreAnswer::Refused(issues) => bail!("a dispensation was refused: {issues:?}"),
            }
        }
        Ok(asked.len() as u64)
    }

    /// Every search found something.
    pub fn all_found(&self, load: &Load) -> Result<()> {
        for answer in &load.answers {
            let found = metadata::parse_response(&response(answer))?;
            ensure!(found.total > 0, "a search found nothing");
        }
        Ok(())
    }

    /// Chains all over the store, each once.
    fn unused(&self, chains: &Chains, count: usize) -> Vec<u64> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let all = (0..chains.count()).map(|number| scattered(number, chains));
        all.filter(|chain| used.insert(*chain)).take(count).collect()
    }

    fn dispensation(&self, store: &SqliteStore, number: u64) -> Result<StoreRequest> {
        let set = chains::set(number)?;
        let chain = store.chain(&set)?.context("a chain is not there")?;
        // Identifiers as a pharmacy's workstation makes them: one after the other.
        let id = format!("1.2.246.10.99999901.93.2026.9.{}", 1_000_000 + number);
        let now = Utc::now();
        let lot = chains::lot(&chain.prescription, &chain.dispensations, &id, &self.pharmacist, now)?;
        let written = cda::write_dispensation(&lot, &chains::writing(cda::Definition::dispensation_2014()?))?;
        let mut key = Pki::at(&self.pki).professional(who::SIRI)?;
        let mut message_id = [0; 16];
        message_id.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, of)| *byte = of);
        Ok(StoreRequest {
            frame: Frame { message_id: MessageId::from_random(message_id), created_at: now },
            requester: self.requester()?,
            reference: lot.reference.clone(),
            version: 1,
            document: chains::signed(&written, now, &mut key)?,
            late: false,
        })
    }

    fn requester(&self) -> Result<Requester> {
        let pharmacy = self.pharmacist.organisation.as_ref().context("the pharmacist's pharmacy")?;
        let system = Oid::parse("1.2.246.10.99999901.16.1").context("an identifier")?;
        Ok(Requester {
            system: Party { id: system, name: "Tiski".into() },
            pharmacy: Party { id: pharmacy.id.clone(), name: pharmacy.name.clone() },
            user: User::with_card(&self.pharmacist),
            reason: QueryReason::Dispensing,
            reason_text: None,
            on_behalf: None,
        })
    }
}

/// Chains from all over the store: the first numbers are as far apart as the last, and none comes twice.
fn scattered(number: u64, chains: &Chains) -> u64 {
    const STEP: u64 = 1_000_003;
    number.wrapping_mul(STEP) % chains.count().max(1)
}

fn in_parts<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let part = all.len().div_ceil(THREADS as usize).max(1);
    std::thread::scope(|scope| {
        let make = &make;
        let threads: Vec<_> = all
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(make).collect::<Result<Vec<R>>>()))
            .collect();
        let parts: Result<Vec<Vec<R>>> =
            threads.into_iter().map(|thread| thread.join().ok().context("a thread")?).collect();
        Ok(parts?.into_iter().flatten().collect())
    })
}

fn wire(request: &Request) -> Wire {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    [head.as_bytes(), &request.body].concat()
}

fn response(answer: &crate::traffic::Answer) -> Response {
    Response { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() }
}
