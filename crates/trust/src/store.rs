//! The anchors, issuers and revocation lists that the configuration names, and the judgement over them.
//!
//! Path building and the checking of lists are `webpki`'s; what a certificate must be for which purpose is
//! said here. A moment is handed in: a signature is judged at the time of signing, and by a receiver at the
//! time of receipt as well.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, Error, ExpirationPolicy, ExtendedKeyUsageValidator,
    KeyPurposeIdIter, KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
    anchor_from_trusted_cert,
};
use x509_parser::prelude::X509Certificate;

use crate::known::Known;
use crate::lists::{List, ListRefusal, ListStanding, ListState};
use crate::ocsp::{self, Answer};
use crate::{AnswerRefusal, AnswerStanding, AnswerStatus, CertId, Distrust, Holder, Question, StoreError, holder};

/// No certificate or list of the field comes near this.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// OCSP answers that are remembered; when there are more, one that is no revocation is forgotten.
const ANSWERS_AT_MOST: usize = 1_000;

/// What a certificate is presented for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A professional logs in: key usage digitalSignature.
    ProfessionalAuthentication,
    /// A professional signs: key usage nonRepudiation and not digitalSignature.
    ProfessionalSignature,
    /// A system signs (järjestelmäallekirjoitus): key usage nonRepudiation, subject an organisation.
    SystemSignature,
}

/// Which issuing authorities may issue for whom; by their subject names, DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuers {
    /// Those of professionals.
    pub professionals: Vec<Vec<u8>>,
    /// Those of systems and servers (service providers).
    pub providers: Vec<Vec<u8>>,
}

/// What is trusted.
#[derive(Debug)]
pub struct TrustStore {
    anchors: Vec<TrustAnchor<'static>>,
    intermediates: Vec<CertificateDer<'static>>,
    /// All who may sign a list: anchors and intermediates, DER.
    authorities: Vec<Vec<u8>>,
    issuers: Option<Issuers>,
    /// How long a list counts after its successor was due.
    grace: chrono::Duration,
    /// The lists and answers, and the paths that were found good by them. Fresh ones begin with nothing known.
    lists: RwLock<Arc<Lists>>,
}

#[derive(Debug, Default)]
struct Lists {
    each: Vec<Arc<List>>,
    /// The last OCSP answer for each certificate.
    answers: Vec<Answer>,
    known: Known,
}

impl TrustStore {
    /// A store of anchors, issuing authorities and revocation lists, all DER. Any issuer may issue for anybody
    /// until [`TrustStore::with_issuers`] says which.
    pub fn new(
        anchors: Vec<Vec<u8>>,
        intermediates: Vec<Vec<u8>>,
        revocation_lists: Vec<Vec<u8>>,
    ) -> Result<Self, StoreError> {
        if anchors.is_empty() {
            return Err(StoreError::NoAnchor);
        }
        let authorities = anchors.iter().chain(&intermediates).cloned().collect();
        let anchors = anchors
            .into_iter()
            .map(|der| {
                let der = CertificateDer::from(der);
                anchor_from_trusted_cert(&der).map(|one| one.to_owned()).map_err(|_| StoreError::Anchor)
            })
            .collect::<Result<_, _>>()?;
        let each = revocation_lists.into_iter().map(|der| List::read(der).map(Arc::new)).collect::<Result<_, _>>()?;
        let lists = RwLock::new(Arc::new(Lists { each, ..Lists::default() }));
        let intermediates = intermediates.into_iter().map(CertificateDer::from).collect();
        Ok(Self { anchors, intermediates, authorities, issuers: None, grace: chrono::Duration::zero(), lists })
    }

    /// The same store, in which a list still counts for so long after its successor was due (docs/trust.md).
    #[must_use]
    pub fn with_grace(mut self, grace: chrono::Duration) -> Self {
        self.grace = grace.max(chrono::Duration::zero());
        self
    }

