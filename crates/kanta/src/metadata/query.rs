//! What a search asks for, and its form as FHIR `Parameters`. Parameters that are different narrow each other, repeats of
//! one widen it (SE-5). Where the guide's name of a parameter is public it is used; the others are plainly ours, as the
//! table of identifiers says.

use chrono::NaiveDate;
use prescription::{DocumentType, Oid, PersonIdentityCode};
use serde::{Deserialize, Serialize};

use super::fhir::{self, Parameter};
use super::read::{dispense_status_of, oid};
use super::write::{coding, dispense_code, identifier, oid_uri};
use super::{
    CURSOR_BYTES_AT_MOST, DispenseStatus, IDENTIFIERS_AT_MOST, PATIENTS_AT_MOST, PRESCRIPTIONS_AT_MOST, STATES_AT_MOST,
};
use crate::KantaError;
use crate::identifiers::{Key, get};

/// What is searched. At least one of patients, identifiers, sets, unit or pharmacy; the rest only narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Query {
    /// Whose prescriptions (at most 20).
    pub patients: Vec<PersonIdentityCode>,
    /// Identifiers of versions of prescriptions.
    pub identifiers: Vec<Oid>,
    /// Identifiers of prescriptions across their versions (setId).
    pub sets: Vec<Oid>,
    /// Prescribed by whom: prescriber identifier, root 1.2.246.537.25.
    pub prescriber: Option<String>,
    /// Prescribed in which unit.
    pub unit: Option<Oid>,
    /// Dispensed or marked by which pharmacy.
    pub pharmacy: Option<Oid>,
    /// Type of the newest version: 1 prescription, 2 cancellation, 3 correction.
    pub types: Vec<DocumentType>,
    /// When prescribed.
    pub prescribed: Days,
    /// When last dispensed; a prescription of which nothing is dispensed is outside every range.
    pub dispensed: Days,
    /// How much is dispensed.
    pub dispense_states: Vec<DispenseStatus>,
    /// Whether it is locked.
    pub locked: Option<bool>,
    /// Whether somebody reserves it.
    pub reserved: Option<bool>,
    /// Whether it is dispensed in doses.
    pub dose_dispensing: Option<bool>,
    /// Which part of the answer.
    pub page: Page,
}

/// Days from and to, both included, in Finnish local time; an end that is not given is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Days {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether there is no bound.
    pub fn are_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the last day is before the first.
    pub(super) fn are_backwards(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| from > to)
    }

    /// Whether a day lies in them.
    pub fn hold(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Page {
    /// How many prescriptions at most, 1 to 1000; 1000 where nothing is said.
    pub size: Option<u32>,
    /// Behind what: [`super::Answer::next`] of the page before. Its meaning is the Centre's.
    pub after: Option<String>,
}

impl Page {
    /// As FHIR parameters.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let named = |key: Key| Parameter { name: get(key).to_owned(), ..Parameter::default() };
        let size =
            self.size.map(|size| Parameter { value_integer: Some(fhir::Whole(size)), ..named(Key::ParameterCount) });
        let after =
            self.after.clone().map(|after| Parameter { value_string: Some(after), ..named(Key::ParameterCursor) });
        size.into_iter().chain(after).collect()
    }

    /// Reads a parameter of a page, and refuses any other.
    pub(super) fn take(&mut self, parameter: &Parameter) -> Result<(), KantaError> {
        if parameter.name == get(Key::ParameterCount) {
            once(&mut self.size, parameter.value_integer.ok_or(UNKNOWN)?.0)
        } else if parameter.name == get(Key::ParameterCursor) {
            once(&mut self.after, parameter.value_string.clone().ok_or(UNKNOWN)?)
        } else {
            Err(UNKNOWN)
        }
    }

    /// The size in force.
    pub fn size_or_most(&self) -> usize {
        self.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PRESCRIPTIONS_AT_MOST)
    }
}

impl Query {
    /// Refuses a query that asks for nobody, for too many at once, or backwards.
    pub(super) fn within_bounds(&self) -> Result<(), KantaError> {
        let lists = [
            ("patients", self.patients.len(), PATIENTS_AT_MOST),
            ("identifiers", self.identifiers.len().saturating_add(self.sets.len()), IDENTIFIERS_AT_MOST),
            ("states", self.types.len().saturating_add(self.dispense_states.len()), STATES_AT_MOST),
            ("page", self.page.size_or_most(), PRESCRIPTIONS_AT_MOST),
        ];
        if let Some((what, _, limit)) = lists.into_iter().find(|(_, found, limit)| found > limit) {
            return Err(KantaError::TooLarge { what, limit });
        }
        let asks = !self.patients.is_empty() || !self.identifiers.is_empty() || !self.sets.is_empty();
        if !asks && self.unit.is_none() && self.pharmacy.is_none() {
            return Err(KantaError::Malformed("query asks for nothing"));
        }
        if self.page.size == Some(0) || self.prescribed.are_backwards() || self.dispensed.are_backwards() {
            return Err(KantaError::Malformed("query's range is empty"));
        }
        cursor_within_bounds(&self.page)
    }

