//! What a certificate says of its holder.
//!
//! The subject of a professional certificate, as seen in the signatures of Kela's public documents: serialNumber
//! is the registration number, title begins with the code of the professional right. A system's or server's
//! serialNumber is its organisation's OID. Reading judges nothing: see [`crate::TrustStore::judge`].

use chrono::{DateTime, Utc};
use prescription::RegistrationNumber;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

use crate::Distrust;

/// The holder of a certificate (varmenteen haltija), as the certificate states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Common name; a professional's is family name, given names and registration number.
    pub common_name: String,
    /// Family name; empty when the holder is not a person.
    pub family: String,
    /// Given names, separated by spaces; empty when the holder is not a person.
    pub given: String,
    /// Registration number (rekisteröintinumero), when the subject's serialNumber is one.
    pub registration_number: Option<RegistrationNumber>,
    /// Prescriber identifier (yksilöintitunnus), in the subject's pseudonym; prescribers only.
    pub prescriber_id: Option<String>,
    /// Title without the code of the right: `farmaseutti, farmaceut`.
    pub title: String,
    /// The professional right (ammattioikeus) at the beginning of the title: `005`. Not proof that it holds.
    pub right_code: Option<String>,
    /// The organisation's OID, when the subject's serialNumber is one.
    pub organisation_oid: Option<String>,
    /// The organisation's name.
    pub organisation: Option<String>,
    /// The first moment of validity.
    pub not_before: DateTime<Utc>,
    /// The last moment of validity.
    pub not_after: DateTime<Utc>,
    /// The issuer's common name.
    pub issuer: String,
}

/// Reads what a certificate (DER) says of its holder, and judges nothing.
pub fn holder(certificate: &[u8]) -> Result<Holder, Distrust> {
    read(&parse(certificate)?)
}

/// A certificate's serial number as it is encoded: bytes, never a number, since DVV's have two lengths.
pub fn serial(certificate: &[u8]) -> Result<Vec<u8>, Distrust> {
    Ok(parse(certificate)?.raw_serial().to_vec())
}

pub(crate) fn parse(certificate: &[u8]) -> Result<X509Certificate<'_>, Distrust> {
    match X509Certificate::from_der(certificate) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(Distrust::Unreadable),
    }
}

pub(crate) fn read(certificate: &X509Certificate<'_>) -> Result<Holder, Distrust> {
    let subject = certificate.subject();
    let serial = text(subject, "2.5.4.5").unwrap_or_default();
    let title = text(subject, "2.5.4.12").unwrap_or_default();
    let (right_code, title) = split_title(&title);
    let moment = |at: i64| DateTime::from_timestamp(at, 0).ok_or(Distrust::Unreadable);
    Ok(Holder {
        common_name: text(subject, "2.5.4.3").unwrap_or_default(),
        family: text(subject, "2.5.4.4").unwrap_or_default(),
        given: text(subject, "2.5.4.42").unwrap_or_default(),
        registration_number: RegistrationNumber::parse(&serial).ok(),
        prescriber_id: text(subject, "2.5.4.65").filter(|id| id.len() == 6 && digits(id)),
        title,
        right_code,
        organisation_oid: Some(serial).filter(|one| is_oid(one)),
        organisation: text(subject, "2.5.4.10"),
        not_before: moment(certificate.validity().not_before.timestamp())?,
        not_after: moment(certificate.validity().not_after.timestamp())?,
        issuer: text(certificate.issuer(), "2.5.4.3").unwrap_or_default(),
    })
}

/// The first attribute of that kind, without control characters; `None` when absent or not text.
fn text(name: &X509Name<'_>, oid: &str) -> Option<String> {
    let attribute = name.iter_attributes().find(|one| one.attr_type().to_id_string() == oid)?;
    let text = attribute.as_str().ok()?;
    Some(text.chars().filter(|one| !one.is_control()).collect())
}

fn split_title(title: &str) -> (Option<String>, String) {
    match title.split_once(' ') {
        Some((code, rest)) if code.len() == 3 && digits(code) => (Some(code.to_owned()), rest.to_owned()),
        _ => (None, title.to_owned()),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_oid(text: &str) -> bool {
    text.contains('.') && text.split('.').all(|arc| !arc.is_empty() && digits(arc))
}
