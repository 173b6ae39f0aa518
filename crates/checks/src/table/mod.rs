//! Every check once: its id, what it demands, what it says, what to do then, where it comes from and how sure that is. An id
//! that ends in a letter is another answer of the same check; "u" to "z" say why it could not be asked.

pub mod dosing;
pub mod package;
pub mod person;
pub mod therapy;

use prescription::Rule;

/// Every check and each of its answers.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [package::TABLE, therapy::TABLE, dosing::TABLE, person::TABLE].into_iter().flatten().copied()
}
