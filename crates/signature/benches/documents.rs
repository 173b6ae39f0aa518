//! Documents a second: verifying and signing with a software key, beside xmlsec1 on the same documents.
//!
//! xmlsec1 repeats within one process and times itself; both sides read, canonicalise, digest and compute anew
//! each time, and neither judges the certificate. Signing here also verifies what it made, xmlsec1's does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{DOCUMENT, IDS, signing, template, text};
use signing::software::SoftwareSigner;
use signing::{Verified, sign, verify};

/// Rounds of which the best counts, and documents in a round.
const ROUNDS: usize = 5;
const DOCUMENTS: usize = 500;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let document = document_of_30_kb();
    println!(
        "{} bytes; documents a second of processor time, best of {ROUNDS} rounds of {DOCUMENTS}\n",
        document.len()
    );
    println!("| key | what | here | xmlsec1 | here / xmlsec1 |\n| --- | --- | --- | --- | --- |");
    let kinds = [("P-384", "ec -pkeyopt ec_paramgen_curve:P-384"), ("RSA-2048", "rsa:2048"), ("RSA-3072", "rsa:3072")];
    for (name, options) in kinds {
        let keys = Keys::made(folder.path(), options);
        let mut signer = keys.signer();
        let signed = text(sign(&signing(document.as_bytes(), "1"), &mut signer).unwrap());
        let verified = || assert!(verify(signed.as_bytes()).unwrap().iter().all(Verified::covers_this_document));
        let file = |name: &str, content: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, content).unwrap();
            file
        };
        let judge = xmlsec1(&["--verify", "--insecure"], &file("signed.xml", &signed));
        row(name, "verify", here(verified), judge);
        let key = format!("{},{}", keys.pem("key").display(), keys.pem("certificate").display());
        let judge = xmlsec1(&["--sign", "--privkey-pem", &key], &file("template.xml", &template(&signed)));
        row(name, "sign", here(|| drop(sign(&signing(document.as_bytes(), "1"), &mut signer).unwrap())), judge);
    }
}

fn row(key: &str, what: &str, here: f64, judge: f64) {
    println!("| {key} | {what} | {here:.0} | {judge:.0} | {:.2} |", here / judge);
}

/// Documents a second of this crate, by processor time too.
fn here(mut one: impl FnMut()) -> f64 {
    let round = |_| {
        let start = processor_seconds();
        (0..DOCUMENTS).for_each(|_| one());
        DOCUMENTS as f64 / (processor_seconds() - start)
    };
    (0..ROUNDS).map(round).fold(0.0, f64::max)
}

/// What this program, of one thread, has used of a processor so far.
fn processor_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").expect("the bench needs Linux");
    told.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Documents a second of xmlsec1, by its own count of processor time.
fn xmlsec1(arguments: &[&str], file: &Path) -> f64 {
    let round = |_| {
        let output = Command::new("xmlsec1")
            .args(arguments)
            .args(IDS)
            .args(["--repeat", &DOCUMENTS.to_string(), "--output", "/dev/null"])
            .arg(file)
            .output()
            .expect("xmlsec1 is not installed");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let milliseconds = said.split("tests in ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
        DOCUMENTS as f64 * 1000.0 / milliseconds.unwrap_or_else(|| panic!("no time told: {said}"))
    };
    (0..ROUNDS).map(round).fold(0.0, f64::max)
}

/// A document of the size and density of a real one: 30 kB, 300 elements, comments and white space.
fn document_of_30_kb() -> String {
    let entry = |one: usize| {
        format!(
            "\n\t\t\t\t\t\t<!-- tieto {one}, artificial -->\
             \n\t\t\t\t\t\t<component>\n\t\t\t\t\t\t\t<observation classCode=\"OBS\" moodCode=\"EVN\">\
             \n\t\t\t\t\t\t\t\t<code code=\"{one}\" codeSystem=\"1.2.246.537.6.12.2002.126\" \
             codeSystemName=\"Lääkityslista\" displayName=\"Tieto numero {one}\"/>\
             \n\t\t\t\t\t\t\t\t<text>\n\t\t\t\t\t\t\t\t\t<reference value=\"#OID1.2.246.10.99999901.93.2026.1.{one}\"/>\
             \n\t\t\t\t\t\t\t\t</text>\
             \n\t\t\t\t\t\t\t\t<value xsi:type=\"ST\">Keinotekoinen arvo {one} &amp; sen selitys</value>\
             \n\t\t\t\t\t\t\t</observation>\n\t\t\t\t\t\t</component>"
        )
    };
    let entries: String = (0..62).map(entry).collect();
    DOCUMENT.replace("<entry>", &format!("<entry><organizer>{entries}</organizer></entry><entry>"))
}

/// A key and its certificate, made by openssl and signed by itself: `key.pem`, `key.der` and so on.
struct Keys {
    folder: PathBuf,
}

impl Keys {
    fn made(folder: &Path, options: &str) -> Self {
        let keys = Self { folder: folder.to_owned() };
        let openssl = |arguments: String| {
            let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
            let output = output.expect("openssl is not installed");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        openssl(format!(
            "req -x509 -nodes -subj /CN=artificial -newkey {options} -keyout key.pem -out certificate.pem"
        ));
        openssl("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der".to_owned());
        openssl("x509 -in certificate.pem -outform DER -out certificate.der".to_owned());
        keys
    }

    fn pem(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.pem"))
    }

    fn signer(&self) -> SoftwareSigner {
        let read = |name| std::fs::read(self.folder.join(name)).unwrap();
        SoftwareSigner::from_pkcs8(&read("certificate.der"), &read("key.der")).unwrap()
    }
}
