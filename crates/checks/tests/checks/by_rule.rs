//! The customer's other medicines, the person, the medicine's marks.

use std::sync::Arc;

use checks::{Customer, Demonstration, InHand, Interactions, Medicine, Other, ProviderSilent, RiskRow, Supply, Words};
use chrono::NaiveDate;
use prescription::rules::samples::lot;
use prescription::{Amount, ControlClass, Dosage, Language, Outcome, Sex};

use super::{Counter, day, other, tablet, tablets};

#[test]
fn an_ordinary_lot_is_quiet_and_says_what_was_not_checked() {
    let said = Counter::ordinary().ask();
    assert!(said.iter().all(|one| !one.finding.hinders() && one.finding.outcome != Outcome::Note), "{said:?}");
    let unchecked: Vec<_> =
        said.iter().filter(|one| one.finding.outcome == Outcome::Unchecked).map(|one| one.finding.rule.id).collect();
    assert_eq!(unchecked, ["SC-14u"], "interactions, without a licensed provider");
}

#[test]
fn every_sentence_is_there_in_three_languages_and_no_placeholder_is_left() {
    for rule in checks::table::all() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            for text in [&rule.demand, &rule.refusal, &rule.advice] {
                let said = text.in_language(language);
                assert!(!said.is_empty() && (said.ends_with('.') || said.ends_with('}')), "{} {said}", rule.id);
            }
        }
        assert!(checks::table::all().filter(|other| other.id == rule.id).count() == 1, "{} twice", rule.id);
    }
    let loud = Counter::ordinary().with(|c| {
        c.prescription.dosage = tablets(30, 1);
        c.others = vec![other(tablet("X", "1 g", "N02BE01", "parasetamoli"), Supply::Now)];
        c.history = vec![lot(&c.prescription, 2000, "2026-11-25T10:00:00")];
        c.medicine.risks = Some(vec![RiskRow {
            title: Words { fi: "Otsikko".into(), ..Words::default() },
            say: Words::default(),
            routes: vec![],
        }]);
        c.given = Amount::new(9000, "fol");
    });
    for one in loud.ask() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let said = one.finding.sentence(language);
            let fills = one.finding.outcome != Outcome::Pass;
            assert!(!fills || !said.contains('{'), "{} {said}", one.finding.rule.id);
        }
    }
}

#[test]
fn sc_1_the_same_substance_interrupts_only_where_the_customer_surely_has_both() {
    let with = |supply, together| {
        Counter::ordinary().with(|c| {
            let medicine = tablet("PANADOL 1 g", "1 g", "N02BE01", "parasetamoli");
            c.others = vec![Other { medicine, supply, over: false, prescribed_together: together }];
        })
    };
    let today = Supply::Until(day("2026-11-26"));
    assert_eq!(with(Supply::Now, false).says("SC-1"), [("SC-1", Outcome::NeedsReason)]);
    assert_eq!(with(today, false).says("SC-1"), [("SC-1", Outcome::NeedsReason)]);
    assert_eq!(with(Supply::Until(day("2026-11-25")), false).says("SC-1"), [("SC-1b", Outcome::Note)]);
    assert_eq!(with(Supply::Unknown, false).says("SC-1"), [("SC-1b", Outcome::Note)]);
    assert_eq!(with(Supply::Now, true).says("SC-1"), [("SC-1b", Outcome::Note)], "one dose of two strengths");
    let reasoned = with(today, false).with(|c| c.reason = Some("tarkoitettu"));
    assert_eq!(reasoned.says("SC-1"), [("SC-1", Outcome::Reasoned)]);
    assert_eq!(with(today, false).with(|c| c.reason = Some("  ")).says("SC-1"), [("SC-1", Outcome::NeedsReason)]);
    assert_eq!(with(today, false).with(|c| c.handed_over = true).says("SC-1"), [("SC-1", Outcome::Note)]);
}

