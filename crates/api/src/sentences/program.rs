//! The way to the Centre, the record, the settings, and this program itself.

use prescription::rules::{Text, text};

use super::{ADMIN, Row, TRY_AGAIN};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "not-reached",
        Place::Network,
        text(
            "Reseptikeskukseen ei saada yhteyttä.",
            "Receptcentret nås inte.",
            "The Prescription Centre is not reached.",
        ),
        BY_ITSELF,
    ),
    (
        "connect-timed-out",
        Place::Network,
        text(
            "Reseptikeskukseen ei saada yhteyttä.",
            "Receptcentret nås inte.",
            "The Prescription Centre is not reached.",
        ),
        BY_ITSELF,
    ),
    (
        "tls-refused",
        Place::Certificate,
        text(
            "Suojattu yhteys Reseptikeskukseen ei onnistu: palvelinvarmenne hylättiin.",
            "Den skyddade förbindelsen till Receptcentret misslyckades: servercertifikatet avvisades.",
            "No trusted connection to the Prescription Centre: a server certificate was refused.",
        ),
        text(
            "Tarkista apteekin palvelinvarmenne tai ota yhteys tukeen.",
            "Kontrollera apotekets servercertifikat eller kontakta supporten.",
            "Check the pharmacy's server certificate, or ask support.",
        ),
    ),
    (
        "answer-lost",
        Place::Network,
        text(
            "Yhteys katkesi ennen Reseptikeskuksen vastausta.",
            "Förbindelsen bröts före Receptcentrets svar.",
            "The connection ended before the Centre's answer.",
        ),
        BY_ITSELF,
    ),
    (
        "answer-timed-out",
        Place::Centre,
        text(
            "Reseptikeskus ei vastannut ajoissa.",
            "Receptcentret svarade inte i tid.",
            "The Prescription Centre did not answer in time.",
        ),
        BY_ITSELF,
    ),
    (
        "answer-too-large",
        Place::Centre,
        text(
            "Reseptikeskuksen vastaus on liian suuri.",
            "Receptcentrets svar är för stort.",
            "The Centre's answer is too large.",
        ),
        ADMIN,
    ),
    (
        "unsendable",
        Place::Program,
        text("Kyselyä ei voi lähettää.", "Frågan kan inte skickas.", "The request cannot be sent."),
        ADMIN,
    ),
    (
        "self-check-failed",
        Place::Program,
        text(
            "Allekirjoitettu asiakirja ei läpäissyt tarkistusta; mitään ei tallennettu eikä lähetetty.",
            "Det signerade dokumentet klarade inte kontrollen; inget sparades eller skickades.",
            "The signed document failed its check; nothing was saved or sent.",
        ),
        ADMIN,
    ),
    (
        "settings-invalid",
        Place::Program,
        text("Asetustiedostossa on virhe.", "Inställningsfilen har ett fel.", "The settings file has an error."),
        ADMIN,
    ),
    (
        "medicines-unreadable",
        Place::Program,
        text(
            "Lääketietokantaa ei voi lukea.",
            "Läkemedelsdatabasen kan inte läsas.",
            "The Pharmaceutical Database cannot be read.",
        ),
        ADMIN,
    ),
    (
        "export-failed",
        Place::Program,
        text("Vienti ei onnistunut.", "Exporten misslyckades.", "The export failed."),
        TRY_AGAIN,
    ),
    (
        "no-randomness",
        Place::Program,
        text(
            "Käyttöjärjestelmä ei antanut satunnaislukuja.",
            "Operativsystemet gav inga slumptal.",
            "The system gave no random numbers.",
        ),
        ADMIN,
    ),
];

const BY_ITSELF: Text = text(
    "Voit jatkaa: allekirjoitettu lähtee itsestään, kun yhteys palaa.",
    "Du kan fortsätta: det signerade skickas av sig självt när förbindelsen återkommer.",
    "Go on: what is signed goes out by itself when the connection is back.",
);
