//! Where the counter's edition of the Pharmaceutical Database comes from: the file of editions that the settings name, one
//! edition as JSON, or the artificial one that is built in. Of a file of editions the one in force and the next are kept at
//! hand, so that they change at midnight by themselves; what another program imports meanwhile is seen within a minute.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use medicines::attribution::{self, Material};
use medicines::editions::{Calendar, EditionInfo, Editions, StoreError, VersionId};
use medicines::import::File;
use medicines::{Edition, InForce, Shelf};
use prescription::Language;
use prescription::rules::{Text, text};

use crate::settings::Medicines;

/// The Pharmaceutical Database as far as its health goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stock {
    /// An edition that can be read.
    Edition {
        /// Its name.
        name: String,
        /// The day from which it is in force, where it says one.
        published: Option<NaiveDate>,
        /// The day on which a newer one is due, where that is known.
        due: Option<NaiveDate>,
    },
    /// None, or one that cannot be read.
    Missing,
}

/// The database at work.
pub(crate) struct AtWork {
    in_force: Arc<InForce>,
    found: RwLock<Found>,
    /// One look at a time.
    store: Option<Mutex<PathBuf>>,
    calendar: Calendar,
    /// The one that is built in.
    is_artificial: bool,
}

/// What was found at the last look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Found {
    now: Option<Named>,
    next: Option<Named>,
    is_readable: bool,
}

/// An edition that is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    in_force: Option<NaiveDate>,
    /// Of a file of editions: its version and the files that it was made of.
    made_of: Option<(VersionId, Vec<File>)>,
}

impl AtWork {
    /// Opens what the settings name. Where nothing can be read the counter works without packages, and the strip says so.
    pub(crate) fn open(settings: &Medicines, now: DateTime<Utc>) -> Self {
        let calendar = settings.calendar();
        if let Some(file) = &settings.editions {
            let in_force = Arc::new(InForce::none());
            let at_work = Self {
                in_force,
                found: RwLock::default(),
                store: Some(Mutex::new(file.clone())),
                calendar,
                is_artificial: false,
            };
            at_work.look(now);
            return at_work;
        }
        let text = match &settings.file {
            None => Some(medicines::ARTIFICIAL.to_owned()),
            Some(file) => std::fs::read_to_string(file).ok(),
        };
        let read = text.map(|text| {
            let edition = Edition::parse(&text)?;
            let named = Named { name: edition.name().to_owned(), in_force: edition.published(), made_of: None };
            Ok((InForce::always(edition)?, named))
        });
        let (in_force, now) = match read {
            Some(Ok((in_force, named))) => (in_force, Some(named)),
            Some(Err(error)) => {
                let error: medicines::EditionError = error;
                tracing::warn!(code = error.code(), "the medicines database cannot be read");
                (InForce::none(), None)
            }
            None => (InForce::none(), None),
        };
        let found = RwLock::new(Found { is_readable: now.is_some(), now, next: None });
        Self { in_force: Arc::new(in_force), found, store: None, calendar, is_artificial: settings.file.is_none() }
    }

    /// Which edition is in force when.
    pub(crate) fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.in_force)
    }

    /// Looks whether the file of editions has others than those at hand. A file that cannot be read leaves the counter what
    /// it has. Reads the disk.
    pub(crate) fn look(&self, now: DateTime<Utc>) {
        let Some(store) = &self.store else { return };
        let file = store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.look_in(&file, now) {
            tracing::warn!(code = error.code(), "the editions of the medicines database cannot be read");
            self.found.write().unwrap_or_else(PoisonError::into_inner).is_readable = false;
        }
    }

    fn look_in(&self, file: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
        let editions = Editions::open(file)?;
        let (at, next) = (editions.edition_at(now)?, editions.next_after(now)?);
        let before = self.found.read().unwrap_or_else(PoisonError::into_inner).clone();
        let shelf = |info: &EditionInfo| -> Result<Arc<Shelf>, StoreError> {
            let edition = editions.load(info.version)?.ok_or(StoreError::Damaged("edition"))?;
            Ok(Arc::new(Shelf::of(edition)?))
        };
        let named = |info: &Option<EditionInfo>| -> Result<Option<Named>, StoreError> {
            let Some(info) = info else { return Ok(None) };
            let made_of = Some((info.version, editions.files(info.version)?));
            Ok(Some(Named { name: info.version.to_string(), in_force: Some(info.in_force), made_of }))
        };
        let found = Found { now: named(&at)?, next: named(&next)?, is_readable: true };
        if found != before {
            let (shelf_now, from) = match &at {
                // The next of before is the one of now: it is at hand.
                Some(_) if found.now == before.now || found.now == before.next => {
                    (self.in_force.at(now), next.as_ref())
                }
                Some(info) => (shelf(info)?, next.as_ref()),
                None => (Arc::new(Shelf::none()), next.as_ref()),
            };
            let next = from.map(|info| Ok::<_, StoreError>((info.from(), shelf(info)?))).transpose()?;
            self.in_force.put(shelf_now, next);
            *self.found.write().unwrap_or_else(PoisonError::into_inner) = found;
        }
        Ok(())
    }

    fn now(&self, now: DateTime<Utc>) -> Option<Named> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let name = self.in_force.at(now).edition().name().to_owned();
        [&found.next, &found.now].into_iter().flatten().find(|named| named.name == name).cloned()
    }

    /// The edition in force, as far as its health goes.
    pub(crate) fn stock(&self, now: DateTime<Utc>) -> Stock {
        let Some(named) = self.now(now) else { return Stock::Missing };
        let due = named.in_force.filter(|_| self.store.is_some()).map(|day| self.calendar.next(day));
        Stock::Edition { name: named.name, published: named.in_force, due }
    }

    /// Who is named as the source of what is in force (CC BY 4.0), a sentence each.
    pub(crate) fn sources(&self, now: DateTime<Utc>, language: Language) -> Vec<String> {
        let Some(named) = self.now(now) else { return vec![] };
        let Some((version, files)) = named.made_of else {
            return if self.is_artificial { vec![ARTIFICIAL.in_language(language).to_owned()] } else { vec![] };
        };
        let mut said = vec![attribution::kela(version, language)];
        for (file, material) in [
            (File::Packages, Material::BasicRegister),
            (File::Register, Material::BasicRegister),
            (File::Substitutable, Material::Substitutable),
            (File::Shortages, Material::Shortages),
            (File::Risks, Material::HighRisk),
        ] {
            if let Some(day) = named.in_force.filter(|_| files.contains(&file)) {
                said.push(attribution::fimea(material, day, language));
            }
        }
        said
    }
}

