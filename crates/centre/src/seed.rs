//! Artificial prescriptions from `fixtures/prescriptions/*.toml`: written as documents, signed by artificial
//! professionals, and taken in like any other. Days are told from today, so that a demonstration never grows old.

use std::collections::BTreeMap;

use cda::{Definition, Software, Writing};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use prescription::{
    Amount, Code, ControlClass, Dispensation, DocumentReference, DocumentType, Dosage, Explanation, Ingredient,
    IngredientAmount, Item, Iteration, Length, Mark, MarkKind, NamedKind, Oid, Organisation, Patient,
    PersonIdentityCode, PersonName, PrescribedProduct, Prescription, PrescriptionKind, Professional, Quantity, Recipe,
    Recording, RemainingStatement, Sex, Substance, TimeUnit, Vnr, remaining, time,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::Centre;
use crate::intake::{LoadError, Loaded};
use crate::pki::Pki;
use crate::store::Store;

/// A file of `fixtures/prescriptions`: patients, prescriptions, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedFile {
    #[serde(rename = "patient", default)]
    patients: Vec<SeedPatient>,
    #[serde(rename = "prescription", default)]
    prescriptions: Vec<SeedPrescription>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedPatient {
    slug: String,
    identity_code: String,
    given: Vec<String>,
    call_name: Option<String>,
    family: String,
    sex: String,
}

impl std::fmt::Debug for SeedPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeedPatient({})", self.slug)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedPrescription {
    number: u64,
    patient: String,
    prescriber: String,
    prescribed: String,
    valid_until: Option<String>,
    product: SeedProduct,
    quantity: SeedQuantity,
    repeats: Option<u32>,
    interval_days: Option<u32>,
    dosage: String,
    purpose: Option<String>,
    message: Option<String>,
    #[serde(default)]
    substitution_prohibited: bool,
    #[serde(default)]
    permanent: bool,
    #[serde(default)]
    first_use: bool,
    #[serde(default)]
    dispensed: Vec<SeedDispensation>,
    locked: Option<SeedMark>,
    reserved: Option<SeedMark>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedProduct {
    name: String,
    #[serde(default)]
    strength: String,
    form: String,
    #[serde(default)]
    atc: String,
    #[serde(default)]
    atc_name: String,
    #[serde(default)]
    substance: String,
    /// Code of a kind that is prescribed by its name (1.2.246.537.6.604.2014).
    kind: Option<String>,
    recipe: Option<SeedRecipe>,
    vnr: Option<String>,
    holder: Option<String>,
    control: Option<String>,
}

/// How the pharmacy makes it. Amounts are words: "1 g", "ad 100 g".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedRecipe {
    active: Vec<(String, String)>,
    other: Vec<(String, String)>,
    instruction: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
enum SeedQuantity {
    Packages { count: u32, size: u32, unit: String },
    Total { amount: u32, unit: String },
    Period { length: u32, unit: String },
    Nothing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedDispensation {
    number: u64,
    at: String,
    by: String,
    packages: u32,
    size: u32,
    unit: String,
    price: Option<Decimal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedMark {
    number: u64,
    at: String,
    by: String,
    why: String,
}

/// What a seeding did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Documents that were taken in.
    pub documents: usize,
    /// Prescriptions that were there before and stay as they are.
    pub already: usize,
}

impl SeedFile {
    /// Reads a file's text; the error names the line and no content.
    pub fn parse(text: &str) -> Result<Self, LoadError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start)).map_or(0, |t| t.lines().count());
            LoadError::Unknown(format!("such form of a seed file (line {line}): {}", error.message()))
        })
    }

    /// A patient of the file.
    pub fn patient(&self, slug: &str) -> Result<Option<Patient>, LoadError> {
        self.patients.iter().find(|patient| patient.slug == slug).map(SeedPatient::patient).transpose()
    }
}

/// Takes in everything that the files tell; patients of one file serve the others. What is there already stays.
pub fn seed<S: Store>(
    centre: &Centre<S>,
    pki: &Pki,
    files: &[SeedFile],
    now: DateTime<Utc>,
) -> Result<Seeded, LoadError> {
    let patients: BTreeMap<&str, &SeedPatient> =
        files.iter().flat_map(|file| &file.patients).map(|patient| (patient.slug.as_str(), patient)).collect();
    let mut seeded = Seeded::default();
    for plan in files.iter().flat_map(|file| &file.prescriptions) {
        let patient = patients
            .get(plan.patient.as_str())
            .ok_or_else(|| LoadError::Unknown(format!("patient {}", plan.patient)))?
            .patient()?;
        Seeding { centre, pki, now, plan, patient }.run(&mut seeded)?;
    }
    Ok(seeded)
}

