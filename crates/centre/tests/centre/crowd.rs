//! Bad input and load over real TLS: whoever sends nothing, slowly, by halves, garbage or too much keeps no honest client
//! out, and a Centre that has too much to do says so.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use centre::server::Limits;
use kanta::mr;
use test_authority::place;

use crate::process::*;
use crate::world::*;

/// Whether the other end closes; what it says before is read away.
fn is_closed(stream: &mut impl Read) -> bool {
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn more_connections_that_send_nothing_than_there_are_places_keep_no_honest_client_out() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::serve(folder.path(), Limits::default());
    let places = Limits::default().unproven;
    assert!(places >= 1000);
    let silent: Vec<TcpStream> = (0..places + 100).map(|_| TcpStream::connect(&here.address).unwrap()).collect();
    for _ in 0..5 {
        assert!(here.exchange(place::KUUSI, &search(AINO)).is_ok());
    }
    // Those who have waited longest made room; the last are still waited for.
    let closed = |mut stream: &TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        is_closed(&mut stream)
    };
    assert!(closed(&silent[0]));
    assert!(!closed(&silent[silent.len() - 1]));
}

#[test]
fn one_certificate_cannot_take_every_place_and_the_other_pharmacy_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { connections_of_one: 4, ..Limits::default() };
    let here = Here::serve(folder.path(), limits);
    let mut greedy: Vec<_> = (0..6).map(|_| connected(&here.address, place::KUUSI)).collect();
    let answered = greedy.iter_mut().filter_map(|stream| {
        stream.write_all(head(&search(AINO), search(AINO).body.len()).as_bytes()).ok()?;
        stream.write_all(&search(AINO).body).ok()?;
        let mut start = [0; 12];
        stream.read_exact(&mut start).ok()
    });
    assert_eq!(answered.count(), 4);
    assert!(here.exchange(place::LAHDE, &search(AINO)).is_ok());
    drop(greedy);
    // The seats are given up as soon as their connections end.
    let mut again = false;
    for _ in 0..100 {
        again = again || here.exchange(place::KUUSI, &search(AINO)).is_ok();
    }
    assert!(again);
}

#[test]
fn who_sends_slowly_is_cut_off_and_honest_clients_are_served_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        header: Duration::from_millis(400),
        body_pause: Duration::from_millis(400),
        body_bytes_a_second: 100_000,
        ..Limits::default()
    };
    let here = Here::serve(folder.path(), limits);
    let request = search(AINO);
    let whole = head(&request, request.body.len()).into_bytes();
    // Drip by drip: in the handshake, in the head, and in the body.
    let mut raw = TcpStream::connect(&here.address).unwrap();
    let mut heads: Vec<_> = (0..10).map(|_| connected(&here.address, place::KUUSI)).collect();
    let mut bodies: Vec<_> = (0..10).map(|_| connected(&here.address, place::KUUSI)).collect();
    bodies.iter_mut().for_each(|stream| stream.write_all(&whole).unwrap());
    for turn in 0..30 {
        let _ = raw.write_all(b"\x16");
        heads.iter_mut().for_each(|stream| drop(stream.write_all(&whole[turn..=turn])));
        bodies.iter_mut().for_each(|stream| drop(stream.write_all(&request.body[turn..=turn])));
        std::thread::sleep(Duration::from_millis(20));
        if turn % 10 == 0 {
            assert!(here.exchange(place::LAHDE, &request).is_ok());
        }
    }
    raw.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(is_closed(&mut raw));
    assert!(heads.iter_mut().chain(&mut bodies).all(is_closed));
    assert_eq!(here.logged(), 3, "only the honest are in the log");
}

#[test]
fn a_connection_that_is_kept_open_and_unused_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::serve(folder.path(), Limits { header: Duration::from_millis(300), ..Limits::default() });
    let mut stream = connected(&here.address, place::KUUSI);
    let request = search(AINO);
    stream.write_all(head(&request, request.body.len()).as_bytes()).unwrap();
    stream.write_all(&request.body).unwrap();
    assert!(is_closed(&mut stream));
    assert_eq!(here.logged(), 1, "it was answered first");
}

