//! `tiski label`: a label of a file in every kind, as the program writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

fn label(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tiski")).arg("label").args(arguments).output().unwrap()
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/labels");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_label_is_written_in_every_kind() {
    let file = fixture("diapam.toml");
    for (kind, begins) in [
        ("pdf", &b"%PDF-1.7"[..]),
        ("zpl", b"^XA^CI28^PW560^LL400"),
        ("zpl-picture", b"^XA^CI28^PW560^LL400"),
        ("escpos", b"\x1b@"),
        ("svg", b"<svg "),
        ("pbm", b"P4\n560 400\n"),
    ] {
        let out = label(&[&file, "--to", kind]);
        assert!(out.status.success(), "{kind}: {}", String::from_utf8_lossy(&out.stderr));
        assert!(out.stdout.starts_with(begins), "{kind}");
    }
    let second = label(&[&file, "--to", "svg", "--sheet", "2"]);
    assert!(String::from_utf8(second.stdout).unwrap().contains("2/2"));
}

#[test]
fn what_cannot_be_written_is_said_by_its_code() {
    let file = fixture("diapam.toml");
    let said = |arguments: &[&str]| {
        let out = label(arguments);
        assert!(!out.status.success() && out.stdout.is_empty());
        String::from_utf8(out.stderr).unwrap().split(':').next().unwrap().to_owned()
    };
    assert_eq!(said(&["/nowhere/label.toml"]), "file-not-read");
    assert_eq!(said(&[&fixture("../people/wishes.toml")]), "label-not-understood");
    assert_eq!(said(&[&file, "--width", "5"]), "label-size");
    assert_eq!(said(&[&file, "--to", "svg", "--sheet", "7"]), "label-too-many");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("label.pdf");
    assert!(label(&[&file, "--out", out.to_str().unwrap()]).status.success());
    assert_eq!(said(&[&file, "--out", out.to_str().unwrap()]), "file-not-written");
}
