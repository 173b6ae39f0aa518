//! One question to the service on this machine, one answer, one connection (the service serves one request each). It never
//! leaves the machine, follows nothing, and believes the configured certificate alone.

use crate::message::{SignAnswer, SignRequest, Version};
use crate::{Settings, SetupError};
use card::CardError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde::de::DeserializeOwned;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For a connection, and for an answer in which nobody is asked anything.
const SHORT: Duration = Duration::from_secs(3);
/// An answer holds a signature and a chain: some 10 KiB.
const ANSWER_LIMIT: usize = 256 * 1024;
const HEADERS_LIMIT: usize = 16 * 1024;

/// The way to the service.
pub(crate) struct Client {
    tls: Arc<ClientConfig>,
    address: SocketAddr,
    origin: String,
    patience: Duration,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, SetupError> {
        if settings.origin.is_empty() || !settings.origin.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SetupError::Origin);
        }
        Ok(Self {
            tls: Arc::new(tls(&settings.trusted)?),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port)),
            origin: settings.origin.clone(),
            patience: settings.patience,
        })
    }

    pub(crate) fn version(&self) -> Result<Version, CardError> {
        self.exchange("GET", "/version", &[], SHORT, CardError::ServiceDown)
    }

    /// Asks for a signature and waits as long as a person needs.
    pub(crate) fn sign(&self, request: &SignRequest) -> Result<SignAnswer, CardError> {
        let body = serde_json::to_vec(request).map_err(|_| CardError::Unsignable)?;
        self.exchange("POST", "/sign", &body, self.patience, CardError::PinTimeout)
    }

    /// `late` is what it means when no answer comes in time.
    fn exchange<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        limit: Duration,
        late: CardError,
    ) -> Result<T, CardError> {
        let answer = self.answer(method, path, body, Instant::now() + limit).map_err(|error| {
            tracing::debug!(kind = ?error.kind(), "no answer from the signature service");
            match error.kind() {
                std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => late,
                _ => CardError::ServiceDown,
            }
        })?;
        // An answer that is none: whatever listens there is not the service.
        let content = body_of(&answer).ok_or(CardError::ServiceDown)?;
        serde_json::from_slice(content).map_err(|_| CardError::ServiceDown)
    }

    fn answer(&self, method: &str, path: &str, body: &[u8], until: Instant) -> std::io::Result<Vec<u8>> {
        let socket = TcpStream::connect_timeout(&self.address, SHORT)?;
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(SHORT))?;
        let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.tls), name).map_err(std::io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        let (port, origin, length) = (self.address.port(), &self.origin, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        set_patience(&stream.sock, until)?;
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        loop {
            set_patience(&stream.sock, until)?;
            match stream.read(&mut part) {
                Ok(0) => return Ok(answer),
                Ok(count) => answer.extend_from_slice(part.get(..count).unwrap_or_default()),
                // Many close without saying so; whether all is there, the length in the header says.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(answer),
                Err(error) => return Err(error),
            }
            if answer.len() > ANSWER_LIMIT {
                return Err(std::io::Error::other("too long an answer"));
            }
            if body_of(&answer).is_some() {
                return Ok(answer);
            }
        }
    }
}

fn set_patience(socket: &TcpStream, until: Instant) -> std::io::Result<()> {
    match until.checked_duration_since(Instant::now()) {
        Some(left) if !left.is_zero() => socket.set_read_timeout(Some(left)),
        _ => Err(std::io::ErrorKind::TimedOut.into()),
    }
}

/// The body of a whole answer with status 200 and a length; `None` while it is not whole, or is something else.
fn body_of(answer: &[u8]) -> Option<&[u8]> {
    let end = answer.windows(4).take(HEADERS_LIMIT).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?;
    if status.get(1..5) != Some(" 200") {
        return None;
    }
    let fields = lines.filter_map(|line| line.split_once(':'));
    let mut lengths = fields
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse::<usize>().ok());
    let length = lengths.next()??;
    let body = answer.get(end + 4..)?;
    (body.len() == length && lengths.next().is_none()).then_some(body)
}

fn tls(trusted: &[Vec<u8>]) -> Result<ClientConfig, SetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(CertificateDer::from(certificate.as_slice())).map_err(|_| SetupError::Trust)?;
    }
    let issued = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|_| SetupError::Trust)?;
    let own = trusted.iter().map(|certificate| CertificateDer::from(certificate.clone())).collect();
    let verifier = Verifier { own, issued, provider: Arc::clone(&provider) };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| SetupError::Trust)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Believes a configured certificate itself (the services make their own for this machine), or one that it issued for
/// `localhost`.
#[derive(Debug)]
struct Verifier {
    own: Vec<CertificateDer<'static>>,
    issued: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.own.iter().any(|own| own == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.issued.verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::body_of;

    #[test]
    fn an_answer_is_whole_or_none() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n{}";
        assert_eq!(body_of(whole), Some(&b"{}"[..]));
        for end in 0..whole.len() {
            assert_eq!(body_of(&whole[..end]), None, "cut at {end}");
        }
        for other in [
            &b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}"[..],
            b"HTTP/1.1 200 OK\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
            b"SSH-2.0\r\n\r\n",
        ] {
            assert_eq!(body_of(other), None);
        }
    }
}
