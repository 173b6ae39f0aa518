//! Writing XML: nothing but elements, attributes and text, escaped. What XML cannot carry makes the whole document
//! fail; it is never left out or replaced, because what is signed must be what was meant.

use crate::WriteError;
use crate::tree::LARGEST_DOCUMENT;
use crate::verbatim::is_verbatim;

/// A document as it grows. The first fault is kept and returned by [`Xml::finish`].
pub(crate) struct Xml {
    out: String,
    depth: usize,
    declared: bool,
    fault: Option<WriteError>,
}

/// An attribute. One with an empty value is not written: HL7's types allow none.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

impl Xml {
    pub(crate) fn new() -> Self {
        Self { out: String::new(), depth: 0, declared: true, fault: None }
    }

    /// Elements to stand in an existing document; where that writes HL7's elements with a prefix, each outermost one
    /// declares the namespace itself.
    pub(crate) fn fragment(declared: bool) -> Self {
        Self { declared, ..Self::new() }
    }

    /// The whole document with its declaration.
    pub(crate) fn document(self) -> Result<Vec<u8>, WriteError> {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", self.finish()?);
        if text.len() > LARGEST_DOCUMENT { Err(WriteError::TooLarge) } else { Ok(text.into_bytes()) }
    }

    /// The elements alone.
    pub(crate) fn finish(self) -> Result<String, WriteError> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.out),
        }
    }

    /// An element with elements in it.
    pub(crate) fn element(&mut self, name: &'static str, attributes: &[Attribute<'_>], inside: impl FnOnce(&mut Self)) {
        self.start(name, attributes);
        self.out.push_str(">\n");
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.indent();
        self.end(name);
    }

    /// An element with nothing in it.
    pub(crate) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.start(name, attributes);
        self.out.push_str("/>\n");
    }

    /// An element with text in it.
    pub(crate) fn text(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.start(name, attributes);
        self.out.push('>');
        self.escape(name, text.trim(), false);
        self.end(name);
    }

    /// An element with text in it, if there is text.
    pub(crate) fn optional_text(&mut self, name: &'static str, text: &str) {
        if !text.trim().is_empty() {
            self.text(name, &[], text);
        }
    }

    /// A part of another document as [`crate::verbatim::verbatim`] gave it.
    pub(crate) fn verbatim(&mut self, part: &str) {
        if !is_verbatim(part) {
            return self.fail(WriteError::Character { fact: "unknown part" });
        }
        self.indent();
        self.out.push_str(part);
        self.out.push('\n');
    }

    /// Notes that the value cannot be written.
    pub(crate) fn fail(&mut self, fault: WriteError) {
        self.fault.get_or_insert(fault);
    }

    fn start(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        if self.depth == 0 && !self.declared {
            self.out.push_str(" xmlns=\"urn:hl7-org:v3\"");
        }
        for (attribute, value) in attributes {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            // Codes and units are of HL7's type `cs`, which has no spaces.
            if matches!(*attribute, "code" | "unit") && value.contains(char::is_whitespace) {
                self.fail(WriteError::Character { fact: attribute });
            }
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            self.escape(attribute, value, true);
            self.out.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.depth));
    }

    fn escape(&mut self, fact: &'static str, text: &str, attribute: bool) {
        if text.chars().any(|c| c < ' ' && !matches!(c, '\r' | '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}')) {
            return self.fail(WriteError::Character { fact });
        }
        escape_into(text, attribute, &mut self.out);
    }
}

/// Escapes what XML can carry.
pub(crate) fn escape_into(text: &str, attribute: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            character => out.push(character),
        }
    }
}

/// A text escaped to stand between tags of an existing document.
pub(crate) fn escaped(fact: &'static str, text: &str) -> Result<String, WriteError> {
    let mut xml = Xml::new();
    xml.escape(fact, text, false);
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_refused_and_the_rest_escaped() {
        assert_eq!(escaped("t", "a&b <c> \"å\"").unwrap(), "a&amp;b &lt;c&gt; \"å\"");
        for wrong in ["\u{0}", "a\u{1}", "\u{ffff}"] {
            assert_eq!(escaped("t", wrong), Err(WriteError::Character { fact: "t" }));
        }
        let mut xml = Xml::new();
        xml.empty("value", &[("unit", "x annos")]);
        assert_eq!(xml.finish(), Err(WriteError::Character { fact: "unit" }));
        let mut xml = Xml::new();
        xml.empty("a", &[("b", "1\n\t\"<&"), ("c", "")]);
        assert_eq!(xml.finish().unwrap(), "<a b=\"1&#10;&#9;&quot;&lt;&amp;\"/>\n");
    }
}
