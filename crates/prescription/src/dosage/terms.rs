//! The words of a dosage in the three languages: dose units, parts of the day, days of the week and units of time, each in
//! the forms that sentences need.
//!
//! A code is understood by the name that the document carries beside it, and by the few codes that public samples show
//! (docs/assumptions.md). Where code and name mean different things, neither is believed.

use crate::rules::table::{Language, Text, text};
use crate::{Code, TimeUnit};

/// What a code means, as far as that is sure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A term that this program can decline.
    Known(&'static Term),
    /// Not one of this program's terms, and the document names it.
    Named(String),
    /// Neither, or code and name mean different things.
    Unsure,
}

/// A term: the Finnish name in the code set, the code where a public sample shows it, and its forms.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Term {
    name: &'static str,
    code: Option<&'static str>,
    one: Text,
    many: Text,
}

impl Term {
    /// The form beside the number one; of a part of the day, the form in a sentence.
    pub(super) fn one(&self, language: Language) -> &'static str {
        self.one.in_language(language)
    }

    /// The form beside any other number; of a day of the week, the form that says that it returns.
    pub(super) fn many(&self, language: Language) -> &'static str {
        self.many.in_language(language)
    }
}

/// The dose unit (annosyksikkö) of a code of 1.2.246.537.6.138.202001.
pub(super) fn unit(code: &Code) -> Meaning {
    meaning(code, UNITS)
}

/// The part of the day (vuorokaudenaika) of a code of 1.2.246.537.6.137.202001.
pub(super) fn time_of_day(code: &Code) -> Meaning {
    meaning(code, TIMES_OF_DAY)
}

/// The day of the week (viikonpäivä) of a code of 1.2.246.537.6.136.202001.
pub(super) fn weekday(code: &Code) -> Meaning {
    meaning(code, WEEKDAYS)
}

fn meaning(code: &Code, terms: &'static [Term]) -> Meaning {
    let name = code.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let lowered = name.map(str::to_lowercase);
    let by_name = lowered.and_then(|name| terms.iter().find(|term| term.name == name));
    let by_code = terms.iter().find(|term| term.code == Some(code.code.as_str()));
    match (by_code, by_name, name) {
        (Some(code), Some(name), _) if code == name => Meaning::Known(code),
        (Some(_), Some(_), _) => Meaning::Unsure,
        (Some(code), None, None) => Meaning::Known(code),
        (None, Some(name), _) => Meaning::Known(name),
        (_, None, Some(name)) => Meaning::Named(name.to_owned()),
        (None, None, None) => Meaning::Unsure,
    }
}

