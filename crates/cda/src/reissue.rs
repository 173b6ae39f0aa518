//! Making a prescription of today from an old one, for demonstrations and tests with real documents: new identifier,
//! dates moved, artificial people in header and body, no signatures. Everything else stays byte for byte as it was, so
//! the edits are made in the text, each pass in a fresh reading of it.

use std::ops::Range;

use chrono::{Days, NaiveDate, NaiveDateTime};
use prescription::{DocumentType, Oid, Patient, PersonName, Prescription, Professional};

use crate::fields::{PRESCRIBER, RIGHT};
use crate::read::{entries, field_code};
use crate::time::{read_time, show_date, write_date, write_time};
use crate::tree::{Node, Tree, text};
use crate::write::parts::{
    assigned_person, facility, identifiers, record_target, represented_organisation, right, subject,
};
use crate::write::xml::{Xml, escaped};
use crate::{Content, ReadError, ReissueError, header_body_mismatches, read};

/// What a prescription is made into.
#[derive(Debug, Clone, PartialEq)]
pub struct Reissue {
    /// The new identifier, also of the set.
    pub id: Oid,
    /// When it is prescribed now. Every other date moves by as many days, so that the length of validity stays.
    pub prescribed_at: NaiveDateTime,
    /// An artificial patient.
    pub patient: Patient,
    /// An artificial prescriber. Where it has no organisation, the document's own stays.
    pub prescriber: Professional,
}

/// Makes a prescription of today from an old one of type 1.
pub fn reissue(document: &[u8], new: &Reissue) -> Result<Vec<u8>, ReissueError> {
    let Content::Prescription(old) = read(document)?.content else { return Err(ReissueError::NotAPrescription) };
    if old.reference.document_type != DocumentType::Prescription {
        return Err(ReissueError::NotAPrescription);
    }
    let differed_before = header_body_mismatches(document)?;
    let change = Change { old: &old, new };
    let mut text = text(document)?.to_owned();
    text = pass(&text, |root, _| change.people(root))?;
    text = pass(&text, |root, source| change.times(root, source))?;
    text = pass(&text, |root, source| change.narrative(root, source))?;
    for id in [&old.reference.id, &old.reference.set_id] {
        text = with_identifier(&text, id.as_str(), new.id.as_str());
    }
    let made = text.into_bytes();
    if let Some(found) = header_body_mismatches(&made)?.into_iter().find(|fact| !differed_before.contains(fact)) {
        return Err(ReissueError::Mismatch { fact: found.fact });
    }
    Ok(made)
}

/// A piece of the text and what stands there instead.
type Edit = (Range<usize>, String);

/// Reads the text, asks for edits, and makes them.
fn pass(
    source: &str,
    edits: impl FnOnce(Node<'_>, &str) -> Result<Vec<Edit>, ReissueError>,
) -> Result<String, ReissueError> {
    let tree = Tree::parse(source)?;
    let mut edits = edits(tree.clinical_document()?, source)?;
    edits.sort_by_key(|(range, _)| range.start);
    let mut made = String::with_capacity(source.len());
    let mut done = 0;
    for (range, replacement) in edits {
        // Ranges come from the parser and do not overlap; one that did would be a fault of this module.
        let kept = source.get(done..range.start).ok_or(ReissueError::Read(ReadError::NotXml { line: 0 }))?;
        made.push_str(kept);
        made.push_str(&replacement);
        done = range.end;
    }
    made.push_str(source.get(done..).unwrap_or_default());
    Ok(made)
}

struct Change<'a> {
    old: &'a Prescription,
    new: &'a Reissue,
}

