//! What a scanner sends, and the package in the hand.

use prescription::rules::{Text, text};

use super::Row;
use crate::Place;

const AGAIN: Text = text(
    "Lue uudelleen, tai valitse pakkaus luettelosta (F4).",
    "Läs av på nytt, eller välj förpackningen i listan (F4).",
    "Scan again, or choose the package from the list (F4).",
);
const SET_UP: Text = text(
    "Lue uudelleen; jos tämä toistuu, lukijan asetukset on korjattava.",
    "Läs av på nytt; upprepas detta ska läsarens inställningar rättas.",
    "Scan again; if it happens again, the scanner must be set up anew.",
);
const BY_HAND: Text = text(
    "Lue pakkauksen toinen koodi, tai vertaa pakkausta itse.",
    "Läs av förpackningens andra kod, eller jämför förpackningen själv.",
    "Scan the package's other code, or compare the package yourself.",
);
const OPEN: Text = text(
    "Avaa lääkemääräys, ja lue pakkaus sitten.",
    "Öppna receptet och läs sedan av förpackningen.",
    "Open the prescription, then scan the package.",
);
const PUT_ASIDE: Text = text(
    "Laita pakkaukset syrjään ja lue annettavat uudelleen.",
    "Lägg undan förpackningarna och läs av dem som ges på nytt.",
    "Put the packages aside, and scan those that are given anew.",
);
const TELL_SUPPORT: Text =
    text("Ota yhteys tukeen ja kerro koodi.", "Kontakta supporten och uppge koden.", "Tell support this code.");
const CAPS: Text = text(
    "Tarkista, ettei Caps Lock ole päällä.",
    "Kontrollera att Caps Lock inte är på.",
    "See that Caps Lock is off.",
);
const COMPARE: Text = text(
    "Vertaa pakkaukseen painettuun.",
    "Jämför med det som är tryckt på förpackningen.",
    "Compare with what is printed on the package.",
);
const NEXT: Text = text("Lue seuraava pakkaus.", "Läs av nästa förpackning.", "Scan the next package.");
const UNCHANGED: Text = text(
    "Vertaa pakkausta valittuun; mitään ei muutettu.",
    "Jämför förpackningen med den valda; ingenting ändrades.",
    "Compare the package with the chosen one; nothing was changed.",
);

