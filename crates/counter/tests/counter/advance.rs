//! Answered in advance: the list says why something cannot be dispensed before anything is fetched.

use kanta::metadata::{DispenseStatus, Metadata};
use prescription::{Oid, ReservationKind};
use test_authority::who;

use crate::bench::Bench;

/// The rules that hinder what is listed so.
fn hindered(change: impl Fn(&Bench, &mut Metadata)) -> Vec<&'static str> {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let visit = bench.search().unwrap();
    let mut listed = visit.listed[0].clone();
    change(&bench, &mut listed);
    let asked = bench.centre().asked;
    let ids = bench.counter.hindrances(&visit, &listed).iter().map(|finding| finding.rule.id).collect();
    assert_eq!(bench.centre().asked, asked, "nothing is fetched");
    ids
}

fn other() -> Option<Oid> {
    Oid::parse("1.2.246.10.99999902.10.1").ok()
}

#[test]
fn op_2_each_state_that_hinders_is_named_by_its_rule_before_any_fetch() {
    assert_eq!(hindered(|_, _| ()), [""; 0]);
    assert_eq!(hindered(|_, listed| listed.state.cancelled = true), ["LC-11"]);
    assert_eq!(hindered(|_, listed| listed.dispense_status = DispenseStatus::Fully), ["LC-1"]);
    assert_eq!(hindered(|_, listed| listed.state.locked_by = other()), ["LC-10"]);
    assert_eq!(hindered(|_, listed| listed.state.reserved_by = other()), ["RE-1"]);
    let held = |listed: &mut Metadata, by: Option<Oid>| {
        listed.state.reserved_by = by;
        listed.state.reserved_for = Some(ReservationKind::Dispensing);
    };
    assert_eq!(hindered(|_, listed| held(listed, other())), ["RE-2"]);
    let own = |bench: &Bench| Some(bench.counter.deps().pharmacy.id.clone());
    assert_eq!(hindered(|bench, listed| held(listed, own(bench))), [""; 0], "one's own hold hinders nobody here");
    let over = |listed: &mut Metadata| {
        listed.expired = true;
        listed.valid_until = listed.prescribed_at.date().pred_opt();
    };
    assert_eq!(hindered(|_, listed| over(listed)), ["LC-5"]);
    assert_eq!(hindered(|_, listed| listed.expired = true), ["LC-5"], "the Centre's clock counts");
}

#[test]
fn lc_6_what_a_reason_opens_says_so() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let visit = bench.search().unwrap();
    let mut listed = visit.listed[0].clone();
    let today = prescription::time::finnish(chrono::Utc::now()).date();
    listed.valid_until = today.checked_sub_days(chrono::Days::new(10));
    listed.prescribed_at -= chrono::Duration::days(745);
    let outcome = |listed: &Metadata| {
        let [finding] = bench.counter.hindrances(&visit, listed).try_into().unwrap();
        (finding.rule.id, finding.outcome)
    };
    assert_eq!(outcome(&listed), ("LC-5", prescription::rules::Outcome::Stop), "a controlled medicine");
    listed.medicine.control = None;
    assert_eq!(outcome(&listed), ("LC-5", prescription::rules::Outcome::NeedsReason));
    listed.valid_until = today.checked_sub_days(chrono::Days::new(40));
    assert_eq!(outcome(&listed), ("LC-5", prescription::rules::Outcome::Stop), "longer than a month ago");
}

#[test]
fn lc_1_what_this_pharmacy_has_signed_and_the_centre_not_counted_is_counted() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    let visit = bench.sign().unwrap();
    assert_eq!(bench.counter.hindrances(&visit, &visit.listed[0]), [], "three lots are left");
    let mut used_up = visit.clone();
    let fetched = used_up.fetched.get_mut(&bench.set_id()).unwrap();
    let lot = fetched.history[0].clone();
    fetched.history.extend([lot.clone(), lot.clone(), lot]);
    let ids: Vec<_> = bench.counter.hindrances(&used_up, &visit.listed[0]).iter().map(|f| f.rule.id).collect();
    assert_eq!(ids, ["LC-1"]);
}
