//! The dry run: every rule that can stop a dispensation, asked before anything is signed and asked again by the Centre.
//!
//! [`check`] answers each rule by name. A rule's sentences stand in [`table`]; its logic stands here, in the order in
//! which a pharmacist would want to hear about it: may this be touched at all, is it the right thing, is it the right
//! amount, is it the right time.

mod amounts;
pub mod deviation;
pub mod exchange;
mod month;
pub mod operations;
pub mod outage;
pub mod table;
pub mod unlisted;

#[cfg(any(test, feature = "samples"))]
pub mod samples;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::codes::PrescriptionKind;
use crate::lifecycle::{Dispensing, ReservationKind, Validity, has_month_after};
use crate::operation::{Condition, Facts, Operation, Role, Told};
use crate::unlisted::is_unlisted;
use crate::{Dispensation, DocumentReference, Oid, Prescription, ProductKind, Right, amount};

pub(crate) use amounts::is_the_right_amount_again;
pub use amounts::next_lot_day;
pub use table::{Language, Rule, TABLE, Text, all, by_id, text};

/// All that the rules look at. Everything is handed in: the time as well.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The newest version that the asker knows.
    pub prescription: &'a Prescription,
    /// What the Centre says of it beside its documents.
    pub state: &'a State,
    /// Whether its signatures are believed.
    pub signature: SignatureTrust,
    /// Live dispensations already made from it, the pharmacy's own waiting ones included.
    pub history: &'a [Dispensation],
    /// What is to be dispensed.
    pub proposal: &'a Dispensation,
    /// In which right the signer acts today.
    pub acting: &'a Right,
    /// Finnish local time now.
    pub now: NaiveDateTime,
    /// A person's stated reason, which opens the rules that allow one.
    pub reason: Option<&'a str>,
}

/// The axes of state that no document of the prescription's own shows (prescriptions notes, 1.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// Cancelled (mitätöity).
    pub cancelled: bool,
    /// Locked (lukittu), by which organisation.
    pub locked_by: Option<Oid>,
    /// Reserved, dose-marked or under a dispensing reservation, by which organisation.
    pub reserved_by: Option<Oid>,
    /// For what it is reserved, where that is told. A value that is not known hinders even its owner.
    #[serde(default)]
    pub reserved_for: Option<ReservationKind>,
    /// The newest version, where it is another than the one at hand (DI-18).
    pub newer: Option<DocumentReference>,
}

/// What the signatures of the prescription are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureTrust {
    /// A professional signed it, and the Centre too.
    Trusted,
    /// No signature: held, shown, not dispensable.
    Unsigned,
    /// A signature that does not hold.
    Broken,
}

/// How a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing to say.
    Pass,
    /// What it needs is missing, so that nobody has looked: said, and never a pass.
    Unchecked,
    /// Worth knowing; hinders nothing.
    Note,
    /// Allowed with a person's stated reason, which is here; kept in the record.
    Reasoned,
    /// Needs a person's stated reason.
    NeedsReason,
    /// Not allowed.
    Stop,
}

impl Outcome {
    /// The same with a person's stated reason, which opens what only needs one.
    pub fn opened_by(self, reason: Option<&str>) -> Self {
        let stated = reason.is_some_and(|reason| !reason.trim().is_empty());
        if self == Self::NeedsReason && stated { Self::Reasoned } else { self }
    }
}

/// Facts that are amounts: their decimals are set off as the sentence's language does.
const AMOUNTS: [&str; 8] = ["above", "computed", "dose", "given", "least", "left", "most", "stated"];

/// One rule's answer in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// Its answer.
    pub outcome: Outcome,
    /// Values for the sentence's placeholders.
    pub facts: Vec<(&'static str, String)>,
}

impl Finding {
    /// Whether signing must wait.
    pub fn hinders(&self) -> bool {
        self.outcome >= Outcome::NeedsReason
    }

    /// One sentence for a person: what the rule demands where it passed, what is wrong where it did not.
    pub fn sentence(&self, language: Language) -> String {
        let text = if self.outcome == Outcome::Pass { &self.rule.demand } else { &self.rule.refusal };
        self.facts.iter().fold(text.in_language(language).to_owned(), |sentence, (name, value)| {
            let said = if AMOUNTS.contains(name) { amount::in_language(value, language) } else { value.clone() };
            sentence.replace(&format!("{{{name}}}"), &said)
        })
    }

