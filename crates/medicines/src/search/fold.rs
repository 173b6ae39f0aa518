//! Words as they are compared: in small letters, without marks over letters, w as v (Finnish collation for search:
//! medicines.md 6.2 no. 14), numbers with a point; and the key under which words that sound alike meet.

/// The words of a text. A number keeps its decimals ("7,5" is "7.5"); "500mg" and "panadol500" are two words each, an
/// ATC code ("n02be01") and "b12" are one.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_decimal_point = matches!(c, '.' | ',')
            && is_number(&word)
            && !word.contains('.')
            && chars.peek().is_some_and(char::is_ascii_digit);
        if is_decimal_point {
            word.push('.');
        } else if c.is_alphanumeric() {
            if is_number(&word) && !c.is_ascii_digit()
                || c.is_ascii_digit()
                    && word.len() >= 3
                    && !word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'.')
            {
                words.push(std::mem::take(&mut word));
            }
            fold_into(&mut word, c);
        } else if !matches!(c, '\'' | '’' | '´' | '®' | '™') && !is_mark(c) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Digits and at most a decimal point.
pub fn is_number(word: &str) -> bool {
    word.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A mark that stands after its letter (decomposed text).
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn fold_into(word: &mut String, c: char) {
    for c in c.to_lowercase() {
        match c {
            'å' | 'ä' | 'à' | 'á' | 'â' | 'ã' => word.push('a'),
            'ö' | 'ø' | 'ò' | 'ó' | 'ô' | 'õ' => word.push('o'),
            'é' | 'è' | 'ê' | 'ë' => word.push('e'),
            'í' | 'ì' | 'î' | 'ï' => word.push('i'),
            'ü' | 'ú' | 'ù' | 'û' | 'µ' | 'μ' => word.push('u'),
            'w' => word.push('v'),
            'ç' | 'č' => word.push('c'),
            'š' => word.push('s'),
            'ž' => word.push('z'),
            'ñ' => word.push('n'),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'ß' => word.push_str("ss"),
            c if is_mark(c) => {}
            c => word.push(c),
        }
    }
}

/// The key of a folded word, under which the Finnish, Swedish and international spellings of a substance meet:
/// diatsepaami, diazepam; parasetamoli, paracetamol; kefaleksiini, cefalexin. Derived from the pairs in Fimea's ATC table
/// (medicines.md, table of ATC codes); a wrong guess costs an order among near words, never an exact one.
pub fn sound(word: &str) -> Vec<u8> {
    let mut letters = word.as_bytes();
    let mut key = Vec::with_capacity(letters.len());
    if let Some(rest) = letters.strip_prefix(b"cef") {
        key.extend_from_slice(b"kef");
        letters = rest;
    }
    while let Some((&letter, rest)) = letters.split_first() {
        let next = rest.first().copied().unwrap_or(0);
        let (sounds, eaten): (&[u8], usize) = match (letter, next) {
            (b't', b's') | (b't', b'z') => (b"s", 2),
            (b'c', b'h') | (b'c', b'k') => (b"k", 2),
            (b'p', b'h') => (b"f", 2),
            (b't', b'h') => (b"t", 2),
            (b'q', b'u') => (b"kv", 2),
            (b'c', b'e' | b'i' | b'y') => (b"s", 1),
            (b'c' | b'q', _) => (b"k", 1),
            (b'z', _) => (b"s", 1),
            (b'x', _) => (b"ks", 1),
            (b'y', _) => (b"i", 1),
            _ => (std::slice::from_ref(&letter), 1),
        };
        for &sound in sounds {
            if key.last() != Some(&sound) || sound.is_ascii_digit() {
                key.push(sound);
            }
        }
        letters = letters.get(eaten..).unwrap_or_default();
    }
    if key.len() > 4 && key.ends_with(b"i") {
        key.pop();
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_numbers_keep_their_decimals() {
        assert_eq!(words("Särkylääke WAL 7,5 mg"), ["sarkylaake", "val", "7.5", "mg"]);
        assert_eq!(words("panadol500mg"), ["panadol", "500", "mg"]);
        assert_eq!(words("N02BE01, B12"), ["n02be01", "b12"]);
        assert_eq!(words("500 mg/30 mg."), ["500", "mg", "30", "mg"]);
        assert_eq!(words("1.2.3"), ["1.2", "3"]);
        assert_eq!(words("a\u{308}iti ®"), ["aiti"]);
        assert_eq!(words(" ,;/ "), [""; 0]);
    }

    #[test]
    fn finnish_swedish_and_international_names_meet() {
        for (finnish, other) in [
            ("diatsepaami", "diazepam"),
            ("parasetamoli", "paracetamol"),
            ("tsopikloni", "zopiklon"),
            ("essitalopraami", "escitalopram"),
            ("kefaleksiini", "cefalexin"),
            ("setiritsiini", "cetirizin"),
            ("litium", "lithium"),
            ("morfiini", "morphin"),
        ] {
            let key = |word| String::from_utf8(sound(word)).unwrap();
            assert_eq!(key(finnish), key(other));
        }
    }
}
