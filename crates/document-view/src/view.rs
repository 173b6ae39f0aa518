//! One document as a page: what it says, what its signatures are worth, and whether its header says what its body says.

use cda::{COMPARED_FACTS, ComparedFact, Content, Document, Verdict};
use prescription::rules::{Text, text};
use prescription::wording::moment;
use prescription::{Language, PersonIdentityCode};

use crate::codes::InWords;
use crate::facts;
use crate::signatures::{self, Covers, SignatureFact, Signatures};
use crate::{DefinitionAge, Page, Row, Section, Table, Tone, Viewer, definition_age, labels};

/// What a caller found out about a document, beside what it says.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Its signatures.
    pub signatures: Signatures,
    /// What its header states and its body repeats; none where nobody has compared them.
    pub agreement: Option<Vec<ComparedFact>>,
}

/// A document as a page. Of what header and body both state, only what is not the same is shown.
pub fn document(document: &Document, evidence: &Evidence, viewer: &Viewer) -> Page {
    let mut sections = facts::sections(document, viewer);
    let warnings = warnings(document, evidence, &sections, viewer.language);
    sections.extend(signatures::section(&evidence.signatures, viewer));
    let notable = |fact: &&ComparedFact| fact.verdict != Verdict::Same;
    sections.extend(evidence.agreement.as_ref().map(|facts| agreement(facts.iter().filter(notable), viewer)));
    sections.retain(|section| section.table.as_ref().is_none_or(|table| !table.rows.is_empty()));
    Page {
        language: viewer.language,
        title: title(document, viewer),
        subtitle: vec![moment(document.header.made_at, viewer.language), document.header.reference.id.to_string()],
        warnings,
        sections,
    }
}

/// The name of a fact that header and body are compared in.
pub fn agreement_words(fact: &str, language: Language) -> &'static str {
    const NAMES: [Text; 15] = [
        text("asiakirjan tunniste", "dokumentets identifierare", "document's identifier"),
        text("asiakirjan tyyppi", "dokumentets typ", "document's type"),
        text("lääkemääräys", "recept", "prescription"),
        text("korvattu asiakirja", "ersatt dokument", "replaced document"),
        text("henkilötunnus", "personbeteckning", "identity code"),
        text("potilaan nimi", "patientens namn", "patient's name"),
        text("syntymäaika", "födelsedatum", "date of birth"),
        text("matkapuhelin", "mobiltelefon", "mobile telephone"),
        text("laatijan rekisteröintinumero", "upprättarens registreringsnummer", "author's registration number"),
        text("laatijan yksilöintitunnus", "upprättarens identifieringskod", "author's prescriber identifier"),
        text("laatijan nimi", "upprättarens namn", "author's name"),
        text("laatijan ammattioikeus", "upprättarens yrkesrättighet", "author's professional right"),
        text("organisaatio", "organisation", "organisation"),
        text("vastaanottaja", "mottagare", "recipient"),
        text("aika", "tid", "time"),
    ];
    let found = COMPARED_FACTS.iter().zip(&NAMES).find(|(known, _)| **known == fact);
    found.map_or("?", |(_, text)| text.in_language(language))
}

/// "Lääkemääräys: DIAPAM 10 mg".
pub(crate) fn title(document: &Document, viewer: &Viewer) -> String {
    let of_type = &document.header.reference.document_type;
    let kind = match of_type.words() {
        Some(words) => words.in_language(viewer.language).to_owned(),
        None => format!("{} ({})", labels::DOCUMENT.words.in_language(viewer.language), of_type.shown(viewer)),
    };
    let (name, strength) = match &document.content {
        Content::Prescription(of) => (of.product.name(), of.product.strength.as_deref()),
        Content::Dispensation(of) => (of.product.name.as_str(), of.product.strength.as_deref()),
        Content::RenewalRequest(of) => (of.product_name.as_str(), None),
        Content::Mark(_) | Content::RenewalAnswer(_) | Content::Other(_) => return kind,
    };
    let medicine = viewer.shown(&format!("{name} {}", strength.unwrap_or_default()));
    format!("{kind}: {}", medicine.replace('\n', " "))
}

