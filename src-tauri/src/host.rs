//! The window's host of the catalogue: hands a request to the program on a thread that may block, and pushes the program's
//! events to the page. The headless host is the other one; neither knows what a request means.
//!
//! The program is started beside the window, so that the window is there at once. A start that failed is the answer to
//! every request: the page shows it, because somebody who clicked an icon reads no terminal.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use api::{Event, Place, Problem, Program, Request};
use serde_json::Value;
use tauri::{AppHandle, Emitter, Manager};

use crate::export;

/// The channel on which the page hears events.
const CHANNEL: &str = "tiski";

/// The settings file where neither `--settings` nor `TISKI_SETTINGS` names one.
const SETTINGS: &str = "tiski.toml";

/// The program, once it has started, or why it has not.
#[derive(Clone, Default)]
pub struct Host(Arc<Held>);

/// The program that runs; none again when the window is gone.
type Running = Mutex<Option<Arc<dyn Program>>>;

#[derive(Default)]
struct Held {
    started: OnceLock<Result<Running, Problem>>,
    /// No event can come any more.
    is_over: AtomicBool,
}

impl Host {
    /// Waits for the program's start.
    fn program(&self) -> Result<Arc<dyn Program>, Problem> {
        let started = self.0.started.wait().as_ref().map_err(Clone::clone)?;
        let program = started.lock().unwrap_or_else(PoisonError::into_inner).clone();
        program.ok_or_else(|| problem("host-silent"))
    }

    /// The window is gone: lets go of the program and waits until its threads have too.
    pub fn end(&self) {
        let Some(Ok(started)) = self.0.started.get() else { return };
        let program = started.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(program) = program {
            api::end(program, || self.0.is_over.load(Ordering::Acquire));
        }
    }
}

/// Starts the program on a thread of its own, which then carries its events to the page.
pub fn start(app: &AppHandle) -> std::io::Result<()> {
    let app = app.clone();
    let host = app.state::<Host>().inner().clone();
    let work = move || {
        let settings = settings_file(std::env::args_os().skip(1), std::env::var_os("TISKI_SETTINGS"));
        match api::Settings::load(&settings).and_then(api::start) {
            Ok(started) => {
                let _ = host.0.started.set(Ok(Mutex::new(Some(started.program))));
                for event in started.events {
                    push(&app, &event);
                }
                host.0.is_over.store(true, Ordering::Release);
            }
            Err(problem) => {
                tracing::error!(code = problem.code, advice = problem.advice, "the program did not start");
                let _ = host.0.started.set(Err(problem));
            }
        }
    };
    std::thread::Builder::new().name("tiski-events".to_owned()).spawn(work).map(drop)
}

fn push(app: &AppHandle, event: &Event) {
    // A window that is closing hears nothing more; that is no fault.
    if let Err(error) = app.emit(CHANNEL, event) {
        tracing::debug!(%error, "event not pushed");
    }
}

/// The page's one command: a request of the catalogue, and its answer or the problem.
#[tauri::command]
pub async fn ask(app: AppHandle, request: Value) -> Result<Value, Problem> {
    let host = app.state::<Host>().inner().clone();
    let work = move || {
        let answered = answer(&host, request)?;
        export::keep(answered, || export::folder(&app))
    };
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| Err(problem("host-silent")))
}

fn answer(host: &Host, request: Value) -> Result<(bool, Value), Problem> {
    // What could not be read is not repeated: there may be a PIN in it.
    let request: Request = serde_json::from_value(request).map_err(|_| problem("request-invalid"))?;
    let file = matches!(request, Request::ExportDay(_));
    let program = host.program()?;
    api::answer(program.as_ref(), request).map(|value| (file, value))
}

/// A problem of the host's own; the page has the sentence in its language files.
pub fn problem(code: &str) -> Problem {
    Problem {
        code: code.to_owned(),
        sentence: String::new(),
        advice: String::new(),
        place: Place::Program,
        rule: None,
        tries_left: None,
    }
}

fn settings_file(
    mut arguments: impl Iterator<Item = std::ffi::OsString>,
    named: Option<std::ffi::OsString>,
) -> PathBuf {
    while let Some(argument) = arguments.next() {
        if argument == "--settings" {
            if let Some(file) = arguments.next() {
                return file.into();
            }
        } else if let Some(file) = argument.to_str().and_then(|text| text.strip_prefix("--settings=")) {
            return file.into();
        }
    }
    named.map_or_else(|| PathBuf::from(SETTINGS), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn not_started(code: &str) -> Host {
        let host = Host::default();
        assert!(host.0.started.set(Err(problem(code))).is_ok());
        host
    }

    #[test]
    fn a_start_that_failed_is_the_answer_to_every_request() {
        let host = not_started("settings-invalid");
        let told = answer(&host, json!({"ask": "status", "with": {}})).unwrap_err();
        assert_eq!(told.code, "settings-invalid");
    }

    #[test]
    fn what_is_no_request_is_refused_and_not_repeated() {
        let host = not_started("settings-invalid");
        for nonsense in
            [json!("1234"), json!({"ask": "log_in", "with": {"pin": 1234}}), json!({"ask": "fly", "with": {}})]
        {
            let told = answer(&host, nonsense).unwrap_err();
            assert_eq!(told.code, "request-invalid");
            assert!(!format!("{told:?}").contains("1234"));
        }
    }

    #[test]
    fn the_settings_are_the_arguments_then_the_environments() {
        let file = |arguments: &[&str], named: Option<&str>| {
            settings_file(arguments.iter().map(Into::into), named.map(Into::into)).display().to_string()
        };
        assert_eq!(file(&["--settings", "a.toml"], Some("b.toml")), "a.toml");
        assert_eq!(file(&["--settings=a.toml"], None), "a.toml");
        assert_eq!(file(&["--other"], Some("b.toml")), "b.toml");
        assert_eq!(file(&[], None), "tiski.toml");
    }
}
