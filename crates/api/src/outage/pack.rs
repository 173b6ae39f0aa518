//! The paper pack for emergencies: the fields of a hand-over as a blank form, for the day on which the machine stands still
//! as well. It holds nobody's data and needs no settings.

use prescription::outage::Basis;
use prescription::rules::{Language, Text, text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::words;

/// A blank form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OutagePack {
    /// fi, sv or en.
    pub language: String,
    /// Its heading.
    pub title: String,
    /// What it is for, in a sentence.
    pub lead: String,
    /// What to mind, one sentence each.
    pub rules: Vec<String>,
    /// What is written on it.
    pub fields: Vec<PackField>,
    /// What becomes of the paper.
    pub foot: String,
}

/// One field of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackField {
    /// What is asked.
    pub label: String,
    /// Boxes to tick; none where words are written.
    pub choices: Vec<String>,
    /// How many lines there are to write on.
    pub lines: u8,
    /// Whether it takes half of the width.
    pub half: bool,
}

const TITLE: Text = text(
    "Lääkkeen luovutus käyttökatkon aikana",
    "Överlämning av läkemedel vid avbrott",
    "Handing over a medicine in an outage",
);
const LEAD: Text = text(
    "Täytä yksi lomake kutakin lääkettä kohden, kun Reseptikeskukseen ei saada yhteyttä eikä ohjelmaa voi käyttää.",
    "Fyll i en blankett för varje läkemedel när Receptcentret inte kan nås och programmet inte kan användas.",
    "Fill in one form for each medicine when the Prescription Centre cannot be reached and the program cannot be used.",
);
const RULES: [Text; 5] = [
    text(
        "Anna lääke vain, jos tarve on välitön; muuten pyydä asiakasta tulemaan myöhemmin samana tai seuraavana päivänä.",
        "Ge läkemedlet bara om behovet är omedelbart; be annars kunden återkomma senare samma dag eller nästa dag.",
        "Give the medicine only if the need is immediate; otherwise ask the customer to come later the same or the next day.",
    ),
    text(
        "Entinen pakkaus tai etiketti ei riitä huumausaineeseen eikä PKV-lääkkeeseen.",
        "Den tidigare förpackningen eller etiketten räcker inte för narkotika eller PKV-läkemedel.",
        "An earlier package or its label does not suffice for a narcotic or a PKV medicine.",
    ),
    text(
        "Puhelin- ja paperiresepti: kirjaa määrääjän nimi ja tunniste sekä määräys sanasta sanaan.",
        "Telefon- och pappersrecept: anteckna förskrivarens namn och beteckning samt ordinationen ord för ord.",
        "Telephone and paper prescription: write the prescriber's name and number, and the prescription word for word.",
    ),
    text(
        "Kelan suorakorvausta ei voi tarkistaa: asiakas maksaa täyden hinnan ja hakee korvauksen kuitilla.",
        "FPA:s direktersättning kan inte kontrolleras: kunden betalar fullt pris och söker ersättning med kvittot.",
        "Kela's direct reimbursement cannot be asked for: the customer pays in full and claims with the receipt.",
    ),
    text(
        "Lue asiakkaan nimi ja syntymäaika ääneen ennen luovutusta.",
        "Läs upp kundens namn och födelsedatum före överlämningen.",
        "Read the customer's name and date of birth aloud before handing over.",
    ),
];
const FOOT: Text = text(
    "Kun yhteys palaa, luovuttanut henkilö kirjaa tämän ohjelmaan todellisella luovutusajalla (Odottavat, käyttökatko). Säilytä paperi lukitussa paikassa, kunnes kirjaus on Reseptikeskuksessa, ja hävitä se sitten.",
    "När förbindelsen återkommer för den som överlämnade in detta i programmet med den verkliga överlämningstiden (Väntande, avbrott). Förvara pappret låst tills anteckningen finns i Receptcentret och förstör det sedan.",
    "When the connection is back, whoever handed over enters this in the program with the real time of hand-over (Waiting, outage). Keep the paper locked away until the entry is in the Prescription Centre, then destroy it.",
);

const DATE: Text = text("Luovutuspäivä ja kellonaika", "Överlämningsdag och klockslag", "Day and time of hand-over");
const PERSON: Text = text(
    "Luovuttaja ja rekisteröintinumero",
    "Överlämnare och registreringsnummer",
    "Who hands over, registration number",
);
const CUSTOMER: Text = text("Asiakkaan nimi", "Kundens namn", "Customer's name");
const IDENTITY: Text = text("Henkilötunnus", "Personbeteckning", "Identity code");
const ACTING: Text = text("Asioija", "Den som uträttar ärendet", "Who is here");
const SELF: Text = text("asiakas itse", "kunden själv", "the customer");
const OTHER: Text =
    text("muu, kuka ja millä oikeudella:", "annan, vem och med vilken rätt:", "another, who and with what right:");
