//! A record that was restored from a backup: no identifier is made twice, and what goes out again does no harm (promise 2
//! of the house).

use counter::{Clock, Identifiers, Sent};
use record::OutboxState;
use test_authority::who;

use crate::bench::Bench;

#[test]
fn after_a_restore_numbers_repeat_and_identifiers_do_not_and_what_was_sent_is_sent_again_as_it_was() {
    let mut bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    bench.sign().unwrap();
    let [first] = saved(&bench).try_into().unwrap();
    bench.counter.deps().record.backup(&bench.backup_file()).unwrap();
    // Since the backup: the first one was sent, and more identifiers were given than were set aside before.
    assert_eq!(bench.send(), [Sent::Accepted { document_id: first.clone() }]);
    let since: Vec<String> = (0..20).map(|_| next(&bench)).collect();
    let restored = bench.restored();
    assert_eq!(restored.epoch, 2);
    // What the backup had waiting goes out again, the same bytes under the same identifier.
    assert_eq!(bench.stands(&first).0, OutboxState::Waiting);
    assert_eq!(bench.send(), [Sent::Accepted { document_id: first.clone() }]);
    let stored: Vec<(String, Vec<u8>)> =
        bench.centre().stored.iter().map(|one| (one.reference.id.to_string(), one.document.clone())).collect();
    assert_eq!(stored.len(), 2);
    assert!(stored[0] == stored[1] && stored[0].0 == first, "it was made anew");
    // The same running number, in another epoch.
    let again = next(&bench);
    let number = |oid: &str| oid.rsplit('.').next().unwrap().parse::<u64>().unwrap();
    assert!(since.iter().any(|one| number(&again) == number(one) + 10_000_000), "{since:?} {again}");
    assert!(bench.counter.deps().record.verify().unwrap().is_sound());
}

fn saved(bench: &Bench) -> Vec<String> {
    let items = bench.counter.deps().record.outbox(record::OutboxFilter::default()).unwrap();
    items.into_iter().map(|item| item.document_id).collect()
}

fn next(bench: &Bench) -> String {
    let deps = bench.counter.deps();
    let identifiers = Identifiers { record: &deps.record, pharmacy: &deps.pharmacy.id };
    identifiers.next(bench.clock.now()).unwrap().to_string()
}
