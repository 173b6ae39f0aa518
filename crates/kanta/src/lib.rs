//! The messages between a pharmacy and the Prescription Centre. Bytes in, bytes out.
