//! Near misses for the manager: packages that were scanned and were not the chosen one, as the journal has them. They name
//! nobody for whom they were.

use prescription::Vnr;
use record::Event;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::{OnDay, Problem};

/// Near misses of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NearMisses {
    /// The day.
    pub day: String,
    /// The newest first; at most 500.
    pub rows: Vec<NearMiss>,
}

/// A package that was scanned and was not the chosen one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NearMiss {
    /// "10.42.05".
    pub at: String,
    /// Who scanned it.
    pub person: String,
    /// What was chosen: name, strength, size, number.
    pub chosen: String,
    /// What was in the hand.
    pub in_hand: String,
    /// In what they differ, the gravest first: "vahvuus".
    pub differs: Vec<String>,
}

/// A day's list has at most so many rows.
const ROWS_AT_MOST: usize = 500;

impl Tiski {
    pub(crate) fn near_misses_of(&self, with: &OnDay) -> Result<NearMisses, Problem> {
        self.for_a_person()?;
        let day = self.day(with)?;
        let events = self.of_day(day, vec![counter::NEAR_MISS.to_owned()], ROWS_AT_MOST)?;
        Ok(NearMisses { day: day.to_string(), rows: events.iter().map(|event| self.near_miss(event)).collect() })
    }

    fn near_miss(&self, event: &Event) -> NearMiss {
        let (render, shelf) = (self.render(), self.counter.deps().shelf());
        let said = |key: &str| event.payload.as_ref().and_then(|payload| payload.get(key));
        let package = |key: &str| {
            let number = said(key).and_then(|value| value.as_str()).unwrap_or_default();
            let known = Vnr::parse(number).ok().and_then(|vnr| shelf.edition().package(&vnr));
            known.map_or_else(
                || format!("VNR {number}"),
                |it| {
                    let size = prescription::amount::plain(it.size);
                    format!("{} {}, {size} {} · {number}", it.name, it.strength, it.unit)
                },
            )
        };
        let parts = said("differs").and_then(|value| value.as_array()).into_iter().flatten();
        let (at, person) = self.when_and_who(event);
        NearMiss {
            at,
            person,
            chosen: package("chosen"),
            in_hand: package("in_hand"),
            differs: parts.filter_map(|part| Some(render.part_word(part.as_str()?)?.to_lowercase())).collect(),
        }
    }
}
