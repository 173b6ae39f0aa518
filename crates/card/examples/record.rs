//! Prints what a card says of itself, as a recording: its files, and the states of its PINs. No PIN is asked for or sent, so
//! that it costs no try. `cargo run -p tiski-card --example record [READER]`; without a name the first card is taken.

use card::{
    CardAccess, CardError, CardEvent, CardSession, FineidSession, PcscAccess, PcscTransport, PinSlot, ReaderId,
    Recorder,
};
use std::time::Duration;

fn main() -> Result<(), CardError> {
    let reader = match std::env::args().nth(1) {
        Some(name) => ReaderId(name),
        None => first_card()?,
    };
    let recorder = Recorder::new(PcscTransport::connect(&reader)?, std::io::stdout());
    let mut session = FineidSession::new(Box::new(recorder));
    session.identity()?;
    for slot in [PinSlot::Pin1, PinSlot::Pin2] {
        println!("         * {slot}: {:?}", session.pin_status(slot)?);
    }
    println!("         * keypad: {}", session.has_keypad()?);
    Ok(())
}

fn first_card() -> Result<ReaderId, CardError> {
    let access = PcscAccess::start()?;
    let events = access.events();
    while let Ok(event) = events.recv_timeout(Duration::from_secs(3)) {
        match event {
            CardEvent::CardInserted { reader, .. } => return Ok(reader),
            CardEvent::ServiceDown => return Err(CardError::ServiceDown),
            _ => {}
        }
    }
    Err(CardError::NoCard)
}
