//! The record of one workstation: where it lies, who keeps its key, how it is opened, and where its backups go.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use prescription::rules::Language;
use record::{Options, Record, RecordError};
use record_key::{Keeper, KeyError};

use crate::settings::{KeyPlace, Settings, wrong};
use crate::{Problem, sentences};

impl Settings {
    /// The record's file.
    pub fn record_file(&self) -> PathBuf {
        self.data.join("record.db")
    }

    /// Who keeps its key. The folder is made where it is not there.
    pub fn keeper(&self) -> Result<Keeper, Problem> {
        std::fs::create_dir_all(&self.data).map_err(|error| wrong("data", &error.to_string()))?;
        Ok(match self.record.key {
            KeyPlace::System => Keeper::system(&self.record_file()),
            KeyPlace::File => Keeper::file(&self.record_file()),
        })
    }

    /// How the record is opened at this moment.
    pub fn record_options(&self) -> Options {
        Options::new(self.workstation, self.now())
    }

    /// Now, by this workstation's clock.
    pub fn now(&self) -> DateTime<Utc> {
        counter::Clock::now(&crate::clock::SettableClock { offset: self.clock.clone() })
    }
}

/// Opens the record for the counter.
pub(crate) fn open(settings: &Settings, now: DateTime<Utc>) -> Result<Record, Problem> {
    let key = settings.keeper()?.key().map_err(|error| key_problem(&error, settings.language))?;
    Record::open(&settings.record_file(), &key, Options::new(settings.workstation, now))
        .map_err(|error| record_problem(&error, settings.language))
}

/// What a person is told of an error of the record.
pub fn record_problem(error: &RecordError, language: Language) -> Problem {
    sentences::of_code(error.code(), language)
}

/// What a person is told of an error of its key, with what the machine said and which groups are mistyped.
pub fn key_problem(error: &KeyError, language: Language) -> Problem {
    let mut problem = sentences::of_code(error.code(), language);
    let more = match error {
        KeyError::Mistyped(groups) => groups.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        KeyError::StoreUnavailable(said) => said.clone(),
        KeyError::Length(count) => format!("{count}/40"),
        _ => return problem,
    };
    problem.advice = format!("{} ({more})", problem.advice);
    problem
}

/// Makes a backup into the folder that is set, under a name with the workstation and the moment.
pub(crate) fn back_up(settings: &Settings, record: &Record, now: DateTime<Utc>) -> Result<crate::BackupMade, Problem> {
    let language = settings.language;
    let folder = settings.record.backups.as_ref().ok_or_else(|| sentences::of_code("backup-nowhere", language))?;
    std::fs::create_dir_all(folder).map_err(|error| wrong("record.backups", &error.to_string()))?;
    let name = format!("record-{:02}-{}.db", settings.workstation, now.format("%Y%m%dT%H%M%SZ"));
    let file = folder.join(name);
    let made = record.backup(&file).map_err(|error| record_problem(&error, language))?;
    settings.keeper()?.copy_recovery_to(&file).map_err(|error| key_problem(&error, language))?;
    Ok(crate::BackupMade {
        file: file.to_string_lossy().into_owned(),
        events: made.end.get(),
        documents: made.documents,
    })
}
