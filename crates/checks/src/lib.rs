//! Safety checks of one medicine before it is dispensed (medicines.md, part 4): the same therapy twice, the dose, too early
//! or too much, age, narcotics and PKV, pregnancy, driving, high-risk medicines, interactions.
//!
//! Pure: the day, the customer's other medicines and what registers say are handed in. A check answers as every rule of the
//! trade does, by a [`prescription::Finding`]; beside it stand what it is about, and on data of which day it rests.
//!
//! Quiet by default (4.5): most remarks hinder nothing, few need a reason, two stop. What could not be looked at because its
//! data are missing is [`prescription::Outcome::Unchecked`] with the reason, and never a pass. The customer's other medicines
//! are those that the caller was told of: nothing here knows, counts or hints at what was withheld.

mod age;
mod answers;
mod case;
mod control;
mod data;
mod dose;
mod duplicates;
mod interactions;
mod marks;
mod package;
mod strength;
mod supply;
pub mod table;
mod tables;

pub use answers::{Checked, Kind};
pub use case::{Case, Customer, InHand, Medicine, Other, RiskRow, Supply, Words};
pub use data::Data;
pub use interactions::{Demonstration, Interaction, Interactions, ProviderSilent, Severity};
pub use supply::lasts_until;
pub use tables::{TableError, Tables};

use std::sync::Arc;

use answers::Answers;

/// All checks, with the tables that they look into.
#[derive(Clone)]
pub struct Checks {
    tables: Tables,
    interactions: Option<Arc<dyn Interactions>>,
}

impl std::fmt::Debug for Checks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checks").field("interactions", &self.interactions.as_ref().map(|it| it.name())).finish()
    }
}

impl Checks {
    /// The checks with the tables that are built in, and without interactions: for those a licensed provider is needed.
    pub fn built_in() -> Result<Self, TableError> {
        Ok(Self { tables: Tables::built_in()?, interactions: None })
    }

    /// The same, which asks this provider about interactions.
    #[must_use]
    pub fn with_interactions(mut self, provider: Arc<dyn Interactions>) -> Self {
        self.interactions = Some(provider);
        self
    }

    /// Asks every check, in the order in which a pharmacist would want to hear of them. Deterministic, no side effects.
    pub fn check(&self, case: &Case<'_>) -> Vec<Checked> {
        let mut answers = Answers::new(case);
        package::ask(case, &self.tables, &mut answers);
        duplicates::ask(case, &self.tables, &mut answers);
        interactions::ask(case, self.interactions.as_deref(), &mut answers);
        dose::ask(case, &self.tables, &mut answers);
        supply::ask(case, &self.tables, &mut answers);
        age::ask(case, &self.tables, &mut answers);
        control::ask(case, &mut answers);
        marks::ask(case, &self.tables, &mut answers);
        answers.done()
    }
}
