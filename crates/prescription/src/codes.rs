//! Values of the national code sets that rules depend on. A value that is not known is kept as such and hinders
//! (promise 7 of the house: an unknown code never means free).

use serde::{Deserialize, Serialize};

/// A coded value as a document carries it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Code {
    /// `@code`.
    pub code: String,
    /// `@codeSystem`, an OID.
    pub system: String,
    /// `@displayName`; not compared by any rule.
    pub name: Option<String>,
}

macro_rules! code_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A value that this program does not know: kept, shown, and a hindrance.
            Unknown(String),
        }
        impl $name {
            /// The value as the code set writes it.
            pub fn code(&self) -> &str {
                match self { $(Self::$variant => $code,)* Self::Unknown(code) => code }
            }
        }
        impl From<String> for $name {
            fn from(code: String) -> Self {
                match code.as_str() { $($code => Self::$variant,)* _ => Self::Unknown(code) }
            }
        }
        impl From<&str> for $name {
            fn from(code: &str) -> Self { Self::from(code.to_owned()) }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self { value.code().to_owned() }
        }
    };
}

code_set! {
    /// Type of a prescription document (Reseptisanoman tyyppi), 1.2.246.537.5.40105.2006.
    DocumentType {
        /// Lääkemääräys.
        Prescription = "1",
        /// Lääkemääräyksen mitätöinti.
        Cancellation = "2",
        /// Lääkemääräyksen korjaus.
        Correction = "3",
        /// Lääkemääräyksen lukitus.
        Lock = "4",
        /// Lääkemääräyksen lukituksen purku.
        Unlock = "5",
        /// Lääkemääräyksen varaus.
        Reservation = "6",
        /// Lääkemääräyksen varauksen purku.
        Release = "7",
        /// Uusimispyyntö.
        RenewalRequest = "8",
        /// Uusimispyynnön vastaus.
        RenewalAnswer = "9",
        /// Lääkemääräyksen toimitus.
        Dispensation = "10",
        /// Lääkemääräyksen toimituksen mitätöinti.
        DispensationCancellation = "11",
        /// Lääkemääräyksen toimituksen korjaus.
        DispensationCorrection = "12",
        /// Annosjakelu.
        DoseDispensing = "16",
        /// Annosjakelun purku.
        DoseDispensingEnd = "17",
        /// Toimitusvarauksen purku.
        DispensingReservationRelease = "18",
    }
}

impl DocumentType {
    /// The title that a document of this type carries.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Prescription => "Lääkemääräys",
            Self::Cancellation => "Lääkemääräyksen mitätöinti",
            Self::Correction => "Lääkemääräyksen korjaus",
            Self::Lock => "Lääkemääräyksen lukitus",
            Self::Unlock => "Lääkemääräyksen lukituksen purku",
            Self::Reservation => "Lääkemääräyksen varaus",
            Self::Release => "Lääkemääräyksen varauksen purku",
            Self::RenewalRequest => "Uusimispyyntö",
            Self::RenewalAnswer => "Uusimispyynnön vastaus",
            Self::Dispensation => "Lääkemääräyksen toimitus",
            Self::DispensationCancellation => "Lääkemääräyksen toimituksen mitätöinti",
            Self::DispensationCorrection => "Lääkemääräyksen toimituksen korjaus",
            Self::DoseDispensing => "Annosjakelu",
            Self::DoseDispensingEnd => "Annosjakelun purku",
            Self::DispensingReservationRelease => "Toimitusvarauksen purku",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Class of a medicine that may be misused, field 119, 1.2.246.537.5.40118.2006.
    ControlClass {
        /// Huume: a narcotic.
        Narcotic = "H",
        /// PKV-lääke: acts mainly on the central nervous system.
        Pkv = "P",
        /// PKV-lääke, psykotrooppinen aine (lists III and IV).
        PkvPsychotropic = "Z",
    }
}

