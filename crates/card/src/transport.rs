//! The way to a card, whatever it is: a PC/SC reader, a card in the same process, a script in a test.
//! It serves the rule that a signature is one transaction: nobody else's command comes between, and the PIN's effect
//! ends with it.

use crate::CardError;

/// Carries commands to one card.
pub trait Transport: Send {
    /// Runs `work` with the card for this program alone, then ends as told. No PIN is sent again by a transport: an
    /// interruption is an error.
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError>;
}

/// One command, one answer, inside a transaction.
pub trait Exchange {
    /// Gives the raw answer with its status word; fewer than two bytes when the card was pulled.
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError>;
}

/// What happens to the card when a transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Stays as it is.
    Leave,
    /// Is reset, so that no other program finds a PIN verified.
    Reset,
}

/// Runs a transaction that has a result.
pub(crate) fn transact<T>(
    transport: &mut dyn Transport,
    ending: Ending,
    work: impl FnOnce(&mut dyn Exchange) -> Result<T, CardError>,
) -> Result<T, CardError> {
    let mut work = Some(work);
    let mut result = None;
    transport.transaction(ending, &mut |exchange| {
        let work = work.take().ok_or(CardError::CardReset)?; // a transport that would run it twice is stopped here
        result = Some(work(exchange)?);
        Ok(())
    })?;
    result.ok_or(CardError::CardReset)
}

#[cfg(test)]
pub(crate) mod script {
    //! A card that knows one conversation by heart.

    use super::*;
    use std::collections::VecDeque;

    /// Commands and answers in hexadecimal; any other command fails the test.
    pub(crate) struct Script {
        lines: VecDeque<(Vec<u8>, Vec<u8>)>,
        pub(crate) endings: Vec<Ending>,
    }

    impl Script {
        pub(crate) fn new(lines: &[(&str, &str)]) -> Self {
            Self {
                lines: lines.iter().map(|(command, answer)| (bytes(command), bytes(answer))).collect(),
                endings: Vec::new(),
            }
        }

        pub(crate) fn finished(&self) {
            assert!(self.lines.is_empty(), "{} commands were not sent", self.lines.len());
        }
    }

    impl Exchange for Script {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
            let (expected, answer) = self.lines.pop_front().unwrap_or_else(|| panic!("unexpected {command:02X?}"));
            assert_eq!(command, expected, "{command:02X?} instead of {expected:02X?}");
            Ok(answer)
        }
    }

    impl Transport for Script {
        fn transaction(
            &mut self,
            ending: Ending,
            work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
        ) -> Result<(), CardError> {
            self.endings.push(ending);
            work(self)
        }
    }

    pub(crate) fn bytes(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }
}
