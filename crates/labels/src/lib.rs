//! The label of a dispensed medicine (ohjelippu; medicines notes 5.1 and the corrections at their head): what stands on it,
//! in the customer's language; one layout of it in placed text; and that layout as PDF, ZPL, ESC/POS and picture. The
//! preview is the print: all of them write the same [`Layout`], and none of them wraps, shortens or leaves out anything.
//!
//! It knows no printer, no disk and no clock. Lengths are whole micrometres, so that a layout is the same on every machine.
//! A reader may begin at [`Contents`], then [`layout`].

mod blocks;
mod contents;
mod error;
mod escpos;
mod face;
mod font;
mod layout;
mod letters;
mod pdf;
mod raster;
mod size;
mod svg;
mod words;
mod wrap;
mod zpl;

pub use contents::{Compounded, Contents, Exchange, Pharmacy, Product, Remaining, SplitPackage, Warning};
pub use error::{Field, LabelError};
pub use escpos::{PAPER_DOTS_PER_MM, escpos};
pub use face::Face;
pub use layout::{Item, Layout, Run, SHEETS_AT_MOST, Sheet, layout};
pub use pdf::pdf;
pub use raster::{Bitmap, bitmap};
pub use size::Size;
pub use svg::svg;
pub use zpl::{Density, zpl, zpl_picture};
