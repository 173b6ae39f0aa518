//! What can be found out about a document beside what it says: what its signatures cover, whose certificates they have, and
//! whether its header says what its body says. It is handed to `document_view`, which knows none of that.

use document_view::{CertificateFact, Covers, Evidence, SignatureFact, SignatureKind, Signatures};
use signing::{Covered, Verified};
use trust::{Purpose, TrustStore};

/// Looks at the bytes of a document. Without a trust store no certificate is judged.
pub fn evidence(document: &[u8], trust: Option<&TrustStore>) -> Evidence {
    let signatures = match signing::verify(document) {
        Err(error) => Signatures::Refused(error.code()),
        Ok(each) => Signatures::Each(each.iter().map(|one| signature(one, trust)).collect()),
    };
    Evidence { signatures, agreement: cda::compared_facts(document).ok() }
}

fn signature(one: &Verified, trust: Option<&TrustStore>) -> SignatureFact {
    let kind = one.kind.map(|kind| match kind {
        signing::SignatureKind::Professional => SignatureKind::Professional,
        signing::SignatureKind::ProfessionalMulti => SignatureKind::ProfessionalList,
        signing::SignatureKind::System => SignatureKind::System,
    });
    let purpose = match kind {
        Some(SignatureKind::System) => Purpose::SystemSignature,
        Some(SignatureKind::Professional | SignatureKind::ProfessionalList) | None => Purpose::ProfessionalSignature,
    };
    let certificate = match (trust, one.signed_at) {
        (Some(trust), Some(at)) => match trust.judge(&one.certificate, purpose, at.to_utc()) {
            Ok(_) => CertificateFact::Trusted,
            Err(distrust) => CertificateFact::Distrusted(distrust.code()),
        },
        (Some(_), None) | (None, _) => CertificateFact::NotJudged,
    };
    let holder = trust::holder(&one.certificate).ok();
    SignatureFact {
        kind,
        by: holder.as_ref().map(|holder| holder.common_name.clone()).unwrap_or_default(),
        issuer: holder.map(|holder| holder.issuer).unwrap_or_default(),
        at: one.signed_at.map(|at| prescription::time::finnish(at.to_utc())),
        covers: match &one.outcome {
            Ok(Covered::Body) => Covers::Body,
            Ok(Covered::List { refs, covers_this: true }) => Covers::List { documents: refs.len() },
            Ok(Covered::List { covers_this: false, .. }) => Covers::OtherDocuments,
            Err(failure) => Covers::Nothing(failure.code()),
        },
        weak: one.weak,
        certificate,
    }
}
