//! What the signatures of a document are worth to the Centre. It serves the rule that prescriptions and dispensations
//! are signed by a professional, and promise 8: a certificate is judged at the time of signing and at the time of
//! receipt. The cryptography is `signing`'s, certificates are `trust`'s.

use chrono::{DateTime, Utc};
use kanta::Issue;
use kanta::errors::Known;
use prescription::{Oid, RegistrationNumber, SignatureTrust, SignedBy};
use signing::{Covered, Opened, SignatureKind, Verified, Verifier, VerifyError};
use trust::{Distrust, Holder, Purpose, TrustStore};

/// The one professional signature of a document, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfessionalSignature {
    /// Whose the certificate is.
    pub registration: RegistrationNumber,
    /// When it was signed, as the signer states; covered by the signature.
    pub signed_at: DateTime<Utc>,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// It held when it was signed, and was revoked or expired since. Only a late document comes so far.
    pub ended: bool,
}

/// The professional signature of a document that is to be stored, or the reason why it does not suffice. The certificate of
/// what was made in an outage may have been revoked, or have expired, between the signature and now (case i of section 4);
/// one whose key somebody else may have had never held, whatever moment the signature states.
pub(crate) fn professional(
    document: &Opened<'_>,
    verifier: &Verifier,
    trust: &TrustStore,
    late: bool,
    now: DateTime<Utc>,
) -> Result<ProfessionalSignature, Issue> {
    let signatures = verifier.check(document);
    let signature = only_professional(&signatures)?;
    let signed = whole(signature)?;
    let holder = judge(Purpose::ProfessionalSignature, trust, &signature.certificate, signed.at)?;
    let ended = match trust.judge(&signature.certificate, Purpose::ProfessionalSignature, now) {
        Ok(_) => false,
        Err(Distrust::Revoked | Distrust::Expired { .. }) if late => true,
        Err(distrust) => return Err(distrusted(&distrust)),
    };
    Ok(ProfessionalSignature { ended, ..held_by(holder, signature, signed.at)? })
}

/// The one system signature of a document, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SystemSignature {
    /// Whose the certificate is.
    pub organisation: Oid,
    /// When it was signed, as the signer states; covered by the signature.
    pub signed_at: DateTime<Utc>,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
}

/// The system signature of a document that a pharmacy's or care unit's program made, or the reason why it does not suffice.
pub(crate) fn system(
    document: &Opened<'_>,
    verifier: &Verifier,
    trust: &TrustStore,
    now: DateTime<Utc>,
) -> Result<SystemSignature, Issue> {
    let signatures = verifier.check(document);
    let signature = match signatures.as_slice() {
        [only] if only.kind == Some(SignatureKind::System) => only,
        [] => return Err(Issue::of(Known::SignatureMissing)),
        [_] => return Err(Issue::of(Known::SignatureInvalid).about("signature-kind")),
        _ => return Err(Issue::of(Known::SignatureInvalid).about("more-than-one")),
    };
    let signed = whole(signature)?;
    let holder = judge(Purpose::SystemSignature, trust, &signature.certificate, signed.at)?;
    judge(Purpose::SystemSignature, trust, &signature.certificate, now)?;
    let wrong_use = || Issue::of(Known::CertificateWrongUse);
    let organisation = holder.organisation_oid.and_then(|oid| Oid::parse(&oid).ok()).ok_or_else(wrong_use)?;
    Ok(SystemSignature { organisation, signed_at: signed.at, certificate: signature.certificate.clone() })
}

/// Who seems to have signed a document that nobody needs to sign. A signature that is there is checked all the same.
pub(crate) fn kind_of(document: &Opened<'_>, verifier: &Verifier) -> SignedBy {
    match verifier.check(document).as_slice() {
        [] => SignedBy::Nobody,
        [only] if only.kind == Some(SignatureKind::System) => SignedBy::System,
        _ => SignedBy::Professional,
    }
}

