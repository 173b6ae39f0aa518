//! What a late dispensation conflicts with, as a person is told: one sentence of what happened meanwhile, and what to do.
//! The medicine has been handed over and the Centre has the record of it; nothing here is undone.

use prescription::Conflict;
use prescription::rules::{Text, text};

const CALL: Text = text(
    "Ota yhteys lääkkeen määrääjään ja kirjaa, mitä sovittiin.",
    "Kontakta förskrivaren och anteckna vad som avtalades.",
    "Contact the prescriber and note what was agreed.",
);
const CALL_PHARMACY: Text = text(
    "Ota yhteys toiseen apteekkiin ja kirjaa, mitä selvisi.",
    "Kontakta det andra apoteket och anteckna vad som framkom.",
    "Contact the other pharmacy and note what was found.",
);
const MANAGER: Text = text(
    "Kerro apteekkarille ja kirjaa, mitä tehtiin.",
    "Meddela apotekaren och anteckna vad som gjordes.",
    "Tell the manager and note what was done.",
);
const COMPARE: Text = text(
    "Vertaa uutta versiota toimitettuun ja kirjaa, mitä tehtiin.",
    "Jämför den nya versionen med det expedierade och anteckna vad som gjordes.",
    "Compare the new version with what was dispensed and note what was done.",
);

/// The sentence and the advice of a conflict; cases a–g and i of prescriptions notes, section 4. Case h, a denial of consent,
/// hinders fetching and never storing: there is nothing to settle, and nothing may hint at what is withheld.
pub(crate) fn told(conflict: Conflict) -> (&'static Text, &'static Text) {
    match conflict {
        Conflict::Cancelled => (&CANCELLED, &CALL),
        Conflict::FullyDispensed => (&FULLY_DISPENSED, &CALL_PHARMACY),
        Conflict::LessRemained => (&LESS_REMAINED, &CALL),
        Conflict::Locked => (&LOCKED, &CALL_PHARMACY),
        Conflict::Reserved => (&RESERVED, &CALL_PHARMACY),
        Conflict::Expired => (&EXPIRED, &CALL),
        Conflict::NewerVersion => (&NEWER_VERSION, &COMPARE),
        Conflict::RightEnded => (&RIGHT_ENDED, &MANAGER),
    }
}

const CANCELLED: Text = text(
    "Lääkemääräys oli sillä välin mitätöity.",
    "Receptet hade under tiden makulerats.",
    "The prescription had meanwhile been cancelled.",
);
const FULLY_DISPENSED: Text = text(
    "Lääkemääräys oli sillä välin toimitettu kokonaan muualla.",
    "Receptet hade under tiden expedierats helt på annat håll.",
    "The prescription had meanwhile been fully dispensed elsewhere.",
);
const LESS_REMAINED: Text = text(
    "Jäljellä oli vähemmän kuin annettiin, tai toimitusväli ei ollut kulunut.",
    "Det återstod mindre än vad som gavs, eller så hade intervallet inte gått.",
    "Less remained than was given, or the interval had not passed.",
);
const LOCKED: Text = text(
    "Lääkemääräys oli sillä välin lukittu.",
    "Receptet hade under tiden låsts.",
    "The prescription had meanwhile been locked.",
);
const RESERVED: Text = text(
    "Lääkemääräys oli sillä välin varattu toiseen apteekkiin tai sen käsittelyssä.",
    "Receptet hade under tiden reserverats av ett annat apotek eller behandlades där.",
    "The prescription had meanwhile been reserved by another pharmacy, or was in hand there.",
);
const EXPIRED: Text =
    text("Lääkemääräys oli vanhentunut.", "Receptet hade föråldrats.", "The prescription had expired.");
const NEWER_VERSION: Text = text(
    "Lääkemääräyksestä oli tehty uudempi versio.",
    "Det fanns en nyare version av receptet.",
    "There was a newer version of the prescription.",
);
const RIGHT_ENDED: Text = text(
    "Allekirjoittajan ammattioikeus tai varmenne oli päättynyt allekirjoituksen jälkeen.",
    "Undertecknarens yrkesrätt eller certifikat hade upphört efter undertecknandet.",
    "The signer's professional right or certificate had ended after the signing.",
);

#[cfg(test)]
mod tests {
    use prescription::rules::Language;

    use super::*;

    #[test]
    fn each_conflict_has_a_sentence_of_its_own_and_a_next_thing_in_three_languages() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let mut seen = std::collections::BTreeSet::new();
            for (conflict, letter, _) in Conflict::ALL {
                let (sentence, advice) = told(conflict);
                assert!(sentence.in_language(language).ends_with('.') && advice.in_language(language).ends_with('.'));
                assert!(seen.insert(sentence.in_language(language)), "{letter}");
            }
        }
    }
}
