//! What a person is told when something goes wrong: one sentence and the next thing to do, by the error's code, and
//! where the fault lies. The Centre's errors and the rules of the trade bring their own sentences.

use counter::CounterError;
use kanta::KantaError;
use kanta_client::{ClientError, TransportError};
use prescription::rules::{Language, Text, text};

use crate::{Place, Problem, conflicts};

/// The problem as a host shows it.
pub(crate) fn problem(error: &CounterError, language: Language) -> Problem {
    match error {
        CounterError::Rule(finding) => Problem {
            code: "rule-refused".into(),
            sentence: finding.sentence(language),
            advice: finding.advice(language).to_owned(),
            place: Place::Rule,
            rule: Some(finding.rule.id.to_owned()),
            tries_left: None,
        },
        CounterError::Centre(ClientError::Answer(KantaError::Refused(issues))) if !issues.is_empty() => {
            let issue = issues.first();
            Problem {
                code: issue.map(|i| i.code.clone()).unwrap_or_default(),
                sentence: issue.map(|i| i.sentence(language)).unwrap_or_default(),
                advice: issue.map(|i| i.advice(language)).unwrap_or_default().to_owned(),
                place: Place::Centre,
                rule: issue.and_then(|i| i.detail.clone()).filter(|id| prescription::rules::by_id(id).is_some()),
                tries_left: None,
            }
        }
        CounterError::Card(card::CardError::PinWrong { left }) => {
            Problem { tries_left: *left, ..of_code(&error.code(), language) }
        }
        other => of_code(&other.code(), language),
    }
}

/// The problem of a code, such as the record keeps for a document that waits or was refused. A refused rule is written
/// `TSK-rule-refused:DI-7`.
pub(crate) fn of_code(code: &str, language: Language) -> Problem {
    let (bare, detail) = code.split_once(':').map_or((code, None), |(bare, detail)| (bare, Some(detail)));
    if let Some((_, place, sentence, advice)) = TABLE.iter().find(|(known, ..)| *known == bare) {
        return Problem {
            code: bare.to_owned(),
            sentence: sentence.in_language(language).to_owned(),
            advice: advice.in_language(language).to_owned(),
            place: *place,
            rule: None,
            tries_left: None,
        };
    }
    if let Some(conflict) = bare.split_whitespace().next().and_then(prescription::Conflict::parse) {
        let (sentence, advice) = conflicts::told(conflict);
        return Problem {
            code: bare.to_owned(),
            sentence: sentence.in_language(language).to_owned(),
            advice: advice.in_language(language).to_owned(),
            place: Place::Centre,
            rule: None,
            tries_left: None,
        };
    }
    if let Some(failure) = TransportError::of_code(bare) {
        return Problem {
            code: bare.to_owned(),
            sentence: failure.meaning().in_language(language).to_owned(),
            advice: failure.advice().in_language(language).to_owned(),
            place: if matches!(failure, TransportError::TlsRefused(_)) { Place::Certificate } else { Place::Network },
            rule: None,
            tries_left: None,
        };
    }
    let issue = kanta::Issue { code: bare.to_owned(), detail: detail.map(str::to_owned), diagnostics: None };
    let advice = match detail {
        Some(counter::GIVEN_UP) => GIVEN_UP.in_language(language),
        _ => issue.advice(language),
    };
    Problem {
        code: bare.to_owned(),
        sentence: issue.sentence(language),
        advice: advice.to_owned(),
        place: if issue.known().is_some() { Place::Centre } else { Place::Program },
        rule: detail.filter(|id| prescription::rules::by_id(id).is_some()).map(str::to_owned),
        tries_left: None,
    }
}

