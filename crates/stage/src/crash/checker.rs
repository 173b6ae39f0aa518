//! The independent checker: what the pharmacist was told, as her book has it, beside what the Centre's file holds, as SQL
//! tells it, and what the pharmacy's record says of each document. It asks no running program and no code of the Centre.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags};

use super::book::Line;

/// What became of the rounds under one blow.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Count {
    /// Dispensations that were begun.
    pub rounds: u32,
    /// Programs that were killed.
    pub kills: u32,
    /// Told as saved, and not at the Centre.
    pub lost: u32,
    /// At the Centre more than once, or without anybody having been told.
    pub twice: u32,
    /// Not done, or not settled at the end of the day.
    pub stuck: u32,
}

/// What was found: a count for each blow, and a sentence for each fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By the blow's name.
    pub counts: BTreeMap<String, Count>,
    /// Without any content.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether nothing was lost, given twice or left behind.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// All counts together.
    pub fn total(&self) -> Count {
        self.counts.values().fold(Count::default(), |sum, one| Count {
            rounds: sum.rounds + one.rounds,
            kills: sum.kills + one.kills,
            lost: sum.lost + one.lost,
            twice: sum.twice + one.twice,
            stuck: sum.stuck + one.stuck,
        })
    }
}

/// A dispensation as the Centre's file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtCentre {
    /// Its identifier.
    pub document: String,
    /// Last arc of its prescription's.
    pub prescription: u64,
}

/// Reads the dispensations of one organisation out of the Centre's file.
pub fn at_centre(file: &Path, organisation: &str) -> Result<Vec<AtCentre>> {
    let connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).context("the Centre's file")?;
    let mut select = connection.prepare(
        "SELECT id, prescription_set FROM document WHERE type = '10' AND organisation = ?1 ORDER BY sequence",
    )?;
    let rows = select.query_map([organisation], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (document, set) = row?;
        let prescription = set.rsplit('.').next().and_then(|arc| arc.parse().ok()).context("an identifier")?;
        Ok(AtCentre { document, prescription })
    })
    .collect()
}

/// One round as the book tells it.
#[derive(Default)]
struct Round {
    blow: String,
    prescription: u64,
    kills: u32,
    saved: bool,
    gave_up: bool,
    documents: BTreeSet<String>,
}

/// Compares. `accepted` are the documents of which the pharmacy's record says that the Centre has them.
pub fn check(book: &[Line], centre: &[AtCentre], accepted: &BTreeSet<String>) -> Report {
    let (rounds, end) = rounds(book);
    let mut report = Report::default();
    let stored: BTreeMap<&str, u64> = centre.iter().map(|one| (one.document.as_str(), one.prescription)).collect();
    for (number, round) in &rounds {
        let count = report.counts.entry(round.blow.clone()).or_default();
        count.rounds += 1;
        count.kills += round.kills;
        let mut fault = |what: &str, counted: &mut u32| {
            *counted += 1;
            report.faults.push(format!("dispensation {number} ({}): {what}", round.blow));
        };
        if round.saved && round.documents.is_empty() {
            fault("was told as saved and is on no list", &mut count.lost);
        }
        for document in &round.documents {
            match stored.get(document.as_str()) {
                None => fault("was told as saved and is not at the Centre", &mut count.lost),
                Some(prescription) if *prescription != round.prescription => {
                    fault("is at the Centre, of another prescription", &mut count.lost);
                }
                Some(_) if !accepted.contains(document) => {
                    fault("is at the Centre, and the record does not know", &mut count.stuck);
                }
                Some(_) => {}
            }
        }
        if round.documents.len() > 1 {
            fault("became more than one document", &mut count.twice);
        }
        if round.gave_up || round.documents.is_empty() {
            fault("was never done", &mut count.stuck);
        }
    }
    nobody_was_told_of(&rounds, centre, &mut report);
    let left = report.counts.entry("at the end of the day".to_owned()).or_default();
    match end {
        Some((0, 0, 0)) => {}
        Some((waiting, for_a_person, held)) => {
            left.stuck += waiting + for_a_person + held;
            report.faults.push(format!("left behind: {waiting} wait, {for_a_person} for a person, {held} held"));
        }
        None => {
            left.stuck += 1;
            report.faults.push("the day never ended".to_owned());
        }
    }
    report
}

/// Dispensations at the Centre that are in no book, blamed on the last round of their prescription.
fn nobody_was_told_of(rounds: &BTreeMap<u32, Round>, centre: &[AtCentre], report: &mut Report) {
    let told: BTreeSet<&String> = rounds.values().flat_map(|round| &round.documents).collect();
    let mut seen = BTreeSet::new();
    for one in centre {
        if told.contains(&one.document) && seen.insert(&one.document) {
            continue;
        }
        let blamed = rounds.iter().rev().find(|(_, round)| round.prescription == one.prescription);
        let (number, blow) = blamed.map_or((0, "nobody's"), |(number, round)| (*number, round.blow.as_str()));
        report.counts.entry(blow.to_owned()).or_default().twice += 1;
        report.faults.push(format!("dispensation {number} ({blow}): the Centre has one more of this prescription"));
    }
}