struct Seeding<'a, S> {
    centre: &'a Centre<S>,
    pki: &'a Pki,
    now: DateTime<Utc>,
    plan: &'a SeedPrescription,
    patient: Patient,
}

impl<S: Store> Seeding<'_, S> {
    fn run(&self, seeded: &mut Seeded) -> Result<(), LoadError> {
        let prescription = self.prescription()?;
        if self.centre.store().document(&prescription.reference.id)?.is_some() {
            seeded.already += 1;
            return Ok(());
        }
        let document = cda::write_prescription(&prescription, &writing(Definition::version_3_30())?)?;
        self.take(&document, prescription.prescribed_at, &self.plan.prescriber)?;
        seeded.documents += 1;

        let mut history = vec![];
        for lot in &self.plan.dispensed {
            let dispensation = self.dispensation(&prescription, &history, lot)?;
            let document = cda::write_dispensation(&dispensation, &writing(Definition::dispensation_2014())?)?;
            self.take(&document, dispensation.dispensed_at, &lot.by)?;
            seeded.documents += 1;
            history.push(dispensation);
        }
        for (mark, kind) in [(&self.plan.locked, DocumentType::Lock), (&self.plan.reserved, DocumentType::Reservation)]
        {
            if let Some(mark) = mark {
                self.mark(&prescription, mark, &kind)?;
                seeded.documents += 1;
            }
        }
        Ok(())
    }

    fn take(&self, document: &[u8], at: NaiveDateTime, signer: &str) -> Result<Loaded, LoadError> {
        let mut key = self.pki.professional(signer)?;
        let signed = self.centre.signed_by(document, time::instant(at), &mut key, self.now)?;
        self.centre.load(&signed, self.now)
    }

    fn prescription(&self) -> Result<Prescription, LoadError> {
        let plan = self.plan;
        let prescriber = self.person(&plan.prescriber)?;
        let at = self.moment(&plan.prescribed)?;
        let unit = unit_of(&prescriber)?;
        let id = self.identifier(&unit, at, plan.number)?;
        let control = plan.product.control.as_deref().map(ControlClass::from);
        Ok(Prescription {
            reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Prescription },
            version: 1,
            change: None,
            definition: definition(Definition::version_3_30())?.header,
            made_at: at,
            patient: self.patient.clone(),
            minor_disclosure: None,
            prescriber: Professional { logged_in_at: Some(at), ..prescriber },
            recording: Recording::ByPrescriber,
            prescribed_at: at,
            service_event: None,
            valid_until: Some(match &plan.valid_until {
                Some(day) => self.moment(day)?.date(),
                None => end_of_validity(at.date(), control.is_some()),
            }),
            renews: None,
            medicine: None,
            kind: PrescriptionKind::Ordinary,
            hospital_pharmacy: None,
            product: plan.product.product()?,
            quantity: plan.quantity.quantity(at.date()).ok_or_else(|| LoadError::Unknown("such amount".to_owned()))?,
            iteration: plan.repeats.and_then(|repeats| {
                let text = plan.interval_days.map(|days| format!("iter {repeats} {days} pv"));
                Iteration::new(repeats, plan.interval_days.and_then(Length::days), text)
            }),
            dosage: Dosage { text: plan.dosage.clone(), only_text: true, ..Dosage::default() },
            narcotic: control == Some(ControlClass::Narcotic),
            control,
            identification: None,
            purpose: plan.purpose.clone(),
            care_types: vec![Code {
                code: "S".to_owned(),
                system: "1.2.246.537.5.40101.2006".to_owned(),
                name: Some("Sairauden hoito".to_owned()),
            }],
            employer: None,
            insurer: None,
            special_report: None,
            message_to_pharmacy: plan.message.clone(),
            substitution_prohibited: plan.substitution_prohibited,
            renewal_prohibited: None,
            permanent: plan.permanent,
            dose_dispensing: false,
            dose_dispensing_text: None,
            first_use: plan.first_use,
            weight: None,
            fee: None,
            fee_as_specialist: None,
            communicable_disease: None,
            monitored: None,
            biological: None,
            blood_product: None,
            details: vec![],
            unknown: vec![],
        })
    }

    fn dispensation(
        &self,
        prescription: &Prescription,
        history: &[Dispensation],
        lot: &SeedDispensation,
    ) -> Result<Dispensation, LoadError> {
        let author = self.person(&lot.by)?;
        let pharmacy = unit_of(&author)?;
        let at = self.moment(&lot.at)?;
        let id = self.identifier(&pharmacy, at, lot.number)?;
        let delivered = lot.packages.saturating_mul(lot.size);
        let mut made = Dispensation {
            reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Dispensation },
            version: 1,
            change: None,
            prescription: prescription.reference.clone(),
            patient: self.patient.clone(),
            author: Professional { logged_in_at: Some(at), ..author },
            pharmacy,
            preparer: None,
            dispensed_at: at,
            made_at: at,
            product: prescription.product.as_dispensed(),
            packages: lot.packages,
            package_size: Amount::new(lot.size, &lot.unit),
            package_factor: 1,
            package_text: Some(format!("{}X{} {}", lot.packages, lot.size, lot.unit)),
            part_package: false,
            compounded: false,
            delivered: Amount::new(delivered, &lot.unit),
            delivered_text: None,
            delivered_words: None,
            remaining: RemainingStatement {
                value: Some(Decimal::ZERO),
                text: None,
                unit: prescription::Unit::new(&lot.unit),
                words: None,
            },
            fully_dispensed: false,
            dose_dispensing: false,
            dose_dispensing_text: None,
            substituted: false,
            remark: None,
            report_to_kela: None,
            price: lot.price,
            substitution_reason: None,
            deviation: None,
            copayments: Some(1),
            identification: None,
            composition: None,
            control: prescription.control.clone(),
            narcotic: prescription.narcotic,
            label_dosage: prescription.dosage.text.clone(),
            unknown: vec![],
        };
        let after = remaining(prescription, history.iter().chain([&made]));
        made.fully_dispensed = after.is_over();
        if let Some(statement) = after.statement() {
            made.remaining = statement;
        }
        Ok(made)
    }

    fn mark(&self, prescription: &Prescription, mark: &SeedMark, kind: &DocumentType) -> Result<(), LoadError> {
        let author = self.person(&mark.by)?;
        let pharmacy = unit_of(&author)?;
        let at = self.moment(&mark.at)?;
        let id = self.identifier(&pharmacy, at, mark.number)?;
        let explanation = Explanation::new(&mark.why).ok();
        let made = Mark {
            set_id: id.clone(),
            id,
            version: 1,
            kind: if *kind == DocumentType::Lock {
                MarkKind::Lock { explanation }
            } else {
                MarkKind::Reservation { explanation }
            },
            prescription: prescription.reference.clone(),
            patient: self.patient.clone(),
            author,
            unit: pharmacy,
            at,
            made_at: at,
            unknown: vec![],
        };
        let document = cda::write_mark(&made, &writing(Definition::dispensation_2014())?)?;
        self.centre.load(&document, self.now).map(|_| ())
    }

    fn person(&self, slug: &str) -> Result<Professional, LoadError> {
        self.centre.register().professional(slug).ok_or_else(|| LoadError::Unknown(format!("professional {slug}")))
    }

    fn identifier(&self, unit: &Organisation, at: NaiveDateTime, number: u64) -> Result<Oid, LoadError> {
        let register = self.centre.register();
        let unit_number = register.organisation_number(&unit.id).unwrap_or("0");
        Oid::parse(&format!("1.2.246.10.{unit_number}.93.{}.{number}", at.format("%Y")))
            .map_err(|_| LoadError::Unknown("such identifier".to_owned()))
    }

    fn moment(&self, text: &str) -> Result<NaiveDateTime, LoadError> {
        moment(text, self.now).ok_or_else(|| LoadError::Unknown(format!("moment {text:?}")))
    }
}

