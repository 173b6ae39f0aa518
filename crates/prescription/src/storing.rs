//! Storing a telephone or paper prescription in the Prescription Centre (apteekissa tallennettu lääkemääräys, OU-2): what
//! the rules ask of it before a pharmacist signs it. The Centre asks `operation::prescribing` of it again.

use chrono::{Months, NaiveDate, NaiveDateTime};

use crate::codes::StoredKind;
use crate::operation::prescribing;
use crate::outage::Class;
use crate::rules::{Answers, Finding, Text, outage as table, table as dispensing, text};
use crate::{PersonName, Prescription, ProductKind, Recording, Right, Role};

/// LC-4: for how many months a telephone prescription is valid at the most.
const TELEPHONE_MONTHS: u32 = 3;

/// LC-3: what may be misused, and a patient's own special permit.
const SHORT_MONTHS: u32 = 12;

/// LC-2: all else.
const MONTHS: u32 = 24;

/// What is not prescribed by telephone or on paper (OU-2b), and whether a person's reason opens it.
const ELECTRONIC_ONLY: [(Class, bool); 2] = [(Class::Controlled, false), (Class::Unknown, true)];

/// A prescription that is about to be stored because of a hand-over.
#[derive(Debug, Clone, Copy)]
pub struct Storing<'a> {
    /// As it would be stored.
    pub prescription: &'a Prescription,
    /// The class of what was handed over on it.
    pub class: Class,
    /// When that was, Finnish time.
    pub handed_over_at: NaiveDateTime,
    /// In which right the person acts.
    pub acting: &'a Right,
    /// Finnish time now.
    pub now: NaiveDateTime,
    /// A person's stated reason.
    pub reason: Option<&'a str>,
}

/// Asks every rule of it.
pub fn check(case: &Storing<'_>) -> Vec<Finding> {
    let prescription = case.prescription;
    let mut answers = Answers::new(case.reason);
    answers.stop(&dispensing::DI_3, !case.acting.may_dispense(), vec![("right", case.acting.name().to_owned())]);
    let controlled = prescription.is_controlled();
    is_not_electronic_only(if controlled { Class::Controlled } else { case.class }, &mut answers);
    answers.stop(&table::OU_2C, !lacks(case).is_empty(), vec![]);
    answers.findings.extend(prescribing(prescription, Role::of(case.acting)));
    answers.findings
}

/// The answer where so little is known that there is no prescription yet.
pub fn incomplete() -> Vec<Finding> {
    let mut answers = Answers::new(None);
    answers.stop(&table::OU_2C, true, vec![]);
    answers.findings
}

/// OU-2b: whether that class may be prescribed by telephone or on paper.
pub(crate) fn is_not_electronic_only(class: Class, answers: &mut Answers<'_>) {
    let forbidden = ELECTRONIC_ONLY.iter().find(|(known, _)| *known == class);
    let hard = forbidden.is_some_and(|(_, reason)| !reason);
    answers.stop_or_reason(&table::OU_2B, forbidden.is_some(), hard, vec![]);
}

/// The last day on which a stored prescription may be valid.
pub fn longest(prescription: &Prescription) -> NaiveDate {
    let telephone =
        matches!(&prescription.recording, Recording::AtPharmacy(stored) if stored.kind == StoredKind::Telephone);
    let short = prescription.is_controlled() || prescription.product.kind() == ProductKind::PatientSpecialPermit;
    let months = match (telephone, short) {
        (true, _) => TELEPHONE_MONTHS,
        (false, true) => SHORT_MONTHS,
        (false, false) => MONTHS,
    };
    last_day(prescription.prescribed_at.date(), months)
}

/// The day so many months after another.
fn last_day(issued: NaiveDate, months: u32) -> NaiveDate {
    issued.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// What a prescription that is about to be stored lacks (OU-2c).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// First names or family name of the patient.
    Patient,
    /// The patient's identity code.
    IdentityCode,
    /// First names or family name of the prescriber.
    Prescriber,
    /// A number of the prescriber.
    Number,
    /// A right of the prescriber, or one that prescribes.
    Right,
    /// When it was given, or a time that is before the hand-over and not to come.
    Time,
    /// The product.
    Product,
    /// How much.
    Amount,
    /// How to take it.
    Dosage,
}

