//! The authority as a folder: made once, opened by whoever needs a certificate or must revoke one.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevocationReason,
    RevokedCertParams, SerialNumber,
};
use serde::{Deserialize, Serialize};

use crate::issue::{self, Issued, MachineUse, ProfessionalUse, Validity};
use crate::{AuthorityError, CertificateState, KeyKind, Organisation, OrganisationKind, People, place};

const INDEX: &str = "authority.json";
const ROOT: &str = "root";
pub(crate) const PROFESSIONALS: &str = "professionals";
pub(crate) const PROVIDERS: &str = "providers";
const CITIZENS: &str = "citizens";
const YEARS_10: i64 = 3652;

/// A test authority in a folder.
#[derive(Debug, Clone)]
pub struct Authority {
    directory: PathBuf,
    people: People,
    index: Index,
}

/// What `authority.json` says: where everything is, relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Always true: nothing here may be trusted outside a test.
    pub test_only: bool,
    /// When the authority was made; everything is valid around this moment.
    pub made_at: DateTime<Utc>,
    /// The anchor, PEM.
    pub root: String,
    /// Issuing authorities, PEM.
    pub intermediates: Vec<String>,
    /// Revocation lists, DER.
    pub revocation_lists: Vec<String>,
    /// What is on the lists.
    pub revoked: Vec<RevokedEntry>,
    /// Professionals.
    pub people: Vec<PersonEntry>,
    /// TLS servers and clients.
    pub servers: Vec<ServerEntry>,
    /// Systems that sign.
    pub systems: Vec<SystemEntry>,
}

/// A revoked certificate in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedEntry {
    /// The issuing authority, as in `ca/<authority>.pem`.
    pub authority: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// From when.
    pub at: DateTime<Utc>,
    /// Whether because the key was compromised: then nothing that it ever signed may be believed.
    pub compromised: bool,
}

impl RevokedEntry {
    fn new(authority: &str, serial: String, at: DateTime<Utc>) -> Self {
        Self { authority: authority.to_owned(), serial, at, compromised: false }
    }
}

/// A professional in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonEntry {
    /// Slug, see [`crate::who`].
    pub slug: String,
    /// Registration number.
    pub registration_number: String,
    /// Kind of both keys.
    pub key: KeyKind,
    /// What is wrong with the certificates.
    pub certificate: CertificateState,
    /// Serial numbers of the authentication and the signature certificate, hexadecimal.
    pub serials: [String; 2],
}

/// A TLS certificate in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerEntry {
    /// Slug, see [`crate::place`].
    pub slug: String,
    /// The organisation's OID, also the subject's serialNumber.
    pub organisation_oid: String,
    /// `server` or `client`.
    pub role: String,
    /// Serial number, hexadecimal.
    pub serial: String,
}

/// A system that signs, in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemEntry {
    /// Slug, see [`crate::place`].
    pub slug: String,
    /// The organisation's OID, also the subject's serialNumber.
    pub organisation_oid: String,
    /// Serial number, hexadecimal.
    pub serial: String,
}

/// A certificate (DER) and its private key (PKCS#8 DER).
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The private key, PKCS#8 DER.
    pub key: Vec<u8>,
}

impl Authority {
    /// Makes a new authority in `directory` (made if it is not there), valid around `now`.
    pub fn create(directory: &Path, now: DateTime<Utc>) -> Result<Self, AuthorityError> {
        Self::create_for(directory, now, People::built_in()?)
    }

    /// As [`Authority::create`], for the people of another file.
    pub fn create_for(directory: &Path, now: DateTime<Utc>, people: People) -> Result<Self, AuthorityError> {
        Making::begin(directory, now, people)?.finish()
    }

    /// Opens an authority that was made before.
    pub fn open(directory: &Path) -> Result<Self, AuthorityError> {
        let bytes = read(&directory.join(INDEX))?;
        let index = serde_json::from_slice(&bytes).map_err(|error| AuthorityError::Index(error.to_string()))?;
        Ok(Self { directory: directory.to_owned(), people: People::built_in()?, index })
    }

