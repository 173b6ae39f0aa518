//! openssl answers our questions and reads them; which answers are believed, and what each of them does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use test_authority::{Authority, Known, People, Responder, who};
use trust::{AnswerRefusal, AnswerStatus, Distrust, Purpose, Question, TrustStore};

struct World {
    folder: tempfile::TempDir,
    authority: Authority,
    store: TrustStore,
    now: DateTime<Utc>,
}

fn world() -> World {
    let (folder, now) = (tempfile::tempdir().unwrap(), Utc::now());
    let people = People::built_in().unwrap().only(&[who::SIRI, who::PETRI, who::KAISA_REVOKED]);
    let authority = Authority::create_for(folder.path(), now, people).unwrap();
    let store = TrustStore::load(folder.path()).unwrap();
    World { folder, authority, store, now }
}

impl World {
    fn certificate(&self, slug: &str) -> Vec<u8> {
        self.authority.authentication(slug).unwrap().certificate
    }

    fn question(&self, slug: &str, nonce: u8) -> Question {
        Question::new(self.store.about(&self.certificate(slug)).unwrap(), [nonce; 32])
    }

    fn knows(&self, slug: &str, known: Known) -> Vec<(String, Known)> {
        let people = &self.authority.index().people;
        people.iter().find(|one| one.slug == slug).unwrap().serials.iter().map(|one| (one.clone(), known)).collect()
    }

    /// openssl's answer to a question about Siri.
    fn answer(&mut self, question: &Question, by: Responder, known: Known) -> Vec<u8> {
        let knows = self.knows(who::SIRI, known);
        self.authority.ocsp_answer(&question.der(), by, &knows, 60).unwrap()
    }

    fn take(&self, answer: &[u8], question: &Question) -> Result<AnswerStatus, AnswerRefusal> {
        self.store.take_answer(answer, question, Utc::now())
    }

    fn judge(&self, at: DateTime<Utc>) -> Result<(), Distrust> {
        judge(&self.store, &self.certificate(who::SIRI), at)
    }

    /// Siri's certificate as PEM, for openssl.
    fn pem(&self) -> PathBuf {
        let pem = self.folder.path().join("siri.pem");
        let der = self.folder.path().join("people").join(who::SIRI).join("auth.cert.der");
        let done =
            Command::new("openssl").args(["x509", "-inform", "der", "-in"]).arg(der).arg("-out").arg(&pem).status();
        assert!(done.unwrap().success());
        pem
    }

    /// What openssl would ask about Siri, without a nonce.
    fn question_of_openssl(&self) -> Vec<u8> {
        let file = self.folder.path().join("theirs.der");
        let mut ask = Command::new("openssl");
        ask.args(["ocsp", "-no_nonce", "-issuer"]).arg(self.folder.path().join("ca/professionals.pem"));
        assert!(ask.arg("-cert").arg(self.pem()).arg("-reqout").arg(&file).status().unwrap().success());
        std::fs::read(file).unwrap()
    }

    fn revoked(&self) -> Known {
        Known::Revoked(self.now - Duration::hours(1))
    }
}

fn judge(store: &TrustStore, certificate: &[u8], at: DateTime<Utc>) -> Result<(), Distrust> {
    store.judge(certificate, Purpose::ProfessionalAuthentication, at).map(drop)
}

