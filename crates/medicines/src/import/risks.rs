//! Fimea's national high-risk medicines classification (Kansallinen riskilääkeluokitus), XML in three languages:
//! medicines.md 2.6.

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::error::{Fault, File, ReadError};
use super::limits::Limits;
use super::value::{self, add};
use super::xml::{Attributes, Step, walk};

const ROOT: &str = "Riskilaakeluokitus";
const ROW: &str = "Riskilaakeluokitus/Riskilaakeluokitusrivi";

/// A text in three languages; Swedish and English may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trilingual {
    /// In Finnish.
    pub fi: String,
    /// In Swedish.
    pub sv: String,
    /// In English.
    pub en: String,
}

/// A code with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coded {
    /// The code.
    pub code: String,
    /// Its names.
    pub name: Trilingual,
}

/// Something that may go wrong: a code of a list, and what is said of it for this medicine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Risk {
    /// From the list: "Kapea terapeuttinen leveys"; a phase of treatment: "Lääkehoidon seuranta".
    pub kind: Option<Coded>,
    /// In words, for this medicine; may be empty.
    pub description: Trilingual,
}

/// A row of the classification.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HighRisk {
    /// Fimea's number of the row.
    pub id: String,
    /// What it is about.
    pub title: Trilingual,
    /// ATC codes that it holds for.
    pub atc: Vec<Coded>,
    /// Routes of administration that it holds for; all where there is none.
    pub routes: Vec<Coded>,
    /// Duration of treatment that it holds for (HoidonKesto), where it is limited to one.
    pub duration: Option<Coded>,
    /// Indication that it holds for (Kayttoaihe), where it is limited to one.
    pub indication: Option<Coded>,
    /// Serious consequences (VakavaSeuraus).
    pub consequences: Vec<Risk>,
    /// Risks of the medicine (LaakkeeseenLiittyvaRiski).
    pub risks: Vec<Risk>,
    /// Risks of carrying the treatment out (LaakehoidonToteutukseenLiittyvaRiskikohta): also what to say at the counter.
    pub steps: Vec<Risk>,
}

/// Walks through the classification.
pub fn read(
    from: impl Read,
    limits: &Limits,
    mut each: impl FnMut(HighRisk) -> Result<(), Fault>,
) -> Result<u64, ReadError> {
    let (mut row, mut rows) = (HighRisk::default(), 0u64);
    walk(from, File::Risks, Some(ROOT), limits, |step| match step {
        Step::Start { path: ROW, attributes } => {
            let id = value::text(attributes.get("id"), "id")?;
            row = HighRisk { id, title: words(&attributes, "title"), ..HighRisk::default() };
            Ok(())
        }
        Step::Start { path, attributes } => match path.strip_prefix(ROW).and_then(|own| own.strip_prefix('/')) {
            Some(own) => begin(&mut row, own, &attributes),
            None => Ok(()),
        },
        Step::End { path: ROW, .. } => {
            if row.atc.is_empty() {
                return Err(Fault::Missing("ATC-koodi"));
            }
            rows += 1;
            if rows > limits.rows {
                return Err(Fault::TooMany(limits.rows));
            }
            each(std::mem::take(&mut row))
        }
        Step::End { .. } => Ok(()),
    })?;
    if rows == 0 { Err(ReadError::Empty(File::Risks)) } else { Ok(rows) }
}

fn begin(row: &mut HighRisk, own: &str, attributes: &Attributes) -> Result<(), Fault> {
    let coded = |name| -> Result<Coded, Fault> {
        Ok(Coded { code: value::text(attributes.get("id"), name)?, name: words(attributes, "value") })
    };
    let described = || Risk { kind: None, description: words(attributes, "description") };
    match own {
        "ATC-koodi" => add(&mut row.atc, coded("ATC-koodi")?),
        "Antoreitti" => add(&mut row.routes, coded("Antoreitti")?),
        "HoidonKesto" => limit(&mut row.duration, coded("HoidonKesto")?, "HoidonKesto"),
        "Kayttoaihe" => limit(&mut row.indication, coded("Kayttoaihe")?, "Kayttoaihe"),
        "VakavaSeuraus" => add(&mut row.consequences, described()),
        "VakavaSeuraus/Seuraus" => name(&mut row.consequences, coded("Seuraus")?),
        "LaakkeeseenLiittyvaRiski" => add(&mut row.risks, described()),
        "LaakkeeseenLiittyvaRiski/Riski" => name(&mut row.risks, coded("Riski")?),
        "LaakehoidonToteutukseenLiittyvaRiskikohta" => add(&mut row.steps, described()),
        "LaakehoidonToteutukseenLiittyvaRiskikohta/LaakehoidonVaihe" => {
            name(&mut row.steps, coded("LaakehoidonVaihe")?)
        }
        _ => Ok(()),
    }
}

fn limit(slot: &mut Option<Coded>, coded: Coded, name: &'static str) -> Result<(), Fault> {
    if slot.replace(coded).is_some() { Err(Fault::Twice(name)) } else { Ok(()) }
}

fn name(list: &mut [Risk], kind: Coded) -> Result<(), Fault> {
    let Some(risk) = list.last_mut() else { return Err(Fault::Missing("id")) };
    limit(&mut risk.kind, kind, "id")
}

/// `title`, `titlesv`, `titleen`.
fn words(attributes: &Attributes, name: &str) -> Trilingual {
    let get = |language: &str| attributes.get(&format!("{name}{language}")).to_owned();
    Trilingual { fi: get(""), sv: get("sv"), en: get("en") }
}
