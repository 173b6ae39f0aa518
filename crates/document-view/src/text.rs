//! A page as plain text for a terminal. Texts were made safe before (`Viewer`); here they are only set.

use prescription::Language;

use crate::{Page, Row, Section, Table, Tone};

/// A page as plain text.
pub fn text(page: &Page) -> String {
    let mut said = String::new();
    line(&mut said, &page.title);
    line(&mut said, &"=".repeat(page.title.chars().count().min(WIDTH)));
    for more in &page.subtitle {
        line(&mut said, more);
    }
    for (tone, warning) in &page.warnings {
        let sign = if *tone == Tone::Holds { "✓" } else { "!" };
        line(&mut said, &format!("{sign} {warning} [{}]", tone.words(page.language)));
    }
    for section in &page.sections {
        self::section(&mut said, section, page.language);
    }
    said
}

/// The widest ruler, and the widest column of labels.
const WIDTH: usize = 100;
const LABELS: usize = 46;

fn section(said: &mut String, section: &Section, language: Language) {
    line(said, "");
    line(said, section.heading);
    line(said, &"-".repeat(section.heading.chars().count().min(WIDTH)));
    let facts = || section.facts.iter().filter(|fact| !fact.quiet);
    let width = facts().map(|fact| fact.label.chars().count()).max().unwrap_or_default().min(LABELS);
    for fact in facts() {
        entry(said, &fact.label, width, &fact.value, fact.tone, language);
    }
    if let Some(table) = &section.table {
        self::table(said, table, language);
    }
}

/// Rows as entries under their first cell: a terminal is too narrow for six columns of words. Columns that say the same
/// are told together.
fn table(said: &mut String, table: &Table, language: Language) {
    let first = |row: &Row| row.cells.first().map_or(0, |cell| cell.chars().count());
    let width = table.rows.iter().map(first).max().unwrap_or_default().min(LABELS);
    for Row { cells, tone } in &table.rows {
        let Some((label, cells)) = cells.split_first() else { continue };
        let told = table.columns.iter().skip(1).zip(cells).filter(|(_, cell)| !cell.is_empty()).collect::<Vec<_>>();
        let lines = told.chunk_by(|(_, a), (_, b)| a == b).filter_map(|same| {
            let columns = same.iter().map(|(column, _)| **column).collect::<Vec<_>>().join(" = ");
            same.first().map(|(_, cell)| format!("{columns}: {}", cell.replace('\n', ", ")))
        });
        entry(said, label, width, &lines.collect::<Vec<_>>().join("\n"), *tone, language);
    }
}

fn entry(said: &mut String, label: &str, width: usize, value: &str, tone: Option<Tone>, language: Language) {
    let mark = tone.map(|tone| format!(" [{}]", tone.words(language))).unwrap_or_default();
    for (at, part) in value.split('\n').enumerate() {
        let (label, mark) = if at == 0 { (label, mark.as_str()) } else { ("", "") };
        line(said, &format!("  {label:<width$}  {part}{mark}"));
    }
}

fn line(said: &mut String, text: &str) {
    said.push_str(text.trim_end());
    said.push('\n');
}
