//! Who is named as the source of the data. Kela's database (since 22.8.2024) and Fimea's registers are published under
//! CC BY 4.0: the licensor, the material and its version or date are named, and that it was changed (medicines.md 0, 1.6,
//! 2.11).

use chrono::NaiveDate;
use prescription::Language;

use crate::editions::VersionId;

/// The licence of both.
pub const LICENCE: &str = "CC BY 4.0";

/// Address of the licence's text.
pub const LICENCE_URL: &str = "https://creativecommons.org/licenses/by/4.0/";

/// The sentence that names Kela, for lists of prices and the page about the program.
pub fn kela(version: VersionId, language: Language) -> String {
    match language {
        Language::Fi => format!("Lähde: Kela, Lääketietokanta {version}, {LICENCE}; esitysmuotoa on muutettu"),
        Language::Sv => {
            format!("Källa: FPA, Läkemedelsdatabasen {version}, {LICENCE}; framställningen har ändrats")
        }
        Language::En => {
            format!("Source: Kela, Pharmaceutical Database {version}, {LICENCE}; its presentation was changed")
        }
    }
}

/// The sentence that names Fimea, with the day on which the material was published or taken.
pub fn fimea(material: Material, day: NaiveDate, language: Language) -> String {
    let (name, day) = (material.name(language), day.format("%-d.%-m.%Y"));
    match language {
        Language::Fi => format!("Lähde: Fimea, {name}, {day}, {LICENCE}; esitysmuotoa on muutettu"),
        Language::Sv => format!("Källa: Fimea, {name}, {day}, {LICENCE}; framställningen har ändrats"),
        Language::En => format!("Source: Fimea, {name}, {day}, {LICENCE}; its presentation was changed"),
    }
}

/// What Fimea publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Material {
    /// The basic register.
    BasicRegister,
    /// The list of substitutable products.
    Substitutable,
    /// Shortages.
    Shortages,
    /// The high-risk classification.
    HighRisk,
}

impl Material {
    fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Material::BasicRegister, Language::Fi) => "Lääkevalmisteiden perusrekisteri",
            (Material::BasicRegister, Language::Sv) => "Basregistret över läkemedelspreparat",
            (Material::BasicRegister, Language::En) => "Basic Register of medicinal products",
            (Material::Substitutable, Language::Fi) => "luettelo keskenään vaihtokelpoisista lääkevalmisteista",
            (Material::Substitutable, Language::Sv) => "förteckningen över sinsemellan utbytbara läkemedelspreparat",
            (Material::Substitutable, Language::En) => "list of substitutable medicinal products",
            (Material::Shortages, Language::Fi) => "lääkkeiden saatavuushäiriöt",
            (Material::Shortages, Language::Sv) => "störningar i tillgången på läkemedel",
            (Material::Shortages, Language::En) => "medicine shortages",
            (Material::HighRisk, Language::Fi) => "kansallinen riskilääkeluokitus",
            (Material::HighRisk, Language::Sv) => "den nationella klassificeringen av riskläkemedel",
            (Material::HighRisk, Language::En) => "national high-risk medicines classification",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_asks_for_licensor_material_version_and_that_it_was_changed() {
        let version = VersionId::parse("2026.022").unwrap();
        assert_eq!(
            kela(version, Language::Fi),
            "Lähde: Kela, Lääketietokanta 2026.022, CC BY 4.0; esitysmuotoa on muutettu"
        );
        for language in [Language::Fi, Language::Sv, Language::En] {
            assert!(kela(version, language).contains("2026.022") && kela(version, language).contains("CC BY 4.0"));
            let day = NaiveDate::from_ymd_opt(2025, 3, 14).unwrap();
            let said = fimea(Material::Substitutable, day, language);
            assert!(said.contains("Fimea") && said.contains("14.3.2025") && said.contains("CC BY 4.0"), "{said}");
        }
    }
}
