//! Reading queries, answers and refusals from FHIR. A prescription that cannot be read makes the whole answer an error:
//! a list that silently lacks one would be believed.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use prescription::codes::PrescriptionKind;
use prescription::{
    Code, ControlClass, DocumentReference, DocumentType, Oid, Patient, PersonIdentityCode, PersonName, ProductKind,
    ReservationKind, Sex, SignatureTrust, State, Vnr,
};

use super::fhir::{self, Coding, Concept, Extension, Identifier, Resource};
use super::write::{cursor_query, trust_code};
use super::{
    Answer, CURSOR_BYTES_AT_MOST, DispenseStatus, Medicine, Metadata, PRESCRIPTIONS_AT_MOST, Query, authorization,
};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::{Issue, KantaError, Requester};

pub(super) fn request(request: &Request) -> Result<(Query, Requester), KantaError> {
    let requester = authorization::read(request)?;
    let Resource::Parameters(parameters) = fhir::read(&request.body)? else {
        return Err(KantaError::WrongInteraction);
    };
    Ok((Query::of(&parameters.parameter)?, requester))
}

pub(super) fn response(response: &Response) -> Result<Answer, KantaError> {
    answer(bundle(response)?)
}

/// The bundle that a response is; a refusal comes back as such.
pub(super) fn bundle(response: &Response) -> Result<fhir::Bundle, KantaError> {
    let read = match fhir::read(&response.body) {
        Err(KantaError::Malformed(_) | KantaError::Truncated) if response.status != 200 => {
            return Err(KantaError::Status(response.status));
        }
        read => read?,
    };
    match read {
        Resource::OperationOutcome(outcome) => Err(refusal(outcome)),
        Resource::Bundle(bundle) if response.status == 200 => Ok(bundle),
        _ if response.status != 200 => Err(KantaError::Status(response.status)),
        _ => Err(KantaError::WrongInteraction),
    }
}

pub(super) fn resources(resources: &[&[u8]]) -> Result<Vec<Metadata>, KantaError> {
    let read = resources.iter().map(|bytes| fhir::read(bytes)).collect::<Result<Vec<_>, _>>()?;
    prescriptions(&read)
}

/// The most issues that are kept, and the longest text of one, in characters.
const ISSUES_AT_MOST: usize = 50;
const TEXT_CHARS_AT_MOST: usize = 1000;

fn refusal(outcome: fhir::OperationOutcome) -> KantaError {
    let shortened = |text: String| text.chars().take(TEXT_CHARS_AT_MOST).collect::<String>();
    let issues: Vec<Issue> = outcome
        .issue
        .into_iter()
        .take(ISSUES_AT_MOST)
        .map(|issue| {
            let details = issue.details.unwrap_or_default();
            // Without a code of ours or the nation's, FHIR's own kind of issue is kept as the code.
            let code = details.coding.into_iter().find_map(|coding| coding.code).unwrap_or(issue.code);
            Issue {
                code: shortened(code),
                detail: details.text.map(shortened),
                diagnostics: issue.diagnostics.map(shortened),
            }
        })
        .collect();
    if issues.is_empty() { KantaError::Malformed("refusal without issues") } else { KantaError::Refused(issues) }
}

fn answer(bundle: fhir::Bundle) -> Result<Answer, KantaError> {
    let next = next(&bundle)?;
    let resources: Vec<Resource> = bundle.entry.into_iter().map(|entry| entry.resource).collect();
    let prescriptions = prescriptions(&resources)?;
    let listed = u32::try_from(prescriptions.len()).unwrap_or(u32::MAX);
    let total = bundle.total.unwrap_or(listed);
    if total < listed {
        return Err(KantaError::Malformed("answer holds more than its total"));
    }
    Ok(Answer { total, prescriptions, next })
}

/// The cursor of the next page.
pub(super) fn next(bundle: &fhir::Bundle) -> Result<Option<String>, KantaError> {
    let next = bundle.link.iter().find(|link| link.relation == "next");
    match next.map(|link| link.url.split_once(&cursor_query())) {
        None => Ok(None),
        Some(Some((_, cursor))) if cursor.len() <= CURSOR_BYTES_AT_MOST => Ok(Some(cursor.to_owned())),
        // A page whose next one cannot be asked for is a list that silently lacks some.
        Some(_) => Err(KantaError::Malformed("address of the next page")),
    }
}