    /// Takes a list (DER) that came from outside in the place of its issuer's last one, if it may stand there. What it
    /// says counts from then on. Whether it is another one than before.
    pub fn take_list(&self, der: Vec<u8>, now: DateTime<Utc>) -> Result<bool, ListRefusal> {
        let new = List::read(der).map_err(|_| ListRefusal::Unreadable)?;
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        let before = lists.each.iter().find(|list| list.is_of_the_issuer_of(&new)).map(Arc::as_ref);
        new.may_follow(before, &self.authorities, now, self.grace)?;
        if before.is_some_and(|before| before.der == new.der) {
            return Ok(false);
        }
        let mut each: Vec<_> = lists.each.iter().filter(|list| !list.is_of_the_issuer_of(&new)).cloned().collect();
        each.push(Arc::new(new));
        *lists = Arc::new(Lists { each, answers: lists.answers.clone(), known: Known::default() });
        Ok(true)
    }

    /// By what an issuer's responder is asked about a certificate; `None` where its issuer is not one that is trusted.
    #[must_use]
    pub fn about(&self, certificate: &[u8]) -> Option<CertId> {
        ocsp::about(certificate, &self.authorities)
    }

    /// Which certificates their last OCSP answer revokes: a newer one may take that back, so that they are asked about again.
    #[must_use]
    pub fn revoked_by_answers(&self) -> Vec<CertId> {
        let lists = self.current();
        lists.answers.iter().filter(|answer| answer.is_revocation()).map(|answer| answer.id.clone()).collect()
    }

    /// Takes what came as the answer (DER) to a question, if it may be believed. A revocation counts from then on. *Unknown*
    /// changes nothing.
    pub fn take_answer(
        &self,
        der: &[u8],
        question: &Question,
        now: DateTime<Utc>,
    ) -> Result<AnswerStatus, AnswerRefusal> {
        let lists = self.current();
        let new = Answer::heard(der, question, &self.authorities, &self.counting(&lists.each, now), now)?;
        let status = new.standing().status;
        if status != AnswerStatus::Unknown {
            self.put_answer(new)?;
        }
        Ok(status)
    }

    /// Takes an answer (DER) that was taken before the program ended. A revocation counts until a newer answer says
    /// otherwise, however old it is.
    pub fn recall_answer(&self, der: &[u8], now: DateTime<Utc>) -> Result<(), AnswerRefusal> {
        let lists = self.current();
        let answers = Answer::recalled(der, &self.authorities, &self.counting(&lists.each, now), now)?;
        answers.into_iter().try_for_each(|answer| self.put_answer(answer))
    }

    fn put_answer(&self, new: Answer) -> Result<(), AnswerRefusal> {
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = lists.answers.iter().find(|answer| answer.id == new.id) {
            new.may_follow(before)?;
        }
        let mut answers: Vec<_> = lists.answers.iter().filter(|answer| answer.id != new.id).cloned().collect();
        if answers.len() >= ANSWERS_AT_MOST {
            let least = answers.iter().position(|answer| !answer.is_revocation()).unwrap_or(0);
            answers.remove(least);
        }
        answers.push(new);
        *lists = Arc::new(Lists { each: lists.each.clone(), answers, known: Known::default() });
        Ok(())
    }

    /// The last OCSP answer for a certificate, where there is one.
    #[must_use]
    pub fn answer(&self, certificate: &[u8]) -> Option<AnswerStanding> {
        let parsed = holder::parse(certificate).ok()?;
        let lists = self.current();
        let of = |answer: &&Answer| answer.is_about(parsed.issuer().as_raw(), parsed.raw_serial());
        lists.answers.iter().find(of).map(Answer::standing)
    }

