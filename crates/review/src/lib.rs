//! The manager's lists: what was dispensed on a day, by whom, where each document is, and what waits for a person. It
//! only reads the record; words for people are left to `api`.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use prescription::{DocumentType, Summary, time};
use record::{EventFilter, OutboxFilter, OutboxItem, OutboxState, Period, Record, RecordError, Sequence, kinds};

/// A list holds at most this many rows; a large pharmacy dispenses 800 a day.
const MOST_ROWS: usize = 5_000;

/// Why a list could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The record could not be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The export could not be written.
    #[error("the export could not be written")]
    Export,
}

impl ReviewError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Record(error) => error.code(),
            Self::Export => "export-failed",
        }
    }
}

/// One dispensation as a list shows it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The document and its state.
    pub item: OutboxItem,
    /// What it says. `None` where its lawful time has ended and it was erased.
    pub summary: Option<Summary>,
    /// How a person settled it, where one did.
    pub settled: Option<Settled>,
}

/// How a person settled a document that the Centre refused, or took in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Registration number of the person.
    pub by: String,
    /// The person's name, where the record has it.
    pub name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The person's note.
    pub note: String,
}

/// The dispensations of a Finnish day, newest first.
pub fn day(record: &Record, day: NaiveDate) -> Result<Vec<Row>, ReviewError> {
    let midnight = |day: NaiveDate| time::instant(day.and_time(chrono::NaiveTime::MIN));
    let tomorrow = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    let saved = Period { from: Some(midnight(day)), to: Some(midnight(tomorrow)) };
    let mut rows = rows(record, OutboxFilter { saved, ..newest_first() })?;
    // A prescription that was stored from paper or telephone is no dispensation.
    rows.retain(|row| row.item.kind_code != DocumentType::Prescription.code());
    Ok(rows)
}

/// What the Centre has not accepted, or took in conflict: waiting, being sent, refused, conflicting.
pub fn open(record: &Record) -> Result<Vec<Row>, ReviewError> {
    let states = vec![OutboxState::Waiting, OutboxState::Sending, OutboxState::Refused, OutboxState::Conflicting];
    rows(record, OutboxFilter { states, ..newest_first() })
}

/// A page of what stands in these states, the oldest first, beyond `after`; so many rows at the most.
pub fn page(
    record: &Record,
    states: Vec<OutboxState>,
    after: Option<Sequence>,
    most: usize,
) -> Result<Vec<Row>, ReviewError> {
    rows(record, OutboxFilter { states, after, limit: Some(most.min(MOST_ROWS)), ..OutboxFilter::default() })
}

/// How many documents that want the Centre's answer or a person were saved before that moment; counted up to `most`.
pub fn open_since(record: &Record, moment: DateTime<Utc>, most: usize) -> Result<usize, ReviewError> {
    let states = vec![OutboxState::Waiting, OutboxState::Sending, OutboxState::Refused, OutboxState::Conflicting];
    let saved = Period { from: None, to: Some(moment) };
    Ok(record.outbox(OutboxFilter { states, saved, limit: Some(most), ..OutboxFilter::default() })?.len())
}

/// The name under which a person logged in last, up to that moment; nothing where the record does not know it (any more).
pub fn name_of(record: &Record, registration: &str, at: DateTime<Utc>) -> Result<Option<String>, ReviewError> {
    let newest = record.events(EventFilter {
        kinds: vec!["session.opened".to_owned()],
        period: Period { from: None, to: at.checked_add_signed(TimeDelta::milliseconds(1)) },
        actor: Some(registration.to_owned()),
        newest_first: true,
        limit: Some(1),
        ..EventFilter::default()
    })?;
    let name = |event: record::Event| Some(event.payload?.get("name")?.as_str()?.to_owned());
    Ok(newest.into_iter().next().and_then(name))
}

/// What happened to one document, oldest first. A long outage leaves thousands of attempts.
pub fn history(record: &Record, document_id: &str) -> Result<Vec<record::Event>, ReviewError> {
    let limit = Some(record::LIMIT_LISTING);
    Ok(record.events(EventFilter { document_id: Some(document_id.to_owned()), limit, ..EventFilter::default() })?)
}

/// The Finnish day of an instant.
pub fn finnish_day(at: DateTime<Utc>) -> NaiveDate {
    time::finnish(at).date()
}

