//! Storing a telephone or paper prescription in the Prescription Centre (apteekissa tallennettu lääkemääräys, OU-2): what
//! the rules ask of it before a pharmacist signs it. The Centre asks `operation::prescribing` of it again.

use chrono::{Months, NaiveDate, NaiveDateTime};

use crate::codes::StoredKind;
use crate::operation::prescribing;
use crate::outage::Class;
use crate::rules::{Answers, Finding, outage as table, table as dispensing};
use crate::{Prescription, ProductKind, Recording, Right, Role};

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
    answers.stop(&table::OU_2C, !is_complete(prescription) || !is_of_its_time(case), vec![]);
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

fn is_complete(prescription: &Prescription) -> bool {
    let (patient, prescriber) = (&prescription.patient, &prescription.prescriber);
    let there = |text: &str| !text.trim().is_empty();
    let named = |name: &crate::PersonName| there(&name.family) && name.given.iter().any(|given| there(given));
    named(&patient.name)
        && patient.identity_code.is_some()
        && named(&prescriber.name)
        && (prescriber.registration.is_some() || prescriber.prescriber_id.as_deref().is_some_and(there))
        && prescriber.right.as_ref().is_some_and(|right| Role::of(right) == Role::Prescriber)
        && there(prescription.product.name())
        && there(&prescription.dosage.text)
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
    use crate::{Code, PersonName, Professional, RegistrationNumber};

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
            hindering(&one, Class::Free, Some("syy"))
        };
        let stop = [("OU-2c", STOP)];
        assert_eq!(lacks(|one| one.prescriber.registration = None), stop);
        assert_eq!(lacks(|one| one.prescriber.name.family = " ".into()), stop);
        assert_eq!(
            lacks(|one| one.prescriber.right = Some(Right::new("005"))),
            stop,
            "a pharmacist does not prescribe"
        );
        assert_eq!(lacks(|one| one.patient.identity_code = None), stop);
        assert_eq!(lacks(|one| one.patient.name.given.clear()), stop);
        assert_eq!(lacks(|one| one.dosage.text.clear()), stop);
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
