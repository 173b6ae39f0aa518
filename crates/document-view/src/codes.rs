//! Values of the national code sets in words of the three languages. A value that is not known is shown by its code.

use prescription::rules::{Text, text};
use prescription::{
    Answer, CancellationKind, Code, Consent, ControlClass, DocumentType, Language, MinorDisclosure, PrescriptionKind,
    ProductKind, Right, Sex, StoredKind,
};

use crate::Viewer;

/// A value of a code set that has words.
pub(crate) trait InWords {
    /// Its words; none where the value is not known.
    fn words(&self) -> Option<Text>;
    /// Its code.
    fn code(&self) -> &str;

    /// What a page shows: words, or the code alone.
    fn shown(&self, viewer: &Viewer) -> String {
        match self.words() {
            Some(words) => words.in_language(viewer.language).to_owned(),
            None => viewer.shown(self.code()),
        }
    }
}

macro_rules! in_words {
    ($($set:ident { $($value:ident $fi:literal $sv:literal $en:literal)* })*) => {
        $(impl InWords for $set {
            fn words(&self) -> Option<Text> {
                Some(match self {
                    $(Self::$value => text($fi, $sv, $en),)*
                    Self::Unknown(_) => return None,
                })
            }

            fn code(&self) -> &str {
                $set::code(self)
            }
        })*
    };
}

in_words! {
    DocumentType {
        Prescription "Lääkemääräys" "Recept" "Prescription"
        Cancellation "Lääkemääräyksen mitätöinti" "Makulering av recept" "Cancellation of a prescription"
        Correction "Lääkemääräyksen korjaus" "Korrigering av recept" "Correction of a prescription"
        Lock "Lääkemääräyksen lukitus" "Låsning av recept" "Lock of a prescription"
        Unlock "Lääkemääräyksen lukituksen purku" "Upphävande av låsning" "Release of a lock"
        Reservation "Lääkemääräyksen varaus" "Reservering av recept" "Reservation of a prescription"
        Release "Lääkemääräyksen varauksen purku" "Upphävande av reservering" "Release of a reservation"
        RenewalRequest "Uusimispyyntö" "Begäran om förnyelse" "Renewal request"
        RenewalAnswer "Uusimispyynnön vastaus" "Svar på begäran om förnyelse" "Answer to a renewal request"
        Dispensation "Lääkemääräyksen toimitus" "Expedition av recept" "Dispensation"
        DispensationCancellation "Lääkemääräyksen toimituksen mitätöinti" "Makulering av expedition"
            "Cancellation of a dispensation"
        DispensationCorrection "Lääkemääräyksen toimituksen korjaus" "Korrigering av expedition"
            "Correction of a dispensation"
        DoseDispensing "Annosjakelu" "Dosdispensering" "Dose dispensing"
        DoseDispensingEnd "Annosjakelun purku" "Upphävande av dosdispensering" "End of dose dispensing"
        DispensingReservationRelease "Toimitusvarauksen purku" "Upphävande av expeditionsreservering"
            "Release of a dispensing reservation"
    }
    ProductKind {
        Authorised "Myyntiluvallinen lääkevalmiste" "Läkemedel med försäljningstillstånd"
            "Medicine with a marketing authorisation"
        BasicCream "Lääketietokannan perusvoide" "Baskräm i läkemedelsdatabasen" "Emollient in the medicines database"
        ClinicalNutrient "Kliininen ravintovalmiste" "Kliniskt näringspreparat" "Clinical nutrient"
        TemporarySpecialPermit "Määräaikainen erityislupavalmiste" "Preparat med tidsbundet specialtillstånd"
            "Product under a temporary special permit"
        OutsideDatabase "Lääketietokannan ulkopuolinen valmiste" "Preparat utanför läkemedelsdatabasen"
            "Product outside the medicines database"
        Compounded "Apteekissa valmistettava lääke" "Läkemedel som tillverkas på apotek" "Medicine made by the pharmacy"
        ByActiveSubstance "Vaikuttavan aineen nimellä määrätty lääke" "Läkemedel förskrivet med substansens namn"
            "Medicine prescribed by its active substance"
        CareSupply "Hoitotarvike" "Vårdartikel" "Care supply"
        PatientSpecialPermit "Potilaskohtainen erityislupavalmiste" "Preparat med specialtillstånd för en patient"
            "Product under a special permit for one patient"
    }
    PrescriptionKind {
        Ordinary "Resepti" "Recept" "Prescription"
        HospitalPharmacy "Sairaala-apteekkiresepti" "Recept för sjukhusapotek" "Prescription for a hospital pharmacy"
        Abroad "Ulkomaanresepti" "Utlandsrecept" "Prescription for use abroad"
    }
    ControlClass {
        Narcotic "Huumausaine" "Narkotika" "Narcotic"
        Pkv "Pääasiassa keskushermostoon vaikuttava lääke (PKV)" "PKV-läkemedel: påverkar huvudsakligen centrala nervsystemet"
            "Medicine acting mainly on the central nervous system"
        PkvPsychotropic "PKV-lääke, psykotrooppinen aine" "PKV-läkemedel, psykotropt ämne" "Psychotropic medicine"
    }
    CancellationKind {
        Care "Hoidollinen syy" "Vårdorsak" "Reason of care"
        Technical "Tekninen syy" "Teknisk orsak" "Technical reason"
        CausedByPatient "Potilaan aiheuttama virhe" "Fel orsakat av patienten" "Error caused by the patient"
        Lapse "Vanhentuminen" "Föråldrat" "Lapse"
        Death "Kuolema" "Dödsfall" "Death"
    }
    Consent {
        Oral "Suullinen suostumus" "Muntligt samtycke" "Oral consent"
        Signed "Allekirjoitettu suostumus" "Undertecknat samtycke" "Signed consent"
        OralRequest "Suullinen pyyntö" "Muntlig begäran" "Oral request"
        Refused "Potilas ei anna suostumusta" "Patienten ger inte samtycke" "The patient does not consent"
        NotNeeded "Suostumusta ei tarvita" "Samtycke behövs inte" "No consent is needed"
    }
    StoredKind {
        Paper "Paperiresepti" "Pappersrecept" "Paper prescription"
        Telephone "Puhelinresepti" "Telefonrecept" "Telephone prescription"
        SpecialPermit "Erityislupavalmiste" "Specialtillståndspreparat" "Product under a special permit"
    }
    MinorDisclosure {
        NotCapable "Luovutetaan, koska ei kykene päättämään hoidostaan" "Utlämnas, kan inte besluta om sin vård"
            "Disclosed: not able to decide about the care"
        Allowed "Kykenee päättämään hoidostaan ja sallii luovutuksen" "Kan besluta om sin vård och tillåter utlämnande"
            "Able to decide and allows disclosure"
        Forbidden "Kykenee päättämään hoidostaan ja kieltää luovutuksen" "Kan besluta om sin vård och förbjuder utlämnande"
            "Able to decide and forbids disclosure"
        NotKnown "Kyky päättää ei ole tiedossa, ei luovuteta" "Förmågan är inte känd, utlämnas inte"
            "Ability not known, not disclosed"
    }
    Answer {
        Yes "kyllä" "ja" "yes"
        No "ei" "nej" "no"
    }
}

