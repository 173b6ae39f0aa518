//! What the tests share: an artificial document, signers, and xmlsec1.
#![allow(dead_code)]

pub mod forge;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset, Utc};
use signing::software::SoftwareSigner;
use signing::{DigestToSign, SignatureKind, Signer, SignerError, Signing, sign};
use test_authority::{Authority, Pair, People, place, who};

/// A small document of an artificial patient, with everything that canonicalisation could trip over.
pub const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="view.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:hl7fi="urn:hl7finland" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:hl7-org:v3 CDA_Fi.xsd">
  <id root="1.2.246.10.99999901.93.2026.1"/>
  <!-- the header is not signed -->
  <hl7fi:localHeader>
    <hl7fi:softwareSupport moderator="Tiski" product="Tiski" version="0.1">Tiski</hl7fi:softwareSupport>
    <hl7fi:sender><hl7fi:senderName>x</hl7fi:senderName></hl7fi:sender>
  </hl7fi:localHeader>
  <component>
    <structuredBody ID="mainbody">
      <component><section ID="OID1.2.246.10.99999901.93.2026.1.1">
        <title>  L&#228;&#xE4;kkeen   toimitus &amp; &lt;muuta&gt; </title>
        <text><![CDATA[ <cdata> & ]]><content ID="c1">é  <!-- inside --> x</content></text>
        <entry><observation a="1" xmlns:z="urn:z" z:b="&quot;&#10;'"><value xsi:type="PQ" value="21" unit="fol"/></observation></entry>
      </section></component>
    </structuredBody>
  </component>
</ClinicalDocument>
"#;

pub struct World {
    _folder: tempfile::TempDir,
    pub authority: Authority,
}

fn made(slug: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[slug]);
    let authority = Authority::create_for(folder.path(), Utc::now(), people).unwrap();
    World { _folder: folder, authority }
}

/// An authority with the P-384 professional, made once for a test process.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| made(who::SIRI))
}

/// Another authority, with the RSA professional: its key takes a second to make.
pub fn rsa_world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| made(who::PETRI))
}

pub fn signer(pair: &Pair) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key).unwrap()
}

pub fn p384() -> SoftwareSigner {
    signer(&world().authority.signature(who::SIRI).unwrap())
}

pub fn rsa() -> SoftwareSigner {
    signer(&rsa_world().authority.signature(who::PETRI).unwrap())
}

pub fn centre() -> SoftwareSigner {
    signer(&world().authority.system(place::CENTRE).unwrap())
}

pub fn moment() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T09:30:05+02:00").unwrap()
}

pub fn signing<'a>(document: &'a [u8], id_seed: &'a str) -> Signing<'a> {
    Signing { document, kind: SignatureKind::Professional, signed_at: moment(), id_seed }
}

/// The artificial document, signed by the P-384 professional.
pub fn signed() -> String {
    text(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut p384()).unwrap())
}

pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A signer that counts the requests of each call, then signs, or spoils the first value.
pub struct Watched<S> {
    pub inner: S,
    pub calls: Vec<usize>,
    pub spoil: bool,
}

impl<S> Watched<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, calls: vec![], spoil: false }
    }
}

impl<S: Signer> Signer for Watched<S> {
    fn certificate(&self) -> &[u8] {
        self.inner.certificate()
    }
    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        self.calls.push(requests.len());
        let mut values = self.inner.sign(requests)?;
        if self.spoil {
            values[0][5] ^= 1;
        }
        Ok(values)
    }
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The body as a document of its own, with the namespaces that it inherits.
pub fn body_alone(document: &str) -> String {
    let from = document.find("<structuredBody").unwrap();
    let to = document.find("</structuredBody>").unwrap() + "</structuredBody>".len();
    let root = document.find("<ClinicalDocument").unwrap() + "<ClinicalDocument".len();
    let inherited = &document[root..root + document[root..].find('>').unwrap()];
    let inherited: String =
        inherited.split_inclusive('"').collect::<Vec<_>>().chunks(2).fold(String::new(), |all, pair| {
            if pair[0].trim_start().starts_with("xmlns") { all + &pair.concat() } else { all }
        });
    document[from..to].replacen("<structuredBody", &format!("<structuredBody {inherited}"), 1)
}

/// xmllint's exclusive canonical form, comments taken out.
pub fn xmllint_exclusive(xml: &str) -> Vec<u8> {
    let mut canonical =
        String::from_utf8(piped(Command::new("xmllint").args(["--exc-c14n", "-"]), xml.as_bytes())).unwrap();
    while let Some(from) = canonical.find("<!--") {
        let to = canonical[from..].find("-->").unwrap() + from + 3;
        canonical.replace_range(from..to, "");
    }
    canonical.into_bytes()
}

pub fn openssl_sha256(bytes: &[u8]) -> Vec<u8> {
    piped(Command::new("openssl").args(["dgst", "-sha256", "-binary"]), bytes)
}

fn piped(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("not installed");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// What xmlsec1 must be told of the document's IDs.
pub const IDS: [&str; 6] = [
    "--id-attr:ID",
    "urn:hl7-org:v3:structuredBody",
    "--id-attr:ID",
    "urn:hl7finland:signatureTimestamp",
    "--id-attr:ID",
    "urn:hl7finland:multipleDocumentSignature",
];

/// A signed document with everything taken out that xmlsec1 fills in when it signs.
pub fn template(signed: &str) -> String {
    let mut out = String::new();
    let mut rest = signed;
    while let Some((name, from)) = ["ds:DigestValue", "ds:SignatureValue", "ds:X509Data"]
        .iter()
        .filter_map(|name| Some((name, rest.find(&format!("<{name}>"))?)))
        .min_by_key(|(_, at)| *at)
    {
        let end = format!("</{name}>");
        out += &format!("{}<{name}/>", &rest[..from]);
        rest = &rest[rest.find(&end).unwrap() + end.len()..];
    }
    out + rest
}

/// Whether xmlsec1 accepts the n-th signature (from 1) with the certificate in it, trusting the authority.
pub fn xmlsec1_accepts(document: &str, nth: usize) -> bool {
    xmlsec1_accepts_in(world(), document, nth)
}

/// As [`xmlsec1_accepts`], trusting that authority.
pub fn xmlsec1_accepts_in(world: &World, document: &str, nth: usize) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.xml");
    std::fs::write(&file, document).unwrap();
    let root = world.authority.directory();
    let output = Command::new("xmlsec1")
        .arg("--verify")
        .args(IDS)
        .arg("--trusted-pem")
        .arg(root.join("root.pem"))
        .arg("--untrusted-pem")
        .arg(root.join("ca/professionals.pem"))
        .arg("--untrusted-pem")
        .arg(root.join("ca/providers.pem"))
        .arg("--node-xpath")
        .arg(format!("(//*[local-name()='Signature'])[{nth}]"))
        .arg(&file)
        .output()
        .expect("xmlsec1 is not installed");
    if !output.status.success() {
        eprintln!("xmlsec1: {}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

/// Kela's public documents, or `None` with a plain word when they are not there.
pub fn kela() -> Option<PathBuf> {
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"), PathBuf::from);
    if folder.join("documents").is_dir() {
        return Some(folder);
    }
    println!("skipped: Kela's documents are not at {}; set TISKI_KELA_DOCUMENTS", folder.display());
    None
}
