//! The search for prescriptions' data (SE-2 to SE-8): by identity codes, by identifiers, or an organisation's own; narrowed
//! by days and states, in pages. It answers from the chains, counts what remains itself (DI-7e) and tells what the
//! signatures are worth. What is shown of what was found is decided in `access`.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDateTime, Utc};
use kanta::errors::Known;
use kanta::metadata::{Answer, DispenseStatus, Medicine, Metadata, Query};
use kanta::{Issue, Requester};
use prescription::{Oid, PersonIdentityCode, Quantity, remaining, time};

use crate::access::{Asker, Begins};
use crate::centre::failed;
use crate::chain::Chain;
use crate::log::{Event, Use};
use crate::purposes::{By, Shows};
use crate::store::{Part, Store, StoreError, Whose};
use crate::{Caller, Centre};

/// The most prescriptions that one search may find, over all its pages; more must be narrowed.
const FOUND_AT_MOST: usize = 5000;
/// Chains that are read at once.
const SLICE: usize = 1000;

impl<S: Store> Centre<S> {
    pub(crate) fn search(
        &self,
        query: &Query,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Answer, Vec<Issue>> {
        let mut told = Use::of(Event::Search);
        told.people = query.patients.iter().map(|code| code.reveal().to_owned()).collect();
        told.criteria = criteria(query);
        let answer = self.searched(query, requester, caller, now, &mut told).map_err(|issue| vec![issue]);
        if let Err(issues) = &answer {
            told.refused(issues);
        }
        self.note(told, caller, now).map_err(|error| vec![failed(&error)])?;
        answer
    }

    fn searched(
        &self,
        query: &Query,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Answer, Issue> {
        let by = begins(query);
        let asker = self.admit(requester, caller, Begins { by: &[by], fetches: false }, now, told)?;
        self.only_artificial(&query.patients)?;
        only_own(query, by, caller)?;
        let after = query.page.after.as_deref().map(Place::parse).transpose()?;
        let mut found = self.found(query, by, &asker, told)?;
        if found.len() > FOUND_AT_MOST {
            return Err(Issue::of(Known::DocumentTooLarge).about("answer"));
        }
        // The newest first: what a customer came for is seldom years old.
        found.sort_by_cached_key(Place::of);
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let mut rest = found.into_iter().filter(|chain| after.as_ref().is_none_or(|after| Place::of(chain) > *after));
        let page: Vec<Chain> = rest.by_ref().take(query.page.size_or_most()).collect();
        let next = rest.next().and(page.last()).map(|last| Place::of(last).written());
        note_hits(&page, told);
        Ok(Answer { total, prescriptions: page.iter().map(|chain| metadata_of(chain, now)).collect(), next })
    }

    /// Promise 9: nobody who lives is looked up in a test.
    pub(crate) fn only_artificial(&self, codes: &[PersonIdentityCode]) -> Result<(), Issue> {
        if self.settings.any_identity_code || codes.iter().all(PersonIdentityCode::is_artificial) {
            Ok(())
        } else {
            Err(Issue::of(Known::AccessDenied).about("identity-code-not-artificial"))
        }
    }

    /// What the asker may see of what matches.
    fn found(&self, query: &Query, by: By, asker: &Asker, told: &mut Use) -> Result<Vec<Chain>, Issue> {
        // What a dose patient is new with is not the pharmacy's yet: there it only says who asks.
        let narrows = by != By::OwnPharmacy && !matches!(asker.purpose.shows, Shows::DoseNew | Shows::DosePatients);
        let mut found: Vec<Chain> = vec![];
        let mut take = |chain: Chain| {
            if !matches(query, &chain, by, narrows, asker.now)
                || found.iter().any(|known| by == By::Identifier && known.set_id == chain.set_id)
            {
                return;
            }
            if asker.may_see(&chain, by) {
                found.push(chain);
            } else {
                told.withheld = told.withheld.saturating_add(1);
            }
        };
        let dose_patients: Vec<PersonIdentityCode> = asker.dose_patients.iter().cloned().collect();
        let organisation =
            |id, parts| Whose::Organisation { id, parts, prescribed: query.prescribed, dispensed: query.dispensed };
        let whose = match by {
            By::Identifier => {
                for identifier in &query.identifiers {
                    self.identified(identifier).map_err(|error| failed(&error))?.into_iter().for_each(&mut take);
                }
                for set in &query.sets {
                    self.store.chain(set).map_err(|error| failed(&error))?.into_iter().for_each(&mut take);
                }
                return Ok(found);
            }
            By::Person => Whose::People(&query.patients),
            By::OwnPharmacy => match asker.purpose.shows {
                Shows::DoseNew | Shows::DosePatients => Whose::People(&dose_patients),
                Shows::DoseChanges => organisation(&asker.organisation, &[Part::DoseDispensing]),
                _ => organisation(&asker.organisation, &[Part::Dispensed, Part::DoseDispensing, Part::Holds]),
            },
            By::OwnUnit if asker.purpose.shows == Shows::Renewals => {
                organisation(&asker.organisation, &[Part::AskedToRenew])
            }
            By::OwnUnit | By::OwnUses => organisation(&asker.organisation, &[Part::Prescribed]),
        };
        let mut after = None;
        loop {
            let slice = self.store.chains_of(&whose, after.as_ref(), SLICE).map_err(|error| failed(&error))?;
            let whole = slice.len() == SLICE;
            after = slice.last().map(|chain| chain.set_id.clone());
            slice.into_iter().for_each(&mut take);
            if !whole {
                return Ok(found);
            }
        }
    }

    /// The prescription of one of its documents' identifiers. What is not there costs the same two reads.
    fn identified(&self, id: &Oid) -> Result<Option<Chain>, StoreError> {
        let document = self.store.document(id)?;
        self.store.chain(document.as_ref().map_or(id, |document| &document.prescription_set))
    }
}

/// Notes what was found, and whom it concerns: an identifier search concerns people too (LO-7).
pub(crate) fn note_hits(chains: &[Chain], told: &mut Use) {
    told.hits = chains.len();
    told.documents = chains
        .iter()
        .map(|c| (c.prescription.reference.id.clone(), c.prescription.reference.document_type.clone()))
        .collect();
    for code in chains.iter().filter_map(Chain::identity_code).map(PersonIdentityCode::reveal) {
        if !told.people.iter().any(|known| known == code) {
            told.people.push(code.to_owned());
        }
    }
}

/// From what a query begins; the rest of it narrows.
fn begins(query: &Query) -> By {
    if !query.identifiers.is_empty() || !query.sets.is_empty() {
        By::Identifier
    } else if !query.patients.is_empty() {
        By::Person
    } else if query.pharmacy.is_some() {
        By::OwnPharmacy
    } else {
        By::OwnUnit
    }
}

/// Nobody looks through another pharmacy's customers, or through another unit's.
fn only_own(query: &Query, by: By, caller: &Caller) -> Result<(), Issue> {
    let not_own = |id: &Oid| *id != caller.organisation;
    if query.pharmacy.as_ref().is_some_and(not_own) {
        return Err(Issue::of(Known::AccessDenied).about("pharmacy"));
    }
    if by == By::OwnUnit && query.unit.as_ref().is_some_and(not_own) {
        return Err(Issue::of(Known::AccessDenied).about("unit"));
    }
    Ok(())
}

/// What the log notes of the question, beside the people (LO-7: search criteria).
fn criteria(query: &Query) -> Vec<String> {
    let mut criteria: Vec<String> = query.identifiers.iter().chain(&query.sets).map(Oid::to_string).collect();
    let mut add = |name: &str, value: Option<String>| criteria.extend(value.map(|value| format!("{name}={value}")));
    let days = |days: &kanta::metadata::Days| {
        let end = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        (!days.are_all()).then(|| format!("{}/{}", end(days.from), end(days.to)))
    };
    let list = |codes: Vec<&str>| (!codes.is_empty()).then(|| codes.join(","));
    add("prescriber", query.prescriber.clone());
    add("unit", query.unit.as_ref().map(Oid::to_string));
    add("pharmacy", query.pharmacy.as_ref().map(Oid::to_string));
    add("type", list(query.types.iter().map(|kind| kind.code()).collect()));
    add("prescribed", days(&query.prescribed));
    add("dispensed", days(&query.dispensed));
    add("dispensing", list(query.dispense_states.iter().map(DispenseStatus::name).collect()));
    add("locked", query.locked.map(|wanted| wanted.to_string()));
    add("reserved", query.reserved.map(|wanted| wanted.to_string()));
    add("dose-dispensing", query.dose_dispensing.map(|wanted| wanted.to_string()));
    add("page", query.page.after.as_ref().map(|_| "next".to_owned()));
    criteria
}

/// Whether a prescription is what was asked for: different parameters narrow, repeats widen (SE-5). `narrows` says whether
/// the pharmacy narrows too, or only tells whose question it is.
fn matches(query: &Query, chain: &Chain, by: By, narrows: bool, now: DateTime<Utc>) -> bool {
    // A query that begins from an own unit has said by it whose it is.
    let unit_narrows = by != By::OwnUnit;
    let state = chain.state_at(time::finnish(now));
    let prescription = &chain.prescription;
    let last = chain.dispensations.iter().map(|lot| lot.dispensed_at.date()).max();
    let of_person = || chain.identity_code().is_some_and(|code| query.patients.contains(code));
    let of_pharmacy = |id: &Oid| {
        let lots = chain.dispensations.iter().any(|lot| lot.pharmacy.id == *id);
        lots || chain.dosed_by.as_ref() == Some(id) || chain.holders().contains(&id)
    };
    let of_unit = |id: &Oid| prescription.prescribing_unit().is_some_and(|unit| unit.id == *id);
    (query.patients.is_empty() || of_person())
        && (!narrows || query.pharmacy.as_ref().is_none_or(of_pharmacy))
        && query.prescriber.as_ref().is_none_or(|id| prescription.prescriber.prescriber_id.as_ref() == Some(id))
        && (!unit_narrows || query.unit.as_ref().is_none_or(of_unit))
        && (query.types.is_empty() || query.types.contains(&prescription.reference.document_type))
        && query.prescribed.hold(prescription.prescribed_at.date())
        && (query.dispensed.are_all() || last.is_some_and(|day| query.dispensed.hold(day)))
        && (query.dispense_states.is_empty() || query.dispense_states.contains(&dispense_status(chain)))
        && query.locked.is_none_or(|wanted| state.locked_by.is_some() == wanted)
        && query.reserved.is_none_or(|wanted| state.reserved_by.is_some() == wanted)
        && query.dose_dispensing.is_none_or(|wanted| is_dosed(chain) == wanted)
}

fn is_dosed(chain: &Chain) -> bool {
    chain.prescription.dose_dispensing || chain.dosed_by.is_some()
}

fn dispense_status(chain: &Chain) -> DispenseStatus {
    match (chain.dispensations.is_empty(), chain.remaining().is_over()) {
        (true, _) => DispenseStatus::Not,
        (false, true) => DispenseStatus::Fully,
        (false, false) => DispenseStatus::Partly,
    }
}

/// A place in the order of an answer: the newest prescription first, and of one moment by set. A page goes on behind the
/// last one that was shown, so that what is withheld or comes in between moves nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Reverse<NaiveDateTime>, Oid);

impl Place {
    const FORM: &'static str = "%Y%m%dT%H%M%S%.f";

    fn of(chain: &Chain) -> Self {
        Self(Reverse(chain.prescription.prescribed_at), chain.set_id.clone())
    }

    fn written(&self) -> String {
        format!("{}~{}", self.0.0.format(Self::FORM), self.1)
    }

    fn parse(cursor: &str) -> Result<Self, Issue> {
        let read = || {
            let (at, set) = cursor.split_once('~')?;
            Some(Self(Reverse(NaiveDateTime::parse_from_str(at, Self::FORM).ok()?), Oid::parse(set).ok()?))
        };
        read().ok_or_else(|| Issue::of(Known::Integrity).about("cursor"))
    }
}

/// What a search tells of a prescription.
pub(crate) fn metadata_of(chain: &Chain, now: DateTime<Utc>) -> Metadata {
    let prescription = &chain.prescription;
    let rest = chain.remaining();
    let last = chain.dispensations.iter().max_by_key(|d| d.dispensed_at);
    let product = &prescription.product;
    let unit = prescription.prescribing_unit();
    Metadata {
        reference: prescription.reference.clone(),
        version: prescription.version,
        patient: prescription.patient.clone(),
        medicine: Medicine {
            name: product.name().to_owned(),
            strength: product.strength.clone(),
            form: product.form.clone(),
            atc: product.atc().cloned(),
            vnr: product.vnr().cloned(),
            kind: product.kind(),
            control: prescription.control.clone(),
            narcotic: prescription.narcotic,
        },
        kind: prescription.kind.clone(),
        quantity_form: Some(prescription.quantity.form().to_owned()),
        prescribed_at: prescription.prescribed_at,
        valid_until: Some(prescription.last_valid_day()),
        repeats: prescription.iteration.as_ref().map(|i| i.repeats.get()),
        interval_days: prescription.iteration.as_ref().and_then(prescription::Iteration::interval_days),
        prescribed_text: prescribed_text(chain),
        remaining_text: rest.statement().map(|statement| statement.shown()),
        dispense_status: dispense_status(chain),
        last_dispensed_at: last.map(|d| d.dispensed_at),
        last_dispensed_text: last.map(|d| d.delivered.to_string()),
        state: chain.state_at(time::finnish(now)),
        renewal: chain.renewal_at(time::finnish(now)),
        dose_dispensing: is_dosed(chain),
        dosage_text: Some(prescription.dosage.text.clone()).filter(|text| !text.is_empty()),
        purpose: prescription.purpose.clone(),
        prescriber: prescription.prescriber.name.clone(),
        unit_id: unit.map(|unit| unit.id.clone()),
        unit_name: unit.map(|unit| unit.name.clone()),
        expired: time::finnish(now).date() > prescription.last_valid_day(),
        signature: chain.signature,
    }
}

fn prescribed_text(chain: &Chain) -> Option<String> {
    match &chain.prescription.quantity {
        Quantity::Period { length, .. } => Some(length.to_string()),
        _ => remaining(&chain.prescription, []).statement().map(|statement| statement.shown()),
    }
}
