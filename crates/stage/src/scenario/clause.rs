//! A line's clauses: parted by commas and by "because", each a list of words. What stands in quotes is one word.

use anyhow::Result;

use crate::story::{Word, split};

/// Parts a text into clauses.
pub fn clauses(text: &str) -> Result<Vec<Vec<Word>>> {
    let mut clauses = vec![vec![]];
    let mut current: Vec<Word> = vec![];
    for mut word in split(text)? {
        let ends = !word.quoted && word.text.ends_with(',');
        if !word.quoted && word.text == "because" && !current.is_empty() {
            clauses.push(std::mem::take(&mut current));
        }
        if ends {
            word.text.pop();
        }
        if word.quoted || !word.text.is_empty() {
            current.push(word);
        }
        if ends {
            clauses.push(std::mem::take(&mut current));
        }
    }
    clauses.push(current);
    clauses.retain(|clause| !clause.is_empty());
    Ok(clauses)
}

/// The words of a clause in one text.
pub fn said(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_because_part_clauses_but_not_within_quotes_or_numbers() {
        let parted = |text: &str| clauses(text).unwrap().iter().map(|one| said(one)).collect::<Vec<_>>();
        assert_eq!(parted("TSOPIKLON 7,5 mg for Aino, 30 fol"), ["TSOPIKLON 7,5 mg for Aino", "30 fol"]);
        assert_eq!(parted("it because \"yksi, kaksi\", late"), ["it", "because yksi, kaksi", "late"]);
        assert!(clauses("").unwrap().is_empty());
    }
}
