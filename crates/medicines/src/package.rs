//! One package as the counter knows it: what is dispensed of it, what it costs, and for what it may be exchanged.

use chrono::NaiveDate;
use prescription::{Code, ControlClass, Product, ProductKind, Unit, Vnr};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

use crate::ATC_SYSTEM;

/// One package. What an older edition does not say of it is empty.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Its Nordic article number.
    pub vnr: Vnr,
    /// Trade name.
    pub name: String,
    /// "10 mg".
    pub strength: String,
    /// "tabletti".
    pub form: String,
    /// ATC code.
    pub atc: String,
    /// Its name.
    pub atc_name: String,
    /// Active substances.
    pub substances: Vec<String>,
    /// Marketing authorisation holder.
    pub holder: String,
    /// How many units it holds.
    pub size: Decimal,
    /// The unit.
    pub unit: Unit,
    /// Retail price with value added tax before reimbursement, euro. None where the database has none: nothing is guessed.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Control class, where the medicine has one.
    pub control: Option<ControlClass>,
    /// Kind of product.
    pub kind: ProductKind,
    /// Fimea's group: products of one group may be substituted for one another.
    pub group: Option<String>,
    /// What exchange and price need beside.
    #[serde(flatten)]
    pub exchange: ExchangeFacts,
    /// The form in other languages, where Fimea's list has it.
    #[serde(default)]
    pub form_words: Option<FormWords>,
    /// Code of its prescribing condition.
    #[serde(default)]
    pub condition: Option<String>,
    /// Numbers that it had before.
    #[serde(default)]
    pub previous: Vec<Vnr>,
}

/// What exchange at the pharmacy and the customer's price need to know of a package. Prices in euro with value added tax.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExchangeFacts {
    /// Whether it takes part in the exchange of medicines; none where nothing says so.
    pub substitutable: Option<bool>,
    /// Kela's and Hila's code of interchangeable packages, ten digits; its last four are the class of the size.
    pub exchange_code: Option<String>,
    /// Reference price (viitehinta).
    pub reference_price: Option<Decimal>,
    /// Highest price of the corridor (hintaputki).
    pub corridor_top: Option<Decimal>,
    /// Codes of its reimbursement classes, as Kela's database has them.
    pub reimbursements: Vec<String>,
    /// Biological; none where nothing says so.
    pub biological: Option<bool>,
    /// Whether it is sold. What no register says is not sold is.
    pub on_market: bool,
    /// Announced shortages.
    pub shortages: Vec<Short>,
}

impl Default for ExchangeFacts {
    fn default() -> Self {
        Self {
            substitutable: None,
            exchange_code: None,
            reference_price: None,
            corridor_top: None,
            reimbursements: Vec::new(),
            biological: None,
            on_market: true,
            shortages: Vec::new(),
        }
    }
}

/// A shortage (saatavuushäiriö) that its company announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Short {
    /// Its first day.
    pub from: NaiveDate,
    /// The last day as the company expects it, where it says so.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

impl Short {
    /// Whether it is short on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A dosage form in the languages beside Finnish.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FormWords {
    /// In Swedish.
    pub sv: String,
    /// In English.
    pub en: String,
}

impl Package {
    /// The product as a dispensation names it.
    pub fn product(&self, edition: &str) -> Product {
        Product {
            kind: self.kind.clone(),
            name: self.name.clone(),
            strength: Some(self.strength.clone()),
            form: Some(self.form.clone()),
            atc: Some(Code {
                code: self.atc.clone(),
                system: ATC_SYSTEM.to_owned(),
                name: Some(self.atc_name.clone()),
            }),
            vnr: Some(self.vnr.clone()),
            holder: Some(self.holder.clone()),
            container: None,
            database_version: Some(edition.to_owned()),
        }
    }

    /// What so many of its units cost, to the cent, in proportion to the package; none where it has no price.
    ///
    /// Assumed: the real price of a part package also carries a fixed part (docs/assumptions.md).
    pub fn price_of(&self, units: Decimal) -> Option<Decimal> {
        self.price.map(|price| self.share_of(price, units))
    }

    /// What an amount that is said of a whole package is for so many of its units, to the cent. A package whose size only
    /// words tell is given whole.
    pub fn share_of(&self, amount: Decimal, units: Decimal) -> Decimal {
        let share = units.checked_div(self.size).and_then(|share| amount.checked_mul(share));
        share.unwrap_or(amount).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }

    /// The shortage that holds on a day; of several the one that lasts longest.
    pub fn shortage_on(&self, day: NaiveDate) -> Option<Short> {
        let holding = self.exchange.shortages.iter().filter(|short| short.holds_on(day));
        holding.copied().max_by_key(|short| (short.until.is_none(), short.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ARTIFICIAL, Edition};

    fn package() -> Package {
        Edition::parse(ARTIFICIAL).unwrap().package(&Vnr::parse("469452").unwrap()).unwrap().clone()
    }

    #[test]
    fn a_part_package_costs_its_share_to_the_cent() {
        let package = package();
        assert_eq!(package.price_of(Decimal::from(21)).unwrap().to_string(), "1.62");
        assert_eq!(package.price_of(Decimal::from(100)), package.price);
    }

    #[test]
    fn what_has_no_price_has_none_for_a_part_either() {
        let package = Package { price: None, ..package() };
        assert_eq!(package.price_of(Decimal::from(21)), None);
    }

    #[test]
    fn a_package_without_a_size_is_given_whole() {
        let package = Package { size: Decimal::ZERO, ..package() };
        assert_eq!(package.price_of(Decimal::from(21)), package.price);
    }

    #[test]
    fn of_several_shortages_the_one_that_lasts_longest_on_that_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let short = |from: &str, until: Option<&str>| Short { from: day(from), until: until.map(day) };
        let mut package = package();
        assert_eq!(package.shortage_on(day("2026-11-26")), None);
        package.exchange.shortages =
            vec![short("2026-11-01", Some("2026-11-30")), short("2026-11-20", None), short("2026-12-01", None)];
        assert_eq!(package.shortage_on(day("2026-10-31")), None);
        assert_eq!(package.shortage_on(day("2026-11-19")), Some(short("2026-11-01", Some("2026-11-30"))));
        assert_eq!(package.shortage_on(day("2026-11-26")), Some(short("2026-11-20", None)));
    }
}