    /// The lists that count at a moment. Which do is said here, so that a time of grace is possible at all.
    fn counting<'a>(&self, lists: &'a [Arc<List>], at: DateTime<Utc>) -> Vec<&'a CertRevocationList<'static>> {
        lists.iter().filter(|list| list.state(at, self.grace) != ListState::Gone).map(|list| list.parsed()).collect()
    }

    /// How each list stands at a moment.
    pub fn lists(&self, at: DateTime<Utc>) -> Vec<ListStanding> {
        self.current().each.iter().map(|list| list.standing(at, self.grace)).collect()
    }

    /// The lists (DER) that count at a moment, for TLS.
    pub fn counting_lists(&self, at: DateTime<Utc>) -> Vec<Vec<u8>> {
        let lists = self.current();
        let counting = lists.each.iter().filter(|list| list.state(at, self.grace) != ListState::Gone);
        counting.map(|list| list.der.clone()).collect()
    }

    fn current(&self) -> Arc<Lists> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same store, with the issuers kept apart: a professional's certificate of a provider's issuer is
    /// then [`Distrust::WrongUse`].
    #[must_use]
    pub fn with_issuers(mut self, issuers: Issuers) -> Self {
        self.issuers = Some(issuers);
        self
    }

    /// Reads a folder: `root.pem`, `ca/professionals*.pem`, `ca/providers*.pem`, `crl/*.crl` (DER).
    ///
    /// Other files of `ca` are not looked at. Reading again is how fresh revocation lists are taken.
    pub fn load(directory: &Path) -> Result<Self, StoreError> {
        let anchors = certificates(&directory.join("root.pem"))?;
        let mut issuers = Issuers::default();
        let mut intermediates = Vec::new();
        for path in files(&directory.join("ca"), "pem")? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let of = if name.starts_with("professionals") {
                &mut issuers.professionals
            } else if name.starts_with("providers") {
                &mut issuers.providers
            } else {
                continue;
            };
            for der in certificates(&path)? {
                let certificate = holder::parse(&der).map_err(|_| StoreError::Pem(path.clone()))?;
                of.push(certificate.subject().as_raw().to_vec());
                intermediates.push(der);
            }
        }
        let lists = revocation_lists(directory)?;
        Ok(Self::new(anchors, intermediates, lists)?.with_issuers(issuers))
    }

    /// Whether a certificate (DER) is trusted for this purpose at this moment, and whose it is.
    ///
    /// A certificate that was revoked *after* the moment held at the moment, unless its key was compromised:
    /// a prescription does not fall because its prescriber later got a new card. Who receives something new
    /// must ask for the present moment too.
    pub fn judge(&self, certificate: &[u8], purpose: Purpose, at: DateTime<Utc>) -> Result<Holder, Distrust> {
        let parsed = holder::parse(certificate)?;
        let holder = holder::read(&parsed)?;
        let lists = self.current();
        let is_good = |at| {
            self.check_path(certificate, &parsed, &holder, purpose, at, &lists.each)?;
            let (issuer, serial) = (parsed.issuer().as_raw(), parsed.raw_serial());
            let revokes = |answer: &Answer| answer.is_about(issuer, serial) && answer.revokes(at);
            if lists.answers.iter().any(revokes) { Err(Distrust::Revoked) } else { Ok(()) }
        };
        lists.known.or_followed(certificate, purpose, at, is_good)?;
        self.check_use(&parsed, &holder, purpose)?;
        Ok(holder)
    }

    fn check_path(
        &self,
        certificate: &[u8],
        parsed: &X509Certificate<'_>,
        holder: &Holder,
        purpose: Purpose,
        at: DateTime<Utc>,
        lists: &[Arc<List>],
    ) -> Result<(), Distrust> {
        let der = CertificateDer::from(certificate);
        let end = EndEntityCert::try_from(&der).map_err(|error| distrust(&error, holder))?;
        match self.verify(&end, purpose, at, Some(lists)) {
            Ok(()) => Ok(()),
            Err(Error::CertRevoked) => {
                if !self.revoked_only_later(&end, parsed, at, lists) {
                    return Err(Distrust::Revoked);
                }
                self.verify(&end, purpose, at, None).map_err(|error| distrust(&error, holder))
            }
            Err(error) => Err(distrust(&error, holder)),
        }
    }

    fn verify(
        &self,
        end: &EndEntityCert<'_>,
        purpose: Purpose,
        at: DateTime<Utc>,
        lists: Option<&[Arc<List>]>,
    ) -> Result<(), Error> {
        let seconds = u64::try_from(at.timestamp()).map_err(|_| Error::BadDerTime)?;
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let counting = lists.map(|lists| self.counting(lists, at));
        let options = match counting.as_deref().map(RevocationOptionsBuilder::new) {
            None => None,
            // Without any list nobody is known to hold.
            Some(Err(_)) => return Err(Error::UnknownRevocationStatus),
            Some(Ok(builder)) => Some(
                builder
                    .with_depth(RevocationCheckDepth::Chain)
                    .with_status_policy(UnknownStatusPolicy::Deny)
                    .with_expiration_policy(ExpirationPolicy::Ignore)
                    .build(),
            ),
        };
        end.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &self.anchors,
            &self.intermediates,
            time,
            Usage(purpose),
            options,
            None,
        )
        .map(|_| ())
    }

    /// Whether the certificate itself, and no issuer, is on a list, from a later moment, its key not compromised.
    fn revoked_only_later(
        &self,
        end: &EndEntityCert<'_>,
        parsed: &X509Certificate<'_>,
        at: DateTime<Utc>,
        lists: &[Arc<List>],
    ) -> bool {
        let entry = |issuer: &[u8], serial: &[u8]| lists.iter().filter_map(|list| list.entry(issuer, serial)).min();
        let issuers_hold = self.intermediates.iter().all(|der| {
            EndEntityCert::try_from(der).is_ok_and(|issuer| entry(issuer.issuer(), issuer.serial()).is_none())
        });
        let Some((revoked_at, compromised)) = entry(end.issuer(), parsed.raw_serial()) else { return false };
        issuers_hold && !compromised && i64::try_from(revoked_at).is_ok_and(|revoked_at| revoked_at > at.timestamp())
    }

    fn check_use(&self, parsed: &X509Certificate<'_>, holder: &Holder, purpose: Purpose) -> Result<(), Distrust> {
        let usage = parsed.key_usage().map_err(|_| Distrust::Unreadable)?.ok_or(Distrust::WrongUse)?.value;
        let fits = match purpose {
            Purpose::ProfessionalAuthentication => {
                usage.digital_signature() && !usage.non_repudiation() && holder.registration_number.is_some()
            }
            Purpose::ProfessionalSignature => {
                usage.non_repudiation() && !usage.digital_signature() && holder.registration_number.is_some()
            }
            // The Centre's own test certificate of 2010 has digitalSignature beside it.
            Purpose::SystemSignature => usage.non_repudiation() && holder.registration_number.is_none(),
        };
        let issuer_fits = self.issuers.as_ref().is_none_or(|issuers| {
            let of = match purpose {
                Purpose::SystemSignature => &issuers.providers,
                _ => &issuers.professionals,
            };
            of.iter().any(|one| one == parsed.issuer().as_raw())
        });
        if fits && issuer_fits { Ok(()) } else { Err(Distrust::WrongUse) }
    }
}

