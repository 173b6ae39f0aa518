//! The rules of the trade: what a prescription (lääkemääräys) and a dispensation (lääketoimitus) are, what remains of
//! one after the other, and which rule answers what before anything is signed.
//!
//! This crate knows nobody: no I/O, no clock, no async. The pharmacy asks it in advance and the Prescription Centre asks
//! it again, so both give the same answer by the same name. How documents look on the wire is left to `cda`.

pub mod amount;
pub mod codes;
pub mod dispensation;
pub mod identifiers;
pub mod mark;
pub mod people;
pub mod prescribed;
pub mod remaining;
pub mod renewal;
pub mod rules;
pub mod time;

pub use amount::{Amount, Unit};
pub use codes::{Code, Consent, ControlClass, DocumentType, ProductKind, QueryReason};
pub use dispensation::{Dispensation, Product, RemainingStatement, Summary};
pub use identifiers::{DocumentReference, InvalidIdentifier, Oid, PersonIdentityCode, RegistrationNumber, Vnr};
pub use mark::{Explanation, LockReference, Mark, MarkKind, NoExplanation};
pub use people::{Address, Organisation, Patient, PersonName, Professional, Right, Sex};
pub use prescribed::{Detail, Dosage, Iteration, Prescription, Quantity, UnknownPart};
pub use remaining::{Remaining, remaining};
pub use renewal::{RenewalAnswer, RenewalRequest, Requester};
pub use rules::{Case, Finding, Language, Outcome, Rule, SignatureTrust, State, check};
