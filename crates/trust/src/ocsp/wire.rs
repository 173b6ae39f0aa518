//! The form of OCSP (RFC 6960, section 4; nonce: RFC 8954) in DER, as little of it as one question about one certificate and
//! its answer need. Nothing is judged here. Every length is asked before a byte is touched, and what is not understood is no
//! answer.

use chrono::{DateTime, NaiveDateTime, Utc};

/// A longer answer is not read; those of the field have two thousand bytes or so.
pub(super) const ANSWER_AT_MOST: usize = 64 << 10;

/// Certificates that an answer brings with it, and certificates that it tells of, at most.
const CERTIFICATES_AT_MOST: usize = 8;
const SINGLES_AT_MOST: usize = 64;

/// A nonce has so many bytes at most (RFC 8954).
const NONCE_AT_MOST: usize = 32;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const BITS: u8 = 0x03;
const TIME: u8 = 0x18;
const ENUMERATED: u8 = 0x0A;
const BOOLEAN: u8 = 0x01;
const NULL: [u8; 2] = [0x05, 0];
const EXPLICIT: [u8; 3] = [0xA0, 0xA1, 0xA2];

/// 1.3.14.3.2.26, SHA-1: here it finds a certificate and protects nothing.
const SHA_1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
/// 1.3.6.1.5.5.7.48.1.1, id-pkix-ocsp-basic.
const BASIC: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// 1.3.6.1.5.5.7.48.1.2, id-pkix-ocsp-nonce.
const NONCE: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];

/// Which certificate (CertID), by the SHA-1 of its issuer's name and key and by its serial number as it is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertId {
    pub(crate) name_hash: Vec<u8>,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) serial: Vec<u8>,
}

impl CertId {
    /// All of it, to tell one certificate from another.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        [self.name_hash.as_slice(), &self.key_hash, &self.serial].concat()
    }
}

/// What an answer says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Good,
    Revoked { at: DateTime<Utc>, compromised: bool },
    Unknown,
}

/// What an answer says of one certificate, and when.
#[derive(Debug)]
pub(super) struct Single {
    pub id: CertId,
    pub said: Said,
    pub this_update: DateTime<Utc>,
    pub next_update: Option<DateTime<Utc>>,
}

/// Who says that he answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Responder<'a> {
    /// By the name of his certificate, DER.
    Name(&'a [u8]),
    /// By the SHA-1 of his key.
    Key(&'a [u8]),
}

/// An answer (BasicOCSPResponse), taken apart.
#[derive(Debug)]
pub(super) struct Basic<'a> {
    /// What is signed.
    pub signed: &'a [u8],
    pub signature: &'a [u8],
    pub certificates: Vec<&'a [u8]>,
    pub responder: Responder<'a>,
    pub produced_at: DateTime<Utc>,
    pub singles: Vec<Single>,
    pub nonce: Option<&'a [u8]>,
}

/// What a responder's message is.
#[derive(Debug)]
pub(super) enum Message<'a> {
    Answer(Box<Basic<'a>>),
    /// The responder has nothing to say now: its status (try later, unauthorized, …).
    Refused,
}

/// The question (OCSPRequest) for one certificate.
pub(super) fn question(id: &CertId, nonce: &[u8]) -> Vec<u8> {
    let algorithm = put(SEQUENCE, &[put(OID, &[SHA_1]), NULL.to_vec()]);
    let hashes = [put(OCTETS, &[&id.name_hash]), put(OCTETS, &[&id.key_hash]), put(INTEGER, &[&id.serial])].concat();
    let requests = put(SEQUENCE, &[put(SEQUENCE, &[put(SEQUENCE, &[algorithm, hashes])])]);
    let extension = put(SEQUENCE, &[put(OID, &[NONCE]), put(OCTETS, &[put(OCTETS, &[nonce])])]);
    let extensions = put(0xA2, &[put(SEQUENCE, &[extension])]);
    put(SEQUENCE, &[put(SEQUENCE, &[requests, extensions])])
}

fn put(tag: u8, content: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let length: usize = content.iter().map(|part| part.as_ref().len()).sum();
    let mut der = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => der.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            der.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0x7F));
            der.extend(bytes);
        }
    }
    content.iter().for_each(|part| der.extend(part.as_ref()));
    der
}

/// Takes a responder's message apart; `None` where it is not one, to its last byte.
pub(super) fn message(der: &[u8]) -> Option<Message<'_>> {
    if der.len() > ANSWER_AT_MOST {
        return None;
    }
    let mut whole = Der::only(der, SEQUENCE)?;
    let status = whole.take(ENUMERATED)?;
    if status != [0] {
        return Some(Message::Refused);
    }
    let mut bytes = Der::only(Der::last(whole, EXPLICIT[0])?, SEQUENCE)?;
    if bytes.take(OID)? != BASIC {
        return None;
    }
    basic(Der::last(bytes, OCTETS)?).map(|basic| Message::Answer(Box::new(basic)))
}

