//! The header that every document has. What the body repeats is shown with the content; here it is compared only.

use cda::{Author, Content, Document, Header, Related, Software};

use super::people::{name_of, organisation};
use super::{Facts, moment};
use crate::codes::InWords;
use crate::{DefinitionAge, Section, Tone, Viewer, definition_age, definition_words, labels};

/// What the document is, and what its header states.
pub(crate) fn document(document: &Document, viewer: &Viewer) -> Section {
    let Header {
        reference,
        version,
        header_definition,
        body_definition,
        patient,
        authors,
        made_at,
        declared_at,
        encounter_at,
        encounter_organisation,
        related,
        custodian,
        software,
        unknown,
    } = &document.header;
    // Of a document without content the header is all that there is to show.
    let alone = matches!(document.content, Content::Other(_));
    let mut facts = Facts::of(&labels::DOCUMENT, viewer);
    facts.code_set(&labels::TYPE, &reference.document_type);
    facts.say(&labels::ID, &reference.id, reference.id.to_string());
    facts.say(&labels::SET_ID, &reference.set_id, reference.set_id.to_string());
    facts.say(&labels::VERSION, version, version.to_string());
    facts.moment(&labels::MADE_AT, *made_at);
    facts.say(&labels::DEFINITION, header_definition, definition_words(header_definition, viewer.language));
    match definition_age(header_definition) {
        DefinitionAge::Known | DefinitionAge::Older => {}
        DefinitionAge::Newer | DefinitionAge::Unsupported => facts.marked(Tone::Unknown),
    }
    facts.plain(&labels::BODY_DEFINITION, body_definition);
    facts.quietly_if(body_definition.is_some());
    for Related { type_code, reference } in related {
        facts.say(
            &labels::RELATED,
            &(type_code, reference),
            format!("{} ({})\n{}", reference.document_type.shown(viewer), viewer.shown(type_code), reference.id),
        );
    }
    facts.maybe(&labels::SOFTWARE, &software.as_ref().map(parts), |(vendor, product, version)| {
        viewer.shown(&format!("{product} {version}, {vendor}"))
    });
    facts.say(&labels::PATIENT, patient, name_of(&patient.name, viewer));
    facts.quietly_if(!alone);
    for Author { function, professional } in authors {
        let name = name_of(&professional.name, viewer);
        let name = if name.is_empty() { "–".to_owned() } else { name };
        let shown = function.as_ref().map_or_else(|| name.clone(), |of| format!("{name} ({})", viewer.shown(of)));
        facts.say(&labels::AUTHOR, &(function, professional), shown);
        facts.quietly_if(!alone);
    }
    for (label, at) in [(&labels::DECLARED_AT, declared_at), (&labels::ENCOUNTER, encounter_at)] {
        facts.maybe(label, at, |at| moment(*at, viewer.language));
        facts.quietly_if(at.is_some() && !alone);
    }
    facts.maybe(&labels::ENCOUNTER_UNIT, encounter_organisation, |of| organisation(of, viewer));
    facts.quietly_if(encounter_organisation.is_some() && !alone);
    facts.plain(&labels::CUSTODIAN, custodian);
    facts.quietly_if(custodian.is_some());
    facts.unknown(unknown);
    facts.done()
}

fn parts(software: &Software) -> (&str, &str, &str) {
    let Software { vendor, product, version } = software;
    (vendor, product, version)
}
