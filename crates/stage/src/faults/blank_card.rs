//! A card that is no professional card: it has no application. It speaks to the reader driver as `virtual-card` does, and
//! knows nothing else.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::JoinHandle;

use anyhow::Result;

use crate::world::Reader;

/// The driver asks for the answer to reset.
const ATR: u8 = 4;
/// A short answer to reset: T=0, nothing more.
const ANSWER_TO_RESET: [u8; 2] = [0x3B, 0x00];
/// File or application not found.
const NOT_FOUND: [u8; 2] = [0x6A, 0x82];

/// Such a card in the reader, until it is dropped.
pub struct BlankCard {
    stream: TcpStream,
    serving: Option<JoinHandle<()>>,
}

impl BlankCard {
    /// Puts it in.
    pub fn insert() -> Result<Self> {
        let stream = TcpStream::connect(Reader::slot())?;
        let its = stream.try_clone()?;
        let serving = std::thread::spawn(move || {
            // It ends when the card is pulled, which closes the connection.
            let _ = serve(its);
        });
        Ok(Self { stream, serving: Some(serving) })
    }
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message)?;
        let answer: &[u8] = match message.as_slice() {
            [ATR] => &ANSWER_TO_RESET,
            [] | [_] => continue,
            _ => &NOT_FOUND,
        };
        let length = u16::try_from(answer.len()).unwrap_or_default().to_be_bytes();
        stream.write_all(&length)?;
        stream.write_all(answer)?;
    }
}

impl Drop for BlankCard {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}
