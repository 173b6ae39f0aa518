//! Writing queries, answers and refusals as FHIR.

use chrono::NaiveDateTime;
use prescription::{Oid, Patient, PersonName, ReservationKind, Sex, SignatureTrust};

use super::fhir::{self, Coding, Concept, Extension, Identifier, Resource, Whole};
use super::{Answer, DispenseStatus, Metadata, Query, authorization};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::{Issue, KantaError, Requester, errors};

pub(super) fn request(query: &Query, requester: &Requester) -> Result<Request, KantaError> {
    query.within_bounds()?;
    let parameters = fhir::Parameters { parameter: query.parameters() };
    let headers = vec![
        ("Content-Type".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Accept".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Authorization".to_owned(), authorization::write(requester)),
    ];
    Ok(Request::post(get(Key::PathMetadata), headers, fhir::write(&Resource::Parameters(parameters))))
}

pub(super) fn response(answer: &Answer) -> Response {
    let mut included = Included::default();
    let matches: Vec<Resource> = answer
        .prescriptions
        .iter()
        .zip(1_u32..)
        .map(|(metadata, number)| {
            Resource::MedicationRequest(Box::new(medication_request(metadata, number, &mut included)))
        })
        .collect();
    let entry = |mode: &str, resource: Resource| fhir::Entry {
        full_url: Some(format!("{}/{}", get(Key::FhirBase), address(&resource))),
        resource,
        search: Some(fhir::Search { mode: mode.to_owned() }),
    };
    let matches = matches.into_iter().map(|resource| entry("match", resource));
    let included = included.resources.into_iter().map(|resource| entry("include", resource));
    let bundle = fhir::Bundle {
        r#type: "searchset".to_owned(),
        total: Some(answer.total),
        link: next_of(Key::PathMetadata, answer.next.as_deref()),
        entry: matches.chain(included).collect(),
    };
    fhir_response(200, &Resource::Bundle(bundle))
}

pub(super) fn error_response(issues: &[Issue]) -> Response {
    let outcome = |issue: &Issue| {
        let system = if issue.code.starts_with("TSK-") { Key::SystemOwnErrors } else { Key::SystemErrors };
        let system =
            if system == Key::SystemOwnErrors { format!("urn:uuid:{}", get(system)) } else { oid_uri(get(system)) };
        fhir::OutcomeIssue {
            severity: "error".to_owned(),
            code: "processing".to_owned(),
            details: Some(Concept {
                coding: vec![Coding {
                    system: Some(system),
                    code: Some(issue.code.clone()),
                    display: Some(errors::meaning(&issue.code).fi.to_owned()),
                }],
                text: issue.detail.clone(),
            }),
            diagnostics: issue.diagnostics.clone(),
        }
    };
    let status = issues.first().map_or(500, |issue| errors::entry(&issue.code).http_status);
    let outcome = fhir::OperationOutcome { issue: issues.iter().map(outcome).collect() };
    fhir_response(status, &Resource::OperationOutcome(outcome))
}

/// The link to a next page; all of it but the cursor is said again by the body that is sent there.
pub(super) fn next_of(path: Key, cursor: Option<&str>) -> Vec<fhir::Link> {
    let path = get(path);
    let path = path.strip_prefix("/baseR4").unwrap_or(path);
    let url = |cursor: &str| format!("{}{path}{}{cursor}", get(Key::FhirBase), cursor_query());
    cursor.map(|cursor| fhir::Link { relation: "next".to_owned(), url: url(cursor) }).into_iter().collect()
}

/// How the address of a next page says its cursor.
pub(super) fn cursor_query() -> String {
    format!("?{}=", get(Key::ParameterCursor))
}

pub(super) fn fhir_response(status: u16, resource: &Resource) -> Response {
    let headers = vec![("Content-Type".to_owned(), get(Key::ContentTypeFhir).to_owned())];
    Response { status, headers, body: fhir::write(resource) }
}

/// Resources that several prescriptions share; each is written once.
#[derive(Default)]
struct Included {
    resources: Vec<Resource>,
    patients: Vec<Patient>,
}

impl Included {
    fn add(&mut self, resource: Resource) -> fhir::Reference {
        let reference = fhir::Reference { reference: address(&resource) };
        self.resources.push(resource);
        reference
    }

