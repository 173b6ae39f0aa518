//! Dispensing in an outage, and what is written up afterwards.

use prescription::rules::text;

use super::{ADMIN, Row};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "hand-over-unknown",
        Place::Input,
        text(
            "Tätä käyttökatkon luovutusta ei enää ole kirjaamatta.",
            "Denna överlämning väntar inte längre på anteckning.",
            "This hand-over no longer waits to be entered.",
        ),
        text("Katso odottavien lista uudelleen.", "Se väntelistan på nytt.", "Look at the waiting list again."),
    ),
    (
        "hand-over-of-another",
        Place::Input,
        text(
            "Toinen henkilö luovutti tämän: hän myös kirjaa sen.",
            "En annan person överlämnade detta: hen antecknar det också.",
            "Another person handed this over, and writes it up.",
        ),
        text(
            "Pyydä häntä kirjautumaan kortillaan. Jos se ei ole mahdollista, selvitä luovutus huomautuksella.",
            "Be hen logga in med sitt kort. Går det inte, red ut överlämningen med en anteckning.",
            "Ask them to log in with their card. If that cannot be, settle the hand-over with a note.",
        ),
    ),
    (
        "hand-over-not-storable",
        Place::Input,
        text(
            "Tästä luovutuksesta ei voi tallentaa lääkemääräystä.",
            "Av denna överlämning kan inget recept sparas.",
            "No prescription can be stored of this hand-over.",
        ),
        text(
            "Tallentaa voi puhelin- tai paperireseptin, kun annettu pakkaus on lääketietokannassa. Muuten selvitä luovutus huomautuksella.",
            "Ett telefon- eller pappersrecept kan sparas när den givna förpackningen finns i läkemedelsdatabasen. Annars red ut överlämningen med en anteckning.",
            "A telephone or paper prescription can be stored when the package that was given is in the medicines database. Otherwise settle the hand-over with a note.",
        ),
    ),
    (
        "prescriber-number-invalid",
        Place::Input,
        text(
            "Määrääjän tunnus ei ole rekisteröintinumero eikä yksilöintitunnus.",
            "Förskrivarens beteckning är varken registreringsnummer eller identifieringskod.",
            "The prescriber's number is neither a registration number nor an identifier.",
        ),
        text(
            "Rekisteröintinumerossa on 11 numeroa, yksilöintitunnuksessa 6.",
            "Registreringsnumret har 11 siffror, identifieringskoden 6.",
            "A registration number has 11 digits, an identifier 6.",
        ),
    ),
    (
        "prescribed-time-invalid",
        Place::Input,
        text(
            "Puhelinreseptin aika puuttuu tai ei ole aika.",
            "Telefonreceptets tid saknas eller är ingen tid.",
            "The time of the telephone prescription is missing or is not a time.",
        ),
        text(
            "Kirjoita päivä ja kellonaika 25.11.2026 10.42.",
            "Skriv dag och klockslag 25.11.2026 10.42.",
            "Write day and time as 25.11.2026 10.42.",
        ),
    ),
    (
        "prescribed-day-invalid",
        Place::Input,
        text("Päivä ei ole päivä.", "Dagen är ingen dag.", "The day is not a day."),
        text("Kirjoita päivä 25.11.2026.", "Skriv dagen 25.11.2026.", "Write the day as 25.11.2026."),
    ),
    (
        "outage-entry-unreadable",
        Place::Program,
        text(
            "Käyttökatkon luovutusta ei voi lukea: toinen ohjelmaversio on kirjannut sen.",
            "En överlämning vid avbrott kan inte läsas: en annan programversion har antecknat den.",
            "A hand-over of an outage cannot be read: another version of the program wrote it.",
        ),
        ADMIN,
    ),
    (
        "outage-basis-unknown",
        Place::Input,
        text(
            "Luovutuksen perustetta ei tunneta.",
            "Grunden för överlämningen är okänd.",
            "The basis of the hand-over is not known.",
        ),
        text("Valitse peruste.", "Välj en grund.", "Choose a basis."),
    ),
    (
        "identifier-not-understood",
        Place::Input,
        text(
            "Tämä ei ole lääkemääräyksen tunniste.",
            "Det här är ingen receptbeteckning.",
            "This is not the identifier of a prescription.",
        ),
        text(
            "Lue viivakoodi uudelleen tai jätä kenttä tyhjäksi.",
            "Läs streckkoden på nytt eller lämna fältet tomt.",
            "Scan the bar code again, or leave the field empty.",
        ),
    ),
    (
        "hand-over-time-invalid",
        Place::Input,
        text("Luovutusaika ei ole aika.", "Överlämningstiden är ingen tid.", "The time of hand-over is not a time."),
        text(
            "Kirjoita kellonaika 10.42 tai päivä ja aika 25.11.2026 10.42.",
            "Skriv klockslaget 10.42 eller dag och tid 25.11.2026 10.42.",
            "Write the time as 10.42, or day and time as 25.11.2026 10.42.",
        ),
    ),
];
