//! Certificates: chains, revocation, and what a certificate says of its holder.
