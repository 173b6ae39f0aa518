//! What waited goes out: the real counter's sending, from a real record, over TLS to the real Centre, beside what the same
//! Centre takes in the same run from connections that only send.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use card::{CardAccess, CardError, CardEvent, CardSession, ReaderId, ReaderState};
use centre::store::SqliteStore;
use chrono::{DateTime, Utc};
use counter::{Clock, Counter, Deps, Round, SENDERS, Sent};
use kanta_client::{CentreClient, Timeouts, TlsTransport, Transport};
use medicines::{Edition, InForce};
use prescription::{Address, Oid, Organisation};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use test_authority::{Authority, place};
use trust::TrustStore;

use super::{of, open};
use crate::chains::Chains;
use crate::figures::{Figures, hundredths, median};
use crate::messages::{Made, Messages};
use crate::servers::Server;
use crate::traffic::{Clients, Connections};

/// Connections of the load beside it, as in `bench centre`.
const CONNECTIONS: usize = 32;

/// What was measured.
pub struct Drain {
    count: usize,
    took: Duration,
    calls: usize,
    centre: Figures,
}

impl Drain {
    fn rate(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    /// One line.
    pub fn line(&self) -> String {
        format!(
            "{} that waited went out in {:.1} s, {} looks: {:.0}/s; the Centre takes {:.0}/s from {CONNECTIONS} \
             connections: {:.2} of it",
            self.count,
            self.took.as_secs_f64(),
            self.calls,
            self.rate(),
            self.centre.rate,
            self.rate() / self.centre.rate
        )
    }

    /// For programs.
    pub fn told(&self) -> Value {
        json!({ "dispensations": self.count, "seconds": hundredths(self.took.as_secs_f64()), "looks": self.calls,
                "per_second": self.rate().round(), "centre_per_second": self.centre.rate.round(),
                "ratio": hundredths(self.rate() / self.centre.rate) })
    }
}

/// Measures: the load, then what waits, then the load again.
pub fn measure(
    folder: &Path,
    pki: &Path,
    data: &Path,
    store: &SqliteStore,
    chains: &Chains,
    messages: &Messages,
    made: Vec<Made>,
) -> Result<Drain> {
    let server = Server::centre(pki, data)?;
    let clients = Clients::new(pki, place::KUUSI, server.address())?.with(Connections::Kept);
    let load = |count: usize| -> Result<Figures> {
        let (wires, asked) = messages.dispensations(store, chains, count)?;
        let load = clients.together(&wires, CONNECTIONS)?;
        messages.all_accepted(&load, &asked)?;
        Ok(load.figures())
    };
    let count = made.len();
    load(100)?;
    let before = load(count)?;
    let record = open(folder, "drain.db")?;
    for one in &made {
        record.commit(of(one))?;
    }
    let counter = counter(pki, server.address(), record)?;
    let begun = Instant::now();
    let calls = AtomicUsize::new(0);
    let sent = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let sender = || send_all(&counter, count, &sent, &calls);
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().try_for_each(|one| one.join().ok().context("a sender")?)
    })?;
    let took = begun.elapsed();
    let counts = counter.deps().record.counts()?;
    ensure!(counts.accepted == count as u64 && counts.waiting == 0, "{counts:?}");
    let after = load(count)?;
    let calls = calls.into_inner();
    Ok(Drain { count, took, calls, centre: median(vec![before, after, before]) })
}

/// Sends as one of the program's own senders does, until all is sent.
fn send_all(counter: &Counter, count: usize, sent: &AtomicUsize, calls: &AtomicUsize) -> Result<()> {
    let round = Round { most: 1, retry: chrono::Duration::milliseconds(50), retry_most: chrono::Duration::seconds(1) };
    while sent.load(Ordering::Relaxed) < count {
        ensure!(calls.fetch_add(1, Ordering::Relaxed) < count * 200, "nothing is due, and not all went out");
        let Some(going) = counter.next_to_send(1)?.pop() else {
            std::thread::sleep(Duration::from_millis(2));
            continue;
        };
        let one = going.send(round)?;
        ensure!(matches!(one, Sent::Accepted { .. }), "a dispensation was not accepted: {one:?}");
        sent.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn counter(pki: &Path, address: &str, record: record::Record) -> Result<Counter> {
    let tls = trust::tls::client_config(pki, place::KUUSI)?;
    let timeouts = Timeouts { connect: Duration::from_secs(5), overall: Duration::from_secs(30) };
    let port = address.rsplit(':').next().context("an address")?;
    let transport: Arc<dyn Transport> =
        Arc::new(TlsTransport::new(&format!("https://127.0.0.1:{port}"), tls, timeouts)?);
    let authority = Authority::open(pki)?;
    let organisation = |slug: &str| authority.people().organisation(slug).context("an organisation").cloned();
    let (pharmacy, centre) = (organisation(place::KUUSI)?, organisation(place::CENTRE)?);
    Ok(Counter::new(Deps {
        clock: Arc::new(Now),
        randomness: Arc::new(|bytes| SystemRandom::new().fill(bytes).map_err(|_| counter::CounterError::NoRandomness)),
        cards: Arc::new(NoReader),
        trust: Arc::new(TrustStore::load(pki)?),
        centre: Arc::new(CentreClient::new(transport)),
        centre_organisation: Oid::parse(&centre.oid).context("an OID")?,
        record,
        medicines: Arc::new(InForce::always(Edition::parse(medicines::ARTIFICIAL)?)?),
        pharmacy: Organisation {
            id: Oid::parse(&pharmacy.oid).context("an OID")?,
            name: pharmacy.name,
            phone: None,
            address: Some(Address { street: pharmacy.street, postal_code: pharmacy.postal_code, city: pharmacy.city }),
            part_of: None,
        },
        definition: cda::Definition::dispensation_2014()?,
        software: cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() },
        signers: prescription::Signers::default(),
        visit_signing: counter::VisitSigning::default(),
    }))
}

struct Now;

impl Clock for Now {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// No card is needed to send what was signed.
struct NoReader;

impl CardAccess for NoReader {
    fn events(&self) -> Receiver<CardEvent> {
        sync_channel(1).1
    }

    fn readers(&self) -> Vec<ReaderState> {
        vec![]
    }

    fn open(&self, _reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        Err(CardError::NoReader)
    }
}
