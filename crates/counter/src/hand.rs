//! Prescriptions in hand, and how they are given back. The Centre sets a dispensing reservation (toimitusvaraus) when a
//! chosen prescription is fetched for dispensing; whatever was not dispensed is given back with message 18 when the visit
//! ends, however it ends (prescriptions notes, 1.6). What is in hand is durable before it is fetched, so that a program
//! that died gives it back when it starts again; the release is durable too, and the outbox sends it. Nobody waits for it,
//! and nobody is asked when it fails: the reservation ends by time as well.

use chrono::{DateTime, Duration, Utc};
use kanta::mr::StoreAnswer;
use prescription::{DocumentReference, DocumentType, Mark, MarkKind, Patient, Professional, SignedBy, time};
use record::{Batch, Due, InHand, NewDocument, NewEvent, OutboxFilter, OutboxState, Period};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::outbox::is_hopeless;
use crate::pacing::{Fate, Heard};
use crate::{Counter, CounterError, Identifiers, Round, Sent, Session, lock};

/// How long the Centre holds a prescription by itself. A release that comes later gives back nothing, or what another
/// workstation of this pharmacy holds by then (docs/assumptions.md).
const HELD_FOR: Duration = Duration::minutes(30);

/// Why a release is not sent any more when its reservation has ended by time.
const HOLD_OVER: &str = "hold-over";

/// So many are given back in one batch.
const AT_A_TIME: usize = 16;

/// What is needed to give a prescription back, also after a crash.
#[derive(Serialize, Deserialize)]
struct Held {
    prescription: DocumentReference,
    patient: Patient,
    /// Who took it in hand.
    author: Professional,
}

impl Counter {
    /// Makes durable that a prescription is in hand, before it is fetched. A release of it that still waits is withdrawn,
    /// and one that is on its way is waited for: it would end the reservation that the fetch sets.
    pub(crate) fn take_in_hand(
        &self,
        session: &Session,
        prescription: &DocumentReference,
        patient: &Patient,
    ) -> Result<(), CounterError> {
        let now = self.deps.clock.now();
        let held =
            Held { prescription: prescription.clone(), patient: patient.clone(), author: session.professional() };
        let set_id = prescription.set_id.as_str();
        let event = NewEvent::new("prescription.taken-in-hand", now, json!({ "prescription": set_id }));
        let batch = Batch::new(now).event(event.by(session.registration.as_str())).taking(set_id, json!(held));
        let _none_on_its_way = lock(&self.releasing);
        self.learn_of_releases(set_id, now)?;
        self.deps.record.commit(batch)?;
        fail_point::at!(AppTakenInHand);
        Ok(())
    }

    /// Asks the Centre once more about releases of this prescription that were sent and of which no answer came: the network
    /// may still hold one back, and it would end the reservation that the fetch sets. Once the Centre has answered, the same
    /// document changes nothing any more (promise 2). Where there is still no answer, the fetch will hardly have one either.
    fn learn_of_releases(&self, set_id: &str, now: DateTime<Utc>) -> Result<(), CounterError> {
        let sent_and_unanswered = self.deps.record.outbox(OutboxFilter {
            states: vec![OutboxState::Waiting, OutboxState::Sending, OutboxState::Settled],
            saved: Period { from: Some(now - HELD_FOR), to: None },
            prescription_set_id: Some(set_id.to_owned()),
            releases: true,
            newest_first: true,
            limit: Some(AT_A_TIME),
            ..OutboxFilter::default()
        })?;
        for item in sent_and_unanswered {
            if item.kind_code != record::RELEASE || !self.may_have_arrived(&item, 0)? {
                continue;
            }
            let Some(stored) = self.deps.record.document(&item.document_id)? else { continue };
            let Some(bytes) = stored.bytes else { continue };
            if let Ok(StoreAnswer::Accepted { document, .. }) = self.exchange(&Due { item, bytes }) {
                self.deps.record.accepted(&stored.item.document_id, &document, self.deps.clock.now())?;
            }
        }
        Ok(())
    }

    /// Gives back whatever is in hand, because its visit has ended, or the program that had it. Never fails and never asks
    /// the Centre: what cannot be written down now is given back at the next start, or ends by time.
    pub fn give_back(&self) {
        if let Err(error) = self.try_to_give_back() {
            tracing::warn!(code = error.code(), "what was in hand is not given back yet");
        }
    }

    fn try_to_give_back(&self) -> Result<(), CounterError> {
        let now = self.deps.clock.now();
        for some in self.deps.record.in_hand()?.chunks(AT_A_TIME) {
            let mut batch = Batch::new(now);
            for one in some {
                let set_id = one.prescription_set_id.as_str();
                let payload = json!({ "prescription": set_id });
                batch = batch.event(NewEvent::new("prescription.given-back", now, payload)).putting_down(set_id);
                if let Some(release) = self.release(one, now)? {
                    batch = batch.document(release);
                }
            }
            fail_point::at!(AppGivingBack);
            self.deps.record.commit(batch)?;
        }
        Ok(())
    }

