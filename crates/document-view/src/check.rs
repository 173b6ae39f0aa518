//! Whether all holds of a document: that it is understood as a whole (LC-16), that it is signed by whoever must sign it and
//! every signature holds, and that its header says what its body says. Limits and well-formedness were answered by
//! reading it.

use cda::{Document, Verdict};
use prescription::rules::Text;
use prescription::{SignedBy, Signers};

use crate::signatures::{CertificateFact, Covers, SignatureFact, SignatureKind, Signatures};
use crate::{
    DefinitionAge, Evidence, Page, Tone, Viewer, agreement_words, definition_age, definition_words, labels, view,
};

/// What was checked of a document, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Each question with its answer.
    pub findings: Vec<Finding>,
    /// The same as a page, with the facts that the answers rest on.
    pub page: Page,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable name.
    pub key: String,
    /// Whether it holds.
    pub holds: bool,
    /// The answer in a sentence.
    pub sentence: String,
}

impl Check {
    /// Whether all of it holds.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }
}

/// Checks a document. `signers` says who must sign documents of which type.
pub fn check(document: &Document, evidence: &Evidence, signers: &Signers, viewer: &Viewer) -> Check {
    let mut page = view::document(document, evidence, viewer);
    let kept = [labels::UNKNOWN.key, labels::DOCUMENT.key, labels::SIGNATURES.key];
    let unknown = page.sections.iter().flat_map(|section| &section.facts);
    let unknown = unknown.filter(|fact| fact.tone == Some(Tone::Unknown) && fact.key != "document.definition").count();
    page.sections.retain(|section| {
        kept.contains(&section.key) || section.facts.iter().any(|fact| fact.tone == Some(Tone::Unknown))
    });
    // Every comparison, so that a person can see what was compared and not only what differs.
    page.sections.extend(evidence.agreement.as_ref().map(|facts| view::agreement(facts.iter(), viewer)));
    let mut findings = vec![definition(document, viewer), whole(unknown, viewer)];
    findings.extend(signed(document, &evidence.signatures, signers, viewer));
    findings.push(agreement(evidence, viewer));
    page.warnings = findings.iter().map(|one| (tone(one.holds), one.sentence.clone())).collect();
    Check { findings, page }
}

fn tone(holds: bool) -> Tone {
    if holds { Tone::Holds } else { Tone::Mismatch }
}

fn definition(document: &Document, viewer: &Viewer) -> Finding {
    let header = &document.header.header_definition;
    let holds = matches!(definition_age(header), DefinitionAge::Known | DefinitionAge::Older);
    let name = labels::DEFINITION.words.in_language(viewer.language);
    let sentence = format!("{name}: {}", definition_words(header, viewer.language));
    Finding { key: "definition".into(), holds, sentence }
}

fn whole(unknown: usize, viewer: &Viewer) -> Finding {
    let text = match unknown {
        0 => Text {
            fi: "Asiakirja ymmärretään kokonaan.",
            sv: "Dokumentet förstås som helhet.",
            en: "The document is understood as a whole.",
        },
        _ => Text {
            fi: "Asiakirjassa on osia, joita tämä ohjelma ei tunne",
            sv: "Dokumentet har delar som programmet inte känner till",
            en: "The document has parts that this program does not know",
        },
    };
    let text = text.in_language(viewer.language);
    let sentence = if unknown == 0 { text.to_owned() } else { format!("{text} ({unknown}).") };
    Finding { key: "understood".into(), holds: unknown == 0, sentence }
}

fn signed(document: &Document, signatures: &Signatures, signers: &Signers, viewer: &Viewer) -> Vec<Finding> {
    let each = match signatures {
        Signatures::NotChecked => return Vec::new(),
        Signatures::Refused(code) => {
            let sentence = crate::reason(code, viewer.language);
            return vec![Finding { key: "signatures".into(), holds: false, sentence }];
        }
        Signatures::Each(each) => each,
    };
    let is_professional = |one: &SignatureFact| {
        one.holds() && matches!(one.kind, Some(SignatureKind::Professional | SignatureKind::ProfessionalList))
    };
    let is_system = |one: &SignatureFact| one.holds() && one.kind == Some(SignatureKind::System);
    let (holds, text) = match signers.of(&document.header.reference.document_type) {
        SignedBy::Professional => (
            each.iter().any(is_professional),
            Text {
                fi: "Ammattihenkilön allekirjoitus kattaa sisällön",
                sv: "En yrkesutbildad persons signatur täcker innehållet",
                en: "A professional's signature covers the body",
            },
        ),
        SignedBy::System => (
            each.iter().any(is_system),
            Text {
                fi: "Järjestelmän allekirjoitus kattaa sisällön",
                sv: "Ett systems signatur täcker innehållet",
                en: "A system's signature covers the body",
            },
        ),
        SignedBy::Nobody => (
            true,
            Text {
                fi: "Tämän tyypin asiakirjaa ei tarvitse allekirjoittaa",
                sv: "Dokument av detta slag behöver inte signeras",
                en: "A document of this type need not be signed",
            },
        ),
    };
    let mut findings = vec![Finding { key: "signed".into(), holds, sentence: answer(text, holds, viewer) }];
    for (at, one) in each.iter().enumerate() {
        let text = Text { fi: "Allekirjoitus", sv: "Signatur", en: "Signature" };
        let number = at.saturating_add(1);
        let sentence = format!("{} {number}: {}", text.in_language(viewer.language), why(one, viewer));
        findings.push(Finding { key: format!("signature.{number}"), holds: one.holds(), sentence });
    }
    findings
}

fn why(one: &SignatureFact, viewer: &Viewer) -> String {
    match (&one.covers, &one.certificate) {
        (Covers::Nothing(code), _) => crate::reason(code, viewer.language),
        (_, CertificateFact::Distrusted(code)) => crate::reason(code, viewer.language),
        (Covers::OtherDocuments, _) => crate::reason("signature-of-another", viewer.language),
        _ if one.weak => crate::reason("signature-weak", viewer.language),
        _ => viewer.shown(&one.by),
    }
}

fn agreement(evidence: &Evidence, viewer: &Viewer) -> Finding {
    let key = "agreement".into();
    let Some(facts) = &evidence.agreement else {
        return Finding { key, holds: false, sentence: crate::reason("document-not-compared", viewer.language) };
    };
    let mut differing: Vec<&str> = facts
        .iter()
        .filter(|fact| fact.verdict == Verdict::Differs)
        .map(|fact| agreement_words(fact.fact, viewer.language))
        .collect();
    differing.dedup();
    let text = Text {
        fi: "Otsikkotiedot vastaavat sisältöä",
        sv: "Rubrikuppgifterna motsvarar innehållet",
        en: "The header says what the body says",
    };
    let holds = differing.is_empty();
    let sentence = answer(text, holds, viewer);
    let sentence = if holds { sentence } else { format!("{sentence} ({})", differing.join(", ")) };
    Finding { key, holds, sentence }
}

/// A statement with yes or no.
fn answer(text: Text, holds: bool, viewer: &Viewer) -> String {
    let word = if holds { &labels::words::YES } else { &labels::words::NO };
    format!("{}: {}", text.in_language(viewer.language), word.words.in_language(viewer.language))
}