    /// What the person can do next; empty where the rule passed.
    pub fn advice(&self, language: Language) -> &'static str {
        if self.outcome == Outcome::Pass { "" } else { self.rule.advice.in_language(language) }
    }
}

/// Asks every rule about a case, in the order of a pharmacist's questions. Deterministic, no side effects.
pub fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut answers = Answers::new(case.reason);
    who_may(case, &mut answers);
    let facts = facts(case);
    may_be_touched(case, &facts, &mut answers);
    is_valid_today(case, &facts, &mut answers);
    is_the_right_product(case, &mut answers);
    amounts::is_the_right_amount(case, &facts, &mut answers);
    says_how_to_take_it(case, &mut answers);
    tells_the_pharmacist(case, &mut answers);
    answers.findings
}

/// The answers so far, and the reason that opens what only needs one.
pub(crate) struct Answers<'a> {
    pub(crate) findings: Vec<Finding>,
    reason: Option<&'a str>,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(reason: Option<&'a str>) -> Self {
        Self { findings: Vec::with_capacity(TABLE.len()), reason }
    }

    pub(crate) fn stop(&mut self, rule: &'static Rule, broken: bool, facts: Vec<(&'static str, String)>) {
        self.push(rule, if broken { Outcome::Stop } else { Outcome::Pass }, facts);
    }

    pub(crate) fn stop_or_reason(
        &mut self,
        rule: &'static Rule,
        broken: bool,
        hard: bool,
        facts: Vec<(&'static str, String)>,
    ) {
        let outcome = match (broken, hard) {
            (false, _) => Outcome::Pass,
            (true, true) => Outcome::Stop,
            (true, false) => Outcome::NeedsReason.opened_by(self.reason),
        };
        self.push(rule, outcome, facts);
    }

    pub(crate) fn note(&mut self, rule: &'static Rule, facts: Vec<(&'static str, String)>) {
        self.push(rule, Outcome::Note, facts);
    }

    /// A rule answers once: the gravest of what it has to say.
    fn push(&mut self, rule: &'static Rule, outcome: Outcome, facts: Vec<(&'static str, String)>) {
        match self.findings.iter_mut().find(|finding| finding.rule == rule) {
            Some(said) if said.outcome >= outcome => {}
            Some(said) => *said = Finding { rule, outcome, facts },
            None => self.findings.push(Finding { rule, outcome, facts }),
        }
    }
}

fn who_may(case: &Case<'_>, answers: &mut Answers<'_>) {
    answers.stop(&table::DI_3, !case.acting.may_dispense(), vec![("right", case.acting.name().to_owned())]);
}

/// The states that the matrix of operations asks about, as far as a search and the documents tell them.
fn facts(case: &Case<'_>) -> Facts {
    let prescription = case.prescription;
    Facts::as_told(&Told {
        state: case.state,
        dispensing: Dispensing::of(prescription, case.history),
        validity: Validity::of(prescription, case.proposal.dispensed_at.date()),
        last_day: prescription.last_valid_day(),
        month_after: has_month_after(prescription),
        unit: &case.proposal.pharmacy.id,
        role: Role::of(case.acting),
    })
}

fn may_be_touched(case: &Case<'_>, facts: &Facts, answers: &mut Answers<'_>) {
    let prescription = case.prescription;
    answers.stop(&table::SI_1, case.signature != SignatureTrust::Trusted, vec![]);
    answers.ask_cell(Operation::Dispense, Condition::Cancelled, facts);
    answers.stop(&table::DI_18, case.state.newer.is_some(), vec![]);
    for condition in [Condition::Locked, Condition::ReservedByOther, Condition::HeldByOther] {
        answers.ask_cell(Operation::Dispense, condition, facts);
    }
    answers.stop(&table::LC_14, prescription.kind == PrescriptionKind::HospitalPharmacy, vec![]);
    let unusable = matches!(prescription.kind, PrescriptionKind::Abroad | PrescriptionKind::Unknown(_));
    answers.stop(&table::LC_15, unusable, vec![]);
    let unknown_class = matches!(prescription.control, Some(crate::ControlClass::Unknown(_)))
        || matches!(prescription.product.kind(), ProductKind::Unknown(_));
    answers.stop(&table::UK_1, unknown_class, vec![]);
}

