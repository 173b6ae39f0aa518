//! Other programs judge what this one has made: xmllint by Kela's schema, xmlsec1 by the signatures. Two programs of one
//! house that share code agree too easily.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::namespace::run;
use crate::process::sibling;
use crate::story::{Part, kela_document, kela_folder};

/// Elements whose `ID` a signature may point at.
const NAMED_BY_ID: [&str; 3] =
    ["urn:hl7-org:v3:structuredBody", "urn:hl7finland:signatureTimestamp", "urn:hl7finland:multipleDocumentSignature"];

/// Kanta's list of fields (Lääkityslista).
const FIELDS: &str = "1.2.246.537.6.12.2002.126";

/// The list of professional rights (Valvira - Ammattioikeudet).
const RIGHTS: &str = "1.2.246.537.6.140.2008";

/// The judges and the folder for what is put before them.
pub struct Judge {
    folder: PathBuf,
    pki: PathBuf,
}

/// The times of a dispensation.
pub struct Times {
    /// The body's `effectiveTime`: the dispensing.
    pub dispensed: String,
    /// The header's encounter: the dispensing.
    pub encounter: String,
    /// The header's `effectiveTime`: the document's making.
    pub made: String,
    /// `declaredTime`: the document's making.
    pub declared: String,
}

impl Judge {
    /// Judges by the certificates of `pki`.
    pub fn new(folder: &Path, pki: &Path) -> Self {
        Self { folder: folder.to_owned(), pki: pki.to_owned() }
    }

    /// A document as it was signed and saved at the pharmacy: one signature.
    pub fn signed_here(&self, document: &[u8]) -> Result<String> {
        self.judged("signed.xml", document, 1)
    }

    /// A document as the Centre stored it: its own signature beside the professional's.
    pub fn stored_there(&self, document: &[u8]) -> Result<String> {
        self.judged("stored.xml", document, 2)
    }

    /// The identifiers on the list that a document's signature of type 2 is over; an error where it has none.
    pub fn listed(&self, document: &[u8]) -> Result<Vec<String>> {
        let file = self.put("listed.xml", document)?;
        let kind = xpath(&file, "string(//*[local-name()='signatureDescription'][1]/@code)")?;
        anyhow::ensure!(kind.trim() == "2", "seen: a signature of type {}", kind.trim());
        let listed = "//*[local-name()='multipleDocumentSignature'][1]/*[local-name()='Ref']/@OID";
        Ok(values(&xpath(&file, listed)?))
    }

    /// Whether `tiski document` shows a document's signature as one over so many, by certificates that it trusts.
    pub fn shown_as_listed(&self, document: &[u8], count: u32) -> Result<()> {
        let file = self.put("shown.xml", document)?;
        let mut command = Command::new(sibling("tiski")?);
        command.args(["document", "show", "--language", "en", "--pki"]).arg(&self.pki).arg(file);
        let shown = run(&mut command).context("tiski document show")?;
        let sentence = format!("Covers a list of {count} documents, this one among them.");
        anyhow::ensure!(shown.contains(&sentence), "the viewer does not say: {sentence}");
        let doubt = shown.lines().find(|line| line.contains("not trusted") || line.contains("not judged"));
        doubt.map_or(Ok(()), |line| bail!("the viewer says: {line}"))
    }

    /// What a coded field of a document holds: its value, or the text of its translation.
    pub fn field(&self, document: &[u8], code: &str) -> Result<String> {
        let file = self.put("field.xml", document)?;
        let value = format!("{}/*[local-name()='value']", coded(&format!("@code='{code}'")));
        let path = format!("normalize-space(concat({value}/@value, ' ', {value}//*[local-name()='originalText']))");
        Ok(xpath(&file, &path)?.trim().to_owned())
    }

    /// The code that a coded field of a document holds.
    pub fn code_in(&self, document: &[u8], code: &str) -> Result<String> {
        let file = self.put("field.xml", document)?;
        let value = format!("{}/*[local-name()='value']", coded(&format!("@code='{code}'")));
        Ok(xpath(&file, &format!("string({value}/@code)"))?.trim().to_owned())
    }

    /// The times that a dispensation states, as another program reads them.
    pub fn times(&self, document: &[u8]) -> Result<Times> {
        let file = self.put("times.xml", document)?;
        let root = "/*[local-name()='ClinicalDocument']";
        let value =
            |path: &str| -> Result<String> { Ok(xpath(&file, &format!("string({path}/@value)"))?.trim().to_owned()) };
        let body = "(//*[local-name()='structuredBody']//*[local-name()='supply' or local-name()='substanceAdministration']/*[local-name()='effectiveTime'][@value])[1]";
        Ok(Times {
            dispensed: value(body)?,
            encounter: value(&format!(
                "{root}/*[local-name()='componentOf']//*[local-name()='encompassingEncounter']/*[local-name()='effectiveTime']"
            ))?,
            made: value(&format!("{root}/*[local-name()='effectiveTime']"))?,
            declared: value("(//*[local-name()='declaredTime'])[1]")?,
        })
    }

