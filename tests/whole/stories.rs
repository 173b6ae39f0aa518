//! Every story, on the headless host and in the real window under a screen of its own.

macro_rules! stories {
    ($($name:ident = $file:literal;)*) => {
        const STORIES: &[&str] = &[$($file),*];

        mod headless {
            $(#[test] fn $name() { crate::stage::play($file, "headless"); })*
        }

        mod window {
            $(#[test] fn $name() { crate::stage::play($file, "window"); })*
        }
    };
}

stories! {
    a_first_dispensation_from_the_card_to_the_centre = "first-dispensation";
    di_7b_di_7d_lc_1_four_lots_on_their_days = "four-lots-on-their-days";
    lc_5_si_1_kelas_document_as_it_is_is_not_dispensable = "kelas-document-as-it-is";
    the_centre_is_down_and_the_dispensation_goes_out_by_itself = "centre-down";
    the_app_killed_before_the_answer_leaves_one_dispensation = "app-killed-before-the-answer";
    the_app_killed_before_sending_leaves_one_dispensation = "app-killed-before-sending";
    the_centre_killed_before_its_answer_leaves_one_dispensation = "centre-killed-before-its-answer";
    a_full_disk_at_the_centre_loses_nothing = "centre-disk-full";
    a_lost_request_a_lost_answer_and_a_restart_leave_one_dispensation = "centre-drops-and-repeats";
    an_answer_that_comes_twice_is_one_dispensation = "centre-answers-twice";
    both_signatures_and_the_schema_are_judged_by_others = "judged-by-others";
    a_wrong_pin_tells_the_tries_left = "wrong-pin";
    a_blocked_pin_says_which = "blocked-pin";
    a_blocked_pin2_lets_prepare_and_signs_nothing = "blocked-pin-of-signing";
    the_last_try_is_never_spent_by_the_program = "last-try";
    a_refused_document_stays_listed_after_a_restart = "centre-refuses";
    di_3_a_student_prepares_and_cannot_sign = "student";
    di_3_a_student_prepares_and_a_pharmacist_signs = "student-prepares";
    a_revoked_card_opens_no_session = "revoked-card";
    an_expired_card_opens_no_session = "expired-card";
    a_card_of_an_unknown_issuer_opens_no_session = "card-of-an-unknown-issuer";
    di_3_a_right_that_has_ended_is_refused_by_the_centre = "right-ended";
    di_3_a_right_that_has_ended_opens_no_session_where_the_role_service_is_asked = "right-ended-at-the-door";
    di_3_a_right_that_ended_in_the_morning_signs_nothing_in_the_afternoon = "right-ended-while-logged-in";
    a_revoked_certificate_of_the_pharmacy_is_told_by_name = "pharmacy-certificate-revoked";
    a_pulled_card_locks_within_one_second = "card-pulled";
    op_13_who_looks_and_closes_gives_back = "looks-and-closes";
    op_13_the_app_killed_with_a_prescription_in_hand_gives_it_back = "app-killed-in-hand";
    op_13_a_release_never_ends_what_is_in_hand_again = "given-back-after-an-outage";
    ou_6_an_outage_in_conflict_is_settled_by_a_person = "outage-in-conflict";
    ou_1_ou_4_ou_6_handed_over_on_the_instruction_and_written_with_its_real_time = "outage-on-the-instruction";
    ou_1b_an_old_label_is_not_for_narcotics_or_pkv = "outage-old-label";
    ou_6_the_app_killed_after_a_hand_over_keeps_the_entry_until_a_person_ends_it = "outage-app-killed";
    ou_6_ou_6b_lc_1_what_was_dispensed_meanwhile_is_stored_in_conflict = "outage-dispensed-meanwhile";
    ou_2_ou_6_a_telephone_prescription_is_stored_and_dispensed_with_its_real_time = "outage-telephone-prescription";
    ou_2_ou_6_a_refused_paper_prescription_is_a_persons_and_holds_its_dispensation = "outage-paper-prescription-refused";
    what_waits_longer_than_an_hour_is_told_of_and_the_header_says_whether_the_centre_answers = "waits-and-is-noticed";
    op_2_the_list_says_in_advance_what_hinders = "answered-in-advance";
    ob_2_ob_6_ob_7_for_another_only_what_the_right_opens = "for-another";
    sc_15_the_package_in_the_hand_is_the_one_on_the_screen = "scanned-package";
    sc_15_the_scanned_batch_stands_on_the_label_of_a_part = "scanned-batch-on-label";
    med_5_3_a_scanner_at_a_serial_port_is_heard_also_after_it_was_unplugged = "serial-scanner";
    med_5_3_a_code_that_was_learnt_wrongly_is_taken_back_for_good = "code-learnt-wrongly";
    dv_1_dv_2_an_obvious_error_is_corrected_and_nothing_is_deviated_from_for_a_controlled_medicine = "deviates";
    ul_2_ul_3_what_no_database_has_is_dispensed_made_in_the_pharmacy_or_bought = "made-in-the-pharmacy";
    a_refused_document_is_sent_again_or_settled = "refused-and-sent-again";
    med_5_2_labels_are_printed_printed_again_and_void_when_the_item_is_dropped = "labels";
    di_4_two_prescriptions_of_one_visit_are_signed_by_one_signature_over_both = "two-prescriptions-one-signature";
    di_4_one_of_two_under_one_signature_is_sent_again_alone = "one-of-two-sent-again";
}

#[test]
fn every_story_is_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "story") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(STORIES.contains(&name.as_str()), "the story `{name}` is nobody's test");
        }
    }
}
