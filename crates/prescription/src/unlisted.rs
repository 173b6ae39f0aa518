//! What is given although the Pharmaceutical Database does not have it: a medicine that the pharmacy makes (ex tempore), one for
//! which a special permit was given to the patient alone, care supplies, and what else stands outside the database (DI-2;
//! medicines notes, section 1). It is called as it was prescribed: nothing is exchanged for it.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::amount::plain;
use crate::rules::unlisted as table;
use crate::rules::{Answers, Finding};
use crate::{Amount, IngredientAmount, PrescribedProduct, Prescription, ProductKind, Quantity, Unit};

/// What a person says of it: no database does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlisted {
    /// How much one package holds.
    pub size: Amount,
    /// What one package costs, euro with VAT; not known where a person has not said it.
    pub price: Option<Decimal>,
    /// Of a medicine that the pharmacy made: how.
    pub compounding: Option<Compounding>,
}

/// How a medicine was made in the pharmacy (corrections of the medicines notes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compounding {
    /// What it consists of and how it was made (koostumuksen selitys).
    pub composition: String,
    /// The day on which it was made.
    pub prepared: NaiveDate,
    /// The last day on which it may be used; a person says it.
    pub use_until: Option<NaiveDate>,
}

/// Whether a product of this kind stands in no database: made in the pharmacy (7), outside the database (6), a care supply
/// (10), or of a patient's own special permit (11).
pub fn is_unlisted(kind: &ProductKind) -> bool {
    matches!(
        kind,
        ProductKind::Compounded
            | ProductKind::OutsideDatabase
            | ProductKind::CareSupply
            | ProductKind::PatientSpecialPermit
    )
}

impl Unlisted {
    /// What the prescription itself says of it, made today if it is made in the pharmacy; none where a database has it.
    pub fn of(prescription: &Prescription, today: NaiveDate) -> Option<Self> {
        let product = &prescription.product;
        if !is_unlisted(&product.kind()) {
            return None;
        }
        let size = match &prescription.quantity {
            Quantity::Packages { factor, size, .. } => {
                Amount { value: size.value.saturating_mul(Decimal::from(factor.get())), unit: size.unit.clone() }
            }
            Quantity::Total { amount } => Amount { value: amount.value, unit: amount.unit.clone() },
            Quantity::Period { .. } | Quantity::Nothing | Quantity::Unknown { .. } => {
                Amount { value: Decimal::ZERO, unit: Unit::new("") }
            }
        };
        let made = product.kind() == ProductKind::Compounded;
        let compounding =
            made.then(|| Compounding { composition: composition(product), prepared: today, use_until: None });
        Some(Self { size, price: None, compounding })
    }

