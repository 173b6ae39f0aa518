//! `stage faults`: one fault after another in each link of the chain, from the card service to the medicines database. Each
//! is looked at with the strip of a real program and with `tiski doctor`; both must name that link and no other, in the
//! same words; and the evidence file must hold nothing about anybody.

mod blank_card;
mod list;
mod stand;

use std::time::Instant;

use anyhow::Result;

use crate::world::World;
use list::{FAULTS, Fault, GOOD};
pub use stand::Named;
use stand::Stand;

/// Plays every fault, or those whose words contain `only`, and prints the table. Whether each was named rightly.
pub fn faults(world: World, only: Option<&str>) -> Result<bool> {
    let mut stand = Stand::new(world)?;
    let mut well = sound(&mut stand, "before")?;
    println!("| # | fault | link | state | code | the strip names | the doctor names | s |");
    println!("|---|---|---|---|---|---|---|---|");
    let chosen = FAULTS.iter().filter(|fault| only.is_none_or(|only| fault.what.contains(only)));
    let mut named = 0;
    for (number, fault) in (1..).zip(chosen) {
        let begun = Instant::now();
        let row = play(&mut stand, fault)?;
        named += u32::from(row.right);
        well &= row.right;
        println!(
            "| {number} | {} | {} | {} | {} | {} | {} | {:.1} |",
            fault.what,
            fault.link,
            fault.state,
            fault.code,
            row.strip,
            row.doctor,
            begun.elapsed().as_secs_f32()
        );
        row.wrong.iter().for_each(|wrong| println!("  FAIL: {wrong}"));
        stand.mend()?;
    }
    well &= sound(&mut stand, "after")?;
    println!("{named} faults named by their link");
    Ok(well)
}

struct Row {
    strip: String,
    doctor: String,
    right: bool,
    wrong: Vec<String>,
}

fn play(stand: &mut Stand, fault: &Fault) -> Result<Row> {
    (fault.inject)(stand)?;
    let named = (fault.link.to_owned(), fault.state.to_owned(), fault.code.to_owned());
    let expected: Vec<_> = (fault.state != GOOD).then_some(named).into_iter().collect();
    let strip = stand.strip(|lines| troubles(lines) == expected)?;
    let told = stand.doctor()?;
    let mut wrong = Vec::new();
    if troubles(&strip) != expected {
        wrong.push(format!("the strip: {strip:?}"));
    }
    if troubles(&told.links) != expected {
        wrong.push(format!("the doctor: {:?}", told.links));
    }
    let words = |lines: &[Named]| -> Vec<(String, String)> {
        let troubled = lines.iter().filter(|line| line.is_troubled());
        troubled.map(|line| (line.sentence.clone(), line.advice.clone())).collect()
    };
    if words(&strip) != words(&told.links) {
        wrong.push("the doctor says it in other words than the strip".to_owned());
    }
    if words(&strip).iter().any(|(sentence, advice)| sentence.is_empty() || advice.is_empty()) {
        wrong.push("a sentence or what to do is missing".to_owned());
    }
    if fault.state == GOOD && strip.iter().chain(&told.links).any(|line| line.state != GOOD) {
        wrong.push("not every link is green".to_owned());
    }
    if let Some(silent) = stand.unasked() {
        wrong.push(silent.to_owned());
    }
    if told.well == (fault.state == "bad") {
        wrong.push(format!("the doctor ended well: {}", told.well));
    }
    if !told.evidence.contains(fault.code) {
        wrong.push("the evidence does not hold the code".to_owned());
    }
    let evidence = told.evidence.to_lowercase();
    let found = stand.about_people().into_iter().find(|word| evidence.contains(&word.to_lowercase()));
    if let Some(word) = found {
        wrong.push(format!("the evidence holds something about a person ({} characters)", word.len()));
    }
    let name = |lines: &[Named]| {
        let names: Vec<String> = troubles(lines).into_iter().map(|(link, ..)| link).collect();
        names.join(", ")
    };
    Ok(Row { strip: name(&strip), doctor: name(&told.links), right: wrong.is_empty(), wrong })
}

fn troubles(lines: &[Named]) -> Vec<(String, String, String)> {
    let troubled = lines.iter().filter(|line| line.is_troubled());
    troubled.map(|line| (line.link.clone(), line.state.clone(), line.code.clone())).collect()
}

/// Whether seven links are green when nothing is broken.
fn sound(stand: &mut Stand, when: &str) -> Result<bool> {
    let green = |lines: &[Named]| lines.len() == 7 && lines.iter().all(|line| line.state == "good");
    let strip = stand.strip(green)?;
    let told = stand.doctor()?;
    let well = green(&strip) && green(&told.links) && told.well;
    if !well {
        println!("FAIL: {when} the faults not everything is green: {strip:?} {:?}", told.links);
    }
    Ok(well)
}
