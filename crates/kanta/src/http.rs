//! An HTTP request and its response as plain values, so that the same messages travel over TLS, through a simulation or
//! straight into the Centre's core. Methods and paths are what [`crate::identifiers`] says; a transport adds the host.

use std::fmt;

/// A request without its host.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST` in every exchange so far.
    pub method: String,
    /// From the root, without host: `/baseR4/…`.
    pub path: String,
    /// Names and values; names compare without regard to case.
    pub headers: Vec<(String, String)>,
    /// The message.
    pub body: Vec<u8>,
}

/// The answer to a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Names and values; names compare without regard to case.
    pub headers: Vec<(String, String)>,
    /// The message.
    pub body: Vec<u8>,
}

impl Request {
    /// A request with the method POST.
    pub fn post(path: impl Into<String>, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { method: "POST".to_owned(), path: path.into(), headers, body }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Response {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

// A message is full of people: a debug print shows its size and never its content.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {}, {} bytes)", self.method, self.path, self.body.len())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({}, {} bytes)", self.status, self.body.len())
    }
}