const HOW: Text = text("Tunnistettu", "Identifierad med", "Identified by");
const CARDS: [Text; 5] = [
    text("henkilökortti", "identitetskort", "identity card"),
    text("passi", "pass", "passport"),
    text("ajokortti", "körkort", "driving licence"),
    text("Kela-kortti", "FPA-kort", "Kela card"),
    text("tunnettu", "känd", "known"),
];
const IDENTIFIER: Text = text(
    "Lääkemääräyksen tunniste (potilasohjeesta tai yhteenvedosta)",
    "Receptets beteckning (på patientanvisningen eller sammanställningen)",
    "Identifier of the prescription (on the instruction or summary)",
);
const READ: Text = text(
    "Ohjeen tai etiketin teksti, tai määräys sanasta sanaan",
    "Anvisningens eller etikettens text, eller ordinationen ord för ord",
    "Text of the instruction or label, or the prescription word for word",
);
const PRESCRIBER: Text =
    text("Lääkkeen määrääjä ja tunniste", "Förskrivare och beteckning", "Prescriber and the prescriber's number");
const PRODUCT: Text = text(
    "Valmiste, vahvuus, muoto, pakkaus (VNR)",
    "Preparat, styrka, form, förpackning (VNR)",
    "Product, strength, form, package (VNR)",
);
const AMOUNT: Text = text("Määrä", "Mängd", "Amount");
const PRICE: Text = text("Hinta", "Pris", "Price");
const NEED: Text = text("Tarve on välitön", "Behovet är omedelbart", "The need is immediate");
const YES: Text = text("kyllä", "ja", "yes");
const NO: Text = text("ei, syy:", "nej, orsak:", "no, because:");
const SIGNATURE: Text = text("Allekirjoitus", "Underskrift", "Signature");
const ENTERED: Text = text("Kirjattu ohjelmaan (pvm, kuka)", "Infört i programmet (dag, vem)", "Entered (day, who)");

/// The blank form in a language.
pub fn outage_pack(language: Language) -> OutagePack {
    let say = |text: &Text| text.in_language(language).to_owned();
    let written = |label: &Text, lines, half| PackField { label: say(label), choices: vec![], lines, half };
    let ticked = |label: &Text, choices: Vec<String>| PackField { label: say(label), choices, lines: 0, half: false };
    let bases = Basis::ALL.iter().filter(|(basis, _)| *basis != Basis::Nothing);
    OutagePack {
        language: crate::words::code(language).to_owned(),
        title: say(&TITLE),
        lead: say(&LEAD),
        rules: RULES.iter().map(say).collect(),
        fields: vec![
            written(&DATE, 1, true),
            written(&PERSON, 1, true),
            written(&CUSTOMER, 1, true),
            written(&IDENTITY, 1, true),
            PackField { lines: 1, ..ticked(&ACTING, vec![say(&SELF), say(&OTHER)]) },
            ticked(&HOW, CARDS.iter().map(say).collect()),
            ticked(&words::BASIS, bases.map(|(basis, _)| say(words::basis(*basis))).collect()),
            written(&IDENTIFIER, 1, false),
            written(&READ, 4, false),
            written(&PRESCRIBER, 1, false),
            written(&PRODUCT, 2, false),
            written(&AMOUNT, 1, true),
            written(&PRICE, 1, true),
            PackField { lines: 1, ..ticked(&NEED, vec![say(&YES), say(&NO)]) },
            written(&SIGNATURE, 1, true),
            written(&ENTERED, 1, true),
        ],
        foot: say(&FOOT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_asks_for_every_field_of_an_entry_in_every_language_and_holds_no_data() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let pack = outage_pack(language);
            assert_eq!((pack.fields.len(), pack.rules.len()), (16, 5));
            let texts = pack.fields.iter().flat_map(|field| field.choices.iter().chain([&field.label]));
            assert!(texts.chain(&pack.rules).all(|text| !text.is_empty()));
            let bases = pack.fields.iter().find(|field| field.label == words::BASIS.in_language(language)).unwrap();
            assert_eq!(bases.choices.len(), 5, "every basis but none");
            let written = [&pack.title, &pack.lead, &pack.foot].into_iter().chain(&pack.rules);
            assert!(
                written
                    .chain(pack.fields.iter().map(|field| &field.label))
                    .all(|text| !text.contains(char::is_numeric))
            );
        }
    }
}
