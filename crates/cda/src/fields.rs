//! Field codes.
