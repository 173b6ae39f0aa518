//! What every schedule begins with, made once: certificates of artificial people, three prescriptions that the Centre
//! holds, an empty record of each workstation. Making them takes longer than thousands of schedules.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use card::{CardIdentity, Pin, SoftwareCard};
use centre::register::Register;
use centre::store::{MemoryStore, Store};
use centre::{Centre, Settings};
use chrono::{DateTime, Duration, Utc};
use fault_fs::{FaultFs, Image};
use medicines::{Edition, InForce};
use prescription::rules::samples;
use prescription::{Address, Amount, DocumentReference, DocumentType, Oid, Organisation, Quantity, time};
use record::{Key, Options, Record};
use signing::software::SoftwareSigner;
use signing::{KeyedHash, SignatureKind, Signing, Verifier};
use test_authority::{Authority, KeyKind, People, place, who};
use trust::TrustStore;

use crate::card::KeyedSigner;

/// Monday 23 November 2026, nine in the morning in Finland: when every schedule begins.
pub const BEGINNING: &str = "2026-11-23T07:00:00Z";

/// The patient of every prescription.
pub const AINO: &str = "010181-900C";

/// How many prescriptions the Centre holds.
pub const PRESCRIPTIONS: u64 = 3;

/// Units of each prescription.
pub const UNITS: u32 = 63;

/// The key of every record.
pub const RECORD_KEY: [u8; 32] = [7; 32];

/// A record's path on its disk.
pub const RECORD_PATH: &str = "record.db";

/// A workstation, by who works there and for which pharmacy.
pub struct Desk {
    /// The person's folder.
    pub who: &'static str,
    /// The pharmacy's name in the list of organisations.
    pub place: &'static str,
}

/// Two workstations of one pharmacy, and one of another.
pub const DESKS: [Desk; 3] = [
    Desk { who: who::SIRI, place: place::KUUSI },
    Desk { who: who::PETRI, place: place::KUUSI },
    Desk { who: who::SOFIA, place: place::LAHDE },
];

/// What every schedule begins with.
pub struct Materials {
    authority: std::path::PathBuf,
    /// The moment at which every schedule begins.
    pub beginning: DateTime<Utc>,
    /// Whose certificates are believed.
    pub trust: Arc<TrustStore>,
    /// The keyed hash of this simulation.
    pub keyed: KeyedHash,
    /// The Centre's store with its prescriptions, signed with keyed hashes.
    held: Box<dyn Store>,
    /// The same, signed with real keys.
    really_held: Box<dyn Store>,
    /// In which definition dispensations are written.
    pub definition: cda::Definition,
    register: Arc<Register>,
    system: test_authority::Pair,
    /// Medicines.
    pub medicines: Arc<InForce>,
    /// An empty record of each desk.
    pub records: Vec<Image>,
    /// The card of each desk.
    pub cards: Vec<CardIdentity>,
    /// The pharmacy of each desk.
    pub pharmacies: Vec<Organisation>,
    /// The Centre's organisation.
    pub centre: Oid,
}

