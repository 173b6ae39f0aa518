//! Invented packages: generics of invented companies for real substances, with numbers that no medicine ever has.

use super::source::{self, AtcRow, RealRow};

/// First number of the invented packages; 600000 to 999999 are never medicines (wiki.vnr.fi, medicines.md 2.9).
pub const FIRST_NUMBER: usize = 600_000;
/// How many numbers there are.
const NUMBERS: usize = 400_000;
/// Coprime to the number of numbers, so that each occurs once.
const NUMBER_STEP: usize = 157;
/// Coprime to the number of variants of a substance, so that each occurs once and the first few are of several companies.
const VARIANT_STEP: usize = 7919;
const STRENGTHS: usize = 3;
const SIZES: usize = 6;
const FORMS: usize = 2;

const COMPANIES: [&str; 30] = [
    "Revontuli",
    "Kaislikko",
    "Tunturi",
    "Saaristo",
    "Hiekkaharju",
    "Kuusikko",
    "Lumikko",
    "Majakka",
    "Niittyvilla",
    "Ohdake",
    "Pihlaja",
    "Routa",
    "Sammal",
    "Tervaleppä",
    "Usva",
    "Vaahtera",
    "Yöperhonen",
    "Älvi",
    "Önni",
    "Aurinko",
    "Halla",
    "Iltarusko",
    "Jäkälä",
    "Kanerva",
    "Lakka",
    "Mesimarja",
    "Neidonkorento",
    "Orvokki",
    "Puro",
    "Ruska",
];

/// One package, as every file of the database tells it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) vnr: String,
    pub(super) atc: AtcRow,
    pub(super) name: String,
    pub(super) strength: String,
    pub(super) form: &'static str,
    pub(super) holder: String,
    pub(super) size_text: String,
    /// Factor, size, unit; nothing where only the words tell.
    pub(super) size: Option<(String, String, &'static str)>,
    pub(super) status: &'static str,
    pub(super) group: String,
    pub(super) documentation: &'static str,
    pub(super) control: &'static str,
    pub(super) biological: bool,
    /// Wholesale price in cents: invented.
    pub(super) wholesale: u64,
    /// What a package of its group costs about, in cents: invented.
    pub(super) usual: u64,
}

/// So many packages: those of Fimea's list first, then invented ones. At most 205,293 are there.
pub(super) fn items(seed: u64, count: usize) -> Vec<Item> {
    let atc = source::atc();
    let mut items: Vec<Item> = source::real().iter().filter_map(|row| real(seed, row, &atc)).take(count).collect();
    let variants = COMPANIES.len() * STRENGTHS * SIZES * FORMS;
    let invented = count.saturating_sub(items.len()).min(variants * atc.len());
    items.extend((0..invented).filter_map(|index| invented_item(seed, index, variants, &atc)));
    items
}

fn real(seed: u64, row: &RealRow, atc: &[AtcRow]) -> Option<Item> {
    let atc = *atc.iter().find(|known| known.code == row.atc)?;
    let size = parts(row.size);
    let usual = usual(seed, row.group, &size);
    Some(Item {
        vnr: row.vnr.to_owned(),
        atc,
        name: row.name.to_owned(),
        strength: row.strength.to_owned(),
        form: row.form,
        holder: row.holder.to_owned(),
        size_text: row.size.to_owned(),
        size,
        status: row.status,
        group: row.group.to_owned(),
        documentation: row.documentation,
        control: control(atc.code),
        biological: is_biological(atc.code),
        wholesale: varied(seed, row.vnr, usual),
        usual,
    })
}

fn invented_item(seed: u64, index: usize, variants: usize, all: &[AtcRow]) -> Option<Item> {
    let substance = index % all.len();
    let atc = *all.get(substance)?;
    let variant = (index / all.len() * VARIANT_STEP) % variants;
    let company = COMPANIES.get(variant % COMPANIES.len())?;
    let rest = variant / COMPANIES.len();
    let (strength, rest) = (rest % STRENGTHS, rest / STRENGTHS);
    let (size, form) = (rest % SIZES, rest / SIZES);
    let shape = shape(atc.code, form);
    let size_text = *shape.sizes.get(size)?;
    // Small packages of some painkillers and antihistamines are self-care.
    let is_self_care =
        size < 2 && ["M01AE", "N02BE", "R06A", "A02B", "D01A"].iter().any(|atc_| atc.code.starts_with(atc_));
    let vnr = format!("{:06}", FIRST_NUMBER + (index * NUMBER_STEP) % NUMBERS);
    let group = format!("{}", 5000 + substance * STRENGTHS * FORMS + strength * FORMS + form);
    let size = parts_of(size_text, shape.unit);
    let usual = usual(seed, &group, &size);
    let stem = atc.sv.split([' ', ',']).next().unwrap_or_default();
    Some(Item {
        name: format!("{} {company}", capital(stem)),
        strength: shape.strength(atc.ddd, strength),
        form: shape.form,
        holder: format!("Keksitty {company} Oy"),
        size_text: size_text.to_owned(),
        size,
        status: if is_self_care { "K" } else { "R" },
        group,
        documentation: "G",
        control: control(atc.code),
        biological: is_biological(atc.code),
        wholesale: varied(seed, &vnr, usual),
        usual,
        atc,
        vnr,
    })
}

