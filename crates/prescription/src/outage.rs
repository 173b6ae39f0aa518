//! Handing over in an outage (prescriptions notes, section 4): on what a medicine may be given when the Prescription
//! Centre cannot be reached, and what of the rules of dispensing still counts when it has left the house.

use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::rules::outage as table;
use crate::rules::{Answers, Finding, Outcome, table as dispensing};
use crate::{Conflict, Right, storing};

/// An entry is made at most so long after the hand-over: what was written on paper while the machine stood still.
const MADE_WITHIN: Duration = Duration::days(7);

/// On what a medicine is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The patient instruction (potilasohje), with its bar code.
    Instruction,
    /// A summary of e-prescriptions (yhteenveto).
    Summary,
    /// The earlier package or its label.
    OldLabel,
    /// A doctor's telephone prescription (puhelinresepti).
    Telephone,
    /// A doctor's paper prescription (paperiresepti).
    Paper,
    /// None of these.
    Nothing,
}

impl Basis {
    /// Every basis with a stable code, in the order in which they are asked for.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Instruction, "instruction"),
        (Self::Summary, "summary"),
        (Self::OldLabel, "old-label"),
        (Self::Telephone, "telephone"),
        (Self::Paper, "paper"),
        (Self::Nothing, "nothing"),
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, code)| code)
    }

    /// The basis of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(basis, _)| *basis)
    }

    /// Whether a doctor has prescribed anew, so that there is a prescription to be stored (OU-2).
    pub fn is_new_prescription(self) -> bool {
        matches!(self, Self::Telephone | Self::Paper)
    }
}

/// What is known of a medicine's control class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The database has the package, and it is of no class.
    Free,
    /// A narcotic or a PKV medicine.
    Controlled,
    /// It is not in the database: it may be either.
    Unknown,
}

/// What the rules ask of a hand-over.
#[derive(Debug, Clone)]
pub struct HandOver<'a> {
    /// On what.
    pub basis: Basis,
    /// Whether it is known for whom: by identity code, or by a name and the prescription's identifier.
    pub customer_known: bool,
    /// Whether it is said how the person was identified.
    pub identified: bool,
    /// Whether a prescription's identifier was read.
    pub identifier_read: bool,
    /// What was read: the instruction's text, the label, a prescription's words.
    pub read: &'a str,
    /// Who prescribed.
    pub prescriber: &'a str,
    /// The medicine's class.
    pub class: Class,
    /// Whether the need is immediate.
    pub immediate: bool,
    /// Whether the Centre was reached the last time.
    pub centre_answers: bool,
    /// When it is handed over, Finnish time.
    pub handed_over_at: NaiveDateTime,
    /// In which right the person acts.
    pub acting: &'a Right,
    /// Finnish time now.
    pub now: NaiveDateTime,
    /// A person's stated reason.
    pub reason: Option<&'a str>,
}

/// Asks every rule of a hand-over in an outage.
pub fn check(case: &HandOver<'_>) -> Vec<Finding> {
    let mut answers = Answers::new(case.reason);
    let is_empty = |text: &str| text.trim().is_empty();
    answers.stop(&dispensing::DI_3, !case.acting.may_dispense(), vec![("right", case.acting.name().to_owned())]);
    answers.stop(&table::OU_8, case.basis == Basis::Nothing, vec![]);
    let rests_on = match case.basis {
        Basis::Instruction | Basis::Summary => case.identifier_read || !is_empty(case.read),
        Basis::OldLabel => !is_empty(case.read),
        // What they rest on is asked by OU-2 and OU-8.
        Basis::Telephone | Basis::Paper | Basis::Nothing => true,
    };
    answers.stop(&table::OU_1, !(case.customer_known && case.identified && rests_on), vec![]);
    answers.stop(&table::OU_1B, case.basis == Basis::OldLabel && case.class != Class::Free, vec![]);
    let says_who_and_what = !is_empty(case.prescriber) && !is_empty(case.read);
    answers.stop(&table::OU_2, case.basis.is_new_prescription() && !says_who_and_what, vec![]);
    if case.basis.is_new_prescription() {
        storing::is_not_electronic_only(case.class, &mut answers);
    }
    let may_wait = !case.immediate && !case.basis.is_new_prescription();
    answers.stop_or_reason(&table::OU_3, may_wait, false, vec![]);
    answers.stop_or_reason(&table::OU_1C, case.centre_answers, false, vec![]);
    let is_of_another_time = case.handed_over_at > case.now || case.now - case.handed_over_at > MADE_WITHIN;
    answers.stop(&table::OU_6, is_of_another_time, vec![]);
    answers.note(&table::OU_4, vec![]);
    answers.findings
}

