//! The XML tree.
/// The largest document that is read or written, in bytes: 1 MiB. Real ones have 5 to 60 KiB.
pub const LARGEST_DOCUMENT: usize = 1 << 20;
