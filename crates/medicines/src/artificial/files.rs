//! The artificial packages as the files of Kela and Fimea.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Recipe;
use super::products::{Item, items, mixed};
use super::source;
use crate::import::File;
use crate::import::fimea;
use crate::import::kela::KelaNames;

/// Forms in Finnish, Swedish and English; a number is the place in this list.
const FORMS: [(&str, &str, &str); 17] = [
    ("tabletti", "tablett", "tablet"),
    ("tabletti, kalvopäällysteinen", "tablett, filmdragerad", "film-coated tablet"),
    ("kapseli, kova", "kapsel, hård", "capsule, hard"),
    ("kapseli, pehmeä", "kapsel, mjuk", "capsule, soft"),
    ("purutabletti", "tuggtablett", "chewable tablet"),
    ("enterotabletti", "enterotablett", "gastro-resistant tablet"),
    ("depottabletti", "depottablett", "prolonged-release tablet"),
    (
        "injektioneste, liuos, esitäytetty kynä",
        "injektionsvätska, lösning, förfylld injektionspenna",
        "solution for injection in pre-filled pen",
    ),
    (
        "injektioneste, liuos, esitäytetty ruisku",
        "injektionsvätska, lösning, förfylld spruta",
        "solution for injection in pre-filled syringe",
    ),
    ("emulsiovoide", "kräm", "cream"),
    ("voide", "salva", "ointment"),
    ("silmätipat, liuos", "ögondroppar, lösning", "eye drops, solution"),
    ("silmätipat, suspensio", "ögondroppar, suspension", "eye drops, suspension"),
    ("inhalaatiojauhe", "inhalationspulver", "inhalation powder"),
    ("inhalaatiosumute, suspensio", "inhalationsspray, suspension", "pressurised inhalation, suspension"),
    ("oraalisuspensio", "oral suspension", "oral suspension"),
    ("oraaliliuos", "oral lösning", "oral solution"),
];

const CONTAINERS: [(&str, &str, &str); 4] = [
    ("läpipainopakkaus", "blister", "blisterförpackning"),
    ("purkki", "jar", "burk"),
    ("tuubi", "tube", "tub"),
    ("pullo", "bottle", "flaska"),
];

/// Invented wording.
const CONDITIONS: [(&str, &str, &str); 3] = [
    ("E1", "Keksitty ehto: vain sairaalassa", "Påhittat villkor: endast på sjukhus"),
    ("E9", "Keksitty ehto: psykiatrian erikoislääkäri", "Påhittat villkor: specialist i psykiatri"),
    ("E15", "Keksitty ehto: neurologian erikoislääkäri", "Påhittat villkor: specialist i neurologi"),
];

pub(super) fn all(recipe: &Recipe, names: &KelaNames) -> BTreeMap<File, Vec<u8>> {
    let items = items(recipe.seed, recipe.packages);
    BTreeMap::from([
        (File::Kela, kela(recipe, names, &items).into_bytes()),
        (File::Packages, latin1(&packages(&items))),
        (File::Substances, latin1(&substances(&items))),
        (File::Atc, latin1(&atc())),
        (File::Forms, latin1(&forms())),
        (File::Containers, latin1(&containers())),
        (File::Conditions, latin1(&conditions())),
        (File::Substitutable, latin1(&substitutable(&items))),
        (File::Shortages, shortages(recipe, &items).into_bytes()),
        (File::Risks, risks(recipe).into_bytes()),
    ])
}

/// Every letter of these files is one of ISO-8859-1; a test says so.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An element, or several within one another, with a text.
fn element(xml: &mut String, path: &str, text: &str) {
    for name in path.split('/') {
        let _ = write!(xml, "<{name}>");
    }
    xml.push_str(&escaped(text));
    for name in path.split('/').rev() {
        let _ = write!(xml, "</{name}>");
    }
    xml.push('\n');
}

