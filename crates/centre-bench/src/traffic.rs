//! Pharmacies: connections over TLS with a client certificate, kept open or one for each exchange, sending one message
//! after the other; or messages that arrive at a steady rate whether or not the answers keep up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::figures::Figures;
use crate::messages::Wire;

/// Largest head of an answer.
const HEAD_AT_MOST: usize = 64 * 1024;

/// What came back for a message.
pub struct Answer {
    /// Which message.
    pub message: usize,
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    took: Duration,
}

/// The answers of a round and how long they took altogether.
pub struct Load {
    /// In no order.
    pub answers: Vec<Answer>,
    lasted: Duration,
}

impl Load {
    /// Rate and percentiles.
    pub fn figures(&self) -> Figures {
        Figures::of(self.answers.iter().map(|answer| answer.took).collect(), self.lasted)
    }
}

/// Messages of one kind that arrive so often.
pub struct Arrival<'a> {
    /// The messages.
    pub wires: &'a [Wire],
    /// How many a second.
    pub a_second: u32,
}

/// How long a connection lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// As long as there is something to send.
    Kept,
    /// For one exchange, as the pharmacy's own (docs/decisions/0010): a time counts from before the handshake.
    ForEach,
}

/// Who can connect to a server.
pub struct Clients {
    config: Arc<ClientConfig>,
    address: String,
    connections: Connections,
}

impl Clients {
    /// With the client certificate `slug`.
    pub fn new(pki: &Path, slug: &str, address: &str) -> Result<Self> {
        let config = Arc::new(trust::tls::client_config(pki, slug)?);
        Ok(Self { config, address: address.to_owned(), connections: Connections::Kept })
    }

    /// The same with connections that live so long.
    pub fn with(&self, connections: Connections) -> Self {
        Self { config: self.config.clone(), address: self.address.clone(), connections }
    }

    /// All messages over so many connections, as fast as they are answered.
    pub fn together(&self, wires: &[Wire], connections: usize) -> Result<Load> {
        let next = AtomicUsize::new(0);
        let (lasted, answers) = self.each(connections, |connection, _| {
            let mut answers = vec![];
            loop {
                let message = next.fetch_add(1, Ordering::Relaxed);
                let Some(wire) = wires.get(message) else { return Ok(answers) };
                answers.push(self.exchange(connection, message, wire, Instant::now())?);
            }
        })?;
        Ok(Load { answers, lasted })
    }

    /// Messages of several kinds at their rates; a time counts from the moment when the message was due.
    pub fn arriving(&self, kinds: &[Arrival<'_>], connections: usize) -> Result<Vec<Load>> {
        // Every message of every kind, by the moment when it is due.
        let mut due: Vec<(Duration, usize, usize)> = vec![];
        for (kind, arrival) in kinds.iter().enumerate() {
            let each = Duration::from_secs(1) / arrival.a_second.max(1);
            due.extend((0..arrival.wires.len()).map(|message| (each * message as u32, kind, message)));
        }
        due.sort_unstable();
        let next = AtomicUsize::new(0);
        let (lasted, answers) = self.each(connections, |connection, begun| {
            let mut answers = vec![];
            loop {
                let Some((at, kind, message)) = due.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    return Ok(answers);
                };
                let at = begun + *at;
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                let wire = kinds.get(*kind).and_then(|arrival| arrival.wires.get(*message)).context("a message")?;
                answers.push((*kind, self.exchange(connection, *message, wire, at)?));
            }
        })?;
        let mut loads: Vec<Load> = kinds.iter().map(|_| Load { answers: vec![], lasted }).collect();
        for (kind, answer) in answers {
            if let Some(load) = loads.get_mut(kind) {
                load.answers.push(answer);
            }
        }
        Ok(loads)
    }

    /// Work over so many connections at once, from a moment at which all are connected.
    fn each<T: Send>(
        &self,
        connections: usize,
        work: impl Fn(&mut Connection, Instant) -> Result<Vec<T>> + Sync,
    ) -> Result<(Duration, Vec<T>)> {
        let connected = (0..connections.max(1)).map(|_| self.connect()).collect::<Result<Vec<_>>>()?;
        let start = Barrier::new(connected.len());
        let done: Result<Vec<(Instant, Instant, Vec<T>)>> = std::thread::scope(|scope| {
            let (start, work) = (&start, &work);
            let threads: Vec<_> = connected
                .into_iter()
                .map(|mut connection| {
                    scope.spawn(move || {
                        start.wait();
                        let begun = Instant::now();
                        let done = work(&mut connection, begun)?;
                        Ok((begun, Instant::now(), done))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().ok().context("a thread")?).collect()
        });
        let done = done?;
        let begun = done.iter().map(|one| one.0).min().context("no connection")?;
        let ended = done.iter().map(|one| one.1).max().context("no connection")?;
        Ok((ended - begun, done.into_iter().flat_map(|one| one.2).collect()))
    }

    fn exchange(&self, connection: &mut Connection, message: usize, wire: &[u8], since: Instant) -> Result<Answer> {
        if self.connections == Connections::ForEach {
            *connection = self.connect()?;
        }
        connection.exchange(message, wire, since)
    }

    fn connect(&self) -> Result<Connection> {
        let mut tls = ClientConnection::new(self.config.clone(), "localhost".try_into()?)?;
        let mut tcp = TcpStream::connect(&self.address)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(Duration::from_secs(60)))?;
        tls.complete_io(&mut tcp)?;
        Ok(Connection { stream: StreamOwned::new(tls, tcp), rest: vec![] })
    }
}

struct Connection {
    stream: StreamOwned<ClientConnection, TcpStream>,
    rest: Vec<u8>,
}

impl Connection {
    fn exchange(&mut self, message: usize, wire: &[u8], since: Instant) -> Result<Answer> {
        self.stream.write_all(wire)?;
        self.stream.flush()?;
        let head = loop {
            if let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                let body = self.rest.split_off(end + 4);
                let head = std::mem::replace(&mut self.rest, body);
                break String::from_utf8(head)?;
            }
            if self.rest.len() > HEAD_AT_MOST || self.more()? == 0 {
                bail!("no answer");
            }
        };
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
        let headers: Vec<(String, String)> =
            lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.context("no length")?.1.parse()?;
        while self.rest.len() < length {
            if self.more()? == 0 {
                bail!("half an answer");
            }
        }
        let rest = self.rest.split_off(length);
        let body = std::mem::replace(&mut self.rest, rest);
        Ok(Answer { message, status, headers, body, took: since.elapsed() })
    }

    fn more(&mut self) -> Result<usize> {
        let mut piece = [0; 32 * 1024];
        let count = self.stream.read(&mut piece)?;
        self.rest.extend(piece.iter().take(count));
        Ok(count)
    }
}
