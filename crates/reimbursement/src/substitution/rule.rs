//! The rules that hinder an exchange, by the section of the medicines notes in which they stand. 3.5b (size) and 3.5c
//! (corridor) hinder nothing: they say what is listed at all, and what needs a reason.

use prescription::Language;
use prescription::rules::table::text;

/// A rule that hinders an exchange, or a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// 3.5a: products of one group of Fimea's list are interchangeable, no others.
    Group,
    /// 3.5d: a package without a known price is not given.
    Price,
    /// 3.5e: the customer may always refuse.
    CustomerRefuses,
    /// 3.5f: the prescriber may forbid it.
    PrescriberForbids,
    /// 3.5g: what is not sold cannot be given.
    NotSold,
    /// 3.5h: not where it is for epilepsy.
    Epilepsy,
    /// 3.5i: with an unusual indication only the product and its parallel imports.
    UnusualIndication,
    /// 3.6a: biologicals of this code are not exchanged on this day.
    BiologicalNotExchanged,
    /// 3.6b: short-acting insulins between direct and parallel import only.
    ParallelOnly,
    /// 3.6c: biologicals are not exchanged for the young.
    TooYoung,
    /// 3.6d: a biological is continued within its interval.
    Interval,
    /// 3.6e: what was dispensed before is not known, so that the interval cannot be counted.
    HistoryUnknown,
}

impl Rule {
    /// Its id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Group => "3.5a",
            Self::Price => "3.5d",
            Self::CustomerRefuses => "3.5e",
            Self::PrescriberForbids => "3.5f",
            Self::NotSold => "3.5g",
            Self::Epilepsy => "3.5h",
            Self::UnusualIndication => "3.5i",
            Self::BiologicalNotExchanged => "3.6a",
            Self::ParallelOnly => "3.6b",
            Self::TooYoung => "3.6c",
            Self::Interval => "3.6d",
            Self::HistoryUnknown => "3.6e",
        }
    }

    /// What it says, for a person.
    pub fn sentence(self, language: Language) -> &'static str {
        let words = match self {
            Self::Group => {
                text("Ei vaihtokelpoista valmistetta.", "Inget utbytbart preparat.", "No interchangeable product.")
            }
            Self::Price => text("Hinta puuttuu.", "Priset saknas.", "The price is missing."),
            Self::CustomerRefuses => text(
                "Asiakas on kieltänyt vaihdon.",
                "Kunden har förbjudit utbytet.",
                "The customer refused the exchange.",
            ),
            Self::PrescriberForbids => text(
                "Lääkkeen määrääjä on kieltänyt vaihdon.",
                "Förskrivaren har förbjudit utbytet.",
                "The prescriber forbade the exchange.",
            ),
            Self::NotSold => text("Ei kaupan.", "Säljs inte.", "Not sold."),
            Self::Epilepsy => text(
                "Epilepsialääkettä ei vaihdeta.",
                "Läkemedel mot epilepsi byts inte.",
                "A medicine for epilepsy is not exchanged.",
            ),
            Self::UnusualIndication => text(
                "Poikkeava käyttöaihe: vain sama valmiste tai sen rinnakkaistuonti.",
                "Avvikande indikation: endast samma preparat eller dess parallellimport.",
                "Unusual indication: the same product or its parallel import only.",
            ),
            Self::BiologicalNotExchanged => text(
                "Tätä biologista lääkettä ei vaihdeta apteekissa.",
                "Detta biologiska läkemedel byts inte på apoteket.",
                "This biological is not exchanged at the pharmacy.",
            ),
            Self::ParallelOnly => text(
                "Lyhytvaikutteinen insuliini: vaihto vain rinnakkaistuontiin.",
                "Kortverkande insulin: utbyte endast till parallellimport.",
                "Short-acting insulin: exchange to parallel import only.",
            ),
            Self::TooYoung => text(
                "Biologista lääkettä ei vaihdeta alle 18-vuotiaalta.",
                "Biologiskt läkemedel byts inte för den som är under 18 år.",
                "A biological is not exchanged for anybody under 18.",
            ),
            Self::Interval => text(
                "Hoitoa jatketaan viimeksi toimitetulla biologisella valmisteella.",
                "Behandlingen fortsätter med det senast expedierade biologiska preparatet.",
                "Treatment goes on with the biological that was dispensed last.",
            ),
            Self::HistoryUnknown => text(
                "Viimeksi toimitettu biologinen valmiste ei ole tiedossa: selvitä ennen vaihtoa.",
                "Det senast expedierade biologiska preparatet är okänt: utred före utbyte.",
                "The biological dispensed last is not known: find out before an exchange.",
            ),
        };
        words.in_language(language)
    }
}
