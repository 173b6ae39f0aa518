//! What of a dispensation and its corrections no public source tells: configuration with a default, so that an answer of
//! Kela's changes data and not the program (docs/assumptions.md).

/// How dispensations, their corrections and cancellations are written where no public source says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispensationForm {
    /// Whether the header of a correction or cancellation names the prescription (`APND`) beside the version that it
    /// replaces (`RPLC`). By default it does, as a dispensation does; the body names both in any case.
    pub change_names_prescription: bool,
    /// Where the reason for a deviating dispensation (Medicines Act 57 f) stands. By default nowhere: one that has such a
    /// reason is then refused by name.
    pub deviation: Option<DeviationPlace>,
}

impl Default for DispensationForm {
    fn default() -> Self {
        Self { change_names_prescription: true, deviation: None }
    }
}

/// The place of the reason for a deviating dispensation: a field of an organizer, as every other fact has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationPlace {
    /// Field code in "Lääkityslista", 1.2.246.537.6.12.2002.126.
    pub field: String,
    /// The name that documents carry beside it.
    pub name: String,
    /// In which organizer.
    pub organizer: DispensationOrganizer,
}

/// The two organizers of a dispensation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispensationOrganizer {
    /// 100: product and package.
    Product,
    /// 104: other data.
    Other,
}
