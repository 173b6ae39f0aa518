//! What stands for Kela's purchase query in tests: artificial customers from a file that the settings name. Kela's own
//! message is not public, so that without this file there is no query, and the counter says so.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use counter::Purchases;
use prescription::PersonIdentityCode;
use reimbursement::query::EntitlementNumber;
use reimbursement::simulator::{Customer, Mood, Simulator};
use reimbursement::{Money, Tables};
use serde::Deserialize;

use crate::Problem;
use crate::settings::wrong;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// "prompt", "away" or "failing".
    #[serde(default)]
    mood: Option<String>,
    #[serde(default)]
    customer: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// An artificial identity code.
    identity: String,
    /// Euro paid this year that count towards the deductible, and towards the ceiling.
    #[serde(default)]
    deductible_paid: Option<Money>,
    #[serde(default)]
    ceiling_paid: Option<Money>,
    /// Numbers of rights.
    #[serde(default)]
    rights: Vec<String>,
    /// Whether Kela's part may be taken off at once.
    #[serde(default = "yes")]
    direct: bool,
}

fn yes() -> bool {
    true
}

/// The simulator of a file.
pub(crate) fn simulator(file: &Path, patience: Duration) -> Result<Purchases, Problem> {
    let setting = "purchases.simulator";
    let text = std::fs::read_to_string(file).map_err(|error| wrong(setting, &error.to_string()))?;
    let read: File = toml::from_str(&text).map_err(|error| wrong(setting, error.message()))?;
    let tables = Tables::built_in().map_err(|error| wrong(setting, error.code()))?;
    let mut simulator = Simulator::new(tables);
    for row in read.customer {
        // Whose code it is stands in no error.
        let code = PersonIdentityCode::parse(row.identity.trim()).map_err(|error| wrong(setting, error.code()))?;
        let customer = Customer {
            direct: row.direct,
            deductible_paid: row.deductible_paid.unwrap_or(Money::ZERO),
            ceiling_paid: row.ceiling_paid.unwrap_or(Money::ZERO),
            rights: row.rights.into_iter().map(|number| EntitlementNumber { number, until: None }).collect(),
            fund: None,
            commitment: false,
        };
        simulator.add(code, customer).map_err(|error| wrong(setting, &error.to_string()))?;
    }
    simulator.set_mood(match read.mood.as_deref() {
        None | Some("prompt") => Mood::Prompt,
        Some("away") => Mood::Away,
        Some("failing") => Mood::Failing,
        Some(_) => return Err(wrong(setting, "mood: prompt, away, failing")),
    });
    Ok(Purchases { query: Arc::new(simulator), patience })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Purchases, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kela.toml");
        std::fs::write(&file, text).unwrap();
        simulator(&file, Duration::from_secs(5)).map_err(|problem| problem.advice)
    }

    #[test]
    fn artificial_customers_are_taken_and_no_error_names_a_person() {
        assert!(told("[[customer]]\nidentity = \"010181-900C\"\ndeductible_paid = \"70.33\"\n").is_ok());
        assert!(told("").is_ok());
        for wrong in ["131052-308T", "010181-900D", "nobody"] {
            let said = told(&format!("[[customer]]\nidentity = \"{wrong}\"\n")).err().unwrap();
            assert!(said.starts_with("purchases.simulator") && !said.contains(wrong), "{said}");
        }
        assert!(told("mood = \"merry\"").err().unwrap().contains("mood"));
        assert!(told("[[customer]]\nidentity = \"010181-900C\"\ndeductible_paid = \"-1\"\n").is_err());
    }
}