const ARTIFICIAL: Text = text(
    "Keksitty lääketietokanta kokeilua varten; valmisteet ja hinnat eivät ole todellisia",
    "Påhittad läkemedelsdatabas för prov; preparat och priser är inte verkliga",
    "An artificial medicines database for trying out; its products and prices are not real",
);

#[cfg(test)]
mod tests {
    use medicines::artificial::{Artificial, Recipe};
    use medicines::editions::Policy;
    use medicines::import::kela::KelaNames;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn import(file: &Path, name: &str, day: &str) {
        let names = KelaNames::built_in().unwrap();
        let version = VersionId::parse(name).unwrap();
        let recipe = Recipe { seed: 7, packages: 150, version, in_force: day.parse().unwrap() };
        let files = Artificial::make(&recipe, &names);
        let mut editions = Editions::open(file).unwrap();
        editions.import(files.sources(), &names, &Policy::default(), at("2026-11-10T12:00:00Z")).unwrap();
    }

    fn settings(file: &Path) -> Medicines {
        Medicines { editions: Some(file.to_owned()), ..Medicines::default() }
    }

    fn edition(name: &str, from: &str, due: &str) -> Stock {
        let day = |day: &str| Some(day.parse().unwrap());
        Stock::Edition { name: name.to_owned(), published: day(from), due: day(due) }
    }

    #[test]
    fn the_edition_changes_at_midnight_without_a_restart_and_without_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("medicines.db");
        import(&file, "2026.021", "2026-11-01");
        import(&file, "2026.022", "2026-11-15");
        let evening = at("2026-11-14T21:59:59Z");
        let at_work = AtWork::open(&settings(&file), evening);
        assert_eq!(at_work.stock(evening), edition("2026.021", "2026-11-01", "2026-11-15"));
        let midnight = at("2026-11-14T22:00:00Z");
        assert_eq!(at_work.stock(midnight), edition("2026.022", "2026-11-15", "2026-12-01"));
        assert_eq!(at_work.in_force().at(midnight).edition().name(), "2026.022");
        // A look after midnight changes nothing of it, and finds what came in meanwhile.
        at_work.look(midnight);
        assert_eq!(at_work.stock(midnight), edition("2026.022", "2026-11-15", "2026-12-01"));
        import(&file, "2026.023", "2026-12-01");
        at_work.look(midnight);
        assert_eq!(at_work.in_force().at(at("2026-11-30T22:00:00Z")).edition().name(), "2026.023");
        // A correction of the same day is in force from the next look on.
        import(&file, "2026.024", "2026-11-15");
        at_work.look(midnight);
        assert_eq!(at_work.in_force().at(midnight).edition().name(), "2026.024");
    }

    #[test]
    fn a_store_without_an_edition_or_that_is_none_is_missing_and_what_is_imported_later_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("medicines.db");
        let now = at("2026-11-26T10:00:00Z");
        let at_work = AtWork::open(&settings(&file), now);
        assert_eq!(at_work.stock(now), Stock::Missing);
        assert!(at_work.sources(now, Language::Fi).is_empty());
        import(&file, "2026.022", "2026-11-15");
        at_work.look(now);
        assert_eq!(at_work.stock(now), edition("2026.022", "2026-11-15", "2026-12-01"));
        let sources = at_work.sources(now, Language::Sv);
        assert_eq!(sources.len(), 5);
        assert!(sources[0].starts_with("Källa: FPA, Läkemedelsdatabasen 2026.022"), "{sources:?}");
        // A store that can no longer be read leaves what there is.
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        at_work.look(now);
        assert_eq!(at_work.stock(now), edition("2026.022", "2026-11-15", "2026-12-01"));
        assert_eq!(AtWork::open(&settings(&file), now).stock(now), Stock::Missing);
    }

    #[test]
    fn without_a_setting_it_is_the_artificial_one_and_says_so() {
        let now = at("2026-11-26T10:00:00Z");
        let at_work = AtWork::open(&Medicines::default(), now);
        let stock = at_work.stock(now);
        assert_eq!(stock, Stock::Edition { name: "2026.022".into(), published: None, due: None });
        assert_eq!(at_work.sources(now, Language::En), [ARTIFICIAL.en]);
    }
}