impl ControlClass {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Narcotic => "Huumausaine",
            Self::Pkv => "PKV-lääke",
            Self::PkvPsychotropic => "PKV-lääke, psykotrooppinen aine",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Kind of product (Valmisteen laji), field 164, 1.2.246.537.6.604.2014.
    ProductKind {
        /// Myyntiluvallinen lääkevalmiste.
        Authorised = "1",
        /// Lääketietokannan perusvoide.
        BasicCream = "2",
        /// Kliininen ravintovalmiste.
        ClinicalNutrient = "3",
        /// Määräaikainen erityislupavalmiste.
        TemporarySpecialPermit = "4",
        /// Lääketietokannan ulkopuolinen valmiste.
        OutsideDatabase = "6",
        /// Apteekissa valmistettava lääke.
        Compounded = "7",
        /// Vaikuttavan aineen nimellä määrätty.
        ByActiveSubstance = "9",
        /// Hoitotarvike.
        CareSupply = "10",
        /// Potilaskohtainen erityislupavalmiste.
        PatientSpecialPermit = "11",
    }
}

impl ProductKind {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Authorised => "Myyntiluvallinen lääkevalmiste",
            Self::BasicCream => "Lääketietokannan perusvoide",
            Self::ClinicalNutrient => "Kliininen ravintovalmiste",
            Self::TemporarySpecialPermit => "Määräaikainen erityislupavalmiste",
            Self::OutsideDatabase => "Lääketietokannan ulkopuolinen valmiste",
            Self::Compounded => "Apteekissa valmistettava lääke",
            Self::ByActiveSubstance => "Vaikuttavan aineen nimellä määrätty lääke",
            Self::CareSupply => "Hoitotarvike",
            Self::PatientSpecialPermit => "Potilaskohtainen erityislupavalmiste",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Kind of prescription (Reseptin laji), field 169, 1.2.246.537.6.605.2014.
    PrescriptionKind {
        /// Resepti.
        Ordinary = "1",
        /// Sairaala-apteekkiresepti: only a hospital pharmacy dispenses it (LC-14).
        HospitalPharmacy = "2",
        /// Ulkomaanresepti: not usable in Finland (LC-15).
        Abroad = "3",
    }
}

code_set! {
    /// How a patient agreed (Suostumustyypit), field 120 and qualifier 96.2, 1.2.246.537.5.40119.2006.
    Consent {
        /// Suullinen suostumus.
        Oral = "1",
        /// Allekirjoitettu suostumus.
        Signed = "2",
        /// Suullinen pyyntö.
        OralRequest = "3",
        /// Potilas ei anna suostumusta.
        Refused = "4",
        /// Suostumusta ei tarvita.
        NotNeeded = "5",
    }
}

impl Consent {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Oral => "Suullinen suostumus",
            Self::Signed => "Allekirjoitettu suostumus",
            Self::OralRequest => "Suullinen pyyntö",
            Self::Refused => "Potilas ei anna suostumusta",
            Self::NotNeeded => "Suostumusta ei tarvita",
            Self::Unknown(_) => "",
        }
    }
}

impl PrescriptionKind {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ordinary => "Resepti",
            Self::HospitalPharmacy => "Sairaala-apteekkiresepti",
            Self::Abroad => "Ulkomaanresepti",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Type of cancellation (mitätöinnin tyyppi), field 96, 1.2.246.537.5.40103.2006.
    CancellationKind {
        /// Hoidollinen syy.
        Care = "1",
        /// Tekninen syy: only of a prescription from which nothing has been dispensed.
        Technical = "2",
        /// Potilaan aiheuttama virhe.
        CausedByPatient = "3",
        /// Vanhentuminen.
        Lapse = "4",
        /// Kuolema (LC-11).
        Death = "5",
    }
}

impl CancellationKind {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Care => "Hoidollinen syy",
            Self::Technical => "Tekninen syy",
            Self::CausedByPatient => "Potilaan aiheuttama virhe",
            Self::Lapse => "Vanhentuminen",
            Self::Death => "Kuolema",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// From what a pharmacy stored a prescription (apteekissa tallennettu lääkemääräys), field 212,
    /// 1.2.246.537.5.40303.201501.
    StoredKind {
        /// Paperiresepti.
        Paper = "1",
        /// Puhelinresepti: valid for three months, never renewed (LC-4).
        Telephone = "2",
        /// Erityislupavalmiste.
        SpecialPermit = "3",
    }
}