/// What the signatures of a document are worth that the Centre's keeper puts in. Certificates are judged at the time of
/// signing only: a prescription outlives the card that signed it.
pub(crate) fn worth(
    document: &[u8],
    verifier: &Verifier,
    trust: &TrustStore,
) -> (SignatureTrust, Option<ProfessionalSignature>) {
    let Ok(signatures) = verifier.verify(document) else { return (SignatureTrust::Broken, None) };
    if signatures.iter().all(|s| s.kind == Some(SignatureKind::System)) {
        return (SignatureTrust::Unsigned, None);
    }
    let professionals: Vec<Verified> =
        signatures.iter().filter(|s| s.kind != Some(SignatureKind::System)).cloned().collect();
    let checked = only_professional(&professionals).and_then(|signature| {
        let signed = whole(signature)?;
        let holder = judge(Purpose::ProfessionalSignature, trust, &signature.certificate, signed.at)?;
        held_by(holder, signature, signed.at)
    });
    match checked {
        Ok(signature) => (SignatureTrust::Trusted, Some(signature)),
        Err(_) => (SignatureTrust::Broken, None),
    }
}

/// Whether the Centre, or another system that is trusted, has signed the document.
pub(crate) fn has_system_signature(document: &[u8], verifier: &Verifier, trust: &TrustStore) -> bool {
    verifier.verify(document).is_ok_and(|signatures| {
        signatures.iter().any(|s| {
            s.kind == Some(SignatureKind::System)
                && s.outcome == Ok(Covered::Body)
                && !s.weak
                && s.signed_at.is_some_and(|at| {
                    trust.judge(&s.certificate, Purpose::SystemSignature, at.with_timezone(&Utc)).is_ok()
                })
        })
    })
}

struct Signed {
    at: DateTime<Utc>,
}

/// Exactly one signature, of a professional's kind: with two, nobody knows whose the document is; a system's is added
/// by the Centre only.
fn only_professional(signatures: &[Verified]) -> Result<&Verified, Issue> {
    let mut others = signatures
        .iter()
        .filter(|s| !matches!(s.kind, Some(SignatureKind::Professional | SignatureKind::ProfessionalMulti)));
    let mut professionals = signatures
        .iter()
        .filter(|s| matches!(s.kind, Some(SignatureKind::Professional | SignatureKind::ProfessionalMulti)));
    match (professionals.next(), professionals.next(), others.next()) {
        (Some(only), None, None) => Ok(only),
        (None, _, None) => Err(Issue::of(Known::SignatureMissing)),
        (Some(_), Some(_), _) => Err(Issue::of(Known::SignatureInvalid).about("more-than-one")),
        (None, _, Some(other)) if other.kind == Some(SignatureKind::System) => Err(Issue::of(Known::SignatureMissing)),
        _ => Err(Issue::of(Known::SignatureInvalid).about("signature-kind")),
    }
}

/// A signature that holds, covers this document's body, and is not weak.
fn whole(signature: &Verified) -> Result<Signed, Issue> {
    let invalid = |detail: &str| Issue::of(Known::SignatureInvalid).about(detail);
    match &signature.outcome {
        Ok(Covered::Body | Covered::List { covers_this: true, .. }) => {}
        Ok(Covered::List { covers_this: false, .. }) => return Err(invalid("not-on-the-list")),
        Err(failure) => return Err(invalid(failure.code())),
    }
    if signature.weak {
        return Err(invalid("signature-weak"));
    }
    let at = signature.signed_at.ok_or_else(|| invalid("signature-time"))?;
    Ok(Signed { at: at.with_timezone(&Utc) })
}

fn held_by(holder: Holder, signature: &Verified, signed_at: DateTime<Utc>) -> Result<ProfessionalSignature, Issue> {
    let registration = holder.registration_number.ok_or_else(|| Issue::of(Known::CertificateWrongUse))?;
    Ok(ProfessionalSignature { registration, signed_at, certificate: signature.certificate.clone(), ended: false })
}

