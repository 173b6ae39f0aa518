//! The window. Everything it knows lies in the library beside it.

// No console window beside the counter on Windows.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    tiski_desktop::run()
}
