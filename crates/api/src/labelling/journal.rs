//! What the journal says of labels. Before a label is sent it is noted that it will be, afterwards what became of it; a label
//! that does not hold any more is noted as void. An event is about the prescription's set, names the product and the printer,
//! and nobody who uses the medicine.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use counter::Visit;
use labels::Contents;
use prescription::Oid;
use printing::PrintError;
use record::{Event, EventFilter, NewEvent, OutboxFilter, Period};
use serde_json::{Value, json};

use super::{LabelPrinter, LabelState, PrintedLabel, PrintedLabels};
use crate::program::Tiski;
use crate::{Problem, sentences, words};

const PRINTING: &str = "label.printing";
const PRINTED: &str = "label.printed";
const FAILED: &str = "label.failed";
const VOIDED: &str = "label.voided";

/// A visit looks back at so many events of one prescription's label.
const EVENTS_AT_MOST: usize = 200;
/// So many days back a program that starts looks for labels of visits that were not ended.
const ABANDONED_DAYS: i64 = 7;
/// A label belongs to a dispensation that was signed so many hours before it, at the most: no visit lasts as long.
const SIGNED_HOURS: i64 = 12;
/// A day's list has at most so many events.
const ROWS_AT_MOST: usize = 3_000;

/// What is noted before a label is sent.
pub(super) struct Note<'p> {
    pub(super) product: String,
    pub(super) way: &'p LabelPrinter,
    pub(super) digest: String,
    pub(super) reprint: bool,
    pub(super) sheets: u32,
}

/// By which it is known whether a label is the one that was printed: of its contents, whoever reads it learns nothing.
pub(super) fn digest(contents: &[Contents]) -> String {
    let text = format!("{contents:?}");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was printed of one prescription in a visit, as its events tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Printed {
    /// The label that lies on the counter, if one does.
    out: Option<Out>,
    last: Last,
}

#[derive(Debug, PartialEq, Eq)]
struct Out {
    /// Under which numbers it was sent, with the copies before it.
    numbers: Vec<u64>,
    digest: String,
    at: DateTime<Utc>,
    again: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Sending,
    Printed,
    Failed(String),
    Void,
}

/// Where a label stands beside the one that is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    NotPrinted,
    Printed { at: DateTime<Utc>, again: bool },
    Changed,
    Void,
    Doubtful,
    Failed { code: String },
}

impl Standing {
    pub(super) fn state(&self) -> LabelState {
        match self {
            Self::NotPrinted => LabelState::NotPrinted,
            Self::Printed { .. } => LabelState::Printed,
            Self::Changed => LabelState::Changed,
            Self::Void => LabelState::Void,
            Self::Doubtful => LabelState::Doubtful,
            Self::Failed { .. } => LabelState::Failed,
        }
    }
}

impl Printed {
    /// From the events of a visit, oldest first.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut printed = Self::default();
        let mut sent: Option<Out> = None;
        for event in events {
            match event.kind.as_str() {
                PRINTING => {
                    let before = printed.out.iter().flat_map(|out| out.numbers.iter().copied());
                    let numbers = before.chain([event.sequence.get()]).collect();
                    let (digest, again) = (said(event, "digest"), is(event, "reprint"));
                    sent = Some(Out { numbers, digest, at: event.at, again });
                    printed.last = Last::Sending;
                }
                PRINTED => {
                    printed.out = sent.take().or(printed.out);
                    printed.last = Last::Printed;
                }
                FAILED => {
                    // Of a label that was sent in part nobody knows what came out: it counts as printed.
                    if said(event, "code") == PrintError::Interrupted.code() {
                        printed.out = sent.take().or(printed.out);
                    }
                    printed.last = Last::Failed(said(event, "code"));
                }
                VOIDED => {
                    printed.out = None;
                    printed.last = Last::Void;
                }
                _ => {}
            }
        }
        if printed.last == Last::Sending {
            printed.out = sent.or(printed.out);
        }
        printed
    }

    /// Whether a label lies on the counter, or may.
    pub(super) fn is_out(&self) -> bool {
        self.out.is_some()
    }

    /// Under which numbers what lies there was sent.
    pub(super) fn numbers(&self) -> &[u64] {
        self.out.as_ref().map_or(&[], |out| &out.numbers)
    }

    /// Whether that one is this one.
    pub(super) fn holds(&self, digest: &str) -> bool {
        self.out.as_ref().is_some_and(|out| out.digest == digest)
    }

    /// Where it stands beside a label of that digest, or beside none.
    pub(super) fn standing(&self, digest: Option<&str>) -> Standing {
        match (&self.last, &self.out) {
            (Last::Nothing, _) => Standing::NotPrinted,
            (Last::Void, _) => Standing::Void,
            (Last::Failed(code), _) => Standing::Failed { code: code.clone() },
            (Last::Sending, _) => Standing::Doubtful,
            (Last::Printed, Some(out)) if digest.is_some_and(|digest| out.digest == digest) => {
                Standing::Printed { at: out.at, again: out.again }
            }
            (Last::Printed, _) => Standing::Changed,
        }
    }
}

