//! A sorted list of words in one piece of memory: which begin with something, and which nearly do.

use std::ops::Range;

/// The longest typed word, in bytes, that is compared with nearly equal ones.
pub const LONGEST_NEAR: usize = 32;

/// Sorted, distinct words, each named by its place.
#[derive(Debug, Clone, Default)]
pub struct Words {
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl Words {
    /// From words in rising order.
    pub fn from_sorted<'a>(words: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut list = Self { bytes: Vec::new(), starts: vec![0] };
        for word in words {
            list.bytes.extend_from_slice(word);
            list.starts.push(u32::try_from(list.bytes.len()).unwrap_or(u32::MAX));
        }
        list
    }

    /// How many.
    pub fn len(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX).saturating_sub(1)
    }

    /// The word at a place; nothing beyond the last.
    pub fn get(&self, place: u32) -> &[u8] {
        let place = place as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(&start), Some(&end)) => self.bytes.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The first place from `low` on whose word does not satisfy a condition that holds for a beginning of the rest.
    fn first_not(&self, low: u32, holds: impl Fn(&[u8]) -> bool) -> u32 {
        let (mut low, mut high) = (low, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(self.get(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The places of the words that begin so.
    pub fn beginning(&self, prefix: &[u8]) -> Range<u32> {
        let low = self.first_not(0, |word| word < prefix);
        low..self.first_not(low, |word| word.starts_with(prefix))
    }

    /// The words of which some beginning can be made from `typed` by at most `most` errors, with the fewest that it takes.
    /// An error is a letter too many, too few or wrong, or two neighbours swapped (optimal string alignment). The list is
    /// walked as a tree: what cannot come nearer any more is left out with all that begins alike.
    pub fn near(&self, typed: &[u8], most: u8) -> Vec<(u32, u8)> {
        let mut found = Vec::new();
        if typed.len() > LONGEST_NEAR {
            return found;
        }
        // rows[d][j]: errors between the first d letters of the word and the first j typed; least[d]: fewest up to there.
        let mut rows: Vec<[u8; LONGEST_NEAR + 1]> = vec![[0; LONGEST_NEAR + 1]];
        for (cell, j) in rows.iter_mut().flatten().zip(0u8..) {
            *cell = j;
        }
        let whole = typed.len();
        let mut least = vec![u8::try_from(whole).unwrap_or(u8::MAX)];
        let mut before: &[u8] = &[];
        let mut place = 0;
        while place < self.len() {
            let word = self.get(place);
            let shared = before.iter().zip(word).take_while(|(a, b)| a == b).count();
            rows.truncate(shared + 1);
            least.truncate(shared + 1);
            let mut is_hopeless = false;
            while let Some(&letter) = word.get(rows.len() - 1) {
                let depth = rows.len();
                let (Some(last), Some(&fewest)) = (rows.last().copied(), least.last()) else { break };
                let swapped = depth.checked_sub(2).and_then(|d| Some((rows.get(d).copied()?, word.get(d).copied()?)));
                let mut row = [u8::MAX; LONGEST_NEAR + 1];
                let mut left = u8::try_from(depth).unwrap_or(u8::MAX);
                let mut nearest = left;
                let (mut above_left, mut typed_before) = (u8::MAX, None);
                for (j, (cell, &above)) in row.iter_mut().zip(&last).enumerate().take(whole + 1) {
                    if let Some(&wanted) = j.checked_sub(1).and_then(|j| typed.get(j)) {
                        let mut errors = above_left.saturating_add(u8::from(wanted != letter));
                        errors = errors.min(above.saturating_add(1)).min(left.saturating_add(1));
                        if let Some((row, letter_before)) = &swapped
                            && typed_before == Some(letter)
                            && wanted == *letter_before
                            && let Some(&cell) = j.checked_sub(2).and_then(|j| row.get(j))
                        {
                            errors = errors.min(cell.saturating_add(1));
                        }
                        left = errors;
                        typed_before = Some(wanted);
                    }
                    *cell = left;
                    nearest = nearest.min(left);
                    above_left = above;
                }
                rows.push(row);
                least.push(fewest.min(left));
                if nearest > most {
                    is_hopeless = true;
                    break;
                }
            }
            let depth = rows.len() - 1;
            let end = match word.get(..depth) {
                Some(beginning) if is_hopeless => self.first_not(place, |other| other.starts_with(beginning)),
                _ => place + 1,
            };
            if let Some(&errors) = least.last().filter(|&&errors| errors <= most) {
                found.extend((place..end).map(|place| (place, errors)));
            }
            before = word.get(..depth).unwrap_or(word);
            place = end;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the book, for one word: the fewest errors to any of its beginnings.
    fn fewest(typed: &[u8], word: &[u8]) -> usize {
        let mut d = vec![vec![0usize; typed.len() + 1]; word.len() + 1];
        for i in 0..=word.len() {
            for j in 0..=typed.len() {
                d[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let mut cell = (d[i - 1][j - 1] + usize::from(word[i - 1] != typed[j - 1]))
                        .min(d[i - 1][j] + 1)
                        .min(d[i][j - 1] + 1);
                    if i > 1 && j > 1 && word[i - 1] == typed[j - 2] && word[i - 2] == typed[j - 1] {
                        cell = cell.min(d[i - 2][j - 2] + 1);
                    }
                    cell
                };
            }
        }
        d.iter().map(|row| row[typed.len()]).min().unwrap()
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_the_book_finds(
            words in proptest::collection::btree_set("[abc]{0,6}", 0..60),
            typed in "[abc]{0,6}",
            most in 0u8..3,
        ) {
            let list = Words::from_sorted(words.iter().map(|word| word.as_bytes()));
            let expected: Vec<(u32, u8)> = words.iter().zip(0..)
                .map(|(word, place)| (place, u8::try_from(fewest(typed.as_bytes(), word.as_bytes())).unwrap()))
                .filter(|&(_, errors)| errors <= most)
                .collect();
            prop_assert_eq!(list.near(typed.as_bytes(), most), expected);
            let beginning: Vec<u32> = words.iter().zip(0..)
                .filter(|(word, _)| word.starts_with(&typed)).map(|(_, place)| place).collect();
            prop_assert_eq!(list.beginning(typed.as_bytes()).collect::<Vec<_>>(), beginning);
        }
    }
}
