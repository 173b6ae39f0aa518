use chrono::Duration as Span;
use test_authority::{Authority, Known, Manner, OcspServer, People, Responder, who};
use trust::{Distrust, Purpose};

use super::*;

struct World {
    folder: tempfile::TempDir,
    authority: Authority,
    server: OcspServer,
    certificates: [Vec<u8>; 2],
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[who::SIRI]);
    let authority = Authority::create_for(&folder.path().join("pki"), Utc::now(), people).unwrap();
    let server = OcspServer::start(authority.directory(), Manner::HangsUp).unwrap();
    let certificates =
        [authority.authentication(who::SIRI), authority.signature(who::SIRI)].map(|pair| pair.unwrap().certificate);
    World { folder, authority, server, certificates }
}

impl World {
    fn knows(&self, known: Known) -> Vec<(String, Known)> {
        self.authority.index().people[0].serials.iter().map(|serial| (serial.clone(), known)).collect()
    }

    fn say(&self, known: Known) {
        self.server.now(Manner::Answers(Responder::Delegated, self.knows(known)));
    }

    /// One that asks anew each time.
    fn asker(&self) -> Ocsp {
        let short = Timeouts { connect: Duration::from_secs(1), overall: Duration::from_secs(1) };
        Ocsp {
            files: PublicFiles::new(short).unwrap(),
            address: Some(self.server.address()),
            folder: self.folder.path().join("kept"),
            again: Duration::ZERO,
            not_before: Mutex::default(),
        }
    }

    fn store(&self) -> TrustStore {
        TrustStore::load(self.authority.directory()).unwrap()
    }

    fn ask(&self, asker: &Ocsp, store: &TrustStore) -> bool {
        let both: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        asker.ask(store, &both, Utc::now())
    }

    fn judge(&self, store: &TrustStore) -> [Result<(), Distrust>; 2] {
        let uses = [Purpose::ProfessionalAuthentication, Purpose::ProfessionalSignature];
        let [authentication, signature] = &self.certificates;
        let judge = |der: &[u8], purpose| store.judge(der, purpose, Utc::now()).map(drop);
        [judge(authentication, uses[0]), judge(signature, uses[1])]
    }

    fn files(&self) -> usize {
        kept(&self.folder.path().join("kept")).len()
    }
}

const BELIEVED: [Result<(), Distrust>; 2] = [Ok(()), Ok(())];
const REVOKED: [Result<(), Distrust>; 2] = [Err(Distrust::Revoked), Err(Distrust::Revoked)];

#[test]
fn whom_the_responder_revokes_is_revoked_before_the_list_knows_and_after_a_restart_without_a_network() {
    let world = world();
    let (store, asker) = (world.store(), world.asker());
    world.say(Known::Good);
    assert!(!world.ask(&asker, &store), "good is no news");
    assert_eq!((world.judge(&store), world.files()), (BELIEVED, 2));
    std::thread::sleep(Duration::from_millis(1100));
    world.say(Known::Revoked(Utc::now() - Span::hours(1)));
    assert!(world.ask(&asker, &store));
    assert_eq!((world.judge(&store), world.files()), (REVOKED, 2));
    world.server.now(Manner::HangsUp);
    assert!(!world.ask(&asker, &store), "silence takes nothing back");
    assert_eq!(world.judge(&store), REVOKED);
    let later = world.store();
    assert_eq!(world.judge(&later), BELIEVED, "the lists do not know it");
    let nobody_asked = Ocsp { address: None, ..world.asker() };
    nobody_asked.recall(&later, Utc::now());
    assert_eq!(world.judge(&later), REVOKED);
    // Only held: a newer answer takes it back, and is asked for although no such card can be read any more.
    std::thread::sleep(Duration::from_millis(1100));
    world.say(Known::Good);
    assert!(world.asker().ask(&later, &[], Utc::now()));
    assert_eq!(world.judge(&later), BELIEVED);
}

#[test]
fn while_the_responder_is_silent_or_not_believed_the_list_decides_and_nothing_is_kept() {
    let world = world();
    let (store, asker) = (world.store(), world.asker());
    let knows = world.knows(Known::Revoked(Utc::now() - Span::hours(1)));
    for manner in [
        Manner::HangsUp,
        Manner::Waits(Duration::from_millis(1500)),
        Manner::Sends(b"<html>".to_vec()),
        Manner::Sends(vec![0x30; ANSWER_BYTES_AT_MOST + 1]),
        Manner::Sends(vec![0x30, 3, 0x0A, 1, 3]),
        Manner::Answers(Responder::NotForAnswering, knows),
        Manner::Answers(Responder::Delegated, Vec::new()),
    ] {
        world.server.now(manner.clone());
        // A pause after silence would hide the next one.
        asker.not_before.lock().unwrap().clear();
        let begun = Instant::now();
        assert!(!world.ask(&asker, &store), "{manner:?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{manner:?}");
        assert_eq!((world.judge(&store), world.files()), (BELIEVED, 0), "{manner:?}");
    }
}

#[test]
fn a_responder_is_not_asked_again_while_its_answer_is_news_nor_at_once_after_silence() {
    let world = world();
    let (store, asker) = (world.store(), Ocsp { again: Duration::from_secs(600), ..world.asker() });
    assert!(!world.ask(&asker, &store) && !world.ask(&asker, &store));
    assert_eq!(world.server.asked(), 2, "once for each certificate");
    asker.not_before.lock().unwrap().clear();
    world.say(Known::Good);
    assert!(!world.ask(&asker, &store) && !world.ask(&asker, &store));
    assert_eq!(world.server.asked(), 4);
    let nobody = Ocsp { address: None, ..world.asker() };
    assert!(!world.ask(&nobody, &store));
    assert_eq!(world.server.asked(), 4, "without an address nobody is asked");
}

#[test]
fn a_kept_answer_that_somebody_changed_is_not_used_and_the_files_do_not_grow_without_end() {
    let world = world();
    let (store, asker) = (world.store(), world.asker());
    world.say(Known::Revoked(Utc::now() - Span::hours(1)));
    assert!(world.ask(&asker, &store));
    for file in kept(&asker.folder) {
        let mut der = std::fs::read(&file).unwrap();
        let middle = der.len() / 3;
        der[middle] ^= 1;
        std::fs::write(&file, der).unwrap();
    }
    let later = world.store();
    asker.recall(&later, Utc::now());
    assert_eq!(world.judge(&later), BELIEVED);
    for number in world.files()..KEPT_AT_MOST {
        std::fs::write(asker.folder.join(format!("{number}.ocsp")), b"").unwrap();
    }
    let new = asker.folder.join("new.ocsp");
    make_room(&asker.folder, &asker.folder.join("3.ocsp"));
    assert_eq!(world.files(), KEPT_AT_MOST, "one that is there already needs no room");
    make_room(&asker.folder, &new);
    assert_eq!(world.files(), KEPT_AT_MOST - 1);
}
