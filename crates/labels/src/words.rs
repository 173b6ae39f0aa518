//! The label's own words in three languages. Those of the warnings are recalled (docs/assumptions.md).

use prescription::rules::Text;

macro_rules! words {
    ($($name:ident $fi:literal $sv:literal $en:literal)*) => {
        $(pub(crate) const $name: Text = Text { fi: $fi, sv: $sv, en: $en };)*
        #[cfg(test)]
        const ALL: &[&Text] = &[$(&$name),*];
    };
}

words! {
    EXCHANGED "Lääke on vaihdettu. Määrätty:" "Läkemedlet har bytts ut. Ordinerat:" "The medicine was exchanged. Prescribed:"
    DISPENSED "Toimitettu:" "Expedierat:" "Dispensed:"
    PACKAGE "pakkaus" "förpackning" "package"
    PURPOSE "Käyttötarkoitus:" "Användning:" "For:"
    DURATION "Hoidon kesto:" "Behandlingens längd:" "Duration:"
    TRANSLATED "Käännös. Määrätty:" "Översättning. Ordinerat:" "A translation. Prescribed:"
    NOTHING_LEFT "Reseptiä ei ole jäljellä." "Inget kvar på receptet." "Nothing is left on the prescription."
    PRESCRIBER "Määrääjä:" "Förskrivare:" "Prescriber:"
    MAKER "Myyntiluvan haltija:" "Innehavare av försäljningstillstånd:" "Marketing authorisation holder:"
    BATCH "Erä" "Sats" "Batch"
    EXPIRY "Käytettävä viimeistään" "Används senast" "Use by"
    COMPOSITION "Koostumus:" "Sammansättning:" "Composition:"
    PREPARED "Valmistettu" "Tillverkat" "Prepared"
    REPRINT "Uusintatuloste" "Ny utskrift" "Printed again"
    CONTINUES "jatkuu" "fortsätter" "continues"
    DRIVING "Voi heikentää kykyä ajaa tai käyttää koneita." "Kan försämra förmågan att köra eller använda maskiner." "May impair the ability to drive or use machines."
    ALCOHOL "Ei alkoholia hoidon aikana." "Ingen alkohol under behandlingen." "No alcohol during the treatment."
    EXTERNAL "Vain ulkoiseen käyttöön." "Endast för utvärtes bruk." "For external use only."
    REFRIGERATE "Säilytä jääkaapissa (2–8 °C)." "Förvaras i kylskåp (2–8 °C)." "Store in a refrigerator (2–8 °C)."
    CHILDREN "Ei lasten ulottuville." "Förvaras utom räckhåll för barn." "Keep out of the reach of children."
    USE_UNTIL "Avattuna käytettävä viimeistään" "Öppnad används senast" "Once opened, use by"
}

#[cfg(test)]
mod tests {
    use super::*;
    use prescription::rules::Language;

    #[test]
    fn no_word_is_missing_in_a_language() {
        for word in ALL {
            for language in [Language::Fi, Language::Sv, Language::En] {
                assert!(!word.in_language(language).is_empty());
            }
        }
    }
}