fn said(event: &Event, field: &str) -> String {
    event.payload.as_ref().and_then(|payload| payload.get(field)?.as_str()).unwrap_or_default().to_owned()
}

fn is(event: &Event, field: &str) -> bool {
    event.payload.as_ref().and_then(|payload| payload.get(field)?.as_bool()).unwrap_or_default()
}

fn number(event: &Event, field: &str) -> u64 {
    event.payload.as_ref().and_then(|payload| payload.get(field)?.as_u64()).unwrap_or_default()
}

fn kinds() -> Vec<String> {
    [PRINTING, PRINTED, FAILED, VOIDED].map(str::to_owned).to_vec()
}

impl Tiski {
    /// The visit's events of one prescription's label, oldest first.
    pub(super) fn label_events(&self, visit: &Visit, set_id: &Oid) -> Result<Vec<Event>, Problem> {
        let filter = EventFilter {
            kinds: kinds(),
            period: Period { from: Some(visit.fetched_at), to: None },
            document_id: Some(set_id.to_string()),
            limit: Some(EVENTS_AT_MOST),
            newest_first: true,
            ..EventFilter::default()
        };
        let mut events = self.listed(filter)?;
        events.reverse();
        Ok(events)
    }

    /// When the program starts, nobody is served: a label that was printed in a visit which the program did not live to end is
    /// void where nothing of its prescription was signed. What was signed in the hours before may have got its label
    /// afterwards, and keeps it.
    pub(crate) fn void_abandoned_labels(&self) {
        let noted = self.abandoned().and_then(|all| {
            all.iter().try_for_each(|(set_id, printed)| self.note_void(set_id, printed, "program-ended"))
        });
        if let Err(problem) = noted {
            // Nobody is kept from the counter by it: what holds is asked again when the label is.
            tracing::warn!(code = problem.code, "labels of a visit that was not ended could not be noted as void");
        }
    }

    fn abandoned(&self) -> Result<Vec<(Oid, Printed)>, Problem> {
        let record = &self.counter.deps().record;
        let looks_back = self.counter.deps().clock.now() - Duration::days(ABANDONED_DAYS);
        let mut events = self.listed(EventFilter {
            kinds: kinds(),
            period: Period { from: Some(looks_back), to: None },
            limit: Some(ROWS_AT_MOST),
            newest_first: true,
            ..EventFilter::default()
        })?;
        events.reverse();
        let mut of_set: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for event in events {
            of_set.entry(event.document_id.clone().unwrap_or_default()).or_default().push(event);
        }
        let mut abandoned = Vec::new();
        for (set, events) in of_set {
            let printed = Printed::of(&events);
            let (Ok(set_id), Some(out)) = (Oid::parse(&set), &printed.out) else { continue };
            let signed = record.outbox(OutboxFilter {
                saved: Period { from: Some(out.at - Duration::hours(SIGNED_HOURS)), to: None },
                prescription_set_id: Some(set),
                limit: Some(1),
                ..OutboxFilter::default()
            });
            if signed.map_err(|error| self.of_code(error.code()))?.is_empty() {
                abandoned.push((set_id, printed));
            }
        }
        Ok(abandoned)
    }

    /// Notes that a label is sent now, and answers the number of that note.
    pub(super) fn note_printing(&self, set_id: &Oid, note: &Note<'_>) -> Result<u64, Problem> {
        self.append(
            PRINTING,
            set_id,
            json!({
                "product": note.product,
                "printer": note.way.name(),
                "digest": note.digest,
                "reprint": note.reprint,
                "sheets": note.sheets,
            }),
        )
    }

    /// Notes what became of a label that was sent under that number.
    pub(super) fn note_outcome(&self, set_id: &Oid, of: u64, outcome: Result<(), PrintError>) -> Result<(), Problem> {
        match outcome {
            Ok(()) => self.append(PRINTED, set_id, json!({ "of": of })),
            Err(error) => self.append(FAILED, set_id, json!({ "of": of, "code": error.code() })),
        }
        .map(drop)
    }

    /// Notes that what was printed does not hold any more.
    pub(super) fn note_void(&self, set_id: &Oid, printed: &Printed, why: &str) -> Result<(), Problem> {
        self.append(VOIDED, set_id, json!({ "of": printed.numbers(), "why": why })).map(drop)
    }

    fn append(&self, kind: &str, set_id: &Oid, payload: Value) -> Result<u64, Problem> {
        let deps = self.counter.deps();
        let mut event = NewEvent::new(kind, deps.clock.now(), payload).about(set_id.as_str());
        event.actor = self.counter.session().map(|session| session.registration.as_str().to_owned());
        let committed = deps.record.append(vec![event]).map_err(|error| self.of_code(error.code()))?;
        Ok(committed.first.get())
    }