    /// As FHIR parameters.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let named = |key: Key| Parameter { name: get(key).to_owned(), ..Parameter::default() };
        let identified = |key: Key, system: &str, value: &str| Parameter {
            value_identifier: Some(identifier(system, value)),
            ..named(key)
        };
        let coded =
            |key: Key, system: Key, code: &str| Parameter { value_coding: Some(coding(system, code)), ..named(key) };
        let organisation = |key: Key, id: &Oid| identified(key, get(Key::UriSystem), &oid_uri(id.as_str()));
        let period = |key: Key, days: &Days| {
            let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
            let value_period = Some(fhir::Period { start: text(days.from), end: text(days.to) });
            (!days.are_all()).then(|| Parameter { value_period, ..named(key) })
        };
        let hetu = oid_uri(get(Key::SystemIdentityCode));
        let mut written: Vec<Parameter> =
            self.patients.iter().map(|code| identified(Key::ParameterPatient, &hetu, code.reveal())).collect();
        for (system, ids) in [(Key::FhirId, &self.identifiers), (Key::FhirSetId, &self.sets)] {
            written
                .extend(ids.iter().map(|id| identified(Key::ParameterIdentifier, get(system), &oid_uri(id.as_str()))));
        }
        let prescriber = oid_uri(get(Key::SystemPrescriber));
        written.extend(self.prescriber.iter().map(|id| identified(Key::ParameterAuthor, &prescriber, id)));
        written.extend(self.unit.iter().map(|id| organisation(Key::ParameterUnit, id)));
        written.extend(self.pharmacy.iter().map(|id| organisation(Key::ParameterPharmacy, id)));
        written.extend(self.types.iter().map(|kind| coded(Key::ParameterType, Key::SystemDocumentType, kind.code())));
        written.extend(period(Key::ParameterPrescribed, &self.prescribed));
        written.extend(period(Key::ParameterDispensed, &self.dispensed));
        written.extend(
            self.dispense_states
                .iter()
                .map(|state| coded(Key::ParameterDispenseState, Key::SystemDispenseState, dispense_code(state))),
        );
        for (key, system, values, wanted) in STATES {
            let [taken, free] = *values;
            written.extend(wanted(self).map(|wanted| coded(*key, *system, get(if wanted { taken } else { free }))));
        }
        written.extend(
            self.dose_dispensing
                .map(|wanted| Parameter { value_boolean: Some(wanted), ..named(Key::ParameterDoseDispensing) }),
        );
        written.extend(self.page.parameters());
        written
    }

    /// Reads FHIR parameters. One that is not understood would silently widen the answer: it is refused; so is a second
    /// one where one is meant.
    pub(super) fn of(parameters: &[Parameter]) -> Result<Self, KantaError> {
        let mut query = Self::default();
        for parameter in parameters {
            query.take(parameter)?;
        }
        query.within_bounds()?;
        Ok(query)
    }

    fn take(&mut self, parameter: &Parameter) -> Result<(), KantaError> {
        let key = *NAMES.iter().find(|key| get(**key) == parameter.name).ok_or(UNKNOWN)?;
        let identifier = || {
            let value = parameter.value_identifier.as_ref().ok_or(UNKNOWN)?;
            let text = value.value.as_deref().ok_or(UNKNOWN)?;
            Ok((value.system.as_deref().unwrap_or_default(), text))
        };
        let organisation = || {
            let (system, text) = identifier()?;
            if system == get(Key::UriSystem) { oid(text) } else { Err(UNKNOWN) }
        };
        let code = |system: Key| {
            let value = parameter.value_coding.as_ref().ok_or(UNKNOWN)?;
            let stated = value.system.as_deref().unwrap_or_default();
            if !is_oid(stated, system) {
                return Err(UNKNOWN);
            }
            value.code.as_deref().ok_or(UNKNOWN)
        };
        match key {
            Key::ParameterPatient => {
                let (system, text) = identifier()?;
                if !is_oid(system, Key::SystemIdentityCode) {
                    return Err(UNKNOWN);
                }
                self.patients.push(PersonIdentityCode::as_stated(text));
                Ok(())
            }
            Key::ParameterIdentifier => {
                let (system, text) = identifier()?;
                match system {
                    system if system == get(Key::FhirId) => self.identifiers.push(oid(text)?),
                    system if system == get(Key::FhirSetId) => self.sets.push(oid(text)?),
                    _ => return Err(UNKNOWN),
                }
                Ok(())
            }
            Key::ParameterAuthor => {
                let (system, text) = identifier()?;
                if !is_oid(system, Key::SystemPrescriber) || text.chars().count() > 32 {
                    return Err(UNKNOWN);
                }
                once(&mut self.prescriber, text.to_owned())
            }
            Key::ParameterUnit => once(&mut self.unit, organisation()?),
            Key::ParameterPharmacy => once(&mut self.pharmacy, organisation()?),
            Key::ParameterType => {
                self.types.push(DocumentType::from(code(Key::SystemDocumentType)?));
                Ok(())
            }
            Key::ParameterPrescribed => days(&mut self.prescribed, parameter),
            Key::ParameterDispensed => days(&mut self.dispensed, parameter),
            Key::ParameterDispenseState => {
                self.dispense_states.push(dispense_status_of(code(Key::SystemDispenseState)?));
                Ok(())
            }
            Key::ParameterLockState | Key::ParameterReservationState => {
                let (system, [taken, free]) = match key {
                    Key::ParameterLockState => (Key::SystemLockState, LOCKED),
                    _ => (Key::SystemReservationState, RESERVED),
                };
                let wanted = match code(system)? {
                    code if code == get(taken) => true,
                    code if code == get(free) => false,
                    _ => return Err(UNKNOWN),
                };
                once(if key == Key::ParameterLockState { &mut self.locked } else { &mut self.reserved }, wanted)
            }
            Key::ParameterDoseDispensing => once(&mut self.dose_dispensing, parameter.value_boolean.ok_or(UNKNOWN)?),
            _ => self.page.take(parameter),
        }
    }
}