macro_rules! terms {
    ($(#[$doc:meta])* $list:ident: $($name:literal $(= $code:literal)?
        $one_fi:literal $many_fi:literal $one_sv:literal $many_sv:literal $one_en:literal $many_en:literal)*) => {
        $(#[$doc])*
        static $list: &[Term] = &[$(Term {
            name: $name,
            code: [$(Some($code),)? None][0],
            one: text($one_fi, $one_sv, $one_en),
            many: text($many_fi, $many_sv, $many_en),
        }),*];
    };
}

terms! {
    /// Finnish has the partitive after every number but one.
    UNITS:
    "tabletti" = "18" "tabletti" "tablettia" "tablett" "tabletter" "tablet" "tablets"
    "yksikkö" = "39" "yksikkö" "yksikköä" "enhet" "enheter" "unit" "units"
    "ampulli" "ampulli" "ampullia" "ampull" "ampuller" "ampoule" "ampoules"
    "annos" "annos" "annosta" "dos" "doser" "dose" "doses"
    "annospussi" "annospussi" "annospussia" "dospåse" "dospåsar" "sachet" "sachets"
    "depottabletti" "depottabletti" "depottablettia" "depottablett" "depottabletter"
        "prolonged-release tablet" "prolonged-release tablets"
    "emätinpuikko" "emätinpuikko" "emätinpuikkoa" "vagitorium" "vagitorier" "pessary" "pessaries"
    "enterotabletti" "enterotabletti" "enterotablettia" "enterotablett" "enterotabletter"
        "gastro-resistant tablet" "gastro-resistant tablets"
    "gramma" "gramma" "grammaa" "gram" "gram" "gram" "grams"
    "imeskelytabletti" "imeskelytabletti" "imeskelytablettia" "sugtablett" "sugtabletter" "lozenge" "lozenges"
    "inhalaatio" "inhalaatio" "inhalaatiota" "inhalation" "inhalationer" "inhalation" "inhalations"
    "injektiopullo" "injektiopullo" "injektiopulloa" "injektionsflaska" "injektionsflaskor" "vial" "vials"
    "kapseli" "kapseli" "kapselia" "kapsel" "kapslar" "capsule" "capsules"
    "laastari" "laastari" "laastaria" "plåster" "plåster" "patch" "patches"
    "mikrogramma" "mikrogramma" "mikrogrammaa" "mikrogram" "mikrogram" "microgram" "micrograms"
    "milligramma" "milligramma" "milligrammaa" "milligram" "milligram" "milligram" "milligrams"
    "millilitra" "millilitra" "millilitraa" "milliliter" "milliliter" "millilitre" "millilitres"
    "mittalusikallinen" "mittalusikallinen" "mittalusikallista" "måttsked" "måttskedar"
        "measuring spoonful" "measuring spoonfuls"
    "peräpuikko" "peräpuikko" "peräpuikkoa" "suppositorium" "suppositorier" "suppository" "suppositories"
    "peräruiske" "peräruiske" "peräruisketta" "lavemang" "lavemang" "enema" "enemas"
    "poretabletti" "poretabletti" "poretablettia" "brustablett" "brustabletter"
        "effervescent tablet" "effervescent tablets"
    "purutabletti" "purutabletti" "purutablettia" "tuggtablett" "tuggtabletter" "chewable tablet" "chewable tablets"
    "pussi" "pussi" "pussia" "påse" "påsar" "sachet" "sachets"
    "ruiske" "ruiske" "ruisketta" "injektion" "injektioner" "injection" "injections"
    "ruisku" "ruisku" "ruiskua" "spruta" "sprutor" "syringe" "syringes"
    "ruokalusikallinen" "ruokalusikallinen" "ruokalusikallista" "matsked" "matskedar" "tablespoonful" "tablespoonfuls"
    "suihke" "suihke" "suihketta" "sprayning" "sprayningar" "spray" "sprays"
    "teelusikallinen" "teelusikallinen" "teelusikallista" "tesked" "teskedar" "teaspoonful" "teaspoonfuls"
    "tippa" "tippa" "tippaa" "droppe" "droppar" "drop" "drops"
}

terms! {
    TIMES_OF_DAY:
    "aamu" = "a" "aamulla" "" "på morgonen" "" "in the morning" ""
    "aamupäivä" "aamupäivällä" "" "på förmiddagen" "" "in the forenoon" ""
    "päivä" "päivällä" "" "på dagen" "" "in the daytime" ""
    "keskipäivä" "keskipäivällä" "" "mitt på dagen" "" "at midday" ""
    "iltapäivä" "iltapäivällä" "" "på eftermiddagen" "" "in the afternoon" ""
    "ilta" "illalla" "" "på kvällen" "" "in the evening" ""
    "yö" "yöllä" "" "på natten" "" "at night" ""
}

terms! {
    WEEKDAYS:
    "maanantai" = "ma" "maanantaina" "maanantaisin" "på måndag" "på måndagar" "on Monday" "on Mondays"
    "tiistai" "tiistaina" "tiistaisin" "på tisdag" "på tisdagar" "on Tuesday" "on Tuesdays"
    "keskiviikko" "keskiviikkona" "keskiviikkoisin" "på onsdag" "på onsdagar" "on Wednesday" "on Wednesdays"
    "torstai" "torstaina" "torstaisin" "på torsdag" "på torsdagar" "on Thursday" "on Thursdays"
    "perjantai" "perjantaina" "perjantaisin" "på fredag" "på fredagar" "on Friday" "on Fridays"
    "lauantai" "lauantaina" "lauantaisin" "på lördag" "på lördagar" "on Saturday" "on Saturdays"
    "sunnuntai" "sunnuntaina" "sunnuntaisin" "på söndag" "på söndagar" "on Sunday" "on Sundays"
}

/// "päivä", as in "joka 3. päivä".
pub(super) fn time_unit(unit: TimeUnit, language: Language, many: bool) -> &'static str {
    let (one, more) = match unit {
        TimeUnit::Day => (text("päivä", "dag", "day"), text("päivän", "dagar", "days")),
        TimeUnit::Week => (text("viikko", "vecka", "week"), text("viikon", "veckor", "weeks")),
        TimeUnit::Month => (text("kuukausi", "månad", "month"), text("kuukauden", "månader", "months")),
        TimeUnit::Year => (text("vuosi", "år", "year"), text("vuoden", "år", "years")),
    };
    if many { more.in_language(language) } else { one.in_language(language) }
}

/// "päivässä", as in "2 kertaa päivässä".
pub(super) fn in_one(unit: TimeUnit, language: Language) -> &'static str {
    let text = match unit {
        TimeUnit::Day => text("päivässä", "om dagen", "a day"),
        TimeUnit::Week => text("viikossa", "i veckan", "a week"),
        TimeUnit::Month => text("kuukaudessa", "i månaden", "a month"),
        TimeUnit::Year => text("vuodessa", "om året", "a year"),
    };
    text.in_language(language)
}

/// "joka viikko", as in "aamulla joka viikko".
pub(super) fn every(unit: TimeUnit, language: Language) -> &'static str {
    let text = match unit {
        TimeUnit::Day => text("päivittäin", "dagligen", "daily"),
        TimeUnit::Week => text("joka viikko", "varje vecka", "every week"),
        TimeUnit::Month => text("joka kuukausi", "varje månad", "every month"),
        TimeUnit::Year => text("joka vuosi", "varje år", "every year"),
    };
    text.in_language(language)
}
