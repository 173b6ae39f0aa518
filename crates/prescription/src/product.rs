//! What was prescribed (määrätty valmiste), by its kind (field 164) with what that kind must have: an authorised medicine
//! its package number, one by active substance its substance, a compounded one its recipe.
use serde::{Deserialize, Serialize};

use crate::amount::kept_by_parts;
use crate::{Code, PositiveAmount, Product, ProductKind, Vnr};

/// What was prescribed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrescribedProduct {
    /// What it is, by its kind.
    pub item: Item,
    /// "10 mg".
    pub strength: Option<String>,
    /// "tabletti", field 24.
    pub form: Option<String>,
    /// Marketing authorisation holder.
    pub holder: Option<String>,
    /// Container (säilytysastia), field 128.
    pub container: Option<Container>,
    /// More about product and package, field 127: "Babyhaler".
    pub note: Option<String>,
    /// Edition of the Pharmaceutical Database, `2026.022`.
    pub database_version: Option<String>,
}

/// A container by name; some programs add a code of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// "läpipainopakkaus".
    pub name: String,
    /// "095", of a code set that is not named.
    pub code: Option<String>,
}

/// A product by its kind (Valmisteen laji), 1.2.246.537.6.604.2014.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// Kind 1: a medicine with a marketing authorisation, prescribed by its trade name and package number.
    Authorised {
        /// Its package number.
        vnr: Vnr,
        /// Its trade name.
        name: String,
        /// Its ATC code.
        atc: Option<Code>,
        /// Its active substances (field 4).
        substances: Vec<Substance>,
    },
    /// Kinds 2, 3, 4, 6, 10 and 11: a product by its name.
    Named {
        /// Which of those kinds.
        kind: NamedKind,
        /// Its name.
        name: String,
        /// Its package number, where it has one.
        vnr: Option<Vnr>,
        /// Its ATC code.
        atc: Option<Code>,
        /// Its active substances (field 4).
        substances: Vec<Substance>,
    },
    /// Kind 9: a medicine by its active substance; the pharmacy picks the product.
    BySubstance {
        /// ATC code and name of the substance.
        atc: Code,
        /// Its active substances (field 4).
        substances: Vec<Substance>,
    },
    /// Kind 7: a medicine that the pharmacy makes (ex tempore).
    Compounded {
        /// What the prescriber calls it, where it has a name.
        name: Option<String>,
        /// How it is made.
        recipe: Recipe,
    },
    /// A kind that this program does not know, or one that lacks what its kind must have: it hinders (UK-1).
    Unknown {
        /// The code of the kind as it stood; empty where there was none.
        code: String,
        /// Its name, where it has one.
        name: Option<String>,
        /// Its package number, where it has one.
        vnr: Option<Vnr>,
        /// Its ATC code.
        atc: Option<Code>,
        /// Its active substances (field 4).
        substances: Vec<Substance>,
    },
}

/// A kind of product that is prescribed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NamedKind {
    /// 2, Lääketietokannan perusvoide.
    BasicCream,
    /// 3, kliininen ravintovalmiste.
    ClinicalNutrient,
    /// 4, määräaikainen erityislupavalmiste.
    TemporarySpecialPermit,
    /// 6, Lääketietokannan ulkopuolinen valmiste.
    OutsideDatabase,
    /// 10, hoitotarvike.
    CareSupply,
    /// 11, potilaskohtainen erityislupavalmiste.
    PatientSpecialPermit,
}

impl NamedKind {
    /// Every one of them.
    pub const ALL: [Self; 6] = [
        Self::BasicCream,
        Self::ClinicalNutrient,
        Self::TemporarySpecialPermit,
        Self::OutsideDatabase,
        Self::CareSupply,
        Self::PatientSpecialPermit,
    ];

    /// The kind in the whole code set.
    pub fn kind(self) -> ProductKind {
        match self {
            Self::BasicCream => ProductKind::BasicCream,
            Self::ClinicalNutrient => ProductKind::ClinicalNutrient,
            Self::TemporarySpecialPermit => ProductKind::TemporarySpecialPermit,
            Self::OutsideDatabase => ProductKind::OutsideDatabase,
            Self::CareSupply => ProductKind::CareSupply,
            Self::PatientSpecialPermit => ProductKind::PatientSpecialPermit,
        }
    }
}

