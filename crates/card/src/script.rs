//! A card that knows one recorded conversation by heart: what a real card answered once is answered again, command for
//! command; and the recorder that writes such a conversation down. It serves tests that have no reader, and comparing this
//! program with a card that nobody here has. A PIN is in no recording.

use crate::{CardError, Ending, Exchange, KeypadEntry, Transport};
use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

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

/// Writes down what is said over another way to a card, in the form that [`Script::parse`] reads and the virtual card's
/// trace has.
pub struct Recorder<T, W> {
    transport: T,
    started: Instant,
    out: W,
}

impl<T: Transport, W: Write + Send> Recorder<T, W> {
    /// Records what goes over `transport`. What cannot be written is lost; the card is not disturbed.
    pub fn new(transport: T, out: W) -> Self {
        Self { transport, started: Instant::now(), out }
    }
}

impl<T: Transport, W: Write + Send> Transport for Recorder<T, W> {
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        let (out, started) = (&mut self.out, self.started);
        self.transport.transaction(ending, &mut |exchange| work(&mut Recording { exchange, out: &mut *out, started }))
    }
}

struct Recording<'a> {
    exchange: &'a mut dyn Exchange,
    out: &'a mut dyn Write,
    started: Instant,
}

impl Recording<'_> {
    fn line(&mut self, mark: char, text: &str) {
        let _ = writeln!(self.out, "{:>8} {mark} {text}", self.started.elapsed().as_millis());
    }
}

impl Exchange for Recording<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        // VERIFY, CHANGE, RESET RETRY COUNTER: whatever follows the header could be a PIN.
        let said = match command {
            [cla, ins @ (0x20 | 0x24 | 0x2C), p1, p2, rest @ ..] if !rest.is_empty() => {
                format!("{} [{} bytes blacked out]", hex(&[*cla, *ins, *p1, *p2]), rest.len())
            }
            _ => hex(command),
        };
        self.line('>', &said);
        let answer = self.exchange.exchange(command)?;
        self.line('<', &hex(&answer));
        Ok(answer)
    }

    fn has_keypad(&mut self) -> bool {
        self.exchange.has_keypad()
    }

    fn enter_on_keypad(&mut self, entry: &KeypadEntry) -> Result<Vec<u8>, CardError> {
        let answer = self.exchange.enter_on_keypad(entry)?;
        self.line('*', &format!("entered on the keypad: {}", hex(&answer)));
        Ok(answer)
    }
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
    fn what_is_recorded_can_be_played_and_holds_no_pin() {
        let mut written = Vec::new();
        let card = script(&[("00A4040C", "9000"), ("00200003 04 31323334", "63C4"), ("002A9E9A", "")]);
        let talk = |exchange: &mut dyn Exchange| -> Result<(), CardError> {
            exchange.exchange(&[0, 0xA4, 4, 0x0C])?;
            exchange.exchange(b"\x00\x20\x00\x03\x041234")?;
            exchange.exchange(&[0, 0x2A, 0x9E, 0x9A]).map(|_| ())
        };
        Recorder::new(card, &mut written).transaction(Ending::Reset, &mut |exchange| talk(exchange)).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("00200003 [5 bytes blacked out]") && !text.contains("31323334"), "{text}");
        let mut again = Script::parse(&text).unwrap();
        again.clone().transaction(Ending::Reset, &mut |_| talk(&mut again)).unwrap();
        again.finished().unwrap();
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        for broken in ["< 9000", "> 00A4\n> 00A4\n", "> 0\n< 9000", "> xx\n< 9000", "> 00 [many bytes blacked out]"] {
            assert!(Script::parse(broken).is_none(), "{broken}");
        }
        assert!(Script::parse("").is_some_and(|script| script.finished().is_ok()));
    }
}
