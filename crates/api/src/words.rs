//! The words that views carry beside sentences, in three languages, and how numbers, days and money are written.

use chrono::{NaiveDate, NaiveDateTime};
use prescription::rules::{Language, Text};
use rust_decimal::Decimal;

use crate::Link;

macro_rules! words {
    ($($name:ident $fi:literal $sv:literal $en:literal)*) => {
        $(pub(crate) const $name: Text = Text { fi: $fi, sv: $sv, en: $en };)*
        #[cfg(test)]
        const ALL: &[&Text] = &[$(&$name),*];
    };
}

words! {
    PRESCRIBED "Määrätty" "Ordinerat" "Prescribed"
    LAST "Viimeksi" "Senast" "Last"
    EARLIEST "Aikaisintaan" "Tidigast" "Earliest"
    NOW "Nyt" "Nu" "Now"
    LEFT "Jäljellä" "Kvar" "Left"
    VALID "Voimassa" "Giltigt" "Valid"
    UNTIL "asti" "till" "until"
    SUBSTITUTION "Vaihto" "Utbyte" "Substitution"
    ALLOWED "sallittu" "tillåtet" "allowed"
    PROHIBITED "kielletty" "förbjudet" "prohibited"
    NEVER_DISPENSED "ei toimitettu" "inte expedierat" "not dispensed"
    TODAY "tänään" "i dag" "today"
    ITERATION "iter" "iter" "iter"
    INTERVAL "väli" "intervall" "interval"
    DAYS "pv" "d" "d"
    YEARS "v" "år" "y"
    MALE "mies" "man" "male"
    FEMALE "nainen" "kvinna" "female"
    SELF "Asioi itse" "Själv" "In person"
    OTHER "Asioi toisen puolesta" "För någon annan" "For someone else"
    AS_GUARDIAN "Asioi huoltajana" "Som vårdnadshavare" "As a guardian"
    WITH_INSTRUCTION "Asioi potilasohjeella" "Med patientanvisning" "With the instruction"
    WITH_KELA_CARD "Asioi toisen Kela-kortilla" "Med annans FPA-kort" "With another's Kela card"
    AUTHORISED "Asioi valtuutettuna" "Befullmäktigad" "Authorised"
    NOT_TO_GUARDIAN "Huoltajalle ei näytetä mitään: reseptejä ei ole, tai niiden tietoja ei saa antaa huoltajalle. Alaikäinen voi asioida itse." "Ingenting visas för vårdnadshavaren: det finns inga recept, eller så får uppgifterna inte lämnas ut till vårdnadshavaren. Den minderåriga kan själv uträtta ärendet." "Nothing is shown to a guardian: there are no prescriptions, or they may not be told to one. The minor can come in person."
    NOT_TO_OTHER "Toisen puolesta asioivalle ei näytetä mitään: reseptejä ei ole, tai niiden tietoja ei saa antaa." "Ingenting visas för den som uträttar ärendet: det finns inga recept, eller så får uppgifterna inte lämnas ut." "Nothing is shown to whoever acts for another: there are no prescriptions, or they may not be told."
    REASON_DISPENSING "Syy: toimitus" "Orsak: expediering" "Reason: dispensing"
    BY_CARD "henkilökortti" "identitetskort" "identity card"
    BY_LICENCE "ajokortti" "körkort" "driving licence"
    BY_PASSPORT "passi" "pass" "passport"
    BY_KELA "Kela-kortti" "FPA-kort" "Kela card"
    BY_INSTRUCTION "potilasohje" "patientanvisning" "patient instruction"
    BY_KNOWN "tunnettu" "känd" "known"
    NOBODY_FOUND "Ei lääkemääräyksiä" "Inga recept" "No prescriptions"
    EXPIRED "vanhentunut" "föråldrat" "expired"
    CANCELLED "mitätöity" "makulerat" "cancelled"
    FULLY "kokonaan toimitettu" "fullständigt expedierat" "fully dispensed"
    LOCKED "lukittu" "låst" "locked"
    RESERVED "varattu toisaalla" "reserverat annanstans" "reserved elsewhere"
    HELD "toimitettavana muualla" "expedieras annanstans" "being dispensed elsewhere"
    WITH_REASON "vain perustellen" "endast med motivering" "only with a reason"
    UNSIGNED "ei allekirjoitettu" "osignerat" "not signed"
    BROKEN "allekirjoitus ei pidä" "signaturen håller inte" "signature does not hold"
    NOTHING "ei toimitettavaa" "inget att expediera" "nothing to dispense"
    NARCOTIC "huume" "narkotika" "narcotic"
    PKV "PKV" "PKV" "PKV"
    PART_PACKAGE "osapakkaus" "delförpackning" "part package"
    SUBSTITUTED "vaihdettu" "utbytt" "substituted"
    PART_SUBSTANCE "Vaikuttava aine" "Aktiv substans" "Substance"
    PART_STRENGTH "Vahvuus" "Styrka" "Strength"
    PART_FORM "Lääkemuoto" "Läkemedelsform" "Form"
    PART_NAME "Valmiste" "Produkt" "Product"
    PART_SIZE "Pakkauskoko" "Förpackningsstorlek" "Package size"
    PART_HOLDER "Haltija" "Innehavare" "Holder"
    PART_NUMBER "VNR" "VNR" "VNR"
    SIGNED_BY "Allekirjoittaja" "Undertecknare" "Signed by"
    SYSTEM_SIGNATURE "Reseptikeskus" "Receptcentret" "Prescription Centre"
    HOLDS "eheä" "intakt" "intact"
    OLD_SHA1 "vanha SHA-1" "gammal SHA-1" "old SHA-1"
    SAVED "Tallennettu" "Sparad" "Saved"
    SENT_TO_CENTRE "Reseptikeskus otti vastaan" "Receptcentret tog emot" "The Centre accepted it"
    IN_CONFLICT "Reseptikeskus otti vastaan, ristiriidassa" "Receptcentret tog emot, i konflikt" "The Centre accepted it in conflict"
    CENTRE_REFUSED "Reseptikeskus hylkäsi" "Receptcentret avvisade" "The Centre refused it"
    SENT_AGAIN "Lähetettiin uudelleen" "Sändes på nytt" "Sent again"
    SETTLED "Selvitetty" "Utredd" "Settled"
    ATTEMPT "Lähetysyritys ei onnistunut" "Sändningen misslyckades" "An attempt to send failed"
    SIGNED "Allekirjoitettu" "Undertecknad" "Signed"
    STORED_PRESCRIPTION "Lääkemääräys" "Recept" "Prescription"
    SIGNED_PREPARED "Allekirjoitettu, opiskelija valmisteli" "Undertecknad, förberedd av en studerande" "Signed, prepared by a student"
    OTHER_EVENT "Tapahtuma" "Händelse" "Event"
    LABEL_PRINTED "Tulostettu" "Utskriven" "Printed"
    LABEL_AGAIN "Tulostettu uudelleen" "Utskriven på nytt" "Printed again"
    LABEL_CHANGED "Tulostettu lipuke ei enää pidä paikkaansa." "Den utskrivna etiketten gäller inte längre." "The printed label does not hold any more."
    LABEL_VOID "Tulostettu lipuke on mitätön: hävitä se." "Den utskrivna etiketten är ogiltig: förstör den." "The printed label is void: destroy it."
    LABEL_DOUBTFUL "Ei tiedetä, tulostuiko lipuke." "Det är inte känt om etiketten skrevs ut." "It is not known whether the label came out."
    NUMBER "Rekisteröintinumero" "Registreringsnummer" "Registration number"
    RIGHT "Ammattioikeus" "Yrkesrättighet" "Professional right"
    RIGHT_SOURCE "Oikeuden lähde" "Rättighetens källa" "Source of the right"
    FROM_CERTIFICATE "kortin varmenne; rooli- ja attribuuttipalvelua ei ole asetettu" "kortets certifikat; ingen roll- och attributtjänst är inställd" "the card's certificate; no role service is set"
    FROM_SERVICE "rooli- ja attribuuttipalvelu" "roll- och attributtjänsten" "role and attribute service"
    FOR_LOGGING_IN "Todentamisvarmenne" "Autentiseringscertifikat" "Authentication certificate"
    FOR_SIGNING "Allekirjoitusvarmenne" "Signeringscertifikat" "Signature certificate"
    VALID_UNTIL "voimassa asti:" "giltigt till" "valid until"
    REVOCATION_LIST "Sulkulista" "Spärrlista" "Revocation list"
    LIST_FRESH "uusitaan viimeistään" "förnyas senast" "renewed at the latest"
    LIST_OVERDUE "olisi pitänyt uusia" "borde ha förnyats" "should have been renewed"
    LIST_GONE "ei enää kelpaa; olisi pitänyt uusia" "gäller inte längre; borde ha förnyats" "counts no more; should have been renewed"
    OCSP "OCSP-vastaus" "OCSP-svar" "OCSP answer"
    OCSP_GOOD "ei suljettu" "inte spärrat" "not revoked"
    OCSP_REVOKED "suljettu" "spärrat" "revoked"
    READER "kortinlukija" "kortläsare" "card reader"
    CARD "kortti" "kort" "card"
    CERTIFICATE "varmenne" "certifikat" "certificate"
    CLOCK "kello" "klocka" "clock"
    NETWORK "verkko" "nätverk" "network"
    CENTRE "Reseptikeskus" "Receptcentret" "Prescription Centre"
    NO_PRICE "ei hintaa" "inget pris" "no price"
    PRINTER "lipuketulostin" "etikettskrivare" "label printer"
    SCANNER "viivakoodinlukija" "streckkodsläsare" "barcode scanner"
    MEDICINES "lääketietokanta" "läkemedelsdatabas" "medicines database"
}

