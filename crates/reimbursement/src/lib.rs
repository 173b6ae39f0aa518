//! What a medicine costs and what the customer pays of it: tables with their days and sources, the medicine tariff,
//! reimbursement, exchange at the pharmacy, and the question to Kela of what a customer has paid this year.
//!
//! Pure: no I/O, no clock, no async. Section numbers (3.1 … 3.7) are those of the field's collected notes on medicines;
//! docs/medicines.md tells what each rests on. Money is [`Money`]: decimals in whole cents, rounded half up.

pub mod explain;
pub mod money;
pub mod price;
pub mod purchase;
pub mod query;
pub mod simulator;
pub mod subject;
pub mod substitution;
pub mod supply;
pub mod tables;

#[cfg(test)]
mod vectors_tests;

pub use explain::{Step, StepKind};
pub use money::{Money, NoMoney};
pub use price::{PriceError, Priced};
pub use purchase::{Account, Base, CopaymentFor, Line, Purchase, PurchaseError, Quote, purchase};
pub use subject::Subject;
pub use tables::{Class, Mark, NotKnown, TableError, Tables, ToConfirm, Why};
