//! The one table of field codes of the code set "Lääkityslista" (1.2.246.537.6.12.2002.126) and of the other code sets
//! that documents name. Names are those that documents carry beside the codes.

/// A field: its code and the name that documents carry beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

macro_rules! fields {
    ($($constant:ident = $code:literal $name:literal),* $(,)?) => {
        $(pub(crate) const $constant: Field = Field { code: $code, name: $name };)*
        /// Every field that this program knows by name.
        const ALL: &[Field] = &[$($constant),*];
    };
}

fields! {
    ACTIVE_SUBSTANCES = "4" "Lääkkeen vaikuttava aine",
    OTHER_INGREDIENTS = "10" "Lääkkeen muu ainesosa",
    FORM = "24" "Lääkemuoto",
    DOSAGE_TEXT = "29" "Tekstimuotoinen annostusohje",
    DOSAGE_QUICK_CODE = "30" "Annostuksen syöttökoodi",
    DOSAGE = "32" "Annososio ja jatko-osiot",
    SIC = "56" "SIC-merkintä",
    PURPOSE = "58" "Käyttötarkoitus tekstinä",
    CHANGE_REASON = "65" "Lääkityksen muutoksen syy",
    CARE_TYPE = "67" "Hoitolaji",
    PERMANENT = "68" "Pysyvä lääkitys",
    SPECIAL_REPORT = "69" "Erillisselvitys",
    RENEWAL_PROHIBITED = "75" "Uudistamiskielto",
    SUBSTITUTION_PROHIBITED = "81" "Lääkevaihtokielto",
    PRODUCT = "83" "Lääkevalmisteen ja pakkauksen tiedot",
    DOSAGE_ONLY_TEXT = "87" "Annostelu vain tekstinä",
    OTHER = "88" "Lääkityksen muut tiedot",
    WEIGHT = "89" "Alle 12-vuotiaan paino",
    DOSE_DISPENSING = "91" "Annosjakelu",
    MESSAGE_TO_PHARMACY = "92" "Viesti apteekille",
    OLD_KIND = "94" "Lääketietokannan mukainen laji",
    CANCELLATION_REASON = "95" "Lääkemääräyksen mitätöinnin syy",
    CANCELLATION_TYPE = "96" "Lääkemääräyksen mitätöinnin tyyppi",
    CANCELLING_PARTY = "96.1" "Mitätöinnin osapuoli",
    CANCELLATION_CONSENT = "96.2" "Mitätöinnin suostumus",
    CORRECTION_REASON = "97" "Lääkemääräyksen korjauksen syy",
    OTHER_OF_CANCELLATION = "98" "Lääkemääräyksen mitätöinnin muut tiedot",
    OTHER_OF_CORRECTION = "99" "Lääkemääräyksen korjauksen muut tiedot",
    DISPENSED_PRODUCT = "100" "Lääkevalmisteen ja pakkauksen tiedot toimitussanomassa",
    PART_PACKAGE = "101" "Osapakkaus",
    DELIVERED = "102" "Toimitettu määrä",
    REMAINING = "103" "Jäljellä oleva määrä",
    OTHER_OF_DISPENSATION = "104" "Toimituksen muut tiedot",
    SUBSTITUTED = "105" "Lääke vaihdettu",
    REMARK = "106" "Apteekin huomautus",
    REPORT_TO_KELA = "107" "Lisäselvitys Kelalle",
    PRICE = "108" "Toimituksen hinta",
    SUBSTITUTION_REASON = "109" "Lääkevaihtokielto tai syy, miksi on toimitettu hintaputken / viitehintaputken ulkopuolista valmistetta",
    COPAYMENTS = "110" "Omavastuuosuuksien lukumäärä",
    RENEWAL_STATE = "111" "Uusimispyynnön tila",
    RENEWAL_MESSAGE = "113" "Uusimispyynnön kirjaajan antama viesti",
    RENEWAL_REASONS = "114" "Lääkärin perustelu uusimispyynnössä",
    CITIZEN_INSTRUCTION = "115" "Ohje kansalaiselle",
    IDENTIFICATION = "117" "Potilaan tunnistaminen",
    CONTROL = "119" "PKV-lääkemääräys",
    RENEWAL_CONSENT = "120" "Uusimispyynnön suostumustyyppi",
    ITERATION = "121" "Iterointi",
    FULLY_DISPENSED = "122" "Kokonaan toimitettu",
    INSTRUCTION_DECLINED = "123" "Potilas kieltäytynyt potilasohjeen tulostamisesta",
    COMPOUNDED = "124" "Apteekissa valmistettava lääke",
    PACKAGE_FACTOR = "125" "Pakkauskoon kerroin",
    PACKAGE_TEXT = "126" "Pakkauskoko tekstimuotoisena",
    PRODUCT_NOTE = "127" "Valmisteen ja pakkauksen lisätieto",
    CONTAINER = "128" "Säilytysastia",
    FIRST_USE = "129" "Kyseessä lääkkeen käytön aloitus",
    DOCTORS_MESSAGE = "130" "Lääkärin viesti apteekille",
    PATIENT_INFORMED = "131" "Potilasta informoitu",
    NARCOTIC = "132" "Huume",
    RIGHT = "151" "Ammattioikeus",
    LABEL_DOSAGE = "152" "Toimitustietotarran annostusohje",
    MEDICINE_ID = "160" "Määrätyn lääkkeen yksilöivä tunniste",
    KIND = "164" "Valmisteen laji",
    MEDICINE_PART_ID = "167" "Määrätyn lääkkeen osatunniste",
    PRESCRIPTION_KIND = "169" "Reseptin laji",
    RENEWAL_PROHIBITION_REASON = "194" "Uudistamiskiellon syy ja perustelu",
    STORED_KIND = "212" "Apteekissa tallennettu lääkemääräys",
    STORED_REASON = "213" "Apteekissa tallennetun lääkemääräyksen perustelu",
    FEE = "214" "Lääkärinpalkkio",
    FEE_AS_SPECIALIST = "215" "Lääkärinpalkkio erikoislääkärinä",
    COMMUNICABLE_DISEASES = "216" "Tartuntatautilain mukainen lääke",
    SEASON = "230" "Annostelukausi",
    EXTRA_INSTRUCTION = "234" "Käyttöohjeen lisätieto",
    SEASON_LENGTH = "235" "Annostelukauden kesto",
    PAUSE = "236" "Lääke tauolla",
    SEASON_AS_NEEDED = "237" "Annostus tarvittaessa",
    PERIOD_LENGTH = "238" "Annosjakson pituus",
    DOSES = "239" "Annokset",
    DOSE_CLOCK = "240" "Annosaika",
    PHYSICAL_DOSE = "241" "Annos (fysikaalinen)",
    DOSE_AS_NEEDED = "243" "Annos tarvittaessa",
    DOSE_TIME_OF_DAY = "244" "Annosajankohta",
    DOSE_DAY = "245" "Annosjakson päivä",
    DOSAGE_EXTRA = "250" "Annostuksen lisätiedot",
    MONITORED = "270" "Lisäseurannassa",
    BIOLOGICAL = "271" "Biologinen lääke",
    BIOSIMILAR = "272" "Biosimilaari",
    NOT_CHEAPEST = "273" "Perustelu muun kuin edullisimman biologisen lääkkeen käytölle",
    MEDICINE_GROUP = "274" "Lääkeryhmä",
    BLOOD_PRODUCT = "275" "Veri- tai plasmaperäinen valmiste",
}