type End = Option<(u32, u32, u32)>;

fn rounds(book: &[Line]) -> (BTreeMap<u32, Round>, End) {
    let mut rounds: BTreeMap<u32, Round> = BTreeMap::new();
    let mut end = None;
    for line in book {
        match line {
            Line::Begins { round, prescription, blow } => {
                rounds.insert(*round, Round { blow: blow.clone(), prescription: *prescription, ..Round::default() });
            }
            Line::Struck { round } => rounds.entry(*round).or_default().kills += 1,
            Line::Saved { round } => rounds.entry(*round).or_default().saved = true,
            Line::Listed { round, document, .. } => {
                rounds.entry(*round).or_default().documents.insert(document.clone());
            }
            Line::GaveUp { round, .. } => rounds.entry(*round).or_default().gave_up = true,
            Line::Signs { .. } | Line::Refused { .. } => {}
            Line::Ends { waiting, for_a_person, held } => end = Some((*waiting, *for_a_person, *held)),
        }
    }
    (rounds, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1.2.1";
    const B: &str = "1.2.2";

    /// A day of two dispensations of one prescription, as it should be.
    fn day() -> (Vec<Line>, Vec<AtCentre>, BTreeSet<String>) {
        let mut book = Vec::new();
        for (round, document) in [(1, A), (2, B)] {
            book.push(Line::Begins { round, prescription: 7, blow: "app-saved".to_owned() });
            book.push(Line::Signs { round });
            book.push(Line::Struck { round });
            book.push(Line::Saved { round });
            let (document, state) = (document.to_owned(), "waiting".to_owned());
            book.push(Line::Listed { round, document, state });
        }
        book.push(Line::Ends { waiting: 0, for_a_person: 0, held: 0 });
        let centre = [A, B].map(|document| AtCentre { document: document.to_owned(), prescription: 7 });
        (book, centre.to_vec(), [A, B].map(str::to_owned).into())
    }

    fn total(day: (Vec<Line>, Vec<AtCentre>, BTreeSet<String>)) -> (u32, u32, u32) {
        let report = check(&day.0, &day.1, &day.2);
        let total = report.total();
        assert_eq!(report.is_sound(), (total.lost, total.twice, total.stuck) == (0, 0, 0), "{:?}", report.faults);
        (total.lost, total.twice, total.stuck)
    }

    #[test]
    fn a_day_as_it_should_be_has_no_fault() {
        assert_eq!(total(day()), (0, 0, 0));
        assert_eq!(check(&day().0, &day().1, &day().2).total().kills, 2);
    }

    #[test]
    fn what_the_centre_does_not_have_is_lost() {
        let mut day = day();
        day.1.pop();
        assert_eq!(total(day), (1, 0, 0));
    }

    #[test]
    fn what_was_told_as_saved_and_stands_on_no_list_is_lost() {
        let mut day = day();
        day.0.retain(|line| !matches!(line, Line::Listed { round: 2, .. }));
        day.1.pop();
        assert_eq!(total(day), (1, 0, 1));
    }

    #[test]
    fn what_the_centre_has_once_more_is_twice() {
        let mut day = day();
        day.1.push(AtCentre { document: "1.2.3".to_owned(), prescription: 7 });
        assert_eq!(total(day), (0, 1, 0));
        let mut same = self::day();
        same.1.push(same.1[0].clone());
        assert_eq!(total(same), (0, 1, 0));
    }

    #[test]
    fn a_round_that_became_two_documents_is_twice() {
        let mut day = day();
        let (document, state) = ("1.2.3".to_owned(), "accepted".to_owned());
        day.0.insert(5, Line::Listed { round: 1, document: document.clone(), state });
        day.1.push(AtCentre { document: document.clone(), prescription: 7 });
        day.2.insert(document);
        assert_eq!(total(day), (0, 1, 0));
    }

    #[test]
    fn what_the_record_still_sends_waits_for_a_person_or_is_held_is_stuck() {
        let mut unanswered = day();
        unanswered.2.remove(A);
        assert_eq!(total(unanswered), (0, 0, 1));
        for end in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let mut day = day();
            day.0.pop();
            let (waiting, for_a_person, held) = end;
            day.0.push(Line::Ends { waiting, for_a_person, held });
            assert_eq!(total(day), (0, 0, 1));
        }
        let mut endless = day();
        endless.0.pop();
        assert_eq!(total(endless), (0, 0, 1));
    }

    #[test]
    fn of_another_prescription_is_lost() {
        let mut day = day();
        day.1[1].prescription = 8;
        assert_eq!(total(day), (1, 0, 0));
    }
}