impl SeedPatient {
    fn patient(&self) -> Result<Patient, LoadError> {
        let code = PersonIdentityCode::parse(&self.identity_code)
            .map_err(|_| LoadError::Unknown(format!("identity code of patient {}", self.slug)))?;
        Ok(Patient {
            birth_date: code.birth_date(),
            identity_code: Some(code),
            name: PersonName {
                given: self.given.clone(),
                call_name: self.call_name.clone(),
                family: self.family.clone(),
                suffix: None,
            },
            sex: Sex::from_code(&self.sex),
        })
    }
}

impl SeedProduct {
    fn product(&self) -> Result<PrescribedProduct, LoadError> {
        Ok(PrescribedProduct {
            item: self.item()?,
            strength: Some(self.strength.clone()).filter(|strength| !strength.is_empty()),
            form: Some(self.form.clone()),
            holder: self.holder.clone(),
            container: None,
            note: None,
            database_version: Some("2026.022".to_owned()),
        })
    }

    /// By its recipe or its kind, else by trade name and package number; by its substance where it has no number.
    fn item(&self) -> Result<Item, LoadError> {
        let name = self.name.clone();
        if let Some(recipe) = &self.recipe {
            let recipe = recipe.recipe().ok_or_else(|| LoadError::Unknown("such recipe".to_owned()))?;
            return Ok(Item::Compounded { name: Some(name), recipe });
        }
        if let Some(code) = &self.kind {
            let known = NamedKind::ALL.into_iter().find(|kind| kind.kind().code() == code);
            let kind = known.ok_or_else(|| LoadError::Unknown(format!("kind {code}")))?;
            return Ok(Item::Named { kind, name, vnr: None, atc: None, substances: vec![] });
        }
        let atc =
            Code { code: self.atc.clone(), system: "1.2.246.537.6.32".to_owned(), name: Some(self.atc_name.clone()) };
        let substances = vec![Substance::named(&self.substance)];
        Ok(match &self.vnr {
            Some(vnr) => Item::Authorised {
                vnr: Vnr::parse(vnr).map_err(|_| LoadError::Unknown(format!("package {vnr}")))?,
                name,
                atc: Some(atc),
                substances,
            },
            None => Item::BySubstance { atc, substances },
        })
    }
}

