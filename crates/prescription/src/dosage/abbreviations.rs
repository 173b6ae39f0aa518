//! The abbreviations of a dosage text written out (DI-15b; medicines notes 6.2, rule 8): "1 tbl x 3 tarv." becomes
//! "1 tabletti 3 kertaa päivässä tarvittaessa". It is a suggestion, which a pharmacist confirms for the label (field 152);
//! the prescriber's text stays as it is.
//!
//! A suggestion never changes a number, a time or a unit: numbers are copied and measures ("mg", "ml") are left alone. What
//! is not known, and what could mean two things, stays as it stands and is marked. Written out is Finnish, the language of
//! the abbreviations.

/// A longer text is left as it is, marked as a whole.
pub const MOST_CHARACTERS: usize = 2_000;

/// A dosage text with its abbreviations written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text, part by part; all sources together are the text that was handed in.
    pub parts: Vec<Part>,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As it was written.
    pub source: String,
    /// As it is suggested.
    pub text: String,
    /// What was done with it.
    pub kind: Kind,
}

/// What was done with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: it is no abbreviation.
    Kept,
    /// It was written out.
    Expanded,
    /// It looks abbreviated and its meaning is not sure: it stays, and a person must look.
    Unknown,
}

impl Suggestion {
    /// The suggested text.
    pub fn text(&self) -> String {
        let text: String = self.parts.iter().map(|part| part.text.as_str()).collect();
        text.trim().to_owned()
    }

    /// Whether anything was written out.
    pub fn is_changed(&self) -> bool {
        self.parts.iter().any(|part| part.kind == Kind::Expanded)
    }

    /// What stays as it is and must be looked at.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|part| part.kind == Kind::Unknown).map(|part| part.source.as_str())
    }
}

/// The abbreviations of a dosage text written out.
pub fn expand(text: &str) -> Suggestion {
    let whole = |kind| Suggestion { parts: vec![Part { source: text.to_owned(), text: text.to_owned(), kind }] };
    if text.chars().count() > MOST_CHARACTERS {
        return whole(Kind::Unknown);
    }
    let words = lex(text);
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let (taken, shown, kind) = Reader { words: &words, at }.read(word);
        let taken = taken.max(1);
        let source: String = words.iter().skip(at).take(taken).map(|word| word.text).collect();
        at += taken;
        let mut shown = shown.unwrap_or_else(|| source.clone());
        // "1tbl" and "x1" are written apart once their letters are words.
        let joined = |before: &str, after: &str| {
            before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
        };
        if let Some(before) = parts.last() {
            let changed = kind == Kind::Expanded || before.kind == Kind::Expanded;
            if changed && joined(&before.text, &shown) {
                shown.insert(0, ' ');
            }
        }
        match parts.last_mut() {
            Some(last) if last.kind == Kind::Kept && kind == Kind::Kept => {
                last.source.push_str(&source);
                last.text.push_str(&shown);
            }
            _ => parts.push(Part { source, text: shown, kind }),
        }
    }
    let suggestion = Suggestion { parts };
    // The promise of this module, kept whatever the tables say.
    let said = suggestion.text();
    let is_kept = numbers(&said) == numbers(text) && measures(&said) == measures(text);
    if is_kept { suggestion } else { whole(Kind::Unknown) }
}

/// The numbers of a text in their order, with their decimals; fractions such as "½" are numbers.
pub fn numbers(text: &str) -> Vec<String> {
    lex(text).into_iter().filter(|word| word.is == Is::Number).map(|word| word.text.to_owned()).collect()
}

/// The units of measure of a text ("mg", "ml") in their order.
fn measures(text: &str) -> Vec<String> {
    let words = lex(text).into_iter().filter(|word| word.is == Is::Word).map(|word| plain(word.text));
    words.filter(|word| is_measure(word)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Space,
    Number,
    /// Letters, with the points of "p.o." and of an abbreviation's end.
    Word,
    Sign,
}

#[derive(Debug, Clone, Copy)]
struct Lexeme<'t> {
    text: &'t str,
    is: Is,
}

