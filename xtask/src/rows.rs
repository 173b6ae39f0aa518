//! `xtask/rows.ini`: rows of the field's notes that are no declared rules, each obeyed at a named place or set aside with a
//! reason.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::paths;

const FILE: &str = "xtask/rows.ini";
const MARKS: [(&str, &str); 4] = [
    ("read", "read"),
    ("sample", "read in a sample"),
    ("recalled", "recalled, to be confirmed"),
    ("ours", "our own design"),
];

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// "SE-1".
    pub id: String,
    /// What it demands.
    pub demand: String,
    /// Where it comes from.
    pub source: String,
    /// How sure that is.
    pub mark: String,
    /// Where it is enforced: a file, `#`, and a word that stands in it.
    pub place: String,
    /// Why it does not concern the program; then it has nothing else.
    pub aside: Option<String>,
}

/// Every row.
pub fn read() -> Result<Vec<Row>> {
    parse(&std::fs::read_to_string(paths::root().join(FILE)).context(FILE)?)
}

impl Row {
    /// What is wrong with an obeyed row: it is a rule of the table already, lacks something, or its place is not there.
    pub fn fault(&self, declared: &BTreeSet<String>) -> Option<String> {
        let id = &self.id;
        if declared.contains(id) {
            return Some(format!("{id} is a rule of the program: it does not belong into {FILE}"));
        }
        if [&self.demand, &self.source, &self.mark].into_iter().any(String::is_empty) {
            return Some(format!("{id} lacks demand, source or mark"));
        }
        let is_there = self.place.split_once('#').is_some_and(|(file, word)| {
            let text = std::fs::read_to_string(paths::root().join(file)).unwrap_or_default();
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            !word.is_empty() && program.contains(word)
        });
        (!is_there).then(|| format!("{id} is not enforced where {FILE} says: {}", self.place))
    }
}

fn parse(text: &str) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = vec![];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(id) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            anyhow::ensure!(rows.iter().all(|row| row.id != id), "{FILE}: {id} stands there twice");
            rows.push(Row { id: id.to_owned(), ..Row::default() });
            continue;
        }
        let row = rows.last_mut().with_context(|| format!("{FILE}: `{line}` is no row's"))?;
        let (key, value) = line.split_once(" = ").with_context(|| format!("{FILE}: `{line}`"))?;
        let value = value.to_owned();
        match key {
            "demand" => row.demand = value,
            "source" => row.source = value,
            "mark" => {
                let said = MARKS.iter().find(|(mark, _)| *mark == value).map(|(_, said)| (*said).to_owned());
                row.mark = said.with_context(|| format!("{FILE}: {}: no such mark", row.id))?;
            }
            "place" => row.place = value,
            "aside" => row.aside = Some(value),
            other => bail!("{FILE}: {}: what is `{other}`?", row.id),
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_obeyed_at_a_place_that_is_there_or_set_aside_with_a_reason() {
        let rows = parse(
            "[SE-1]\ndemand = x\nsource = y\nmark = ours\nplace = xtask/src/rows.rs#pub struct Row\n\n[LO-5]\naside = z\n",
        )
        .unwrap();
        assert_eq!(rows[0].fault(&BTreeSet::new()), None);
        assert_eq!(rows[1].aside.as_deref(), Some("z"));
        assert!(rows[0].fault(&BTreeSet::from(["SE-1".to_owned()])).is_some(), "declared and listed as well");
        let elsewhere = Row { place: "xtask/src/rows.rs#a word that is not there".into(), ..rows[0].clone() };
        assert!(elsewhere.fault(&BTreeSet::new()).is_some());
        assert!(Row { place: "xtask/src/nothing.rs#x".into(), ..rows[0].clone() }.fault(&BTreeSet::new()).is_some());
        assert!(parse("[A-1]\nmark = sure\n").is_err());
        assert!(parse("[A-1]\n[A-1]\n").is_err());
    }
}
