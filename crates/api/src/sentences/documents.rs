//! Certificates, signatures and documents of the Centre, as far as they are found wrong here.

use prescription::rules::{Text, text};

use super::{ADMIN, NEW_CARD, Row};
use crate::Place;

pub(super) const TABLE: &[Row] = &[
    (
        "certificate-unreadable",
        Place::Certificate,
        text("Varmennetta ei voi lukea.", "Certifikatet kan inte läsas.", "The certificate cannot be read."),
        NEW_CARD,
    ),
    (
        "certificate-unknown-issuer",
        Place::Certificate,
        text(
            "Varmenteen myöntäjää ei tunneta.",
            "Certifikatets utfärdare är okänd.",
            "The certificate's issuer is not known.",
        ),
        text(
            "Käytä sosiaali- ja terveydenhuollon ammattikorttia.",
            "Använd ett yrkeskort för social- och hälsovården.",
            "Use a professional card of social and health care.",
        ),
    ),
    (
        "certificate-not-yet-valid",
        Place::Certificate,
        text("Varmenne ei ole vielä voimassa.", "Certifikatet gäller inte ännu.", "The certificate is not yet valid."),
        text("Tarkista työaseman kello.", "Kontrollera arbetsstationens klocka.", "Check this workstation's clock."),
    ),
    (
        "certificate-expired",
        Place::Certificate,
        text("Varmenne on vanhentunut.", "Certifikatet har gått ut.", "The certificate has expired."),
        NEW_CARD,
    ),
    (
        "certificate-revoked",
        Place::Certificate,
        text("Varmenne on suljettu.", "Certifikatet är spärrat.", "The certificate is revoked."),
        NEW_CARD,
    ),
    (
        "certificate-wrong-use",
        Place::Certificate,
        text(
            "Varmennetta ei ole tarkoitettu tähän.",
            "Certifikatet är inte avsett för detta.",
            "The certificate is not meant for this.",
        ),
        NEW_CARD,
    ),
    (
        "certificate-no-revocation-data",
        Place::Certificate,
        text(
            "Sulkulistaa ei ole saatavilla tai se on vanha.",
            "Spärrlistan saknas eller är gammal.",
            "The revocation list is missing or old.",
        ),
        ADMIN,
    ),
    (
        "signature-invalid",
        Place::Centre,
        text(
            "Allekirjoitus ei vastaa asiakirjaa: asiakirja on muuttunut.",
            "Signaturen stämmer inte med handlingen: handlingen har ändrats.",
            "The signature does not match the document: it was changed.",
        ),
        DO_NOT_DISPENSE,
    ),
    (
        "signature-of-another",
        Place::Centre,
        text(
            "Allekirjoitus koskee toista asiakirjaa.",
            "Signaturen gäller en annan handling.",
            "The signature is of another document.",
        ),
        DO_NOT_DISPENSE,
    ),
    (
        "signature-of-a-stranger",
        Place::Centre,
        text(
            "Allekirjoittaja ei ole lääkkeen määrääjä eikä Reseptikeskus.",
            "Undertecknaren är varken förskrivaren eller Receptcentret.",
            "The signer is neither the prescriber nor the Prescription Centre.",
        ),
        DO_NOT_DISPENSE,
    ),
    (
        "signature-structure",
        Place::Centre,
        text(
            "Asiakirjan rakenne ei kerro luotettavasti, mitä siinä on allekirjoitettu.",
            "Handlingens struktur visar inte tillförlitligt vad som är undertecknat.",
            "The document is built so that what was signed in it cannot be told.",
        ),
        DO_NOT_DISPENSE,
    ),
    (
        "header-body-mismatch",
        Place::Centre,
        text(
            "Asiakirjan otsikkotiedot ja sisältö ovat ristiriidassa.",
            "Handlingens rubrikuppgifter och innehåll motsäger varandra.",
            "The document's header and its body contradict each other.",
        ),
        DO_NOT_DISPENSE,
    ),
    (
        "document-too-large",
        Place::Centre,
        text(
            "Reseptikeskuksen asiakirja on liian suuri luettavaksi.",
            "Receptcentrets handling är för stor för att läsas.",
            "A document of the Prescription Centre is too large to be read.",
        ),
        NOT_OPENED,
    ),
    (
        "document-doctype",
        Place::Centre,
        text(
            "Reseptikeskuksen asiakirjassa on kielletty rakenne, eikä sitä avattu.",
            "Receptcentrets handling har en förbjuden struktur och öppnades inte.",
            "A document of the Prescription Centre has a forbidden structure and was not opened.",
        ),
        NOT_OPENED,
    ),
    (
        "document-too-deep",
        Place::Centre,
        text(
            "Reseptikeskuksen asiakirja on rakenteeltaan liian syvä luettavaksi.",
            "Receptcentrets handling har en för djup struktur för att läsas.",
            "A document of the Prescription Centre is nested too deep to be read.",
        ),
        NOT_OPENED,
    ),
    ("document-not-xml", Place::Centre, BROKEN_DOCUMENT, NOT_OPENED),
    ("document-not-utf8", Place::Centre, BROKEN_DOCUMENT, NOT_OPENED),
    (
        "document-not-cda",
        Place::Centre,
        text(
            "Reseptikeskuksen vastauksessa ei ole lääkemääräystä.",
            "Receptcentrets svar innehåller inget recept.",
            "The Prescription Centre's answer holds no prescription.",
        ),
        NOT_OPENED,
    ),
    ("document-fact-missing", Place::Centre, ODD_DOCUMENT, NOT_OPENED),
    ("document-fact-malformed", Place::Centre, ODD_DOCUMENT, NOT_OPENED),
    (
        "document-fact-repeated",
        Place::Centre,
        text(
            "Asiakirjassa on kahdesti tieto, jonka kuuluu olla siinä kerran; se voi olla rakennettu toisen ympärille.",
            "Handlingen har två gånger en uppgift som ska finnas en gång; den kan vara byggd kring en annan.",
            "The document says twice what it must say once; it may be wrapped around another.",
        ),
        NOT_OPENED,
    ),
];

const DO_NOT_DISPENSE: Text = text(
    "Älä toimita tästä. Soita lääkkeen määrääjälle ja ilmoita Kelaan.",
    "Expediera inte detta. Ring förskrivaren och meddela FPA.",
    "Do not dispense from it. Call the prescriber and tell Kela.",
);
const NOT_OPENED: Text = text(
    "Mitään ei muuttunut. Hae asiakas uudelleen; jos sama toistuu, ilmoita Kelaan ja kerro koodi.",
    "Inget ändrades. Sök kunden på nytt; om det upprepas, meddela FPA och uppge koden.",
    "Nothing has changed. Search for the customer again; if it happens again, tell Kela this code.",
);
const BROKEN_DOCUMENT: Text = text(
    "Reseptikeskuksen asiakirja on rikki.",
    "Receptcentrets handling är trasig.",
    "A document of the Prescription Centre is broken.",
);
const ODD_DOCUMENT: Text = text(
    "Reseptikeskuksen asiakirjasta puuttuu tarvittava tieto, tai se on väärässä muodossa.",
    "Receptcentrets handling saknar en nödvändig uppgift, eller den har fel form.",
    "A document of the Prescription Centre lacks a needed fact, or has it in a wrong form.",
);