    fn patient(&mut self, patient: &Patient) -> fhir::Reference {
        let known = self.patients.iter().position(|known| known == patient);
        let number = known.unwrap_or(self.patients.len());
        let resource = Resource::Patient(patient_resource(patient, format!("patient{}", number + 1)));
        if known.is_some() {
            return fhir::Reference { reference: address(&resource) };
        }
        self.patients.push(patient.clone());
        self.add(resource)
    }
}

/// Type and id, as references write it.
fn address(resource: &Resource) -> String {
    match resource {
        Resource::MedicationRequest(r) => format!("MedicationRequest/{}", r.id),
        Resource::Medication(r) => format!("Medication/{}", r.id),
        Resource::Patient(r) => format!("Patient/{}", r.id),
        Resource::PractitionerRole(r) => format!("PractitionerRole/{}", r.id),
        Resource::Practitioner(r) => format!("Practitioner/{}", r.id),
        Resource::Organization(r) => format!("Organization/{}", r.id),
        Resource::Bundle(_)
        | Resource::OperationOutcome(_)
        | Resource::Parameters(_)
        | Resource::AuditEvent(_)
        | Resource::Other => String::new(),
    }
}

fn medication_request(metadata: &Metadata, number: u32, included: &mut Included) -> fhir::MedicationRequest {
    let reference = &metadata.reference;
    fhir::MedicationRequest {
        id: format!("prescription{number}"),
        extension: request_extensions(metadata),
        identifier: vec![
            identifier(get(Key::FhirId), &oid_uri(reference.id.as_str())),
            identifier(get(Key::FhirSetId), &oid_uri(reference.set_id.as_str())),
        ],
        status: if metadata.state.cancelled { "cancelled" } else { "active" }.to_owned(),
        status_reason: Some(concept(Key::SystemDocumentType, reference.document_type.code())),
        intent: "order".to_owned(),
        category: vec![concept(Key::SystemPrescriptionKind, metadata.kind.code())],
        medication_reference: Some(included.add(Resource::Medication(medication(metadata, number)))),
        subject: Some(included.patient(&metadata.patient)),
        authored_on: Some(date_time(metadata.prescribed_at)),
        requester: Some(prescriber(metadata, number, included)),
        dosage_instruction: metadata.dosage_text.iter().map(|text| fhir::Dosage { text: Some(text.clone()) }).collect(),
        dispense_request: Some(dispense_request(metadata)),
    }
}

fn request_extensions(metadata: &Metadata) -> Vec<Extension> {
    let state = &metadata.state;
    let mut extensions =
        vec![Extension { value_positive_int: Some(Whole(metadata.version)), ..extension(Key::ExtensionVersionNumber) }];
    if let Some(purpose) = &metadata.purpose {
        extensions.push(text_extension(Key::ExtensionUsage, purpose));
    }
    let mut dispense = vec![part("dispenseStatus", Key::SystemDispenseState, dispense_code(&metadata.dispense_status))];
    if state.cancelled {
        let reason = get(Key::InvalidationReasonUnknown);
        dispense.push(part("invalidationReason", Key::SystemInvalidationReason, reason));
    }
    extensions.push(Extension { extension: dispense, ..extension(Key::ExtensionDispenseStatus) });
    let reserved = match (&state.reserved_by, &state.reserved_for) {
        (None, _) => get(Key::ReservationStateFree),
        (Some(_), None | Some(ReservationKind::Ordinary)) => get(Key::ReservationStateReserved),
        (Some(_), Some(ReservationKind::DoseDispensing)) => get(Key::ReservationStateDoseDispensing),
        (Some(_), Some(ReservationKind::Dispensing)) => get(Key::ReservationStateDispensing),
        (Some(_), Some(ReservationKind::Unknown(code))) => code,
    };
    extensions.push(Extension {
        extension: owned(
            ["reservedStatus", "reservedLockOwner"],
            Key::SystemReservationState,
            state.reserved_by.as_ref(),
            reserved,
        ),
        ..extension(Key::ExtensionReservedStatus)
    });
    let locked = get(if state.locked_by.is_some() { Key::LockStateLocked } else { Key::LockStateFree });
    extensions.push(Extension {
        extension: owned(["lockStatus", "lockOwner"], Key::SystemLockState, state.locked_by.as_ref(), locked),
        ..extension(Key::ExtensionLockStatus)
    });
    if let Some(renewal) = &metadata.renewal {
        let value_coding = Some(coding(Key::SystemRenewalState, renewal));
        extensions.push(Extension { value_coding, ..extension(Key::ExtensionRenewalStatus) });
    }
    let doses = Some(metadata.dose_dispensing);
    extensions.push(Extension { value_boolean: doses, ..extension(Key::ExtensionDoseDispensing) });
    if let Some(newer) = &state.newer {
        let named = |url: &str, id: &Oid| Extension {
            url: url.to_owned(),
            value_identifier: Some(identifier(get(Key::UriSystem), &oid_uri(id.as_str()))),
            ..Extension::default()
        };
        let parts = vec![
            named("id", &newer.id),
            named("setId", &newer.set_id),
            part("type", Key::SystemDocumentType, newer.document_type.code()),
        ];
        extensions.push(Extension { extension: parts, ..extension(Key::ExtensionNewer) });
    }
    extensions.push(Extension { value_boolean: Some(metadata.expired), ..extension(Key::ExtensionExpired) });
    let trust = trust_code(metadata.signature).to_owned();
    extensions.push(Extension { value_code: Some(trust), ..extension(Key::ExtensionSignatureTrust) });
    extensions
}

