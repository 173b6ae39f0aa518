//! OCSP (RFC 6960): asking an issuer's responder for one certificate, and which answer is believed. An answer lets nobody in:
//! lists do. It can only say sooner than they that a certificate is revoked. The rules are in docs/trust.md.

mod wire;

use chrono::{DateTime, Duration, Utc};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert,
};

use crate::holder;
use crate::lists::{AHEAD, is_signed_with};
pub use wire::CertId;
use wire::{Basic, Message, Responder, Said, Single};

/// An answer that does not say when the next one comes counts as news for so long.
const WITHOUT_END: Duration = Duration::hours(24);

/// 1.3.6.1.5.5.7.3.9, id-kp-OCSPSigning.
const OCSP_SIGNING: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
/// id-pkix-ocsp-nocheck: the issuer says that this responder is not to be looked for on a list.
const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    /// Not an answer, or one in which something must be understood that is not.
    #[error("not an OCSP answer")]
    Unreadable,
    /// The responder says that it has no answer now.
    #[error("the responder gives no answer")]
    NoAnswer,
    /// Neither the issuer signed it nor somebody whom the issuer lets answer.
    #[error("the OCSP answer is not of the certificate's issuer")]
    NotOfIssuer,
    /// It is about other certificates.
    #[error("the OCSP answer is about another certificate")]
    OtherCertificate,
    /// It holds a nonce, and not the question's: an answer to somebody else, or an old one.
    #[error("the OCSP answer is to another question")]
    OtherQuestion,
    /// Made later than now, or over already.
    #[error("the OCSP answer is not of this time")]
    NotOfNow,
    /// Older than the one that is there: somebody may want to hide a revocation.
    #[error("the OCSP answer is older than the one that is there")]
    Older,
}

impl AnswerRefusal {
    /// The stable code of this answer, for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "ocsp-answer-unreadable",
            Self::NoAnswer => "ocsp-no-answer",
            Self::NotOfIssuer => "ocsp-answer-not-of-issuer",
            Self::OtherCertificate => "ocsp-answer-other-certificate",
            Self::OtherQuestion => "ocsp-answer-other-question",
            Self::NotOfNow => "ocsp-answer-not-of-now",
            Self::Older => "ocsp-answer-older",
        }
    }
}

/// What a responder says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
    /// The responder does not know it, so that the answer is as good as none.
    Unknown,
}

/// A responder's last answer for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerStanding {
    /// What it says.
    pub status: AnswerStatus,
    /// The moment of which it says so; its age is counted from there.
    pub this_update: DateTime<Utc>,
}

/// A question for one certificate, and what its answer is held against.
#[derive(Debug, Clone)]
pub struct Question {
    id: CertId,
    nonce: [u8; 32],
}

impl Question {
    /// The question about a certificate. The nonce is random and used once.
    #[must_use]
    pub fn new(about: CertId, nonce: [u8; 32]) -> Self {
        Self { id: about, nonce }
    }

    /// About which certificate.
    #[must_use]
    pub fn about(&self) -> &CertId {
        &self.id
    }

    /// What is sent (OCSPRequest, DER).
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        wire::question(&self.id, &self.nonce)
    }
}

/// By what a question names a certificate; `None` where its issuer is not one of those.
pub(crate) fn about(certificate: &[u8], authorities: &[Vec<u8>]) -> Option<CertId> {
    let parsed = holder::parse(certificate).ok()?;
    let (message, signature) = (parsed.tbs_certificate.as_ref(), parsed.signature_value.data.as_ref());
    let authority = authorities.iter().find(|authority| {
        holder::parse(authority).is_ok_and(|one| one.subject().as_raw() == parsed.issuer().as_raw())
            && is_signed_with(authority, message, signature)
    })?;
    let (name_hash, key_hash) = hashes(authority)?;
    Some(CertId { name_hash, key_hash, serial: parsed.raw_serial().to_vec() })
}

