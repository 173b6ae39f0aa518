//! Test persons, a direct way to a virtual card, and a world with a PC/SC daemon of its own.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod world;

use direct_card::DirectReader;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use virtual_card::{Card, Person, Profile, ShortMemory};

/// Which keys the test person's card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    P384,
    Rsa2048,
    Rsa3072,
}

/// A folder with an artificial professional's certificates and keys, made by openssl. Both RSA certificates have one
/// key, because making RSA keys takes seconds.
pub fn person(keys: Keys) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, usage) in [("auth", "digitalSignature"), ("sign", "nonRepudiation")] {
        let (pem, usage) = (format!("{name}.key.pem"), format!("keyUsage=critical,{usage}"));
        let (certificate, key) = (format!("{name}.cert.der"), format!("{name}.key.der"));
        let kind: &[&str] = match keys {
            Keys::P384 => &["EC", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
            Keys::Rsa2048 => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Keys::Rsa3072 => &["RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
        };
        if keys == Keys::P384 || name == "auth" {
            openssl(folder.path(), &[&["genpkey", "-out", &pem, "-algorithm"], kind].concat());
        } else {
            std::fs::copy(folder.path().join("auth.key.pem"), folder.path().join(&pem)).unwrap();
        }
        openssl(
            folder.path(),
            &[
                &["req", "-x509", "-batch", "-days", "30", "-sha256", "-outform", "DER", "-key", &pem][..],
                &["-subj", "/C=FI/SN=Testaaja/GN=Tiina/CN=Testaaja Tiina 00000000000", "-addext", &usage],
                &["-addext", "basicConstraints=critical,CA:FALSE", "-out", &certificate],
            ]
            .concat(),
        );
        openssl(folder.path(), &["pkcs8", "-topk8", "-nocrypt", "-in", &pem, "-outform", "DER", "-out", &key]);
    }
    folder
}

/// Runs openssl in a folder and insists on success.
pub fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Lets openssl judge a signature over a digest with the key of `certificate` (a file name in the folder).
pub fn openssl_judges(folder: &Path, certificate: &str, keys: Keys, digest: &[u8], signature: &[u8]) -> bool {
    let signature = if keys == Keys::P384 { ecdsa_der(signature) } else { signature.to_vec() };
    std::fs::write(folder.join("judged.digest"), digest).unwrap();
    std::fs::write(folder.join("judged.signature"), signature).unwrap();
    openssl(folder, &["x509", "-inform", "DER", "-in", certificate, "-pubkey", "-noout", "-out", "judged.pem"]);
    let hash = format!("digest:sha{}", digest.len() * 8);
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(["pkeyutl", "-verify", "-pubin", "-inkey", "judged.pem", "-in", "judged.digest"])
        .args(["-sigfile", "judged.signature", "-pkeyopt", &hash])
        .output()
        .unwrap();
    output.status.success()
}

/// r||s as the SEQUENCE of two INTEGERs that openssl reads.
fn ecdsa_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let integer = |bytes: &[u8]| {
        let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap()..];
        let sign = if significant[0] >= 0x80 { &[0][..] } else { &[] };
        [&[2, u8::try_from(significant.len() + sign.len()).unwrap()][..], sign, significant].concat()
    };
    let content = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(content.len()).unwrap()][..], &content].concat()
}

/// A virtual card in a reader of this process, with the person's keys and all its tries.
pub fn direct(person: &Path, profile: Profile) -> DirectReader {
    DirectReader::new(Card::new(profile, Person::load(person).unwrap(), Box::new(ShortMemory::default())).unwrap())
}
