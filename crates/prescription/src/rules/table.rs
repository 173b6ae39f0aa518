//! Every rule once: its id, what it demands, what it says when it is broken, what to do then, where it comes from and
//! how sure that source is. The ids are those of the collected rules of the field (`docs/rules.md` lists them).

use serde::{Deserialize, Serialize};

/// A language of the user interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Finnish.
    #[default]
    Fi,
    /// Swedish.
    Sv,
    /// English.
    En,
}

/// One text in the three languages.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// Finnish.
    pub fi: &'static str,
    /// Swedish.
    pub sv: &'static str,
    /// English.
    pub en: &'static str,
}

/// A text in Finnish, Swedish and English: tables of words are written with it.
pub const fn text(fi: &'static str, sv: &'static str, en: &'static str) -> Text {
    Text { fi, sv, en }
}

impl Text {
    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Fi => self.fi,
            Language::Sv => self.sv,
            Language::En => self.en,
        }
    }
}

/// How sure the source of a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Read in a public source.
    Read,
    /// Read in a sample or in source code of Kela's public library.
    Sample,
    /// Recalled, to be confirmed.
    Recalled,
    /// This program's own design.
    Design,
}

/// A rule of the trade.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// What it demands.
    pub demand: Text,
    /// What is wrong when it is broken (or what to know, for a note). May hold `{placeholders}`.
    pub refusal: Text,
    /// What to do next.
    pub advice: Text,
    /// Where it comes from.
    pub source: &'static str,
    /// How sure that is.
    pub mark: Mark,
}

/// Every rule of this program: those of dispensing in the order in which they are asked, those of exchange, of deviating, of
/// what no database has, of handing over in an outage, then those of all that is done to a prescription beside.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    TABLE
        .iter()
        .chain(super::exchange::TABLE)
        .chain(super::deviation::TABLE)
        .chain(super::unlisted::TABLE)
        .chain(super::outage::TABLE)
        .chain(super::operations::TABLE)
        .copied()
}

/// The rule of an id, if this program has it.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Declares rules and the table of them: each with its id, mark and source, what it demands, what is wrong when it is broken
/// and what to do then, in Finnish, Swedish and English.
#[macro_export]
macro_rules! rules {
    ($($name:ident $id:literal $mark:ident $source:literal
        demand $dfi:literal $dsv:literal $den:literal
        refusal $rfi:literal $rsv:literal $ren:literal
        advice $afi:literal $asv:literal $aen:literal)*) => {
        $(#[doc = $den] pub static $name: $crate::rules::Rule = $crate::rules::Rule {
            id: $id,
            demand: $crate::rules::Text { fi: $dfi, sv: $dsv, en: $den },
            refusal: $crate::rules::Text { fi: $rfi, sv: $rsv, en: $ren },
            advice: $crate::rules::Text { fi: $afi, sv: $asv, en: $aen },
            source: $source,
            mark: $crate::rules::table::Mark::$mark,
        };)*
        /// The rules that are declared here, in the order in which they are asked.
        pub static TABLE: &[&$crate::rules::Rule] = &[$(&$name),*];
    };
}

pub(super) use rules;

