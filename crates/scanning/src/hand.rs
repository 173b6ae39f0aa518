//! Whether the package in the hand is the one on the screen. Half of the reported dispensing errors are a wrong strength
//! (medicines.md, part 0 no. 7), so the flow stops here and shows what differs, the gravest first.

use medicines::Package;

/// What may differ, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The active substances.
    Substance,
    /// The strength.
    Strength,
    /// The dosage form.
    Form,
    /// The trade name.
    Name,
    /// The package size or its unit.
    Size,
    /// The marketing authorisation holder: of a parallel import, for one.
    Holder,
    /// The VNR, when nothing else that is known differs.
    Number,
}

impl Part {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Substance => "substance",
            Self::Strength => "strength",
            Self::Form => "form",
            Self::Name => "name",
            Self::Size => "size",
            Self::Holder => "holder",
            Self::Number => "number",
        }
    }
}

/// One thing that differs, as each package says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub part: Part,
    /// On the screen.
    pub chosen: String,
    /// In the hand.
    pub in_hand: String,
}

/// The package in the hand beside the chosen one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InTheHand {
    /// It is the chosen one.
    Same,
    /// It is another, and differs in these, the gravest first; never empty.
    Differs(Vec<Difference>),
}

/// Compares the package that was scanned with the chosen one. Only the same VNR is the same package.
pub fn in_the_hand(scanned: &Package, chosen: &Package) -> InTheHand {
    if scanned.vnr == chosen.vnr {
        return InTheHand::Same;
    }
    let size = |package: &Package| format!("{} {}", package.size.normalize(), package.unit);
    let substances = |package: &Package| {
        let mut sorted = package.substances.clone();
        sorted.sort();
        sorted.join(", ")
    };
    let parts = [
        (Part::Substance, substances(chosen), substances(scanned)),
        (Part::Strength, chosen.strength.clone(), scanned.strength.clone()),
        (Part::Form, chosen.form.clone(), scanned.form.clone()),
        (Part::Name, chosen.name.clone(), scanned.name.clone()),
        (Part::Size, size(chosen), size(scanned)),
        (Part::Holder, chosen.holder.clone(), scanned.holder.clone()),
    ];
    let differs = |(part, chosen, in_hand): (Part, String, String)| {
        (!are_alike(&chosen, &in_hand)).then_some(Difference { part, chosen, in_hand })
    };
    let mut differences: Vec<Difference> = parts.into_iter().filter_map(differs).collect();
    if differences.is_empty() {
        let number = |package: &Package| package.vnr.as_str().to_owned();
        differences.push(Difference { part: Part::Number, chosen: number(chosen), in_hand: number(scanned) });
    }
    InTheHand::Differs(differences)
}

/// Case and spaces make no difference ("4 000 IU", "4000 IU").
fn are_alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use medicines::{ARTIFICIAL, Edition};
    use prescription::Vnr;

    use super::*;

    fn package(vnr: &str) -> Package {
        Edition::parse(ARTIFICIAL).unwrap().package(&Vnr::parse(vnr).unwrap()).unwrap().clone()
    }

    fn parts(scanned: &Package, chosen: &Package) -> Vec<Part> {
        match in_the_hand(scanned, chosen) {
            InTheHand::Same => vec![],
            InTheHand::Differs(differences) => differences.iter().map(|difference| difference.part).collect(),
        }
    }

    #[test]
    fn med_0_7_what_differs_is_said_gravest_first() {
        let chosen = package("469452");
        assert_eq!(in_the_hand(&chosen, &chosen), InTheHand::Same);
        assert_eq!(parts(&package("469528"), &chosen), [Part::Size]);
        assert_eq!(parts(&package("812016"), &chosen), [Part::Name, Part::Holder]);
        let mut other = chosen.clone();
        other.vnr = Vnr::parse("469000").unwrap();
        assert_eq!(parts(&other, &chosen), [Part::Number], "another VNR is never the same");
        other.strength = "5 mg".into();
        other.substances = vec!["loratsepaami".into()];
        other.size = 10.into();
        assert_eq!(parts(&other, &chosen), [Part::Substance, Part::Strength, Part::Size]);
        other = chosen.clone();
        other.vnr = Vnr::parse("469000").unwrap();
        other.strength = "10MG".into();
        other.size = "100.0".parse().unwrap();
        assert_eq!(parts(&other, &chosen), [Part::Number]);
    }
}
