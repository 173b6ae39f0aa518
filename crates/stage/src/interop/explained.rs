//! The differences that are known and why they are as they are: the tables of `docs/interop.md`, so that what people read
//! and what the program compares with is one thing.
//!
//! A row is `| document | difference | reason |`, the first two as code with `*` for anything; a document is named by its path
//! below the folder. Rows of other tables are left alone.

use std::cell::Cell;

/// The rows.
pub struct Explained(Vec<Row>);

struct Row {
    document: String,
    difference: String,
    used: Cell<usize>,
}

impl Explained {
    /// Reads the rows of a page.
    pub fn read(page: &str) -> Self {
        Self(page.lines().filter_map(Row::read).collect())
    }

    /// Whether a difference of a document has its row.
    pub fn explains(&self, document: &str, difference: &str) -> bool {
        let fits = |row: &&Row| matches(&row.document, document) && matches(&row.difference, difference);
        let rows: Vec<&Row> = self.0.iter().filter(fits).collect();
        rows.iter().for_each(|row| row.used.set(row.used.get() + 1));
        !rows.is_empty()
    }

    /// Rows that nothing needed: what they explain is gone, and so should they be.
    pub fn unused(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter(|row| row.used.get() == 0).map(|row| format!("{}: {}", row.document, row.difference))
    }
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let code = |cell: Option<&str>| Some(cell?.strip_prefix('`')?.strip_suffix('`')?.to_owned());
        let (document, difference) = (code(cells.next())?, code(cells.next())?);
        let reason = cells.next().is_some_and(|reason| !reason.is_empty());
        reason.then_some(Self { document, difference, used: Cell::new(0) })
    }
}

/// Whether a text is as a pattern says, `*` being anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*", "") && matches("a*c", "abc") && matches("a*b*", "a.b.") && matches("a", "a"));
        assert!(!matches("a", "ab") && !matches("a*c", "ab") && !matches("a*b*a", "aba.") && !matches("ab*ba", "aba"));
    }

    #[test]
    fn a_row_explains_what_it_names_and_is_told_when_nothing_needs_it() {
        let page = "| document | difference | why |\n| --- | --- | --- |\n| `a*.xml` | `x: *` | so |\n| `b` | `y` | so |\n| `c` | `z` | |";
        let explained = Explained::read(page);
        assert!(
            explained.explains("a/1.xml", "x: 1") && !explained.explains("b", "x: 1") && !explained.explains("c", "z")
        );
        assert_eq!(explained.unused().collect::<Vec<_>>(), ["b: y"]);
    }
}
