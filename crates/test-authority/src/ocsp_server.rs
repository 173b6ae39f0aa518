//! An OCSP responder on this machine's loopback address, one question after another, for as long as it is held.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Authority, AuthorityError, Known, Responder};

/// A longer question is not read.
const QUESTION_AT_MOST: usize = 16 << 10;

/// How long the other side may take to send.
const SENDING_AT_MOST: Duration = Duration::from_secs(2);

/// What it does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Answers, by that responder, of what it knows (see [`Authority::ocsp_answer`]).
    Answers(Responder, Vec<(String, Known)>),
    /// Sends these bytes, whatever was asked.
    Sends(Vec<u8>),
    /// Hangs up.
    HangsUp,
    /// Takes the question and says nothing, for so long.
    Waits(Duration),
}

/// Such a responder.
pub struct OcspServer {
    address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    asked: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl OcspServer {
    /// One for the authority in that folder.
    pub fn start(directory: &Path, manner: Manner) -> Result<Self, AuthorityError> {
        let mut authority = Authority::open(directory)?;
        let failed = |source| AuthorityError::File { path: directory.to_owned(), source };
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let manner = Arc::new(Mutex::new(manner));
        let (asked, ends) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (its_manner, its_count, its_end) = (Arc::clone(&manner), Arc::clone(&asked), Arc::clone(&ends));
        let serving = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if its_end.load(Ordering::Relaxed) {
                    return;
                }
                its_count.fetch_add(1, Ordering::Relaxed);
                let manner = its_manner.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // Whoever asks badly or goes away gets nothing.
                let _ = serve(&stream, &mut authority, manner);
            }
        });
        Ok(Self { address, manner, asked, ends, serving: Some(serving) })
    }

    /// Where it is asked.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it does from now on.
    pub fn now(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn serve(mut stream: &TcpStream, authority: &mut Authority, manner: Manner) -> std::io::Result<()> {
    stream.set_read_timeout(Some(SENDING_AT_MOST))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        let is_over = reader.read_line(&mut line)? == 0 || line.trim().is_empty();
        if is_over {
            break;
        }
        let field = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        length = field.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(length);
    }
    let mut question = vec![0; length.min(QUESTION_AT_MOST)];
    reader.read_exact(&mut question)?;
    let answer = match manner {
        Manner::Answers(by, knows) => authority
            .ocsp_answer(&question, by, &knows, 60)
            .map_err(|error| std::io::Error::other(error.to_string()))?,
        Manner::Sends(bytes) => bytes,
        Manner::HangsUp => return Ok(()),
        Manner::Waits(long) => {
            std::thread::sleep(long);
            return Ok(());
        }
    };
    let kind = "Content-Type: application/ocsp-response\r\nConnection: close\r\n";
    write!(stream, "HTTP/1.1 200 OK\r\n{kind}Content-Length: {}\r\n\r\n", answer.len())?;
    stream.write_all(&answer)
}

impl Drop for OcspServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // A connection wakes it, so that it sees that it is to end.
        if TcpStream::connect_timeout(&self.address, SENDING_AT_MOST).is_ok()
            && let Some(serving) = self.serving.take()
        {
            let _ = serving.join();
        }
    }
}
