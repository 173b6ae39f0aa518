//! The words of hand-overs in an outage.

use prescription::outage::Basis;
use prescription::rules::{Text, text};

pub(super) const IDENTIFIED: Text = text("Tunnistus", "Identifiering", "Identification");
pub(super) const BASIS: Text = text("Peruste", "Grund", "Basis");
pub(super) const IDENTIFIER: Text =
    text("Lääkemääräyksen tunniste", "Receptets beteckning", "Identifier of the prescription");
pub(super) const READ: Text = text("Luettu", "Läst", "Read");
pub(super) const PRESCRIBER: Text = text("Lääkkeen määrääjä", "Förskrivare", "Prescriber");
pub(super) const NEED: Text = text("Tarve", "Behov", "Need");
pub(super) const IMMEDIATE: Text = text("välitön", "omedelbart", "immediate");
pub(super) const NOT_IMMEDIATE: Text = text("ei välitön", "inte omedelbart", "not immediate");
pub(super) const REASON: Text = text("Syy", "Orsak", "Reason");
pub(super) const NOT_LOOKED_FOR: Text = text(
    "ei henkilötunnusta eikä tunnistetta",
    "varken personbeteckning eller receptbeteckning",
    "neither identity code nor identifier",
);

/// A basis, as lists and forms name it.
pub(super) fn basis(basis: Basis) -> &'static Text {
    const INSTRUCTION: Text = text("Potilasohje", "Patientanvisning", "Patient instruction");
    const SUMMARY: Text = text("Yhteenveto resepteistä", "Sammanställning av recept", "Summary of prescriptions");
    const OLD_LABEL: Text =
        text("Entinen pakkaus tai etiketti", "Tidigare förpackning eller etikett", "Earlier package or label");
    const TELEPHONE: Text = text("Puhelinresepti", "Telefonrecept", "Telephone prescription");
    const PAPER: Text = text("Paperiresepti", "Pappersrecept", "Paper prescription");
    const NOTHING: Text = text("Ei mitään näistä", "Inget av dessa", "None of these");
    match basis {
        Basis::Instruction => &INSTRUCTION,
        Basis::Summary => &SUMMARY,
        Basis::OldLabel => &OLD_LABEL,
        Basis::Telephone => &TELEPHONE,
        Basis::Paper => &PAPER,
        Basis::Nothing => &NOTHING,
    }
}
