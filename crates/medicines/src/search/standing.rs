//! The order in which packages stand when a search does not tell them apart: on the market before not, more used before
//! less used, then by name, strength as a number, size as a number, VNR.

use rust_decimal::Decimal;

use super::Known;
use crate::Package;

/// Indices of the packages, in their standing order.
pub fn order(packages: &[Package], known: &Known) -> Vec<u32> {
    let mut keyed: Vec<_> = packages.iter().zip(0u32..).map(|(package, i)| (key(package, known), i)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, i)| i).collect()
}

type Key<'a> = (bool, std::cmp::Reverse<u32>, String, Decimal, Decimal, &'a str);

fn key<'a>(package: &'a Package, known: &Known) -> Key<'a> {
    (
        known.off_market.contains(&package.vnr),
        std::cmp::Reverse(known.weights.get(&package.vnr).copied().unwrap_or_default()),
        collation(&package.name),
        strength(&package.strength),
        package.size,
        package.vnr.as_str(),
    )
}

/// Finnish order: å, ä and ö last, w as v; case and spaces do not count.
fn collation(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    letters
        .map(|c| match c {
            'w' => 'v',
            'å' => '{',
            'ä' | 'æ' => '|',
            'ö' | 'ø' => '}',
            c => c,
        })
        .collect()
}

/// The first number of a strength, in milligrams where it is a mass: "0.5 g" stands with "500 mg". 0 where there is none.
pub(super) fn strength(text: &str) -> Decimal {
    let words = super::fold::words(text);
    let Some(at) = words.iter().position(|word| super::fold::is_number(word)) else { return Decimal::ZERO };
    let mut number = words.get(at).cloned().unwrap_or_default();
    let mut unit = words.get(at + 1);
    // "4 000 IU"
    let is_group = |word: &&String| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(group) = unit.filter(is_group)
        && number.len() <= 3
    {
        number.push_str(group);
        unit = words.iter().skip(at + 1).find(|word| !super::fold::is_number(word));
    }
    let value = Decimal::from_str_exact(&number).unwrap_or(Decimal::MAX);
    let scale = match unit.map(String::as_str) {
        Some("g") => Decimal::ONE_THOUSAND,
        Some("mikrog" | "ug" | "mcg" | "mikrogrammaa") => Decimal::new(1, 3),
        _ => Decimal::ONE,
    };
    value.checked_mul(scale).unwrap_or(Decimal::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_compare_as_numbers() {
        let value = |text| strength(text).normalize().to_string();
        assert_eq!(value("0.5 g"), "500");
        assert_eq!(value("7,5 mg"), "7.5");
        assert_eq!(value("50 mikrog/annos"), "0.05");
        assert_eq!(value("4 000 IU (40 mg) / 0.4 ml"), "4000");
        assert_eq!(value("4000 IU (40 mg) / 0.4 ml"), "4000");
        assert_eq!(value(""), "0");
        assert!(strength("10 mg") > strength("9 mg"));
        assert_eq!(strength(&"9".repeat(60)), Decimal::MAX);
    }

    #[test]
    fn names_stand_in_finnish_order() {
        let mut names = ["Öljy", "Ähky", "Åtgärd", "Zomig", "Vag", "Wab", "Vac"];
        names.sort_by_key(|name| collation(name));
        assert_eq!(names, ["Wab", "Vac", "Vag", "Zomig", "Åtgärd", "Ähky", "Öljy"]);
    }
}