#[test]
fn openssl_reads_the_question_as_it_is_meant() {
    let world = world();
    let file = world.folder.path().join("question.der");
    std::fs::write(&file, world.question(who::SIRI, 0xA7).der()).unwrap();
    let output = Command::new("openssl").args(["ocsp", "-req_text", "-reqin"]).arg(&file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let serial = &world.authority.index().people.iter().find(|one| one.slug == who::SIRI).unwrap().serials[0];
    assert!(text.contains("Hash Algorithm: sha1") && text.contains(&serial.to_uppercase()), "{text}");
    assert!(text.contains("OCSP Nonce:") && text.matches("A7").count() >= 16, "{text}");
    // The very bytes that openssl would ask, but for the nonce.
    let theirs = world.question_of_openssl();
    let list = &theirs[4..];
    assert!(world.question(who::SIRI, 0).der().windows(list.len()).any(|part| part == list));
}

#[test]
fn openssl_says_of_the_answer_what_is_read_in_it() {
    let mut world = world();
    for (known, said, read) in
        [(Known::Good, ": good", AnswerStatus::Good), (world.revoked(), ": revoked", AnswerStatus::Revoked)]
    {
        let question = world.question(who::SIRI, 1);
        let answer = world.answer(&question, Responder::Delegated, known);
        let folder = world.folder.path();
        let (asked, given) = (folder.join("q.der"), folder.join("a.der"));
        std::fs::write(&asked, question.der()).unwrap();
        std::fs::write(&given, &answer).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["ocsp", "-no_nonce", "-CAfile"]).arg(folder.join("root.pem"));
        openssl.arg("-verify_other").arg(folder.join("ca/professionals.pem")).arg("-issuer");
        openssl.arg(folder.join("ca/professionals.pem")).arg("-cert").arg(world.pem());
        let output = openssl.arg("-reqin").arg(&asked).arg("-respin").arg(&given).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(said) && text.contains("Response verify OK"), "{text}");
        assert_eq!(world.take(&answer, &question), Ok(read));
    }
}

#[test]
fn the_issuer_and_whom_it_lets_answer_are_believed_and_nobody_else() {
    let mut world = world();
    for (by, taken) in [
        (Responder::Issuer, Ok(AnswerStatus::Revoked)),
        (Responder::Delegated, Ok(AnswerStatus::Revoked)),
        (Responder::DelegatedByKey, Ok(AnswerStatus::Revoked)),
        (Responder::DelegatedAndExpired, Err(AnswerRefusal::NotOfIssuer)),
        (Responder::NotForAnswering, Err(AnswerRefusal::NotOfIssuer)),
        (Responder::OfAnotherIssuer, Err(AnswerRefusal::NotOfIssuer)),
        (Responder::DelegatedAndRevoked, Err(AnswerRefusal::NotOfIssuer)),
    ] {
        let question = world.question(who::SIRI, 2);
        let known = world.revoked();
        let answer = world.answer(&question, by, known);
        world.store = TrustStore::load(world.folder.path()).unwrap();
        assert_eq!(world.take(&answer, &question), taken, "{by:?}");
        let judged = if taken.is_ok() { Err(Distrust::Revoked) } else { Ok(()) };
        assert_eq!(world.judge(Utc::now()), judged, "{by:?}");
    }
}

#[test]
fn a_stranger_of_the_same_names_is_not_believed() {
    let (world, mut other) = (world(), world());
    let question = world.question(who::SIRI, 3);
    // It answers the very question, by the issuer's name, and only its key is another one.
    let knows = world.knows(who::SIRI, Known::Good);
    let answer = other.authority.ocsp_answer(&question.der(), Responder::Issuer, &knows, 60).unwrap();
    assert_eq!(world.take(&answer, &question), Err(AnswerRefusal::NotOfIssuer));
    let theirs = other.question(who::SIRI, 3);
    let about_theirs = other.answer(&theirs, Responder::Issuer, Known::Good);
    assert_eq!(world.take(&about_theirs, &theirs), Err(AnswerRefusal::OtherCertificate));
}

#[test]
fn a_word_that_was_changed_after_signing_is_noticed() {
    let mut world = world();
    for by in [Responder::Issuer, Responder::Delegated] {
        let question = world.question(who::SIRI, 10);
        let answer = world.answer(&question, by, Known::Good);
        // The status, and behind it the last digit of thisUpdate's year.
        let status = answer.windows(4).position(|part| part == [0x80, 0x00, 0x18, 0x0F]).unwrap();
        for (at, bits) in [(status, 0x02), (status + 7, 0x01)] {
            let mut changed = answer.clone();
            changed[at] ^= bits;
            assert!(matches!(world.take(&changed, &question), Err(AnswerRefusal::NotOfIssuer)), "{by:?}");
            // One that knows nothing is recalled as nothing, whoever signed it.
            assert!(at == status || world.store.recall_answer(&changed, Utc::now()).is_err(), "{by:?}");
        }
        assert_eq!(world.take(&answer, &question), Ok(AnswerStatus::Good));
    }
}

