//! The right to practise: what the role and attribute service (rooli- ja attribuuttipalvelu) says of a registration number,
//! never what a certificate's title says (smartcard notes, 1.5; promise 8). When the service is silent its last answer
//! counts for as long as the settings allow; each answer is in the record, so that its age is known after a restart.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use prescription::{RegistrationNumber, Right};
use record::{EventFilter, NewEvent};
use serde_json::json;
use trust::Holder;

use crate::{Counter, CounterError, Session, lock};

/// The kind of event that keeps an answer.
const ANSWERED: &str = "right.answered";

/// Says which right a registration number gives. Blocks, for a bounded time.
pub trait RoleService: Send + Sync {
    /// The right at that moment; `None` where the number gives none (any more).
    fn right(&self, number: &RegistrationNumber, at: DateTime<Utc>) -> Result<Option<Right>, RoleServiceSilent>;
}

/// The role service gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role service gave no answer")]
pub struct RoleServiceSilent;

/// The role service, and how old its last answer may be.
#[derive(Clone)]
pub struct Roles {
    /// The service.
    pub service: Arc<dyn RoleService>,
    /// How long an answer counts while the service is silent.
    pub at_most: Duration,
    /// How old an answer may be when somebody signs, before the service is asked again.
    pub ask_again_after: Duration,
}

/// Where a session's right comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightSource {
    /// The certificate's title: no role service is set, so nobody has been asked whether the right still holds.
    Certificate,
    /// The role service, which answered at that moment.
    Service {
        /// When.
        answered_at: DateTime<Utc>,
    },
}

impl Counter {
    /// The right in which a person who has proven to hold a card acts.
    pub(crate) fn right_of(
        &self,
        holder: &Holder,
        number: &RegistrationNumber,
        now: DateTime<Utc>,
    ) -> Result<(Right, RightSource), CounterError> {
        let Some(roles) = &self.roles else {
            let right = Right::new(holder.right_code.as_deref().unwrap_or_default());
            return Ok((right, RightSource::Certificate));
        };
        let (right, answered_at) = match roles.service.right(number, now) {
            Ok(right) => {
                let payload = json!({ "right": right.as_ref().map(Right::code) });
                self.deps.record.append(vec![NewEvent::new(ANSWERED, now, payload).by(number.as_str())])?;
                (right, now)
            }
            Err(RoleServiceSilent) => {
                let Answered { right, at } = self.last_answer(number)?.ok_or(CounterError::RightUnknown)?;
                // An answer from later than now is from a clock that was wrong: its age is not known.
                if at > now || now - at > roles.at_most {
                    return Err(CounterError::RightUnknown);
                }
                (right, at)
            }
        };
        let right = right.ok_or(CounterError::RightEnded)?;
        Ok((right, RightSource::Service { answered_at }))
    }

    /// The session with the right that holds now: a right that ended in the morning signs nothing in the afternoon. The
    /// service is asked where its last answer is no longer fresh. While it is silent that answer still counts within its
    /// limit.
    pub(crate) fn who_may_still_practise(&self, session: Session) -> Result<Session, CounterError> {
        let now = self.deps.clock.now();
        let (Some(roles), RightSource::Service { answered_at }) = (&self.roles, session.right_source) else {
            return Ok(session);
        };
        if answered_at <= now && now - answered_at <= roles.ask_again_after {
            return Ok(session);
        }
        let (right, right_source) = self.right_of(&session.holder, &session.registration, now)?;
        let mut slot = lock(&self.session);
        // While the service was asked, the card may have left, or somebody else may have logged in.
        let open = slot
            .as_mut()
            .filter(|open| !open.locked && open.registration == session.registration)
            .ok_or(CounterError::NoSession)?;
        (open.right, open.right_source) = (right, right_source);
        Ok(open.clone())
    }

    fn last_answer(&self, number: &RegistrationNumber) -> Result<Option<Answered>, CounterError> {
        let filter = EventFilter {
            kinds: vec![ANSWERED.to_owned()],
            actor: Some(number.as_str().to_owned()),
            limit: Some(1),
            newest_first: true,
            ..EventFilter::default()
        };
        let last = self.deps.record.events(filter)?.into_iter().next();
        Ok(last.map(|event| {
            let code = event.payload.as_ref().and_then(|payload| payload.get("right")?.as_str());
            Answered { right: code.map(Right::new), at: event.at }
        }))
    }
}

/// An answer of the service, as the record keeps it.
struct Answered {
    right: Option<Right>,
    at: DateTime<Utc>,
}