fn prescriptions(resources: &[Resource]) -> Result<Vec<Metadata>, KantaError> {
    let requests = resources.iter().filter_map(|resource| match resource {
        Resource::MedicationRequest(request) => Some(request.as_ref()),
        _ => None,
    });
    if requests.clone().nth(PRESCRIPTIONS_AT_MOST).is_some() {
        return Err(KantaError::TooLarge { what: "prescriptions", limit: PRESCRIPTIONS_AT_MOST });
    }
    let pool = Pool::of(resources);
    requests.map(|request| metadata(request, &pool)).collect()
}

/// The resources by what references write: the last two parts of `…/Type/id`.
struct Pool<'r>(HashMap<(&'static str, &'r str), &'r Resource>);

impl<'r> Pool<'r> {
    fn of(resources: &'r [Resource]) -> Self {
        let key = |resource: &'r Resource| match resource {
            Resource::Medication(r) => Some(("Medication", r.id.as_str())),
            Resource::Patient(r) => Some(("Patient", r.id.as_str())),
            Resource::PractitionerRole(r) => Some(("PractitionerRole", r.id.as_str())),
            Resource::Practitioner(r) => Some(("Practitioner", r.id.as_str())),
            Resource::Organization(r) => Some(("Organization", r.id.as_str())),
            _ => None,
        };
        Self(resources.iter().filter_map(|resource| Some((key(resource)?, resource))).collect())
    }

    fn find(&self, kind: &'static str, reference: Option<&fhir::Reference>) -> Option<&'r Resource> {
        let mut parts = reference?.reference.rsplit('/');
        let id = parts.next()?;
        if parts.next() == Some(kind) { self.0.get(&(kind, id)).copied() } else { None }
    }
}

/// What a reference means, as the structure of its type.
macro_rules! referred {
    ($pool:expr, $reference:expr, $type:ident) => {
        match $pool.find(stringify!($type), $reference.as_ref()) {
            Some(Resource::$type(found)) => Some(found),
            _ => None,
        }
    };
}

fn metadata(request: &fhir::MedicationRequest, pool: &Pool<'_>) -> Result<Metadata, KantaError> {
    let medication = referred!(pool, request.medication_reference, Medication);
    let medication = medication.ok_or(KantaError::Malformed("prescription without medication"))?;
    let patient = referred!(pool, request.subject, Patient);
    let patient = patient.ok_or(KantaError::Malformed("prescription without patient"))?;
    let role = referred!(pool, request.requester, PractitionerRole);
    let practitioner = role.and_then(|role| referred!(pool, role.practitioner, Practitioner));
    let unit = role.and_then(|role| referred!(pool, role.organization, Organization));
    let dispense = request.dispense_request.clone().unwrap_or_default();
    let extensions = &request.extension;
    let text = |key: Key| find(&dispense.extension, key).and_then(|e| e.value_string.clone());
    let reference = reference(request)?;
    let authored = request.authored_on.as_deref().ok_or(KantaError::Malformed("prescription without time"))?;
    Ok(Metadata {
        version: find(extensions, Key::ExtensionVersionNumber).and_then(|e| e.value_positive_int).map_or(1, |v| v.0),
        patient: read_patient(patient)?,
        medicine: medicine(medication)?,
        kind: PrescriptionKind::from(first_code(&request.category, Key::SystemPrescriptionKind).unwrap_or_default()),
        quantity_form: find(&dispense.extension, Key::ExtensionPrescriptionType)
            .and_then(|e| e.value_coding.as_ref()?.code.clone()),
        prescribed_at: local_time(authored)?,
        valid_until: dispense
            .validity_period
            .and_then(|p| p.end)
            .map(|end| local_time(&end))
            .transpose()?
            .map(|t| t.date()),
        repeats: dispense.number_of_repeats_allowed.map(|n| n.0),
        interval_days: interval_days(dispense.dispense_interval.as_ref())?,
        prescribed_text: text(Key::ExtensionPrescribedText),
        remaining_text: text(Key::ExtensionRemainingText),
        dispense_status: dispense_status(extensions, &dispense.extension),
        last_dispensed_at: find(&dispense.extension, Key::ExtensionDispenseTime)
            .and_then(|e| e.value_date_time.as_deref())
            .map(local_time)
            .transpose()?,
        last_dispensed_text: text(Key::ExtensionPreviousDispense),
        state: state(request, &reference)?,
        renewal: find(extensions, Key::ExtensionRenewalStatus).and_then(|e| e.value_coding.as_ref()?.code.clone()),
        dose_dispensing: find(extensions, Key::ExtensionDoseDispensing).and_then(|e| e.value_boolean).unwrap_or(false),
        dosage_text: request.dosage_instruction.iter().find_map(|dosage| dosage.text.clone()),
        purpose: find(extensions, Key::ExtensionUsage).and_then(|e| e.value_string.clone()),
        prescriber: practitioner.map(|p| person_name(&p.name)).unwrap_or_default(),
        unit_id: unit.and_then(|u| value_of(&u.identifier, |s| s == get(Key::UriSystem))).map(oid).transpose()?,
        unit_name: unit.and_then(|u| u.name.clone()),
        expired: find(extensions, Key::ExtensionExpired).and_then(|e| e.value_boolean).unwrap_or(false),
        signature: signature(extensions),
        reference,
    })
}

