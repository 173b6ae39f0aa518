//! The citizens' wishes (tahdonilmaisut), simulated: denials of consent (kiellot, SE-8) and whether a minor's data go to
//! guardians (OB-7). They are made elsewhere, in OmaKanta or in health care; a pharmacy never writes them, and the Centre
//! only reads them, from a file of artificial people that can be read anew while it runs.

use chrono::{DateTime, Utc};
use prescription::codes::MinorDisclosure;
use prescription::{Oid, PersonIdentityCode};
use serde::Deserialize;

/// The artificial people's wishes of this project.
pub const BUILT_IN: &str = include_str!("../../../fixtures/people/wishes.toml");

/// What people wish. The default is nobody's wish.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    #[serde(rename = "denial", default)]
    denials: Vec<Denial>,
    #[serde(rename = "disclosure", default)]
    disclosures: Vec<Disclosure>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denial {
    person: PersonIdentityCode,
    /// One prescription's set; all of the person's where none is said.
    prescription: Option<Oid>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disclosure {
    person: PersonIdentityCode,
    code: MinorDisclosure,
}

/// Why wishes cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WishesError {
    /// Not the form of the file.
    #[error("the wishes cannot be read (line {line})")]
    Unreadable {
        /// Where, counted from 1; 0 where that is not known.
        line: usize,
    },
    /// Two decisions on one minor: which holds cannot be known.
    #[error("two decisions on the disclosure of one minor's data")]
    Twice,
}

impl WishesError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "wishes-unreadable",
            Self::Twice => "wishes-twice",
        }
    }
}

impl Wishes {
    /// Reads wishes in the form of `fixtures/people/wishes.toml`.
    pub fn parse(text: &str) -> Result<Self, WishesError> {
        let wishes: Self = toml::from_str(text).map_err(|error| WishesError::Unreadable {
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(0, |before| before.lines().count().max(1)),
        })?;
        let mut people: Vec<_> = wishes.disclosures.iter().map(|decision| &decision.person).collect();
        people.sort();
        if people.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(WishesError::Twice);
        }
        Ok(wishes)
    }

    /// SE-8: whether the person denies that prescription, at that instant.
    pub fn deny(&self, person: &PersonIdentityCode, set_id: &Oid, at: DateTime<Utc>) -> bool {
        self.denials.iter().any(|denial| {
            denial.person == *person
                && denial.prescription.as_ref().is_none_or(|set| set == set_id)
                && denial.from.is_none_or(|from| from <= at)
                && denial.until.is_none_or(|until| at < until)
        })
    }

    /// OB-7: the newest decision on a minor's data, where one was made after the document.
    pub fn disclosure(&self, person: &PersonIdentityCode) -> Option<&MinorDisclosure> {
        self.disclosures.iter().find(|decision| decision.person == *person).map(|decision| &decision.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn se_8_a_denial_is_of_one_prescription_or_all_from_an_instant_to_another() {
        let wishes = Wishes::parse(
            r#"
            [[denial]]
            person = "010181-900C"
            prescription = "1.2.3"
            from = "2026-11-22T08:00:00Z"
            until = "2026-11-22T12:00:00Z"
            [[denial]]
            person = "051275-933B"
            "#,
        )
        .unwrap();
        let denies = |code: &str, set: &str, at: &str| {
            let person = PersonIdentityCode::as_stated(code);
            wishes.deny(&person, &Oid::parse(set).unwrap(), at.parse().unwrap())
        };
        assert!(denies("010181-900C", "1.2.3", "2026-11-22T08:00:00Z"));
        assert!(!denies("010181-900C", "1.2.3", "2026-11-22T07:59:59Z"));
        assert!(!denies("010181-900C", "1.2.3", "2026-11-22T12:00:00Z"));
        assert!(!denies("010181-900C", "1.2.4", "2026-11-22T09:00:00Z"));
        assert!(denies("051275-933B", "1.2.4", "2026-11-22T09:00:00Z"));
        assert!(!denies("300662-9583", "1.2.3", "2026-11-22T09:00:00Z"));
    }

    #[test]
    fn ob_7_the_fixtures_are_artificial_people_and_nobody_decides_twice() {
        let wishes = Wishes::parse(BUILT_IN).unwrap();
        let people = wishes.denials.iter().map(|d| &d.person).chain(wishes.disclosures.iter().map(|d| &d.person));
        assert!(people.clone().count() > 2);
        assert!(people.clone().all(|person| person.is_artificial() && person.check_matches()));
        let twice = "[[disclosure]]\nperson = \"010181-900C\"\ncode = \"1\"\n".repeat(2);
        assert_eq!(Wishes::parse(&twice).unwrap_err().code(), "wishes-twice");
        assert_eq!(Wishes::parse("[[denial]]\n").unwrap_err().code(), "wishes-unreadable");
    }
}
