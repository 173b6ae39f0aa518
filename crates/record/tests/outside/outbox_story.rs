//! The outbox against a model, by stories of chance: whatever senders, the Centre, persons and restarts do, in
//! whatever order, no document is lost, none overtakes another of its prescription, and the journal tells it all.

use std::collections::BTreeMap;

use proptest::prelude::*;
use record::OutboxState::{Accepted, Conflicting, Refused, Sending, Settled, Waiting};
use record::{OutboxState, Record};

use crate::support::{Room, at, dispensation, document, oid};

#[derive(Debug, Clone, Copy)]
enum Step {
    Save,
    Due { limit: usize },
    Failed(usize),
    Accepted(usize),
    InConflict(usize),
    Refused(usize),
    Resend(usize),
    Settle(usize),
    Restart,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0usize..8;
    prop_oneof![
        3 => Just(Step::Save),
        4 => (0usize..4).prop_map(|limit| Step::Due { limit }),
        2 => which.clone().prop_map(Step::Failed),
        3 => which.clone().prop_map(Step::Accepted),
        1 => which.clone().prop_map(Step::InConflict),
        2 => which.clone().prop_map(Step::Refused),
        1 => which.clone().prop_map(Step::Resend),
        1 => which.prop_map(Step::Settle),
        1 => Just(Step::Restart),
        2 => (1i64..200).prop_map(Step::Wait),
    ]
}

/// What the model knows of a document: a plain map, written a second time and independently of the table in the code.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    prescription: usize,
    state: OutboxState,
    not_before: i64,
}

fn run(steps: &[Step]) {
    let room = Room::new();
    let mut record: Record = room.open();
    let mut model: BTreeMap<usize, Known> = BTreeMap::new();
    let mut now = 10;
    for step in steps {
        let count = model.len();
        let pick = |which: &usize| (count > 0).then(|| which % count.max(1));
        match step {
            Step::Save => {
                let prescription = count % 3;
                record.commit(dispensation(&count.to_string(), &prescription.to_string())).unwrap();
                model.insert(count, Known { prescription, state: Waiting, not_before: i64::MIN });
            }
            Step::Due { limit } => {
                let due = record.due(at(now), *limit).unwrap();
                let expected: Vec<usize> = model
                    .iter()
                    .filter(|(_, known)| matches!(known.state, Waiting | Sending) && known.not_before <= now)
                    .filter(|(id, known)| {
                        !model.iter().any(|(earlier, other)| {
                            earlier < id
                                && other.prescription == known.prescription
                                && matches!(other.state, Waiting | Sending | Refused)
                        })
                    })
                    .map(|(id, _)| *id)
                    .take(*limit)
                    .collect();
                let found: Vec<String> = due.iter().map(|due| due.item.document_id.clone()).collect();
                let wanted: Vec<String> = expected.iter().map(|id| oid(&id.to_string())).collect();
                assert_eq!(found, wanted);
                for (due, id) in due.iter().zip(&expected) {
                    assert_eq!(due.bytes, document(&id.to_string(), "0").bytes);
                    let known = model.get_mut(id).unwrap();
                    known.state = Sending;
                    known.not_before = now + 120;
                }
            }
            Step::Failed(which) => {
                let Some(id) = pick(which) else { continue };
                record.attempt_failed(&oid(&id.to_string()), "no-connection", at(now + 50), at(now)).unwrap();
                let known = model.get_mut(&id).unwrap();
                if matches!(known.state, Waiting | Sending) {
                    known.state = Waiting;
                    known.not_before = now + 50;
                }
            }
            Step::Accepted(which) => {
                let Some(id) = pick(which) else { continue };
                record.accepted(&oid(&id.to_string()), b"answer", at(now)).unwrap();
                let known = model.get_mut(&id).unwrap();
                known.state = if known.state == Conflicting { Conflicting } else { Accepted };
            }
            Step::InConflict(which) => {
                let Some(id) = pick(which) else { continue };
                let codes = vec!["late-cancelled".to_owned()];
                record.accepted_in_conflict(&oid(&id.to_string()), b"answer", codes, at(now)).unwrap();
                let known = model.get_mut(&id).unwrap();
                known.state = if known.state == Accepted { Accepted } else { Conflicting };
            }
            Step::Refused(which) => {
                let Some(id) = pick(which) else { continue };
                let outcome = record.refused(&oid(&id.to_string()), "DI-7b", "ei", at(now));
                let known = model.get_mut(&id).unwrap();
                assert_eq!(outcome.is_err(), matches!(known.state, Accepted | Conflicting));
                if matches!(known.state, Waiting | Sending) {
                    known.state = Refused;
                }
            }
            Step::Resend(which) => {
                let Some(id) = pick(which) else { continue };
                let outcome = record.resend(&oid(&id.to_string()), "12345678903", at(now));
                let known = model.get_mut(&id).unwrap();
                assert_eq!(outcome.is_err(), matches!(known.state, Accepted | Conflicting | Settled));
                if known.state == Refused {
                    known.state = Waiting;
                    known.not_before = i64::MIN;
                }
            }
            Step::Settle(which) => {
                let Some(id) = pick(which) else { continue };
                let outcome = record.settle(&oid(&id.to_string()), "by hand", "12345678903", at(now));
                let known = model.get_mut(&id).unwrap();
                assert_eq!(outcome.is_ok(), matches!(known.state, Refused | Conflicting | Settled));
                if matches!(known.state, Refused | Conflicting) {
                    known.state = Settled;
                }
            }
            Step::Restart => {
                drop(record);
                record = room.open();
                for known in model.values_mut() {
                    if known.state == Sending {
                        known.state = Waiting;
                        known.not_before = i64::MIN;
                    }
                }
            }
            Step::Wait(seconds) => now += seconds,
        }
    }
    let items = record.outbox(Default::default()).unwrap();
    assert_eq!(items.len(), model.len(), "no document is lost");
    for (item, (id, known)) in items.iter().zip(&model) {
        assert_eq!(item.document_id, oid(&id.to_string()));
        assert_eq!(item.state, known.state);
    }
    let counts = record.counts().unwrap();
    let total =
        counts.waiting + counts.sending + counts.accepted + counts.conflicting + counts.refused + counts.settled;
    assert_eq!(total as usize, model.len());
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_story_loses_a_document(steps in proptest::collection::vec(step(), 1..40)) {
        run(&steps);
    }
}