fn reference(request: &fhir::MedicationRequest) -> Result<DocumentReference, KantaError> {
    let value = |key: Key| value_of(&request.identifier, |system| system == get(key));
    let id = value(Key::FhirId).or_else(|| value(Key::FhirIdShort));
    let id = oid(id.ok_or(KantaError::Malformed("prescription without identifier"))?)?;
    let set_id = value(Key::FhirSetId).map(oid).transpose()?.unwrap_or_else(|| id.clone());
    let document_type = request.status_reason.iter().find_map(|c| code_in(c, Key::SystemDocumentType));
    // An absent type is kept as one that is not known, which hinders.
    Ok(DocumentReference { id, set_id, document_type: DocumentType::from(document_type.unwrap_or_default()) })
}

fn state(request: &fhir::MedicationRequest, reference: &DocumentReference) -> Result<State, KantaError> {
    let cancelled = ["cancelled", "entered-in-error", "stopped"].contains(&request.status.as_str())
        || reference.document_type == DocumentType::Cancellation;
    let owner = |key: Key, urls: [&str; 2], free: Key| -> Result<Option<Oid>, KantaError> {
        let Some(parts) = find(&request.extension, key).map(|e| &e.extension) else { return Ok(None) };
        let [state_url, owner_url] = urls;
        let state = inner(parts, state_url).and_then(|e| e.value_coding.as_ref()?.code.as_deref());
        let stated = inner(parts, owner_url).and_then(|e| e.value_string.as_deref());
        // The values' meanings are not public. Whatever names an owner, or is not surely free, hinders (promise 7).
        if stated.is_none() && state.is_none_or(|state| state == get(free)) {
            return Ok(None);
        }
        oid(stated.unwrap_or(get(Key::PartyUnknown))).map(Some)
    };
    let newer = match find(&request.extension, Key::ExtensionNewer).map(|e| &e.extension) {
        None => None,
        Some(parts) => {
            let named = |url: &str| -> Result<Oid, KantaError> {
                let value = inner(parts, url).and_then(|e| e.value_identifier.as_ref()?.value.as_deref());
                oid(value.ok_or(KantaError::Malformed("newer version without identifier"))?)
            };
            let kind = inner(parts, "type").and_then(|e| e.value_coding.as_ref()?.code.as_deref());
            let document_type = DocumentType::from(kind.unwrap_or_default());
            Some(DocumentReference { id: named("id")?, set_id: named("setId")?, document_type })
        }
    };
    let (lock, reservation) = (["lockStatus", "lockOwner"], ["reservedStatus", "reservedLockOwner"]);
    Ok(State {
        cancelled,
        locked_by: owner(Key::ExtensionLockStatus, lock, Key::LockStateFree)?,
        reserved_by: owner(Key::ExtensionReservedStatus, reservation, Key::ReservationStateFree)?,
        reserved_for: find(&request.extension, Key::ExtensionReservedStatus)
            .and_then(|e| inner(&e.extension, "reservedStatus")?.value_coding.as_ref()?.code.as_deref())
            .and_then(reservation_kind),
        newer,
    })
}

