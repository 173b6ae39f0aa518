use std::time::Instant;

use prescription::rules::Language;
use record::{Batch, Key, NewDocument, Options};

use super::*;

const BEGAN: &str = "2026-11-24T08:38:00Z";

fn at(minutes: i64) -> DateTime<Utc> {
    BEGAN.parse::<DateTime<Utc>>().unwrap() + chrono::Duration::minutes(minutes)
}

fn document(n: u64) -> NewDocument {
    NewDocument {
        document_id: format!("1.2.246.{n}"),
        set_id: format!("1.2.246.{n}"),
        prescription_set_id: format!("1.2.3.{n}"),
        kind_code: "10".into(),
        bytes: b"<a/>".to_vec(),
        summary: serde_json::json!({}),
    }
}

/// A record with documents 1 to `many`, one a minute.
fn record(many: u64) -> (tempfile::TempDir, Record) {
    let folder = tempfile::tempdir().unwrap();
    let record = Record::open(&folder.path().join("r.db"), &Key::new([7; 32]), Options::new(1, at(0))).unwrap();
    for n in 1..=many {
        record.commit(Batch::new(at(i64::try_from(n).unwrap() - 1)).document(document(n))).unwrap();
    }
    (folder, record)
}

fn look(record: &Record, with: &WaitingPage, now: DateTime<Utc>) -> WaitingDesk {
    let render = Render { language: Language::En, today: finnish(now).date() };
    desk(&render, record, with, chrono::Duration::hours(1), now).unwrap()
}

fn ids(desk: &WaitingDesk) -> Vec<&str> {
    desk.rows.iter().map(|row| row.row.document_id.trim_start_matches("1.2.246.")).collect()
}

#[test]
fn what_needs_a_person_comes_first_and_each_row_says_why_whose_and_what_next() {
    let (_folder, record) = record(5);
    record.due(at(5), 16).unwrap();
    record.attempt_failed("1.2.246.1", "not-reached", at(6), at(5)).unwrap();
    record.attempt_failed("1.2.246.2", "not-reached", at(6), at(5)).unwrap();
    record.refused("1.2.246.3", "TSK-signer-mismatch", "", at(5)).unwrap();
    record.accepted_in_conflict("1.2.246.4", b"", vec!["late-locked".into()], at(5)).unwrap();
    // Of the same prescription as what was refused: it waits behind it.
    let behind = NewDocument { prescription_set_id: "1.2.3.3".into(), ..document(6) };
    record.commit(Batch::new(at(5)).document(behind)).unwrap();
    let desk = look(&record, &WaitingPage::default(), at(70));
    assert_eq!(ids(&desk), ["3", "4", "1", "2", "5", "6"]);
    let counts: Vec<_> = desk.parts.iter().map(|part| (part.group, part.count, part.next)).collect();
    use WaitingGroup::{Conflict, Refused, Waits};
    assert_eq!(counts, [(Refused, 1, None), (Conflict, 1, None), (Waits, 4, None)]);
    let told = |i: usize| (desk.rows[i].place, desk.rows[i].next.as_str());
    assert_eq!(told(0), (Some(Place::Centre), "Does not go by itself. Send it again or settle it."));
    assert_eq!(told(1), (Some(Place::Centre), "Is at the Prescription Centre. Stays here until somebody settles it."));
    assert_eq!(desk.rows[1].row.conflicts, ["The prescription had meanwhile been locked."]);
    assert!(!desk.rows[1].advice.is_empty());
    assert_eq!(told(2), (Some(Place::Network), "Goes by itself, next try at 10.44."));
    assert_eq!(told(4), (None, "Being sent now."));
    assert_eq!(told(5), (None, "Goes after the earlier document of the same prescription."));
    assert_eq!(
        (desk.rows[2].since.as_str(), desk.rows[2].waited.as_str(), desk.rows[2].long),
        ("10.38", "1 h 10 min", true)
    );
    assert_eq!((desk.rows[5].waited.as_str(), desk.rows[5].long), ("1 h 5 min", true));
    let soon = look(&record, &WaitingPage::default(), at(30));
    assert!(soon.rows.iter().all(|row| !row.long));
    let next_day = look(&record, &WaitingPage::default(), at(1_500));
    assert_eq!((next_day.rows[2].since.as_str(), next_day.rows[2].waited.as_str()), ("24.11. 10.38", "1 d"));
}

#[test]
fn a_page_at_a_time_and_never_more() {
    let (_folder, record) = record(120);
    let group = Some(WaitingGroup::Waits);
    let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
    loop {
        let desk = look(&record, &WaitingPage { group, after }, at(200));
        assert!(desk.rows.len() <= PAGE_ROWS && desk.parts.len() == 1 && desk.parts[0].count == 120);
        seen.extend(ids(&desk).into_iter().map(str::to_owned));
        pages += 1;
        after = desk.parts[0].next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, (1..=120).map(|n: u64| n.to_string()).collect::<Vec<_>>());
}

/// Run by hand: `cargo nextest run -p tiski-api --run-ignored only a_hundred_thousand --no-capture`.
#[test]
#[ignore = "measures; minutes"]
fn a_hundred_thousand_that_wait_are_a_page_like_any_other() {
    let (_folder, record) = record(0);
    for some in (1..=100_000_u64).collect::<Vec<_>>().chunks(16) {
        let batch = some.iter().fold(Batch::new(at(0)), |batch, n| batch.document(document(*n)));
        record.commit(batch).unwrap();
    }
    let middle = look(&record, &WaitingPage::default(), at(70)).parts[2].next.map(|n| n + 50_000);
    for with in [WaitingPage::default(), WaitingPage { group: Some(WaitingGroup::Waits), after: middle }] {
        let began = Instant::now();
        let desk = look(&record, &with, at(70));
        let took = began.elapsed();
        println!("{} rows of {} in {took:?}", desk.rows.len(), desk.parts.last().unwrap().count);
        assert_eq!(desk.rows.len(), PAGE_ROWS);
        assert!(took < std::time::Duration::from_secs(1));
    }
    let began = Instant::now();
    let counted = review::open_since(&record, at(10), 1_000).unwrap();
    println!("{counted} counted as waiting long in {:?}", began.elapsed());
}