/// A parameter that is not understood, or not of the kind that it should be.
const UNKNOWN: KantaError = KantaError::Malformed("parameter of the query");

const NAMES: &[Key] = &[
    Key::ParameterPatient,
    Key::ParameterIdentifier,
    Key::ParameterAuthor,
    Key::ParameterUnit,
    Key::ParameterPharmacy,
    Key::ParameterType,
    Key::ParameterPrescribed,
    Key::ParameterDispensed,
    Key::ParameterDispenseState,
    Key::ParameterLockState,
    Key::ParameterReservationState,
    Key::ParameterDoseDispensing,
    Key::ParameterCount,
    Key::ParameterCursor,
];

/// The values of a state that is taken or free.
const LOCKED: [Key; 2] = [Key::LockStateLocked, Key::LockStateFree];
const RESERVED: [Key; 2] = [Key::ReservationStateReserved, Key::ReservationStateFree];

type Wanted = fn(&Query) -> Option<bool>;

const STATES: &[(Key, Key, [Key; 2], Wanted)] = &[
    (Key::ParameterLockState, Key::SystemLockState, LOCKED, |query| query.locked),
    (Key::ParameterReservationState, Key::SystemReservationState, RESERVED, |query| query.reserved),
];

/// Refuses a cursor that is longer than any is.
pub(super) fn cursor_within_bounds(page: &Page) -> Result<(), KantaError> {
    match &page.after {
        Some(after) if after.len() > CURSOR_BYTES_AT_MOST => {
            Err(KantaError::TooLarge { what: "cursor", limit: CURSOR_BYTES_AT_MOST })
        }
        _ => Ok(()),
    }
}

pub(super) fn once<T>(place: &mut Option<T>, value: T) -> Result<(), KantaError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(KantaError::Malformed("parameter of the query twice")),
    }
}

pub(super) fn days(place: &mut Days, parameter: &Parameter) -> Result<(), KantaError> {
    let unfit = || KantaError::Malformed("period of the query");
    let period = parameter.value_period.as_ref().ok_or_else(unfit)?;
    let day = |text: &Option<String>| text.as_deref().map(str::parse).transpose().map_err(|_| unfit());
    let read = Days { from: day(&period.start)?, to: day(&period.end)? };
    if read.are_all() || !place.are_all() {
        return Err(unfit());
    }
    *place = read;
    Ok(())
}

/// Whether a system is that of a key, with or without the prefix of URIs.
pub(super) fn is_oid(system: &str, key: Key) -> bool {
    system.strip_prefix(get(Key::UriOidPrefix)).unwrap_or(system) == get(key)
}
