//! Letters: a text as it can be set, one sign a letter.

/// A text with its composed letters in one piece (a and a diaeresis are ä) and without control signs; a line's end stays.
/// What is changed has the same look and the same meaning.
pub(crate) fn settled(text: &str) -> String {
    let mut settled = String::with_capacity(text.len());
    for letter in text.chars() {
        let composed = settled.chars().next_back().and_then(|before| composed(before, letter));
        match composed {
            Some(one) => {
                settled.pop();
                settled.push(one);
            }
            None if letter == '\n' => settled.push('\n'),
            // A soft hyphen, a mark of the text's direction or a byte order mark is no letter.
            None if matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') => {}
            None if letter.is_control() || letter == '\u{2028}' || letter == '\u{2029}' => settled.push(' '),
            None => settled.push(plain(letter)),
        }
    }
    settled
}

/// Signs that look alike and stand at other places of Unicode.
fn plain(letter: char) -> char {
    match letter {
        // Micro sign and Greek mu; the hyphens.
        '\u{3bc}' => '\u{b5}',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2012}' => '–',
        // Narrow spaces that do not break.
        '\u{202f}' | '\u{2007}' => '\u{a0}',
        other => other,
    }
}

fn composed(before: char, mark: char) -> Option<char> {
    let of = |pairs: &[(char, char)]| pairs.iter().find(|(letter, _)| *letter == before).map(|(_, one)| *one);
    match mark {
        '\u{308}' => {
            of(&[('a', 'ä'), ('o', 'ö'), ('u', 'ü'), ('A', 'Ä'), ('O', 'Ö'), ('U', 'Ü'), ('e', 'ë'), ('i', 'ï')])
        }
        '\u{30a}' => of(&[('a', 'å'), ('A', 'Å')]),
        '\u{301}' => of(&[('e', 'é'), ('E', 'É'), ('a', 'á'), ('A', 'Á'), ('o', 'ó'), ('i', 'í'), ('u', 'ú')]),
        '\u{30c}' => of(&[('s', 'š'), ('S', 'Š'), ('z', 'ž'), ('Z', 'Ž'), ('c', 'č'), ('C', 'Č')]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_letters_are_one_and_control_signs_none() {
        assert_eq!(settled("Ma\u{308}a\u{30a} s\u{30c}\t1\u{7}2\n3"), "Mäå š 1 2\n3");
        assert_eq!(settled("5 \u{3bc}g\u{ad}"), "5 \u{b5}g");
    }
}
