//! Coming back after an outage, against the real core of the Centre (OU-6; cases a–i of the prescriptions notes, section 4).
//! Each tells one story: fetched, the Centre falls silent, signed and handed over, something happens elsewhere, the Centre
//! answers again. What was handed over is kept; what it conflicts with is told and stays until a person settles it.

use chrono::Duration;
use counter::{Counter, CounterError, Sent};
use prescription::{Conflict, MarkKind, Oid};
use record::{OutboxFilter, OutboxState};
use test_authority::who;

use crate::elsewhere::Elsewhere;

const KUUSI: &str = "1.2.246.10.99999901.10.1";

/// Fetched while the Centre answers, and signed when it no longer does: the document that waits.
fn handed_over_in_an_outage(story: &Elsewhere) -> String {
    story.bench.log_in(who::SIRI);
    story.bench.search().unwrap();
    let set_id = &story.prescription.reference.set_id;
    story.bench.counter.open_prescription(set_id).unwrap();
    story.bench.counter.add_to_basket(set_id).unwrap();
    story.centre_is_silent();
    let visit = story.bench.sign().unwrap();
    let id = visit.signed[0].document_id.to_string();
    assert!(matches!(story.bench.send().as_slice(), [Sent::Waits { .. }]));
    story.bench.counter.close_visit();
    id
}

/// The Centre answers again: what it took the document as, with the codes of what that conflicts with.
fn comes_back(story: &Elsewhere, id: &str) -> (OutboxState, Option<String>) {
    story.centre_answers();
    story.bench.send();
    story.bench.stands(id)
}

fn waits_for_a_person(counter: &Counter) -> Vec<String> {
    let states = vec![OutboxState::Refused, OutboxState::Conflicting];
    let filter = OutboxFilter { states, ..OutboxFilter::default() };
    counter.deps().record.outbox(filter).unwrap().into_iter().map(|item| item.document_id).collect()
}

/// Handed over, and `meanwhile` happens within two hours.
fn conflicts(with: Conflict, left: &str, meanwhile: impl FnOnce(&Elsewhere)) {
    let story = Elsewhere::new(|_| {});
    let id = handed_over_in_an_outage(&story);
    story.later(Duration::hours(2));
    meanwhile(&story);
    stays_until_settled(&story, &id, with, left);
}

/// The Centre answers: the document is there in exactly this conflict, `left` is what the Centre shows, and it stays on the
/// list over rounds, days and a restart, until a person settles it with a note.
fn stays_until_settled(story: &Elsewhere, id: &str, with: Conflict, left: &str) {
    assert_eq!(comes_back(story, id), (OutboxState::Conflicting, Some(with.code().to_owned())));
    let chain = story.chain();
    let kept: Vec<_> = chain.conflicts.iter().filter(|one| one.document.as_str() == id).collect();
    assert_eq!(kept.len(), 1, "the supervisor's list has it");
    assert_eq!(kept[0].with, [with]);
    assert!(chain.dispensations.iter().any(|made| made.reference.id.as_str() == id), "the fact is never lost");
    story.bench.log_in(who::PETRI);
    assert_eq!(story.left(), left, "what remains is told as it is");
    // Nothing leaves the list by itself.
    story.later(Duration::days(3));
    assert_eq!(story.bench.send(), []);
    let next = Counter::new(story.bench.counter.deps().clone());
    assert_eq!(waits_for_a_person(&next), [id], "the program that starts again shows it");
    assert!(matches!(next.settle(id, "soitettu"), Err(CounterError::NoSession)));
    assert!(matches!(story.bench.counter.resend(id), Err(CounterError::Record(_))), "the Centre has it");
    assert!(matches!(story.bench.counter.settle(id, " "), Err(CounterError::NoNote)));
    story.bench.counter.settle(id, "Soitettu lääkärille.").unwrap();
    assert_eq!(waits_for_a_person(&story.bench.counter), Vec::<String>::new());
}

#[test]
fn ou_6a_cancelled_meanwhile() {
    conflicts(Conflict::Cancelled, "0 fol", Elsewhere::cancels);
}

#[test]
fn ou_6b_fully_dispensed_elsewhere() {
    conflicts(Conflict::FullyDispensed, "-21 fol", |story| story.dispenses(21));
}

#[test]
fn ou_6c_less_remained_than_was_given() {
    conflicts(Conflict::LessRemained, "-14 fol", |story| story.dispenses(14));
}

#[test]
fn ou_6d_locked() {
    conflicts(Conflict::Locked, "0 fol", |story| story.marks(MarkKind::Lock { explanation: None }));
}

#[test]
fn ou_6e_reserved_by_another() {
    conflicts(Conflict::Reserved, "0 fol", |story| story.marks(MarkKind::Reservation { explanation: None }));
}

#[test]
fn ou_6e_marked_for_dose_dispensing_by_another() {
    conflicts(Conflict::Reserved, "0 fol", |story| story.marks(MarkKind::DoseDispensing { explanation: None }));
}

#[test]
fn ou_6e_in_hand_at_another_pharmacy() {
    conflicts(Conflict::Reserved, "0 fol", Elsewhere::takes_in_hand);
}

#[test]
fn ou_6f_expired_when_it_was_handed_over() {
    let story = Elsewhere::new(|prescription| {
        prescription.valid_until = prescription.prescribed_at.date().pred_opt();
        prescription.prescribed_at -= Duration::days(30);
    });
    // The counter signs nothing that has expired; what was given on an old label is written down afterwards.
    let id = story.handed_over_without_a_look();
    stays_until_settled(&story, &id, Conflict::Expired, "0 fol");
}

