//! A stand-in for Kela's purchase query: artificial customers, and moods in which it is slow, away or wrong. It sleeps
//! nowhere: a slow answer is compared with how long the question would wait.

use std::collections::HashMap;
use std::time::Duration;

use prescription::PersonIdentityCode;

use crate::Money;
use crate::purchase::{Account, PurchaseError};
use crate::query::{Answer, EntitlementNumber, PurchaseQuery, QueryError, Question};
use crate::tables::{ShareKind, Tables};

/// At most this many customers.
pub const MOST_CUSTOMERS: usize = 10_000;

/// How the simulator answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// At once.
    #[default]
    Prompt,
    /// After so long.
    Slow(Duration),
    /// Not at all.
    Away,
    /// With an error.
    Failing,
}

/// An artificial customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Whether Kela's part may be taken off at once.
    pub direct: bool,
    /// What was paid this year that counts towards the deductible.
    pub deductible_paid: Money,
    /// What counts towards the ceiling.
    pub ceiling_paid: Money,
    /// Rights by number.
    pub rights: Vec<EntitlementNumber>,
    /// The employer's fund.
    pub fund: Option<String>,
    /// Kela's commitment to pay the customer's part.
    pub commitment: bool,
}

/// The customer is not artificial, or there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the simulator takes artificial customers only, and not endlessly many")]
pub struct NotTaken;

/// The simulator.
#[derive(Debug)]
pub struct Simulator {
    tables: Tables,
    customers: HashMap<PersonIdentityCode, Customer>,
    mood: Mood,
}

impl Simulator {
    /// A simulator without customers.
    pub fn new(tables: Tables) -> Self {
        Self { tables, customers: HashMap::new(), mood: Mood::default() }
    }

    /// Adds or replaces a customer.
    pub fn add(&mut self, code: PersonIdentityCode, customer: Customer) -> Result<(), NotTaken> {
        let full = self.customers.len() >= MOST_CUSTOMERS && !self.customers.contains_key(&code);
        if full || !code.is_artificial() {
            return Err(NotTaken);
        }
        self.customers.insert(code, customer);
        Ok(())
    }

    /// How it answers from now on.
    pub fn set_mood(&mut self, mood: Mood) {
        self.mood = mood;
    }

    /// A reported purchase counts at once: before it, and after it.
    pub fn report(&mut self, code: &PersonIdentityCode, before: Account, after: Account) {
        if let Some(customer) = self.customers.get_mut(code) {
            let deductible = before.deductible_left().less(after.deductible_left());
            let ceiling = before.ceiling_left().less(after.ceiling_left());
            customer.deductible_paid = customer.deductible_paid.and(deductible);
            customer.ceiling_paid = customer.ceiling_paid.and(ceiling);
        }
    }

    fn answer(&self, customer: &Customer, question: &Question) -> Result<Answer, PurchaseError> {
        let born = question.customer.birth_date().unwrap_or(question.day);
        let (deductible, ceiling) = (customer.deductible_paid, customer.ceiling_paid);
        let account = Account::by_accrued(&self.tables, deductible, ceiling, born, question.day)?;
        let whole = self.tables.share(ShareKind::Ceiling, question.day)?.euro;
        Ok(Answer {
            direct: customer.direct,
            deductible_left: account.deductible_left(),
            ceiling_accrued: whole.less(account.ceiling_left()),
            rights: customer.rights.clone(),
            fund: customer.fund.clone(),
            commitment: customer.commitment,
        })
    }
}

