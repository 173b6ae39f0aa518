//! Each way in which a certificate may not be trusted has its own answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use test_authority::{Authority, People, place, who};
use trust::{Distrust, Purpose, TrustStore, holder};

use Purpose::{ProfessionalAuthentication, ProfessionalSignature, SystemSignature};

struct World {
    folder: tempfile::TempDir,
    authority: Authority,
    store: TrustStore,
    now: DateTime<Utc>,
}

fn made(now: DateTime<Utc>) -> World {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[
        who::SIRI,
        who::ONNI,
        who::KAISA_REVOKED,
        who::VESA_EXPIRED,
        who::TUULA_UNKNOWN_ISSUER,
        who::LAURI_PRESCRIBER,
    ]);
    let authority = Authority::create_for(folder.path(), now, people).unwrap();
    let store = TrustStore::load(folder.path()).unwrap();
    World { folder, authority, store, now }
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| made(Utc::now()))
}

fn sign(slug: &str) -> Vec<u8> {
    world().authority.signature(slug).unwrap().certificate
}

fn auth(slug: &str) -> Vec<u8> {
    world().authority.authentication(slug).unwrap().certificate
}

fn judge(certificate: &[u8], purpose: Purpose) -> Result<trust::Holder, Distrust> {
    world().store.judge(certificate, purpose, world().now)
}

#[test]
fn a_good_professional_is_trusted_and_told_by_name() {
    let holder = judge(&sign(who::SIRI), ProfessionalSignature).unwrap();
    assert_eq!((holder.family.as_str(), holder.given.as_str()), ("Salminen", "Siri"));
    assert_eq!(holder.common_name, "Salminen Siri 99900000011");
    assert_eq!(holder.registration_number.unwrap().as_str(), "99900000011");
    assert_eq!(holder.right_code.as_deref(), Some("005"));
    assert_eq!(holder.title, "farmaseutti, farmaceut");
    assert_eq!(holder.organisation_oid, None);
    assert_eq!(holder.issuer, "Tiski TEST CA for Healthcare Professionals");
    assert!(judge(&auth(who::SIRI), ProfessionalAuthentication).is_ok());
    assert_eq!(
        judge(&sign(who::LAURI_PRESCRIBER), ProfessionalSignature).unwrap().prescriber_id.as_deref(),
        Some("999011")
    );
    // A student's certificate is as good as anybody's: what a student may do is the register's to say.
    assert_eq!(judge(&sign(who::ONNI), ProfessionalSignature).unwrap().right_code.as_deref(), Some("907"));
}

#[test]
fn a_system_is_trusted_and_told_by_its_organisation() {
    let certificate = world().authority.system(place::KUUSI).unwrap().certificate;
    let holder = judge(&certificate, SystemSignature).unwrap();
    assert_eq!(holder.organisation_oid.as_deref(), Some("1.2.246.10.99999901.10.1"));
    assert_eq!(holder.organisation.as_deref(), Some("Kuusen apteekki"));
    assert_eq!((holder.registration_number, holder.family.as_str()), (None, ""));
}

#[test]
fn a_revoked_certificate_is_revoked() {
    assert_eq!(judge(&sign(who::KAISA_REVOKED), ProfessionalSignature), Err(Distrust::Revoked));
    assert_eq!(judge(&auth(who::KAISA_REVOKED), ProfessionalAuthentication), Err(Distrust::Revoked));
}

#[test]
fn an_expired_certificate_is_expired_and_says_when() {
    let until = holder(&sign(who::VESA_EXPIRED)).unwrap().not_after;
    assert!(until < world().now);
    assert_eq!(judge(&sign(who::VESA_EXPIRED), ProfessionalSignature), Err(Distrust::Expired { not_after: until }));
    let store = &world().store;
    assert!(store.judge(&sign(who::VESA_EXPIRED), ProfessionalSignature, until - Duration::days(1)).is_ok());
}