impl SeedRecipe {
    fn recipe(&self) -> Option<Recipe> {
        let part = |(name, amount): &(String, String)| Ingredient {
            substance: Substance::named(name),
            amount: IngredientAmount::Text(amount.clone()),
        };
        let [active, other] = [&self.active, &self.other].map(|parts| parts.iter().map(part).collect());
        Recipe::new(active, other, Some(self.instruction.clone()))
    }
}

impl SeedQuantity {
    /// The amount, if it is one.
    fn quantity(&self, start: NaiveDate) -> Option<Quantity> {
        match self {
            Self::Packages { count, size, unit } => {
                Quantity::packages(*count, 1, Amount::new(*size, unit), Some(format!("{count}X{size} {unit}")))
            }
            Self::Total { amount, unit } => Quantity::total(Amount::new(*amount, unit)),
            Self::Period { length, unit } => {
                let length = Length::new(*length, TimeUnit::parse(unit)?)?;
                Some(Quantity::Period { start: Some(start), length })
            }
            Self::Nothing => Some(Quantity::Nothing),
        }
    }
}

/// A moment told from today: `-20d`, `+3d 14:30`, or a day and time of the calendar. Nine o'clock where no time is said,
/// and never later than now for a day that is today or before.
pub fn moment(text: &str, now: DateTime<Utc>) -> Option<NaiveDateTime> {
    let today = time::finnish(now);
    let (day, hour) = text.split_once([' ', 'T']).map_or((text, None), |(day, hour)| (day, Some(hour)));
    let at = match hour {
        Some(hour) => NaiveTime::parse_from_str(hour, "%H:%M").or_else(|_| hour.parse()).ok()?,
        None => NaiveTime::from_hms_opt(9, 0, 0)?,
    };
    let Some(days) = day.strip_suffix('d') else {
        return Some(day.parse::<NaiveDate>().ok()?.and_time(at));
    };
    let days: i64 = days.parse().ok()?;
    let distance = Days::new(days.unsigned_abs());
    let date =
        if days < 0 { today.date().checked_sub_days(distance) } else { today.date().checked_add_days(distance) }?;
    let moment = date.and_time(at);
    Some(if days <= 0 { moment.min(today) } else { moment })
}

/// LC-2, LC-3: two years, one for what may be misused.
fn end_of_validity(issued: NaiveDate, controlled: bool) -> NaiveDate {
    let months = chrono::Months::new(if controlled { 12 } else { 24 });
    issued.checked_add_months(months).unwrap_or(NaiveDate::MAX)
}

fn unit_of(person: &Professional) -> Result<Organisation, LoadError> {
    person.organisation.clone().ok_or_else(|| LoadError::Unknown("organisation of a professional".to_owned()))
}

fn writing(definition: Result<Definition, prescription::InvalidIdentifier>) -> Result<Writing, LoadError> {
    Ok(Writing {
        definition: self::definition(definition)?,
        software: Software {
            vendor: "Tiski".to_owned(),
            product: "Tiski Centre".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    })
}

fn definition(definition: Result<Definition, prescription::InvalidIdentifier>) -> Result<Definition, LoadError> {
    definition.map_err(|_| LoadError::Unknown("such definition".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_from_today() {
        let now: DateTime<Utc> = "2026-11-22T06:30:00Z".parse().unwrap();
        let told = |text: &str| moment(text, now).map(|at| at.to_string());
        assert_eq!(told("-20d").unwrap(), "2026-11-02 09:00:00");
        assert_eq!(told("-1d 16:45").unwrap(), "2026-11-21 16:45:00");
        assert_eq!(told("+10d").unwrap(), "2026-12-02 09:00:00");
        assert_eq!(told("0d").unwrap(), "2026-11-22 08:30:00", "nothing is prescribed in the future");
        assert_eq!(told("2014-04-24T09:23:57").unwrap(), "2014-04-24 09:23:57");
        assert_eq!(told("soon"), None);
    }
}