/// An answer that was believed.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub id: CertId,
    /// The issuer's name, DER.
    issuer: Vec<u8>,
    said: Said,
    this_update: DateTime<Utc>,
}

impl Answer {
    /// Reads what came as an answer to a question, and believes it or says why not.
    pub(crate) fn heard(
        der: &[u8],
        question: &Question,
        authorities: &[Vec<u8>],
        lists: &[&CertRevocationList<'_>],
        now: DateTime<Utc>,
    ) -> Result<Self, AnswerRefusal> {
        let basic = read(der)?;
        let single = basic.singles.iter().find(|single| single.id == question.id);
        let single = single.ok_or(AnswerRefusal::OtherCertificate)?;
        if basic.nonce.is_some_and(|nonce| nonce != question.nonce) {
            return Err(AnswerRefusal::OtherQuestion);
        }
        let is_over = single.next_update.unwrap_or(single.this_update + WITHOUT_END) <= now;
        if is_over {
            return Err(AnswerRefusal::NotOfNow);
        }
        believed(&basic, single, authorities, lists, now, now)
    }

    /// Reads one that was believed before: what it says of each certificate. Who answered is judged by the moment of
    /// answering: that his certificate has ended since makes nobody good again.
    pub(crate) fn recalled(
        der: &[u8],
        authorities: &[Vec<u8>],
        lists: &[&CertRevocationList<'_>],
        now: DateTime<Utc>,
    ) -> Result<Vec<Self>, AnswerRefusal> {
        let basic = read(der)?;
        let each = basic.singles.iter().filter(|single| single.said != Said::Unknown);
        each.map(|single| believed(&basic, single, authorities, lists, basic.produced_at, now)).collect()
    }

    /// Whether this one may stand in the place of `before`, which is about the same certificate.
    pub(crate) fn may_follow(&self, before: &Self) -> Result<(), AnswerRefusal> {
        let takes_back = before.is_revocation() && !self.is_revocation();
        if before.this_update > self.this_update || (takes_back && before.this_update == self.this_update) {
            return Err(AnswerRefusal::Older);
        }
        Ok(())
    }

    pub(crate) fn is_revocation(&self) -> bool {
        matches!(self.said, Said::Revoked { .. })
    }

    pub(crate) fn is_about(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.issuer == issuer && self.id.serial == serial
    }

    /// Whether the certificate was revoked at a moment, or its key was compromised whenever.
    pub(crate) fn revokes(&self, at: DateTime<Utc>) -> bool {
        matches!(self.said, Said::Revoked { at: from, compromised } if compromised || from <= at)
    }

    pub(crate) fn standing(&self) -> AnswerStanding {
        let status = match self.said {
            Said::Good => AnswerStatus::Good,
            Said::Revoked { .. } => AnswerStatus::Revoked,
            Said::Unknown => AnswerStatus::Unknown,
        };
        AnswerStanding { status, this_update: self.this_update }
    }
}

fn read(der: &[u8]) -> Result<Basic<'_>, AnswerRefusal> {
    match wire::message(der) {
        Some(Message::Answer(basic)) => Ok(*basic),
        Some(Message::Refused) => Err(AnswerRefusal::NoAnswer),
        None => Err(AnswerRefusal::Unreadable),
    }
}

fn believed(
    basic: &Basic<'_>,
    single: &Single,
    authorities: &[Vec<u8>],
    lists: &[&CertRevocationList<'_>],
    responder_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Answer, AnswerRefusal> {
    let ours = |authority: &&Vec<u8>| {
        hashes(authority).is_some_and(|(name, key)| name == single.id.name_hash && key == single.id.key_hash)
    };
    let authority = authorities.iter().find(ours).ok_or(AnswerRefusal::OtherCertificate)?;
    let is_signed = is_of(&basic.responder, authority) && is_signed_with(authority, basic.signed, basic.signature)
        || basic.certificates.iter().any(|responder| {
            is_of(&basic.responder, responder)
                && is_signed_with(responder, basic.signed, basic.signature)
                && may_answer_for(authority, responder, lists, responder_at)
        });
    if !is_signed {
        return Err(AnswerRefusal::NotOfIssuer);
    }
    let is_of_later = basic.produced_at > now + AHEAD || single.this_update > now + AHEAD;
    if is_of_later || single.this_update > basic.produced_at + AHEAD {
        return Err(AnswerRefusal::NotOfNow);
    }
    let issuer = holder::parse(authority).map_err(|_| AnswerRefusal::NotOfIssuer)?.subject().as_raw().to_vec();
    Ok(Answer { id: single.id.clone(), issuer, said: single.said, this_update: single.this_update })
}

/// Whether that certificate is the one by which the responder names himself.
fn is_of(responder: &Responder<'_>, certificate: &[u8]) -> bool {
    let Ok(parsed) = holder::parse(certificate) else { return false };
    match responder {
        Responder::Name(name) => *name == parsed.subject().as_raw(),
        Responder::Key(key) => *key == sha_1(&parsed.public_key().subject_public_key.data),
    }
}

/// Whether the issuer lets the holder of that certificate answer (RFC 6960, 4.2.2.2): signed by the issuer's own key, for
/// signing OCSP answers, valid, and on no list; that one must be there unless the issuer says that it need not.
fn may_answer_for(authority: &[u8], responder: &[u8], lists: &[&CertRevocationList<'_>], at: DateTime<Utc>) -> bool {
    let (authority, responder) = (CertificateDer::from(authority), CertificateDer::from(responder));
    let Ok(anchor) = anchor_from_trusted_cert(&authority) else { return false };
    let (Ok(end), Ok(parsed)) = (EndEntityCert::try_from(&responder), holder::parse(&responder)) else { return false };
    let need_not = parsed.extensions().iter().any(|one| one.oid.to_id_string() == NO_CHECK);
    let Ok(seconds) = u64::try_from(at.timestamp()) else { return false };
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let policy = if need_not { UnknownStatusPolicy::Allow } else { UnknownStatusPolicy::Deny };
    let options = match RevocationOptionsBuilder::new(lists) {
        Ok(builder) => Some(
            builder
                .with_depth(RevocationCheckDepth::EndEntity)
                .with_status_policy(policy)
                .with_expiration_policy(ExpirationPolicy::Ignore)
                .build(),
        ),
        Err(_) if need_not => None,
        Err(_) => return false,
    };
    let usage = KeyUsage::required(OCSP_SIGNING);
    end.verify_for_usage(ALL_VERIFICATION_ALGS, &[anchor], &[], time, usage, options, None).is_ok()
}

/// SHA-1 of an authority's name and key, by which questions name it.
fn hashes(authority: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let parsed = holder::parse(authority).ok()?;
    Some((sha_1(parsed.subject().as_raw()), sha_1(&parsed.public_key().subject_public_key.data)))
}

fn sha_1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_responder_is_the_one_whose_name_or_key_the_answer_says() {
        let folder = tempfile::tempdir().unwrap();
        let nobody = test_authority::People::built_in().unwrap().only(&[]);
        let authority = test_authority::Authority::create_for(folder.path(), Utc::now(), nobody).unwrap();
        let certificate = authority.system(test_authority::place::CENTRE).unwrap().certificate;
        let parsed = holder::parse(&certificate).unwrap();
        let (name, key) = (parsed.subject().as_raw(), sha_1(&parsed.public_key().subject_public_key.data));
        assert!(is_of(&Responder::Name(name), &certificate) && is_of(&Responder::Key(&key), &certificate));
        assert!(!is_of(&Responder::Name(parsed.issuer().as_raw()), &certificate));
        assert!(!is_of(&Responder::Key(&sha_1(name)), &certificate));
        assert!(!is_of(&Responder::Name(name), b"nothing"));
    }
}
