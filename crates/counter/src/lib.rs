//! Sessions, visits, checks before signing, signing, hand-over.
