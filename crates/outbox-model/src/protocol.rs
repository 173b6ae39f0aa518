//! The protocol: which step can happen when, what it leads to, and what must always hold.

use stateright::{Model, Property};

use crate::steps::{Paper, Row, State, Step};

/// A document of the model: whose, and of which prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// The workstation that makes it.
    pub workstation: usize,
    /// Its prescription.
    pub prescription: usize,
}

/// Something that is done wrongly on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The record says "saved" before its disk has it.
    ForgetsTheFlush,
    /// Each try has an identity of its own.
    NewIdentityOnResend,
    /// The Centre answers before its disk has the document.
    CentreAnswersBeforeCommit,
    /// The Centre does not know a document again.
    CentreForgetsIdentities,
    /// A later document of a prescription does not wait for an earlier one.
    Overtakes,
    /// A sender's no counts after its lease is over.
    LateWordCounts,
    /// A document waits for later ones of its prescription too.
    WaitsForLater,
    /// What is tried in vain is put aside without a person.
    SettlesByItself,
}

/// The model.
#[derive(Debug, Clone)]
pub struct Outbox {
    /// The documents, in the order in which they are saved.
    pub documents: Vec<Document>,
    /// What is done wrongly.
    pub bug: Option<Bug>,
}

/// The names of what must always hold.
pub const PROPERTIES: [&str; 7] = [
    "what was called saved is there",
    "no document is stored twice",
    "what was called accepted is stored",
    "documents of a prescription go in order",
    "what a sender has is nobody else's",
    "nothing is settled but by a person",
    "without further faults everything is settled",
];

