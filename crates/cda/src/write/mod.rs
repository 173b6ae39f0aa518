//! Writing: values of the trade to documents. The narrative that a person reads is made from the same values as the
//! coded fields (promise 4), and what cannot be written exactly is refused rather than bent.

mod carried;
mod dispensation;
mod dosage;
mod header;
mod mark;
mod others;
pub(crate) mod parts;
mod prescription;
mod product;
mod renewal;
pub(crate) mod xml;

use ::prescription::Professional;

pub use dispensation::write_dispensation;
pub use mark::write_mark;
pub use prescription::write_prescription;
pub use renewal::write_renewal_request;

use crate::WriteError;

/// "laillistettu farmaseutti Siri Salminen".
fn titled(person: &Professional) -> String {
    let right = person.right.as_ref().map_or("", |right| right.name());
    format!("{right} {}", person.name.given_first()).trim().to_owned()
}

fn not_negative(fact: &'static str, value: rust_decimal::Decimal) -> Result<(), WriteError> {
    if value < rust_decimal::Decimal::ZERO { Err(WriteError::Negative { fact }) } else { Ok(()) }
}

fn there(fact: &'static str, there: bool) -> Result<(), WriteError> {
    if there { Ok(()) } else { Err(WriteError::Missing { fact }) }
}
