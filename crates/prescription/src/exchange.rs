//! What exchange asks of the package that was chosen (medicines notes, 3.5 and 3.6). The answers are worked out elsewhere and
//! handed in; here each gets its rule, and a person's reason opens what only needs one.

use rust_decimal::Decimal;

use crate::amount;
use crate::rules::exchange as table;
use crate::rules::{Answers, Finding};

/// The chosen package, as the exchange sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// So much above the price corridor, euro, where no rule gives the reason for it.
    pub above_corridor: Option<Decimal>,
    /// The customer refused the exchange, and this is another package than the prescribed one.
    pub against_the_customer: bool,
    /// For what it is taken, only the prescribed product is given, and this is another one.
    pub against_the_indication: bool,
    /// A biological that may not be exchanged for this one now.
    pub biological: bool,
    /// The database has no price for it.
    pub unpriced: bool,
}

/// Asks every rule of exchange about the chosen package.
pub fn check(chosen: &Chosen, reason: Option<&str>) -> Vec<Finding> {
    let mut answers = Answers::new(reason);
    let above = chosen.above_corridor.map(|above| vec![("above", amount::plain(above))]);
    answers.stop_or_reason(&table::EX_1, above.is_some(), false, above.unwrap_or_default());
    answers.stop_or_reason(&table::EX_2, chosen.against_the_customer, false, vec![]);
    answers.stop_or_reason(&table::EX_3, chosen.biological, false, vec![]);
    answers.stop_or_reason(&table::EX_5, chosen.against_the_indication, false, vec![]);
    if chosen.unpriced {
        answers.note(&table::EX_4, vec![]);
    }
    answers.findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;

    fn answers(chosen: &Chosen, reason: Option<&str>) -> Vec<(&'static str, Outcome)> {
        let said = check(chosen, reason).into_iter().filter(|finding| finding.outcome != Outcome::Pass);
        said.map(|finding| (finding.rule.id, finding.outcome)).collect()
    }

    #[test]
    fn ex_1_outside_the_corridor_a_person_says_why() {
        let chosen = Chosen { above_corridor: Some(Decimal::new(123, 2)), ..Chosen::default() };
        assert_eq!(answers(&chosen, None), [("EX-1", Outcome::NeedsReason)]);
        assert_eq!(answers(&chosen, Some(" ")), [("EX-1", Outcome::NeedsReason)]);
        assert_eq!(answers(&chosen, Some("pakkaus rikki")), [("EX-1", Outcome::Reasoned)]);
        let said = check(&chosen, None);
        assert_eq!(said[0].sentence(crate::Language::Fi), "Pakkaus maksaa 1,23 € yli hintaputken.");
        assert_eq!(said[0].sentence(crate::Language::En), "The package costs 1.23 € above the price corridor.");
    }

    #[test]
    fn ex_2_the_customers_refusal_is_obeyed() {
        let chosen = Chosen { against_the_customer: true, ..Chosen::default() };
        assert_eq!(answers(&chosen, None), [("EX-2", Outcome::NeedsReason)]);
    }

    #[test]
    fn ex_3_a_biological_is_not_exchanged_when_it_may_not_be() {
        let chosen = Chosen { biological: true, ..Chosen::default() };
        assert_eq!(answers(&chosen, None), [("EX-3", Outcome::NeedsReason)]);
    }

    #[test]
    fn ex_5_for_epilepsy_or_an_unusual_indication_another_product_needs_a_reason() {
        let chosen = Chosen { against_the_indication: true, ..Chosen::default() };
        assert_eq!(answers(&chosen, None), [("EX-5", Outcome::NeedsReason)]);
        assert_eq!(answers(&chosen, Some("sovittu lääkärin kanssa")), [("EX-5", Outcome::Reasoned)]);
    }

    #[test]
    fn ex_4_a_package_without_a_price_is_said_and_hinders_nothing() {
        let chosen = Chosen { unpriced: true, ..Chosen::default() };
        assert_eq!(answers(&chosen, None), [("EX-4", Outcome::Note)]);
        assert_eq!(answers(&Chosen::default(), None), []);
    }
}
