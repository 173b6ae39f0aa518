//! Jobs to a network printer: the bytes as they are over one connection, which ends with them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::PrintError;

/// How long a connection may take.
const TO_CONNECT: Duration = Duration::from_secs(2);
/// How long a printer may stand still while it is sent to.
const TO_STAND_STILL: Duration = Duration::from_secs(5);
/// How long all of it may take.
const AT_MOST: Duration = Duration::from_secs(10);
/// How long a printer is given to end the connection after the last byte.
const TO_END: Duration = Duration::from_millis(500);
/// So much is sent at a time.
const PIECE: usize = 16 * 1024;

pub(crate) fn print(address: &str, bytes: &[u8]) -> Result<(), PrintError> {
    let begun = Instant::now();
    let mut printer = connect(address)?;
    let cut = |_| PrintError::Interrupted;
    printer.set_write_timeout(Some(TO_STAND_STILL)).map_err(cut)?;
    for piece in bytes.chunks(PIECE) {
        printer.write_all(piece).map_err(cut)?;
        if begun.elapsed() > AT_MOST {
            return Err(PrintError::Interrupted);
        }
    }
    printer.shutdown(Shutdown::Write).map_err(cut)?;
    // A printer that breaks the connection off now has not taken all of it. Most end it; some just keep it.
    printer.set_read_timeout(Some(TO_END)).map_err(cut)?;
    match printer.read(&mut [0; 256]) {
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Err(PrintError::Interrupted),
        _ => Ok(()),
    }
}

/// A connection that carries nothing.
pub(crate) fn look(address: &str) -> Result<(), PrintError> {
    connect(address).map(drop)
}

fn connect(address: &str) -> Result<TcpStream, PrintError> {
    let address = address.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or(PrintError::NotReached)?;
    TcpStream::connect_timeout(&address, TO_CONNECT).map_err(|_| PrintError::NotReached)
}