impl StoredKind {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Paper => "Paperiresepti",
            Self::Telephone => "Puhelinresepti",
            Self::SpecialPermit => "Erityislupavalmiste",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Whether a minor's data are disclosed to guardians (alaikäisen potilastietojen luovuttaminen huoltajille),
    /// 1.2.246.537.5.40202.201901 (OB-7).
    MinorDisclosure {
        /// Luovutetaan, koska ei kykene päättämään hoidostaan.
        NotCapable = "1",
        /// Capable, and allows it.
        Allowed = "2",
        /// Capable, and forbids it.
        Forbidden = "3",
        /// Capability not known: not disclosed.
        NotKnown = "4",
    }
}

impl MinorDisclosure {
    /// The name that documents carry beside the code; only the first has been read.
    pub fn name(&self) -> &'static str {
        if *self == Self::NotCapable { "Luovutetaan, koska ei kykene päättämään hoidostaan" } else { "" }
    }
}

code_set! {
    /// Yes or no (AR/YDIN – Kyllä/Ei/Ei tietoa), 1.2.246.537.6.112.2007.
    Answer {
        /// Kyllä.
        Yes = "K",
        /// Ei.
        No = "E",
    }
}

impl Answer {
    /// The name that documents carry beside the code.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Yes => "Kyllä",
            Self::No => "Ei",
            Self::Unknown(_) => "",
        }
    }
}

code_set! {
    /// Reason of a query (kyselyn syy), 1.2.246.537.5.40110.2006, as Kela's library lists it; 9 was "other" until 2009.
    QueryReason {
        /// Hoito.
        Care = "1",
        /// Kiireellinen hoito.
        UrgentCare = "2",
        /// Mitätöinti.
        Cancelling = "3",
        /// Korjaus.
        Correcting = "4",
        /// Yhteenveto sähköisistä lääkemääräyksistä.
        Summary = "5",
        /// Toimitus.
        Dispensing = "6",
        /// Toimituksen korjaus tai mitätöinti.
        CorrectingDispensation = "7",
        /// SV-korvaus.
        Reimbursement = "8",
        /// Potilasohje.
        PatientInstruction = "10",
        /// Uusimispyyntöjen käsittelyn tilanne.
        RenewalStatus = "11",
        /// Kansalaisen katseluyhteys.
        CitizenView = "12",
        /// Kansalaisen katseluyhteyden lokitiedot.
        CitizenViewLog = "13",
        /// Reseptikeskuksen tietojen käytön valvonta.
        Supervision = "14",
        /// Reseptikeskukseen liittyvät eräajot.
        Batch = "15",
        /// Uusimispyyntöjen haku.
        RenewalRequests = "16",
        /// Korjatut ja mitätöidyt annosjakelulääkemääräykset.
        DoseDispensingChanges = "17",
        /// Apteekin annosjakelupotilaiden uudet lääkemääräykset.
        DoseDispensingNew = "18",
        /// PKV- ja huumausainereseptien haku.
        ControlledMedicines = "20",
        /// Reseptin haku uusimispyynnön käsittelyä varten.
        HandlingRenewal = "21",
        /// Copy for buying abroad.
        PurchaseAbroad = "22",
        /// Ulkomaanmatkaa varten annettava jäljennös.
        CopyForTravel = "23",
        /// Uusimispyynnön lähettäminen.
        SendingRenewal = "24",
        /// Teknisen häiriön selvittäminen.
        TechnicalFault = "25",
        /// Kielletyn reseptin hakeminen korjaamista varten.
        CorrectingDenied = "26",
        /// Kieltojen ylläpito.
        KeepingDenials = "27",
        /// Potilasohjeen tulostus jälkikäteen.
        InstructionAfterwards = "28",
        /// Apteekin annosjakelupotilaiden lääkemääräykset.
        DoseDispensingPatients = "29",
        /// Muu.
        Other = "99",
    }
}
