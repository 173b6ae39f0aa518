//! The way of what was signed to the Centre: sent until answered, in order for each prescription. Sending again is
//! harmless, because a document's identity was made before the first send (promise 2 of the house).

use cda::Content;
use chrono::{DateTime, Duration, Utc};
use kanta::errors::{self, Class};
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Issue, KantaError, Party, Requester, User};
use kanta_client::{ClientError, TransportError};
use prescription::{MarkKind, Oid, QueryReason, RegistrationNumber, rules::Language};
use record::{Due, EventFilter, kinds};
use signing::SignatureKind;
use trust::Purpose;

use crate::{Counter, CounterError, Round};

/// How long after the time of dispensing a document is marked as late: the Centre allows five minutes between the two
/// clocks, and the message needs some of them (promise 8 of the house).
const LATE_AFTER: Duration = Duration::minutes(4);

/// Stands behind the code of a document that was put off as often as the table of errors allows: `TSK-busy:given-up`.
pub const GIVEN_UP: &str = "given-up";

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
    /// A release of a dispensing reservation that is not sent any more.
    Withdrawn {
        /// Which.
        document_id: String,
    },
}

impl Counter {
    /// Sends what is due, once each. Blocks while it does; the caller paces the rounds.
    pub fn send_due(&self, round: Round) -> Result<Vec<Sent>, CounterError> {
        let due = self.deps.record.due(self.deps.clock.now(), round.most)?;
        due.into_iter().map(|document| self.send_one(document, round)).collect()
    }

    fn send_one(&self, due: Due, round: Round) -> Result<Sent, CounterError> {
        if due.item.kind_code == record::RELEASE {
            return self.send_release(&due, round);
        }
        let document_id = due.item.document_id.clone();
        let outcome = self.exchange(&due);
        let now = self.deps.clock.now();
        match outcome {
            Ok(StoreAnswer::Accepted { document, conflicts, .. }) => {
                if !self.is_the_centres(&document, now) {
                    // The Centre has it, which is what counts; a person should still know.
                    tracing::warn!(document = document_id, "the Centre's own signature does not hold");
                }
                let conflicts = conflicts.iter().map(|conflict| conflict.code().to_owned()).collect();
                self.deps.record.accepted_in_conflict(&document_id, &document, conflicts, now)?;
                Ok(Sent::Accepted { document_id })
            }
            Ok(StoreAnswer::Refused(issues)) => self.refused(due, &issues, round, now),
            Err(CounterError::Centre(error)) if !error.issues().is_empty() => {
                self.refused(due, error.issues(), round, now)
            }
            Err(error) if is_hopeless(&error) => {
                self.ask_a_person(document_id, &Issue { code: error.code(), detail: None, diagnostics: None }, now)
            }
            // No answer, or none that can be read: the document may have arrived, and sending it again is harmless.
            Err(error) => {
                let wait = round.wait(round.retry, due.item.attempts, self.random_byte()?);
                self.try_again(document_id, error.code(), wait, now)
            }
        }
    }

    /// The Centre said no: not now, or not at all.
    fn refused(&self, due: Due, issues: &[Issue], round: Round, now: DateTime<Utc>) -> Result<Sent, CounterError> {
        let document_id = due.item.document_id;
        let unknown = || Issue { code: "unknown".to_owned(), detail: None, diagnostics: None };
        let issue = issues.first().cloned().unwrap_or_else(unknown);
        // Several can come at once: the strictest decides, a person sees the first.
        let Class::Later { after_s, tries_at_most } = errors::class_of_all(issues.iter().map(|i| i.code.as_str()))
        else {
            return self.ask_a_person(document_id, &issue, now);
        };
        let tries = self.put_off(&document_id)?.saturating_add(1);
        if tries >= tries_at_most {
            return self.ask_a_person(document_id, &issue.about(GIVEN_UP), now);
        }
        let wait = round.wait(Duration::seconds(after_s.into()), tries, self.random_byte()?);
        self.try_again(document_id, issue.code, wait, now)
    }

    /// How often the Centre has put this document off since it was saved, or since a person had it sent again. What came
    /// of a try without an answer does not count.
    fn put_off(&self, document_id: &str) -> Result<u32, CounterError> {
        let tries = self.deps.record.events(EventFilter {
            kinds: vec![kinds::ATTEMPT_FAILED.to_owned(), kinds::RESENT.to_owned()],
            document_id: Some(document_id.to_owned()),
            newest_first: true,
            limit: Some(record::LIMIT_LISTING),
            ..EventFilter::default()
        })?;
        let code = |event: &record::Event| event.payload.as_ref()?.get("code")?.as_str().map(str::to_owned);
        let later = |code: &String| matches!(errors::class(code), Class::Later { .. });
        let since = tries.iter().take_while(|event| event.kind != kinds::RESENT);
        Ok(u32::try_from(since.filter_map(code).filter(later).count()).unwrap_or(u32::MAX))
    }

