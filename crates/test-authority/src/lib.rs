//! A certificate authority for tests and demonstrations: people, servers, systems, cards.
//!
//! It makes a whole artificial world of trust in one folder: a root, two issuing authorities, a revocation
//! list of each, two certificates for every professional of `fixtures/people/professionals.toml`, and the
//! certificates of servers and systems. Names are always the same, keys are new each time. It judges
//! nothing: that is `trust`. Nothing it makes may ever be trusted outside a test.
//!
//! The folder:
//!
//! | path | what |
//! | --- | --- |
//! | `root.pem` | the anchor |
//! | `ca/professionals.pem`, `ca/providers.pem` | the issuing authorities |
//! | `ca/citizens.pem` | the issuer of a citizen's card, which no professional's certificate comes from |
//! | `ca/stranger.pem` | an anchor that nobody should have: the issuer of *unknown issuer* |
//! | `ca/*.key.der` | their keys, so that a test can revoke later |
//! | `crl/root.crl`, `crl/professionals.crl`, `crl/providers.crl` | revocation lists, DER |
//! | `people/<slug>/{auth,sign}.{cert.der,key.der}` | a professional's certificates and PKCS#8 keys |
//! | `servers/<slug>/{cert.pem,key.pem}` | TLS; `cert.pem` is the leaf and then its issuer |
//! | `systems/<slug>/{cert.der,key.der}` | system signatures |
//! | `ocsp/` | what openssl needed for the last OCSP answer |
//! | `authority.json` | the index of the above |

mod authority;
mod error;
mod issue;
mod ocsp;
mod ocsp_server;
mod people;
mod reissue;

pub use authority::{Authority, Index, Pair, PersonEntry, RevokedEntry, ServerEntry, SystemEntry};
pub use error::AuthorityError;
pub use ocsp::{Known, Responder};
pub use ocsp_server::{Manner, OcspServer};
pub use people::{Card, CertificateState, KeyKind, Organisation, OrganisationKind, People, Professional};

/// The slugs of the artificial professionals, so that a test names a person and not a string.
pub mod who {
    /// Pharmacist (farmaseutti, 005) at Kuusen apteekki; P-384 keys. The ordinary case.
    pub const SIRI: &str = "siri-salminen";
    /// Pharmacist (proviisori, 006) at Kuusen apteekki; RSA-2048 keys.
    pub const PETRI: &str = "petri-proviisori";
    /// Student (907): may prepare, may not sign.
    pub const ONNI: &str = "onni-opiskelija";
    /// Both certificates are on the revocation list.
    pub const KAISA_REVOKED: &str = "kaisa-kumottu";
    /// Both certificates have expired.
    pub const VESA_EXPIRED: &str = "vesa-vanhentunut";
    /// Certificates of an issuer that nobody trusts.
    pub const TUULA_UNKNOWN_ISSUER: &str = "tuula-tuntematon";
    /// A citizen with an identity card: no professional, and in no list of people. Always made.
    pub const KAISU_CITIZEN: &str = "kaisu-kansalainen";
    /// Good certificates, but the register of rights says that the right has ended.
    pub const RAUNI_RIGHT_ENDED: &str = "rauni-rajattu";
    /// Pharmacist (proviisori) at the other pharmacy, Lähteen apteekki.
    pub const SOFIA: &str = "sofia-sandell";
    /// Prescriber (034), for prescriptions that are issued anew.
    pub const LAURI_PRESCRIBER: &str = "lauri-laakari";
    /// Prescriber (001) with RSA keys.
    pub const LEENA_PRESCRIBER: &str = "leena-laakari";
    /// Nurse with a limited right to prescribe; the right's code is assumed.
    pub const NIINA_NURSE: &str = "niina-hoitaja";
    /// Student of medicine who acts as a physician; the right's code is assumed.
    pub const KALLE_MEDICAL_STUDENT: &str = "kalle-kandidaatti";
    /// Works at Kuusen apteekki and has no professional right.
    pub const LOTTA_WITHOUT_A_RIGHT: &str = "lotta-laaketyontekija";
    /// Keeps the machines of Kuusen apteekki: a local role and no professional right.
    pub const TEPPO_TECHNICIAN: &str = "teppo-tekninen";
}

/// The slugs of servers and systems.
pub mod place {
    /// The Prescription Centre: its TLS server certificate and its system signature.
    pub const CENTRE: &str = "centre";
    /// The first pharmacy.
    pub const KUUSI: &str = "kuusen-apteekki";
    /// The second pharmacy.
    pub const LAHDE: &str = "lahteen-apteekki";
    /// A TLS client certificate that has been revoked.
    pub const REVOKED: &str = "revoked-client";
    /// A TLS client certificate that has expired.
    pub const EXPIRED: &str = "expired-client";
    /// A TLS client certificate of an unknown issuer.
    pub const STRANGER: &str = "stranger-client";
}