impl Lack {
    /// What it is called, in the middle of a sentence.
    pub fn name(self) -> &'static Text {
        const PATIENT: Text = text("asiakkaan nimi", "kundens namn", "the customer's name");
        const IDENTITY_CODE: Text = text("henkilötunnus", "personbeteckning", "the identity code");
        const PRESCRIBER: Text = text("määrääjän nimi", "förskrivarens namn", "the prescriber's name");
        const NUMBER: Text = text("määrääjän tunnus", "förskrivarens beteckning", "the prescriber's number");
        const RIGHT: Text =
            text("määrääjän ammattioikeus", "förskrivarens yrkesrättighet", "the prescriber's professional right");
        const TIME: Text = text("aika ennen luovutusta", "en tid före överlämningen", "a time before the hand-over");
        const PRODUCT: Text = text("valmiste", "produkten", "the product");
        const AMOUNT: Text = text("määrä", "mängden", "the amount");
        const DOSAGE: Text = text("annostus", "doseringen", "the dosage");
        match self {
            Self::Patient => &PATIENT,
            Self::IdentityCode => &IDENTITY_CODE,
            Self::Prescriber => &PRESCRIBER,
            Self::Number => &NUMBER,
            Self::Right => &RIGHT,
            Self::Time => &TIME,
            Self::Product => &PRODUCT,
            Self::Amount => &AMOUNT,
            Self::Dosage => &DOSAGE,
        }
    }
}

/// What it lacks, in the order of a prescription.
pub fn lacks(case: &Storing<'_>) -> Vec<Lack> {
    let prescription = case.prescription;
    let (patient, prescriber) = (&prescription.patient, &prescription.prescriber);
    let there = |text: &str| !text.trim().is_empty();
    let named = |name: &PersonName| there(&name.family) && name.given.iter().any(|given| there(given));
    let numbered = prescriber.registration.is_some() || prescriber.prescriber_id.as_deref().is_some_and(there);
    let prescribes = prescriber.right.as_ref().is_some_and(|right| Role::of(right) == Role::Prescriber);
    [
        (Lack::Patient, named(&patient.name)),
        (Lack::IdentityCode, patient.identity_code.is_some()),
        (Lack::Prescriber, named(&prescriber.name)),
        (Lack::Number, numbered),
        (Lack::Right, prescribes),
        (Lack::Time, is_of_its_time(case)),
        (Lack::Product, there(prescription.product.name())),
        (Lack::Dosage, there(&prescription.dosage.text)),
    ]
    .into_iter()
    .filter_map(|(lack, there)| (!there).then_some(lack))
    .collect()
}