#[test]
fn a_certificate_of_the_future_is_not_valid_yet() {
    let before = world().now - Duration::days(40);
    assert_eq!(world().store.judge(&sign(who::SIRI), ProfessionalSignature, before), Err(Distrust::NotYetValid));
}

#[test]
fn an_unknown_issuer_is_unknown() {
    assert_eq!(judge(&sign(who::TUULA_UNKNOWN_ISSUER), ProfessionalSignature), Err(Distrust::UnknownIssuer));
    // The same names and another root: only the signature tells.
    let other = made(world().now);
    let certificate = other.authority.signature(who::SIRI).unwrap().certificate;
    assert_eq!(judge(&certificate, ProfessionalSignature), Err(Distrust::UnknownIssuer));
}

#[test]
fn a_certificate_for_another_use_is_refused() {
    let system = world().authority.system(place::CENTRE).unwrap().certificate;
    let server = pem(&world().folder.path().join("servers/centre/cert.pem"));
    for (certificate, purpose) in [
        (auth(who::SIRI), ProfessionalSignature),
        (sign(who::SIRI), ProfessionalAuthentication),
        (sign(who::SIRI), SystemSignature),
        (system.clone(), ProfessionalSignature),
        (system, ProfessionalAuthentication),
        (server.clone(), SystemSignature),
        (server, ProfessionalAuthentication),
    ] {
        assert_eq!(judge(&certificate, purpose), Err(Distrust::WrongUse), "{purpose:?}");
    }
    let issuing = pem(&world().folder.path().join("ca/professionals.pem"));
    assert!(judge(&issuing, ProfessionalSignature).is_err());
}

#[test]
fn a_professional_of_a_providers_issuer_is_refused() {
    let store = rebuilt(&["ca/professionals.pem", "ca/providers.pem"], &["root", "professionals", "providers"]);
    let certificate = sign(who::SIRI);
    assert!(store.judge(&certificate, ProfessionalSignature, world().now).is_ok());
    let subject = |path: &str| {
        let der = pem(&world().folder.path().join(path));
        let (_, parsed) = x509(&der);
        parsed
    };
    let swapped = trust::Issuers {
        professionals: vec![subject("ca/providers.pem")],
        providers: vec![subject("ca/professionals.pem")],
    };
    assert_eq!(
        store.with_issuers(swapped).judge(&certificate, ProfessionalSignature, world().now),
        Err(Distrust::WrongUse)
    );
}

#[test]
fn without_a_fresh_list_of_every_issuer_nobody_is_trusted() {
    let certificates = ["ca/professionals.pem", "ca/providers.pem"];
    for lists in [&[][..], &["root"], &["professionals"], &["root", "providers"]] {
        let store = rebuilt(&certificates, lists);
        assert_eq!(
            store.judge(&sign(who::SIRI), ProfessionalSignature, world().now),
            Err(Distrust::NoRevocationData),
            "{lists:?}"
        );
    }
    let later = world().now + Duration::days(400);
    assert_eq!(world().store.judge(&sign(who::SIRI), ProfessionalSignature, later), Err(Distrust::NoRevocationData));
}

#[test]
fn a_list_that_its_issuer_did_not_sign_is_no_list() {
    let other = made(world().now);
    let folder = tempfile::tempdir().unwrap();
    copy(world().folder.path(), folder.path());
    std::fs::copy(other.folder.path().join("crl/professionals.crl"), folder.path().join("crl/professionals.crl"))
        .unwrap();
    let store = TrustStore::load(folder.path()).unwrap();
    assert_eq!(
        store.judge(&sign(who::KAISA_REVOKED), ProfessionalSignature, world().now),
        Err(Distrust::NoRevocationData)
    );
}