    /// The labels of a Finnish day, the newest first.
    pub(super) fn printed_on(&self, day: NaiveDate) -> Result<PrintedLabels, Problem> {
        let events = self.of_day(day, kinds(), ROWS_AT_MOST)?;
        let mut outcomes: HashMap<u64, &Event> = HashMap::new();
        let mut voided: HashSet<u64> = HashSet::new();
        let mut rows = Vec::new();
        for event in &events {
            match event.kind.as_str() {
                VOIDED => {
                    let of = event.payload.as_ref().and_then(|payload| payload.get("of")?.as_array());
                    voided.extend(of.into_iter().flatten().filter_map(Value::as_u64));
                }
                PRINTED | FAILED => {
                    outcomes.insert(number(event, "of"), event);
                }
                _ => rows.push(self.row_of(
                    event,
                    outcomes.get(&event.sequence.get()).copied(),
                    voided.contains(&event.sequence.get()),
                )),
            }
        }
        Ok(PrintedLabels { day: day.to_string(), rows })
    }

    fn row_of(&self, event: &Event, outcome: Option<&Event>, is_void: bool) -> PrintedLabel {
        let render = self.render();
        let failed = outcome.filter(|outcome| outcome.kind == FAILED).map(|outcome| said(outcome, "code"));
        let (state, sentence) = match (outcome, failed) {
            (_, Some(code)) => (LabelState::Failed, sentences::of_code(&code, self.language()).sentence),
            (None, None) => (LabelState::Doubtful, render.say(&words::LABEL_DOUBTFUL).to_owned()),
            (Some(_), None) if is_void => (LabelState::Void, render.say(&words::LABEL_VOID).to_owned()),
            (Some(_), None) => (LabelState::Printed, render.say(&words::LABEL_PRINTED).to_owned()),
        };
        let (at, person) = self.when_and_who(event);
        PrintedLabel {
            at,
            person,
            product: said(event, "product"),
            prescription_id: event.document_id.clone().unwrap_or_default(),
            printer: said(event, "printer"),
            sheets: u32::try_from(number(event, "sheets")).unwrap_or(u32::MAX),
            reprint: is(event, "reprint"),
            state,
            said: sentence,
        }
    }
}

#[cfg(test)]
mod tests {
    use record::Sequence;

    use super::*;

    fn events(kinds: &[(&str, Value)]) -> Vec<Event> {
        let event = |(n, (kind, payload)): (usize, &(&str, Value))| Event {
            sequence: Sequence::at(n as u64 + 1),
            kind: (*kind).to_owned(),
            at: DateTime::from_timestamp(1_795_600_000 + n as i64, 0).unwrap(),
            actor: None,
            document_id: Some("1.2.3".to_owned()),
            payload: Some(payload.clone()),
        };
        kinds.iter().enumerate().map(event).collect()
    }

    fn standing(kinds: &[(&str, Value)], digest: &str) -> LabelState {
        Printed::of(&events(kinds)).standing(Some(digest)).state()
    }

    #[test]
    fn med_5_2_what_the_journal_tells_of_a_label_is_where_it_stands() {
        let sent = |digest: &str| (PRINTING, json!({ "digest": digest }));
        let (done, failed, void) =
            ((PRINTED, json!({})), (FAILED, json!({ "code": "printer-folder" })), (VOIDED, json!({})));
        assert_eq!(standing(&[], "a"), LabelState::NotPrinted);
        assert_eq!(standing(&[sent("a"), done.clone()], "a"), LabelState::Printed);
        assert_eq!(standing(&[sent("a"), done.clone()], "b"), LabelState::Changed);
        assert_eq!(standing(&[sent("a")], "a"), LabelState::Doubtful);
        assert_eq!(standing(&[sent("a"), failed.clone()], "a"), LabelState::Failed);
        assert_eq!(standing(&[sent("a"), done.clone(), void.clone()], "a"), LabelState::Void);
        assert_eq!(standing(&[sent("a"), done.clone(), void, sent("b"), done], "b"), LabelState::Printed);
    }

    #[test]
    fn med_5_2_what_is_void_is_said_by_its_numbers() {
        let sent = (PRINTING, json!({ "digest": "a" }));
        let (done, void) = ((PRINTED, json!({})), (VOIDED, json!({})));
        let twice = Printed::of(&events(&[sent.clone(), done.clone(), sent.clone(), done.clone()]));
        assert_eq!(twice.numbers(), [1, 3], "the label and its copy");
        let after = Printed::of(&events(&[sent.clone(), done.clone(), void, sent, done]));
        assert_eq!(after.numbers(), [4]);
    }

    #[test]
    fn med_5_2_a_label_that_may_have_come_out_counts_as_printed() {
        let sent = (PRINTING, json!({ "digest": "a" }));
        let out = |more: &[(&str, Value)]| {
            let mut told = vec![sent.clone()];
            told.extend_from_slice(more);
            Printed::of(&events(&told)).is_out()
        };
        assert!(out(&[]), "the program died while it was sent");
        assert!(out(&[(FAILED, json!({ "code": "printer-interrupted" }))]));
        assert!(!out(&[(FAILED, json!({ "code": "printer-not-reached" }))]));
        assert!(out(&[(PRINTED, json!({})), sent.clone(), (FAILED, json!({ "code": "printer-not-reached" }))]));
    }
}