/// How a compounded medicine is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Recipe {
    /// Ingredients with their amounts, and what is done with them. Each ingredient has a code or only a name.
    Ingredients(Ingredients),
    /// All of it in words.
    Text(String),
}

/// The ingredients of a recipe, of which there is at least one; made by [`Recipe::new`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "IngredientParts", into = "IngredientParts")]
pub struct Ingredients {
    active: Vec<Ingredient>,
    other: Vec<Ingredient>,
    instruction: Option<String>,
}

/// Active ones, others, and the instruction.
type IngredientParts = (Vec<Ingredient>, Vec<Ingredient>, Option<String>);

kept_by_parts!(
    Ingredients,
    IngredientParts,
    |(active, other, instruction)| match Recipe::new(active, other, instruction) {
        Some(Recipe::Ingredients(ingredients)) => Some(ingredients),
        _ => None,
    },
    |kept| (kept.active, kept.other, kept.instruction)
);

impl Recipe {
    /// A recipe from what a prescription says, if that is a recipe: active (field 4) and other (field 10) ingredients with an
    /// instruction (valmistusohje, "M.f.ungt.d.s."), or else words alone.
    pub fn new(active: Vec<Ingredient>, other: Vec<Ingredient>, instruction: Option<String>) -> Option<Self> {
        if active.is_empty() && other.is_empty() {
            return instruction.filter(|words| !words.trim().is_empty()).map(Self::Text);
        }
        Some(Self::Ingredients(Ingredients { active, other, instruction }))
    }

    /// What is to be done, or all of the recipe in words.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Ingredients(ingredients) => ingredients.instruction.as_deref(),
            Self::Text(words) => Some(words),
        }
    }

    /// The active ingredients.
    pub fn active(&self) -> &[Ingredient] {
        match self {
            Self::Ingredients(ingredients) => &ingredients.active,
            Self::Text(_) => &[],
        }
    }

    /// The other ingredients.
    pub fn other(&self) -> &[Ingredient] {
        match self {
            Self::Ingredients(ingredients) => &ingredients.other,
            Self::Text(_) => &[],
        }
    }
}

/// A substance by name, and by ATC code where it is coded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Substance {
    /// "diatsepaami".
    pub name: String,
    /// ATC code with its name.
    pub code: Option<Code>,
}

impl Substance {
    /// A substance that has no code.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), code: None }
    }
}

/// An ingredient (ainesosa) of a compounded medicine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ingredient {
    /// What it is: a substance, or a factory-made product that is mixed in ("Ibaril 0,25 % emulsiovoide").
    pub substance: Substance,
    /// How much of it.
    pub amount: IngredientAmount,
}

/// How much of an ingredient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IngredientAmount {
    /// "3 mg".
    Exact(PositiveAmount),
    /// "ad 100 g", "q.s".
    Text(String),
    /// Nothing is said.
    Unstated,
}

impl PrescribedProduct {
    /// Its kind in the code set.
    pub fn kind(&self) -> ProductKind {
        match &self.item {
            Item::Authorised { .. } => ProductKind::Authorised,
            Item::Named { kind, .. } => kind.kind(),
            Item::BySubstance { .. } => ProductKind::ByActiveSubstance,
            Item::Compounded { .. } => ProductKind::Compounded,
            Item::Unknown { code, .. } => ProductKind::Unknown(code.clone()),
        }
    }

    /// Its name: the trade name, the substance's, or what the prescriber calls it. A compounded medicine without a name
    /// has that of its kind.
    pub fn name(&self) -> &str {
        let (name, atc, other) = match &self.item {
            Item::Authorised { name, .. } | Item::Named { name, .. } => return name,
            Item::BySubstance { atc, .. } => (None, Some(atc), ""),
            Item::Compounded { name, .. } => (name.as_deref(), None, ProductKind::Compounded.name()),
            Item::Unknown { name, atc, .. } => (name.as_deref(), atc.as_ref(), "?"),
        };
        name.or_else(|| atc.map(|atc| atc.name.as_deref().unwrap_or(&atc.code))).unwrap_or(other)
    }

