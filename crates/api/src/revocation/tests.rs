use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use chrono::Duration as Span;
use test_authority::{Authority, People, who};
use trust::{Distrust, ListState, Purpose};

use super::*;

struct World {
    folder: tempfile::TempDir,
    authority: Authority,
    now: DateTime<Utc>,
    serves: Arc<Mutex<Option<Vec<u8>>>>,
    address: String,
}

/// An authority, and a server on loopback that gives the list which is set, or hangs up.
fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let now = Utc::now();
    let people = People::built_in().unwrap().only(&[who::SIRI, who::KAISA_REVOKED]);
    let authority = Authority::create_for(&folder.path().join("pki"), now, people).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/professionals.crl", listener.local_addr().unwrap());
    let serves = Arc::new(Mutex::new(None::<Vec<u8>>));
    let given = serves.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let Some(list) = given.lock().unwrap().clone() else { continue };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", list.len());
            let _ = (&stream).write_all(&[head.as_bytes(), &list].concat());
        }
    });
    World { folder, authority, now, serves, address }
}

impl World {
    fn serve(&self, list: Option<Vec<u8>>) {
        *self.serves.lock().unwrap() = list;
    }

    fn reader(&self) -> Revocation {
        let short = Timeouts { connect: Duration::from_secs(2), overall: Duration::from_secs(2) };
        Revocation {
            files: PublicFiles::new(short).unwrap(),
            addresses: vec![self.address.clone()],
            folder: self.folder.path().join("kept"),
        }
    }

    fn store(&self) -> TrustStore {
        let store = TrustStore::load(&self.folder.path().join("pki")).unwrap();
        store.with_grace(Span::hours(24))
    }

    fn judge(&self, store: &TrustStore, at: DateTime<Utc>) -> Result<(), Distrust> {
        let siri = self.authority.authentication(who::SIRI).unwrap().certificate;
        store.judge(&siri, Purpose::ProfessionalAuthentication, at).map(drop)
    }
}

#[test]
fn a_fresh_list_revokes_at_once_and_is_still_known_after_a_restart_without_a_network() {
    let mut world = world();
    let (store, reader, now) = (world.store(), world.reader(), world.now);
    assert_eq!(world.judge(&store, now), Ok(()));
    // What the authority writes into its own folder is put back: the news must come over the network.
    let file = world.folder.path().join("pki/crl/professionals.crl");
    let before = std::fs::read(&file).unwrap();
    world.authority.revoke_professional(who::SIRI, now - Span::hours(1)).unwrap();
    std::fs::write(&file, before).unwrap();
    let list = world.authority.list("professionals", now, now + Span::days(2)).unwrap();
    world.serve(Some(list));
    assert!(reader.refresh(&store, now), "another list has come");
    assert_eq!(world.judge(&store, now), Err(Distrust::Revoked));
    assert!(!reader.refresh(&store, now), "the same list is no news");
    world.serve(None);
    assert!(!reader.refresh(&store, now), "nobody answers: nothing changes");
    let later = world.store();
    assert_eq!(world.judge(&later, now), Ok(()), "the folder's own list is older");
    world.reader().recall(&later, now);
    assert_eq!(world.judge(&later, now), Err(Distrust::Revoked));
}

#[test]
fn without_a_new_list_the_old_one_counts_for_the_time_of_grace_and_then_nobody_is_believed() {
    let world = world();
    let (store, reader, now) = (world.store(), world.reader(), world.now);
    world.serve(Some(world.authority.list("professionals", now, now + Span::hours(2)).unwrap()));
    assert!(reader.refresh(&store, now));
    world.serve(None);
    let standing = |at| store.lists(at).iter().map(|list| list.state).max().unwrap();
    for (hours, state, judged) in [
        (1, ListState::Fresh, Ok(())),
        (3, ListState::Overdue, Ok(())),
        (25, ListState::Overdue, Ok(())),
        (27, ListState::Gone, Err(Distrust::NoRevocationData)),
    ] {
        let at = now + Span::hours(hours);
        assert_eq!(standing(at), state, "after {hours} h");
        assert_eq!(world.judge(&store, at), judged, "after {hours} h");
    }
    let strict = TrustStore::load(&world.folder.path().join("pki")).unwrap();
    assert!(reader_takes(&world, &strict));
    assert_eq!(world.judge(&strict, now + Span::hours(3)), Err(Distrust::NoRevocationData), "no grace, none given");
}

fn reader_takes(world: &World, store: &TrustStore) -> bool {
    world.serve(Some(world.authority.list("professionals", world.now, world.now + Span::hours(2)).unwrap()));
    world.reader().refresh(store, world.now)
}

#[test]
fn a_list_of_a_stranger_an_older_one_one_of_another_time_and_rubbish_change_nothing() {
    let mut world = world();
    let (store, reader, now) = (world.store(), world.reader(), world.now);
    let other = tempfile::tempdir().unwrap();
    let nobody = People::built_in().unwrap().only(&[]);
    let stranger = Authority::create_for(other.path(), now, nobody).unwrap();
    let before_revoking = world.authority.list("professionals", now - Span::hours(5), now + Span::days(2)).unwrap();
    world.authority.revoke_professional(who::SIRI, now - Span::hours(1)).unwrap();
    let newest = world.authority.list("professionals", now - Span::hours(1), now + Span::days(2)).unwrap();
    world.serve(Some(newest.clone()));
    assert!(reader.refresh(&store, now));
    let mut broken = newest.clone();
    if let Some(byte) = broken.last_mut() {
        *byte ^= 1;
    }
    for list in [
        stranger.list("professionals", now, now + Span::days(2)).unwrap(),
        before_revoking,
        world.authority.list("professionals", now + Span::hours(1), now + Span::days(2)).unwrap(),
        world.authority.list("professionals", now - Span::days(9), now - Span::days(2)).unwrap(),
        broken,
        b"<html>".to_vec(),
    ] {
        world.serve(Some(list));
        assert!(!reader.refresh(&store, now));
        assert_eq!(world.judge(&store, now), Err(Distrust::Revoked));
    }
    // Nor does a file that somebody changed on disk.
    std::fs::write(reader.file(&world.address), b"rubbish").unwrap();
    let later = world.store();
    reader.recall(&later, now);
}