impl PurchaseQuery for Simulator {
    fn ask(&self, question: &Question) -> Result<Answer, QueryError> {
        if question.permission.is_none() {
            return Err(QueryError::NotPermitted);
        }
        match self.mood {
            Mood::Away => return Err(QueryError::Unreachable),
            Mood::Failing => return Err(QueryError::Failed),
            Mood::Slow(takes) if takes > question.patience => return Err(QueryError::TooSlow),
            Mood::Prompt | Mood::Slow(_) => {}
        }
        let customer = self.customers.get(&question.customer).ok_or(QueryError::Unknown)?;
        self.answer(customer, question).map_err(|_| QueryError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::*;
    use crate::tables::Class;
    use crate::{Base, CopaymentFor, Line, purchase};
    use chrono::NaiveDate;

    fn euro(text: &str) -> Money {
        Money::of(text.parse().unwrap()).unwrap()
    }

    fn today() -> NaiveDate {
        "2026-11-26".parse().unwrap()
    }

    fn code() -> PersonIdentityCode {
        PersonIdentityCode::parse("010594Y9032").unwrap()
    }

    fn customer() -> Customer {
        Customer {
            direct: true,
            deductible_paid: euro("60.33"),
            ceiling_paid: euro("60.33"),
            rights: vec![EntitlementNumber { number: "205".into(), until: Some(today()) }],
            fund: None,
            commitment: false,
        }
    }

    fn simulator() -> Simulator {
        let mut simulator = Simulator::new(Tables::built_in().unwrap());
        simulator.add(code(), customer()).unwrap();
        simulator
    }

    fn question() -> Question {
        let patience = Duration::from_secs(5);
        Question { customer: code(), day: today(), permission: Some(Permission::KelaCard), patience }
    }

    fn terms_of(said: Result<Answer, QueryError>, during: DuringOutage) -> PurchaseTerms {
        terms(&Tables::built_in().unwrap(), &said, during, today()).unwrap()
    }

    #[test]
    fn s3_7_the_answer_knows_what_is_left_and_a_reported_purchase_counts_at_once() {
        let mut simulator = simulator();
        let tables = Tables::built_in().unwrap();
        let PurchaseTerms::Direct(account) = terms_of(simulator.ask(&question()), DuringOutage::default()) else {
            panic!("no direct reimbursement")
        };
        assert_eq!(account.deductible_left(), euro("10.00"));
        let line = Line {
            price: Some(euro("30.00")),
            fee: Money::ZERO,
            reference: None,
            base: Base::Reference,
            class: Some(Class::UpperSpecial),
            copayment: CopaymentFor::Purchase,
        };
        let bought = purchase(&tables, account, &[line], today()).unwrap();
        assert_eq!(bought.pays, euro("14.50"));
        simulator.report(&code(), account, bought.account);
        let answer = simulator.ask(&question()).unwrap();
        assert_eq!(answer.deductible_left, Money::ZERO);
        assert_eq!(answer.ceiling_accrued, euro("74.83"));
    }

    #[test]
    fn s3_7_away_slow_and_failing_are_dispensed_without_reimbursement() {
        let mut simulator = simulator();
        let moods = [
            (Mood::Away, QueryError::Unreachable),
            (Mood::Failing, QueryError::Failed),
            (Mood::Slow(Duration::from_millis(5_001)), QueryError::TooSlow),
        ];
        for (mood, error) in moods {
            simulator.set_mood(mood);
            let said = simulator.ask(&question());
            assert_eq!(said, Err(error));
            let without = PurchaseTerms::WithoutReimbursement(WithoutReimbursement::NoAnswer(error));
            assert_eq!(terms_of(said, DuringOutage::default()), without);
        }
        simulator.set_mood(Mood::Slow(Duration::from_secs(5)));
        assert!(simulator.ask(&question()).is_ok(), "as slow as the question would wait");
    }

    #[test]
    fn s3_7_the_exceptional_procedure_is_chosen_by_a_person_and_to_be_confirmed() {
        let tables = Tables::built_in().unwrap();
        let PurchaseTerms::Exceptional(account) = terms_of(Err(QueryError::Unreachable), DuringOutage::CardSeen) else {
            panic!("not exceptional")
        };
        assert_eq!([account.deductible_left(), account.ceiling_left()], [Money::ZERO, euro("636.12")]);
        let terms = PurchaseTerms::Exceptional(account);
        assert!(terms.to_confirm(&tables, today()).is_some());
        assert!(PurchaseTerms::Direct(account).to_confirm(&tables, today()).is_none());
        for error in [QueryError::NotPermitted, QueryError::Unknown] {
            let without = PurchaseTerms::WithoutReimbursement(WithoutReimbursement::NoAnswer(error));
            assert_eq!(terms_of(Err(error), DuringOutage::CardSeen), without, "no outage");
        }
    }

    #[test]
    fn s3_7_no_permission_no_question_and_no_right_no_reimbursement() {
        let mut simulator = simulator();
        let unasked = Question { permission: None, ..question() };
        assert_eq!(simulator.ask(&unasked), Err(QueryError::NotPermitted));
        let nobody = PersonIdentityCode::parse("010594Y9021").unwrap();
        assert_eq!(simulator.ask(&Question { customer: nobody, ..question() }), Err(QueryError::Unknown));
        simulator.add(code(), Customer { direct: false, ..customer() }).unwrap();
        let said = simulator.ask(&question());
        let without = PurchaseTerms::WithoutReimbursement(WithoutReimbursement::NoRight);
        assert_eq!(terms_of(said, DuringOutage::CardSeen), without);
        let answer = Answer { deductible_left: euro("70.33"), ceiling_accrued: euro("600"), ..full() };
        let contradictory = PurchaseTerms::WithoutReimbursement(WithoutReimbursement::Contradictory);
        assert_eq!(terms_of(Ok(answer), DuringOutage::default()), contradictory);
    }

    fn full() -> Answer {
        simulator().ask(&question()).unwrap()
    }

    #[test]
    fn s3_3_the_best_class_that_the_customer_has_a_right_to() {
        let way = |class, numbers: &[&str]| Reimbursement {
            class,
            numbers: numbers.iter().map(|&number| number.to_owned()).collect(),
        };
        let ways = [way(Class::Basic, &[]), way(Class::UpperSpecial, &["103", "205"])];
        assert_eq!(class_for(&ways, &full(), today()), Some(Class::UpperSpecial));
        let tomorrow = today().succ_opt().unwrap();
        assert_eq!(class_for(&ways, &full(), tomorrow), Some(Class::Basic), "the right has ended");
        assert_eq!(class_for(&ways[1..], &full(), tomorrow), None);
    }

    #[test]
    fn only_artificial_people_are_taken_and_no_identity_code_is_shown() {
        let mut simulator = simulator();
        let real = PersonIdentityCode::parse("131052-308T").unwrap();
        assert_eq!(simulator.add(real, customer()), Err(NotTaken));
        let shown = format!("{:?} {:?}", question(), simulator);
        assert!(!shown.contains("010594"));
    }
}