#[test]
fn an_answer_about_another_certificate_or_to_another_question_is_not_taken() {
    let mut world = world();
    let (first, second) = (world.question(who::SIRI, 4), world.question(who::SIRI, 5));
    let answer = world.answer(&first, Responder::Delegated, Known::Good);
    assert_eq!(world.take(&answer, &second), Err(AnswerRefusal::OtherQuestion));
    let petri = world.question(who::PETRI, 4);
    assert_eq!(world.take(&answer, &petri), Err(AnswerRefusal::OtherCertificate));
    assert_eq!(world.take(&answer, &first), Ok(AnswerStatus::Good));
    // A responder that gives no nonce back is believed by its times alone.
    let without = world.question_of_openssl();
    let knows = world.knows(who::SIRI, Known::Good);
    let answer = world.authority.ocsp_answer(&without, Responder::Delegated, &knows, 60).unwrap();
    assert_eq!(world.take(&answer, &second), Ok(AnswerStatus::Good));
}

#[test]
fn an_answer_of_another_time_is_not_taken() {
    let mut world = world();
    let question = world.question(who::SIRI, 6);
    let answer = world.answer(&question, Responder::Delegated, Known::Good);
    let take = |at| world.store.take_answer(&answer, &question, at);
    assert_eq!(take(Utc::now() - Duration::minutes(10)), Err(AnswerRefusal::NotOfNow), "made in the future");
    assert_eq!(take(Utc::now() + Duration::minutes(61)), Err(AnswerRefusal::NotOfNow), "over");
    assert_eq!(take(Utc::now() - Duration::minutes(3)), Ok(AnswerStatus::Good), "clocks differ");
    assert_eq!(take(Utc::now() + Duration::minutes(58)), Ok(AnswerStatus::Good));
}

#[test]
fn revoked_counts_from_its_moment_until_a_newer_answer_and_an_older_one_changes_nothing() {
    let mut world = world();
    let question = world.question(who::SIRI, 7);
    let good = world.answer(&question, Responder::Delegated, Known::Good);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let known = world.revoked();
    let revoked = world.answer(&question, Responder::Delegated, known);
    assert_eq!(world.take(&good, &question), Ok(AnswerStatus::Good));
    assert_eq!(world.judge(Utc::now()), Ok(()));
    assert_eq!(world.take(&revoked, &question), Ok(AnswerStatus::Revoked));
    assert_eq!(world.judge(Utc::now()), Err(Distrust::Revoked));
    assert_eq!(world.judge(world.now - Duration::hours(2)), Ok(()), "signed before");
    assert_eq!(world.take(&good, &question), Err(AnswerRefusal::Older));
    assert_eq!(world.judge(Utc::now()), Err(Distrust::Revoked));
    // After a restart, without a responder, and long after the answer's time: still.
    let later = TrustStore::load(world.folder.path()).unwrap();
    assert_eq!(later.recall_answer(&revoked, Utc::now() + Duration::days(60)), Ok(()));
    assert_eq!(judge(&later, &world.certificate(who::SIRI), Utc::now()), Err(Distrust::Revoked));
    assert_eq!(later.recall_answer(&good, Utc::now()), Err(AnswerRefusal::Older));
    assert_eq!(later.answer(&world.certificate(who::SIRI)).unwrap().status, AnswerStatus::Revoked);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let again = world.answer(&question, Responder::Delegated, Known::Good);
    assert_eq!(world.take(&again, &question), Ok(AnswerStatus::Good));
    assert_eq!(world.judge(Utc::now()), Ok(()), "a certificate that was only held");
    let known = Known::Compromised(world.now - Duration::hours(1));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let compromised = world.answer(&question, Responder::Delegated, known);
    assert_eq!(world.take(&compromised, &question), Ok(AnswerStatus::Revoked));
    assert_eq!(world.judge(world.now - Duration::hours(2)), Err(Distrust::Revoked), "nothing it ever signed");
}

