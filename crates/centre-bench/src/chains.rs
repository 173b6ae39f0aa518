//! Made-up chains in any number: a prescription with two dispensations each, from a handful that were really written and
//! signed. Identifiers and patients are put into copies of those, so that a million are made in minutes; the signatures
//! of the copies do not hold, which nobody asks of what is already stored. Sizes and texts are those of real ones.

use std::path::Path;

use anyhow::{Context, Result};
use centre::log::{Event, NewEntry, Use};
use centre::pki::Pki;
use centre::register::Register;
use centre::store::{Decision, MemoryStore, SqliteStore, Store, StoredDocument};
use centre::{Centre, Settings};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use prescription::rules::samples;
use prescription::{
    Dispensation, DocumentReference, DocumentType, Oid, PersonIdentityCode, Prescription, Professional, SignatureTrust,
    time,
};
use signing::{SignatureKind, Signer, Signing};
use test_authority::who;
use trust::TrustStore;

/// Documents of a chain.
pub const DOCUMENTS: u64 = 3;

/// Chains that are written in one transaction.
const TOGETHER: u64 = 200;

/// The patients of so many chains are mixed: a person's prescriptions do not lie beside each other.
const MIXED: u64 = 600;

/// Prescriptions of a person.
const OF_A_PERSON: u64 = 6;

const TEMPLATE_PERSON: &str = "010181-900C";

/// Everything that was made so far, and what more is made from.
pub struct Chains {
    templates: Vec<Template>,
    count: u64,
}

struct Template {
    documents: Vec<StoredDocument>,
    chain: String,
}

/// The prescription, and what has been dispensed of it, of a chain.
fn numbers(chain: u64) -> [String; 3] {
    let number = |base: u64| base + chain;
    [
        format!("1.2.246.10.99999903.93.2026.{}", number(80_000_000)),
        format!("1.2.246.10.99999901.93.2026.{}", number(82_000_000)),
        format!("1.2.246.10.99999901.93.2026.{}", number(84_000_000)),
    ]
}

/// The set of a chain's prescription.
pub fn set(chain: u64) -> Result<Oid> {
    let [prescription, ..] = numbers(chain);
    Oid::parse(&prescription).context("an identifier")
}

/// Whose a chain is: an artificial person.
pub fn person(chain: u64) -> PersonIdentityCode {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let people = MIXED / OF_A_PERSON;
    let number = chain / MIXED * people + chain % people;
    let days = 25_000;
    let born = NaiveDate::from_ymd_opt(1930, 1, 1).unwrap_or_default() + Duration::days((number % days) as i64);
    let individual = 900 + number / days % 100;
    let date = born.format("%d%m%y");
    let digits: u64 = format!("{date}{individual}").parse().unwrap_or_default();
    let check = CHECK.get((digits % 31) as usize).copied().unwrap_or(b'0');
    PersonIdentityCode::as_stated(&format!("{date}-{individual}{}", char::from(check)))
}

impl Chains {
    /// None yet.
    pub fn new(pki: &Path) -> Result<Self> {
        let dosages = [
            "1 tabletti tarvittaessa 3 kertaa vuorokaudessa.",
            "Yksi tabletti aamulla ja kaksi illalla ruokailun yhteydessä runsaan veden kanssa. Ei saa ylittää annosta.",
            "1 x 3",
            "Aluksi puoli tablettia kahdesti vuorokaudessa viikon ajan, sen jälkeen 1 tabletti aamuin illoin; vaste \
             arvioidaan vastaanotolla kolmen kuukauden kuluttua, sitä ennen ei annosmuutoksia.",
        ];
        let templates = dosages.iter().map(|dosage| Template::made(pki, dosage)).collect::<Result<_>>()?;
        Ok(Self { templates, count: 0 })
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean size of a document, in bytes.
    pub fn mean_document(&self) -> f64 {
        let sizes: Vec<usize> = self.templates.iter().flat_map(|t| &t.documents).map(|d| d.bytes.len()).collect();
        sizes.iter().sum::<usize>() as f64 / sizes.len().max(1) as f64
    }

    /// Mean size of a document as it lies in the file, in bytes.
    pub fn mean_packed(&self, file: &Path) -> Result<f64> {
        let connection = rusqlite::Connection::open(file)?;
        let sql = "SELECT avg(length(bytes)) FROM (SELECT bytes FROM document ORDER BY sequence LIMIT 3000)";
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Makes more, until the store holds so many documents.
    pub fn grow(&mut self, store: &SqliteStore, documents: u64) -> Result<()> {
        let end = documents.div_ceil(DOCUMENTS);
        let begin = self.count;
        let halves: Vec<u64> = (begin..end).step_by(usize::try_from(TOGETHER)?).collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let templates = &self.templates;
        std::thread::scope(|scope| {
            let work = || -> Result<()> {
                while let Some(from) = halves.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let many = (*from..end.min(from + TOGETHER)).map(|chain| made(templates, chain));
                    let mut all = Decision::default();
                    for decision in many {
                        let decision = decision?;
                        all.documents.extend(decision.documents);
                        all.log.extend(decision.log);
                        all.projection.extend(decision.projection);
                    }
                    store.commit(all)?;
                }
                Ok(())
            };
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().ok().context("a thread")?)
        })?;
        self.count = end.max(begin);
        Ok(())
    }
}