impl Outbox {
    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Earlier documents of the same prescription at the same workstation.
    fn earlier(&self, number: usize) -> impl Iterator<Item = usize> + '_ {
        let own = self.documents.get(number).copied();
        let same = move |(at, one): (usize, &Document)| (at < number && own == Some(*one)).then_some(at);
        self.documents.iter().enumerate().filter_map(same)
    }

    fn row(state: &State, number: usize) -> Row {
        state.get(number).map_or(Row::Unsaved, |paper| paper.row)
    }

    /// Whether no earlier document of its prescription is open (`record::outbox`, `FIRST_OPEN`).
    fn is_first_open(&self, state: &State, number: usize) -> bool {
        if self.is(Bug::WaitsForLater) {
            let same = |(at, one): (usize, &Document)| at != number && self.documents.get(number) == Some(one);
            let mut all = self.documents.iter().enumerate();
            return !all.any(|(at, one)| same((at, one)) && Self::row(state, at).is_open());
        }
        self.is(Bug::Overtakes) || !self.earlier(number).any(|earlier| Self::row(state, earlier).is_open())
    }

    /// The program writes a row; it is on the disk before anything else happens.
    fn write(&self, paper: &mut Paper, row: Row) {
        paper.row = row;
        if !self.is(Bug::ForgetsTheFlush) {
            paper.disk = row;
        }
    }

    /// Whether a document can be handed out: it waits, or its lease is over while its sender is still out.
    fn may_hand_out(&self, state: &State, number: usize, paper: &Paper) -> bool {
        let due = match paper.row {
            Row::Waiting => true,
            // Not more than one late sender at a time: the model would not end.
            Row::Sending => !paper.late_sender,
            _ => false,
        };
        due && self.is_first_open(state, number)
    }

    /// What can happen to one document.
    fn steps_of(&self, state: &State, number: usize, paper: &Paper, steps: &mut Vec<Step>) {
        let saved_before = (0..number).all(|earlier| {
            self.documents.get(earlier).map(|one| one.workstation)
                != self.documents.get(number).map(|one| one.workstation)
                || Self::row(state, earlier) != Row::Unsaved
        });
        if paper.row == Row::Unsaved && !paper.told_saved && saved_before {
            steps.push(Step::Save(number));
        }
        if self.may_hand_out(state, number, paper) {
            steps.push(Step::HandOut(number));
        }
        for (is_there, late) in [(paper.sender, false), (paper.late_sender, true)] {
            if is_there {
                steps.push(Step::GiveUp(number, late));
                if paper.yes {
                    steps.push(Step::Hear(number, late));
                }
                if paper.no {
                    steps.push(Step::HearNo(number, late));
                }
            }
        }
        for identity in [1, 2] {
            if paper.requests & identity != 0 {
                steps.push(Step::Arrive(number, identity));
                if paper.held & identity == 0 {
                    steps.push(Step::ArriveRefused(number, identity));
                }
                steps.push(Step::LoseRequest(number, identity));
            }
        }
        for (is_there, yes) in [(paper.yes, true), (paper.no, false)] {
            if is_there {
                steps.push(Step::LoseAnswer(number, yes));
            }
        }
        if paper.row == Row::Refused {
            steps.extend([Step::Resend(number), Step::Settle(number)]);
        }
        if matches!(paper.row, Row::Refused | Row::Settled) && paper.held != 0 {
            steps.push(Step::Ask(number));
        }
        if paper.row != paper.disk {
            steps.push(Step::DiskWrites(number));
        }
        if paper.held != paper.stored {
            steps.push(Step::CentreDiskWrites(number));
        }
    }

    /// What a step on one document leads to.
    fn act(&self, paper: &mut Paper, step: Step) {
        match step {
            Step::Save(_) => {
                self.write(paper, Row::Waiting);
                paper.told_saved = true;
            }
            Step::HandOut(_) => {
                // Another handing-out while the first is out: the lease is over, and its sender's word no longer counts.
                paper.late_sender |= paper.sender;
                paper.sender = true;
                self.write(paper, Row::Sending);
                let identity = if self.is(Bug::NewIdentityOnResend) && paper.identities > 0 { 2 } else { 1 };
                paper.identities |= identity;
                paper.requests |= identity;
            }
            Step::GiveUp(_, false) => {
                paper.sender = false;
                self.write(paper, if self.is(Bug::SettlesByItself) { Row::Settled } else { Row::Waiting });
            }
            Step::GiveUp(_, true) => paper.late_sender = false,
            Step::Arrive(_, identity) => {
                let known = if self.is(Bug::CentreForgetsIdentities) { 0 } else { paper.held };
                // A document that is stored anew although it was there lies there twice: the second bit says so.
                paper.held |= if known & identity == 0 && paper.held & identity != 0 { 2 } else { identity };
                if !self.is(Bug::CentreAnswersBeforeCommit) {
                    paper.stored = paper.held;
                }
                paper.yes = true;
            }
            Step::ArriveRefused(..) => paper.no = true,
            Step::LoseRequest(_, identity) => paper.requests &= !identity,
            Step::LoseAnswer(_, true) => paper.yes = false,
            Step::LoseAnswer(_, false) => paper.no = false,
            Step::Hear(_, late) => {
                paper.yes = false;
                Self::leaves(paper, late);
                // That the Centre has it counts whoever says so, and nothing leads out of it.
                self.write(paper, Row::Accepted);
                paper.told_accepted = true;
            }
            Step::HearNo(_, late) => {
                paper.no = false;
                Self::leaves(paper, late);
                let counts = !late || (self.is(Bug::LateWordCounts) && paper.row == Row::Sending);
                if counts && paper.row == Row::Sending {
                    self.write(paper, Row::Refused);
                }
            }
            Step::Resend(_) => self.write(paper, Row::Waiting),
            Step::Settle(_) => {
                paper.by_a_person = true;
                self.write(paper, Row::Settled);
            }
            Step::Ask(_) => {
                self.write(paper, Row::Accepted);
                paper.told_accepted = true;
            }
            Step::DiskWrites(_) => paper.disk = paper.row,
            Step::CentreDiskWrites(_) => paper.stored = paper.held,
            Step::Crash(_) => {
                (paper.sender, paper.late_sender) = (false, false);
                paper.row = paper.disk;
                if paper.row == Row::Sending {
                    (paper.row, paper.disk) = (Row::Waiting, Row::Waiting);
                }
            }
            Step::CentreCrash => paper.held = paper.stored,
        }
        // Once the Centre's yes was noted, a sender that is still out tells nothing that counts.
        if matches!(paper.row, Row::Accepted) {
            (paper.sender, paper.late_sender) = (false, paper.sender || paper.late_sender);
        }
        paper.tidy();
    }

    fn leaves(paper: &mut Paper, late: bool) {
        match late {
            true => paper.late_sender = false,
            false => paper.sender = false,
        }
    }

    /// Whether nothing is left to do, and everybody knows the same.
    fn is_settled(state: &State) -> bool {
        state.iter().all(|paper| match paper.row {
            Row::Accepted => paper.stored != 0,
            Row::Settled => true,
            _ => false,
        })
    }

    /// A course without faults from here: what is on its way arrives, what is refused a person looks at, everything is saved
    /// and sent. Where it ends is what the property is about.
    fn quiet_course(&self, from: &State) -> State {
        let mut state = from.clone();
        for _ in 0..40 * state.len() {
            if Self::is_settled(&state) {
                break;
            }
            let mut steps = Vec::new();
            self.actions(&state, &mut steps);
            let rank = |step: &Step| match step {
                Step::Hear(..) => 0,
                Step::Arrive(..) => 1,
                Step::HearNo(..) => 2,
                Step::Ask(_) => 3,
                Step::Resend(_) => 4,
                Step::GiveUp(..) => 5,
                // A lease whose sender is still out ends by time only.
                Step::HandOut(number) if state.get(*number).is_some_and(|paper| !paper.sender) => 6,
                Step::Save(_) => 7,
                _ => 99,
            };
            // What has arrived need not arrive again for a sender that has its answer.
            let useful = |step: &&Step| match step {
                Step::Arrive(number, _) => {
                    state.get(*number).is_some_and(|paper| (paper.sender || paper.late_sender) && !paper.yes)
                }
                step => rank(step) < 99,
            };
            let Some(step) = steps.iter().filter(useful).min_by_key(|step| rank(step)) else { break };
            let Some(next) = self.next_state(&state, *step) else { break };
            state = next;
        }
        state
    }
}

