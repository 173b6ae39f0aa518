//! Lost answers: what the Centre has is asked, not guessed (decision 13).
//!
//! Where no answer came, sending the same again asks the best question there is: the Centre answers the same bytes as the
//! first time. That does not help where the repetition itself is refused, because something changed after the first try (a
//! certificate revoked, a right that ended, a Centre that judges before it recognises). Then the Centre is asked whether it
//! has the document, before a person is.

use kanta::{Party, Requester};
use kanta_client::{Delivery, TransportError};
use prescription::{Oid, QueryReason};
use record::{Due, EventFilter, OutboxItem, kinds};

use crate::{Counter, CounterError};

/// What the Centre has under a document's identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Has {
    /// Nothing.
    Nothing,
    /// This document: as the Centre keeps it.
    This(Vec<u8>),
    /// Another one.
    Another,
}

impl Counter {
    /// Asks the Centre whether it has a document.
    pub fn ask_for(&self, document_id: &Oid) -> Result<bool, CounterError> {
        Ok(self.fetch_own(document_id)?.is_some())
    }

    /// Asks whether the Centre has this very document: its header and its content, whatever signatures were added.
    pub(crate) fn ask_what_it_has(&self, due: &Due) -> Result<Has, CounterError> {
        let ours = cda::read(&due.bytes).map_err(|error| CounterError::Document(error.code()))?;
        let Some(theirs) = self.fetch_own(&ours.header.reference.id)? else { return Ok(Has::Nothing) };
        let same = cda::read(&theirs).is_ok_and(|read| read.header == ours.header && read.content == ours.content);
        Ok(if same { Has::This(theirs) } else { Has::Another })
    }

    /// Whether a try of this document may have arrived, or may do so still, as far as the record tells: one that ended
    /// without an answer that could be read, or one of which nothing was noted any more. So many tries are under way now
    /// and do not count.
    pub(crate) fn may_have_arrived(&self, item: &OutboxItem, under_way: u32) -> Result<bool, CounterError> {
        if item.attempts <= under_way {
            return Ok(false);
        }
        let events = self.deps.record.events(EventFilter {
            kinds: vec![kinds::SENDING.to_owned(), kinds::ATTEMPT_FAILED.to_owned(), kinds::REFUSED.to_owned()],
            document_id: Some(item.document_id.clone()),
            newest_first: true,
            limit: Some(record::LIMIT_LISTING),
            ..EventFilter::default()
        })?;
        let code = |event: &record::Event| event.payload.as_ref()?.get("code")?.as_str().map(str::to_owned);
        let answered_no = |code: &str| {
            let unsent = TransportError::of_code(code).is_some_and(|error| error.delivery() == Delivery::No);
            // The codes of the table of errors are answers, and an answer of "no" or "later" stored nothing.
            unsent || kanta::errors::look_up(code.split(':').next().unwrap_or(code)).is_some()
        };
        let (mut handed_out, mut known) = (0_u32, 0_u32);
        for event in &events {
            match (event.kind == kinds::SENDING, code(event)) {
                (true, _) => handed_out += 1,
                (false, Some(code)) if answered_no(&code) => known += 1,
                (false, _) => {}
            }
        }
        // What is under way is among those that were handed out.
        Ok(handed_out > known.saturating_add(under_way))
    }

    /// An own document by its identifier. Nobody's errand: a program asks about what it sent itself, so no person is named.
    fn fetch_own(&self, document_id: &Oid) -> Result<Option<Vec<u8>>, CounterError> {
        let pharmacy = Party::from(&self.deps.pharmacy);
        let requester = Requester {
            system: Party { id: pharmacy.id.clone(), name: self.deps.software.product.clone() },
            pharmacy,
            user: None,
            reason: QueryReason::CorrectingDispensation,
            reason_text: None,
            on_behalf: None,
        };
        let found = self.deps.centre.document(document_id, &requester, &self.deps.frame()?)?;
        Ok(found.map(|document| document.bytes))
    }
}
