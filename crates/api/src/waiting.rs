//! The waiting desk: what waits, since when, why, whose fault that is, what happens next and when. What needs a person comes
//! first, and of equals what has waited longest. A page is all that ever leaves for the screen, however much waits.

use chrono::{DateTime, Utc};
use prescription::rules::{Text, text};
use prescription::time::finnish;
use record::{Counts, OutboxItem, OutboxState, Record, Sequence};
use review::ReviewError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::render::Render;
use crate::{DispensationRow, Place, words};

/// Rows of a group on one page.
pub const PAGE_ROWS: usize = 50;

/// See [`crate::Program::waiting`]: the first page of each group, or the page of one group beyond a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaitingPage {
    /// One group only.
    #[ts(optional)]
    pub group: Option<WaitingGroup>,
    /// The place beyond which that group's page begins, as [`WaitingPart::next`] gave it.
    #[ts(optional, type = "number")]
    pub after: Option<u64>,
}

/// What is to be done with a row, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingGroup {
    /// The Centre refused it: a person has it sent again or settles it.
    Refused,
    /// The Centre has it in conflict: a person settles it.
    Conflict,
    /// It goes out by itself.
    Waits,
}

impl WaitingGroup {
    /// In the order of the desk.
    const ALL: [Self; 3] = [Self::Refused, Self::Conflict, Self::Waits];

    fn states(self) -> Vec<OutboxState> {
        match self {
            Self::Refused => vec![OutboxState::Refused],
            Self::Conflict => vec![OutboxState::Conflicting],
            Self::Waits => vec![OutboxState::Waiting, OutboxState::Sending],
        }
    }

    fn count(self, counts: &Counts) -> u32 {
        let count = match self {
            Self::Refused => counts.refused,
            Self::Conflict => counts.conflicting,
            Self::Waits => counts.waiting.saturating_add(counts.sending),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The waiting desk, or a page of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitingDesk {
    /// The groups that were asked for, in the order of the desk, empty ones as well.
    pub parts: Vec<WaitingPart>,
    /// Their rows, in the same order.
    pub rows: Vec<WaitingRow>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitingPart {
    /// Which.
    pub group: WaitingGroup,
    /// How many there are in all.
    pub count: u32,
    /// Where the next page begins; absent on the last one.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
}

/// One document that waits for the Centre or for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitingRow {
    /// What it is, and why it waits.
    #[serde(flatten)]
    pub row: DispensationRow,
    /// In which group.
    pub group: WaitingGroup,
    /// Since when: "10.38", or "24.11. 10.38" where that was another day.
    pub since: String,
    /// How long that is: "4 min", "1 h 12 min", "2 pv".
    pub waited: String,
    /// Whether that is longer than the settings say.
    pub long: bool,
    /// Whose fault it is, or where; absent where nothing has failed.
    pub place: Option<Place>,
    /// What happens next, and when.
    pub next: String,
    /// What a person can do.
    pub advice: String,
}

/// The pages that were asked for.
pub(crate) fn desk(
    render: &Render,
    record: &Record,
    with: &WaitingPage,
    long_after: chrono::Duration,
    now: DateTime<Utc>,
) -> Result<WaitingDesk, ReviewError> {
    let counts = record.counts()?;
    let (mut parts, mut all) = (Vec::new(), Vec::new());
    for group in WaitingGroup::ALL.into_iter().filter(|group| with.group.is_none_or(|wanted| wanted == *group)) {
        let after = with.after.filter(|_| with.group.is_some()).map(Sequence::at);
        let count = group.count(&counts);
        // Nothing is looked for where nothing is.
        let mut rows = match count {
            0 => Vec::new(),
            _ => review::page(record, group.states(), after, PAGE_ROWS.saturating_add(1))?,
        };
        let more = rows.len() > PAGE_ROWS;
        rows.truncate(PAGE_ROWS);
        let next = rows.last().filter(|_| more).map(|row| row.item.sequence.get());
        parts.push(WaitingPart { group, count, next });
        all.extend(rows.iter().map(|row| render.waiting(row, group, long_after, now)));
    }
    Ok(WaitingDesk { parts, rows: all })
}

impl Render {
    fn waiting(
        &self,
        row: &review::Row,
        group: WaitingGroup,
        long_after: chrono::Duration,
        now: DateTime<Utc>,
    ) -> WaitingRow {
        let item = &row.item;
        let problem = self.item_problem(item);
        let since = finnish(item.saved_at);
        let waited = now - item.saved_at;
        WaitingRow {
            row: self.row(row),
            group,
            since: if since.date() == self.today {
                words::clock(since)
            } else {
                format!("{} {}", since.format("%-d.%-m."), words::clock(since))
            },
            waited: self.how_long(waited),
            long: waited >= long_after,
            place: problem.as_ref().map(|problem| problem.place),
            next: self.next_step(item, group),
            advice: match (group, problem) {
                (_, Some(problem)) => problem.advice,
                (_, None) => String::new(),
            },
        }
    }

    /// "4 min", "1 h 12 min", "2 pv".
    fn how_long(&self, stretch: chrono::Duration) -> String {
        let minutes = stretch.num_minutes().max(0);
        match (minutes / 1_440, minutes / 60, minutes % 60) {
            (0, 0, minutes) => format!("{minutes} min"),
            (0, hours, minutes) => format!("{hours} h {minutes} min"),
            (days, ..) => format!("{days} {}", self.say(&words::DAYS)),
        }
    }

    fn next_step(&self, item: &OutboxItem, group: WaitingGroup) -> String {
        let text = match (group, item.state, item.next_try_at) {
            (WaitingGroup::Refused, ..) => &BY_A_PERSON,
            (WaitingGroup::Conflict, ..) => &BEING_THERE,
            _ if item.held_by.is_some() => &BEHIND_ANOTHER,
            (WaitingGroup::Waits, OutboxState::Waiting, Some(at)) => {
                return self.say(&NEXT_TRY).replace("{}", &words::clock(finnish(at)));
            }
            (WaitingGroup::Waits, ..) => &GOES_NOW,
        };
        self.say(text).to_owned()
    }
}

const BY_A_PERSON: Text = text(
    "Ei lähde itsestään. Lähetä uudelleen tai selvitä.",
    "Skickas inte av sig själv. Skicka på nytt eller red ut.",
    "Does not go by itself. Send it again or settle it.",
);
const BEING_THERE: Text = text(
    "On Reseptikeskuksessa. Pysyy tässä, kunnes joku selvittää.",
    "Finns i Receptcentret. Stannar här tills någon reder ut det.",
    "Is at the Prescription Centre. Stays here until somebody settles it.",
);
const BEHIND_ANOTHER: Text = text(
    "Lähtee saman reseptin aiemman asiakirjan jälkeen.",
    "Skickas efter den tidigare handlingen av samma recept.",
    "Goes after the earlier document of the same prescription.",
);
const NEXT_TRY: Text = text(
    "Lähtee itsestään, seuraava yritys klo {}.",
    "Skickas av sig själv, nästa försök kl. {}.",
    "Goes by itself, next try at {}.",
);
const GOES_NOW: Text = text("Lähetetään nyt.", "Skickas nu.", "Being sent now.");

#[cfg(test)]
mod tests;