/// A state with its owner: the first value and the owner where there is one, else the second value.
fn owned(urls: [&str; 2], system: Key, owner: Option<&Oid>, value: &str) -> Vec<Extension> {
    let [state, owner_url] = urls;
    let mut parts = vec![part(state, system, value)];
    if let Some(owner) = owner {
        let value = Some(owner.to_string());
        parts.push(Extension { url: owner_url.to_owned(), value_string: value, ..Extension::default() });
    }
    parts
}

fn dispense_request(metadata: &Metadata) -> fhir::DispenseRequest {
    let mut extensions = Vec::new();
    if let Some(form) = &metadata.quantity_form {
        let value_coding = Some(coding(Key::SystemQuantityForm, form));
        extensions.push(Extension { value_coding, ..extension(Key::ExtensionPrescriptionType) });
    }
    let status = Some(coding(Key::SystemDispenseState, dispense_code(&metadata.dispense_status)));
    extensions.push(Extension { value_coding: status, ..extension(Key::ExtensionRealDispenseStatus) });
    let texts = [
        (Key::ExtensionPrescribedText, &metadata.prescribed_text),
        (Key::ExtensionRemainingText, &metadata.remaining_text),
        (Key::ExtensionPreviousDispense, &metadata.last_dispensed_text),
    ];
    for (key, text) in texts {
        extensions.extend(text.iter().map(|text| text_extension(key, text)));
    }
    if let Some(at) = metadata.last_dispensed_at {
        extensions.push(Extension { value_date_time: Some(date_time(at)), ..extension(Key::ExtensionDispenseTime) });
    }
    fhir::DispenseRequest {
        extension: extensions,
        validity_period: metadata
            .valid_until
            .and_then(|day| day.and_hms_opt(23, 59, 59))
            .map(|end| fhir::Period { start: None, end: Some(date_time(end)) }),
        number_of_repeats_allowed: metadata.repeats.map(Whole),
        dispense_interval: metadata
            .interval_days
            .map(|days| fhir::Quantity { value: Some(Whole(days)), unit: Some("d".to_owned()) }),
    }
}

fn medication(metadata: &Metadata, number: u32) -> fhir::Medication {
    let medicine = &metadata.medicine;
    let mut extensions = vec![
        text_extension(Key::ExtensionDrug, &medicine.name),
        Extension {
            value_coding: Some(coding(Key::SystemProductKind, medicine.kind.code())),
            ..extension(Key::ExtensionProductKind)
        },
        Extension { value_boolean: Some(medicine.narcotic), ..extension(Key::ExtensionNarcotic) },
    ];
    extensions.extend(medicine.strength.iter().map(|text| text_extension(Key::ExtensionStrength, text)));
    extensions.extend(medicine.control.iter().map(|class| Extension {
        value_coding: Some(coding(Key::SystemControlClass, class.code())),
        ..extension(Key::ExtensionControlClass)
    }));
    fhir::Medication {
        id: format!("medication{number}"),
        extension: extensions,
        identifier: medicine.vnr.iter().map(|vnr| identifier(&oid_uri(get(Key::SystemVnr)), vnr.as_str())).collect(),
        code: medicine.atc.as_ref().map(|atc| Concept {
            coding: vec![Coding {
                system: Some(oid_uri(&atc.system)),
                code: Some(atc.code.clone()),
                display: atc.name.clone(),
            }],
            text: None,
        }),
        form: medicine.form.as_ref().map(|form| Concept { coding: Vec::new(), text: Some(form.clone()) }),
    }
}

