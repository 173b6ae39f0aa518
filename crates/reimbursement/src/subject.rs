//! What a row of the tables is about, and its name on a screen.

use prescription::Language;
use prescription::rules::table::{Text, text};

use crate::tables::{Class, FeeKind, Practice, ShareKind, TariffClass, VatGroup, Why};

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Value-added tax.
    Vat(VatGroup),
    /// The medicine tariff.
    Tariff(TariffClass),
    /// A fee.
    Fee(FeeKind),
    /// A share that the customer pays.
    Share(ShareKind),
    /// How much of a class is reimbursed.
    Rate(Class),
    /// A way of counting.
    Practice(Practice),
    /// How much is reimbursed at a time.
    Supply,
    /// When a supply of at least so many days may be renewed.
    Renewal(u32),
    /// The price corridor.
    Corridor,
    /// Package sizes that count as one.
    PackageClass(u32),
    /// Exchange of biologicals whose ATC code begins so.
    Biological(String),
    /// Age and interval of biologicals.
    BiologicalRule,
    /// A reimbursement class as the Pharmaceutical Database writes it.
    ReimbursementCode(String),
    /// The code of a reason.
    Reason(Why),
}

impl Subject {
    /// Its name for a person.
    pub fn words(&self, language: Language) -> String {
        let (words, detail) = self.parts();
        let words = words.in_language(language);
        if detail.is_empty() { words.to_owned() } else { format!("{words} ({detail})") }
    }

