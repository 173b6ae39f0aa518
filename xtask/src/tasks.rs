//! Long steps: what each says goes to a log, a progress line says that it goes on and for how long, and a failure shows
//! the end of the log.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::paths;

const GLANCE: Duration = Duration::from_millis(100);
/// How often a step says that it goes on where lines cannot be overwritten.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
const LINES_OF_A_FAILURE: usize = 60;

/// What a finished step left.
pub struct Finished {
    /// It ended with exit code 0.
    pub well: bool,
    /// All that it said.
    pub said: String,
}

/// Runs a step to its end; its failure is the caller's to judge.
pub fn attempt(title: &str, command: &mut Command) -> Result<Finished> {
    let log = paths::scratch("logs")?.join(format!("{}.log", file_name(title)));
    let file = File::create(&log)?;
    let begun = Instant::now();
    let mut child = command
        .current_dir(command.get_current_dir().map_or_else(paths::root, Path::to_owned))
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    let mut progress = Progress::begin(title, log.clone());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        progress.go_on(begun.elapsed());
        std::thread::sleep(GLANCE);
    };
    progress.end(status.success(), begun.elapsed());
    let said = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    if !status.success() {
        let lines: Vec<&str> = said.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LINES_OF_A_FAILURE)) {
            println!("    {line}");
        }
        println!("    ({}; whole log: {})", status, log.display());
    }
    Ok(Finished { well: status.success(), said })
}

/// Runs a step that must succeed.
pub fn step(title: &str, command: &mut Command) -> Result<String> {
    let finished = attempt(title, command)?;
    anyhow::ensure!(finished.well, "{title}: failed");
    Ok(finished.said)
}

/// What a short command says, without any progress line; `None` when it fails or is not there.
pub fn ask(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A duration as a person says it.
pub fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f32()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

struct Progress {
    title: String,
    log: PathBuf,
    overwrites: bool,
    told: Duration,
}

impl Progress {
    fn begin(title: &str, log: PathBuf) -> Self {
        let overwrites = std::io::stdout().is_terminal();
        if !overwrites {
            println!("  …   {title}");
        }
        Self { title: title.to_owned(), log, overwrites, told: Duration::ZERO }
    }

    fn go_on(&mut self, elapsed: Duration) {
        let pause = if self.overwrites { Duration::from_millis(500) } else { SIGN_OF_LIFE };
        if elapsed.saturating_sub(self.told) < pause {
            return;
        }
        self.told = elapsed;
        let last = last_line(&self.log);
        if self.overwrites {
            print!("\r\x1b[2K  …   {} {}  {}", self.title, spoken(elapsed), last);
            let _ = std::io::stdout().flush();
        } else {
            println!("  …   {} {}  {}", self.title, spoken(elapsed), last);
        }
    }

    fn end(&self, well: bool, elapsed: Duration) {
        let start = if self.overwrites { "\r\x1b[2K" } else { "" };
        println!("{start}  {}  {} {}", if well { "ok" } else { "FAILED" }, self.title, spoken(elapsed));
    }
}

/// The last line of a log, short enough to stand behind a title.
fn last_line(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().chars().take(60).collect()
}

fn file_name(title: &str) -> String {
    title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
