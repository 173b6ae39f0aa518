//! The way of what was signed to the Centre: sent until answered, in order for each prescription. Sending again is
//! harmless, because a document's identity was made before the first send (promise 2 of the house).

use cda::Content;
use chrono::{DateTime, Duration, Utc};
use kanta::errors::{self, Class};
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Issue, KantaError, Party, Requester, User};
use kanta_client::{ClientError, TransportError};
use prescription::{MarkKind, QueryReason, RegistrationNumber, rules::Language};
use record::{Due, EventFilter, Lease, kinds};
use signing::SignatureKind;
use trust::Purpose;

use crate::asking::Has;
use crate::pacing::{Before, Fate, Heard, Turn};
use crate::{Counter, CounterError, Round, lock};

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

/// A document that may go now, in the hands of one sender. Dropped unsent it keeps its lease and gives back its turn.
pub struct Going<'a> {
    counter: &'a Counter,
    due: Due,
    turn: Turn,
    heard: Heard,
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        lock(&self.counter.pace).end(&self.turn, self.heard, self.counter.deps.clock.now());
    }
}

impl Going<'_> {
    /// Sends it, once. Blocks until the Centre has answered or the time for an answer is over.
    pub fn send(mut self, round: Round) -> Result<Sent, CounterError> {
        let (counter, due) = (self.counter, self.due.clone());
        if due.item.kind_code == record::RELEASE {
            counter.send_release(&due, round, &mut self.heard)
        } else {
            counter.send_one(due, round, &mut self.heard)
        }
    }
}

impl Counter {
    /// Sends what is due, one after another, as long as the Centre answers. Blocks while it does; the caller paces the rounds.
    pub fn send_due(&self, round: Round) -> Result<Vec<Sent>, CounterError> {
        let mut sent = Vec::new();
        while sent.len() < round.most {
            let Some(going) = self.next_to_send(1)?.pop() else { break };
            sent.push(going.send(round)?);
        }
        Ok(sent)
    }

