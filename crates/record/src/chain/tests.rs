//! The chain's promise as properties: an honest journal is sound, and no single change, removal, exchange or
//! insertion goes unnoticed.

use proptest::prelude::*;

use super::*;

fn journal(contents: &[(String, i64, Option<String>, String)]) -> (Vec<StoredEvent>, Head) {
    let mut head = Head::default();
    let mut events = Vec::new();
    for (index, (kind, at, actor, payload)) in contents.iter().enumerate() {
        let content = Content { actor: actor.as_deref(), document_id: None, payload };
        let event = StoredEvent::after(&head, kind, *at, &content, &[index as u8; 16]);
        head = event.head();
        events.push(event);
    }
    (events, head)
}

fn walk(events: &[StoredEvent], head: &Head) -> Walk {
    let mut walk = Walk::default();
    for event in events {
        walk.step(event);
    }
    walk.end(head);
    walk
}

fn contents() -> impl Strategy<Value = Vec<(String, i64, Option<String>, String)>> {
    proptest::collection::vec(("[a-z]{1,8}", any::<i64>(), proptest::option::of("[a-z0-9]{0,6}"), ".{0,20}"), 1..20)
}

proptest! {
    #[test]
    fn an_honest_journal_is_sound(contents in contents(), erased in any::<prop::sample::Index>()) {
        let (mut events, head) = journal(&contents);
        prop_assert_eq!(walk(&events, &head).faults, vec![]);
        let index = erased.index(events.len());
        events[index].payload = None;
        events[index].salt = None;
        events[index].actor = None;
        let gone = events[index].sequence;
        prop_assert_eq!(walk(&events, &head).faults, vec![Fault::Vanished(gone)]);
        let mut walked = Walk::default();
        events.iter().for_each(|event| walked.step(event));
        walked.explain([gone]);
        walked.end(&head);
        prop_assert_eq!(walked.faults, vec![]);
        prop_assert_eq!(walked.erased, 1);
        prop_assert_eq!(walked.events, contents.len() as u64);
    }

    #[test]
    fn a_changed_event_is_found(contents in contents(), at in any::<prop::sample::Index>(), what in 0usize..8) {
        let (mut events, head) = journal(&contents);
        let index = at.index(events.len());
        let event = &mut events[index];
        match what {
            0 => event.payload.as_mut().unwrap().push('x'),
            1 => event.kind.push('x'),
            2 => event.at = event.at.wrapping_add(1),
            3 => event.actor = Some(format!("{}x", event.actor.clone().unwrap_or_default())),
            4 => event.salt.as_mut().unwrap()[0] ^= 1,
            5 => event.content[0] ^= 1,
            6 => event.previous[0] ^= 1,
            _ => event.hash[0] ^= 1,
        }
        prop_assert!(!walk(&events, &head).faults.is_empty());
    }

    /// Somebody who rewrites an event and recomputes its hashes is still given away by the next event, or by the end.
    #[test]
    fn a_rewritten_event_is_found(contents in contents(), at in any::<prop::sample::Index>()) {
        let (mut events, head) = journal(&contents);
        let index = at.index(events.len());
        let before = if index == 0 { Head::default() } else { events[index - 1].head() };
        let payload = format!("{}x", contents[index].3);
        let content = Content { actor: None, document_id: None, payload: &payload };
        events[index] = StoredEvent::after(&before, &contents[index].0, contents[index].1, &content, &[9; 16]);
        prop_assert!(!walk(&events, &head).faults.is_empty());
    }

    #[test]
    fn a_removed_event_is_found(contents in contents(), at in any::<prop::sample::Index>()) {
        let (mut events, head) = journal(&contents);
        events.remove(at.index(events.len()));
        prop_assert!(!walk(&events, &head).faults.is_empty());
    }

    #[test]
    fn a_removed_and_renumbered_event_is_found(contents in contents(), at in any::<prop::sample::Index>()) {
        let (mut events, head) = journal(&contents);
        let index = at.index(events.len());
        events.remove(index);
        for event in events.iter_mut().skip(index) {
            event.sequence.0 -= 1;
        }
        prop_assert!(!walk(&events, &head).faults.is_empty());
    }

    #[test]
    fn two_exchanged_events_are_found(
        contents in contents().prop_filter("two are needed", |all| all.len() > 1),
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        let (mut events, head) = journal(&contents);
        let (one, other) = (one.index(events.len()), other.index(events.len()));
        prop_assume!(one != other);
        // The places are exchanged in the file, and the verifier reads in the order of the places.
        let place = events[one].sequence;
        events[one].sequence = events[other].sequence;
        events[other].sequence = place;
        events.sort_by_key(|event| event.sequence);
        prop_assert!(!walk(&events, &head).faults.is_empty());
    }

    #[test]
    fn half_an_erasure_is_found(contents in contents(), at in any::<prop::sample::Index>(), salt in any::<bool>()) {
        let (mut events, head) = journal(&contents);
        let index = at.index(events.len());
        if salt { events[index].salt = None } else { events[index].payload = None }
        prop_assert_eq!(walk(&events, &head).faults, vec![Fault::Payload(events[index].sequence)]);
    }
}

#[test]
fn a_missing_part_is_not_an_empty_part() {
    let hash = |actor: Option<&str>, document_id: Option<&str>, payload: &str| {
        content_hash(b"salt", &Content { actor, document_id, payload })
    };
    assert_ne!(hash(None, None, ""), hash(Some(""), None, ""));
    assert_ne!(hash(Some("a"), None, "b"), hash(None, Some("a"), "b"));
    assert_ne!(hash(Some("ab"), None, "c"), hash(Some("a"), None, "bc"));
}
