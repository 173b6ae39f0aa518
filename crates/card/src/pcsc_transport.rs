//! PC/SC as the way to a card: shared connections, short transactions, and the service's many errors as few of ours.

use crate::{CardError, Ending, Exchange, KeypadEntry, ReaderId, Transport, keypad};
use pcsc::{Context, Disposition, Error, Protocols, Scope, ShareMode, Transaction};
use std::ffi::CString;

/// A card in a reader of the PC/SC service.
pub struct PcscTransport {
    /// Is there until `drop`.
    card: Option<pcsc::Card>,
}

impl PcscTransport {
    /// Connects to the card in a reader, shared with other programs. It has a context of its own, because waiting for
    /// events blocks the context that waits.
    pub fn connect(reader: &ReaderId) -> Result<Self, CardError> {
        let context = Context::establish(Scope::System).map_err(card_error)?;
        let name = CString::new(reader.0.as_str()).map_err(|_| CardError::NoReader)?;
        let card = context.connect(&name, ShareMode::Shared, Protocols::ANY).map_err(card_error)?;
        Ok(Self { card: Some(card) })
    }
}

impl Transport for PcscTransport {
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        let card = self.card.as_mut().ok_or(CardError::CardRemoved)?;
        let disposition = match ending {
            Ending::Leave => Disposition::LeaveCard,
            Ending::Reset => Disposition::ResetCard,
        };
        let transaction = begin(card)?;
        let result = work(&mut Inside { transaction: &transaction });
        let ended = transaction.end(disposition).map_err(|(transaction, error)| {
            drop(transaction);
            error
        });
        if let Err(error) = ended {
            // A pulled card cannot be reset and need not be. What was signed before is signed.
            tracing::debug!(?error, "the transaction did not end as asked");
            if ending == Ending::Reset {
                let _ = card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard);
            }
        }
        result
    }
}

impl Drop for PcscTransport {
    fn drop(&mut self) {
        // Dropping a `pcsc::Card` would reset the card under other programs' hands.
        if let Some(card) = self.card.take() {
            let _ = card.disconnect(Disposition::LeaveCard);
        }
    }
}

/// Begins a transaction. After somebody's reset (our own at the end of a signature too) the service wants a reconnect
/// first; no PIN has been sent in this transaction yet, so nothing is repeated. A pulled card stays pulled.
fn begin(card: &mut pcsc::Card) -> Result<Transaction<'_>, CardError> {
    match card.transaction2() {
        Ok(transaction) => Ok(transaction),
        Err((card, Error::ResetCard)) => {
            card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard).map_err(card_error)?;
            card.transaction().map_err(card_error)
        }
        Err((_, error)) => Err(card_error(error)),
    }
}

struct Inside<'a, 'card> {
    transaction: &'a Transaction<'card>,
}

impl Exchange for Inside<'_, '_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
        self.transaction.transmit(command, &mut buffer).map(<[u8]>::to_vec).map_err(card_error)
    }

    fn has_keypad(&mut self) -> bool {
        self.keypad().is_some()
    }

    fn enter_on_keypad(&mut self, entry: &KeypadEntry) -> Result<Vec<u8>, CardError> {
        let code = self.keypad().ok_or(CardError::NoKeypad)?;
        let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
        let request = entry.verify_structure();
        self.transaction.control(code.into(), &request, &mut buffer).map(<[u8]>::to_vec).map_err(card_error)
    }
}

impl Inside<'_, '_> {
    /// The control code for PIN entry, if the reader has a keypad. A reader that knows no features has none.
    fn keypad(&self) -> Option<u32> {
        let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
        // 3400: CM_IOCTL_GET_FEATURE_REQUEST.
        let features = self.transaction.control(pcsc::ctl_code(3400), &[], &mut buffer);
        keypad::control_code(features.ok()?)
    }
}

/// The service's errors as ours.
pub(crate) fn card_error(error: Error) -> CardError {
    match error {
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => CardError::NoReader,
        Error::NoSmartcard => CardError::NoCard,
        // What a command meets whose card was pulled while it ran.
        Error::RemovedCard | Error::NotTransacted | Error::CommDataLost => CardError::CardRemoved,
        Error::ResetCard => CardError::CardReset,
        Error::UnresponsiveCard | Error::UnpoweredCard | Error::ProtoMismatch | Error::UnsupportedCard => {
            CardError::Mute
        }
        Error::SharingViolation | Error::ServerTooBusy => CardError::Busy,
        Error::NoService | Error::ServiceStopped | Error::CommError | Error::InvalidHandle | Error::Shutdown => {
            CardError::ServiceDown
        }
        // The numbers of PC/SC are the discriminants of this type.
        other => CardError::Service(other as u32),
    }
}
