//! Renewal requests, their answers, and their eight days.

use prescription::RenewalProhibition;

use super::*;

over_both_stores! {
    what_is_undispensed_or_not_to_be_renewed_is_not_asked_for,
    one_request_at_a_time_and_none_after_a_rejection,
    a_returned_request_goes_to_another_unit,
    on_the_ninth_day_a_request_has_lapsed,
    a_new_prescription_on_a_request_marks_it_as_renewed,
    only_the_unit_that_was_asked_answers,
}

const OTHER_CLINIC: &str = "1.2.246.10.99999905.10.1";

impl<S: Store> Life<S> {
    /// A prescription from which something was dispensed.
    fn used(&mut self) -> Prescription {
        let prescription = self.world.held(|_| {});
        let lot = self.world.lot(&prescription, &[], 21);
        takes(self.world.send(&lot));
        prescription
    }

    fn asks(&mut self, prescription: &Prescription, recipient: &str) -> (RenewalRequest, StoreAnswer) {
        let request = self.request(prescription, who::SIRI, recipient);
        let answer = self.send_request(&request, who::SIRI, KUUSI);
        (request, answer)
    }

    fn renewal(&self) -> Option<String> {
        let chain = self.world.centre.store().chains_of(&everybody(), None, 10).unwrap().remove(0);
        chain.renewal_at(self.local())
    }
}

fn everybody() -> centre::store::Whose<'static> {
    static AINOS: std::sync::LazyLock<Vec<prescription::PersonIdentityCode>> =
        std::sync::LazyLock::new(|| vec![prescription::PersonIdentityCode::as_stated(AINO)]);
    centre::store::Whose::People(&AINOS)
}

fn what_is_undispensed_or_not_to_be_renewed_is_not_asked_for<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|p| p.renewal_prohibited = Some(RenewalProhibition::default()));
    assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["OP-12", "RN-1"]);
    let lot = life.world.lot(&prescription, &[], 21);
    takes(life.world.send(&lot));
    assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["RN-1"]);
}

fn one_request_at_a_time_and_none_after_a_rejection<S: Store>(life: &mut Life<S>) {
    let prescription = life.used();
    assert_eq!(life.renewal(), None);
    let (request, answer) = life.asks(&prescription, CLINIC);
    takes(answer);
    assert_eq!(life.renewal().as_deref(), Some(RenewalState::Requested.code()));
    assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["LC-12"]);
    takes(life.send_answer(&request, &RenewalState::Rejected));
    assert_eq!(life.renewal().as_deref(), Some(RenewalState::Rejected.code()));
    for _ in 0..2 {
        assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["LC-13"]);
        life.days_pass(20);
    }
}

fn a_returned_request_goes_to_another_unit<S: Store>(life: &mut Life<S>) {
    let prescription = life.used();
    let (request, answer) = life.asks(&prescription, CLINIC);
    takes(answer);
    takes(life.send_answer(&request, &RenewalState::Returned));
    assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["RN-2"]);
    takes(life.asks(&prescription, OTHER_CLINIC).1);
}

fn on_the_ninth_day_a_request_has_lapsed<S: Store>(life: &mut Life<S>) {
    let prescription = life.used();
    let (request, answer) = life.asks(&prescription, CLINIC);
    takes(answer);
    life.days_pass(7);
    assert_eq!(life.renewal().as_deref(), Some(RenewalState::Requested.code()));
    life.days_pass(2);
    assert_eq!(life.renewal().as_deref(), Some(RenewalState::Lapsed.code()));
    assert_eq!(rules(&life.send_answer(&request, &RenewalState::Rejected)), ["OP-14"]);
    takes(life.asks(&prescription, CLINIC).1);
}

fn a_new_prescription_on_a_request_marks_it_as_renewed<S: Store>(life: &mut Life<S>) {
    let prescription = life.used();
    let (request, answer) = life.asks(&prescription, CLINIC);
    takes(answer);
    let id = life.id(CLINIC);
    let at = life.local();
    let renewed = life.world.prescribed(|p| {
        p.reference = reference(id.as_str(), DocumentType::Prescription);
        p.renews = Some(request.reference.clone());
        p.prescribed_at = at;
    });
    takes(life.send_version(&renewed, who::LAURI_PRESCRIBER, CLINIC));
    let old = life.world.centre.store().chain(&prescription.reference.set_id).unwrap().unwrap();
    assert_eq!(old.renewal_at(at).as_deref(), Some(RenewalState::Renewed.code()));
    assert_eq!(old.renewals.as_slice(), std::slice::from_ref(&renewed.reference.id));
    assert_eq!(rules(&life.asks(&prescription, CLINIC).1), ["RN-3"]);
    let lot = life.world.lot(&renewed, &[], 21);
    takes(life.world.send(&lot));
}

fn only_the_unit_that_was_asked_answers<S: Store>(life: &mut Life<S>) {
    let prescription = life.used();
    let (request, answer) = life.asks(&prescription, OTHER_CLINIC);
    takes(answer);
    assert_eq!(rules(&life.send_answer(&request, &RenewalState::Rejected)), ["OP-14"]);
    assert_eq!(rules(&life.send_answer(&request, &RenewalState::Unknown("9".into()))), ["OP-14", "UK-2"]);
}
