//! Every state of the model is looked at; and what is done wrongly on purpose is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use outbox_model::{Bug, Document, Outbox, PROPERTIES};
use stateright::{Checker, HasDiscoveries, Model};

const fn document(workstation: usize, prescription: usize) -> Document {
    Document { workstation, prescription }
}

/// Checks all; how many states there are, and the names of what does not hold with the shortest courses to it.
fn check(documents: &[Document], bug: Option<Bug>) -> (usize, Vec<(&'static str, String)>) {
    let model = Outbox { documents: documents.to_vec(), bug };
    // All states where it is sound; where it is not, the first counterexample is enough.
    let end = if bug.is_none() { HasDiscoveries::All } else { HasDiscoveries::Any };
    let checker = model.checker().finish_when(end).threads(2).spawn_bfs().join();
    let found = PROPERTIES.into_iter().filter_map(|name| {
        let path = checker.discovery(name)?;
        Some((name, format!("{:?}", path.into_actions())))
    });
    let found = found.collect();
    println!("{documents:?} {bug:?}: {} states, depth {}", checker.unique_state_count(), checker.max_depth());
    (checker.unique_state_count(), found)
}

fn holds(documents: &[Document]) {
    let (states, found) = check(documents, None);
    assert_eq!(found, []);
    assert!(states > 1000, "{states}: that is not all");
}

#[test]
fn two_messages_of_one_prescription_at_one_workstation() {
    holds(&[document(0, 0), document(0, 0)]);
}

#[test]
fn two_workstations_with_a_message_each() {
    holds(&[document(0, 0), document(1, 0)]);
    holds(&[document(0, 0), document(1, 1)]);
}

#[test]
fn two_workstations_two_messages_of_one_prescription_and_one_of_another() {
    holds(&[document(0, 0), document(0, 0), document(1, 1)]);
}

#[test]
fn what_is_done_wrongly_is_found() {
    let two = [document(0, 0), document(0, 0)];
    let [saved, once, accepted, order, one_sender, person, settled] = PROPERTIES;
    for (bug, property) in [
        (Bug::ForgetsTheFlush, saved),
        (Bug::NewIdentityOnResend, once),
        (Bug::CentreForgetsIdentities, once),
        (Bug::CentreAnswersBeforeCommit, accepted),
        (Bug::Overtakes, order),
        (Bug::LateWordCounts, one_sender),
        (Bug::SettlesByItself, person),
        (Bug::WaitsForLater, settled),
    ] {
        let (_, found) = check(&two, Some(bug));
        assert!(!found.is_empty(), "{bug:?} is not found");
        println!("{bug:?}: {found:?}");
        assert!(
            found.iter().any(|(name, _)| *name == property),
            "{bug:?} is found, but not as `{property}`: {found:?}"
        );
    }
}
