//! Marks, in the places of Kela's samples of types 4, 6 and 16. Type 5 follows Kela's own library; 7, 17 and 18 follow
//! them by analogy (docs/assumptions.md).

use prescription::{Explanation, Mark};

use super::carried::{ACT, ALIKE, Carried, all_fit};
use super::header::{HeaderFacts, RequestFacts, document};
use super::parts::{code, time};
use super::{there, titled};
use crate::fields::DOCUMENT_TYPES;
use crate::time::show_date;
use crate::{WriteError, Writing};

/// Writes a mark (types 4–7 and 16–18). An author without an organisation acts for the mark's unit.
pub fn write_mark(mark: &Mark, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    check(mark)?;
    let mut author = mark.author.clone();
    author.organisation = Some(mark.unit.clone());
    let reference = mark.reference();
    let replaced = mark.kind.replaces();
    let mut related = vec![("APND", &mark.prescription)];
    related.extend(replaced.as_ref().map(|replaced| ("RPLC", replaced)));
    let facts = HeaderFacts {
        reference: &reference,
        version: mark.version,
        made_at: mark.made_at,
        encounter_at: mark.at,
        encounter_organisation: Some(&mark.unit),
        patient: &mark.patient,
        authors: &[(None, &author)],
        related: &related,
        request: RequestFacts::default(),
    };
    let place = [mark.unit.name.clone(), show_date(mark.at.date()), titled(&author)];
    let explanation = mark.kind.explanation().map(Explanation::as_str);
    let said: Vec<String> = explanation.map(|text| format!("Selitys: {text}")).into_iter().collect();
    document(&facts, writing, (&place, &said), |xml| {
        xml.element("entry", &[], |xml| {
            xml.element("act", &[("classCode", "ACT"), ("moodCode", "RQO")], |xml| {
                let mut carried = Carried::of(&mark.unknown, "act", ACT);
                carried.before(xml, "code");
                code(xml, "code", DOCUMENT_TYPES, reference.document_type.code(), reference.document_type.title());
                if let Some(text) = explanation {
                    xml.text("text", &[], text);
                }
                xml.empty("statusCode", &[("code", "completed")]);
                time(xml, "effectiveTime", mark.at);
                carried.rest(xml);
            });
        });
        Carried::of(&mark.unknown, "entry", ALIKE).rest(xml);
    })
}

fn check(mark: &Mark) -> Result<(), WriteError> {
    if mark.author.organisation.as_ref().is_some_and(|unit| *unit != mark.unit) {
        return Err(WriteError::Contradiction { fact: "unit of the mark" });
    }
    there("registration number of the author", mark.author.registration.is_some())?;
    there("name of the author", !mark.author.name.family.trim().is_empty())?;
    there("an understood part", all_fit(&mark.unknown, &["act", "entry"]))
}
