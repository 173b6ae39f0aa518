//! The contents in paragraphs, in the order in which a label says them: who, what, how, what for; then warnings, what the
//! maker or the pharmacy's workshop must say, what remains, and who answers for it. No measure is known here.

use prescription::rules::{Language, Text};
use prescription::wording;

use crate::contents::TEXT_AT_MOST;
use crate::letters::settled;
use crate::{Contents, LabelError, Product, Remaining, Warning, words};

/// What belongs together and is set on one label where that is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) paragraphs: Vec<Paragraph>,
    /// What is before it.
    pub(crate) before: Before,
    /// Whether it is set on every label of several: who it is for, and what it is.
    pub(crate) heads: bool,
}

/// What stands before a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// A little room.
    Room,
    /// A line across.
    Rule,
    /// A frame around it.
    Frame,
}

/// A paragraph in one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub(crate) text: String,
    /// Beside its first line, at the right edge.
    pub(crate) beside: Option<String>,
    pub(crate) points: i64,
    pub(crate) bold: bool,
}

/// The name of the medicine and the directions are the largest (recalled: at least 12 points).
const LARGE: i64 = 12;
/// Who it is for.
const NAME: i64 = 10;
/// What is read at home.
const PLAIN: i64 = 9;
/// What is read when something is asked.
const SMALL: i64 = 7;

/// The label's blocks.
pub(crate) fn blocks(contents: &Contents) -> Result<Vec<Block>, LabelError> {
    contents.check()?;
    let writer = Writer { language: contents.language };
    let mut blocks = vec![writer.head(contents), writer.product(contents), writer.dosage(contents)];
    if !contents.warnings.is_empty() {
        blocks.push(writer.warnings(&contents.warnings));
    }
    blocks.extend(writer.split(contents));
    blocks.extend(writer.compounded(contents));
    blocks.push(writer.foot(contents));
    for block in &mut blocks {
        for paragraph in &mut block.paragraphs {
            paragraph.text = settled(&paragraph.text);
            paragraph.beside = paragraph.beside.as_deref().map(settled);
            if paragraph.text.chars().count() > TEXT_AT_MOST {
                return Err(LabelError::TooLong { limit: TEXT_AT_MOST });
            }
        }
        block.paragraphs.retain(|paragraph| !paragraph.text.trim().is_empty());
    }
    blocks.retain(|block| !block.paragraphs.is_empty());
    Ok(blocks)
}

fn of(text: impl Into<String>, points: i64) -> Paragraph {
    Paragraph { text: text.into(), beside: None, points, bold: false }
}

fn bold(text: impl Into<String>, points: i64) -> Paragraph {
    Paragraph { bold: true, ..of(text, points) }
}

struct Writer {
    language: Language,
}

