//! Artificial documents, made by writing and reading them, and the judge of HTML.
#![allow(dead_code)]

use std::cell::RefCell;

use cda::{Definition, Document, Software, Writing};
use chrono::{NaiveDate, NaiveTime};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
};
use prescription::rules::samples;
use prescription::*;
use tiski_document_view::{CertificateFact, Covers, Evidence, SignatureFact, SignatureKind, Signatures};

pub const LANGUAGES: [(Language, &str); 3] = [(Language::Fi, "fi"), (Language::Sv, "sv"), (Language::En, "en")];

pub fn writing() -> Writing {
    let text = |text: &str| text.to_owned();
    let software = Software { vendor: text("Esimerkki Oy"), product: text("Tiski"), version: text("0.1.0") };
    Writing { definition: Definition::version_4_00().unwrap(), software }
}

/// A document as it comes back from its bytes, with its bytes.
pub fn written(prescription: &Prescription) -> (Document, Vec<u8>) {
    let bytes = cda::write_prescription(prescription, &writing()).unwrap();
    (cda::read(&bytes).unwrap(), bytes)
}

pub fn dispensed(dispensation: &Dispensation) -> (Document, Vec<u8>) {
    let writing = Writing { definition: Definition::dispensation_2014().unwrap(), ..writing() };
    let bytes = cda::write_dispensation(dispensation, &writing).unwrap();
    (cda::read(&bytes).unwrap(), bytes)
}

pub fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

pub fn code(code: &str, system: &str, name: &str) -> Code {
    Code { code: code.into(), system: system.into(), name: Some(name.into()) }
}

/// 21 fol of diazepam with repeats, the dosage as structure: mornings and evenings, with a pause; and one more season, with
/// a part of the day that nobody knows.
pub fn prescription() -> Prescription {
    let day = |d| NaiveDate::from_ymd_opt(2026, 12, d).unwrap();
    let unit = code("18", "1.2.246.537.6.138.202001", "tabletti");
    let dose = |low: u32, high: u32, part: Option<Code>, clock| Dose {
        id: None,
        amount: DoseAmount::Units { range: Range::between(low, high).unwrap(), unit: unit.clone() },
        as_needed: None,
        time_of_day: part,
        clock,
        day: None,
    };
    let part = |name: &str, of: &str| Some(code(of, "1.2.246.537.6.137.202001", name));
    let period = Span::exactly(1, TimeUnit::Day);
    let first = Season {
        id: None,
        bounds: Bounds::new(Some(day(1)), End::After(Span::exactly(14, TimeUnit::Day).unwrap())).unwrap(),
        pauses: vec![Pause::new(day(5), Some(day(7))).unwrap()],
        as_needed: None,
        period,
        doses: vec![dose(1, 2, part("aamu", "a"), None), dose(1, 2, part("ilta", "i"), None)],
    };
    let then = Season {
        bounds: Bounds::new(Some(day(15)), End::Open).unwrap(),
        pauses: vec![],
        as_needed: Some(true),
        doses: vec![dose(1, 1, part("aamupalalla", "ap"), NaiveTime::from_hms_opt(8, 0, 0))],
        ..first.clone()
    };
    let mut made = samples::iterated_diazepam();
    made.definition = writing().definition.header;
    made.dosage.only_text = false;
    made.dosage.sic = true;
    made.dosage.structure = Structure::Seasons(vec![first, then]);
    made.unknown = vec![UnknownPart {
        place: "88/997".into(),
        text: "Uusi tieto".into(),
        xml: Some(
            "<component><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"997\" \
             codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi\"/><value xsi:type=\"ST\">Uusi tieto</value>\
             </observation></component>"
                .into(),
        ),
    }];
    made
}

