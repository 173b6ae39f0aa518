//! The way to a card, whatever it is: a PC/SC reader, a card in the same process, a recorded conversation.
//! It serves the rule that a signature is one transaction: nobody else's command comes between, and the PIN's effect
//! ends with it.

use crate::{CardError, KeypadEntry};

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

    /// Whether the reader has a keypad of its own.
    fn has_keypad(&mut self) -> bool {
        false
    }

    /// Lets the holder enter a PIN on the reader's keypad; gives the card's answer, or the reader's own 64xx.
    fn enter_on_keypad(&mut self, _entry: &KeypadEntry) -> Result<Vec<u8>, CardError> {
        Err(CardError::NoKeypad)
    }
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
