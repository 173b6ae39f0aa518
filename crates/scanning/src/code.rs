//! One scan, recognised.

use chrono::NaiveDate;
use prescription::{Oid, Vnr};

use crate::transport::{Cleaned, GS, Symbology, clean};
use crate::{ElementString, Expiry, Gtin, GtinTable, ScanError, Warning};

/// What is known of the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scanner {
    /// It has sent the separators of the self-test code ([`crate::judge_self_test`]).
    pub separators_proven: bool,
}

/// What was scanned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Code {
    /// A package's elements: DataMatrix, GS1-128, DataBar.
    Elements(ElementString),
    /// A product's number alone: EAN-13, EAN-8, GTIN-14.
    Product(Gtin),
    /// A VNR in a linear code (Code 39, Code 128).
    Number(Vnr),
    /// The identifier of a prescription on a patient instruction or summary (SE-2). That it is the document's bare object
    /// identifier is assumed.
    Prescription(Oid),
}

impl Code {
    /// The product's number.
    pub fn gtin(&self) -> Option<&Gtin> {
        match self {
            Self::Elements(elements) => Some(&elements.gtin),
            Self::Product(gtin) => Some(gtin),
            Self::Number(_) | Self::Prescription(_) => None,
        }
    }

    /// The VNR: said by the code, by a Nordic number's arithmetic, or known to the table. None is a question for a person.
    pub fn vnr(&self, table: &GtinTable) -> Option<Vnr> {
        match self {
            Self::Number(vnr) => Some(vnr.clone()),
            _ => table.vnr(self.gtin()?),
        }
    }

    /// The elements, if it has any.
    pub fn elements(&self) -> Option<&ElementString> {
        if let Self::Elements(elements) = self { Some(elements) } else { None }
    }

    /// The batch.
    pub fn batch(&self) -> Option<&str> {
        self.elements()?.batch.as_deref()
    }

    /// The expiry.
    pub fn expiry(&self) -> Option<Expiry> {
        self.elements()?.expiry
    }
}

/// A scan that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is.
    pub code: Code,
    /// What kind of code the scanner says it read.
    pub symbology: Option<Symbology>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Recognises one scan, as the scanner sent it: with or without a leading identifier, framing and line end.
pub fn read(raw: &[u8], today: NaiveDate, scanner: Scanner) -> Result<Reading, ScanError> {
    let Cleaned { symbology, is_swapped, text, mut warnings } = clean(raw)?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text.len());
    let is_trade_number = matches!(digits, Some(8 | 12 | 13 | 14));
    // `]e0` may be `]E0` with swapped letter case, and then holds a number alone.
    let is_swapped_ean = symbology == Some(Symbology::Gs1DataBar) && is_trade_number;
    let says_elements = symbology.is_some_and(Symbology::has_elements) && !is_swapped_ean;
    let code = if says_elements || text.contains(GS) {
        Code::Elements(ElementString::parse(&text, today, scanner)?)
    } else if is_trade_number {
        Code::Product(Gtin::parse(&text)?)
    } else if symbology == Some(Symbology::Ean) {
        return Err(ScanError::NotRecognised);
    } else if let Ok(vnr) = Vnr::parse(text.trim_matches('*')) {
        Code::Number(vnr) // the asterisks are Code 39's start and stop, which some scanners send
    } else if text.starts_with("1.2.246.") {
        Code::Prescription(Oid::parse(&text).map_err(|_| ScanError::NotRecognised)?)
    } else {
        match ElementString::parse(&text, today, scanner) {
            Ok(elements) => Code::Elements(elements),
            Err(error) if names_a_product(&text) => return Err(error),
            Err(_) => return Err(ScanError::NotRecognised),
        }
    };
    let code = match code {
        Code::Elements(elements) if is_swapped => Code::Elements(elements.swapped()),
        Code::Elements(elements) => {
            warnings.extend(elements.doubts());
            Code::Elements(elements)
        }
        Code::Number(vnr) => {
            if !may_be_a_medicine(&vnr) {
                warnings.push(Warning::NotAMedicinesNumber);
            }
            Code::Number(vnr)
        }
        other => other,
    };
    Ok(Reading { code, symbology, warnings })
}

/// Somewhere stands "01" and fourteen digits: these are elements, though something is wrong with them.
fn names_a_product(text: &str) -> bool {
    let after = |at: usize| text.get(at..)?.strip_prefix("01")?.get(..14);
    (0..text.len()).filter_map(after).any(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The ranges in which medicines' numbers lie (wiki.vnr.fi, medicines.md 2.9).
fn may_be_a_medicine(vnr: &Vnr) -> bool {
    matches!(vnr.as_str().parse::<u32>().unwrap_or_default(), 1..=199_999 | 370_000..=599_999)
}
