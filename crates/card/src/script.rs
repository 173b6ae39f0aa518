//! A card that knows one recorded conversation by heart: what a real card answered once is answered again, command for
//! command. It serves tests that have no reader, and comparing this program with the trace of a card that nobody here has.

use crate::{CardError, Ending, Exchange, Transport};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lines of a recording; a log-in and a visit's signatures take some hundred.
const LINES_LIMIT: usize = 100_000;
/// What is answered once the conversation has left the script.
const LOST: [u8; 2] = [0x6F, 0x00];

/// A recorded conversation as a way to a card. Clones speak of the same one.
#[derive(Clone)]
pub struct Script(Arc<Mutex<Conversation>>);

struct Conversation {
    lines: VecDeque<(Said, Vec<u8>)>,
    /// Where the conversation left the script.
    lost: Option<String>,
    endings: Vec<Ending>,
}

/// A command of the recording. One that carried a PIN was recorded without it: its header and the length of the rest.
enum Said {
    Whole(Vec<u8>),
    BlackedOut(Vec<u8>, usize),
}

impl Script {
    /// Reads a recording in the form of the virtual card's trace: `> command`, `< answer` in hexadecimal, each after a
    /// number of milliseconds; a PIN as `[6 bytes blacked out]`. Other lines are remarks. `None`: a line that is neither,
    /// or an answer without a command.
    pub fn parse(recording: &str) -> Option<Self> {
        let mut lines = VecDeque::new();
        let mut asked = None;
        for line in recording.lines().take(LINES_LIMIT) {
            let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            match (line.split_at_checked(2), asked.take()) {
                (Some(("> ", command)), None) => asked = Some(said(command)?),
                (Some(("< ", answer)), Some(command)) => lines.push_back((command, bytes(answer)?)),
                (Some((">" | "> " | "<" | "< ", _)), _) => return None,
                (_, before) => asked = before,
            }
        }
        Some(Self(Arc::new(Mutex::new(Conversation { lines, lost: None, endings: Vec::new() }))))
    }

    /// Whether everything was said and nothing else; what differed first, if not. Never a PIN.
    pub fn finished(&self) -> Result<(), String> {
        let conversation = self.lock();
        match (&conversation.lost, conversation.lines.len()) {
            (Some(lost), _) => Err(lost.clone()),
            (None, 0) => Ok(()),
            (None, left) => Err(format!("{left} commands were not sent")),
        }
    }

    /// How each transaction was told to end.
    pub fn endings(&self) -> Vec<Ending> {
        self.lock().endings.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Conversation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange for Script {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let mut conversation = self.lock();
        if conversation.lost.is_none() {
            match conversation.lines.pop_front() {
                Some((said, answer)) if said.is(command) => return Ok(answer),
                other => {
                    let expected = other.map_or_else(|| "nothing".to_owned(), |(said, _)| said.header());
                    let header = hex(command.get(..4).unwrap_or(command));
                    conversation.lost = Some(format!("{header} of {} bytes instead of {expected}", command.len()));
                }
            }
        }
        Ok(LOST.to_vec())
    }
}

impl Transport for Script {
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        self.lock().endings.push(ending);
        work(self)
    }
}

impl Said {
    fn is(&self, command: &[u8]) -> bool {
        match self {
            Self::Whole(bytes) => bytes == command,
            Self::BlackedOut(header, rest) => {
                command.strip_prefix(header.as_slice()).is_some_and(|after| after.len() == *rest)
            }
        }
    }

    fn header(&self) -> String {
        let (Self::Whole(bytes) | Self::BlackedOut(bytes, _)) = self;
        hex(bytes.get(..4).unwrap_or(bytes))
    }
}

fn said(command: &str) -> Option<Said> {
    match command.split_once('[') {
        None => bytes(command).map(Said::Whole),
        Some((header, rest)) => {
            let length = rest.strip_suffix(" bytes blacked out]")?.parse().ok()?;
            Some(Said::BlackedOut(bytes(header)?, length))
        }
    }
}

/// Hexadecimal digits, spaces allowed.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Commands and answers in hexadecimal.
    pub(crate) fn script(lines: &[(&str, &str)]) -> Script {
        let text: String = lines.iter().map(|(command, answer)| format!("> {command}\n< {answer}\n")).collect();
        Script::parse(&text).unwrap()
    }

    #[test]
    fn a_recording_is_answered_word_for_word_and_a_pin_by_its_length() {
        let recording = "       0 * connected\n       1 > 00 20 00 03 [5 bytes blacked out]\n       2 < 90 00\n";
        let mut script = Script::parse(recording).unwrap();
        assert_eq!(script.exchange(b"\x00\x20\x00\x03\x041234").unwrap(), [0x90, 0]);
        assert_eq!(script.finished(), Ok(()));
        let mut script = Script::parse(recording).unwrap();
        assert_eq!(script.exchange(b"\x00\x20\x00\x03\x0512345").unwrap(), LOST);
        assert_eq!(script.exchange(b"\x00\x20\x00\x03\x041234").unwrap(), LOST, "a lost conversation stays lost");
        let told = script.finished().unwrap_err();
        assert!(told.contains("00200003 of 10 bytes") && !told.contains("31"), "{told}");
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        for broken in ["< 9000", "> 00A4\n> 00A4\n", "> 0\n< 9000", "> xx\n< 9000", "> 00 [many bytes blacked out]"] {
            assert!(Script::parse(broken).is_none(), "{broken}");
        }
        assert!(Script::parse("").is_some_and(|script| script.finished().is_ok()));
    }
}
