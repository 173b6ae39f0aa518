//! On what an answer rests, and of which day that is.

use chrono::NaiveDate;
use prescription::rules::Language;

/// Data of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// The prescription itself and its dispensations, as they were fetched.
    Prescription,
    /// The customer's other prescriptions, as far as they were told.
    OtherPrescriptions,
    /// An edition of the Pharmaceutical Database: "2026.022".
    Edition(String),
    /// A table of this program's own.
    Own {
        /// Its day.
        day: NaiveDate,
        /// Whether a pharmacist has confirmed it.
        confirmed: bool,
    },
    /// A provider of interaction data.
    Provider {
        /// Its name.
        name: String,
        /// The day of its data.
        day: NaiveDate,
    },
}

impl Data {
    /// In words: "Lääketietokanta 2026.022".
    pub fn words(&self, language: Language) -> String {
        let say = |fi: &str, sv: &str, en: &str| {
            match language {
                Language::Fi => fi,
                Language::Sv => sv,
                Language::En => en,
            }
            .to_owned()
        };
        let day = |day: &NaiveDate| day.format("%-d.%-m.%Y").to_string();
        match self {
            Self::Prescription => say("lääkemääräys", "receptet", "the prescription"),
            Self::OtherPrescriptions => {
                say("näkyvät lääkemääräykset", "de recept som visas", "the prescriptions shown")
            }
            Self::Edition(name) => {
                format!("{} {name}", say("Lääketietokanta", "Läkemedelsdatabasen", "Pharmaceutical Database"))
            }
            Self::Own { day: of, confirmed: true } => {
                format!("{} {}", say("ohjelman taulukko", "programmets tabell", "the program's table"), day(of))
            }
            Self::Own { day: of, confirmed: false } => format!(
                "{} {}",
                say(
                    "ohjelman vahvistamaton taulukko",
                    "programmets obekräftade tabell",
                    "the program's unconfirmed table"
                ),
                day(of)
            ),
            Self::Provider { name, day: of } => format!("{name} {}", day(of)),
        }
    }
}
