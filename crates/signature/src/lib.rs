//! XML signatures over bytes: sign with any signer, verify, and say what was covered.
