//! What the chain is looked at with, opened from the settings. The record is not among it, so that `tiski doctor` can look
//! while the program runs, and also where the record is what is broken.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use card::{CardAccess, CardEvent};
use chrono::{DateTime, Utc};
use counter::{CardHeld, Clock, Look, RoleService, read_card};
use kanta::http::{Request, Response};
use kanta_client::{CentreClient, Timeouts, TlsTransport, Transport, TransportError};
use prescription::RegistrationNumber;
use prescription::rules::Language;
use ring::digest::{SHA256, digest};
use trust::{ListState, TrustStore};

use super::{Asked, Seen, lines, probe};
use crate::clock::SettableClock;
use crate::editions::{AtWork, Stock};
use crate::reader::LastReader;
use crate::revocation::{Ocsp, Revocation};
use crate::roles::RegisterFile;
use crate::settings::{Settings, wrong};
use crate::{HealthLine, Problem, start};

/// How long the card service may take to report itself and its readers.
const READERS_AT_MOST: Duration = Duration::from_secs(2);

/// What a certificate of the pharmacy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnUse {
    /// The connection to the Centre (palvelinvarmenne).
    Server,
    /// System signatures (järjestelmäallekirjoitusvarmenne).
    System,
}

/// A certificate of the pharmacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnCertificate {
    pub of: OwnUse,
    pub issuer: String,
    pub not_after: DateTime<Utc>,
    pub serial: String,
}

impl OwnCertificate {
    fn read(of: OwnUse, certificate: &[u8]) -> Option<Self> {
        let holder = trust::holder(certificate).ok()?;
        Some(Self { of, issuer: holder.issuer, not_after: holder.not_after, serial: serial(certificate) })
    }

    /// The code of what happens to it.
    pub(super) fn code(&self, what: &str) -> String {
        match self.of {
            OwnUse::Server => format!("own-server-certificate-{what}"),
            OwnUse::System => format!("own-system-certificate-{what}"),
        }
    }
}

/// A certificate's serial number so that two evidence files can be compared and nobody be found by it.
pub(super) fn serial(certificate: &[u8]) -> String {
    let Ok(serial) = trust::serial(certificate) else { return String::new() };
    digest(&SHA256, &serial).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What the chain is looked at with.
pub(crate) struct Instruments {
    pub clock: Arc<dyn Clock>,
    pub cards: Arc<dyn CardAccess>,
    pub trust: Arc<TrustStore>,
    pub medicines: AtWork,
    pub own: Vec<OwnCertificate>,
    pub settings: Settings,
    pub reader: LastReader,
    revocation: Revocation,
    ocsp: Ocsp,
    /// The role service said of this registration number that it gives no right (any more).
    without_right: Mutex<Option<RegistrationNumber>>,
    /// To the Centre with a time of its own, apart from the counter's.
    probe: CentreClient<Arc<Way>>,
    /// Ways that others were given.
    ways: Mutex<Vec<Arc<Way>>>,
}

/// A way to the Centre whose TLS can be made anew when fresh revocation lists have come.
pub(crate) struct Way {
    timeouts: Timeouts,
    transport: RwLock<TlsTransport>,
}

impl Transport for Way {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let transport = self.transport.read().unwrap_or_else(PoisonError::into_inner).clone();
        transport.exchange(request)
    }

    fn let_go(&self) {
        self.transport.read().unwrap_or_else(PoisonError::into_inner).let_go();
    }
}

impl Instruments {
    /// Opens them.
    pub(crate) fn open(settings: &Settings) -> Result<Self, Problem> {
        let clock = Arc::new(SettableClock { offset: settings.clock.clone() });
        let trust = TrustStore::load(&settings.centre.pki).map_err(|error| wrong("centre.pki", error.code()))?;
        let trust = trust.with_grace(chrono::Duration::hours(settings.trust.grace_hours.into()));
        let revocation = Revocation::new(settings)?;
        revocation.recall(&trust, clock.now());
        let ocsp = Ocsp::new(settings)?;
        ocsp.recall(&trust, clock.now());
        let medicines = AtWork::open(&settings.medicines, clock.now());
        let most = Duration::from_secs(settings.health.probe_at_most_s.clamp(1, 30).into());
        let timeouts = Timeouts { connect: most, overall: most };
        Ok(Self {
            probe: CentreClient::new(way(settings, timeouts, &trust, clock.now())?),
            clock,
            cards: start::cards(settings)?,
            trust: Arc::new(trust),
            medicines,
            own: own(settings),
            reader: LastReader::of(settings),
            revocation,
            ocsp,
            without_right: Mutex::default(),
            ways: Mutex::default(),
            settings: settings.clone(),
        })
    }

