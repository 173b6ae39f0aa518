//! Watches the readers of the PC/SC service and tells what happens. It serves the rule that pulling the card ends the
//! session well within a second, and that a service which is absent, stopped or started later needs nobody's help.
//! What a card is, is left to the session.

use crate::pcsc_transport::PcscTransport;
use crate::{CardAccess, CardError, CardEvent, CardSession, FineidSession, ReaderId, ReaderState};
use pcsc::{Context, Error, Scope, State};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// After this the readers are listed anew even if nothing was reported (macOS reports no new readers).
const LIST_AGAIN: Duration = Duration::from_secs(1);
/// How long to wait before an absent service is tried again.
const RETRY: Duration = Duration::from_millis(300);
/// Events that may wait for one receiver.
const WAITING_EVENTS: usize = 256;
/// Receivers at one time.
const RECEIVERS_LIMIT: usize = 16;

/// The cards in the readers of this machine's PC/SC service, watched by one thread.
///
/// On Linux the library finds the service through its socket `/run/pcscd/pcscd.comm`; the environment variable
/// `PCSCLITE_CSOCK_NAME` names another one and is read by the library itself.
pub struct PcscAccess {
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

impl PcscAccess {
    /// Starts watching; does not fail when there is no service yet.
    pub fn start() -> Result<Self, CardError> {
        let shared = Arc::new(Shared::default());
        let for_watcher = Arc::clone(&shared);
        let watcher = std::thread::Builder::new()
            .name("card readers".to_owned())
            .spawn(move || for_watcher.watch())
            .map_err(|_| CardError::Busy)?;
        Ok(Self { shared, watcher: Some(watcher) })
    }
}

impl CardAccess for PcscAccess {
    fn events(&self) -> Receiver<CardEvent> {
        self.shared.view().subscribe()
    }

    fn readers(&self) -> Vec<ReaderState> {
        self.shared.view().readers()
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        Ok(Box::new(FineidSession::new(Box::new(PcscTransport::connect(reader)?))))
    }
}

impl Drop for PcscAccess {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        let Some(watcher) = self.watcher.take() else { return };
        // A cancellation that comes just before the wait is lost, so it is repeated.
        while !watcher.is_finished() {
            if let Some(context) = &*self.shared.context() {
                let _ = context.cancel();
            }
            watcher.thread().unpark();
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = watcher.join();
    }
}

/// What the watching thread and its owner share.
#[derive(Default)]
struct Shared {
    view: Mutex<View>,
    /// The context in which the watcher waits, to wake it.
    context: Mutex<Option<Context>>,
    stop: AtomicBool,
}

impl Shared {
    fn watch(&self) {
        while !self.stopped() {
            match Context::establish(Scope::System) {
                Ok(context) => {
                    *self.context() = Some(context.clone());
                    let error = self.follow(&context);
                    tracing::debug!(?error, "the watch over the readers ended");
                    *self.context() = None;
                }
                Err(error) => tracing::trace!(?error, "no smart card service"),
            }
            if !self.stopped() {
                self.view().service_down();
                std::thread::park_timeout(RETRY);
            }
        }
    }