#[test]
fn sc_1_a_renewal_that_continues_what_is_over_interrupts_only_where_misuse_is_possible() {
    let of = |until: &str, control: Option<ControlClass>| {
        let with = Counter::ordinary().with(|c| {
            let medicine = tablet("PANADOL 1 g", "1 g", "N02BE01", "parasetamoli");
            let supply = Supply::Until(day(until));
            c.others = vec![Other { medicine, supply, over: true, prescribed_together: false }];
            c.prescription.control = control;
        });
        with.says("SC-1").remove(0)
    };
    assert_eq!(of("2027-01-26", None), ("SC-1b", Outcome::Note));
    assert_eq!(of("2027-01-26", Some(ControlClass::Pkv)), ("SC-1", Outcome::NeedsReason));
    assert_eq!(of("2026-12-04", Some(ControlClass::Pkv)), ("SC-1", Outcome::NeedsReason), "eight days more");
    assert_eq!(of("2026-12-03", Some(ControlClass::Pkv)), ("SC-1b", Outcome::Note), "nearly used");
}

#[test]
fn sc_1_a_combination_is_found_by_its_substances_and_what_is_unknown_is_said() {
    let with = |medicine| Counter::ordinary().with(|c| c.others = vec![other(medicine, Supply::Now)]);
    let mut combination = tablet("PANACOD", "", "N02AJ06", "kodeiini");
    combination.substances.push(" Parasetamoli ".into());
    let found = with(combination);
    assert_eq!(found.says("SC-1"), [("SC-1", Outcome::NeedsReason)]);
    let one = found.ask().into_iter().find(|one| one.finding.rule.id == "SC-1").unwrap();
    assert!(one.names_another && one.finding.sentence(Language::Fi).contains("PANACOD"));
    assert_eq!(with(Medicine::named("AINE")).says("SC-1"), [("SC-1v", Outcome::Unchecked)]);
    let unknown = Counter::ordinary().with(|c| c.medicine = Medicine::named("AINE"));
    assert_eq!(unknown.says("SC-1"), [("SC-1u", Outcome::Unchecked)]);
    let only_atc = Medicine { substances: vec![], ..tablet("X", "1 g", "n02be01", "") };
    assert_eq!(with(only_atc).says("SC-1"), [("SC-1", Outcome::NeedsReason)], "the case of a code tells nothing");
}

#[test]
fn sc_2_another_of_the_group_is_a_remark_and_none_in_quiet_groups_or_when_it_is_used_up() {
    let ibuprofen = || tablet("BURANA 400 mg", "400 mg", "M01AE01", "ibuprofeeni");
    let with = |atc: &str, supply| {
        Counter::ordinary().with(|c| {
            c.medicine = ibuprofen();
            c.others = vec![other(tablet("TOINEN", "500 mg", atc, "toinen"), supply)];
        })
    };
    assert_eq!(with("M01AE02", Supply::Unknown).says("SC-2"), [("SC-2", Outcome::Note)]);
    assert_eq!(with("M01AH05", Supply::Unknown).says("SC-2"), [], "another group");
    assert_eq!(with("M01AE02", Supply::Until(day("2026-11-01"))).says("SC-2"), []);
    let insulins = with("A10AB05", Supply::Now).with(|c| c.medicine = tablet("LANTUS", "", "A10AB04", "lispro"));
    assert_eq!(insulins.says("SC-2"), []);
}

#[test]
fn sc_7_sc_8_sc_9_age() {
    let aged = |born: &str, atc: &str| {
        Counter::ordinary().with(|c| {
            c.customer.born = Some(day(born));
            c.medicine.atc = Some(atc.into());
        })
    };
    assert_eq!(aged("2014-11-27", "N02BE01").says("SC-7"), [("SC-7", Outcome::NeedsReason)], "eleven");
    assert_eq!(aged("2014-11-26", "N02BE01").says("SC-7"), [("SC-7", Outcome::Pass)], "twelve today");
    assert_eq!(aged("2015-01-01", "N02AJ06").says("SC-8"), [("SC-8", Outcome::NeedsReason)]);
    assert_eq!(aged("2019-01-01", "J01AA02").says("SC-8"), [("SC-8", Outcome::NeedsReason)], "a group");
    assert_eq!(aged("2015-01-01", "N03AX09").says("SC-8"), [("SC-8u", Outcome::Unchecked)]);
    assert_eq!(aged("1990-01-01", "N03AX09").says("SC-8"), [("SC-8", Outcome::Pass)]);
    assert_eq!(aged("1951-11-26", "N02BE01").says("SC-9"), [("SC-9u", Outcome::Unchecked)]);
    assert_eq!(aged("1951-11-27", "N02BE01").says("SC-9"), [("SC-9u", Outcome::Pass)]);
    let unknown = Counter::ordinary().with(|c| c.customer.born = None);
    assert_eq!(unknown.says("SC-7"), [("SC-7u", Outcome::Unchecked)]);
    let unborn = aged("2027-01-01", "N02BE01");
    assert_eq!(unborn.says("SC-7"), [("SC-7u", Outcome::Unchecked)]);
}

