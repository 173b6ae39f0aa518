//! The virtual card's named profiles at the counter: each is what its name says, with the person whom it names.

use std::sync::Arc;

use card::{CardAccess, Pin};
use counter::{CardHeld, Look, read_card};
use direct_card::DirectReader;
use signing::{DigestToSign, HashAlgorithm};
use test_authority::{Authority, KeyKind, People, who};
use trust::TrustStore;
use virtual_card::{Card, NAMED, Person, Profile, ShortMemory};

use crate::bench::{AUTHORITY, Bench};

fn card_of(name: &str, authority: &std::path::Path) -> DirectReader {
    let profile = Profile::named(name).unwrap().unwrap();
    let person = Person::load(&authority.join("people").join(profile.holder.as_ref().unwrap())).unwrap();
    DirectReader::new(Card::new(profile, person, Box::new(ShortMemory::default())).unwrap())
}

/// What the log-in answers, and what the signing of a basket does.
fn tried(name: &str) -> (String, String) {
    let bench = Bench::new();
    bench.put(Arc::new(card_of(name, &AUTHORITY)));
    if let Err(error) = bench.counter.log_in(&Pin::new("1234").unwrap(), false) {
        return (error.code().to_string(), String::new());
    }
    bench.prepare();
    let signed = bench.sign().map_or_else(|error| error.code().to_string(), |_| "signed".to_owned());
    ("in".to_owned(), signed)
}

#[test]
fn every_named_profile_does_at_the_counter_what_its_name_says() {
    for (name, _) in NAMED {
        let expected = match name {
            "citizen" => ("certificate-unknown-issuer", ""),
            "student" => ("in", "rule-refused"),
            "revoked" => ("certificate-revoked", ""),
            "expired" => ("certificate-expired", ""),
            "not-activated" => ("card-not-activated", ""),
            "blocked" => ("in", "pin2-blocked"),
            "organisational-p384" | "organisational-rsa2048" | "organisational-rsa3072" => ("in", "signed"),
            new => panic!("{new} says nothing here yet"),
        };
        let (log_in, signing) = tried(name);
        assert_eq!((log_in.as_str(), signing.as_str()), expected, "{name}");
    }
}

#[test]
fn the_three_kinds_of_keys_are_those_that_the_profiles_name() {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[who::PETRI]).with_keys(KeyKind::Rsa3072);
    Authority::create_for(folder.path(), chrono::Utc::now(), people).unwrap();
    for (name, authority, octets) in [
        ("organisational-p384", AUTHORITY.as_path(), 96),
        ("organisational-rsa2048", AUTHORITY.as_path(), 256),
        ("organisational-rsa3072", folder.path(), 384),
    ] {
        let reader = card_of(name, authority);
        let trust = TrustStore::load(authority).unwrap();
        let look = Look { service: true, ..Look::default() };
        let CardHeld::Ready(held) = read_card(&reader, look, &trust, chrono::Utc::now()) else { panic!("{name}") };
        assert!(held.signature.is_ok(), "{name}");
        let digest = DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![7; 48] };
        let signatures = reader.open(&held.reader).unwrap().sign(&Pin::new("5678").unwrap(), &[digest]).unwrap();
        assert_eq!(signatures[0].len(), octets, "{name}");
    }
}
