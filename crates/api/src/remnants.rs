//! What is left of split packages, as hosts see it: beside the part that is given, at the packages that may be chosen, and as a
//! list from which a person discards.

use counter::{Counter, KeptRemnant, PartTaken, Visit};
use medicines::Package;
use prescription::Oid;
use prescription::amount::plain;
use prescription::rules::{Text, text};
use scanning::{Freshness, Remnant, RemnantError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::{LONGEST_NOTE, Tiski};
use crate::render::Render;
use crate::{Chip, Problem, Tone, words};

/// From where the part of a package comes that is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PartView {
    /// Whether a package is split or what is left of one is taken, and what is left then; or why that is not kept.
    pub sentence: String,
    /// Whether a new package may be split instead of taking what is left, and the other way round.
    pub may_choose: bool,
    /// A new package is split although what is left of another would do.
    pub splits_new: bool,
}

/// What is left of split packages at this workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemnantList {
    /// The first to expire first; at most 200.
    pub rows: Vec<RemnantRow>,
    /// How many there are.
    pub count: u32,
}

/// What is left of one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemnantRow {
    /// Names it in requests.
    pub id: String,
    /// "DIAPAM 10 mg"; its number alone where the database does not have it.
    pub product: String,
    /// Its number.
    pub vnr: String,
    /// "79 fol".
    pub left: String,
    /// Its batch.
    pub batch: String,
    /// Last day of use: "31.5.2028".
    pub expiry: String,
    /// Good, think where it expires soon, cannot where it has expired.
    pub tone: Tone,
    /// The day on which it was split.
    pub opened: String,
}

/// See [`crate::Program::split_new`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SplitNew {
    /// Which prescription.
    pub set_id: String,
    /// Whether a new package is split.
    pub new: bool,
}

/// See [`crate::Program::discard_remnant`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscardRemnant {
    /// Which.
    pub id: String,
    /// Why: at least a word, at most 500 characters.
    pub note: String,
}

/// So many are listed.
const LISTED: usize = 200;

impl Tiski {
    pub(crate) fn remnant_list(&self) -> Result<RemnantList, Problem> {
        self.for_a_person()?;
        let kept = self.counter.remnants().map_err(|error| self.problem(&error))?;
        let (render, shelf) = (self.render(), self.counter.deps().shelf());
        let row = |one: &KeptRemnant| render.remnant(one, shelf.edition().package(one.remnant.vnr()));
        let count = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        Ok(RemnantList { rows: kept.iter().take(LISTED).map(row).collect(), count })
    }

    pub(crate) fn discarded(&self, with: &DiscardRemnant) -> Result<RemnantList, Problem> {
        if with.note.chars().count() > LONGEST_NOTE {
            return Err(self.of_code("note-too-long"));
        }
        self.counter.discard_remnant(&with.id, &with.note).map_err(|error| self.problem(&error))?;
        self.remnant_list()
    }
}

impl Render {
    /// From where the part comes; none where no package is split or none was scanned.
    pub(crate) fn part(&self, counter: &Counter, visit: &Visit, set_id: &Oid) -> Option<PartView> {
        let splits_new = visit.hands.get(set_id).is_some_and(|hand| hand.splits_new);
        let (sentence, may_choose) = match counter.part_taken(visit, set_id)? {
            Ok(PartTaken { from, left, may_choose }) => {
                let text = match (from.is_some(), left.left().is_zero()) {
                    (true, true) => &EMPTIED,
                    (true, false) => &TAKEN,
                    (false, _) => &SPLIT,
                };
                let said = self.say(text).replace("{batch}", left.batch()).replace("{left}", &amount(&left));
                (said, may_choose)
            }
            Err(RemnantError::NoBatch) => (self.say(&NO_BATCH).to_owned(), false),
            Err(_) => (self.say(&NOT_KEPT).to_owned(), false),
        };
        Some(PartView { sentence, may_choose, splits_new })
    }

    /// That something of a package is left: the first to expire.
    pub(crate) fn left_of(&self, vnr: &str, kept: &[KeptRemnant]) -> Option<Chip> {
        let usable = |one: &&KeptRemnant| {
            one.remnant.vnr().as_str() == vnr && one.remnant.expiry().freshness(self.today, 0) != Freshness::Passed
        };
        let remnant = &kept.iter().find(usable)?.remnant;
        let text = self.say(&OPEN).replace("{left}", &amount(remnant)).replace("{batch}", remnant.batch());
        Some(Chip { text, tone: Tone::Know })
    }

    fn remnant(&self, one: &KeptRemnant, package: Option<&Package>) -> RemnantRow {
        let KeptRemnant { id, remnant } = one;
        let vnr = remnant.vnr().as_str().to_owned();
        RemnantRow {
            id: id.clone(),
            product: package.map_or_else(|| format!("VNR {vnr}"), |it| format!("{} {}", it.name, it.strength)),
            vnr,
            left: amount(remnant),
            batch: remnant.batch().to_owned(),
            expiry: words::day(remnant.expiry().last_day()),
            tone: self.tone_of(remnant.expiry()),
            opened: words::day(remnant.opened()),
        }
    }
}

fn amount(remnant: &Remnant) -> String {
    format!("{} {}", plain(remnant.left()), remnant.unit())
}

const SPLIT: Text = text(
    "Pakkaus jaetaan: jää {left}, erä {batch}.",
    "Förpackningen delas: {left} blir kvar, batch {batch}.",
    "The package is split: {left} will be left, batch {batch}.",
);
const TAKEN: Text = text(
    "Otetaan avatusta pakkauksesta: jää {left}, erä {batch}.",
    "Tas ur en öppnad förpackning: {left} blir kvar, batch {batch}.",
    "Taken from an opened package: {left} will be left, batch {batch}.",
);
const EMPTIED: Text = text(
    "Otetaan avatusta pakkauksesta, erä {batch}: se tyhjenee.",
    "Tas ur en öppnad förpackning, batch {batch}: den blir tom.",
    "Taken from an opened package, batch {batch}: nothing is left of it.",
);
const NO_BATCH: Text = text(
    "Koodissa ei ole erää: jäännös jää kirjaamatta. Merkitse erä pakkaukseen.",
    "Koden saknar batch: resten antecknas inte. Märk förpackningen med batchen.",
    "The code has no batch: what is left is not recorded. Mark the package with its batch.",
);
const NOT_KEPT: Text = text(
    "Jäännöstä ei voi kirjata: määrä tai viimeinen käyttöpäivä ei sovi.",
    "Resten kan inte antecknas: mängden eller sista användningsdagen passar inte.",
    "What is left cannot be recorded: amount or last day does not fit.",
);
const OPEN: Text = text("avattuna {left}, erä {batch}", "öppnad {left}, batch {batch}", "opened {left}, batch {batch}");