#[test]
fn sc_10_narcotics_and_pkv() {
    let narcotic = |seen| {
        Counter::ordinary().with(|c| {
            c.prescription.control = Some(ControlClass::Narcotic);
            c.document_seen = seen;
        })
    };
    assert!(narcotic(true).says("SC-10").contains(&("SC-10", Outcome::Pass)));
    assert!(narcotic(false).says("SC-10").contains(&("SC-10", Outcome::NeedsReason)));
    let pkv = Counter::ordinary().with(|c| {
        c.prescription.control = Some(ControlClass::Pkv);
        c.document_seen = false;
    });
    assert!(!pkv.says("SC-10").iter().any(|(_, outcome)| *outcome >= Outcome::Note), "no document for PKV");
    let silent = narcotic(true).with(|c| c.prescription.dosage = Dosage::default());
    assert!(silent.says("SC-10").contains(&("SC-10b", Outcome::Stop)));
    let package = Counter::ordinary().with(|c| c.medicine.control = Some(ControlClass::Pkv));
    assert!(package.says("SC-10").contains(&("SC-10c", Outcome::Note)));
    assert_eq!(Counter::ordinary().says("SC-10"), [("SC-10c", Outcome::Pass)]);
}

#[test]
fn sc_11_sc_12_sc_13_marks() {
    let woman = |born: &str, atc: &str| {
        Counter::ordinary().with(|c| {
            c.customer = Customer { born: Some(day(born)), sex: Sex::Female };
            c.medicine.atc = Some(atc.into());
        })
    };
    assert_eq!(woman("1996-01-01", "C09AA02").says("SC-11"), [("SC-11", Outcome::Note)]);
    assert_eq!(woman("1996-01-01", "N03AG01").says("SC-11"), [("SC-11b", Outcome::Note)]);
    assert_eq!(woman("1996-01-01", "N02BE01").says("SC-11"), [("SC-11u", Outcome::Unchecked)]);
    assert_eq!(woman("1946-01-01", "N03AG01").says("SC-11"), [("SC-11", Outcome::Pass)]);
    let unknown = woman("1996-01-01", "N03AG01").with(|c| c.customer.sex = Sex::Unknown);
    assert_eq!(unknown.says("SC-11"), [("SC-11b", Outcome::Note)]);
    let marked = |driving, risks| {
        Counter::ordinary().with(|c| {
            c.medicine.driving = driving;
            c.medicine.route = Some("10".into());
            c.medicine.risks = risks;
        })
    };
    assert_eq!(marked(Some(true), None).says("SC-12"), [("SC-12", Outcome::Note)]);
    assert_eq!(marked(None, None).says("SC-12"), [("SC-12u", Outcome::Unchecked)]);
    assert_eq!(marked(None, None).says("SC-13"), [("SC-13u", Outcome::Unchecked)]);
    let row = |route: &str| RiskRow {
        title: Words { fi: "Varfariini".into(), sv: "Warfarin".into(), en: String::new() },
        say: Words { fi: "seuraa INR-arvoa".into(), ..Words::default() },
        routes: vec![route.into()],
    };
    assert_eq!(marked(None, Some(vec![row("99")])).says("SC-13"), [("SC-13", Outcome::Pass)], "another route");
    let told = marked(None, Some(vec![row("10")]));
    assert_eq!(told.says("SC-13"), [("SC-13", Outcome::Note)]);
    let said = told.ask().into_iter().find(|one| one.finding.rule.id == "SC-13").unwrap().finding;
    assert_eq!(said.sentence(Language::Sv), "Riskläkemedel: Warfarin – seuraa INR-arvoa");
    assert_eq!(said.sentence(Language::En), "High-risk medicine: Varfariini – seuraa INR-arvoa");
}

