//! The keyed hash of simulations: whoever was given its key believes it, and nobody else does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use signing::{Covered, DigestToSign, Failure, KeyedHash, Signer, SignerError, Verifier, sign, verify};

struct Keyed(Vec<u8>, KeyedHash);

impl Signer for Keyed {
    fn certificate(&self) -> &[u8] {
        &self.0
    }
    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        Ok(requests.iter().map(|one| self.1.value(&self.0, &one.digest)).collect())
    }
    fn keyed_hash(&self) -> Option<&KeyedHash> {
        Some(&self.1)
    }
}

fn keyed() -> String {
    let mut signer = Keyed(p384().certificate().to_vec(), KeyedHash::new(b"simulation"));
    text(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut signer).unwrap())
}

fn outcome(verifier: &Verifier, document: &str) -> Result<Covered, Failure> {
    verifier.verify(document.as_bytes()).unwrap().remove(0).outcome
}

#[test]
fn only_a_verifier_with_the_same_key_believes_a_keyed_hash() {
    let document = keyed();
    let same = Verifier::knowing(KeyedHash::new(b"simulation"));
    assert_eq!(outcome(&same, &document), Ok(Covered::Body));
    let other = Verifier::knowing(KeyedHash::new(b"simulation2"));
    assert_eq!(outcome(&other, &document), Err(Failure::WrongValue));
    assert_eq!(outcome(&Verifier::default(), &document), Err(Failure::UnknownAlgorithm));
    assert_eq!(verify(document.as_bytes()).unwrap()[0].outcome, Err(Failure::UnknownAlgorithm));
}

#[test]
fn a_keyed_hash_covers_the_body_and_is_its_holders() {
    let same = Verifier::knowing(KeyedHash::new(b"simulation"));
    let document = keyed();
    assert_eq!(outcome(&same, &document.replace("value=\"21\"", "value=\"22\"")), Err(Failure::BodyChanged));
    use base64::Engine;
    let base64 = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
    let anothers = document.replace(&base64(p384().certificate()), &base64(centre().certificate()));
    assert_ne!(anothers, document);
    assert_eq!(outcome(&same, &anothers), Err(Failure::WrongValue));
}

#[test]
fn who_knows_a_keyed_hash_still_judges_every_other_signature_as_everybody_does() {
    let same = Verifier::knowing(KeyedHash::new(b"simulation"));
    assert_eq!(outcome(&same, &signed()), Ok(Covered::Body));
    let spoilt = Watched { spoil: true, ..Watched::new(Keyed(p384().certificate().to_vec(), KeyedHash::new(b"k"))) };
    // A signer in between that does not say so signs with the certificate's key, and this is none.
    let mut spoilt = spoilt;
    assert!(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut spoilt).is_err());
}