    /// What may go now, `most` at the most: no two of one prescription, none that another sender has, and no more at once
    /// than the pace allows. Each is for one thread; they do not wait for each other.
    pub fn next_to_send(&self, most: usize) -> Result<Vec<Going<'_>>, CounterError> {
        let now = self.deps.clock.now();
        // Turns are taken before documents, so that nobody waits at the pace's lock while the record flushes.
        let mut turns: Vec<Turn> = {
            let mut pace = lock(&self.pace);
            if pace.is_back() {
                pace.comes_back(self.deps.record.counts()?.waiting, now);
            }
            (0..pace.room(now).min(most)).map(|_| pace.begin(now)).collect()
        };
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let due = self.deps.record.due(now, turns.len());
        let found = due.as_ref().map_or(0, Vec::len).min(turns.len());
        for turn in turns.split_off(found) {
            lock(&self.pace).end(&turn, Heard::Nothing, now);
        }
        if due.as_ref().is_ok_and(Vec::is_empty) {
            lock(&self.pace).has_caught_up();
        }
        let going = |(due, turn)| Going { counter: self, due, turn, heard: Heard::Nothing };
        Ok(due?.into_iter().zip(turns).map(going).collect())
    }

    /// When something can be sent next: it is due, and the pace allows it. `None` when nothing waits.
    pub fn next_sending(&self) -> Result<Option<DateTime<Utc>>, CounterError> {
        let opens_at = lock(&self.pace).opens_at();
        Ok(self.deps.record.next_due()?.map(|due| opens_at.map_or(due, |opens_at| due.max(opens_at))))
    }

    /// The Centre has answered something: what waits for it to come back may be tried now, one document first. Whether
    /// anything waited for that.
    pub fn centre_answers(&self) -> bool {
        lock(&self.pace).knock()
    }

    fn send_one(&self, due: Due, round: Round, heard: &mut Heard) -> Result<Sent, CounterError> {
        let document_id = due.item.document_id.clone();
        fail_point::at!(AppBeforeSend);
        let sent_at = self.deps.clock.now();
        let outcome = self.exchange(&due);
        fail_point::at!(AppAnswered);
        let now = self.deps.clock.now();
        let took = now - sent_at;
        match outcome {
            Ok(StoreAnswer::Accepted { document, conflicts, .. }) => {
                *heard = Heard::Answer(took);
                if !self.is_the_centres(&document, now) {
                    // The Centre has it, which is what counts; a person should still know.
                    tracing::warn!(document = document_id, "the Centre's own signature does not hold");
                }
                let conflicts = conflicts.iter().map(|conflict| conflict.code().to_owned()).collect();
                self.deps.record.accepted_in_conflict(&document_id, &document, conflicts, now)?;
                fail_point::at!(AppRecorded);
                Ok(Sent::Accepted { document_id })
            }
            Ok(StoreAnswer::Refused(issues)) => self.refused(&due, &issues, took, round, heard),
            Err(CounterError::Centre(error)) if !error.issues().is_empty() => {
                self.refused(&due, error.issues(), took, round, heard)
            }
            Err(error) if is_hopeless(&error) => {
                self.ask_a_person(&due.lease(), &Issue { code: error.code(), detail: None, diagnostics: None }, now)
            }
            // No answer, or none that can be read: the document may have arrived, and sending it again is harmless.
            Err(error) => {
                let fate;
                (fate, *heard) = round.after_silence(self.before(&due, 0), self.random_bytes()?);
                let Fate::Again(wait) = fate else { return Err(error) };
                self.try_again(&due.lease(), error.code(), wait, now)
            }
        }
    }

    /// What had come before a try that the Centre did not take.
    pub(crate) fn before(&self, due: &Due, put_off: u32) -> Before {
        Before { attempts: due.item.attempts, put_off, troubles: lock(&self.pace).next_trouble() }
    }

    /// The Centre said no: not now, or not at all. A person sees the first reason.
    fn refused(
        &self,
        due: &Due,
        issues: &[Issue],
        took: Duration,
        round: Round,
        heard: &mut Heard,
    ) -> Result<Sent, CounterError> {
        let (lease, now) = (due.lease(), self.deps.clock.now());
        let unknown = || Issue { code: "unknown".to_owned(), detail: None, diagnostics: None };
        let issue = issues.first().cloned().unwrap_or_else(unknown);
        let put_off = self.put_off(lease.document_id())?.saturating_add(1);
        let codes = issues.iter().map(|issue| issue.code.as_str());
        let fate;
        (fate, *heard) = round.after_refusal(codes, took, self.before(due, put_off), self.random_bytes()?);
        let given_up = fate == Fate::GivenUp;
        let issue = match fate {
            Fate::Again(wait) => return self.try_again(&lease, issue.code, wait, now),
            Fate::GivenUp => issue.about(GIVEN_UP),
            Fate::Person => issue,
        };
        // A try before this one may have been taken, its answer lost: then the Centre knows, and no person need.
        if !self.may_have_arrived(&due.item, 1)? {
            return self.ask_a_person(&lease, &issue, now);
        }
        match self.ask_what_it_has(due) {
            Ok(Has::This(document)) => {
                self.deps.record.accepted(lease.document_id(), &document, now)?;
                Ok(Sent::Accepted { document_id: lease.document_id().to_owned() })
            }
            Ok(Has::Nothing | Has::Another) => self.ask_a_person(&lease, &issue, now),
            // The Centre does not let it be asked: a person can find out.
            Err(CounterError::Centre(error)) if !error.issues().is_empty() => self.ask_a_person(&lease, &issue, now),
            // The table's tries are used up, and this was the last.
            Err(_) if given_up => self.ask_a_person(&lease, &issue, now),
            Err(error) => {
                let fate;
                (fate, *heard) = round.after_silence(self.before(due, 0), self.random_bytes()?);
                let Fate::Again(wait) = fate else { return Err(error) };
                self.try_again(&lease, error.code(), wait, self.deps.clock.now())
            }
        }
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
    fn ask_a_person(&self, lease: &Lease, issue: &Issue, now: DateTime<Utc>) -> Result<Sent, CounterError> {
        let code = match &issue.detail {
            Some(detail) => format!("{}:{detail}", issue.code),
            None => issue.code.clone(),
        };
        self.deps.record.refused(lease, &code, &issue.sentence(Language::Fi), now)?;
        Ok(Sent::Refused { document_id: lease.document_id().to_owned(), code })
    }

    pub(crate) fn try_again(
        &self,
        lease: &Lease,
        code: String,
        wait: Duration,
        now: DateTime<Utc>,
    ) -> Result<Sent, CounterError> {
        let next_try_at = now + wait;
        self.deps.record.attempt_failed(lease, &code, next_try_at, now)?;
        Ok(Sent::Waits { document_id: lease.document_id().to_owned(), code, next_try_at })
    }

    pub(crate) fn random_bytes(&self) -> Result<[u8; 2], CounterError> {
        let mut bytes = [0; 2];
        (self.deps.randomness)(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn exchange(&self, due: &Due) -> Result<StoreAnswer, CounterError> {
        let read = cda::read(&due.bytes).map_err(|error| CounterError::Document(error.code()))?;
        let (user, act) = match &read.content {
            // Signer, author and stated user are one: the one who signed, whoever is logged in when it goes out.
            Content::Dispensation(made) => (User::with_card(&made.author), made.dispensed_at),
            // A prescription that was stored from paper or telephone is its recorder's; what counts is when that was.
            Content::Prescription(stored) => (stored.made_by().and_then(User::with_card), stored.made_at),
            // A program gives back by itself.
            Content::Mark(mark) if matches!(mark.kind, MarkKind::DispensingReservationRelease { .. }) => {
                (None, mark.at)
            }
            _ => return Err(CounterError::Document("not-sent-by-a-pharmacy")),
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

    /// Whether the document that came back bears the Centre's own signature: it is the newest; those before
    /// it were checked when the document was signed.
    fn is_the_centres(&self, document: &[u8], now: DateTime<Utc>) -> bool {
        let Ok(Some(signature)) = self.verifier.verify_last(document) else { return false };
        signature.kind == Some(SignatureKind::System)
            && signature.outcome.is_ok()
            && self
                .deps
                .trust
                .judge(&signature.certificate, Purpose::SystemSignature, now)
                .is_ok_and(|holder| self.deps.is_the_centre(&holder))
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
    pub(crate) fn one_who_may_settle(&self) -> Result<RegistrationNumber, CounterError> {
        let session = self.open_session()?;
        if session.right.may_dispense() { Ok(session.registration) } else { Err(CounterError::Right) }
    }
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