/// A kind of preparation: its form, sizes and unit.
struct Shape {
    form: &'static str,
    sizes: [&'static str; SIZES],
    unit: &'static str,
    is_solid: bool,
}

const TABLETS: [&str; SIZES] = ["10", "14", "28", "30", "98", "100"];

fn shape(code: &str, form: usize) -> Shape {
    let is = |starts: &[&str]| starts.iter().any(|start| code.starts_with(start));
    let of = |form, sizes, unit, is_solid| Shape { form, sizes, unit, is_solid };
    if is(&["A10A", "A10BJ", "B01AB", "L04AB", "M05BX"]) {
        let sizes = ["1 x 1 ml", "5 x 3 ml", "10 x 3 ml", "2 x 0.4 ml", "6 x 0.4 ml", "10 x 0.4 ml"];
        let forms = ["injektioneste, liuos, esitäytetty kynä", "injektioneste, liuos, esitäytetty ruisku"];
        return of(if form == 0 { forms[0] } else { forms[1] }, sizes, "ml", false);
    }
    if is(&["D"]) {
        let sizes = ["20 g", "30 g", "50 g", "60 g", "100 g", "150 g"];
        return of(if form == 0 { "emulsiovoide" } else { "voide" }, sizes, "g", false);
    }
    if is(&["S01"]) {
        let sizes = ["2.5 ml", "5 ml", "10 ml", "3 x 5 ml", "15 ml", "20 ml"];
        return of(if form == 0 { "silmätipat, liuos" } else { "silmätipat, suspensio" }, sizes, "ml", false);
    }
    if is(&["R03AC", "R03AK", "R03AL", "R03BA", "R03BB", "R01AD"]) {
        let sizes = ["60 annosta", "120 annosta", "140 annosta", "200 annosta", "3 x 60 annosta", "2 x 120 annosta"];
        return of(if form == 0 { "inhalaatiojauhe" } else { "inhalaatiosumute, suspensio" }, sizes, "annosta", false);
    }
    if form == 1 && is(&["J01", "N02BE", "M01AE", "A06AD", "N03A"]) {
        let sizes = ["50 ml", "60 ml", "80 ml", "100 ml", "150 ml", "200 ml"];
        return of("oraalisuspensio", sizes, "ml", false);
    }
    of(if form == 0 { "tabletti, kalvopäällysteinen" } else { "kapseli, kova" }, TABLETS, "fol", true)
}

impl Shape {
    /// Half, once and twice the daily dose for what is counted; by millilitre, gram or dose for the rest.
    fn strength(&self, ddd: &str, which: usize) -> String {
        let first = ddd.split(';').next().unwrap_or_default();
        let (number, unit) = first.split_once(' ').unwrap_or_default();
        let times = [50, 100, 200].get(which).copied().unwrap_or(100);
        let thousandths: Option<u64> = thousandths(number);
        match (self.is_solid, unit, thousandths) {
            (true, "mg", Some(dose)) => format!("{} mg", plain(dose * times / 100)),
            (true, "g", Some(dose)) => format!("{} mg", plain(dose * 1000 * times / 100)),
            (true, "mcg", Some(dose)) => format!("{} mikrog", plain(dose * times / 100)),
            (true, _, _) => format!("{} mg / {} mg", times / 5, times / 10),
            (false, "U", _) => format!("{times} U/ml"),
            (false, _, _) => {
                let per = if self.unit == "annosta" { "annos" } else { self.unit };
                format!("{} mg/{per}", plain(times * 20))
            }
        }
    }
}

/// "0.15" is 150.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<3}");
    Some(whole.parse::<u64>().ok()? * 1000 + part.get(..3)?.parse::<u64>().ok()?)
}

/// 150 is "0.15".
pub(super) fn plain(thousandths: u64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The size of the list's words, where they are plain enough.
fn parts(text: &str) -> Option<(String, String, &'static str)> {
    parts_of(text, if text.ends_with("ml") { "ml" } else { "fol" })
}

fn parts_of(text: &str, unit: &'static str) -> Option<(String, String, &'static str)> {
    let text = text.strip_suffix(unit).unwrap_or(text).trim();
    let (factor, size) = text.split_once(" x ").unwrap_or(("1", text));
    thousandths(size)?;
    factor.parse::<u32>().ok()?;
    Some((factor.to_owned(), size.to_owned(), unit))
}

/// Invented: by substance, not by any list.
fn control(code: &str) -> &'static str {
    let is = |starts: &[&str]| starts.iter().any(|start| code.starts_with(start));
    if is(&["N02AA", "N02AB", "N06BA04", "N06BA12", "N07BC"]) {
        "H"
    } else if is(&["N05BA", "N05CD", "N05CF", "N03AE"]) {
        "Z"
    } else if is(&["N02AJ", "N02AX", "R05DA"]) {
        "P"
    } else {
        ""
    }
}

fn is_biological(code: &str) -> bool {
    ["A10A", "B01AB", "L04AB", "M05BX"].iter().any(|start| code.starts_with(start))
}

fn usual(seed: u64, group: &str, size: &Option<(String, String, &'static str)>) -> u64 {
    let units = size
        .as_ref()
        .map_or(30_000, |(factor, size, _)| factor.parse::<u64>().unwrap_or(1) * thousandths(size).unwrap_or(30_000));
    let each = 3 + mixed(seed, group) % 60;
    (150 + each * units / 1000).min(90_000)
}

fn varied(seed: u64, vnr: &str, usual: u64) -> u64 {
    usual * (85 + mixed(seed, vnr) % 40) / 100
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A number out of a seed and a name: FNV-1a, then mixed as SplitMix64 does. The same everywhere.
pub(super) fn mixed(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    let hash = name.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