    /// Message 18 for a prescription in hand; none where the reservation has ended by time, or where such a message is to
    /// be signed by somebody (`Signers`): nobody types a PIN to give up.
    fn release(&self, one: &InHand, now: DateTime<Utc>) -> Result<Option<NewDocument>, CounterError> {
        let until = one.taken_at + HELD_FOR;
        let is_signed = self.deps.signers.of(&DocumentType::DispensingReservationRelease) != SignedBy::Nobody;
        // The record keeps what an earlier version of the program wrote; what cannot be read ends by time.
        let Ok(held) = serde_json::from_value::<Held>(one.content.clone()) else { return Ok(None) };
        if is_signed || now >= until {
            return Ok(None);
        }
        let id = Identifiers { record: &self.deps.record, pharmacy: &self.deps.pharmacy.id }.next(now)?;
        let mark = Mark {
            id: id.clone(),
            set_id: id.clone(),
            version: 1,
            kind: MarkKind::DispensingReservationRelease { explanation: None },
            prescription: held.prescription,
            patient: held.patient,
            author: held.author,
            unit: self.deps.pharmacy.clone(),
            at: time::finnish(now),
            made_at: time::finnish(now),
            unknown: vec![],
        };
        let writing = cda::Writing { definition: self.deps.definition.clone(), software: self.deps.software.clone() };
        let bytes = cda::write_mark(&mark, &writing).map_err(|_| CounterError::SelfCheck("release-not-writable"))?;
        Ok(Some(NewDocument {
            document_id: id.to_string(),
            set_id: id.to_string(),
            prescription_set_id: one.prescription_set_id.clone(),
            kind_code: record::RELEASE.to_owned(),
            bytes,
            summary: json!({ "held_until": until }),
        }))
    }

    /// Sends a release, unless it was withdrawn since or its time is over. While it is on its way nobody takes a
    /// prescription in hand. Whatever the Centre says against it, no person is asked: it is withdrawn.
    pub(crate) fn send_release(&self, due: &Due, round: Round, heard: &mut Heard) -> Result<Sent, CounterError> {
        let document_id = due.item.document_id.clone();
        let _turn = lock(&self.releasing);
        let now = self.deps.clock.now();
        let stands = self.deps.record.document(&document_id)?.map(|stored| (stored.item.state, stored.item.attempts));
        if stands != Some((OutboxState::Sending, due.item.attempts)) {
            return Ok(Sent::Withdrawn { document_id });
        }
        if is_over(due, now) {
            return self.withdraw(document_id, HOLD_OVER);
        }
        fail_point::at!(AppBeforeRelease);
        let outcome = self.exchange(due);
        fail_point::at!(AppReleased);
        let took = self.deps.clock.now() - now;
        let issues = match outcome {
            Ok(StoreAnswer::Accepted { document, .. }) => {
                *heard = Heard::Answer(took);
                self.deps.record.accepted(&document_id, &document, self.deps.clock.now())?;
                return Ok(Sent::Accepted { document_id });
            }
            Ok(StoreAnswer::Refused(issues)) => issues,
            Err(CounterError::Centre(error)) if !error.issues().is_empty() => error.issues().to_vec(),
            Err(error) if is_hopeless(&error) => return self.withdraw(document_id, &error.code()),
            Err(error) => {
                let fate;
                (fate, *heard) = round.after_silence(self.before(due, 0), self.random_bytes()?);
                let Fate::Again(wait) = fate else { return Err(error) };
                return self.try_again(&due.lease(), error.code(), wait, self.deps.clock.now());
            }
        };
        let codes = issues.iter().map(|issue| issue.code.as_str());
        let fate;
        (fate, *heard) = round.after_refusal(codes, took, self.before(due, due.item.attempts), self.random_bytes()?);
        let code = issues.first().map_or_else(|| "unknown".to_owned(), |issue| issue.code.clone());
        match fate {
            Fate::Again(wait) => self.try_again(&due.lease(), code, wait, self.deps.clock.now()),
            Fate::GivenUp | Fate::Person => self.withdraw(document_id, &code),
        }
    }

    fn withdraw(&self, document_id: String, code: &str) -> Result<Sent, CounterError> {
        self.deps.record.withdraw(&document_id, code, self.deps.clock.now())?;
        tracing::debug!(code, "a release is not sent: the reservation ends by time");
        Ok(Sent::Withdrawn { document_id })
    }
}

/// Whether the reservation that a release gives back has ended by time.
fn is_over(due: &Due, now: DateTime<Utc>) -> bool {
    let until = due.item.summary.as_ref().and_then(|summary| summary.get("held_until")?.as_str()?.parse().ok());
    until.is_none_or(|until: DateTime<Utc>| now >= until)
}
