//! The Pharmaceutical Database: packages, search, substitution.
