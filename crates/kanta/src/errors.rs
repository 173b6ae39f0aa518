//! The table of errors: what each code means to a person, what to do next, and whether sending again helps.
//!
//! The national list is code set 1.2.246.537.5.40112.2006; two of its codes are public. The others here begin with
//! `TSK-`, which no national code does. A code that is not in the table is kept as it came, goes to a person, and is not
//! sent again by itself (promises 3 and 7).

use prescription::rules::Text;

/// What becomes of a message that was refused with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "class")]
pub enum Class {
    /// The same bytes will always be refused: a person decides what to do instead.
    Refused,
    /// Worth sending again by itself.
    Later {
        /// Seconds to wait before the first try; later tries wait longer.
        after_s: u32,
        /// Tries before a person is asked.
        tries_at_most: u32,
    },
    /// A person must look before anything is sent.
    AskPerson,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is wrong, one sentence.
    pub meaning: Text,
    /// What to do next.
    pub advice: Text,
    /// What becomes of the message.
    pub class: Class,
    /// HTTP status of a FHIR answer with this code first.
    pub http_status: u16,
}

macro_rules! errors {
    ($($name:ident $code:literal $status:literal $class:expr,
        $mfi:literal $msv:literal $men:literal
        advice $afi:literal $asv:literal $aen:literal)*) => {
        /// The codes that this program knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Known { $(#[doc = $men] $name,)* }
        impl Known {
            /// Every code.
            pub const ALL: &'static [Known] = &[$(Known::$name,)*];
            /// The code as answers carry it.
            pub fn code(self) -> &'static str {
                match self { $(Known::$name => $code,)* }
            }
            /// The row.
            pub fn entry(self) -> &'static Entry {
                match self { $(Known::$name => {
                    static ENTRY: Entry = Entry {
                        meaning: Text { fi: $mfi, sv: $msv, en: $men },
                        advice: Text { fi: $afi, sv: $asv, en: $aen },
                        class: $class,
                        http_status: $status,
                    };
                    &ENTRY
                })* }
            }
        }
    };
}

const SOON: Class = Class::Later { after_s: 10, tries_at_most: 500 };