/// Sex in words.
pub(crate) fn sex(sex: Sex, language: Language) -> &'static str {
    let text = match sex {
        Sex::Unknown => text("tuntematon", "okänt", "unknown"),
        Sex::Male => text("mies", "man", "male"),
        Sex::Female => text("nainen", "kvinna", "female"),
        Sex::NotSpecified => text("määrittelemätön", "ospecificerat", "not specified"),
    };
    text.in_language(language)
}

/// A professional right in words, with its code.
pub(crate) fn right(right: &Right, viewer: &Viewer) -> String {
    let text = match right.code() {
        "001" => text("laillistettu lääkäri", "legitimerad läkare", "licensed physician"),
        "002" => text("lääkäri (2 §)", "läkare (2 §)", "physician (section 2)"),
        "003" => text("laillistettu hammaslääkäri", "legitimerad tandläkare", "licensed dentist"),
        Right::PHARMACIST => text("laillistettu farmaseutti", "legitimerad farmaceut", "licensed pharmacist (BSc)"),
        Right::HEAD_PHARMACIST => text("laillistettu proviisori", "legitimerad provisor", "licensed pharmacist (MSc)"),
        "031" => text("yleislääkäri", "allmänläkare", "general practitioner"),
        "034" => text("laillistettu erikoislääkäri", "legitimerad specialistläkare", "licensed specialist physician"),
        Right::STUDENT => text("farmasian opiskelija", "farmacistuderande", "student of pharmacy"),
        other => return viewer.shown(other),
    };
    format!("{} ({})", text.in_language(viewer.language), right.code())
}

/// A coded value by the name that the document has beside it, and its code.
pub(crate) fn coded(code: &Code, viewer: &Viewer) -> String {
    match code.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => viewer.shown(&format!("{name} ({})", code.code)),
        None => viewer.shown(&code.code),
    }
}
