//! What happened to a document, as a person reads it: what repeats is told once, with how often and until when, and
//! what only the outbox needs to know is left out.

use prescription::time::finnish;
use record::Event;

use crate::render::Render;
use crate::{Fact, sentences, words};

impl Render {
    /// The steps of one document, oldest first. Attempts that failed one after the other for the same reason are one step.
    /// Of whoever did something, `name` tells the name where it is known.
    pub(crate) fn history(&self, events: &[Event], name: impl Fn(&Event) -> Option<String>) -> Vec<Fact> {
        let told: Vec<&Event> = events.iter().filter(|event| concerns_a_person(event)).collect();
        told.chunk_by(|one, next| is_attempt(one) && is_attempt(next) && code(one) == code(next))
            .filter_map(|steps| Some((steps.first()?, steps.last()?, steps.len())))
            .map(|(first, last, times)| self.step(first, last, times, &name))
            .collect()
    }

    fn step(&self, first: &Event, last: &Event, times: usize, name: impl Fn(&Event) -> Option<String>) -> Fact {
        let text = match first.kind.as_str() {
            "dispensation.signed" if prepared(first) => &words::SIGNED_PREPARED,
            "dispensation.signed" | "prescription.stored" => &words::SIGNED,
            "outbox.waiting" => &words::SAVED,
            "outbox.accepted" => &words::SENT_TO_CENTRE,
            "outbox.accepted-in-conflict" => &words::IN_CONFLICT,
            "outbox.refused" => &words::CENTRE_REFUSED,
            "outbox.resent" => &words::SENT_AGAIN,
            "outbox.settled" => &words::SETTLED,
            "outbox.attempt-failed" => &words::ATTEMPT,
            _ => &words::OTHER_EVENT,
        };
        let mut text = self.say(text).to_owned();
        if times > 1 {
            text.push_str(&format!(" ({times} ×)"));
        }
        // A person's own steps say whose they are.
        if let ("outbox.settled" | "outbox.resent", Some(by)) = (first.kind.as_str(), &first.actor) {
            let whose = name(first).map_or_else(|| by.clone(), |name| format!("{name}, {by}"));
            text.push_str(&format!(" ({whose})"));
        }
        let why: Vec<String> = codes(first).map(|code| sentences::of_code(code, self.language).sentence).collect();
        if !why.is_empty() {
            text.push_str(&format!(": {}", why.join(" ")));
        }
        if let Some(note) = said(first, "how") {
            text.push_str(&format!(": {note}"));
        }
        let mut label = finnish(first.at).format("%-d.%-m.%Y %H.%M.%S").to_string();
        if times > 1 {
            label.push_str(&finnish(last.at).format("–%H.%M.%S").to_string());
        }
        Fact { label, text, strong: is_milestone(first) }
    }
}

fn concerns_a_person(event: &Event) -> bool {
    !matches!(event.kind.as_str(), "outbox.sending" | "outbox.released")
}

fn is_attempt(event: &Event) -> bool {
    event.kind == "outbox.attempt-failed"
}

fn is_milestone(event: &Event) -> bool {
    matches!(
        event.kind.as_str(),
        "outbox.waiting" | "outbox.accepted" | "outbox.accepted-in-conflict" | "outbox.settled"
    )
}

fn code(event: &Event) -> Option<&str> {
    said(event, "code")
}

/// The code of what went wrong, or those of what it conflicts with.
fn codes(event: &Event) -> impl Iterator<Item = &str> {
    let conflicts = event.payload.as_ref().and_then(|payload| payload.get("conflicts")?.as_array());
    code(event).into_iter().chain(conflicts.into_iter().flatten().filter_map(|code| code.as_str()))
}

fn said<'a>(event: &'a Event, field: &str) -> Option<&'a str> {
    event.payload.as_ref()?.get(field)?.as_str()
}

/// Whether a student prepared what was signed.
fn prepared(event: &Event) -> bool {
    event.payload.as_ref().and_then(|payload| payload.get("prepared_by")).is_some_and(|by| by.is_string())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use prescription::rules::Language;
    use serde_json::json;

    use super::*;

    fn event(kind: &str, second: i64, payload: serde_json::Value) -> Event {
        Event {
            sequence: record::Sequence::at(1),
            kind: kind.to_owned(),
            at: DateTime::<Utc>::from_timestamp(1_795_600_000 + second, 0).unwrap(),
            actor: None,
            document_id: None,
            payload: Some(payload),
        }
    }

    #[test]
    fn attempts_that_fail_alike_are_told_once_and_leases_not_at_all() {
        let failed = json!({ "code": "not-reached" });
        let events = [
            event("dispensation.signed", 0, json!({})),
            event("outbox.waiting", 0, json!({})),
            event("outbox.sending", 1, json!({})),
            event("outbox.attempt-failed", 2, failed.clone()),
            event("outbox.sending", 3, json!({})),
            event("outbox.attempt-failed", 4, failed),
            event("outbox.attempt-failed", 6, json!({ "code": "answer-lost" })),
            event("outbox.accepted", 7, json!({})),
        ];
        let render = Render { language: Language::En, today: chrono::NaiveDate::default() };
        let steps = render.history(&events, |_| None);
        let texts: Vec<&str> = steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Signed",
                "Saved",
                "An attempt to send failed (2 ×): The Prescription Centre is not reached.",
                "An attempt to send failed: The connection ended before the Centre's answer.",
                "The Centre accepted it",
            ]
        );
        assert_eq!(steps[2].label, "25.11.2026 11.46.42–11.46.44");
    }

    #[test]
    fn a_conflict_says_what_it_is_and_a_settlement_whose_it_is() {
        let by = |event: Event| Event { actor: Some("99900000011".to_owned()), ..event };
        let events = [
            event("outbox.accepted-in-conflict", 0, json!({ "conflicts": ["late-cancelled", "late-locked"] })),
            by(event("outbox.settled", 9, json!({ "how": "Soitettu lääkärille" }))),
        ];
        let render = Render { language: Language::En, today: chrono::NaiveDate::default() };
        let texts: Vec<String> =
            render.history(&events, |_| Some("Siri Salminen".to_owned())).into_iter().map(|step| step.text).collect();
        assert_eq!(
            texts,
            [
                "The Centre accepted it in conflict: The prescription had meanwhile been cancelled. The prescription had \
                 meanwhile been locked.",
                "Settled (Siri Salminen, 99900000011): Soitettu lääkärille",
            ]
        );
    }
}
