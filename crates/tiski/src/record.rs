//! `tiski record`: what an administrator does with a workstation's record while its program is shut. It shows no personal
//! data unless asked to. Exit codes: 0 done, 1 failed, 3 the record is not sound, 4 refused without `--replace`, 5 a
//! program has the record open.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::record::{EventFilter, Record, RecordError, Sequence};
use api::{Problem, Settings, key_problem, record_problem};
use clap::Subcommand;
use record_key::{Keeper, KeyError, RecoveryKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::print;
use crate::record_words as words;

#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of lines for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// Makes the key of a new record and prints its recovery key, once.
    Setup,
    /// Makes a new recovery key; the one before no longer opens this record.
    RecoveryKey,
    /// Reads the recovery key from standard input and puts the record's key back into the key store.
    Recover {
        /// Takes the wrapped key from beside this backup.
        #[arg(long, value_name = "BACKUP")]
        beside: Option<PathBuf>,
    },
    /// Lists events: number, time, kind, document.
    Show(Show),
    /// Rebuilds the chain, compares the outbox with the journal, checks the file's pages.
    Verify {
        /// This backup instead of the record.
        backup: Option<PathBuf>,
    },
    /// Makes a backup into a file that is not there yet.
    Backup {
        /// The file.
        file: PathBuf,
    },
    /// Puts a backup in the place of the record.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Also where the record has what the backup has not, or cannot be read. It is kept under a dated name.
        #[arg(long)]
        replace: bool,
    },
}

#[derive(clap::Args)]
struct Show {
    /// How many events.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Those after this number.
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// The newest first.
    #[arg(long)]
    newest_first: bool,
    /// Only of this kind.
    #[arg(long)]
    kind: Vec<String>,
    /// Only of this document.
    #[arg(long, value_name = "OID")]
    document: Option<String>,
    /// With actors and payloads: personal data.
    #[arg(long)]
    payload: bool,
}

const UNSOUND: u8 = 3;
const REFUSED: u8 = 4;
const IN_USE: u8 = 5;

/// What was done: for people, for programs, and how the program ends.
struct Done {
    lines: String,
    value: Value,
    code: u8,
}

fn done(lines: String, value: Value) -> Done {
    Done { lines, value, code: 0 }
}

/// What went wrong.
enum Failed {
    Record(RecordError),
    Key(KeyError),
    Settings(Problem),
}

impl From<RecordError> for Failed {
    fn from(error: RecordError) -> Failed {
        Failed::Record(error)
    }
}

