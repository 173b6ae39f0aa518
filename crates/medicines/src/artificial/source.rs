//! The rows of Fimea that the artificial database begins with; fixtures/medicines/fimea/SOURCE.md names the source.

const ATC: &str = include_str!("../../../../fixtures/medicines/fimea/atc.txt");
const SUBSTITUTABLE: &str = include_str!("../../../../fixtures/medicines/fimea/substitutable.txt");

/// An ATC code with its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtcRow {
    pub(super) code: &'static str,
    pub(super) fi: &'static str,
    pub(super) sv: &'static str,
    /// Defined daily doses, parted by "; ".
    pub(super) ddd: &'static str,
}

/// ATC codes, in their order.
pub(super) fn atc() -> Vec<AtcRow> {
    let rows = ATC.lines().skip(1).map(|line| {
        let mut fields = line.split('|');
        let mut next = || fields.next().unwrap_or_default();
        AtcRow { code: next(), fi: next(), sv: next(), ddd: next() }
    });
    rows.collect()
}

/// A package of the substitution list.
#[derive(Debug, Clone, Copy)]
pub(super) struct RealRow {
    pub(super) group: &'static str,
    pub(super) vnr: &'static str,
    pub(super) size: &'static str,
    pub(super) status: &'static str,
    pub(super) name: &'static str,
    pub(super) strength: &'static str,
    pub(super) form: &'static str,
    pub(super) holder: &'static str,
    pub(super) atc: &'static str,
    pub(super) documentation: &'static str,
}

/// Packages of the substitution list.
pub(super) fn real() -> Vec<RealRow> {
    let rows = SUBSTITUTABLE.lines().skip(1).map(|line| {
        let mut fields = line.split(';');
        let mut next = || fields.next().unwrap_or_default();
        let (group, vnr, size, status, name, strength) = (next(), next(), next(), next(), next(), next());
        let (form, holder, atc, _sold, documentation) = (next(), next(), next(), next(), next());
        RealRow { group, vnr, size, status, name, strength, form, holder, atc, documentation }
    });
    rows.collect()
}
