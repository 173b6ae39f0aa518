//! Labels and the label printer.

use prescription::rules::{Text, text};

use super::{ADMIN, Row};
use crate::Place;

const DISPENSING_GOES_ON: Text = text(
    "Toimitusta voi jatkaa. Tarkista tulostin ja tulosta uudelleen.",
    "Expedieringen kan fortsätta. Kontrollera skrivaren och skriv ut på nytt.",
    "Dispensing can go on. Check the printer and print again.",
);

pub(super) const TABLE: &[Row] = &[
    (
        "printer-none",
        Place::Program,
        text("Lipuketulostinta ei ole asetettu.", "Ingen etikettskrivare är inställd.", "No label printer is set."),
        text(
            "Pyydä ylläpitoa asettamaan tulostin; toimitusta voi jatkaa.",
            "Be systemansvariga ställa in en skrivare; expedieringen kan fortsätta.",
            "Ask the administrator to set one; dispensing can go on.",
        ),
    ),
    (
        "printer-not-reached",
        Place::Program,
        text("Lipuketulostin ei vastaa.", "Etikettskrivaren svarar inte.", "The label printer does not answer."),
        DISPENSING_GOES_ON,
    ),
    (
        "printer-interrupted",
        Place::Program,
        text(
            "Tulostus keskeytyi: osa lipukkeesta on voinut tulostua.",
            "Utskriften avbröts: en del av etiketten kan ha skrivits ut.",
            "Printing was interrupted: a part of the label may have come out.",
        ),
        text(
            "Hävitä vajaa lipuke ja tulosta uudelleen.",
            "Förstör den ofullständiga etiketten och skriv ut på nytt.",
            "Destroy an incomplete label and print again.",
        ),
    ),
    (
        "printer-folder",
        Place::Program,
        text(
            "Lipukkeiden kansioon ei voi kirjoittaa.",
            "Det går inte att skriva i etiketternas mapp.",
            "The folder of labels cannot be written.",
        ),
        DISPENSING_GOES_ON,
    ),
    (
        "printer-no-spooler",
        Place::Program,
        text(
            "Tällä koneella ei ole tulostuspalvelua.",
            "Den här datorn har ingen utskriftstjänst.",
            "This computer has no print service.",
        ),
        ADMIN,
    ),
    (
        "printer-refused",
        Place::Program,
        text(
            "Tulostuspalvelu ei ottanut lipuketta vastaan.",
            "Utskriftstjänsten tog inte emot etiketten.",
            "The print service did not take the label.",
        ),
        DISPENSING_GOES_ON,
    ),
    (
        "printer-job",
        Place::Program,
        text(
            "Lipuketta ei voi lähettää tulostimelle.",
            "Etiketten kan inte skickas till skrivaren.",
            "The label cannot be sent to the printer.",
        ),
        ADMIN,
    ),
    (
        "label-nothing",
        Place::Input,
        text(
            "Tästä reseptistä ei toimiteta nyt mitään.",
            "Inget expedieras nu på det här receptet.",
            "Nothing is dispensed of this prescription now.",
        ),
        text("Valitse ensin pakkaus.", "Välj först en förpackning.", "Choose a package first."),
    ),
    (
        "label-missing",
        Place::Input,
        text(
            "Lipukkeesta puuttuu pakollinen tieto.",
            "Etiketten saknar en obligatorisk uppgift.",
            "The label lacks a part that it must have.",
        ),
        text(
            "Tarkista annostus, valmiste ja määrääjä.",
            "Kontrollera doseringen, läkemedlet och förskrivaren.",
            "Check the dosage, the product and the prescriber.",
        ),
    ),
    (
        "label-batch-missing",
        Place::Input,
        text(
            "Jaetun pakkauksen lipukkeeseen tarvitaan erä ja viimeinen käyttöpäivä.",
            "Etiketten på en delad förpackning behöver sats och sista användningsdag.",
            "The label of a split package needs batch and expiry.",
        ),
        text("Kirjoita ne pakkauksesta.", "Skriv av dem från förpackningen.", "Copy them from the package."),
    ),
    (
        "label-batch",
        Place::Input,
        text("Eränumero on liian pitkä.", "Satsnumret är för långt.", "The batch number is too long."),
        text("Kirjoita enintään 20 merkkiä.", "Skriv högst 20 tecken.", "Write 20 characters at most."),
    ),
    (
        "label-compounding-missing",
        Place::Input,
        text(
            "Valmistetun lääkkeen koostumus tai viimeinen käyttöpäivä puuttuu.",
            "Det tillverkade läkemedlets sammansättning eller sista användningsdag saknas.",
            "The composition or the last day of use of the medicine that was made is missing.",
        ),
        text(
            "Täydennä valmisteen tiedot.",
            "Komplettera preparatets uppgifter.",
            "Complete what is said of the product.",
        ),
    ),
    (
        "label-expiry",
        Place::Input,
        text(
            "Viimeistä käyttöpäivää ei ymmärretty.",
            "Sista användningsdagen förstods inte.",
            "The expiry was not understood.",
        ),
        text("Kirjoita esimerkiksi 5.2028.", "Skriv till exempel 5.2028.", "Write 5.2028, for example."),
    ),
    (
        "label-warning",
        Place::Input,
        text("Varoitusta ei tunneta.", "Varningen är okänd.", "The warning is not known."),
        text("Valitse varoitus luettelosta.", "Välj varningen i listan.", "Choose a warning from the list."),
    ),
    (
        "label-letters",
        Place::Input,
        text(
            "Lipukkeessa on merkkejä, joita tulostin ei tunne: {}.",
            "Etiketten har tecken som skrivaren inte känner: {}.",
            "The label has signs that the printer does not know: {}.",
        ),
        text("Kirjoita annostus ilman niitä.", "Skriv doseringen utan dem.", "Word the dosage without them."),
    ),
    (
        "label-too-long",
        Place::Input,
        text("Lipukkeen teksti on liian pitkä.", "Etikettens text är för lång.", "The label's text is too long."),
        text("Lyhennä tekstiä.", "Förkorta texten.", "Shorten the text."),
    ),
    (
        "label-too-many",
        Place::Input,
        text(
            "Teksti ei mahdu yhdeksälle lipukkeelle.",
            "Texten ryms inte på nio etiketter.",
            "The text does not fit on nine labels.",
        ),
        text("Lyhennä annostusta.", "Förkorta doseringen.", "Shorten the dosage."),
    ),
    (
        "label-size",
        Place::Program,
        text(
            "Lipukkeen koko ei kelpaa tälle tekstille.",
            "Etikettens storlek passar inte för den här texten.",
            "The label's size does not do for this text.",
        ),
        ADMIN,
    ),
    (
        "label-other-face",
        Place::Program,
        text(
            "Lipuketta ei voi lähettää tälle tulostimelle.",
            "Etiketten kan inte skickas till den här skrivaren.",
            "The label cannot be sent to this printer.",
        ),
        ADMIN,
    ),
    (
        "label-typeface",
        Place::Program,
        text(
            "Lipukkeen kirjasinta ei voi lukea.",
            "Etikettens teckensnitt kan inte läsas.",
            "The label's typeface cannot be read.",
        ),
        ADMIN,
    ),
];