fn basic(der: &[u8]) -> Option<Basic<'_>> {
    let mut whole = Der::only(der, SEQUENCE)?;
    let signed = whole.raw(SEQUENCE)?;
    whole.take(SEQUENCE)?;
    let signature = whole.take(BITS)?.strip_prefix(&[0])?;
    let mut certificates = Vec::new();
    if let Some(brought) = whole.optional(EXPLICIT[0])? {
        let mut each = Der::only(brought, SEQUENCE)?;
        while !each.0.is_empty() {
            certificates.push(each.raw(SEQUENCE)?);
        }
    }
    let mut data = whole.end().and_then(|()| Der::only(signed, SEQUENCE))?;
    // Version 1 is the default and so is not said in DER; some say it all the same.
    if data.optional(EXPLICIT[0])?.is_some_and(|version| version != [INTEGER, 1, 0]) {
        return None;
    }
    let responder = match data.optional(EXPLICIT[1])? {
        Some(name) => Responder::Name(name),
        None => Responder::Key(Der::whole(data.take(EXPLICIT[2])?, OCTETS)?),
    };
    let produced_at = moment(data.take(TIME)?)?;
    let mut each = Der(data.take(SEQUENCE)?);
    let mut singles = Vec::new();
    while !each.0.is_empty() {
        singles.push(single(each.take(SEQUENCE)?)?);
        if singles.len() > SINGLES_AT_MOST {
            return None;
        }
    }
    let nonce = extensions(data.optional(EXPLICIT[1])?)?;
    data.end()?;
    (certificates.len() <= CERTIFICATES_AT_MOST).then_some(Basic {
        signed,
        signature,
        certificates,
        responder,
        produced_at,
        singles,
        nonce,
    })
}

fn single(der: &[u8]) -> Option<Single> {
    let mut der = Der(der);
    let mut id = Der(der.take(SEQUENCE)?);
    let mut algorithm = Der(id.take(SEQUENCE)?);
    // Only what was asked by SHA-1 can be the answer to a question.
    let is_sha_1 = algorithm.take(OID)? == SHA_1 && (algorithm.0.is_empty() || algorithm.0 == NULL);
    let id = CertId {
        name_hash: id.take(OCTETS)?.to_vec(),
        key_hash: id.take(OCTETS)?.to_vec(),
        serial: Der::last(id, INTEGER)?.to_vec(),
    };
    let said = match der.any()? {
        (0x80, []) => Said::Good,
        (0xA1, revoked) => revocation(revoked)?,
        (0x82, []) => Said::Unknown,
        _ => return None,
    };
    let this_update = moment(der.take(TIME)?)?;
    let next_update = match der.optional(EXPLICIT[0])? {
        Some(next) => Some(moment(Der::whole(next, TIME)?)?),
        None => None,
    };
    extensions(der.optional(EXPLICIT[1])?)?;
    der.end()?;
    is_sha_1.then_some(Single { id, said, this_update, next_update })
}

fn revocation(der: &[u8]) -> Option<Said> {
    let mut der = Der(der);
    let at = moment(der.take(TIME)?)?;
    // Reasons of RFC 5280, 5.3.1: the key's, the issuer's or the attribute authority's compromise.
    let compromised = match der.optional(EXPLICIT[0])? {
        Some(reason) => matches!(Der::whole(reason, ENUMERATED)?, [1 | 2 | 10]),
        None => false,
    };
    der.end()?;
    Some(Said::Revoked { at, compromised })
}

/// The nonce among extensions, where there is one. One that must be understood and is not makes the whole unreadable.
fn extensions(explicit: Option<&[u8]>) -> Option<Option<&[u8]>> {
    let Some(explicit) = explicit else { return Some(None) };
    let mut each = Der::only(explicit, SEQUENCE)?;
    let mut nonce = None;
    while !each.0.is_empty() {
        let mut one = Der(each.take(SEQUENCE)?);
        let oid = one.take(OID)?;
        let critical = one.optional(BOOLEAN)?.is_some_and(|value| value != [0]);
        let value = Der::last(one, OCTETS)?;
        if oid == NONCE {
            let bytes = Der::whole(value, OCTETS).filter(|bytes| (1..=NONCE_AT_MOST).contains(&bytes.len()))?;
            if nonce.replace(bytes).is_some() {
                return None;
            }
        } else if critical {
            return None;
        }
    }
    Some(nonce)
}

/// A GeneralizedTime of DER: to the second, in UTC.
fn moment(content: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let is_plain = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let naive = is_plain.then(|| NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()).flatten()?;
    Some(naive.and_utc())
}

/// What is left of some DER.
#[derive(Debug, Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// What is in the one element of that tag which is all there is.
    fn whole(der: &'a [u8], tag: u8) -> Option<&'a [u8]> {
        Self::last(Self(der), tag)
    }

    fn only(der: &'a [u8], tag: u8) -> Option<Self> {
        Self::whole(der, tag).map(Self)
    }

    /// What is in the element of that tag, after which there is nothing.
    fn last(mut self, tag: u8) -> Option<&'a [u8]> {
        let content = self.take(tag)?;
        self.end()?;
        Some(content)
    }

    fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// The outer option is whether it could be read at all.
    #[allow(clippy::option_option, reason = "unreadable, absent, there: three answers")]
    fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Some(None) }
    }

    /// The element with its tag and length.
    fn raw(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = self.0;
        self.take(tag)?;
        before.get(..before.len() - self.0.len())
    }

    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7F => (usize::from(first), rest),
            // More than three bytes of length are longer than any answer that is read.
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
                let length = bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
                // DER: the shortest form.
                let is_shortest = bytes.first() != Some(&0) && length > 0x7F;
                is_shortest.then_some((length, rest))?
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}
