//! The control socket: how a tester turns the Centre's clock and makes it misbehave. A local socket, for its owner only
//! (mode 0600), refused unless the environment is `test` (promise 9).
//!
//! One line is one command, one line is its answer: `ok …` or `error CODE`. KIND is `store` (where none is said),
//! `search`, `fetch` or `any`; TIMES is a number (1 where none is said) or `always`.
//!
//! | command | what happens |
//! | --- | --- |
//! | `status` | counts, faults, clock |
//! | `clock 2014-04-24T09:40:12+03:00` | the Centre's clock is set (and its file, where it has one) |
//! | `now` | the Centre's clock |
//! | `hold-answer [KIND] [TIMES]` | the request is done and on disk, its answer is held |
//! | `held` | how many answers are being held: their documents are on disk |
//! | `release` | lets go of them |
//! | `drop-request [KIND] [TIMES]` | the connection is closed, nothing is done |
//! | `drop-answer [KIND] [TIMES]` | the request is done and on disk, the connection is closed |
//! | `delay-answer MS [KIND] [TIMES]` | the request is done and on disk, its answer comes so many milliseconds later |
//! | `answer-twice [KIND] [TIMES]` | the request is done once, its answer is sent twice |
//! | `refuse CODE [KIND] [TIMES]` | answers with that code of the table, nothing is done |
//! | `unreachable`, `reachable` | nothing listens at the Centre's address; listens again |
//! | `stale`, `fresh` | searches and fetches see what was there when it was said, stores see what is there; all see it again |
//! | `skew SECONDS` | this Centre's clock goes so much before (or, negative, after) its clock and its clock's file; 0 ends it |
//! | `disk-full`, `disk-free` | the store cannot grow, as on a full disk; can again |
//! | `restart` | the program ends as it would on SIGTERM and begins anew at the same address |
//! | `clear` | no faults, nothing held, reachable, fresh, no skew, room on the disk |
//! | `reload` | reads the register of rights and the revocation lists anew |

use std::time::Duration;

use kanta::Issue;

use crate::Exchange;
use crate::clock::Clock;
use crate::faults::{Fault, Faults, Planned, Times};

/// Longest command, in bytes.
pub const LONGEST_COMMAND: usize = 256;

/// Longest delay of an answer: ten minutes, in milliseconds.
const LONGEST_DELAY_MS: u64 = 600_000;

/// What commands act on.
pub trait Controlled: Send + Sync {
    /// The faults.
    fn faults(&self) -> &Faults;
    /// The clock.
    fn clock(&self) -> &Clock;
    /// A line of counts.
    fn status(&self) -> String;
    /// Whether searches and fetches are to see what is there now and no later.
    fn set_stale(&self, stale: bool) -> Result<(), &'static str>;
    /// Whether the store is to be unable to grow.
    fn set_disk_full(&self, full: bool) -> Result<(), &'static str>;
    /// Begins anew, after the answer.
    fn restart(&self);
    /// Reads register and revocation lists anew; a code where that fails.
    fn reload(&self) -> Result<(), &'static str>;
}

/// Carries out one command and says the answer's line, without its end.
pub fn command(line: &str, controlled: &dyn Controlled) -> String {
    match obey(line, controlled) {
        Ok(answer) if answer.is_empty() => "ok".to_owned(),
        Ok(answer) => format!("ok {answer}"),
        Err(code) => format!("error {code}"),
    }
}

fn obey(line: &str, controlled: &dyn Controlled) -> Result<String, &'static str> {
    let mut words = line.split_whitespace();
    let verb = words.next().ok_or("empty")?;
    let rest: Vec<&str> = words.collect();
    let faults = controlled.faults();
    let done = Ok(String::new());
    match (verb, rest.as_slice()) {
        ("status", []) => Ok(format!(
            "{} faults={} held={} unreachable={} now={}",
            controlled.status(),
            faults.planned(),
            faults.held(),
            faults.is_unreachable(),
            controlled.clock().now().to_rfc3339()
        )),
        ("now", []) => Ok(controlled.clock().now().to_rfc3339()),
        ("clock", [at]) => controlled.clock().set(at).map(|at| at.to_rfc3339()).map_err(|error| error.code()),
        ("held", []) => Ok(faults.held().to_string()),
        ("release", []) => {
            faults.release();
            done
        }
        ("clear", []) => {
            faults.clear();
            controlled.clock().skew(0).map_err(|error| error.code())?;
            controlled.set_stale(false).and_then(|()| controlled.set_disk_full(false)).and(done)
        }
        ("stale", []) => controlled.set_stale(true).and(done),
        ("fresh", []) => controlled.set_stale(false).and(done),
        ("disk-full", []) => controlled.set_disk_full(true).and(done),
        ("disk-free", []) => controlled.set_disk_full(false).and(done),
        ("skew", [seconds]) => {
            let seconds = seconds.parse().map_err(|_| "clock-offset")?;
            controlled.clock().skew(seconds).map_err(|error| error.code()).and(done)
        }
        ("restart", []) => {
            controlled.restart();
            done
        }
        ("unreachable", []) => {
            faults.set_unreachable(true);
            done
        }
        ("reachable", []) => {
            faults.set_unreachable(false);
            done
        }
        ("reload", []) => controlled.reload().map(|()| String::new()),
        ("hold-answer", rest) => plan(faults, Fault::HoldAnswer, rest),
        ("delay-answer", [ms, rest @ ..]) => match ms.parse() {
            Ok(ms @ 0..=LONGEST_DELAY_MS) => plan(faults, Fault::DelayAnswer(Duration::from_millis(ms)), rest),
            _ => Err("delay"),
        },
        ("answer-twice", rest) => plan(faults, Fault::AnswerTwice, rest),
        ("drop-request", rest) => plan(faults, Fault::DropRequest, rest),
        ("drop-answer", rest) => plan(faults, Fault::DropAnswer, rest),
        ("refuse", [code, rest @ ..]) => {
            let issue = Issue { code: (*code).to_owned(), detail: None, diagnostics: None };
            plan(faults, Fault::Refuse(issue), rest)
        }
        _ => Err("unknown-command"),
    }
}

