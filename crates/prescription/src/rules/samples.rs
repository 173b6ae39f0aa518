//! Small made-up cases for tests of this crate and of those that build on it; artificial people only.

use chrono::{Days, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use crate::*;

fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap_or_else(|_| unreachable_oid())
}

fn unreachable_oid() -> Oid {
    // Samples hold literals only; a slip in one shows as this identifier in the failing test.
    Oid::try_from("0.0".to_owned()).unwrap_or_else(|_| unreachable_oid())
}

/// 21 fol of diazepam 10 mg, three repeats seven days apart, a psychotropic PKV medicine, like Kela's LM1.
pub fn iterated_diazepam() -> Prescription {
    let at = at("2026-11-02T09:23:57");
    Prescription {
        reference: DocumentReference {
            id: oid("1.2.246.10.99999902.93.2026.1001"),
            set_id: oid("1.2.246.10.99999902.93.2026.1001"),
            document_type: DocumentType::Prescription,
        },
        version: 1,
        change: None,
        definition: oid("1.2.246.777.11.2015.1"),
        made_at: at,
        patient: patient(),
        minor_disclosure: None,
        prescriber: Professional {
            registration: RegistrationNumber::parse("00000000018").ok(),
            prescriber_id: Some("900001".into()),
            name: PersonName {
                given: vec!["Lauri".into()], call_name: None, family: "Lääkäri".into(), suffix: None
            },
            right: Some(Right::new("034")),
            ..Professional::default()
        },
        recording: Recording::ByPrescriber,
        prescribed_at: at,
        service_event: None,
        valid_until: at.date().checked_add_days(Days::new(150)),
        renews: None,
        medicine: None,
        kind: PrescriptionKind::Ordinary,
        hospital_pharmacy: None,
        product: diazepam(),
        quantity: Quantity::total(Amount::new(21, "fol")).unwrap_or(Quantity::Nothing),
        iteration: Iteration::new(3, Length::days(7), Some("iter ter 7 pv".into())),
        dosage: Dosage {
            text: "1 tabletti tarvittaessa 3 kertaa vuorokaudessa.".into(),
            only_text: true,
            ..Dosage::default()
        },
        control: Some(ControlClass::PkvPsychotropic),
        narcotic: false,
        identification: None,
        purpose: Some("Ahdistuneisuuden hoitoon.".into()),
        care_types: vec![Code {
            code: "S".into(),
            system: "1.2.246.537.5.40101.2006".into(),
            name: Some("Sairauden hoito".into()),
        }],
        employer: None,
        insurer: None,
        special_report: None,
        message_to_pharmacy: Some("Toimitetaan viikon annoksissa.".into()),
        substitution_prohibited: false,
        renewal_prohibited: None,
        permanent: false,
        dose_dispensing: false,
        dose_dispensing_text: None,
        first_use: true,
        weight: None,
        fee: None,
        fee_as_specialist: None,
        communicable_disease: None,
        monitored: None,
        biological: None,
        blood_product: None,
        details: vec![],
        unknown: vec![],
    }
}

/// A dispensation of so many units of the prescribed product, made from a split package, with a right statement of
/// what remains if it were the only one.
pub fn lot(prescription: &Prescription, units: u32, dispensed_at: &str) -> Dispensation {
    let id = oid("1.2.246.10.99999901.93.2026.1");
    let dispensed_at = at(dispensed_at);
    let unit = remaining(prescription, []).left().map_or_else(|| "fol".to_owned(), |a| a.unit.to_string());
    let mut made = Dispensation {
        reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Dispensation },
        version: 1,
        change: None,
        prescription: prescription.reference.clone(),
        patient: prescription.patient.clone(),
        author: Professional {
            registration: RegistrationNumber::parse("00000000026").ok(),
            prescriber_id: None,
            name: PersonName { given: vec!["Siri".into()], call_name: None, family: "Salminen".into(), suffix: None },
            right: Some(Right::new(Right::PHARMACIST)),
            ..Professional::default()
        },
        pharmacy: Organisation {
            id: oid("1.2.246.10.99999901.34"),
            name: "Esimerkin apteekki".into(),
            phone: None,
            address: None,
            part_of: None,
        },
        preparer: None,
        dispensed_at,
        made_at: dispensed_at,
        product: prescription.product.as_dispensed(),
        packages: 1,
        package_size: Amount::new(units, &unit),
        package_factor: 1,
        package_text: Some(format!("{units} {unit}")),
        part_package: true,
        compounded: false,
        delivered: Amount::new(units, &unit),
        delivered_text: None,
        delivered_words: None,
        remaining: RemainingStatement { value: Some(Decimal::ZERO), text: None, unit: Unit::new(&unit), words: None },
        fully_dispensed: false,
        dose_dispensing: false,
        dose_dispensing_text: None,
        substituted: false,
        remark: None,
        report_to_kela: None,
        price: None,
        substitution_reason: None,
        deviation: None,
        copayments: Some(1),
        identification: None,
        composition: None,
        control: prescription.control.clone(),
        narcotic: prescription.narcotic,
        label_dosage: prescription.dosage.text.clone(),
        unknown: vec![],
    };
    restate(prescription, &[], &mut made);
    made
}

/// Makes a dispensation's statement of what remains true after `history`.
pub fn restate(prescription: &Prescription, history: &[Dispensation], made: &mut Dispensation) {
    let after = remaining(prescription, history.iter().chain([&*made]));
    made.fully_dispensed = after.is_over();
    if let Some(statement) = after.statement() {
        made.remaining = statement;
    }
}

fn patient() -> Patient {
    Patient {
        identity_code: Some(PersonIdentityCode::as_stated("010181-900C")),
        name: PersonName {
            given: vec!["Pekka".into(), "Pietari".into()],
            call_name: Some("Pekka".into()),
            family: "Potilas".into(),
            suffix: None,
        },
        birth_date: NaiveDate::from_ymd_opt(1981, 1, 1),
        sex: Sex::Female,
    }
}

fn diazepam() -> PrescribedProduct {
    let atc = Code { code: "N05BA01".into(), system: "1.2.246.537.6.32".into(), name: Some("Diatsepaami".into()) };
    let (name, substances) = ("DIAPAM".to_owned(), vec![Substance::named("diatsepaami")]);
    PrescribedProduct {
        item: match Vnr::parse("469452") {
            Ok(vnr) => Item::Authorised { vnr, name, atc: Some(atc), substances },
            Err(_) => Item::Unknown { code: "1".into(), name: Some(name), vnr: None, atc: Some(atc), substances },
        },
        strength: Some("10 mg".into()),
        form: Some("tabletti".into()),
        holder: Some("ORION OYJ".into()),
        container: None,
        note: None,
        database_version: Some("2026.022".into()),
    }
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap_or_default()
}