    /// Reports changes until the service fails or the owner stops.
    fn follow(&self, context: &Context) -> Option<Error> {
        let mut states: Vec<pcsc::ReaderState> = Vec::new();
        if !cfg!(target_os = "macos") {
            states.push(pcsc::ReaderState::new(pcsc::PNP_NOTIFICATION(), State::UNAWARE));
        }
        while !self.stopped() {
            let names = match context.list_readers_owned() {
                Ok(names) => names,
                Err(Error::NoReadersAvailable) => Vec::new(),
                Err(error) => return Some(error),
            };
            states.retain(|state| {
                state.name() == pcsc::PNP_NOTIFICATION() || names.iter().any(|name| **name == *state.name())
            });
            for name in names {
                if !states.iter().any(|state| state.name() == &*name) {
                    states.push(pcsc::ReaderState::new(name, State::UNAWARE));
                }
            }
            if states.is_empty() {
                std::thread::park_timeout(LIST_AGAIN); // without readers there is nothing to wait for
            } else {
                match context.get_status_change(LIST_AGAIN, &mut states) {
                    Ok(()) | Err(Error::Timeout | Error::Cancelled) => {}
                    Err(Error::UnknownReader) => continue, // unplugged between the list and the wait
                    Err(error) => return Some(error),
                }
            }
            let seen = states.iter().filter(|state| state.name() != pcsc::PNP_NOTIFICATION()).map(Seen::from).collect();
            self.view().observe(seen);
            states.iter_mut().for_each(pcsc::ReaderState::sync_current_state);
        }
        None
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn context(&self) -> MutexGuard<'_, Option<Context>> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader as the service reports it.
struct Seen {
    reader: ReaderId,
    /// `None`: no card.
    atr: Option<Vec<u8>>,
    /// Grows with every card that comes or goes, so that a quick exchange of cards is noticed.
    count: u32,
}

impl From<&pcsc::ReaderState> for Seen {
    fn from(state: &pcsc::ReaderState) -> Self {
        let present = state.event_state().contains(State::PRESENT);
        let mute = state.event_state().contains(State::MUTE);
        Self {
            reader: ReaderId(state.name().to_string_lossy().into_owned()),
            atr: present.then(|| if mute { Vec::new() } else { state.atr().to_vec() }),
            count: state.event_count(),
        }
    }
}

/// What the receivers have been told so far.
#[derive(Default)]
struct View {
    /// `None` before the first answer or failure of the service.
    service: Option<bool>,
    readers: BTreeMap<ReaderId, (Option<Vec<u8>>, u32)>,
    receivers: Vec<SyncSender<CardEvent>>,
}

impl View {
    fn subscribe(&mut self) -> Receiver<CardEvent> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let state = match self.service {
            None => Vec::new(),
            Some(false) => vec![CardEvent::ServiceDown],
            Some(true) => std::iter::once(CardEvent::ServiceUp)
                .chain(self.readers.iter().flat_map(|(reader, (atr, _))| {
                    let inserted = atr.clone().map(|atr| CardEvent::CardInserted { reader: reader.clone(), atr });
                    std::iter::once(CardEvent::ReaderAdded(reader.clone())).chain(inserted)
                }))
                .collect(),
        };
        let kept = state.into_iter().all(|event| sender.try_send(event).is_ok());
        if kept && self.receivers.len() < RECEIVERS_LIMIT {
            self.receivers.push(sender);
        }
        receiver
    }

    fn readers(&self) -> Vec<ReaderState> {
        let state = |(reader, (atr, _)): (&ReaderId, &(Option<Vec<u8>>, u32))| ReaderState {
            reader: reader.clone(),
            atr: atr.clone(),
        };
        self.readers.iter().map(state).collect()
    }

    fn observe(&mut self, seen: Vec<Seen>) {
        let mut events = Vec::new();
        if self.service != Some(true) {
            self.service = Some(true);
            events.push(CardEvent::ServiceUp);
        }
        let gone: Vec<ReaderId> =
            self.readers.keys().filter(|known| !seen.iter().any(|now| now.reader == **known)).cloned().collect();
        gone.iter().for_each(|reader| self.forget(reader, &mut events));
        for now in seen {
            let before = match self.readers.get(&now.reader) {
                Some(before) => before.clone(),
                None => {
                    events.push(CardEvent::ReaderAdded(now.reader.clone()));
                    (None, now.count)
                }
            };
            match (&before.0, &now.atr) {
                (Some(old), Some(new)) if old == new && before.1 == now.count => {}
                (old, new) => {
                    if old.is_some() {
                        events.push(CardEvent::CardRemoved { reader: now.reader.clone() });
                    }
                    if let Some(atr) = new {
                        events.push(CardEvent::CardInserted { reader: now.reader.clone(), atr: atr.clone() });
                    }
                }
            }
            self.readers.insert(now.reader, (now.atr, now.count));
        }
        self.tell(&events);
    }

    fn service_down(&mut self) {
        if self.service == Some(false) {
            return;
        }
        let mut events = Vec::new();
        let readers: Vec<ReaderId> = self.readers.keys().cloned().collect();
        readers.iter().for_each(|reader| self.forget(reader, &mut events));
        self.service = Some(false);
        events.push(CardEvent::ServiceDown);
        self.tell(&events);
    }

    fn forget(&mut self, reader: &ReaderId, events: &mut Vec<CardEvent>) {
        if let Some((Some(_), _)) = self.readers.remove(reader) {
            events.push(CardEvent::CardRemoved { reader: reader.clone() });
        }
        events.push(CardEvent::ReaderRemoved(reader.clone()));
    }

    /// A receiver that does not take its events loses its connection: a removal must never be lost in silence.
    fn tell(&mut self, events: &[CardEvent]) {
        self.receivers.retain(|receiver| events.iter().all(|event| receiver.try_send(event.clone()).is_ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, atr: Option<&[u8]>, count: u32) -> Seen {
        Seen { reader: ReaderId(name.to_owned()), atr: atr.map(<[u8]>::to_vec), count }
    }

    fn names(receiver: &Receiver<CardEvent>) -> String {
        let letter = |event| match event {
            CardEvent::ReaderAdded(_) => 'A',
            CardEvent::ReaderRemoved(_) => 'R',
            CardEvent::CardInserted { .. } => 'i',
            CardEvent::CardRemoved { .. } => 'r',
            CardEvent::ServiceDown => 'D',
            CardEvent::ServiceUp => 'U',
        };
        receiver.try_iter().map(letter).collect()
    }

    #[test]
    fn a_card_that_was_there_before_is_told_to_everyone_who_comes() {
        let mut view = View::default();
        let early = view.subscribe();
        view.observe(vec![seen("one", Some(&[0x3B]), 1), seen("two", None, 0)]);
        let late = view.subscribe();
        assert_eq!(names(&early), "UAiA");
        assert_eq!(names(&late), "UAiA");
        view.observe(vec![seen("one", Some(&[0x3B]), 1), seen("two", None, 0)]);
        assert_eq!(names(&early), "");
    }

    #[test]
    fn a_card_exchanged_between_two_looks_is_a_removal_and_an_insertion() {
        let mut view = View::default();
        let events = view.subscribe();
        view.observe(vec![seen("one", Some(&[0x3B]), 1)]);
        view.observe(vec![seen("one", Some(&[0x3B]), 3)]);
        view.observe(vec![seen("one", None, 4)]);
        assert_eq!(names(&events), "UAirir");
    }

    #[test]
    fn a_service_that_goes_takes_cards_and_readers_with_it() {
        let mut view = View::default();
        let events = view.subscribe();
        view.observe(vec![seen("one", Some(&[0x3B]), 1)]);
        view.service_down();
        view.service_down();
        view.observe(vec![seen("one", Some(&[0x3B]), 1)]);
        view.observe(vec![]);
        assert_eq!(names(&events), "UAirRDUAirR");
    }

    #[test]
    fn a_receiver_that_sleeps_is_cut_off_rather_than_misled() {
        let mut view = View::default();
        let events = view.subscribe();
        for count in 0..400 {
            view.observe(vec![seen("one", Some(&[0x3B]), count)]);
        }
        assert_eq!(names(&events).len(), WAITING_EVENTS);
        assert_eq!(events.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
    }
}
