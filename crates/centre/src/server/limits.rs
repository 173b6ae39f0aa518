//! How much of everything a caller may use: connections, time, memory, and the core's work.

use std::time::Duration;

/// Limits on what callers may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once that have not shown a certificate; the oldest makes room for a further one.
    pub unproven: usize,
    /// Connections at once that have; further ones are closed.
    pub connections: usize,
    /// Of those, with one certificate.
    pub connections_of_one: usize,
    /// For the handshake, for the headers of each request, and between two requests.
    pub header: Duration,
    /// For the body of each request, whatever its size.
    pub body: Duration,
    /// For a body of which nothing comes …
    pub body_pause: Duration,
    /// … and the slowest at which it may come, in bytes a second over all of it.
    pub body_bytes_a_second: u32,
    /// Memory for all bodies at once, in bytes.
    pub bodies: usize,
    /// Requests that the core works on at once; each has a thread.
    pub at_work: usize,
    /// Requests that may wait for that; further ones are refused as busy.
    pub waiting: usize,
    /// How long they wait before they are refused too.
    pub wait: Duration,
    /// How long a connection may last: afterwards the caller shows its certificate anew.
    pub connection: Duration,
    /// For what a caller whose handshake failed still sends, so that it can read why.
    pub farewell: Duration,
    /// For requests under way when the Centre stops.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            unproven: 1024,
            connections: 2048,
            connections_of_one: 64,
            header: Duration::from_secs(10),
            body: Duration::from_secs(60),
            body_pause: Duration::from_secs(5),
            body_bytes_a_second: 16 * 1024,
            bodies: 256 * 1024 * 1024,
            at_work: 16,
            waiting: 256,
            wait: Duration::from_secs(10),
            connection: Duration::from_secs(600),
            farewell: Duration::from_secs(1),
            stop: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// How long a body may take of which so much has come.
    pub(super) fn patience(&self, come: usize) -> Duration {
        let bought = Duration::from_secs(come as u64 / u64::from(self.body_bytes_a_second.max(1)));
        self.body_pause.saturating_add(bought).min(self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_come_buys_time_and_never_more_than_the_limit() {
        let limits = Limits { body_bytes_a_second: 1000, body_pause: Duration::from_secs(5), ..Limits::default() };
        assert_eq!(limits.patience(0), Duration::from_secs(5));
        assert_eq!(limits.patience(3000), Duration::from_secs(8));
        assert_eq!(limits.patience(usize::MAX), limits.body);
    }
}
