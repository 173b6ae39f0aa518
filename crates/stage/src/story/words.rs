//! The words of a line: split at blanks, text in quotes kept together.

use anyhow::{Context, Result, bail};

/// One word, or one text in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Whether it stood in quotes, and so is nobody's keyword.
    pub quoted: bool,
}

/// Splits a line.
pub fn split(line: &str) -> Result<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (text, quoted, after) = if let Some(inner) = rest.strip_prefix('"') {
            let (text, after) = inner.split_once('"').context("a quotation without its end")?;
            (text, true, after)
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            (text, false, after)
        };
        words.push(Word { text: text.to_owned(), quoted });
        rest = after.trim_start();
    }
    Ok(words)
}

/// The words matched against a pattern such as `"open _"`: a lone `_` takes one word, everything else must be said.
/// Gives what the gaps took.
pub fn matched<'a>(words: &'a [Word], pattern: &str) -> Option<Vec<&'a str>> {
    let expected: Vec<&str> = pattern.split(' ').collect();
    if expected.len() != words.len() {
        return None;
    }
    let mut taken = Vec::new();
    for (word, expected) in words.iter().zip(expected) {
        if expected == "_" {
            taken.push(word.text.as_str());
        } else if word.quoted || word.text != expected {
            return None;
        }
    }
    Some(taken)
}

/// A number in digits or, up to twelve, in a word.
pub fn number(word: &str) -> Result<u32> {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if let Ok(number) = word.parse() {
        return Ok(number);
    }
    match WORDS.iter().position(|one| *one == word) {
        Some(number) => Ok(u32::try_from(number)?),
        None => bail!("`{word}` is not a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together_and_are_no_keywords() {
        let words = split("expect remaining \"4X21 fol\" of DIAPAM").unwrap();
        assert_eq!(matched(&words, "expect remaining _ of _").unwrap(), ["4X21 fol", "DIAPAM"]);
        assert_eq!(matched(&words, "expect remaining _"), None);
        assert_eq!(matched(&split("\"open\" it").unwrap(), "open _"), None);
        assert!(split("open \"it").is_err());
    }

    #[test]
    fn numbers_are_digits_or_words() {
        assert_eq!(number("two").unwrap(), 2);
        assert_eq!(number("17").unwrap(), 17);
        assert!(number("many").is_err());
    }
}