/// A path below the root.
fn below(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

fn kela(recipe: &Recipe, names: &KelaNames, items: &[Item]) -> String {
    let (root, version) = below(names.version());
    let (_, in_force) = below(names.in_force());
    let (_, package) = below(names.package());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<!-- Artificial: prices, reimbursement and all products 600000 to 999999 are invented. -->\n");
    let _ = writeln!(xml, "<{root}>");
    element(&mut xml, version, &recipe.version.to_string());
    element(&mut xml, in_force, &recipe.in_force.to_string());
    for item in items {
        let _ = writeln!(xml, "<{package}>");
        let mut put = |key: &str, text: &str| {
            if let (false, Some(path)) = (text.is_empty(), names.field(key)) {
                element(&mut xml, path, text);
            }
        };
        let (factor, size, unit) = item.size.clone().unwrap_or_default();
        let (is_narcotic, control) = match item.control {
            "H" => ("true", ""),
            other => ("false", other),
        };
        let flag = |is: bool| if is { "true" } else { "false" };
        put("number", &item.vnr);
        put("number_kind", "1");
        put("name", &item.name);
        put("kind", "1");
        put("atc", item.atc.code);
        put("atc_name", item.atc.fi);
        put("strength", &item.strength);
        put("form", item.form);
        put("size_text", &item.size_text);
        put("factor", &factor);
        put("size", &size);
        put("unit", unit);
        put("container", container(item).0);
        put("holder", &item.holder);
        put("marketer", &item.holder);
        put("status", item.status);
        put("narcotic", is_narcotic);
        put("control", control);
        put("driving", flag(!item.control.is_empty()));
        put("condition", condition(item));
        put("monitored", "false");
        put("blood", "false");
        put("biological", flag(item.biological));
        put("group", &item.group);
        put("substitution_code", &format!("{:0>6}{:0>4}", item.group, size_class(item)));
        put("substitutable", "true");
        let untaxed = item.wholesale * 145 / 100;
        if mixed(recipe.seed, &item.group).is_multiple_of(2) {
            put("reference_price", &cents(item.usual * 165 / 100 + 50));
            put("corridor_top", &cents(item.usual * 165 / 100));
        }
        put("wholesale", &cents(item.wholesale));
        put("untaxed", &cents(untaxed));
        if !is_unpriced(recipe.seed, item) {
            put("price", &cents(untaxed * 1135 / 1000));
        }
        if item.status == "R" {
            put("reimbursement", if item.biological { "100" } else { "40" });
        }
        let _ = writeln!(xml, "</{package}>");
    }
    let _ = writeln!(xml, "</{root}>");
    xml
}

/// The class of sizes that count as one (3.5b), for the exchange code: 28 to 30, 49 and 50, 98 to 100.
fn size_class(item: &Item) -> u64 {
    let whole = |text: &str| text.split('.').next().and_then(|whole| whole.parse::<u64>().ok()).unwrap_or_default();
    match item.size.as_ref().map_or(0, |(factor, size, _)| whole(factor).max(1) * whole(size)) {
        28..=30 => 30,
        49..=50 => 50,
        98..=100 => 100,
        units => units % 10_000,
    }
}

/// One invented package of some five hundred has no price.
fn is_unpriced(seed: u64, item: &Item) -> bool {
    item.vnr.as_str() >= "600000" && mixed(seed, &item.vnr).is_multiple_of(499)
}

fn cents(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn container(item: &Item) -> (&'static str, usize) {
    let unit = item.size.as_ref().map_or("", |size| size.2);
    let index = match unit {
        "g" => 2,
        "ml" => 3,
        "annosta" => 1,
        _ => 0,
    };
    (CONTAINERS.get(index).map_or("", |container| container.0), index + 1)
}

fn condition(item: &Item) -> &'static str {
    match item.atc.code {
        code if code.starts_with("N05A") => "E9",
        code if code.starts_with("N04") => "E15",
        _ => "",
    }
}

/// Fimea's number of the package with this place.
fn number(index: usize) -> usize {
    10_000 + index
}

fn head(columns: &[&str]) -> String {
    columns.join(";") + "\n"
}

fn packages(items: &[Item]) -> String {
    let mut text = head(&fimea::PACKAGE_COLUMNS);
    for (index, item) in items.iter().enumerate() {
        let (factor, size, unit) = item.size.clone().unwrap_or_default();
        let form = FORMS.iter().position(|form| form.0 == item.form).map_or(0, |index| index + 1);
        let (ddd, ddd_unit) = item.atc.ddd.split(';').next().and_then(|ddd| ddd.split_once(' ')).unwrap_or_default();
        let driving = u8::from(!item.control.is_empty());
        let parts = item.atc.sv.split(" och ").count();
        let narcotic = if item.control == "H" { "H" } else { "" };
        let psychotropic = if item.control == "Z" { "Z" } else { "" };
        let _ = writeln!(
            text,
            "{};{};{};{factor};{size};{unit};;{};2020-01-01;;{};{};{};{};{form};{};1;0;0;{parts};{};{};{ddd};{ddd_unit};{narcotic};{psychotropic};{driving};{};{};;2019-06-01;;Myyntilupa;1;;;{};1;",
            number(index),
            item.vnr,
            item.size_text,
            container(item).1,
            item.status,
            item.name,
            item.strength,
            item.form,
            item.holder,
            item.atc.code,
            index + 1,
            condition(item),
            20_000 + index,
            item.group,
        );
    }
    text
}

/// The register as XML: the same packages, products and substances, which name one another. Every fiftieth invented package
/// had two numbers before.
pub(super) fn register(recipe: &Recipe) -> String {
    let items = items(recipe.seed, recipe.packages);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Perusrekisteri>\n");
    let _ = writeln!(xml, "<Versiotiedot><Ajopvm>{}</Ajopvm></Versiotiedot>", recipe.in_force);
    let parts = |item: &Item| item.atc.sv.split(" och ").map(str::to_owned).collect::<Vec<_>>();
    let names: BTreeSet<String> = items.iter().flat_map(parts).collect();
    let place = |name: &String| names.iter().position(|other| other == name).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let _ = writeln!(xml, "<Pakkaus Laakevalmiste-ref=\"REL{index}\">");
        element(&mut xml, "Pakkaustunnus", &number(index).to_string());
        element(&mut xml, "VNR-numero", &item.vnr);
        if item.vnr.as_str() >= "600000" && index.is_multiple_of(50) {
            for before in [900_000, 950_000] {
                element(&mut xml, "VanhaVNR", &(before + index).to_string());
            }
        }
        element(&mut xml, "Pakkauskokoteksti", &item.size_text);
        element(&mut xml, "Kaupanolo/Kaupan", "1");
        for name in parts(item) {
            let _ = writeln!(xml, "<Pakkaus_Laakeaine Laakeaine-ref=\"LA{}\"/>", place(&name));
        }
        xml.push_str("</Pakkaus>\n");
    }
    for (index, item) in items.iter().enumerate() {
        let _ = writeln!(xml, "<Laakevalmiste id=\"REL{index}\">");
        element(&mut xml, "Kauppanimi", &item.name);
        let _ = writeln!(xml, "<ATC-koodi id=\"{}\" value=\"{}\"/>", item.atc.code, escaped(item.atc.fi));
        element(&mut xml, "Substituutioryhma", &item.group);
        element(&mut xml, "HUM", "1");
        element(&mut xml, "VET", "0");
        xml.push_str("</Laakevalmiste>\n");
    }
    for (index, name) in names.iter().enumerate() {
        let name = escaped(name);
        let _ = writeln!(
            xml,
            "<Laakeaine id=\"LA{index}\"><VaikuttavaAine><Aine value=\"{name}\"/></VaikuttavaAine></Laakeaine>"
        );
    }
    xml + "</Perusrekisteri>\n"
}

