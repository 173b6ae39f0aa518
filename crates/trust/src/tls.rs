//! TLS between pharmacy and Centre: both sides show a certificate, both sides check revocation.
//!
//! The provider is `ring`, said here and nowhere by default, so that a second one linked by accident changes
//! nothing. A configuration holds the lists it was made with: make a new one when fresh lists have come.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::StoreError;
use crate::store::{certificates, read, revocation_lists};

/// The configuration of a client that shows `servers/<slug>` and trusts the folder's root, with the folder's lists.
pub fn client_config(directory: &Path, slug: &str) -> Result<ClientConfig, StoreError> {
    client(directory, slug, lists(directory)?, true)
}

/// As [`client_config`], with these lists (DER): those of [`crate::TrustStore::counting_lists`], which have been asked
/// already whether they still count.
pub fn client_config_with(directory: &Path, slug: &str, lists: Vec<Vec<u8>>) -> Result<ClientConfig, StoreError> {
    if lists.is_empty() {
        // With no list at all TLS would not ask for any: the folder's own, which no longer count, refuse everybody.
        return client_config(directory, slug);
    }
    client(directory, slug, lists.into_iter().map(CertificateRevocationListDer::from).collect(), false)
}

fn client(
    directory: &Path,
    slug: &str,
    lists: Vec<CertificateRevocationListDer<'static>>,
    enforce: bool,
) -> Result<ClientConfig, StoreError> {
    let identity = Identity::load(directory, slug)?;
    let builder = WebPkiServerVerifier::builder_with_provider(roots(directory)?, provider()).with_crls(lists);
    let builder = if enforce { builder.enforce_revocation_expiration() } else { builder };
    let verifier = builder.build().map_err(tls)?;
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_webpki_verifier(verifier)
        .with_client_auth_cert(identity.chain, identity.key)
        .map_err(tls)
}

/// The configuration of a server that shows `servers/<slug>` and lets nobody in without a trusted certificate.
pub fn server_config(directory: &Path, slug: &str) -> Result<ServerConfig, StoreError> {
    let identity = Identity::load(directory, slug)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(directory)?, provider())
        .with_crls(lists(directory)?)
        .enforce_revocation_expiration()
        .build()
        .map_err(tls)?;
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(identity.chain, identity.key)
        .map_err(tls)
}

/// The certificate itself (DER) that [`client_config`] and [`server_config`] show.
pub fn leaf(directory: &Path, slug: &str) -> Result<Vec<u8>, StoreError> {
    let path = directory.join("servers").join(slug).join("cert.pem");
    certificates(&path)?.into_iter().next().ok_or(StoreError::Pem(path))
}

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn load(directory: &Path, slug: &str) -> Result<Self, StoreError> {
        let folder = directory.join("servers").join(slug);
        let chain = certificates(&folder.join("cert.pem"))?.into_iter().map(CertificateDer::from).collect();
        let path = folder.join("key.pem");
        let key = PrivateKeyDer::from_pem_slice(&read(&path)?).map_err(|_| StoreError::Pem(path))?;
        Ok(Self { chain, key })
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(directory: &Path) -> Result<Arc<RootCertStore>, StoreError> {
    let mut roots = RootCertStore::empty();
    for der in certificates(&directory.join("root.pem"))? {
        roots.add(CertificateDer::from(der)).map_err(|_| StoreError::Anchor)?;
    }
    Ok(Arc::new(roots))
}

fn lists(directory: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, StoreError> {
    let lists: Vec<_> = revocation_lists(directory)?.into_iter().map(CertificateRevocationListDer::from).collect();
    if lists.is_empty() { Err(StoreError::RevocationList) } else { Ok(lists) }
}

fn tls(error: impl std::fmt::Display) -> StoreError {
    StoreError::Tls(error.to_string())
}
