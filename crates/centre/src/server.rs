//! The Centre on the network: TLS with client certificates, HTTP/1.1, limits on everything that a caller controls, and
//! the faults that a tester has set. What is asked is answered by the core, on threads that may block.

mod answer;
mod body;
mod door;
mod limits;
mod socket;
mod tls;
mod twice;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Centre;
use crate::clock::Clock;
use crate::control::Controlled;
use crate::faults::Faults;
use crate::store::Store;
use body::Room;
use door::{Guests, Place, Porch};
use twice::{Again, Twice};

pub use limits::Limits;
pub use socket::serve_control;
pub use tls::caller_of;

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
    /// A restart was ordered and the order not yet answered.
    restart_ordered: AtomicBool,
    restart: Notify,
    /// What searches and fetches see, where a tester wants them to be stale.
    stale: RwLock<Option<Arc<dyn Store>>>,
    porch: Arc<Porch>,
    guests: Arc<Guests>,
    room: Room,
    waiting: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
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
            restart_ordered: AtomicBool::new(false),
            restart: Notify::new(),
            stale: RwLock::default(),
            porch: Porch::new(limits.unproven),
            guests: Guests::new(limits.connections, limits.connections_of_one),
            room: Room::new(limits.bodies),
            waiting: Arc::new(Semaphore::new(limits.waiting.saturating_add(limits.at_work))),
            at_work: Arc::new(Semaphore::new(limits.at_work.max(1))),
        }
    }

    /// Serves until `stop` says so; then requests under way get their answers, for as long as the limit allows.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
        let address = listener.local_addr()?;
        // Who makes room on the porch, and those who read why they were refused, still hold one for a moment.
        let all = u32::try_from(self.limits.unproven.saturating_mul(2).saturating_add(self.limits.connections));
        let all = all.unwrap_or(u32::MAX);
        let seats = Arc::new(Semaphore::new(all as usize));
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
        let _ = tokio::time::timeout(self.limits.stop, seats.acquire_many(all)).await;
        Ok(())
    }

    /// Whether a listener stands at the Centre's address.
    pub fn is_listening(&self) -> bool {
        self.listening.load(Ordering::SeqCst)
    }

    /// Ends when a tester wants the Centre to be started anew.
    pub async fn told_to_restart(&self) {
        self.restart.notified().await;
    }

    /// Whoever ordered something has the answer: a restart that was ordered begins now. Earlier, the end could overtake the
    /// answer.
    fn order_is_answered(&self) {
        if self.restart_ordered.swap(false, Ordering::SeqCst) {
            self.restart.notify_one();
        }
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
        let Some(stream) = self.proven(stream, self.porch.enter()).await else { return };
        let Some(caller) = caller_of(stream.get_ref().1.peer_certificates()) else {
            tracing::info!("a caller's certificate names no organisation");
            return;
        };
        let Some(_seat) = self.guests.enter(&format!("{} {}", caller.organisation, caller.certificate)) else {
            tracing::warn!("too many connections with one certificate, or in all: one is closed");
            return;
        };
        let (house, again) = (self.clone(), Again::default());
        let stream = Twice::over(TokioIo::new(stream), again.clone());
        let service = service_fn(move |request| house.clone().answer(request, caller.clone(), again.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header)
            .max_headers(64)
            .max_buf_size(64 * 1024)
            .serve_connection(stream, service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = closed.changed() => return,
            () = stopped(&mut stop) => {}
            () = tokio::time::sleep(self.limits.connection) => {}
        }
        connection.as_mut().graceful_shutdown();
        // Whoever does not read its answer is not waited for.
        let _ = tokio::time::timeout(self.limits.body.max(self.limits.stop), connection).await;
    }

    /// A connection whose caller has shown a certificate that is trusted.
    async fn proven(&self, stream: TcpStream, mut place: Place) -> Option<TlsStream<TcpStream>> {
        let tls = self.tls.read().unwrap_or_else(PoisonError::into_inner).clone();
        let handshake = tokio::time::timeout(self.limits.header, TlsAcceptor::from(tls).accept(stream).into_fallible());
        let done = tokio::select! {
            done = handshake => done.ok()?,
            () = place.needed() => return None,
        };
        // Whoever reads why it was refused needs no place for that.
        drop(place);
        match done {
            Ok(stream) => Some(stream),
            Err((error, stream)) => {
                tracing::info!(why = tls::why(&error), "no TLS connection with a caller");
                let _ = tokio::time::timeout(self.limits.farewell, tls::farewell(stream)).await;
                None
            }
        }
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

    fn set_stale(&self, stale: bool) -> Result<(), &'static str> {
        let seen = match stale {
            true => Some(Arc::from(self.centre.store().as_of_now().map_err(|error| error.code())?)),
            false => None,
        };
        *self.stale.write().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(())
    }

    fn set_disk_full(&self, full: bool) -> Result<(), &'static str> {
        self.centre.store().set_full(full).map_err(|error| error.code())
    }

    fn restart(&self) {
        self.restart_ordered.store(true, Ordering::SeqCst);
    }

    fn reload(&self) -> Result<(), &'static str> {
        let tls = (self.reload)(&self.centre)?;
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tls);
        Ok(())
    }
}

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
