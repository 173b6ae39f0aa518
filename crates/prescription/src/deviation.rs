//! Deviating from a prescription (Medicines Act 57 f) and correcting an obvious error in it (57 g), as a pharmacy may from
//! 1.1.2026. The paragraphs and the codes of the reasons could not be read: what is not known stays closed (docs/assumptions.md).

use serde::{Deserialize, Serialize};

use crate::rules::deviation as table;
use crate::rules::{Answers, Finding};
use crate::{Explained, Prescription};

/// "THL - Poikkeavan lääketoimituksen syy", the code set of the reasons.
pub const REASONS: &str = "1.2.246.537.6.2025.5";

/// By which paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Path {
    /// 57 f: something else is given than what was prescribed.
    #[serde(rename = "57f")]
    Deviates,
    /// 57 g: the prescription has an obvious error, and is dispensed as it was meant.
    #[serde(rename = "57g")]
    Corrects,
}

impl Path {
    /// "57f" or "57g".
    pub fn code(self) -> &'static str {
        match self {
            Self::Deviates => "57f",
            Self::Corrects => "57g",
        }
    }
}

/// What a person says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// By which paragraph.
    pub path: Path,
    /// Code of [`REASONS`], and in words what was done otherwise.
    pub reason: Explained,
    /// Whether the prescriber was told.
    pub prescriber_told: bool,
}

/// DV-1 of a prescription alone: whether the path is closed for what it prescribes.
pub fn closed(prescription: &Prescription) -> Option<Finding> {
    let mut answers = Answers::new(None);
    answers.stop(&table::DV_1, prescription.is_controlled(), vec![("path", "57 f §, 57 g §".to_owned())]);
    answers.findings.pop()
}

/// Asks every rule of it. `controlled` where the package that is given is a controlled medicine, whatever the prescription says.
pub fn check(deviation: &Deviation, prescription: &Prescription, controlled: bool) -> Vec<Finding> {
    let mut answers = Answers::new(None);
    let closed = controlled || prescription.is_controlled();
    answers.stop(&table::DV_1, closed, vec![("path", deviation.path.words().to_owned())]);
    let Explained { code, text } = &deviation.reason;
    let said = text.as_deref().is_some_and(|words| !words.trim().is_empty());
    answers.stop(&table::DV_2, code.system != REASONS || code.code.trim().is_empty() || !said, vec![]);
    if !deviation.prescriber_told {
        answers.note(&table::DV_3, vec![]);
    }
    answers.findings
}

impl Path {
    fn words(self) -> &'static str {
        match self {
            Self::Deviates => "57 f §",
            Self::Corrects => "57 g §",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples;
    use crate::{Code, ControlClass, Outcome};

    fn deviation(told: bool) -> Deviation {
        let code = Code { code: "1".into(), system: REASONS.into(), name: None };
        Deviation {
            path: Path::Deviates,
            reason: Explained { code, text: Some("saatavuushäiriö".into()) },
            prescriber_told: told,
        }
    }

    fn ordinary() -> Prescription {
        Prescription { control: None, narcotic: false, ..samples::iterated_diazepam() }
    }

    fn said(deviation: &Deviation, prescription: &Prescription, controlled: bool) -> Vec<(&'static str, Outcome)> {
        let said = check(deviation, prescription, controlled).into_iter();
        said.filter(|finding| finding.outcome != Outcome::Pass)
            .map(|finding| (finding.rule.id, finding.outcome))
            .collect()
    }

    #[test]
    fn dv_1_it_is_closed_for_pkv_and_narcotics() {
        let deviation = deviation(true);
        assert_eq!(said(&deviation, &ordinary(), false), []);
        assert_eq!(said(&deviation, &ordinary(), true), [("DV-1", Outcome::Stop)], "the package alone says so");
        let pkv = Prescription { control: Some(ControlClass::Unknown("9".into())), ..ordinary() };
        assert_eq!(said(&deviation, &pkv, false), [("DV-1", Outcome::Stop)]);
        let corrected = Deviation { path: Path::Corrects, ..deviation };
        assert_eq!(said(&corrected, &pkv, false), [("DV-1", Outcome::Stop)]);
    }

    #[test]
    fn dv_2_the_reason_is_a_code_of_the_set_and_words() {
        for (code, system, words) in [
            ("", REASONS, Some("x")),
            ("1", "1.2.246.537.5.40183.2009", Some("x")),
            ("1", REASONS, None),
            ("1", REASONS, Some(" ")),
        ] {
            let code = Code { code: code.into(), system: system.into(), name: None };
            let reason = Explained { code, text: words.map(str::to_owned) };
            let deviation = Deviation { reason, ..deviation(true) };
            assert_eq!(said(&deviation, &ordinary(), false), [("DV-2", Outcome::Stop)]);
        }
    }

    #[test]
    fn dv_3_that_the_prescriber_was_not_told_is_said_and_hinders_nothing() {
        assert_eq!(said(&deviation(false), &ordinary(), false), [("DV-3", Outcome::Note)]);
    }
}
