//! Artificial packages in the proportions of the real register: a substance has several products, a product several
//! strengths, a strength several sizes. The same number gives the same packages.

use anyhow::Result;
use medicines::Package;
use prescription::{ProductKind, Unit, Vnr};
use rust_decimal::Decimal;

const HOLDERS: [&str; 16] = [
    "Mallilääke Oy",
    "Koelääke Ab",
    "Orvio Corporation",
    "Vitabal Oy",
    "Akkord Healthcare B.V.",
    "Kirka d.d.",
    "Santos A/S",
    "Tevva B.V.",
    "Stadia Arzneimittel AG",
    "Acta Group PTC ehf",
    "Holm GmbH",
    "Zentia, k.s.",
    "Fisser Oy",
    "Novaris Finland Oy",
    "Bäyer AG",
    "Lundbäck A/S",
];
const FORMS: [&str; 8] = [
    "tabletti",
    "tabletti, kalvopäällysteinen",
    "depottabletti",
    "kapseli, kova",
    "enterotabletti",
    "oraaliliuos",
    "injektioneste, liuos, esitäytetty ruisku",
    "emulsiovoide",
];
const STRENGTHS: [&str; 12] = ["0.5", "1", "2.5", "5", "7.5", "10", "20", "25", "50", "100", "250", "500"];
const SIZES: [i64; 8] = [10, 14, 28, 30, 56, 98, 100, 250];
const STARTS: [&str; 24] = [
    "al", "bi", "ce", "di", "es", "flu", "ga", "hy", "ibu", "ke", "la", "me", "na", "ok", "para", "ra", "si", "tra",
    "ur", "va", "xe", "zo", "pro", "klo",
];
const MIDDLES: [&str; 24] = [
    "ba", "ce", "di", "fo", "gli", "ke", "lo", "mi", "na", "pra", "ro", "sa", "ta", "vi", "xa", "zo", "pi", "le",
    "tri", "mo", "du", "ri", "so", "ve",
];
const ENDS: [&str; 12] = [
    "moli",
    "piini",
    "loli",
    "priili",
    "statiini",
    "tsepaami",
    "sartaani",
    "siini",
    "triptaani",
    "doli",
    "miini",
    "soni",
];

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or_default()
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.next() % list.len().max(1)).copied().unwrap_or_default()
    }
}

/// So many packages.
pub fn artificial(count: usize) -> Result<Vec<Package>> {
    let mut numbers = Numbers(7);
    let mut packages = Vec::with_capacity(count);
    let kind: ProductKind = serde_json::from_str("\"1\"")?;
    while packages.len() < count {
        let substance = format!("{}{}{}", numbers.pick(&STARTS), numbers.pick(&MIDDLES), numbers.pick(&ENDS));
        let letter = |number: usize| char::from(b'A' + u8::try_from(number % 20).unwrap_or_default());
        let (group, a, b) = (letter(numbers.next()), letter(numbers.next()), letter(numbers.next()));
        let atc = format!("{group}{:02}{a}{b}{:02}", numbers.next() % 16 + 1, numbers.next() % 60 + 1);
        for _ in 0..numbers.next() % 6 + 2 {
            let holder = numbers.pick(&HOLDERS);
            let own = format!(
                "{}{}{}",
                numbers.pick(&STARTS),
                numbers.pick(&MIDDLES),
                numbers.pick(&["x", "n", "ra", "dol"])
            );
            let generic = format!("{substance} {}", holder.split(' ').next().unwrap_or_default());
            let name = capital(if numbers.next().is_multiple_of(3) { &own } else { &generic });
            let form = numbers.pick(&FORMS);
            for _ in 0..numbers.next() % 4 + 1 {
                let strength = format!("{} mg", numbers.pick(&STRENGTHS));
                for _ in 0..numbers.next() % 4 + 1 {
                    let size = SIZES.get(numbers.next() % SIZES.len()).copied().unwrap_or(100);
                    packages.push(Package {
                        vnr: Vnr::parse(&format!("{:06}", (packages.len() * 577 + 1013) % 1_000_000))?,
                        name: name.clone(),
                        strength: strength.clone(),
                        form: form.to_owned(),
                        atc: atc.clone(),
                        atc_name: capital(&substance),
                        substances: vec![substance.clone()],
                        holder: holder.to_owned(),
                        size: Decimal::from(size),
                        unit: Unit::new("fol"),
                        price: Some(Decimal::new(772, 2)),
                        control: None,
                        kind: kind.clone(),
                        group: None,
                        exchange: Default::default(),
                        form_words: None,
                        condition: None,
                        previous: vec![],
                    });
                }
            }
        }
    }
    packages.truncate(count);
    Ok(packages)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A name with one error, or two in a long one: letters swapped, left out, doubled or wrong.
pub fn mistyped(name: &str, seed: usize) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let mut numbers = Numbers(u64::try_from(seed).unwrap_or_default());
    for _ in 0..if letters.len() >= 8 { 2 } else { 1 } {
        let at = numbers.next() % letters.len().saturating_sub(1).max(1);
        match numbers.next() % 4 {
            0 if at + 1 < letters.len() => letters.swap(at, at + 1),
            1 => drop(letters.remove(at.min(letters.len().saturating_sub(1)))),
            2 => letters.insert(at, 'e'),
            _ => {
                if let Some(letter) = letters.get_mut(at) {
                    *letter = 'u';
                }
            }
        }
    }
    letters.into_iter().collect()
}
