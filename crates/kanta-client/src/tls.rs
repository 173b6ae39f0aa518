//! The real way to the Centre: HTTPS with a client certificate, over reqwest and rustls.
//!
//! One place holds the HTTP client. It follows no redirect, asks no proxy, sends nothing twice, waits and reads no more
//! than it is told. Whom to trust is the TLS configuration's business, which is handed in.

use std::error::Error as StdError;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kanta::MESSAGE_BYTES_AT_MOST;
use kanta::http::{Request, Response};
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use crate::{TlsRefusal, Transport, TransportError};

/// Response headers beyond this many are refused by the HTTP reader.
const HEADERS_AT_MOST: usize = 64;

/// A connection that nothing was sent over for this long is closed: before the Centre closes it from its side, which would
/// look like an answer that was lost.
const IDLE_AT_MOST: Duration = Duration::from_secs(2);

/// Connections are kept no longer than this, so that a certificate that was revoked meanwhile is noticed.
const KEPT_AT_MOST: Duration = Duration::from_secs(30);

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the whole exchange, connection included.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), overall: Duration::from_secs(30) }
    }
}

/// Why a transport could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportSetupError {
    /// Not `https://host[:port]`.
    #[error("the Prescription Centre's address is not https://host[:port]")]
    Address,
    /// The HTTP client refused its configuration.
    #[error("the HTTP client cannot be set up")]
    Client,
}

impl TransportSetupError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "centre-address-invalid",
            Self::Client => "http-client-setup",
        }
    }
}

/// A client that does what it is told and nothing by itself: no proxy, no redirect, no second try, bounded in time and in
/// headers.
pub(crate) fn plain_client(tls: rustls::ClientConfig, timeouts: Timeouts) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .http1_max_headers(HEADERS_AT_MOST)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.overall)
        // Decision 10: a connection carries one exchange. What a server sends beside its answer dies with it, and can never
        // be taken for the answer to the next question, which may be about another person.
        .pool_max_idle_per_host(0)
}

/// A client that keeps its connections for a while (decision 16), and since when.
struct Kept {
    tls: rustls::ClientConfig,
    timeouts: Timeouts,
    now: Mutex<Option<(Instant, Client)>>,
}

impl Kept {
    fn client(&self) -> Option<Client> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, client)) = now.as_ref().filter(|(since, _)| since.elapsed() < KEPT_AT_MOST) {
            tracing::trace!(since = ?since.elapsed(), "connections are kept");
            return Some(client.clone());
        }
        let client = plain_client(self.tls.clone(), self.timeouts)
            .https_only(true)
            .pool_max_idle_per_host(usize::MAX)
            .pool_idle_timeout(IDLE_AT_MOST)
            .build()
            .ok()?;
        *now = Some((Instant::now(), client.clone()));
        Some(client)
    }

    fn let_go(&self) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A transport over TLS: a connection for each exchange, but for those whose answer says which question it belongs to.
/// Cheap to clone.
///
/// Blocks its thread, which must not be one of an asynchronous runtime: making, using and dropping it there panics in
/// the HTTP library.
#[derive(Clone)]
pub struct TlsTransport {
    client: Client,
    kept: Arc<Kept>,
    base: Url,
    overall: Duration,
}

impl TlsTransport {
    /// A transport to `https://host[:port]` with a ready TLS configuration: client certificate, trust anchors and
    /// revocation lists are its business (`trust::tls::client_config` makes one).
    pub fn new(base_url: &str, tls: rustls::ClientConfig, timeouts: Timeouts) -> Result<Self, TransportSetupError> {
        let base = Url::parse(base_url).map_err(|_| TransportSetupError::Address)?;
        let bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if base.scheme() != "https" || !bare || !base.username().is_empty() || base.password().is_some() {
            return Err(TransportSetupError::Address);
        }
        let client =
            plain_client(tls.clone(), timeouts).https_only(true).build().map_err(|_| TransportSetupError::Client)?;
        let kept = Arc::new(Kept { tls, timeouts, now: Mutex::default() });
        Ok(Self { client, kept, base, overall: timeouts.overall })
    }

