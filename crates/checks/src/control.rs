//! Narcotics and PKV medicines (medicines.md 4.2): who collects, who says the dosage, and whether package and prescription
//! agree on what it is.

use prescription::{ControlClass, Structure};

use crate::answers::{Answers, Kind};
use crate::supply::is_controlled;
use crate::table::person as rules;
use crate::{Case, Data};

pub(crate) fn ask(case: &Case<'_>, answers: &mut Answers<'_>) {
    let edition = case.medicine.edition.clone().map(Data::Edition);
    let data = || [Some(Data::Prescription), edition.clone()].into_iter().flatten().collect();
    let package_alone = case.medicine.control.is_some() && !case.prescription.is_controlled();
    let on = answers.on(Kind::Control, data());
    if package_alone {
        on.note(&rules::SC_10C, vec![])
    } else {
        on.pass(&rules::SC_10C)
    }
    if !is_controlled(case) {
        return;
    }
    let is_narcotic = |class: &Option<ControlClass>| *class == Some(ControlClass::Narcotic);
    if case.prescription.narcotic || is_narcotic(&case.prescription.control) || is_narcotic(&case.medicine.control) {
        let on = answers.on(Kind::Control, data());
        if case.document_seen { on.pass(&rules::SC_10) } else { on.reason(&rules::SC_10, vec![]) }
    }
    let dosage = &case.prescription.dosage;
    let on = answers.on(Kind::Control, vec![Data::Prescription]);
    if dosage.text.trim().is_empty() && dosage.structure == Structure::Absent {
        on.stop(&rules::SC_10B, vec![]);
    } else {
        on.pass(&rules::SC_10B);
    }
}
