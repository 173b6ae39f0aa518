//! Pages of artificial documents in three languages, as they are kept in `tests/pages`. `TISKI_WRITE_PAGES=1` writes them anew;
//! then look at them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::path::Path;

use common::{LANGUAGES, corrected, dispensed, judged, lot, prescription, signed, unchecked, written};
use prescription::{Explanation, Mark, MarkKind, Signers};
use tiski_document_view::{
    ChainError, Evidence, Page, Signatures, Tone, Viewer, chain, check, compare, document, html, text,
};

fn is_as_kept(name: &str, page: &Page) {
    for (extension, rendered) in [("txt", text(page)), ("html", html(page))] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pages/{name}.{extension}"));
        if std::env::var_os("TISKI_WRITE_PAGES").is_some() {
            std::fs::write(&path, &rendered).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == rendered, "{name}.{extension} is not as it is kept; look at it, then write it anew");
    }
    let seen = judged(&html(page));
    let count = |element: &str| seen.elements.borrow().iter().filter(|(name, _)| name == element).count();
    assert_eq!((count("h1"), count("h2")), (1, page.sections.len()));
}

#[test]
fn a_prescription_is_a_page_in_three_languages() {
    let (read, bytes) = written(&prescription());
    for (language, name) in LANGUAGES {
        let page = document(&read, &signed(&bytes), &Viewer { language, whole: false });
        is_as_kept(&format!("prescription-{name}"), &page);
        let shown = text(&page);
        assert!(shown.contains("010181-9•••") && !shown.contains("900C"), "masked");
        let unsure = page.sections.iter().flat_map(|section| &section.facts).filter(|f| f.tone == Some(Tone::Unsure));
        assert_eq!(unsure.count(), 1, "the season with an unknown part of the day");
    }
    let whole = text(&document(&read, &unchecked(), &Viewer { whole: true, ..Viewer::default() }));
    assert!(whole.contains("010181-900C"));
}

#[test]
fn a_chain_is_a_page_in_three_languages() {
    let first = prescription();
    let second = corrected(&first);
    let lots = [lot(&second, 1, "2026-11-05T10:00:00", &[])];
    let next = lot(&second, 2, "2026-11-12T10:00:00", &lots);
    let lock = Mark {
        id: common::oid("1.2.246.10.99999901.93.2026.9"),
        set_id: common::oid("1.2.246.10.99999901.93.2026.9"),
        version: 1,
        kind: MarkKind::Lock { explanation: Explanation::new("Annostus on epäselvä").ok() },
        prescription: second.reference.clone(),
        patient: second.patient.clone(),
        author: lots[0].author.clone(),
        unit: lots[0].pharmacy.clone(),
        at: "2026-11-13T10:00:00".parse().unwrap(),
        made_at: "2026-11-13T10:00:00".parse().unwrap(),
        unknown: vec![],
    };
    let lock = cda::read(&cda::write_mark(&lock, &common::writing()).unwrap()).unwrap();
    // In any order, one of them twice.
    let documents = [dispensed(&next).0, written(&second).0, lock, written(&first).0, dispensed(&lots[0]).0];
    let mut documents: Vec<_> = documents.into_iter().map(|one| (one, unchecked())).collect();
    documents.push(documents[0].clone());
    for (language, name) in LANGUAGES {
        let page = chain(&documents, &Viewer { language, whole: false }).unwrap();
        is_as_kept(&format!("chain-{name}"), &page);
        let remains = &page.sections[0];
        let values: Vec<&str> = remains.facts.iter().map(|fact| fact.value.as_str()).collect();
        assert!(values.contains(&"2X21 fol = 42 fol"), "{values:?}");
        assert_eq!(page.sections[1].table.as_ref().unwrap().rows.len(), 5);
    }
}

#[test]
fn a_comparison_is_a_page_in_three_languages() {
    let first = prescription();
    let (before, after) = (written(&first).0, written(&corrected(&first)).0);
    for (language, name) in LANGUAGES {
        let comparison = compare(&before, &after, false, &Viewer { language, whole: false }).unwrap();
        is_as_kept(&format!("comparison-{name}"), &comparison.page());
    }
}

#[test]
fn a_chain_is_one_prescriptions_and_says_what_is_wrong_with_it() {
    let viewer = Viewer::default();
    let first = prescription();
    let of = |document: cda::Document| (document, unchecked());
    assert_eq!(chain(&[], &viewer), Err(ChainError::DifferentSets));
    let only_a_lot = [of(dispensed(&lot(&first, 1, "2026-11-05T10:00:00", &[])).0)];
    assert_eq!(chain(&only_a_lot, &viewer), Err(ChainError::NoPrescription));
    let mut other = first.clone();
    other.reference.set_id = common::oid("1.2.246.10.99999902.93.2026.7");
    other.reference.id = other.reference.set_id.clone();
    let sets = [of(written(&first).0), of(written(&other).0)];
    assert_eq!(chain(&sets, &viewer), Err(ChainError::DifferentSets));
    let mut forged = first.clone();
    forged.product.strength = Some("100 mg".into());
    let forged = [of(written(&first).0), of(written(&forged).0)];
    assert_eq!(chain(&forged, &viewer), Err(ChainError::OtherIdentity));
    // A version is missing, and a lot states a remaining amount that is not true.
    let second = corrected(&first);
    let wrong = lot(&second, 2, "2026-11-12T10:00:00", &[lot(&second, 1, "2026-11-05T10:00:00", &[])]);
    let page = chain(&[of(written(&second).0), of(dispensed(&wrong).0)], &viewer).unwrap();
    let tones: Vec<Tone> = page.warnings.iter().map(|(tone, _)| *tone).collect();
    assert!(tones.contains(&Tone::Notice) && tones.contains(&Tone::Mismatch), "{:?}", page.warnings);
}

#[test]
fn a_dispensation_is_a_page_in_three_languages() {
    let mut given = lot(&prescription(), 1, "2026-11-05T10:00:00", &[]);
    given.substituted = true;
    given.price = "12345.60".parse().ok();
    given.remark = Some("Annettu viikon annos.".into());
    let (read, bytes) = dispensed(&given);
    let evidence = Evidence { signatures: Signatures::Each(vec![]), agreement: cda::compared_facts(&bytes).ok() };
    for (language, name) in LANGUAGES {
        let viewer = Viewer { language, whole: false };
        is_as_kept(&format!("dispensation-{name}"), &document(&read, &evidence, &viewer));
        let checked = check(&read, &evidence, &Signers::default(), &viewer);
        is_as_kept(&format!("check-{name}"), &checked.page);
        let failed: Vec<&str> = checked.findings.iter().filter(|one| !one.holds).map(|one| one.key.as_str()).collect();
        assert_eq!(failed, ["signed"]);
    }
}