/// Fields that later definitions dropped: a document that has them is understood, and they have no place of their own.
pub(crate) const RETIRED: &[&str] = &["30", "65", "123", "130", "131"];

/// The name of a field that this program knows.
pub(crate) fn name_of(code: &str) -> Option<&'static str> {
    ALL.iter().find(|field| field.code == code).map(|field| field.name)
}

/// A code set that documents name: its OID and the name that they carry beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeSet {
    pub(crate) oid: &'static str,
    pub(crate) name: &'static str,
}

const fn set(oid: &'static str, name: &'static str) -> CodeSet {
    CodeSet { oid, name }
}

pub(crate) const FIELDS: CodeSet = set("1.2.246.537.6.12.2002.126", "Lääkityslista");
pub(crate) const DOCUMENT_TYPES: CodeSet =
    set("1.2.246.537.5.40105.2006", "Sähköinen lääkemääräys - Reseptisanoman tyyppi");
pub(crate) const CONFIDENTIALITY: CodeSet =
    set("1.2.246.777.5.99902.2006", "KanTa-palvelut - Asiakirjan luottamuksellisuus");
pub(crate) const SEX: CodeSet = set("1.2.246.537.5.1.1997", "AR/YDIN - Sukupuoli");
pub(crate) const FUNCTIONS: CodeSet = set("1.2.246.537.5.40006.2003", "eArkisto - tekninen CDA R2 henkilötarkennin");
pub(crate) const RIGHTS: CodeSet = set("1.2.246.537.6.140.2008", "Valvira - Ammattioikeudet");
pub(crate) const ATC: CodeSet = set("1.2.246.537.6.32", "Fimea - ATC Luokitus");
pub(crate) const VNR: CodeSet = set("1.2.246.537.6.55", "VNR");
pub(crate) const AMOUNT_FORMS: CodeSet =
    set("1.2.246.537.5.40100.2006", "Sähköinen lääkemääräys - Määrätyn määrän esittämistapa");
