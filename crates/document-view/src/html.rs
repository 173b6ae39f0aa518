//! A page as HTML: one document that stands by itself, without script and without any address outside of it, for light
//! and dark screens and for paper. Every text is escaped in one place, here.

use prescription::Language;

use crate::labels::words;
use crate::{Fact, Page, Row, Section, Table, Tone};

/// A page as HTML.
pub fn html(page: &Page) -> String {
    let mut out = Html(String::with_capacity(16_384));
    let language = match page.language {
        Language::Fi => "fi",
        Language::Sv => "sv",
        Language::En => "en",
    };
    out.raw("<!DOCTYPE html>\n<html lang=\"").raw(language).raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    // Whatever a text might smuggle in: nothing is fetched and nothing runs.
    out.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    out.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    out.raw("<title>").text(&page.title).raw("</title>\n<style>\n").raw(STYLE).raw("</style>\n</head>\n<body>\n");
    out.raw("<header>\n<h1>").value(&page.title).raw("</h1>\n");
    for more in &page.subtitle {
        out.raw("<p>").value(more).raw("</p>\n");
    }
    out.raw("</header>\n<main>\n");
    warnings(&mut out, page);
    for section in &page.sections {
        self::section(&mut out, section, page.language);
    }
    let copy = words::COPY.words.in_language(page.language);
    out.raw("</main>\n<footer><p>").text(copy).raw("</p></footer>\n</body>\n</html>\n");
    out.0
}

const STYLE: &str = include_str!("page.css");

struct Html(String);

impl Html {
    /// Markup of this file, never a text of a document.
    fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, escaped.
    fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\0' => self.0.push('\u{fffd}'),
                _ => self.0.push(letter),
            }
        }
        self
    }

    /// A text of a document: escaped, and with a writing direction of its own.
    fn value(&mut self, text: &str) -> &mut Self {
        self.raw("<bdi>").text(text).raw("</bdi>")
    }

    fn mark(&mut self, tone: Tone, language: Language) -> &mut Self {
        self.raw(" <span class=\"mark ").raw(tone.name()).raw("\">").text(tone.words(language)).raw("</span>")
    }
}

fn warnings(out: &mut Html, page: &Page) {
    if page.warnings.is_empty() {
        return;
    }
    out.raw("<ul class=\"warnings\">\n");
    for (tone, warning) in &page.warnings {
        out.raw("<li class=\"").raw(tone.name()).raw("\">").value(warning).mark(*tone, page.language).raw("</li>\n");
    }
    out.raw("</ul>\n");
}

fn section(out: &mut Html, section: &Section, language: Language) {
    let critical = if section.critical { " critical" } else { "" };
    let wide = if section.table.is_some() { " wide" } else { "" };
    out.raw("<section class=\"").raw(section.key).raw(critical).raw(wide).raw("\" aria-labelledby=\"").raw(section.key);
    out.raw("\">\n<h2 id=\"").raw(section.key);
    out.raw("\">").text(section.heading).raw("</h2>\n");
    let shown: Vec<&Fact> = section.facts.iter().filter(|fact| !fact.quiet).collect();
    if !shown.is_empty() {
        out.raw("<dl>\n");
        for fact in shown {
            out.raw("<div><dt>").text(&fact.label).raw("</dt><dd>").value(&fact.value);
            if let Some(tone) = fact.tone {
                out.mark(tone, language);
            }
            out.raw("</dd></div>\n");
        }
        out.raw("</dl>\n");
    }
    if let Some(table) = &section.table {
        self::table(out, table, language);
    }
    out.raw("</section>\n");
}

fn table(out: &mut Html, table: &Table, language: Language) {
    out.raw("<table>\n<thead><tr>");
    for column in &table.columns {
        out.raw("<th scope=\"col\">").text(column).raw("</th>");
    }
    out.raw("</tr></thead>\n<tbody>\n");
    for Row { cells, tone } in &table.rows {
        out.raw("<tr>");
        for (at, cell) in cells.iter().enumerate() {
            let (open, close) = if at == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
            out.raw(open).value(cell);
            if let (0, Some(tone)) = (at, tone) {
                out.mark(*tone, language);
            }
            out.raw(close);
        }
        out.raw("</tr>\n");
    }
    out.raw("</tbody>\n</table>\n");
}