    /// A way to the Centre with these times.
    pub(crate) fn way(&self, timeouts: Timeouts) -> Result<Arc<dyn Transport>, Problem> {
        let way = way(&self.settings, timeouts, &self.trust, self.clock.now())?;
        self.ways.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&way));
        Ok(way)
    }

    /// Reads the revocation lists anew, and makes TLS anew with those that count now. Blocks.
    pub(crate) fn refresh_lists(&self) {
        let now = self.clock.now();
        let changed = self.revocation.refresh(&self.trust, now);
        let overdue = self.trust.lists(now).iter().any(|list| list.state != ListState::Fresh);
        if !changed && !overdue {
            return;
        }
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for way in ways.iter().chain([self.probe.transport()]) {
            match transport(&self.settings, way.timeouts, &self.trust, now) {
                Ok(new) => *way.transport.write().unwrap_or_else(PoisonError::into_inner) = new,
                Err(problem) => tracing::warn!(code = problem.code, "TLS was not made anew"),
            }
        }
    }

    /// Asks the Centre once. Blocks, for a bounded time.
    pub(crate) fn ask(&self) -> Asked {
        probe::ask(&self.probe, self.clock.as_ref(), &self.settings.health.path)
    }

    /// Asks what is known elsewhere of the card's holder and certificates: the OCSP responder and the role service. Whether
    /// the card is to be looked at anew. Blocks, for a bounded time.
    pub(crate) fn ask_about(&self, card: &CardHeld) -> bool {
        let (mut certificates, mut number) = (Vec::new(), None);
        if let CardHeld::Ready(card) = card {
            let identity = &card.identity;
            certificates.extend([identity.authentication_certificate.as_slice(), &identity.signature_certificate]);
            number = card.holder.registration_number.as_ref();
        }
        let now = self.clock.now();
        let register = self.settings.rights.register.as_ref().map(|file| RegisterFile(file.clone()));
        // A service that is silent says nothing against anybody; at log-in the age of its last answer decides.
        let ended = |number: &&RegistrationNumber| {
            register.as_ref().is_some_and(|register| register.right(number, now) == Ok(None))
        };
        *self.without_right.lock().unwrap_or_else(PoisonError::into_inner) = number.filter(ended).cloned();
        self.ocsp.ask(&self.trust, &certificates, now)
    }

    /// Looks at the card once the card service has said whether it is there.
    pub(crate) fn look_at_card(&self) -> CardHeld {
        self.look(!matches!(self.cards.events().recv_timeout(READERS_AT_MOST), Ok(CardEvent::ServiceDown)))
    }

    /// The same once more, when the card service is known to be there.
    pub(crate) fn look_at_card_again(&self) -> CardHeld {
        self.look(true)
    }

    fn look(&self, service: bool) -> CardHeld {
        let reader = self.reader.recall();
        let look = Look { service, first: reader.as_ref(), may_ask: false };
        read_card(self.cards.as_ref(), look, &self.trust, self.clock.now())
    }

    /// The name of the edition of the medicines; empty where there is none.
    pub(crate) fn edition(&self) -> String {
        match self.medicines.stock(self.clock.now()) {
            Stock::Edition { name, .. } => name,
            Stock::Missing => String::new(),
        }
    }

    /// Every link, as it is now.
    pub(crate) fn lines(&self, card: &CardHeld, asked: Option<&Asked>, language: Language) -> Vec<HealthLine> {
        let without_right = self.without_right.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.clock.now();
        let seen = Seen {
            card,
            without_right: without_right.as_ref(),
            asked,
            own: &self.own,
            medicines: &self.medicines.stock(now),
            lists: &self.trust.lists(now),
            limits: &self.settings.health,
            scs: self.settings.card.is_scs(),
            now,
            instant: std::time::Instant::now(),
        };
        lines(&seen, language)
    }
}

fn way(settings: &Settings, timeouts: Timeouts, trust: &TrustStore, now: DateTime<Utc>) -> Result<Arc<Way>, Problem> {
    Ok(Arc::new(Way { timeouts, transport: RwLock::new(transport(settings, timeouts, trust, now)?) }))
}

/// The transport that the settings say, with the lists that count now.
fn transport(
    settings: &Settings,
    timeouts: Timeouts,
    trust: &TrustStore,
    now: DateTime<Utc>,
) -> Result<TlsTransport, Problem> {
    let tls = trust::tls::client_config_with(&settings.centre.pki, &settings.slug(), trust.counting_lists(now))
        .map_err(|error| wrong("centre.certificate", error.code()))?;
    TlsTransport::new(&settings.centre.url, tls, timeouts).map_err(|error| wrong("centre.url", &error.to_string()))
}

/// The pharmacy's own certificates, where they are.
fn own(settings: &Settings) -> Vec<OwnCertificate> {
    let pki = &settings.centre.pki;
    let server = trust::tls::leaf(pki, &settings.slug()).ok();
    let system = settings.centre.system_certificate.as_ref().and_then(|file| std::fs::read(pki.join(file)).ok());
    let server = server.and_then(|der| OwnCertificate::read(OwnUse::Server, &der));
    let system = system.and_then(|der| OwnCertificate::read(OwnUse::System, &der));
    server.into_iter().chain(system).collect()
}
