//! The command line and the headless host: the whole program with no window.
