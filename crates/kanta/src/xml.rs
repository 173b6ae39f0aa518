//! Reading and writing the XML of messages, with every bound that hostile bytes need: size, depth, no document type,
//! and a message that was cut short told apart from one that was never right.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uppsala::{Document, NodeId, NodeKind, Parser};

use crate::{KantaError, MESSAGE_BYTES_AT_MOST};

/// The deepest nesting of elements; the deepest message that is written here has about a dozen.
const DEPTH_AT_MOST: u32 = 48;

/// Room for a message without a document, in bytes.
const ROOM: usize = 4 * 1024;

/// The text of a message, if it may be parsed at all.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, KantaError> {
    if bytes.len() > MESSAGE_BYTES_AT_MOST {
        return Err(KantaError::TooLarge { what: "bytes of message", limit: MESSAGE_BYTES_AT_MOST });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut in the middle of a character, or not UTF-8.
        Err(error) if error.error_len().is_none() => return Err(KantaError::Truncated),
        Err(_) => return Err(KantaError::Malformed("encoding is not UTF-8")),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(KantaError::Truncated);
    }
    Ok(text)
}

/// Parses a message's text.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, KantaError> {
    // Before parsing, and wherever it stands: no lawful message holds these characters.
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(KantaError::Doctype);
    }
    let depth = depth(text);
    if depth > DEPTH_AT_MOST {
        return Err(KantaError::TooDeep);
    }
    Parser::new()
        .with_forbid_dtd(true)
        .with_max_depth(DEPTH_AT_MOST)
        .parse(text)
        .map_err(|_| if is_cut(text) { KantaError::Truncated } else { KantaError::Malformed("not well-formed XML") })
}

/// An upper bound of the nesting, counted over tags. It may overcount in comments and CDATA, which no message has.
fn depth(text: &str) -> u32 {
    let mut deepest = 0_u32;
    let mut now = 0_u32;
    for piece in text.split('<').skip(1) {
        match piece.as_bytes().first() {
            Some(b'/') => now = now.saturating_sub(1),
            Some(b'?' | b'!') | None => {}
            Some(_) => {
                now += 1;
                deepest = deepest.max(now);
                if piece.split_once('>').is_some_and(|(tag, _)| tag.ends_with('/')) {
                    now -= 1;
                }
            }
        }
    }
    deepest
}

/// Whether a text that is not well-formed lacks its end: it begins as XML and its root element is never closed.
fn is_cut(text: &str) -> bool {
    let mut rest = text.trim_start();
    if !rest.starts_with('<') {
        return false;
    }
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ => break,
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return true,
        }
    }
    let Some(inner) = rest.strip_prefix('<') else { return rest.is_empty() };
    let name: String = inner.chars().take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/')).collect();
    if inner.split_once('>').is_none_or(|(tag, _)| tag.ends_with('/')) {
        return !inner.contains('>');
    }
    let closed = rest.rsplit_once(&format!("</{name}")).is_some_and(|(_, after)| after.trim_start().starts_with('>'));
    !closed
}

/// One element of a parsed message.
#[derive(Clone, Copy)]
pub(crate) struct Element<'d> {
    document: &'d Document<'d>,
    id: NodeId,
}

impl<'d> Element<'d> {
    /// The root element.
    pub(crate) fn root(document: &'d Document<'d>) -> Result<Self, KantaError> {
        let id = document.document_element().ok_or(KantaError::Malformed("no root element"))?;
        Ok(Self { document, id })
    }

    /// The local name.
    pub(crate) fn name(self) -> &'d str {
        self.document.element(self.id).map_or("", |element| element.name.local_name.as_ref())
    }

    /// Whether this is the element of that name.
    pub(crate) fn is(self, namespace: &str, name: &str) -> bool {
        self.document.element(self.id).is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// All child elements of that name.
    pub(crate) fn all(self, namespace: &'d str, name: &'d str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.is(namespace, name))
    }

    /// All child elements.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        document
            .children_iter(self.id)
            .filter(|id| matches!(document.node_kind(*id), Some(NodeKind::Element(_))))
            .map(move |id| Self { document, id })
    }

    /// The one child of that name, if there is one. Two are refused: readers would disagree about which is meant.
    pub(crate) fn child(self, namespace: &'d str, name: &'d str) -> Result<Option<Self>, KantaError> {
        let mut found = self.all(namespace, name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(KantaError::Malformed("an element occurs twice")),
        }
    }

    /// The one child of that name, which must be there; `what` names it in the error.
    pub(crate) fn must(self, namespace: &'d str, name: &'d str, what: &'static str) -> Result<Self, KantaError> {
        self.child(namespace, name)?.ok_or(KantaError::Malformed(what))
    }

    /// An attribute without namespace.
    pub(crate) fn attribute(self, name: &str) -> Option<&'d str> {
        let element = self.document.element(self.id)?;
        let own = element.attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == name)?;
        Some(own.value.as_ref())
    }

    /// An attribute that must be there.
    pub(crate) fn must_attribute(self, name: &str, what: &'static str) -> Result<&'d str, KantaError> {
        self.attribute(name).ok_or(KantaError::Malformed(what))
    }

    /// All text below this element.
    pub(crate) fn text(self) -> String {
        self.document.text_content_deep(self.id)
    }

    /// The same without a copy, where it is in one piece.
    fn whole_text(self) -> Cow<'d, str> {
        let mut children = self.document.children_iter(self.id);
        match (children.next().and_then(|only| self.document.text_content(only)), children.next()) {
            (Some(text), None) => Cow::Borrowed(text),
            _ => Cow::Owned(self.text()),
        }
    }

    /// The bytes that this element's text is in base64; white space between is allowed.
    pub(crate) fn base64(self, at_most: usize) -> Result<Vec<u8>, KantaError> {
        let too_large = KantaError::TooLarge { what: "bytes of document", limit: at_most };
        let text = self.whole_text();
        let decode = |text: &str| {
            let fits = text.len() / 4 * 3 <= at_most + 3;
            fits.then(|| STANDARD.decode(text).map_err(|_| KantaError::Malformed("document is not base64")))
        };
        // Our own senders put no white space into it: only where the text as it is does not do, it is looked for.
        let bytes = match decode(&text) {
            Some(Ok(bytes)) => bytes,
            _ => {
                let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                decode(&packed).unwrap_or(Err(too_large.clone()))?
            }
        };
        if bytes.len() > at_most { Err(too_large) } else { Ok(bytes) }
    }
}

