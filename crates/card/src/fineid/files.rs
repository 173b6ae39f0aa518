//! The files of a FINEID card: found through the object directory (EF.ODF), read without a PIN.
//! It serves the rule that certificates are chosen by their key usage, not by where this card model keeps them.

use crate::apdu::{self, Command, send};
use crate::tlv::{elements, find, whole_length};
use crate::{CardError, CardIdentity, Exchange};
use x509_parser::prelude::{FromDer, X509Certificate};

/// RID A000000063 and "PKCS-15"; the same on every generation.
const APPLICATION: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";
const ESIGN: &[u8] = b"E.SIGN";
const ESIGN_ID: [u8; 2] = [0x50, 0x16];
const ROOT_ID: [u8; 2] = [0x3F, 0x00];
const ODF: [u8; 2] = [0x50, 0x31];
const TOKEN_INFO: [u8; 2] = [0x50, 0x32];
/// Where organisation cards keep the signature certificate; used when the directory does not lead to one.
const SIGNATURE_CERTIFICATE: [u8; 6] = [0x3F, 0x00, 0x50, 0x16, 0x43, 0x32];

/// A size of READ BINARY that every reader passes on.
const CHUNK: u8 = 0xDF;
/// No file of a card is larger.
const FILE_LIMIT: usize = 16 * 1024;
/// No card has more certificates of its holder and its issuers.
const CERTIFICATES_LIMIT: usize = 8;

/// Reads serial number and both certificates. The application is selected.
pub(crate) fn identity(exchange: &mut dyn Exchange) -> Result<CardIdentity, CardError> {
    let serial = serial(&read(exchange, &TOKEN_INFO)?);
    let directory = read(exchange, &ODF)?;
    let (mut authentication, mut signature) = (None, None);
    let listed = certificate_paths(exchange, &directory)?;
    for path in listed.iter().map(Vec::as_slice).chain([&SIGNATURE_CERTIFICATE[..]]) {
        if authentication.is_some() && signature.is_some() {
            break;
        }
        let certificate = match read(exchange, path) {
            Ok(certificate) => certificate,
            Err(CardError::Protocol(_)) => continue, // an issuer's certificate may be listed and not readable
            Err(other) => return Err(other),
        };
        let slot = match usage(&certificate) {
            Some(Usage::Authentication) => &mut authentication,
            Some(Usage::Signature) => &mut signature,
            None => continue,
        };
        slot.get_or_insert(certificate);
    }
    match (authentication, signature) {
        (Some(authentication_certificate), Some(signature_certificate)) => {
            Ok(CardIdentity { serial, authentication_certificate, signature_certificate })
        }
        _ => Err(CardError::CertificateUnreadable),
    }
}

/// Selects the FINEID application by its name.
pub(crate) fn select_application(exchange: &mut dyn Exchange) -> Result<(), CardError> {
    select_by_name(exchange, APPLICATION)
}

/// Selects E.SIGN by its name: by its identifier a card may say yes and stay where it was.
pub(crate) fn select_esign(exchange: &mut dyn Exchange) -> Result<(), CardError> {
    select_by_name(exchange, ESIGN)
}

fn select_by_name(exchange: &mut dyn Exchange, name: &[u8]) -> Result<(), CardError> {
    let answer = send(exchange, &Command::with_data(0xA4, 0x04, 0x0C, name))?;
    if answer.sw == apdu::OK {
        return Ok(());
    }
    // Some generations want to give the file's parameters.
    match send(exchange, &Command::with_data(0xA4, 0x04, 0x00, name).answered(0))?.sw {
        apdu::OK => Ok(()),
        _ => Err(CardError::UnknownCard),
    }
}

