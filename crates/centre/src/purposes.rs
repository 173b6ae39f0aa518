//! The table of purposes (`purposes.toml`): for each reason of a query, who may ask, from what a query may begin, and
//! what is shown. It serves SE-1 and table 5.2: the reason decides what may be seen, and it is data in one place. What
//! is withheld from whom within a purpose is decided in `access`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kanta::identifiers::Mark;
use prescription::{QueryReason, Right};
use serde::Deserialize;

use crate::register::{LocalRole, OrganisationKind};

/// The table that is built in.
pub const BUILT_IN: &str = include_str!("../purposes.toml");

/// From what a query may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person's identity code.
    Person,
    /// An identifier of a prescription or of one of its versions.
    Identifier,
    /// The asking pharmacy's own dispensations and marks.
    OwnPharmacy,
    /// The asking unit's own prescriptions, and the requests that were sent to it.
    OwnUnit,
    /// The log of the asking organisation's own use.
    OwnUses,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shows {
    /// Prescriptions.
    Prescriptions,
    /// PKV and narcotics only.
    Controlled,
    /// Those with a renewal request.
    Renewals,
    /// Those with the asking pharmacy's dose-dispensing mark that were corrected or cancelled.
    DoseChanges,
    /// Those of its dose patients that it has not marked.
    DoseNew,
    /// All of its dose patients.
    DosePatients,
    /// Uses of the own organisation.
    Uses,
    /// Nothing: the reason is known and not served here.
    Nothing,
}

/// What becomes of prescriptions under a denial when they are asked for by identity code (SE-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denied {
    /// They are not there.
    Hidden,
    /// They are shown.
    Shown,
    /// They are not there, but for those with the asking pharmacy's own dose-dispensing mark.
    OwnMark,
}

/// A row of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Code of the reason.
    pub reason: String,
    /// Its Finnish name.
    pub name: String,
    /// Kinds of organisation that may ask.
    pub organisations: Vec<OrganisationKind>,
    rights: Vec<String>,
    /// Local roles that suffice in place of a right.
    pub roles: Vec<LocalRole>,
    /// From what a query may begin.
    pub by: Vec<By>,
    /// What is shown.
    pub shows: Shows,
    /// What becomes of denied prescriptions.
    pub denied: Denied,
    /// Whether whole documents may be fetched.
    pub fetch: bool,
    /// Whether the reason must be told in words too.
    #[serde(default)]
    pub words: bool,
    /// How sure the row is.
    pub mark: Mark,
    /// Where it comes from.
    pub source: String,
}

/// The whole table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purposes {
    groups: BTreeMap<String, Vec<String>>,
    #[serde(rename = "purpose")]
    rows: Vec<Purpose>,
}

impl Purposes {
    /// The table in use.
    pub fn table() -> &'static Self {
        static TABLE: OnceLock<Purposes> = OnceLock::new();
        // A test proves that the built-in table can be read; without one nobody may anything.
        TABLE.get_or_init(|| toml::from_str(BUILT_IN).unwrap_or_default())
    }

    /// The row of a reason; an unknown reason has none.
    pub fn of(&self, reason: &QueryReason) -> Option<&Purpose> {
        self.rows.iter().find(|row| row.reason == reason.code())
    }

    /// Whether one of these rights may ask for that purpose; which one.
    pub fn right<'r>(&self, purpose: &Purpose, rights: &'r [Right]) -> Option<&'r Right> {
        let in_group = |group: &String, right: &Right| {
            self.groups.get(group).is_some_and(|codes| codes.iter().any(|code| code == right.code()))
        };
        rights.iter().find(|right| purpose.rights.iter().any(|group| in_group(group, right)))
    }

    /// Every row.
    pub fn rows(&self) -> &[Purpose] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn se_1_every_known_reason_has_one_row_and_no_other_has() {
        let table: Purposes = toml::from_str(BUILT_IN).unwrap();
        for code in (1..=99).map(|code: u32| code.to_string()) {
            let reason = QueryReason::from(code.as_str());
            let rows = table.rows.iter().filter(|row| row.reason == code).count();
            let known = !matches!(reason, QueryReason::Unknown(_));
            assert_eq!(rows, usize::from(known), "reason {code}");
        }
        for row in table.rows() {
            assert!(!row.name.is_empty() && !row.source.is_empty(), "{}", row.reason);
            assert!(row.rights.iter().all(|group| table.groups.contains_key(group)), "{}", row.reason);
            let served = row.shows != Shows::Nothing;
            assert_eq!(served, !row.by.is_empty(), "{}: what is served begins from something", row.reason);
            assert_eq!(served, !(row.rights.is_empty() && row.roles.is_empty()), "{}: somebody may", row.reason);
        }
    }

    #[test]
    fn table_5_2_a_technical_fault_is_a_technicians_and_another_reason_needs_words() {
        let table = Purposes::table();
        let row = |code: &str| table.of(&QueryReason::from(code)).unwrap();
        for code in ["001", "005", "006", "907", LIMITED_NURSE, MEDICAL_STUDENT] {
            assert_eq!(table.right(row("25"), &[Right::new(code)]), None, "{code}");
        }
        assert_eq!(row("25").roles, [LocalRole::Technician]);
        let worded: Vec<&str> = table.rows().iter().filter(|row| row.words).map(|row| row.reason.as_str()).collect();
        assert_eq!(worded, ["99"]);
    }

    /// Assumed codes (docs/assumptions.md).
    const LIMITED_NURSE: &str = "TSK-RSH";
    const MEDICAL_STUDENT: &str = "TSK-LKO";

    #[test]
    fn table_5_1_nurses_with_a_limited_right_and_students_who_act_as_physicians_prescribe() {
        let table = Purposes::table();
        let register = crate::register::Register::built_in().unwrap();
        for code in [LIMITED_NURSE, MEDICAL_STUDENT] {
            let right = [Right::new(code)];
            assert_eq!(register.role_of(&right[0]), prescription::Role::Prescriber, "{code}");
            for row in table.rows() {
                let physicians = table.right(row, &[Right::new("001")]).is_some();
                let expected = physicians && row.reason != "20";
                assert_eq!(table.right(row, &right).is_some(), expected, "{code}, reason {}", row.reason);
            }
        }
    }

    #[test]
    fn table_5_2_no_pharmacy_sees_what_is_denied_and_a_student_neither_corrects_nor_cancels() {
        let table = Purposes::table();
        let student = [Right::new(Right::STUDENT)];
        for row in table.rows().iter().filter(|row| row.organisations.contains(&OrganisationKind::Pharmacy)) {
            assert_ne!(row.denied, Denied::Shown, "reason {}", row.reason);
            let may = table.right(row, &student).is_some();
            let only_pharmacists = ["3", "4", "14", "23", "25", "99"].contains(&row.reason.as_str());
            assert_eq!(may, !only_pharmacists, "reason {}", row.reason);
        }
    }
}