    fn outgoing(&self, request: &Request) -> Option<reqwest::blocking::Request> {
        let mut url = self.base.clone();
        url.set_path(Some(request.path.as_str()).filter(|path| path.starts_with('/'))?);
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value).ok()?;
            // Whatever prints headers prints no person's name.
            value.set_sensitive(true);
            headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
        }
        self.client.request(method, url).headers(headers).body(request.body.clone()).build().ok()
    }

    /// Decision 16: where the answer names its question, an answer to another is told, and the connection may be used again.
    fn client_for(&self, request: &Request) -> Client {
        let kept = if kanta::mr::is_named_in_its_answer(request) { self.kept.client() } else { None };
        kept.unwrap_or_else(|| self.client.clone())
    }
}

impl Transport for TlsTransport {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        let outgoing = self.outgoing(request).ok_or(TransportError::Unsendable)?;
        let answer = self.client_for(request).execute(outgoing).map_err(|error| failure(&error))?;
        let status = answer.status().as_u16();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        if answer.content_length().is_some_and(|length| length > MESSAGE_BYTES_AT_MOST as u64) {
            return Err(TransportError::TooLarge { limit: MESSAGE_BYTES_AT_MOST });
        }
        let body = read_body(answer, started + self.overall, MESSAGE_BYTES_AT_MOST)?;
        tracing::debug!(path = request.path, status, bytes = body.len(), "answered");
        Ok(Response { status, headers, body })
    }

    fn let_go(&self) {
        self.kept.let_go();
    }
}

/// Reads to the end, but no longer and no more than allowed. The library's own time-out starts anew with each read, so
/// an answer that drips is stopped here.
pub(crate) fn read_body(answer: impl Read, until: Instant, limit: usize) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    read_pieces(answer, until, |piece| {
        body.extend_from_slice(piece);
        if body.len() > limit { Err(TransportError::TooLarge { limit }) } else { Ok(()) }
    })?;
    Ok(body)
}

/// The same, piece by piece; how much is allowed is for whoever takes them.
pub(crate) fn read_pieces<E: From<TransportError>>(
    mut answer: impl Read,
    until: Instant,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = answer.read(&mut piece).map_err(|error| body_failure(&error))?;
        if length == 0 {
            return Ok(());
        }
        take(piece.get(..length).unwrap_or_default())?;
        if Instant::now() >= until {
            return Err(TransportError::TimedOut.into());
        }
    }
}

fn body_failure(error: &io::Error) -> TransportError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    if error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout) {
        TransportError::TimedOut
    } else {
        TransportError::LostAnswer
    }
}

pub(crate) fn failure(error: &reqwest::Error) -> TransportError {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    if !error.is_connect() {
        // In TLS 1.3 the refusal of our certificate arrives after the connection seems made.
        let refused = tls.and_then(|error| match error {
            rustls::Error::AlertReceived(alert) => TlsRefusal::of_alert(*alert),
            _ => None,
        });
        return match refused {
            Some(refusal) => TransportError::TlsRefused(refusal),
            None if error.is_timeout() => TransportError::TimedOut,
            None => TransportError::LostAnswer,
        };
    }
    if let Some(tls) = tls {
        return TransportError::TlsRefused(TlsRefusal::of(tls));
    }
    if error.is_timeout() {
        return TransportError::ConnectTimedOut;
    }
    let broken = |io: &io::Error| matches!(io.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset);
    if causes(error).any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken)) {
        return TransportError::TlsRefused(TlsRefusal::Handshake);
    }
    TransportError::NotReached
}

/// An error and all its causes. `io::Error` hides the error that it wraps from `source`, so it is opened here.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    const CAUSES_AT_MOST: usize = 32;
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as _).or_else(|| error.source())
    })
    .take(CAUSES_AT_MOST)
}
