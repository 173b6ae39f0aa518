//! The search for prescriptions' data (SE-5 to SE-7): by identity codes, by identifiers, or both. It answers from the
//! chains, counts what remains itself (DI-7e) and tells what the signatures are worth.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use kanta::errors::Known;
use kanta::metadata::{Answer, DispenseStatus, Medicine, Metadata, PRESCRIPTIONS_AT_MOST, Query};
use kanta::{Issue, Requester};
use prescription::{Oid, PersonIdentityCode, Quantity, remaining, time};

use crate::centre::failed;
use crate::chain::Chain;
use crate::log::{Event, Use};
use crate::store::{Store, StoreError, Whose};
use crate::{Caller, Centre};

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
        told.criteria = query.identifiers.iter().map(Oid::to_string).collect();
        let found = self
            .may_search(requester, caller, now, &mut told)
            .and_then(|_| self.only_artificial(&query.patients))
            .and_then(|()| self.chains(query).map_err(|error| failed(&error)));
        let answer = match found {
            Ok(mut chains) => {
                // The newest first: what a customer came for is seldom years old.
                chains.sort_by_key(|chain| Reverse(chain.prescription.prescribed_at));
                told.hits = chains.len();
                told.documents = chains
                    .iter()
                    .map(|c| (c.prescription.reference.id.clone(), c.prescription.reference.document_type.clone()))
                    .collect();
                // LO-7: an identifier search concerns people too.
                for code in chains.iter().filter_map(Chain::identity_code).map(PersonIdentityCode::reveal) {
                    if !told.people.iter().any(|known| known == code) {
                        told.people.push(code.to_owned());
                    }
                }
                let prescriptions: Vec<_> = chains.iter().map(|chain| metadata_of(chain, now)).collect();
                Ok(Answer { total: u32::try_from(prescriptions.len()).unwrap_or(u32::MAX), prescriptions, next: None })
            }
            Err(issue) => {
                let issues = vec![issue];
                told.refused(&issues);
                Err(issues)
            }
        };
        self.note(told, caller, now).map_err(|error| vec![failed(&error)])?;
        answer
    }

    /// Promise 9: nobody who lives is looked up in a test.
    pub(crate) fn only_artificial(&self, codes: &[PersonIdentityCode]) -> Result<(), Issue> {
        if self.settings.any_identity_code || codes.iter().all(PersonIdentityCode::is_artificial) {
            Ok(())
        } else {
            Err(Issue::of(Known::AccessDenied).about("identity-code-not-artificial"))
        }
    }

    fn chains(&self, query: &Query) -> Result<Vec<Chain>, StoreError> {
        if query.identifiers.is_empty() && query.sets.is_empty() {
            return self.store.chains_of(&Whose::People(&query.patients), None, PRESCRIPTIONS_AT_MOST);
        }
        let mut chains: Vec<Chain> = vec![];
        for identifier in query.identifiers.iter().chain(&query.sets) {
            // An identifier names the first version of a prescription or any other.
            let chain = match self.store.chain(identifier)? {
                Some(chain) => Some(chain),
                None => match self.store.document(identifier)? {
                    Some(document) => self.store.chain(&document.prescription_set)?,
                    None => None,
                },
            };
            let asked_for = |chain: &Chain| {
                query.patients.is_empty() || chain.identity_code().is_some_and(|code| query.patients.contains(code))
            };
            if let Some(chain) = chain
                && asked_for(&chain)
                && chains.iter().all(|known| known.set_id != chain.set_id)
                && chains.len() < PRESCRIPTIONS_AT_MOST
            {
                chains.push(chain);
            }
        }
        Ok(chains)
    }
}

/// What a search tells of a prescription.
pub(crate) fn metadata_of(chain: &Chain, now: DateTime<Utc>) -> Metadata {
    let prescription = &chain.prescription;
    let rest = chain.remaining();
    let last = chain.dispensations.iter().max_by_key(|d| d.dispensed_at);
    let dispense_status = match (rest.is_over() && last.is_some(), last) {
        (true, _) => DispenseStatus::Fully,
        (false, Some(_)) => DispenseStatus::Partly,
        (false, None) => DispenseStatus::Not,
    };
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
        dispense_status,
        last_dispensed_at: last.map(|d| d.dispensed_at),
        last_dispensed_text: last.map(|d| d.delivered.to_string()),
        state: chain.state.clone(),
        renewal: None,
        dose_dispensing: prescription.dose_dispensing,
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