    /// The folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The index, as in `authority.json`.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn index_mut(&mut self) -> &mut Index {
        &mut self.index
    }

    /// The people for whom it was made.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// A professional's authentication certificate and key.
    pub fn authentication(&self, slug: &str) -> Result<Pair, AuthorityError> {
        self.pair(&format!("people/{slug}/auth"))
    }

    /// A professional's signature certificate and key.
    pub fn signature(&self, slug: &str) -> Result<Pair, AuthorityError> {
        self.pair(&format!("people/{slug}/sign"))
    }

    /// A system's signature certificate and key.
    pub fn system(&self, slug: &str) -> Result<Pair, AuthorityError> {
        let folder = self.directory.join("systems").join(slug);
        Ok(Pair { certificate: read(&folder.join("cert.der"))?, key: read(&folder.join("key.der"))? })
    }

    /// Puts both certificates of a professional on the revocation list, from `at` on, and writes the list anew.
    pub fn revoke_professional(&mut self, slug: &str, at: DateTime<Utc>) -> Result<(), AuthorityError> {
        self.revoke_person(slug, at, false)
    }

    /// As [`Authority::revoke_professional`], because somebody else may have the keys.
    pub fn revoke_compromised_professional(&mut self, slug: &str, at: DateTime<Utc>) -> Result<(), AuthorityError> {
        self.revoke_person(slug, at, true)
    }

    fn revoke_person(&mut self, slug: &str, at: DateTime<Utc>, compromised: bool) -> Result<(), AuthorityError> {
        let entry = self.index.people.iter().find(|one| one.slug == slug);
        let serials = entry.ok_or_else(|| AuthorityError::NoSuchEntry(slug.to_owned()))?.serials.clone();
        let entries =
            serials.map(|serial| RevokedEntry { compromised, ..RevokedEntry::new(PROFESSIONALS, serial, at) });
        self.index.revoked.extend(entries);
        self.rewrite(PROFESSIONALS, at)
    }

    /// Puts a server's or client's TLS certificate on the revocation list, and writes the list anew.
    pub fn revoke_server(&mut self, slug: &str, at: DateTime<Utc>) -> Result<(), AuthorityError> {
        let entry = self.index.servers.iter().find(|one| one.slug == slug);
        let serial = entry.ok_or_else(|| AuthorityError::NoSuchEntry(slug.to_owned()))?.serial.clone();
        self.index.revoked.push(RevokedEntry::new(PROVIDERS, serial, at));
        self.rewrite(PROVIDERS, at)
    }

    /// Puts a certificate of the professionals' issuer on its list, and writes the list anew.
    pub(crate) fn revoke_serial(&mut self, serial: String, at: DateTime<Utc>) -> Result<(), AuthorityError> {
        self.index.revoked.push(RevokedEntry::new(PROFESSIONALS, serial, at));
        self.rewrite(PROFESSIONALS, at)
    }

    fn rewrite(&self, authority: &str, at: DateTime<Utc>) -> Result<(), AuthorityError> {
        let key = issue::existing_key(&read(&self.directory.join(format!("ca/{authority}.key.der")))?)?;
        let issuer = Issuer::new(authority_params(authority, self.index.made_at)?, key);
        let list = revocation_list(&issuer, self.index.made_at, at, &of_authority(&self.index.revoked, authority))?;
        write(&self.directory.join(format!("crl/{authority}.crl")), &list)?;
        write_index(&self.directory, &self.index)
    }

    fn pair(&self, stem: &str) -> Result<Pair, AuthorityError> {
        Ok(Pair {
            certificate: read(&self.directory.join(format!("{stem}.cert.der")))?,
            key: read(&self.directory.join(format!("{stem}.key.der")))?,
        })
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pair {{ certificate: {} bytes, key: … }}", self.certificate.len())
    }
}