errors! {
    Integrity "4Y00007" 400 Class::AskPerson,
        "Sanoma ei ole eheä tai siitä puuttuu pakollinen tieto."
        "Meddelandet är inte intakt eller saknar en obligatorisk uppgift."
        "The message is not intact or lacks something that it must have."
        advice "Ilmoita vika järjestelmän toimittajalle; toimitus säilyy listalla."
               "Anmäl felet till systemleverantören; expeditionen finns kvar på listan."
               "Report it to the system's vendor; the dispensation stays on the list."
    AccessDenied "5Y00009" 401 Class::AskPerson,
        "Käyttöoikeusvirhe: Reseptikeskus ei hyväksy käyttäjän tai apteekin oikeutta."
        "Åtkomstfel: Receptcentret godkänner inte användarens eller apotekets rättighet."
        "Access right error: the Prescription Centre does not accept the user's or the pharmacy's right."
        advice "Tarkista, kenellä kortilla ja missä apteekissa on kirjauduttu."
               "Kontrollera med vems kort och i vilket apotek inloggningen skett."
               "Check whose card is logged in, and at which pharmacy."
    RuleRefused "TSK-rule-refused" 422 Class::Refused,
        "Toimittamisen sääntö estää tallennuksen."
        "En expeditionsregel hindrar att detta sparas."
        "A rule of dispensing does not allow this to be stored."
        advice "Selvitä asia säännön ohjeen mukaan ja korjaa toimitus."
               "Utred saken enligt regelns anvisning och rätta expeditionen."
               "Settle it as the rule's advice says, and correct the dispensation."
    SignatureMissing "TSK-signature-missing" 422 Class::Refused,
        "Asiakirjassa ei ole ammattihenkilön allekirjoitusta."
        "Handlingen saknar en yrkesutbildad persons signatur."
        "The document has no professional's signature."
        advice "Allekirjoita toimitus kortilla uudelleen."
               "Signera expeditionen med kortet på nytt."
               "Sign the dispensation again with the card."
    SignatureInvalid "TSK-signature-invalid" 422 Class::Refused,
        "Allekirjoitus ei vastaa asiakirjaa: asiakirja tai allekirjoitus on muuttunut."
        "Signaturen stämmer inte med handlingen: handlingen eller signaturen har ändrats."
        "The signature does not match the document: one of them was changed."
        advice "Älä lähetä samaa uudelleen. Tee toimitus uudestaan ja ilmoita vika toimittajalle."
               "Skicka inte samma på nytt. Gör om expeditionen och anmäl felet till leverantören."
               "Do not send the same again. Make the dispensation anew and report the fault to the vendor."
    CertificateRevoked "TSK-certificate-revoked" 422 Class::Refused,
        "Allekirjoittajan varmenne on suljettu."
        "Undertecknarens certifikat är spärrat."
        "The signer's certificate is revoked."
        advice "Korttia ei voi käyttää. Toisen henkilön on tehtävä toimitus; uusi kortti haetaan DVV:ltä."
               "Kortet kan inte användas. En annan person gör expeditionen; ett nytt kort fås från MDB."
               "The card cannot be used. Another person must dispense; a new card comes from DVV."
    CertificateExpired "TSK-certificate-expired" 422 Class::Refused,
        "Allekirjoittajan varmenteen voimassaolo on päättynyt."
        "Undertecknarens certifikat har upphört att gälla."
        "The signer's certificate has expired."
        advice "Uusi kortti DVV:ltä; sillä välin toisen henkilön on tehtävä toimitus."
               "Förnya kortet hos MDB; under tiden gör en annan person expeditionen."
               "Renew the card at DVV; until then another person must dispense."
    CertificateUnknownIssuer "TSK-certificate-unknown-issuer" 422 Class::Refused,
        "Allekirjoittajan varmenteen myöntäjään ei luoteta."
        "Utfärdaren av undertecknarens certifikat är inte betrodd."
        "The issuer of the signer's certificate is not trusted."
        advice "Tarkista, että kortti on DVV:n ammattikortti ja oikeasta ympäristöstä."
               "Kontrollera att kortet är MDB:s yrkeskort och från rätt miljö."
               "Check that the card is DVV's professional card and from the right environment."
    CertificateWrongUse "TSK-certificate-wrong-use" 422 Class::Refused,
        "Varmennetta ei ole tarkoitettu tähän käyttöön."
        "Certifikatet är inte avsett för denna användning."
        "The certificate is not meant for this use."
        advice "Allekirjoita kortin allekirjoitusvarmenteella (PIN2)."
               "Signera med kortets signeringscertifikat (PIN2)."
               "Sign with the card's signature certificate (PIN2)."
    HeaderBodyMismatch "TSK-header-body-mismatch" 422 Class::Refused,
        "Asiakirjan otsikkotiedot ja sisältö ovat ristiriidassa."
        "Handlingens rubrikuppgifter och innehåll motsäger varandra."
        "The document's header and its body contradict each other."
        advice "Tee toimitus uudestaan ja ilmoita vika järjestelmän toimittajalle."
               "Gör om expeditionen och anmäl felet till systemleverantören."
               "Make the dispensation anew and report the fault to the system's vendor."
    OrganisationMismatch "TSK-organisation-mismatch" 403 Class::Refused,
        "Asiakirjan tai sanoman apteekki on muu kuin yhteyden varmenteen."
        "Apoteket i handlingen eller meddelandet är ett annat än i förbindelsens certifikat."
        "The pharmacy of the document or message is not that of the connection's certificate."
        advice "Tarkista apteekin tunniste ja palvelinvarmenne asetuksista."
               "Kontrollera apotekets identifierare och servercertifikatet i inställningarna."
               "Check the pharmacy's identifier and certificate in the settings."
    SignerMismatch "TSK-signer-mismatch" 422 Class::Refused,
        "Allekirjoittaja, toimituksen tekijä ja kirjautunut käyttäjä eivät ole sama henkilö."
        "Undertecknaren, expeditionens upphovsperson och den inloggade är inte samma person."
        "The signer, the dispensation's author and the user are not one person."
        advice "Kirjaudu omalla kortilla ja allekirjoita sillä."
               "Logga in med ditt eget kort och signera med det."
               "Log in with your own card and sign with it."
    RightMissing "TSK-right-missing" 403 Class::Refused,
        "Käyttäjän ammattioikeus ei riitä tähän."
        "Användarens yrkesrättighet räcker inte till detta."
        "The user's professional right does not suffice for this."
        advice "Pyydä farmaseuttia tai proviisoria tekemään tämä."
               "Be en farmaceut eller provisor göra detta."
               "Ask a pharmacist to do this."
    DocumentTooLarge "TSK-document-too-large" 413 Class::Refused,
        "Asiakirja tai sanoma on liian suuri."
        "Handlingen eller meddelandet är för stort."
        "The document or message is too large."
        advice "Rajaa hakua; jos kyse on toimituksesta, ilmoita vika järjestelmän toimittajalle."
               "Avgränsa sökningen; gäller det en expedition, anmäl felet till systemleverantören."
               "Narrow the search; if it is a dispensation, report the fault to the system's vendor."
    XmlRefused "TSK-xml-refused" 400 Class::Refused,
        "Sanoma hylättiin turvallisuussyistä: siinä on kielletty tai liian syvä rakenne."
        "Meddelandet avvisades av säkerhetsskäl: det har en förbjuden eller för djup struktur."
        "The message was refused for safety: it has a forbidden or too deep structure."
        advice "Älä lähetä uudelleen. Ilmoita vika järjestelmän toimittajalle."
               "Skicka inte på nytt. Anmäl felet till systemleverantören."
               "Do not send it again. Report the fault to the system's vendor."
    MessageBroken "TSK-message-broken" 400 Class::Later { after_s: 5, tries_at_most: 10 },
        "Sanoma katkesi matkalla."
        "Meddelandet bröts av på vägen."
        "The message was cut short on its way."
        advice "Ohjelma lähettää sen uudelleen itse."
               "Programmet skickar det på nytt av sig självt."
               "The program sends it again by itself."
    SameIdOtherBytes "TSK-same-id-other-bytes" 409 Class::AskPerson,
        "Samalla tunnisteella on jo tallennettu toinen asiakirja."
        "En annan handling har redan sparats med samma identifierare."
        "Another document is already stored under the same identifier."
        advice "Pysäytä toimittaminen tältä työasemalta ja ilmoita heti järjestelmän toimittajalle."
               "Stoppa expedieringen på denna arbetsstation och meddela genast systemleverantören."
               "Stop dispensing at this workstation and tell the system's vendor at once."
    PrescriptionUnknown "TSK-prescription-unknown" 404 Class::AskPerson,
        "Reseptikeskus ei tunne lääkemääräystä, johon viitataan."
        "Receptcentret känner inte till receptet som det hänvisas till."
        "The Prescription Centre does not know the prescription that is referred to."
        advice "Hae asiakkaan lääkemääräykset uudelleen ja vertaa."
               "Sök kundens recept på nytt och jämför."
               "Search the customer's prescriptions again and compare."
    ClockDifference "TSK-clock-difference" 422 Class::AskPerson,
        "Toimituksen tai allekirjoituksen aika poikkeaa yli viisi minuuttia Reseptikeskuksen kellosta."
        "Expeditionens eller signaturens tid avviker mer än fem minuter från Receptcentrets klocka."
        "The time of dispensing or signing is more than five minutes from the Prescription Centre's clock."
        advice "Tarkista työaseman kello. Häiriön aikana tehty toimitus lähetetään myöhässä lähetettävänä."
               "Kontrollera arbetsstationens klocka. En expedition från ett avbrott sänds som försenad."
               "Check the workstation's clock. A dispensation made in an outage is sent as late."
    VersionConflict "TSK-version-conflict" 409 Class::AskPerson,
        "Lääkemääräys on muuttunut sen jälkeen, kun se haettiin."
        "Receptet har ändrats efter att det hämtades."
        "The prescription has changed since it was fetched."
        advice "Hae lääkemääräys uudelleen ja tarkista toimitus."
               "Hämta receptet på nytt och kontrollera expeditionen."
               "Fetch the prescription again and check the dispensation."
    DocumentTypeUnsupported "TSK-document-type" 422 Class::Refused,
        "Reseptikeskus ei ota vastaan tämäntyyppistä asiakirjaa."
        "Receptcentret tar inte emot handlingar av denna typ."
        "The Prescription Centre does not take documents of this type."
        advice "Ilmoita vika järjestelmän toimittajalle."
               "Anmäl felet till systemleverantören."
               "Report it to the system's vendor."
    WrongEnvironment "TSK-wrong-environment" 400 Class::AskPerson,
        "Sanoma on toisesta ympäristöstä: testi ja tuotanto eivät saa kohdata."
        "Meddelandet är från en annan miljö: test och produktion får inte mötas."
        "The message is from another environment: test and production must not meet."
        advice "Tarkista ympäristö ja osoite asetuksista ennen kuin jatkat."
               "Kontrollera miljön och adressen i inställningarna innan du fortsätter."
               "Check the environment and the address in the settings before going on."
    Busy "TSK-busy" 503 SOON,
        "Reseptikeskus on kuormittunut."
        "Receptcentret är överbelastat."
        "The Prescription Centre is busy."
        advice "Ohjelma lähettää uudelleen itse."
               "Programmet skickar på nytt av sig självt."
               "The program sends it again by itself."
    Unavailable "TSK-unavailable" 503 SOON,
        "Reseptikeskus ei ole nyt käytettävissä."
        "Receptcentret är inte tillgängligt just nu."
        "The Prescription Centre is not available now."
        advice "Ohjelma lähettää uudelleen itse. Toimi häiriöohjeen mukaan, jos katko jatkuu."
               "Programmet skickar på nytt av sig självt. Följ avbrottsanvisningen om avbrottet fortsätter."
               "The program sends it again by itself. Follow the outage instructions if it goes on."
}