/// A copy of a template for one chain, as a decision.
fn made(templates: &[Template], chain: u64) -> Result<Decision> {
    let template = templates.get(usize::try_from(chain)? % templates.len().max(1)).context("a template")?;
    let (from, to) = (numbers(0), numbers(chain));
    let person = person(chain);
    let put = |text: &str| {
        let text = text.replace(TEMPLATE_PERSON, person.reveal());
        from.iter().zip(&to).fold(text, |text, (from, to)| text.replace(from, to))
    };
    let oid = |id: &Oid| Oid::parse(&put(id.as_str())).context("an identifier");
    let mut decision = Decision::default();
    for document in &template.documents {
        let text = std::str::from_utf8(&document.bytes)?;
        let id = oid(&document.id)?;
        let mut told = Use::of(Event::Store);
        told.organisation = document.organisation.clone();
        told.people = vec![person.reveal().to_owned()];
        told.documents = vec![(id.clone(), document.document_type.clone())];
        decision.log.push(NewEntry {
            at: document.received_at,
            event: Event::Store,
            payload: serde_json::to_string(&told)?,
            salt: [7; 32],
        });
        decision.documents.push(StoredDocument {
            id,
            set_id: oid(&document.set_id)?,
            prescription_set: oid(&document.prescription_set)?,
            bytes: put(text).into_bytes(),
            ..document.clone()
        });
    }
    decision.projection.push(serde_json::from_str(&put(&template.chain))?);
    Ok(decision)
}

impl Template {
    /// A prescription of three weeks ago with two lots dispensed, signed by people and by the Centre.
    fn made(pki: &Path, dosage: &str) -> Result<Self> {
        let register = Register::built_in()?;
        let professional = |slug: &str| register.professional(slug).context("a professional");
        let (prescriber, pharmacist) = (professional(who::LAURI_PRESCRIBER)?, professional(who::SIRI)?);
        let keys = Pki::at(pki);
        let [id, first, second] = numbers(0);
        let days_ago = |days| Utc::now() - Duration::days(days);
        let prescription = prescribed(&id, dosage, prescriber, days_ago(21))?;
        let mut history: Vec<Dispensation> = vec![];
        for (id, at) in [(first, days_ago(20)), (second, days_ago(10))] {
            history.push(lot(&prescription, &history, &id, &pharmacist, at)?);
        }
        let keeping = Centre::new(
            MemoryStore::new(),
            TrustStore::load(pki)?,
            register,
            Box::new(keys.centre()?),
            Box::new(|bytes| bytes.fill(7)),
            Settings::default(),
        );
        let keep = |written: &[u8], at: DateTime<Utc>, signer: &mut dyn Signer| -> Result<()> {
            // The certificates are as young as this run, so that people sign now what they did then.
            let signed = signed(written, Utc::now(), signer)?;
            let loaded = keeping.load(&signed, at)?;
            anyhow::ensure!(loaded.trust == SignatureTrust::Trusted, "a template's signature does not hold");
            Ok(())
        };
        let written = cda::write_prescription(&prescription, &writing(cda::Definition::version_3_30()?))?;
        keep(&written, days_ago(21), &mut keys.professional(who::LAURI_PRESCRIBER)?)?;
        for (lot, ago) in history.iter().zip([20, 10]) {
            let written = cda::write_dispensation(lot, &writing(cda::Definition::dispensation_2014()?))?;
            keep(&written, days_ago(ago), &mut keys.professional(who::SIRI)?)?;
        }
        let set = &prescription.reference.set_id;
        let chain = keeping.store().chain(set)?.context("the documents make no chain")?;
        Ok(Self { documents: keeping.store().documents_of(set)?, chain: serde_json::to_string(&chain)? })
    }
}

fn prescribed(id: &str, dosage: &str, prescriber: Professional, at: DateTime<Utc>) -> Result<Prescription> {
    let mut prescription = samples::iterated_diazepam();
    prescription.prescriber = prescriber;
    prescription.prescribed_at = time::finnish(at);
    prescription.made_at = prescription.prescribed_at;
    prescription.valid_until = prescription.prescribed_at.date().checked_add_days(chrono::Days::new(150));
    prescription.reference = reference(id, DocumentType::Prescription)?;
    prescription.dosage.text = dosage.to_owned();
    Ok(prescription)
}

/// A lot of 21 after what was dispensed before, by this person.
pub fn lot(
    prescription: &Prescription,
    history: &[Dispensation],
    id: &str,
    by: &Professional,
    at: DateTime<Utc>,
) -> Result<Dispensation> {
    let mut lot = samples::lot(prescription, 21, "2026-01-01T00:00:00");
    lot.reference = reference(id, DocumentType::Dispensation)?;
    lot.author = by.clone();
    lot.pharmacy = by.organisation.clone().context("the pharmacist's pharmacy")?;
    lot.dispensed_at = time::finnish(at);
    lot.made_at = lot.dispensed_at;
    samples::restate(prescription, history, &mut lot);
    Ok(lot)
}

fn reference(id: &str, document_type: DocumentType) -> Result<DocumentReference> {
    let id = Oid::parse(id).context("an identifier")?;
    Ok(DocumentReference { set_id: id.clone(), id, document_type })
}

/// How a document is written.
pub fn writing(definition: cda::Definition) -> cda::Writing {
    let software = cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() };
    cda::Writing { definition, software }
}

/// A document with the signature of a professional.
pub fn signed(document: &[u8], signed_at: DateTime<Utc>, signer: &mut dyn Signer) -> Result<Vec<u8>> {
    let (kind, signed_at) = (SignatureKind::Professional, time::finnish_with_offset(signed_at));
    Ok(signing::sign(&Signing { document, kind, signed_at, id_seed: "siri" }, signer)?)
}
