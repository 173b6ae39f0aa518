//! Which definition (määrittely) a document follows, and how that stands to what this program knows (LC-16): systems
//! must read documents of older and of newer definitions.

use prescription::rules::Text;
use prescription::{Language, Oid};

/// How a document's definition stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefinitionAge {
    /// Known, and older than the newest that this program knows.
    Older,
    /// The newest that this program knows.
    Known,
    /// Newer: it is read, and what is not understood is shown as it stands.
    Newer,
    /// None of this family, or one that was never published as far as is known.
    Unsupported,
}

impl DefinitionAge {
    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Older => "older",
            Self::Known => "known",
            Self::Newer => "newer",
            Self::Unsupported => "unsupported",
        }
    }
}

/// Definitions of headers, oldest first, with the version of the package where it is known. From Kela's public library
/// and documents; the last is the newest that this program knows.
const KNOWN: &[(u32, u32, &str)] = &[
    (2011, 17, "3.0"),
    (2014, 2, "3.1"),
    (2014, 29, ""),
    (2015, 1, "3.30"),
    (2015, 11, "3.41"),
    (2016, 2, ""),
    (2016, 9, ""),
    (2017, 8, "3.50"),
    (2019, 2, "3.63"),
    (2020, 2, "4.00"),
];

/// Root of the definitions of the prescription family; year and number follow.
const ROOT: &str = "1.2.246.777.11.";

/// How the definition of a header stands to this program's (LC-16).
pub fn definition_age(header: &Oid) -> DefinitionAge {
    let Some((year, number)) = year_and_number(header) else { return DefinitionAge::Unsupported };
    let newest = KNOWN.last().map(|(year, number, _)| (*year, *number));
    match KNOWN.iter().any(|(y, n, _)| (*y, *n) == (year, number)) {
        true if Some((year, number)) == newest => DefinitionAge::Known,
        true => DefinitionAge::Older,
        false if Some((year, number)) > newest => DefinitionAge::Newer,
        false => DefinitionAge::Unsupported,
    }
}

/// The same in words: "4.00 (1.2.246.777.11.2020.2), tunnettu".
pub fn definition_words(header: &Oid, language: Language) -> String {
    let version = year_and_number(header)
        .and_then(|of| KNOWN.iter().find(|(y, n, _)| (*y, *n) == of))
        .map_or("", |(_, _, version)| version);
    let name = if version.is_empty() { header.to_string() } else { format!("{version} ({header})") };
    let age = match definition_age(header) {
        DefinitionAge::Older => Text { fi: "vanhempi, tunnettu", sv: "äldre, känd", en: "older, known" },
        DefinitionAge::Known => Text { fi: "tunnettu", sv: "känd", en: "known" },
        DefinitionAge::Newer => Text {
            fi: "uudempi kuin tämä ohjelma tuntee",
            sv: "nyare än det som programmet känner till",
            en: "newer than this program knows",
        },
        DefinitionAge::Unsupported => Text { fi: "ei tuettu", sv: "stöds inte", en: "not supported" },
    };
    format!("{name}, {}", age.in_language(language))
}

fn year_and_number(header: &Oid) -> Option<(u32, u32)> {
    let (year, number) = header.as_str().strip_prefix(ROOT)?.split_once('.')?;
    Some((year.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc_16_a_definition_is_older_known_newer_or_unsupported() {
        let age = |oid: &str| definition_age(&Oid::parse(oid).unwrap());
        assert_eq!(age("1.2.246.777.11.2011.17"), DefinitionAge::Older);
        assert_eq!(age("1.2.246.777.11.2015.1"), DefinitionAge::Older);
        assert_eq!(age("1.2.246.777.11.2020.2"), DefinitionAge::Known);
        assert_eq!(age("1.2.246.777.11.2025.7"), DefinitionAge::Newer);
        assert_eq!(age("1.2.246.777.11.2020.11"), DefinitionAge::Newer);
        for other in ["1.2.246.777.11.2013.4", "1.2.246.777.5.1", "1.2.246.777.11.2015.1.1", "1.2.246.777.11.2007.17"] {
            assert_eq!(age(other), DefinitionAge::Unsupported, "{other}");
        }
        let words = definition_words(&Oid::parse("1.2.246.777.11.2015.1").unwrap(), Language::En);
        assert_eq!(words, "3.30 (1.2.246.777.11.2015.1), older, known");
    }
}
