//! The checks by their ids: given a customer with these medicines, what does the pharmacist hear.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod by_rule;
mod dosing;
mod properties;

use checks::{Case, Checked, Checks, Customer, InHand, Medicine, Other, Supply};
use chrono::NaiveDate;
use prescription::rules::samples::iterated_diazepam;
use prescription::{
    Amount, Bounds, Code, Dispensation, Dosage, Dose, DoseAmount, End, Outcome, Prescription, Range, Season, Sex, Span,
    Structure, TimeUnit, Unit,
};
use rust_decimal::Decimal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A table that stands for itself: a story begins with it and changes what it is about.
#[derive(Debug)]
struct Counter {
    today: NaiveDate,
    customer: Customer,
    prescription: Prescription,
    history: Vec<Dispensation>,
    medicine: Medicine,
    given: Amount,
    others: Vec<Other>,
    in_hand: InHand,
    document_seen: bool,
    reason: Option<&'static str>,
    handed_over: bool,
    checks: Checks,
}

/// A tablet of a substance in the database.
fn tablet(name: &str, strength: &str, atc: &str, substance: &str) -> Medicine {
    Medicine {
        strength: Some(strength.into()),
        atc: Some(atc.into()),
        substances: vec![substance.into()],
        unit: Some(Unit::new("fol")),
        price: Some(Decimal::new(1000, 2)),
        edition: Some("2026.022".into()),
        driving: Some(false),
        risks: Some(vec![]),
        ..Medicine::named(name)
    }
}

/// A dosage of so many tablets in so many days.
fn tablets(count: u32, days: u32) -> Dosage {
    let unit = Code { code: "18".into(), system: "1.2.246.537.6.138.202001".into(), name: Some("tabletti".into()) };
    let amount = DoseAmount::Units { range: Range::exactly(count).unwrap(), unit };
    of_dose(amount, days)
}

fn of_dose(amount: DoseAmount, days: u32) -> Dosage {
    let dose = Dose { id: None, amount, as_needed: None, time_of_day: None, clock: None, day: None };
    let bounds = Bounds::new(None, End::Open).unwrap();
    let period = Span::exactly(days, TimeUnit::Day);
    let season = Season { id: None, bounds, pauses: vec![], as_needed: None, period, doses: vec![dose] };
    Dosage { structure: Structure::Seasons(vec![season]), ..Dosage::default() }
}

impl Counter {
    /// A man of 45 who gets paracetamol 500 mg, three tablets a day, and has nothing else.
    fn ordinary() -> Self {
        let prescription =
            Prescription { control: None, iteration: None, dosage: tablets(3, 1), ..iterated_diazepam() };
        Self {
            today: day("2026-11-26"),
            customer: Customer { born: Some(day("1981-01-01")), sex: Sex::Male },
            prescription,
            history: vec![],
            medicine: tablet("PARASETAMOL LAAKSO 500 mg", "500 mg", "N02BE01", "parasetamoli"),
            given: Amount::new(100, "fol"),
            others: vec![],
            in_hand: InHand { scanned: 1, given: 1, ..InHand::default() },
            document_seen: true,
            reason: None,
            handed_over: false,
            checks: Checks::built_in().unwrap(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn ask(&self) -> Vec<Checked> {
        self.checks.check(&Case {
            today: self.today,
            customer: self.customer,
            prescription: &self.prescription,
            history: &self.history,
            medicine: &self.medicine,
            given: &self.given,
            others: &self.others,
            in_hand: self.in_hand.clone(),
            document_seen: self.document_seen,
            reason: self.reason,
            handed_over: self.handed_over,
        })
    }

    /// Outcomes of the answers whose id begins so, each with its whole id.
    fn says(&self, id: &str) -> Vec<(&'static str, Outcome)> {
        let is_meant =
            |own: &str| own.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
        let all = self.ask();
        all.iter()
            .filter(|one| is_meant(one.finding.rule.id))
            .map(|one| (one.finding.rule.id, one.finding.outcome))
            .collect()
    }
}

fn other(medicine: Medicine, supply: Supply) -> Other {
    Other { medicine, supply, over: false, prescribed_together: false }
}
