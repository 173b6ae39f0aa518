//! The program itself against a stand-in for vpcd: orders, tries that survive a restart, a trace without a PIN.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use p384::ecdsa::SigningKey;
use p384::pkcs8::EncodePrivateKey;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use virtual_card::control::tell;

/// A running card; ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder as the test authority writes it; the card does not look into certificates.
fn person(folder: &Path, seed: u8) {
    std::fs::create_dir_all(folder).unwrap();
    let key = SigningKey::from_slice(&[seed; 48]).unwrap();
    let key = p384::SecretKey::from(key).to_pkcs8_der().unwrap();
    for name in ["auth", "sign"] {
        std::fs::write(folder.join(format!("{name}.key.der")), key.as_bytes()).unwrap();
        std::fs::write(folder.join(format!("{name}.cert.der")), [0x30, 2, 5, 0, seed]).unwrap();
    }
}

fn start(folder: &Path, vpcd: &TcpListener) -> Program {
    let control = folder.join("control");
    let program = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
        .args(["--pin1", "4711", "--pin2", "08154711", "--vpcd", &vpcd.local_addr().unwrap().to_string()])
        .arg("--person")
        .arg(folder.join("one"))
        .arg("--state")
        .arg(folder.join("state.json"))
        .arg("--control")
        .arg(&control)
        .arg("--trace")
        .arg(folder.join("trace"))
        .spawn()
        .unwrap();
    let started = Instant::now();
    while tell(&control, "status").is_err() {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    Program(program)
}

fn ask(stream: &mut TcpStream, command: &[u8]) -> Vec<u8> {
    let length = u16::try_from(command.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], command].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

#[test]
fn a_blocked_pin_stays_blocked_over_a_restart_and_belongs_to_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    person(&folder.join("one"), 1);
    person(&folder.join("two"), 2);
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    let control = folder.join("control");

    let program = start(folder, &vpcd);
    let (mut reader, _) = vpcd.accept().unwrap();
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03\x044711"), [0x90, 0x00]);
    for _ in 0..4 {
        ask(&mut reader, b"\x00\x20\x00\x03\x040000");
    }
    drop(program); // killed without warning
    let trace = std::fs::read_to_string(folder.join("trace")).unwrap();
    assert!(trace.contains("blacked out") && trace.contains("63 C1"));
    assert!(!trace.contains("34 37 31 31"), "no PIN in the trace");

    let mut program = start(folder, &vpcd);
    let (mut reader, _) = vpcd.accept().unwrap();
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03"), [0x63, 0xC1]);
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03\x040000"), [0x69, 0x83]);

    let two = format!("insert {}", folder.join("two").display());
    assert!(tell(&control, &two).unwrap().starts_with("ok"));
    let (mut reader, _) = vpcd.accept().unwrap();
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03"), [0x63, 0xC5], "another card, other tries");
    let one = format!("insert {}", folder.join("one").display());
    assert!(tell(&control, &one).unwrap().starts_with("ok"));
    let (mut reader, _) = vpcd.accept().unwrap();
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03"), [0x69, 0x83]);
    assert_eq!(tell(&control, "restore").unwrap(), "ok");
    assert_eq!(ask(&mut reader, b"\x00\x20\x00\x03"), [0x63, 0xC5]);

    assert_eq!(tell(&control, "quit").unwrap(), "ok");
    assert!(program.0.wait().unwrap().success());
    assert!(!control.exists());
}

/// Each profile that comes with the program, with the person whom it names.
#[test]
fn every_named_profile_is_a_card_in_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in virtual_card::NAMED {
        let holder = virtual_card::Profile::named(name).unwrap().unwrap().holder.unwrap();
        person(&folder.path().join(holder), 1);
        let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
            .args(["--profile", name, "--vpcd", &vpcd.local_addr().unwrap().to_string(), "--people"])
            .arg(folder.path())
            .spawn()
            .unwrap();
        let _ended_with_the_test = Program(program);
        let (mut reader, _) = vpcd.accept().unwrap();
        let (pin1, pin2): (u8, [u8; 2]) = match name {
            "citizen" => (0x11, [0x6A, 0x88]),
            "not-activated" => (0x03, [0x69, 0x84]),
            "blocked" => (0x03, [0x69, 0x83]),
            _ => (0x03, [0x63, 0xC5]),
        };
        let first = if name == "not-activated" { [0x69, 0x84] } else { [0x63, 0xC5] };
        assert_eq!(ask(&mut reader, &[0, 0x20, 0, pin1]), first, "{name}");
        assert_eq!(ask(&mut reader, &[0, 0x20, 0, 0x04]), pin2, "{name}");
    }
}

#[test]
fn a_folder_without_a_person_is_told_plainly() {
    let output = Command::new(env!("CARGO_BIN_EXE_virtual-card")).args(["--person", "/nowhere"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("authentication certificate"));
}