fn lex(text: &str) -> Vec<Lexeme<'_>> {
    let mut rest = text;
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (length, is) = if first.is_whitespace() {
            (run(rest, char::is_whitespace), Is::Space)
        } else if first.is_ascii_digit() {
            (number(rest), Is::Number)
        } else if first.is_numeric() {
            (first.len_utf8(), Is::Number)
        } else if first.is_alphabetic() {
            (word(rest), Is::Word)
        } else {
            (first.len_utf8(), Is::Sign)
        };
        let (taken, left) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        words.push(Lexeme { text: taken, is });
        rest = left;
    }
    words
}

fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|letter: char| !is(letter)).unwrap_or(text.len())
}

/// "2", "2,5", "2.5"; a point that ends a sentence is not part of it.
fn number(text: &str) -> usize {
    let digits = |text: &str| run(text, |letter| letter.is_ascii_digit());
    let whole = digits(text);
    let after = text.get(whole..).unwrap_or_default();
    let decimals = after.strip_prefix([',', '.']).map_or(0, digits);
    if decimals == 0 { whole } else { whole + 1 + decimals }
}

/// Letters; "p.o." with its points.
fn word(text: &str) -> usize {
    let mut end = run(text, char::is_alphabetic);
    while let Some(after) = text.get(end..).and_then(|rest| rest.strip_prefix('.')) {
        let letters = run(after, char::is_alphabetic);
        end += 1 + letters;
        if letters == 0 {
            break;
        }
    }
    end
}

/// Words for one and for several of what is counted.
const UNITS: [(&[&str], &str, &str); 5] = [
    (&["tbl", "tabl", "tab"], "tabletti", "tablettia"),
    (&["kaps", "kps"], "kapseli", "kapselia"),
    (&["gtt", "gutt"], "tippa", "tippaa"),
    (&["supp"], "peräpuikko", "peräpuikkoa"),
    (&["inh"], "inhalaatio", "inhalaatiota"),
];

/// Units of time: short forms, "in a …", one, several.
const TIMES: [(&[&str], &str, &str, &str); 4] = [
    (&["vrk"], "vuorokaudessa", "vuorokausi", "vuorokautta"),
    (&["pv", "pvä"], "päivässä", "päivä", "päivää"),
    (&["vko", "vk"], "viikossa", "viikko", "viikkoa"),
    (&["kk"], "kuukaudessa", "kuukausi", "kuukautta"),
];

/// Words that stand for themselves.
const WORDS: [(&[&str], &str); 8] = [
    (&["tarv", "tarvitt", "p.r.n", "prn"], "tarvittaessa"),
    (&["krt"], "kertaa"),
    (&["p.o"], "suun kautta"),
    (&["s.c"], "ihon alle"),
    (&["i.m"], "lihakseen"),
    (&["i.v"], "laskimoon"),
    (&["ap"], "aamupäivällä"),
    (&["ip"], "iltapäivällä"),
];

/// Measures and short words that are none of this module's business.
const PLAIN: [&str; 30] = [
    "mg", "ml", "g", "l", "dl", "cl", "kg", "µg", "μg", "mikrog", "mmol", "iu", "ky", "cm", "mm", "ja", "tai", "on",
    "ei", "jos", "kun", "yö", "yli", "ad", "sic", "päivä", "ilta", "aamu", "yhä", "asti",
];

/// Words of frequency that follow a number of times by themselves.
const OFTEN: [&str; 5] = ["päivässä", "vuorokaudessa", "viikossa", "kuukaudessa", "tunnissa"];

