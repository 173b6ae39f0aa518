//! What was typed, chosen or asked for at the counter: sessions, visits, searches, settling.

use prescription::rules::text;

use super::{Row, TRY_AGAIN};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "no-session",
        Place::Input,
        text("Kukaan ei ole kirjautunut.", "Ingen är inloggad.", "Nobody is logged in."),
        text("Kirjaudu ammattikortilla.", "Logga in med yrkeskortet.", "Log in with the professional card."),
    ),
    (
        "another-card",
        Place::Card,
        text(
            "Lukijassa on eri kortti kuin kirjautuneen.",
            "I läsaren finns ett annat kort än den inloggades.",
            "The card in the reader is not that of the person logged in.",
        ),
        text(
            "Laita oma korttisi lukijaan tai kirjaudu uudelleen.",
            "Sätt in ditt kort eller logga in på nytt.",
            "Insert your own card, or log in again.",
        ),
    ),
    (
        "remnant-unknown",
        Place::Input,
        text(
            "Tätä avattua pakkausta ei enää ole.",
            "Den öppnade förpackningen finns inte längre.",
            "This opened package is there no more.",
        ),
        text("Päivitä luettelo.", "Uppdatera listan.", "Look at the list again."),
    ),
    (
        "deviation-not-set-up",
        Place::Input,
        text(
            "Lääkemääräyksestä poikkeaminen (57 f §) ei ole käytössä.",
            "Avvikelse från recept (57 f §) är inte i bruk.",
            "Deviating from a prescription (57 f) is not set up.",
        ),
        text("Ota yhteys lääkkeen määrääjään.", "Kontakta förskrivaren.", "Contact the prescriber."),
    ),
    (
        "deviation-unreasoned",
        Place::Input,
        text(
            "Poikkeamisesta puuttuu syy tai kuvaus.",
            "Orsaken till eller beskrivningen av avvikelsen saknas.",
            "The deviation lacks its reason or description.",
        ),
        text(
            "Valitse syy ja kerro, mitä tehdään toisin.",
            "Välj en orsak och berätta vad som görs annorlunda.",
            "Choose a reason, and say what is done otherwise.",
        ),
    ),
    (
        "kela-no-query",
        Place::Input,
        text(
            "Kelan suorakorvauskyselyä ei ole käytössä.",
            "FPA:s förfrågan om direktersättning är inte i bruk.",
            "Kela's reimbursement query is not set up.",
        ),
        text(
            "Toimita ilman korvausta; asiakas hakee korvauksen Kelasta.",
            "Expediera utan ersättning; kunden söker ersättning hos FPA.",
            "Dispense without reimbursement; the customer applies to Kela.",
        ),
    ),
    (
        "edition-changed",
        Place::Input,
        text(
            "Uusi lääketietokanta tuli voimaan, ja hinnat on laskettu uudelleen.",
            "En ny läkemedelsdatabas trädde i kraft, och priserna är räknade på nytt.",
            "A new medicines database came into force, and prices were counted again.",
        ),
        text(
            "Tarkista kori ja allekirjoita uudelleen.",
            "Kontrollera korgen och signera på nytt.",
            "Look at the basket and sign again.",
        ),
    ),
    (
        "no-visit",
        Place::Input,
        text("Asiakasta ei ole haettu.", "Ingen kund har sökts.", "No customer is open."),
        text("Hae asiakas (F2).", "Sök kunden (F2).", "Search for the customer (F2)."),
    ),
    (
        "identity-code-form",
        Place::Input,
        text(
            "Tämä ei ole henkilötunnus.",
            "Det här är ingen personbeteckning.",
            "This is not a personal identity code.",
        ),
        text("Tarkista merkit.", "Kontrollera tecknen.", "Check the characters."),
    ),
    (
        "identity-code-check",
        Place::Input,
        text(
            "Henkilötunnuksen tarkistusmerkki ei täsmää.",
            "Personbeteckningens kontrolltecken stämmer inte.",
            "The check character of the identity code does not match.",
        ),
        text(
            "Tarkista numerot asiakkaan kortista.",
            "Kontrollera siffrorna på kundens kort.",
            "Check the digits on the customer's card.",
        ),
    ),
    (
        "search-not-understood",
        Place::Input,
        text("Hakua ei ymmärretty.", "Sökningen förstods inte.", "The search was not understood."),
        text(
            "Kirjoita henkilötunnus tai lue reseptin viivakoodi.",
            "Skriv personbeteckningen eller läs receptets streckkod.",
            "Type an identity code or scan the prescription.",
        ),
    ),
    (
        "prescription-not-in-visit",
        Place::Input,
        text(
            "Lääkemääräys ei ole tällä asioinnilla.",
            "Receptet hör inte till det här besöket.",
            "The prescription is not part of this visit.",
        ),
        text("Hae asiakas uudelleen.", "Sök kunden på nytt.", "Search for the customer again."),
    ),
    (
        "package-unknown",
        Place::Input,
        text(
            "Pakkaus ei sovi tähän lääkemääräykseen.",
            "Förpackningen passar inte receptet.",
            "The package does not fit this prescription.",
        ),
        text(
            "Valitse pakkaus luettelosta (F4).",
            "Välj en förpackning i listan (F4).",
            "Choose a package from the list (F4).",
        ),
    ),
    (
        "day-not-understood",
        Place::Input,
        text("Päivää ei ymmärretty.", "Dagen förstods inte.", "The day was not understood."),
        text("Kirjoita esimerkiksi 31.12.2026.", "Skriv till exempel 31.12.2026.", "Write 31.12.2026, for example."),
    ),
    (
        "amount-invalid",
        Place::Input,
        text("Määrä ei ole luku.", "Mängden är inget tal.", "The amount is not a number."),
        text("Anna määrä numeroina.", "Ange mängden i siffror.", "Enter the amount in digits."),
    ),
    (
        "basket-empty",
        Place::Input,
        text("Kori on tyhjä.", "Korgen är tom.", "The basket is empty."),
        text(
            "Lisää toimitettava ensin koriin.",
            "Lägg först till något i korgen.",
            "Put something in the basket first.",
        ),
    ),
    (
        "basket-full",
        Place::Input,
        text("Kori on täynnä.", "Korgen är full.", "The basket is full."),
        text("Allekirjoita ensin nämä.", "Signera först dessa.", "Sign these first."),
    ),
    (
        "right-missing",
        Place::Card,
        text(
            "Tällä ammattioikeudella ei voi tehdä tätä.",
            "Med denna yrkesrättighet kan detta inte göras.",
            "This professional right does not allow it.",
        ),
        text("Pyydä farmaseuttia tai proviisoria.", "Be en farmaceut eller provisor.", "Ask a pharmacist."),
    ),
    (
        "right-ended",
        Place::Card,
        text(
            "Rooli- ja attribuuttipalvelun mukaan ammattioikeus ei ole voimassa.",
            "Enligt roll- och attributtjänsten är yrkesrättigheten inte i kraft.",
            "The role and attribute service says that the professional right does not hold.",
        ),
        text(
            "Työtoveri voi jatkaa omalla kortillaan; asian selvittää Lupa- ja valvontavirasto.",
            "En kollega kan fortsätta med sitt kort; Tillstånds- och tillsynsverket utreder saken.",
            "A colleague can go on with their own card; the Supervisory Agency settles it.",
        ),
    ),
    (
        "right-unknown",
        Place::Network,
        text(
            "Ammattioikeutta ei voi tarkistaa: rooli- ja attribuuttipalvelu ei vastaa ja viimeisin tieto on liian vanha.",
            "Yrkesrättigheten kan inte kontrolleras: roll- och attributtjänsten svarar inte och den senaste uppgiften är för gammal.",
            "The professional right cannot be checked: the role service is silent, and its last answer is too old.",
        ),
        text(
            "Yritä hetken kuluttua uudelleen; työtoveri, jonka oikeus on tarkistettu, voi jatkaa.",
            "Försök om en stund; en kollega vars rättighet är kontrollerad kan fortsätta.",
            "Try again in a moment; a colleague whose right was checked can go on.",
        ),
    ),
    (
        "language-unknown",
        Place::Input,
        text("Kieltä ei ole.", "Språket finns inte.", "There is no such language."),
        text("Valitse fi, sv tai en.", "Välj fi, sv eller en.", "Choose fi, sv or en."),
    ),
    (
        "day-invalid",
        Place::Input,
        text("Tämä ei ole päivä.", "Det här är ingen dag.", "This is not a day."),
        text("Valitse päivä.", "Välj en dag.", "Choose a day."),
    ),
    (
        "basis-missing",
        Place::Input,
        text(
            "Ei ole sanottu, millä perusteella asioidaan toisen puolesta.",
            "Grunden för att uträtta någon annans ärende saknas.",
            "It is not said with what right somebody acts for another.",
        ),
        text(
            "Valitse peruste ja hae uudelleen.",
            "Välj grunden och sök på nytt.",
            "Choose the basis and search again.",
        ),
    ),
    (
        "instruction-not-scanned",
        Place::Input,
        text(
            "Potilasohjeella haetaan ohjeen tunnisteella, ei henkilötunnuksella.",
            "Med patientanvisningen söker man med dess kod, inte med personbeteckningen.",
            "With the instruction the search is by its identifier, not by the identity code.",
        ),
        text("Lue ohjeen viivakoodi.", "Läs anvisningens streckkod.", "Scan the instruction's bar code."),
    ),
    (
        "medicine-not-named",
        Place::Input,
        text(
            "Toisen Kela-kortilla asioivan on nimettävä lääke.",
            "Den som har någon annans FPA-kort ska nämna läkemedlet.",
            "Whoever brings another's Kela card must name the medicine.",
        ),
        text(
            "Kysy lääkkeen nimi ja kirjoita siitä vähintään kolme kirjainta.",
            "Fråga läkemedlets namn och skriv minst tre bokstäver.",
            "Ask for its name and write at least three letters of it.",
        ),
    ),
    (
        "note-missing",
        Place::Input,
        text("Selvitys puuttuu.", "Utredningen saknas.", "The note is missing."),
        text(
            "Kirjoita, mitä selvisi ja tehtiin.",
            "Skriv vad som framkom och gjordes.",
            "Write what was found and done.",
        ),
    ),
    (
        "note-too-long",
        Place::Input,
        text("Selvitys on liian pitkä.", "Utredningen är för lång.", "The note is too long."),
        text(
            "Lyhennä se tuhanteen merkkiin.",
            "Förkorta den till tusen tecken.",
            "Shorten it to a thousand characters.",
        ),
    ),
    (
        "prescription-missing",
        Place::Centre,
        text(
            "Reseptikeskus ei antanut lääkemääräystä.",
            "Receptcentret gav inget recept.",
            "The Centre gave no prescription.",
        ),
        TRY_AGAIN,
    ),
];
