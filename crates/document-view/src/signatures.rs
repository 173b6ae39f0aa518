//! What a caller found out about a document's signatures, and the section that tells it.

use chrono::NaiveDateTime;
use prescription::Language;
use prescription::rules::Text;
use prescription::wording::moment;

use crate::facts::Facts;
use crate::labels::Label;
use crate::{Section, Tone, Viewer, labels, reason};

/// What is known of a document's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signatures {
    /// Nobody has looked.
    NotChecked,
    /// The document is refused as a whole: the code of why.
    Refused(&'static str),
    /// Each signature in order. None: it is not signed.
    Each(Vec<SignatureFact>),
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFact {
    /// As which kind it presents itself.
    pub kind: Option<SignatureKind>,
    /// Whose certificate it is, as the certificate says; empty where it cannot be read.
    pub by: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// When it was signed, as the signer states, Finnish local time.
    pub at: Option<NaiveDateTime>,
    /// What it covers.
    pub covers: Covers,
    /// Made with SHA-1.
    pub weak: bool,
    /// Whether the certificate is trusted.
    pub certificate: CertificateFact,
}

impl SignatureFact {
    /// Whether it covers this document and nothing speaks against it. A certificate that nobody judged does not.
    pub fn holds(&self) -> bool {
        let covers = matches!(self.covers, Covers::Body | Covers::List { .. });
        covers && !self.weak && !matches!(self.certificate, CertificateFact::Distrusted(_))
    }
}

/// As which kind a signature presents itself; no signature covers that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// A professional's over one document.
    Professional,
    /// A professional's over a list of documents.
    ProfessionalList,
    /// A system's.
    System,
}

/// What a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// This document's body.
    Body,
    /// A list of so many documents, this one among them.
    List {
        /// How many.
        documents: usize,
    },
    /// A list on which this document is not, as it stands now.
    OtherDocuments,
    /// Nothing: the code of why it does not hold.
    Nothing(&'static str),
}

/// Whether a signature's certificate is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFact {
    /// No trusted issuers were given.
    NotJudged,
    /// It was trusted when it signed.
    Trusted,
    /// It is not: the code of why.
    Distrusted(&'static str),
}

static NOT_SIGNED: Text = Text { fi: "Ei allekirjoitusta.", sv: "Ingen signatur.", en: "Not signed." };

/// The section of the signatures; none where nobody has looked.
pub(crate) fn section(signatures: &Signatures, viewer: &Viewer) -> Option<Section> {
    let language = viewer.language;
    let mut facts = Facts::of(&labels::SIGNATURES, viewer);
    match signatures {
        Signatures::NotChecked => return None,
        Signatures::Refused(code) => {
            facts.say(&labels::STATE, code, reason(code, language));
            facts.marked(Tone::Mismatch);
        }
        Signatures::Each(each) if each.is_empty() => {
            facts.say(&labels::STATE, &"unsigned", NOT_SIGNED.in_language(language));
            facts.marked(Tone::Notice);
        }
        Signatures::Each(each) => {
            for one in each {
                facts.say(kind_label(one.kind), &(), signature_lines(one, viewer).join("\n"));
                facts.marked(match one.covers {
                    Covers::Body | Covers::List { .. } if one.holds() => Tone::Holds,
                    Covers::Body | Covers::List { .. } if one.weak => Tone::Old,
                    _ => Tone::Mismatch,
                });
            }
        }
    }
    Some(facts.done())
}

fn kind_label(kind: Option<SignatureKind>) -> &'static Label {
    static PROFESSIONAL: Label = Label {
        key: "professional",
        words: Text { fi: "Ammattihenkilö", sv: "Yrkesutbildad person", en: "Professional" },
    };
    static SYSTEM: Label = Label { key: "system", words: Text { fi: "Järjestelmä", sv: "System", en: "System" } };
    static OTHER: Label = Label { key: "other", words: Text { fi: "Muu", sv: "Annan", en: "Other" } };
    match kind {
        Some(SignatureKind::Professional | SignatureKind::ProfessionalList) => &PROFESSIONAL,
        Some(SignatureKind::System) => &SYSTEM,
        None => &OTHER,
    }
}

/// By whom, when, what it covers, and what is wrong with it.
fn signature_lines(one: &SignatureFact, viewer: &Viewer) -> Vec<String> {
    let language = viewer.language;
    let mut lines = vec![viewer.shown(&one.by)];
    lines.extend(one.at.map(|at| moment(at, language)));
    lines.push(covers_words(&one.covers, language));
    if one.weak {
        let old = Text {
            fi: "Tehty SHA-1:llä: kelpaa vanhan asiakirjan lukemiseen, ei toimittamiseen.",
            sv: "Gjord med SHA-1: duger för läsning av gamla dokument, inte för expedition.",
            en: "Made with SHA-1: good for reading old documents, not for dispensing.",
        };
        lines.push(old.in_language(language).to_owned());
    }
    let issuer = viewer.shown(&one.issuer);
    let judged = match one.certificate {
        CertificateFact::NotJudged => Text {
            fi: "Varmennetta ei arvioitu.",
            sv: "Certifikatet bedömdes inte.",
            en: "The certificate was not judged.",
        }
        .in_language(language)
        .to_owned(),
        CertificateFact::Trusted => {
            Text { fi: "Varmenne on luotettu.", sv: "Certifikatet är betrott.", en: "The certificate is trusted." }
                .in_language(language)
                .to_owned()
        }
        CertificateFact::Distrusted(code) => reason(code, language),
    };
    lines.push(if issuer.is_empty() { judged } else { format!("{judged} ({issuer})") });
    lines.retain(|line| !line.is_empty());
    lines
}

fn covers_words(covers: &Covers, language: Language) -> String {
    let text = match covers {
        Covers::Body => Text {
            fi: "Kattaa tämän asiakirjan sisällön.",
            sv: "Täcker dokumentets innehåll.",
            en: "Covers this document's body.",
        },
        Covers::List { documents } => {
            return match language {
                Language::Fi => format!("Kattaa {documents} asiakirjan luettelon, jossa tämä on."),
                Language::Sv => format!("Täcker en lista på {documents} dokument, däribland detta."),
                Language::En => format!("Covers a list of {documents} documents, this one among them."),
            };
        }
        Covers::OtherDocuments => Text {
            fi: "Kattaa muita asiakirjoja, ei tätä.",
            sv: "Täcker andra dokument, inte detta.",
            en: "Covers other documents, not this one.",
        },
        Covers::Nothing(code) => return reason(code, language),
    };
    text.in_language(language).to_owned()
}
