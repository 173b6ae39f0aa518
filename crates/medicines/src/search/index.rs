//! The inverted index: from word to packages and back. Packages lie in their standing order, so that a place is also a
//! rank; every list is one piece of memory.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::fold;
use super::rank::{Best, cost};
use super::words::Words;
use super::{Field, Known, MOST_HITS, standing};
use crate::Package;

/// A beginning with more occurrences than these has its best packages worked out beforehand.
const BROAD: usize = 2_048;

/// Beginnings of more bytes than these are not worked out beforehand.
const DEEPEST: usize = 32;

/// So many words of one package are indexed; a real one has about twenty.
const MOST_PACKAGE_WORDS: usize = 96;

/// A place or a word, with the field in the lowest four bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Packed(u32);

impl Packed {
    fn new(number: u32, field: Field) -> Self {
        Self(number << 4 | field as u32)
    }

    /// The place or word.
    pub fn number(self) -> u32 {
        self.0 >> 4
    }

    /// The field.
    pub fn field(self) -> Field {
        Field::of(self.0 & 15)
    }
}

/// What was worked out for a broad beginning.
#[derive(Debug)]
pub struct Broad {
    /// Its best places.
    pub places: Vec<u32>,
    /// What the cheapest costs.
    pub least: u32,
}

/// The index.
#[derive(Debug)]
pub struct Index {
    /// Every word of every package.
    pub words: Words,
    /// Their keys of sound.
    pub sounds: Words,
    /// The words of each key.
    sound_words: Lists<u32>,
    /// Where each word stands: places with fields.
    occurrences: Lists<Packed>,
    /// The words of each place with the best field of each.
    of_place: Lists<Packed>,
    /// The package at each place.
    pub order: Vec<u32>,
    /// The best places of broad beginnings.
    broad: HashMap<Box<[u8]>, Broad>,
}

impl Index {
    /// Over so many packages.
    pub fn over(packages: &[Package], known: &Known) -> Self {
        let order = standing::order(packages, known);
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut occurrences: Vec<(u32, u32, Field)> = Vec::with_capacity(packages.len() * 16);
        for (place, &package) in (0u32..).zip(&order) {
            let Some(package) = packages.get(package as usize) else { continue };
            let mut count = 0;
            said(package, known, &mut |word: String, field| {
                if count < MOST_PACKAGE_WORDS {
                    count += 1;
                    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                    occurrences.push((*numbers.entry(word).or_insert(next), place, field));
                }
            });
        }
        let mut sorted: Vec<(&str, u32)> = numbers.iter().map(|(word, &number)| (word.as_str(), number)).collect();
        sorted.sort_unstable();
        let mut new_number = vec![0u32; sorted.len()];
        for (new, &(_, old)) in (0u32..).zip(&sorted) {
            if let Some(number) = new_number.get_mut(old as usize) {
                *number = new;
            }
        }
        for (word, ..) in &mut occurrences {
            *word = new_number.get(*word as usize).copied().unwrap_or_default();
        }
        // One occurrence of a word in a package counts: the one in the best field.
        occurrences.sort_unstable();
        occurrences.dedup_by_key(|&mut (word, place, _)| (word, place));
        let words = Words::from_sorted(sorted.iter().map(|(word, _)| word.as_bytes()));
        let by_word = Lists::new(words.len(), occurrences.iter().map(|&(w, p, f)| (w, Packed::new(p, f))));
        occurrences.sort_unstable_by_key(|&(word, place, _)| (place, word));
        let places = u32::try_from(order.len()).unwrap_or(u32::MAX);
        let of_place = Lists::new(places, occurrences.iter().map(|&(w, p, f)| (p, Packed::new(w, f))));
        let mut sounding: Vec<(Vec<u8>, u32)> = (0u32..)
            .zip(&sorted)
            .filter(|(_, (word, _))| !fold::is_number(word))
            .map(|(number, (word, _))| (fold::sound(word), number))
            .collect();
        sounding.sort_unstable();
        let distinct: BTreeSet<&[u8]> = sounding.iter().map(|(key, _)| key.as_slice()).collect();
        let sounds = Words::from_sorted(distinct.iter().copied());
        let mut key = 0;
        let mut before: Option<&[u8]> = None;
        let keyed = sounding.iter().map(|(sound, word)| {
            key += u32::from(before.is_some_and(|before| before != sound.as_slice()));
            before = Some(sound);
            (key, *word)
        });
        let sound_words = Lists::new(sounds.len(), keyed);
        let mut index =
            Self { words, sounds, sound_words, occurrences: by_word, of_place, order, broad: HashMap::new() };
        index.work_out_broad(0..index.words.len(), 0);
        index
    }

