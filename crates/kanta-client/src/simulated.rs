//! A transport with no network: a function answers. Whole simulations and tests put a Centre's core behind it and let
//! it misbehave.

use kanta::http::{Request, Response};

use crate::{Transport, TransportError};

/// A transport that a function is.
pub struct Simulated<F>(F);

impl<F> Simulated<F>
where
    F: Fn(&Request) -> Result<Response, TransportError> + Send + Sync,
{
    /// A transport on that function.
    pub fn new(answer: F) -> Self {
        Self(answer)
    }
}

impl<F> Transport for Simulated<F>
where
    F: Fn(&Request) -> Result<Response, TransportError> + Send + Sync,
{
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (self.0)(request)
    }
}
