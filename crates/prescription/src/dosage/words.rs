//! A structured dosage in words, for a label, a screen or a page: "1–2 tablettia aamulla ja illalla päivittäin, 7 päivän
//! ajan; tauko 1.3.–7.3.2026." What cannot be said with certainty is shown as its coded facts in brackets and marked,
//! never guessed: half of a dosage is another dosage. Instructions that the prescriber wrote as text are not touched.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::terms::{self, Meaning};
use super::{Bounds, Dose, DoseAmount, End, Pause, Season, Structure};
use crate::rules::table::{Language, Text, text};
use crate::wording::{clock, day, days, range};
use crate::{Code, Range, Span, TimeUnit};

/// What is said of one dosing season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// A sentence.
    pub text: String,
    /// Whether all of it is said with certainty. Where not, the uncertain parts stand in brackets as coded facts, and a
    /// person must look at the document.
    pub sure: bool,
}

/// Each dosing season in a sentence, in the document's order. Nothing where there is no structure.
pub fn structure(structure: &Structure, language: Language) -> Vec<Line> {
    match structure {
        Structure::Absent => Vec::new(),
        Structure::Seasons(seasons) => seasons.iter().map(|one| season(one, language)).collect(),
        Structure::Unclear => vec![Line { text: UNCLEAR.in_language(language).to_owned(), sure: false }],
    }
}

/// One dosing season in a sentence.
pub fn season(season: &Season, language: Language) -> Line {
    let Season { id: _, bounds, pauses, as_needed, period, doses } = season;
    let mut speaker = Speaker { language, sure: true };
    let all_as_needed =
        *as_needed == Some(true) || (!doses.is_empty() && doses.iter().all(|dose| dose.as_needed == Some(true)));
    let mut text = speaker.doses(doses, *period, all_as_needed);
    if all_as_needed {
        text.insert_str(0, WHEN_NEEDED.in_language(language));
    }
    if let Some(bounds) = speaker.bounds(*bounds) {
        text.push_str(", ");
        text.push_str(&bounds);
    }
    for pause in pauses {
        text.push_str("; ");
        text.push_str(&speaker.pause(*pause));
    }
    text.push('.');
    Line { text: capitalised(&text), sure: speaker.sure }
}

/// A length of time after "for": "7 päivän", "7 dagar", "7 days".
pub fn span(span: Span, language: Language) -> String {
    let many = language == Language::Fi || span.high() != 1;
    format!("{} {}", counts(span, ""), terms::time_unit(span.unit(), language, many))
}

static UNCLEAR: Text = text(
    "Rakenteista annostusta ei ymmärretä kokonaan; se on asiakirjan tuntemattomissa osissa.",
    "Den strukturerade doseringen förstås inte helt; den finns bland dokumentets okända delar.",
    "The structured dosage is not understood as a whole; it is among the document's unknown parts.",
);
static WHEN_NEEDED: Text = text("tarvittaessa ", "vid behov ", "when needed ");
static AND: Text = text(" ja ", " och ", " and ");
static NO_DOSES: Text = text("annosta ei ole kerrottu", "ingen dos anges", "no dose is stated");
static NO_PERIOD: Text = text(
    "annosjakson pituutta ei ole kerrottu",
    "dosperiodens längd anges inte",
    "the dosing period's length is not stated",
);
static NO_UNIT: Text = text("yksikköä ei ole kerrottu", "enheten anges inte", "the unit is not stated");
static UNIT: Text = text("annosyksikkö", "dosenhet", "dose unit");
static TIME_OF_DAY: Text = text("annosajankohta", "tid på dygnet", "time of day");
static DAY: Text = text("annosjakson päivä", "dag i dosperioden", "day of the dosing period");
static PERIOD: Text = text("annosjakson pituus", "dosperiodens längd", "length of the dosing period");

/// Says what it can, and remembers whether all of it was sure.
struct Speaker {
    language: Language,
    sure: bool,
}

