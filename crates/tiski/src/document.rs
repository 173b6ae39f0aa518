//! `tiski document`: shows, checks and compares documents in files, with no settings, no network and no card. Identity codes
//! are masked unless they are asked for, because a terminal is read across the counter.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cda::{Document, ReadError};
use clap::{Args, Subcommand, ValueEnum};
use document_view::{Change, Check, Comparison, Evidence, MOST_DOCUMENTS, Page, Signatures, Viewer, reason};
use prescription::Signers;
use serde_json::{Value, json};
use trust::TrustStore;

use crate::evidence::evidence;
use crate::print;

/// How documents are looked at.
#[derive(Args)]
pub struct Arguments {
    /// In which language.
    #[arg(long, global = true, value_enum, default_value_t = Language::Fi)]
    language: Language,
    /// Show identity codes whole.
    #[arg(long, global = true)]
    whole: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Fi,
    Sv,
    En,
}

#[derive(Subcommand)]
enum What {
    /// Shows a document; of several, the chain of their one prescription and what remains.
    Show {
        /// Writes HTML to that file, or to standard output with `-`.
        #[arg(long, value_name = "OUT")]
        html: Option<PathBuf>,
        /// Judges certificates by the authorities and revocation lists of that folder.
        #[arg(long, value_name = "FOLDER")]
        pki: Option<PathBuf>,
        /// The documents.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Checks documents; ends with 0 only when all holds, else with 1.
    Check {
        /// Judges certificates by the authorities and revocation lists of that folder; without it none is judged.
        #[arg(long, value_name = "FOLDER")]
        pki: Option<PathBuf>,
        /// Prints one JSON object last.
        #[arg(long)]
        json: bool,
        /// The documents.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Compares two versions field by field; ends with 0 when they are equal, 1 when not, 2 when they cannot be compared.
    Compare {
        /// Compares also documents that are not versions of one.
        #[arg(long)]
        any: bool,
        /// Prints one JSON object last.
        #[arg(long)]
        json: bool,
        /// Writes HTML to that file.
        #[arg(long, value_name = "OUT")]
        html: Option<PathBuf>,
        /// The first document.
        a: PathBuf,
        /// The second document.
        b: PathBuf,
    },
}

/// Why a document could not be looked at: a stable code, and more where there is more to say. Holds no part of a document.
struct Problem {
    code: &'static str,
    more: String,
}

impl Problem {
    fn of(code: &'static str) -> Self {
        Self { code, more: String::new() }
    }

    fn sentence(&self, viewer: &Viewer) -> String {
        let sentence = reason(self.code, viewer.language);
        if self.more.is_empty() { sentence } else { format!("{sentence} ({})", self.more) }
    }
}

/// Does what the arguments say.
pub fn run(arguments: &Arguments) -> ExitCode {
    let language = match arguments.language {
        Language::Fi => prescription::Language::Fi,
        Language::Sv => prescription::Language::Sv,
        Language::En => prescription::Language::En,
    };
    let viewer = Viewer { language, whole: arguments.whole };
    let ended = match &arguments.what {
        What::Show { html, pki, files } => show(files, pki.as_deref(), html.as_deref(), &viewer),
        What::Check { pki, json, files } => check(files, pki.as_deref(), *json, &viewer),
        What::Compare { any, json, html, a, b } => compare([a, b], *any, *json, html.as_deref(), &viewer),
    };
    ended.unwrap_or_else(|problem| {
        eprintln!("{}: {}", problem.code, problem.sentence(&viewer));
        ExitCode::from(2)
    })
}

fn show(files: &[PathBuf], pki: Option<&Path>, html: Option<&Path>, viewer: &Viewer) -> Result<ExitCode, Problem> {
    if files.len() > MOST_DOCUMENTS {
        return Err(Problem::of("documents-too-many"));
    }
    let trust = pki.map(load).transpose()?;
    let mut documents = Vec::with_capacity(files.len());
    for file in files {
        let (document, bytes) = read(file)?;
        documents.push((document, evidence(&bytes, trust.as_ref())));
    }
    let page = match documents.as_slice() {
        [(document, evidence)] => document_view::document(document, evidence, viewer),
        several => document_view::chain(several, viewer).map_err(|error| Problem::of(error.code()))?,
    };
    put(&page, html)?;
    Ok(ExitCode::SUCCESS)
}

fn check(files: &[PathBuf], pki: Option<&Path>, json: bool, viewer: &Viewer) -> Result<ExitCode, Problem> {
    let trust = pki.map(load).transpose()?;
    let (mut holds, mut objects) = (true, Vec::new());
    for file in files {
        // A name that somebody gave to a file is shown as any other text is.
        print(&format!("\n{}\n", viewer.shown(&file.display().to_string())));
        match read(file) {
            Err(problem) => {
                holds = false;
                print(&format!("! {}\n", problem.sentence(viewer)));
                objects.push(json!({ "holds": false, "error": problem.code }));
            }
            Ok((document, bytes)) => {
                let evidence = evidence(&bytes, trust.as_ref());
                let checked = document_view::check(&document, &evidence, &Signers::default(), viewer);
                holds &= checked.holds();
                print(&document_view::text(&checked.page));
                objects.push(object(&document, &evidence, &checked));
            }
        }
    }
    if json {
        print(&format!("{}\n", json!({ "holds": holds, "documents": objects })));
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was checked, for programs: facts by their stable names, and nothing of the patient.
fn object(document: &Document, evidence: &Evidence, check: &Check) -> Value {
    let header = &document.header;
    let findings = check.findings.iter().map(|one| json!({ "check": one.key, "holds": one.holds }));
    let signatures = match &evidence.signatures {
        Signatures::NotChecked => Value::Null,
        Signatures::Refused(code) => json!(code),
        Signatures::Each(each) => each.iter().map(signature).collect(),
    };
    let agreement = evidence.agreement.iter().flatten();
    let agreement = agreement.map(|one| {
        let verdict = match one.verdict {
            cda::Verdict::Same => "same",
            cda::Verdict::Differs => "differs",
            cda::Verdict::HeaderAlone => "header-alone",
        };
        json!({ "fact": one.fact, "verdict": verdict })
    });
    json!({
        "holds": check.holds(),
        "type": header.reference.document_type.code(),
        "id": header.reference.id,
        "version": header.version,
        "definition": header.header_definition,
        "definition_age": document_view::definition_age(&header.header_definition).name(),
        "checks": findings.collect::<Vec<_>>(),
        "signatures": signatures,
        "agreement": agreement.collect::<Vec<_>>(),
    })
}

fn signature(one: &document_view::SignatureFact) -> Value {
    use document_view::{CertificateFact, Covers, SignatureKind};
    let kind = one.kind.map(|kind| match kind {
        SignatureKind::Professional => "professional",
        SignatureKind::ProfessionalList => "professional-list",
        SignatureKind::System => "system",
    });
    let covers = match one.covers {
        Covers::Body => "body",
        Covers::List { .. } => "list",
        Covers::OtherDocuments => "other-documents",
        Covers::Nothing(code) => code,
    };
    let certificate = match one.certificate {
        CertificateFact::NotJudged => "not-judged",
        CertificateFact::Trusted => "trusted",
        CertificateFact::Distrusted(code) => code,
    };
    json!({
        "kind": kind, "by": one.by, "issuer": one.issuer, "at": one.at, "covers": covers, "weak": one.weak,
        "certificate": certificate, "holds": one.holds(),
    })
}

fn compare(
    files: [&PathBuf; 2],
    any: bool,
    json: bool,
    html: Option<&Path>,
    viewer: &Viewer,
) -> Result<ExitCode, Problem> {
    let [a, b] = files;
    let ((a, _), (b, _)) = (read(a)?, read(b)?);
    let comparison = document_view::compare(&a, &b, any, viewer).map_err(|refused| Problem::of(refused.code()))?;
    put(&comparison.page(), html)?;
    if json {
        print(&format!("{}\n", differences(&comparison)));
    }
    Ok(if comparison.is_equal() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn differences(comparison: &Comparison) -> Value {
    let each = comparison.differences.iter().map(|one| {
        let change: &Change = &one.change;
        json!({
            "fact": one.key, "critical": one.critical, "change": change.name(),
            "before": change.before(), "after": change.after(),
        })
    });
    json!({ "equal": comparison.is_equal(), "same": comparison.same, "differences": each.collect::<Vec<_>>() })
}

fn put(page: &Page, html: Option<&Path>) -> Result<(), Problem> {
    match html {
        None => print(&document_view::text(page)),
        Some(out) if out == Path::new("-") => print(&document_view::html(page)),
        Some(out) => {
            std::fs::write(out, document_view::html(page)).map_err(|_| Problem::of("file-unwritable"))?;
        }
    }
    Ok(())
}

fn load(folder: &Path) -> Result<TrustStore, Problem> {
    TrustStore::load(folder).map_err(|error| Problem { code: "trust-folder", more: error.code().to_owned() })
}

/// Reads a file, no more of it than a document may have.
fn read(file: &Path) -> Result<(Document, Vec<u8>), Problem> {
    let most = u64::try_from(cda::LARGEST_DOCUMENT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
    opened.map_err(|_| Problem::of("file-unreadable"))?;
    let document = cda::read(&bytes).map_err(|error| Problem { code: error.code(), more: place(&error) })?;
    Ok((document, bytes))
}

/// Where a document stops being one: a line, or a fact by the fixed word of this program.
fn place(error: &ReadError) -> String {
    match error {
        ReadError::NotXml { line } => line.to_string(),
        ReadError::Missing { fact } | ReadError::Malformed { fact } | ReadError::Repeated { fact } => {
            (*fact).to_owned()
        }
        ReadError::TooLarge { .. }
        | ReadError::NotUtf8
        | ReadError::Doctype
        | ReadError::TooDeep
        | ReadError::NotClinicalDocument => String::new(),
    }
}