#[test]
fn an_answer_lets_nobody_in_and_unknown_changes_nothing() {
    let mut world = world();
    let kaisa = world.question(who::KAISA_REVOKED, 8);
    let knows = world.knows(who::KAISA_REVOKED, Known::Good);
    let answer = world.authority.ocsp_answer(&kaisa.der(), Responder::Delegated, &knows, 60).unwrap();
    assert_eq!(world.take(&answer, &kaisa), Ok(AnswerStatus::Good));
    let certificate = world.certificate(who::KAISA_REVOKED);
    assert_eq!(judge(&world.store, &certificate, Utc::now()), Err(Distrust::Revoked), "the list knows it");
    let siri = world.question(who::SIRI, 8);
    let answer = world.authority.ocsp_answer(&siri.der(), Responder::Delegated, &[], 60).unwrap();
    assert_eq!(world.take(&answer, &siri), Ok(AnswerStatus::Unknown));
    assert_eq!(world.store.answer(&world.certificate(who::SIRI)), None);
    assert_eq!(world.judge(Utc::now()), Ok(()));
    let far = world.now + Duration::days(400);
    assert_eq!(world.judge(far), Err(Distrust::NoRevocationData), "no list counts");
    // "Try later" (3) and other refusals are no answer.
    assert_eq!(world.take(&[0x30, 3, 0x0A, 1, 3], &siri), Err(AnswerRefusal::NoAnswer));
    assert_eq!(world.take(&[answer, vec![0]].concat(), &siri), Err(AnswerRefusal::Unreadable), "something behind it");
    assert_eq!(world.take(b"<html>", &siri), Err(AnswerRefusal::Unreadable));
    assert_eq!(world.take(&vec![0x30; 200_000], &siri), Err(AnswerRefusal::Unreadable));
}

#[test]
fn a_question_is_only_made_for_a_certificate_of_a_trusted_issuer() {
    let (world, other) = (world(), world());
    assert!(world.store.about(&other.certificate(who::SIRI)).is_none());
    assert!(world.store.about(b"nothing").is_none());
}

#[test]
fn no_answer_that_is_cut_or_changed_panics_or_revokes_somebody_else() {
    let mut world = world();
    let question = world.question(who::SIRI, 9);
    let answer = world.answer(&question, Responder::Delegated, Known::Good);
    for end in 0..answer.len() {
        assert!(world.take(&answer[..end], &question).is_err(), "cut at {end}");
    }
    let certificate = world.certificate(who::SIRI);
    proptest!(ProptestConfig::with_cases(1_500), |(
        changes in prop::collection::vec((0..answer.len(), any::<u8>()), 1..4),
        longer in prop::collection::vec(any::<u8>(), 0..3),
    )| {
        let mut changed = answer.clone();
        changes.iter().for_each(|(at, byte)| changed[*at] = *byte);
        changed.extend(longer);
        let taken = world.take(&changed, &question);
        // What is outside the signature, as the responder's own extensions, may change; what it says may not.
        prop_assert!(!matches!(taken, Ok(AnswerStatus::Revoked | AnswerStatus::Unknown)));
        let _ = world.store.recall_answer(&changed, Utc::now());
        prop_assert_eq!(judge(&world.store, &certificate, Utc::now()), Ok(()));
    });
    proptest!(ProptestConfig::with_cases(2_000), |(bytes in prop::collection::vec(any::<u8>(), 0..300))| {
        prop_assert!(world.take(&bytes, &question).is_err());
    });
}