    /// Its package number, where it has one.
    pub fn vnr(&self) -> Option<&Vnr> {
        match &self.item {
            Item::Authorised { vnr, .. } => Some(vnr),
            Item::Named { vnr, .. } | Item::Unknown { vnr, .. } => vnr.as_ref(),
            Item::BySubstance { .. } | Item::Compounded { .. } => None,
        }
    }

    /// Its ATC code, where it has one.
    pub fn atc(&self) -> Option<&Code> {
        match &self.item {
            Item::BySubstance { atc, .. } => Some(atc),
            Item::Authorised { atc, .. } | Item::Named { atc, .. } | Item::Unknown { atc, .. } => atc.as_ref(),
            Item::Compounded { .. } => None,
        }
    }

    /// Its active substances by name, in order.
    pub fn active_substances(&self) -> Vec<&str> {
        match &self.item {
            Item::Authorised { substances, .. }
            | Item::Named { substances, .. }
            | Item::BySubstance { substances, .. }
            | Item::Unknown { substances, .. } => substances.iter().map(|substance| substance.name.as_str()).collect(),
            Item::Compounded { recipe, .. } => {
                recipe.active().iter().map(|part| part.substance.name.as_str()).collect()
            }
        }
    }

    /// How it is made, if the pharmacy makes it.
    pub fn recipe(&self) -> Option<&Recipe> {
        if let Item::Compounded { recipe, .. } = &self.item { Some(recipe) } else { None }
    }

    /// The same as the product of a dispensation that gives exactly what was prescribed.
    pub fn as_dispensed(&self) -> Product {
        Product {
            kind: self.kind(),
            name: self.name().to_owned(),
            strength: self.strength.clone(),
            form: self.form.clone(),
            atc: self.atc().cloned(),
            vnr: self.vnr().cloned(),
            holder: self.holder.clone(),
            container: self.container.as_ref().map(|container| container.name.clone()),
            database_version: self.database_version.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ingredient(name: &str, amount: IngredientAmount) -> Ingredient {
        Ingredient { substance: Substance::named(name), amount }
    }

    #[test]
    fn a_compounded_medicine_has_ingredients_or_words() {
        assert_eq!(Recipe::new(vec![], vec![], None), None);
        assert_eq!(Recipe::new(vec![], vec![], Some("  ".into())), None);
        let words = "Hydrocortison 1 g Novalan ad 100 g M.f.ungt.d.s.";
        assert_eq!(Recipe::new(vec![], vec![], Some(words.into())), Some(Recipe::Text(words.into())));
        let exact = IngredientAmount::Exact(PositiveAmount::new(1, "g").unwrap());
        let active = vec![ingredient("Hydrokortisoni", exact)];
        let other = vec![ingredient("Novalan", IngredientAmount::Text("ad 100 g".into()))];
        let recipe = Recipe::new(active, other, Some("M.f.ungt.d.s.".into())).unwrap();
        assert_eq!((recipe.active().len(), recipe.other().len(), recipe.words()), (1, 1, Some("M.f.ungt.d.s.")));
        assert!(Ingredients::try_from((vec![], vec![], Some("M.d.s.".into()))).is_err(), "none is none when read back");
    }

    #[test]
    fn a_product_is_called_by_what_its_kind_is_known_by() {
        let called = |item: Item| {
            let product = PrescribedProduct { item, ..crate::rules::samples::iterated_diazepam().product };
            (product.kind().code().to_owned(), product.name().to_owned(), product.vnr().is_some())
        };
        let atc = Code { code: "N05BA01".into(), system: "1.2.246.537.6.32".into(), name: Some("Diatsepaami".into()) };
        let substances = vec![Substance::named("diatsepaami")];
        let by_substance = Item::BySubstance { atc: atc.clone(), substances };
        assert_eq!(called(by_substance), ("9".into(), "Diatsepaami".into(), false));
        let compounded = Item::Compounded { name: None, recipe: Recipe::Text("M.d.s.".into()) };
        assert_eq!(called(compounded), ("7".into(), "Apteekissa valmistettava lääke".into(), false));
        for kind in NamedKind::ALL {
            let item = Item::Named { kind, name: "Tuote".into(), vnr: None, atc: None, substances: vec![] };
            assert_eq!(called(item).1, "Tuote");
        }
    }
}
