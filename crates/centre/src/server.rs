//! The Centre on the network: TLS with client certificates, HTTP/1.1, limits on everything that a caller controls, and
//! the faults that a tester has set. What is asked is answered by the core, on threads that may block.

mod socket;
mod tls;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use kanta::Issue;
use kanta::errors::Known;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::control::Controlled;
use crate::faults::{Fault, Faults};
use crate::store::Store;
use crate::{Caller, Centre, exchange};

pub use socket::serve_control;
pub use tls::caller_of;

/// Limits on what callers may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; further ones are closed.
    pub connections: usize,
    /// For the handshake, and for the headers of each request.
    pub header: Duration,
    /// For the body of each request.
    pub body: Duration,
    /// For what a caller whose handshake failed still sends, so that it can read why.
    pub farewell: Duration,
    /// For requests under way when the Centre stops.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            header: Duration::from_secs(10),
            body: Duration::from_secs(30),
            farewell: Duration::from_secs(1),
            stop: Duration::from_secs(10),
        }
    }
}

/// Reads the register and the certificates anew and gives both to the Centre; answers the TLS configuration, or a code.
pub type Reload<S> = Box<dyn Fn(&Centre<S>) -> Result<ServerConfig, &'static str> + Send + Sync>;

/// A Centre with what surrounds it on a machine.
pub struct House<S> {
    /// The core.
    pub centre: Centre<S>,
    /// Its clock.
    pub clock: Clock,
    /// What a tester has set.
    pub faults: Faults,
    limits: Limits,
    tls: RwLock<Arc<ServerConfig>>,
    reload: Reload<S>,
    listening: AtomicBool,
}

