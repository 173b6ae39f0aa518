//! XML of Kela and Fimea, walked element by element. No document type is let in, so no entity can be declared, fetched
//! or multiplied; depth, sizes and numbers are bounded. The parser is the house's own and wants the text as a whole, so
//! the bound of a file is also what an import takes of memory; no tree is built of it.

use std::io::Read;

use uppsala::{Attribute, PullEvent, PullParser};

use super::error::{Fault, File, ReadError};
use super::limits::Limits;
use super::rows::Encoding;

/// What is met on the way. A path is the names from the root on, "a/b/c".
pub enum Step<'s> {
    /// An element begins.
    Start {
        /// Where.
        path: &'s str,
        /// What it carries.
        attributes: Attributes<'s>,
    },
    /// An element ends.
    End {
        /// Where.
        path: &'s str,
        /// Its own text behind its last child, without blanks around it.
        text: &'s str,
    },
}

/// Attributes of an element.
#[derive(Clone, Copy)]
pub struct Attributes<'s>(&'s [Attribute<'s>]);

impl Attributes<'_> {
    /// The value of a name, without blanks around it; nothing where it is not there.
    pub fn get(&self, name: &str) -> &str {
        let found =
            self.0.iter().find(|attribute| attribute.name.prefix.is_none() && attribute.name.local_name == name);
        found.map_or("", |attribute| attribute.value.trim())
    }
}

/// The whole text of an XML file, in the encoding that it declares: UTF-8, which is also meant by silence, or ISO-8859-1.
pub fn text(from: impl Read, file: File, limits: &Limits) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    from.take(limits.file_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| ReadError::Io { file, source })?;
    if bytes.len() as u64 > limits.file_bytes {
        return Err(ReadError::TooLarge { file, limit: limits.file_bytes });
    }
    if bytes.is_empty() {
        return Err(ReadError::Empty(file));
    }
    let encoding = declared(&bytes).map_err(|fault| ReadError::At { file, line: 1, fault })?;
    match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|error| {
            let sound = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..sound).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            ReadError::At { file, line, fault: Fault::Encoding(encoding.name()) }
        }),
        Encoding::Latin1 => {
            let mut text = String::with_capacity(bytes.len());
            for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
                let mut letters = String::new();
                let decoded = encoding.decode(line, &mut letters);
                decoded.map_err(|fault| ReadError::At { file, line: index as u64 + 1, fault })?;
                text.push_str(&letters);
            }
            Ok(text)
        }
    }
}

fn declared(bytes: &[u8]) -> Result<Encoding, Fault> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let declaration = head.split_once("?>").map_or("", |(before, _)| before).to_ascii_lowercase();
    let Some((_, said)) = declaration.split_once("encoding=") else { return Ok(Encoding::Utf8) };
    let quote = said.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(Fault::Xml)?;
    match said.split(quote).nth(1) {
        Some("utf-8") => Ok(Encoding::Utf8),
        Some("iso-8859-1") => Ok(Encoding::Latin1),
        _ => Err(Fault::Encoding("UTF-8 or ISO-8859-1")),
    }
}

/// Walks through a document. The line of an error is counted only when there is one.
pub fn walk(
    text: &str,
    file: File,
    root: &str,
    limits: &Limits,
    mut each: impl FnMut(Step) -> Result<(), Fault>,
) -> Result<(), ReadError> {
    let mut offset = 0;
    let walked = steps(text, root, limits, &mut offset, &mut each);
    walked.map_err(|fault| {
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        ReadError::At { file, line, fault }
    })
}

fn steps(
    text: &str,
    root: &str,
    limits: &Limits,
    offset: &mut usize,
    each: &mut impl FnMut(Step) -> Result<(), Fault>,
) -> Result<(), Fault> {
    // The parser's own bound lies beyond ours, so that ours gives the reason.
    let parser = PullParser::with_namespace_aware(text, false).with_forbid_dtd(true);
    let mut parser = parser.with_max_depth(limits.depth.saturating_add(8)).with_max_entity_expansion(0);
    let (mut path, mut ends, mut value) = (String::new(), Vec::new(), String::new());
    let mut is_whole = false;
    loop {
        let event = match parser.next_event() {
            Ok(Some(event)) => event,
            Ok(None) => break,
            Err(_) if path.is_empty() && is_doctype(text) => return Err(Fault::Doctype),
            Err(_) => return Err(Fault::Xml),
        };
        match event {
            PullEvent::StartElement { name, attributes, byte_end, depth, .. } => {
                *offset = byte_end;
                if depth >= limits.depth {
                    return Err(Fault::Depth);
                }
                ends.push(path.len());
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(&name.local_name);
                if depth == 0 && path != root {
                    return Err(Fault::Root(root.to_owned()));
                }
                value.clear();
                each(Step::Start { path: &path, attributes: Attributes(&attributes) })?;
            }
            PullEvent::EndElement { byte_end, .. } => {
                *offset = byte_end;
                each(Step::End { path: &path, text: value.trim() })?;
                value.clear();
                path.truncate(ends.pop().unwrap_or_default());
                is_whole = path.is_empty();
            }
            PullEvent::Text { content, byte_end, .. } | PullEvent::CData { content, byte_end, .. } => {
                *offset = byte_end;
                value.push_str(&content);
                if value.len() > limits.value_bytes {
                    return Err(Fault::TooLong(limits.value_bytes));
                }
            }
            PullEvent::Doctype(_) => return Err(Fault::Doctype),
            _ => {}
        }
    }
    // A file that was cut behind an element reads well up to there.
    if is_whole { Ok(()) } else { Err(Fault::Xml) }
}

/// Whether a document type is declared before the root.
fn is_doctype(text: &str) -> bool {
    let before_root = text.find("<!DOCTYPE");
    before_root.is_some_and(|at| {
        let prolog = text.get(..at).unwrap_or_default();
        prolog.match_indices('<').all(|(at, _)| matches!(prolog.as_bytes().get(at + 1), Some(b'?' | b'!')))
    })
}
