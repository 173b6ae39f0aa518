//! Programs that are killed while they dispense: the crash loop of the stage, that its checker can fail, and that nothing
//! of it is in what is shipped.

use std::collections::BTreeMap;
use std::process::Command;

use crate::stage::{programs, said, stage};

/// Kills by blow, from the loop's table; everything must have been as it should be.
fn loop_of(words: &[&str]) -> BTreeMap<String, u32> {
    let output = stage(&[&["crash"], words].concat()).output().unwrap();
    let said = said(&output);
    println!("{said}");
    assert!(output.status.success(), "something was lost, done twice or left behind:\n{said}");
    assert!(said.contains("nothing lost, nothing twice, nothing stuck"), "nothing was judged:\n{said}");
    let rows = said.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches(['|', ' ']).split(" | ").collect();
        Some(((*cells.first()?).to_owned(), cells.get(2)?.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn fifty_times_killed_and_nothing_lost_nothing_twice_nothing_stuck() {
    let kills = loop_of(&["--dispensations", "50", "--kills", "50"]);
    assert!(kills["all"] >= 50, "{kills:?}");
    for point in fail_point::Point::ALL {
        assert!(kills.get(point.name()).is_some_and(|kills| *kills > 0), "nobody died at {}", point.name());
    }
    assert!(kills["app, at any moment"] > 0 && kills["centre, at any moment"] > 0, "{kills:?}");
}

#[test]
fn the_window_killed_at_its_fail_points_loses_nothing() {
    let kills = loop_of(&["--host", "window", "--only", "app-", "--dispensations", "6", "--kills", "6"]);
    assert!(kills["all"] >= 6, "{kills:?}");
}

#[test]
#[ignore = "ten minutes; `cargo xtask test --long` runs it"]
fn a_thousand_dispensations_with_a_kill_in_each() {
    let kills = loop_of(&["--dispensations", "1000", "--kills", "950"]);
    assert!(kills["all"] >= 950, "{kills:?}");
}

#[test]
fn a_falsified_book_is_found() {
    let output = stage(&["crash", "--dispensations", "2", "--falsify"]).output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("was told as saved and is not at the Centre"), "{said}");
    assert!(said.contains("NOT as it should be"), "{said}");
}

#[test]
fn outside_the_environment_test_a_centre_with_fail_points_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(programs().join("prescription-centre"))
        .args(["serve", "--environment", "production", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .arg("--pki")
        .arg(folder.path())
        .env(fail_point::FILE, folder.path().join("point"))
        .output()
        .unwrap();
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("this is not the environment `test`"), "{said}");
}

/// Builds the programs as they are shipped and looks for the names of fail points in them; in these test builds they are.
#[test]
#[ignore = "builds the programs for shipping; `cargo xtask test --long` runs it"]
fn what_is_shipped_has_no_fail_points() {
    let shipped = programs().parent().unwrap().join("release");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--release", "-p", "tiski-tiski", "-p", "tiski-centre"])
        .env("CARGO_TARGET_DIR", programs().parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    let holds = |program: &std::path::Path, name: &str| {
        std::fs::read(program).unwrap().windows(name.len()).any(|window| window == name.as_bytes())
    };
    for (program, letters) in [("tiski", "app-"), ("prescription-centre", "centre-")] {
        let (here, shipped) = (programs().join(program), shipped.join(program));
        assert!(holds(&here, fail_point::FILE) && !holds(&shipped, fail_point::FILE), "{program}");
        for point in fail_point::Point::ALL.iter().filter(|point| point.name().starts_with(letters)) {
            assert!(holds(&here, point.name()), "{} is not even in the test build", point.name());
            assert!(!holds(&shipped, point.name()), "{} is in what is shipped", point.name());
        }
    }
}
