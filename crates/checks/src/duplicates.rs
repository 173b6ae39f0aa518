//! The same therapy twice (medicines.md 4.1): the same substance by ATC code or by name, so that combinations are found; and
//! another medicine of the same group.

use crate::answers::{Answers, Kind};
use crate::supply::is_controlled;
use crate::table::therapy as rules;
use crate::{Case, Data, Medicine, Other, Supply, Tables};

/// Characters of an ATC code's fourth level, "N05BA", and of its fifth, "N05BA01".
const FOURTH: usize = 5;
const FIFTH: usize = 7;

/// What two medicines have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Common {
    Substance,
    Group,
    Nothing,
    /// One of them is not known well enough.
    NotKnown,
}

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let data = |other: Option<&Other>| {
        let editions = [Some(case.medicine), other.map(|other| &other.medicine)];
        let editions =
            editions.into_iter().flatten().filter_map(|medicine| medicine.edition.clone()).map(Data::Edition);
        let mut data: Vec<Data> = [Data::OtherPrescriptions].into_iter().chain(editions).collect();
        data.dedup();
        data
    };
    if !is_known(case.medicine) {
        return answers.on(Kind::Duplicate, data(None)).unchecked(&rules::SC_1U, vec![]);
    }
    let (mut found, mut unknown) = (false, false);
    for other in case.others {
        let name = || vec![("other", other.medicine.name.clone())];
        let on = answers.on(Kind::Duplicate, data(Some(other))).naming_another();
        match in_common(case.medicine, &other.medicine) {
            Common::Substance => {
                found = true;
                // One dose of two strengths is prescribed together; one without a known overlap is for information.
                if other.supply.lasts(case.today) && !other.prescribed_together && !continues(other, case, tables) {
                    on.reason(&rules::SC_1, name());
                } else {
                    on.note(&rules::SC_1B, name());
                }
            }
            Common::Group if !is_over(other, case) && !is_quiet(case.medicine, tables) => {
                found = true;
                let group = case.medicine.atc.as_deref().and_then(|atc| atc.get(..FOURTH)).unwrap_or_default();
                let facts = name().into_iter().chain([("group", group.to_owned())]).collect();
                on.note(&rules::SC_2, facts);
            }
            Common::NotKnown => {
                unknown = true;
                on.unchecked(&rules::SC_1V, name());
            }
            Common::Group | Common::Nothing => {}
        }
    }
    if !found && !unknown {
        answers.on(Kind::Duplicate, data(None)).pass(&rules::SC_1);
    }
}

fn is_known(medicine: &Medicine) -> bool {
    fifth(medicine).is_some() || medicine.substances.iter().any(|name| !folded(name).is_empty())
}

fn fifth(medicine: &Medicine) -> Option<String> {
    medicine.atc.as_deref()?.get(..FIFTH).map(str::to_ascii_uppercase)
}

fn in_common(one: &Medicine, other: &Medicine) -> Common {
    if !is_known(other) {
        return Common::NotKnown;
    }
    let (of_one, of_other) = (fifth(one), fifth(other));
    if of_one.is_some() && of_one == of_other {
        return Common::Substance;
    }
    let names = |medicine: &Medicine| -> Vec<String> {
        medicine.substances.iter().map(|name| folded(name)).filter(|name| !name.is_empty()).collect()
    };
    let (names, others) = (names(one), names(other));
    if names.iter().any(|name| others.contains(name)) {
        return Common::Substance;
    }
    let group = |atc: &Option<String>| atc.as_deref().and_then(|atc| atc.get(..FOURTH)).map(str::to_owned);
    match (group(&of_one), group(&of_other)) {
        (Some(one), Some(other)) if one == other => Common::Group,
        (Some(_), Some(_)) => Common::Nothing,
        // By names alone a combination can be seen, and only where both have them.
        _ if !names.is_empty() && !others.is_empty() => Common::Nothing,
        _ => Common::NotKnown,
    }
}

/// Whether the customer surely has none of it any more.
fn is_over(other: &Other, case: &Case<'_>) -> bool {
    matches!(other.supply, Supply::Until(day) if day < case.today)
}

/// Whether this may be the next supply of what the other prescription gave before: that one is over, and of a medicine that
/// may be misused its supply is nearly so as well.
fn continues(other: &Other, case: &Case<'_>, tables: &Tables) -> bool {
    let nearly = match other.supply {
        Supply::Until(day) => {
            day.signed_duration_since(case.today).num_days() <= i64::from(tables.limits.rows().nearly_used_days)
        }
        Supply::Now | Supply::Unknown => false,
    };
    other.over && (nearly || !is_controlled(case))
}

fn is_quiet(medicine: &Medicine, tables: &Tables) -> bool {
    tables.limits.rows().quiet_groups.iter().any(|group| medicine.is_of(group))
}

/// A name without case and surrounding blanks.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
