//! The role and attribute service (rooli- ja attribuuttipalvelu), simulated: which rights a registration number gives at
//! an instant, which local roles an owner has given, and what kind an organisation is. It serves promise 8: a
//! certificate's title is not the truth, the register is. The data are artificial people of a file that can be read anew
//! while the Centre runs. Restrictions of rights are shown and never enforced by program (section 5.3).

use chrono::{DateTime, NaiveDate, Utc};
use prescription::{Address, Oid, Organisation, PersonName, Professional, RegistrationNumber, Right, Role};
use serde::{Deserialize, Serialize};

/// The artificial professionals of this project.
pub const BUILT_IN: &str = include_str!("../../../fixtures/people/professionals.toml");

/// Professionals and organisations as the register has them.
#[derive(Debug, Clone, Deserialize)]
pub struct Register {
    #[serde(rename = "organisation", default)]
    organisations: Vec<Unit>,
    #[serde(rename = "professional", default)]
    professionals: Vec<Person>,
    #[serde(rename = "right", default)]
    rights: Vec<FurtherRight>,
    #[serde(rename = "prescribing-right", default)]
    prescribing: Vec<PrescribingRight>,
    #[serde(rename = "local-role", default)]
    roles: Vec<GivenRole>,
    #[serde(rename = "restriction", default)]
    restrictions: Vec<Restriction>,
}

/// What kind of organisation (table 5.2 and the reasons of queries tell them apart).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    /// Apteekki.
    Pharmacy,
    /// A unit of health care.
    HealthCentre,
    /// The Centre's keeper (Kela).
    PrescriptionCentre,
    /// OmaKanta.
    CitizenService,
    /// Whoever pays reimbursements.
    Insurer,
}

/// A role that an organisation's owner gives to a person; it is no professional right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalRole {
    /// Supervises how the organisation's people use the Centre (reason 14).
    Supervisor,
    /// Settles technical faults (reason 25).
    Technician,
}

/// A time from one instant to another; an end that is not given is open. The last instant is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
struct Time {
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl Time {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// A right that allows to prescribe beside those that everybody knows: that of nurses, say.
#[derive(Debug, Clone, Deserialize)]
struct PrescribingRight {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct FurtherRight {
    registration_number: RegistrationNumber,
    code: String,
    #[serde(flatten)]
    time: Time,
}

#[derive(Debug, Clone, Deserialize)]
struct GivenRole {
    registration_number: RegistrationNumber,
    organisation: String,
    role: LocalRole,
    #[serde(flatten)]
    time: Time,
}

/// A restriction of a right (rajoitus): shown, never enforced by program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Restriction {
    registration_number: RegistrationNumber,
    /// Its target, 1.2.246.537.6.147.2008.
    pub target: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Unit {
    slug: String,
    kind: Option<OrganisationKind>,
    name: String,
    oid: Oid,
    number: String,
    telephone: Option<String>,
    #[serde(default)]
    street: String,
    #[serde(default)]
    postal_code: String,
    #[serde(default)]
    city: String,
}

#[derive(Clone, Deserialize)]
struct Person {
    slug: String,
    given: Vec<String>,
    family: String,
    registration_number: RegistrationNumber,
    prescriber_id: Option<String>,
    right_code: String,
    right_until: Option<NaiveDate>,
    right_from: Option<DateTime<Utc>>,
    right_ends: Option<DateTime<Utc>>,
    degree: Option<String>,
    organisation: String,
}

impl Person {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        let day = prescription::time::finnish(at).date();
        self.right_until.is_none_or(|until| day <= until)
            && Time { from: self.right_from, until: self.right_ends }.holds(at)
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.slug)
    }
}

/// Why a register cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Not the form of the file.
    #[error("the register cannot be read (line {line})")]
    Unreadable {
        /// Where, counted from 1; 0 where that is not known.
        line: usize,
    },
    /// Two people with one registration number: whose right it is cannot be known.
    #[error("two people of the register have one registration number")]
    Twice,
}

