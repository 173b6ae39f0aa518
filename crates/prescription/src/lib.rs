//! The rules of the trade: what a prescription (lääkemääräys) and a dispensation (lääketoimitus) are, what remains of
//! one after the other, and which rule answers what before anything is signed.
//!
//! This crate knows nobody: no I/O, no clock, no async. The pharmacy asks it in advance and the Prescription Centre asks
//! it again, so both give the same answer by the same name. How documents look on the wire is left to `cda`.

pub mod amount;
pub mod change;
pub mod codes;
pub mod deviation;
pub mod dispensation;
pub mod dosage;
pub mod exchange;
pub mod identifiers;
pub mod lifecycle;
pub mod mark;
pub mod operation;
pub mod outage;
pub mod people;
pub mod prescribed;
pub mod product;
pub mod quantity;
pub mod remaining;
pub mod renewal;
pub mod rules;
pub mod signed;
pub mod storing;
pub mod time;
pub mod unlisted;
pub mod wording;

pub use amount::{Amount, Length, PositiveAmount, Range, Span, TimeUnit, Unit};
pub use change::{
    Cancellation, Change, ChangeReason, Correction, Explained, Next, Recording, RenewalProhibition, StoredByPharmacy,
    Unchangeable,
};
pub use codes::{
    Answer, CancellationKind, Code, Consent, ControlClass, DocumentType, MinorDisclosure, PrescriptionKind,
    ProductKind, QueryReason, StoredKind,
};
pub use deviation::Deviation;
pub use dispensation::{Dispensation, Product, RemainingStatement, Summary};
pub use dosage::{Bounds, Dosage, Dose, DoseAmount, End, Pause, Season, Structure};
pub use identifiers::{DocumentReference, InvalidIdentifier, Oid, PersonIdentityCode, RegistrationNumber, Vnr};
pub use lifecycle::{Dispensing, Hold, Lock, Renewal, Reservation, ReservationKind, Standing, Validity};
pub use mark::{Explanation, LockReference, Mark, MarkKind, NoExplanation};
pub use operation::{Act, Conflict, Operation, Role, Situation};
pub use people::{Address, Organisation, Patient, PersonName, Professional, Right, Sex};
pub use prescribed::{Biological, Detail, MedicineIdentity, Prescription, SpecialReport, UnknownPart};
pub use product::{
    Container, Ingredient, IngredientAmount, Ingredients, Item, NamedKind, PrescribedProduct, Recipe, Substance,
};
pub use quantity::{Iteration, Quantity};
pub use remaining::{Remaining, remaining};
pub use renewal::{RenewalAnswer, RenewalRequest, RenewalState, Requester};
pub use rules::{Case, Finding, Language, Outcome, Rule, SignatureTrust, State, check};
pub use signed::{SignedBy, Signers};
pub use unlisted::{Compounding, Unlisted};