    /// The words that sound so.
    pub fn sounding(&self, sound: u32) -> &[u32] {
        self.sound_words.of(sound..sound + 1)
    }

    /// Where the words of a range stand.
    pub fn occurrences(&self, words: Range<u32>) -> &[Packed] {
        self.occurrences.of(words)
    }

    /// What stands at a place, by word.
    pub fn of_place(&self, place: u32) -> &[Packed] {
        self.of_place.of(place..place + 1)
    }

    /// What was worked out beforehand, if the beginning is broad.
    pub fn broad(&self, beginning: &[u8]) -> Option<&Broad> {
        self.broad.get(beginning)
    }

    /// The best places for one word that is a beginning of these words; the first may be the word itself.
    pub fn best_of(&self, words: Range<u32>, typed: &[u8], most: usize) -> Best {
        let mut best = Best::new(most);
        if words.is_empty() {
            return best;
        }
        let whole = if self.words.get(words.start) == typed { words.start } else { u32::MAX };
        for word in [words.start..words.start + 1, words.start + 1..words.end] {
            let is_whole = word.start == whole;
            for occurrence in self.occurrences(word) {
                best.offer(cost(occurrence.field(), is_whole, typed.len()), occurrence.number());
            }
        }
        best
    }

    /// Goes through the beginnings as through a tree, as long as they are broad.
    fn work_out_broad(&mut self, words: Range<u32>, depth: usize) {
        let mut low = words.start;
        while low < words.end {
            let Some(beginning) = self.words.get(low).get(..=depth).map(Box::<[u8]>::from) else {
                low += 1; // the word that ends here
                continue;
            };
            let range = self.words.beginning(&beginning);
            let high = range.end.max(low + 1);
            if depth < DEEPEST && self.occurrences(range.clone()).len() > BROAD {
                let best = self.best_of(range.clone(), &beginning, MOST_HITS);
                let broad = Broad { places: best.places(), least: best.least().unwrap_or_default() };
                self.broad.insert(beginning, broad);
                self.work_out_broad(range, depth + 1);
            }
            low = high;
        }
    }
}

/// Every word by which a package may be asked for, with the field in which it stands.
fn said(package: &Package, known: &Known, word: &mut impl FnMut(String, Field)) {
    word(package.vnr.as_str().to_owned(), Field::Number);
    let names = fold::words(&package.name);
    if names.len() > 1 {
        word(names.concat(), Field::NameStart); // "paratabsrapid"
    }
    for (name, i) in names.into_iter().zip(0..) {
        word(name, if i == 0 { Field::NameStart } else { Field::Name });
    }
    let mut all = |text: &str, field| fold::words(text).into_iter().for_each(|said| word(said, field));
    for substance in &package.substances {
        all(substance, Field::Substance);
    }
    all(&package.atc, Field::Atc);
    all(&package.atc_name, Field::AtcName);
    for name in known.atc_names.get(&package.atc).into_iter().flatten() {
        all(name, Field::AtcName);
    }
    all(&package.strength, Field::Strength);
    for thousands in joined_thousands(&package.strength) {
        all(&thousands, Field::Strength);
    }
    all(&package.size.normalize().to_string(), Field::Size);
    all(&package.unit.to_string(), Field::Form);
    all(&package.form, Field::Form);
    for form in known.forms.get(&package.form).into_iter().flatten() {
        all(form, Field::Form);
    }
    all(&package.holder, Field::Holder);
}

/// "4 000 IU": the number in one piece.
fn joined_thousands(strength: &str) -> Vec<String> {
    let words = fold::words(strength);
    let is_group = |word: &String| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [head, group] if head.len() <= 3 && fold::is_number(head) && is_group(group) => Some(format!("{head}{group}")),
        _ => None,
    });
    pairs.collect()
}

/// Lists of many owners in one piece.
#[derive(Debug)]
struct Lists<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    /// From items in the rising order of their owners, `0..owners`.
    fn new(owners: u32, from: impl Iterator<Item = (u32, T)>) -> Self {
        let mut lists = Self { starts: vec![0], items: Vec::new() };
        for (owner, item) in from {
            lists.close_until(owner);
            lists.items.push(item);
        }
        lists.close_until(owners);
        lists
    }

    fn close_until(&mut self, owner: u32) {
        let end = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        let wanted = (owner as usize).saturating_add(1);
        if self.starts.len() < wanted {
            self.starts.resize(wanted, end);
        }
    }

    /// The items of owners that follow one another.
    fn of(&self, owners: Range<u32>) -> &[T] {
        let start = self.starts.get(owners.start as usize).copied().unwrap_or(u32::MAX);
        let end = self.starts.get(owners.end as usize).copied().unwrap_or_default();
        self.items.get(start as usize..end as usize).unwrap_or_default()
    }
}