static UNKNOWN: Entry = Entry {
    meaning: Text {
        fi: "Reseptikeskus vastasi virheellä, jota tämä ohjelma ei tunne.",
        sv: "Receptcentret svarade med ett fel som detta program inte känner till.",
        en: "The Prescription Centre answered with an error that this program does not know.",
    },
    advice: Text {
        fi: "Kirjaa virhekoodi ja ota yhteys järjestelmän toimittajaan; mitään ei ole hävinnyt.",
        sv: "Anteckna felkoden och kontakta systemleverantören; inget har gått förlorat.",
        en: "Note the code and contact the system's vendor; nothing is lost.",
    },
    class: Class::AskPerson,
    http_status: 500,
};

/// The known code of a text.
pub fn look_up(code: &str) -> Option<Known> {
    Known::ALL.iter().copied().find(|known| known.code() == code)
}

/// What becomes of a message refused with a code, known or not.
pub fn class(code: &str) -> Class {
    entry(code).class
}

/// What a code means, known or not; also of [`crate::KantaError::code`].
pub fn meaning(code: &str) -> &'static Text {
    &spoken(code).meaning
}

/// What to do next, known or not; also of [`crate::KantaError::code`].
pub fn advice(code: &str) -> &'static Text {
    &spoken(code).advice
}

