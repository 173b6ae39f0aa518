//! Interactions, through a provider (medicines.md 4.3). Without a licensed one the answer says plainly that they are not
//! checked. The small set of this project's own ([`Demonstration`]) is for demonstrations and tests: off by default, and where
//! it is on the answer says so.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::answers::{Answers, Kind};
use crate::table::therapy as rules;
use crate::{Case, Data, Medicine, TableError, Words};

/// How grave an interaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Severity {
    /// Of no weight: not said.
    A,
    /// For information, often the hour of taking.
    B,
    /// To be followed or adjusted.
    C,
    /// To be avoided.
    D,
}

/// An interaction of two medicines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// How grave.
    pub severity: Severity,
    /// What happens and what to do, one sentence.
    pub effect: Words,
}

/// The provider did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the interaction database did not answer")]
pub struct ProviderSilent;

/// Knows interactions. A licensed database stands behind it, or the demonstration.
pub trait Interactions: Send + Sync {
    /// Its name, as screens show it.
    fn name(&self) -> &str;
    /// The day of its data.
    fn day(&self) -> NaiveDate;
    /// Whether it is licensed for use at a pharmacy.
    fn is_licensed(&self) -> bool;
    /// What is known of these two.
    fn between(&self, one: &Medicine, other: &Medicine) -> Result<Vec<Interaction>, ProviderSilent>;
}

pub(crate) fn ask(case: &Case<'_>, provider: Option<&dyn Interactions>, answers: &mut Answers<'_>) {
    let Some(provider) = provider else {
        return answers.on(Kind::Interactions, vec![]).unchecked(&rules::SC_14U, vec![]);
    };
    let data =
        || vec![Data::Provider { name: provider.name().to_owned(), day: provider.day() }, Data::OtherPrescriptions];
    let mut is_quiet = provider.is_licensed();
    if !is_quiet {
        answers.on(Kind::Interactions, data()).unchecked(&rules::SC_14V, vec![]);
    }
    for other in case.others {
        let Ok(found) = provider.between(case.medicine, &other.medicine) else {
            return answers.on(Kind::Interactions, data()).unchecked(&rules::SC_14W, vec![]);
        };
        for Interaction { severity, effect } in found {
            let facts = vec![
                ("other", other.medicine.name.clone()),
                ("effect_fi", effect.fi.clone()),
                ("effect_sv", effect.sv().to_owned()),
                ("effect_en", effect.en().to_owned()),
            ];
            let on = answers.on(Kind::Interactions, data()).naming_another();
            match severity {
                Severity::A => continue,
                Severity::B | Severity::C => on.note(&rules::SC_14B, facts),
                Severity::D => on.reason(&rules::SC_14, facts),
            }
            is_quiet = false;
        }
    }
    if is_quiet {
        answers.on(Kind::Interactions, data()).pass(&rules::SC_14);
    }
}

/// This project's own small set (medicines.md 4.4).
#[derive(Debug, Clone)]
pub struct Demonstration {
    day: NaiveDate,
    pairs: Vec<Pair>,
}

/// Medicines of two sets, by the beginnings of their ATC codes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    a: Vec<String>,
    b: Vec<String>,
    severity: Severity,
    fi: String,
    sv: String,
    en: String,
}

impl Demonstration {
    /// Reads the set.
    pub fn built_in() -> Result<Self, TableError> {
        #[derive(Deserialize)]
        struct File {
            day: NaiveDate,
            pair: Vec<Pair>,
        }
        let File { day, pair } = toml::from_str(include_str!("../data/demonstration.toml"))?;
        Ok(Self { day, pairs: pair })
    }
}

impl Interactions for Demonstration {
    fn name(&self) -> &str {
        "Demo"
    }

    fn day(&self) -> NaiveDate {
        self.day
    }

    fn is_licensed(&self) -> bool {
        false
    }

    fn between(&self, one: &Medicine, other: &Medicine) -> Result<Vec<Interaction>, ProviderSilent> {
        let is_of = |medicine: &Medicine, set: &[String]| set.iter().any(|atc| medicine.is_of(atc));
        let holds =
            |pair: &&Pair| is_of(one, &pair.a) && is_of(other, &pair.b) || is_of(one, &pair.b) && is_of(other, &pair.a);
        let told = |pair: &Pair| Interaction {
            severity: pair.severity,
            effect: Words { fi: pair.fi.clone(), sv: pair.sv.clone(), en: pair.en.clone() },
        };
        Ok(self.pairs.iter().filter(holds).map(told).collect())
    }
}