/// Writes a message. Elements close in the order that the calls nest.
pub(crate) struct Writer(uppsala::XmlWriter);

impl Writer {
    /// An empty message with its declaration.
    pub(crate) fn new() -> Self {
        let mut writer = uppsala::XmlWriter::with_capacity(ROOM);
        writer.write_declaration();
        Self(writer)
    }

    /// An element with content.
    pub(crate) fn element(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        self.0.start_element(name, attributes);
        content(self);
        self.0.end_element(name);
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0.empty_element(name, attributes);
    }

    /// An element that holds text.
    pub(crate) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.0.start_element(name, attributes);
        self.0.text(text);
        self.0.end_element(name);
    }

    /// An element that holds bytes as base64.
    pub(crate) fn base64(&mut self, name: &str, attributes: &[(&str, &str)], bytes: &[u8]) {
        self.0.start_element(name, attributes);
        // No character of base64 needs escaping: a document's worth of them is not looked through for one.
        self.0.raw(&STANDARD.encode(bytes));
        self.0.end_element(name);
    }

    /// The message's bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(bytes: &[u8]) -> Result<(), KantaError> {
        parse(text(bytes)?).map(|_| ())
    }

    #[test]
    fn a_message_cut_anywhere_says_so() {
        let whole = "<?xml version=\"1.0\"?>\n<!-- a --><s:E xmlns:s=\"u\"><s:B x=\"a>b\">å<s:C/></s:B></s:E>";
        assert_eq!(fate(whole.as_bytes()), Ok(()));
        for length in 0..whole.len() {
            assert_eq!(fate(&whole.as_bytes()[..length]), Err(KantaError::Truncated), "{length}");
        }
    }

    #[test]
    fn what_was_never_right_is_not_called_cut() {
        for wrong in ["hello", "{}", "<a><b></a></b></a>", "<a/><b/>", "<a></a>junk", "<a>&nbsp;</a>"] {
            assert_eq!(fate(wrong.as_bytes()), Err(KantaError::Malformed("not well-formed XML")), "{wrong}");
        }
        assert_eq!(fate(b"<a>\xff\xfe</a>"), Err(KantaError::Malformed("encoding is not UTF-8")));
    }

    #[test]
    fn bombs_are_refused_before_parsing() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(fate(bomb.as_bytes()), Err(KantaError::Doctype));
        assert_eq!(fate(b"<!DOCTYPE a SYSTEM \"file:///elsewhere\"><a/>"), Err(KantaError::Doctype));
        assert_eq!(fate(b"<!ENTITY b \"c\"><a/>"), Err(KantaError::Doctype));
        assert_eq!(fate("<a>".repeat(100_000).as_bytes()), Err(KantaError::TooDeep));
        let deep = format!("{}{}", "<a>".repeat(49), "</a>".repeat(49));
        assert_eq!(fate(deep.as_bytes()), Err(KantaError::TooDeep));
        let flat = format!("<r>{}</r>", "<a></a><b/>".repeat(5_000));
        assert_eq!(fate(flat.as_bytes()), Ok(()));
        let large = vec![b' '; MESSAGE_BYTES_AT_MOST + 1];
        assert!(matches!(fate(&large), Err(KantaError::TooLarge { .. })));
    }

    #[test]
    fn base64_is_read_with_white_space_and_in_pieces_and_not_beyond_its_limit() {
        let read = |inside: &str, at_most: usize| {
            let text = format!("<a>{inside}</a>");
            let document = parse(&text)?;
            Element::root(&document)?.base64(at_most)
        };
        for inside in
            ["QUJDREVG", " QUJD\n\tREVG\r\n", "QUJD<!-- between -->REVG", "<![CDATA[QUJD]]>REVG", "<b>QUJD</b>REVG"]
        {
            assert_eq!(read(inside, 6), Ok(b"ABCDEF".to_vec()), "{inside}");
            let too_large = KantaError::TooLarge { what: "bytes of document", limit: 5 };
            assert_eq!(read(inside, 5), Err(too_large), "{inside}");
        }
        assert!(matches!(read(&"QUJD".repeat(1000), 6), Err(KantaError::TooLarge { .. })));
        assert_eq!(read("QUJ", 6), Err(KantaError::Malformed("document is not base64")));
        assert_eq!(read("QU?D", 6), Err(KantaError::Malformed("document is not base64")));
        assert_eq!(read("", 6), Ok(vec![]));
    }

    #[test]
    fn no_character_of_base64_would_be_escaped() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (mut plain, mut escaped) = (Writer::new(), Writer::new());
        plain.base64("a", &[], &bytes);
        escaped.leaf("a", &[], &STANDARD.encode(&bytes));
        assert_eq!(plain.into_bytes(), escaped.into_bytes());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let _ = fate(&bytes);
        }

        #[test]
        fn no_markup_makes_the_reader_panic(text in "[<>/!?a:= \"'&;#\\-\\[\\]x0]{0,200}") {
            let _ = fate(text.as_bytes());
        }
    }
}
