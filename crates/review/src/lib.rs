//! The manager's lists: what was dispensed on a day, by whom, where each document is, and what waits for a person. It
//! only reads the record; words for people are left to `api`.

use chrono::{DateTime, Days, NaiveDate, Utc};
use prescription::{Summary, time};
use record::{EventFilter, OutboxFilter, OutboxItem, OutboxState, Period, Record, RecordError, kinds};

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
    rows(record, OutboxFilter { saved, ..newest_first() })
}

/// What the Centre has not accepted, or took in conflict: waiting, being sent, refused, conflicting.
pub fn open(record: &Record) -> Result<Vec<Row>, ReviewError> {
    let states = vec![OutboxState::Waiting, OutboxState::Sending, OutboxState::Refused, OutboxState::Conflicting];
    rows(record, OutboxFilter { states, ..newest_first() })
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
    Ok(newest.into_iter().next().map(|event| {
        let note = event.payload.as_ref().and_then(|payload| payload.get("how")?.as_str()).unwrap_or_default();
        Settled { by: event.actor.unwrap_or_default(), at: event.at, note: note.to_owned() }
    }))
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
    fn a_conflict_is_open_until_a_person_settles_it_and_the_day_says_who() {
        let (_folder, record) = record_with("Potilas, P.", "2026-11-21T10:00:00Z");
        let at: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        record.accepted_in_conflict("1.2.246.1", b"", vec!["late-expired".into()], at).unwrap();
        let [row] = open(&record).unwrap().try_into().unwrap();
        assert_eq!((row.item.state, row.settled), (OutboxState::Conflicting, None));
        record.settle("1.2.246.1", "Soitettu lääkärille", "99900000029", at).unwrap();
        assert!(open(&record).unwrap().is_empty());
        let rows = day(&record, "2026-11-21".parse().unwrap()).unwrap();
        let settled = Settled { by: "99900000029".into(), at, note: "Soitettu lääkärille".into() };
        assert_eq!(rows[0].settled, Some(settled));
        assert!(csv(&rows).unwrap().contains(";settled;"));
    }
}