#[test]
fn sc_14_interactions_are_not_checked_without_a_licensed_provider() {
    let others = || vec![other(tablet("BURANA 400 mg", "400 mg", "M01AE01", "ibuprofeeni"), Supply::Unknown)];
    let warfarin = || {
        Counter::ordinary().with(|c| {
            c.medicine = tablet("MAREVAN 3 mg", "3 mg", "B01AA03", "varfariini");
            c.others = others();
        })
    };
    assert_eq!(warfarin().says("SC-14"), [("SC-14u", Outcome::Unchecked)]);
    let demonstration = warfarin()
        .with(|c| c.checks = c.checks.clone().with_interactions(Arc::new(Demonstration::built_in().unwrap())));
    assert_eq!(demonstration.says("SC-14"), [("SC-14v", Outcome::Unchecked), ("SC-14", Outcome::NeedsReason)]);

    struct Licensed(Result<Vec<checks::Interaction>, ProviderSilent>);
    impl Interactions for Licensed {
        fn name(&self) -> &str {
            "Esimerkki"
        }
        fn day(&self) -> NaiveDate {
            day("2026-11-01")
        }
        fn is_licensed(&self) -> bool {
            true
        }
        fn between(&self, _: &Medicine, _: &Medicine) -> Result<Vec<checks::Interaction>, ProviderSilent> {
            self.0.clone()
        }
    }
    let licensed =
        |found| warfarin().with(|c| c.checks = c.checks.clone().with_interactions(Arc::new(Licensed(found))));
    assert_eq!(licensed(Ok(vec![])).says("SC-14"), [("SC-14", Outcome::Pass)]);
    assert_eq!(licensed(Err(ProviderSilent)).says("SC-14"), [("SC-14w", Outcome::Unchecked)]);
    let lesser = checks::Interaction { severity: checks::Severity::C, effect: Words::default() };
    assert_eq!(licensed(Ok(vec![lesser])).says("SC-14"), [("SC-14b", Outcome::Note)]);
}

#[test]
fn sc_15_another_package_stops_an_expired_one_too_and_what_was_not_scanned_is_said() {
    let of = |in_hand: InHand| Counter::ordinary().with(|c| c.in_hand = in_hand).says("SC-15");
    let scanned = |scanned, given| InHand { scanned, given, ..InHand::default() };
    assert_eq!(of(scanned(1, 1)), [("SC-15", Outcome::Pass), ("SC-15d", Outcome::Pass)]);
    assert_eq!(of(scanned(0, 1)), [("SC-15u", Outcome::Unchecked)]);
    assert_eq!(of(scanned(1, 2)), [("SC-15", Outcome::Pass), ("SC-15u", Outcome::Unchecked)]);
    let required = InHand { required: true, ..scanned(0, 1) };
    assert_eq!(of(required), [("SC-15d", Outcome::NeedsReason)]);
    let other = InHand { other: Some(("DIAPAM 5 mg".into(), "DIAPAM 10 mg".into())), ..scanned(1, 1) };
    assert_eq!(of(other.clone()), [("SC-15", Outcome::Stop), ("SC-15d", Outcome::Pass)]);
    let reasoned = Counter::ordinary().with(|c| {
        c.in_hand = other;
        c.reason = Some("kiire");
    });
    assert_eq!(reasoned.says("SC-15")[0], ("SC-15", Outcome::Stop), "no reason opens it");
    let expires = |last: &str| of(InHand { last_day: Some(day(last)), ..scanned(1, 1) })[1];
    assert_eq!(expires("2026-11-25"), ("SC-15b", Outcome::Stop));
    assert_eq!(expires("2026-11-26"), ("SC-15c", Outcome::Note), "on its last day it may be used");
    assert_eq!(expires("2027-02-24"), ("SC-15c", Outcome::Note));
    assert_eq!(expires("2027-02-25"), ("SC-15b", Outcome::Pass));
}

#[test]
fn sc_15e_a_part_is_never_put_together_from_two_batches() {
    let of = |batches_of_part| {
        let in_hand = InHand { scanned: 1, given: 1, batches_of_part, ..InHand::default() };
        let said = Counter::ordinary().with(|c| c.in_hand = in_hand).says("SC-15");
        said.into_iter().find(|(id, _)| *id == "SC-15e")
    };
    assert_eq!(of(0), None, "no package is split");
    assert_eq!(of(1), Some(("SC-15e", Outcome::Pass)));
    assert_eq!(of(2), Some(("SC-15e", Outcome::Stop)));
}
