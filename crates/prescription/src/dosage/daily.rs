//! How much of a medicine a day takes by its structured dosage, where that can be computed without a guess.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::terms::{self, Meaning};
use super::{Dose, DoseAmount, End, Season, Structure};
use crate::rules::table::Language;
use crate::{Length, Span, Unit};

/// What a day takes, in the unit of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daily {
    /// At least; nothing where it is taken as needed.
    pub least: Decimal,
    /// At most.
    pub most: Decimal,
}

/// Dose units that are single pieces, as packages count them.
const PIECES: [&str; 9] = [
    "tabletti",
    "depottabletti",
    "enterotabletti",
    "imeskelytabletti",
    "poretabletti",
    "purutabletti",
    "kapseli",
    "peräpuikko",
    "emätinpuikko",
];

/// Units in which a package counts single pieces (docs/assumptions.md; Kela's LM1: 21 fol are a week of three a day).
const COUNTED: [&str; 4] = ["fol", "kpl", "tabl", "kaps"];

/// What a day takes from that day on, of one season without pauses that has no end before the day and whose doses all can be
/// counted in `unit`. `None` says that a person must look.
pub fn daily(structure: &Structure, unit: &Unit, from: NaiveDate) -> Option<Daily> {
    let [Season { bounds, pauses, as_needed, period, doses, .. }] = structure.seasons() else { return None };
    let ends_before = match bounds.end() {
        End::Open => false,
        End::On(last) => last < from,
        // Without its first day it is not known when it is over.
        End::After(_) => true,
    };
    let days = period.and_then(Span::exact).and_then(Length::in_days).map(Decimal::from)?;
    if ends_before || !pauses.is_empty() || doses.is_empty() {
        return None;
    }
    let mut sum = Daily { least: Decimal::ZERO, most: Decimal::ZERO };
    for Dose { amount, as_needed: dose_as_needed, .. } in doses {
        let range = match amount {
            DoseAmount::Units { range, unit: dose } => match terms::unit(dose) {
                Meaning::Known(term) if counts_as(term.one(Language::Fi), unit) => range,
                _ => return None,
            },
            DoseAmount::Physical { range, unit: dose } if same(dose.as_str(), unit) => range,
            DoseAmount::Physical { .. } => return None,
        };
        let needed = *as_needed == Some(true) || *dose_as_needed == Some(true);
        sum.least = sum.least.checked_add(if needed { Decimal::ZERO } else { range.low() })?;
        sum.most = sum.most.checked_add(range.high())?;
    }
    Some(Daily { least: sum.least.checked_div(days)?, most: sum.most.checked_div(days)? })
}

fn counts_as(dose: &str, package: &Unit) -> bool {
    let package = package.as_str().to_lowercase();
    match dose {
        "millilitra" => package == "ml",
        "gramma" => package == "g",
        piece => PIECES.contains(&piece) && COUNTED.contains(&package.as_str()),
    }
}

/// A physical dose in its own unit: of a package, or of the substance ("mg"), in which no package counts.
fn same(dose: &str, package: &Unit) -> bool {
    let unit = dose.to_lowercase();
    matches!(unit.as_str(), "ml" | "g" | "mg") && unit == package.as_str().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bounds, Code, Range, TimeUnit};

    fn dose(low: u32, high: u32, unit: &str) -> Dose {
        let code = Code { code: String::new(), system: "1.2.246.537.6.138.202001".into(), name: Some(unit.into()) };
        let range = Range::between(low, high).unwrap();
        let amount = DoseAmount::Units { range, unit: code };
        Dose { id: None, amount, as_needed: None, time_of_day: None, clock: None, day: None }
    }

    fn season(period: Option<Span>, doses: Vec<Dose>) -> Season {
        let bounds = Bounds::new(None, End::Open).unwrap();
        Season { id: None, bounds, pauses: vec![], as_needed: None, period, doses }
    }

    fn of(season: Season, unit: &str) -> Option<(Decimal, Decimal)> {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        daily(&Structure::Seasons(vec![season]), &Unit::new(unit), day).map(|found| (found.least, found.most))
    }

    fn every(count: u32, unit: TimeUnit) -> Option<Span> {
        Span::exactly(count, unit)
    }

    #[test]
    fn lc_6_what_a_day_takes_is_computed_or_left_to_a_person() {
        let day = || every(1, TimeUnit::Day);
        let two = Decimal::from(2);
        assert_eq!(
            of(season(day(), vec![dose(1, 1, "tabletti"), dose(1, 2, "tabletti")]), "fol"),
            Some((two, 3.into()))
        );
        assert_eq!(of(season(every(1, TimeUnit::Week), vec![dose(14, 14, "kapseli")]), "kpl"), Some((two, two)));
        assert_eq!(of(season(day(), vec![dose(2, 2, "millilitra")]), "ml"), Some((two, two)));
        let needed = Season { as_needed: Some(true), ..season(day(), vec![dose(2, 2, "tabletti")]) };
        assert_eq!(of(needed, "fol"), Some((Decimal::ZERO, two)));
        for (period, doses, unit) in [
            (None, vec![dose(1, 1, "tabletti")], "fol"),
            (every(1, TimeUnit::Month), vec![dose(1, 1, "tabletti")], "fol"),
            (day(), vec![], "fol"),
            (day(), vec![dose(1, 1, "tabletti")], "g"),
            (day(), vec![dose(1, 1, "tippa")], "ml"),
            (day(), vec![dose(1, 1, "tabletti"), dose(1, 1, "tippa")], "fol"),
        ] {
            assert_eq!(of(season(period, doses.clone()), unit), None, "{doses:?} in {unit}");
        }
        let over = NaiveDate::from_ymd_opt(2026, 11, 19).unwrap();
        let bounds = Bounds::new(None, End::On(over)).unwrap();
        assert_eq!(of(Season { bounds, ..season(day(), vec![dose(1, 1, "tabletti")]) }, "fol"), None);
        let both = vec![season(day(), vec![dose(1, 1, "tabletti")]); 2];
        assert_eq!(
            daily(&Structure::Seasons(both), &Unit::new("fol"), over),
            None,
            "two seasons are a person's to weigh"
        );
        assert_eq!(daily(&Structure::Unclear, &Unit::new("fol"), over), None);
    }
}
