//! Each test is named for the rule that it proves.

use super::*;
use crate::{Amount, Iteration, Product, Quantity, Vnr};

struct Story {
    prescription: Prescription,
    state: State,
    signature: SignatureTrust,
    history: Vec<Dispensation>,
    right: Right,
    reason: Option<&'static str>,
}

impl Story {
    fn new() -> Self {
        Self {
            prescription: samples::iterated_diazepam(),
            state: State::default(),
            signature: SignatureTrust::Trusted,
            history: vec![],
            right: Right::new(Right::PHARMACIST),
            reason: None,
        }
    }

    fn proposal(&self, units: u32, at: &str) -> Dispensation {
        let mut proposal = samples::lot(&self.prescription, units, at);
        samples::restate(&self.prescription, &self.history, &mut proposal);
        proposal
    }

    fn dispensed(mut self, units: u32, at: &str) -> Self {
        let lot = self.proposal(units, at);
        self.history.push(lot);
        self
    }

    fn hindrances(&self, proposal: &Dispensation) -> Vec<(&'static str, Outcome)> {
        let case = Case {
            prescription: &self.prescription,
            state: &self.state,
            signature: self.signature,
            history: &self.history,
            proposal,
            acting: &self.right,
            now: proposal.dispensed_at,
            reason: self.reason,
        };
        check(&case).into_iter().filter(Finding::hinders).map(|f| (f.rule.id, f.outcome)).collect()
    }

    fn stopped_by(&self, units: u32, at: &str) -> Vec<&'static str> {
        self.hindrances(&self.proposal(units, at)).into_iter().map(|(id, _)| id).collect()
    }
}

const DAY_1: &str = "2026-11-03T10:00:00";

#[test]
fn an_ordinary_first_lot_passes_every_rule() {
    assert_eq!(Story::new().stopped_by(21, DAY_1), Vec::<&str>::new());
}

#[test]
fn di_7b_a_second_lot_two_days_later_is_stopped_and_a_week_later_passes() {
    let story = Story::new().dispensed(21, DAY_1);
    assert_eq!(story.stopped_by(21, "2026-11-05T10:00:00"), ["DI-7b"]);
    assert_eq!(story.stopped_by(21, "2026-11-10T08:00:00"), Vec::<&str>::new());
}

#[test]
fn di_7b_a_reason_opens_it_for_an_ordinary_medicine_and_never_for_a_controlled_one() {
    let mut story = Story::new().dispensed(21, DAY_1);
    story.reason = Some("Matkalle lähdössä.");
    assert_eq!(story.stopped_by(21, "2026-11-05T10:00:00"), ["DI-7b"]);
    story.prescription.control = None;
    assert_eq!(story.stopped_by(21, "2026-11-05T10:00:00"), Vec::<&str>::new());
    story.reason = Some("  ");
    assert_eq!(story.stopped_by(21, "2026-11-05T10:00:00"), ["DI-7b"]);
}

#[test]
fn di_7b_the_rest_of_a_begun_lot_does_not_wait() {
    let story = Story::new().dispensed(14, DAY_1);
    assert_eq!(story.stopped_by(7, "2026-11-04T10:00:00"), Vec::<&str>::new());
    assert_eq!(story.stopped_by(21, "2026-11-04T10:00:00"), ["DI-7b", "DI-7d"]);
}

#[test]
fn di_7d_a_controlled_medicine_is_never_given_above_the_prescribed_amount() {
    let mut story = Story::new();
    story.reason = Some("Pakkauskoko.");
    assert_eq!(story.stopped_by(30, DAY_1), ["DI-7d"]);
}

#[test]
fn lc_1_four_lots_make_it_fully_dispensed_and_a_fifth_is_refused_by_name() {
    let story =
        Story::new().dispensed(21, DAY_1).dispensed(21, "2026-11-10T10:00:00").dispensed(21, "2026-11-17T10:00:00");
    let fourth = story.proposal(21, "2026-11-24T10:00:00");
    assert!(fourth.fully_dispensed);
    assert_eq!(story.hindrances(&fourth), []);
    let story = story.dispensed(21, "2026-11-24T10:00:00");
    assert_eq!(story.stopped_by(21, "2026-12-01T10:00:00"), ["LC-1"]);
}

