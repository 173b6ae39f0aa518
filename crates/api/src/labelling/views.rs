//! What a host asks of labels, and what it shows of them.

use labels::{Face, Item, Sheet};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Problem;

/// Names the label of a prescription of the visit, with what a person says of it. Nothing of that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnLabel {
    /// The prescription's set identifier.
    pub set_id: String,
    /// The label's language: fi, sv or en; the screen's where it is absent.
    #[ts(optional)]
    pub language: Option<String>,
    /// The batch of a split package, as it stands on the maker's package; that of the scanned package where it is absent.
    #[ts(optional)]
    pub batch: Option<String>,
    /// Its last day: "31.5.2028", "5.2028" (the month's last day), or "2028-05-31"; likewise.
    #[ts(optional)]
    pub expiry: Option<String>,
    /// The maker's marks of use and storage, a line each.
    #[ts(optional)]
    pub marks: Option<String>,
    /// Warnings: "driving", "alcohol", "external-only", "refrigerate", "children"; those that the database asks for where it is
    /// absent.
    #[ts(optional)]
    pub warnings: Option<Vec<String>>,
    /// A warning in a pharmacist's own words.
    #[ts(optional)]
    pub words: Option<String>,
}

/// A label: what would be printed now, and what was.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelView {
    /// The prescription's set identifier.
    pub set_id: String,
    /// In which language it is.
    pub language: String,
    /// The labels exactly as they would be printed, those of all packages; none where there is a problem.
    pub sheets: Vec<LabelSheet>,
    /// Whether the printer sets every letter equally wide.
    pub monospace: bool,
    /// Where it would be printed; absent where no printer is set.
    pub printer: Option<String>,
    /// Whether it was printed.
    pub state: LabelState,
    /// The same in a sentence; empty where it was not.
    pub said: String,
    /// Whether a package was split: the label needs batch and expiry.
    pub part_package: bool,
    /// The batch that stands on it: what was typed, else what was scanned.
    pub batch: Option<String>,
    /// The same of its last day.
    pub expiry: Option<String>,
    /// The warnings that stand on it: those that were chosen, else those that the database asks for.
    pub warnings: Vec<String>,
    /// Why there is no label.
    pub problem: Option<Problem>,
}

/// Whether a label was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LabelState {
    /// Not in this visit.
    NotPrinted,
    /// As it is shown.
    Printed,
    /// Something else than is shown: what was printed does not hold any more.
    Changed,
    /// What was printed is void.
    Void,
    /// It is not known whether it was: the program ended while it was sent.
    Doubtful,
    /// It was not.
    Failed,
}

/// One label's picture, in micrometres from its upper left corner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelSheet {
    /// How wide it is.
    pub width: i32,
    /// How high.
    pub height: i32,
    /// Its runs of text.
    pub texts: Vec<LabelText>,
    /// What is drawn black.
    pub rules: Vec<LabelBox>,
    /// What is framed: the outer edges.
    pub frames: Vec<LabelBox>,
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelText {
    /// Its left end.
    pub x: i32,
    /// Its baseline.
    pub y: i32,
    /// How wide it becomes.
    pub width: i32,
    /// The size of its type.
    pub size: i32,
    /// By how much its spaces are wider than the type's own.
    pub spacing: i32,
    /// Whether it is bold.
    pub bold: bool,
    /// Its letters.
    pub text: String,
}

/// A rectangle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelBox {
    /// Its left edge.
    pub x: i32,
    /// Its top.
    pub y: i32,
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// How thick a frame's line is.
    pub thick: i32,
}

/// What was printed on a day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrintedLabels {
    /// The day.
    pub day: String,
    /// The newest first.
    pub rows: Vec<PrintedLabel>,
}

/// One printing of a label, or its being void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrintedLabel {
    /// "10.42.05".
    pub at: String,
    /// Who.
    pub person: String,
    /// What is in the package: "DIAPAM 10 mg".
    pub product: String,
    /// For which prescription.
    pub prescription_id: String,
    /// Where it was printed.
    pub printer: String,
    /// How many labels.
    pub sheets: u32,
    /// Whether it was printed again.
    pub reprint: bool,
    /// What became of it.
    pub state: LabelState,
    /// The same in a sentence.
    pub said: String,
}

impl LabelSheet {
    pub(super) fn of(sheet: &Sheet, face: Face) -> Self {
        // A label is far smaller than these numbers go.
        let um = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        let mut shown = Self {
            width: um(sheet.width_um),
            height: um(sheet.height_um),
            texts: Vec::new(),
            rules: Vec::new(),
            frames: Vec::new(),
        };
        for item in &sheet.items {
            match item {
                Item::Text(run) => shown.texts.push(LabelText {
                    x: um(run.x_um),
                    y: um(run.baseline_um),
                    width: um(run.width_um),
                    size: um(run.size_um),
                    spacing: um(run.word_spacing_um(face)),
                    bold: run.bold,
                    text: run.text.clone(),
                }),
                Item::Rule { x_um, y_um, length_um, thick_um } => shown.rules.push(LabelBox {
                    x: um(*x_um),
                    y: um(*y_um),
                    width: um(*length_um),
                    height: um(*thick_um),
                    thick: um(*thick_um),
                }),
                Item::Frame { x_um, y_um, width_um, height_um, thick_um } => shown.frames.push(LabelBox {
                    x: um(*x_um),
                    y: um(*y_um),
                    width: um(*width_um),
                    height: um(*height_um),
                    thick: um(*thick_um),
                }),
            }
        }
        shown
    }
}
