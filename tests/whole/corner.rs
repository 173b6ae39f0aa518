//! What the stage leaves behind, and what it lets out: nothing.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::stage::{said, stage, story};

#[test]
fn a_transcript_holds_no_pin_and_no_whole_identity_code() {
    for words in [&["run"][..], &["run", "--json"][..]] {
        let output = stage(&[words, &[&story("first-dispensation")]].concat()).output().unwrap();
        let said = said(&output);
        assert!(said.contains("PIN ••••"), "{said}");
        for secret in ["1234", "5678", "900C"] {
            assert!(!said.contains(secret), "a transcript holds `{secret}`:\n{said}");
        }
    }
}

#[test]
fn a_story_that_goes_otherwise_fails_with_what_was_expected_and_seen() {
    let folder = std::env::temp_dir().join(format!("tiski-otherwise-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("otherwise.story");
    std::fs::write(&file, "title: Otherwise\ncentre: empty\n\nexpect logged in as \"Nobody\" within 0.1 s\n").unwrap();
    let output = stage(&["run", file.to_str().unwrap()]).output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL") && said.contains("nobody is logged in"), "{said}");
}

#[test]
fn a_killed_stage_leaves_no_program_behind() {
    let marker = std::env::temp_dir().join(format!("tiski-left-behind-{}", std::process::id()));
    std::fs::create_dir_all(&marker).unwrap();
    let file = marker.join("long.story");
    std::fs::write(
        &file,
        "title: Long\ncard: siri-salminen\ncentre: empty\n\nexpect logged in as \"Nobody\" within 60 s\n",
    )
    .unwrap();
    let mut child = stage(&["run", file.to_str().unwrap()]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("the world is made")), "no world was made");
    let folder = world_of(child.id());
    assert!(!alive_in(&folder).is_empty(), "nothing runs, so that nothing is proven");
    child.kill().unwrap();
    child.wait().unwrap();
    let end = Instant::now() + Duration::from_secs(5);
    while !alive_in(&folder).is_empty() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(alive_in(&folder), Vec::<String>::new());
    std::fs::remove_dir_all(&marker).unwrap();
    let _ = std::fs::remove_dir_all(&folder);
}

/// The folder that the stage gave to the process it started.
fn world_of(stage: u32) -> String {
    let children = std::fs::read_to_string(format!("/proc/{stage}/task/{stage}/children")).unwrap();
    let child = children.split_whitespace().next().expect("the stage has started nothing");
    let environment = std::fs::read(format!("/proc/{child}/environ")).unwrap();
    let text = String::from_utf8_lossy(&environment).into_owned();
    let folder = text.split('\0').find_map(|entry| entry.strip_prefix("TISKI_STAGE_FOLDER="));
    folder.expect("no folder was given").to_owned()
}

/// Command lines of processes that name the folder.
fn alive_in(folder: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(folder))
        .collect()
}