rules! {
    DI_3 "DI-3" Read "kanta.fi for pharmacies; Kela's sample dispensation LT1; table 5.2"
        demand "Toimituksen allekirjoittaa farmaseutti tai proviisori."
               "Expeditionen signeras av en farmaceut eller provisor."
               "A pharmacist signs the dispensation."
        refusal "Tällä ammattioikeudella ({right}) ei voi allekirjoittaa toimitusta."
                "Med denna yrkesrättighet ({right}) kan expeditionen inte signeras."
                "This professional right ({right}) cannot sign a dispensation."
        advice "Pyydä farmaseuttia tai proviisoria tarkistamaan ja allekirjoittamaan."
               "Be en farmaceut eller provisor kontrollera och signera."
               "Ask a pharmacist to check and sign it."
    SI_1 "SI-1" Read "act 61/2007; wire-format notes, section 6"
        demand "Lääkemääräyksen allekirjoitukset pitävät."
               "Receptets signaturer är giltiga."
               "The prescription's signatures hold."
        refusal "Lääkemääräyksessä ei ole pätevää allekirjoitusta."
                "Receptet saknar en giltig signatur."
                "The prescription has no valid signature."
        advice "Ota yhteys lääkkeen määrääjään; tätä ei voi toimittaa."
               "Kontakta förskrivaren; receptet kan inte expedieras."
               "Contact the prescriber; this cannot be dispensed."
    LC_11 "LC-11" Read "act 61/2007, section 10"
        demand "Lääkemääräystä ei ole mitätöity."
               "Receptet är inte makulerat."
               "The prescription is not cancelled."
        refusal "Lääkemääräys on mitätöity."
                "Receptet är makulerat."
                "The prescription is cancelled."
        advice "Kerro asiakkaalle; uuden lääkemääräyksen tekee lääkäri."
               "Informera kunden; ett nytt recept görs av läkaren."
               "Tell the customer; a new prescription comes from the prescriber."
    DI_18 "DI-18" Design "follows from versions of documents, section 1.2"
        demand "Toimitus tehdään uusimmasta versiosta."
               "Expeditionen görs från den nyaste versionen."
               "The dispensation is made from the newest version."
        refusal "Lääkemääräyksestä on uudempi versio."
                "Det finns en nyare version av receptet."
                "There is a newer version of the prescription."
        advice "Hae lääkemääräys uudelleen."
               "Hämta receptet på nytt."
               "Fetch the prescription again."
    LC_10 "LC-10" Read "kanta.fi, amending and locking a prescription"
        demand "Lääkemääräystä ei ole lukittu."
               "Receptet är inte låst."
               "The prescription is not locked."
        refusal "Lääkemääräys on lukittu (lukitsija {owner})."
                "Receptet är låst (av {owner})."
                "The prescription is locked (by {owner})."
        advice "Lukinnut apteekki tai lääkäri purkaa lukituksen."
               "Låset öppnas av apoteket som låst eller av läkaren."
               "The pharmacy that locked it, or the prescriber, unlocks it."
    RE_1 "RE-1" Sample "section 1.5, reservations; FHIR example reservedLockOwner"
        demand "Lääkemääräystä ei ole varattu toiselle apteekille."
               "Receptet är inte reserverat för ett annat apotek."
               "The prescription is not reserved by another pharmacy."
        refusal "Toinen apteekki ({owner}) on varannut lääkemääräyksen."
                "Ett annat apotek ({owner}) har reserverat receptet."
                "Another pharmacy ({owner}) has reserved the prescription."
        advice "Sovi varauksen purkamisesta tuon apteekin kanssa."
               "Kom överens med apoteket om att häva reservationen."
               "Agree with that pharmacy on releasing it."
    RE_2 "RE-2" Sample "code set 1.2.246.537.5.40105.2006, type 18; section 2.11"
        demand "Toinen apteekki ei ole juuri toimittamassa lääkemääräystä."
               "Inget annat apotek håller på att expediera receptet."
               "No other pharmacy is dispensing the prescription right now."
        refusal "Toinen apteekki ({owner}) on juuri toimittamassa lääkemääräystä."
                "Ett annat apotek ({owner}) håller på att expediera receptet."
                "Another pharmacy ({owner}) is dispensing the prescription right now."
        advice "Yritä hetken päästä uudelleen: toimitusvaraus raukeaa itsestään."
               "Försök igen om en stund: expeditionsreservationen upphör av sig själv."
               "Try again in a while: the dispensing reservation ends by itself."
    LC_14 "LC-14" Read "privacy notice of the Prescription Centre 2024"
        demand "Lääkemääräys on tarkoitettu avohuollon apteekille."
               "Receptet är avsett för ett apotek i öppenvården."
               "The prescription is meant for a community pharmacy."
        refusal "Sairaala-apteekkireseptin toimittaa vain sairaala-apteekki."
                "Ett sjukhusapoteksrecept expedieras bara av ett sjukhusapotek."
                "Only a hospital pharmacy dispenses this prescription."
        advice "Ohjaa asiakas sairaala-apteekkiin."
               "Hänvisa kunden till sjukhusapoteket."
               "Direct the customer to the hospital pharmacy."
    LC_15 "LC-15" Read "choosehealthcare.fi; code set 1.2.246.537.6.605.2014"
        demand "Lääkemääräys on tarkoitettu Suomessa toimitettavaksi."
               "Receptet är avsett att expedieras i Finland."
               "The prescription is meant for dispensing in Finland."
        refusal "Tätä reseptin lajia ei voi toimittaa Suomessa."
                "Denna typ av recept kan inte expedieras i Finland."
                "This kind of prescription cannot be dispensed in Finland."
        advice "Ota yhteys lääkkeen määrääjään."
               "Kontakta förskrivaren."
               "Contact the prescriber."
    UK_1 "UK-1" Design "promise 7 of the house: an unknown code hinders"
        demand "Lääkemääräyksen luokat tunnetaan."
               "Receptets klasser är kända."
               "The prescription's classes are known."
        refusal "Lääkemääräyksessä on luokka, jota tämä ohjelmaversio ei tunne."
                "Receptet har en klass som denna programversion inte känner till."
                "The prescription has a class that this program version does not know."
        advice "Päivitä ohjelma tai kysy tukipalvelusta."
               "Uppdatera programmet eller fråga supporten."
               "Update the program, or ask support."
    DI_21 "DI-21" Design "section 4, design consequence 4; promise 8 of the house"
        demand "Toimitushetki on määräämisen jälkeen eikä tulevaisuudessa."
               "Expedieringstiden är efter förskrivningen och inte i framtiden."
               "The time of dispensing lies after prescribing and not in the future."
        refusal "Toimitushetki {day} ei voi pitää paikkaansa."
                "Expedieringstiden {day} kan inte stämma."
                "The time of dispensing, {day}, cannot be right."
        advice "Tarkista työaseman kello."
               "Kontrollera arbetsstationens klocka."
               "Check this workstation's clock."
    LC_5 "LC-5" Read "kanta.fi for pharmacies; LC-2, LC-3, LC-6"
        demand "Lääkemääräys on voimassa."
               "Receptet är giltigt."
               "The prescription is valid."
        refusal "Lääkemääräyksen voimassaolo päättyi {day}."
                "Receptets giltighet upphörde {day}."
                "The prescription's validity ended on {day}."
        advice "Uudistaminen: pyydä lääkäriltä. Kuukauden ajan säännöllisen lääkkeen voi toimittaa perustellen."
               "Förnyelse: be läkaren. Ett regelbundet läkemedel kan i en månad expedieras med motivering."
               "Renewal: from the prescriber. A regular medicine may be given for one month more, with a reason."
    LC_6 "LC-6" Read "kela.fi, validity of a prescription; kanta.fi for pharmacies"
        demand "Vanhentuneesta lääkemääräyksestä toimitetaan enintään noin kuukauden tarve."
               "Av ett recept som gått ut expedieras högst ungefär en månads behov."
               "Of an expired prescription at most about a month's supply is dispensed."
        refusal "Noin kuukauden tarve on enintään {most}, valittu {given}."
                "Ungefär en månads behov är högst {most}, valt {given}."
                "About a month's supply is at most {most}, and {given} was chosen."
        advice "Valitse pienempi pakkaus tai jaa pakkaus. Neuvo asiakasta uusimaan lääkemääräys."
               "Välj en mindre förpackning eller dela förpackningen. Råd kunden att förnya receptet."
               "Choose a smaller package or split it. Tell the customer to renew the prescription."
    LC_6B "LC-6b" Read "kela.fi, validity of a prescription; kanta.fi for pharmacies"
        demand "Vanhentuneen lääkemääräyksen kuukauden tarve on arvioitu."
               "En månads behov av ett recept som gått ut är bedömt."
               "The month's supply of an expired prescription is weighed."
        refusal "Voimassaolo on päättynyt: arvioi itse, onko tämä enintään noin kuukauden tarve tai pienin pakkaus."
                "Giltigheten har upphört: bedöm själv om detta är högst ungefär en månads behov eller den minsta förpackningen."
                "Its validity has ended: judge yourself whether this is at most about a month's supply, or the smallest package."
        advice "Pienintä pakkausta ei tarvitse jakaa. Neuvo asiakasta uusimaan lääkemääräys."
               "Den minsta förpackningen behöver inte delas. Råd kunden att förnya receptet."
               "The smallest package need not be divided. Tell the customer to renew the prescription."
    DI_2 "DI-2" Read "kanta.fi, dispensing the prescription"
        demand "Pakkaus löytyy Lääketietokannasta."
               "Förpackningen finns i Läkemedelsdatabasen."
               "The package is in the Pharmaceutical Database."
        refusal "Toimitettavaa pakkausta ei ole valittu Lääketietokannasta."
                "Förpackningen har inte valts ur Läkemedelsdatabasen."
                "No package of the Pharmaceutical Database is chosen."
        advice "Valitse pakkaus."
               "Välj en förpackning."
               "Choose a package."
    SU_1 "SU-1" Design "section 2.6; the wrong strength is the commonest error"
        demand "Lääke ja vahvuus ovat samat kuin määrätty."
               "Läkemedlet och styrkan är de som ordinerats."
               "Medicine and strength are as prescribed."
        refusal "Määrätty {prescribed}, valittu {given}: aine tai vahvuus on eri."
                "Ordinerat {prescribed}, valt {given}: substans eller styrka skiljer sig."
                "Prescribed {prescribed}, chosen {given}: substance or strength differs."
        advice "Valitse oikea valmiste."
               "Välj rätt preparat."
               "Choose the right product."
    SU_2 "SU-2" Sample "field 81; section 2.6"
        demand "Lääkevaihtokieltoa noudatetaan."
               "Förbudet mot utbyte följs."
               "The prohibition of substitution is obeyed."
        refusal "Lääkkeen määrääjä on kieltänyt lääkevaihdon."
                "Förskrivaren har förbjudit utbyte."
                "The prescriber has prohibited substitution."
        advice "Valitse määrätty valmiste."
               "Välj det ordinerade preparatet."
               "Choose the prescribed product."
    SU_3 "SU-3" Sample "field 105"
        demand "Lääkevaihto on merkitty oikein."
               "Utbytet är rätt markerat."
               "The substitution is marked as it is."
        refusal "Merkintä lääkevaihdosta ei vastaa valittua valmistetta."
                "Markeringen om utbyte motsvarar inte det valda preparatet."
                "The mark of substitution does not fit the chosen product."
        advice "Valitse pakkaus uudelleen."
               "Välj förpackningen på nytt."
               "Choose the package again."
    DI_6 "DI-6" Read "Kela's FHIR guide, metadata 1.2.0: form 9"
        demand "Lääkemääräyksessä on toimitettavaa."
               "Receptet har något att expediera."
               "The prescription has something to dispense."
        refusal "Lääkemääräyksessä ei ole toimitettavaa määrää."
                "Receptet har ingen mängd att expediera."
                "The prescription has nothing to dispense."
        advice "Näytä merkintä asiakkaalle; mitään ei toimiteta."
               "Visa anteckningen för kunden; inget expedieras."
               "Show it to the customer; nothing is dispensed."
    LC_1 "LC-1" Read "kanta.fi for pharmacies"
        demand "Lääkemääräystä on jäljellä."
               "Receptet är inte fullständigt expedierat."
               "Something is left of the prescription."
        refusal "Lääkemääräys on kokonaan toimitettu."
                "Receptet är fullständigt expedierat."
                "The prescription is fully dispensed."
        advice "Ehdota uudistamispyyntöä."
               "Föreslå en förnyelsebegäran."
               "Suggest a renewal request."
    DI_8 "DI-8" Sample "fields 102 and 103"
        demand "Määrä on samassa yksikössä kuin määrätty."
               "Mängden är i samma enhet som ordinerats."
               "The amount is in the prescribed unit."
        refusal "Määrätty yksikkö on {prescribed}, toimitettava {given}."
                "Ordinerad enhet är {prescribed}, expedierad {given}."
                "The prescribed unit is {prescribed}, the dispensed one {given}."
        advice "Valitse pakkaus, jonka yksikkö on sama."
               "Välj en förpackning med samma enhet."
               "Choose a package in the same unit."
    DI_9 "DI-9" Sample "field 101; Kela's LT1"
        demand "Pakkaus on merkitty jaetuksi, kun se on jaettu, ja vain silloin."
               "Förpackningen är markerad som delad när den är delad, och bara då."
               "A package is marked as split where it is split, and only then."
        refusal "Toimitettava määrä {given} ei vastaa merkintää pakkauksen jakamisesta."
                "Mängden {given} motsvarar inte markeringen om en delad förpackning."
                "The amount, {given}, does not fit what is marked of splitting the package."
        advice "Valitse pakkaus ja määrä uudelleen."
               "Välj förpackningen och mängden på nytt."
               "Choose the package and the amount again."
    DI_20 "DI-20" Design "an amount of nothing is not a dispensation"
        demand "Toimitettava määrä on suurempi kuin nolla."
               "Den expedierade mängden är större än noll."
               "The dispensed amount is more than nothing."
        refusal "Toimitettava määrä puuttuu."
                "Mängden att expediera saknas."
                "The amount to dispense is missing."
        advice "Anna määrä."
               "Ange mängden."
               "Enter the amount."
    DI_7 "DI-7" Sample "Kela's LM1 and LT1; act 61/2007"
        demand "Toimitettava määrä mahtuu jäljellä olevaan."
               "Mängden ryms i det som återstår."
               "The amount fits what is left."
        refusal "Jäljellä on {left}, toimitettavaksi valittu {given}."
                "Kvar är {left}, valt att expediera {given}."
                "{left} is left, and {given} was chosen."
        advice "Pienennä määrää."
               "Minska mängden."
               "Choose a smaller amount."
    DI_7B "DI-7b" Sample "field 121 width; Kela's LM1, iter ter 7 pv"
        demand "Toimitusväli on kulunut."
               "Expedieringsintervallet har gått."
               "The interval between lots has passed."
        refusal "Seuraavan erän voi toimittaa {day}."
                "Nästa parti kan expedieras {day}."
                "The next lot can be dispensed on {day}."
        advice "Kerro asiakkaalle päivä. PKV- ja huumausainelääkkeessä ei ole poikkeusta."
               "Berätta dagen för kunden. För PKV-läkemedel och narkotika finns inget undantag."
               "Tell the customer the day. There is no exception for controlled medicines."
    DI_7D "DI-7d" Read "Fimea, 23.3.2016"
        demand "Kerralla ei toimiteta yli määrätyn."
               "Mer än ordinerat expedieras inte på en gång."
               "No more than prescribed is dispensed at once."
        refusal "Kerralla saa toimittaa enintään {most}, valittu {given}."
                "På en gång får högst {most} expedieras, valt {given}."
                "At most {most} may be dispensed at once, and {given} was chosen."
        advice "Jaa pakkaus tai valitse pienempi. PKV- ja huumausainelääkettä ei ylitetä."
               "Dela förpackningen eller välj en mindre. För PKV-läkemedel och narkotika överskrids mängden aldrig."
               "Split the package or choose a smaller one. A controlled medicine never exceeds it."
    DI_7E "DI-7e" Design "fields 103 and 122 are the pharmacy's statement; the Centre computes its own"
        demand "Ilmoitettu jäljellä oleva määrä on laskettu oikein."
               "Den angivna återstående mängden är rätt räknad."
               "The stated remaining amount is computed right."
        refusal "Jäljellä olevaksi on ilmoitettu {stated}, laskettu {computed}."
                "Återstående anges {stated}, beräknat {computed}."
                "{stated} is stated as remaining, {computed} is computed."
        advice "Hae lääkemääräys uudelleen: siitä on toimitettu muualla."
               "Hämta receptet på nytt: det har expedierats någon annanstans."
               "Fetch the prescription again: it was dispensed elsewhere meanwhile."
    DI_15 "DI-15" Sample "field 152; use cases of pharmacies, 2.5"
        demand "Tarrassa on annostusohje."
               "Etiketten har en doseringsanvisning."
               "The label says how to take the medicine."
        refusal "Tarran annostusohje puuttuu."
                "Etikettens doseringsanvisning saknas."
                "The label does not say how to take the medicine."
        advice "Kirjoita annostusohje."
               "Skriv doseringsanvisningen."
               "Write how to take it."
    DI_15B "DI-15b" Read "use cases of pharmacies, 2.5; abbreviated dosages are the commonest anomaly"
        demand "Annostusohje on kirjoitettu auki."
               "Doseringsanvisningen är utskriven."
               "The dosage is written out."
        refusal "Annostusohjeessa on lyhenne ({short})."
                "Doseringsanvisningen har en förkortning ({short})."
                "The dosage has an abbreviation ({short})."
        advice "Kirjoita annostusohje auki niin, että asiakas ymmärtää sen."
               "Skriv ut anvisningen så att kunden förstår den."
               "Write it out so that the customer understands it."
    DI_13 "DI-13" Sample "field 92"
        demand "Viesti apteekille on luettu."
               "Meddelandet till apoteket är läst."
               "The message to the pharmacy is read."
        refusal "Lääkkeen määrääjällä on viesti apteekille."
                "Förskrivaren har ett meddelande till apoteket."
                "The prescriber has a message to the pharmacy."
        advice "Lue viesti ennen toimittamista."
               "Läs meddelandet före expedieringen."
               "Read it before dispensing."
    DI_14 "DI-14" Sample "field 56"
        demand "Annostus on tavanomainen tai tarkoitettu (SIC)."
               "Doseringen är sedvanlig eller avsedd (SIC)."
               "The dose is usual, or meant (SIC)."
        refusal "SIC: poikkeava annos on tarkoitettu."
                "SIC: den avvikande dosen är avsedd."
                "SIC: the unusual dose is meant."
        advice "Neuvo asiakasta annostuksesta."
               "Ge kunden råd om doseringen."
               "Counsel the customer on the dose."
    DI_11 "DI-11" Read "Fimea order 2/2016, news"
        demand "Käytön aloitus on huomattu."
               "Insättningen har beaktats."
               "The start of use is noticed."
        refusal "Lääkkeen käyttö alkaa: harkitse pientä pakkausta."
                "Läkemedlet sätts in: överväg en liten förpackning."
                "The medicine is new to the patient: think of a small package."
        advice "Neuvo lääkkeen käyttö."
               "Ge råd om användningen."
               "Counsel on its use."
    LC_16 "LC-16" Sample "Kela's library, classes of definition versions"
        demand "Asiakirja on luettu kokonaan."
               "Dokumentet är läst i sin helhet."
               "The document is understood as a whole."
        refusal "Asiakirjassa on osia, joita tämä ohjelmaversio ei tunne; ne näytetään sellaisinaan."
                "Dokumentet har delar som denna programversion inte känner till; de visas som sådana."
                "The document has parts that this program version does not know; they are shown as they are."
        advice "Lue ne ennen toimittamista."
               "Läs dem före expedieringen."
               "Read them before dispensing."
}