const UNBLOCK: Text = text(
    "Avaa tunnusluku DigiSign-ohjelmassa aktivointitunnusluvulla.",
    "Lås upp koden i DigiSign med aktiveringskoden.",
    "Unblock it in DigiSign with the activation code.",
);
const NEW_CARD: Text = text(
    "Hanki uusi kortti rekisteröintipisteestä; työtoveri voi jatkaa omallaan.",
    "Skaffa ett nytt kort vid ett registreringsställe; en kollega kan fortsätta med sitt.",
    "Get a new card from a registration point; a colleague can go on with theirs.",
);
const ADMIN: Text =
    text("Ota yhteys tukeen ja kerro koodi.", "Kontakta supporten och uppge koden.", "Tell support this code.");
const BY_ITSELF: Text = text(
    "Voit jatkaa: allekirjoitettu lähtee itsestään, kun yhteys palaa.",
    "Du kan fortsätta: det signerade skickas av sig självt när förbindelsen återkommer.",
    "Go on: what is signed goes out by itself when the connection is back.",
);
const LAST_TRY: Text = text(
    "Tarkista tunnusluku. Väärä yritys lukitsee sen; vahvista, jos olet varma.",
    "Kontrollera koden. Ett fel försök låser den; bekräfta om du är säker.",
    "Check the PIN. A wrong one blocks it; confirm if you are sure.",
);
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
const GIVEN_UP: Text = text(
    "Ohjelma yritti monta kertaa eikä enää lähetä sitä itse. Ota yhteys tukeen; toimitus säilyy listalla.",
    "Programmet har försökt många gånger och skickar den inte längre själv. Kontakta supporten; den finns kvar på listan.",
    "The program tried many times and no longer sends it by itself. Contact support; it stays on the list.",
);
const TRY_AGAIN: Text = text("Yritä uudelleen.", "Försök på nytt.", "Try again.");