#[test]
fn di_7_more_than_is_left_is_stopped() {
    let mut story = Story::new();
    story.prescription.iteration = None;
    assert_eq!(story.stopped_by(22, DAY_1), ["DI-7", "DI-7d"]);
}

#[test]
fn di_7e_a_wrong_statement_of_what_remains_is_stopped() {
    let story = Story::new();
    let mut proposal = story.proposal(21, DAY_1);
    proposal.remaining.text = Some("4X21".into());
    assert_eq!(story.hindrances(&proposal), [("DI-7e", Outcome::Stop)]);
    let mut proposal = story.proposal(21, DAY_1);
    proposal.fully_dispensed = true;
    assert_eq!(story.hindrances(&proposal), [("DI-7e", Outcome::Stop)]);
}

#[test]
fn lc_5_an_expired_prescription_is_a_hard_stop_for_a_controlled_medicine() {
    let mut story = Story::new();
    story.prescription.valid_until = NaiveDate::from_ymd_opt(2026, 11, 2);
    story.reason = Some("Poikkeustilanne.");
    assert_eq!(story.stopped_by(21, DAY_1), ["LC-5"]);
}

#[test]
fn lc_6_a_regular_two_year_medicine_has_a_month_of_grace_with_a_reason() {
    let mut story = Story::new();
    story.prescription.control = None;
    story.prescription.permanent = true;
    story.prescription.valid_until = None;
    story.prescription.prescribed_at = "2024-11-01T10:00:00".parse().unwrap();
    assert_eq!(story.hindrances(&story.proposal(21, "2026-11-20T10:00:00")), [("LC-5", Outcome::NeedsReason)]);
    story.reason = Some("Vastaanottoaika vasta ensi viikolla.");
    assert_eq!(story.stopped_by(21, "2026-11-20T10:00:00"), Vec::<&str>::new());
    assert_eq!(story.stopped_by(21, "2026-12-02T10:00:00"), ["LC-5"]);
}

#[test]
fn di_3_a_student_prepares_and_does_not_sign() {
    let mut story = Story::new();
    story.right = Right::new(Right::STUDENT);
    assert_eq!(story.stopped_by(21, DAY_1), ["DI-3"]);
}

#[test]
fn si_1_an_unsigned_or_broken_prescription_is_not_dispensable() {
    for signature in [SignatureTrust::Unsigned, SignatureTrust::Broken] {
        let mut story = Story::new();
        story.signature = signature;
        assert_eq!(story.stopped_by(21, DAY_1), ["SI-1"]);
    }
}

#[test]
fn locks_reservations_cancellations_and_newer_versions_stop() {
    let own = Story::new().proposal(21, DAY_1).pharmacy.id;
    let other = Oid::parse("1.2.246.10.99999903.34").unwrap();
    let with = |state: State| Story { state, ..Story::new() }.stopped_by(21, DAY_1);
    assert_eq!(with(State { cancelled: true, ..State::default() }), ["LC-11"]);
    assert_eq!(with(State { locked_by: Some(own.clone()), ..State::default() }), ["LC-10"]);
    assert_eq!(with(State { reserved_by: Some(other), ..State::default() }), ["RE-1"]);
    assert_eq!(with(State { reserved_by: Some(own), ..State::default() }), Vec::<&str>::new());
    let newer = Some(Story::new().prescription.reference);
    assert_eq!(with(State { newer, ..State::default() }), ["DI-18"]);
}

#[test]
fn su_1_and_su_2_another_strength_and_a_forbidden_substitution_stop() {
    let mut story = Story::new();
    let five: Product = Product { strength: Some("5 mg".into()), ..story.prescription.product.as_dispensed() };
    let mut proposal = story.proposal(21, DAY_1);
    proposal.product = five;
    assert_eq!(story.hindrances(&proposal), [("SU-1", Outcome::Stop)]);

    story.prescription.substitution_prohibited = true;
    let mut proposal = story.proposal(21, DAY_1);
    proposal.product.name = "MEDIPAM".into();
    proposal.product.vnr = Vnr::parse("012345").ok();
    proposal.substituted = true;
    assert_eq!(story.hindrances(&proposal), [("SU-2", Outcome::Stop)]);
}

