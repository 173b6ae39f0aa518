//! Working copies of fetched prescriptions live as long as a visit (promise 6 of the house, the least knowledge).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use test_authority::who;

use crate::bench::Bench;

type End = (&'static str, fn(&Bench));

/// However the visit ends: there is none any more, and to see the prescription again it must be fetched again.
#[test]
fn when_the_visit_ends_what_was_fetched_is_gone_and_must_be_fetched_again() {
    let ends: [End; 3] = [
        ("close", |bench| bench.counter.close_visit()),
        ("log out", |bench| {
            bench.counter.log_out().unwrap();
            bench.log_in(who::SIRI);
        }),
        ("a newcomer", |bench| bench.log_in(who::PETRI)),
    ];
    for (how, end) in ends {
        let bench = Bench::new();
        bench.log_in(who::SIRI);
        bench.search().unwrap();
        let set = bench.set_id();
        let fetched = bench.counter.open_prescription(&set).unwrap();
        assert!(fetched.fetched.contains_key(&set), "{how}");
        // While the visit lasts the copy serves.
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        bench.centre_answers(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            None
        });
        end(&bench);
        assert_eq!(bench.counter.visit().unwrap_err().code(), "no-visit", "{how}");
        let found = bench.search().unwrap();
        assert!(found.fetched.is_empty(), "{how}: a new visit begins with what the last one fetched");
        let before = asked.load(Ordering::Relaxed);
        bench.counter.open_prescription(&set).unwrap();
        assert!(asked.load(Ordering::Relaxed) > before, "{how}: it was kept somewhere");
    }
}