/// The list as a file for a spreadsheet: UTF-8 with a byte order mark, separated by semicolons as Finnish spreadsheets
/// expect, one line a dispensation. Codes and identifiers, no identity code.
pub fn csv(rows: &[Row]) -> Result<String, ReviewError> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let header = [
        "document",
        "prescription",
        "dispensed_at",
        "person",
        "registration",
        "customer",
        "product",
        "amount",
        "remaining",
        "control",
        "state",
        "attempts",
        "last_error",
        "answered_at",
        "settled_by",
        "settled_at",
        "settled_how",
    ];
    writer.write_record(header).map_err(|_| ReviewError::Export)?;
    for row in rows {
        let say = |field: fn(&Summary) -> String| row.summary.as_ref().map(field).unwrap_or_default();
        let answered = row.item.answered_at.map(|at| time::finnish(at).to_string()).unwrap_or_default();
        let settled = row.settled.as_ref();
        let line = [
            row.item.document_id.clone(),
            say(|s| s.prescription_id.clone()),
            say(|s| s.dispensed_at.to_string()),
            say(|s| s.person.clone()),
            say(|s| s.registration.clone()),
            say(|s| s.customer.clone()),
            say(|s| s.product.clone()),
            say(|s| s.amount.clone()),
            say(|s| s.remaining.clone()),
            say(|s| s.control.clone().unwrap_or_default()),
            row.item.state.as_str().to_owned(),
            row.item.attempts.to_string(),
            row.item.last_code.clone().unwrap_or_default(),
            answered,
            settled.map(|settled| settled.by.clone()).unwrap_or_default(),
            settled.map(|settled| time::finnish(settled.at).to_string()).unwrap_or_default(),
            settled.map(|settled| settled.note.clone()).unwrap_or_default(),
        ];
        writer.write_record(line.iter().map(|field| inert(field))).map_err(|_| ReviewError::Export)?;
    }
    let bytes = writer.into_inner().map_err(|_| ReviewError::Export)?;
    let text = String::from_utf8(bytes).map_err(|_| ReviewError::Export)?;
    Ok(format!("\u{feff}{text}"))
}