/// A correction of it: less at a time.
pub fn corrected(of: &Prescription) -> Prescription {
    let reason = code("5", "1.2.246.537.6.600.2013", "Muu lääkkeen muutos");
    let reason = ChangeReason::new(reason, Some("Annosta pienennetty".into())).unwrap();
    let next = Next::Correction { by: of.prescriber.clone(), reason, at: "2026-11-04T09:00:00".parse().unwrap() };
    let mut next = of.next(oid("1.2.246.10.99999902.93.2026.1002"), next).unwrap();
    next.dosage.text = "½ tablettia tarvittaessa 2 kertaa vuorokaudessa.".into();
    next.product.strength = Some("5 mg".into());
    next.purpose = None;
    next.employer = Some("Esimerkki Oy".into());
    next
}

/// A lot of it.
pub fn lot(of: &Prescription, number: u32, at: &str, history: &[Dispensation]) -> Dispensation {
    let mut made = samples::lot(of, 21, at);
    let id = oid(&format!("1.2.246.10.99999901.93.2026.{number}"));
    made.reference = DocumentReference { set_id: id.clone(), id, ..made.reference };
    samples::restate(of, history, &mut made);
    made
}

pub fn unchecked() -> Evidence {
    Evidence { signatures: Signatures::NotChecked, agreement: None }
}

/// Signed well by a professional, and with old means by a system.
pub fn signed(bytes: &[u8]) -> Evidence {
    let one = SignatureFact {
        kind: Some(SignatureKind::Professional),
        by: "Lääkäri Lauri 00000000018".into(),
        issuer: "Testivarmentaja".into(),
        at: "2026-11-02T09:24:30".parse().ok(),
        covers: Covers::Body,
        weak: false,
        certificate: CertificateFact::Trusted,
    };
    let system =
        SignatureFact { kind: Some(SignatureKind::System), by: "Reseptikeskus".into(), weak: true, ..one.clone() };
    Evidence { signatures: Signatures::Each(vec![one, system]), agreement: cda::compared_facts(bytes).ok() }
}

/// What a tokenizer of HTML that is not ours sees.
#[derive(Default)]
pub struct Seen {
    /// Errors of form.
    pub errors: RefCell<Vec<String>>,
    /// Elements that were opened, in order, with the names of their attributes.
    pub elements: RefCell<Vec<(String, Vec<String>)>>,
    open: RefCell<Vec<String>>,
    /// All text.
    pub text: RefCell<String>,
}

impl TokenSink for Seen {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::ParseError(error) => self.errors.borrow_mut().push(error.into_owned()),
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::TagToken(tag) => {
                let name = tag.name.to_string();
                match tag.kind {
                    TagKind::StartTag => {
                        let attributes = tag.attrs.iter().map(|a| a.name.local.to_string()).collect();
                        self.elements.borrow_mut().push((name.clone(), attributes));
                        if name != "meta" {
                            self.open.borrow_mut().push(name.clone());
                        }
                        if name == "style" || name == "title" {
                            let kind = if name == "style" { RawKind::Rawtext } else { RawKind::Rcdata };
                            return TokenSinkResult::RawData(kind);
                        }
                    }
                    TagKind::EndTag => {
                        if self.open.borrow_mut().pop().as_deref() != Some(&name) {
                            self.errors.borrow_mut().push(format!("</{name}> closes nothing"));
                        }
                    }
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Lets html5ever judge a page: well formed, every element closed, and only what this program writes is in it.
pub fn judged(html: &str) -> Seen {
    let tokenizer = Tokenizer::new(Seen::default(), TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() });
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let seen = tokenizer.sink;
    assert_eq!(*seen.errors.borrow(), Vec::<String>::new());
    assert_eq!(*seen.open.borrow(), Vec::<String>::new());
    let elements = [
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "main", "section", "dl", "div",
        "dt", "dd", "bdi", "span", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "footer",
    ];
    let attributes = ["lang", "charset", "name", "content", "http-equiv", "class", "id", "aria-labelledby", "scope"];
    for (element, named) in seen.elements.borrow().iter() {
        assert!(elements.contains(&element.as_str()), "<{element}>");
        assert!(named.iter().all(|one| attributes.contains(&one.as_str())), "<{element} {named:?}>");
    }
    seen
}
