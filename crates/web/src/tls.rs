//! TLS of the API: our own CA and a server certificate, made on first start and kept.

mod issue;

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use store::record::Records;
use store::{Batch, LineName, StoreError};

use issue::Issued;

/// The one record, under the line `main`: all webs of a deployment serve one certificate.
const NAME: &str = "api";

/// What the listener serves with.
#[derive(Clone)]
pub struct Tls {
    /// For rustls.
    pub config: Arc<rustls::ServerConfig>,
    /// The CA's certificate, PEM.
    pub ca_pem: String,
    serving: Arc<Serving>,
}

/// Loads CA and server certificate from the store (a sealed record), makes what is missing or about to end.
/// The server certificate names `localhost`, `127.0.0.1`, `::1` and `names`.
pub async fn load(records: &Records, names: &[String]) -> Result<Tls, TlsError> {
    let issued = issued(records, names).await?;
    Tls::serve(&issued, &Arc::new(aws_lc_rs::default_provider()))
}

impl Tls {
    /// Serves new connections with a new certificate when the present one is about to end (30 days before): for a
    /// program that runs for months. Whether there was a new one.
    pub async fn renew(&self, records: &Records, names: &[String]) -> Result<bool, TlsError> {
        let issued = issued(records, names).await?;
        let key = certified(&issued, self.config.crypto_provider())?;
        let mut serving = self
            .serving
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let is_new = serving.cert != key.cert;
        *serving = Arc::new(key);
        Ok(is_new)
    }

    fn serve(issued: &Issued, provider: &Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let key = certified(issued, provider)?;
        let serving = Arc::new(Serving(RwLock::new(Arc::new(key))));
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Serving>::clone(&serving);
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(refused)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            ca_pem: issued.ca_cert.clone(),
            serving,
        })
    }
}

/// The certificate that new connections are served with.
#[derive(Debug)]
struct Serving(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Serving {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let serving = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&serving))
    }
}

/// What the store holds, made or remade as needed.
async fn issued(records: &Records, names: &[String]) -> Result<Issued, TlsError> {
    let line = LineName::main();
    let now_ms = store::clock::now_ms();
    let found = match records.get::<Issued>(&line, NAME).await? {
        Some(found) => found,
        None => first(records, &Issued::first(names, now_ms)?).await?,
    };
    if found.serves(names, now_ms) {
        return Ok(found);
    }
    let renewed = found.renewed(names, now_ms)?;
    records.save(&line, NAME, &renewed).await?;
    Ok(renewed)
}

/// Keeps a new CA, unless another web that starts at the same time was first: then it is theirs.
async fn first(records: &Records, fresh: &Issued) -> Result<Issued, TlsError> {
    let line = LineName::main();
    let change = records.create(&line, NAME, fresh)?;
    match records.store().apply(Batch::of(vec![change])).await {
        Ok(_) => Ok(fresh.clone()),
        Err(StoreError::Conflict) => records
            .get(&line, NAME)
            .await?
            .ok_or_else(|| TlsError::Certificate("it was removed while being made".to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// Certificate and CA, with the certificate's key. A client may keep the CA that it was shown once.
fn certified(issued: &Issued, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = [&issued.cert, &issued.ca_cert]
        .into_iter()
        .map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(refused)?;
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).map_err(refused)?;
    CertifiedKey::from_der(chain, key, provider).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> TlsError {
    TlsError::Certificate(error.to_string())
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificates cannot be made or used.
    #[error("certificate: {0}")]
    Certificate(String),
}

#[cfg(test)]
mod tests;