    /// What so much of it costs, to the cent, in proportion to one package.
    pub fn price_of(&self, units: Decimal) -> Option<Decimal> {
        let share = units.checked_div(self.size.value);
        let price = share.and_then(|share| self.price?.checked_mul(share));
        price.map(|price| price.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

/// The recipe in words: "Hydrokortisoni 1 g, Novalan ad 100 g. M.f.ungt.d.s."
fn composition(product: &PrescribedProduct) -> String {
    let Some(recipe) = product.recipe() else { return String::new() };
    let ingredients: Vec<String> = recipe
        .active()
        .iter()
        .chain(recipe.other())
        .map(|part| {
            let amount = match &part.amount {
                IngredientAmount::Exact(amount) => format!("{} {}", plain(amount.value), amount.unit),
                IngredientAmount::Text(words) => words.clone(),
                IngredientAmount::Unstated => String::new(),
            };
            format!("{} {amount}", part.substance.name).trim().to_owned()
        })
        .collect();
    let words = recipe.words().map(str::trim).unwrap_or_default();
    [ingredients.join(", "), words.to_owned()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(". ")
}

/// Asks every rule of what is given so, on the day on which it is handed over.
pub fn check(unlisted: &Unlisted, prescription: &Prescription, day: NaiveDate) -> Vec<Finding> {
    let mut answers = Answers::new(None);
    let Unlisted { size, compounding, .. } = unlisted;
    answers.stop(&table::UL_1, size.value <= Decimal::ZERO || size.unit.as_str().trim().is_empty(), vec![]);
    if prescription.product.kind() == ProductKind::Compounded {
        let said = |made: &Compounding| made.composition.chars().any(char::is_alphanumeric);
        answers.stop(&table::UL_2, !compounding.as_ref().is_some_and(said), vec![]);
        let in_time = |made: &Compounding| made.prepared <= day && made.use_until.is_some_and(|last| last >= day);
        answers.stop(&table::UL_3, !compounding.as_ref().is_some_and(in_time), vec![]);
    }
    answers.note(&table::UL_4, vec![]);
    answers.findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples;
    use crate::{Ingredient, Item, NamedKind, Outcome, PositiveAmount, Recipe, Substance};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 100 g of an ointment that the pharmacy makes.
    fn ointment() -> Prescription {
        let part = |name: &str, amount| Ingredient { substance: Substance::named(name), amount };
        let grams = IngredientAmount::Exact(PositiveAmount::new(1, "g").unwrap());
        let recipe = Recipe::new(
            vec![part("Hydrokortisoni", grams)],
            vec![part("Novalan", IngredientAmount::Text("ad 100 g".into()))],
            Some("M.f.ungt.d.s.".into()),
        );
        let mut held = samples::iterated_diazepam();
        held.product.item = Item::Compounded { name: None, recipe: recipe.unwrap() };
        held.quantity = Quantity::total(Amount::new(100, "g")).unwrap();
        held
    }

    fn broken(unlisted: &Unlisted, held: &Prescription) -> Vec<&'static str> {
        let answers = check(unlisted, held, day("2026-11-26"));
        answers.into_iter().filter(|one| one.outcome == Outcome::Stop).map(|one| one.rule.id).collect()
    }

    #[test]
    fn what_is_made_begins_with_its_recipe_and_lacks_its_last_day() {
        let held = ointment();
        let mut made = Unlisted::of(&held, day("2026-11-26")).unwrap();
        assert_eq!(made.size, Amount::new(100, "g"));
        let compounding = made.compounding.as_mut().unwrap();
        assert_eq!(compounding.composition, "Hydrokortisoni 1 g, Novalan ad 100 g. M.f.ungt.d.s.");
        compounding.use_until = Some(day("2026-12-26"));
        assert_eq!(broken(&made, &held), [""; 0]);
    }

    #[test]
    fn ul_2_and_ul_3_what_is_made_has_its_composition_and_its_days() {
        let held = ointment();
        let of = |composition: &str, prepared: &str, until: Option<&str>| Unlisted {
            compounding: Some(Compounding {
                composition: composition.into(),
                prepared: day(prepared),
                use_until: until.map(day),
            }),
            ..Unlisted::of(&held, day("2026-11-26")).unwrap()
        };
        assert_eq!(broken(&of("x", "2026-11-26", Some("2026-11-26")), &held), [""; 0], "of today and until today");
        assert_eq!(broken(&of(" . ", "2026-11-26", Some("2026-12-01")), &held), ["UL-2"]);
        assert_eq!(broken(&of("x", "2026-11-27", Some("2026-12-01")), &held), ["UL-3"], "made tomorrow");
        assert_eq!(broken(&of("x", "2026-11-20", Some("2026-11-25")), &held), ["UL-3"], "expired yesterday");
        assert_eq!(broken(&of("x", "2026-11-20", None), &held), ["UL-3"]);
        let silent = Unlisted { compounding: None, ..of("x", "2026-11-20", None) };
        assert_eq!(broken(&silent, &held), ["UL-2", "UL-3"]);
    }

    #[test]
    fn ul_1_a_package_that_no_database_knows_has_the_size_that_a_person_says() {
        let mut held = ointment();
        let kind = NamedKind::CareSupply;
        held.product.item = Item::Named { kind, name: "Sensori".into(), vnr: None, atc: None, substances: vec![] };
        let of = |value: u32, unit: &str| Unlisted { size: Amount::new(value, unit), price: None, compounding: None };
        assert_eq!(broken(&of(2, "kpl"), &held), [""; 0]);
        assert_eq!(broken(&of(0, "kpl"), &held), ["UL-1"]);
        assert_eq!(broken(&of(2, " "), &held), ["UL-1"]);
        assert!(Unlisted::of(&samples::iterated_diazepam(), day("2026-11-26")).is_none(), "the database has it");
    }

    #[test]
    fn its_price_is_one_packages_in_proportion_and_is_never_guessed() {
        let of = |size: u32, price| Unlisted { size: Amount::new(size, "g"), price, compounding: None };
        assert_eq!(of(100, Some(Decimal::new(1250, 2))).price_of(Decimal::from(50)), Some(Decimal::new(625, 2)));
        assert_eq!(of(100, None).price_of(Decimal::from(50)), None);
        assert_eq!(of(0, Some(Decimal::ONE)).price_of(Decimal::from(50)), None);
    }
}
