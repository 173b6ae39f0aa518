//! The certificates of a world. Making a whole test authority takes a second or two of arithmetic, so that one is kept
//! beside the programs and copied; each world has its own copy, in which it may revoke whom it likes.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use chrono::{Duration, Utc};
use test_authority::Authority;

use crate::namespace::run;

/// How far a world's clock may begin before the machine's: a day's first minute seen from its last.
const BEFORE: Duration = Duration::hours(24);
/// How long one authority is used again.
const KEPT_HOURS: i64 = 6;

/// An authority in `folder` whose certificates are good around today.
pub fn of_today(folder: &Path) -> Result<Authority> {
    let program = std::env::current_exe()?;
    let kept = program.with_file_name("stage-authority");
    // Where nothing can be kept beside the programs, each world makes its own.
    let Ok(turn) = File::create(program.with_file_name("stage-authority.lock")) else {
        return Ok(Authority::create(folder, Utc::now() - BEFORE)?);
    };
    // Several worlds may begin at once.
    turn.lock()?;
    if !is_fresh(&kept, &program) {
        let _ = std::fs::remove_dir_all(&kept);
        Authority::create(&kept, Utc::now() - BEFORE)?;
    }
    run(Command::new("cp").arg("-r").arg(&kept).arg(folder))?;
    Authority::open(folder).context("the copied authority cannot be opened")
}

/// Newer than the program that makes it, and of these hours.
fn is_fresh(kept: &Path, program: &Path) -> bool {
    let Ok(authority) = Authority::open(kept) else { return false };
    let built: Option<SystemTime> = program.metadata().and_then(|data| data.modified()).ok();
    let made: SystemTime = (authority.index().made_at + BEFORE).into();
    let age = Utc::now() - BEFORE - authority.index().made_at;
    built.is_some_and(|built| made > built) && age < Duration::hours(KEPT_HOURS) && age >= Duration::zero()
}
