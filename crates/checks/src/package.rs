//! The package in the hand (medicines.md 0 no. 7, 4.1): half of the reported dispensing errors are a wrong strength, so another
//! package than the chosen one stops, and what was not scanned is said.

use crate::answers::{Answers, Kind};
use crate::table::package as rules;
use crate::{Case, Data, Tables};

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let in_hand = &case.in_hand;
    let edition = || case.medicine.edition.clone().map(Data::Edition).into_iter().collect::<Vec<Data>>();
    if let Some((other, chosen)) = &in_hand.other {
        let facts = vec![("in_hand", other.clone()), ("chosen", chosen.clone())];
        answers.on(Kind::Package, edition()).stop(&rules::SC_15, facts);
    } else if in_hand.scanned > 0 {
        answers.on(Kind::Package, edition()).pass(&rules::SC_15);
    }
    if let Some(last) = in_hand.last_day {
        let on = answers.on(Kind::Package, vec![tables.limits.data()]);
        let day = vec![("day", last.format("%-d.%-m.%Y").to_string())];
        let near = i64::from(tables.limits.rows().expires_soon_days);
        match last.signed_duration_since(case.today).num_days() {
            ..0 => on.stop(&rules::SC_15B, day),
            left if left <= near => on.note(&rules::SC_15C, day),
            _ => on.pass(&rules::SC_15B),
        }
    }
    match in_hand.batches_of_part {
        0 => {}
        1 => answers.on(Kind::Package, vec![]).pass(&rules::SC_15E),
        more => answers.on(Kind::Package, vec![]).stop(&rules::SC_15E, vec![("batches", more.to_string())]),
    }
    let on = answers.on(Kind::Package, vec![]);
    let counts = vec![("scanned", in_hand.scanned.to_string()), ("given", in_hand.given.to_string())];
    match (in_hand.scanned >= in_hand.given, in_hand.required) {
        (true, _) => on.pass(&rules::SC_15D),
        (false, true) => on.reason(&rules::SC_15D, counts),
        (false, false) => on.unchecked(&rules::SC_15U, counts),
    }
}