/// Whose a certificate is that may be used so at that moment.
fn judge(purpose: Purpose, trust: &TrustStore, certificate: &[u8], at: DateTime<Utc>) -> Result<Holder, Issue> {
    trust.judge(certificate, purpose, at).map_err(|distrust| distrusted(&distrust))
}

fn distrusted(distrust: &Distrust) -> Issue {
    let known = match distrust {
        Distrust::Revoked => Known::CertificateRevoked,
        Distrust::Expired { .. } | Distrust::NotYetValid => Known::CertificateExpired,
        Distrust::UnknownIssuer => Known::CertificateUnknownIssuer,
        Distrust::WrongUse => Known::CertificateWrongUse,
        // Without a revocation list nobody can say that a certificate holds; the Centre must be mended first.
        Distrust::NoRevocationData => Known::Unavailable,
        _ => Known::SignatureInvalid,
    };
    Issue::of(known).about(distrust.code())
}

/// A document that is built so that nothing can be concluded from its signatures.
pub(crate) fn structure(error: &VerifyError) -> Issue {
    let known = match error {
        VerifyError::TooLarge => Known::DocumentTooLarge,
        VerifyError::Doctype | VerifyError::TooDeep => Known::XmlRefused,
        VerifyError::NotXml | VerifyError::NotUtf8 | VerifyError::NotClinicalDocument => Known::Integrity,
        _ => Known::SignatureInvalid,
    };
    Issue::of(known).about(error.code())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn signature(kind: Option<SignatureKind>) -> Verified {
        Verified {
            kind,
            signed_at: DateTime::parse_from_rfc3339("2026-11-22T09:00:00+02:00").ok(),
            certificate: vec![],
            weak: false,
            outcome: Ok(Covered::Body),
        }
    }

    fn refused<T>(result: Result<T, Issue>) -> (String, Option<String>) {
        result.map(|_| ()).map_err(|issue| (issue.code, issue.detail)).unwrap_err()
    }

    #[test]
    fn a_weak_signature_is_refused_in_a_new_document() {
        let professional = signature(Some(SignatureKind::Professional));
        assert!(whole(&professional).is_ok());
        let weak = Verified { weak: true, ..professional };
        assert_eq!(refused(whole(&weak)), ("TSK-signature-invalid".into(), Some("signature-weak".into())));
    }

    #[test]
    fn a_signature_over_a_list_must_cover_this_document() {
        let listed = |covers_this| Verified {
            outcome: Ok(Covered::List { refs: vec![], covers_this }),
            ..signature(Some(SignatureKind::ProfessionalMulti))
        };
        assert!(whole(&listed(true)).is_ok());
        assert_eq!(refused(whole(&listed(false))), ("TSK-signature-invalid".into(), Some("not-on-the-list".into())));
    }

    #[test]
    fn a_signature_without_a_time_proves_no_moment() {
        let timeless = Verified { signed_at: None, ..signature(Some(SignatureKind::Professional)) };
        assert_eq!(refused(whole(&timeless)).1.as_deref(), Some("signature-time"));
    }

    #[test]
    fn there_is_one_professional_signature_and_nothing_beside_it() {
        let (professional, system) =
            (signature(Some(SignatureKind::Professional)), signature(Some(SignatureKind::System)));
        let of = |signatures: &[&Verified]| {
            let signatures: Vec<Verified> = signatures.iter().copied().cloned().collect();
            only_professional(&signatures).map(|_| ()).map_err(|issue| issue.code)
        };
        assert_eq!(of(&[&professional]), Ok(()));
        assert_eq!(of(&[]), Err("TSK-signature-missing".into()));
        assert_eq!(of(&[&system]), Err("TSK-signature-missing".into()));
        assert_eq!(of(&[&professional, &professional]), Err("TSK-signature-invalid".into()));
        assert_eq!(of(&[&professional, &system]), Err("TSK-signature-invalid".into()));
        assert_eq!(of(&[&professional, &signature(None)]), Err("TSK-signature-invalid".into()));
    }
}