    /// Who has a part in a dispensation's signed body, and with which right: "Onni Opiskelija, 907".
    pub fn named(&self, document: &[u8], part: Part) -> Result<String> {
        let file = self.put("named.xml", document)?;
        let element = match part {
            Part::Preparer => "performer",
            Part::Author => "author",
        };
        let person = format!(
            "//*[local-name()='structuredBody']//*[local-name()='substanceAdministration']/*[local-name()='{element}']"
        );
        let name = |kind: &str| format!("{person}//*[local-name()='assignedPerson']//*[local-name()='{kind}'][1]");
        let right = format!("{person}//*[local-name()='value'][@codeSystem='{RIGHTS}']/@code");
        let path = format!("normalize-space(concat({}, ' ', {}, ', ', {right}))", name("given"), name("family"));
        Ok(xpath(&file, &path)?.trim().to_owned())
    }

    /// Whether a document has the coded fields of one of Kela's, in the same order, but for one.
    pub fn fields_of(&self, document: &[u8], kelas: &str, but: &str) -> Result<String> {
        let kelas = kela_document(kelas).with_context(|| format!("{kelas} of Kela's documents is not there"))?;
        let (seen, mut wanted) = (codes(&self.put("fields.xml", document)?)?, codes(&kelas)?);
        wanted.retain(|code| code != but);
        if seen == wanted {
            return Ok(format!("{} coded fields, the same in the same order", seen.len()));
        }
        let missing: Vec<&str> = wanted.iter().filter(|code| !seen.contains(code)).map(String::as_str).collect();
        let more: Vec<&str> = seen.iter().filter(|code| !wanted.contains(code)).map(String::as_str).collect();
        bail!(
            "seen: missing [{}], more [{}]\n{}\n{}",
            missing.join(" "),
            more.join(" "),
            seen.join(" "),
            wanted.join(" ")
        )
    }

    fn put(&self, name: &str, document: &[u8]) -> Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)?;
        let file = self.folder.join(name);
        std::fs::write(&file, document).context("cannot put the document before the judges")?;
        Ok(file)
    }

    fn judged(&self, name: &str, document: &[u8], signatures: usize) -> Result<String> {
        let file = self.put(name, document)?;
        let schema = self.schema(&file)?;
        for number in 1..=signatures {
            self.signature(&file, number)?;
        }
        Ok(format!("{schema}; xmlsec1: {signatures} of {signatures} signatures hold"))
    }

    fn schema(&self, file: &Path) -> Result<String> {
        let Some(schema) = kela_folder().map(|folder| folder.join("schemas/CDA_Fi.xsd")).filter(|file| file.is_file())
        else {
            return Ok("not judged by schema: Kela's schemas are not on this machine (TISKI_KELA_DOCUMENTS)".to_owned());
        };
        run(Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(schema).arg(file))
            .context("xmllint, by Kela's schema")?;
        Ok("xmllint: valid by CDA_Fi.xsd".to_owned())
    }

    fn signature(&self, file: &Path, number: usize) -> Result<()> {
        let mut command = Command::new("xmlsec1");
        command.args(["--verify", "--enabled-key-data", "x509", "--trusted-pem"]).arg(self.pki.join("root.pem"));
        for authority in ["professionals", "providers"] {
            command.arg("--untrusted-pem").arg(self.pki.join(format!("ca/{authority}.pem")));
        }
        for element in NAMED_BY_ID {
            command.args(["--id-attr:ID", element]);
        }
        let path = format!(
            "(//*[local-name()='Signature' and namespace-uri()='http://www.w3.org/2000/09/xmldsig#'])[{number}]"
        );
        command.args(["--node-xpath", &path]).arg(file);
        run(&mut command).with_context(|| format!("xmlsec1, signature {number}")).map(drop)
    }
}

/// Elements with a code of Kanta's list of fields, as an XPath.
fn coded(condition: &str) -> String {
    format!("//*[*[local-name()='code'][@codeSystem='{FIELDS}'][{condition}]]")
}

fn codes(file: &Path) -> Result<Vec<String>> {
    Ok(values(&xpath(file, &format!("//*[local-name()='code'][@codeSystem='{FIELDS}']/@code"))?))
}

/// The values of attributes as xmllint prints them: ` name="value"`, one after another.
fn values(said: &str) -> Vec<String> {
    said.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn xpath(file: &Path, path: &str) -> Result<String> {
    run(Command::new("xmllint").args(["--nonet", "--xpath", path]).arg(file)).context("xmllint")
}
