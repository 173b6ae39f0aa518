//! Programs that block, run by turns on one thread: each on a stack of its own, put aside wherever it waits and taken up
//! again when the schedule says so. That is how the counter's blocking calls run inside a simulation as they are.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ptr::NonNull;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use kanta::http::{Request, Response};
use kanta_client::TransportError;

/// What an actor waits for.
pub enum Wait {
    /// So many microseconds to pass, or somebody to ring.
    Time(i64),
    /// The answer to a request.
    Answer(Request),
}

/// What ended the waiting.
pub enum Woken {
    /// The time is over, or somebody rang.
    Time,
    /// No answer came, or this one.
    Answer(Result<Response, TransportError>),
}

type Turn = Yielder<Woken, Wait>;

/// Room for one actor; unused pages cost nothing.
const STACK_BYTES: usize = 4 << 20;

thread_local! {
    /// Whose turn it is.
    static RUNNING: Cell<Option<NonNull<Turn>>> = const { Cell::new(None) };
}

/// A program that is run by turns.
pub struct Actor(Coroutine<Woken, Wait, (), DefaultStack>);

/// Stacks that are used again.
#[derive(Default)]
pub struct Stacks(Vec<DefaultStack>);

impl Stacks {
    fn take(&mut self) -> std::io::Result<DefaultStack> {
        self.0.pop().map_or_else(|| DefaultStack::new(STACK_BYTES), Ok)
    }
}

impl Actor {
    /// An actor that has not begun.
    pub fn new(stacks: &mut Stacks, program: impl FnOnce() + 'static) -> std::io::Result<Self> {
        let begin = move |turn: &Turn, _: Woken| {
            RUNNING.set(Some(NonNull::from(turn)));
            program();
        };
        Ok(Self(Coroutine::with_stack(stacks.take()?, begin)))
    }

    /// Lets it run until it waits; `None` when it has ended.
    pub fn run(&mut self, woken: Woken) -> Option<Wait> {
        match self.0.resume(woken) {
            CoroutineResult::Yield(wait) => Some(wait),
            CoroutineResult::Return(()) => None,
        }
    }

    /// Ends it where it waits: nothing of its program is carried out any more, only memory is freed.
    pub fn kill(mut self, stacks: &mut Stacks) {
        self.0.force_unwind();
        stacks.0.push(self.0.into_stack());
    }
}

/// Puts the running actor aside. To be called by an actor only; anybody else is told that the time is over.
pub fn wait(what: Wait) -> Woken {
    let Some(turn) = RUNNING.get() else { return Woken::Time };
    // SAFETY: `RUNNING` was set by the actor whose stack this call stands on, when it began or was taken up again, and no
    // other actor has run since: actors run one at a time on this thread, and each sets it before it goes on. Its yielder
    // lives as long as its stack.
    let woken = unsafe { turn.as_ref() }.suspend(what);
    RUNNING.set(Some(turn));
    woken
}

/// Waits for so many microseconds.
pub fn pause(micros: i64) {
    let _ = wait(Wait::Time(micros));
}