fn patient_resource(patient: &Patient, id: String) -> fhir::Patient {
    let system = oid_uri(get(Key::SystemIdentityCode));
    let gender = match patient.sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::NotSpecified => "other",
        Sex::Unknown => "unknown",
    };
    fhir::Patient {
        id,
        identifier: patient.identity_code.iter().map(|code| identifier(&system, code.reveal())).collect(),
        name: names(&patient.name),
        gender: Some(gender.to_owned()),
        birth_date: patient.birth_date.map(|day| day.to_string()),
    }
}

fn prescriber(metadata: &Metadata, number: u32, included: &mut Included) -> fhir::Reference {
    let name = names(&metadata.prescriber);
    let practitioner = fhir::Practitioner { id: format!("practitioner{number}"), name };
    let practitioner = included.add(Resource::Practitioner(practitioner));
    let organization = (metadata.unit_id.is_some() || metadata.unit_name.is_some()).then(|| {
        let system = get(Key::UriSystem);
        let unit = metadata.unit_id.iter().map(|id| identifier(system, &oid_uri(id.as_str()))).collect();
        let id = format!("organization{number}");
        let resource = fhir::Organization { id, identifier: unit, name: metadata.unit_name.clone() };
        included.add(Resource::Organization(resource))
    });
    let role = fhir::PractitionerRole { id: format!("role{number}"), practitioner: Some(practitioner), organization };
    included.add(Resource::PractitionerRole(role))
}

fn names(name: &PersonName) -> Vec<fhir::Name> {
    let official = fhir::Name {
        r#use: Some("official".to_owned()),
        family: Some(name.family.clone()),
        given: name.given.clone(),
        suffix: name.suffix.iter().cloned().collect(),
    };
    let nickname = name.call_name.iter().map(|call| fhir::Name {
        r#use: Some("nickname".to_owned()),
        given: vec![call.clone()],
        ..fhir::Name::default()
    });
    std::iter::once(official).chain(nickname).collect()
}

pub(super) fn dispense_code(status: &DispenseStatus) -> &str {
    match status {
        DispenseStatus::Not => get(Key::DispenseStateNot),
        DispenseStatus::Partly => get(Key::DispenseStatePartly),
        DispenseStatus::Fully => get(Key::DispenseStateFully),
        DispenseStatus::Unknown(code) => code,
    }
}

/// How the own extension writes what signatures are worth.
pub(super) fn trust_code(trust: SignatureTrust) -> &'static str {
    match trust {
        SignatureTrust::Trusted => "trusted",
        SignatureTrust::Unsigned => "unsigned",
        SignatureTrust::Broken => "broken",
    }
}

fn date_time(local: NaiveDateTime) -> String {
    prescription::time::finnish_with_offset(prescription::time::instant(local)).to_rfc3339()
}

pub(super) fn oid_uri(oid: &str) -> String {
    format!("{}{oid}", get(Key::UriOidPrefix))
}

pub(super) fn identifier(system: &str, value: &str) -> Identifier {
    Identifier { system: Some(system.to_owned()), value: Some(value.to_owned()) }
}

pub(super) fn coding(system: Key, code: &str) -> Coding {
    Coding { system: Some(oid_uri(get(system))), code: Some(code.to_owned()), display: None }
}

fn concept(system: Key, code: &str) -> Concept {
    Concept { coding: vec![coding(system, code)], text: None }
}

fn extension(key: Key) -> Extension {
    Extension { url: get(key).to_owned(), ..Extension::default() }
}

fn text_extension(key: Key, text: &str) -> Extension {
    Extension { value_string: Some(text.to_owned()), ..extension(key) }
}

fn part(url: &str, system: Key, code: &str) -> Extension {
    Extension { url: url.to_owned(), value_coding: Some(coding(system, code)), ..Extension::default() }
}
