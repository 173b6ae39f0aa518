//! The answers so far.

use prescription::rules::{Text, text};
use prescription::{Finding, Outcome, Rule};

use crate::{Case, Data};

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The package in the hand.
    Package,
    /// The same therapy twice.
    Duplicate,
    /// Interactions.
    Interactions,
    /// The dose beside the maximum.
    Dose,
    /// A weekly medicine.
    Weekly,
    /// Too early.
    Early,
    /// Too much at once.
    Amount,
    /// Age.
    Age,
    /// Suitability for those of 75 and over.
    Elderly,
    /// Narcotics and PKV.
    Control,
    /// Pregnancy and nursing.
    Pregnancy,
    /// Driving.
    Driving,
    /// High-risk medicines.
    HighRisk,
}

impl Kind {
    /// Its name in a few words.
    pub fn name(self) -> &'static Text {
        match self {
            Self::Package => const { &text("pakkaus", "förpackningen", "the package") },
            Self::Duplicate => const { &text("päällekkäisyys", "dubbelbehandling", "duplicate therapy") },
            Self::Interactions => const { &text("yhteisvaikutukset", "interaktioner", "interactions") },
            Self::Dose => const { &text("enimmäisannos", "maximal dos", "maximum dose") },
            Self::Weekly => const { &text("viikkoannos", "veckodos", "weekly dose") },
            Self::Early => const { &text("toimitusväli", "intervall", "interval") },
            Self::Amount => const { &text("määrä kerralla", "mängd per gång", "amount at once") },
            Self::Age => const { &text("ikä", "ålder", "age") },
            Self::Elderly => {
                const { &text("sopivuus iäkkäälle", "lämplighet för äldre", "suitability for the elderly") }
            }
            Self::Control => const { &text("huumeet ja PKV", "narkotika och PKV", "narcotics and PKV") },
            Self::Pregnancy => const { &text("raskaus", "graviditet", "pregnancy") },
            Self::Driving => const { &text("ajokyky", "körförmåga", "driving") },
            Self::HighRisk => const { &text("riskilääke", "riskläkemedel", "high-risk medicine") },
        }
    }
}

/// One check's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What it is about.
    pub kind: Kind,
    /// Its answer, as every rule answers.
    pub finding: Finding,
    /// On what it rests, and of which day that is.
    pub data: Vec<Data>,
    /// Whether its sentence names another medicine of the customer, which a covered screen does not show.
    pub names_another: bool,
}

/// Gathers answers.
pub(crate) struct Answers<'a> {
    reason: Option<&'a str>,
    handed_over: bool,
    checked: Vec<Checked>,
}

/// A subject and what its answer rests on, so that each answer names both.
pub(crate) struct On<'b, 'a> {
    answers: &'b mut Answers<'a>,
    kind: Kind,
    data: Vec<Data>,
    names_another: bool,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(case: &Case<'a>) -> Self {
        Self { reason: case.reason, handed_over: case.handed_over, checked: Vec::with_capacity(16) }
    }

    pub(crate) fn on(&mut self, kind: Kind, data: Vec<Data>) -> On<'_, 'a> {
        On { answers: self, kind, data, names_another: false }
    }

    pub(crate) fn done(self) -> Vec<Checked> {
        self.checked
    }
}

impl On<'_, '_> {
    /// The sentence names another medicine of the customer.
    pub(crate) fn naming_another(mut self) -> Self {
        self.names_another = true;
        self
    }

    /// It rests on this as well.
    pub(crate) fn resting_on(mut self, data: Data) -> Self {
        self.data.push(data);
        self
    }

    pub(crate) fn pass(self, rule: &'static Rule) {
        self.say(rule, Outcome::Pass, vec![]);
    }

    pub(crate) fn unchecked(self, rule: &'static Rule, facts: Vec<(&'static str, String)>) {
        self.say(rule, Outcome::Unchecked, facts);
    }

    pub(crate) fn note(self, rule: &'static Rule, facts: Vec<(&'static str, String)>) {
        self.say(rule, Outcome::Note, facts);
    }

    /// Needs a person's reason.
    pub(crate) fn reason(self, rule: &'static Rule, facts: Vec<(&'static str, String)>) {
        self.say(rule, Outcome::NeedsReason, facts);
    }

    pub(crate) fn stop(self, rule: &'static Rule, facts: Vec<(&'static str, String)>) {
        self.say(rule, Outcome::Stop, facts);
    }

    fn say(self, rule: &'static Rule, outcome: Outcome, facts: Vec<(&'static str, String)>) {
        let hinders = outcome >= Outcome::NeedsReason;
        let outcome = match self.answers.handed_over {
            true if hinders => Outcome::Note,
            _ => outcome.opened_by(self.answers.reason),
        };
        let finding = Finding { rule, outcome, facts };
        let Self { answers, kind, data, names_another } = self;
        answers.checked.push(Checked { kind, finding, data, names_another });
    }
}