impl Writer {
    fn say(&self, text: &Text) -> &'static str {
        text.in_language(self.language)
    }

    fn day(&self, day: chrono::NaiveDate) -> String {
        wording::day(day, self.language)
    }

    fn head(&self, contents: &Contents) -> Block {
        let beside = Some(self.day(contents.date));
        let patient = Paragraph { beside, ..bold(&contents.patient, NAME) };
        Block { paragraphs: vec![patient], before: Before::Room, heads: true }
    }

    fn product(&self, contents: &Contents) -> Block {
        let Product { form, size, .. } = &contents.product;
        let packages = contents.package.map(|(which, of)| format!("{} {which}/{of}", self.say(&words::PACKAGE)));
        let amount = if contents.amount.trim() == size.trim() { "" } else { contents.amount.as_str() };
        let details = joined(&[form, size, packages.as_deref().unwrap_or_default(), amount]);
        let mut paragraphs = vec![bold(contents.product.title(), LARGE), of(details, SMALL + 1)];
        if let Some(exchange) = &contents.exchange {
            paragraphs.push(of(
                format!(
                    "{} {}. {} {}.",
                    self.say(&words::EXCHANGED),
                    exchange.prescribed.title(),
                    self.say(&words::DISPENSED),
                    contents.product.title()
                ),
                SMALL + 1,
            ));
        }
        Block { paragraphs, before: Before::Room, heads: false }
    }

    fn dosage(&self, contents: &Contents) -> Block {
        let mut paragraphs = Vec::new();
        match &contents.translation {
            Some(translation) => {
                paragraphs.push(bold(translation, LARGE));
                paragraphs.push(of(format!("{} {}", self.say(&words::TRANSLATED), contents.dosage), SMALL + 1));
            }
            None => paragraphs.push(bold(&contents.dosage, LARGE)),
        }
        for (name, text) in [(&words::PURPOSE, &contents.purpose), (&words::DURATION, &contents.duration)] {
            let said = |text: &String| contents.dosage.to_lowercase().contains(&text.trim().to_lowercase());
            let unsaid = text.as_ref().filter(|text| !text.trim().is_empty() && !said(text));
            paragraphs.extend(unsaid.map(|text| of(format!("{} {}", self.say(name), text.trim()), PLAIN)));
        }
        Block { paragraphs, before: Before::Rule, heads: false }
    }

    fn warnings(&self, warnings: &[Warning]) -> Block {
        let paragraph = |warning: &Warning| {
            let text = match warning {
                Warning::Driving => self.say(&words::DRIVING).to_owned(),
                Warning::Alcohol => self.say(&words::ALCOHOL).to_owned(),
                Warning::ExternalOnly => self.say(&words::EXTERNAL).to_owned(),
                Warning::Refrigerate => self.say(&words::REFRIGERATE).to_owned(),
                Warning::Children => self.say(&words::CHILDREN).to_owned(),
                Warning::UseUntil(day) => format!("{} {}.", self.say(&words::USE_UNTIL), self.day(*day)),
                Warning::Words(words) => words.clone(),
            };
            bold(text, SMALL + 1)
        };
        Block { paragraphs: warnings.iter().map(paragraph).collect(), before: Before::Frame, heads: false }
    }

    fn split(&self, contents: &Contents) -> Option<Block> {
        let split = contents.split.as_ref()?;
        let mut paragraphs: Vec<Paragraph> =
            split.use_marks.iter().chain(&split.storage_marks).map(|mark| of(mark, SMALL + 1)).collect();
        paragraphs.push(of(
            format!(
                "{} {} · {} {}",
                self.say(&words::BATCH),
                split.batch,
                self.say(&words::EXPIRY),
                self.day(split.expiry)
            ),
            SMALL + 1,
        ));
        paragraphs.push(of(format!("{} {}", self.say(&words::MAKER), split.maker), SMALL));
        Some(Block { paragraphs, before: Before::Room, heads: false })
    }

    fn compounded(&self, contents: &Contents) -> Option<Block> {
        let made = contents.compounded.as_ref()?;
        let days = format!(
            "{} {} · {} {}",
            self.say(&words::PREPARED),
            self.day(made.prepared),
            self.say(&words::EXPIRY),
            self.day(made.expiry)
        );
        let composition = format!("{} {}", self.say(&words::COMPOSITION), made.composition);
        let paragraphs = vec![of(composition, SMALL + 1), bold(days, SMALL + 1)];
        Some(Block { paragraphs, before: Before::Room, heads: false })
    }

    fn foot(&self, contents: &Contents) -> Block {
        let remaining = match &contents.remaining {
            Remaining::Nothing => self.say(&words::NOTHING_LEFT).to_owned(),
            Remaining::Left { amount, until } => {
                let until = self.day(*until);
                match self.language {
                    Language::Fi => format!("Jäljellä {amount}, voimassa {until} asti."),
                    Language::Sv => format!("Kvar {amount}, gäller till {until}."),
                    Language::En => format!("Left: {amount}, valid until {until}."),
                }
            }
            Remaining::Unsaid => String::new(),
        };
        let prescriber = format!("{} {}", self.say(&words::PRESCRIBER), contents.prescriber);
        let phone = contents.pharmacy.phone.as_deref().unwrap_or_default();
        let who = joined(&[&prescriber, &contents.pharmacy.name, phone]);
        let reprint = if contents.reprint { self.say(&words::REPRINT) } else { "" };
        let last = joined(&[contents.reference.as_deref().unwrap_or_default(), reprint]);
        let paragraphs = vec![of(remaining, SMALL + 1), of(who, SMALL), of(last, SMALL)];
        Block { paragraphs, before: Before::Room, heads: false }
    }
}

/// Parts beside each other, without empty ones.
fn joined(parts: &[&str]) -> String {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
