//! Revocation lists (sulkulistat): which of them count at a moment, and which new one may take an old one's place. The rules
//! are in docs/trust.md.

use chrono::{DateTime, Duration, Utc};
use rustls_pki_types::CertificateDer;
use webpki::{ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, OwnedCertRevocationList, RevocationReason};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use crate::StoreError;

/// A list may say that it was made this much later than now: clocks differ.
pub(crate) const AHEAD: Duration = Duration::minutes(5);

/// Why a list that came from outside is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListRefusal {
    /// Not a list, or one without an end.
    #[error("not a revocation list")]
    Unreadable,
    /// Its issuer is not one of those that are trusted, or did not sign it.
    #[error("the revocation list is not of a trusted issuer")]
    NotOfIssuer,
    /// Made later than now, or over already.
    #[error("the revocation list is not of this time")]
    NotOfNow,
    /// Older than the one that is there: somebody may want to hide a revocation.
    #[error("the revocation list is older than the one that is there")]
    Older,
}

impl ListRefusal {
    /// The stable code of this answer, for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "revocation-list-unreadable",
            Self::NotOfIssuer => "revocation-list-not-of-issuer",
            Self::NotOfNow => "revocation-list-not-of-now",
            Self::Older => "revocation-list-older",
        }
    }
}

/// How a list stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListState {
    /// The next one is not due yet.
    Fresh,
    /// The next one is overdue, and the time of grace is not over: it still counts, and a person is warned.
    Overdue,
    /// Nothing is known by it any more.
    Gone,
}

/// A revocation list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListStanding {
    /// The issuer's name.
    pub issuer: String,
    /// When the next one is due.
    pub next_update: DateTime<Utc>,
    /// How it stands.
    pub state: ListState,
}

/// One list with what it says of itself.
#[derive(Debug)]
pub(crate) struct List {
    pub der: Vec<u8>,
    parsed: CertRevocationList<'static>,
    issuer: String,
    issuer_raw: Vec<u8>,
    this_update: DateTime<Utc>,
    next_update: DateTime<Utc>,
}

impl List {
    pub(crate) fn read(der: Vec<u8>) -> Result<Self, StoreError> {
        let parsed = OwnedCertRevocationList::from_der(&der).map_err(|_| StoreError::RevocationList)?;
        let (_, said) = CertificateRevocationList::from_der(&der).map_err(|_| StoreError::RevocationList)?;
        let moment = |at: i64| DateTime::from_timestamp(at, 0).ok_or(StoreError::RevocationList);
        let this_update = moment(said.last_update().timestamp())?;
        let next_update = moment(said.next_update().ok_or(StoreError::RevocationList)?.timestamp())?;
        let issuer = said.issuer().iter_common_name().next().and_then(|name| name.as_str().ok()).unwrap_or_default();
        let issuer = issuer.chars().filter(|one| !one.is_control()).collect();
        let issuer_raw = said.issuer().as_raw().to_vec();
        Ok(Self { parsed: CertRevocationList::Owned(parsed), issuer, issuer_raw, this_update, next_update, der })
    }

    pub(crate) fn parsed(&self) -> &CertRevocationList<'static> {
        &self.parsed
    }

    /// When the certificate was revoked (seconds), and whether because its key was compromised; where it is on this list.
    pub(crate) fn entry(&self, issuer: &[u8], serial: &[u8]) -> Option<(u64, bool)> {
        let is_of = self.parsed.issuer() == issuer;
        let entry = is_of.then(|| self.parsed.find_serial(serial).ok().flatten()).flatten()?;
        let compromised = matches!(
            entry.reason_code,
            Some(RevocationReason::KeyCompromise | RevocationReason::CaCompromise | RevocationReason::AaCompromise)
        );
        Some((entry.revocation_date.as_secs(), compromised))
    }

    pub(crate) fn state(&self, at: DateTime<Utc>, grace: Duration) -> ListState {
        if at < self.next_update {
            ListState::Fresh
        } else if at < self.next_update + grace {
            ListState::Overdue
        } else {
            ListState::Gone
        }
    }

    pub(crate) fn standing(&self, at: DateTime<Utc>, grace: Duration) -> ListStanding {
        ListStanding { issuer: self.issuer.clone(), next_update: self.next_update, state: self.state(at, grace) }
    }

    pub(crate) fn is_of_the_issuer_of(&self, other: &Self) -> bool {
        self.issuer_raw == other.issuer_raw
    }

    /// Whether this list, which came from outside, may stand at this moment in the place of `before`.
    pub(crate) fn may_follow(
        &self,
        before: Option<&Self>,
        authorities: &[Vec<u8>],
        now: DateTime<Utc>,
        grace: Duration,
    ) -> Result<(), ListRefusal> {
        if !authorities.iter().any(|authority| self.is_signed_by(authority)) {
            return Err(ListRefusal::NotOfIssuer);
        }
        if self.this_update > now + AHEAD || self.state(now, grace) == ListState::Gone {
            return Err(ListRefusal::NotOfNow);
        }
        match before {
            Some(before) if before.this_update > self.this_update => Err(ListRefusal::Older),
            _ => Ok(()),
        }
    }

    fn is_signed_by(&self, authority: &[u8]) -> bool {
        let Ok(parsed) = crate::holder::parse(authority) else { return false };
        let may = parsed.key_usage().ok().flatten().is_some_and(|usage| usage.value.crl_sign());
        if !may || parsed.subject().as_raw() != self.issuer_raw {
            return false;
        }
        let Ok((_, said)) = CertificateRevocationList::from_der(&self.der) else { return false };
        is_signed_with(authority, said.tbs_cert_list.as_ref(), said.signature_value.data.as_ref())
    }
}

/// Whether that certificate's key signed it. Which algorithm it was is not asked: a signature made with another one does
/// not verify.
pub(crate) fn is_signed_with(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let der = CertificateDer::from(certificate);
    let Ok(key) = EndEntityCert::try_from(&der) else { return false };
    ALL_VERIFICATION_ALGS.iter().any(|algorithm| key.verify_signature(*algorithm, message, signature).is_ok())
}
