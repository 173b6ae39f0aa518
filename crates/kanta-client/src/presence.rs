//! Whether the Prescription Centre is there: one request without a body, a question about nobody, that asks for nothing. It
//! tells a person at the counter which link of the chain is broken before anybody waits for an answer that matters.

use chrono::{DateTime, Utc};
use kanta::http::Request;

use crate::{CentreClient, Transport, TransportError};

/// What the Centre's presence showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// HTTP status code.
    pub status: u16,
    /// The Centre's own time (`Date`), to the second, where it told one.
    pub date: Option<DateTime<Utc>>,
}

impl Presence {
    /// The code of the table of errors that the answer amounts to; nothing where the Centre takes requests. A status below
    /// 500 is the answer of a Centre that works, whatever it thinks of the question.
    pub fn refusal(&self) -> Option<&'static str> {
        match self.status {
            503 => Some(kanta::errors::Known::Busy.code()),
            500.. => Some(kanta::errors::Known::Unavailable.code()),
            _ => None,
        }
    }
}

impl<T: Transport> CentreClient<T> {
    /// Asks whether the Centre is there, by HEAD of a path.
    pub fn presence(&self, path: &str) -> Result<Presence, TransportError> {
        let request =
            Request { method: "HEAD".to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() };
        let answer = self.transport().exchange(&request)?;
        let date = answer.header("date").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        Ok(Presence { status: answer.status, date: date.map(|date| date.to_utc()) })
    }
}

#[cfg(test)]
mod tests {
    use kanta::http::Response;

    use super::*;

    struct Says(u16, &'static str);

    impl Transport for Says {
        fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
            assert!(request.method == "HEAD" && request.body.is_empty() && request.headers.is_empty());
            Ok(Response { status: self.0, headers: vec![("Date".into(), self.1.into())], body: vec![] })
        }
    }

    #[test]
    fn a_presence_tells_the_centres_time_and_whether_it_takes_requests() {
        let of = |status, date| CentreClient::new(Says(status, date)).presence("/").unwrap();
        let good = of(200, "Sun, 22 Nov 2026 08:42:05 GMT");
        assert_eq!(good.date.unwrap().to_rfc3339(), "2026-11-22T08:42:05+00:00");
        assert_eq!((good.refusal(), of(404, "").refusal()), (None, None));
        assert_eq!((of(503, "").refusal(), of(500, "").refusal()), (Some("TSK-busy"), Some("TSK-unavailable")));
        assert_eq!(of(200, "soon").date, None);
    }
}
