//! The way to the Prescription Centre: a transport, over TLS or simulated.
