//! A foreign program at the virtual card: OpenSC reads its files, tries its PINs and signs; openssl judges what it made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::path::Path;
use std::process::Command;
use support::world::{World, access_with_card, in_world, removed, wait_for};
use support::{Keys, openssl, openssl_judges, person};
use virtual_card::Profile;

fn file(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

/// DigestInfo of SHA-256 (RFC 8017, 9.2 note 1) and the digest that is signed here.
fn digest_info() -> Vec<u8> {
    let head = [0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    [&head[..], &[7; 32]].concat()
}

/// A second program with an algorithm of its own signs with the card: OpenSC's driver for older Finnish cards.
#[test]
fn opensc_signs_with_the_signature_key_of_an_rsa_card() {
    in_world("opensc_signs_with_the_signature_key_of_an_rsa_card", |world| {
        let person = person(Keys::Rsa2048);
        let _card = world.card(person.path(), Profile::default());
        let (_access, _events) = access_with_card();
        signs_rsa("setcos.conf", Keys::Rsa2048, person.path());
    });
}

/// A longer key than that driver knows, in another card's dialect.
#[test]
fn opensc_signs_with_an_rsa_3072_key_of_a_card_in_its_dialect() {
    in_world("opensc_signs_with_an_rsa_3072_key_of_a_card_in_its_dialect", |world| {
        let person = person(Keys::Rsa3072);
        let card = world.card(person.path(), Profile { compat: true, ..Profile::default() });
        let (_access, _events) = access_with_card();
        signs_rsa("myeid.conf", Keys::Rsa3072, person.path());
        assert!(card.trace().contains("00 2A 9E 9A"), "the card signed, not OpenSC");
    });
}

fn signs_rsa(configuration: &str, keys: Keys, folder: &Path) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("input"), digest_info()).unwrap();
    let (input, output) = (path("input"), path("output"));
    let files = ["--raw", "--input", &input, "--output", &output];
    let sign = [&["-r", "0", "--sign", "--pkcs1", "--key", "46", "--pin", "123456"][..], &files].concat();
    let (done, text) = opensc("pkcs15-crypt", configuration, &sign);
    assert!(done, "{text}");
    assert!(openssl_judges(folder, "sign.cert.der", keys, &[7; 32], &file(folder, "output")));
}

/// The same with P-384, which no driver of OpenSC for Finnish cards can: the virtual card speaks another card's dialect.
#[test]
fn opensc_signs_with_both_p384_keys_of_a_card_in_its_dialect() {
    in_world("opensc_signs_with_both_p384_keys_of_a_card_in_its_dialect", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile { compat: true, ..Profile::default() });
        let (_access, _events) = access_with_card();
        let path = |name: &str| person.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("input"), [7; 48]).unwrap();
        for (key, pin, certificate) in [("45", "1234", "auth.cert.der"), ("46", "123456", "sign.cert.der")] {
            let (input, output) = (path("input"), path("output"));
            let files = ["--raw", "--input", &input, "--output", &output];
            let sign =
                [&["-r", "0", "--sign", "--signature-format", "rs", "--key", key, "--pin", pin][..], &files].concat();
            let (done, text) = opensc("pkcs15-crypt", "myeid.conf", &sign);
            assert!(done, "{text}\n{}", card.trace());
            let signature = file(person.path(), "output");
            assert!(openssl_judges(person.path(), certificate, Keys::P384, &[7; 48], &signature));
            assert!(!openssl_judges(person.path(), certificate, Keys::P384, &[8; 48], &signature));
        }
    });
}

/// Runs one of OpenSC's tools on the first reader, with a configuration of the virtual card's folder.
fn opensc(tool: &str, configuration: &str, arguments: &[&str]) -> (bool, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../virtual-card/opensc");
    let output = Command::new(tool)
        .args(arguments)
        .env("OPENSC_CONF", folder.join(configuration))
        .output()
        .expect("opensc is installed");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn opensc_reads_the_card() {
    in_world("opensc_reads_the_card", |world: &mut World| {
        for keys in [Keys::P384, Keys::Rsa2048] {
            let person = person(keys);
            let card = world.card(person.path(), Profile::default());
            let (_access, events) = access_with_card();
            let (done, dump) = opensc("pkcs15-tool", "default.conf", &["-r", "0", "--dump"]);
            assert!(done, "{dump}");
            for expected in
                ["PIN1", "PIN2", "min_len:4", "max_len:8", "Todentamisvarmenne", "3f0050164332", "Key ref        : 130"]
            {
                assert!(dump.contains(expected), "{expected} is not in\n{dump}");
            }
            for (id, name) in [("45", "auth"), ("46", "sign")] {
                let (done, pem) = opensc("pkcs15-tool", "default.conf", &["-r", "0", "--read-certificate", id]);
                assert!(done, "{pem}");
                std::fs::write(person.path().join("read.pem"), &pem).unwrap();
                openssl(person.path(), &["x509", "-in", "read.pem", "-outform", "DER", "-out", "read.der"]);
                assert_eq!(file(person.path(), "read.der"), file(person.path(), &format!("{name}.cert.der")));
            }
            let verify = |pin| {
                opensc("pkcs15-tool", "default.conf", &["-r", "0", "--verify-pin", "--auth-id", "01", "--pin", pin]).0
            };
            assert!(verify("1234"));
            assert!(!verify("4321"));
            assert_eq!(card.slot.with_card(|card| card.counters()).pin1, 4);
            card.slot.quit();
            wait_for(&events, removed);
        }
    });
}
