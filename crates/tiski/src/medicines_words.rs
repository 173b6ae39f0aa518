//! What `tiski medicines` says to people.

use ::medicines::editions::{EditionInfo, Freshness};
use chrono::NaiveDate;
use prescription::Language;
use prescription::rules::{Text, text};

const FAILED: Text = text(
    "Mitään ei otettu käyttöön; entinen lääketietokanta jää voimaan. {}",
    "Ingenting togs i bruk; den tidigare läkemedelsdatabasen förblir i kraft. {}",
    "Nothing was taken in; the medicines database of before stays in force. {}",
);
const TAKEN_IN: Text = text(
    "Lääketietokanta {version} ({packages} pakkausta) on tallessa ja voimassa {day} alkaen.",
    "Läkemedelsdatabasen {version} ({packages} förpackningar) är sparad och i kraft från {day}.",
    "Medicines database {version} ({packages} packages) is stored and in force from {day}.",
);
const THERE: Text = text(
    "Lääketietokanta {version} oli jo tallessa samoista tiedostoista.",
    "Läkemedelsdatabasen {version} var redan sparad av samma filer.",
    "Medicines database {version} was there already, of the same files.",
);
const LINE: Text = text(
    "{mark} {version}  {day} alkaen  {packages} pakkausta  {files} tiedostoa",
    "{mark} {version}  från {day}  {packages} förpackningar  {files} filer",
    "{mark} {version}  from {day}  {packages} packages  {files} files",
);
const NONE: Text = text(
    "Mikään lääketietokanta ei ole voimassa. Tuo se komennolla tiski medicines import.",
    "Ingen läkemedelsdatabas är i kraft. Ta in den med tiski medicines import.",
    "No medicines database is in force. Take one in with tiski medicines import.",
);
const FRESH: Text = text(
    "Seuraava tulee voimaan {day}{here}.",
    "Nästa träder i kraft {day}{here}.",
    "The next one comes into force on {day}{here}.",
);
const HERE: Text = text(" ja on jo tallessa", " och är redan sparad", " and is here already");
const STALE: Text = text(
    "VANHENTUNUT: uusi olisi pitänyt ottaa käyttöön {day}. Hinnat voivat olla väärin.",
    "FÖRÅLDRAD: en ny borde ha tagits i bruk {day}. Priserna kan vara fel.",
    "OUT OF DATE: a new one should have been in force on {day}. Prices may be wrong.",
);

fn day(day: NaiveDate) -> String {
    day.format("%-d.%-m.%Y").to_string()
}

/// Why nothing was changed.
pub fn failed(error: &str, language: Language) -> String {
    FAILED.in_language(language).replace("{}", error)
}

/// What is there now.
pub fn taken_in(info: &EditionInfo, is_new: bool, language: Language) -> String {
    let text = if is_new { &TAKEN_IN } else { &THERE };
    filled(text, info, language) + "\n"
}

/// One edition of the list.
pub fn edition(mark: &str, info: &EditionInfo, files: usize, language: Language) -> String {
    filled(&LINE, info, language).replace("{mark}", mark).replace("{files}", &files.to_string()) + "\n"
}

/// Whether a newer one is due.
pub fn freshness(freshness: &Freshness, language: Language) -> String {
    let said = match freshness {
        Freshness::None => NONE.in_language(language).to_owned(),
        Freshness::Fresh { next_due, next, .. } => {
            let here = next.map_or("", |_| HERE.in_language(language));
            FRESH.in_language(language).replace("{day}", &day(*next_due)).replace("{here}", here)
        }
        Freshness::Stale { due, .. } => STALE.in_language(language).replace("{day}", &day(*due)),
    };
    said + "\n"
}

fn filled(text: &Text, info: &EditionInfo, language: Language) -> String {
    text.in_language(language)
        .replace("{version}", &info.version.to_string())
        .replace("{packages}", &info.packages.to_string())
        .replace("{day}", &day(info.in_force))
}
