//! The scanner's self-test as hosts see it: the code to be scanned from the screen, and what is wrong with the scanner's way.

use ::scanning::{Hazard, Key, SELF_TEST, data_matrix, judge_self_test, judge_self_test_keys, names_symbology};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::{Problem, Scan};

/// The code that a scanner reads when it is set up: a DataMatrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScannerCode {
    /// Its modules, row by row from the top: "1" is dark. Without the light margin.
    pub rows: Vec<String>,
}

/// What the self-test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScannerTest {
    /// Whether everything arrived as it was sent.
    pub passed: bool,
    /// What was found, each with what to do; where all is well, one that says so.
    pub findings: Vec<Problem>,
}

impl Tiski {
    pub(crate) fn scanner_test_code(&self) -> ScannerCode {
        let row = |row: Vec<bool>| row.into_iter().map(|dark| if dark { '1' } else { '0' }).collect();
        ScannerCode { rows: data_matrix(SELF_TEST).unwrap_or_default().into_iter().map(row).collect() }
    }

    pub(crate) fn scanner_tested(&self, with: &Scan) -> Result<ScannerTest, Problem> {
        let keys = self.keys_of(with)?;
        let (judged, raw) = match &with.text {
            Some(text) => (judge_self_test(text.reveal().as_bytes()), text.reveal().to_owned()),
            None => {
                let wedge = self.settings.scanning.wedge();
                let letter = |(key, _): &(Key, u64)| if let Key::Char(letter) = key { Some(*letter) } else { None };
                (judge_self_test_keys(&keys, &wedge), keys.iter().filter_map(letter).collect())
            }
        };
        let passed = judged.is_ok();
        let mut codes: Vec<&str> = match &judged {
            Ok(_) => vec!["scanner-proven"],
            Err(hazards) => hazards.iter().map(|hazard| hazard.code()).collect(),
        };
        let another = matches!(&judged, Err(hazards) if hazards.contains(&Hazard::AnotherCode));
        if !another && !names_symbology(raw.as_bytes()) {
            codes.push("scanner-no-identifier");
        }
        Ok(ScannerTest { passed, findings: codes.into_iter().map(|code| self.of_code(code)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use prescription::rules::Language;

    use super::*;
    use crate::sentences::of_code;

    #[test]
    fn med_5_3_every_hazard_has_a_sentence_of_its_own_and_says_what_to_set() {
        let hazards = [
            Hazard::SeparatorLost,
            Hazard::CaseSwapped,
            Hazard::KeyboardLayout,
            Hazard::Truncated,
            Hazard::Prefix,
            Hazard::EndMissing,
            Hazard::TooSlow,
            Hazard::AnotherCode,
        ];
        let unknown = of_code("9Y99999", Language::Fi).sentence;
        let codes = hazards.iter().map(|hazard| hazard.code()).chain(["scanner-proven", "scanner-no-identifier"]);
        let said: std::collections::BTreeSet<String> = codes.map(|code| of_code(code, Language::Fi).sentence).collect();
        assert_eq!((said.len(), said.contains(&unknown)), (10, false));
    }
}
