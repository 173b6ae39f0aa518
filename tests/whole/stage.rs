//! The program `stage`, which makes a world and plays a story in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the programs that were built together with this test.
pub fn programs() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap().to_owned();
    for name in ["stage", "tiski", "tiski-desktop", "prescription-centre", "virtual-card"] {
        assert!(folder.join(name).exists(), "{name} is not built: run `cargo build --workspace --all-targets` first");
    }
    folder
}

/// The stage with these words.
pub fn stage(words: &[&str]) -> Command {
    let mut command = Command::new(programs().join("stage"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Where a story lies.
pub fn story(name: &str) -> String {
    format!("fixtures/scenarios/{name}.story")
}

/// Plays a story on a host; everything in it must be as it should be.
pub fn play(name: &str, host: &str) {
    let output = stage(&["run", "--host", host, &story(name)]).output().unwrap();
    let said = said(&output);
    println!("{said}");
    assert!(output.status.success(), "the story `{name}` went otherwise:\n{said}");
    assert!(said.contains("as it should be") || said.contains("skipped:"), "nothing was played:\n{said}");
}

/// All that it said.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
