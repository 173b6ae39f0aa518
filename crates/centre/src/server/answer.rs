//! One request: read within limits, answered by the core when it is its turn, and spoilt as a tester wishes.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use kanta::Issue;
use kanta::errors::Known;
use kanta::http::{Request, Response};
use tokio::sync::OwnedSemaphorePermit;

use super::House;
use super::body::Unread;
use super::twice::Again;
use crate::faults::{Fault, Faults};
use crate::store::Store;
use crate::{Caller, Exchange, exchange};

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
pub(super) struct Dropped;

impl<S: Store + 'static> House<S> {
    /// Answers one request of a caller. `again` makes the connection send the answer twice.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
        caller: Caller,
        again: Again,
    ) -> Result<hyper::Response<Full<Bytes>>, Dropped> {
        let (head, body) = request.into_parts();
        let text = |value: &hyper::header::HeaderValue| value.to_str().ok().map(str::to_owned);
        let mut asked = Request {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            headers: head.headers.iter().filter_map(|(n, v)| Some((n.as_str().to_owned(), text(v)?))).collect(),
            body: vec![],
        };
        let _room = match self.room.read(body, &self.limits).await {
            Ok(whole) => {
                asked.body = whole.bytes;
                whole.room
            }
            Err(Unread::TooLarge) => return Ok(self.refused(&asked, Known::DocumentTooLarge, true)),
            Err(Unread::NoRoom) => return Ok(self.refused(&asked, Known::Busy, true)),
            // Nobody is there to answer.
            Err(why) => {
                tracing::info!(path = asked.path, %why, "a message ended before it was whole; nothing of it was read");
                return Err(Dropped);
            }
        };
        let Some(turn) = self.turn().await else { return Ok(self.refused(&asked, Known::Busy, false)) };
        let house = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let answered = house.respond(&asked, &caller);
            // Also where the caller has gone meanwhile, it is over only now.
            drop(turn);
            answered
        });
        let (response, fault) = done.await.ok().flatten().ok_or(Dropped)?;
        match fault {
            Some(Fault::HoldAnswer) => hold(&self.faults).await,
            Some(Fault::DelayAnswer(time)) => tokio::time::sleep(time).await,
            Some(Fault::AnswerTwice) => again.set(),
            _ => {}
        }
        Ok(self.outgoing(response, false))
    }

    /// A turn at the core; none where too many wait, or one has waited too long.
    async fn turn(&self) -> Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let place = self.waiting.clone().try_acquire_owned().ok()?;
        let at_work = self.at_work.clone().acquire_owned();
        let at_work = tokio::time::timeout(self.limits.wait, at_work).await.ok()?.ok()?;
        Some((place, at_work))
    }

    fn refused(&self, asked: &Request, known: Known, close: bool) -> hyper::Response<Full<Bytes>> {
        tracing::warn!(path = asked.path, code = known.code(), "refused unread");
        self.outgoing(self.centre.refuse(asked, Issue::of(known), self.clock.now()), close)
    }

    /// The core's answer, or none where a fault drops it; and what is to be done with it. Blocks.
    fn respond(&self, asked: &Request, caller: &Caller) -> Option<(Response, Option<Fault>)> {
        let fault = if self.faults.any() { self.faults.strike(exchange(asked)) } else { None };
        match fault {
            Some(Fault::DropRequest) => return None,
            Some(Fault::Refuse(issue)) => return Some((self.centre.refuse(asked, issue, self.clock.now()), None)),
            _ => {}
        }
        if asked.method == "HEAD" {
            // Somebody asks whether the Centre is there: a question about nobody, and so nothing for the log.
            let here = Response { status: 204, headers: vec![], body: vec![] };
            return (fault != Some(Fault::DropAnswer)).then_some((here, fault));
        }
        fail_point::at!(CentreReceived);
        let stale = self.stale.read().unwrap_or_else(PoisonError::into_inner).clone();
        let response = match stale {
            Some(then) if exchange(asked).is_some_and(|exchange| exchange != Exchange::Store) => {
                self.centre.handle_seeing(then.as_ref(), asked, caller, self.clock.now())
            }
            _ => self.centre.handle(asked, caller, self.clock.now()),
        };
        fail_point::at!(CentreBeforeAnswer);
        tracing::info!(path = asked.path, status = response.status, "answered");
        (fault != Some(Fault::DropAnswer)).then_some((response, fault))
    }

    /// The answer with the Centre's own time in it, by which a workstation sees whether its clock is right.
    fn outgoing(&self, response: Response, close: bool) -> hyper::Response<Full<Bytes>> {
        let date = self.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut answer = hyper::Response::builder().status(response.status).header("date", date);
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
}

async fn hold(faults: &Faults) {
    /// Lets go also where the caller has gone while its answer was held.
    struct Held<'a>(&'a Faults);
    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.let_go();
        }
    }
    faults.hold();
    let held = Held(faults);
    while faults.still_holding() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(held);
}
