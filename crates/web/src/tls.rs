//! TLS of the API: our own CA and a server certificate, made on first start and kept, unless the operator has brought one.
//!
//! - `issue`: making our own. `external`: one that was uploaded.
//!
//! A change is in force for the next connection; connections that stand go on with what they began with.

mod external;
mod issue;

use std::sync::Arc;

use onprem::Refusal;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use store::record::Records;
use store::{Batch, LineName, StoreError};
use tokio::sync::{Mutex, watch};

use external::External;
use issue::Issued;

/// The one record of each kind, under the line `main`: all webs of a deployment serve one certificate.
const NAME: &str = "api";

/// What the listener serves with.
#[derive(Clone)]
pub struct Tls {
    /// For rustls.
    pub config: Arc<rustls::ServerConfig>,
    inner: Arc<Inner>,
}

struct Inner {
    records: Records,
    /// What our own certificate names.
    names: Vec<String>,
    serving: Arc<Serving>,
    /// One change at a time: what is stored last is served.
    turn: Mutex<()>,
}

/// Loads the certificates from the store (sealed records), makes what is missing or about to end.
/// Our own certificate names `localhost`, `127.0.0.1`, `::1` and `names`; one that was uploaded goes before it.
pub async fn load(records: &Records, names: &[String]) -> Result<Tls, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let served = wanted(records, names, &provider).await?;
    Tls::serve(served, records.clone(), names.to_vec(), &provider)
}

impl Tls {
    /// Serves new connections with a new certificate of our own when the present one is about to end (30 days before):
    /// for a program that runs for months. Whether there was a new one.
    pub async fn renew(&self) -> Result<bool, TlsError> {
        let _turn = self.inner.turn.lock().await;
        self.adopt_stored().await
    }

    /// Takes an uploaded certificate into use: private key, certificate, one intermediate or more, in one PEM text.
    /// 400 / 1009 for anything else, and the old one stays.
    pub async fn install(&self, pem: &[u8]) -> Result<(), Refusal> {
        let _turn = self.inner.turn.lock().await;
        let external = External::read(pem, self.provider(), store::clock::now_ms())?;
        let served = external.served(self.provider()).map_err(ours)?;
        let line = LineName::main();
        let saved = self.inner.records.save(&line, NAME, &external).await;
        saved.map_err(|error| ours(error.into()))?;
        self.inner.serving.adopt(served);
        Ok(())
    }

    /// Forgets the uploaded certificate: our own is served again.
    pub async fn reset(&self) -> Result<(), Refusal> {
        let _turn = self.inner.turn.lock().await;
        let records = &self.inner.records;
        let delete = records.delete::<External>(&LineName::main(), NAME);
        let deleted = records.store().apply(Batch::of(vec![delete])).await;
        deleted.map_err(|error| ours(error.into()))?;
        self.adopt_stored().await.map(drop).map_err(ours)
    }

    /// PEM of the CA of what is served: our own, or the last certificate of the uploaded chain.
    pub fn ca_pem(&self) -> String {
        self.inner.serving.0.borrow().ca_pem.clone()
    }

    /// Waits until another certificate is served, from the call of this function on.
    pub fn changed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut served = self.inner.serving.0.subscribe();
        async move {
            if served.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn adopt_stored(&self) -> Result<bool, TlsError> {
        let Inner { records, names, .. } = &*self.inner;
        let served = wanted(records, names, self.provider()).await?;
        Ok(self.inner.serving.adopt(served))
    }

    fn provider(&self) -> &Arc<CryptoProvider> {
        self.config.crypto_provider()
    }

    fn serve(
        served: Served,
        records: Records,
        names: Vec<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let serving = Arc::new(Serving(watch::Sender::new(served)));
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Serving>::clone(&serving);
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(refused)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            inner: Arc::new(Inner {
                records,
                names,
                serving,
                turn: Mutex::default(),
            }),
        })
    }
}

/// A certificate with its key, and its CA for whoever asks.
#[derive(Debug)]
struct Served {
    key: Arc<CertifiedKey>,
    ca_pem: String,
}

/// What new connections are served with.
#[derive(Debug)]
struct Serving(watch::Sender<Served>);

impl Serving {
    /// Whether that is another certificate.
    fn adopt(&self, served: Served) -> bool {
        self.0.send_if_modified(|present| {
            let is_new = present.key.cert != served.key.cert;
            *present = served;
            is_new
        })
    }
}

impl ResolvesServerCert for Serving {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.borrow().key))
    }
}

/// The uploaded certificate, or else our own.
async fn wanted(
    records: &Records,
    names: &[String],
    provider: &CryptoProvider,
) -> Result<Served, TlsError> {
    // Ours is made in any case: its CA is there for the day on which the other one is taken away.
    let issued = issued(records, names).await?;
    if let Some(external) = records.get::<External>(&LineName::main(), NAME).await? {
        match external.served(provider) {
            Ok(served) => return Ok(served),
            Err(error) => {
                tracing::error!(%error, "the uploaded certificate cannot be used: our own is served");
            }
        }
    }
    Ok(Served {
        key: Arc::new(certified(&issued, provider)?),
        ca_pem: issued.ca_cert,
    })
}

/// What the store holds of our own, made or remade as needed.
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

/// A failure here as an answer.
fn ours(error: TlsError) -> Refusal {
    match error {
        TlsError::Store(error) => landline_core::call::store_refusal(&error),
        TlsError::Certificate(why) => Refusal::new(onprem::Code::INTERNAL, why),
    }
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