/// Whether it was given before the medicine was, and not in the future.
fn is_of_its_time(case: &Storing<'_>) -> bool {
    let prescribed_at = case.prescription.prescribed_at;
    prescribed_at <= case.handed_over_at && prescribed_at <= case.now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Explained, StoredByPharmacy};
    use crate::rules::{Outcome, samples};
    use crate::{Code, Professional, RegistrationNumber};

    /// A telephone prescription of an ordinary medicine, complete.
    fn by_telephone() -> Prescription {
        let made = samples::iterated_diazepam();
        let name = PersonName { given: vec!["Lauri".into()], family: "Lääkäri".into(), ..PersonName::default() };
        let prescriber = Professional {
            registration: RegistrationNumber::parse("99900000037").ok(),
            name,
            right: Some(Right::new("001")),
            ..Professional::default()
        };
        let code = Code { code: "1".into(), system: "1.2.246.537.5.40302.201501".into(), name: None };
        let recording = Recording::AtPharmacy(StoredByPharmacy {
            recorder: Professional::default(),
            kind: StoredKind::Telephone,
            reason: Explained { code, text: None },
        });
        let valid_until = Some(last_day(made.prescribed_at.date(), TELEPHONE_MONTHS));
        Prescription { prescriber, recording, control: None, narcotic: false, valid_until, ..made }
    }

    fn hindering(prescription: &Prescription, class: Class, reason: Option<&str>) -> Vec<(&'static str, Outcome)> {
        let right = Right::new(Right::PHARMACIST);
        let handed_over_at = prescription.prescribed_at + chrono::Duration::minutes(10);
        let now = handed_over_at + chrono::Duration::hours(2);
        let case = Storing { prescription, class, handed_over_at, acting: &right, now, reason };
        check(&case).into_iter().filter(Finding::hinders).map(|one| (one.rule.id, one.outcome)).collect()
    }

    const STOP: Outcome = Outcome::Stop;

    #[test]
    fn ou_2b_no_narcotic_and_no_pkv_is_prescribed_by_telephone_or_on_paper() {
        let whole = by_telephone();
        assert_eq!(hindering(&whole, Class::Free, None), []);
        assert_eq!(hindering(&whole, Class::Controlled, Some("hätä")), [("OU-2b", STOP)]);
        let narcotic = Prescription { narcotic: true, ..whole.clone() };
        assert_eq!(hindering(&narcotic, Class::Free, Some("hätä")), [("OU-2b", STOP)]);
        assert_eq!(hindering(&whole, Class::Unknown, None), [("OU-2b", Outcome::NeedsReason)]);
        assert_eq!(hindering(&whole, Class::Unknown, Some("perusvoide")), []);
    }

    #[test]
    fn ou_2c_what_is_stored_is_complete_and_of_a_time_before_the_hand_over() {
        let whole = by_telephone();
        let lacks = |change: fn(&mut Prescription)| {
            let mut one = whole.clone();
            change(&mut one);
            let (right, at) = (Right::new(Right::PHARMACIST), one.prescribed_at);
            let (handed_over_at, now) = (at, at);
            let acting = &right;
            let case =
                Storing { prescription: &one, class: Class::Free, handed_over_at, acting, now, reason: Some("syy") };
            let stops = check(&case).into_iter().any(|finding| finding.rule.id == "OU-2c" && finding.hinders());
            let lacks = super::lacks(&case);
            assert!(lacks.len() <= 1 && stops != lacks.is_empty());
            lacks.first().copied()
        };
        assert_eq!(lacks(|_| {}), None);
        assert_eq!(lacks(|one| one.prescriber.registration = None), Some(Lack::Number));
        assert_eq!(lacks(|one| one.prescriber.name.family = " ".into()), Some(Lack::Prescriber));
        let not_a_prescriber = lacks(|one| one.prescriber.right = Some(Right::new("005")));
        assert_eq!(not_a_prescriber, Some(Lack::Right), "a pharmacist does not prescribe");
        assert_eq!(lacks(|one| one.patient.identity_code = None), Some(Lack::IdentityCode));
        assert_eq!(lacks(|one| one.patient.name.given.clear()), Some(Lack::Patient));
        assert_eq!(lacks(|one| one.dosage.text.clear()), Some(Lack::Dosage));
        let right = Right::new(Right::PHARMACIST);
        let at = whole.prescribed_at;
        let before = at - chrono::Duration::minutes(1);
        let case = Storing {
            prescription: &whole,
            class: Class::Free,
            handed_over_at: before,
            acting: &right,
            now: at,
            reason: None,
        };
        let refused: Vec<_> = check(&case).into_iter().filter(Finding::hinders).map(|one| one.rule.id).collect();
        assert_eq!(refused, ["OU-2c"], "the medicine was given before it was prescribed");
        assert_eq!(super::lacks(&case), [Lack::Time]);
        assert_eq!(incomplete()[0].outcome, STOP);
    }

    #[test]
    fn lc_4_st_3_validity_is_no_longer_than_the_act_allows() {
        let whole = by_telephone();
        let until = |one: &Prescription, months| {
            let end = last_day(one.prescribed_at.date(), months);
            hindering(&Prescription { valid_until: Some(end), ..one.clone() }, Class::Free, None)
        };
        assert_eq!(until(&whole, 4), [("LC-4", STOP)]);
        let mut paper = whole.clone();
        let Recording::AtPharmacy(stored) = &mut paper.recording else { panic!() };
        stored.kind = StoredKind::Paper;
        assert_eq!(until(&paper, 24), []);
        assert_eq!(until(&paper, 25), [("ST-3", STOP)]);
        let pkv = Prescription { narcotic: true, ..paper.clone() };
        assert_eq!(until(&pkv, 13), [("OU-2b", STOP), ("ST-3", STOP)]);
        let yesterday = paper.prescribed_at.date().pred_opt();
        assert_eq!(hindering(&Prescription { valid_until: yesterday, ..paper }, Class::Free, None), [("ST-3", STOP)]);
    }

    #[test]
    fn st_1_ri_1_the_reason_has_a_code_and_a_student_stores_nothing() {
        let mut whole = by_telephone();
        let Recording::AtPharmacy(stored) = &mut whole.recording else { panic!() };
        stored.reason.code.code = "3".into();
        assert_eq!(hindering(&whole, Class::Free, None), [("ST-1", STOP)]);
        let student = Right::new(Right::STUDENT);
        let at = whole.prescribed_at;
        let case = Storing {
            prescription: &whole,
            class: Class::Free,
            handed_over_at: at,
            acting: &student,
            now: at,
            reason: None,
        };
        let refused: Vec<_> = check(&case).into_iter().filter(Finding::hinders).map(|one| one.rule.id).collect();
        assert_eq!(refused, ["DI-3", "RI-1", "ST-1"]);
    }
}
