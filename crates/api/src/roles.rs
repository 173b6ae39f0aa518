//! The role and attribute service, simulated by a file of artificial people in the form of
//! `fixtures/people/professionals.toml`: the real one needs an agreement, and its interface is not public
//! (docs/assumptions.md). The file is read at each question; while it cannot be read the service is silent.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use counter::{RoleService, RoleServiceSilent};
use prescription::{RegistrationNumber, Right};
use serde::Deserialize;

/// Larger files are not read.
const BYTES_AT_MOST: u64 = 8 << 20;

/// The simulated service.
pub(crate) struct RegisterFile(pub(crate) PathBuf);

#[derive(Deserialize)]
struct Register {
    #[serde(rename = "professional", default)]
    professionals: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    registration_number: RegistrationNumber,
    right_code: String,
    /// The last Finnish day on which the right holds.
    #[serde(default)]
    right_until: Option<NaiveDate>,
}

impl RoleService for RegisterFile {
    fn right(&self, number: &RegistrationNumber, at: DateTime<Utc>) -> Result<Option<Right>, RoleServiceSilent> {
        let small = std::fs::metadata(&self.0).is_ok_and(|file| file.len() <= BYTES_AT_MOST);
        let text = std::fs::read_to_string(&self.0).ok().filter(|_| small).ok_or(RoleServiceSilent)?;
        let register: Register = toml::from_str(&text).map_err(|_| RoleServiceSilent)?;
        let day = prescription::time::finnish(at).date();
        let holds = |person: &&Person| person.right_until.is_none_or(|until| day <= until);
        let found = register.professionals.iter().filter(|person| person.registration_number == *number).find(holds);
        Ok(found.map(|person| Right::new(&person.right_code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_decides_and_a_right_ends_with_its_last_day_in_finland() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/people/professionals.toml");
        let register = RegisterFile(file.into());
        let right = |number: &str, at: &str| {
            register.right(&RegistrationNumber::parse(number).unwrap(), at.parse().unwrap()).unwrap()
        };
        assert_eq!(right("99900000011", "2026-11-22T10:00:00Z").unwrap().code(), "005");
        assert_eq!(right("99900000999", "2026-11-22T10:00:00Z"), None, "nobody has this number");
        let people = test_authority::People::built_in().unwrap();
        let rauni = &people.professional(test_authority::who::RAUNI_RIGHT_ENDED).unwrap().registration_number;
        assert!(right(rauni, "2020-12-31T21:59:59Z").is_some());
        assert_eq!(right(rauni, "2020-12-31T22:00:00Z"), None);
        let silent = RegisterFile("/nowhere".into());
        let number = RegistrationNumber::parse("99900000011").unwrap();
        assert_eq!(silent.right(&number, Utc::now()), Err(RoleServiceSilent));
    }
}
