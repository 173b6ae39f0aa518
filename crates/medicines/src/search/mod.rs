//! Search while typing: words in any order, each the beginning of a word of the package's name, substance, ATC code or
//! name, strength, size, form, holder or VNR, or a whole GTIN ("pana 500 100": medicines.md 6.2 no. 4).
//!
//! Two paths. The exact one compares folded words (å ä ö as a a o, w as v). The near one runs only when the exact one
//! found fewer than [`ENOUGH`] packages: two words written as one and one as two, the middle of a VNR, Finnish for Swedish
//! or international spelling, and one error in a word of five letters, two from eight. What it finds comes after what was
//! found exactly, and each hit says why it is there.

mod fold;
mod index;
mod meaning;
mod rank;
mod standing;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{HashMap, HashSet};

use prescription::Vnr;

use crate::{EditionError, MOST_PACKAGES, Package};
use index::Index;
use meaning::Meaning;
use rank::Best;

/// At most so many hits.
pub const MOST_HITS: usize = 50;
/// With fewer exact hits than these, near ones are looked for.
pub const ENOUGH: usize = 3;
/// A text with more words is not a search and finds nothing.
pub const MOST_WORDS: usize = 16;
/// In a text with more words than these, none is taken for mistyped.
pub const MOST_NEAR_WORDS: usize = 6;
/// A longer text, in bytes, is not a search either.
pub const LONGEST: usize = 400;

/// What is known beside the packages themselves. All of it is optional.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// More names of ATC codes, such as the Swedish ones of Fimea's register, by code.
    pub atc_names: HashMap<String, Vec<String>>,
    /// More names of dosage forms, by the form as the package writes it.
    pub forms: HashMap<String, Vec<String>>,
    /// Packages that are not on the market: found, after those that are.
    pub off_market: HashSet<Vnr>,
    /// How much a package is used or in stock here; where a search does not tell packages apart, more comes first.
    pub weights: HashMap<Vnr, u32>,
}

/// Where a word of the search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// VNR, or the GTIN that stands for one.
    Number,
    /// The beginning of the trade name.
    NameStart,
    /// A later word of the trade name.
    Name,
    /// An active substance.
    Substance,
    /// The ATC code.
    Atc,
    /// A name of the ATC code.
    AtcName,
    /// Strength.
    Strength,
    /// Package size.
    Size,
    /// Dosage form or unit.
    Form,
    /// Marketing authorisation holder.
    Holder,
}

impl Field {
    fn of(number: u32) -> Self {
        use Field::*;
        let all = [Number, NameStart, Name, Substance, Atc, AtcName, Strength, Size, Form, Holder];
        all.get(number as usize).copied().unwrap_or(Holder)
    }
}

/// How a typed word matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// It is the word.
    Whole,
    /// The word begins so.
    Beginning,
    /// The number contains it.
    Within,
    /// The word, or its beginning, sounds so, with so many errors (0: another spelling of the same).
    Near(u8),
}

/// Why a package was found, for one word of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The word, folded; two that were read as one are one here.
    pub typed: String,
    /// Where it stands.
    pub field: Field,
    /// How it matches.
    pub spelling: Spelling,
}

/// A package that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its index in the slice over which the search was built.
    pub package: usize,
    /// One reason for each word of the search.
    pub why: Vec<Why>,
}

impl Hit {
    /// Found without errors, joined or split words and other spellings.
    pub fn is_exact(&self) -> bool {
        self.why.iter().all(|why| matches!(why.spelling, Spelling::Whole | Spelling::Beginning))
    }
}

/// The search over the packages of one edition.
#[derive(Debug)]
pub struct Search {
    index: Index,
    by_vnr: HashMap<Vnr, u32>,
}

impl Search {
    /// Over packages; refused when there are more than [`MOST_PACKAGES`].
    pub fn over(packages: &[Package], known: &Known) -> Result<Self, EditionError> {
        if packages.len() > MOST_PACKAGES {
            return Err(EditionError::Size(packages.len()));
        }
        let index = Index::over(packages, known);
        let vnr_at = |(package, place): (&u32, u32)| Some((packages.get(*package as usize)?.vnr.clone(), place));
        let by_vnr = index.order.iter().zip(0u32..).filter_map(vnr_at).collect();
        Ok(Self { index, by_vnr })
    }

    /// Over no package.
    pub fn nothing() -> Self {
        Self { index: Index::over(&[], &Known::default()), by_vnr: HashMap::new() }
    }