struct Making {
    directory: PathBuf,
    now: DateTime<Utc>,
    people: People,
    professionals: Issuer<'static, KeyPair>,
    providers: Issuer<'static, KeyPair>,
    citizens: Issuer<'static, KeyPair>,
    providers_pem: String,
    stranger: Issuer<'static, KeyPair>,
    index: Index,
}

impl Making {
    fn begin(directory: &Path, now: DateTime<Utc>, people: People) -> Result<Self, AuthorityError> {
        for folder in ["ca", "crl", "people", "servers", "systems"] {
            make_folder(&directory.join(folder))?;
        }
        let key = |name: &str| -> Result<KeyPair, AuthorityError> {
            let key = issue::new_key(KeyKind::P384)?;
            write(&directory.join(format!("ca/{name}.key.der")), key.serialized_der())?;
            Ok(key)
        };

        let root_params = authority_params(ROOT, now)?;
        let root_key = key(ROOT)?;
        write(&directory.join("root.pem"), root_params.self_signed(&root_key)?.pem().as_bytes())?;
        let root = Issuer::new(root_params, root_key);

        let intermediate = |name: &str| -> Result<(Issuer<'static, KeyPair>, String), AuthorityError> {
            let params = authority_params(name, now)?;
            let key = key(name)?;
            let pem = params.signed_by(&key, &root)?.pem();
            write(&directory.join(format!("ca/{name}.pem")), pem.as_bytes())?;
            Ok((Issuer::new(params, key), pem))
        };
        let (professionals, _) = intermediate(PROFESSIONALS)?;
        let (providers, providers_pem) = intermediate(PROVIDERS)?;
        let (citizens, _) = intermediate(CITIZENS)?;

        let stranger_params =
            issue::authority_params("Somebody Else's TEST CA", 0, Validity::days_from(now, YEARS_10))?;
        let stranger_key = issue::new_key(KeyKind::P384)?;
        write(&directory.join("ca/stranger.pem"), stranger_params.self_signed(&stranger_key)?.pem().as_bytes())?;

        write(&directory.join("crl/root.crl"), &revocation_list(&root, now, now, &[])?)?;
        Ok(Self {
            directory: directory.to_owned(),
            now,
            people,
            professionals,
            providers,
            citizens,
            providers_pem,
            stranger: Issuer::new(stranger_params, stranger_key),
            index: Index {
                test_only: true,
                made_at: now,
                root: "root.pem".to_owned(),
                intermediates: vec!["ca/professionals.pem".to_owned(), "ca/providers.pem".to_owned()],
                revocation_lists: [ROOT, PROFESSIONALS, PROVIDERS].map(|name| format!("crl/{name}.crl")).to_vec(),
                revoked: Vec::new(),
                people: Vec::new(),
                servers: Vec::new(),
                systems: Vec::new(),
            },
        })
    }

    fn finish(mut self) -> Result<Authority, AuthorityError> {
        self.people_certificates()?;
        self.citizen()?;
        self.machines()?;
        for (name, issuer) in [(PROFESSIONALS, &self.professionals), (PROVIDERS, &self.providers)] {
            let list = revocation_list(issuer, self.now, self.now, &of_authority(&self.index.revoked, name))?;
            write(&self.directory.join(format!("crl/{name}.crl")), &list)?;
        }
        write_index(&self.directory, &self.index)?;
        Ok(Authority { directory: self.directory, people: self.people, index: self.index })
    }

    fn people_certificates(&mut self) -> Result<(), AuthorityError> {
        for person in &self.people.professionals {
            let folder = self.directory.join("people").join(&person.slug);
            make_folder(&folder)?;
            let issuer = match person.certificate {
                CertificateState::UnknownIssuer => &self.stranger,
                _ => &self.professionals,
            };
            let validity = match person.certificate {
                CertificateState::Expired => Validity::ended_before(self.now),
                _ => Validity::days_from(self.now, 5 * 365),
            };
            let make = |purpose: ProfessionalUse, stem: &str| -> Result<String, AuthorityError> {
                let issued = issue::professional(person, purpose, validity, issuer)?;
                write(&folder.join(format!("{stem}.cert.der")), &issued.certificate_der)?;
                write(&folder.join(format!("{stem}.key.der")), issued.key.serialized_der())?;
                Ok(hex(&issued.serial))
            };
            let serials = [make(ProfessionalUse::Authentication, "auth")?, make(ProfessionalUse::Signature, "sign")?];
            if person.certificate == CertificateState::Revoked {
                let at = self.now - Duration::days(10);
                self.index.revoked.extend(serials.clone().map(|serial| RevokedEntry::new(PROFESSIONALS, serial, at)));
            }
            self.index.people.push(PersonEntry {
                slug: person.slug.clone(),
                registration_number: person.registration_number.clone(),
                key: person.key,
                certificate: person.certificate,
                serials,
            });
        }
        Ok(())
    }

