//! The table of errors as a program or a person reads it whole: as data for other vendors' programs, and as the page
//! `docs/errors.md`, which a test compares with it. The rows themselves are [`crate::errors`]'.

use std::fmt::Write;

use serde::Serialize;

use crate::errors::{Class, Known};

/// A text in the three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spoken {
    /// Finnish.
    pub fi: &'static str,
    /// Swedish.
    pub sv: &'static str,
    /// English.
    pub en: &'static str,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The code as answers carry it.
    pub code: &'static str,
    /// `national`: of code set 1.2.246.537.5.40112.2006; `ours`: made here, where the national code is not public.
    pub origin: &'static str,
    /// HTTP status of a FHIR answer with this code first.
    pub http_status: u16,
    /// Whether the same message may be sent again by itself: how long after, in seconds, and how often at most. Later
    /// tries wait longer.
    pub class: Class,
    /// What is wrong.
    pub meaning: Spoken,
    /// What to do next.
    pub advice: Spoken,
}

/// Every row, in the table's order.
pub fn rows() -> Vec<Row> {
    Known::ALL
        .iter()
        .map(|known| {
            let entry = known.entry();
            let spoken = |text: &prescription::rules::Text| Spoken { fi: text.fi, sv: text.sv, en: text.en };
            Row {
                code: known.code(),
                origin: if known.code().starts_with("TSK-") { "ours" } else { "national" },
                http_status: entry.http_status,
                class: entry.class,
                meaning: spoken(&entry.meaning),
                advice: spoken(&entry.advice),
            }
        })
        .collect()
}

/// The table as JSON.
pub fn json() -> String {
    // Rows of texts and numbers always have a JSON form.
    serde_json::to_string_pretty(&rows()).unwrap_or_default()
}

/// The table as the page `docs/errors.md`.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for row in rows() {
        let Row { code, origin, http_status, meaning, advice, .. } = row;
        // Writing into a string does not fail.
        let _ = writeln!(
            page,
            "| `{code}` | {origin} | {http_status} | {} | {} | {} |",
            meaning.en,
            again(row.class),
            advice.en
        );
    }
    page.push_str(FOOT);
    page
}

fn again(class: Class) -> String {
    match class {
        Class::Refused => "no: it will always be refused".to_owned(),
        Class::AskPerson => "not before a person has looked".to_owned(),
        Class::Later { after_s, tries_at_most } => {
            format!("yes, the same bytes, after {after_s} s and then ever later, {tries_at_most} times at most")
        }
    }
}

const HEAD: &str = "# What the Prescription Centre answers when it refuses

Written from `crates/kanta/src/errors.rs` by `prescription-centre errors`; do not edit. `prescription-centre errors --json`
prints the same with every sentence in Finnish, Swedish and English.

In FHIR a code stands in `OperationOutcome.issue.details.coding`, in Medical Records messages in
`reasonOf/detectedIssueEvent/code`; `national` codes are of 1.2.246.537.5.40112.2006, `ours` of a system of our own. The detail
beside a code says what it is about: a rule's id, a fact's name, never anything about a person. Sending again means the same
message with the same document: its identifier makes that harmless, over restarts too (promise 2).

| code | whose | HTTP | what it means | send again? | what to do |
| --- | --- | --- | --- | --- | --- |
";

const FOOT: &str = "
A code that is not in the table is kept as it came, shown, and goes to a person; it is not sent again by itself. No answer at
all is no error of this table: the document's fate is then unknown, and sending it again is how to ask.

Each row has a test at the Centre that provokes it: `crates/centre/tests/centre/errors.rs` names them, and fails for a row
that has none.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_errors_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(
            kept == page(),
            "docs/errors.md is old: write it again with `prescription-centre errors > docs/errors.md`"
        );
    }

    #[test]
    fn a_program_of_another_vendor_can_read_the_table() {
        let read: serde_json::Value = serde_json::from_str(&json()).unwrap();
        let rows = read.as_array().unwrap();
        assert_eq!(rows.len(), Known::ALL.len());
        let busy = rows.iter().find(|row| row["code"] == "TSK-busy").unwrap();
        assert_eq!(busy["class"]["class"], "later");
        assert_eq!((&busy["class"]["after_s"], &busy["class"]["tries_at_most"]), (&10.into(), &500.into()));
        assert_eq!(rows.iter().filter(|row| row["origin"] == "national").count(), 2);
        assert!(rows.iter().all(|row| ["fi", "sv", "en"].iter().all(|l| row["meaning"][l].is_string())));
    }
}