    /// The packages that a text may mean, best first, at most `most` and never more than [`MOST_HITS`]. `gtins` answers
    /// which VNR stands for a GTIN of 8, 12, 13 or 14 digits, if that is known.
    pub fn find(&self, text: &str, most: usize, gtins: &dyn Fn(&str) -> Option<Vnr>) -> Vec<Hit> {
        let most = most.min(MOST_HITS);
        if text.len() > LONGEST || most == 0 {
            return vec![];
        }
        let words = fold::words(text);
        if words.is_empty() || words.len() > MOST_WORDS {
            return vec![];
        }
        if let [number] = words.as_slice()
            && matches!(number.len(), 8 | 12 | 13 | 14)
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && let Some(&place) = gtins(number).and_then(|vnr| self.by_vnr.get(&vnr))
        {
            let why = Why { typed: number.clone(), field: Field::Number, spelling: Spelling::Whole };
            return self.hit(place, vec![why]).into_iter().collect();
        }
        let exact: Vec<Meaning> = words.iter().map(|word| Meaning::exact(&self.index, word)).collect();
        let mut hits = Vec::new();
        let mut seen = HashSet::new();
        self.take(&mut hits, &mut seen, self.exact(&exact, most), &exact, most);
        if hits.len() < ENOUGH.min(most) {
            self.find_near(&words, &exact, &mut hits, &mut seen, most);
        }
        hits
    }

    fn exact(&self, words: &[Meaning], most: usize) -> Vec<u32> {
        match words {
            [word] => match self.index.broad(word.typed()) {
                Some(broad) => broad.places.iter().take(most).copied().collect(),
                None => self.index.best_of(word.range(), word.typed(), most).places(),
            },
            words => self.together(words, most).places(),
        }
    }

    /// The best places where all words stand: goes through the occurrences of the rarest and looks for the others there,
    /// unless even the least that they can cost would be too much.
    fn together(&self, words: &[Meaning], most: usize) -> Best {
        let mut best = Best::new(most);
        let Some(rarest) = words.iter().min_by_key(|word| word.occurrences(&self.index)) else { return best };
        if rarest.occurrences(&self.index) == 0 {
            return best;
        }
        let others = words.iter().filter(|word| !std::ptr::eq(*word, rarest));
        let least_of_others: u32 = others.map(|word| word.least(&self.index)).sum();
        rarest.each_place(&self.index, &mut |place, cost| {
            if best.is_beyond(cost + least_of_others, place) {
                return;
            }
            let said = self.index.of_place(place);
            let mut sum = 0;
            for word in words {
                let Some((cost, _)) = word.cheapest(said) else { return };
                sum += cost;
            }
            best.offer(sum, place);
        });
        best
    }

    /// The near path, from what is likely to what is less so, until there is enough.
    fn find_near(
        &self,
        words: &[String],
        exact: &[Meaning],
        hits: &mut Vec<Hit>,
        seen: &mut HashSet<u32>,
        most: usize,
    ) {
        let enough = ENOUGH.min(most);
        for (i, pair) in words.windows(2).enumerate() {
            let joined = Meaning::joined(&self.index, &pair.concat());
            let meanings: Vec<Meaning> = exact
                .iter()
                .enumerate()
                .filter(|&(at, _)| at != i + 1)
                .map(|(at, word)| if at == i { joined.clone() } else { word.clone() })
                .collect();
            self.take(hits, seen, self.together(&meanings, most).places(), &meanings, most);
        }
        if words.len() > MOST_NEAR_WORDS {
            return;
        }
        // Only the words that stand nowhere, if there are any, before suspecting the others as well.
        let stands_nowhere = |word: &Meaning| word.occurrences(&self.index) == 0;
        let some_stand_nowhere = exact.iter().any(stands_nowhere);
        for suspects_all in [false, true] {
            if !suspects_all && !some_stand_nowhere {
                continue;
            }
            for errors in 0..=meaning::MOST_ERRORS {
                if hits.len() >= enough {
                    return;
                }
                // The middle of a VNR is looked for only when it is all that was typed.
                let suspect =
                    |word: &Meaning| (suspects_all || stands_nowhere(word)) && (words.len() == 1 || !word.is_number());
                let meanings: Vec<Meaning> = exact
                    .iter()
                    .map(|word| if suspect(word) { word.near(&self.index, errors) } else { word.clone() })
                    .collect();
                self.take(hits, seen, self.together(&meanings, most).places(), &meanings, most);
            }
        }
    }

    /// Adds places that are new as hits.
    fn take(&self, hits: &mut Vec<Hit>, seen: &mut HashSet<u32>, places: Vec<u32>, words: &[Meaning], most: usize) {
        for place in places {
            if hits.len() >= most {
                return;
            }
            if seen.insert(place) {
                let said = self.index.of_place(place);
                let why = words.iter().filter_map(|word| word.why(said)).collect();
                hits.extend(self.hit(place, why));
            }
        }
    }

    fn hit(&self, place: u32, why: Vec<Why>) -> Option<Hit> {
        let package = *self.index.order.get(place as usize)? as usize;
        Some(Hit { package, why })
    }
}