#[test]
fn di_6_form_nine_and_an_unknown_form_have_nothing_to_dispense() {
    for quantity in [Quantity::Nothing, Quantity::Unknown { code: "7".into() }] {
        let mut story = Story::new();
        let proposal = story.proposal(21, DAY_1);
        story.prescription.quantity = quantity;
        assert_eq!(story.hindrances(&proposal), [("DI-6", Outcome::Stop)]);
    }
}

#[test]
fn lc_14_lc_15_uk_1_kinds_that_this_pharmacy_cannot_dispense() {
    let with = |kind: &str| {
        let mut story = Story::new();
        story.prescription.kind = kind.into();
        story.stopped_by(21, DAY_1)
    };
    assert_eq!(with("2"), ["LC-14"]);
    assert_eq!(with("3"), ["LC-15"]);
    assert_eq!(with("8"), ["LC-15"]);
    let mut story = Story::new();
    story.prescription.control = Some("Q".into());
    assert_eq!(story.stopped_by(21, DAY_1), ["UK-1"]);
}

#[test]
fn di_7c_a_package_of_a_hundred_fills_ninety_eight() {
    let mut story = Story::new();
    story.prescription.control = None;
    story.prescription.iteration = None::<Iteration>;
    story.prescription.quantity = Quantity::packages(1, 1, Amount::new(98, "fol"), None).unwrap();
    let mut proposal = story.proposal(100, DAY_1);
    proposal.part_package = false;
    samples::restate(&story.prescription, &[], &mut proposal);
    assert!(proposal.fully_dispensed);
    assert_eq!(story.hindrances(&proposal), []);
}

#[test]
fn every_rule_is_said_in_three_languages_and_fills_its_placeholders() {
    for rule in TABLE {
        for text in [&rule.demand, &rule.refusal, &rule.advice] {
            for language in [Language::Fi, Language::Sv, Language::En] {
                let text = text.in_language(language);
                assert!(text.ends_with('.'), "{}: {text}", rule.id);
            }
            let places = |t: &str| t.matches('{').count();
            assert_eq!(places(text.fi), places(text.sv), "{}", rule.id);
            assert_eq!(places(text.fi), places(text.en), "{}", rule.id);
        }
        assert_eq!(by_id(rule.id).map(|r| r.id), Some(rule.id));
    }
    let mut story = Story::new().dispensed(21, DAY_1);
    story.right = Right::new(Right::STUDENT);
    let proposal = story.proposal(30, "2026-11-04T10:00:00");
    let case = Case {
        prescription: &story.prescription,
        state: &story.state,
        signature: story.signature,
        history: &story.history,
        proposal: &proposal,
        acting: &story.right,
        now: proposal.dispensed_at,
        reason: None,
    };
    for finding in check(&case) {
        assert!(!finding.sentence(Language::Sv).contains('{'), "{}", finding.sentence(Language::Sv));
    }
}

#[test]
fn di_21_a_time_of_dispensing_before_prescribing_or_in_the_future_stops() {
    let story = Story::new();
    assert_eq!(story.stopped_by(21, "2026-11-01T10:00:00"), ["DI-21"]);
    let proposal = story.proposal(21, DAY_1);
    let case = Case {
        prescription: &story.prescription,
        state: &story.state,
        signature: story.signature,
        history: &[],
        proposal: &proposal,
        acting: &story.right,
        now: proposal.dispensed_at - chrono::Duration::seconds(1),
        reason: None,
    };
    let stopped: Vec<_> = check(&case).into_iter().filter(Finding::hinders).map(|f| f.rule.id).collect();
    assert_eq!(stopped, ["DI-21"]);
}

#[test]
fn di_2_a_product_that_is_not_of_the_database_stops_unless_it_is_made_or_bought_elsewhere() {
    let mut story = Story::new();
    let mut proposal = story.proposal(21, DAY_1);
    proposal.product.vnr = None;
    assert_eq!(story.hindrances(&proposal), [("DI-2", Outcome::Stop)]);
    story.prescription.product.item =
        crate::Item::Compounded { name: Some("DIAPAM".into()), recipe: crate::Recipe::Text("M.d.s.".into()) };
    assert_eq!(story.hindrances(&proposal), []);
}