#[test]
fn what_was_signed_before_a_revocation_held_and_what_is_signed_after_does_not() {
    let mut world = made(Utc::now());
    let certificate = world.authority.signature(who::SIRI).unwrap().certificate;
    world.authority.revoke_professional(who::SIRI, world.now).unwrap();
    let store = TrustStore::load(world.folder.path()).unwrap();
    assert_eq!(store.judge(&certificate, ProfessionalSignature, world.now), Err(Distrust::Revoked));
    assert_eq!(store.judge(&certificate, ProfessionalSignature, world.now + Duration::days(1)), Err(Distrust::Revoked));
    assert!(store.judge(&certificate, ProfessionalSignature, world.now - Duration::days(1)).is_ok());
    // Another who was revoked earlier stays so, and a wrong use stays a wrong use.
    let kaisa = world.authority.signature(who::KAISA_REVOKED).unwrap().certificate;
    assert_eq!(store.judge(&kaisa, ProfessionalSignature, world.now - Duration::days(1)), Err(Distrust::Revoked));
    assert_eq!(store.judge(&certificate, SystemSignature, world.now - Duration::days(1)), Err(Distrust::WrongUse));
}

#[test]
fn nothing_that_a_compromised_key_ever_signed_is_believed() {
    let mut world = made(Utc::now());
    let certificate = world.authority.signature(who::SIRI).unwrap().certificate;
    world.authority.revoke_compromised_professional(who::SIRI, world.now).unwrap();
    let store = TrustStore::load(world.folder.path()).unwrap();
    let before = world.now - Duration::days(1);
    assert_eq!(store.judge(&certificate, ProfessionalSignature, before), Err(Distrust::Revoked));
}

#[test]
fn bytes_that_are_no_certificate_are_unreadable() {
    let good = sign(who::SIRI);
    for bytes in [&b""[..], b"abc", &good[..good.len() - 1], &[good.as_slice(), b"x"].concat()] {
        assert_eq!(judge(bytes, ProfessionalSignature), Err(Distrust::Unreadable));
        assert_eq!(holder(bytes), Err(Distrust::Unreadable));
    }
}

#[test]
fn no_byte_of_a_certificate_can_be_changed() {
    let good = sign(who::SIRI);
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 0x01;
        assert!(judge(&changed, ProfessionalSignature).is_err(), "{place}");
    }
}

#[test]
fn a_folder_that_is_not_one_is_told() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(TrustStore::load(empty.path()).unwrap_err().code(), "trust-file");
    assert_eq!(TrustStore::new(vec![], vec![], vec![]).unwrap_err().code(), "trust-no-anchor");
    assert_eq!(TrustStore::new(vec![vec![1]], vec![], vec![]).unwrap_err().code(), "trust-anchor");
}

fn rebuilt(intermediates: &[&str], lists: &[&str]) -> TrustStore {
    let folder = world().folder.path();
    TrustStore::new(
        vec![pem(&folder.join("root.pem"))],
        intermediates.iter().map(|path| pem(&folder.join(path))).collect(),
        lists.iter().map(|name| std::fs::read(folder.join(format!("crl/{name}.crl"))).unwrap()).collect(),
    )
    .unwrap()
}

/// The first certificate of a PEM file, DER.
fn pem(path: &Path) -> Vec<u8> {
    use rustls_pki_types::{CertificateDer, pem::PemObject};
    CertificateDer::from_pem_file(path).unwrap().to_vec()
}

fn x509(der: &[u8]) -> ((), Vec<u8>) {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    ((), certificate.subject().as_raw().to_vec())
}

fn copy(from: &Path, to: &Path) {
    let files: [PathBuf; 6] = [
        "root.pem",
        "ca/professionals.pem",
        "ca/providers.pem",
        "crl/root.crl",
        "crl/professionals.crl",
        "crl/providers.crl",
    ]
    .map(PathBuf::from);
    for file in files {
        std::fs::create_dir_all(to.join(&file).parent().unwrap()).unwrap();
        std::fs::copy(from.join(&file), to.join(&file)).unwrap();
    }
}