impl Change<'_> {
    /// People and organisations in header and body; signatures away; an ID for the body that will be signed.
    fn people(&self, root: Node<'_>) -> Result<Vec<Edit>, ReissueError> {
        let mut edits = Vec::new();
        let written = |write: &dyn Fn(&mut Xml)| {
            let mut xml = Xml::fragment(root.is_bare());
            write(&mut xml);
            xml.finish().map(|text| text.trim_end().to_owned())
        };
        let mut replace = |node: Option<Node<'_>>, write: &dyn Fn(&mut Xml)| -> Result<(), ReissueError> {
            if let Some(range) = node.and_then(Node::range) {
                edits.push((range, written(write)?));
            }
            Ok(())
        };
        replace(root.child("recordTarget"), &|xml| record_target(xml, &self.new.patient, None))?;
        for related in root.descendants("relatedSubject") {
            replace(related.parent(), &|xml| subject(xml, &self.new.patient))?;
        }
        let person = &self.new.prescriber;
        for author in prescribers(root) {
            let Some(assigned) = author.child("assignedAuthor") else { continue };
            let code = assigned.child("code");
            let qualifiers = code.map(|code| code.descendants("qualifier")).unwrap_or_default();
            let of_right = |q: &Node<'_>| q.child("name").and_then(|n| n.attr("code")) == Some(RIGHT.code);
            let held = qualifiers.into_iter().find(of_right).and_then(|q| q.child("value"));
            if let Some(new) = &person.right {
                replace(held, &|xml| right(xml, new))?;
            }
            replace(assigned.child("assignedPerson"), &|xml| assigned_person(xml, &person.name))?;
            if let Some(unit) = &person.organisation {
                let organisation = assigned.child("representedOrganization");
                replace(organisation, &|xml| represented_organisation(xml, unit))?;
            }
            replace(assigned.child("id"), &|xml| identifiers(xml, person))?;
            for other in assigned.children("id").skip(1) {
                replace(Some(other), &|_| ())?;
            }
        }
        if let Some(unit) = &person.organisation {
            let place = root.path(&["componentOf", "encompassingEncounter", "location", "healthCareFacility"]);
            replace(place, &|xml| facility(xml, unit))?;
        }
        if let Some(local) = root.finnish_child("localHeader") {
            replace(local.finnish_child("signatureCollection"), &|_| ())?;
        }
        if let Some(body) = root.descendants("structuredBody").into_iter().find(|body| body.attr("ID").is_none()) {
            edits.extend(body.name_end().map(|end| (end..end, " ID=\"mainbody\"".to_owned())));
        }
        Ok(edits)
    }

    /// Every time: the prescribing moment becomes the new one, log-in of the prescriber the new person's, all others
    /// move by whole days.
    fn times(&self, root: Node<'_>, source: &str) -> Result<Vec<Edit>, ReissueError> {
        let mut edits = Vec::new();
        let mut set = |node: Node<'_>, value: String| {
            edits.extend(attribute(source, node, "value").map(|range| (range, value)));
        };
        let now = write_time(self.new.prescribed_at);
        for node in [
            root.child("effectiveTime"),
            root.finnish_child("localHeader").and_then(|l| l.finnish_child("declaredTime")),
        ] {
            node.into_iter().for_each(|node| set(node, now.clone()));
        }
        root.child("versionNumber").into_iter().for_each(|node| set(node, "1".to_owned()));
        let prescribers = prescribers(root);
        let prescriber_times: Vec<Range<usize>> =
            prescribers.iter().filter_map(|a| a.child("time")).filter_map(Node::range).collect();
        let logged_in = write_time(self.new.prescriber.logged_in_at.unwrap_or(self.new.prescribed_at));
        for time in root.descendants("author").into_iter().filter_map(|author| author.child("time")) {
            if time.range().is_some_and(|range| prescriber_times.contains(&range)) {
                set(time, logged_in.clone());
            } else if let Some(old) = time.attr("value") {
                set(time, self.moved(old)?);
            }
        }
        let encounter = root.child("componentOf");
        let body = root.descendants("structuredBody").into_iter().next();
        for part in [encounter, body].into_iter().flatten() {
            for time in part.descendants("effectiveTime") {
                for node in std::iter::once(time)
                    .chain(time.elements().filter(|e| matches!(e.name(), "low" | "high" | "center")))
                {
                    if let Some(old) = node.attr("value") {
                        set(node, self.moved(old)?);
                    }
                }
            }
        }
        Ok(edits)
    }

    /// A time moved by as many days as the prescribing moment moves, in the precision that it had.
    fn moved(&self, old: &str) -> Result<String, ReissueError> {
        let Some(time) = read_time(old) else { return Ok(old.to_owned()) };
        if time == self.old.prescribed_at && old.len() >= 14 {
            return Ok(write_time(self.new.prescribed_at));
        }
        let date = write_date(self.moved_date(time.date())?);
        Ok(format!("{date}{}", old.get(8..).unwrap_or_default()))
    }

    fn moved_date(&self, date: NaiveDate) -> Result<NaiveDate, ReissueError> {
        let days = self.new.prescribed_at.date().signed_duration_since(self.old.prescribed_at.date()).num_days();
        let moved = match u64::try_from(days) {
            Ok(days) => date.checked_add_days(Days::new(days)),
            Err(_) => date.checked_sub_days(Days::new(days.unsigned_abs())),
        };
        moved.filter(|date| write_date(*date).len() == 8).ok_or(ReissueError::Date)
    }

    /// The text for people: date, prescriber, unit and patient as far as it names them.
    fn narrative(&self, root: Node<'_>, source: &str) -> Result<Vec<Edit>, ReissueError> {
        let words = self.words()?;
        let mut edits = Vec::new();
        for section in root.descendants("section") {
            for range in section.child("text").map(Node::text_ranges).unwrap_or_default() {
                let Some(old) = source.get(range.clone()) else { continue };
                // Longest first, and each only once: a new word must not be taken for an old one.
                let new = words.iter().find(|(word, _)| old.contains(word.as_str()));
                edits.extend(new.map(|(word, new)| (range, old.replacen(word.as_str(), new, 1))));
            }
        }
        Ok(edits)
    }

    fn words(&self) -> Result<Vec<(String, String)>, ReissueError> {
        let (old, new) = (self.old.prescribed_at.date(), self.new.prescribed_at.date());
        let mut words = vec![
            (show_date(old), show_date(new)),
            (old.format("%d.%m.%Y").to_string(), new.format("%d.%m.%Y").to_string()),
            (write_date(old), write_date(new)),
        ];
        let people =
            [(&self.old.prescriber.name, &self.new.prescriber.name), (&self.old.patient.name, &self.new.patient.name)];
        for (old, new) in people {
            words.extend(ways(old).into_iter().zip(ways(new)));
        }
        if let (Some(old), Some(new)) = (&self.old.prescriber.organisation, &self.new.prescriber.organisation) {
            words.push((old.name.clone(), new.name.clone()));
        }
        words.retain(|(old, _)| !old.trim().is_empty());
        words.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
        let escape = |text: &str| escaped("narrative", text);
        words.iter().map(|(old, new)| Ok((escape(old)?, escape(new)?))).collect()
    }
}