pub(super) const TABLE: &[Row] = &[
    (
        "scan-nothing-to-compare",
        Place::Input,
        text(
            "Annettavaa ei ole tietokannassa: luettua pakkausta ei voi verrata siihen.",
            "Det som ges finns inte i databasen: den avlästa förpackningen kan inte jämföras.",
            "The database does not have what is given: the scanned package cannot be compared with it.",
        ),
        text("Vertaa pakkausta itse.", "Jämför förpackningen själv.", "Compare the package yourself."),
    ),
    (
        "scan-empty",
        Place::Input,
        text("Luettu koodi on tyhjä.", "Den avlästa koden är tom.", "The scan is empty."),
        AGAIN,
    ),
    (
        "scan-too-long",
        Place::Input,
        text("Luettu koodi on liian pitkä.", "Den avlästa koden är för lång.", "The scan is too long."),
        AGAIN,
    ),
    (
        "scan-check-digit",
        Place::Input,
        text(
            "Koodin tarkistusnumero ei täsmää.",
            "Kodens kontrollsiffra stämmer inte.",
            "The code's check digit does not fit.",
        ),
        AGAIN,
    ),
    ("scan-truncated", Place::Input, text("Koodi katkesi kesken.", "Koden avbröts.", "The code was cut short."), AGAIN),
    (
        "scan-separator-lost",
        Place::Input,
        text(
            "Koodin osien erotin katosi matkalla.",
            "Avgränsaren mellan kodens delar försvann på vägen.",
            "The separator between the code's parts was lost on its way.",
        ),
        SET_UP,
    ),
    (
        "scan-keyboard-layout",
        Place::Input,
        text(
            "Lukijan näppäimistöasettelu on toinen kuin tietokoneen.",
            "Läsarens tangentbordslayout är en annan än datorns.",
            "The scanner's keyboard layout is not the computer's.",
        ),
        SET_UP,
    ),
    (
        "scan-unknown-element",
        Place::Input,
        text(
            "Koodissa on osa, jota ei tunneta.",
            "Koden har en del som inte är känd.",
            "The code has a part that is not known.",
        ),
        BY_HAND,
    ),
    (
        "scan-element-twice",
        Place::Input,
        text(
            "Koodi sanoo saman asian kahdesti eri tavoin.",
            "Koden säger samma sak två gånger på olika sätt.",
            "The code says one thing twice, differently.",
        ),
        BY_HAND,
    ),
    (
        "scan-date",
        Place::Input,
        text(
            "Koodin päivämäärä ei ole päivämäärä.",
            "Kodens datum är inget datum.",
            "The date in the code is not a date.",
        ),
        BY_HAND,
    ),
    (
        "scan-character",
        Place::Input,
        text(
            "Koodissa on merkki, joka ei kuulu siihen.",
            "Koden har ett tecken som inte hör dit.",
            "The code has a character that does not belong there.",
        ),
        SET_UP,
    ),
    (
        "scan-no-product",
        Place::Input,
        text("Koodissa ei ole tuotteen numeroa.", "Koden har inget produktnummer.", "The code has no product number."),
        BY_HAND,
    ),
    (
        "scan-not-recognised",
        Place::Input,
        text(
            "Luettu koodi ei ole pakkauksen eikä lääkemääräyksen.",
            "Den avlästa koden är varken en förpacknings eller ett recepts.",
            "The scanned code is neither a package's nor a prescription's.",
        ),
        AGAIN,
    ),
    (
        "scan-broken",
        Place::Input,
        text("Luku katkesi kesken.", "Avläsningen avbröts.", "The scan was cut short."),
        AGAIN,
    ),
    (
        "scan-nothing-open",
        Place::Input,
        text(
            "Pakkaus luettiin, mutta lääkemääräystä ei ole avattu.",
            "En förpackning lästes av, men inget recept är öppet.",
            "A package was scanned, but no prescription is open.",
        ),
        OPEN,
    ),
    (
        "scan-nothing-to-confirm",
        Place::Input,
        text("Vahvistettavaa koodia ei ole.", "Det finns ingen kod att bekräfta.", "There is no code to confirm."),
        AGAIN,
    ),
    (
        "scan-hand-full",
        Place::Input,
        text(
            "Pakkauksia on luettu liian monta.",
            "För många förpackningar har lästs av.",
            "Too many packages were scanned.",
        ),
        PUT_ASIDE,
    ),
    (
        "scan-not-set-up",
        Place::Program,
        text("Lukijaa ei ole otettu käyttöön.", "Läsaren är inte tagen i bruk.", "No scanner is set up."),
        TELL_SUPPORT,
    ),
    (
        "scan-case-swapped",
        Place::Input,
        text(
            "Lukija vaihtoi kirjainten koon; erä ja sarjanumero käännettiin takaisin.",
            "Läsaren bytte bokstävernas storlek; batch och serienummer vändes tillbaka.",
            "The scanner swapped the letters' case; batch and serial number were turned back.",
        ),
        CAPS,
    ),
    (
        "scan-case-doubtful",
        Place::Input,
        text(
            "Erässä tai sarjanumerossa on vain pieniä kirjaimia.",
            "Batchen eller serienumret har bara små bokstäver.",
            "Batch or serial number has small letters only.",
        ),
        COMPARE,
    ),
    (
        "scan-case-differs",
        Place::Input,
        text(
            "Sama pakkaus luettiin äsken eri kirjaimin.",
            "Samma förpackning lästes nyss av med andra bokstäver.",
            "The same package was scanned a moment ago in other letters.",
        ),
        COMPARE,
    ),
    (
        "scan-separator-written",
        Place::Input,
        text(
            "Lukija lähettää erottimen kirjoitettuna.",
            "Läsaren sänder avgränsaren i skriven form.",
            "The scanner sends the separator in writing.",
        ),
        SET_UP,
    ),
    (
        "scan-not-a-medicines-number",
        Place::Input,
        text(
            "VNR ei ole lääkkeiden numeroalueelta.",
            "VNR hör inte till läkemedlens nummerserie.",
            "The VNR is not in the range of medicines.",
        ),
        COMPARE,
    ),
    (
        "scan-again",
        Place::Input,
        text(
            "Tämä pakkaus on jo luettu.",
            "Den här förpackningen är redan avläst.",
            "This package was scanned already.",
        ),
        NEXT,
    ),
    (
        "gtin-contradiction",
        Place::Input,
        text(
            "Koodi tunnetaan toisen pakkauksen koodina.",
            "Koden är känd som en annan förpacknings kod.",
            "The code is known as another package's.",
        ),
        UNCHANGED,
    ),
    (
        "gtin-in-store",
        Place::Input,
        text(
            "Koodi on kaupan oma, eikä se nimeä lääkettä.",
            "Koden är butikens egen och anger inget läkemedel.",
            "The code is a shop's own and names no medicine.",
        ),
        BY_HAND,
    ),
    (
        "gtin-table-full",
        Place::Program,
        text("Koodeja ei voi oppia enempää.", "Fler koder kan inte läras in.", "No more codes can be learnt."),
        TELL_SUPPORT,
    ),
    (
        "gtin-not-learnt",
        Place::Input,
        text(
            "Koodia ei ole opittu tälle pakkaukselle, tai se on jo poistettu.",
            "Koden är inte inlärd för denna förpackning, eller så är den redan borttagen.",
            "The code was not learnt for this package, or that was taken back already.",
        ),
        text(
            "Katso opitut koodit uudelleen asetuksista.",
            "Se de inlärda koderna på nytt i inställningarna.",
            "Look at the learnt codes again in the settings.",
        ),
    ),
    (
        "gtin-not-stored",
        Place::Program,
        text(
            "Muutosta koodiin ei voitu tallentaa, eikä sitä tehty.",
            "Ändringen av koden kunde inte sparas och gjordes inte.",
            "The change to the code could not be stored and was not made.",
        ),
        TELL_SUPPORT,
    ),
];