type Row = (&'static str, Place, Text, Text);

/// Every code of this program's own.
pub(crate) const TABLE: &[Row] = &[
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
        "record-in-use",
        Place::Program,
        text(
            "Toinen ohjelma käyttää tämän työaseman kirjaa.",
            "Ett annat program använder arbetsstationens journal.",
            "Another program uses this workstation's record.",
        ),
        text("Sulje toinen Tiski-ikkuna.", "Stäng det andra Tiski-fönstret.", "Close the other Tiski window."),
    ),
    (
        "record-wrong-key",
        Place::Program,
        text("Kirjan avain on väärä.", "Journalens nyckel är fel.", "The record's key is wrong."),
        ADMIN,
    ),
    (
        "record-not-set-up",
        Place::Program,
        text(
            "Tämän työaseman kirjaa ei ole otettu käyttöön.",
            "Arbetsstationens journal har inte tagits i bruk.",
            "This workstation's record has not been set up.",
        ),
        text(
            "Suorita `tiski record setup` ja kirjoita palautusavain muistiin.",
            "Kör `tiski record setup` och skriv ned återställningsnyckeln.",
            "Run `tiski record setup` and write the recovery key down.",
        ),
    ),
    (
        "record-set-up-already",
        Place::Input,
        text(
            "Kirja tai sen avain on jo olemassa.",
            "Journalen eller dess nyckel finns redan.",
            "The record or its key is there already.",
        ),
        text(
            "Uuden palautusavaimen antaa `tiski record recovery-key`.",
            "En ny återställningsnyckel ger `tiski record recovery-key`.",
            "`tiski record recovery-key` gives a new recovery key.",
        ),
    ),
    (
        "record-key-lost",
        Place::Program,
        text(
            "Avainsäilössä ei ole tämän kirjan avainta.",
            "Nyckelförvaringen saknar journalens nyckel.",
            "The key store has no key for this record.",
        ),
        text(
            "Palauta se palautusavaimella: `tiski record recover`.",
            "Återställ den med återställningsnyckeln: `tiski record recover`.",
            "Bring it back with the recovery key: `tiski record recover`.",
        ),
    ),
    (
        "record-key-malformed",
        Place::Program,
        text(
            "Avainsäilössä kirjan nimellä oleva tieto ei ole avain.",
            "Det som förvaras under journalens namn är ingen nyckel.",
            "What is kept under the record's name is not a key.",
        ),
        text(
            "Palauta avain palautusavaimella: `tiski record recover`.",
            "Återställ nyckeln med återställningsnyckeln: `tiski record recover`.",
            "Bring the key back with the recovery key: `tiski record recover`.",
        ),
    ),
    (
        "key-store-unavailable",
        Place::Program,
        text(
            "Käyttöjärjestelmän avainsäilöön ei saada yhteyttä.",
            "Operativsystemets nyckelförvaring kan inte nås.",
            "The operating system's key store cannot be reached.",
        ),
        text(
            "Linuxissa tarvitaan työpöytäistunto ja Secret Service (gnome-keyring tai KWallet); palvelimelle katso docs/record.md.",
            "I Linux behövs en skrivbordssession och Secret Service (gnome-keyring eller KWallet); för en server, se docs/record.md.",
            "On Linux a desktop session and a Secret Service (gnome-keyring or KWallet) are needed; for a server see docs/record.md.",
        ),
    ),
    (
        "key-store-locked",
        Place::Program,
        text(
            "Käyttöjärjestelmän avainsäilö on lukossa.",
            "Operativsystemets nyckelförvaring är låst.",
            "The operating system's key store is locked.",
        ),
        text(
            "Avaa se kirjautumalla työpöydälle ja käynnistä ohjelma uudelleen.",
            "Lås upp den genom att logga in på skrivbordet och starta om programmet.",
            "Unlock it by logging in to the desktop, and start the program again.",
        ),
    ),
    (
        "key-store-forgets",
        Place::Program,
        text(
            "Avainsäilö ei säilyttänyt avainta.",
            "Nyckelförvaringen behöll inte nyckeln.",
            "The key store did not keep the key.",
        ),
        ADMIN,
    ),
    (
        "recovery-missing",
        Place::Input,
        text(
            "Tiedosto, jossa avain on palautusavaimen takana, puuttuu.",
            "Filen med den inslagna nyckeln saknas.",
            "The file with the wrapped key is missing.",
        ),
        text(
            "Ota se varmuuskopion vierestä: `tiski record recover --beside VARMUUSKOPIO`.",
            "Ta den bredvid en säkerhetskopia: `tiski record recover --beside KOPIA`.",
            "Take it from beside a backup: `tiski record recover --beside BACKUP`.",
        ),
    ),
    (
        "recovery-damaged",
        Place::Input,
        text(
            "Tiedosto, jossa avain on palautusavaimen takana, on vaurioitunut.",
            "Filen med den inslagna nyckeln är skadad.",
            "The file with the wrapped key is damaged.",
        ),
        text(
            "Ota se varmuuskopion vierestä: `tiski record recover --beside VARMUUSKOPIO`.",
            "Ta den bredvid en säkerhetskopia: `tiski record recover --beside KOPIA`.",
            "Take it from beside a backup: `tiski record recover --beside BACKUP`.",
        ),
    ),
    (
        "recovery-key-mistyped",
        Place::Input,
        text(
            "Palautusavaimessa on kirjoitusvirhe.",
            "Återställningsnyckeln är felskriven.",
            "The recovery key is mistyped.",
        ),
        text("Tarkista nämä ryhmät.", "Kontrollera dessa grupper.", "Check these groups."),
    ),
    (
        "recovery-key-length",
        Place::Input,
        text(
            "Palautusavaimessa on 8 ryhmää, joissa on 5 merkkiä.",
            "En återställningsnyckel har 8 grupper med 5 tecken.",
            "A recovery key has 8 groups of 5 characters.",
        ),
        text("Kirjoita kaikki ryhmät.", "Skriv alla grupper.", "Type all the groups."),
    ),
    (
        "recovery-key-wrong",
        Place::Input,
        text(
            "Palautusavain on kirjoitettu oikein, mutta se ei ole tämän kirjan.",
            "Återställningsnyckeln är rätt skriven men hör inte till denna journal.",
            "The recovery key is well typed and is not this record's.",
        ),
        text(
            "Etsi tämän työaseman uusin palautusavain.",
            "Sök arbetsstationens senaste återställningsnyckel.",
            "Look for this workstation's newest recovery key.",
        ),
    ),
    (
        "record-missing",
        Place::Input,
        text(
            "Kirjan tai varmuuskopion tiedosto puuttuu.",
            "Journalens eller säkerhetskopians fil saknas.",
            "The file of the record or of the backup is missing.",
        ),
        text("Tarkista tiedoston nimi.", "Kontrollera filens namn.", "Check the file's name."),
    ),
    (
        "record-newer-schema",
        Place::Program,
        text(
            "Kirja on uudemman ohjelmaversion.",
            "Journalen hör till en nyare programversion.",
            "The record belongs to a newer version of the program.",
        ),
        text(
            "Päivitä ohjelma; kirjaa voi katsoa: `tiski record show`.",
            "Uppdatera programmet; journalen kan läsas: `tiski record show`.",
            "Update the program; the record can be looked at: `tiski record show`.",
        ),
    ),
    (
        "record-file-exists",
        Place::Input,
        text(
            "Samanniminen tiedosto on jo olemassa; sitä ei korvata.",
            "En fil med samma namn finns redan; den ersätts inte.",
            "A file of that name is there already; it is not overwritten.",
        ),
        text("Valitse toinen nimi.", "Välj ett annat namn.", "Choose another name."),
    ),
    (
        "record-backup-running",
        Place::Input,
        text(
            "Toinen varmuuskopiointi on kesken.",
            "En annan säkerhetskopiering pågår.",
            "Another backup is being made.",
        ),
        text("Odota ja yritä uudelleen.", "Vänta och försök på nytt.", "Wait and try again."),
    ),
    (
        "record-backup-unsound",
        Place::Input,
        text("Varmuuskopio ei ole ehjä.", "Säkerhetskopian är inte hel.", "The backup is not whole."),
        text(
            "Mitään ei muuttunut. Käytä toista varmuuskopiota.",
            "Inget ändrades. Använd en annan säkerhetskopia.",
            "Nothing was changed. Use another backup.",
        ),
    ),
    (
        "record-restore-would-lose",
        Place::Input,
        text(
            "Nykyisessä kirjassa on tapahtumia, joita varmuuskopiossa ei ole.",
            "Den nuvarande journalen har händelser som säkerhetskopian saknar.",
            "The record has events that the backup has not.",
        ),
        text(
            "Mitään ei muuttunut. Jos se silti korvataan, lisää `--replace`: nykyinen säilyy päivätyllä nimellä.",
            "Inget ändrades. Om den ändå ska ersättas, lägg till `--replace`: den nuvarande sparas under ett daterat namn.",
            "Nothing was changed. To replace it all the same add `--replace`: what is there is kept under a dated name.",
        ),
    ),
    (
        "record-restore-over-unreadable",
        Place::Input,
        text(
            "Nykyistä kirjaa ei voi lukea tällä avaimella.",
            "Den nuvarande journalen kan inte läsas med denna nyckel.",
            "The record that is there cannot be read with this key.",
        ),
        text(
            "Mitään ei muuttunut. Jos se korvataan, lisää `--replace`: nykyinen säilyy päivätyllä nimellä.",
            "Inget ändrades. Om den ska ersättas, lägg till `--replace`: den nuvarande sparas under ett daterat namn.",
            "Nothing was changed. To replace it add `--replace`: what is there is kept under a dated name.",
        ),
    ),
    (
        "backup-nowhere",
        Place::Input,
        text(
            "Varmuuskopioiden kansiota ei ole asetettu.",
            "Ingen mapp för säkerhetskopior är inställd.",
            "No folder for backups is set.",
        ),
        text(
            "Aseta `record.backups` asetustiedostoon.",
            "Ställ in `record.backups` i inställningsfilen.",
            "Set `record.backups` in the settings file.",
        ),
    ),
    (
        "record-disk-full",
        Place::Program,
        text(
            "Levy on täynnä: mitään ei tallennettu.",
            "Disken är full: inget sparades.",
            "The disk is full: nothing was saved.",
        ),
        text(
            "Vapauta tilaa ja allekirjoita uudelleen.",
            "Frigör utrymme och signera på nytt.",
            "Free some space and sign again.",
        ),
    ),
    (
        "record-uncertain",
        Place::Program,
        text(
            "Levy petti tallennettaessa: ei tiedetä, tallentuiko.",
            "Disken svek: det är okänt om det sparades.",
            "The disk failed while saving: it is not known whether it was saved.",
        ),
        text(
            "Käynnistä ohjelma uudelleen ja katso Odottaa-luettelo ennen kuin allekirjoitat.",
            "Starta om programmet och se listan Väntar innan du signerar.",
            "Restart the program and look at the waiting list before signing.",
        ),
    ),
    (
        "record-unknown-document",
        Place::Input,
        text("Asiakirjaa ei ole.", "Dokumentet finns inte.", "There is no such document."),
        TRY_AGAIN,
    ),
    (
        "record-wrong-state",
        Place::Input,
        text(
            "Asiakirjan tila on jo toinen.",
            "Dokumentets tillstånd har redan ändrats.",
            "The document's state is another by now.",
        ),
        text("Katso luettelo uudelleen.", "Se listan på nytt.", "Look at the list again."),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_a_next_thing_in_three_languages_and_stands_once() {
        for (i, (code, _, sentence, advice)) in TABLE.iter().enumerate() {
            assert!(TABLE.iter().skip(i + 1).all(|(other, ..)| other != code), "{code} stands twice");
            for language in [Language::Fi, Language::Sv, Language::En] {
                for said in [sentence, advice] {
                    assert!(said.in_language(language).ends_with('.'), "{code}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_document_from_the_centre_has_a_sentence_of_its_own() {
        let unknown = of_code("9Y99999", Language::En).sentence;
        for code in [
            "signature-invalid",
            "signature-of-another",
            "signature-of-a-stranger",
            "signature-structure",
            "header-body-mismatch",
            "certificate-revoked",
            "certificate-expired",
            "certificate-unknown-issuer",
            "document-too-large",
            "document-doctype",
            "document-not-xml",
            "message-truncated",
            "message-too-large",
            "doctype-refused",
            "answer-too-large",
        ] {
            assert_ne!(of_code(code, Language::En).sentence, unknown, "{code}");
        }
        let given_up = of_code("TSK-busy:given-up", Language::En);
        assert_ne!(given_up.advice, of_code("TSK-busy", Language::En).advice, "it is no longer sent by itself");
    }

    #[test]
    fn a_blocked_pin_says_which_it_is_and_where_it_is_unblocked() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            for (slot, name) in [(card::PinSlot::Pin1, "PIN1"), (card::PinSlot::Pin2, "PIN2")] {
                let told = problem(&CounterError::Card(card::CardError::PinBlocked(slot)), language);
                assert!(told.sentence.contains(name) && told.advice.contains("DigiSign"), "{told:?}");
            }
        }
    }

    #[test]
    fn a_wrong_pin_tells_the_tries_left_and_an_unknown_code_is_kept() {
        let wrong = CounterError::Card(card::CardError::PinWrong { left: Some(3) });
        let told = problem(&wrong, Language::En);
        assert_eq!((told.code.as_str(), told.tries_left), ("pin-wrong", Some(3)));
        assert_eq!(of_code("9Y99999", Language::En).code, "9Y99999");
        assert_eq!(of_code("TSK-rule-refused:DI-7", Language::En).rule.as_deref(), Some("DI-7"));
    }
}
