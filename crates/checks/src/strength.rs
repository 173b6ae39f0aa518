//! A strength as a number: "10 mg", "0,1 mg/annos", "50 mg/ml". One that names several substances or several units is none.

use rust_decimal::Decimal;

/// How much of the substance is in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// So many milligrams in each piece.
    PerPiece(Decimal),
    /// So many milligrams in each millilitre.
    PerMillilitre(Decimal),
}

/// Reads one. `None` where it is not sure.
pub(crate) fn parse(text: &str) -> Option<Strength> {
    let (amount, per) = match text.split_once('/') {
        Some((amount, per)) => (amount, Some(per)),
        None => (text, None),
    };
    let milligrams = milligrams(amount)?;
    match per.map(str::trim) {
        None | Some("annos") => Some(Strength::PerPiece(milligrams)),
        Some("ml") => Some(Strength::PerMillilitre(milligrams)),
        Some(_) => None,
    }
}

/// "1 g" is 1,000. A number is one that a strength can be: at most nine digits before the point.
pub(crate) fn milligrams(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let at = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}')))?;
    let (number, unit) = text.split_at(at);
    let number: String =
        number.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect();
    if number.len() > 12 {
        return None;
    }
    let number: Decimal = number.parse().ok()?;
    match unit.trim().to_lowercase().as_str() {
        "g" => number.checked_mul(Decimal::from(1000)),
        "mg" => Some(number),
        "mikrog" | "µg" | "μg" | "mcg" => number.checked_div(Decimal::from(1000)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_is_a_number_where_it_is_sure() {
        let piece = |text: &str| match parse(text) {
            Some(Strength::PerPiece(mg)) => Some(mg.normalize().to_string()),
            _ => None,
        };
        assert_eq!(piece("10 mg").as_deref(), Some("10"));
        assert_eq!(piece("1 g").as_deref(), Some("1000"));
        assert_eq!(piece("7,5 mg").as_deref(), Some("7.5"));
        assert_eq!(piece("100 mikrog").as_deref(), Some("0.1"));
        assert_eq!(piece("0,1 mg/annos").as_deref(), Some("0.1"));
        assert_eq!(parse("50 mg/ml"), Some(Strength::PerMillilitre(Decimal::from(50))));
        for none in
            ["", "500 mg / 30 mg", "4000 IU (40 mg) / 0.4 ml", "10 mg/g", "10", "mg", "1.2.3 mg", "99999999999999 g"]
        {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