/// The certificates that the directory lists, without repetition.
fn certificate_paths(exchange: &mut dyn Exchange, directory: &[u8]) -> Result<Vec<Vec<u8>>, CardError> {
    let mut paths: Vec<Vec<u8>> = Vec::new();
    // A4: the holder's certificates. A5 would be the trusted ones, which are the issuers' and not asked for.
    for file in elements(directory).filter(|entry| entry.tag == 0xA4).filter_map(|entry| path_in(entry.content)) {
        for entry in elements(&read(exchange, file)?) {
            let path = find(entry.content, 0xA1).and_then(|value| find(value, 0x30)).and_then(path_in);
            if let Some(path) = path.filter(|path| !paths.iter().any(|known| known == path)) {
                paths.push(path.to_vec());
            }
            if paths.len() == CERTIFICATES_LIMIT {
                return Ok(paths);
            }
        }
    }
    Ok(paths)
}

/// Path ::= SEQUENCE { OCTET STRING … }
fn path_in(bytes: &[u8]) -> Option<&[u8]> {
    find(find(bytes, 0x30)?, 0x04).filter(|path| !path.is_empty() && path.len() % 2 == 0 && path.len() <= 8)
}

/// Selects and reads a file by its path. Folders are selected by name where a name is known.
fn read(exchange: &mut dyn Exchange, path: &[u8]) -> Result<Vec<u8>, CardError> {
    let path = path.strip_prefix(&ROOT_ID).unwrap_or(path);
    match path {
        [] => return Err(CardError::CertificateUnreadable),
        [_, _] => select_application(exchange)?,
        [high, low, _, _] if [*high, *low] == ESIGN_ID => select_esign(exchange)?,
        _ => {
            send(exchange, &Command::with_data(0xA4, 0x08, 0x0C, path))?.ok()?;
            return read_selected(exchange);
        }
    }
    let id = path.get(path.len().saturating_sub(2)..).unwrap_or(path);
    if send(exchange, &Command::with_data(0xA4, 0x02, 0x0C, id))?.sw != apdu::OK {
        send(exchange, &Command::with_data(0xA4, 0x00, 0x0C, id))?.ok()?;
    }
    read_selected(exchange)
}

/// Reads the selected file: to the end of its element when it is one, to its own end when it is a list.
fn read_selected(exchange: &mut dyn Exchange) -> Result<Vec<u8>, CardError> {
    let mut content = Vec::new();
    loop {
        // The offset has 15 bits; the limit keeps it far below.
        let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
        let answer = send(exchange, &Command::read(0xB0, high, low, CHUNK))?;
        let wanted = match answer.sw {
            apdu::OK => usize::from(CHUNK),
            apdu::END_OF_FILE => usize::MAX,
            apdu::OFFSET_OUTSIDE | apdu::WRONG_P1_P2 if !content.is_empty() => return Ok(content),
            sw => return Err(CardError::Protocol(sw)),
        };
        content.extend_from_slice(&answer.data);
        if content.len() > FILE_LIMIT {
            return Err(CardError::CertificateUnreadable);
        }
        let first = whole_length(&content).unwrap_or(usize::MAX);
        // A list (ODF, CDF) begins with a short element, a certificate is one long one.
        if first > usize::from(CHUNK) && content.len() >= first {
            content.truncate(first);
            return Ok(content);
        }
        if answer.data.len() < wanted {
            return Ok(content);
        }
    }
}

/// TokenInfo ::= SEQUENCE { version, serialNumber OCTET STRING, … }
fn serial(token_info: &[u8]) -> String {
    let serial = find(token_info, 0x30).and_then(|info| find(info, 0x04)).unwrap_or_default();
    serial.iter().take(32).map(|byte| format!("{byte:02x}")).collect()
}

enum Usage {
    Authentication,
    Signature,
}

/// What the certificate's key is for: signature keys have nonRepudiation, authentication keys digitalSignature only.
fn usage(certificate: &[u8]) -> Option<Usage> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    if certificate.is_ca() {
        return None;
    }
    let usage = certificate.key_usage().ok()??.value;
    if usage.non_repudiation() {
        Some(Usage::Signature)
    } else if usage.digital_signature() {
        Some(Usage::Authentication)
    } else {
        None
    }
}
