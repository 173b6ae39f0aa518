//! The fetch of whole documents: the newest version of a prescription with its live dispensations and the marks and renewal
//! request in force, or one document by its own identifier, which settles for a pharmacy whether an answer that was lost
//! was an acceptance (promise 2). One prescription that is fetched to be dispensed is held for whoever fetches it.

use chrono::{DateTime, Utc};
use kanta::errors::Known;
use kanta::mr::{FetchQuery, FetchedDocument};
use kanta::{Issue, Requester};
use prescription::{DocumentReference, Oid, PersonIdentityCode, QueryReason, Right, Role};

use crate::access::{Asker, Begins};
use crate::centre::failed;
use crate::chain::Chain;
use crate::log::{Event, Use};
use crate::purposes::By;
use crate::store::{Store, StoreError, StoredDocument};
use crate::{Caller, Centre};

/// A fetch names what it wants: a denial does not withhold it (SE-8).
const BY_IDENTIFIER: Begins<'_> = Begins { by: &[By::Identifier], fetches: true };

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
        let noted = match chosen(query, requester, &answer) {
            Some(set) => {
                let role = told.right.as_deref().map_or(Role::Other, |right| Role::of(&Right::new(right)));
                self.note_and_hold(told, set, role, caller, now)
            }
            None => self.note(told, caller, now),
        };
        noted.map_err(|error| vec![failed(&error)])?;
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
        let store_failed = |error| failed(&error);
        let mut documents = vec![];
        if let Some(id) = &query.document {
            let asker = self.may_fetch(requester, caller, now, told)?;
            let stored = self.store.document(id).map_err(store_failed)?;
            // What is not there costs the same reads as what is withheld.
            let set = stored.as_ref().map_or(id, |stored| &stored.prescription_set);
            let chain = self.store.chain(set).map_err(store_failed)?;
            let own = stored.as_ref().is_some_and(|stored| stored.organisation.as_ref() == Some(&caller.organisation));
            let shown = chain.as_ref().map_or(own, |chain| self.shown(chain, asker.as_ref(), own, told));
            documents.extend(stored.filter(|_| shown).map(fetched));
        }
        if !query.identifiers.is_empty() {
            let asker = self.admit(requester, caller, BY_IDENTIFIER, now, told)?;
            for set in &query.identifiers {
                let chain = self.store.chain(set).map_err(store_failed)?;
                if let Some(chain) = chain.filter(|chain| self.shown(chain, Some(&asker), false, told)) {
                    documents.extend(self.live(&chain).map_err(store_failed)?.into_iter().map(fetched));
                }
            }
        }
        Ok(documents)
    }

    /// A pharmacy's system may ask after a document of its own with no person logged in: its outbox works at night too.
    /// Then there is no asker, and nobody else's document is shown.
    fn may_fetch(
        &self,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Option<Asker>, Issue> {
        if requester.user.is_some() {
            return self.admit(requester, caller, BY_IDENTIFIER, now, told).map(Some);
        }
        let purpose = self.purpose(requester, caller, now, told)?;
        if purpose.fetch { Ok(None) } else { Err(Issue::of(Known::AccessDenied).about("user")) }
    }

    /// Whether something of a chain is shown, which is the caller's own or not; the log notes whom it concerns, or that it
    /// was withheld.
    fn shown(&self, chain: &Chain, asker: Option<&Asker>, own: bool, told: &mut Use) -> bool {
        if !asker.map_or(own, |asker| asker.may_see(chain, By::Identifier)) {
            told.withheld = told.withheld.saturating_add(1);
            return false;
        }
        if let Some(code) = chain.identity_code().map(PersonIdentityCode::reveal)
            && !told.people.iter().any(|known| known == code)
        {
            told.people.push(code.to_owned());
        }
        true
    }

    /// The documents of a chain that count.
    fn live(&self, chain: &Chain) -> Result<Vec<StoredDocument>, StoreError> {
        let wanted = chain.live();
        let documents = self.store.documents_of(&chain.set_id)?;
        let of = |id: &Oid| documents.iter().find(|d| d.id == *id).cloned();
        let found: Vec<StoredDocument> = wanted.iter().filter_map(|id| of(id)).collect();
        if found.len() == wanted.len() { Ok(found) } else { Err(StoreError::Damaged { what: "chain" }) }
    }
}

/// The one prescription that was chosen to be dispensed and is shown: it is held for whoever fetched it, never a list.
fn chosen<'a>(
    query: &'a FetchQuery,
    requester: &Requester,
    answer: &Result<Vec<FetchedDocument>, Vec<Issue>>,
) -> Option<&'a Oid> {
    let [only] = query.identifiers.as_slice() else { return None };
    let shown = answer.as_ref().is_ok_and(|documents| !documents.is_empty());
    (requester.reason == QueryReason::Dispensing && shown).then_some(only)
}

fn fetched(stored: StoredDocument) -> FetchedDocument {
    FetchedDocument {
        reference: DocumentReference { id: stored.id, set_id: stored.set_id, document_type: stored.document_type },
        version: stored.version,
        bytes: stored.bytes,
    }
}