    /// The card of somebody who is no professional.
    fn citizen(&self) -> Result<(), AuthorityError> {
        let folder = self.directory.join("people").join(crate::who::KAISU_CITIZEN);
        make_folder(&folder)?;
        for (purpose, stem) in [(ProfessionalUse::Authentication, "auth"), (ProfessionalUse::Signature, "sign")] {
            let issued = issue::citizen(purpose, Validity::days_from(self.now, 5 * 365), &self.citizens)?;
            write(&folder.join(format!("{stem}.cert.der")), &issued.certificate_der)?;
            write(&folder.join(format!("{stem}.key.der")), issued.key.serialized_der())?;
        }
        Ok(())
    }

    fn machines(&mut self) -> Result<(), AuthorityError> {
        let year = Validity::days_from(self.now, 365);
        let organisations = self.people.organisations.clone();
        for one in &organisations {
            match one.kind {
                OrganisationKind::PrescriptionCentre => {
                    let names = ["localhost", "127.0.0.1", "::1"];
                    let issued =
                        issue::machine(one, "localhost", &names, MachineUse::TlsServer, year, &self.providers)?;
                    self.server(&one.slug, one, "server", &issued)?;
                    self.system(one)?;
                }
                OrganisationKind::Pharmacy => {
                    self.client(&one.slug, one, year, CertificateState::Good)?;
                    self.system(one)?;
                }
                OrganisationKind::HealthCentre => self.client(&one.slug, one, year, CertificateState::Good)?,
            }
        }
        if let Some(pharmacy) = organisations.iter().find(|one| one.kind == OrganisationKind::Pharmacy) {
            self.client(place::REVOKED, pharmacy, year, CertificateState::Revoked)?;
            self.client(place::EXPIRED, pharmacy, Validity::ended_before(self.now), CertificateState::Expired)?;
            self.client(place::STRANGER, pharmacy, year, CertificateState::UnknownIssuer)?;
        }
        Ok(())
    }

    fn client(
        &mut self,
        slug: &str,
        owner: &Organisation,
        validity: Validity,
        state: CertificateState,
    ) -> Result<(), AuthorityError> {
        let issuer = if state == CertificateState::UnknownIssuer { &self.stranger } else { &self.providers };
        let host = format!("{slug}.tiski.test");
        let issued = issue::machine(owner, &host, &[&host], MachineUse::TlsClient, validity, issuer)?;
        if state == CertificateState::Revoked {
            let at = self.now - Duration::days(10);
            self.index.revoked.push(RevokedEntry::new(PROVIDERS, hex(&issued.serial), at));
        }
        self.server(slug, owner, "client", &issued)
    }

    fn server(&mut self, slug: &str, owner: &Organisation, role: &str, issued: &Issued) -> Result<(), AuthorityError> {
        let folder = self.directory.join("servers").join(slug);
        make_folder(&folder)?;
        write(&folder.join("cert.pem"), format!("{}{}", issued.certificate_pem, self.providers_pem).as_bytes())?;
        write(&folder.join("key.pem"), issued.key.serialize_pem().as_bytes())?;
        self.index.servers.push(ServerEntry {
            slug: slug.to_owned(),
            organisation_oid: owner.oid.clone(),
            role: role.to_owned(),
            serial: hex(&issued.serial),
        });
        Ok(())
    }