impl Model for Outbox {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![vec![Paper::NEW; self.documents.len()]]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (number, paper) in state.iter().enumerate() {
            self.steps_of(state, number, paper, steps);
        }
        let workstations = self.documents.iter().map(|one| one.workstation + 1).max().unwrap_or_default();
        steps.extend((0..workstations).map(Step::Crash));
        steps.push(Step::CentreCrash);
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Crash(workstation) => {
                for (paper, document) in state.iter_mut().zip(&self.documents) {
                    if document.workstation == workstation {
                        self.act(paper, step);
                    }
                }
            }
            Step::CentreCrash => state.iter_mut().for_each(|paper| self.act(paper, step)),
            Step::Save(number)
            | Step::HandOut(number)
            | Step::GiveUp(number, _)
            | Step::Arrive(number, _)
            | Step::ArriveRefused(number, _)
            | Step::LoseRequest(number, _)
            | Step::LoseAnswer(number, _)
            | Step::Hear(number, _)
            | Step::HearNo(number, _)
            | Step::Resend(number)
            | Step::Settle(number)
            | Step::Ask(number)
            | Step::DiskWrites(number)
            | Step::CentreDiskWrites(number) => self.act(state.get_mut(number)?, step),
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let [saved, once, accepted, order, one_sender, person, settled] = PROPERTIES;
        vec![
            Property::always(saved, |_, state: &State| {
                state.iter().all(|paper| !paper.told_saved || paper.row != Row::Unsaved)
            }),
            Property::always(once, |_, state: &State| state.iter().all(|paper| paper.held != 3)),
            Property::always(accepted, |_, state: &State| {
                state.iter().all(|paper| (!paper.told_accepted && paper.row != Row::Accepted) || paper.stored != 0)
            }),
            Property::always(order, |model: &Self, state: &State| {
                state.iter().enumerate().all(|(number, paper)| {
                    // An earlier one that the Centre does not have was settled by a person.
                    paper.held == 0
                        || model.earlier(number).all(|earlier| {
                            state.get(earlier).is_some_and(|one| one.held != 0 || one.row == Row::Settled)
                        })
                })
            }),
            Property::always(one_sender, |_, state: &State| {
                state.iter().all(|paper| !paper.sender || paper.row == Row::Sending)
            }),
            Property::always(person, |_, state: &State| {
                state.iter().all(|paper| paper.row != Row::Settled || paper.by_a_person)
            }),
            Property::always(settled, |model: &Self, state: &State| Self::is_settled(&model.quiet_course(state))),
        ]
    }
}
