//! Uses of the Centre as the supervisor of an organisation asks for them (reason 14; LO-4, LO-6): who looked at whose data,
//! when and why, in pages. How the real service tells them is not public: the exchange is plainly ours, its answer is made
//! of FHIR's own AuditEvent.

use chrono::{DateTime, NaiveDate, Utc};
use prescription::{Conflict, Oid, PersonIdentityCode, QueryReason, RegistrationNumber, Right};
use serde::{Deserialize, Serialize};

use super::fhir::{self, AuditAgent, AuditEntity, AuditEvent, Coding, Concept, Identified, Parameter, Resource};
use super::query::{cursor_within_bounds, days, is_oid, once};
use super::write::{coding, fhir_response, identifier, next_of, oid_uri};
use super::{Days, Page, authorization, read};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::{KantaError, Requester};

/// The most uses in one page (our own bound).
pub const USES_AT_MOST: usize = 500;

/// Which uses of the own organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsesQuery {
    /// When, in Finnish days.
    pub days: Days,
    /// Whom they concern.
    pub person: Option<PersonIdentityCode>,
    /// Whose they are.
    pub user: Option<RegistrationNumber>,
    /// For which reason.
    pub reason: Option<QueryReason>,
    /// Only late dispensations that were taken in conflict and that no supervisor has settled yet (section 4).
    pub in_conflict: bool,
    /// Which part of the answer; at most [`USES_AT_MOST`] at once.
    pub page: Page,
}

/// One use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenUse {
    /// When, by the Centre's clock.
    pub at: DateTime<Utc>,
    /// `search`, `fetch`, `store`, `uses`, `settle`, `unreadable`.
    pub event: String,
    /// Registration number of the user.
    pub user: Option<RegistrationNumber>,
    /// Whether a signature proves the user; else the pharmacy's system stated it.
    pub proven: bool,
    /// The right that the register gave.
    pub right: Option<Right>,
    /// Why.
    pub reason: Option<QueryReason>,
    /// Whom it concerned.
    pub people: Vec<PersonIdentityCode>,
    /// Documents that were given out or taken in.
    pub documents: Vec<Oid>,
    /// The error's code, where it was refused.
    pub error: Option<String>,
    /// With what a document that came late was in conflict when it was taken.
    pub conflicts: Vec<Conflict>,
    /// Whether a supervisor has settled that.
    pub settled: bool,
}

/// Uses, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsesAnswer {
    /// A page of them. It may be empty though there is a next one: pages are parts of the log.
    pub uses: Vec<SeenUse>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Writes a question for uses.
pub fn request(query: &UsesQuery, requester: &Requester) -> Result<Request, KantaError> {
    within_bounds(query)?;
    let parameters = fhir::Parameters { parameter: parameters(query) };
    let headers = vec![
        ("Content-Type".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Accept".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Authorization".to_owned(), authorization::write(requester)),
    ];
    Ok(Request::post(get(Key::PathUses), headers, fhir::write(&Resource::Parameters(parameters))))
}

/// Reads a question for uses at the Centre.
pub fn parse_request(request: &Request) -> Result<(UsesQuery, Requester), KantaError> {
    let requester = authorization::read(request)?;
    let Resource::Parameters(parameters) = fhir::read(&request.body)? else {
        return Err(KantaError::WrongInteraction);
    };
    let mut query = UsesQuery::default();
    for parameter in &parameters.parameter {
        take(&mut query, parameter)?;
    }
    within_bounds(&query)?;
    Ok((query, requester))
}

