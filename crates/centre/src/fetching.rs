//! The fetch of whole documents: the newest version of a prescription with its live dispensations, or one document by
//! its own identifier, which settles for a pharmacy whether an answer that was lost was an acceptance (promise 2).

use chrono::{DateTime, Utc};
use kanta::errors::Known;
use kanta::mr::{FetchQuery, FetchedDocument};
use kanta::{Issue, Requester};
use prescription::{DocumentReference, Oid, PersonIdentityCode};

use crate::centre::{failed, stated};
use crate::chain::Chain;
use crate::log::{Event, Use};
use crate::store::{Store, StoreError, StoredDocument};
use crate::{Caller, Centre};

impl<S: Store> Centre<S> {
    pub(crate) fn fetch(
        &self,
        query: &FetchQuery,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Vec<FetchedDocument>, Vec<Issue>> {
        let mut told = Use::of(Event::Fetch);
        told.criteria = query.identifiers.iter().chain(&query.document).map(Oid::to_string).collect();
        let answer = self.fetched(query, requester, caller, now, &mut told).map_err(|issue| vec![issue]);
        match &answer {
            Ok(documents) => {
                told.hits = documents.len();
                told.documents =
                    documents.iter().map(|d| (d.reference.id.clone(), d.reference.document_type.clone())).collect();
            }
            Err(issues) => told.refused(issues),
        }
        self.note(told, caller, now).map_err(|error| vec![failed(&error)])?;
        answer
    }

    fn fetched(
        &self,
        query: &FetchQuery,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Vec<FetchedDocument>, Issue> {
        let mut documents = vec![];
        if let Some(id) = &query.document {
            let stored = self.store.document(id).map_err(|error| failed(&error))?;
            self.may_fetch(stored.as_ref(), requester, caller, now, told)?;
            if let Some(stored) = stored {
                self.concerns(&stored.prescription_set, told).map_err(|error| failed(&error))?;
                documents.push(fetched(stored));
            }
        }
        if !query.identifiers.is_empty() {
            self.may_search(requester, caller, now, told)?;
        }
        for set in &query.identifiers {
            if let Some(chain) = self.concerns(set, told).map_err(|error| failed(&error))? {
                documents.extend(self.live(&chain).map_err(|error| failed(&error))?.into_iter().map(fetched));
            }
        }
        Ok(documents)
    }

    /// A pharmacy's system may ask after a document of its own with no person logged in: its outbox works at night too.
    fn may_fetch(
        &self,
        stored: Option<&StoredDocument>,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<(), Issue> {
        if requester.user.is_some() {
            return self.may_search(requester, caller, now, told).map(|_| ());
        }
        stated(requester, told);
        if requester.pharmacy.id != caller.organisation {
            return Err(Issue::of(Known::OrganisationMismatch));
        }
        match stored {
            Some(stored) if stored.organisation.as_ref() != Some(&caller.organisation) => {
                Err(Issue::of(Known::AccessDenied).about("user"))
            }
            _ => Ok(()),
        }
    }

    /// The chain of a set; the log notes whom it concerns.
    fn concerns(&self, set: &Oid, told: &mut Use) -> Result<Option<Chain>, StoreError> {
        let chain = self.store.chain(set)?;
        if let Some(code) = chain.as_ref().and_then(Chain::identity_code).map(PersonIdentityCode::reveal)
            && !told.people.iter().any(|known| known == code)
        {
            told.people.push(code.to_owned());
        }
        Ok(chain)
    }

    /// The documents of a chain that count: the newest version, then the live dispensations.
    fn live(&self, chain: &Chain) -> Result<Vec<StoredDocument>, StoreError> {
        let wanted: Vec<&Oid> = std::iter::once(&chain.prescription.reference.id)
            .chain(chain.dispensations.iter().map(|d| &d.reference.id))
            .collect();
        let documents = self.store.documents_of(&chain.set_id)?;
        let of = |id: &Oid| documents.iter().find(|d| d.id == *id).cloned();
        let found: Vec<StoredDocument> = wanted.iter().filter_map(|id| of(id)).collect();
        if found.len() == wanted.len() { Ok(found) } else { Err(StoreError::Damaged { what: "chain" }) }
    }
}

fn fetched(stored: StoredDocument) -> FetchedDocument {
    FetchedDocument {
        reference: DocumentReference { id: stored.id, set_id: stored.set_id, document_type: stored.document_type },
        version: stored.version,
        bytes: stored.bytes,
    }
}