/// What a code of 1.2.246.537.5.40122.2006 says; the one that is free says nothing, though Kela's example names an owner
/// beside it.
fn reservation_kind(code: &str) -> Option<ReservationKind> {
    match code {
        code if code == get(Key::ReservationStateFree) => None,
        code if code == get(Key::ReservationStateReserved) => Some(ReservationKind::Ordinary),
        code if code == get(Key::ReservationStateDoseDispensing) => Some(ReservationKind::DoseDispensing),
        code if code == get(Key::ReservationStateDispensing) => Some(ReservationKind::Dispensing),
        code => Some(ReservationKind::Unknown(code.to_owned())),
    }
}

fn dispense_status(request: &[Extension], dispense: &[Extension]) -> DispenseStatus {
    let real = find(dispense, Key::ExtensionRealDispenseStatus).and_then(|e| e.value_coding.as_ref());
    let stated = find(request, Key::ExtensionDispenseStatus)
        .and_then(|e| inner(&e.extension, "dispenseStatus"))
        .and_then(|e| e.value_coding.as_ref());
    dispense_status_of(real.or(stated).and_then(|coding| coding.code.as_deref()).unwrap_or_default())
}

/// What a code of 1.2.246.537.5.40123.2006 says.
pub(super) fn dispense_status_of(code: &str) -> DispenseStatus {
    match code {
        code if code == get(Key::DispenseStateNot) => DispenseStatus::Not,
        code if code == get(Key::DispenseStatePartly) => DispenseStatus::Partly,
        code if code == get(Key::DispenseStateFully) => DispenseStatus::Fully,
        code => DispenseStatus::Unknown(code.to_owned()),
    }
}

fn signature(extensions: &[Extension]) -> SignatureTrust {
    let stated = find(extensions, Key::ExtensionSignatureTrust).and_then(|e| e.value_code.as_deref());
    match stated {
        None => SignatureTrust::Unsigned,
        Some(code) if code == trust_code(SignatureTrust::Trusted) => SignatureTrust::Trusted,
        Some(code) if code == trust_code(SignatureTrust::Unsigned) => SignatureTrust::Unsigned,
        Some(_) => SignatureTrust::Broken,
    }
}

fn interval_days(interval: Option<&fhir::Quantity>) -> Result<Option<u32>, KantaError> {
    let Some(interval) = interval else { return Ok(None) };
    // Another unit than days, taken for days, would let the next lot go too early.
    match interval.unit.as_deref() {
        Some("d" | "pv" | "vrk") | None => Ok(interval.value.map(|value| value.0)),
        Some(_) => Err(KantaError::Malformed("interval is not in days")),
    }
}

fn medicine(medication: &fhir::Medication) -> Result<Medicine, KantaError> {
    let extension = |key: Key| find(&medication.extension, key);
    let coded = |key: Key| extension(key).and_then(|e| e.value_coding.as_ref()?.code.clone());
    let vnr = value_of(&medication.identifier, |system| is_oid(system, Key::SystemVnr));
    let atc = medication.code.as_ref().and_then(|concept| concept.coding.first());
    Ok(Medicine {
        name: extension(Key::ExtensionDrug).and_then(|e| e.value_string.clone()).unwrap_or_default(),
        strength: extension(Key::ExtensionStrength).and_then(|e| e.value_string.clone()),
        form: medication.form.as_ref().and_then(|form| form.text.clone()),
        atc: atc.and_then(atc_code),
        vnr: vnr.map(Vnr::parse).transpose().map_err(|_| KantaError::Malformed("package number"))?,
        kind: ProductKind::from(coded(Key::ExtensionProductKind).unwrap_or_default()),
        control: coded(Key::ExtensionControlClass).map(ControlClass::from),
        narcotic: extension(Key::ExtensionNarcotic).and_then(|e| e.value_boolean).unwrap_or(false),
    })
}

