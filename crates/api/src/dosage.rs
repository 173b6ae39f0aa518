//! A dosage as the window shows it beside the label: what of it could be written out, and the structure in words. Nothing
//! of it is taken over by itself (DI-15b, medicines notes 6.2).

use prescription::dosage::abbreviations::{self, Kind};
use prescription::dosage::words;
use prescription::rules::Language;

use crate::{LabelSuggestion, StructuredDosage, SuggestionKind, SuggestionPart};

/// What could be written out in a label's dosage, or what in it is not understood; nothing where it is all words.
pub(crate) fn suggestion(label: &str) -> Option<LabelSuggestion> {
    let found = abbreviations::expand(label);
    let changes = found.is_changed();
    if !changes && found.unknown().next().is_none() {
        return None;
    }
    let part = |part: &abbreviations::Part| SuggestionPart {
        text: part.text.clone(),
        kind: match part.kind {
            Kind::Kept => SuggestionKind::Kept,
            Kind::Expanded => SuggestionKind::Expanded,
            Kind::Unknown => SuggestionKind::Unknown,
        },
    };
    Some(LabelSuggestion { text: found.text(), changes, parts: found.parts.iter().map(part).collect() })
}

/// The structured dosage of a prescription in words.
pub(crate) fn structured(dosage: &prescription::Dosage, language: Language) -> Vec<StructuredDosage> {
    let lines = words::structure(&dosage.structure, language);
    lines.into_iter().map(|line| StructuredDosage { text: line.text, sure: line.sure }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn di_15b_a_suggestion_says_what_was_written_out_and_what_was_not_understood() {
        assert_eq!(suggestion("1 tabletti aamulla ja illalla"), None);
        let found = suggestion("1 tbl x 2 ohj. mukaan").unwrap();
        assert!(found.changes);
        assert_eq!(found.text, "1 tabletti 2 kertaa päivässä ohj. mukaan");
        let marked: Vec<&str> = found
            .parts
            .iter()
            .filter(|part| part.kind == SuggestionKind::Unknown)
            .map(|part| part.text.as_str())
            .collect();
        assert_eq!(marked, ["ohj."]);
    }

    #[test]
    fn di_15b_what_means_two_things_is_marked_and_not_to_be_confirmed() {
        let found = suggestion("1+0+1").unwrap();
        assert!(!found.changes && found.text == "1+0+1");
    }
}
