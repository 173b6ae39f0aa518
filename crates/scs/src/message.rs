//! What is said to the service and what it answers: JSON of SCS version 1.1. Every answer comes with HTTP 200; its outcome
//! is inside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use card::CardError;
use serde::{Deserialize, Serialize};
use signing::HashAlgorithm;

/// Certificates in a chain: the holder's, its issuers'.
const CHAIN_LIMIT: usize = 8;

/// `GET /version`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    #[serde(default)]
    content_types: String,
}

impl Version {
    /// Whether a digest can be signed whose content stays here. A service that says nothing of it may.
    pub(crate) fn signs_digests(&self) -> bool {
        self.content_types.is_empty() || self.content_types.split(',').any(|kind| kind.trim() == "digest")
    }
}

/// Which of the holder's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    Authentication,
    Signature,
}

/// `POST /sign`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignRequest {
    version: &'static str,
    selector: Selector,
    content: String,
    content_type: &'static str,
    hash_algorithm: &'static str,
    signature_type: &'static str,
}

#[derive(Debug, Serialize)]
struct Selector {
    keyusages: [&'static str; 1],
}

/// What is signed.
pub(crate) enum ToSign<'a> {
    /// The service makes the digest.
    Data(&'a [u8]),
    /// The digest itself.
    Digest(&'a [u8]),
}

impl SignRequest {
    pub(crate) fn new(key: KeyUse, what: &ToSign<'_>, hash: HashAlgorithm) -> Self {
        let (content, content_type) = match what {
            ToSign::Data(data) => (data, "data"),
            ToSign::Digest(digest) => (digest, "digest"),
        };
        Self {
            version: "1.1",
            selector: Selector {
                keyusages: [match key {
                    KeyUse::Authentication => "digitalsignature",
                    KeyUse::Signature => "nonrepudiation",
                }],
            },
            content: STANDARD.encode(content),
            content_type,
            hash_algorithm: match hash {
                HashAlgorithm::Sha256 => "SHA256",
                HashAlgorithm::Sha384 => "SHA384",
            },
            signature_type: "signature",
        }
    }
}

/// The answer to `POST /sign`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignAnswer {
    status: String,
    #[serde(default)]
    reason_code: u32,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    chain: Vec<String>,
}

/// A value and whose it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) certificate: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl SignAnswer {
    /// The value, or the service's own number for why there is none: which means what is not known well enough to say more.
    pub(crate) fn made(self) -> Result<Made, CardError> {
        if self.status != "ok" {
            return Err(CardError::Service(self.reason_code));
        }
        let decoded = |text: &str| STANDARD.decode(text).ok();
        let certificate = self.chain.iter().take(CHAIN_LIMIT).next().and_then(|leaf| decoded(leaf));
        match (certificate, decoded(&self.signature)) {
            (Some(certificate), Some(signature)) => Ok(Made { certificate, signature: plain(signature) }),
            _ => Err(CardError::SignatureInvalid),
        }
    }
}

/// ECDSA values come as r||s or as the SEQUENCE of two INTEGERs; both are the same numbers. Others stay as they are.
fn plain(signature: Vec<u8>) -> Vec<u8> {
    match p384::ecdsa::Signature::from_der(&signature) {
        Ok(value) => value.to_bytes().to_vec(),
        Err(_) => signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_is_signed_with_which_key() {
        let request = SignRequest::new(KeyUse::Signature, &ToSign::Digest(&[7; 48]), HashAlgorithm::Sha384);
        let json = serde_json::to_value(&request).unwrap();
        assert_eq!(json["selector"]["keyusages"], serde_json::json!(["nonrepudiation"]));
        assert_eq!((&json["contentType"], &json["hashAlgorithm"]), (&"digest".into(), &"SHA384".into()));
        assert_eq!((&json["version"], &json["signatureType"]), (&"1.1".into(), &"signature".into()));
    }

    #[test]
    fn a_failure_keeps_the_services_number_and_half_an_answer_is_none() {
        let answer = |text| serde_json::from_str::<SignAnswer>(text).unwrap().made();
        assert_eq!(answer(r#"{"status":"failed","reasonCode":401,"reasonText":"x"}"#), Err(CardError::Service(401)));
        assert_eq!(answer(r#"{"status":"ok","signature":"AQID"}"#), Err(CardError::SignatureInvalid));
        assert_eq!(answer(r#"{"status":"ok","signature":"?","chain":["AQID"]}"#), Err(CardError::SignatureInvalid));
        let made = Made { certificate: vec![1, 2, 3], signature: vec![4, 5, 6] };
        assert_eq!(answer(r#"{"status":"ok","signature":"BAUG","chain":["AQID"]}"#), Ok(made));
    }

    #[test]
    fn content_types_are_words_with_commas() {
        let version = |text| serde_json::from_str::<Version>(text).unwrap().signs_digests();
        assert!(version(r#"{"version":"1.1","contentTypes":"data, digest"}"#) && version("{}"));
        assert!(!version(r#"{"contentTypes":"data"}"#));
    }
}