/// Extended key usage: logging in needs clientAuth if any is named; for signatures none is defined.
struct Usage(Purpose);

impl ExtendedKeyUsageValidator for Usage {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        match self.0 {
            Purpose::ProfessionalAuthentication => KeyUsage::client_auth().validate(purposes),
            Purpose::ProfessionalSignature | Purpose::SystemSignature => Ok(()),
        }
    }
}

fn distrust(error: &Error, holder: &Holder) -> Distrust {
    match error {
        Error::CertExpired { .. } => Distrust::Expired { not_after: holder.not_after },
        Error::CertNotValidYet { .. } => Distrust::NotYetValid,
        Error::CertRevoked => Distrust::Revoked,
        Error::UnknownRevocationStatus
        | Error::CrlExpired { .. }
        | Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner => Distrust::NoRevocationData,
        Error::RequiredEkuNotFoundContext(_) | Error::CaUsedAsEndEntity => Distrust::WrongUse,
        Error::UnknownIssuer | Error::InvalidSignatureForPublicKey | Error::PathLenConstraintViolated => {
            Distrust::UnknownIssuer
        }
        _ => Distrust::Unreadable,
    }
}

/// Every certificate of a PEM file; at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, StoreError> {
    let bytes = read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&bytes)
        .map(|one| one.map(|der| der.to_vec()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| StoreError::Pem(path.to_owned()))?;
    if certificates.is_empty() { Err(StoreError::Pem(path.to_owned())) } else { Ok(certificates) }
}

/// Every revocation list of a folder's `crl`.
pub(crate) fn revocation_lists(directory: &Path) -> Result<Vec<Vec<u8>>, StoreError> {
    files(&directory.join("crl"), "crl")?.iter().map(|path| read(path)).collect()
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::File { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > MAX_FILE_BYTES {
        return Err(StoreError::TooLarge(path.to_owned()));
    }
    std::fs::read(path).map_err(failed)
}

/// The files of a folder with that extension, in the order of their names.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |source| StoreError::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|one| one == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
