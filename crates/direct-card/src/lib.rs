//! A reader without a reader: the virtual card in the same process, as `card` sees any other. It serves tests that pull the
//! card at every single command, tests of a whole counter, and measuring; a real reader's behaviour (events in time, other
//! programs) is shown through pcscd only.
//! It leaves the card's behaviour to `virtual-card` and what to say to it to `card`.

mod keypad;

use card::{
    CardAccess, CardError, CardEvent, CardSession, Ending, Exchange, FineidSession, KeypadEntry, ReaderId, ReaderState,
    Transport,
};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use virtual_card::Card;
use zeroize::Zeroizing;

/// Events that may wait for one receiver.
const WAITING_EVENTS: usize = 256;
/// Commands that are remembered; the oldest are forgotten.
const COMMANDS_LIMIT: usize = 10_000;

/// A reader with one virtual card. Clones are the same reader.
#[derive(Clone)]
pub struct DirectReader(Arc<Shared>);

struct Shared {
    /// Whose transaction runs: no other session's command comes between, as PC/SC has it.
    transaction: Mutex<()>,
    inside: Mutex<Inside>,
}

struct Inside {
    card: Card,
    /// Grows with each insertion: a session belongs to one stay in the reader.
    stay: u64,
    commands: Vec<Zeroizing<Vec<u8>>>,
    in_card: Duration,
    clock: fn() -> Duration,
    keypad: Option<Typed>,
    receivers: Vec<SyncSender<CardEvent>>,
}

/// What the holder does at the reader's keypad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Types these digits and confirms.
    Digits(String),
    /// Presses the cancelling key.
    Cancel,
    /// Is not there.
    Nothing,
}

impl DirectReader {
    /// A reader with this card in it, if the card is in place, and without a keypad.
    pub fn new(card: Card) -> Self {
        Self::with_clock(card, || Duration::ZERO)
    }

    /// The same; the card's time is measured with this clock, which counts from anywhere.
    pub fn with_clock(card: Card, clock: fn() -> Duration) -> Self {
        let inside = Inside {
            card,
            stay: 0,
            commands: Vec::new(),
            in_card: Duration::ZERO,
            clock,
            keypad: None,
            receivers: Vec::new(),
        };
        Self(Arc::new(Shared { transaction: Mutex::new(()), inside: Mutex::new(inside) }))
    }

    /// The reader's name.
    pub fn reader() -> ReaderId {
        ReaderId("Direct reader".to_owned())
    }

    /// A session with the card.
    pub fn session(&self) -> FineidSession {
        let stay = self.lock().stay;
        FineidSession::new(Box::new(Direct { reader: self.clone(), stay }))
    }

    /// Runs `work` with the card.
    pub fn with_card<T>(&self, work: impl FnOnce(&mut Card) -> T) -> T {
        work(&mut self.lock().card)
    }

    /// Puts the card (back) in. Sessions of its last stay have ended.
    pub fn insert(&self) {
        let mut inside = self.lock();
        inside.card.insert();
        inside.stay += 1;
        let atr = inside.card.atr().to_vec();
        inside.tell(&CardEvent::CardInserted { reader: Self::reader(), atr });
    }

    /// Pulls the card.
    pub fn pull(&self) {
        let mut inside = self.lock();
        inside.card.pull();
        inside.tell(&CardEvent::CardRemoved { reader: Self::reader() });
    }

    /// Gives the reader a keypad at which its holder does this.
    pub fn keypad(&self, typed: Typed) {
        self.lock().keypad = Some(typed);
    }

    /// How many commands reached the card since [`DirectReader::forget`].
    pub fn commands(&self) -> usize {
        self.lock().commands.len()
    }

    /// How many of them carried a PIN.
    pub fn pins_sent(&self) -> usize {
        self.lock().commands.iter().filter(|command| matches!(command.as_slice(), [_, 0x20, _, _, _, ..])).count()
    }

    /// How many of them asked for a signature.
    pub fn signatures(&self) -> usize {
        self.lock().commands.iter().filter(|command| matches!(command.as_slice(), [_, 0x2A, 0x9E, 0x9A, ..])).count()
    }

    /// How long the card took for them, by the clock that the reader was given.
    pub fn in_card(&self) -> Duration {
        self.lock().in_card
    }

    /// Begins counting anew.
    pub fn forget(&self) {
        let mut inside = self.lock();
        inside.commands.clear();
        inside.in_card = Duration::ZERO;
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardAccess for DirectReader {
    fn events(&self) -> Receiver<CardEvent> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let mut inside = self.lock();
        let atr = inside.card.is_in_place().then(|| inside.card.atr().to_vec());
        let inserted = atr.map(|atr| CardEvent::CardInserted { reader: Self::reader(), atr });
        for event in [CardEvent::ServiceUp, CardEvent::ReaderAdded(Self::reader())].into_iter().chain(inserted) {
            let _ = sender.try_send(event); // there is room for the first three
        }
        inside.receivers.push(sender);
        receiver
    }

    fn readers(&self) -> Vec<ReaderState> {
        let inside = self.lock();
        let atr = inside.card.is_in_place().then(|| inside.card.atr().to_vec());
        vec![ReaderState { reader: Self::reader(), atr }]
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        match (*reader == Self::reader(), self.lock().card.is_in_place()) {
            (false, _) => return Err(CardError::NoReader),
            (_, false) => return Err(CardError::NoCard),
            _ => {}
        }
        Ok(Box::new(self.session()))
    }
}

impl Inside {
    fn run(&mut self, command: &[u8]) -> Vec<u8> {
        if self.commands.len() >= COMMANDS_LIMIT {
            self.commands.remove(0);
        }
        self.commands.push(Zeroizing::new(command.to_vec()));
        let was_in = self.card.is_in_place();
        let started = (self.clock)();
        let answer = self.card.transmit(command);
        self.in_card += (self.clock)().saturating_sub(started);
        if was_in && !self.card.is_in_place() {
            self.tell(&CardEvent::CardRemoved { reader: DirectReader::reader() });
        }
        answer
    }

    fn tell(&mut self, event: &CardEvent) {
        self.receivers.retain(|receiver| receiver.try_send(event.clone()).is_ok());
    }
}

/// The way of one session to the card.
struct Direct {
    reader: DirectReader,
    stay: u64,
}

impl Direct {
    /// The reader, as long as the card has not been pulled since the session began.
    fn inside(&self) -> Result<MutexGuard<'_, Inside>, CardError> {
        let inside = self.reader.lock();
        if inside.stay == self.stay && inside.card.is_in_place() { Ok(inside) } else { Err(CardError::CardRemoved) }
    }
}

impl Transport for Direct {
    fn transaction(
        &mut self,
        ending: Ending,
        work: &mut dyn FnMut(&mut dyn Exchange) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        let reader = self.reader.clone();
        let _alone = reader.0.transaction.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.inside()?);
        let result = work(self);
        if ending == Ending::Reset
            && let Ok(mut inside) = self.inside()
        {
            inside.card.reset();
        }
        result
    }
}

impl Exchange for Direct {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        Ok(self.inside()?.run(command))
    }

    fn has_keypad(&mut self) -> bool {
        self.reader.lock().keypad.is_some()
    }

    fn enter_on_keypad(&mut self, entry: &KeypadEntry) -> Result<Vec<u8>, CardError> {
        let mut inside = self.inside()?;
        let typed = inside.keypad.clone().ok_or(CardError::NoKeypad)?;
        Ok(match keypad::command(&entry.verify_structure(), &typed) {
            Ok(command) => inside.run(&command),
            Err(answer) => answer.to_be_bytes().to_vec(),
        })
    }
}
