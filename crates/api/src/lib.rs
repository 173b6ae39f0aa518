//! The catalogue of what can be asked of the program.
//!
//! Declared once, in [`catalogue`]: *requests* with one answer each, *events* that are pushed, *secrets* that no log and
//! no transcript holds. The window and the headless host are thin: both hand a [`Request`] to [`answer`]. The page's
//! TypeScript types come from the same place.

mod catalogue;
mod secret;
mod views;

pub use catalogue::*;
pub use secret::Secret;
pub use views::*;
