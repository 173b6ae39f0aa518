//! The product of a prescription or a dispensation, which both write in the same places.

use prescription::{Code, Product, ProductKind, Vnr};

use super::values::coded;
use crate::fields::{ATC, VNR};
use crate::tree::Node;

/// What the observations of the supply say of a product.
#[derive(Default)]
pub(super) struct Stated {
    pub(super) kind: Option<ProductKind>,
    pub(super) form: Option<String>,
    pub(super) container: Option<String>,
    pub(super) compounded: bool,
}

/// Reads the product of a `substanceAdministration` and the `supply` in it.
pub(super) fn read(administration: Node<'_>, supply: Node<'_>, stated: Stated) -> Product {
    let drug = supply.path(&["product", "manufacturedProduct"]).and_then(drug);
    let substance = administration.path(&["consumable", "manufacturedProduct"]).and_then(drug_or_material);
    let package = drug.and_then(|d| d.child("code"));
    let classified = substance.and_then(|s| s.child("code"));
    let atc = classified.filter(|c| is_of(*c, ATC.oid)).and_then(coded);
    let strength = administration.path(&["doseQuantity", "translation", "originalText"]).and_then(Node::text);
    let kind = stated.kind.unwrap_or_else(|| old_kind(package, stated.compounded));
    Product {
        name: name(package, drug, substance, atc.as_ref()).unwrap_or_else(|| kind.name().to_owned()),
        kind,
        strength,
        form: stated.form,
        vnr: package.filter(|c| is_of(*c, VNR.oid)).and_then(|c| c.attr("code")).and_then(|c| Vnr::parse(c).ok()),
        holder: supply
            .children("participant")
            .filter(|p| p.attr("typeCode") == Some("HLD"))
            .filter_map(|p| p.child("participantRole"))
            .filter(|role| role.attr("classCode") == Some("OWN"))
            .find_map(|role| role.path(&["playingEntity", "name"]).and_then(Node::text)),
        container: stated.container,
        database_version: [package, classified]
            .into_iter()
            .flatten()
            .find_map(|code| code.attr("codeSystemVersion"))
            .map(str::to_owned),
        atc,
    }
}

/// Whether a code is of that code set; old documents add a year to its OID.
pub(super) fn is_of(code: Node<'_>, set: &str) -> bool {
    let system = code.attr("codeSystem").unwrap_or_default();
    system == set || system.strip_prefix(set).is_some_and(|rest| rest.starts_with('.'))
}

fn drug(product: Node<'_>) -> Option<Node<'_>> {
    product.child("manufacturedLabeledDrug")
}

pub(super) fn drug_or_material(product: Node<'_>) -> Option<Node<'_>> {
    drug(product).or_else(|| product.child("manufacturedMaterial"))
}

/// The name: of the package, or as it was written by hand, or of the substance. A medicine that is compounded after a
/// free text may have none of them.
fn name(
    package: Option<Node<'_>>,
    drug: Option<Node<'_>>,
    substance: Option<Node<'_>>,
    atc: Option<&Code>,
) -> Option<String> {
    let coded = package.filter(|c| c.attr("code").is_some()).and_then(|c| c.attr("displayName")).map(str::to_owned);
    let written = |node: Option<Node<'_>>| node.and_then(|n| n.child("name")).and_then(Node::text);
    coded.or_else(|| written(drug)).or_else(|| written(substance)).or_else(|| atc.and_then(|a| a.name.clone()))
}

/// The kind before field 164 came (definitions before 2015): compounded, or by qualifier 94 of the package code.
pub(super) fn old_kind(package: Option<Node<'_>>, compounded: bool) -> ProductKind {
    if compounded {
        return ProductKind::Compounded;
    }
    let qualifiers = package.map(|p| p.descendants("qualifier")).unwrap_or_default();
    let old = qualifiers.into_iter().find(|q| q.child("name").and_then(|n| n.attr("code")) == Some("94"));
    match old.and_then(|q| q.child("value")).and_then(|v| v.attr("code")) {
        Some("1") => ProductKind::Authorised,
        Some("3") => ProductKind::ClinicalNutrient,
        Some("4") => ProductKind::TemporarySpecialPermit,
        other => ProductKind::Unknown(other.unwrap_or_default().to_owned()),
    }
}
