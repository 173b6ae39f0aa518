//! `test-authority create DIR`: makes the artificial certificates that tests and the demonstration use.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use test_authority::{Authority, KeyKind, People};

/// Artificial certificates for tests. Never trust them anywhere else.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new authority in a folder.
    Create {
        /// The folder; made if it is not there. What is in it is overwritten.
        directory: PathBuf,
        /// The moment around which everything is valid (RFC 3339); the present moment if absent.
        #[arg(long)]
        now: Option<DateTime<Utc>>,
        /// Only this professional, by slug; may be given several times. Everybody if absent.
        #[arg(long)]
        only: Vec<String>,
        /// The kind of all professionals' keys; each one's own if absent.
        #[arg(long)]
        key: Option<KeyKind>,
    },
    /// Put a professional's certificates on the revocation list.
    Revoke {
        /// The authority's folder.
        directory: PathBuf,
        /// The professional's slug, as `people/<slug>`.
        slug: String,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", error.code());
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<String, test_authority::AuthorityError> {
    match command {
        Command::Create { directory, now, only, key } => {
            let mut people = People::built_in()?;
            if !only.is_empty() {
                people = people.only(&only.iter().map(String::as_str).collect::<Vec<_>>());
            }
            if let Some(key) = key {
                people = people.with_keys(key);
            }
            let made = Authority::create_for(&directory, now.unwrap_or_else(Utc::now), people)?;
            let index = made.index();
            Ok(format!(
                "{}: {} professionals, {} TLS certificates, {} signing systems",
                directory.display(),
                index.people.len(),
                index.servers.len(),
                index.systems.len()
            ))
        }
        Command::Revoke { directory, slug } => {
            Authority::open(&directory)?.revoke_professional(&slug, Utc::now())?;
            Ok(format!("{slug} is revoked"))
        }
    }
}
