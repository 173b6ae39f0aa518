//! Test persons, a direct way to a virtual card, and a world with a PC/SC daemon of its own.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod world;

use card::{CardError, Ending, Exchange, FineidSession, Transport};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
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

/// A virtual card that the test also holds, to count commands and to pull it.
#[derive(Clone)]
pub struct Direct {
    pub card: Arc<Mutex<Card>>,
    pub commands: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Direct {
    pub fn new(person: &Path, profile: Profile) -> Self {
        let card = Card::new(profile, Person::load(person).unwrap(), Box::new(ShortMemory::default())).unwrap();
        Self { card: Arc::new(Mutex::new(card)), commands: Arc::default() }
    }

    pub fn session(&self) -> FineidSession {
        FineidSession::new(Box::new(self.clone()))
    }

    /// How many PINs were sent so far.
    pub fn pins_sent(&self) -> usize {
        self.commands.lock().unwrap().iter().filter(|command| command[1] == 0x20 && command.len() > 4).count()
    }
}

impl Transport for Direct {
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        if !self.card.lock().unwrap().is_in_place() {
            return Err(CardError::CardRemoved);
        }
        let result = work(self);
        if ending == Ending::Reset {
            self.card.lock().unwrap().reset();
        }
        result
    }
}

impl Exchange for Direct {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.commands.lock().unwrap().push(command.to_vec());
        Ok(self.card.lock().unwrap().transmit(command))
    }
}
