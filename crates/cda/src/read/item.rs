//! What was prescribed by its kind (field 164): the names and codes around it, and the ingredients of organizers 4 and 10.
//! What a kind has no place for is kept beside it.

use prescription::{
    Code, Ingredient, IngredientAmount, Item, NamedKind, PositiveAmount, ProductKind, Recipe, Substance, Vnr,
};

use super::leftovers::Leftovers;
use super::prescribed::{ADMINISTRATION, SUPPLY, is_technical};
use super::product::{drug_or_material, is_of, old_kind};
use super::values::{amount, code, coded, truth};
use crate::ReadError;
use crate::fields::{ATC, VNR};
use crate::tree::Node;

/// The elements that say what the product is.
pub(super) struct Stated<'t> {
    pub(super) administration: Node<'t>,
    pub(super) supply: Node<'t>,
    /// Organizer 4.
    pub(super) active: Option<Node<'t>>,
    /// Organizer 10.
    pub(super) other: Option<Node<'t>>,
    /// The entry relationship of field 164.
    pub(super) kind: Option<Node<'t>>,
    /// That of field 124.
    pub(super) compounded: Option<Node<'t>>,
}

/// Reads the product of its kind.
pub(super) fn read(stated: &Stated<'_>, left: &mut Leftovers) -> Result<Item, ReadError> {
    let names = Names::of(stated)?;
    let kind = kind(stated, &names, left);
    let compounded = kind == ProductKind::Compounded;
    let active = ingredients(stated.active, "4", compounded, left);
    let other = ingredients(stated.other, "10", compounded, left);
    names.leave_odd(&kind, left);
    let text = stated.administration.only("text")?;
    let words = text.and_then(Node::text);
    let recipe = if compounded { Recipe::new(active.clone(), other, words) } else { None };
    if let (Some(text), false) = (text, compounded) {
        left.add(ADMINISTRATION, text);
    }
    let Names { name, vnr, atc, .. } = names;
    let substances: Vec<Substance> = active.into_iter().map(|ingredient| ingredient.substance).collect();
    let named = NamedKind::ALL.into_iter().find(|named| named.kind() == kind);
    Ok(match (recipe, named, kind, name, vnr, atc) {
        (Some(recipe), _, _, name, _, _) => Item::Compounded { name, recipe },
        (_, Some(kind), _, Some(name), vnr, atc) => Item::Named { kind, name, vnr, atc, substances },
        (_, _, ProductKind::Authorised, Some(name), Some(vnr), atc) => Item::Authorised { vnr, name, atc, substances },
        (_, _, ProductKind::ByActiveSubstance, _, _, Some(atc)) => Item::BySubstance { atc, substances },
        (_, _, kind, name, vnr, atc) => Item::Unknown { code: kind.code().to_owned(), name, vnr, atc, substances },
    })
}

/// The kind as field 164 states it, else as documents before it did. A mark of compounding that says otherwise is odd.
fn kind(stated: &Stated<'_>, names: &Names<'_>, left: &mut Leftovers) -> ProductKind {
    let observation = |element: Option<Node<'_>>| {
        element.and_then(|e| e.child("observation")).map(|o| (code(o).map(ProductKind::from), truth(o)))
    };
    let (kind, _) = observation(stated.kind).unwrap_or_default();
    let (_, compounded) = observation(stated.compounded).unwrap_or_default();
    let package = names.package.and_then(|p| p.child("code"));
    let kind = kind.unwrap_or_else(|| old_kind(package, compounded == Some(true)));
    if let Some(element) = stated.compounded.filter(|_| compounded != Some(kind == ProductKind::Compounded)) {
        left.add(SUPPLY, element);
    }
    kind
}

/// The names and codes of a product: of its package in the supply, and of its substance in the administration.
struct Names<'t> {
    product: Option<Node<'t>>,
    consumable: Option<Node<'t>>,
    package: Option<Node<'t>>,
    substance: Option<Node<'t>>,
    /// The first of: coded trade name, written name of the package, written name of the substance.
    name: Option<String>,
    vnr: Option<Vnr>,
    atc: Option<Code>,
}

