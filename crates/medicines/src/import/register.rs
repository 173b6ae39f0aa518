//! Fimea's basic register as XML (Perusrekisteri, nightly; medicines.md 2.2): packages, then products, then substances, which
//! name one another by their identifiers. It stands in the place of the register's text files. What Kela's database says
//! itself (sizes, prices, conditions) is not read from it.
//!
//! Whether a value is an element's text or its attribute `value` was read of some elements only: either is taken, and both
//! are none. The name of the root was not read: any is taken.

use std::io::Read;

use prescription::Vnr;

use super::error::{Fault, File, ReadError};
use super::limits::Limits;
use super::value::{self, add};
use super::xml::{Step, walk};

/// What is met in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterItem {
    /// A package (Pakkaus).
    Package(RegisterPackage),
    /// A product (Laakevalmiste).
    Product(RegisterProduct),
    /// A substance (Laakeaine).
    Substance(RegisterSubstance),
}

/// A package: its numbers, and what it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterPackage {
    /// Identifier of its product.
    pub product: String,
    /// Its Nordic article number; most packages of long ago have none.
    pub vnr: Option<Vnr>,
    /// Numbers that it had before.
    pub previous: Vec<Vnr>,
    /// Size in words; may be empty.
    pub size_text: String,
    /// On the market, where that is said.
    pub sold: Option<bool>,
    /// Identifiers of its substances.
    pub substances: Vec<String>,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterProduct {
    /// Its identifier, "REL1…".
    pub id: String,
    /// Trade name.
    pub name: String,
    /// ATC code.
    pub atc: Option<String>,
    /// Group of substitutable products.
    pub group: Option<String>,
    /// For people.
    pub human: bool,
}

/// A substance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterSubstance {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Walks through the register; says how many packages it has.
pub fn read(
    from: impl Read,
    limits: &Limits,
    mut each: impl FnMut(RegisterItem) -> Result<(), Fault>,
) -> Result<u64, ReadError> {
    let mut at = At::default();
    let mut packages = 0u64;
    walk(from, File::Register, None, limits, |step| match step {
        Step::Start { path, attributes } => {
            at.value.clear();
            at.value.push_str(attributes.get("value"));
            match below_root(path) {
                "Pakkaus" => at.package = RegisterPackage::default(),
                "Laakevalmiste" => at.product = RegisterProduct::default(),
                "Laakeaine" => at.substance = RegisterSubstance::default(),
                _ => {}
            }
            at.begins(below_root(path), |name| attributes.get(name))
        }
        Step::End { path, text } => {
            let path = below_root(path);
            // What an element carries as an attribute is no text of the one around it.
            let carried = std::mem::take(&mut at.value);
            at.says(path, if text.is_empty() { &carried } else { text })?;
            let item = match path {
                "Pakkaus" => {
                    packages += 1;
                    RegisterItem::Package(std::mem::take(&mut at.package))
                }
                "Laakevalmiste" => RegisterItem::Product(std::mem::take(&mut at.product)),
                "Laakeaine" => RegisterItem::Substance(std::mem::take(&mut at.substance)),
                _ => return Ok(()),
            };
            at.items += 1;
            if at.items > limits.rows {
                return Err(Fault::TooMany(limits.rows));
            }
            each(whole(item)?)
        }
    })?;
    if packages == 0 { Err(ReadError::Empty(File::Register)) } else { Ok(packages) }
}

/// A path without the root's name, which is not known.
fn below_root(path: &str) -> &str {
    path.split_once('/').map_or("", |(_, below)| below)
}

/// What is at hand.
#[derive(Default)]
struct At {
    package: RegisterPackage,
    product: RegisterProduct,
    substance: RegisterSubstance,
    /// The attribute `value` of the element that began last.
    value: String,
    items: u64,
}

impl At {
    fn begins<'a>(&mut self, path: &str, get: impl Fn(&str) -> &'a str) -> Result<(), Fault> {
        match path {
            "Pakkaus" => self.package.product = value::text(get("Laakevalmiste-ref"), "Laakevalmiste-ref")?,
            "Pakkaus/Pakkaus_Laakeaine" => {
                let named = value::text(get("Laakeaine-ref"), "Laakeaine-ref")?;
                add(&mut self.package.substances, named)?;
            }
            "Laakevalmiste" => self.product.id = value::text(get("id"), "id")?,
            "Laakevalmiste/ATC-koodi" => self.product.atc = value::optional_text(get("id")),
            "Laakeaine" => self.substance.id = value::text(get("id"), "id")?,
            _ => {}
        }
        Ok(())
    }

    fn says(&mut self, path: &str, said: &str) -> Result<(), Fault> {
        match path {
            "Pakkaus/VNR-numero" => self.package.vnr = value::optional_vnr(said, "VNR-numero")?,
            "Pakkaus/VanhaVNR" if !said.is_empty() => {
                add(&mut self.package.previous, value::vnr(said, "VanhaVNR")?)?;
            }
            "Pakkaus/Pakkauskokoteksti" => self.package.size_text = said.to_owned(),
            "Pakkaus/Kaupanolo/Kaupan" => self.package.sold = value::optional_flag(said, "Kaupan")?,
            "Laakevalmiste/Kauppanimi" => self.product.name = said.to_owned(),
            "Laakevalmiste/Substituutioryhma" => self.product.group = value::optional_text(said),
            "Laakevalmiste/HUM" => self.product.human = value::flag(said, "HUM")?,
            // Of several active substances of one entry the first is its name.
            "Laakeaine/VaikuttavaAine/Aine" if self.substance.name.is_empty() => {
                said.clone_into(&mut self.substance.name)
            }
            _ => {}
        }
        Ok(())
    }
}

