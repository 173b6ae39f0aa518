//! Certificates that are made anew in place, with another end or another issuer: for whoever must see what a program says of
//! a certificate that is about to end, has ended, or is nobody's that it trusts. Keys change with them.

use chrono::{DateTime, Utc};
use rcgen::{Issuer, KeyPair};

use crate::authority::{
    Authority, PROFESSIONALS, PROVIDERS, authority_params, hex, list_of_time, of_authority, read, write, write_index,
    write_system,
};
use crate::issue::{self, MachineUse, ProfessionalUse, Validity};
use crate::{AuthorityError, KeyKind};

impl Authority {
    /// Makes both certificates of a professional anew, valid until `until`.
    pub fn reissue_professional(&mut self, slug: &str, until: DateTime<Utc>) -> Result<(), AuthorityError> {
        let no_such = || AuthorityError::NoSuchEntry(slug.to_owned());
        let person = self.people().professional(slug).ok_or_else(no_such)?.clone();
        let issuer = self.issuer(PROFESSIONALS)?;
        let folder = self.directory().join("people").join(slug);
        let mut serials = [String::new(), String::new()];
        let uses = [(ProfessionalUse::Authentication, "auth"), (ProfessionalUse::Signature, "sign")];
        for ((purpose, stem), serial) in uses.into_iter().zip(&mut serials) {
            let issued = issue::professional(&person, purpose, self.valid_until(until), &issuer)?;
            write(&folder.join(format!("{stem}.cert.der")), &issued.certificate_der)?;
            write(&folder.join(format!("{stem}.key.der")), issued.key.serialized_der())?;
            *serial = hex(&issued.serial);
        }
        self.index_mut().people.iter_mut().find(|one| one.slug == slug).ok_or_else(no_such)?.serials = serials;
        write_index(self.directory(), self.index())
    }

    /// Makes the TLS certificate of an organisation anew, as server or client as before, valid until `until`.
    pub fn reissue_server(&mut self, slug: &str, until: DateTime<Utc>) -> Result<(), AuthorityError> {
        let issuer = self.issuer(PROVIDERS)?;
        let authority = read(&self.directory().join(format!("ca/{PROVIDERS}.pem")))?;
        self.machine(slug, until, &issuer, &authority)
    }

    /// As [`Authority::reissue_server`], by an authority of the same name that nobody trusts.
    pub fn reissue_server_by_a_stranger(&mut self, slug: &str, until: DateTime<Utc>) -> Result<(), AuthorityError> {
        let params = issue::authority_params("Somebody Else's TEST CA", 0, self.valid_until(until))?;
        let key = issue::new_key(KeyKind::P384)?;
        let own = params.self_signed(&key)?.pem();
        self.machine(slug, until, &Issuer::new(params, key), own.as_bytes())
    }

    /// Makes the certificate of an organisation's system signatures anew, valid until `until`.
    pub fn reissue_system(&mut self, slug: &str, until: DateTime<Utc>) -> Result<(), AuthorityError> {
        let no_such = || AuthorityError::NoSuchEntry(slug.to_owned());
        let owner = self.people().organisation(slug).ok_or_else(no_such)?.clone();
        let (issuer, validity) = (self.issuer(PROVIDERS)?, self.valid_until(until));
        let serial = hex(&write_system(self.directory(), &owner, validity, &issuer)?.serial);
        self.index_mut().systems.iter_mut().find(|one| one.slug == slug).ok_or_else(no_such)?.serial = serial;
        write_index(self.directory(), self.index())
    }

    /// A revocation list (DER) of an issuing authority (`professionals`, `providers`) with all that is revoked, made at
    /// `from`, the next one due at `until`. It is written nowhere.
    pub fn list(&self, authority: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<u8>, AuthorityError> {
        list_of_time(&self.issuer(authority)?, from, until, &of_authority(&self.index().revoked, authority))
    }

    fn machine(
        &mut self,
        slug: &str,
        until: DateTime<Utc>,
        issuer: &Issuer<'_, KeyPair>,
        issuer_pem: &[u8],
    ) -> Result<(), AuthorityError> {
        let no_such = || AuthorityError::NoSuchEntry(slug.to_owned());
        let owner = self.people().organisation(slug).ok_or_else(no_such)?.clone();
        let validity = self.valid_until(until);
        let is_server = self.index().servers.iter().any(|one| one.slug == slug && one.role == "server");
        let issued = if is_server {
            let names = ["localhost", "127.0.0.1", "::1"];
            issue::machine(&owner, "localhost", &names, MachineUse::TlsServer, validity, issuer)?
        } else {
            let host = format!("{slug}.tiski.test");
            issue::machine(&owner, &host, &[&host], MachineUse::TlsClient, validity, issuer)?
        };
        let folder = self.directory().join("servers").join(slug);
        write(&folder.join("cert.pem"), &[issued.certificate_pem.as_bytes(), issuer_pem].concat())?;
        write(&folder.join("key.pem"), issued.key.serialize_pem().as_bytes())?;
        let serial = hex(&issued.serial);
        self.index_mut().servers.iter_mut().find(|one| one.slug == slug).ok_or_else(no_such)?.serial = serial;
        write_index(self.directory(), self.index())
    }

    pub(crate) fn valid_until(&self, until: DateTime<Utc>) -> Validity {
        Validity { from: self.index().made_at.min(until) - chrono::Duration::days(30), to: until }
    }

    pub(crate) fn issuer(&self, authority: &str) -> Result<Issuer<'static, KeyPair>, AuthorityError> {
        let key = issue::existing_key(&read(&self.directory().join(format!("ca/{authority}.key.der")))?)?;
        Ok(Issuer::new(authority_params(authority, self.index().made_at)?, key))
    }
}
