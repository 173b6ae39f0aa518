//! What prices and reimbursement are counted from and nobody could read: for the manager, who can have it confirmed.

use chrono::NaiveDate;
use prescription::rules::{Text, text};
use reimbursement::tables::{Mark, Tables, ToConfirm};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::render::Render;
use crate::{Chip, Problem, Tone, words};

/// What is to be confirmed of today's and later counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Unconfirmed {
    /// What is missing or ends first, then what is not sure.
    pub rows: Vec<UnconfirmedRow>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnconfirmedRow {
    /// "Lääketaksa: reseptilääkkeet".
    pub subject: String,
    /// From when to when: "1.1.2026–".
    pub holds: String,
    /// How sure it is.
    pub mark: Chip,
    /// What was read, and where the rest can be; as the table has it.
    pub source: String,
}

/// So many days before amounts end they are told of.
const ENDS_WITHIN: u32 = 60;

impl Tiski {
    pub(crate) fn unconfirmed_list(&self) -> Result<Unconfirmed, Problem> {
        self.for_a_person()?;
        let tables = Tables::built_in().map_err(|_| self.of_code("settings-invalid"))?;
        Ok(self.render().unconfirmed(&tables))
    }
}

impl Render {
    fn unconfirmed(&self, tables: &Tables) -> Unconfirmed {
        let chip = |text: &Text, tone| Chip { text: self.say(text).to_owned(), tone };
        let span = |from: NaiveDate, to: Option<NaiveDate>| {
            format!("{}–{}", words::day(from), to.map(words::day).unwrap_or_default())
        };
        let ends = tables.ending(self.today, ENDS_WITHIN).into_iter().map(|(subject, last)| UnconfirmedRow {
            subject: subject.words(self.language),
            holds: format!("–{}", words::day(last)),
            mark: chip(&ENDS, Tone::Cannot),
            source: String::new(),
        });
        let of_now = |one: &ToConfirm| one.to.is_none_or(|last| last >= self.today);
        let listed = tables.to_confirm().into_iter().filter(of_now).map(|one| UnconfirmedRow {
            subject: one.subject.words(self.language),
            holds: span(one.from, one.to),
            mark: match one.mark {
                None => chip(&MISSING, Tone::Cannot),
                Some(Mark::Unclear) => chip(&UNCLEAR, Tone::Think),
                Some(Mark::Recalled | Mark::Read) => chip(&RECALLED, Tone::Think),
            },
            source: one.source,
        });
        let mut rows: Vec<UnconfirmedRow> = ends.chain(listed).collect();
        rows.sort_by_key(|row| row.mark.tone != Tone::Cannot);
        Unconfirmed { rows }
    }
}

const ENDS: Text = text("päättyy, seuraavaa ei ole", "upphör, nästa saknas", "ends, and nothing follows");
const MISSING: Text = text("puuttuu", "saknas", "missing");
const UNCLEAR: Text = text("epäselvä", "oklar", "unclear");
const RECALLED: Text = text("muistinvarainen", "ur minnet", "recalled");

#[cfg(test)]
mod tests {
    use prescription::rules::Language;

    use super::*;

    #[test]
    fn what_could_not_be_read_is_told_to_the_manager_what_is_missing_first() {
        let on = |day: &str| {
            let render = Render { language: Language::Fi, today: day.parse().unwrap() };
            render.unconfirmed(&Tables::built_in().unwrap()).rows
        };
        let rows = on("2026-11-26");
        let missing = rows.iter().find(|row| row.mark.text == "puuttuu").unwrap();
        assert!(missing.subject.starts_with("Lääketaksa") && missing.holds == "1.1.2026–", "{missing:?}");
        assert_eq!(rows.iter().filter(|row| row.mark.text == ENDS.fi).count(), 2, "deductible and ceiling of the year");
        let tones: Vec<bool> = rows.iter().map(|row| row.mark.tone == Tone::Cannot).collect();
        assert!(tones.is_sorted_by(|a, b| a >= b) && tones.contains(&false));
        assert!(on("2026-06-01").iter().all(|row| row.mark.text != ENDS.fi));
    }
}
