//! Faults in each link of the chain, made with the real programs: the health strip and `tiski doctor` name the right link in
//! all of them.

use crate::stage::{said, stage};

#[test]
fn every_injected_fault_is_named_by_its_link_on_the_strip_and_by_the_doctor() {
    let output = stage(&["faults"]).output().unwrap();
    let said = said(&output);
    println!("{said}");
    assert!(output.status.success() && !said.contains("FAIL"), "a fault is named wrongly:\n{said}");
    let named = said.lines().find_map(|line| line.strip_suffix(" faults named by their link"));
    let named: usize = named.and_then(|number| number.parse().ok()).expect("the table has an end");
    assert!(named >= 20, "only {named} faults");
    for link in ["reader", "card", "certificate", "clock", "network", "centre", "medicines"] {
        assert!(said.contains(&format!("| {link} | bad |")), "no fault in the link `{link}`:\n{said}");
    }
}
