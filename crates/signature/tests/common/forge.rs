//! Signatures that this crate would never make, made by xmlsec1 with a key of the test authority.
#![allow(dead_code)]

use std::process::Command;

use signing::software::SoftwareSigner;
use test_authority::{Pair, who};

use super::{DOCUMENT, IDS, rsa_world, world};

pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub const ECDSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
pub const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// The certificate, to be filled in.
pub const X509: &str = "<ds:X509Data/>";

/// A signature as it shall be; digests, value and certificate are xmlsec1's.
#[derive(Clone)]
pub struct Forge {
    pub kind: &'static str,
    pub references: String,
    pub list: String,
    pub canonicalization: &'static str,
    pub method: &'static str,
    pub key_info: String,
    pub object: String,
    pub key: Pair,
}

impl Forge {
    /// The pharmacist with the P-384 key signs the timestamp and whatever else.
    pub fn of(content: &str) -> Self {
        Self {
            kind: "1",
            references: timestamp() + content,
            list: String::new(),
            canonicalization: EXCLUSIVE,
            method: ECDSA_SHA384,
            key_info: X509.to_owned(),
            object: String::new(),
            key: world().authority.signature(who::SIRI).unwrap(),
        }
    }

    /// The pharmacist with the RSA key does.
    pub fn rsa(content: &str) -> Self {
        let key = rsa_world().authority.signature(who::PETRI).unwrap();
        Self { method: RSA_SHA256, key, ..Self::of(content) }
    }

    /// The artificial document with this signature.
    pub fn made(&self) -> String {
        self.made_in(DOCUMENT)
    }

    pub fn made_in(&self, document: &str) -> String {
        let Self { kind, references, list, canonicalization, method, key_info, object, .. } = self;
        let collection = format!(
            "<hl7fi:signatureCollection><hl7fi:signature ID=\"SIG_1\">\
             <hl7fi:signatureDescription code=\"{kind}\" codeSystem=\"1.2.246.537.5.40127.2006\"/>\
             <hl7fi:signatureTimestamp ID=\"TS_1\">2015-05-07T19:47:46+03:00</hl7fi:signatureTimestamp>{list}\
             <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"DS_1\"><ds:SignedInfo>\
             <ds:CanonicalizationMethod Algorithm=\"{canonicalization}\"/><ds:SignatureMethod Algorithm=\"{method}\"/>\
             {references}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>{key_info}</ds:KeyInfo>{object}\
             </ds:Signature></hl7fi:signature></hl7fi:signatureCollection>"
        );
        let place = "</hl7fi:softwareSupport>";
        xmlsec1_signs(&document.replacen(place, &format!("{place}{collection}"), 1), &self.key)
    }
}

pub fn transform(algorithm: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\"/>")
}

pub fn reference(uri: &str, transforms: &str, digest: &str) -> String {
    format!(
        "<ds:Reference URI=\"{uri}\"><ds:Transforms>{transforms}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference>"
    )
}

pub fn timestamp() -> String {
    reference("#TS_1", &transform(EXCLUSIVE), SHA256)
}

pub fn body() -> String {
    reference("#mainbody", &transform(EXCLUSIVE), SHA256)
}

/// A list of documents, by identifier and digest (base64).
pub fn list(refs: &[(&str, &str)]) -> String {
    let refs: String = refs.iter().map(|(id, hash)| format!("<hl7fi:Ref OID=\"{id}\" hash=\"{hash}\"/>")).collect();
    format!("<hl7fi:multipleDocumentSignature ID=\"MDS_1\">{refs}</hl7fi:multipleDocumentSignature>")
}

/// The digest of the n-th reference, base64.
pub fn digest_value(document: &str, nth: usize) -> String {
    let rest = document.split("<ds:DigestValue>").nth(nth).unwrap();
    rest[..rest.find('<').unwrap()].split_whitespace().collect()
}

/// XPath 1.0.
pub fn xpath(namespace: &str, expression: &str) -> String {
    format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">\
         <ds:XPath xmlns:p=\"{namespace}\">{expression}</ds:XPath></ds:Transform>"
    )
}

/// XPath filter 2.
pub fn filter(filter: &str, expression: &str) -> String {
    format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\">\
         <f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"{filter}\">{expression}</f:XPath>\
         </ds:Transform>"
    )
}

/// A stylesheet of those templates.
pub fn stylesheet(templates: &str) -> String {
    format!(
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">\
         <xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">{templates}\
         </xsl:stylesheet></ds:Transform>"
    )
}

/// The one that every vendor uses.
pub fn normalize_space() -> String {
    stylesheet(
        "<xsl:template match=\"*|@*|comment()\"><xsl:copy><xsl:apply-templates select=\"*|@*|text()|comment()\"/>\
         </xsl:copy></xsl:template>\
         <xsl:template match=\"text()\"><xsl:value-of select=\"normalize-space(.)\"/></xsl:template>",
    )
}

/// Fills in a template.
pub fn xmlsec1_signs(template: &str, key: &Pair) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("template.xml"), template).unwrap();
    std::fs::write(path("key.pem"), pem("PRIVATE KEY", &key.key)).unwrap();
    std::fs::write(path("certificate.pem"), pem("CERTIFICATE", &key.certificate)).unwrap();
    let output = Command::new("xmlsec1")
        .args(["--sign", "--privkey-pem"])
        .arg(format!("{},{}", path("key.pem").display(), path("certificate.pem").display()))
        .args(IDS)
        .args(MORE_IDS)
        .arg("--output")
        .arg(path("signed.xml"))
        .arg(path("template.xml"))
        .output()
        .expect("xmlsec1 is not installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(path("signed.xml")).unwrap()
}

/// Whether xmlsec1 accepts the n-th signature (from 1), whoever made it: a verifier that looks at nothing else.
pub fn naive_verifier_accepts(document: &str, nth: usize) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.xml");
    std::fs::write(&file, document).unwrap();
    let output = Command::new("xmlsec1")
        .args(["--verify", "--insecure"])
        .args(IDS)
        .args(MORE_IDS)
        .args(["--node-xpath", &format!("(//*[local-name()='Signature'])[{nth}]")])
        .arg(&file)
        .output()
        .expect("xmlsec1 is not installed");
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

/// IDs that only forged signatures refer to.
const MORE_IDS: [&str; 4] =
    ["--id-attr:ID", "urn:hl7-org:v3:content", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Manifest"];

/// A key and a certificate that nobody has vouched for.
pub fn stranger(options: &str) -> Pair {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: String| {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(format!("req -x509 -nodes -subj /CN=artificial -newkey {options} -keyout k.pem -outform DER -out c.der"));
    openssl("pkcs8 -topk8 -nocrypt -in k.pem -outform DER -out k.der".to_owned());
    let read = |name| std::fs::read(folder.path().join(name)).unwrap();
    Pair { certificate: read("c.der"), key: read("k.der") }
}

pub fn signer(pair: &Pair) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = super::base64(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
