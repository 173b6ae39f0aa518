//! A whole pharmacy and a whole Centre on one machine, for demonstrations and tests.