/// Doses that follow each other and differ only in when they are taken.
struct Group<'d> {
    amount: &'d DoseAmount,
    as_needed: bool,
    /// When each is taken; none where nothing is said of it.
    moments: Vec<Moment>,
    doses: u32,
}

#[derive(PartialEq, Eq)]
struct Moment {
    day: Option<String>,
    time: Option<String>,
}

impl Speaker {
    fn of(&self, text: &Text) -> &'static str {
        text.in_language(self.language)
    }

    /// A part that is not sure, in brackets.
    fn coded(&mut self, what: &Text, facts: &str) -> String {
        self.sure = false;
        let what = self.of(what);
        if facts.is_empty() { format!("[{what}]") } else { format!("[{what}: {facts}]") }
    }

    fn doses(&mut self, doses: &[Dose], period: Option<Span>, all_as_needed: bool) -> String {
        let groups = self.groups(doses, period, all_as_needed);
        if groups.is_empty() {
            let nothing = self.coded(&NO_DOSES, "");
            return match period {
                Some(period) => format!("{nothing} {}", self.coded(&PERIOD, &span(period, self.language))),
                None => nothing,
            };
        }
        // Of a day it can be said once that it returns; what belongs to longer periods is said of each.
        let daily = period.and_then(Span::exact).is_some_and(|one| one.in_days() == Some(1));
        let once = daily && groups.iter().all(|group| !group.moments.is_empty());
        let several = groups.iter().any(|group| group.moments.len() > 1) || groups.len() > 2;
        let said = groups.iter().map(|group| self.group(group, period.filter(|_| !once))).collect::<Vec<_>>();
        let mut said = if several { said.join(", ") } else { said.join(self.of(&AND)) };
        if once {
            said.push(' ');
            said.push_str(terms::every(TimeUnit::Day, self.language));
        }
        said
    }

    fn groups<'d>(&mut self, doses: &'d [Dose], period: Option<Span>, all_as_needed: bool) -> Vec<Group<'d>> {
        let mut groups: Vec<Group<'d>> = Vec::new();
        for dose in doses {
            let Dose { id: _, amount, as_needed, time_of_day: _, clock: _, day: _ } = dose;
            let as_needed = *as_needed == Some(true) && !all_as_needed;
            let moment = self.moment(dose, period);
            match groups.last_mut() {
                Some(last)
                    if last.amount == amount
                        && last.as_needed == as_needed
                        && last.moments.is_empty() == moment.is_none() =>
                {
                    last.moments.extend(moment);
                    last.doses = last.doses.saturating_add(1);
                }
                _ => groups.push(Group { amount, as_needed, moments: moment.into_iter().collect(), doses: 1 }),
            }
        }
        groups
    }

    fn group(&mut self, group: &Group<'_>, period: Option<Span>) -> String {
        let amount = self.amount(group.amount);
        let needed = if group.as_needed { self.of(&WHEN_NEEDED) } else { "" };
        let when = if group.moments.is_empty() {
            self.how_often(group.doses, period)
        } else {
            let moments = self.moments(&group.moments);
            match period {
                // "On Mondays" says that it is every week.
                Some(period) if !(is_week(period) && group.moments.iter().all(|moment| moment.day.is_some())) => {
                    format!("{moments} {}", self.in_each(period, group.doses))
                }
                // Without a period nothing is said of whether the dose returns, and nothing is added.
                _ => moments,
            }
        };
        format!("{needed}{amount} {when}").trim_end().to_owned()
    }

    fn amount(&mut self, amount: &DoseAmount) -> String {
        let language = self.language;
        match amount {
            DoseAmount::Units { range: how_many, unit } => {
                let number = range(*how_many, language);
                match terms::unit(unit) {
                    Meaning::Known(term) if is_one(*how_many, language) => format!("{number} {}", term.one(language)),
                    Meaning::Known(term) => format!("{number} {}", term.many(language)),
                    Meaning::Named(name) => format!("{number} × {name}"),
                    Meaning::Unsure => format!("{number} × {}", self.coded(&UNIT, &shown(unit))),
                }
            }
            DoseAmount::Physical { range: how_many, unit } if unit.as_str().is_empty() => {
                format!("{} {}", range(*how_many, language), self.coded(&NO_UNIT, ""))
            }
            DoseAmount::Physical { range: how_many, unit } => format!("{} {unit}", range(*how_many, language)),
        }
    }

    /// When a dose is taken, if anything is said of it. A day of the week is sure within a week only.
    fn moment(&mut self, dose: &Dose, period: Option<Span>) -> Option<Moment> {
        let language = self.language;
        let weekly = period.is_some_and(is_week);
        let day = dose.day.as_ref().map(|code| match terms::weekday(code) {
            Meaning::Known(term) if weekly => term.many(language).to_owned(),
            _ => self.coded(&DAY, &shown(code)),
        });
        let part = dose.time_of_day.as_ref().map(|code| match terms::time_of_day(code) {
            Meaning::Known(term) => term.one(language).to_owned(),
            _ => self.coded(&TIME_OF_DAY, &shown(code)),
        });
        let clock = dose.clock.map(|at| clock(at, language));
        let time = match (part, clock) {
            (Some(part), Some(clock)) => Some(format!("{part} {clock}")),
            (part, clock) => part.or(clock),
        };
        (day.is_some() || time.is_some()).then_some(Moment { day, time })
    }

    /// "aamulla ja illalla", "maanantaisin ja torstaisin aamulla".
    fn moments(&self, moments: &[Moment]) -> String {
        let first = moments.first();
        let same_time = moments.iter().all(|moment| Some(&moment.time) == first.map(|first| &first.time));
        let days = moments.iter().filter_map(|moment| moment.day.as_deref()).collect::<Vec<_>>();
        if same_time && days.len() == moments.len() {
            let time = first.and_then(|first| first.time.as_deref()).unwrap_or_default();
            return format!("{} {time}", self.list(&days)).trim_end().to_owned();
        }
        let each = moments.iter().map(|moment| {
            let parts = [moment.day.as_deref(), moment.time.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        self.list(&each.collect::<Vec<_>>())
    }

    /// "a, b ja c"; what follows itself is counted.
    fn list(&self, items: &[impl AsRef<str>]) -> String {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        let counted: Vec<String> = items
            .chunk_by(|a, b| a == b)
            .filter_map(|same| {
                let item = same.first()?;
                let times = u32::try_from(same.len()).unwrap_or(u32::MAX);
                Some(if times == 1 { (*item).to_owned() } else { format!("{item} ({})", self.times(times)) })
            })
            .collect();
        match counted.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, before)) => format!("{}{}{last}", before.join(", "), self.of(&AND)),
            None => String::new(),
        }
    }

    /// "3 kertaa päivässä", "joka 3. päivä", "2 kertaa 3 päivän aikana".
    fn how_often(&mut self, doses: u32, period: Option<Span>) -> String {
        let language = self.language;
        let Some(period) = period else {
            let times = if doses == 1 { return String::new() } else { self.times(doses) };
            return format!("{times} {}", self.coded(&NO_PERIOD, ""));
        };
        if period.high() == 1 {
            return format!("{} {}", self.times(doses), terms::in_one(period.unit(), language));
        }
        if doses == 1 {
            return self.every(period);
        }
        let (times, length) = (self.times(doses), span(period, language));
        match language {
            Language::Fi => format!("{times} {length} aikana"),
            Language::Sv => format!("{times} på {length}"),
            Language::En => format!("{times} in {length}"),
        }
    }

    /// Of doses that have their time: "joka 3. päivä" of one; of more it is not known whether they share a day.
    fn in_each(&self, period: Span, doses: u32) -> String {
        let language = self.language;
        if period.high() == 1 {
            return terms::every(period.unit(), language).to_owned();
        }
        if doses == 1 {
            return self.every(period);
        }
        let length = span(period, language);
        match language {
            Language::Fi => format!("kussakin {length} jaksossa"),
            Language::Sv => format!("i varje period på {length}"),
            Language::En => format!("in each period of {length}"),
        }
    }

    fn every(&self, period: Span) -> String {
        let unit = terms::time_unit(period.unit(), self.language, self.language == Language::En);
        match self.language {
            Language::Fi => format!("joka {} {unit}", counts(period, ".")),
            Language::Sv => {
                let ordinal = |n: u32| match (n % 100, n % 10) {
                    (11 | 12, _) => format!("{n}:e"),
                    (_, 1 | 2) => format!("{n}:a"),
                    _ => format!("{n}:e"),
                };
                let every = if period.unit() == TimeUnit::Year { "vart" } else { "var" };
                let low = if period.low() == period.high() { String::new() } else { ordinal(period.low()) + "–" };
                format!("{every} {low}{} {unit}", ordinal(period.high()))
            }
            Language::En => format!("every {} {unit}", counts(period, "")),
        }
    }

    fn times(&self, n: u32) -> String {
        match (self.language, n) {
            (Language::Fi, 1) => "kerran".to_owned(),
            (Language::Fi, _) => format!("{n} kertaa"),
            (Language::Sv, 1) => "1 gång".to_owned(),
            (Language::Sv, _) => format!("{n} gånger"),
            (Language::En, 1) => "once".to_owned(),
            (Language::En, 2) => "twice".to_owned(),
            (Language::En, _) => format!("{n} times"),
        }
    }

    fn bounds(&self, bounds: Bounds) -> Option<String> {
        let language = self.language;
        let start = bounds.start().map(|first| (first, self.from(first)));
        match (start, bounds.end()) {
            (None, End::Open) => None,
            (Some((_, from)), End::Open) => Some(from),
            (Some((first, _)), End::On(last)) => Some(days(first, last, language)),
            (None, End::On(last)) => {
                let last = day(last, language);
                Some(match language {
                    Language::Fi => format!("{last} asti"),
                    Language::Sv => format!("till och med {last}"),
                    Language::En => format!("up to and including {last}"),
                })
            }
            (start, End::After(length)) => {
                let length = span(length, language);
                let lasting = match language {
                    Language::Fi => format!("{length} ajan"),
                    Language::Sv => format!("i {length}"),
                    Language::En => format!("for {length}"),
                };
                Some(start.map_or_else(|| lasting.clone(), |(_, from)| format!("{lasting} {from}")))
            }
        }
    }

    fn pause(&self, pause: Pause) -> String {
        let language = self.language;
        let when = match pause.end() {
            Some(end) => days(pause.start(), end, language),
            None => self.from(pause.start()),
        };
        match language {
            Language::Fi => format!("tauko {when}"),
            Language::Sv => format!("paus {when}"),
            Language::En => format!("pause {when}"),
        }
    }

    fn from(&self, first: NaiveDate) -> String {
        let first = day(first, self.language);
        match self.language {
            Language::Fi => format!("{first} alkaen"),
            Language::Sv => format!("från och med {first}"),
            Language::En => format!("from {first}"),
        }
    }
}

fn is_week(period: Span) -> bool {
    period.exact().is_some_and(|one| one.in_days() == Some(7))
}

/// Whether a number takes the singular: Finnish "1 tabletti" and "0,5 tablettia", Swedish "0,5 tablett", English
/// "0.5 tablets". A range goes by its upper end but in Finnish, where a range is never one.
fn is_one(range: Range, language: Language) -> bool {
    match language {
        Language::Fi => range.exact() == Some(Decimal::ONE),
        Language::Sv => range.high() <= Decimal::ONE,
        Language::En => range.high() == Decimal::ONE,
    }
}

/// "3" or "3–4", each with what an ordinal has after it.
fn counts(span: Span, after: &str) -> String {
    if span.low() == span.high() {
        format!("{}{after}", span.high())
    } else {
        format!("{}{after}–{}{after}", span.low(), span.high())
    }
}

/// A coded value as it stands: its name and its code.
fn shown(code: &Code) -> String {
    match code.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({})", code.code),
        None => code.code.clone(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