impl<S: Store + 'static> House<S> {
    /// A Centre that is not yet on the network.
    pub fn new(centre: Centre<S>, clock: Clock, tls: ServerConfig, reload: Reload<S>, limits: Limits) -> Self {
        Self {
            centre,
            clock,
            faults: Faults::default(),
            limits,
            tls: RwLock::new(Arc::new(tls)),
            reload,
            listening: AtomicBool::new(false),
        }
    }

    /// Serves until `stop` says so; then requests under way get their answers, for as long as the limit allows.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
        let address = listener.local_addr()?;
        let seats = Arc::new(Semaphore::new(self.limits.connections));
        let (mut close, mut closed) = watch::channel(());
        let stop_too = stop.clone();
        let mut listener = Some(listener);
        self.listening.store(true, Ordering::SeqCst);
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                _ = tick.tick() => self.change_reach(&mut listener, address, &mut close, &mut closed).await,
                accepted = accept(listener.as_ref()) => {
                    let Ok((stream, _)) = accepted else { continue };
                    let Ok(seat) = seats.clone().try_acquire_owned() else { continue };
                    let (house, closed, stop) = (self.clone(), closed.clone(), stop_too.clone());
                    tokio::spawn(async move {
                        house.connection(stream, closed, stop).await;
                        drop(seat);
                    });
                }
            }
        }
        drop(listener);
        // Every seat free again means that every connection has ended.
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(self.limits.stop, seats.acquire_many(all)).await;
        Ok(())
    }

    /// Whether a listener stands at the Centre's address.
    pub fn is_listening(&self) -> bool {
        self.listening.load(Ordering::SeqCst)
    }

    /// Unreachable means that nothing listens: whoever connects is refused, as with a machine that is off.
    async fn change_reach(
        &self,
        listener: &mut Option<TcpListener>,
        address: SocketAddr,
        close: &mut watch::Sender<()>,
        closed: &mut watch::Receiver<()>,
    ) {
        match (self.faults.is_unreachable(), listener.is_some()) {
            (true, true) => {
                *listener = None;
                // Dropping the sender ends every connection that waits on it.
                (*close, *closed) = watch::channel(());
                self.listening.store(false, Ordering::SeqCst);
            }
            (false, false) => {
                if let Ok(new) = TcpListener::bind(address).await {
                    *listener = Some(new);
                    self.listening.store(true, Ordering::SeqCst);
                }
            }
            _ => {}
        }
    }

    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        mut closed: watch::Receiver<()>,
        mut stop: watch::Receiver<bool>,
    ) {
        let _ = stream.set_nodelay(true);
        let tls = self.tls.read().unwrap_or_else(PoisonError::into_inner).clone();
        let handshake =
            tokio::time::timeout(self.limits.header, TlsAcceptor::from(tls).accept(stream).into_fallible()).await;
        let stream = match handshake {
            Ok(Ok(stream)) => stream,
            Ok(Err((error, stream))) => {
                tracing::info!(why = tls::why(&error), "no TLS connection with a caller");
                let _ = tokio::time::timeout(self.limits.farewell, tls::farewell(stream)).await;
                return;
            }
            Err(_) => return,
        };
        let Some(caller) = caller_of(stream.get_ref().1.peer_certificates()) else {
            tracing::info!("a caller's certificate names no organisation");
            return;
        };
        let house = self.clone();
        let service = service_fn(move |request| house.clone().answer(request, caller.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header)
            .max_headers(64)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = closed.changed() => return,
            () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
        caller: Caller,
    ) -> Result<hyper::Response<Full<Bytes>>, Dropped> {
        let (head, body) = request.into_parts();
        let mut asked = kanta::http::Request {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            headers: head
                .headers
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect(),
            body: vec![],
        };
        let body = Limited::new(body, kanta::MESSAGE_BYTES_AT_MOST).collect();
        match tokio::time::timeout(self.limits.body, body).await {
            Ok(Ok(body)) => asked.body = body.to_bytes().to_vec(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                let response = self.centre.refuse(&asked, Issue::of(Known::DocumentTooLarge), self.clock.now());
                return Ok(outgoing(response, true));
            }
            // Cut in half, or too slow: nobody is there to answer.
            _ => {
                tracing::info!(path = asked.path, "a message ended before it was whole; nothing of it was read");
                return Err(Dropped);
            }
        }
        let house = self.clone();
        let done = tokio::task::spawn_blocking(move || house.respond(&asked, &caller)).await;
        match done {
            Ok(Some((response, hold))) => {
                if hold {
                    self.hold().await;
                }
                Ok(outgoing(response, false))
            }
            Ok(None) | Err(_) => Err(Dropped),
        }
    }

    /// The core's answer, or none where a fault drops it; and whether it is to be held. Blocks.
    fn respond(&self, asked: &kanta::http::Request, caller: &Caller) -> Option<(kanta::http::Response, bool)> {
        let fault = if self.faults.any() { self.faults.strike(exchange(asked)) } else { None };
        match fault {
            Some(Fault::DropRequest) => return None,
            Some(Fault::Refuse(issue)) => return Some((self.centre.refuse(asked, issue, self.clock.now()), false)),
            _ => {}
        }
        let response = self.centre.handle(asked, caller, self.clock.now());
        tracing::info!(path = asked.path, status = response.status, "answered");
        match fault {
            Some(Fault::DropAnswer) => None,
            fault => Some((response, fault == Some(Fault::HoldAnswer))),
        }
    }

    async fn hold(&self) {
        self.faults.hold();
        while self.faults.still_holding() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.faults.let_go();
    }
}

impl<S: Store + 'static> Controlled for House<S> {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn status(&self) -> String {
        match self.centre.store().counts() {
            Ok(c) => format!(
                "documents={} dispensations={} prescriptions={} log={}",
                c.documents, c.dispensations, c.prescriptions, c.log
            ),
            Err(error) => error.code().to_owned(),
        }
    }

    fn reload(&self) -> Result<(), &'static str> {
        let tls = (self.reload)(&self.centre)?;
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tls);
        Ok(())
    }
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
struct Dropped;

/// Waits until the Centre is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left who could say so: stop then too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(listener: Option<&TcpListener>) -> std::io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => {
            let accepted = listener.accept().await;
            if accepted.is_err() {
                // Out of file handles, most likely: wait for some to come back rather than spin.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            accepted
        }
        None => std::future::pending().await,
    }
}

fn outgoing(response: kanta::http::Response, close: bool) -> hyper::Response<Full<Bytes>> {
    let mut answer = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        answer = answer.header(name, value);
    }
    if close {
        answer = answer.header("connection", "close");
    }
    // Only a malformed header of our own could fail here.
    answer.body(Full::new(Bytes::from(response.body))).unwrap_or_else(|_| {
        let mut plain = hyper::Response::new(Full::new(Bytes::new()));
        *plain.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    })
}
