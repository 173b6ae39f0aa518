//! What a supervisor counts of the uses of the own organisation.

use anyhow::Result;
use kanta::Requester;
use kanta::metadata::uses::{SeenUse, UsesQuery};
use kanta_client::{CentreClient, Transport};

use super::answers::{Came, count, not_answered};
use super::deed::Uses;

/// Pages that are asked for at most.
const PAGES_AT_MOST: u32 = 50;

/// Asks for all uses, page by page, and counts those that are looked for.
pub fn uses<T: Transport>(client: &CentreClient<T>, which: Uses, requester: &Requester) -> Result<Came> {
    let mut query = UsesQuery { in_conflict: which == Uses::InConflict, ..UsesQuery::default() };
    let mut seen: Vec<SeenUse> = vec![];
    for page in 1..=PAGES_AT_MOST {
        let answer = match client.uses(&query, requester) {
            Ok(answer) => answer,
            Err(error) => return not_answered(error),
        };
        seen.extend(answer.uses);
        query.page.after = answer.next;
        if query.page.after.is_none() {
            return Ok(Came::Found(count(looked_for(&seen, which)), page));
        }
    }
    anyhow::bail!("the uses do not end")
}

fn looked_for(seen: &[SeenUse], which: Uses) -> usize {
    let refused = |one: &&SeenUse| one.error.is_some();
    match which {
        Uses::All | Uses::InConflict => seen.len(),
        Uses::Refused => seen.iter().filter(refused).count(),
        Uses::SearchesWithoutDispensation => {
            let followed = |at: usize, search: &SeenUse| {
                seen.iter()
                    .skip(at)
                    .any(|later| later.event == "store" && later.error.is_none() && later.people == search.people)
            };
            let searches = seen.iter().enumerate().filter(|(_, one)| one.event == "search" && one.error.is_none());
            searches.filter(|(at, search)| !search.people.is_empty() && !followed(*at, search)).count()
        }
    }
}