/// What the rules of dispensing answer when the medicine was handed over already: what happened meanwhile is worth knowing
/// and hinders no longer, since the record of fact must not be lost (section 4, consequence 3); the Centre keeps it as a
/// conflict. What is the document's own fault hinders as ever.
pub fn after_handing_over(findings: Vec<Finding>) -> Vec<Finding> {
    let known = |finding: Finding| match Conflict::of_rule(finding.rule.id) {
        Some(_) if finding.hinders() => Finding { outcome: Outcome::Note, ..finding },
        _ => finding,
    };
    findings.into_iter().map(known).collect()
}

/// OU-6b: of what was handed over in an outage and is not entered yet, no more is given without a reason.
pub fn not_entered_yet(handed_over_at: NaiveDateTime, amount: &str, reason: Option<&str>) -> Vec<Finding> {
    let mut answers = Answers::new(reason);
    let when = handed_over_at.format("%-d.%-m.%Y %-H.%M").to_string();
    answers.stop_or_reason(&table::OU_6B, true, false, vec![("when", when), ("amount", amount.to_owned())]);
    answers.findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::by_id;

    fn case(basis: Basis) -> HandOver<'static> {
        static RIGHT: std::sync::LazyLock<Right> = std::sync::LazyLock::new(|| Right::new(Right::PHARMACIST));
        HandOver {
            basis,
            customer_known: true,
            identified: true,
            identifier_read: false,
            read: "Amlodipin 5 mg, 1 tabletti aamuisin",
            prescriber: "Lauri Lääkäri 99900000037",
            class: Class::Free,
            immediate: true,
            centre_answers: false,
            handed_over_at: "2026-11-25T10:00:00".parse().unwrap(),
            acting: &RIGHT,
            now: "2026-11-25T10:01:00".parse().unwrap(),
            reason: None,
        }
    }

    fn hindering(case: &HandOver<'_>) -> Vec<(&'static str, Outcome)> {
        check(case).into_iter().filter(Finding::hinders).map(|finding| (finding.rule.id, finding.outcome)).collect()
    }

    #[test]
    fn ou_1_on_an_instruction_a_summary_or_a_label_that_was_read_for_somebody_who_was_identified() {
        for (basis, code) in Basis::ALL {
            assert_eq!(Basis::parse(code), Some(basis));
            let said = hindering(&case(basis));
            assert_eq!(said.is_empty(), basis != Basis::Nothing, "{code}: {said:?}");
        }
        for basis in [Basis::Instruction, Basis::Summary, Basis::OldLabel] {
            let stop = [("OU-1", Outcome::Stop)];
            assert_eq!(hindering(&HandOver { customer_known: false, ..case(basis) }), stop);
            assert_eq!(hindering(&HandOver { identified: false, ..case(basis) }), stop);
            assert_eq!(hindering(&HandOver { read: " ", ..case(basis) }), stop);
        }
        let scanned = HandOver { read: "", identifier_read: true, ..case(Basis::Instruction) };
        assert_eq!(hindering(&scanned), []);
        let label = HandOver { read: "", identifier_read: true, ..case(Basis::OldLabel) };
        assert_eq!(hindering(&label), [("OU-1", Outcome::Stop)], "a label is typed");
    }

    #[test]
    fn ou_1b_a_label_alone_is_not_for_narcotics_or_pkv_nor_for_what_may_be_one() {
        for class in [Class::Controlled, Class::Unknown] {
            let label = HandOver { class, reason: Some("tarvitaan"), ..case(Basis::OldLabel) };
            assert_eq!(hindering(&label), [("OU-1b", Outcome::Stop)]);
            assert_eq!(hindering(&HandOver { class, ..case(Basis::Instruction) }), []);
        }
        assert_eq!(hindering(&case(Basis::OldLabel)), []);
    }

    #[test]
    fn ou_1c_while_the_centre_answers_the_prescription_is_fetched() {
        let answering = HandOver { centre_answers: true, ..case(Basis::Instruction) };
        assert_eq!(hindering(&answering), [("OU-1c", Outcome::NeedsReason)]);
        assert_eq!(hindering(&HandOver { reason: Some("annettiin aamun katkossa"), ..answering }), []);
    }

    #[test]
    fn ou_2_a_telephone_or_paper_prescription_says_who_and_what() {
        for basis in [Basis::Telephone, Basis::Paper] {
            let stop = [("OU-2", Outcome::Stop)];
            assert_eq!(hindering(&HandOver { prescriber: "", ..case(basis) }), stop);
            assert_eq!(hindering(&HandOver { read: "", ..case(basis) }), stop);
        }
        assert_eq!(hindering(&HandOver { prescriber: "", ..case(Basis::Summary) }), []);
    }

    #[test]
    fn ou_2b_narcotics_and_pkv_are_not_prescribed_by_telephone_or_on_paper() {
        for basis in [Basis::Telephone, Basis::Paper] {
            let of = |class, reason| hindering(&HandOver { class, reason, ..case(basis) });
            assert_eq!(of(Class::Controlled, Some("hätä")), [("OU-2b", Outcome::Stop)]);
            assert_eq!(of(Class::Unknown, None), [("OU-2b", Outcome::NeedsReason)]);
            assert_eq!(of(Class::Unknown, Some("perusvoide")), []);
        }
    }

    #[test]
    fn ou_3_what_can_wait_is_given_with_a_reason_only() {
        let can_wait = HandOver { immediate: false, ..case(Basis::Summary) };
        assert_eq!(hindering(&can_wait), [("OU-3", Outcome::NeedsReason)]);
        assert_eq!(hindering(&HandOver { reason: Some(" "), ..can_wait.clone() }), [("OU-3", Outcome::NeedsReason)]);
        assert_eq!(hindering(&HandOver { reason: Some("asuu saaressa"), ..can_wait }), []);
        assert_eq!(hindering(&HandOver { immediate: false, ..case(Basis::Paper) }), [], "a doctor has decided");
    }

    #[test]
    fn ou_4_that_kela_is_not_asked_is_said_every_time() {
        for (basis, _) in Basis::ALL {
            let said = check(&case(basis)).into_iter().find(|finding| finding.rule.id == "OU-4").unwrap();
            assert_eq!(said.outcome, Outcome::Note);
        }
    }

    #[test]
    fn ou_6_the_time_of_hand_over_is_not_to_come_and_not_long_gone() {
        let at = |text: &str| HandOver { handed_over_at: text.parse().unwrap(), ..case(Basis::Summary) };
        assert_eq!(hindering(&at("2026-11-25T10:01:01")), [("OU-6", Outcome::Stop)]);
        assert_eq!(hindering(&at("2026-11-18T10:00:59")), [("OU-6", Outcome::Stop)]);
        assert_eq!(hindering(&at("2026-11-18T10:01:00")), []);
    }

    #[test]
    fn ou_6b_more_of_what_is_not_entered_yet_needs_a_reason() {
        let at = "2026-11-25T10:00:00".parse().unwrap();
        let [without] = not_entered_yet(at, "100 fol", None).try_into().unwrap();
        assert_eq!(without.outcome, Outcome::NeedsReason);
        assert!(without.sentence(crate::Language::En).contains("25.11.2026 10.00, 100 fol"));
        assert!(!not_entered_yet(at, "100 fol", Some("pakkaus rikkoutui"))[0].hinders());
    }

    #[test]
    fn ou_8_without_a_basis_nothing_is_given() {
        let nothing = HandOver { reason: Some("hätä"), ..case(Basis::Nothing) };
        assert_eq!(hindering(&nothing), [("OU-8", Outcome::Stop)]);
    }

    #[test]
    fn di_3_a_student_hands_over_nothing() {
        let student = Right::new("907");
        assert_eq!(hindering(&HandOver { acting: &student, ..case(Basis::Summary) }), [("DI-3", Outcome::Stop)]);
    }

    #[test]
    fn ou_6_what_happened_meanwhile_hinders_no_longer_and_the_documents_own_fault_does() {
        let finding = |id: &str| Finding { rule: by_id(id).unwrap(), outcome: Outcome::Stop, facts: vec![] };
        let kept = after_handing_over(vec![finding("LC-1"), finding("SU-1"), finding("LC-10"), finding("SI-1")]);
        let outcomes: Vec<Outcome> = kept.iter().map(|finding| finding.outcome).collect();
        assert_eq!(outcomes, [Outcome::Note, Outcome::Stop, Outcome::Note, Outcome::Stop]);
    }
}
