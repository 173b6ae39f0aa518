//! The recovery key as a person writes it down: 160 random bits in 8 groups of 5 characters of Crockford's alphabet, the
//! last of each group a check character that depends on the group's place.
//!
//! The check is a sum in the field of 32 elements with a weight of its own for each place, so that one wrong character and
//! two exchanged ones in a group are always seen, and so are two exchanged groups.

use std::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use crate::KeyError;

const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P',
    'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];
/// Groups.
const GROUPS: usize = 8;
/// Characters of a group before its check character.
const LETTERS: usize = 4;
/// 4 characters of 5 bits.
const GROUP_MASK: u32 = 0xf_ffff;
/// The longest text that is looked at: a key with as much between its characters as somebody may type.
const LONGEST: usize = 400;

/// A recovery key. Wiped when dropped, shown only when asked to.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<[u32; GROUPS]>);

impl RecoveryKey {
    /// A new one.
    pub fn random(randomness: &dyn SecureRandom) -> Result<RecoveryKey, KeyError> {
        let mut groups = Zeroizing::new([0_u32; GROUPS]);
        for group in groups.iter_mut() {
            let mut bytes = Zeroizing::new([0_u8; 4]);
            randomness.fill(bytes.as_mut()).map_err(|_| KeyError::NoRandomness)?;
            *group = u32::from_be_bytes(*bytes) & GROUP_MASK;
        }
        Ok(RecoveryKey(groups))
    }

    /// Reads what somebody typed: small letters, spaces, hyphens are fine; O is 0, I and L are 1.
    pub fn parse(text: &str) -> Result<RecoveryKey, KeyError> {
        let mut values: Zeroizing<Vec<Option<u8>>> = Zeroizing::new(Vec::with_capacity(GROUPS * (LETTERS + 1)));
        let mut count = 0;
        for character in text.chars().take(LONGEST) {
            if character.is_whitespace() || matches!(character, '-' | '–' | '.' | '_') {
                continue;
            }
            count += 1;
            if count <= GROUPS * (LETTERS + 1) {
                values.push(value(character));
            }
        }
        if count != GROUPS * (LETTERS + 1) {
            return Err(KeyError::Length(count));
        }
        let mut groups = Zeroizing::new([0_u32; GROUPS]);
        let mut mistyped = Vec::new();
        for (place, (typed, group)) in values.chunks(LETTERS + 1).zip(groups.iter_mut()).enumerate() {
            match read(place, typed) {
                Some(read) => *group = read,
                None => mistyped.push(place + 1),
            }
        }
        if mistyped.is_empty() { Ok(RecoveryKey(groups)) } else { Err(KeyError::Mistyped(mistyped)) }
    }

    /// As it is printed: `XXXXX-XXXXX-…`. The text is wiped when dropped.
    pub fn words(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (LETTERS + 2)));
        for (place, group) in self.0.iter().enumerate() {
            if place > 0 {
                text.push('-');
            }
            let letters = letters(*group);
            for value in letters.into_iter().chain([check(place, letters)]) {
                text.extend(ALPHABET.get(usize::from(value)));
            }
        }
        text
    }

    /// What the wrapping key is derived from.
    pub(crate) fn secret(&self) -> Zeroizing<[u8; GROUPS * 4]> {
        let mut bytes = Zeroizing::new([0_u8; GROUPS * 4]);
        for (to, group) in bytes.chunks_mut(4).zip(self.0.iter()) {
            to.copy_from_slice(&group.to_be_bytes());
        }
        bytes
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(…)")
    }
}

fn value(character: char) -> Option<u8> {
    let plain = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| *known == plain).and_then(|at| u8::try_from(at).ok())
}

fn letters(group: u32) -> [u8; LETTERS] {
    [15, 10, 5, 0].map(|shift| u8::try_from(group >> shift & 31).unwrap_or_default())
}

fn read(place: usize, typed: &[Option<u8>]) -> Option<u32> {
    let [Some(a), Some(b), Some(c), Some(d), Some(last)] = *typed else { return None };
    let letters = [a, b, c, d];
    (check(place, letters) == last).then(|| letters.iter().fold(0, |group, letter| group << 5 | u32::from(*letter)))
}

