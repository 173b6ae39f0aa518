//! Marks: one `act` whose code is the type of the document and whose text is the explanation. What is marked, and which
//! mark is taken away, only the header says.

use prescription::{DocumentReference, DocumentType, Explanation, LockReference, Mark, MarkKind, UnknownPart};

use super::describe::unknown;
use super::strange::{beside, inside};
use super::{entries, step};
use crate::time::read_time;
use crate::tree::Node;
use crate::{Header, ReadError};

/// Reads the mark of a document with that header.
pub(super) fn read(header: &Header, body: Node<'_>) -> Result<Mark, ReadError> {
    let mut said = Said::default();
    said.read(body)?;
    let prescription = one_related(header, "APND")?.ok_or(ReadError::Missing { fact: "prescription reference" })?;
    let replaced = one_related(header, "RPLC")?;
    let kind = kind(header, said.explanation, replaced, &mut said.unknown)?;
    let mut authors = header.authors.iter().map(|author| author.professional.clone());
    let mut author = authors.next().ok_or(ReadError::Missing { fact: "author" })?;
    let unit = author.organisation.clone().or_else(|| header.encounter_organisation.clone());
    let unit = unit.ok_or(ReadError::Missing { fact: "pharmacy" })?;
    author.organisation = Some(unit.clone());
    Ok(Mark {
        id: header.reference.id.clone(),
        set_id: header.reference.set_id.clone(),
        version: header.version,
        kind,
        prescription: prescription.clone(),
        patient: header.patient.clone(),
        author,
        unit,
        at: said.at.or(header.encounter_at).ok_or(ReadError::Missing { fact: "time of the mark" })?,
        made_at: header.made_at,
        unknown: said.unknown,
    })
}

/// The document of a header that this one continues or replaces; two of a kind leave open which one is meant.
pub(super) fn one_related<'h>(header: &'h Header, type_code: &str) -> Result<Option<&'h DocumentReference>, ReadError> {
    let mut found = header.related.iter().filter(|related| related.type_code == type_code);
    let first = found.next();
    if found.next().is_some() {
        return Err(ReadError::Repeated { fact: "relatedDocument" });
    }
    Ok(first.map(|related| &related.reference))
}

#[derive(Default)]
struct Said {
    explanation: Option<Explanation>,
    at: Option<chrono::NaiveDateTime>,
    unknown: Vec<UnknownPart>,
}

impl Said {
    fn read(&mut self, body: Node<'_>) -> Result<(), ReadError> {
        let mut seen = false;
        for entry in entries(body) {
            match entry.child("act") {
                None => self.unknown.push(unknown(&step("entry", entry), entry)),
                Some(_) if std::mem::replace(&mut seen, true) => return Err(ReadError::Repeated { fact: "act" }),
                Some(act) => {
                    beside(entry, &["act"], &mut self.unknown);
                    self.read_act(act)?;
                }
            }
        }
        Ok(())
    }

    fn read_act(&mut self, act: Node<'_>) -> Result<(), ReadError> {
        let text = act.only("text")?.and_then(Node::text);
        self.explanation = text.and_then(|text| Explanation::new(&text).ok());
        if let Some(time) = act.only("effectiveTime")? {
            let value = time.attr("value").or_else(|| time.child("low").and_then(|low| low.attr("value")));
            let read = |text| read_time(text).ok_or(ReadError::Malformed { fact: "time of the mark" });
            self.at = value.map(read).transpose()?;
        }
        for element in act.elements() {
            match element.name() {
                "code" | "text" | "statusCode" | "effectiveTime" => inside(element, &mut self.unknown),
                _ => self.unknown.push(unknown(&step("act", element), element)),
            }
        }
        Ok(())
    }
}

fn kind(
    header: &Header,
    explanation: Option<Explanation>,
    replaced: Option<&DocumentReference>,
    unknown: &mut Vec<UnknownPart>,
) -> Result<MarkKind, ReadError> {
    let mark = replaced.cloned();
    let kind = match header.reference.document_type {
        DocumentType::Unlock => {
            let lock = mark.ok_or(ReadError::Missing { fact: "lock" })?;
            if lock.document_type != DocumentType::Lock {
                return Err(ReadError::Malformed { fact: "lock" });
            }
            let explanation = explanation.ok_or(ReadError::Missing { fact: "explanation" })?;
            let DocumentReference { id, set_id, .. } = lock;
            return Ok(MarkKind::Unlock { lock: LockReference { id, set_id }, explanation });
        }
        DocumentType::Release => return Ok(MarkKind::Release { mark, explanation }),
        DocumentType::DoseDispensingEnd => return Ok(MarkKind::DoseDispensingEnd { mark, explanation }),
        DocumentType::Lock => MarkKind::Lock { explanation },
        DocumentType::Reservation => MarkKind::Reservation { explanation },
        DocumentType::DoseDispensing => MarkKind::DoseDispensing { explanation },
        DocumentType::DispensingReservationRelease => MarkKind::DispensingReservationRelease { explanation },
        _ => return Err(ReadError::Malformed { fact: "document type" }),
    };
    // A mark of these kinds takes nothing away: that it names something is kept for a person to see.
    unknown.extend(mark.map(|named| UnknownPart {
        place: "relatedDocument".to_owned(),
        text: format!("{} {}", named.document_type.title(), named.id).trim().to_owned(),
        xml: None,
    }));
    Ok(kind)
}
