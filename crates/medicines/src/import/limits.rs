//! How large what comes from outside may be.

use crate::MOST_PACKAGES;

/// Bounds of what an import takes. The defaults are some times what Finland's files have: Fimea's nightly file has about
/// 200 MB (medicines.md 2.2), its list of substances about 68,000 rows (2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of one line of a text file.
    pub line_bytes: usize,
    /// Bytes of one value of an XML file.
    pub value_bytes: usize,
    /// Rows of a text file.
    pub rows: u64,
    /// Packages of Kela's database.
    pub packages: u64,
    /// Elements within elements.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            line_bytes: 16 << 10,
            value_bytes: 8 << 10,
            rows: 2_000_000,
            packages: MOST_PACKAGES as u64,
            depth: 16,
        }
    }
}