    /// Puts it on the list that a person must clear; it stays there with the reason (promise 3 of the house).
    fn ask_a_person(&self, document_id: String, issue: &Issue, now: DateTime<Utc>) -> Result<Sent, CounterError> {
        let code = match &issue.detail {
            Some(detail) => format!("{}:{detail}", issue.code),
            None => issue.code.clone(),
        };
        self.deps.record.refused(&document_id, &code, &issue.sentence(Language::Fi), now)?;
        Ok(Sent::Refused { document_id, code })
    }

    pub(crate) fn try_again(
        &self,
        document_id: String,
        code: String,
        wait: Duration,
        now: DateTime<Utc>,
    ) -> Result<Sent, CounterError> {
        let next_try_at = now + wait;
        self.deps.record.attempt_failed(&document_id, &code, next_try_at, now)?;
        Ok(Sent::Waits { document_id, code, next_try_at })
    }

    pub(crate) fn random_byte(&self) -> Result<u8, CounterError> {
        let mut byte = [0];
        (self.deps.randomness)(&mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    pub(crate) fn exchange(&self, due: &Due) -> Result<StoreAnswer, CounterError> {
        let read = cda::read(&due.bytes).map_err(|error| CounterError::Document(error.code()))?;
        let (user, act) = match &read.content {
            // Signer, author and stated user are one: the one who signed, whoever is logged in when it goes out.
            Content::Dispensation(made) => (User::with_card(&made.author), made.dispensed_at),
            // A program gives back by itself.
            Content::Mark(mark) if matches!(mark.kind, MarkKind::DispensingReservationRelease { .. }) => {
                (None, mark.at)
            }
            _ => return Err(CounterError::Document("not-a-dispensation")),
        };
        let requester = Requester {
            system: Party { id: self.deps.pharmacy.id.clone(), name: self.deps.software.product.clone() },
            pharmacy: Party::from(&self.deps.pharmacy),
            user,
            reason: QueryReason::Dispensing,
            reason_text: None,
            on_behalf: None,
        };
        let late = self.deps.clock.now() - prescription::time::instant(act) > LATE_AFTER;
        Ok(self.deps.centre.store(&StoreRequest {
            frame: self.deps.frame()?,
            requester,
            reference: read.header.reference,
            version: read.header.version,
            document: due.bytes.clone(),
            late,
        })?)
    }

    /// Whether the document that came back bears the Centre's own signature.
    fn is_the_centres(&self, document: &[u8], now: DateTime<Utc>) -> bool {
        self.verifier.verify(document).is_ok_and(|signatures| {
            signatures.iter().any(|signature| {
                signature.kind == Some(SignatureKind::System)
                    && signature.outcome.is_ok()
                    && self
                        .deps
                        .trust
                        .judge(&signature.certificate, Purpose::SystemSignature, now)
                        .is_ok_and(|holder| self.deps.is_the_centre(&holder))
            })
        })
    }

    /// A person has a refused document sent again as it is.
    pub fn resend(&self, document_id: &str) -> Result<(), CounterError> {
        let by = self.one_who_may_settle()?;
        self.deps.record.resend(document_id, by.as_str(), self.deps.clock.now())?;
        Ok(())
    }

    /// A person has settled a refused or conflicting document in another way, and says how.
    pub fn settle(&self, document_id: &str, note: &str) -> Result<(), CounterError> {
        let by = self.one_who_may_settle()?;
        let note = note.trim();
        if note.is_empty() {
            return Err(CounterError::NoNote);
        }
        self.deps.record.settle(document_id, note, by.as_str(), self.deps.clock.now())?;
        Ok(())
    }

    /// Only one who may dispense answers for what was dispensed.
    fn one_who_may_settle(&self) -> Result<RegistrationNumber, CounterError> {
        let session = self.open_session()?;
        if session.right.may_dispense() { Ok(session.registration) } else { Err(CounterError::Right) }
    }

    /// Asks the Centre whether it has a document: settles a lost answer instead of guessing.
    pub fn ask_for(&self, document_id: &Oid) -> Result<bool, CounterError> {
        let session = self.open_session()?;
        let requester =
            Requester { reason: QueryReason::CorrectingDispensation, ..self.requester(&session, &in_person())? };
        Ok(self.deps.centre.document(document_id, &requester, &self.deps.frame()?)?.is_some())
    }
}

/// A question about an own document is nobody's errand.
fn in_person() -> crate::Acting {
    crate::Acting { on_behalf: None, identified: String::new() }
}

/// Whether trying again can never help: the bytes never become a message, or the other end is of another environment.
pub(crate) fn is_hopeless(error: &CounterError) -> bool {
    match error {
        CounterError::Document(_) => true,
        CounterError::Centre(error) => matches!(
            error,
            ClientError::Question(_)
                | ClientError::Transport(TransportError::Unsendable)
                | ClientError::Answer(KantaError::WrongEnvironment)
        ),
        _ => false,
    }
}