#[test]
fn ou_6f_what_was_valid_when_it_was_handed_over_is_no_conflict_however_late_it_comes() {
    let story = Elsewhere::new(|prescription| {
        prescription.valid_until = Some(prescription::time::finnish(chrono::Utc::now()).date());
    });
    let id = handed_over_in_an_outage(&story);
    story.later(Duration::days(1));
    assert_eq!(comes_back(&story, &id), (OutboxState::Accepted, None));
}

#[test]
fn ou_6g_a_newer_version() {
    conflicts(Conflict::NewerVersion, "0 fol", Elsewhere::corrects);
}

#[test]
fn ou_6i_the_signers_right_ended() {
    conflicts(Conflict::RightEnded, "0 fol", |story| {
        story.right_of_siri_ends_today();
        story.later(Duration::days(1));
    });
}

#[test]
fn ou_6i_the_signers_certificate_was_revoked() {
    conflicts(Conflict::RightEnded, "0 fol", |story| story.certificates_of_siri_are_revoked(false));
}

#[test]
fn a_signature_by_a_key_that_somebody_else_may_have_is_refused_and_a_person_is_asked() {
    let story = Elsewhere::new(|_| {});
    let id = handed_over_in_an_outage(&story);
    story.later(Duration::hours(2));
    story.certificates_of_siri_are_revoked(true);
    let (state, code) = comes_back(&story, &id);
    assert_eq!((state, code.as_deref()), (OutboxState::Refused, Some("TSK-certificate-revoked:certificate-revoked")));
    assert_eq!(story.chain().dispensations.len(), 0, "nobody knows who signed it");
    story.later(Duration::days(3));
    assert_eq!((story.bench.send(), waits_for_a_person(&story.bench.counter)), (vec![], vec![id]));
}

#[test]
fn ou_6h_a_denial_hinders_fetching_and_never_the_storing_of_what_was_handed_over() {
    let story = Elsewhere::new(|_| {});
    let id = handed_over_in_an_outage(&story);
    story.later(Duration::hours(2));
    story.patient_denies();
    assert_eq!(comes_back(&story, &id), (OutboxState::Accepted, None));
    assert_eq!(story.chain().dispensations.len(), 1);
    assert_eq!(story.bench.search().unwrap().listed.len(), 0, "what is withheld is not hinted at");
    assert_eq!(waits_for_a_person(&story.bench.counter), Vec::<String>::new());
}

#[test]
fn design_5_a_reservation_that_ended_in_the_outage_is_not_missed_where_nobody_took_it() {
    let story = Elsewhere::new(|_| {});
    let id = handed_over_in_an_outage(&story);
    assert_eq!(story.held_by(), Some(Oid::parse(KUUSI).unwrap()));
    story.later(Duration::hours(2));
    assert_eq!(story.held_by(), None, "it ended by time");
    assert_eq!(comes_back(&story, &id), (OutboxState::Accepted, None));
    assert_eq!((story.chain().conflicts.len(), story.left().as_str()), (0, "0 fol"));
}

#[test]
fn several_conflicts_are_all_told() {
    let story = Elsewhere::new(|_| {});
    let id = handed_over_in_an_outage(&story);
    story.later(Duration::hours(2));
    story.dispenses(14);
    story.marks(MarkKind::Lock { explanation: None });
    story.certificates_of_siri_are_revoked(false);
    let (state, codes) = comes_back(&story, &id);
    assert_eq!(state, OutboxState::Conflicting);
    assert_eq!(codes.as_deref(), Some("late-less-remained late-locked late-right-ended"));
}

/// Taken in hand and given back, and the answer to the release was lost on the way: what the network still holds.
fn given_back_without_an_answer(story: &Elsewhere) -> kanta::http::Request {
    story.bench.log_in(who::SIRI);
    story.bench.search().unwrap();
    story.bench.counter.open_prescription(&story.prescription.reference.set_id).unwrap();
    story.bench.counter.close_visit();
    let held_back = story.answers_are_lost();
    assert!(matches!(story.bench.send().as_slice(), [Sent::Waits { .. }]));
    let [release] = held_back.lock().unwrap().clone().try_into().unwrap();
    release
}

#[test]
fn op_13_a_release_that_arrives_late_never_ends_what_is_in_hand_again() {
    let story = Elsewhere::new(|_| {});
    let release = given_back_without_an_answer(&story);
    story.centre_answers();
    story.bench.search().unwrap();
    story.bench.counter.open_prescription(&story.prescription.reference.set_id).unwrap();
    let kuusi = Oid::parse(KUUSI).unwrap();
    assert_eq!(story.held_by(), Some(kuusi.clone()));
    story.arrives(&release);
    assert_eq!(story.held_by(), Some(kuusi), "the Centre had answered it before the prescription was fetched again");
    assert_eq!(story.bench.send(), [], "and nobody sends it any more");
}

#[test]
fn op_13_a_release_of_which_nothing_can_be_learnt_hinders_nobody() {
    let story = Elsewhere::new(|_| {});
    given_back_without_an_answer(&story);
    story.centre_answers();
    story.bench.search().unwrap();
    story.centre_is_silent();
    let again = story.bench.counter.open_prescription(&story.prescription.reference.set_id);
    assert!(matches!(again, Err(CounterError::Centre(_))), "the fetch has no answer either");
    story.centre_answers();
    story.bench.counter.open_prescription(&story.prescription.reference.set_id).unwrap();
    assert_eq!(story.held_by(), Some(Oid::parse(KUUSI).unwrap()));
}
