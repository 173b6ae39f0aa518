//! One certificate at a time: names, uses and validity as the certificates of the field have them.
//!
//! Subjects follow what is known of DVV's profiles: registration number in serialNumber, right code at the
//! beginning of title, the organisation's OID in the serialNumber of a system or server.

use chrono::{DateTime, Duration, Utc};
use rcgen::string::PrintableString;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SerialNumber,
};
use ring::rand::{SecureRandom, SystemRandom};
use rsa::pkcs8::EncodePrivateKey;
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::{AuthorityError, KeyKind, Organisation, Professional};

const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
const SURNAME: [u64; 4] = [2, 5, 4, 4];
const GIVEN_NAME: [u64; 4] = [2, 5, 4, 42];
const TITLE: [u64; 4] = [2, 5, 4, 12];
const PSEUDONYM: [u64; 4] = [2, 5, 4, 65];
/// Eight digits and a check letter; nobody's.
const CITIZEN_SATU: &str = "99900001N";

/// A certificate with its key, and the serial number by which it can be revoked.
pub(crate) struct Issued {
    pub certificate_der: Vec<u8>,
    pub certificate_pem: String,
    pub key: KeyPair,
    pub serial: Vec<u8>,
}

/// From when to when a certificate is valid.
#[derive(Clone, Copy)]
pub(crate) struct Validity {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl Validity {
    /// From thirty days ago for so many days from now: a test may turn its clock a little either way.
    pub fn days_from(now: DateTime<Utc>, days: i64) -> Self {
        Self { from: now - Duration::days(30), to: now + Duration::days(days) }
    }

    /// Ended the day before yesterday, after two years.
    pub fn ended_before(now: DateTime<Utc>) -> Self {
        Self { from: now - Duration::days(730), to: now - Duration::days(2) }
    }
}

/// The names of an authority.
pub(crate) fn authority_params(
    common_name: &str,
    path_length: u8,
    validity: Validity,
) -> Result<CertificateParams, AuthorityError> {
    let mut params = params(validity)?;
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, printable("FI")?);
    name.push(DnType::OrganizationName, "Tiski TEST");
    name.push(DnType::OrganizationalUnitName, "Artificial certificates for tests only");
    name.push(DnType::CommonName, common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(path_length));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// What a professional's key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfessionalUse {
    Authentication,
    Signature,
}

impl ProfessionalUse {
    fn key_usage(self) -> KeyUsagePurpose {
        match self {
            Self::Authentication => KeyUsagePurpose::DigitalSignature,
            Self::Signature => KeyUsagePurpose::ContentCommitment,
        }
    }
}

pub(crate) fn professional(
    person: &Professional,
    purpose: ProfessionalUse,
    validity: Validity,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Issued, AuthorityError> {
    let mut params = params(validity)?;
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, printable("FI")?);
    name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), printable(&person.registration_number)?);
    name.push(DnType::CustomDnType(SURNAME.to_vec()), person.family.as_str());
    name.push(DnType::CustomDnType(GIVEN_NAME.to_vec()), person.given.join(" "));
    name.push(DnType::CustomDnType(TITLE.to_vec()), person.certificate_title());
    if let Some(id) = &person.prescriber_id {
        name.push(DnType::CustomDnType(PSEUDONYM.to_vec()), id.as_str());
    }
    name.push(DnType::CommonName, person.common_name());
    params.key_usages = vec![purpose.key_usage()];
    issue(params, new_key(person.key)?, issuer)
}

/// The one artificial citizen: an electronic client identifier (SATU) where a professional has the registration number, and
/// no title.
pub(crate) fn citizen(
    purpose: ProfessionalUse,
    validity: Validity,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Issued, AuthorityError> {
    let mut params = params(validity)?;
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, printable("FI")?);
    name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), printable(CITIZEN_SATU)?);
    name.push(DnType::CustomDnType(SURNAME.to_vec()), "Kansalainen");
    name.push(DnType::CustomDnType(GIVEN_NAME.to_vec()), "Kaisu");
    name.push(DnType::CommonName, format!("Kansalainen Kaisu {CITIZEN_SATU}"));
    params.key_usages = vec![purpose.key_usage()];
    issue(params, new_key(KeyKind::P384)?, issuer)
}