#[test]
fn garbage_before_in_and_after_the_handshake_and_half_messages_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::serve(folder.path(), Limits::default());
    let garbage: Vec<u8> = (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for turn in 0..20 {
        let mut before = TcpStream::connect(&here.address).unwrap();
        let _ = before.write_all(&garbage[turn * 7..]);
        let mut beneath = connected(&here.address, place::KUUSI);
        let _ = beneath.sock.write_all(&garbage[turn * 11..]);
        let mut within = connected(&here.address, place::KUUSI);
        let _ = within.write_all(&garbage[turn * 13..]);
        assert!(is_closed(&mut beneath) && is_closed(&mut within), "turn {turn}");
        let mut half = connected(&here.address, place::KUUSI);
        half.write_all(&head(&search(AINO), 1000).as_bytes()[..20 + turn * 5]).unwrap();
    }
    assert_eq!(here.logged(), 0);
    assert!(here.exchange(place::KUUSI, &search(AINO)).is_ok());
}

#[test]
fn a_message_that_announces_too_much_is_refused_before_any_of_it_is_sent_and_an_endless_one_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::serve(folder.path(), Limits::default());
    let mut announced = connected(&here.address, place::KUUSI);
    announced.write_all(head(&search(AINO), 1_000_000_000).as_bytes()).unwrap();
    let mut answer = [0; 12];
    announced.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");

    let mut endless = connected(&here.address, place::KUUSI);
    let request = search(AINO);
    endless.write_all(head(&request, 0).replace("content-length: 0", "transfer-encoding: chunked").as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000)).into_bytes();
    let sent = (0..1000).take_while(|_| endless.write_all(&chunk).is_ok()).count();
    assert!(sent < 1000, "it was cut off");
    // So many headers that none is read to the end.
    let mut heads = connected(&here.address, place::KUUSI);
    let line = format!("x-{}: y\r\n", "z".repeat(1000));
    let sent = (0..1000).take_while(|_| heads.write_all(line.as_bytes()).is_ok()).count();
    assert!(sent < 1000 || is_closed(&mut heads));
    assert!(here.exchange(place::KUUSI, &request).is_ok());
    assert_eq!(here.logged(), 1);
}

#[test]
fn when_more_wait_than_may_the_next_hears_that_the_centre_is_busy_and_those_who_wait_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::serve(folder.path(), Limits { at_work: 1, waiting: 1, ..Limits::default() });
    // Somebody else writes, and takes long.
    let other = rusqlite::Connection::open(folder.path().join("centre.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let address = here.address.clone();
            std::thread::spawn(move || exchange(&address, place::KUUSI, &search(AINO)).unwrap())
        })
        .collect();
    let mut threads = threads.into_iter();
    // Four of six are refused at once; only then the other one ends.
    let mut waiting: Vec<_> = threads.by_ref().collect();
    let mut busy = 0;
    while busy < 4 {
        let (done, still): (Vec<_>, Vec<_>) = waiting.into_iter().partition(std::thread::JoinHandle::is_finished);
        for thread in done {
            let refused = kanta::metadata::parse_response(&thread.join().unwrap());
            assert!(matches!(refused, Err(kanta::KantaError::Refused(issues)) if issues[0].code == "TSK-busy"));
            busy += 1;
        }
        waiting = still;
        std::thread::sleep(Duration::from_millis(10));
    }
    other.execute_batch("ROLLBACK").unwrap();
    for thread in waiting {
        assert_eq!(kanta::metadata::parse_response(&thread.join().unwrap()).unwrap().total, 0);
    }
    assert_eq!(here.logged(), 2);
}

#[test]
fn bodies_that_fill_the_memory_for_them_make_the_next_one_hear_that_the_centre_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let request = one_lot(folder.path());
    let message = mr::store_request(&request).unwrap();
    let here = Here::serve(folder.path(), Limits { bodies: 128 * 1024, ..Limits::default() });
    let half = |length: usize| {
        let mut stream = connected(&here.address, place::LAHDE);
        stream.write_all(head(&message, length).as_bytes()).unwrap();
        stream.write_all(&vec![b' '; length - 1]).unwrap();
        stream.flush().unwrap();
        stream
    };
    let halves = [half(60_000), half(60_000)];
    let busy = |response: kanta::http::Response| {
        matches!(mr::parse_store_response(&response, request.frame.message_id),
            Err(kanta::KantaError::Refused(issues)) | Ok(mr::StoreAnswer::Refused(issues)) if issues[0].code == "TSK-busy")
    };
    // What was sent may still be on its way.
    let mut refused = false;
    for _ in 0..100 {
        refused = refused || here.exchange(place::KUUSI, &search(AINO)).is_ok_and(|response| response.status == 503);
    }
    assert!(refused);
    drop(halves);
    let stored = (0..100).find_map(|_| {
        let response = here.exchange(place::KUUSI, &message).unwrap();
        (!busy(response.clone())).then_some(response)
    });
    accepted(answer_of(&stored.unwrap(), &request));
}