/// The check character's value. The weights differ from one another, from 0 and from 1 (the check character's own), and
/// the place is a part of the sum.
fn check(place: usize, letters: [u8; LETTERS]) -> u8 {
    const WEIGHTS: [u8; LETTERS] = [2, 4, 8, 16];
    let place = u8::try_from(place + 1).unwrap_or_default();
    letters.iter().zip(WEIGHTS).fold(place, |sum, (letter, weight)| sum ^ times(*letter, weight))
}

/// Multiplication in the field of 32 elements (x⁵ + x² + 1).
fn times(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (u16::from(a), 0_u16);
    for bit in 0..5 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= 0b10_0101;
        }
    }
    u8::try_from(product & 31).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(groups: [u32; GROUPS]) -> RecoveryKey {
        RecoveryKey(Zeroizing::new(groups.map(|group| group & GROUP_MASK)))
    }

    #[test]
    fn a_key_is_written_in_groups_and_never_shown_by_itself() {
        let key = key([1, 2, 3, 4, 5, 6, 7, 8]);
        let words = key.words();
        assert_eq!(words.len(), 47);
        assert!(words.split('-').all(|group| group.len() == 5));
        assert_eq!(format!("{key:?}"), "RecoveryKey(…)");
        let random = RecoveryKey::random(&ring::rand::SystemRandom::new()).unwrap();
        assert_ne!(random.words(), RecoveryKey::random(&ring::rand::SystemRandom::new()).unwrap().words());
    }

    #[test]
    fn what_people_type_is_read() {
        let key = key([0x0_8421; 8]);
        let words = key.words();
        let typed = words.to_lowercase().replace('-', "  ").replace('0', "o").replace('1', "l");
        assert_eq!(RecoveryKey::parse(&format!("\n{typed}\n")).unwrap(), key);
        assert_eq!(RecoveryKey::parse("").unwrap_err(), KeyError::Length(0));
        assert_eq!(RecoveryKey::parse(&words[1..]).unwrap_err(), KeyError::Length(39));
        assert!(matches!(RecoveryKey::parse(&"A".repeat(100_000)), Err(KeyError::Length(_))));
    }

    #[test]
    fn an_exchanged_pair_of_groups_is_seen() {
        let words = key([7, 70, 700, 7000, 70_000, 700_000, 11, 13]).words();
        let mut groups: Vec<&str> = words.split('-').collect();
        groups.swap(2, 5);
        assert_eq!(RecoveryKey::parse(&groups.join("-")).unwrap_err(), KeyError::Mistyped(vec![3, 6]));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(groups: [u32; GROUPS]) {
            let key = key(groups);
            prop_assert_eq!(RecoveryKey::parse(&key.words()).unwrap(), key);
        }

        #[test]
        fn one_wrong_character_is_seen_in_its_group(groups: [u32; GROUPS], at in 0_usize..40, other in 0_usize..32) {
            let words = key(groups).words().replace('-', "");
            let mut typed: Vec<char> = words.chars().collect();
            prop_assume!(typed[at] != ALPHABET[other]);
            typed[at] = ALPHABET[other];
            let typed: String = typed.into_iter().collect();
            prop_assert_eq!(RecoveryKey::parse(&typed).unwrap_err(), KeyError::Mistyped(vec![at / 5 + 1]));
        }

        #[test]
        fn two_exchanged_characters_of_a_group_are_seen(groups: [u32; GROUPS], group in 0_usize..8, a in 0_usize..5, b in 0_usize..5) {
            let words = key(groups).words().replace('-', "");
            let mut typed: Vec<char> = words.chars().collect();
            prop_assume!(typed[group * 5 + a] != typed[group * 5 + b]);
            typed.swap(group * 5 + a, group * 5 + b);
            let typed: String = typed.into_iter().collect();
            prop_assert_eq!(RecoveryKey::parse(&typed).unwrap_err(), KeyError::Mistyped(vec![group + 1]));
        }

        #[test]
        fn nothing_that_is_typed_stops_the_reader(text in ".{0,80}") {
            let _ = RecoveryKey::parse(&text);
        }
    }
}
