//! Whose a client certificate is: its subject's serialNumber is the organisation's OID. Its chain and its revocation
//! were checked in the handshake. And how a caller whose handshake failed is told why.

use prescription::Oid;
use rustls::CertificateError;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Caller;

/// What a caller may still send after its handshake failed: one message, sent before its refusal was read, with its TLS.
const FAREWELL_BYTES_AT_MOST: u64 = kanta::MESSAGE_BYTES_AT_MOST as u64 + 256 * 1024;

/// Who is at the other end: the organisation, and the certificate's serial number.
pub fn caller_of(certificates: Option<&[CertificateDer<'_>]>) -> Option<Caller> {
    let (_, certificate) = X509Certificate::from_der(certificates?.first()?).ok()?;
    let mut numbers = certificate.subject().iter_attributes().filter(|a| a.attr_type().to_id_string() == "2.5.4.5");
    let organisation = Oid::parse(numbers.next()?.as_str().ok()?).ok()?;
    if numbers.next().is_some() {
        return None;
    }
    let serial = certificate.raw_serial().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Caller { organisation, certificate: serial })
}

/// Ends a connection whose handshake failed. The alert is on its way; a socket that is closed with unread bytes in it
/// resets the connection and may destroy the alert before the caller reads it, so these are read away first.
pub(super) async fn farewell(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let mut rest = stream.take(FAREWELL_BYTES_AT_MOST);
        let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
    }
}

/// Why a handshake failed, in a word for the log.
pub(super) fn why(error: &std::io::Error) -> &'static str {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(reason)) => match reason {
            CertificateError::Revoked => "certificate-revoked",
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate-expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "certificate-not-valid-yet",
            CertificateError::UnknownIssuer | CertificateError::BadSignature => "certificate-unknown-issuer",
            CertificateError::UnknownRevocationStatus
            | CertificateError::ExpiredRevocationList
            | CertificateError::ExpiredRevocationListContext { .. } => "revocation-unknown",
            _ => "certificate-refused",
        },
        Some(rustls::Error::NoCertificatesPresented) => "certificate-missing",
        Some(_) => "not-tls",
        None => "broken",
    }
}