pub(crate) const CONTROL_CLASSES: CodeSet =
    set("1.2.246.537.5.40118.2006", "Sähköinen lääkemääräys - Huumausaine / PKV lääkemääräys");
pub(crate) const SUBSTITUTION_REASONS: CodeSet =
    set("1.2.246.537.5.40183.2009", "Sähköinen lääkemääräys - Lääkevaihtokielto tai lääkevaihdon syy");
pub(crate) const CONSENTS: CodeSet = set("1.2.246.537.5.40119.2006", "Sähköinen lääkemääräys - Suostumustyypit");
pub(crate) const RENEWAL_STATES: CodeSet =
    set("1.2.246.537.5.40106.2006", "Sähköinen lääkemääräys - Uusimispyynnön tila");
pub(crate) const PRODUCT_KINDS: CodeSet = set("1.2.246.537.6.604.2014", "THL - Valmisteen laji");
pub(crate) const PRESCRIPTION_KINDS: CodeSet = set("1.2.246.537.6.605.2014", "THL - Reseptin laji");
pub(crate) const CARE_TYPES: CodeSet = set("1.2.246.537.5.40101.2006", "Sähköinen lääkemääräys - Hoitolaji");

pub(crate) const DEVIATIONS: CodeSet = set(prescription::deviation::REASONS, "THL - Poikkeavan lääketoimituksen syy");
pub(crate) const CHANGE_REASONS: CodeSet = set("1.2.246.537.6.600.2013", "THL - Lääkehoidon muutoksen syy");
pub(crate) const CANCELLATION_KINDS: CodeSet =
    set("1.2.246.537.5.40103.2006", "Sähköinen lääkemääräys - Lääkemääräyksen mitätöinnin tyyppi");
pub(crate) const CANCELLING_PARTIES: CodeSet =
    set("1.2.246.537.5.40102.2006", "Sähköinen lääkemääräys - Lääkemääräyksen mitätöinnin osapuoli");
pub(crate) const STORED_KINDS: CodeSet =
    set("1.2.246.537.5.40303.201501", "Sähköinen lääkemääräys - Apteekissa tallennettu lääkemääräys");
pub(crate) const STORED_REASONS: CodeSet =
    set("1.2.246.537.5.40302.201501", "Sähköinen lääkemääräys - Apteekissa tallennetun lääkemääräyksen perustelu");
