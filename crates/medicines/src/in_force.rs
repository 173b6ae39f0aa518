//! The edition that is in force now, ready to be asked, and the one that follows it. Which of the two counts is decided by
//! the moment at which somebody asks, so that they change at midnight without anybody doing anything (medicines.md 0).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use prescription::Vnr;

use crate::search::{Known, Search};
use crate::{Edition, EditionError, Package};

/// A shorter text finds nothing: it would mean too much.
const SHORTEST_SEARCH: usize = 2;

/// An edition and the search over it.
#[derive(Debug)]
pub struct Shelf {
    edition: Edition,
    search: Search,
    previous: HashMap<Vnr, Vnr>,
}

impl Shelf {
    /// Builds the search over an edition, with all that the edition itself knows beside its packages.
    pub fn of(edition: Edition) -> Result<Self, EditionError> {
        let packages = edition.packages();
        let mut known = Known { atc_names: edition.atc_names().clone(), ..Known::default() };
        let mut previous = HashMap::new();
        for package in packages {
            if let Some(words) = &package.form_words
                && !known.forms.contains_key(&package.form)
            {
                known.forms.insert(package.form.clone(), vec![words.sv.clone(), words.en.clone()]);
            }
            if !package.exchange.on_market {
                known.off_market.insert(package.vnr.clone());
            }
            for old in package.previous.iter().filter(|old| edition.package(old).is_none()) {
                previous.insert(old.clone(), package.vnr.clone());
            }
        }
        let search = Search::over(packages, &known)?;
        Ok(Self { edition, search, previous })
    }

    /// Nothing: no package can be chosen, and everything else still works.
    pub fn none() -> Self {
        let search = Search::nothing();
        Self { edition: Edition::none(), search, previous: HashMap::new() }
    }

    /// The edition.
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// The package of a number, also of one that it had before.
    pub fn package(&self, vnr: &Vnr) -> Option<&Package> {
        self.edition.package(vnr).or_else(|| self.edition.package(self.previous.get(vnr)?))
    }

    /// Packages that a person may mean, the likeliest first: by words in any order, by number, also by one that a package
    /// had before, and by GTIN where `gtins` knows its VNR. At most so many; nothing for fewer than two letters.
    pub fn find(&self, text: &str, most: usize, gtins: &dyn Fn(&str) -> Option<Vnr>) -> Vec<&Package> {
        let text = text.trim();
        if text.chars().count() < SHORTEST_SEARCH || most == 0 {
            return vec![];
        }
        let old = Vnr::parse(text).ok().filter(|old| self.previous.contains_key(old));
        if let Some(package) = old.and_then(|old| self.package(&old)) {
            return vec![package];
        }
        let hits = self.search.find(text, most, gtins);
        hits.iter().filter_map(|hit| self.edition.packages().get(hit.package)).collect()
    }
}

/// Which edition is in force, by the moment at which it is asked.
#[derive(Debug)]
pub struct InForce(RwLock<Two>);

#[derive(Debug)]
struct Two {
    now: Arc<Shelf>,
    next: Option<(DateTime<Utc>, Arc<Shelf>)>,
}

impl InForce {
    /// No edition, until one is put in force.
    pub fn none() -> Self {
        Self(RwLock::new(Two { now: Arc::new(Shelf::none()), next: None }))
    }

    /// This one, whatever the day.
    pub fn always(edition: Edition) -> Result<Self, EditionError> {
        Ok(Self(RwLock::new(Two { now: Arc::new(Shelf::of(edition)?), next: None })))
    }

    /// The edition of a moment.
    pub fn at(&self, moment: DateTime<Utc>) -> Arc<Shelf> {
        let two = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match &two.next {
            Some((from, next)) if *from <= moment => Arc::clone(next),
            _ => Arc::clone(&two.now),
        }
    }

    /// Puts one in force, with the one that follows it from its moment on. Who still works with the one before keeps it.
    pub fn put(&self, now: Arc<Shelf>, next: Option<(DateTime<Utc>, Arc<Shelf>)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Two { now, next };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ARTIFICIAL;

    fn shelf() -> Shelf {
        Shelf::of(Edition::parse(ARTIFICIAL).unwrap()).unwrap()
    }

    /// The number of a Nordic item, as `scanning` reads it.
    fn nordic(digits: &str) -> Option<Vnr> {
        Vnr::parse(digits.strip_prefix("0704626")?.get(..6)?).ok()
    }

    #[test]
    fn a_package_is_found_by_number_scan_or_words_and_one_letter_finds_nothing() {
        let shelf = shelf();
        let found = |text: &str| shelf.find(text, 3, &nordic).iter().map(|p| p.vnr.as_str()).collect::<Vec<_>>();
        assert_eq!(found("469593"), ["469593"]);
        assert_eq!(found("07046264695930"), ["469593"]);
        assert_eq!(found("diapam 10")[0], "469593", "the smallest package of a name first");
        assert!(!found("diatsepaami").is_empty() && found("diatsepaami").len() <= 3);
        assert_eq!(found("d"), [""; 0]);
        assert_eq!(found("diapam 11 mg"), [""; 0]);
    }

    #[test]
    fn a_number_of_before_finds_the_package_unless_it_is_another_ones_today() {
        let mut packages = Edition::parse(ARTIFICIAL).unwrap().packages().to_vec();
        let other = packages[1].vnr.clone();
        packages[0].previous = vec![Vnr::parse("999001").unwrap(), other.clone()];
        let shelf = Shelf::of(Edition::from_packages("2026.022".into(), None, packages.clone()).unwrap()).unwrap();
        let found = |text: &str| shelf.find(text, 3, &nordic)[0].vnr.clone();
        assert_eq!(found("999001"), packages[0].vnr);
        assert_eq!(found(other.as_str()), other);
    }

    #[test]
    fn what_is_not_sold_comes_after_what_is_and_a_swedish_name_finds_it() {
        let mut packages = Edition::parse(ARTIFICIAL).unwrap().packages().to_vec();
        let edition = |packages: &[Package]| {
            let edition = Edition::from_packages("2026.022".into(), None, packages.to_vec()).unwrap();
            let names = HashMap::from([("N05BA01".to_owned(), vec!["diazepamum suecicum".to_owned()])]);
            Shelf::of(edition.with_atc_names(names)).unwrap()
        };
        let first = |packages: &[Package]| edition(packages).find("suecicum", 3, &nordic)[0].vnr.clone();
        let before = first(&packages);
        packages.iter_mut().filter(|package| package.vnr == before).for_each(|it| it.exchange.on_market = false);
        assert_ne!(first(&packages), before);
    }

    #[test]
    fn the_next_edition_is_in_force_from_its_moment_on() {
        let named = |name: &str| {
            let packages = Edition::parse(ARTIFICIAL).unwrap().packages().to_vec();
            Edition::from_packages(name.into(), None, packages).unwrap()
        };
        let in_force = InForce::always(named("2026.021")).unwrap();
        let from: DateTime<Utc> = "2026-11-14T22:00:00Z".parse().unwrap();
        let name = |at: DateTime<Utc>| in_force.at(at).edition().name().to_owned();
        let second = chrono::Duration::seconds(1);
        assert_eq!(name(from), "2026.021");
        let next = Arc::new(Shelf::of(named("2026.022")).unwrap());
        in_force.put(in_force.at(from), Some((from, next)));
        assert_eq!([name(from - second), name(from), name(from + second)], ["2026.021", "2026.022", "2026.022"]);
    }
}
