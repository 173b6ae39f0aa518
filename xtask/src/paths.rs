//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository's root.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// Where cargo puts what it builds: this program was built there.
pub fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().context("this program has no folder")?.to_owned())
}

/// A folder for what xtask itself makes: logs, tools, scratch.
pub fn scratch(name: &str) -> Result<PathBuf> {
    let programs = programs()?;
    let folder = programs.parent().unwrap_or(&programs).join("xtask").join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