fn plan(faults: &Faults, fault: Fault, rest: &[&str]) -> Result<String, &'static str> {
    let mut planned = Planned { fault, exchange: Some(Exchange::Store), times: Times::Count(1) };
    for word in rest {
        match *word {
            "store" => planned.exchange = Some(Exchange::Store),
            "search" => planned.exchange = Some(Exchange::Search),
            "fetch" => planned.exchange = Some(Exchange::Fetch),
            "any" => planned.exchange = None,
            "always" => planned.times = Times::Always,
            number => match number.parse() {
                Ok(times) if times > 0 => planned.times = Times::Count(times),
                _ => return Err("unknown-word"),
            },
        }
    }
    faults.plan(planned);
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Nothing {
        faults: Faults,
        clock: Clock,
    }

    impl Controlled for Nothing {
        fn faults(&self) -> &Faults {
            &self.faults
        }
        fn clock(&self) -> &Clock {
            &self.clock
        }
        fn status(&self) -> String {
            "documents=0".to_owned()
        }
        fn set_stale(&self, _: bool) -> Result<(), &'static str> {
            Ok(())
        }
        fn set_disk_full(&self, full: bool) -> Result<(), &'static str> {
            if full { Err("store-busy") } else { Ok(()) }
        }
        fn restart(&self) {}
        fn reload(&self) -> Result<(), &'static str> {
            Err("register-unreadable")
        }
    }

    #[test]
    fn every_command_has_one_line_of_answer() {
        let nothing = Nothing::default();
        let say = |line: &str| command(line, &nothing);
        assert_eq!(say("hold-answer"), "ok");
        assert_eq!(nothing.faults.strike(Some(Exchange::Store)), Some(Fault::HoldAnswer));
        assert_eq!(say("drop-answer search 2"), "ok");
        assert_eq!(nothing.faults.strike(Some(Exchange::Store)), None);
        assert_eq!(nothing.faults.strike(Some(Exchange::Search)), Some(Fault::DropAnswer));
        assert_eq!(say("delay-answer 1500 fetch"), "ok");
        assert_eq!(nothing.faults.strike(Some(Exchange::Fetch)), Some(Fault::DelayAnswer(Duration::from_millis(1500))));
        assert_eq!(say("refuse TSK-busy any always"), "ok");
        assert!(matches!(nothing.faults.strike(None), Some(Fault::Refuse(issue)) if issue.code == "TSK-busy"));
        assert_eq!(say("unreachable"), "ok");
        assert!(say("status").starts_with("ok documents=0 faults=2 held=0 unreachable=true"));
        assert_eq!(say("clear"), "ok");
        assert!(say("clock 2014-04-24T09:40:12+03:00").starts_with("ok 2014-04-24T06:40:1"));
        assert_eq!(say("clock soon"), "error clock-time");
        assert_eq!(say("reload"), "error register-unreadable");
        assert_eq!((say("stale"), say("disk-full")), ("ok".to_owned(), "error store-busy".to_owned()));
        let before = nothing.clock.now();
        assert_eq!(say("skew -3600"), "ok");
        assert!(before - nothing.clock.now() > chrono::Duration::minutes(59));
        for wrong in [
            "",
            "skew",
            "skew soon",
            "delay-answer",
            "delay-answer 9999999",
            "drop-answer 0",
            "hold-answer sometimes",
            "explode",
            "status now",
        ] {
            assert!(say(wrong).starts_with("error "), "{wrong}");
        }
    }
}
