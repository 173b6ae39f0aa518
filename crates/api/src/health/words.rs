//! What the health strip and `tiski doctor` say: one sentence and one thing to do for each code of the chain's own. Other
//! codes have their sentences where they come from (`sentences`).

use prescription::rules::{Language, Text, text};

use crate::sentences;

/// A sentence, and what to do; `{}` is where a day, a time or a link's name goes.
type Row = (&'static str, Text, Text);

const NOTHING_TO_DO: Text = text("", "", "");

const NETWORK_ADVICE: Text = text(
    "Tarkista verkkojohto ja muut verkkopalvelut; allekirjoitettu lähtee itsestään, kun yhteys palaa.",
    "Kontrollera nätverkskabeln och andra nättjänster; det signerade skickas av sig självt när förbindelsen återkommer.",
    "Check the network cable and other services; what is signed goes out by itself when the connection is back.",
);
const RENEW_OWN: Text = text(
    "Pyydä ylläpitoa hakemaan uusi varmenne DVV:ltä.",
    "Be systemansvariga skaffa ett nytt certifikat från MDB.",
    "Ask the administrator to get a new certificate from DVV.",
);
const UPDATE_MEDICINES: Text = text(
    "Pyydä ylläpitoa päivittämään lääketietokanta.",
    "Be systemansvariga uppdatera läkemedelsdatabasen.",
    "Ask the administrator to update the medicines database.",
);

/// Every code of the chain's own.
pub(super) const TABLE: &[Row] = &[
    (
        "reader-good",
        text("Kortinlukija on kytketty.", "Kortläsaren är ansluten.", "The card reader is connected."),
        NOTHING_TO_DO,
    ),
    (
        "reader-several",
        text(
            "Kahdessa lukijassa on kortti, jota voi käyttää. Käytössä on lukija {}.",
            "I två läsare finns kort som kan användas. Läsaren {} används.",
            "Two readers hold cards that can be used. The reader in use is {}.",
        ),
        text(
            "Voit jatkaa; poista kortti, jota ei käytetä.",
            "Du kan fortsätta; ta ut kortet som inte används.",
            "Go on; take out the card that is not used.",
        ),
    ),
    (
        "printer-good",
        text("Lipuketulostin vastaa.", "Etikettskrivaren svarar.", "The label printer answers."),
        NOTHING_TO_DO,
    ),
    (
        "printer-not-used",
        text(
            "Lipuketulostinta ei ole vielä käytetty.",
            "Etikettskrivaren har inte använts ännu.",
            "The label printer has not been used yet.",
        ),
        NOTHING_TO_DO,
    ),
    (
        "scanner-good",
        text("Viivakoodinlukija on kytketty.", "Streckkodsläsaren är ansluten.", "The barcode scanner is connected."),
        NOTHING_TO_DO,
    ),
    (
        "scanner-not-opened",
        text(
            "Viivakoodinlukijaa ei ole vielä avattu.",
            "Streckkodsläsaren har inte öppnats ännu.",
            "The barcode scanner has not been opened yet.",
        ),
        NOTHING_TO_DO,
    ),
    (
        "scanner-missing",
        text(
            "Viivakoodinlukija ei ole kytkettynä.",
            "Streckkodsläsaren är inte ansluten.",
            "The barcode scanner is not connected.",
        ),
        text(
            "Tarkista johto ja virta; ohjelma löytää lukijan itse. Pakkauksen voi valita luettelosta (F4).",
            "Kontrollera kabeln och strömmen; programmet hittar läsaren självt. Förpackningen kan väljas i listan (F4).",
            "Check its cable and power; the program finds it by itself. A package can be chosen from the list (F4).",
        ),
    ),
    (
        "scanner-no-permission",
        text(
            "Käyttöjärjestelmä ei anna ohjelman lukea viivakoodinlukijaa.",
            "Operativsystemet låter inte programmet läsa streckkodsläsaren.",
            "The operating system does not let the program read the barcode scanner.",
        ),
        text(
            "Pyydä ylläpitoa antamaan lukuoikeus laitteeseen.",
            "Be systemansvariga ge läsrätt till enheten.",
            "Ask the administrator for the right to read the device.",
        ),
    ),
    (
        "scanner-busy",
        text(
            "Viivakoodinlukija on toisen ohjelman käytössä.",
            "Streckkodsläsaren används av ett annat program.",
            "Another program is using the barcode scanner.",
        ),
        text(
            "Sulje toinen ohjelma, joka käyttää lukijaa.",
            "Stäng det andra programmet som använder läsaren.",
            "Close the other program that uses the scanner.",
        ),
    ),
    (
        "scanner-unreadable",
        text(
            "Viivakoodinlukijaa ei voi lukea.",
            "Streckkodsläsaren kan inte läsas.",
            "The barcode scanner cannot be read.",
        ),
        text(
            "Pyydä ylläpitoa tarkistamaan lukijan asetukset (scanner).",
            "Be systemansvariga kontrollera läsarens inställningar (scanner).",
            "Ask the administrator to check the scanner's settings (scanner).",
        ),
    ),
    ("scs-good", text("Korttiohjelma vastaa.", "Kortprogrammet svarar.", "The card program answers."), NOTHING_TO_DO),
    (
        "card-unread",
        text(
            "Kortin haltija selviää, kun joku kirjautuu.",
            "Vems kortet är framgår när någon loggar in.",
            "Whose card it is will be known when somebody logs in.",
        ),
        NOTHING_TO_DO,
    ),
    (
        "card-good",
        text("Ammattikortti on lukijassa.", "Yrkeskortet är i läsaren.", "A professional card is in the reader."),
        NOTHING_TO_DO,
    ),
    (
        "certificate-good",
        text(
            "Kortin varmenteet ovat voimassa {} asti.",
            "Kortets certifikat gäller till {}.",
            "The card's certificates are valid until {}.",
        ),
        NOTHING_TO_DO,
    ),
    (
        "certificate-expires-soon",
        text("Kortin varmenne vanhenee {}.", "Kortets certifikat går ut {}.", "The card's certificate expires on {}."),
        text("Tilaa uusi ammattikortti nyt.", "Beställ ett nytt yrkeskort nu.", "Order a new professional card now."),
    ),
    (
        "revocation-list-overdue",
        text(
            "Sulkulistaa ei ole saatu uudistettua {} jälkeen.",
            "Spärrlistan har inte förnyats efter {}.",
            "The revocation list has not been renewed since {}.",
        ),
        text(
            "Voit jatkaa; pyydä ylläpitoa tarkistamaan sulkulistojen haku tänään.",
            "Du kan fortsätta; be systemansvariga kontrollera hämtningen av spärrlistor i dag.",
            "Go on; ask the administrator to check today how revocation lists are fetched.",
        ),
    ),
    (
        "revocation-list-gone",
        text(
            "Sulkulista on vanhentunut {}: kenenkään varmennetta ei voi tarkistaa.",
            "Spärrlistan gick ut {}: ingens certifikat kan kontrolleras.",
            "The revocation list ran out on {}: nobody's certificate can be checked.",
        ),
        text(
            "Pyydä ylläpitoa hakemaan sulkulista; kirjautua ei voi ennen sitä.",
            "Be systemansvariga hämta spärrlistan; ingen kan logga in före det.",
            "Ask the administrator to fetch the list; nobody can log in before that.",
        ),
    ),
    (
        "own-server-certificate-expires-soon",
        text(
            "Apteekin palvelinvarmenne vanhenee {}.",
            "Apotekets servercertifikat går ut {}.",
            "The pharmacy's server certificate expires on {}.",
        ),
        RENEW_OWN,
    ),
    (
        "own-server-certificate-expired",
        text(
            "Apteekin palvelinvarmenne vanheni {}.",
            "Apotekets servercertifikat gick ut {}.",
            "The pharmacy's server certificate expired on {}.",
        ),
        RENEW_OWN,
    ),
    (
        "own-system-certificate-expires-soon",
        text(
            "Apteekin järjestelmäallekirjoituksen varmenne vanhenee {}.",
            "Certifikatet för apotekets systemsignatur går ut {}.",
            "The pharmacy's system-signature certificate expires on {}.",
        ),
        RENEW_OWN,
    ),
    (
        "own-system-certificate-expired",
        text(
            "Apteekin järjestelmäallekirjoituksen varmenne vanheni {}.",
            "Certifikatet för apotekets systemsignatur gick ut {}.",
            "The pharmacy's system-signature certificate expired on {}.",
        ),
        RENEW_OWN,
    ),
    (
        "clock-good",
        text(
            "Kello on oikeassa (ero {} s).",
            "Klockan går rätt (skillnad {} s).",
            "The clock is right (difference {} s).",
        ),
        NOTHING_TO_DO,
    ),
    (
        "clock-wrong",
        text(
            "Työaseman kello on {} min eri ajassa kuin Reseptikeskus.",
            "Arbetsstationens klocka avviker {} min från Receptcentrets.",
            "This workstation's clock is {} min from the Prescription Centre's.",
        ),
        text(
            "Aseta työaseman kello oikeaan aikaan ennen kuin allekirjoitat.",
            "Ställ arbetsstationens klocka innan du signerar.",
            "Set the workstation's clock before you sign.",
        ),
    ),
    (
        "network-good",
        text(
            "Verkkoyhteys Reseptikeskukseen toimii.",
            "Nätförbindelsen till Receptcentret fungerar.",
            "The network reaches the Prescription Centre.",
        ),
        NOTHING_TO_DO,
    ),
    (
        "not-reached",
        text(
            "Verkko ei vie Reseptikeskukseen: yhteyttä ei oteta vastaan.",
            "Nätet når inte Receptcentret: ingen tar emot förbindelsen.",
            "The network does not reach the Prescription Centre: nobody takes the connection.",
        ),
        NETWORK_ADVICE,
    ),
    (
        "connect-timed-out",
        text(
            "Verkko ei vie Reseptikeskukseen: yhteys ei avaudu ajoissa.",
            "Nätet når inte Receptcentret: förbindelsen öppnas inte i tid.",
            "The network does not reach the Prescription Centre: no connection in time.",
        ),
        NETWORK_ADVICE,
    ),
    (
        "centre-good",
        text(
            "Reseptikeskus vastasi {} sitten.",
            "Receptcentret svarade för {} sedan.",
            "The Prescription Centre answered {} ago.",
        ),
        NOTHING_TO_DO,
    ),
    ("medicines-good", text("Lääketietokanta {}.", "Läkemedelsdatabas {}.", "Medicines database {}."), NOTHING_TO_DO),
    (
        "medicines-old",
        text(
            "Lääketietokanta on {} päivää vanha.",
            "Läkemedelsdatabasen är {} dagar gammal.",
            "The medicines database is {} days old.",
        ),
        UPDATE_MEDICINES,
    ),
    (
        "medicines-too-old",
        text(
            "Lääketietokanta on {} päivää vanha: hinnat ja vaihtokelpoisuus eivät pidä paikkaansa.",
            "Läkemedelsdatabasen är {} dagar gammal: priser och utbytbarhet stämmer inte.",
            "The medicines database is {} days old: prices and substitution no longer hold.",
        ),
        UPDATE_MEDICINES,
    ),
    (
        "medicines-stale",
        text(
            "Lääketietokanta on vanhentunut: uusi olisi pitänyt ottaa käyttöön {}. Hinnat voivat olla väärin.",
            "Läkemedelsdatabasen är föråldrad: en ny borde ha tagits i bruk {}. Priserna kan vara fel.",
            "The medicines database is out of date: a new one should have been in force on {}. Prices may be wrong.",
        ),
        UPDATE_MEDICINES,
    ),
    (
        "medicines-missing",
        text(
            "Lääketietokantaa ei ole tai sitä ei voi lukea.",
            "Läkemedelsdatabasen saknas eller kan inte läsas.",
            "The medicines database is missing or cannot be read.",
        ),
        UPDATE_MEDICINES,
    ),
    (
        "not-asked-yet",
        text("Tätä ei ole vielä tutkittu.", "Detta är inte undersökt än.", "This has not been looked at yet."),
        NOTHING_TO_DO,
    ),
    (
        "depends",
        text(
            "Tiedetään vasta, kun tämä on kunnossa: {}.",
            "Känt först när detta är i ordning: {}.",
            "Known only when this is in order: {}.",
        ),
        NOTHING_TO_DO,
    ),
];

/// The sentence of a code and what to do.
pub(super) fn said(code: &str, filling: &str, language: Language) -> (String, String) {
    match TABLE.iter().find(|(known, ..)| *known == code) {
        Some((_, sentence, advice)) => {
            (sentence.in_language(language).replace("{}", filling), advice.in_language(language).to_owned())
        }
        None => {
            let problem = sentences::of_code(code, language);
            (problem.sentence, problem.advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_chain_has_one_sentence_in_three_languages_and_stands_once() {
        for (i, (code, sentence, advice)) in TABLE.iter().enumerate() {
            assert!(TABLE.iter().skip(i + 1).all(|(other, ..)| other != code), "{code} stands twice");
            for language in [Language::Fi, Language::Sv, Language::En] {
                assert!(sentence.in_language(language).ends_with('.'), "{code}");
                let advice = advice.in_language(language);
                assert!(advice.is_empty() || advice.ends_with('.'), "{code}");
                let filled = sentence.in_language(Language::Fi).contains("{}");
                assert_eq!(sentence.in_language(language).contains("{}"), filled, "{code}");
            }
        }
    }
}