impl From<KeyError> for Failed {
    fn from(error: KeyError) -> Failed {
        Failed::Key(error)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Failed {
        Failed::Settings(problem)
    }
}

/// Does the work and says what came of it.
pub fn run(arguments: &Arguments, settings: Result<Settings, Problem>) -> ExitCode {
    let (language, outcome) = match settings {
        Ok(settings) => (settings.language, work(&arguments.work, &settings)),
        Err(problem) => (Default::default(), Err(problem.into())),
    };
    let (problem, code) = match outcome {
        Ok(done) => {
            print(&if arguments.json { format!("{}\n", done.value) } else { done.lines });
            return ExitCode::from(done.code);
        }
        Err(Failed::Record(error)) => {
            let code = match error {
                RecordError::InUse => IN_USE,
                RecordError::RestoreWouldLose { .. } | RecordError::RestoreOverUnreadable => REFUSED,
                _ => 1,
            };
            let mut problem = record_problem(&error, language);
            if error == RecordError::InUse && matches!(arguments.work, Work::Backup { .. }) {
                problem.advice = words::ASK_THE_PROGRAM.in_language(language).to_owned();
            }
            (problem, code)
        }
        Err(Failed::Key(error)) => (key_problem(&error, language), 1),
        Err(Failed::Settings(problem)) => (problem, 1),
    };
    if arguments.json {
        print(&format!("{}\n", json!({ "problem": problem })));
    } else {
        eprintln!("{}: {} {}", problem.code, problem.sentence, problem.advice);
    }
    ExitCode::from(code)
}

fn work(work: &Work, settings: &Settings) -> Result<Done, Failed> {
    let keeper = settings.keeper()?;
    let file = settings.record_file();
    let language = settings.language;
    match work {
        Work::Setup => {
            let recovery = keeper.set_up()?;
            // The record is made with its key, so that nobody can set it up twice.
            Record::open(&file, &keeper.kept()?, settings.record_options())?;
            Ok(written_down(&recovery, language))
        }
        Work::RecoveryKey => Ok(written_down(&keeper.new_recovery_key()?, language)),
        Work::Recover { beside } => recover(&keeper, settings, beside.as_deref()),
        Work::Show(show) => shown(&read(&file, &keeper, settings)?, show),
        Work::Verify { backup } => verified(&read(backup.as_ref().unwrap_or(&file), &keeper, settings)?),
        Work::Backup { file: to } => {
            let record = read(&file, &keeper, settings)?;
            let made = record.backup(to)?;
            let recovery = keeper.copy_recovery_to(to)?;
            let value = json!({ "file": to, "events": made.end.get(), "documents": made.documents, "pages": made.pages,
                                "recovery": recovery });
            Ok(done(words::backed_up(language, to, &made, recovery), value))
        }
        Work::Restore { file: from, replace } => {
            let key = keeper.kept()?;
            let restored = Record::restore(&file, &key, settings.record_options(), from, *replace)?;
            keeper.copy_recovery_from(from)?;
            let lost = restored.lost.as_ref().map(
                |lost| json!({ "events": lost.events, "atTheCentre": lost.at_the_centre, "onlyKept": lost.only_kept }),
            );
            let value = json!({ "epoch": restored.epoch, "events": restored.end.get(), "until": restored.until,
                                "kept": restored.kept, "lost": lost });
            Ok(done(words::restored(language, &restored), value))
        }
    }
}

/// Opens for reading: nothing of the file changes, and a newer program's is read as far as it can be.
fn read(file: &Path, keeper: &Keeper, settings: &Settings) -> Result<Record, Failed> {
    if !file.exists() {
        return Err(RecordError::Missing.into());
    }
    Ok(Record::open_to_read(file, &keeper.kept()?, settings.record_options())?)
}

/// The one time that a recovery key is shown.
fn written_down(recovery: &RecoveryKey, language: prescription::rules::Language) -> Done {
    let shown = recovery.words();
    done(
        format!("{}\n\n    {}\n\n", words::WRITE_DOWN.in_language(language), shown.as_str()),
        json!({ "recoveryKey": shown.as_str() }),
    )
}

fn recover(keeper: &Keeper, settings: &Settings, beside: Option<&Path>) -> Result<Done, Failed> {
    let language = settings.language;
    eprintln!("{}", words::TYPE_IT.in_language(language));
    let mut typed = Zeroizing::new(String::with_capacity(512));
    std::io::stdin().lock().take(400).read_line(&mut typed).map_err(KeyError::from)?;
    let key = keeper.open_with(&RecoveryKey::parse(&typed)?, beside)?;
    // A key that opens nothing is not kept. A file that a program has open cannot be tried.
    for file in [Some(settings.record_file().as_path()), beside].into_iter().flatten().filter(|file| file.exists()) {
        match Record::open_to_read(file, &key, settings.record_options()) {
            Ok(_) | Err(RecordError::InUse | RecordError::Damaged) => {}
            Err(error) => return Err(error.into()),
        }
    }
    keeper.keep(&key)?;
    if let Some(backup) = beside {
        keeper.copy_recovery_from(backup)?;
    }
    Ok(done(format!("{}\n", words::RECOVERED.in_language(language)), json!({ "recovered": true })))
}

fn shown(record: &Record, show: &Show) -> Result<Done, Failed> {
    let (identity, head, counts) = (record.identity()?, record.head()?, record.counts().ok());
    let events = record.events(EventFilter {
        kinds: show.kind.clone(),
        document_id: show.document.clone(),
        after: show.after.map(Sequence::at),
        limit: Some(show.limit),
        newest_first: show.newest_first,
        ..EventFilter::default()
    })?;
    let mut lines = format!(
        "workstation {}, epoch {}, {} events{}\n",
        identity.workstation,
        identity.epoch,
        head.sequence,
        counts.map(|c| format!(", {} waiting, {} refused", c.waiting + c.sending, c.refused)).unwrap_or_default()
    );
    if let Some(format) = record.newer() {
        lines.push_str(&format!("format {format} of a newer program: read as far as it is known here\n"));
    }
    let mut values = Vec::new();
    for event in &events {
        let mut value = json!({ "number": event.sequence, "at": event.at, "kind": event.kind,
                                "document": event.document_id });
        let at = event.at.format("%Y-%m-%dT%H:%M:%S%.3fZ");
        lines.push_str(&format!(
            "{:>8}  {at}  {:<28} {}",
            event.sequence.get(),
            event.kind,
            event.document_id.as_deref().unwrap_or("")
        ));
        if show.payload {
            let payload = event.payload.clone().unwrap_or_default();
            lines.push_str(&format!("  {}  {payload}", event.actor.as_deref().unwrap_or("-")));
            if let Some(fields) = value.as_object_mut() {
                fields.insert("actor".to_owned(), json!(event.actor));
                fields.insert("payload".to_owned(), payload);
            }
        }
        lines.truncate(lines.trim_end().len());
        lines.push('\n');
        values.push(value);
    }
    let value = json!({ "workstation": identity.workstation, "epoch": identity.epoch, "createdAt": identity.created_at,
                        "events": head.sequence, "newerFormat": record.newer(), "listed": values });
    Ok(done(lines, value))
}

fn verified(record: &Record) -> Result<Done, Failed> {
    let report = record.verify()?;
    let sound = report.is_sound();
    let faults: Vec<String> = report
        .faults
        .iter()
        .map(|fault| format!("{fault:?}"))
        .chain(report.integrity.iter().cloned())
        .chain(report.cipher_integrity.iter().cloned())
        .collect();
    let head: String = report.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut lines = format!(
        "{}: {} events ({} erased), {} documents, head {head}\n",
        if sound { "sound" } else { "NOT SOUND" },
        report.events,
        report.erased,
        report.documents
    );
    if let Some(format) = report.newer {
        lines.push_str(&format!(
            "format {format} of a newer program: chain and pages were checked, the outbox was not\n"
        ));
    }
    faults.iter().for_each(|fault| lines.push_str(&format!("  {fault}\n")));
    let value = json!({ "sound": sound, "events": report.events, "erased": report.erased, "documents": report.documents,
                        "head": head, "newerFormat": report.newer, "faults": faults });
    Ok(Done { lines, value, code: if sound { 0 } else { UNSOUND } })
}
