//! What hosts are told of the outbox as a whole: how much waits, what of it somebody should hear of, how fresh what is seen
//! is. While a thousand documents go out one after the other the record has better to do than to count them each time.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use counter::CounterError;
use prescription::DocumentType;
use record::{OutboxFilter, OutboxState, Period};

use crate::notices::Standing;
use crate::program::Tiski;
use crate::{Event, Freshness, NoticeView, OutboxCounts};

/// How old what is known of waiting too long may be where nobody has just acted.
pub(crate) const STANDING_OLD: Duration = Duration::from_secs(2);

/// How old the number of what was accepted today may be.
const NUMBER_OLD: Duration = Duration::from_millis(500);

impl Tiski {
    /// What waits, was refused, was accepted today.
    pub(crate) fn counts(&self) -> Result<OutboxCounts, CounterError> {
        let record = &self.counter.deps().record;
        let counts = record.counts()?;
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(OutboxCounts {
            waiting: number(counts.waiting.saturating_add(counts.sending)),
            refused: number(counts.refused),
            conflicts: number(counts.conflicting),
            handed_over: number(record.outage_waiting()?),
            accepted_today: self.accepted_today()?,
        })
    }

    /// How many dispensations of this Finnish day the Centre has. Counted anew now and then: it is no number to act by.
    fn accepted_today(&self) -> Result<u32, CounterError> {
        let deps = self.counter.deps();
        let today = review::finnish_day(deps.clock.now());
        let mut known = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, day, number)) = *known
            && day == today
            && at.elapsed() < NUMBER_OLD
        {
            return Ok(number);
        }
        let midnight = prescription::time::instant(today.and_time(chrono::NaiveTime::MIN));
        let accepted = deps.record.outbox(OutboxFilter {
            states: vec![OutboxState::Accepted, OutboxState::Conflicting],
            saved: Period { from: Some(midnight), to: None },
            limit: Some(10_000),
            ..OutboxFilter::default()
        })?;
        // A prescription that was stored from paper or telephone is no dispensation.
        let of_dispensing = accepted.iter().filter(|item| item.kind_code != DocumentType::Prescription.code());
        let number = u32::try_from(of_dispensing.count()).unwrap_or(u32::MAX);
        *known = Some((Instant::now(), today, number));
        Ok(number)
    }

    /// Notes whether the Centre has just answered.
    pub(crate) fn note_answer(&self, answered: bool) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.note(answered, Instant::now(), self.counter.deps().clock.now());
    }

    /// How fresh what is seen is.
    pub(crate) fn freshness(&self) -> Freshness {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.view(Instant::now(), &self.instruments.edition())
    }

    /// What somebody should hear of. The record is asked anew where what is known is older than `at_most`: while a thousand
    /// documents go out one after the other it has better to do.
    pub(crate) fn notices(&self, at_most: Duration) -> Vec<NoticeView> {
        let limits = &self.settings.notices;
        let mut known = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|(at, _)| at.elapsed() >= at_most) {
            let deps = self.counter.deps();
            let counts = deps.record.counts().map_err(review::ReviewError::from);
            match counts.and_then(|counts| Standing::of(&deps.record, &counts, limits, deps.clock.now())) {
                Ok(standing) => *known = Some((Instant::now(), standing)),
                Err(error) => tracing::warn!(code = error.code(), "what waits too long cannot be looked up"),
            }
        }
        known.as_ref().map(|(_, standing)| standing.notices(limits, self.language())).unwrap_or_default()
    }

    /// Tells hosts of the notices where they are others than they were told last.
    pub(crate) fn push_notices(&self, at_most: Duration) {
        let notices = self.notices(at_most);
        let mut before = self.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        if *before != notices {
            before.clone_from(&notices);
            drop(before);
            self.push(Event::Notices { notices });
        }
    }
}