pub(crate) const IDENTIFICATIONS: CodeSet =
    set("1.2.246.537.5.40109.2006", "Potilaan tunnistaminen (huumausainelääkemääräys)");
pub(crate) const MINOR_DISCLOSURE: CodeSet =
    set("1.2.246.537.5.40202.201901", "THL - Alaikäisen potilastietojen luovuttaminen huoltajille");
pub(crate) const ANSWERS: CodeSet = set("1.2.246.537.6.112.2007", "AR/YDIN - Kyllä/Ei/Ei tietoa");
pub(crate) const DAYS: CodeSet = set("1.2.246.537.6.136.202001", "THL - Viikonpäivä");
pub(crate) const TIMES_OF_DAY: CodeSet = set("1.2.246.537.6.137.202001", "THL - Vuorokaudenaika");
pub(crate) const DOSE_UNITS: CodeSet = set("1.2.246.537.6.138.202001", "Sähköinen lääkemääräys - Annosyksikkö");
pub(crate) const ROUTES: CodeSet = set("1.2.246.537.6.1403.202001", "Fimea - Antoreitti");
pub(crate) const SPECIAL_REPORTS: CodeSet = set("1.2.246.537.6.850.202001", "Kela/Lääketietokanta - Erillisselvitys");
pub(crate) const EDUCATION: CodeSet = set("1.2.246.537.6.148.2008", "Valvira - Koulutusluokitus");
/// Names of the qualifiers with post and degree; nearly every document leaves the name of this code set out.
pub(crate) const STRUCTURE: CodeSet = set("1.2.246.537.6.12.999.2003", "");

/// Template of the consent that says whether a minor's data are disclosed.
pub(crate) const CONSENT_TEMPLATE: &str = "1.2.246.537.6.12.999.2003.31";

/// The name of a code set that documents carry beside its OID, as far as this program knows it.
pub(crate) fn set_name(oid: &str) -> &'static str {
    let known = [
        CARE_TYPES,
        CHANGE_REASONS,
        CANCELLING_PARTIES,
        STORED_REASONS,
        IDENTIFICATIONS,
        DAYS,
        TIMES_OF_DAY,
        DOSE_UNITS,
        ROUTES,
        EDUCATION,
        SPECIAL_REPORTS,
        ATC,
    ];
    known.into_iter().find(|set| set.oid == oid).map_or("", |set| set.name)
}

/// Root of personal identity codes.
pub(crate) const IDENTITY_CODES: &str = "1.2.246.21";
/// Root of registration numbers ("Terhikki").
pub(crate) const REGISTRATION_NUMBERS: &str = "1.2.246.537.26";
/// Root of prescriber identifiers; old documents add one more arc.
pub(crate) const PRESCRIBER_IDS: &str = "1.2.246.537.25";
/// Kela's register of prescriptions, the keeper of every document.
pub(crate) const CUSTODIAN: &str = "1.2.246.10.2462460.19.1";

/// Codes of the qualifier that holds a right: documents of definition 3.0 have another one.
pub(crate) const RIGHT_CODES: &[&str] = &[RIGHT.code, "154"];

/// Function of an author who made a dispensation.
pub(crate) const DISPENSER: (&str, &str) = ("LTE", "Lääketoimituksen tehnyt henkilö");
/// Function of an author who started the medication.
pub(crate) const PRESCRIBER: (&str, &str) = ("LAL", "Lääkityksen aloittanut henkilö");
/// Function of an author who corrected.
pub(crate) const CORRECTOR: (&str, &str) = ("KOR", "Korjaaja");
/// Function of an author who cancelled.
pub(crate) const CANCELLER: (&str, &str) = ("MIT", "Mitätöijä");
/// Function of an author who typed in a prescription on paper or from the telephone.
pub(crate) const RECORDER: (&str, &str) = ("KIR", "Merkinnän kirjaaja");