impl<'t> Names<'t> {
    fn of(stated: &Stated<'t>) -> Result<Self, ReadError> {
        let (product, consumable) = (stated.supply.only("product")?, stated.administration.only("consumable")?);
        let drug = |around: Option<Node<'t>>| around?.child("manufacturedProduct").and_then(drug_or_material);
        let (package, substance) = (drug(product), drug(consumable));
        let number = package.and_then(stated_code);
        let name = number.and_then(|c| c.attr("displayName")).map(str::to_owned);
        Ok(Self {
            name: name.or_else(|| written(package)).or_else(|| written(substance)),
            vnr: number.filter(|c| is_of(*c, VNR.oid)).and_then(|c| Vnr::parse(c.attr("code")?).ok()),
            atc: substance.and_then(stated_code).filter(|c| is_of(*c, ATC.oid)).and_then(coded),
            product,
            consumable,
            package,
            substance,
        })
    }

    /// Keeps the elements of which something has no place: a code of another set, a second name, a package of what the
    /// pharmacy picks or makes itself.
    fn leave_odd(&self, kind: &ProductKind, left: &mut Leftovers) {
        let compounded = *kind == ProductKind::Compounded;
        let by_substance = *kind == ProductKind::ByActiveSubstance && self.atc.is_some();
        let differs = |node: Option<Node<'_>>| {
            let other = written(node);
            other.is_some() && (by_substance || other != self.name)
        };
        let has_code = |node: Option<Node<'_>>| node.and_then(stated_code).is_some();
        let odd_number = has_code(self.package) && (self.vnr.is_none() || compounded || by_substance);
        if let Some(product) = self.product.filter(|_| odd_number || differs(self.package)) {
            left.add(SUPPLY, product);
        }
        let odd_class = has_code(self.substance) && (self.atc.is_none() || compounded);
        if let Some(consumable) = self.consumable.filter(|_| odd_class || differs(self.substance)) {
            left.add(ADMINISTRATION, consumable);
        }
    }
}

fn written(drug: Option<Node<'_>>) -> Option<String> {
    drug?.child("name").and_then(Node::text)
}

/// The code of a drug, if it says one: one vendor writes a null flavour as a code.
fn stated_code(drug: Node<'_>) -> Option<Node<'_>> {
    drug.child("code").filter(|c| c.attr("code").is_some_and(|code| code != "NI"))
}

/// The ingredients of an organizer. Only a compounded medicine has amounts of them, and others than active ones.
fn ingredients(
    organizer: Option<Node<'_>>,
    container: &str,
    compounded: bool,
    left: &mut Leftovers,
) -> Vec<Ingredient> {
    let mut found = Vec::new();
    for component in organizer.into_iter().flat_map(Node::elements).filter(|e| !is_technical(*e)) {
        let act = component.child("substanceAdministration").filter(|_| component.name() == "component");
        match act.and_then(ingredient) {
            Some(read) if compounded || (container == "4" && read.amount == IngredientAmount::Unstated) => {
                found.push(read);
            }
            _ => left.add(container, component),
        }
    }
    found
}

fn ingredient(act: Node<'_>) -> Option<Ingredient> {
    let drug = act.path(&["consumable", "manufacturedProduct"]).and_then(drug_or_material)?;
    let code = stated_code(drug);
    if code.is_some_and(|c| !is_of(c, ATC.oid)) {
        return None;
    }
    let code: Option<Code> = code.and_then(coded);
    let name = drug.child("name").and_then(Node::text).or_else(|| code.as_ref()?.name.clone())?;
    let amount = match act.child("doseQuantity") {
        None => IngredientAmount::Unstated,
        Some(dose) => match (dose.child("center"), dose.path(&["translation", "originalText"]).and_then(Node::text)) {
            (Some(center), None) => IngredientAmount::Exact(PositiveAmount::of(amount(center)?)?),
            (None, Some(text)) => IngredientAmount::Text(text),
            (None, None) if dose.elements().next().is_none() => IngredientAmount::Unstated,
            _ => return None,
        },
    };
    let other = act.elements().any(|e| !matches!(e.name(), "doseQuantity" | "consumable") && !is_technical(e));
    (!other).then_some(Ingredient { substance: Substance { name, code }, amount })
}