#[cfg(test)]
mod tests {
    use prescription::rules::Language;
    use scanning::{ScanError, TableError, Warning};

    use crate::sentences::of_code;

    #[test]
    fn every_code_of_a_scan_has_a_sentence_of_its_own() {
        let errors = [
            ScanError::Empty,
            ScanError::TooLong,
            ScanError::CheckDigit,
            ScanError::Truncated("10"),
            ScanError::SeparatorLost("10"),
            ScanError::KeyboardLayout,
            ScanError::UnknownElement,
            ScanError::Twice("10"),
            ScanError::Date("17"),
            ScanError::Character("10"),
            ScanError::NoProduct,
            ScanError::NotRecognised,
        ];
        let warnings =
            [Warning::CaseSwapped, Warning::CaseDoubtful, Warning::SeparatorWritten, Warning::NotAMedicinesNumber];
        let vnr = || prescription::Vnr::parse("070009").unwrap();
        let tables = [
            TableError::Contradiction { known: vnr(), said: vnr() },
            TableError::NotLearnt,
            TableError::InStore,
            TableError::Full,
            TableError::NotStored(scanning::NotStored),
        ];
        let doubts = [counter::Doubt::Again, counter::Doubt::CaseDiffers];
        let codes = errors.iter().map(|one| one.code()).chain(warnings.iter().map(|one| one.code()));
        let codes = codes.chain(tables.iter().map(TableError::code)).chain(doubts.iter().map(|one| one.code()));
        for code in codes {
            assert!(super::TABLE.iter().any(|(known, ..)| *known == code), "{code}");
            assert_eq!(of_code(code, Language::Sv).code, code);
        }
    }
}