impl Materials {
    /// Makes everything, with certificates from this folder, which is made where it is not there.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let beginning: DateTime<Utc> = BEGINNING.parse()?;
        let authority = authority(folder, beginning)?;
        let trust = Arc::new(TrustStore::load(folder)?);
        let keyed = KeyedHash::new(b"a key that no program which is shipped knows");
        let organisation = |slug: &str| authority.people().organisation(slug).cloned().context("an organisation");
        let mut records = Vec::new();
        let mut cards = Vec::new();
        let mut pharmacies = Vec::new();
        for (number, desk) in (1..).zip(&DESKS) {
            records.push(empty_record(number, beginning)?);
            cards.push(CardIdentity {
                serial: format!("{number:016}"),
                authentication_certificate: authority.authentication(desk.who)?.certificate,
                signature_certificate: authority.signature(desk.who)?.certificate,
            });
            let unit = organisation(desk.place)?;
            pharmacies.push(Organisation {
                id: Oid::parse(&unit.oid)?,
                name: unit.name,
                phone: Some(unit.telephone.trim_start_matches("tel:").to_owned()),
                address: Some(Address { street: unit.street, postal_code: unit.postal_code, city: unit.city }),
                part_of: None,
            });
        }
        let mut materials = Self {
            authority: folder.to_owned(),
            beginning,
            trust,
            keyed,
            held: Box::new(MemoryStore::new()),
            really_held: Box::new(MemoryStore::new()),
            definition: cda::Definition::dispensation_2014()?,
            register: Arc::new(Register::built_in()?),
            system: authority.system(place::CENTRE)?,
            medicines: Arc::new(InForce::always(Edition::parse(medicines::ARTIFICIAL)?)?),
            records,
            cards,
            pharmacies,
            centre: Oid::parse(&organisation(place::CENTRE)?.oid)?,
        };
        materials.held = materials.with_prescriptions(&authority, false)?;
        materials.really_held = materials.with_prescriptions(&authority, true)?;
        Ok(materials)
    }

    /// A Centre's store as it is at the beginning.
    pub fn store(&self, real: bool) -> Result<Box<dyn Store>> {
        let held = if real { &self.really_held } else { &self.held };
        Ok(held.as_of_now()?)
    }

    /// A Centre over a store: new, as after a restart.
    pub fn centre<S: Store>(&self, store: S, real: bool, random: centre::Randomness) -> Result<Centre<S>> {
        let signer = self.signer(&self.system, real)?;
        let (trust, register) = (self.trust.clone(), self.register.clone());
        Ok(Centre::new(store, trust, register, signer, random, Settings::default()).with_verifier(self.verifier(real)))
    }

    /// What checks signatures.
    pub fn verifier(&self, real: bool) -> Verifier {
        if real { Verifier::default() } else { Verifier::knowing(self.keyed.clone()) }
    }

    /// A card with real keys, of a desk.
    pub fn real_card(&self, desk: &Desk) -> Result<SoftwareCard> {
        let pin = |digits| Pin::new(digits).map_err(|_| anyhow::anyhow!("a PIN"));
        Ok(SoftwareCard::load(&self.authority.join("people").join(desk.who), pin("1234")?, pin("5678")?)?)
    }

    fn signer(&self, pair: &test_authority::Pair, real: bool) -> Result<Box<dyn signing::Signer + Send>> {
        Ok(if real {
            Box::new(SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key)?)
        } else {
            Box::new(KeyedSigner::new(pair.certificate.clone(), self.keyed.clone()))
        })
    }

    fn with_prescriptions(&self, authority: &Authority, real: bool) -> Result<Box<dyn Store>> {
        let salt = Box::new(|bytes: &mut [u8]| bytes.fill(1));
        let centre = self.centre(MemoryStore::new(), real, salt)?;
        let mut prescriber = self.signer(&authority.signature(who::LAURI_PRESCRIBER)?, real)?;
        for number in 0..PRESCRIPTIONS {
            let prescription = self.prescription(number)?;
            let writing = cda::Writing { definition: cda::Definition::version_3_30()?, software: software() };
            let document = cda::write_prescription(&prescription, &writing)?;
            let signing = Signing {
                document: &document,
                kind: SignatureKind::Professional,
                signed_at: time::finnish_with_offset(self.beginning - Duration::hours(1)),
                id_seed: "prescriber",
            };
            let signed = signing::sign(&signing, prescriber.as_mut())?;
            let loaded = centre.load(&signed, self.beginning)?;
            anyhow::ensure!(loaded.trust == prescription::SignatureTrust::Trusted, "a prescription is not believed");
        }
        Ok(centre.store().as_of_now()?)
    }

    fn prescription(&self, number: u64) -> Result<prescription::Prescription> {
        let mut prescription = samples::iterated_diazepam();
        prescription.prescriber = self.register.professional(who::LAURI_PRESCRIBER).context("the prescriber")?;
        prescription.prescribed_at = time::finnish(self.beginning - Duration::hours(1));
        prescription.made_at = prescription.prescribed_at;
        prescription.valid_until = Some(prescription.prescribed_at.date() + chrono::Days::new(150));
        let id = set(number)?;
        prescription.reference =
            DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Prescription };
        prescription.iteration = None;
        prescription.quantity = Quantity::total(Amount::new(UNITS, "fol")).context("an amount")?;
        prescription.message_to_pharmacy = None;
        Ok(prescription)
    }
}

/// A prescription's set.
pub fn set(number: u64) -> Result<Oid> {
    Ok(Oid::parse(&format!("1.2.246.10.99999903.93.2026.{}", 1001 + number))?)
}

/// What documents say of the program.
pub fn software() -> cda::Software {
    cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() }
}

/// Certificates of the few people of the simulation, with keys that are made fast. They hold around the made-up beginning,
/// and not today.
fn authority(folder: &Path, beginning: DateTime<Utc>) -> Result<Authority> {
    let same_people = |folder: &Path| {
        std::fs::read_to_string(folder.join("people.toml")).is_ok_and(|people| people == centre::register::BUILT_IN)
    };
    if same_people(folder) {
        return Ok(Authority::open(folder)?);
    }
    // Made beside and then named, so that of two who make it at the same time neither sees half of it.
    std::fs::create_dir_all(folder.parent().context("a folder for certificates")?)?;
    let new = folder.with_extension(format!("new-{}", std::process::id()));
    let people = [who::SIRI, who::PETRI, who::SOFIA, who::LAURI_PRESCRIBER];
    let people = People::built_in()?.only(&people).with_keys(KeyKind::P384);
    Authority::create_for(&new, beginning, people)?;
    std::fs::write(new.join("people.toml"), centre::register::BUILT_IN)?;
    if std::fs::rename(&new, folder).is_err() {
        if same_people(folder) {
            std::fs::remove_dir_all(&new)?;
        } else {
            std::fs::remove_dir_all(folder)?;
            std::fs::rename(&new, folder)?;
        }
    }
    Ok(Authority::open(folder)?)
}

/// A record that was just made, as it lies on the disk.
fn empty_record(workstation: u16, now: DateTime<Utc>) -> Result<Image> {
    let disk = FaultFs::new();
    let options = Options { vfs: Some(disk.name()), ..Options::new(workstation, now) };
    drop(Record::open(Path::new(RECORD_PATH), &Key::new(RECORD_KEY), options)?);
    Ok(disk.image())
}