impl RegisterError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "register-unreadable",
            Self::Twice => "register-twice",
        }
    }
}

impl Register {
    /// The register of this project's artificial people.
    pub fn built_in() -> Result<Self, RegisterError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a register in the form of `fixtures/people/professionals.toml`.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        let register: Self = toml::from_str(text).map_err(|error| RegisterError::Unreadable {
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(0, |before| before.lines().count().max(1)),
        })?;
        let mut numbers: Vec<_> = register.professionals.iter().map(|p| &p.registration_number).collect();
        numbers.sort();
        if numbers.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(RegisterError::Twice);
        }
        Ok(register)
    }

    /// The rights that the number gives at that instant; each holds from an instant to another, or to the end of a day
    /// in Finland.
    pub fn rights_at(&self, number: &RegistrationNumber, at: DateTime<Utc>) -> Vec<Right> {
        let own = self.professionals.iter().filter(|person| person.registration_number == *number && person.holds(at));
        let further = self.rights.iter().filter(|right| right.registration_number == *number && right.time.holds(at));
        let own = own.filter(|person| !person.right_code.is_empty());
        own.map(|person| Right::new(&person.right_code)).chain(further.map(|right| Right::new(&right.code))).collect()
    }

    /// One right that the number gives at that instant: that which allows most in a pharmacy.
    pub fn right_at(&self, number: &RegistrationNumber, at: DateTime<Utc>) -> Option<Right> {
        let rights = self.rights_at(number, at);
        let best = |may: fn(&Right) -> bool| rights.iter().find(|right| may(right));
        best(Right::may_dispense).or_else(|| best(Right::may_search)).or_else(|| rights.first()).cloned()
    }

    /// In which role somebody with that right acts on a prescription.
    pub fn role_of(&self, right: &Right) -> Role {
        let prescribes = self.prescribing.iter().any(|listed| listed.code == right.code());
        if prescribes { Role::Prescriber } else { Role::of(right) }
    }

    /// Whether an organisation's owner has given that role to the number, at that instant.
    pub fn has_role(
        &self,
        number: &RegistrationNumber,
        role: LocalRole,
        organisation: &Oid,
        at: DateTime<Utc>,
    ) -> bool {
        let of = |slug: &str| self.organisations.iter().any(|unit| unit.slug == slug && unit.oid == *organisation);
        self.roles.iter().any(|given| {
            given.registration_number == *number
                && given.role == role
                && given.time.holds(at)
                && of(&given.organisation)
        })
    }

    /// The restrictions of a number's rights, to be shown.
    pub fn restrictions(&self, number: &RegistrationNumber) -> Vec<&Restriction> {
        self.restrictions.iter().filter(|restriction| restriction.registration_number == *number).collect()
    }

    /// What kind an organisation is; nothing where the register does not have it.
    pub fn kind_of(&self, organisation: &Oid) -> Option<OrganisationKind> {
        self.organisations.iter().find(|unit| unit.oid == *organisation)?.kind
    }

    /// The person of a slug as documents name one, with the unit.
    pub fn professional(&self, slug: &str) -> Option<Professional> {
        let person = self.professionals.iter().find(|p| p.slug == slug)?;
        Some(Professional {
            registration: Some(person.registration_number.clone()),
            prescriber_id: person.prescriber_id.clone(),
            name: PersonName {
                given: person.given.clone(),
                call_name: None,
                family: person.family.clone(),
                suffix: person.degree.clone(),
            },
            right: Some(Right::new(&person.right_code)),
            organisation: self.organisation(&person.organisation),
            ..Professional::default()
        })
    }

    /// The organisation of a slug.
    pub fn organisation(&self, slug: &str) -> Option<Organisation> {
        let unit = self.organisations.iter().find(|o| o.slug == slug)?;
        Some(Organisation {
            id: unit.oid.clone(),
            name: unit.name.clone(),
            phone: unit.telephone.clone(),
            address: Some(Address {
                street: unit.street.clone(),
                postal_code: unit.postal_code.clone(),
                city: unit.city.clone(),
            }),
            part_of: None,
        })
    }

    /// The digits that stand for an organisation in the identifiers of its documents.
    pub fn organisation_number(&self, id: &Oid) -> Option<&str> {
        self.organisations.iter().find(|o| o.oid == *id).map(|o| o.number.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> DateTime<Utc> {
        instant.parse().unwrap()
    }

    fn number(text: &str) -> RegistrationNumber {
        RegistrationNumber::parse(text).unwrap()
    }

    #[test]
    fn a_right_holds_until_its_last_day_in_finland_and_not_after() {
        let register = Register::built_in().unwrap();
        let (siri, rauni) = (number("99900000011"), number("99900000078"));
        assert_eq!(register.right_at(&siri, at("2026-11-22T10:00:00Z")).unwrap().code(), "005");
        assert!(register.right_at(&rauni, at("2020-12-31T21:59:59Z")).is_some());
        assert!(register.right_at(&rauni, at("2020-12-31T22:00:00Z")).is_none());
        assert!(register.right_at(&number("99900000999"), at("2026-11-22T10:00:00Z")).is_none());
    }

    #[test]
    fn a_right_and_a_role_can_begin_and_end_during_a_day() {
        let more = r#"
            [[right]]
            registration_number = "99900000037"
            code = "005"
            from = "2026-11-22T08:00:00Z"
            until = "2026-11-22T12:00:00Z"
            [[local-role]]
            registration_number = "99900000011"
            organisation = "kuusen-apteekki"
            role = "supervisor"
            until = "2026-11-22T12:00:00Z"
            [[restriction]]
            registration_number = "99900000011"
            target = "20"
        "#;
        let register = Register::parse(&format!("{BUILT_IN}\n{more}")).unwrap();
        let right = |instant: &str| register.right_at(&number("99900000037"), at(instant)).unwrap();
        assert_eq!(right("2026-11-22T07:59:59Z").code(), "907");
        assert_eq!(right("2026-11-22T08:00:00Z").code(), "005");
        assert_eq!(right("2026-11-22T12:00:00Z").code(), "907");
        let supervises = |place: &str, instant: &str| {
            let place = register.organisation(place).unwrap().id;
            register.has_role(&number("99900000011"), LocalRole::Supervisor, &place, at(instant))
        };
        assert!(supervises("kuusen-apteekki", "2026-11-22T11:59:59Z"));
        assert!(!supervises("kuusen-apteekki", "2026-11-22T12:00:00Z"));
        assert!(!supervises("lahteen-apteekki", "2026-11-22T11:00:00Z"));
        assert_eq!(register.restrictions(&number("99900000011"))[0].target, "20");
        assert!(register.right_at(&number("99900000011"), at("2026-11-22T11:00:00Z")).is_some(), "never enforced");
    }

    #[test]
    fn which_further_rights_prescribe_is_data() {
        let register = Register::built_in().unwrap();
        assert_eq!(register.role_of(&Right::new("777")), Role::Other);
        let register = Register::parse(&format!("{BUILT_IN}\n[[prescribing-right]]\ncode = \"777\"")).unwrap();
        assert_eq!(register.role_of(&Right::new("777")), Role::Prescriber);
        assert_eq!(register.role_of(&Right::new(Right::PHARMACIST)), Role::Pharmacist);
    }

    #[test]
    fn a_register_with_one_number_twice_is_refused() {
        let text = BUILT_IN.replace("99900000029", "99900000011");
        assert_eq!(Register::parse(&text).unwrap_err(), RegisterError::Twice);
        assert_eq!(Register::parse("[[professional]]").unwrap_err().code(), "register-unreadable");
    }
}