impl Link {
    /// Its name in a sentence.
    pub(crate) fn name(self, language: Language) -> &'static str {
        let text = match self {
            Self::Reader => &READER,
            Self::Card => &CARD,
            Self::Certificate => &CERTIFICATE,
            Self::Clock => &CLOCK,
            Self::Network => &NETWORK,
            Self::Centre => &CENTRE,
            Self::Medicines => &MEDICINES,
            Self::Printer => &PRINTER,
            Self::Scanner => &SCANNER,
        };
        text.in_language(language)
    }
}

/// How a person was identified, by its code.
pub(crate) fn identified(code: &str) -> Option<&'static Text> {
    Some(match code {
        "identity-card" => &BY_CARD,
        "driving-licence" => &BY_LICENCE,
        "passport" => &BY_PASSPORT,
        "kela-card" => &BY_KELA,
        "instruction" => &BY_INSTRUCTION,
        "known" => &BY_KNOWN,
        _ => return None,
    })
}

/// "24.4.2027"; Finnish and Swedish habits are the same, and one form avoids doubt about day and month.
pub(crate) fn day(day: NaiveDate) -> String {
    day.format("%-d.%-m.%Y").to_string()
}

/// "10.42".
pub(crate) fn clock(at: NaiveDateTime) -> String {
    at.format("%-H.%M").to_string()
}

