//! The headless host: the catalogue over lines of JSON. A line in is `{"id":1,"ask":"search","with":{…}}`, a line out
//! `{"id":1,"ok":…}` or `{"id":1,"problem":…}`; events come between answers as they happen. It decides nothing.

use std::io::{BufRead, Read, Write};
use std::sync::{Mutex, PoisonError};

use api::{Request, Started};
use serde::Deserialize;
use serde_json::{Value, json};

/// A line is at most this long; the longest request is a label's dosage.
const LONGEST_LINE: u64 = 64 * 1024;

/// Answers until the input ends. Returns whether it ended well.
pub fn serve(started: Started) -> bool {
    let Started { program, events } = started;
    let out: &'static Mutex<std::io::Stdout> = Box::leak(Box::new(Mutex::new(std::io::stdout())));
    let news = std::thread::Builder::new().name("events".to_owned()).spawn(move || {
        for event in events {
            let Ok(value) = serde_json::to_value(event) else { continue };
            if !say(out, &value) {
                return;
            }
        }
    });
    let Ok(news) = news else { return false };
    let ended_well = answer_all(program.as_ref(), out);
    api::end(program, || news.is_finished());
    ended_well
}

fn answer_all(program: &dyn api::Program, out: &Mutex<std::io::Stdout>) -> bool {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return true,
            Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
            Ok(_) => {
                if !say(out, &answer(program, &line)) {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    #[serde(flatten)]
    request: Value,
}

fn answer(program: &dyn api::Program, line: &[u8]) -> Value {
    let Ok(Line { id, request }) = serde_json::from_slice::<Line>(line) else {
        return json!({ "id": null, "problem": not_understood("line") });
    };
    // The error of a request that cannot be read may quote it, and it may hold a PIN: so it is not shown.
    let Ok(request) = serde_json::from_value::<Request>(request) else {
        return json!({ "id": id, "problem": not_understood("request") });
    };
    match api::answer(program, request) {
        Ok(given) => json!({ "id": id, "ok": given }),
        Err(problem) => json!({ "id": id, "problem": problem }),
    }
}

fn not_understood(what: &str) -> Value {
    json!({
        "code": format!("{what}-not-understood"),
        "sentence": format!("The {what} is not one of the catalogue."),
        "advice": format!("Known requests: {}.", Request::NAMES.join(", ")),
        "place": "input", "rule": null, "triesLeft": null,
    })
}

fn say(out: &Mutex<std::io::Stdout>, value: &Value) -> bool {
    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(out, "{value}").and_then(|()| out.flush()).is_ok()
}
