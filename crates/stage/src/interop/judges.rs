//! Somebody else's judgement of what this program writes: xmllint with Kela's public schema, and xmlsec1.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, People, who};

/// The element names whose `ID` a signature refers to.
const IDS: [&str; 3] =
    ["urn:hl7-org:v3:structuredBody", "urn:hl7finland:signatureTimestamp", "urn:hl7finland:multipleDocumentSignature"];

/// Whoever judges, and a key to sign with.
pub struct Judges {
    folder: tempfile::TempDir,
    schema: Option<PathBuf>,
    signer: SoftwareSigner,
}

impl Judges {
    /// The judges; the schema is Kela's, where it is on this machine.
    pub fn new(kela: Option<&Path>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let people = People::built_in()?.only(&[who::SIRI]);
        let authority = Authority::create_for(&folder.path().join("authority"), Utc::now(), people)?;
        let pair = authority.signature(who::SIRI)?;
        let signer = SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key)?;
        let schema = kela.map(|kela| kela.join("schemas/CDA_Fi.xsd")).filter(|schema| schema.is_file());
        Ok(Self { folder, schema, signer })
    }

    /// What they object to in a document that this program wrote; it is signed before it is judged.
    pub fn judge(&mut self, written: &[u8]) -> Result<Vec<String>> {
        let signed_at = DateTime::<Utc>::UNIX_EPOCH.fixed_offset();
        let signing = Signing { document: written, kind: SignatureKind::Professional, signed_at, id_seed: "1" };
        let signed = match signing::sign(&signing, &mut self.signer) {
            Ok(signed) => signed,
            Err(error) => return Ok(vec![format!("cannot be signed: {}", error.code())]),
        };
        let file = self.folder.path().join("written.xml");
        std::fs::write(&file, &signed)?;
        let mut objections = Vec::new();
        if let Some(schema) = &self.schema {
            let mut xmllint = Command::new("xmllint");
            xmllint.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(&file);
            objections.extend(refused("not valid by CDA_Fi.xsd", xmllint)?);
        }
        let mut xmlsec1 = Command::new("xmlsec1");
        xmlsec1.args(["--verify", "--insecure"]);
        IDS.iter().for_each(|name| {
            xmlsec1.args(["--id-attr:ID", name]);
        });
        xmlsec1.arg(&file);
        objections.extend(refused("not verified by xmlsec1", xmlsec1)?);
        Ok(objections)
    }

    /// Whether the schema was there.
    pub fn have_schema(&self) -> bool {
        self.schema.is_some()
    }
}

fn refused(why: &str, mut judge: Command) -> Result<Option<String>> {
    let name = judge.get_program().to_string_lossy().into_owned();
    let output = judge.output().with_context(|| format!("{name} is not installed"))?;
    Ok((!output.status.success()).then(|| why.to_owned()))
}
