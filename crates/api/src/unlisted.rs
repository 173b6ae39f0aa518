//! What is given although the Pharmaceutical Database does not have it, as hosts see it: what the pharmacy makes, and what
//! stands outside the database. A person says what no database does.

use chrono::NaiveDate;
use counter::{Change, Proposal};
use prescription::amount::plain;
use prescription::{Amount, Compounding, Prescription, Unit, Unlisted};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::labelling::day;
use crate::program::Tiski;
use crate::render::Render;
use crate::{PrescriptionView, Problem, words};

/// What is given although no database has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnlistedView {
    /// Whether it is what is proposed; else a package of the database is.
    pub chosen: bool,
    /// Whether the pharmacy makes it.
    pub compounded: bool,
    /// What is said of it, as it is entered; what the prescription says where nobody has said anything.
    pub says: SaidOfUnlisted,
}

/// What a person says of it, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaidOfUnlisted {
    /// How much one package holds: "100".
    pub size: String,
    /// "g"; at most 20 characters.
    pub unit: String,
    /// What one package costs, euro with VAT: "23,50"; empty where it is not known.
    pub price: String,
    /// Of what the pharmacy makes: what it consists of and how it was made; at most 2,000 characters.
    pub composition: String,
    /// Of what the pharmacy makes: the day on which it was made, "26.11.2026".
    pub prepared: String,
    /// Of what the pharmacy makes: the last day on which it may be used; empty where nobody has said it.
    pub use_until: String,
}

/// See [`crate::Program::give_unlisted`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GiveUnlisted {
    /// Which prescription.
    pub set_id: String,
    /// What is said of it.
    pub says: SaidOfUnlisted,
}

impl Tiski {
    pub(crate) fn unlisted_given(&self, with: &GiveUnlisted) -> Result<PrescriptionView, Problem> {
        let set_id = self.set_id(&with.set_id)?;
        let unlisted = with.says.read().map_err(|code| self.of_code(code))?;
        let change = Change { unlisted: Some(unlisted), ..Change::default() };
        self.open_view(self.counter.propose(&set_id, change), &set_id)
    }
}

impl SaidOfUnlisted {
    /// What was typed, or the code of what in it is not understood.
    fn read(&self) -> Result<Unlisted, &'static str> {
        let number = |text: &str| text.trim().replace(',', ".").parse::<Decimal>().map_err(|_| "amount-invalid");
        let date = |text: &str| day(text.trim()).ok_or("day-not-understood");
        let is_empty = |text: &str| text.trim().is_empty();
        let compounding = if is_empty(&self.prepared) && is_empty(&self.composition) {
            None
        } else {
            let use_until = if is_empty(&self.use_until) { None } else { Some(date(&self.use_until)?) };
            Some(Compounding { composition: self.composition.clone(), prepared: date(&self.prepared)?, use_until })
        };
        Ok(Unlisted {
            size: Amount { value: number(&self.size)?, unit: Unit::new(self.unit.trim()) },
            price: if is_empty(&self.price) { None } else { Some(number(&self.price)?) },
            compounding,
        })
    }

    fn of(unlisted: &Unlisted) -> Self {
        let number = |amount: Decimal| plain(amount).replace('.', ",");
        let size = Some(unlisted.size.value).filter(|size| !size.is_zero());
        let made = unlisted.compounding.as_ref();
        let date = |of: fn(&Compounding) -> Option<NaiveDate>| made.and_then(of).map(words::day).unwrap_or_default();
        Self {
            size: size.map(number).unwrap_or_default(),
            unit: unlisted.size.unit.to_string(),
            price: unlisted.price.map(|price| format!("{price:.2}").replace('.', ",")).unwrap_or_default(),
            composition: made.map(|made| made.composition.clone()).unwrap_or_default(),
            prepared: date(|made| Some(made.prepared)),
            use_until: date(|made| made.use_until),
        }
    }
}

impl Render {
    /// What is said of it; none where the database has what was prescribed.
    pub(crate) fn unlisted(&self, held: &Prescription, proposal: Option<&Proposal>) -> Option<UnlistedView> {
        let said = proposal.and_then(Proposal::unlisted);
        let unlisted = said.cloned().or_else(|| Unlisted::of(held, self.today))?;
        Some(UnlistedView {
            chosen: said.is_some(),
            compounded: unlisted.compounding.is_some(),
            says: SaidOfUnlisted::of(&unlisted),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ointment() -> SaidOfUnlisted {
        SaidOfUnlisted {
            size: "100".into(),
            unit: "g".into(),
            price: "23,50".into(),
            composition: "Hydrokortisoni 1 g, Novalan ad 100 g.".into(),
            prepared: "26.11.2026".into(),
            use_until: "5.2027".into(),
        }
    }

    #[test]
    fn what_is_typed_is_read_and_shown_again_as_it_was() {
        let read = ointment().read().unwrap();
        assert_eq!(read.price, Some(Decimal::new(2350, 2)));
        let made = read.compounding.clone().unwrap();
        assert_eq!(made.use_until.unwrap().to_string(), "2027-05-31", "a month without a day is its last");
        assert_eq!(SaidOfUnlisted::of(&read), SaidOfUnlisted { use_until: "31.5.2027".into(), ..ointment() });
        let bought = SaidOfUnlisted { size: "2".into(), unit: "kpl".into(), ..SaidOfUnlisted::default() };
        assert_eq!(bought.read().unwrap().compounding, None);
        assert_eq!(SaidOfUnlisted::of(&bought.read().unwrap()), bought);
    }

    #[test]
    fn what_is_not_understood_is_said_by_its_code() {
        let wrong = |change: fn(&mut SaidOfUnlisted)| {
            let mut said = ointment();
            change(&mut said);
            said.read().unwrap_err()
        };
        assert_eq!(wrong(|said| said.size = "paljon".into()), "amount-invalid");
        assert_eq!(wrong(|said| said.size = String::new()), "amount-invalid");
        assert_eq!(wrong(|said| said.price = "ilmainen".into()), "amount-invalid");
        assert_eq!(wrong(|said| said.prepared = "eilen".into()), "day-not-understood");
        assert_eq!(wrong(|said| said.prepared = String::new()), "day-not-understood");
        assert_eq!(wrong(|said| said.use_until = "32.1.2027".into()), "day-not-understood");
    }
}
