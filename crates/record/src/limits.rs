//! The limits on everything that can grow, in one place. A value beyond one is refused before it reaches the file.

/// The largest payload of one event, in bytes of its JSON text.
pub const LIMIT_PAYLOAD_BYTES: usize = 256 * 1024;
/// The largest document, in bytes: the limit of one Kanta document in this program.
pub const LIMIT_DOCUMENT_BYTES: usize = 1024 * 1024;
/// The largest answer of the Centre that is kept, in bytes.
pub const LIMIT_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// The most events of one batch.
pub const LIMIT_BATCH_EVENTS: usize = 256;
/// The most documents of one batch, and of one question for what is due.
pub const LIMIT_BATCH_DOCUMENTS: usize = 64;
/// The longest name of a kind, an actor, a document, a code or a way of settling, in bytes.
pub const LIMIT_NAME_BYTES: usize = 256;
/// The longest note with which a person settles a document, in bytes.
pub const LIMIT_NOTE_BYTES: usize = 4 * 1024;
/// The most prescriptions that are in hand at a time: as many as one answer of the Centre lists.
pub const LIMIT_IN_HAND: usize = 1_000;
/// The longest sentence that is kept with a refusal, in bytes; a longer one is cut and ends in `…`, because the
/// refusal itself must never be lost for its text.
pub const LIMIT_SENTENCE_BYTES: usize = 8 * 1024;
/// The most rows of one listing.
pub const LIMIT_LISTING: usize = 10_000;
/// The rows of one listing when the caller names no limit.
pub const DEFAULT_LISTING: usize = 1_000;
/// The most events and documents that one erasure may name.
pub const LIMIT_ERASURE: usize = 10_000;
