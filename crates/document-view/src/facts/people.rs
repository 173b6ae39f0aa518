//! People and the organisations that they act for.

use prescription::{Address, MinorDisclosure, Organisation, Patient, PersonName, Professional};

use super::Facts;
use crate::codes::{coded, right, sex};
use crate::labels::{self, Heading};
use crate::{Section, Viewer};

/// The patient.
pub(super) fn patient(patient: &Patient, viewer: &Viewer) -> Section {
    patient_and(patient, None, None, viewer)
}

/// The patient, with what else is said of one.
pub(super) fn patient_and(
    patient: &Patient,
    minor: Option<&MinorDisclosure>,
    mobile: Option<&String>,
    viewer: &Viewer,
) -> Section {
    let Patient { identity_code, name, birth_date, sex: of_sex } = patient;
    let mut facts = Facts::of(&labels::PATIENT, viewer);
    facts.say(&labels::NAME, name, name_of(name, viewer));
    facts.maybe(&labels::CALL_NAME, &name.call_name, |name| viewer.shown(name));
    facts.maybe(&labels::IDENTITY_CODE, identity_code, |code| viewer.identity_code(code));
    facts.maybe(&labels::BIRTH_DATE, birth_date, |date| super::day(*date, viewer.language));
    facts.say(&labels::SEX, of_sex, sex(*of_sex, viewer.language));
    if let Some(minor) = minor {
        facts.code_set(&labels::MINOR, minor);
    }
    facts.maybe_text(&labels::MOBILE, &mobile.cloned());
    facts.done()
}

/// A professional, under a heading that says what the person did.
pub(super) fn professional(heading: &'static Heading, person: &Professional, viewer: &Viewer) -> Section {
    let mut facts = Facts::of(heading, viewer);
    add_professional(&mut facts, person);
    facts.done()
}

/// The facts of a professional.
pub(super) fn add_professional(facts: &mut Facts<'_>, person: &Professional) {
    let viewer = facts.viewer;
    let Professional {
        registration,
        prescriber_id,
        name,
        right: in_right,
        specialty,
        post,
        degree,
        organisation: of_organisation,
        logged_in_at,
    } = person;
    facts.say(&labels::NAME, name, name_of(name, viewer));
    facts.maybe(&labels::RIGHT, in_right, |of| right(of, viewer));
    facts.maybe(&labels::SPECIALTY, specialty, |code| coded(code, viewer));
    facts.maybe_text(&labels::POST, post);
    facts.maybe_text(&labels::DEGREE, degree);
    facts.maybe(&labels::UNIT, of_organisation, |unit| organisation(unit, viewer));
    facts.maybe(&labels::REGISTRATION, registration, |number| number.as_str().to_owned());
    facts.maybe_text(&labels::PRESCRIBER_ID, prescriber_id);
    facts.maybe(&labels::LOGGED_IN, logged_in_at, |at| super::moment(*at, viewer.language));
}

/// "Potilas, Pekka Pietari", with a title where there is one.
pub(crate) fn name_of(name: &PersonName, viewer: &Viewer) -> String {
    let PersonName { given: _, call_name: _, family: _, suffix } = name;
    let full = name.family_first();
    let full = full.trim_matches([' ', ',']);
    match suffix {
        Some(suffix) => viewer.shown(&format!("{full}, {suffix}")),
        None => viewer.shown(full),
    }
}

/// An organisation, one line for each thing that is said of it.
pub(crate) fn organisation(organisation: &Organisation, viewer: &Viewer) -> String {
    let Organisation { id, name, phone, address, part_of } = organisation;
    let mut lines = Vec::new();
    let mut line = |text: &str| {
        let text = viewer.shown(text);
        if !text.is_empty() {
            lines.push(text);
        }
    };
    line(name);
    if let Some(whole) = part_of {
        line(&whole.name);
    }
    if let Some(Address { street, postal_code, city }) = address {
        let place = format!("{postal_code} {city}");
        let both = [street.trim(), place.trim()].into_iter().filter(|part| !part.is_empty());
        line(&both.collect::<Vec<_>>().join(", "));
    }
    line(phone.as_deref().unwrap_or_default());
    line(id.as_str());
    lines.join("\n")
}