/// Writes a supervisor's word that the conflict of a late document is settled.
pub fn settle_request(document: &Oid, requester: &Requester) -> Result<Request, KantaError> {
    let named = Parameter {
        name: get(Key::ParameterIdentifier).to_owned(),
        value_identifier: Some(identifier(get(Key::FhirId), &oid_uri(document.as_str()))),
        ..Parameter::default()
    };
    let parameters = fhir::Parameters { parameter: vec![named] };
    let headers = vec![
        ("Content-Type".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Accept".to_owned(), get(Key::ContentTypeFhir).to_owned()),
        ("Authorization".to_owned(), authorization::write(requester)),
    ];
    Ok(Request::post(get(Key::PathSettle), headers, fhir::write(&Resource::Parameters(parameters))))
}

/// Reads a supervisor's word at the Centre: which document it is about. The answer is that to a question, without uses.
pub fn parse_settle_request(request: &Request) -> Result<(Oid, Requester), KantaError> {
    let requester = authorization::read(request)?;
    let Resource::Parameters(parameters) = fhir::read(&request.body)? else {
        return Err(KantaError::WrongInteraction);
    };
    let [named] = parameters.parameter.as_slice() else { return Err(UNKNOWN) };
    let value = named.value_identifier.as_ref().filter(|_| named.name == get(Key::ParameterIdentifier));
    let value = value.and_then(|identifier| identifier.value.as_deref()).ok_or(UNKNOWN)?;
    Ok((read::oid(value)?, requester))
}

const UNKNOWN: KantaError = KantaError::Malformed("parameter of the query");

/// Writes an answer.
pub fn response(answer: &UsesAnswer) -> Response {
    let entry = |seen: &SeenUse| fhir::Entry {
        full_url: None,
        resource: Resource::AuditEvent(Box::new(audit_event(seen))),
        search: Some(fhir::Search { mode: "match".to_owned() }),
    };
    let bundle = fhir::Bundle {
        r#type: "searchset".to_owned(),
        total: None,
        link: next_of(Key::PathUses, answer.next.as_deref()),
        entry: answer.uses.iter().map(entry).collect(),
    };
    fhir_response(200, &Resource::Bundle(bundle))
}

/// Reads an answer; an OperationOutcome comes back as [`KantaError::Refused`].
pub fn parse_response(response: &Response) -> Result<UsesAnswer, KantaError> {
    let bundle = read::bundle(response)?;
    let next = read::next(&bundle)?;
    if bundle.entry.len() > USES_AT_MOST {
        return Err(KantaError::TooLarge { what: "uses", limit: USES_AT_MOST });
    }
    let uses = bundle.entry.iter().map(|entry| match &entry.resource {
        Resource::AuditEvent(event) => seen_use(event),
        _ => Err(KantaError::WrongInteraction),
    });
    Ok(UsesAnswer { uses: uses.collect::<Result<_, _>>()?, next })
}

fn within_bounds(query: &UsesQuery) -> Result<(), KantaError> {
    if query.page.size.is_some_and(|size| size as usize > USES_AT_MOST) {
        return Err(KantaError::TooLarge { what: "page", limit: USES_AT_MOST });
    }
    if query.page.size == Some(0) || query.days.are_backwards() {
        return Err(KantaError::Malformed("query's range is empty"));
    }
    cursor_within_bounds(&query.page)
}

fn parameters(query: &UsesQuery) -> Vec<Parameter> {
    let named = |key: Key| Parameter { name: get(key).to_owned(), ..Parameter::default() };
    let identified = |key: Key, system: Key, value: &str| Parameter {
        value_identifier: Some(identifier(&oid_uri(get(system)), value)),
        ..named(key)
    };
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let period = fhir::Period { start: text(query.days.from), end: text(query.days.to) };
    let mut written = vec![];
    written.extend(
        query.person.iter().map(|code| identified(Key::ParameterPatient, Key::SystemIdentityCode, code.reveal())),
    );
    written.extend(
        query.user.iter().map(|number| identified(Key::ParameterUser, Key::SystemRegistration, number.as_str())),
    );
    written.extend(query.reason.iter().map(|reason| Parameter {
        value_coding: Some(coding(Key::SystemQueryReason, reason.code())),
        ..named(Key::ParameterReason)
    }));
    if query.in_conflict {
        written.push(Parameter { value_boolean: Some(true), ..named(Key::ParameterInConflict) });
    }
    if !query.days.are_all() {
        written.push(Parameter { value_period: Some(period), ..named(Key::ParameterRecorded) });
    }
    written.extend(query.page.parameters());
    written
}

fn take(query: &mut UsesQuery, parameter: &Parameter) -> Result<(), KantaError> {
    let identified = |system: Key| {
        let value = parameter.value_identifier.as_ref().ok_or(UNKNOWN)?;
        let stated = value.system.as_deref().unwrap_or_default();
        if is_oid(stated, system) { value.value.as_deref().ok_or(UNKNOWN) } else { Err(UNKNOWN) }
    };
    let name = parameter.name.as_str();
    if name == get(Key::ParameterPatient) {
        once(&mut query.person, PersonIdentityCode::as_stated(identified(Key::SystemIdentityCode)?))
    } else if name == get(Key::ParameterUser) {
        let number = RegistrationNumber::parse(identified(Key::SystemRegistration)?).map_err(|_| UNKNOWN)?;
        once(&mut query.user, number)
    } else if name == get(Key::ParameterReason) {
        let value = parameter.value_coding.as_ref().ok_or(UNKNOWN)?;
        let stated = value.system.as_deref().unwrap_or_default();
        if !is_oid(stated, Key::SystemQueryReason) {
            return Err(UNKNOWN);
        }
        once(&mut query.reason, QueryReason::from(value.code.as_deref().ok_or(UNKNOWN)?))
    } else if name == get(Key::ParameterInConflict) {
        query.in_conflict = parameter.value_boolean.ok_or(UNKNOWN)?;
        Ok(())
    } else if name == get(Key::ParameterRecorded) {
        days(&mut query.days, parameter)
    } else {
        query.page.take(parameter)
    }
}

/// FHIR's own systems and codes of an AuditEvent.
const AUDIT_TYPE: (&str, &str) = ("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest");
const SUCCESS: &str = "0";
const FAILURE: &str = "4";
/// Beside a conflict's codes: a supervisor has settled it. Ours, as they are.
const SETTLED: &str = "settled";

fn audit_event(seen: &SeenUse) -> AuditEvent {
    let (system, code) = AUDIT_TYPE;
    let plain =
        |system: String, code: &str| Coding { system: Some(system), code: Some(code.to_owned()), display: None };
    let concept = |coding: Coding| Concept { coding: vec![coding], text: None };
    let what =
        |system: &str, value: &str| AuditEntity { what: Some(Identified { identifier: identifier(system, value) }) };
    let hetu = oid_uri(get(Key::SystemIdentityCode));
    let people = seen.people.iter().map(|code| what(&hetu, code.reveal()));
    let documents = seen.documents.iter().map(|id| what(get(Key::FhirId), &oid_uri(id.as_str())));
    AuditEvent {
        r#type: Some(plain(system.to_owned(), code)),
        subtype: std::iter::once(plain(get(Key::SystemUses).to_owned(), &seen.event))
            .chain(seen.conflicts.iter().map(|conflict| plain(get(Key::SystemConflict).to_owned(), conflict.code())))
            .chain(seen.settled.then(|| plain(get(Key::SystemConflict).to_owned(), SETTLED)))
            .collect(),
        recorded: seen.at.to_rfc3339(),
        outcome: if seen.error.is_none() { SUCCESS } else { FAILURE }.to_owned(),
        outcome_desc: seen.error.clone(),
        purpose_of_event: seen
            .reason
            .iter()
            .map(|reason| concept(coding(Key::SystemQueryReason, reason.code())))
            .collect(),
        agent: vec![AuditAgent {
            who: seen.user.as_ref().map(|number| Identified {
                identifier: identifier(&oid_uri(get(Key::SystemRegistration)), number.as_str()),
            }),
            role: seen.right.iter().map(|right| concept(coding(Key::SystemRight, right.code()))).collect(),
            // FHIR: whether this agent began it. Here: whether a signature proves that.
            requestor: seen.proven,
        }],
        entity: people.chain(documents).collect(),
    }
}

fn seen_use(event: &AuditEvent) -> Result<SeenUse, KantaError> {
    let unfit = |what: &'static str| KantaError::Malformed(what);
    let recorded = DateTime::parse_from_rfc3339(&event.recorded).map_err(|_| unfit("time of a use"))?;
    let agent = event.agent.first().ok_or(unfit("use without agent"))?;
    let code = |concepts: &[Concept]| concepts.first().and_then(|concept| concept.coding.first()?.code.clone());
    let user = agent.who.as_ref().and_then(|who| who.identifier.value.as_deref());
    let mut seen = SeenUse {
        at: recorded.with_timezone(&Utc),
        event: event.subtype.first().and_then(|kind| kind.code.clone()).ok_or(unfit("use without kind"))?,
        user: user.map(RegistrationNumber::parse).transpose().map_err(|_| unfit("registration number"))?,
        proven: agent.requestor,
        right: code(&agent.role).map(|code| Right::new(&code)),
        reason: code(&event.purpose_of_event).map(QueryReason::from),
        people: vec![],
        documents: vec![],
        error: event.outcome_desc.clone().filter(|_| event.outcome != SUCCESS),
        conflicts: vec![],
        settled: false,
    };
    for more in event.subtype.iter().skip(1) {
        match more.code.as_deref().unwrap_or_default() {
            SETTLED => seen.settled = true,
            code => seen.conflicts.push(Conflict::parse(code).ok_or(unfit("conflict of a use"))?),
        }
    }
    for what in event.entity.iter().filter_map(|entity| entity.what.as_ref()) {
        let system = what.identifier.system.as_deref().unwrap_or_default();
        let value = what.identifier.value.as_deref().unwrap_or_default();
        if is_oid(system, Key::SystemIdentityCode) {
            seen.people.push(PersonIdentityCode::as_stated(value));
        } else {
            seen.documents.push(read::oid(value)?);
        }
    }
    Ok(seen)
}