/// Beginnings of words that say how often in other ways. Where one stands in the text, "x 1" may be once a week, and no
/// "a day" is added: of methotrexate that would be seven times the dose.
const OTHERWISE: [&str; 26] = [
    "viik", "vko", "kuuk", "joka", "väle", "kerran", "kertaa", "krt", "maanant", "tiist", "keskiv", "torst", "perj",
    "lauant", "sunnunt", "tunn", "tunti", "vuorot", "veck", "varannan", "varje", "gång", "ggr", "månad", "tim",
    "toinen",
];
/// The same as whole words.
const OTHERWISE_WHOLE: [&str; 12] = ["vk", "kk", "h", "t", "ma", "ti", "ke", "to", "pe", "la", "su", "var"];
/// Beginnings of words that make the number before them a length of time or an amount, and not a number of times.
const COUNTS_ELSE: [&str; 8] = ["päiv", "pv", "vrk", "min", "tabl", "kaps", "annos", "tip"];

/// Reads what stands at a place.
struct Reader<'w> {
    words: &'w [Lexeme<'w>],
    at: usize,
}

/// How many lexemes are taken, what is shown in their place where it differs, and what was done.
type Read = (usize, Option<String>, Kind);

impl Reader<'_> {
    fn read(&self, word: &Lexeme<'_>) -> Read {
        match word.is {
            Is::Space | Is::Number => (1, None, Kind::Kept),
            Is::Sign => self.sign(word.text),
            Is::Word => self.word(word.text),
        }
    }

    fn sign(&self, sign: &str) -> Read {
        match sign {
            "×" => self.times(),
            "/" => match self.next(self.at).and_then(|(at, word)| Some((at, time(word)?))) {
                // "4/vrk"; "mg/ml" stays.
                Some((at, (per, ..))) => (at + 1 - self.at, Some(format!(" {per}")), Kind::Expanded),
                None => (1, None, Kind::Kept),
            },
            // "1+0+1", "1-0-1": which part of the day each number is for is a person's to say.
            "+" => (1, None, Kind::Unknown),
            "-" | "–" if self.is_third_number() => (1, None, Kind::Unknown),
            _ => (1, None, Kind::Kept),
        }
    }

    fn word(&self, text: &str) -> Read {
        let short = plain(text);
        let ends = text.ends_with('.');
        if short == "x" {
            return self.times();
        }
        if short == "s" && self.next(self.at).is_some_and(|(_, word)| word.text == ":") && self.before().is_none() {
            // Signa, "write on the label": a heading, no dosage.
            let taken = self.next(self.at).map_or(1, |(at, _)| at + 1 - self.at);
            return (taken, Some(String::new()), Kind::Expanded);
        }
        if short == "ad" {
            return if self.limits() {
                (1, Some("enintään".into()), Kind::Expanded)
            } else {
                (1, None, Kind::Unknown)
            };
        }
        if ends && (short == "i" || short == "a") {
            let words = if short == "i" { "illalla" } else { "aamulla" };
            return (1, Some(words.into()), Kind::Expanded);
        }
        if let Some((_, one, several)) = UNITS.iter().find(|(forms, ..)| forms.contains(&short.as_str())) {
            return match self.count_before() {
                Some(is_one) => (1, Some(String::from(if is_one { *one } else { *several })), Kind::Expanded),
                None => (1, None, Kind::Unknown),
            };
        }
        if let Some((_, one, several)) = time(&Lexeme { text, is: Is::Word }) {
            return match self.count_before().filter(|_| self.is_length()) {
                Some(is_one) => (1, Some(String::from(if is_one { one } else { several })), Kind::Expanded),
                None => (1, None, Kind::Unknown),
            };
        }
        if let Some((_, words)) = WORDS.iter().find(|(forms, _)| forms.contains(&short.as_str())) {
            return (1, Some((*words).to_owned()), Kind::Expanded);
        }
        let is_last = self.next(self.at).is_none();
        let looks_short = short.chars().count() <= 3 || (ends && !is_last && self.goes_on_small());
        let known = PLAIN.contains(&short.as_str());
        (1, None, if looks_short && !known { Kind::Unknown } else { Kind::Kept })
    }

    /// "x 3": so many times a day, after an amount or at the beginning, unless what follows says otherwise.
    fn times(&self) -> Read {
        let unknown = (1, None, Kind::Unknown);
        let Some((mut last, first)) = self.next(self.at).filter(|(_, word)| word.is == Is::Number) else {
            return unknown;
        };
        // "x 1-2".
        let mut is_one = first.text == "1";
        if let Some((_, dash)) = self.next(last)
            && matches!(dash.text, "-" | "–")
        {
            let Some((end, _)) = self.next(last + 1).filter(|(_, word)| word.is == Is::Number) else { return unknown };
            (last, is_one) = (end, false);
        }
        let before = match self.before() {
            None => None,
            Some((at, word)) if word.is == Is::Number && !self.is_times_at(at) => Some(word),
            Some((_, word)) if word.is == Is::Word && is_counted(word.text) => Some(word),
            // After the heading "S:".
            Some((_, word)) if word.text == ":" => None,
            Some(_) => return unknown,
        };
        let after = self.next(last).map(|(_, word)| word);
        let after_word = after.map(|word| plain(word.text)).unwrap_or_default();
        // "1x2 tbl", "2 x 10 mg", "1 x 7 pv": an amount, a length of time, or two meanings.
        let is_rate = self.next(last).and_then(|(at, _)| self.next(at)).is_some_and(|(_, word)| time(word).is_some());
        let is_slash = after.is_some_and(|word| word.text == "/");
        let is_often = (is_slash && is_rate) || OFTEN.contains(&after_word.as_str());
        let counts_else = COUNTS_ELSE.iter().any(|begins| after_word.starts_with(begins))
            || is_counted(&after_word)
            || is_measure(&after_word);
        let two_meanings = !is_often && (counts_else || self.says_otherwise());
        if two_meanings || (is_slash && !is_rate) || matches!(after_word.as_str(), "x" | "×") {
            return unknown;
        }
        let number: String = self
            .words
            .iter()
            .take(last + 1)
            .skip(self.at + 1)
            .map(|word| word.text)
            .collect::<String>()
            .trim()
            .to_owned();
        let each = if before.is_some_and(|word| word.is == Is::Number) { "kerrallaan " } else { "" };
        let times = if is_one { "kerran" } else { "kertaa" };
        let day = if is_often { "" } else { " päivässä" };
        (last + 1 - self.at, Some(format!("{each}{number} {times}{day}")), Kind::Expanded)
    }

    /// Whether the text says in another way how often.
    fn says_otherwise(&self) -> bool {
        self.words.iter().filter(|word| word.is == Is::Word).any(|word| {
            let short = plain(word.text);
            OTHERWISE.iter().any(|begins| short.starts_with(begins)) || OTHERWISE_WHOLE.contains(&short.as_str())
        })
    }

    /// Whether "ad" is followed by a number of pieces or of times: "ad 4/vrk". "Ad 100 g" is a recipe's.
    fn limits(&self) -> bool {
        let Some((at, _)) = self.next(self.at).filter(|(_, word)| word.is == Is::Number) else { return false };
        let after = self.next(at).map(|(_, word)| word);
        after
            .is_some_and(|word| word.text == "/" || is_counted(word.text) || OFTEN.contains(&plain(word.text).as_str()))
    }

    /// Whether a number and a unit of time are a length: "7 pv", and neither "7 pv välein" nor "joka 7 pv".
    fn is_length(&self) -> bool {
        let after = self.next(self.at).map(|(_, word)| plain(word.text)).unwrap_or_default();
        let every = self.before().and_then(|(at, _)| self.before_place(at)).map(|(_, word)| plain(word.text));
        !after.starts_with("väle") && !after.starts_with("ajan") && every.is_none_or(|word| word != "joka")
    }

    /// The next lexeme that is no space, with its place.
    fn next(&self, at: usize) -> Option<(usize, &Lexeme<'_>)> {
        self.words.iter().enumerate().skip(at + 1).find(|(_, word)| word.is != Is::Space)
    }

    /// The one before this place.
    fn before(&self) -> Option<(usize, &Lexeme<'_>)> {
        self.before_place(self.at)
    }

    fn before_place(&self, at: usize) -> Option<(usize, &Lexeme<'_>)> {
        self.words.iter().enumerate().take(at).rev().find(|(_, word)| word.is != Is::Space)
    }

    /// Whether a number stands right before, and whether it is one.
    fn count_before(&self) -> Option<bool> {
        let (at, number) = self.before().filter(|(_, word)| word.is == Is::Number)?;
        let alone = self.before_place(at).is_none_or(|(_, word)| !matches!(word.text, "-" | "–" | "/"));
        Some(number.text == "1" && alone)
    }

    /// Whether the number at a place is one of times already: "1 x 2 x 3" means nothing sure.
    fn is_times_at(&self, at: usize) -> bool {
        self.before_place(at).is_some_and(|(_, word)| matches!(plain(word.text).as_str(), "x" | "×"))
    }

    /// Whether this dash is one of two between three numbers.
    fn is_third_number(&self) -> bool {
        let before = self.before().filter(|(_, word)| word.is == Is::Number);
        let after = self.next(self.at).filter(|(_, word)| word.is == Is::Number);
        let (Some((before, _)), Some((after, _))) = (before, after) else { return false };
        let is_dash = |word: Option<(usize, &Lexeme<'_>)>| word.is_some_and(|(_, word)| matches!(word.text, "-" | "–"));
        is_dash(self.before_place(before)) || is_dash(self.next(after))
    }

    /// Whether what follows begins small, so that a point before it ends no sentence.
    fn goes_on_small(&self) -> bool {
        self.next(self.at).is_some_and(|(_, word)| word.text.starts_with(|letter: char| !letter.is_uppercase()))
    }
}