fn substances(items: &[Item]) -> String {
    let mut text = head(&fimea::SUBSTANCE_COLUMNS);
    for (index, item) in items.iter().enumerate() {
        for (part, name) in item.atc.sv.split(" och ").enumerate() {
            let _ = writeln!(text, "{};{};{name}", number(index), mixed(0, name) % 90_000 + part as u64 + 1);
        }
    }
    text
}

fn atc() -> String {
    let mut text = head(&fimea::ATC_COLUMNS);
    let mut number = 0;
    for row in source::atc() {
        for ddd in row.ddd.split("; ") {
            number += 1;
            let (dose, unit) = ddd.split_once(' ').unwrap_or_default();
            let _ = writeln!(text, "{number};{};{};{};{dose};{unit}", row.code, row.fi, row.sv);
        }
    }
    text
}

fn forms() -> String {
    let mut text = head(&fimea::FORM_COLUMNS);
    for (index, (fi, sv, en)) in FORMS.iter().enumerate() {
        let _ = writeln!(text, "{};{fi};{sv};{en}", index + 1);
    }
    text
}

fn containers() -> String {
    let mut text = head(&fimea::CONTAINER_COLUMNS);
    for (index, (fi, en, sv)) in CONTAINERS.iter().enumerate() {
        let _ = writeln!(text, "{};{fi};{en};{sv}", index + 1);
    }
    text
}

