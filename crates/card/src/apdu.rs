//! Commands and answers of ISO 7816-4 in their short form, and the small duties of every exchange: fetching what waits
//! (61xx), asking again with the right length (6Cxx), and taking an answer without status word as a pulled card.

use crate::{CardError, Exchange};
use zeroize::Zeroizing;

/// The most that one exchange may gather through GET RESPONSE.
const ANSWER_LIMIT: usize = 16 * 1024;

pub(crate) const OK: u16 = 0x9000;
pub(crate) const END_OF_FILE: u16 = 0x6282;
/// Answers of a reader whose keypad takes the PIN (PC/SC part 10), not of a card.
pub(crate) const KEYPAD_TIMEOUT: u16 = 0x6400;
pub(crate) const KEYPAD_CANCELLED: u16 = 0x6401;
pub(crate) const KEYPAD_LENGTH: u16 = 0x6403;
pub(crate) const SECURITY_NOT_SATISFIED: u16 = 0x6982;
pub(crate) const PIN_BLOCKED: u16 = 0x6983;
pub(crate) const REFERENCE_NOT_USABLE: u16 = 0x6984;
pub(crate) const WRONG_P1_P2: u16 = 0x6A86;
pub(crate) const REFERENCE_NOT_FOUND: u16 = 0x6A88;
pub(crate) const OFFSET_OUTSIDE: u16 = 0x6B00;

/// A command on its way to the card.
pub(crate) struct Command {
    bytes: Zeroizing<Vec<u8>>,
    /// Whether it may be sent again with another length; never for one that carries a PIN.
    repeatable: bool,
}

impl Command {
    /// Header only.
    pub(crate) fn plain(ins: u8, p1: u8, p2: u8) -> Self {
        Self { bytes: Zeroizing::new(vec![0, ins, p1, p2]), repeatable: false }
    }

    /// Asks for up to `le` bytes (0 = 256).
    pub(crate) fn read(ins: u8, p1: u8, p2: u8, le: u8) -> Self {
        Self { bytes: Zeroizing::new(vec![0, ins, p1, p2, le]), repeatable: true }
    }

    /// Carries data; data longer than a short command can be is cut, which no caller comes near to.
    pub(crate) fn with_data(ins: u8, p1: u8, p2: u8, data: &[u8]) -> Self {
        let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
        // The capacity is right from the start: a vector that grows would leave a copy of a PIN behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(data.len() + 6));
        bytes.extend_from_slice(&[0, ins, p1, p2, length]);
        bytes.extend(data.iter().take(usize::from(length)));
        Self { bytes, repeatable: false }
    }

    /// Asks for an answer of up to `le` bytes (0 = 256) to the data.
    pub(crate) fn answered(mut self, le: u8) -> Self {
        self.bytes.push(le);
        self.repeatable = true;
        self
    }
}

/// The card's answer.
pub(crate) struct Answer {
    pub(crate) data: Vec<u8>,
    pub(crate) sw: u16,
}

impl Answer {
    /// The data, if the card was content.
    pub(crate) fn ok(self) -> Result<Vec<u8>, CardError> {
        if self.sw == OK { Ok(self.data) } else { Err(CardError::Protocol(self.sw)) }
    }
}

/// Sends a command and gathers its whole answer.
pub(crate) fn send(exchange: &mut dyn Exchange, command: &Command) -> Result<Answer, CardError> {
    let mut answer = take_apart(exchange.exchange(&command.bytes)?)?;
    if answer.sw >> 8 == 0x6C && command.repeatable {
        let mut bytes = command.bytes.clone();
        if let Some(le) = bytes.last_mut() {
            *le = low(answer.sw);
        }
        answer = take_apart(exchange.exchange(&bytes)?)?;
    }
    while answer.sw >> 8 == 0x61 {
        let more = take_apart(exchange.exchange(&[0, 0xC0, 0, 0, low(answer.sw)])?)?;
        let waits = more.sw >> 8 == 0x61;
        if answer.data.len() + more.data.len() > ANSWER_LIMIT || (waits && more.data.is_empty()) {
            return Err(CardError::Protocol(more.sw));
        }
        answer.data.extend_from_slice(&more.data);
        answer.sw = more.sw;
    }
    Ok(answer)
}

/// Fewer than two bytes mean that the card was pulled while it worked (PC/SC reports success then).
pub(crate) fn take_apart(mut bytes: Vec<u8>) -> Result<Answer, CardError> {
    match (bytes.pop(), bytes.pop()) {
        (Some(low), Some(high)) => Ok(Answer { data: bytes, sw: u16::from_be_bytes([high, low]) }),
        _ => Err(CardError::CardRemoved),
    }
}

fn low(sw: u16) -> u8 {
    let [_, low] = sw.to_be_bytes();
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::tests::script;

    #[test]
    fn what_waits_is_fetched_and_a_wrong_length_is_mended() {
        let mut card = script(&[
            ("00B0000000", "6C 03"),
            ("00B0000003", "010203 9000"),
            ("00B0000000", "01 6102"),
            ("00C0000002", "0203 6101"),
            ("00C0000001", "04 9000"),
        ]);
        let command = Command::read(0xB0, 0, 0, 0);
        assert_eq!(send(&mut card, &command).unwrap().ok().unwrap(), [1, 2, 3]);
        assert_eq!(send(&mut card, &command).unwrap().ok().unwrap(), [1, 2, 3, 4]);
        card.finished().unwrap();
    }

    #[test]
    fn an_answer_without_status_word_is_a_pulled_card() {
        for answer in ["", "90"] {
            let mut card = script(&[("002A9E9A", answer)]);
            let error = send(&mut card, &Command::plain(0x2A, 0x9E, 0x9A)).map(|_| ()).unwrap_err();
            assert_eq!(error, CardError::CardRemoved);
        }
    }

    #[test]
    fn a_command_with_a_pin_is_never_sent_again() {
        let mut card = script(&[("00200003 04 31323334", "6C 04")]);
        let answer = send(&mut card, &Command::with_data(0x20, 0, 3, b"1234")).unwrap();
        assert_eq!(answer.sw, 0x6C04);
        card.finished().unwrap();
    }

    #[test]
    fn a_card_that_always_has_more_is_given_up() {
        let mut card = script(&[("00B0000000", "6100"), ("00C0000000", "6100")]);
        assert!(send(&mut card, &Command::read(0xB0, 0, 0, 0)).is_err());
    }
}
