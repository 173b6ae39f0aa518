//! What there is, and what can happen to it.

/// Where a document stands at its workstation: `record::OutboxState`, and before it was saved. *Conflicting* is left out: it
/// is accepted with a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    /// Not saved yet.
    Unsaved,
    /// Saved, to be sent.
    Waiting,
    /// Handed to a sender.
    Sending,
    /// The Centre has it.
    Accepted,
    /// A person must act.
    Refused,
    /// A person has acted.
    Settled,
}

impl Row {
    /// Whether it holds later documents of its prescription (`OutboxState::is_open`).
    pub fn is_open(self) -> bool {
        matches!(self, Row::Waiting | Row::Sending | Row::Refused)
    }
}

/// One document, everywhere. Identities are bits: the first is that of the document, the second one exists only where the
/// protocol is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Paper {
    /// As the program sees it.
    pub row: Row,
    /// As it is on the disk.
    pub disk: Row,
    /// The pharmacist was told that it is saved.
    pub told_saved: bool,
    /// The pharmacist was told that the Centre has it.
    pub told_accepted: bool,
    /// A person has settled it.
    pub by_a_person: bool,
    /// A sender has it whose lease holds.
    pub sender: bool,
    /// One has it whose lease is over.
    pub late_sender: bool,
    /// Identities that are on their way to the Centre.
    pub requests: u8,
    /// A yes is on its way back.
    pub yes: bool,
    /// A no is on its way back.
    pub no: bool,
    /// Identities under which the Centre has it, as it sees it.
    pub held: u8,
    /// Those on its disk.
    pub stored: u8,
    /// How many identities it was sent under.
    pub identities: u8,
}

impl Paper {
    pub(crate) const NEW: Paper = Paper {
        row: Row::Unsaved,
        disk: Row::Unsaved,
        told_saved: false,
        told_accepted: false,
        by_a_person: false,
        sender: false,
        late_sender: false,
        requests: 0,
        yes: false,
        no: false,
        held: 0,
        stored: 0,
        identities: 0,
    };

    /// Nobody waits for an answer any more: what is on its way back is nobody's.
    pub(crate) fn tidy(&mut self) {
        if !self.sender && !self.late_sender {
            (self.yes, self.no) = (false, false);
        }
    }
}

/// All documents.
pub type State = Vec<Paper>;

/// What can happen. The number is the document's, or the workstation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A document is saved.
    Save(usize),
    /// A document is handed to a sender, which sends it.
    HandOut(usize),
    /// A sender without an answer gives up; whether it is the late one.
    GiveUp(usize, bool),
    /// A message with this identity arrives at the Centre, which takes it or has it already.
    Arrive(usize, u8),
    /// A message arrives, and the Centre refuses it.
    ArriveRefused(usize, u8),
    /// A message is lost on its way.
    LoseRequest(usize, u8),
    /// An answer is lost on its way; whether it is the yes.
    LoseAnswer(usize, bool),
    /// A sender hears yes; whether it is the late one.
    Hear(usize, bool),
    /// A sender hears no; whether it is the late one.
    HearNo(usize, bool),
    /// A person has it sent again.
    Resend(usize),
    /// A person settles it.
    Settle(usize),
    /// The Centre is asked whether it has it.
    Ask(usize),
    /// The workstation's program dies, and starts again.
    Crash(usize),
    /// The Centre dies, and starts again.
    CentreCrash,
    /// The disk writes by itself what it was not told to write at once.
    DiskWrites(usize),
    /// The same at the Centre.
    CentreDiskWrites(usize),
}
