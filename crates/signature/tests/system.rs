//! A system's signature (type 4): the Centre's, and a pharmacy's own on documents that no professional signs. The kind
//! is not covered by the signature; whose it is and whether it may stand there is said by `trust` of the certificate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use chrono::{DateTime, Utc};
use common::*;
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signer, Signing, Verified, sign, verify};
use test_authority::place;
use trust::{Distrust, Purpose, TrustStore};

/// The certificates are as young as the test, so it signs now.
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn pharmacy() -> SoftwareSigner {
    signer(&world().authority.system(place::KUUSI).unwrap())
}

fn with_system(document: &str, seed: &str, signer: &mut dyn Signer) -> String {
    let signed_at = now().fixed_offset();
    let system = Signing { kind: SignatureKind::System, signed_at, ..signing(document.as_bytes(), seed) };
    text(sign(&system, signer).unwrap())
}

fn all(document: &str) -> Vec<Verified> {
    verify(document.as_bytes()).unwrap()
}

/// Whose a signature is: the organisation's OID, when the certificate may sign as a system at the stated time.
fn organisation(one: &Verified) -> Result<String, Distrust> {
    let store = TrustStore::load(world().authority.directory()).unwrap();
    let holder = store.judge(&one.certificate, Purpose::SystemSignature, one.signed_at.unwrap().to_utc())?;
    Ok(holder.organisation_oid.unwrap())
}

fn oid(slug: &str) -> String {
    world().authority.people().organisation(slug).unwrap().oid.clone()
}

#[test]
fn a_pharmacys_system_signs_a_document_that_no_professional_signs() {
    let document = with_system(DOCUMENT, "1", &mut pharmacy());
    let [one] = &all(&document)[..] else { panic!() };
    assert_eq!(one.kind, Some(SignatureKind::System));
    assert!(one.covers_this_document() && !one.weak);
    assert_eq!(one.certificate, pharmacy().certificate());
    assert_eq!(organisation(one), Ok(oid(place::KUUSI)));
    assert!(xmlsec1_accepts(&document, 1));
}

#[test]
fn the_pharmacys_and_the_centres_signatures_are_told_apart_by_their_certificates_alone() {
    let first = with_system(DOCUMENT, "1", &mut pharmacy());
    let both = with_system(&first, "centre", &mut centre());
    let told: Vec<_> = all(&both).iter().map(|one| (one.kind, organisation(one).unwrap())).collect();
    let system = Some(SignatureKind::System);
    assert_eq!(told, [(system, oid(place::KUUSI)), (system, oid(place::CENTRE))]);
    assert!(all(&both).iter().all(Verified::covers_this_document));
    assert!(xmlsec1_accepts(&both, 1) && xmlsec1_accepts(&both, 2));
}

#[test]
fn a_professional_who_signs_as_a_system_is_no_system() {
    let document = with_system(DOCUMENT, "1", &mut p384());
    let one = &all(&document)[0];
    assert!(one.covers_this_document(), "the signature itself holds");
    assert_eq!(organisation(one), Err(Distrust::WrongUse));
}

#[test]
fn a_system_that_signs_as_a_professional_is_no_professional() {
    let professional = Signing { signed_at: now().fixed_offset(), ..signing(DOCUMENT.as_bytes(), "1") };
    let document = text(sign(&professional, &mut pharmacy()).unwrap());
    let one = &all(&document)[0];
    assert!(one.covers_this_document() && one.kind == Some(SignatureKind::Professional));
    let store = TrustStore::load(world().authority.directory()).unwrap();
    let judged = store.judge(&one.certificate, Purpose::ProfessionalSignature, now());
    assert_eq!(judged.map(|_| ()), Err(Distrust::WrongUse));
}
