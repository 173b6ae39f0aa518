//! Documents that do something to a prescription.

use super::*;

pub(super) fn mark(kind: MarkKind) -> Mark {
    let lot = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    Mark {
        id: oid("1.2.3.5"),
        set_id: oid("1.2.3.5"),
        version: 1,
        kind,
        prescription: lot.prescription,
        patient: lot.patient,
        author: lot.author,
        unit: lot.pharmacy,
        at: lot.made_at,
        made_at: lot.made_at,
        unknown: vec![],
    }
}

pub(super) fn reason(code: &str, text: Option<&str>) -> ChangeReason {
    let code = Code { code: code.into(), system: "1.2.246.537.6.600.2013".into(), name: None };
    ChangeReason::new(code, text.map(str::to_owned)).unwrap()
}

pub(super) fn corrected(
    held: &Prescription,
    code: &str,
    text: Option<&str>,
    change: impl Fn(&mut Prescription),
) -> Prescription {
    let by = held.prescriber.clone();
    let next = crate::Next::Correction { by, reason: reason(code, text), at: held.made_at };
    let mut next = held.next(oid("1.2.6"), next).unwrap();
    change(&mut next);
    next
}

pub(super) fn cancelled(
    held: &Prescription,
    kind: CancellationKind,
    code: &str,
    consent: Option<Consent>,
) -> Prescription {
    let party = Code { code: "2".into(), system: "1.2.246.537.5.40102.2006".into(), name: None };
    let by = held.prescriber.clone();
    let next = crate::Next::Cancellation { by, reason: reason(code, None), kind, party, consent, at: held.made_at };
    let next = held.next(oid("1.2.6"), next).unwrap();
    assert!(matches!(next.change, Some(Change::Cancellation(Cancellation { .. }))));
    next
}

pub(super) fn renewal(state: RenewalState, unit: Oid, asked_at: NaiveDateTime) -> Renewal {
    let request = document("1.2.3.8", DocumentType::RenewalRequest);
    Renewal { state, unit, request, until: asked_at + Days::new(crate::lifecycle::RENEWAL_DAYS) }
}

pub(super) fn unit(id: &str) -> Organisation {
    Organisation { id: oid(id), name: "Terveysasema".into(), phone: None, address: None, part_of: None }
}

pub(super) fn request(
    held: &Prescription,
    recipient: &str,
    consent: Option<Consent>,
    at: NaiveDateTime,
) -> RenewalRequest {
    RenewalRequest {
        reference: document("1.2.3.8", DocumentType::RenewalRequest),
        version: 1,
        patient: held.patient.clone(),
        mobile: None,
        requester: Requester::Citizen { channel: unit("1.2.3") },
        asked_at: at,
        made_at: at,
        recipient: unit(recipient),
        prescription: held.reference.clone(),
        prescribed_at: Some(held.prescribed_at),
        prescriber: held.prescriber.clone(),
        product_name: "DIAPAM".into(),
        consent,
        message: None,
        state: None,
        unknown: vec![],
    }
}

pub(super) fn answer(held: &Prescription, code: &str, request: Option<&str>) -> RenewalAnswer {
    RenewalAnswer {
        reference: document("1.2.3.10", DocumentType::RenewalAnswer),
        version: 1,
        patient: held.patient.clone(),
        author: Some(held.prescriber.clone()),
        unit: Some(unit("1.2.9")),
        answered_at: held.made_at,
        request: request.map(|id| document(id, DocumentType::RenewalRequest)),
        prescription: Some(held.reference.clone()),
        state: Some(Code { code: code.into(), system: "1.2.246.537.5.40106.2006".into(), name: None }),
        reasons: None,
        instruction: None,
        unknown: vec![],
    }
}

pub(super) fn stored(kind: StoredKind, code: &str, text: Option<&str>) -> Recording {
    let code = Code { code: code.into(), system: "1.2.246.537.5.40302.201501".into(), name: None };
    let recorder = samples::iterated_diazepam().prescriber;
    Recording::AtPharmacy(StoredByPharmacy {
        recorder,
        kind,
        reason: Explained { code, text: text.map(str::to_owned) },
    })
}