fn is_valid_today(case: &Case<'_>, facts: &Facts, answers: &mut Answers<'_>) {
    let at = case.proposal.dispensed_at;
    answers.stop(
        &table::DI_21,
        at < case.prescription.prescribed_at || at > case.now,
        vec![("day", finnish_day(at.date()))],
    );
    if facts.validity == Validity::MonthAfter {
        answers.ask_cell(Operation::Dispense, Condition::MonthAfter, facts);
        if facts.month_after {
            month::is_about_a_month(case, answers);
        }
    } else {
        answers.ask_cell(Operation::Dispense, Condition::Expired, facts);
    }
}

pub(crate) fn is_the_right_product(case: &Case<'_>, answers: &mut Answers<'_>) {
    let (prescribed, given) = (&case.prescription.product, &case.proposal.product);
    let kind = prescribed.kind();
    let from_database = !is_unlisted(&kind);
    answers.stop(&table::DI_2, from_database && given.vnr.is_none(), vec![]);
    let atc = |code: Option<&crate::Code>| code.map(|code| code.code.clone());
    let substance = atc(prescribed.atc());
    let differs = (substance.is_some() && substance != atc(given.atc.as_ref()))
        || different_text(prescribed.strength.as_deref(), given.strength.as_deref());
    answers.stop(
        &table::SU_1,
        differs,
        vec![
            ("prescribed", shown(prescribed.name(), prescribed.strength.as_deref())),
            ("given", shown(&given.name, given.strength.as_deref())),
        ],
    );
    let substituted =
        kind != ProductKind::ByActiveSubstance && !prescribed.name().trim().eq_ignore_ascii_case(given.name.trim());
    answers.stop(&table::SU_2, substituted && case.prescription.substitution_prohibited, vec![]);
    answers.stop(&table::SU_3, substituted != case.proposal.substituted && !differs, vec![]);
}

/// DI-15: the label says how to take it, and says it in words. What looks abbreviated is remarked: only a person knows.
fn says_how_to_take_it(case: &Case<'_>, answers: &mut Answers<'_>) {
    let label = case.proposal.label_dosage.trim();
    answers.stop(&table::DI_15, label.is_empty(), vec![]);
    if let Some(short) = abbreviation_in(label) {
        answers.note(&table::DI_15B, vec![("short", short.to_owned())]);
    }
}

fn tells_the_pharmacist(case: &Case<'_>, answers: &mut Answers<'_>) {
    if case.prescription.message_to_pharmacy.is_some() {
        answers.note(&table::DI_13, vec![]);
    }
    if case.prescription.dosage.sic {
        answers.note(&table::DI_14, vec![]);
    }
    if case.prescription.first_use {
        answers.note(&table::DI_11, vec![]);
    }
    if !case.prescription.unknown.is_empty() {
        answers.note(&table::LC_16, vec![]);
    }
}

/// The first word of a dosage that looks abbreviated: "1x2", or one of the short words that a patient may not read.
fn abbreviation_in(dosage: &str) -> Option<&str> {
    const SHORT: [&str; 10] = ["tabl", "tbl", "tab", "kaps", "krt", "vrk", "pv", "vko", "vk", "tarv"];
    let is_times = |word: &str| {
        let mut sides = word.split(['x', 'X', '×']);
        let number = |side: Option<&str>| side.is_some_and(|side| side.starts_with(|c: char| c.is_ascii_digit()));
        number(sides.next()) && number(sides.next())
    };
    let words = dosage.split(|c: char| c.is_whitespace() || c == '/' || c == '(' || c == ')');
    words
        .map(|word| word.trim_matches(['.', ',', ';', ':']))
        .find(|word| is_times(word) || SHORT.contains(&word.to_lowercase().as_str()))
}

fn different_text(a: Option<&str>, b: Option<&str>) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    matches!((a, b), (Some(a), Some(b)) if plain(a) != plain(b))
}

fn shown(name: &str, strength: Option<&str>) -> String {
    format!("{name} {}", strength.unwrap_or("")).trim().to_owned()
}

pub(crate) fn finnish_day(day: NaiveDate) -> String {
    day.format("%-d.%-m.%Y").to_string()
}

#[cfg(test)]
mod tests;