/// The ways in which a name is written, all in the same order.
fn ways(name: &PersonName) -> [String; 4] {
    let all = name.given.join(" ");
    let first = name.given.first().cloned().unwrap_or_default();
    let way = |a: &str, b: &str| if a.is_empty() || b.is_empty() { String::new() } else { format!("{a} {b}") };
    [way(&all, &name.family), way(&first, &name.family), way(&name.family, &all), way(&name.family, &first)]
}

/// The prescriber wherever the document states one: in the header, and by the product in the body.
fn prescribers(root: Node<'_>) -> Vec<Node<'_>> {
    let function = |a: &Node<'_>| a.child("functionCode").and_then(|code| code.attr("code")).map(str::to_owned);
    let in_header = root.children("author").find(|a| function(a).as_deref() == Some(PRESCRIBER.0));
    let mut found: Vec<Node<'_>> = in_header.or(root.child("author")).into_iter().collect();
    for body in root.descendants("structuredBody") {
        let organizers = entries(body).into_iter().flat_map(|entry| entry.children("organizer"));
        for organizer in organizers.filter(|o| field_code(*o) == Some("83")) {
            found.extend(organizer.descendants("author"));
        }
    }
    found
}

/// The place of an attribute's value in the source. The tag is well-formed: the parser has read it.
fn attribute(source: &str, node: Node<'_>, name: &str) -> Option<Range<usize>> {
    let mut at = node.name_end()?;
    loop {
        let rest = source.get(at..)?;
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let name_length = trimmed.find(|c: char| c == '=' || c.is_whitespace() || c == '>' || c == '/')?;
        let found = trimmed.get(..name_length)?;
        let value = trimmed.get(name_length..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let start = at + (trimmed.len() - value.len()) + 1;
        let length = source.get(start..)?.find(quote)?;
        if found == name {
            return Some(start..start + length);
        }
        at = start + length + 1;
    }
}

/// The text with a new identifier wherever the old one stands, by itself or as the beginning of a longer one.
fn with_identifier(text: &str, old: &str, new: &str) -> String {
    if old == new {
        return text.to_owned();
    }
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, from) = rest.split_at(at);
        let after = from.strip_prefix(old).unwrap_or_default();
        let last = made.chars().chain(before.chars()).next_back();
        let inside = |c: char| c.is_ascii_digit() || c == '.';
        let whole = !last.is_some_and(inside) && !after.starts_with(|c: char| c.is_ascii_digit());
        made.push_str(before);
        made.push_str(if whole { new } else { old });
        rest = after;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_replaced_whole_or_as_the_beginning_of_a_longer_one() {
        let text = "OID1.2.3.1 '1.2.3' 1.2.33 9.1.2.3 11.2.3 1.2.3.4.1.2.3";
        assert_eq!(with_identifier(text, "1.2.3", "7.8"), "OID7.8.1 '7.8' 1.2.33 9.1.2.3 11.2.3 7.8.4.1.2.3");
    }

    #[test]
    fn an_attribute_is_found_among_others() {
        let source = "<a><b  value2='1' x = \"value='9'\" value\n=\n'20' /></a>";
        let source =
            source.replace("<a>", "<ClinicalDocument xmlns='urn:hl7-org:v3'>").replace("</a>", "</ClinicalDocument>");
        let tree = Tree::parse(&source).unwrap();
        let node = tree.clinical_document().unwrap().child("b").unwrap();
        assert_eq!(&source[attribute(&source, node, "value").unwrap()], "20");
        assert_eq!(attribute(&source, node, "absent"), None);
    }
}
