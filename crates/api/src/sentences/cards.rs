//! Cards, readers and PINs.

use prescription::rules::{Text, text};

use super::{ADMIN, NEW_CARD, Row, TRY_AGAIN};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "card-no-reader",
        Place::Card,
        text("Kortinlukijaa ei löydy.", "Ingen kortläsare hittades.", "No card reader is found."),
        text("Liitä kortinlukija.", "Anslut kortläsaren.", "Connect the card reader."),
    ),
    (
        "card-none",
        Place::Card,
        text("Kortti ei ole lukijassa.", "Det finns inget kort i läsaren.", "There is no card in the reader."),
        text("Laita ammattikortti lukijaan.", "Sätt in yrkeskortet.", "Insert the professional card."),
    ),
    (
        "card-removed",
        Place::Card,
        text("Kortti poistettiin kesken.", "Kortet togs ut.", "The card was removed."),
        text(
            "Laita kortti takaisin ja yritä uudelleen; mitään ei allekirjoitettu.",
            "Sätt in kortet och försök på nytt; inget signerades.",
            "Insert it and try again; nothing was signed.",
        ),
    ),
    (
        "card-reset",
        Place::Card,
        text(
            "Toinen ohjelma keskeytti kortin käytön.",
            "Ett annat program avbröt kortet.",
            "Another program reset the card.",
        ),
        TRY_AGAIN,
    ),
    (
        "card-mute",
        Place::Card,
        text("Kortti ei vastaa.", "Kortet svarar inte.", "The card does not answer."),
        text(
            "Tarkista, että kortti on oikein päin.",
            "Kontrollera att kortet är rätt vänt.",
            "Check that it is the right way round.",
        ),
    ),
    (
        "card-unknown",
        Place::Card,
        text(
            "Tämä ei ole sosiaali- ja terveydenhuollon ammattikortti.",
            "Det här är inte ett yrkeskort.",
            "This is not a professional card.",
        ),
        text("Laita ammattikortti lukijaan.", "Sätt in yrkeskortet.", "Insert the professional card."),
    ),
    (
        "card-certificate-unreadable",
        Place::Card,
        text(
            "Kortin varmenteita ei voi lukea.",
            "Kortets certifikat kan inte läsas.",
            "The card's certificates cannot be read.",
        ),
        NEW_CARD,
    ),
    (
        "card-not-activated",
        Place::Card,
        text("Korttia ei ole aktivoitu.", "Kortet är inte aktiverat.", "The card has not been activated."),
        text("Aktivoi kortti DigiSign-ohjelmassa.", "Aktivera kortet i DigiSign.", "Activate it in DigiSign."),
    ),
    (
        "card-no-keypad",
        Place::Card,
        text("Lukijassa ei ole näppäimistöä.", "Läsaren har inga tangenter.", "The reader has no keypad."),
        text("Anna tunnusluku tässä.", "Ange koden här.", "Enter the PIN here."),
    ),
    (
        "pin-elsewhere",
        Place::Card,
        text(
            "Tunnusluku annetaan korttiohjelman omassa ikkunassa.",
            "Koden anges i kortprogrammets eget fönster.",
            "The PIN is entered in the card program's own window.",
        ),
        TRY_AGAIN,
    ),
    (
        "pin-cancelled",
        Place::Card,
        text(
            "Tunnusluvun antaminen peruttiin.",
            "Inmatningen av koden avbröts.",
            "The entry of the PIN was cancelled.",
        ),
        TRY_AGAIN,
    ),
    (
        "pin-timeout",
        Place::Card,
        text("Tunnuslukua ei annettu ajoissa.", "Koden angavs inte i tid.", "The PIN was not entered in time."),
        TRY_AGAIN,
    ),
    (
        "pin-wrong",
        Place::Card,
        text("Tunnusluku on väärä.", "Koden är fel.", "The PIN is wrong."),
        text("Anna tunnusluku uudelleen.", "Ange koden på nytt.", "Enter it again."),
    ),
    (
        "pin1-blocked",
        Place::Card,
        text("Perustunnusluku (PIN1) on lukittunut.", "Grundkoden (PIN1) är låst.", "PIN1 is blocked."),
        UNBLOCK,
    ),
    (
        "pin2-blocked",
        Place::Card,
        text("Allekirjoitustunnusluku (PIN2) on lukittunut.", "Signeringskoden (PIN2) är låst.", "PIN2 is blocked."),
        UNBLOCK,
    ),
    (
        "pin-length",
        Place::Input,
        text("Tunnusluvussa on 4–8 numeroa.", "Koden har 4–8 siffror.", "A PIN has 4 to 8 digits."),
        text("Anna tunnusluku uudelleen.", "Ange koden på nytt.", "Enter it again."),
    ),
    (
        "pin1-last-try",
        Place::Card,
        text(
            "Perustunnusluvulla (PIN1) on yksi yritys jäljellä.",
            "Grundkoden (PIN1) har ett försök kvar.",
            "PIN1 has one try left.",
        ),
        LAST_TRY,
    ),
    (
        "pin2-last-try",
        Place::Card,
        text(
            "Allekirjoitustunnusluvulla (PIN2) on yksi yritys jäljellä.",
            "Signeringskoden (PIN2) har ett försök kvar.",
            "PIN2 has one try left.",
        ),
        LAST_TRY,
    ),
    (
        "card-service-down",
        Place::Card,
        text(
            "Käyttöjärjestelmän älykorttipalvelu ei vastaa.",
            "Operativsystemets smartkorttjänst svarar inte.",
            "The system's smart card service does not answer.",
        ),
        text(
            "Käynnistä älykorttipalvelu (pcscd) tai työasema uudelleen.",
            "Starta om smartkorttjänsten (pcscd) eller arbetsstationen.",
            "Restart the smart card service (pcscd) or the workstation.",
        ),
    ),
    (
        "scs-down",
        Place::Card,
        text("Korttiohjelma ei vastaa.", "Kortprogrammet svarar inte.", "The card program does not answer."),
        text(
            "Käynnistä DigiSign tai muu korttiohjelma, joka pitää korttia.",
            "Starta DigiSign eller det kortprogram som hanterar kortet.",
            "Start DigiSign or whichever card program holds the card.",
        ),
    ),
    (
        "card-busy",
        Place::Card,
        text(
            "Toinen ohjelma käyttää korttia.",
            "Ett annat program använder kortet.",
            "Another program is using the card.",
        ),
        TRY_AGAIN,
    ),
    (
        "card-unsignable",
        Place::Program,
        text(
            "Tätä ei voi allekirjoittaa tällä kortilla.",
            "Detta kan inte signeras med det här kortet.",
            "This card cannot sign this.",
        ),
        ADMIN,
    ),
    (
        "card-signature-invalid",
        Place::Card,
        text(
            "Kortin allekirjoitus ei vastaa sen varmennetta; mitään ei lähetetty.",
            "Kortets signatur motsvarar inte certifikatet; inget skickades.",
            "The card's signature does not fit its certificate; nothing was sent.",
        ),
        NEW_CARD,
    ),
    (
        "card-protocol",
        Place::Card,
        text("Kortti vastasi odottamattomasti.", "Kortet svarade oväntat.", "The card gave an unexpected answer."),
        TRY_AGAIN,
    ),
    (
        "card-service-error",
        Place::Card,
        text(
            "Älykorttipalvelu ilmoitti virheen.",
            "Smartkorttjänsten rapporterade ett fel.",
            "The smart card service reports an error.",
        ),
        TRY_AGAIN,
    ),
];

const UNBLOCK: Text = text(
    "Avaa tunnusluku DigiSign-ohjelmassa aktivointitunnusluvulla.",
    "Lås upp koden i DigiSign med aktiveringskoden.",
    "Unblock it in DigiSign with the activation code.",
);
const LAST_TRY: Text = text(
    "Tarkista tunnusluku. Väärä yritys lukitsee sen; vahvista, jos olet varma.",
    "Kontrollera koden. Ett fel försök låser den; bekräfta om du är säker.",
    "Check the PIN. A wrong one blocks it; confirm if you are sure.",
);
