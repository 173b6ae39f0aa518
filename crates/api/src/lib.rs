//! The catalogue of what can be asked of the program.
