//! Every scenario between pharmacies, care units and the Prescription Centre: each a test, named for what it proves.

use std::collections::BTreeSet;
use std::path::Path;

use crate::stage::{said, stage};

macro_rules! scenarios {
    ($($name:ident = $file:literal;)*) => {
        const SCENARIOS: &[&str] = &[$($file),*];

        $(#[test] fn $name() { play($file); })*
    };
}

scenarios! {
    ca_3_a_lapse_is_nobodys_to_enter = "a-lapse-is-the-centres";
    di_20_an_amount_of_nothing_is_no_dispensation = "an-amount-of-nothing";
    se_3_a_dispensation_in_another_patients_name_is_refused = "another-patients-name";
    op_11_only_the_pharmacy_that_dispensed_cancels_or_corrects_its_dispensation = "another-pharmacys-dispensation";
    se_1_for_another_reason_only_a_prescription_that_is_identified_is_shown = "another-reason-needs-an-identifier";
    su_1_another_strength_or_another_substance_is_another_medicine = "another-strength";
    di_8_what_is_prescribed_in_tablets_is_not_given_in_millilitres = "another-unit";
    di_3_whoever_is_logged_in_is_whoever_signs = "another-user-logged-in";
    ou_7_di_7_the_answer_is_lost_the_same_is_sent_again_and_there_is_one_dispensation = "answer-lost";
    op_14_ri_1_what_nobody_asked_for_is_not_answered_and_a_pharmacy_answers_nothing = "answer-to-nobodys-request";
    ou_7_a_slow_answer_is_waited_for = "answered-late";
    ou_7_an_answer_that_comes_twice_is_one_dispensation = "answered-twice";
    ou_7_whether_a_lost_answer_was_an_acceptance_is_settled_by_asking_for_the_document = "asking-settles-a-lost-answer";
    di_21_nothing_was_given_before_it_was_prescribed = "before-it-was-prescribed";
    op_5_lc_10_lc_11_a_cancellation_closes_the_lock_and_the_reservation_that_were_open = "cancellation-closes-what-is-open";
    op_6_for_a_technical_reason_only_what_is_undispensed_is_cancelled = "cancelled-technically";
    op_5_ca_1_lc_11_a_prescription_that_the_patient_wants_cancelled_is_dispensed_no_more = "cancelled-with-consent";
    ca_1_ob_9_without_the_patients_consent_a_pharmacy_does_not_cancel = "cancelled-without-consent";
    di_3_a_card_of_an_issuer_whom_nobody_trusts_signs_nothing = "card-of-a-stranger-signs";
    ou_7_a_busy_centre_is_asked_again_and_nothing_is_stored_before = "centre-busy";
    ou_7_a_centre_that_is_killed_has_every_dispensation_that_it_accepted = "centre-killed";
    ou_7_a_centre_that_begins_anew_knows_everything_that_it_knew = "centre-restarts";
    di_21_where_the_centres_clock_is_wrong_nothing_is_stored_under_a_wrong_time = "clock-of-the-centre";
    co_1_a_correction_does_not_move_a_prescription_to_another_patient = "correction-in-another-patients-name";
    co_2_a_pharmacy_that_corrects_the_content_says_what_was_agreed_with_the_prescriber = "correction-in-words";
    ve_1_only_the_newest_version_is_corrected = "correction-of-an-old-version";
    op_4_lc_1_lc_5_lc_11_what_is_used_up_cancelled_or_expired_is_not_corrected = "correction-of-what-is-over";
    se_8_a_denied_prescription_is_not_found_by_identity_code_and_is_given_to_whoever_brings_its_identifier = "denied-prescription";
    ou_7_a_centre_whose_disk_is_full_loses_nothing_that_it_accepted_and_goes_on_when_there_is_room = "disk-full";
    op_11_what_is_cancelled_is_not_cancelled_again = "dispensation-cancelled-twice";
    si_1_a_dispensation_that_was_changed_after_signing_is_refused = "dispensation-changed-after-signing";
    op_11_di_7e_a_corrected_dispensation_counts_as_it_is_corrected = "dispensation-corrected";
    di_3_a_dispensation_without_a_signature_is_refused = "dispensation-unsigned";
    lc_16_half_a_document_is_no_document = "document-cut-short";
    lc_16_a_document_that_is_too_large_does_not_leave_the_pharmacy = "document-too-large";
    lc_16_a_document_with_a_document_type_declaration_is_not_read = "document-type-declaration";
    se_7_a_fetch_brings_the_newest_version_and_every_dispensation_that_counts = "documents-of-a-prescription";
    re_1_op_9_op_10_what_is_marked_for_dose_dispensing_only_the_marking_pharmacy_dispenses_until_it_ends_the_mark = "dose-dispensing";
    se_1_se_5_a_pharmacy_that_dispenses_in_doses_hears_of_its_patients_new_and_changed_prescriptions = "dose-patients";
    lo_1_lo_7_searches_fetches_and_dispensations_each_leave_their_trace = "every-use-is-logged";
    di_3_an_expired_card_signs_nothing = "expired-card-signs";
    lc_6_a_course_that_is_not_regular_medication_has_no_month_after_its_end = "expired-course";
    lc_5_lc_6_forty_days_after_its_end_no_reason_helps = "expired-forty-days";
    lc_6_in_the_month_after_the_end_no_more_than_about_a_months_supply_is_given = "expired-more-than-a-month";
    lc_3_lc_5_lc_6_a_medicine_that_may_be_misused_has_no_month_after_its_end = "expired-pkv";
    lc_5_lc_6_ten_days_after_its_end_a_two_year_prescription_of_a_regular_medicine_is_dispensed_for_a_stated_reason_only = "expired-ten-days";
    ca_2_for_false_information_or_coercion_only_the_prescriber_cancels = "false-information";
    di_6_di_10_lc_1_of_a_prescription_for_a_time_the_pharmacist_says_when_it_is_over = "for-a-time";
    re_2_what_somebody_forgot_to_give_back_is_free_after_half_an_hour = "forgotten-in-hand";
    lc_1_di_7_di_7b_21_tablets_iterated_three_times_are_dispensed_in_four_lots_each_on_its_day_and_there_is_no_fifth = "four-lots";
    op_5_lc_1_what_is_used_up_is_not_cancelled = "fully-dispensed-is-not-cancelled";
    op_13_re_2_a_pharmacist_who_gives_up_gives_the_prescription_back_to_everybody = "given-back";
    di_7_di_8_grams_of_a_cream_are_counted_like_tablets = "grams-are-counted";
    ob_6_ob_7_a_guardian_is_told_of_a_childs_prescriptions_where_it_is_decided_so = "guardian-of-a-child";
    ob_6_ob_3_nobody_is_an_adults_guardian = "guardian-of-an-adult";
    di_7_di_8_half_a_lot_leaves_the_other_half = "half-a-lot";
    di_8_a_document_whose_header_says_other_than_its_body_is_refused = "header-says-other-than-body";
    lc_14_a_prescription_for_a_hospital_pharmacy_is_not_dispensed_at_another = "hospital-pharmacy";
    ob_2_se_2_whoever_brings_anothers_patient_instruction_hears_of_that_prescription_alone = "instruction-of-another";
    ob_2_whoever_brings_anothers_kela_card_hears_only_of_the_medicine_that_they_name = "kela-card-of-another";
    lc_1_a_pharmacy_that_looked_before_another_one_gave_is_told_when_it_gives = "last-look-is-old";
    op_11_lc_1_a_prescription_whose_dispensations_are_all_cancelled_is_undispensed = "last-lot-cancelled";
    op_7_op_8_lc_10_the_pharmacy_that_locked_unlocks_and_no_other = "lock-and-unlock";
    op_7_lc_10_what_is_locked_is_not_locked_again = "lock-twice";
    lc_10_op_4_op_7_di_18_a_lock_keeps_the_prescription_from_everybody_until_it_is_corrected = "lock-until-corrected";
    lc_1_lc_11_op_7_what_is_used_up_or_cancelled_is_not_locked = "lock-what-is-used-up";
    re_2_se_9_looking_at_a_list_holds_nothing = "looking-holds-nothing";
    di_7b_a_lot_of_an_iterated_medicine_is_not_given_before_its_day_at_any_pharmacy = "lot-too-early";
    si_1_op_7_where_marks_are_the_pharmacys_systems_to_sign_no_other_signature_suffices = "marks-signed-by-the-system";
    ob_7_what_a_minor_forbids_to_tell_no_guardian_hears_of_the_minor_is_served = "minor-forbids";
    ob_7_of_a_minor_of_whom_nothing_is_decided_nothing_is_told_to_a_guardian = "minor-undecided";
    di_7d_of_a_medicine_that_may_be_misused_no_more_than_one_lot_is_given_at_once = "more-than-a-lot-of-pkv";
    di_7_more_than_is_left_is_not_given = "more-than-is-left";
    lc_2_lc_5_a_prescription_that_states_no_end_is_valid_for_two_years = "no-stated-end";
    di_6_a_prescription_that_only_changes_the_dose_has_nothing_to_give = "nothing-to-dispense";
    si_1_ri_1_nurses_and_medical_students_prescribe_and_are_dispensed_from = "nurse-and-medical-student-prescribe";
    ou_6_lc_11_what_was_given_in_an_outage_from_what_was_meanwhile_cancelled_is_kept_in_conflict = "outage-and-cancelled";
    ou_6_di_18_what_was_given_in_an_outage_from_a_version_that_was_meanwhile_corrected_is_kept_in_conflict = "outage-and-corrected";
    ou_6_se_8_what_was_given_in_an_outage_from_a_denied_prescription_is_stored_a_denial_hinders_fetching_and_never_storing = "outage-and-denied";
    ou_6_lc_5_what_was_given_in_an_outage_after_its_end_is_kept_in_conflict = "outage-and-expired";
    ou_6_di_7_what_was_given_in_an_outage_when_less_was_left_is_kept_in_conflict = "outage-and-less-left";
    ou_6_lc_10_what_was_given_in_an_outage_from_what_was_meanwhile_locked_is_kept_in_conflict = "outage-and-locked";
    ou_6_re_1_what_was_given_in_an_outage_from_what_another_pharmacy_meanwhile_reserved_is_kept_in_conflict = "outage-and-reserved";
    ou_6_di_3_what_was_signed_in_an_outage_is_kept_though_the_right_ended_meanwhile = "outage-and-right-ended";
    ou_6_lc_1_di_7e_what_was_given_in_an_outage_and_meanwhile_elsewhere_too_is_kept_in_conflict_and_what_is_left_is_not_hidden = "outage-and-used-up";
    ou_6_su_1_di_3_an_outage_opens_no_rule_about_the_document_itself = "outage-opens-no-rule-of-the-document";
    ou_1_ou_6_what_was_given_in_an_outage_is_stored_afterwards_with_its_real_time = "outage-sent-afterwards";
    di_7e_a_pharmacy_that_does_not_notice_that_it_gave_the_last_is_told_so = "over-and-not-said";
    di_3_a_pharmacys_document_does_not_come_over_another_pharmacys_connection = "over-anothers-connection";
    se_9_ri_1_a_pharmacy_finds_what_it_dispensed_itself_and_not_what_another_one_did = "own-dispensations";
    di_7c_a_package_of_100_fills_a_prescribed_package_of_98 = "package-of-the-same-size-class";
    se_6_a_long_list_comes_in_pages_each_prescription_once = "pages";
    se_6_a_last_page_that_is_full_is_the_last_page = "pages-that-fit";
    st_1_ou_2_a_pharmacist_stores_a_paper_prescription_and_dispenses_it = "paper-prescription";
    st_1_for_another_reason_a_prescription_is_stored_with_words_only = "paper-prescription-without-words";
    st_3_a_stored_prescription_is_valid_for_no_longer_than_the_act_allows = "paper-prescription-too-long";
    lc_11_ca_1_when_the_patient_has_died_nobody_is_asked_for_consent = "patient-has-died";
    se_4_whoever_has_no_identity_code_is_served_with_the_patient_instruction = "person-without-identity-code";
    se_10_a_pharmacy_whose_certificate_is_revoked_reaches_nobody_the_other_one_works_on = "pharmacy-certificate-withdrawn";
    re_3_se_1_di_18_the_prescriber_corrects_and_cancels_a_dose_prescription_and_the_pharmacys_search_tells_it = "prescriber-changes-a-dose-prescription";
    op_4_co_2_the_prescriber_corrects_without_explaining_it_to_himself = "prescriber-corrects";
    ri_1_di_3_a_prescriber_dispenses_nothing_and_locks_nothing = "prescriber-dispenses";
    op_8_the_prescriber_unlocks_what_a_pharmacy_locked = "prescriber-unlocks";
    re_2_re_3_the_prescriber_waits_for_who_dispenses_and_not_for_who_reserved = "prescriber-waits-for-who-dispenses";
    si_1_a_prescription_that_was_changed_after_signing_is_not_dispensed = "prescription-changed-after-signing";
    si_1_a_prescription_that_another_than_its_prescriber_signed_is_not_dispensed = "prescription-signed-by-another";
    si_1_a_prescription_without_its_prescribers_signature_is_shown_and_not_dispensed = "prescription-unsigned";
    lc_15_a_prescription_printed_for_use_abroad_is_not_dispensed_in_finland = "printed-for-abroad";
    ou_7_the_document_is_lost_on_its_way_the_same_is_sent_again_and_there_is_one_dispensation = "question-lost";
    op_12_lc_12_from_what_something_was_bought_a_renewal_can_be_asked_for_once_at_a_time = "renewal-asked";
    lc_12_after_eight_days_a_request_lapses_and_can_be_made_again = "renewal-lapses";
    rn_1_what_the_prescriber_does_not_let_be_renewed_is_not_asked_for = "renewal-prohibited";
    lc_13_op_14_what_was_rejected_once_is_never_asked_for_again = "renewal-rejected";
    rn_2_a_request_that_was_returned_can_be_sent_to_another_unit = "renewal-returned";
    lc_7_a_two_year_prescription_can_be_renewed_for_28_months = "renewal-window";
    lc_7_what_is_valid_for_a_year_can_be_renewed_for_16_months = "renewal-window-of-one-year";
    rn_4_without_the_patients_consent_no_renewal_is_asked_for = "renewal-without-consent";
    rn_3_a_new_prescription_that_was_asked_for_is_the_answer_and_the_old_one_is_not_renewed_again = "renewed";
    re_1_lc_1_a_reservation_ends_when_nothing_is_left = "reservation-ends-when-used-up";
    op_10_re_1_the_pharmacy_that_reserved_releases_and_no_other = "reservation-released";
    re_1_op_9_what_one_pharmacy_has_reserved_no_other_dispenses_and_everybody_sees_whose_it_is = "reserved-by-another";
    re_1_op_4_op_5_what_one_pharmacy_has_reserved_no_other_corrects_or_cancels = "reserved-cannot-be-cancelled-elsewhere";
    di_3_a_revoked_card_signs_nothing = "revoked-card-signs";
    di_3_ri_1_whose_right_has_ended_signs_nothing_whatever_the_card_says = "right-that-has-ended";
    di_7e_a_prescription_is_not_over_because_a_pharmacy_says_so = "said-to-be-over";
    ou_7_di_7_the_same_dispensation_sent_twice_is_stored_once_and_answered_as_the_first_time = "same-again";
    ou_7_another_pharmacy_cannot_send_a_pharmacys_document_as_its_own = "same-again-by-another-pharmacy";
    ou_7_another_document_under_a_used_identifier_is_refused_and_the_first_one_stays = "same-identifier-other-content";
    op_7_a_lock_that_is_sent_twice_is_one_lock = "same-lock-again";
    se_2_the_identifier_of_the_patient_instruction_finds_that_prescription_alone = "search-by-identifier";
    se_3_se_7_an_identity_code_finds_all_prescriptions_of_that_person_and_nobody_elses = "search-by-identity-code";
    se_6_nothing_found_is_an_answer_and_no_error = "search-finds-nothing";
    se_1_every_search_has_a_reason_and_a_pharmacy_has_not_every_reason = "search-for-a-reason";
    se_3_a_search_can_be_narrowed_to_what_was_prescribed_lately = "search-narrowed-by-days";
    se_3_a_search_can_be_narrowed_to_what_is_not_or_only_partly_dispensed = "search-narrowed-by-dispensing";
    se_5_at_most_twenty_people_are_asked_about_at_once = "search-of-many-people";
    se_3_in_a_test_nobody_is_looked_up_who_may_be_alive = "search-of-somebody-alive";
    se_10_a_pharmacy_does_not_ask_in_another_pharmacys_name = "search-over-anothers-connection";
    op_11_di_7e_a_dispensation_that_is_cancelled_gives_its_lot_back = "second-lot-cancelled";
    di_3_si_1_a_dispensation_that_another_person_signed_is_refused = "signed-with-anothers-card";
    ri_1_a_student_does_not_cancel_a_dispensation = "student-cancels-a-dispensation";
    ri_1_a_student_neither_corrects_cancels_locks_nor_reserves = "student-corrects";
    di_3_a_student_prepares_and_a_pharmacist_signs = "student-prepared";
    se_1_ri_1_a_student_searches_like_a_pharmacist_and_does_not_ask_for_what_a_student_may_not_do = "student-searches";
    di_3_ri_1_a_student_does_not_sign_not_even_when_nobody_else_is_there = "student-signs";
    ri_1_st_2_a_student_stores_no_prescription_and_a_pharmacist_prescribes_none = "student-types-in";
    su_3_an_interchangeable_product_may_be_given_and_is_marked_as_a_substitute = "substitution";
    su_2_what_the_prescriber_prohibits_to_substitute_is_given_as_it_was_prescribed = "substitution-prohibited";
    lo_4_lo_6_ri_1_a_supervisor_sees_searches_without_a_dispensation_and_what_was_refused_and_nobody_else_does = "supervision";
    ou_6_lo_4_what_an_outage_left_in_conflict_is_on_the_supervisors_list_until_settled = "supervisor-settles-a-conflict";
    re_2_op_2_what_one_pharmacist_has_in_hand_no_other_pharmacy_dispenses_at_that_moment = "taken-in-hand";
    co_1_op_4_a_technical_correction_writes_out_the_dosage_and_leaves_the_medicine_alone = "technical-correction";
    se_1_ri_1_a_technical_fault_is_the_technical_persons_alone_and_logged = "technical-fault";
    lc_4_a_telephone_prescription_is_valid_for_three_months_at_most_and_never_renewed = "telephone-prescription";
    lc_2_lc_5_the_end_that_the_prescriber_set_is_obeyed_its_last_day_included = "the-prescribers-own-end";
    di_21_a_pharmacys_clock_may_be_four_minutes_wrong_and_not_ten = "time-of-the-pharmacy";
    lc_1_di_7_two_pharmacies_give_the_last_package_at_the_same_moment_one_of_them_is_refused = "two-at-the-same-moment";
    uk_1_a_class_of_medicine_that_nobody_here_knows_hinders_and_never_means_free = "unknown-class";
    se_2_a_dispensation_of_a_prescription_that_nobody_knows_is_refused = "unknown-prescription";
    op_8_a_lock_that_is_no_longer_in_force_is_not_taken_away_again = "unlock-without-a-lock";
    ri_1_lo_1_lo_7_whoever_has_no_right_searches_nothing_and_it_is_logged = "without-a-right-no-search";
    ri_1_lo_1_who_has_no_professional_right_searches_nothing_and_it_is_logged = "without-any-right";
    di_7e_a_pharmacy_that_counts_wrongly_what_is_left_is_told_so_and_nothing_is_stored = "wrong-remainder";
}

#[test]
fn every_scenario_is_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios/centre");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stories = files.filter(|path| path.extension().is_some_and(|ending| ending == "story"));
    let there: BTreeSet<String> =
        stories.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let tested: BTreeSet<String> = SCENARIOS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, tested);
    assert_eq!(tested.len(), SCENARIOS.len(), "a scenario is two tests");
}

#[test]
fn a_scenario_that_goes_otherwise_fails_with_what_was_expected_and_seen_and_tells_no_identity_code() {
    let folder = std::env::temp_dir().join(format!("tiski-scenario-otherwise-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("otherwise.story");
    let text = "title: Otherwise\nproves: LC-1\n\nLauri writes DIAPAM 10 mg for Aino, 21 fol\n\
                Kuusen apteekki dispenses 21 fol, with the reason \"010181-900C\": refused by LC-1\n";
    std::fs::write(&file, text).unwrap();
    let output = stage(&["centre", file.to_str().unwrap()]).output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("expected: refused by LC-1; seen: accepted"), "{said}");
    assert!(said.contains("010181-9•••") && !said.contains("900C"), "{said}");
}

/// Plays a scenario; everything in it must be as it should be.
fn play(name: &str) {
    let output = stage(&["centre", &format!("fixtures/scenarios/centre/{name}.story")]).output().unwrap();
    let said = said(&output);
    println!("{said}");
    assert!(output.status.success(), "the scenario `{name}` went otherwise:\n{said}");
    assert!(said.contains("as it should be"), "nothing was played:\n{said}");
}
