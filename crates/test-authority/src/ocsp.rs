//! Answers of OCSP responders, made by openssl: whoever checks answers is not checked by a maker of the same hands.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Duration, Utc};

use crate::AuthorityError;
use crate::authority::{Authority, PROFESSIONALS, hex, read, write};
use crate::issue::{self, Issued};

/// Who signs an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Responder {
    /// The issuer of professionals itself.
    Issuer,
    /// Somebody whom the issuer lets answer (id-kp-OCSPSigning).
    Delegated,
    /// As [`Responder::Delegated`], but names itself by its key and not by its name.
    DelegatedByKey,
    /// As [`Responder::Delegated`], but on the issuer's revocation list.
    DelegatedAndRevoked,
    /// As [`Responder::Delegated`], but his certificate has ended.
    DelegatedAndExpired,
    /// Somebody with a certificate of the same issuer that is not for answering.
    NotForAnswering,
    /// Somebody with a certificate for answering, of another issuer of the same root.
    OfAnotherIssuer,
}

/// What the responder knows of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Not revoked.
    Good,
    /// Revoked from then on.
    Revoked(DateTime<Utc>),
    /// Revoked from then on, because somebody else may have the key.
    Compromised(DateTime<Utc>),
}

impl Authority {
    /// What a responder for professionals answers (OCSPResponse, DER) to a question (OCSPRequest, DER). It knows these
    /// certificates, by serial number (hexadecimal), and no other; the next answer is due after `minutes`. Made by `openssl`,
    /// which must be installed; its clock is the machine's.
    pub fn ocsp_answer(
        &mut self,
        question: &[u8],
        responder: Responder,
        knows: &[(String, Known)],
        minutes: u32,
    ) -> Result<Vec<u8>, AuthorityError> {
        let folder = self.directory().join("ocsp");
        std::fs::create_dir_all(&folder).map_err(|source| AuthorityError::File { path: folder.clone(), source })?;
        let (certificate, key) = self.responder(responder, &folder)?;
        let (asked, given, index) = (folder.join("question.der"), folder.join("answer.der"), folder.join("index.txt"));
        write(&asked, question)?;
        let lines: String = knows.iter().map(|(serial, known)| line(serial, *known)).collect();
        write(&index, lines.as_bytes())?;
        let issuer = self.directory().join(format!("ca/{PROFESSIONALS}.pem"));
        let minutes = minutes.to_string();
        let mut openssl = Command::new("openssl");
        openssl.arg("ocsp").arg("-index").arg(&index).arg("-CA").arg(&issuer);
        openssl.arg("-rsigner").arg(&certificate).arg("-rkey").arg(&key).arg("-rmd").arg("sha384");
        openssl.arg("-reqin").arg(&asked).arg("-respout").arg(&given).args(["-nmin", &minutes, "-noverify"]);
        if responder == Responder::DelegatedByKey {
            openssl.arg("-resp_key_id");
        }
        let output = openssl.output().map_err(|error| AuthorityError::Openssl(error.to_string()))?;
        if !output.status.success() {
            return Err(AuthorityError::Openssl(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        read(&given)
    }

    /// The files of a responder's certificate and key.
    fn responder(&mut self, responder: Responder, folder: &Path) -> Result<(PathBuf, PathBuf), AuthorityError> {
        if responder == Responder::Issuer {
            let ca = self.directory().join("ca");
            return Ok((ca.join(format!("{PROFESSIONALS}.pem")), ca.join(format!("{PROFESSIONALS}.key.der"))));
        }
        let made_at = self.index().made_at;
        let of = if responder == Responder::OfAnotherIssuer { crate::authority::PROVIDERS } else { PROFESSIONALS };
        let until = match responder {
            Responder::DelegatedAndExpired => made_at - Duration::days(1),
            _ => made_at + Duration::days(30),
        };
        let answers = responder != Responder::NotForAnswering;
        let issued: Issued = issue::responder(answers, self.valid_until(until), &self.issuer(of)?)?;
        if responder == Responder::DelegatedAndRevoked {
            self.revoke_serial(hex(&issued.serial), made_at - Duration::days(1))?;
        }
        let files = (folder.join("responder.pem"), folder.join("responder.key.der"));
        write(&files.0, issued.certificate_pem.as_bytes())?;
        write(&files.1, issued.key.serialized_der())?;
        Ok(files)
    }
}

/// A line of openssl's index: state, end, revocation and reason, serial number, file, subject.
fn line(serial: &str, known: Known) -> String {
    let moment = |at: DateTime<Utc>| at.format("%y%m%d%H%M%SZ");
    let (state, revoked) = match known {
        Known::Good => ("V", String::new()),
        Known::Revoked(at) => ("R", moment(at).to_string()),
        Known::Compromised(at) => ("R", format!("{},keyCompromise", moment(at))),
    };
    format!("{state}\t491231235959Z\t{revoked}\t{}\tunknown\t/CN={serial}\n", serial.to_uppercase())
}