fn atc_code(coding: &Coding) -> Option<Code> {
    let system = coding.system.as_deref().unwrap_or_default();
    let system = system.strip_prefix(get(Key::UriOidPrefix)).unwrap_or(system).to_owned();
    Some(Code { code: coding.code.clone()?, system, name: coding.display.clone() })
}

fn read_patient(patient: &fhir::Patient) -> Result<Patient, KantaError> {
    let code = value_of(&patient.identifier, |system| is_oid(system, Key::SystemIdentityCode));
    let born = patient.birth_date.as_deref().map(|day| day.parse::<NaiveDate>()).transpose();
    Ok(Patient {
        identity_code: code.map(PersonIdentityCode::as_stated),
        name: person_name(&patient.name),
        birth_date: born.map_err(|_| KantaError::Malformed("date of birth"))?,
        sex: match patient.gender.as_deref() {
            Some("male") => Sex::Male,
            Some("female") => Sex::Female,
            Some("other") => Sex::NotSpecified,
            _ => Sex::Unknown,
        },
    })
}

fn person_name(names: &[fhir::Name]) -> PersonName {
    let of_use = |wanted: &str| names.iter().find(|name| name.r#use.as_deref() == Some(wanted));
    let official = of_use("official").or_else(|| names.iter().find(|name| name.family.is_some()));
    PersonName {
        given: official.map(|name| name.given.clone()).unwrap_or_default(),
        call_name: of_use("nickname").and_then(|name| name.given.first().cloned()),
        family: official.and_then(|name| name.family.clone()).unwrap_or_default(),
        suffix: official.and_then(|name| name.suffix.first().cloned()),
    }
}

fn find(extensions: &[Extension], key: Key) -> Option<&Extension> {
    inner(extensions, get(key))
}

fn inner<'e>(extensions: &'e [Extension], url: &str) -> Option<&'e Extension> {
    extensions.iter().find(|extension| extension.url == url)
}

fn value_of(identifiers: &[Identifier], system: impl Fn(&str) -> bool) -> Option<&str> {
    identifiers.iter().find(|i| i.system.as_deref().is_some_and(&system)).and_then(|i| i.value.as_deref())
}

fn code_in(concept: &Concept, system: Key) -> Option<&str> {
    let of_system = |coding: &&Coding| coding.system.as_deref().is_some_and(|stated| is_oid(stated, system));
    concept.coding.iter().find(of_system).and_then(|coding| coding.code.as_deref())
}

fn first_code(concepts: &[Concept], system: Key) -> Option<&str> {
    concepts.iter().find_map(|concept| code_in(concept, system))
}

/// Whether a system is that of a key, with or without the prefix of URIs.
fn is_oid(system: &str, key: Key) -> bool {
    system.strip_prefix(get(Key::UriOidPrefix)).unwrap_or(system) == get(key)
}

pub(super) fn oid(text: &str) -> Result<Oid, KantaError> {
    let bare = text.strip_prefix(get(Key::UriOidPrefix)).unwrap_or(text);
    Oid::parse(bare).map_err(|_| KantaError::Malformed("not an object identifier"))
}

/// Finnish local time of a FHIR dateTime: with a zone, without one (then it is Finnish already), or a day.
fn local_time(text: &str) -> Result<NaiveDateTime, KantaError> {
    let with_zone = DateTime::parse_from_rfc3339(text).map(|at| prescription::time::finnish(at.with_timezone(&Utc)));
    with_zone
        .or_else(|_| text.parse::<NaiveDateTime>())
        .or_else(|_| text.parse::<NaiveDate>().map(|day| day.and_time(chrono::NaiveTime::MIN)))
        .map_err(|_| KantaError::Malformed("time"))
}
