//! Which words of the index a typed word may mean, and what each costs.

use std::ops::Range;
use std::rc::Rc;

use super::fold;
use super::index::{Index, Packed};
use super::rank::{ALIKE, ERROR, cost};
use super::{Field, Spelling, Why};

/// The most errors that any word may have.
pub const MOST_ERRORS: u8 = 2;

/// No near word.
const FAR: u8 = u8::MAX;

/// What a typed word may mean.
#[derive(Debug, Clone)]
pub struct Meaning {
    typed: Rc<str>,
    /// The words that begin so.
    range: Range<u32>,
    /// The first of them is the word itself.
    has_whole: bool,
    is_number: bool,
    /// Made of two typed words.
    is_joined: bool,
    /// For each word of the index the errors with which it begins so, or [`FAR`].
    near: Option<Rc<[u8]>>,
    /// The words that are not [`FAR`].
    near_words: Rc<[u32]>,
}

impl Meaning {
    /// The words that begin so.
    pub fn exact(index: &Index, typed: &str) -> Self {
        let range = index.words.beginning(typed.as_bytes());
        let has_whole = !range.is_empty() && index.words.get(range.start) == typed.as_bytes();
        Self {
            typed: typed.into(),
            range,
            has_whole,
            is_number: fold::is_number(typed),
            is_joined: false,
            near: None,
            near_words: Rc::default(),
        }
    }

    /// The same for two words read as one.
    pub fn joined(index: &Index, typed: &str) -> Self {
        Self { is_joined: true, ..Self::exact(index, typed) }
    }

    /// With so many errors, or as many as its length allows; a number in the middle of a VNR.
    pub fn near(&self, index: &Index, errors: u8) -> Self {
        let letters = self.typed.chars().count();
        let mut near = vec![FAR; index.words.len() as usize];
        let mut words = Vec::new();
        let mut set = |word: u32, errors: u8| {
            if let Some(known) = near.get_mut(word as usize) {
                if *known == FAR {
                    words.push(word);
                }
                *known = errors.min(*known);
            }
        };
        if self.is_number {
            if letters < 3 {
                return self.clone();
            }
            let is_within = |word: &[u8]| word.windows(self.typed.len()).any(|part| part == self.typed.as_bytes());
            for digit in b'0'..=b'9' {
                for word in index.words.beginning(&[digit]).filter(|&word| is_within(index.words.get(word))) {
                    set(word, 0);
                }
            }
        } else {
            let allowed = match letters {
                0..5 => return self.clone(),
                5..8 => 1,
                _ => MOST_ERRORS,
            };
            for (sound, errors) in index.sounds.near(&fold::sound(&self.typed), errors.min(allowed)) {
                index.sounding(sound).iter().for_each(|&word| set(word, errors));
            }
        }
        self.range.clone().for_each(|word| set(word, 0));
        Self { near: Some(near.into()), near_words: words.into(), ..self.clone() }
    }

    /// The word as it was typed, folded.
    pub fn typed(&self) -> &[u8] {
        self.typed.as_bytes()
    }

    /// Whether it is a number, which is never taken for mistyped.
    pub fn is_number(&self) -> bool {
        self.is_number
    }

    /// The words that begin so.
    pub fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    /// In how many places it may stand.
    pub fn occurrences(&self, index: &Index) -> usize {
        match &self.near {
            None => index.occurrences(self.range()).len(),
            Some(_) => self.near_words.iter().map(|&word| index.occurrences(word..word + 1).len()).sum(),
        }
    }

    /// Every place where it may stand, with what that occurrence costs; a place may come more than once.
    pub fn each_place(&self, index: &Index, seen: &mut impl FnMut(u32, u32)) {
        let mut of = |words: Range<u32>| {
            for word in words {
                for occurrence in index.occurrences(word..word + 1) {
                    if let Some(cost) = self.cost(word, occurrence.field()) {
                        seen(occurrence.number(), cost);
                    }
                }
            }
        };
        match &self.near {
            None => of(self.range()),
            Some(_) => self.near_words.iter().for_each(|&word| of(word..word + 1)),
        }
    }

    /// The least that it can cost anywhere, or less.
    pub fn least(&self, index: &Index) -> u32 {
        if self.near.is_some() || self.is_joined {
            return 0;
        }
        match index.broad(self.typed()) {
            Some(broad) => broad.least,
            None => index.best_of(self.range(), self.typed(), 1).least().unwrap_or_default(),
        }
    }

    /// The cheapest way in which it stands among a package's words.
    pub fn cheapest(&self, said: &[Packed]) -> Option<(u32, Packed)> {
        said.iter().filter_map(|&word| Some((self.cost(word.number(), word.field())?, word))).min()
    }

    fn cost(&self, word: u32, field: Field) -> Option<u32> {
        let joined = if self.is_joined { ALIKE } else { 0 };
        if self.range.contains(&word) {
            let is_whole = self.has_whole && word == self.range.start;
            return Some(joined + cost(field, is_whole, self.typed.len()));
        }
        let errors = self.near.as_ref()?.get(word as usize).copied().filter(|&errors| errors != FAR)?;
        if self.is_number && field != Field::Number {
            return None;
        }
        Some(joined + ALIKE + ERROR * u32::from(errors) + cost(field, false, self.typed.len()))
    }

    /// Why a package with these words was found.
    pub fn why(&self, said: &[Packed]) -> Option<Why> {
        let (_, found) = self.cheapest(said)?;
        let word = found.number();
        let spelling = if self.is_joined {
            Spelling::Near(0)
        } else if self.range.contains(&word) {
            if self.has_whole && word == self.range.start { Spelling::Whole } else { Spelling::Beginning }
        } else if self.is_number {
            Spelling::Within
        } else {
            Spelling::Near(self.near.as_ref().and_then(|near| near.get(word as usize)).copied().unwrap_or_default())
        };
        Some(Why { typed: self.typed.to_string(), field: found.field(), spelling })
    }
}
