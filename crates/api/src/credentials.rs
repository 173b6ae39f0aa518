//! What a logged-in person's right and certificates rest on, shown on request: whose number, which right, who said so and
//! when; each certificate's issuer and end; how fresh the revocation lists are, and what OCSP answered when.

use chrono::{DateTime, Utc};
use counter::{CardHeld, RightSource, Session};
use prescription::time::finnish;
use trust::{AnswerStatus, Holder, ListState, TrustStore};

use crate::render::Render;
use crate::{Fact, words};

impl Render {
    /// The facts, in the order in which they are asked for.
    pub(crate) fn credentials(
        &self,
        session: &Session,
        card: &CardHeld,
        trust: &TrustStore,
        now: DateTime<Utc>,
    ) -> Vec<Fact> {
        let mut facts = vec![
            self.fact(&words::NUMBER, session.registration.as_str().to_owned(), true),
            self.fact(&words::RIGHT, format!("{} · {}", session.right.code(), session.right.name()), true),
            match session.right_source {
                RightSource::Certificate => {
                    self.fact(&words::RIGHT_SOURCE, self.say(&words::FROM_CERTIFICATE).to_owned(), false)
                }
                RightSource::Service { answered_at } => {
                    let text = format!("{} {}", self.say(&words::FROM_SERVICE), moment(answered_at));
                    self.fact(&words::RIGHT_SOURCE, text, false)
                }
            },
            self.fact(&words::FOR_LOGGING_IN, self.certificate(&session.holder), false),
        ];
        if let CardHeld::Ready(card) = card
            && card.identity.serial == session.card_serial
            && let Ok(holder) = &card.signature
        {
            facts.push(self.fact(&words::FOR_SIGNING, self.certificate(holder), false));
            let identity = &card.identity;
            let both = [
                (&words::FOR_LOGGING_IN, &identity.authentication_certificate),
                (&words::FOR_SIGNING, &identity.signature_certificate),
            ];
            facts.extend(both.into_iter().filter_map(|(of, der)| {
                let answer = trust.answer(der)?;
                let is_revoked = answer.status == AnswerStatus::Revoked;
                let said = if is_revoked { &words::OCSP_REVOKED } else { &words::OCSP_GOOD };
                let text = format!("{}: {} {}", self.say(of), self.say(said), moment(answer.this_update));
                Some(self.fact(&words::OCSP, text, is_revoked))
            }));
        }
        facts.extend(trust.lists(now).iter().map(|list| {
            let state = match list.state {
                ListState::Fresh => &words::LIST_FRESH,
                ListState::Overdue => &words::LIST_OVERDUE,
                ListState::Gone => &words::LIST_GONE,
            };
            let text = format!("{}: {} {}", list.issuer, self.say(state), moment(list.next_update));
            self.fact(&words::REVOCATION_LIST, text, list.state != ListState::Fresh)
        }));
        facts
    }

    fn certificate(&self, holder: &Holder) -> String {
        let end = words::day(finnish(holder.not_after).date());
        format!("{}, {} {end}", holder.issuer, self.say(&words::VALID_UNTIL))
    }

    fn fact(&self, label: &prescription::rules::Text, text: String, strong: bool) -> Fact {
        Fact { label: self.say(label).to_owned(), text, strong }
    }
}

fn moment(at: DateTime<Utc>) -> String {
    let local = finnish(at);
    format!("{} {}", words::day(local.date()), words::clock(local))
}
