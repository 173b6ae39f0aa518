//! Supervision (reason 14; LO-4, LO-6, table 5.2): a person to whom an organisation's owner gave the role sees the uses of
//! the own organisation, from the log: who looked at whose data, when and why. Among them are the late dispensations that
//! were taken in conflict (section 4); that one is settled, only a supervisor says. Asking leaves an entry too. What was
//! withheld from whom stands in the log for the Centre's keeper and is not told here.

use chrono::{DateTime, Utc};
use kanta::errors::Known;
use kanta::metadata::uses::{SeenUse, USES_AT_MOST, UsesAnswer, UsesQuery};
use kanta::{Issue, Requester};
use prescription::{Conflict, Oid, PersonIdentityCode, QueryReason, RegistrationNumber, Right, time};

use crate::access::Begins;
use crate::centre::failed;
use crate::log::{Entry, Event, Use};
use crate::purposes::By;
use crate::store::{Decision, Store, StoreError};
use crate::{Caller, Centre};

/// Entries of the log that one question reads at most; then the next page goes on.
const READ_AT_MOST: usize = 2000;

impl<S: Store> Centre<S> {
    pub(crate) fn uses(
        &self,
        query: &UsesQuery,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<UsesAnswer, Vec<Issue>> {
        let mut told = Use::of(Event::Uses);
        told.people = query.person.iter().map(|code| code.reveal().to_owned()).collect();
        told.criteria = query.user.iter().map(|number| format!("user={}", number.as_str())).collect();
        told.criteria.extend(query.reason.iter().map(|reason| format!("reason={}", reason.code())));
        let answer = self.seen(query, requester, caller, now, &mut told).map_err(|issue| vec![issue]);
        match &answer {
            Ok(answer) => told.hits = answer.uses.len(),
            Err(issues) => told.refused(issues),
        }
        self.note(told, caller, now).map_err(|error| vec![failed(&error)])?;
        answer
    }

    fn seen(
        &self,
        query: &UsesQuery,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<UsesAnswer, Issue> {
        self.admit(requester, caller, Begins { by: &[By::OwnUses], fetches: false }, now, told)?;
        self.only_artificial(query.person.as_slice())?;
        let cursor = query.page.after.as_deref().map(str::parse::<u64>).transpose();
        let after = cursor.map_err(|_| Issue::of(Known::Integrity).about("cursor"))?.unwrap_or(0);
        let entries = self.store.log_of(&caller.organisation, after, READ_AT_MOST).map_err(|error| failed(&error))?;
        let size = query.page.size_or_most().min(USES_AT_MOST);
        let (mut uses, mut read, mut last) = (vec![], 0, after);
        for entry in &entries {
            if uses.len() == size {
                break;
            }
            (read, last) = (read + 1, entry.sequence);
            let Some(mut use_of) = entry.told().and_then(|told| seen(entry, &told)) else { continue };
            use_of.settled = self.is_settled(&use_of).map_err(|error| failed(&error))?;
            uses.extend(Some(use_of).filter(|seen| is_wanted(query, seen)));
        }
        // Where all that there was to read was read, nothing is left; else the next page goes on behind the last one read.
        let rest = read < entries.len() || entries.len() == READ_AT_MOST;
        Ok(UsesAnswer { uses, next: rest.then(|| last.to_string()) })
    }

    fn is_settled(&self, seen: &SeenUse) -> Result<bool, StoreError> {
        match seen.documents.first().filter(|_| !seen.conflicts.is_empty()) {
            Some(document) => self.store.is_settled(document),
            None => Ok(false),
        }
    }

    /// A supervisor has looked at a late document that was taken in conflict and settled it. Only one of the own
    /// organisation's; saying it again changes nothing. The log keeps who said it and when.
    pub(crate) fn settle(
        &self,
        document: &Oid,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<UsesAnswer, Vec<Issue>> {
        let mut told = Use::of(Event::Settle);
        told.criteria = vec![document.to_string()];
        match self.settling(document, requester, caller, now, &mut told) {
            Ok(()) => {
                told.organisation = Some(caller.organisation.clone());
                told.certificate = Some(caller.certificate.clone());
                let log = vec![self.entry(&told, now)];
                let decision = Decision { log, settled: vec![document.clone()], ..Decision::default() };
                self.store.commit(decision).map_err(|error| vec![failed(&error)])?;
                Ok(UsesAnswer::default())
            }
            Err(issue) => {
                let issues = vec![issue];
                told.refused(&issues);
                self.note(told, caller, now).map_err(|error| vec![failed(&error)])?;
                Err(issues)
            }
        }
    }

    fn settling(
        &self,
        document: &Oid,
        requester: &Requester,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<(), Issue> {
        self.admit(requester, caller, Begins { by: &[By::OwnUses], fetches: false }, now, told)?;
        let held = self.store.document(document).map_err(|error| failed(&error))?;
        // Another organisation's document looks like one that is not there, or that is in no conflict.
        let own = |held: &crate::store::StoredDocument| held.organisation.as_ref() == Some(&caller.organisation);
        let held = held.filter(|held| own(held) && !held.conflicts.is_empty());
        let held = held.ok_or_else(|| Issue::of(Known::Integrity).about("document"))?;
        told.documents = vec![(held.id, held.document_type)];
        Ok(())
    }
}

/// What the log says of a late document that was taken: the codes of its conflicts.
fn conflicts(told: &Use) -> Vec<Conflict> {
    let taken = told.event == Event::Store && told.error.is_none();
    let codes = told.detail.as_deref().filter(|_| taken).unwrap_or_default();
    codes.split(' ').filter_map(Conflict::parse).collect()
}

fn is_wanted(query: &UsesQuery, seen: &SeenUse) -> bool {
    query.days.hold(time::finnish(seen.at).date())
        && query.person.as_ref().is_none_or(|person| seen.people.contains(person))
        && query.user.as_ref().is_none_or(|user| seen.user.as_ref() == Some(user))
        && query.reason.as_ref().is_none_or(|reason| seen.reason.as_ref() == Some(reason))
        && (!query.in_conflict || !seen.conflicts.is_empty() && !seen.settled)
}

fn seen(entry: &Entry, told: &Use) -> Option<SeenUse> {
    Some(SeenUse {
        at: DateTime::from_timestamp_micros(entry.at)?,
        event: told.event.name().to_owned(),
        user: told.user.as_deref().and_then(|number| RegistrationNumber::parse(number).ok()),
        proven: !told.user_stated,
        right: told.right.as_deref().map(Right::new),
        reason: told.reason.as_deref().map(QueryReason::from),
        people: told.people.iter().map(|code| PersonIdentityCode::as_stated(code)).collect(),
        documents: told.documents.iter().map(|(id, _)| id.clone()).collect(),
        error: told.error.clone(),
        conflicts: conflicts(told),
        settled: false,
    })
}
