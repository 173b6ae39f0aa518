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
