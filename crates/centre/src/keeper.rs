//! What the Centre's keeper does: reads the log, filtered, a line an entry, and erases prescriptions whose lawful time has
//! ended. Identity codes are masked to the date of birth, because a terminal is no place for them; the whole entry stands
//! in the log (LO-7).

use chrono::{DateTime, Duration, Months, Utc};
use prescription::{Oid, time};

use crate::chain::Chain;
use crate::log::{Entry, Event, NewEntry, Use};
use crate::store::{Decision, Expected, Outcome, Store, StoreError};

/// How long entries of the log are kept, in years of 365 days and a quarter (LO-10: twelve, recalled and not confirmed).
pub const LOG_YEARS: i64 = 12;

/// LC-8: how long prescriptions are kept, in months: 22.5 years (30 months in the Centre and 20 years in the former archive).
pub const PRESCRIPTION_MONTHS: u32 = 270;

/// Erases every prescription whose whole chain is older than so many months (LC-8), documents and projection together, the
/// oldest first; how many. Each leaves its entry in the log, without its identifier; nothing else is erased. A chain is as old
/// as its newest document, and one that renews a prescription that is still there stays with it.
pub fn erase_prescriptions(
    store: &dyn Store,
    months: u32,
    now: DateTime<Utc>,
    mut salt: impl FnMut() -> [u8; 32],
) -> Result<u64, StoreError> {
    let Some(limit) = now.checked_sub_months(Months::new(months)) else { return Ok(0) };
    let mut due = over(store, limit)?;
    due.sort_by_key(|chain| chain.prescription.prescribed_at);
    let mut erased = 0_u64;
    for chain in due {
        if renews_what_is_there(store, &chain)? {
            continue;
        }
        let mut told = Use::of(Event::Erase);
        told.hits = store.documents_of(&chain.set_id)?.len();
        let payload = serde_json::to_string(&told).unwrap_or_default();
        let decision = Decision {
            expected: vec![Expected { prescription_set: chain.set_id.clone(), revision: chain.revision }],
            log: vec![NewEntry { at: now, event: Event::Erase, payload, salt: salt() }],
            erased: vec![chain.set_id],
            ..Decision::default()
        };
        // Whatever came to it meanwhile makes it younger.
        if store.commit(decision)? == Outcome::Done {
            erased = erased.saturating_add(1);
        }
    }
    Ok(erased)
}

/// The chains of which everything is older than `limit`.
fn over(store: &dyn Store, limit: DateTime<Utc>) -> Result<Vec<Chain>, StoreError> {
    let (mut over, mut after) = (vec![], None);
    loop {
        let sets = store.prescription_sets(after.as_ref(), SLICE)?;
        let Some(last) = sets.last().cloned() else { return Ok(over) };
        for set in &sets {
            let Some(chain) = store.chain(set)? else { continue };
            let is_old = |at: DateTime<Utc>| at < limit;
            if is_old(time::instant(chain.prescription.prescribed_at))
                && store.documents_of(set)?.iter().all(|document| is_old(document.received_at))
            {
                over.push(chain);
            }
        }
        after = Some(last);
    }
}

fn renews_what_is_there(store: &dyn Store, chain: &Chain) -> Result<bool, StoreError> {
    let Some(request) = &chain.prescription.renews else { return Ok(false) };
    Ok(store.document(&request.id)?.is_some())
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Whom they concern: a whole identity code.
    pub person: Option<String>,
    /// Whose use they tell of.
    pub organisation: Option<Oid>,
    /// For which reason, by its code.
    pub reason: Option<String>,
}

/// The instant before which payloads of the log have no lawful time left.
pub fn lawful_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::hours(LOG_YEARS * (365 * 24 + 6))
}

/// Tells each entry that the filter lets through, oldest first; how many were told.
pub fn tell(store: &dyn Store, filter: &Filter, mut line: impl FnMut(String)) -> Result<u64, StoreError> {
    let (mut after, mut told_of) = (0, 0_u64);
    loop {
        let entries = match &filter.organisation {
            Some(organisation) => store.log_of(organisation, after, SLICE)?,
            None => store.log(after, SLICE)?,
        };
        let Some(last) = entries.last().map(|entry| entry.sequence) else { return Ok(told_of) };
        for entry in &entries {
            let told = entry.told();
            if wanted(filter, told.as_ref()) {
                line(shown(entry, told.as_ref()));
                told_of = told_of.saturating_add(1);
            }
        }
        after = last;
    }
}

