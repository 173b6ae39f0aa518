//! Parts of a read document that this program does not understand, carried on into the one that replaces it
//! ("eteenpäin yhteensopivuus"). Each stands again in the element in which it stood, where the schema wants its kind.

use prescription::UnknownPart;

use super::xml::Xml;

/// The order of children in `substanceAdministration`, as far as a document of this family has them.
pub(super) const ADMINISTRATION: &[&str] = &[
    "id",
    "code",
    "text",
    "statusCode",
    "effectiveTime",
    "priorityCode",
    "repeatNumber",
    "routeCode",
    "approachSiteCode",
    "doseQuantity",
    "rateQuantity",
    "maxDoseQuantity",
    "administrationUnitCode",
    "subject",
    "specimen",
    "consumable",
    "performer",
    "author",
    "informant",
    "participant",
    "entryRelationship",
    "reference",
    "precondition",
];

/// The order of children in `supply`.
pub(super) const SUPPLY: &[&str] = &[
    "id",
    "code",
    "text",
    "statusCode",
    "effectiveTime",
    "priorityCode",
    "repeatNumber",
    "independentInd",
    "quantity",
    "expectedUseTime",
    "subject",
    "specimen",
    "product",
    "performer",
    "author",
    "informant",
    "participant",
    "entryRelationship",
    "reference",
    "precondition",
];

/// The order of children in `act`.
pub(super) const ACT: &[&str] = &[
    "id",
    "code",
    "text",
    "statusCode",
    "effectiveTime",
    "priorityCode",
    "languageCode",
    "subject",
    "specimen",
    "performer",
    "author",
    "informant",
    "participant",
    "entryRelationship",
    "reference",
    "precondition",
];

/// The order of children in `organizer` and `section` that may be carried: all are of one kind.
pub(super) const ALIKE: &[&str] = &["component", "entry"];

/// The parts of one element that wait to be written.
pub(super) struct Carried<'a> {
    order: &'static [&'static str],
    parts: std::iter::Peekable<std::vec::IntoIter<(usize, &'a str)>>,
}

impl<'a> Carried<'a> {
    /// The parts that stood in the element named by `container`: the place of a part without its last step.
    pub(super) fn of(unknown: &'a [UnknownPart], container: &str, order: &'static [&'static str]) -> Self {
        let inside = unknown.iter().filter(|part| container_of(&part.place) == container);
        let xml = inside.filter_map(|part| part.xml.as_deref());
        let mut parts: Vec<(usize, &str)> = xml.map(|xml| (rank(order, element_name(xml)), xml)).collect();
        parts.sort_by_key(|(rank, _)| *rank);
        Self { order, parts: parts.into_iter().peekable() }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.len() == 0
    }

    /// Writes what belongs before the elements of that name.
    pub(super) fn before(&mut self, xml: &mut Xml, name: &str) {
        let limit = rank(self.order, name);
        while let Some((_, part)) = self.parts.next_if(|(rank, _)| *rank < limit) {
            xml.verbatim(part);
        }
    }

    /// Writes what is left.
    pub(super) fn rest(self, xml: &mut Xml) {
        self.parts.for_each(|(_, part)| xml.verbatim(part));
    }
}

/// Whether every part can be carried: it has its element, and stood in one of those containers.
pub(super) fn all_fit(unknown: &[UnknownPart], containers: &[&str]) -> bool {
    unknown.iter().all(|part| part.xml.is_some() && containers.contains(&container_of(&part.place)))
}

fn container_of(place: &str) -> &str {
    place.rsplit_once('/').map_or("", |(container, _)| container)
}

fn rank(order: &[&str], name: &str) -> usize {
    order.iter().position(|known| *known == name).unwrap_or(usize::MAX)
}

fn element_name(xml: &str) -> &str {
    let name = xml.trim_start_matches('<');
    name.split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default()
}