/// The row of a code; an unknown code has the row that says so.
pub fn entry(code: &str) -> &'static Entry {
    look_up(code).map_or(&UNKNOWN, Known::entry)
}

/// What the codes of [`crate::KantaError`] come down to: how a reader's own failure is told to the sender, and which
/// sentences a person hears of it.
const FAILURES: &[(&str, Known)] = &[
    ("message-truncated", Known::MessageBroken),
    ("message-too-large", Known::DocumentTooLarge),
    ("doctype-refused", Known::XmlRefused),
    ("message-too-deep", Known::XmlRefused),
    ("message-malformed", Known::Integrity),
    ("wrong-interaction", Known::Integrity),
    ("answer-to-another", Known::Integrity),
    ("unknown-path", Known::Integrity),
    ("wrong-environment", Known::WrongEnvironment),
    ("fault", Known::Unavailable),
    ("unexpected-status", Known::Unavailable),
];

/// The row that a reader's own failure comes down to, by the failure's code.
pub fn of_failure(code: &str) -> Option<Known> {
    FAILURES.iter().find(|(failure, _)| *failure == code).map(|(_, known)| *known)
}

/// The row whose sentences a code has: its own, that of a reader's failure, or the one that says that it is unknown.
fn spoken(code: &str) -> &'static Entry {
    look_up(code).or_else(|| of_failure(code)).map_or(&UNKNOWN, Known::entry)
}