fn conditions() -> String {
    let mut text = head(&fimea::CONDITION_COLUMNS);
    for (code, fi, sv) in CONDITIONS {
        let _ = writeln!(text, "{code};{fi};{sv}");
    }
    text
}

/// Lines end as Fimea's do.
fn substitutable(items: &[Item]) -> String {
    let mut text = fimea::SUBSTITUTABLE_COLUMNS.join(";") + "\r\n";
    for (index, item) in items.iter().enumerate() {
        let _ = write!(
            text,
            "{};{};{};{};{};{};{};{};{};{};1;{};0;{};\r\n",
            item.group,
            item.vnr,
            item.size_text,
            item.status,
            item.name,
            item.strength,
            item.form,
            item.holder,
            item.atc.code,
            item.atc.fi,
            item.documentation,
            20_000 + index,
        );
    }
    text
}

/// One invented package of a hundred is short; never a real one, of which nothing untrue is said.
fn shortages(recipe: &Recipe, items: &[Item]) -> String {
    let quoted =
        |fields: &[&str]| fields.iter().map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(";") + "\n";
    let mut text = quoted(&fimea::SHORTAGE_COLUMNS);
    let first = recipe.in_force.to_string();
    let invented = items.iter().filter(|item| item.vnr.as_str() >= "600000");
    for (index, item) in invented.step_by(100).enumerate() {
        let valid = if index % 4 == 3 { "E" } else { "K" };
        text += &quoted(&[&item.vnr, valid, &first, "", &first, &first, &item.holder]);
    }
    text
}

/// Rows of the classification in wording of this project, for some substances whose risk is told in every textbook.
fn risks(recipe: &Recipe) -> String {
    let codes: BTreeSet<&str> = source::atc().iter().map(|row| row.code).collect();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Riskilaakeluokitus>\n");
    let _ = writeln!(xml, "<Versiotiedot><Ajopvm>{}</Ajopvm></Versiotiedot>", recipe.in_force);
    for (index, code) in codes.iter().filter(|code| is_high_risk(code)).enumerate() {
        let _ = writeln!(
            xml,
            "<Riskilaakeluokitusrivi id=\"{id}\" title=\"Keksitty rivi {code}\" titlesv=\"Påhittad rad {code}\" titleen=\"Invented row {code}\">\n\
             <ATC-koodi listname=\"ATC Code\" id=\"{code}\" value=\"{code}\"/>\n\
             <VakavaSeuraus id=\"1\" description=\"Keksitty: liian suuri annos on vaarallinen\" descriptionen=\"Invented: too large a dose is dangerous\">\
             <Seuraus id=\"1\" value=\"Keksitty seuraus\" valuesv=\"Påhittad följd\" valueen=\"Invented consequence\"/></VakavaSeuraus>\n\
             <LaakkeeseenLiittyvaRiski id=\"1\"><Riski id=\"11\" value=\"Kapea terapeuttinen leveys\" valuesv=\"Smal terapeutisk bredd\" valueen=\"Narrow therapeutic index\"/></LaakkeeseenLiittyvaRiski>\n\
             <LaakehoidonToteutukseenLiittyvaRiskikohta id=\"1\" description=\"Keksitty: kerro annostuksesta\" descriptionen=\"Invented: explain the dosage\">\
             <LaakehoidonVaihe id=\"5\" value=\"Huomioi potilasohjauksessa ja lääkeneuvonnassa\"/></LaakehoidonToteutukseenLiittyvaRiskikohta>\n\
             </Riskilaakeluokitusrivi>",
            id = index + 1,
        );
    }
    xml + "</Riskilaakeluokitus>\n"
}

fn is_high_risk(code: &str) -> bool {
    ["B01AA", "L01BA", "L04AX03", "A10A", "N02AA", "N05AH02", "C01AA", "N05AN"]
        .iter()
        .any(|start| code.starts_with(start))
}