fn warnings(document: &Document, evidence: &Evidence, sections: &[Section], language: Language) -> Vec<(Tone, String)> {
    let mut warnings = Vec::new();
    let mut warn = |tone, text: Text| warnings.push((tone, text.in_language(language).to_owned()));
    match definition_age(&document.header.header_definition) {
        DefinitionAge::Known | DefinitionAge::Older => {}
        DefinitionAge::Newer => warn(
            Tone::Unknown,
            text(
                "Asiakirja noudattaa uudempaa määrittelyä kuin tämä ohjelma tuntee.",
                "Dokumentet följer en nyare definition än programmet känner till.",
                "The document follows a newer definition than this program knows.",
            ),
        ),
        DefinitionAge::Unsupported => warn(
            Tone::Unknown,
            text(
                "Asiakirjan määrittelyä ei tunneta.",
                "Dokumentets definition är okänd.",
                "The document's definition is not known.",
            ),
        ),
    }
    if sections.iter().flat_map(|section| &section.facts).any(|fact| fact.tone == Some(Tone::Unknown)) {
        warn(
            Tone::Unknown,
            text(
                "Asiakirjassa on osia, joita tämä ohjelma ei tunne. Ne näytetään sellaisinaan.",
                "Dokumentet har delar som programmet inte känner till. De visas som de är.",
                "The document has parts that this program does not know. They are shown as they are.",
            ),
        );
    }
    let agreement = evidence.agreement.iter().flatten();
    if agreement.into_iter().any(|fact| fact.verdict == Verdict::Differs) {
        warn(
            Tone::Mismatch,
            text(
                "Otsikkotiedot poikkeavat allekirjoitetusta sisällöstä.",
                "Rubrikuppgifterna avviker från det signerade innehållet.",
                "The header says other than the signed body.",
            ),
        );
    }
    let broken = text("Allekirjoitus ei pidä.", "En signatur håller inte.", "A signature does not hold.");
    match &evidence.signatures {
        Signatures::Refused(_) => warn(Tone::Mismatch, broken),
        Signatures::Each(each) => {
            let covers = |covers: &Covers| matches!(covers, Covers::Body | Covers::List { .. });
            if each.iter().any(|one| covers(&one.covers) && one.weak) {
                warn(
                    Tone::Old,
                    text(
                        "Allekirjoitus on tehty vanhalla SHA-1-menetelmällä.",
                        "En signatur är gjord med den gamla metoden SHA-1.",
                        "A signature was made with the old method SHA-1.",
                    ),
                );
            }
            let speaks_against = |one: &SignatureFact| !(one.holds() || covers(&one.covers) && one.weak);
            if each.iter().any(speaks_against) {
                warn(Tone::Mismatch, broken);
            }
        }
        Signatures::NotChecked => {}
    }
    warnings
}

/// Comparisons of header and body, row by row.
pub(crate) fn agreement<'f>(facts: impl Iterator<Item = &'f ComparedFact>, viewer: &Viewer) -> Section {
    let language = viewer.language;
    let shown = |fact: &ComparedFact, value: &Option<String>| match value {
        None => "–".to_owned(),
        Some(code) if fact.fact == "patient-identity-code" => {
            viewer.identity_code(&PersonIdentityCode::as_stated(code))
        }
        Some(value) => viewer.shown(value),
    };
    let rows = facts.map(|fact| {
        let (tone, verdict) = match fact.verdict {
            Verdict::Same => (None, text("sama", "samma", "the same")),
            Verdict::Differs => (Some(Tone::Mismatch), text("poikkeaa", "avviker", "differs")),
            Verdict::HeaderAlone => (None, text("vain otsikossa", "endast i rubriken", "in the header only")),
        };
        let (header, mut body) = (shown(fact, &fact.header), shown(fact, &fact.body));
        if fact.verdict == Verdict::Differs && header == body {
            body = format!("{body}\n{}", labels::words::HIDDEN.words.in_language(language));
        }
        let name = agreement_words(fact.fact, language).to_owned();
        let cells = vec![name, header, body, verdict.in_language(language).to_owned()];
        Row { cells, tone }
    });
    let columns = [
        text("Tieto", "Uppgift", "Fact"),
        text("Otsikossa", "I rubriken", "In the header"),
        text("Sisällössä", "I innehållet", "In the body"),
        text("Tulos", "Resultat", "Result"),
    ];
    Section {
        key: labels::AGREEMENT.key,
        heading: labels::AGREEMENT.words.in_language(language),
        critical: false,
        facts: Vec::new(),
        table: Some(Table {
            columns: columns.iter().map(|column| column.in_language(language)).collect(),
            rows: rows.collect(),
        }),
    }
}