    fn parts(&self) -> (Text, String) {
        let words = match self {
            Self::Vat(VatGroup::Medicines) => text("Lääkkeiden arvonlisävero", "Moms på läkemedel", "VAT of medicines"),
            Self::Vat(VatGroup::Goods) => text("Tavaroiden arvonlisävero", "Moms på varor", "VAT of goods"),
            Self::Tariff(TariffClass::Prescription) => text(
                "Lääketaksa: reseptilääkkeet",
                "Läkemedelstaxan: receptläkemedel",
                "Tariff: prescription medicines",
            ),
            Self::Tariff(TariffClass::SelfCare) => text(
                "Lääketaksa: itsehoitolääkkeet",
                "Läkemedelstaxan: egenvårdsläkemedel",
                "Tariff: self-care medicines",
            ),
            Self::Fee(FeeKind::Dispensing) => text("Toimitusmaksu", "Expeditionsavgift", "Dispensing fee"),
            Self::Fee(FeeKind::DoseDispensingWeek) => text(
                "Annosjakelun toimitusmaksu viikossa",
                "Dosdispenseringens expeditionsavgift per vecka",
                "Dose dispensing fee a week",
            ),
            Self::Fee(FeeKind::Preparation) => {
                text("Käyttökuntoon saattaminen", "Iordningställande", "Preparing for use")
            }
            Self::Share(ShareKind::Deductible) => text("Alkuomavastuu", "Initialsjälvrisk", "Initial deductible"),
            Self::Share(ShareKind::Ceiling) => text("Vuosiomavastuu", "Årssjälvrisk", "Annual ceiling"),
            Self::Share(ShareKind::UpperCopayment) => text(
                "Omavastuu, ylempi erityiskorvaus",
                "Självrisk, övre specialersättning",
                "Copayment, upper special",
            ),
            Self::Share(ShareKind::AdditionalCopayment) => {
                text("Omavastuu, lisäkorvaus", "Självrisk, tilläggsersättning", "Copayment, additional reimbursement")
            }
            Self::Share(ShareKind::UpperCopaymentWeek) => text(
                "Poikkeava omavastuu viikossa, ylempi erityiskorvaus",
                "Avvikande självrisk per vecka, övre specialersättning",
                "Weekly copayment, upper special",
            ),
            Self::Share(ShareKind::AdditionalCopaymentWeek) => text(
                "Poikkeava omavastuu viikossa, lisäkorvaus",
                "Avvikande självrisk per vecka, tilläggsersättning",
                "Weekly copayment, additional reimbursement",
            ),
            Self::Rate(Class::Basic) => text("Peruskorvaus", "Grundersättning", "Basic reimbursement"),
            Self::Rate(Class::LowerSpecial) => {
                text("Alempi erityiskorvaus", "Nedre specialersättning", "Lower special reimbursement")
            }
            Self::Rate(Class::UpperSpecial) => {
                text("Ylempi erityiskorvaus", "Övre specialersättning", "Upper special reimbursement")
            }
            Self::Practice(Practice::Rounding) => {
                text("Pyöristys senteiksi", "Avrundning till cent", "Rounding to cents")
            }
            Self::Practice(Practice::OrderOfMedicines) => {
                text("Lääkkeiden järjestys ostossa", "Läkemedlens ordning i köpet", "Order of medicines in a purchase")
            }
            Self::Practice(Practice::FeeBesideReferencePrice) => text(
                "Toimitusmaksu viitehinnan lisäksi",
                "Expeditionsavgift utöver referenspriset",
                "Dispensing fee beside the reference price",
            ),
            Self::Practice(Practice::QueryOutage) => {
                text("Kelan kyselyn häiriö", "Avbrott i FPA:s förfrågan", "Outage of Kela's query")
            }
            Self::Practice(Practice::BaseOfEpilepsy) => {
                text("Korvauksen peruste: epilepsia", "Ersättningsgrund: epilepsi", "Base of reimbursement: epilepsy")
            }
            Self::Practice(Practice::BaseOfUnexchangedBiological) => text(
                "Korvauksen peruste: biologinen lääke, jota ei vaihdeta",
                "Ersättningsgrund: biologiskt läkemedel som inte byts",
                "Base of reimbursement: biological that is not exchanged",
            ),
            Self::Practice(Practice::BaseWhenNotAvailable) => text(
                "Korvauksen peruste: saatavuusongelma",
                "Ersättningsgrund: tillgänglighet",
                "Base of reimbursement: not available",
            ),
            Self::Supply => {
                text("Kerralla korvattava määrä", "Mängd som ersätts på en gång", "Amount reimbursed at a time")
            }
            Self::Renewal(_) => {
                text("Toimitusvälin jousto, päiviä", "Expeditionsintervall, dagar", "Renewal interval, days")
            }
            Self::Corridor => text("Hintaputki", "Prisrör", "Price corridor"),
            Self::PackageClass(_) => text("Pakkauskokoluokka", "Förpackningsklass", "Package-size class"),
            Self::Biological(_) => {
                text("Biologisten lääkkeiden vaihto", "Utbyte av biologiska läkemedel", "Exchange of biologicals")
            }
            Self::BiologicalRule => text(
                "Biologisten ikä- ja väliehto",
                "Biologiska: ålder och intervall",
                "Age and interval of biologicals",
            ),
            Self::ReimbursementCode(_) => text(
                "Korvausluokan koodi lääketietokannassa",
                "Ersättningsklassens kod i läkemedelsdatabasen",
                "Code of the reimbursement class in the medicines database",
            ),
            Self::Reason(Why::PrescriberForbids) => {
                text("Syykoodi: lääkäri kieltänyt", "Orsakskod: läkaren förbjudit", "Reason code: prescriber forbids")
            }
            Self::Reason(Why::CustomerRefuses) => {
                text("Syykoodi: asiakas kieltänyt", "Orsakskod: kunden förbjudit", "Reason code: customer refuses")
            }
            Self::Reason(Why::NotAvailable) => {
                text("Syykoodi: saatavuusongelma", "Orsakskod: tillgänglighet", "Reason code: not available")
            }
            Self::Reason(Why::Epilepsy) => text("Syykoodi: epilepsia", "Orsakskod: epilepsi", "Reason code: epilepsy"),
            Self::Reason(Why::UnusualIndication) => text(
                "Syykoodi: poikkeava käyttöaihe",
                "Orsakskod: avvikande indikation",
                "Reason code: unusual indication",
            ),
            Self::Reason(Why::CheapestForCustomer) => text(
                "Syykoodi: asiakkaalle edullisin",
                "Orsakskod: förmånligast för kunden",
                "Reason code: cheapest for the customer",
            ),
            Self::Reason(Why::BiologicalInterval) => text(
                "Syykoodi: biologisen lääkkeen vaihtoväli",
                "Orsakskod: biologiskt läkemedels intervall",
                "Reason code: interval of a biological",
            ),
            Self::Reason(Why::Other) => text("Syykoodi: muu syy", "Orsakskod: annan orsak", "Reason code: other"),
        };
        let detail = match self {
            Self::Renewal(days) => days.to_string(),
            Self::PackageClass(class) => class.to_string(),
            Self::Biological(text) | Self::ReimbursementCode(text) => text.clone(),
            _ => String::new(),
        };
        (words, detail)
    }
}
