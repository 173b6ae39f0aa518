//! What the scanner's self-test found, and what to set. The settings of a scanner are codes in its manual, to be scanned.

use prescription::rules::{Text, text};

use super::Row;
use crate::Place;

const TEST_AGAIN: Text = text(
    "Lue ruudun testikoodi uudelleen.",
    "Läs av testkoden på skärmen på nytt.",
    "Scan the test code on the screen again.",
);

pub(super) const TABLE: &[Row] = &[
    (
        "scanner-proven",
        Place::Input,
        text(
            "Lukija on asetettu oikein: kaikki merkit tulivat perille.",
            "Läsaren är rätt inställd: alla tecken kom fram.",
            "The scanner is set up well: every character arrived.",
        ),
        text(
            "Ylläpito voi merkitä sen asetuksiin (scanning.separators_proven).",
            "Systemansvariga kan anteckna det i inställningarna (scanning.separators_proven).",
            "The administrator can note it in the settings (scanning.separators_proven).",
        ),
    ),
    (
        "scanner-no-identifier",
        Place::Input,
        text(
            "Lukija ei kerro, minkä koodin se luki.",
            "Läsaren berättar inte vilken sorts kod den läste.",
            "The scanner does not say what kind of code it read.",
        ),
        text(
            "Suositus: ota sen ohjekirjasta käyttöön AIM-tunniste (]d2). Silloin hidaskin lukija tunnistetaan.",
            "Rekommendation: slå på AIM-identifieraren (]d2) enligt handboken. Då känns även en långsam läsare igen.",
            "Advice: turn on the AIM identifier (]d2) from its manual. Then even a slow scanner is recognised.",
        ),
    ),
    (
        "scanner-separator-lost",
        Place::Input,
        text(
            "Erotinmerkki GS katoaa: erä ja sarjanumero menisivät sekaisin.",
            "Skiljetecknet GS försvinner: batch och serienummer skulle blandas ihop.",
            "The separator GS is lost: batch and serial number would run together.",
        ),
        text(
            "Aseta lukija lähettämään GS (ASCII 29), näppäimistönä Ctrl + ].",
            "Ställ in läsaren att sända GS (ASCII 29), som tangentbord Ctrl + ].",
            "Set the scanner to send GS (ASCII 29), as a keyboard Ctrl + ].",
        ),
    ),
    (
        "scanner-case-swapped",
        Place::Input,
        text(
            "Isot ja pienet kirjaimet vaihtuvat.",
            "Stora och små bokstäver byts.",
            "Capital and small letters are swapped.",
        ),
        text(
            "Tarkista Caps Lock, ja aseta lukija pitämään kirjainkoko (ei muunnosta).",
            "Kontrollera Caps Lock, och ställ in läsaren att inte ändra skiftläge.",
            "Check Caps Lock, and set the scanner to leave the letter case as it is.",
        ),
    ),
    (
        "scanner-keyboard-layout",
        Place::Input,
        text(
            "Lukijan näppäimistöasettelu ei ole tietokoneen.",
            "Läsarens tangentbordslayout är inte datorns.",
            "The scanner's keyboard layout is not the computer's.",
        ),
        text(
            "Aseta lukijan maaksi sama kuin tietokoneen (Suomi), tai kytke se sarjaporttina.",
            "Ställ in samma land som datorns (Finland), eller anslut läsaren som serieport.",
            "Set its country to the computer's (Finland), or connect it as a serial port.",
        ),
    ),
    (
        "scanner-truncated",
        Place::Input,
        text("Koodin loppu ei tule perille.", "Kodens slut kommer inte fram.", "The end of the code does not arrive."),
        text(
            "Lue uudelleen; jos tämä toistuu, hidasta lukijan merkkiväliä tai poista merkkien karsinta.",
            "Läs av på nytt; upprepas detta, öka pausen mellan tecken eller slå av beskärningen av koden.",
            "Scan again; if it happens again, lengthen its pause between characters or turn off trimming.",
        ),
    ),
    (
        "scanner-prefix",
        Place::Input,
        text(
            "Lukija lisää koodin eteen omia merkkejä.",
            "Läsaren sätter egna tecken före koden.",
            "The scanner puts characters of its own before the code.",
        ),
        text(
            "Poista lukijan etuliite; vain AIM-tunniste (]d2) saa olla koodin edessä.",
            "Ta bort läsarens prefix; endast AIM-identifieraren (]d2) får stå före koden.",
            "Remove its prefix; only the AIM identifier (]d2) may stand before the code.",
        ),
    ),
    (
        "scanner-end-missing",
        Place::Input,
        text(
            "Koodi ei pääty sovittuun näppäimeen.",
            "Koden slutar inte med den avtalade tangenten.",
            "The code does not end with the key that is set.",
        ),
        text(
            "Aseta lukijan loppumerkiksi Enter, tai vaihda se ohjelman asetuksiin (scanning.suffix).",
            "Ställ in Enter som läsarens sluttecken, eller ändra programmets inställning (scanning.suffix).",
            "Set the scanner to end with Enter, or change the program's setting (scanning.suffix).",
        ),
    ),
    (
        "scanner-too-slow",
        Place::Input,
        text(
            "Lukija kirjoittaa niin hitaasti, ettei sitä erota ihmisestä.",
            "Läsaren skriver så långsamt att den inte kan skiljas från en människa.",
            "The scanner types so slowly that it cannot be told from a person.",
        ),
        text(
            "Poista sen merkkiväli, tai ota käyttöön AIM-tunniste (]d2).",
            "Ta bort pausen mellan tecken, eller slå på AIM-identifieraren (]d2).",
            "Remove its pause between characters, or turn on the AIM identifier (]d2).",
        ),
    ),
    (
        "scanner-another-code",
        Place::Input,
        text("Tämä ei ole testikoodi.", "Detta är inte testkoden.", "This is not the test code."),
        TEST_AGAIN,
    ),
];