/// What a server's or system's key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MachineUse {
    TlsServer,
    TlsClient,
    SystemSignature,
}

pub(crate) fn machine(
    organisation: &Organisation,
    common_name: &str,
    host_names: &[&str],
    purpose: MachineUse,
    validity: Validity,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Issued, AuthorityError> {
    let mut params = params(validity)?;
    params.subject_alt_names =
        CertificateParams::new(host_names.iter().map(ToString::to_string).collect::<Vec<_>>())?.subject_alt_names;
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, printable("FI")?);
    name.push(DnType::OrganizationName, organisation.name.as_str());
    name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), printable(&organisation.oid)?);
    name.push(DnType::CommonName, common_name);
    match purpose {
        MachineUse::TlsServer => {
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }
        MachineUse::TlsClient => {
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        MachineUse::SystemSignature => {
            // As the Centre's own test certificate of 2010 has it.
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        }
    }
    issue(params, new_key(KeyKind::P384)?, issuer)
}

/// A certificate of an OCSP responder, or one that is for nothing of the kind.
pub(crate) fn responder(
    answers: bool,
    validity: Validity,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Issued, AuthorityError> {
    let mut params = params(validity)?;
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, printable("FI")?);
    name.push(DnType::OrganizationName, "Tiski TEST");
    name.push(DnType::CommonName, "Tiski TEST OCSP responder");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![if answers { ExtendedKeyUsagePurpose::OcspSigning } else { ExtendedKeyUsagePurpose::ClientAuth }];
    issue(params, new_key(KeyKind::P384)?, issuer)
}

pub(crate) fn new_key(kind: KeyKind) -> Result<KeyPair, AuthorityError> {
    match kind {
        KeyKind::P384 => Ok(KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?),
        KeyKind::Rsa2048 | KeyKind::Rsa3072 => {
            let bits = if kind == KeyKind::Rsa3072 { 3072 } else { 2048 };
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).map_err(|_| AuthorityError::Key)?;
            let der = key.to_pkcs8_der().map_err(|_| AuthorityError::Key)?;
            Ok(KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_bytes()), &PKCS_RSA_SHA256)?)
        }
    }
}

pub(crate) fn existing_key(pkcs8: &[u8]) -> Result<KeyPair, AuthorityError> {
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8), &PKCS_ECDSA_P384_SHA384)?)
}

fn issue(params: CertificateParams, key: KeyPair, issuer: &Issuer<'_, KeyPair>) -> Result<Issued, AuthorityError> {
    let certificate = params.signed_by(&key, issuer)?;
    Ok(Issued {
        certificate_der: certificate.der().to_vec(),
        certificate_pem: certificate.pem(),
        key,
        serial: params.serial_number.map(|serial| serial.to_bytes()).unwrap_or_default(),
    })
}

fn params(validity: Validity) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + since_epoch(validity.from);
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + since_epoch(validity.to);
    params.serial_number = Some(new_serial()?);
    params.use_authority_key_identifier_extension = true;
    params.is_ca = IsCa::NoCa;
    Ok(params)
}

/// The `time` crate, which rcgen uses, accepts a standard duration: so it need not be known here.
pub(crate) fn since_epoch(at: DateTime<Utc>) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(at.timestamp()).unwrap_or(0))
}

/// Eighteen bytes beginning with 01, the longer of the two lengths that DVV uses: nobody may take it for an integer.
fn new_serial() -> Result<SerialNumber, AuthorityError> {
    let mut bytes = [0_u8; 18];
    SystemRandom::new().fill(&mut bytes).map_err(|_| AuthorityError::Key)?;
    bytes[0] = 1;
    Ok(SerialNumber::from_slice(&bytes))
}

fn printable(text: &str) -> Result<DnValue, AuthorityError> {
    Ok(DnValue::PrintableString(PrintableString::try_from(text)?))
}
