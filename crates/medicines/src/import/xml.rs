//! XML of Kela and Fimea, walked element by element as it comes in; no more of it is in memory than the element at hand.
//! A document type is refused, so no entity can be declared, fetched or multiplied; depth, sizes and numbers are bounded.
//!
//! The house's own parser (uppsala) wants a document whole and builds what signatures need. These files have hundreds of
//! megabytes and no signature, so another one reads them (quick-xml), and what it leaves unchecked is checked here.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::error::{Fault, File, ReadError};
use super::limits::Limits;
use super::rows::Encoding;

/// Bytes at the beginning in which the encoding is declared.
const DECLARATION: u64 = 200;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

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
pub struct Attributes<'s>(&'s [(String, String)]);

impl Attributes<'_> {
    /// The value of a name, without blanks around it; nothing where it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }
}

/// Walks through a document in the encoding that it declares: UTF-8, which is also meant by silence, or ISO-8859-1. Where a
/// root is named it is that one.
pub fn walk(
    from: impl Read,
    file: File,
    root: Option<&str>,
    limits: &Limits,
    mut each: impl FnMut(Step) -> Result<(), Fault>,
) -> Result<(), ReadError> {
    let mut from = from.take(limits.file_bytes.saturating_add(1));
    let mut line = 1;
    let walked = decoded(&mut from, file).and_then(|text| {
        let mut walk =
            Walk { root, limits, path: String::new(), ends: Vec::new(), value: String::new(), is_whole: false };
        walk.all(text, &mut line, &mut each).map_err(|stop| match stop {
            Stop::Fault(fault) => ReadError::At { file, line, fault },
            Stop::Io(source) => ReadError::Io { file, source },
        })
    });
    // What was cut off at the limit reads as not well-formed, and is too large.
    if from.limit() == 0 { Err(ReadError::TooLarge { file, limit: limits.file_bytes }) } else { walked }
}

/// The letters in UTF-8. A file in ISO-8859-1 is turned as a whole, line by line.
fn decoded<'r>(mut from: impl Read + 'r, file: File) -> Result<Box<dyn BufRead + 'r>, ReadError> {
    let at_io = |source| ReadError::Io { file, source };
    let mut head = Vec::new();
    (&mut from).take(DECLARATION).read_to_end(&mut head).map_err(at_io)?;
    if head.is_empty() {
        return Err(ReadError::Empty(file));
    }
    let encoding = declared(&head).map_err(|fault| ReadError::At { file, line: 1, fault })?;
    let mut whole = BufReader::with_capacity(64 << 10, Cursor::new(head).chain(from));
    if encoding == Encoding::Utf8 {
        return Ok(Box::new(whole));
    }
    let (mut text, mut letters, mut bytes, mut line) = (String::new(), String::new(), Vec::new(), 0);
    while whole.read_until(b'\n', &mut bytes).map_err(at_io)? > 0 {
        line += 1;
        letters.clear();
        encoding.decode(&bytes, &mut letters).map_err(|fault| ReadError::At { file, line, fault })?;
        text.push_str(&letters);
        bytes.clear();
    }
    Ok(Box::new(Cursor::new(text.into_bytes())))
}

fn declared(head: &[u8]) -> Result<Encoding, Fault> {
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

/// Why a walk ends early.
enum Stop {
    Fault(Fault),
    Io(io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

impl From<quick_xml::Error> for Stop {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(source) => Stop::Io(io::Error::new(source.kind(), source)),
            quick_xml::Error::Encoding(_) => Stop::Fault(Fault::Encoding(Encoding::Utf8.name())),
            _ => Stop::Fault(Fault::Xml),
        }
    }
}

/// A walk on its way.
struct Walk<'w> {
    root: Option<&'w str>,
    limits: &'w Limits,
    path: String,
    /// How long the path is without each of its names.
    ends: Vec<usize>,
    value: String,
    is_whole: bool,
}

impl Walk<'_> {
    fn all(
        &mut self,
        from: Box<dyn BufRead + '_>,
        line: &mut u64,
        each: &mut impl FnMut(Step) -> Result<(), Fault>,
    ) -> Result<(), Stop> {
        let mut reader = Reader::from_reader(from);
        reader.config_mut().enable_all_checks(true);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = reader.read_event_into(&mut buffer)?;
            *line += event.bytes().filter(|byte| *byte == b'\n').count() as u64;
            match event {
                Event::Start(start) => self.start(&start, each)?,
                Event::Empty(start) => {
                    self.start(&start, each)?;
                    self.end(each)?;
                }
                Event::End(_) => self.end(each)?,
                Event::Text(text) => self.text(&text)?,
                Event::CData(text) => self.text(&text)?,
                Event::GeneralRef(name) => {
                    let mut letter = [0; 4];
                    let meant = match name.resolve_char_ref()? {
                        Some(meant) => &*meant.encode_utf8(&mut letter),
                        None => resolve_predefined_entity(&name).ok_or(Fault::Xml)?,
                    };
                    self.text(meant)?;
                }
                Event::DocType(_) => return Err(Fault::Doctype.into()),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                // A file that was cut behind an element reads well up to there.
                Event::Eof => return if self.is_whole { Ok(()) } else { Err(Fault::Xml.into()) },
            }
        }
    }

    fn start(&mut self, start: &BytesStart, each: &mut impl FnMut(Step) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.is_whole {
            return Err(Fault::Xml);
        }
        if self.ends.len() >= self.limits.depth as usize {
            return Err(Fault::Depth);
        }
        self.ends.push(self.path.len());
        if !self.path.is_empty() {
            self.path.push('/');
        }
        let name = start.local_name();
        self.path.push_str(name.as_ref());
        if let Some(root) = self.root.filter(|root| self.ends.len() == 1 && self.path != *root) {
            return Err(Fault::Root(root.to_owned()));
        }
        self.value.clear();
        let mut attributes = Vec::new();
        if !start.attributes_raw().is_empty() {
            for attribute in start.attributes() {
                let attribute = attribute.map_err(|_| Fault::Xml)?;
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Fault::Xml)?;
                if value.len() > self.limits.value_bytes {
                    return Err(Fault::TooLong(self.limits.value_bytes));
                }
                if attributes.len() >= MOST_ATTRIBUTES {
                    return Err(Fault::TooMany(MOST_ATTRIBUTES as u64));
                }
                sound(&value)?;
                attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
            }
        }
        each(Step::Start { path: &self.path, attributes: Attributes(&attributes) })
    }

    fn end(&mut self, each: &mut impl FnMut(Step) -> Result<(), Fault>) -> Result<(), Fault> {
        each(Step::End { path: &self.path, text: self.value.trim() })?;
        self.value.clear();
        self.path.truncate(self.ends.pop().unwrap_or_default());
        self.is_whole = self.ends.is_empty();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        // What stands between elements to make them look well is the greater part of all texts.
        if self.value.is_empty() && text.trim_ascii_start().is_empty() && text.len() <= self.limits.value_bytes {
            return Ok(());
        }
        if self.ends.is_empty() && !text.trim().is_empty() {
            return Err(Fault::Xml);
        }
        sound(text)?;
        self.value.push_str(text);
        if self.value.len() > self.limits.value_bytes {
            return Err(Fault::TooLong(self.limits.value_bytes));
        }
        Ok(())
    }
}

/// Letters that XML does not have.
fn sound(text: &str) -> Result<(), Fault> {
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    if text.bytes().fold(false, |found, byte| found | is_control(byte)) { Err(Fault::Xml) } else { Ok(()) }
}