    fn system(&mut self, owner: &Organisation) -> Result<(), AuthorityError> {
        let validity = Validity::days_from(self.now, 2 * 365);
        let issued = write_system(&self.directory, owner, validity, &self.providers)?;
        self.index.systems.push(SystemEntry {
            slug: owner.slug.clone(),
            organisation_oid: owner.oid.clone(),
            serial: hex(&issued.serial),
        });
        Ok(())
    }
}

/// Makes the certificate and key of an organisation's system signatures, and writes them.
pub(crate) fn write_system(
    directory: &Path,
    owner: &Organisation,
    validity: Validity,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Issued, AuthorityError> {
    let folder = directory.join("systems").join(&owner.slug);
    make_folder(&folder)?;
    let name = format!("TEST_{}", owner.slug);
    let issued = issue::machine(owner, &name, &[], MachineUse::SystemSignature, validity, issuer)?;
    write(&folder.join("cert.der"), &issued.certificate_der)?;
    write(&folder.join("key.der"), issued.key.serialized_der())?;
    Ok(issued)
}

pub(crate) fn authority_params(name: &str, made_at: DateTime<Utc>) -> Result<CertificateParams, AuthorityError> {
    let validity = Validity::days_from(made_at, YEARS_10);
    match name {
        ROOT => issue::authority_params("Tiski TEST Root CA", 1, validity),
        PROFESSIONALS => issue::authority_params("Tiski TEST CA for Healthcare Professionals", 0, validity),
        PROVIDERS => {
            let common_name = "Tiski TEST CA for Social Welfare and Health Care Service Providers";
            issue::authority_params(common_name, 0, validity)
        }
        CITIZENS => issue::authority_params("Tiski TEST CA for Citizen Certificates", 0, validity),
        other => Err(AuthorityError::NoSuchEntry(other.to_owned())),
    }
}

fn revocation_list(
    issuer: &Issuer<'_, KeyPair>,
    made_at: DateTime<Utc>,
    at: DateTime<Utc>,
    revoked: &[&RevokedEntry],
) -> Result<Vec<u8>, AuthorityError> {
    list_of_time(issuer, made_at.min(at) - Duration::days(1), at + Duration::days(365), revoked)
}

/// A revocation list that says it was made at `from`, and that the next one is due at `until`.
pub(crate) fn list_of_time(
    issuer: &Issuer<'_, KeyPair>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    revoked: &[&RevokedEntry],
) -> Result<Vec<u8>, AuthorityError> {
    let moment = |at: DateTime<Utc>| rcgen::date_time_ymd(1970, 1, 1) + issue::since_epoch(at);
    let list = CertificateRevocationListParams {
        this_update: moment(from),
        next_update: moment(until),
        crl_number: SerialNumber::from(u64::try_from(until.timestamp()).unwrap_or(1)),
        issuing_distribution_point: None,
        revoked_certs: revoked
            .iter()
            .map(|one| RevokedCertParams {
                serial_number: SerialNumber::from_slice(&unhex(&one.serial)),
                revocation_time: moment(one.at),
                reason_code: Some(if one.compromised {
                    RevocationReason::KeyCompromise
                } else {
                    RevocationReason::CessationOfOperation
                }),
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(list.signed_by(issuer)?.der().to_vec())
}

pub(crate) fn of_authority<'a>(revoked: &'a [RevokedEntry], authority: &str) -> Vec<&'a RevokedEntry> {
    revoked.iter().filter(|one| one.authority == authority).collect()
}

pub(crate) fn write_index(directory: &Path, index: &Index) -> Result<(), AuthorityError> {
    let text = serde_json::to_vec_pretty(index).map_err(|error| AuthorityError::Index(error.to_string()))?;
    write(&directory.join(INDEX), &text)
}

fn make_folder(path: &Path) -> Result<(), AuthorityError> {
    fs::create_dir_all(path).map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), AuthorityError> {
    fs::write(path, bytes).map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, AuthorityError> {
    fs::read(path).map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