/// A field that no spreadsheet takes for a formula.
fn inert(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

fn newest_first() -> OutboxFilter {
    OutboxFilter { newest_first: true, limit: Some(MOST_ROWS), ..OutboxFilter::default() }
}

fn rows(record: &Record, filter: OutboxFilter) -> Result<Vec<Row>, ReviewError> {
    let mut rows = Vec::new();
    for item in record.outbox(filter)? {
        let summary = item.summary.clone().and_then(|value| serde_json::from_value(value).ok());
        let settled = if item.state == OutboxState::Settled { settled(record, &item)? } else { None };
        rows.push(Row { item, summary, settled });
    }
    Ok(rows)
}

/// The newest settlement of a document, from its events; nothing where they were erased.
fn settled(record: &Record, item: &OutboxItem) -> Result<Option<Settled>, ReviewError> {
    let newest = record.events(EventFilter {
        kinds: vec![kinds::SETTLED.to_owned()],
        document_id: Some(item.document_id.clone()),
        newest_first: true,
        limit: Some(1),
        ..EventFilter::default()
    })?;
    let Some(event) = newest.into_iter().next() else { return Ok(None) };
    let note = event.payload.as_ref().and_then(|payload| payload.get("how")?.as_str()).unwrap_or_default().to_owned();
    let by = event.actor.unwrap_or_default();
    Ok(Some(Settled { name: name_of(record, &by, event.at)?, by, at: event.at, note }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Batch, Key, NewDocument, Options};

    fn record_with(customer: &str, at: &str) -> (tempfile::TempDir, Record) {
        let folder = tempfile::tempdir().unwrap();
        let at: DateTime<Utc> = at.parse().unwrap();
        let record = Record::open(&folder.path().join("r.db"), &Key::new([7; 32]), Options::new(1, at)).unwrap();
        let summary = Summary {
            product: "DIAPAM 10 mg".into(),
            amount: "21 fol".into(),
            remaining: "3X21 fol".into(),
            customer: customer.into(),
            person: "Siri Salminen".into(),
            registration: "99900000011".into(),
            prescription_id: "1.2.3.4.5".into(),
            dispensed_at: time::finnish(at),
            control: Some("Z".into()),
        };
        let document = NewDocument {
            document_id: "1.2.246.1".into(),
            set_id: "1.2.246.1".into(),
            prescription_set_id: "1.2.3.4.5".into(),
            kind_code: "10".into(),
            bytes: b"<a/>".to_vec(),
            summary: serde_json::to_value(summary).unwrap(),
        };
        record.commit(Batch::new(at).by("99900000011").document(document)).unwrap();
        (folder, record)
    }

    #[test]
    fn a_days_list_is_of_the_finnish_day() {
        // 22.30 UTC on the 21st is half past midnight on the 22nd in Finland.
        let (_folder, record) = record_with("Potilas, P.", "2026-11-21T22:30:00Z");
        let rows = |text: &str| day(&record, text.parse().unwrap()).unwrap().len();
        assert_eq!((rows("2026-11-21"), rows("2026-11-22"), rows("2026-11-23")), (0, 1, 0));
        assert_eq!(open(&record).unwrap().len(), 1);
        assert!(!history(&record, "1.2.246.1").unwrap().is_empty());
    }

    #[test]
    fn ou_2_a_stored_prescription_is_no_dispensation_of_the_day_and_waits_like_one() {
        let (_folder, record) = record_with("Potilas, P.", "2026-11-21T10:00:00Z");
        let document = NewDocument {
            document_id: "1.2.246.2".into(),
            set_id: "1.2.246.2".into(),
            prescription_set_id: "1.2.246.2".into(),
            kind_code: "1".into(),
            bytes: b"<a/>".to_vec(),
            summary: serde_json::json!({}),
        };
        record.commit(Batch::new("2026-11-21T10:00:00Z".parse().unwrap()).document(document)).unwrap();
        let ids = |rows: Vec<Row>| rows.into_iter().map(|row| row.item.document_id).collect::<Vec<_>>();
        assert_eq!(ids(day(&record, "2026-11-21".parse().unwrap()).unwrap()), ["1.2.246.1"]);
        assert_eq!(ids(open(&record).unwrap()), ["1.2.246.2", "1.2.246.1"]);
    }

    #[test]
    fn the_export_is_a_table_in_which_nothing_is_a_formula() {
        let (_folder, record) = record_with("=cmd;\"x\"", "2026-11-21T10:00:00Z");
        let text = csv(&open(&record).unwrap()).unwrap();
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let line = reader.records().next().unwrap().unwrap();
        assert_eq!(&line[5], "'=cmd;\"x\"");
        assert_eq!(&line[10], "waiting");
        assert_eq!(line.len(), 17);
    }

    #[test]
    fn a_page_is_of_the_oldest_and_the_next_begins_after_it() {
        let (_folder, record) = record_with("Potilas, P.", "2026-11-21T10:00:00Z");
        let at: DateTime<Utc> = "2026-11-21T11:00:00Z".parse().unwrap();
        for n in 2..=5 {
            let document = NewDocument {
                document_id: format!("1.2.246.{n}"),
                set_id: format!("1.2.246.{n}"),
                prescription_set_id: format!("1.2.3.4.{n}"),
                kind_code: "10".into(),
                bytes: b"<a/>".to_vec(),
                summary: serde_json::json!({}),
            };
            record.commit(Batch::new(at).document(document)).unwrap();
        }
        let ids = |rows: &[Row]| rows.iter().map(|row| row.item.document_id.clone()).collect::<Vec<_>>();
        let first = page(&record, vec![OutboxState::Waiting], None, 2).unwrap();
        assert_eq!(ids(&first), ["1.2.246.1", "1.2.246.2"]);
        let second = page(&record, vec![OutboxState::Waiting], Some(first[1].item.sequence), 9).unwrap();
        assert_eq!(ids(&second), ["1.2.246.3", "1.2.246.4", "1.2.246.5"]);
        assert_eq!(page(&record, vec![OutboxState::Refused], None, 9).unwrap().len(), 0);
        let since = |moment: DateTime<Utc>, most| open_since(&record, moment, most).unwrap();
        assert_eq!(
            (since(at, 9), since(at + TimeDelta::seconds(1), 9), since(at + TimeDelta::seconds(1), 3)),
            (1, 5, 3)
        );
    }

    #[test]
    fn a_conflict_is_open_until_a_person_settles_it_and_the_day_says_who() {
        let (_folder, record) = record_with("Potilas, P.", "2026-11-21T10:00:00Z");
        let at: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        record.accepted_in_conflict("1.2.246.1", b"", vec!["late-expired".into()], at).unwrap();
        let [row] = open(&record).unwrap().try_into().unwrap();
        assert_eq!((row.item.state, row.settled), (OutboxState::Conflicting, None));
        let opened = |name: &str, at| {
            let payload = serde_json::json!({ "right": "006", "name": name });
            record.append(vec![record::NewEvent::new("session.opened", at, payload).by("99900000029")]).unwrap();
        };
        opened("Petri Proviisori", at);
        record.settle("1.2.246.1", "Soitettu lääkärille", "99900000029", at).unwrap();
        opened("Petri Toinen", at + TimeDelta::hours(1));
        assert!(open(&record).unwrap().is_empty());
        let rows = day(&record, "2026-11-21".parse().unwrap()).unwrap();
        let settled = Settled {
            by: "99900000029".into(),
            name: Some("Petri Proviisori".into()),
            at,
            note: "Soitettu lääkärille".into(),
        };
        assert_eq!(rows[0].settled, Some(settled));
        assert!(csv(&rows).unwrap().contains(";settled;"));
    }
}