/// Entries that are read at once.
const SLICE: usize = 1000;

fn wanted(filter: &Filter, told: Option<&Use>) -> bool {
    let Some(told) = told else {
        // Of an erased entry nothing is known any more: it passes only where nothing is asked.
        return filter.person.is_none() && filter.reason.is_none();
    };
    filter.person.as_ref().is_none_or(|person| told.people.contains(person))
        && filter.reason.as_ref().is_none_or(|reason| told.reason.as_ref() == Some(reason))
}

fn shown(entry: &Entry, told: Option<&Use>) -> String {
    let at = DateTime::from_timestamp_micros(entry.at).map(|at| at.to_rfc3339()).unwrap_or_default();
    let head = format!("{} {at} {}", entry.sequence, entry.event);
    let Some(told) = told else { return format!("{head} erased") };
    let mut line = head;
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            line.push_str(&format!(" {name}={value}"));
        }
    };
    let people: Vec<String> = told.people.iter().map(|code| masked(code)).collect();
    let documents: Vec<String> = told.documents.iter().map(|(id, kind)| format!("{id}({})", kind.code())).collect();
    let criteria: Vec<String> = told.criteria.iter().map(|text| text.replace(char::is_whitespace, "_")).collect();
    add("organisation", told.organisation.as_ref().map(Oid::as_str));
    add("certificate", told.certificate.as_deref());
    add("system", told.system.as_ref().map(Oid::as_str));
    add("user", told.user.as_deref());
    add("user-is", told.user.as_ref().map(|_| if told.user_stated { "stated" } else { "proven" }));
    add("right", told.right.as_deref());
    add("restrictions", Some(&told.restrictions.join(",")));
    add("on-behalf", told.on_behalf.as_deref());
    add("reason", told.reason.as_deref());
    add("people", Some(&people.join(",")));
    add("criteria", Some(&criteria.join(",")));
    add("error", told.error.as_deref());
    add("detail", told.detail.as_ref().map(|text| text.replace(char::is_whitespace, ",")).as_deref());
    add("hits", Some(&told.hits.to_string()));
    add("withheld", Some(&told.withheld.to_string()).filter(|_| told.withheld > 0).map(String::as_str));
    add("documents", Some(&documents.join(",")));
    line
}

/// An identity code without what tells one person from another: the date of birth stays.
fn masked(code: &str) -> String {
    let born: String = code.chars().take(6).collect();
    format!("{born}*****")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_6_a_line_of_the_log_shows_no_identity_code() {
        let mut told = Use::of(crate::log::Event::Search);
        told.people = vec!["010181-900C".to_owned()];
        told.reason = Some("6".to_owned());
        let entry = crate::log::Head::default().link(crate::log::NewEntry {
            at: DateTime::UNIX_EPOCH,
            event: told.event,
            payload: serde_json::to_string(&told).unwrap(),
            salt: [7; 32],
        });
        let line = shown(&entry, entry.told().as_ref());
        assert_eq!(line, "1 1970-01-01T00:00:00+00:00 search reason=6 people=010181***** hits=0");
        let erased = Entry { beside: None, ..entry };
        assert_eq!(shown(&erased, None), "1 1970-01-01T00:00:00+00:00 search erased");
        assert!(wanted(&Filter::default(), None));
        assert!(!wanted(&Filter { reason: Some("6".into()), ..Filter::default() }, None));
        assert!(!wanted(&Filter { person: Some("051275-933B".into()), ..Filter::default() }, Some(&told)));
    }

    #[test]
    fn lo_10_the_lawful_time_of_the_log_is_twelve_years() {
        let now: DateTime<Utc> = "2026-11-25T12:00:00Z".parse().unwrap();
        assert_eq!(lawful_until(now).date_naive().to_string(), "2014-11-25");
    }
}
