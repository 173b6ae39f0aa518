//! Text into lines. Nothing is lost: a word that is wider than a line is divided, and every letter of it is set.

use crate::{Face, LabelError};

/// A text in lines of at most that width, µm, at a size of type.
pub(crate) fn wrapped(
    text: &str,
    face: Face,
    size_um: i64,
    bold: bool,
    width_um: i64,
) -> Result<Vec<String>, LabelError> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in kept_together(paragraph, face, size_um, bold, width_um)? {
            let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if face.width_um(&longer, size_um, bold)? <= width_um {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                let divided = line.chars().count() > 1 && face.width_um(&line, size_um, bold)? > width_um;
                if divided && let Some(last) = line.pop() {
                    lines.push(std::mem::take(&mut line));
                    line.push(last);
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// The words of a text, a number together with the word after it where both have room on a line: "5" at a line's end and
/// "tablettia" on the next is read wrongly.
fn kept_together(text: &str, face: Face, size_um: i64, bold: bool, width_um: i64) -> Result<Vec<String>, LabelError> {
    let mut together: Vec<String> = Vec::new();
    let mut open = false;
    for word in words(text) {
        let number = word.trim_start_matches(['(', '~', '<', '>']);
        let is_number = number.starts_with(|letter: char| letter.is_numeric())
            && number.chars().all(|letter| letter.is_numeric() || ",.-–/×".contains(letter));
        match together.last_mut().filter(|_| open) {
            Some(before) if face.width_um(&format!("{before} {word}"), size_um, bold)? <= width_um => {
                before.push(' ');
                before.push_str(word);
            }
            _ => together.push(word.to_owned()),
        }
        // The end of a sentence or of a part of it ends what belongs together.
        open = is_number && !word.ends_with(['.', ',']);
    }
    Ok(together)
}

/// The words of a text: what a space that breaks stands between.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() && letter != '\u{a0}').filter(|word| !word.is_empty())
}

/// The width of the widest word, µm.
pub(crate) fn widest_word_um(text: &str, face: Face, size_um: i64, bold: bool) -> Result<i64, LabelError> {
    let mut widest = 0;
    for word in words(text) {
        widest = widest.max(face.width_um(word, size_um, bold)?);
    }
    Ok(widest)
}