/// "100 000", with a space that does not break.
pub(crate) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push('\u{a0}');
        }
        shown.push(digit);
    }
    shown
}

/// "3,86 €", or "€3.86" in English.
pub(crate) fn euro(value: Decimal, language: Language) -> String {
    let plain = format!("{:.2}", value.round_dp(2));
    match language {
        Language::En => format!("€{plain}"),
        Language::Fi | Language::Sv => format!("{} €", plain.replace('.', ",")),
    }
}

/// "3 × 21 fol" for the "3X21 fol" of documents.
pub(crate) fn amount(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let between = before.is_ascii_digit() && rest.peek().is_some_and(char::is_ascii_digit);
        match c {
            'X' | 'x' if between => shown.push_str(" × "),
            '+' if between => shown.push_str(" + "),
            other => shown.push(other),
        }
        before = c;
    }
    shown
}

/// The language of a setting: fi, sv or en.
pub(crate) fn language(code: &str) -> Option<Language> {
    match code {
        "fi" => Some(Language::Fi),
        "sv" => Some(Language::Sv),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The setting of a language.
pub(crate) fn code(language: Language) -> &'static str {
    match language {
        Language::Fi => "fi",
        Language::Sv => "sv",
        Language::En => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_missing_in_a_language() {
        for word in ALL {
            for language in [Language::Fi, Language::Sv, Language::En] {
                assert!(!word.in_language(language).is_empty());
            }
        }
    }

    #[test]
    fn amounts_and_money_are_written_as_people_read_them() {
        assert_eq!(amount("3X21 fol"), "3 × 21 fol");
        assert_eq!(amount("2X21+7 fol"), "2 × 21 + 7 fol");
        assert_eq!(amount("MAX 2 fol"), "MAX 2 fol");
        assert_eq!(euro("1234.5".parse().unwrap(), Language::Fi), "1234,50 €");
        assert_eq!(euro("3.86".parse().unwrap(), Language::En), "€3.86");
    }
}
