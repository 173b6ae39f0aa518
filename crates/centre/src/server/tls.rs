//! Whose a client certificate is: its subject's serialNumber is the organisation's OID. Its chain and its revocation
//! were checked in the handshake.

use prescription::Oid;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Caller;

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
