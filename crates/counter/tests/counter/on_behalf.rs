//! Somebody acts for the patient: the Centre is told with every question, and what it would refuse is not asked.

use std::sync::{Arc, Mutex};

use counter::Acting;
use kanta::{Basis, Incoming, OnBehalf};
use test_authority::who;

use crate::bench::{AINO, Bench};

fn acting(basis: Basis, medicine: Option<&str>) -> Acting {
    let on_behalf = Some(OnBehalf { basis, medicine: medicine.map(str::to_owned) });
    Acting { on_behalf, identified: "passport".into() }
}

#[test]
fn ob_2_ob_6_the_basis_goes_with_the_search_and_with_each_fetch_and_into_the_record() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let heard = Arc::new(Mutex::new(vec![]));
    let told = heard.clone();
    bench.centre_answers(move |request| {
        let requester = match Incoming::read(request).unwrap() {
            Incoming::Metadata { requester, .. } | Incoming::Fetch { requester, .. } => requester,
            other => panic!("{other:?}"),
        };
        told.lock().unwrap().push(requester.on_behalf);
        None
    });
    bench.counter.search(AINO, acting(Basis::KelaCard, Some("Diapam"))).unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench.counter.search(AINO, acting(Basis::Guardian, None)).unwrap();
    bench.search().unwrap();
    let kela = OnBehalf { basis: Basis::KelaCard, medicine: Some("Diapam".into()) };
    let expected = [Some(kela.clone()), Some(kela), Some(OnBehalf::with(Basis::Guardian)), None];
    assert_eq!(*heard.lock().unwrap(), expected);
    let searched: Vec<_> = bench
        .journal()
        .into_iter()
        .filter(|(kind, ..)| kind == "visit.searched")
        .map(|(.., payload)| (payload["in_person"].clone(), payload["basis"].clone()))
        .collect();
    let said = |in_person: bool, basis: Option<&str>| (in_person.into(), basis.into());
    assert_eq!(searched, [said(false, Some("kela-card")), said(false, Some("guardian")), said(true, None)]);
}

#[test]
fn ob_2_what_the_centre_would_refuse_is_not_asked() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let asked = bench.centre().asked;
    let set = bench.set_id();
    for (text, acting, code) in [
        (AINO, acting(Basis::Instruction, None), "instruction-not-scanned"),
        (AINO, acting(Basis::KelaCard, None), "medicine-not-named"),
        (AINO, acting(Basis::KelaCard, Some(" Di ")), "medicine-not-named"),
        (AINO, acting(Basis::Unknown(String::new()), None), "basis-missing"),
        (set.as_str(), acting(Basis::Unknown("friend".into()), None), "basis-missing"),
    ] {
        assert_eq!(bench.counter.search(text, acting).unwrap_err().code(), code);
    }
    assert_eq!(bench.centre().asked, asked);
    bench.counter.search(set.as_str(), acting(Basis::Instruction, None)).unwrap();
}