/// Small letters, without the point at the end.
fn plain(text: &str) -> String {
    text.trim_end_matches('.').to_lowercase()
}

fn time(word: &Lexeme<'_>) -> Option<(&'static str, &'static str, &'static str)> {
    let short = plain(word.text);
    let found = TIMES.iter().find(|(forms, ..)| word.is == Is::Word && forms.contains(&short.as_str()))?;
    Some((found.1, found.2, found.3))
}

/// Whether a word counts pieces of a medicine, short or written out.
fn is_counted(word: &str) -> bool {
    let short = plain(word);
    UNITS.iter().any(|(forms, one, several)| forms.contains(&short.as_str()) || short == *one || short == *several)
}

fn is_measure(word: &str) -> bool {
    matches!(
        word,
        "mg" | "ml" | "g" | "l" | "dl" | "cl" | "kg" | "µg" | "μg" | "mikrog" | "mmol" | "iu" | "ky" | "cm" | "mm"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> String {
        expand(text).text()
    }

    fn unknown(text: &str) -> Vec<String> {
        expand(text).unknown().map(str::to_owned).collect()
    }

    #[test]
    fn di_15b_common_abbreviations_are_written_out() {
        for (short, long) in [
            ("1x2", "1 kerrallaan 2 kertaa päivässä"),
            ("1 tbl x 3 tarv.", "1 tabletti 3 kertaa päivässä tarvittaessa"),
            ("x1 i.", "1 kerran päivässä illalla"),
            ("S: 1 tabl. x 1", "1 tabletti 1 kerran päivässä"),
            ("2tbl×3/vrk", "2 tablettia 3 kertaa vuorokaudessa"),
            ("1-2 tbl tarv. ad 4/vrk", "1-2 tablettia tarvittaessa enintään 4 vuorokaudessa"),
            ("0,5 tbl x 1-2", "0,5 tablettia 1-2 kertaa päivässä"),
            ("1/2 x 2", "1/2 kerrallaan 2 kertaa päivässä"),
            ("½ tbl x 2", "½ tablettia 2 kertaa päivässä"),
            ("1 kaps x 2 viikossa", "1 kapseli 2 kertaa viikossa"),
            ("1 tbl a. ja i.", "1 tabletti aamulla ja illalla"),
            ("1 tbl x 2 7 pv", "1 tabletti 2 kertaa päivässä 7 päivää"),
            ("10 mg/kg/vrk", "10 mg/kg vuorokaudessa"),
            ("1 TBL X 3 P.O.", "1 tabletti 3 kertaa päivässä suun kautta"),
        ] {
            assert_eq!(said(short), long, "{short}");
            assert!(unknown(short).is_empty(), "{short}: {:?}", unknown(short));
            assert!(expand(short).is_changed());
        }
    }

    #[test]
    fn di_15b_what_is_not_sure_stays_and_is_marked() {
        for (short, marked) in [
            ("2 x 10 mg", &["x"][..]),
            ("1x2 tbl", &["x"]),
            ("1 tbl x 1 kerran viikossa", &["x"]),
            ("1 tbl x 1 ma", &["x", "ma"]),
            ("1x1 3 pv välein", &["x", "pv"]),
            ("1x1 joka 3 vko", &["x", "vko"]),
            ("1 x 7 pv", &["x"]),
            ("1 x 3 päivän ajan", &["x"]),
            ("1 tabl x 1 i veckan", &["x", "i"]),
            ("ad 100 g", &["ad"]),
            ("1 x 1/2", &["x"]),
            ("1 x 2 x 3", &["x", "x"]),
            ("1+0+1", &["+", "+"]),
            ("1-0-1", &["-", "-"]),
            ("tbl aamulla", &["tbl"]),
            ("1 tabletti xyz", &["xyz"]),
            ("1 tabletti ohj. muk. aamulla", &["ohj.", "muk."]),
            ("ad libitum", &["ad"]),
            ("6 h välein", &["h"]),
        ] {
            assert_eq!(unknown(short), marked, "{short}");
        }
        assert_eq!(said("2 x 10 mg"), "2 x 10 mg");
        assert_eq!(said("1+0+1"), "1+0+1");
    }

    #[test]
    fn a_written_out_text_stays_as_it_is() {
        for text in [
            "1 tabletti aamulla ja illalla.",
            "Otetaan 1-2 tablettia tarvittaessa. Enintään 4 tablettia vuorokaudessa.",
            "Annos 2,5 ml kahdesti päivässä, jos on kuumetta",
            "",
        ] {
            let suggestion = expand(text);
            assert_eq!(suggestion.text(), text);
            assert!(!suggestion.is_changed() && suggestion.unknown().next().is_none(), "{text}");
        }
    }

    #[test]
    fn a_text_without_end_is_left_alone() {
        let long = "1x2 ".repeat(1_000);
        assert_eq!(expand(&long).parts.len(), 1);
        assert_eq!(expand(&long).parts[0].kind, Kind::Unknown);
    }

    fn any_dosage() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[0-9]{1,3}([,.][0-9]{1,2})?",
            prop::sample::select(vec![
                "x",
                "X",
                "×",
                "tbl",
                "tabl.",
                "kaps",
                "vrk",
                "/",
                "pv",
                "vko",
                "tarv.",
                "ad",
                "i.",
                "a.",
                "S:",
                "-",
                "+",
                "mg",
                "ml",
                "½",
                "p.o.",
                "krt",
                ".",
                ",",
                "päivässä",
                "aamulla",
                " ",
                " ",
                " ",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    fn keeps_its_promise(text: &str) -> Result<(), TestCaseError> {
        let suggestion = expand(text);
        prop_assert_eq!(numbers(&suggestion.text()), numbers(text));
        let sources: String = suggestion.parts.iter().map(|part| part.source.as_str()).collect();
        prop_assert_eq!(sources, text);
        for part in &suggestion.parts {
            if part.kind != Kind::Expanded {
                prop_assert_eq!(part.text.trim(), part.source.trim());
            }
        }
        prop_assert_eq!(measures(&suggestion.text()), measures(text));
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_number_and_no_unit_is_lost_changed_or_moved(text in any_dosage()) {
            keeps_its_promise(&text)?;
        }

        #[test]
        fn nor_in_any_text_at_all(text in "\\PC{0,60}") {
            keeps_its_promise(&text)?;
        }
    }
}
