//! Kanta's documents: CDA R2 to the types of the trade and back.
