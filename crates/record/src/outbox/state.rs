//! The life of a document in the outbox, as a table of what may happen in which state.
//!
//! It serves promise 3: from *refused* only a person leads on, and nothing leads out of *accepted*. The same table
//! decides the live steps and replays the journal for the verifier.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::journal::kinds;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutboxState {
    /// Saved, to be sent.
    Waiting,
    /// Handed to a sender, for the time of a lease.
    Sending,
    /// The Centre has it.
    Accepted,
    /// The Centre has it, although something happened meanwhile with which it conflicts; a person must act.
    Conflicting,
    /// The Centre does not take it; a person must act.
    Refused,
    /// The Centre did not take it, or has it in conflict, and a person has settled it; or a release that the program no
    /// longer sends.
    Settled,
}

impl OutboxState {
    /// Every state.
    pub const ALL: [OutboxState; 6] = [
        OutboxState::Waiting,
        OutboxState::Sending,
        OutboxState::Accepted,
        OutboxState::Conflicting,
        OutboxState::Refused,
        OutboxState::Settled,
    ];

    /// The stable word for programs, which is also the file's.
    pub fn as_str(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Sending => "sending",
            OutboxState::Accepted => "accepted",
            OutboxState::Conflicting => "conflicting",
            OutboxState::Refused => "refused",
            OutboxState::Settled => "settled",
        }
    }

    /// Whether the Centre's yes is still to come: an open document holds later ones of its prescription.
    pub fn is_open(self) -> bool {
        matches!(self, OutboxState::Waiting | OutboxState::Sending | OutboxState::Refused)
    }

    /// Whether a person must act.
    pub fn wants_a_person(self) -> bool {
        matches!(self, OutboxState::Refused | OutboxState::Conflicting)
    }

    /// The state of the file's word.
    pub(crate) fn from_word(word: &str) -> Option<OutboxState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl fmt::Display for OutboxState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can happen to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    /// It was handed to a sender.
    Leased,
    /// The program that was sending it had died.
    Released,
    /// An attempt failed.
    AttemptFailed,
    /// The Centre accepted it.
    Accepted,
    /// The Centre accepted it in conflict.
    AcceptedInConflict,
    /// The Centre refused it.
    Refused,
    /// A person has it sent again.
    Resent,
    /// A person has settled it.
    Settled,
    /// The program no longer sends it.
    Withdrawn,
}

impl Happening {
    /// Everything that can happen.
    pub(crate) const ALL: [Happening; 9] = [
        Happening::Leased,
        Happening::Released,
        Happening::AttemptFailed,
        Happening::Accepted,
        Happening::AcceptedInConflict,
        Happening::Refused,
        Happening::Resent,
        Happening::Settled,
        Happening::Withdrawn,
    ];

    /// The kind of its event.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Happening::Leased => kinds::SENDING,
            Happening::Released => kinds::RELEASED,
            Happening::AttemptFailed => kinds::ATTEMPT_FAILED,
            Happening::Accepted => kinds::ACCEPTED,
            Happening::AcceptedInConflict => kinds::ACCEPTED_IN_CONFLICT,
            Happening::Refused => kinds::REFUSED,
            Happening::Resent => kinds::RESENT,
            Happening::Settled => kinds::SETTLED,
            Happening::Withdrawn => kinds::WITHDRAWN,
        }
    }

    /// What a kind of event tells of.
    pub(crate) fn from_kind(kind: &str) -> Option<Happening> {
        Self::ALL.into_iter().find(|happening| happening.kind() == kind)
    }
}

/// What a happening leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// To this state, with an event.
    To(OutboxState),
    /// To nothing new: it was so before, or it came too late to count.
    Same,
    /// It cannot happen in this state.
    Never,
}

/// The table.
///
/// An acceptance counts whenever it comes, even after a refusal or a settlement: that the Centre has the document
/// is a fact, and a person must see it. A failed attempt or a refusal of a sender that was slower than its lease
/// does not undo what came before it. Only a release is ever withdrawn; whoever withdraws sees to that.
pub(crate) fn after(state: OutboxState, happening: Happening) -> Next {
    use OutboxState::{Accepted, Conflicting, Refused, Sending, Settled, Waiting};
    match (happening, state) {
        (Happening::Leased, Waiting | Sending) => Next::To(Sending),
        (Happening::Leased, Accepted | Conflicting | Refused | Settled) => Next::Never,
        (Happening::Released, Sending) => Next::To(Waiting),
        (Happening::Released, _) => Next::Same,
        (Happening::AttemptFailed, Waiting | Sending) => Next::To(Waiting),
        (Happening::AttemptFailed, Accepted | Conflicting | Refused | Settled) => Next::Same,
        (Happening::Accepted, Waiting | Sending | Refused | Settled) => Next::To(Accepted),
        (Happening::AcceptedInConflict, Waiting | Sending | Refused | Settled) => Next::To(Conflicting),
        (Happening::Accepted | Happening::AcceptedInConflict, Accepted | Conflicting) => Next::Same,
        (Happening::Refused, Waiting | Sending) => Next::To(Refused),
        (Happening::Refused, Refused | Settled) => Next::Same,
        (Happening::Refused, Accepted | Conflicting) => Next::Never,
        (Happening::Resent, Refused) => Next::To(Waiting),
        (Happening::Resent, Waiting | Sending) => Next::Same,
        (Happening::Resent, Accepted | Conflicting | Settled) => Next::Never,
        (Happening::Settled, Refused | Conflicting) => Next::To(Settled),
        (Happening::Settled, Settled) => Next::Same,
        (Happening::Settled, Waiting | Sending | Accepted) => Next::Never,
        (Happening::Withdrawn, Waiting | Sending | Refused) => Next::To(Settled),
        (Happening::Withdrawn, Accepted | Conflicting | Settled) => Next::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_accepted() {
        for happening in Happening::ALL {
            assert!(!matches!(after(OutboxState::Accepted, happening), Next::To(_)), "{happening:?}");
        }
    }

    #[test]
    fn only_a_person_or_the_centres_acceptance_leads_out_of_refused() {
        use Happening::{Accepted, AcceptedInConflict, Resent, Settled, Withdrawn};
        for happening in Happening::ALL {
            let leads = matches!(after(OutboxState::Refused, happening), Next::To(_));
            // A withdrawal is of a release alone.
            let may = matches!(happening, Resent | Settled | Accepted | AcceptedInConflict | Withdrawn);
            assert_eq!(leads, may, "{happening:?}");
        }
    }

    #[test]
    fn only_a_person_leads_out_of_a_conflict() {
        for happening in Happening::ALL {
            let leads = matches!(after(OutboxState::Conflicting, happening), Next::To(_));
            assert_eq!(leads, happening == Happening::Settled, "{happening:?}");
        }
    }

    #[test]
    fn an_acceptance_always_counts() {
        for state in OutboxState::ALL {
            assert_ne!(after(state, Happening::Accepted), Next::Never, "{state}");
            assert_ne!(after(state, Happening::AcceptedInConflict), Next::Never, "{state}");
        }
    }

    #[test]
    fn words_and_kinds_lead_back() {
        for state in OutboxState::ALL {
            assert_eq!(OutboxState::from_word(state.as_str()), Some(state));
        }
        for happening in Happening::ALL {
            assert_eq!(Happening::from_kind(happening.kind()), Some(happening));
        }
        assert_eq!(OutboxState::from_word("lost"), None);
    }
}
