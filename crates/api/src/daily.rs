//! What the manager's lists of a day are made from: the journal's events of that day, each with its time and person.

use chrono::{Days, NaiveDate, NaiveTime};
use prescription::time;
use record::{Event, EventFilter, Period};

use crate::Problem;
use crate::program::Tiski;

impl Tiski {
    pub(crate) fn listed(&self, filter: EventFilter) -> Result<Vec<Event>, Problem> {
        self.counter.deps().record.events(filter).map_err(|error| self.of_code(error.code()))
    }

    /// What the journal has of these kinds on a day in Finland, the newest first.
    pub(crate) fn of_day(&self, day: NaiveDate, kinds: Vec<String>, at_most: usize) -> Result<Vec<Event>, Problem> {
        let midnight = |day: NaiveDate| time::instant(day.and_time(NaiveTime::MIN));
        let tomorrow = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        self.listed(EventFilter {
            kinds,
            period: Period::between(midnight(day), midnight(tomorrow)),
            limit: Some(at_most),
            newest_first: true,
            ..EventFilter::default()
        })
    }

    /// The time of day of an event, "10.42.05", and who did it: the name, or the number where no name is known.
    pub(crate) fn when_and_who(&self, event: &Event) -> (String, String) {
        let by = event.actor.clone().unwrap_or_default();
        let name = review::name_of(&self.counter.deps().record, &by, event.at).ok().flatten();
        (time::finnish(event.at).format("%-H.%M.%S").to_string(), name.unwrap_or(by))
    }
}
