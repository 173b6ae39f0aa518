//! Plugs the card into vsmartcard's reader driver: a TCP connection to vpcd is a card in the reader, its end is a
//! card pulled out. Serves also a PC/SC daemon that is stopped and started again: the card connects anew by itself.
//! It leaves the card's behaviour to [`Card`] and the orders to the control socket.

use crate::Card;
use crate::trace::{self, Trace};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long to wait before the reader driver is tried again.
const RETRY: Duration = Duration::from_millis(100);
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// vpcd's one-byte messages.
const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const ATR: u8 = 4;

/// The reader slot with its card, shared between the connection to vpcd and the control socket.
pub struct Slot {
    state: Mutex<State>,
    changed: Condvar,
    started: Instant,
}

struct State {
    card: Card,
    connection: Option<TcpStream>,
    quit: bool,
    trace: Option<Trace<Box<dyn Write + Send>>>,
}

impl Slot {
    /// A slot with a card in it, if the card is in place. The trace gets every command, PINs blacked out.
    pub fn new(card: Card, trace: Option<Box<dyn Write + Send>>) -> Self {
        let state = State { card, connection: None, quit: false, trace: trace.map(Trace::new) };
        Self { state: Mutex::new(state), changed: Condvar::new(), started: Instant::now() }
    }

    /// Keeps the card connected to vpcd while it is in place; returns after [`Slot::quit`].
    pub fn run(&self, vpcd: SocketAddr) {
        loop {
            {
                let waiting = |state: &mut State| !state.card.is_in_place() && !state.quit;
                let state = self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
                if state.quit {
                    return;
                }
            }
            match TcpStream::connect_timeout(&vpcd, CONNECT_LIMIT) {
                Ok(stream) if !is_connected_to_itself(&stream) => self.attend(&stream),
                Ok(_) | Err(_) => {
                    let waited = self.changed.wait_timeout_while(self.lock(), RETRY, |state| !state.quit);
                    drop(waited);
                }
            }
        }
    }

    /// Runs `work` with the card.
    pub fn with_card<T>(&self, work: impl FnOnce(&mut Card) -> T) -> T {
        work(&mut self.lock().card)
    }

    /// Whether vpcd holds the card at this moment.
    pub fn is_connected(&self) -> bool {
        self.lock().connection.is_some()
    }

    /// Puts the card in and waits until vpcd holds it, at most `limit`; tells whether it does.
    pub fn insert(&self, limit: Duration) -> bool {
        let mut state = self.lock();
        if !state.card.is_in_place() {
            state.card.insert();
        }
        self.changed.notify_all();
        let waiting = |state: &mut State| state.connection.is_none() && state.card.is_in_place() && !state.quit;
        let (state, _) = self.changed.wait_timeout_while(state, limit, waiting).unwrap_or_else(PoisonError::into_inner);
        state.connection.is_some()
    }

    /// Pulls the card, also in the middle of a command.
    pub fn remove(&self) {
        let mut state = self.lock();
        state.card.pull();
        state.drop_connection();
        self.changed.notify_all();
    }

    /// Ends [`Slot::run`].
    pub fn quit(&self) {
        let mut state = self.lock();
        state.quit = true;
        state.drop_connection();
        self.changed.notify_all();
    }

    fn attend(&self, stream: &TcpStream) {
        {
            let mut state = self.lock();
            let Ok(handle) = stream.try_clone() else { return };
            if state.quit || !state.card.is_in_place() {
                return;
            }
            state.connection = Some(handle);
            state.card.reset();
            self.remark(&mut state, "connected");
            self.changed.notify_all();
        }
        // The reason of the end (driver gone, card pulled) does not matter: the loop above looks at the card.
        let _ = self.serve(stream);
        let _ = stream.shutdown(Shutdown::Both);
        let mut state = self.lock();
        state.connection = None;
        state.card.reset();
        self.remark(&mut state, "disconnected");
        self.changed.notify_all();
    }

    fn serve(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let _ = stream.set_nodelay(true);
        loop {
            let mut length = [0; 2];
            quick_ack(stream);
            stream.read_exact(&mut length)?;
            let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
            quick_ack(stream);
            stream.read_exact(&mut message)?;
            match message[..] {
                [] => {}
                [POWER_OFF | POWER_ON | RESET] => self.lock().card.reset(),
                [ATR] => {
                    let atr = self.lock().card.atr().to_vec();
                    send(stream, &atr)?;
                }
                [_] => {}
                _ => {
                    let answer = self.answer(&message);
                    if answer.is_empty() {
                        return Ok(()); // pulled
                    }
                    send(stream, &answer)?;
                }
            }
        }
    }

    /// Waits as long as a real card would (without holding the slot, so that it can be pulled meanwhile), then answers.
    fn answer(&self, command: &[u8]) -> Vec<u8> {
        let signing = matches!(command, [_, 0x2A, 0x9E, ..]);
        let delay_ms = self.with_card(|card| {
            let profile = card.profile();
            profile.apdu_delay_ms + if signing { profile.sign_delay_ms } else { 0 }
        });
        if delay_ms > 0 {
            std::thread::sleep(Duration::from_millis(delay_ms));
        }
        let mut state = self.lock();
        let answer = state.card.transmit(command);
        let at_ms = self.started.elapsed().as_millis();
        if let Some(trace) = &mut state.trace {
            trace.line(at_ms, '>', &trace::command(command));
            trace.line(at_ms, '<', &trace::hex(&answer));
        }
        answer
    }

    fn remark(&self, state: &mut State, text: &str) {
        let at_ms = self.started.elapsed().as_millis();
        if let Some(trace) = &mut state.trace {
            trace.line(at_ms, '*', text);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that nobody listens at may be the one that the system gives to who connects: the two ends are then one.
fn is_connected_to_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(own), Ok(peer)) if own == peer)
}

impl State {
    fn drop_connection(&mut self) {
        if let Some(connection) = &self.connection {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// vpcd sends length and command apart and without TCP_NODELAY. Its second part waits for our acknowledgement of the
/// first, which the kernel holds back by 40 ms and more unless it is told, before every read, not to.
fn quick_ack(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::TcpStreamExt;
        let _ = stream.set_quickack(true);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

/// Length and answer in one piece.
fn send(mut stream: &TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(answer.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], answer].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::tests::test_card;
    use std::net::TcpListener;

    fn ask(stream: &mut TcpStream, message: &[u8]) -> Vec<u8> {
        send(stream, message).unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).unwrap();
        answer
    }

    #[test]
    fn the_card_is_in_the_reader_while_it_is_connected() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let slot = Slot::new(test_card(), None);
        std::thread::scope(|scope| {
            scope.spawn(|| slot.run(address));
            let (mut reader, _) = listener.accept().unwrap();
            assert_eq!(ask(&mut reader, &[ATR])[0], 0x3B);
            assert_eq!(ask(&mut reader, &[0, 0x20, 0, 3]), [0x63, 0xC5]);
            slot.remove();
            assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
            assert!(slot.insert(Duration::from_secs(2)));
            let (mut reader, _) = listener.accept().unwrap();
            slot.with_card(|card| card.fail_at(2, crate::Fault::Pull));
            assert_eq!(ask(&mut reader, &[0, 0x20, 0, 3]), [0x63, 0xC5]);
            send(&reader, &[0, 0x20, 0, 3]).unwrap();
            assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
            slot.quit();
        });
    }
}