/// What becomes of a message refused with several codes: sent again only when every one allows it, and then by the most
/// patient of them; refused for good only when every one says so or the others would wait.
pub fn class_of_all<'a>(codes: impl IntoIterator<Item = &'a str>) -> Class {
    codes.into_iter().map(class).reduce(stricter).unwrap_or(Class::AskPerson)
}

fn stricter(a: Class, b: Class) -> Class {
    match (a, b) {
        (Class::AskPerson, _) | (_, Class::AskPerson) => Class::AskPerson,
        (Class::Refused, _) | (_, Class::Refused) => Class::Refused,
        (Class::Later { after_s: a_s, tries_at_most: a_n }, Class::Later { after_s: b_s, tries_at_most: b_n }) => {
            Class::Later { after_s: a_s.max(b_s), tries_at_most: a_n.min(b_n) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_one_and_speaks_three_languages() {
        let codes: BTreeSet<_> = Known::ALL.iter().map(|known| known.code()).collect();
        assert_eq!(codes.len(), Known::ALL.len(), "a code occurs twice");
        for entry in Known::ALL.iter().map(|known| known.entry()).chain([&UNKNOWN]) {
            for text in [&entry.meaning, &entry.advice] {
                let texts = [text.fi, text.sv, text.en];
                assert!(texts.iter().all(|t| t.len() > 10 && t.ends_with('.')), "{texts:?}");
                assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), 3, "not three languages: {texts:?}");
            }
            assert!((400..600).contains(&entry.http_status));
        }
    }

    #[test]
    fn own_codes_cannot_be_taken_for_national_ones() {
        let national = |code: &str| {
            code.len() == 7 && code.char_indices().all(|(i, c)| if i == 1 { c == 'Y' } else { c.is_ascii_digit() })
        };
        for known in Known::ALL {
            assert!(known.code().starts_with("TSK-") != national(known.code()), "{}", known.code());
        }
        assert_eq!(Known::ALL.iter().filter(|known| national(known.code())).count(), 2);
    }

    #[test]
    fn an_unknown_code_goes_to_a_person_and_is_not_sent_again() {
        assert_eq!(class("9Y99999"), Class::AskPerson);
        assert_eq!(class_of_all(["TSK-busy", "9Y99999"]), Class::AskPerson);
        assert_eq!(class_of_all(["TSK-busy", "TSK-signature-missing"]), Class::Refused);
        let both = Class::Later { after_s: 10, tries_at_most: 10 };
        assert_eq!(class_of_all(["TSK-busy", "TSK-message-broken"]), both);
        assert_eq!(class_of_all([]), Class::AskPerson);
    }
}