/// A product and a substance have a name.
fn whole(item: RegisterItem) -> Result<RegisterItem, Fault> {
    match &item {
        RegisterItem::Product(product) if product.name.is_empty() => Err(Fault::Missing("Kauppanimi")),
        _ => Ok(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"<Perusrekisteri>
        <Versiotiedot><Ajopvm>2026-11-15</Ajopvm><Aineistoera>2026-46</Aineistoera></Versiotiedot>
        <Pakkaus Laakevalmiste-ref="REL1"><Pakkaustunnus>0001</Pakkaustunnus><VNR-numero>600000</VNR-numero>
            <VanhaVNR>600001</VanhaVNR><VanhaVNR>600002</VanhaVNR><Pakkauskokoteksti>28 x 1</Pakkauskokoteksti>
            <Pakkauskokoyksikko value="fol"/><Kaupanolo><Kaupan>1</Kaupan></Kaupanolo>
            <Pakkaus_Laakeaine Laakeaine-ref="LA1"/><Pakkaus_Laakeaine Laakeaine-ref="LA2"/></Pakkaus>
        <Pakkaus Laakevalmiste-ref="REL1"><VNR-numero/></Pakkaus>
        <Laakevalmiste id="REL1"><Kauppanimi>KEKSITTY</Kauppanimi><ATC-koodi id="N02AJ06" value="kodeiini"/>
            <Substituutioryhma>0029</Substituutioryhma><HUM>1</HUM><VET>0</VET></Laakevalmiste>
        <Laakeaine id="LA1"><VaikuttavaAine><Aine value="Codeini phosphas"/></VaikuttavaAine><Maara>30</Maara></Laakeaine>
        <Laakeaine id="LA2"><VaikuttavaAine><Aine>Paracetamolum</Aine></VaikuttavaAine></Laakeaine>
    </Perusrekisteri>"#;

    fn items(xml: &str) -> Result<Vec<RegisterItem>, ReadError> {
        let mut items = Vec::new();
        read(xml.as_bytes(), &Limits::default(), |item| {
            items.push(item);
            Ok(())
        })?;
        Ok(items)
    }

    #[test]
    fn med_2_2_packages_products_and_substances_name_one_another() {
        let items = items(SOUND).unwrap();
        let vnr = |text: &str| Vnr::parse(text).unwrap();
        let RegisterItem::Package(package) = &items[0] else { panic!("{items:?}") };
        assert_eq!((package.product.as_str(), package.vnr.as_ref()), ("REL1", Some(&vnr("600000"))));
        assert_eq!(package.previous, [vnr("600001"), vnr("600002")]);
        assert_eq!((package.size_text.as_str(), package.sold), ("28 x 1", Some(true)));
        assert_eq!(package.substances, ["LA1", "LA2"]);
        let RegisterItem::Package(nameless) = &items[1] else { panic!("{items:?}") };
        assert_eq!((&nameless.vnr, nameless.sold), (&None, None), "special permits and packages of long ago");
        let RegisterItem::Product(product) = &items[2] else { panic!("{items:?}") };
        assert_eq!((product.name.as_str(), product.atc.as_deref()), ("KEKSITTY", Some("N02AJ06")));
        assert_eq!((product.group.as_deref(), product.human), (Some("0029"), true));
        let names: Vec<&str> = items[3..]
            .iter()
            .map(|item| match item {
                RegisterItem::Substance(substance) => substance.name.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["Codeini phosphas", "Paracetamolum"], "an attribute or a text");
    }

    #[test]
    fn what_is_wrong_in_the_register_is_said_with_its_line() {
        for (good, bad, code) in [
            ("600000</VNR", "60000</VNR", "import-vnr"),
            ("<Kaupan>1", "<Kaupan>kyllä", "import-value"),
            (" Laakevalmiste-ref=\"REL1\"><VNR-numero/>", "><VNR-numero/>", "import-missing"),
            ("<Kauppanimi>KEKSITTY</Kauppanimi>", "", "import-missing"),
            ("<HUM>1", "<HUM>", "import-value"),
            ("</Perusrekisteri>", "", "import-xml"),
        ] {
            let error = items(&SOUND.replace(good, bad)).unwrap_err();
            assert_eq!(error.code(), code, "{bad}: {error}");
        }
        let none = SOUND.replace("Pakkaus ", "Kollo ").replace("</Pakkaus>", "</Kollo>");
        assert!(matches!(items(&none), Err(ReadError::Empty(File::Register))));
    }
}
