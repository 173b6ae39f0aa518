//! The way of what was signed to the Centre: sent until answered, in order for each prescription. Sending again is
//! harmless, because a document's identity was made before the first send (promise 2 of the house).

use chrono::{DateTime, Duration, Utc};
use kanta::errors::{self, Class};
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Party, Requester, User};
use prescription::{Oid, QueryReason, rules::Language};
use record::Due;
use signing::SignatureKind;
use trust::Purpose;

use crate::{Counter, CounterError};

/// How long after the time of dispensing a document is marked as late: the Centre allows five minutes between the two
/// clocks, and the message needs some of them (promise 8 of the house).
const LATE_AFTER: Duration = Duration::minutes(4);

/// How sending is paced.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// At most so many documents.
    pub most: usize,
    /// The first wait after a failure.
    pub retry: Duration,
    /// The longest.
    pub retry_most: Duration,
}

/// What came of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The Centre has it.
    Accepted {
        /// Which.
        document_id: String,
    },
    /// The Centre refused it.
    Refused {
        /// Which.
        document_id: String,
        /// Why.
        code: String,
    },
    /// It waits for another attempt.
    Waits {
        /// Which.
        document_id: String,
        /// Why.
        code: String,
        /// Until when.
        next_try_at: DateTime<Utc>,
    },
}

impl Counter {
    /// Sends what is due, once each. Blocks while it does; the caller paces the rounds.
    pub fn send_due(&self, round: Round) -> Result<Vec<Sent>, CounterError> {
        let due = self.deps.record.due(self.deps.clock.now(), round.most)?;
        due.into_iter().map(|document| self.send_one(document, round)).collect()
    }

    fn send_one(&self, due: Due, round: Round) -> Result<Sent, CounterError> {
        let document_id = due.item.document_id.clone();
        let outcome = self.exchange(&due);
        let now = self.deps.clock.now();
        let record = &self.deps.record;
        match outcome {
            Ok(StoreAnswer::Accepted { document, .. }) => {
                if !self.is_the_centres(&document, now) {
                    // The Centre has it, which is what counts; a person should still know.
                    tracing::warn!(document = document_id, "the Centre's own signature does not hold");
                }
                record.accepted(&document_id, &document, now)?;
                Ok(Sent::Accepted { document_id })
            }
            Ok(StoreAnswer::Refused(issues)) => {
                let issue = issues.first().cloned().unwrap_or_else(|| kanta::Issue {
                    code: "unknown".to_owned(),
                    detail: None,
                    diagnostics: None,
                });
                // Several can come at once: the strictest decides, a person sees the first.
                let class = errors::class_of_all(issues.iter().map(|issue| issue.code.as_str()));
                if matches!(class, Class::Later { .. }) {
                    return self.try_again(due, issue.code, round, now);
                }
                let code = match &issue.detail {
                    Some(detail) => format!("{}:{detail}", issue.code),
                    None => issue.code.clone(),
                };
                record.refused(&document_id, &code, &issue.sentence(Language::Fi), now)?;
                Ok(Sent::Refused { document_id, code })
            }
            Err(error) => self.try_again(due, error.code(), round, now),
        }
    }

    fn try_again(&self, due: Due, code: String, round: Round, now: DateTime<Utc>) -> Result<Sent, CounterError> {
        let doubled = 2_i32.saturating_pow(due.item.attempts.min(20));
        let wait = round.retry.checked_mul(doubled).unwrap_or(round.retry_most).min(round.retry_most);
        let next_try_at = now + wait;
        let document_id = due.item.document_id;
        self.deps.record.attempt_failed(&document_id, &code, next_try_at, now)?;
        Ok(Sent::Waits { document_id, code, next_try_at })
    }

    fn exchange(&self, due: &Due) -> Result<StoreAnswer, CounterError> {
        let read = cda::read(&due.bytes).map_err(|error| CounterError::Document(error.code()))?;
        let cda::Content::Dispensation(dispensation) = read.content else {
            return Err(CounterError::Document("not-a-dispensation"));
        };
        let requester = Requester {
            system: Party { id: self.deps.pharmacy.id.clone(), name: self.deps.software.product.clone() },
            pharmacy: Party::from(&self.deps.pharmacy),
            // Signer, author and stated user are one: the one who signed, whoever is logged in when it goes out.
            user: User::with_card(&dispensation.author),
            reason: QueryReason::Dispensing,
        };
        let late = self.deps.clock.now() - prescription::time::instant(dispensation.dispensed_at) > LATE_AFTER;
        Ok(self.deps.centre.store(&StoreRequest {
            frame: self.deps.frame()?,
            requester,
            reference: dispensation.reference,
            version: dispensation.version,
            document: due.bytes.clone(),
            late,
        })?)
    }

    /// Whether the document that came back bears the Centre's own signature.
    fn is_the_centres(&self, document: &[u8], now: DateTime<Utc>) -> bool {
        signing::verify(document).is_ok_and(|signatures| {
            signatures.iter().any(|signature| {
                signature.kind == Some(SignatureKind::System)
                    && signature.outcome.is_ok()
                    && self.deps.trust.judge(&signature.certificate, Purpose::SystemSignature, now).is_ok()
            })
        })
    }

    /// Asks the Centre whether it has a document: settles a lost answer instead of guessing.
    pub fn ask_for(&self, document_id: &Oid) -> Result<bool, CounterError> {
        let session = self.open_session()?;
        let requester = Requester { reason: QueryReason::CorrectingDispensation, ..self.requester(&session)? };
        Ok(self.deps.centre.document(document_id, &requester, &self.deps.frame()?)?.is_some())
    }
}