#[test]
fn su_3_a_substitution_that_is_marked_wrongly_stops() {
    let story = Story::new();
    let mut proposal = story.proposal(21, DAY_1);
    proposal.substituted = true;
    assert_eq!(story.hindrances(&proposal), [("SU-3", Outcome::Stop)]);
}

#[test]
fn di_20_and_di_8_an_amount_of_nothing_and_another_unit_stop() {
    let story = Story::new();
    assert_eq!(story.stopped_by(0, DAY_1), ["DI-20"]);
    let mut proposal = story.proposal(21, DAY_1);
    proposal.delivered = Amount::new(21, "ml");
    assert_eq!(story.hindrances(&proposal), [("DI-8", Outcome::Stop)]);
}

#[test]
fn di_9_a_package_is_marked_as_split_where_it_is_split_and_only_then() {
    let mut story = Story::new();
    story.prescription.control = None;
    story.prescription.iteration = None;
    story.prescription.quantity = Quantity::packages(3, 1, Amount::new(98, "fol"), None).unwrap();
    let given = |packages: u32, size: u32, units: u32, split: bool| {
        let mut proposal = story.proposal(units, DAY_1);
        (proposal.packages, proposal.part_package) = (packages, split);
        proposal.package_size = Amount::new(size, "fol");
        samples::restate(&story.prescription, &[], &mut proposal);
        story.hindrances(&proposal)
    };
    assert_eq!(given(2, 98, 196, false), []);
    assert_eq!(given(1, 30, 30, true), []);
    assert_eq!(given(1, 98, 30, false), [("DI-9", Outcome::Stop)], "a part, unmarked");
    assert_eq!(given(1, 98, 147, false), [("DI-9", Outcome::Stop)], "one and a half, unmarked");
    assert_eq!(given(1, 98, 98, true), [("DI-9", Outcome::Stop)], "the whole prescribed package, marked as split");
    assert_eq!(given(1, 196, 196, true), [("DI-9", Outcome::Stop)], "two of them");
}

#[test]
fn di_15_di_15b_the_label_says_how_to_take_it_and_what_looks_abbreviated_is_remarked() {
    let story = Story::new();
    let with = |label: &str| {
        let mut proposal = story.proposal(21, DAY_1);
        proposal.label_dosage = label.to_owned();
        proposal
    };
    assert_eq!(story.hindrances(&with(" ")), [("DI-15", Outcome::Stop)]);
    for (label, short) in [
        ("1x2", Some("1x2")),
        ("1 X 2", None),
        ("1 tabl. aamulla", Some("tabl")),
        ("2×3/vrk", Some("2×3")),
        ("1 tabletti kolme kertaa päivässä, 1 xylitol", None),
        ("1 tabletti aamulla ja illalla.", None),
    ] {
        assert_eq!(abbreviation_in(label), short, "{label}");
        assert_eq!(story.hindrances(&with(label)), [], "{label} hinders nothing");
    }
}

#[test]
fn di_11_di_13_di_14_lc_16_what_the_pharmacist_is_told_hinders_nothing() {
    let mut story = Story::new();
    story.prescription.dosage.sic = true;
    story.prescription.unknown =
        vec![crate::UnknownPart { place: "999".into(), text: "uusi kenttä".into(), xml: None }];
    let proposal = story.proposal(21, DAY_1);
    let case = Case {
        prescription: &story.prescription,
        state: &story.state,
        signature: story.signature,
        history: &[],
        proposal: &proposal,
        acting: &story.right,
        now: proposal.dispensed_at,
        reason: None,
    };
    let notes: Vec<_> = check(&case).into_iter().filter(|f| f.outcome == Outcome::Note).map(|f| f.rule.id).collect();
    assert_eq!(notes, ["DI-13", "DI-14", "DI-11", "LC-16"]);
    assert_eq!(story.hindrances(&proposal), []);
}
