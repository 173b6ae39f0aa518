//! The Prescription Centre: a complete local one, for testing.
