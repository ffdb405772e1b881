//! TLS of the API: our own CA and a server certificate, made on first start and kept.

use std::sync::Arc;

use store::record::Records;

/// What the listener serves with.
#[derive(Clone)]
pub struct Tls {
    /// For rustls.
    pub config: Arc<rustls::ServerConfig>,
    /// The CA's certificate, PEM.
    pub ca_pem: String,
}

/// Loads CA and server certificate from the store (a sealed record), makes what is missing or about to end.
/// The server certificate names `localhost`, `127.0.0.1`, `::1` and `names`.
pub async fn load(records: &Records, names: &[String]) -> Result<Tls, TlsError> {
    let _ = (records, names);
    unimplemented!()
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The certificates cannot be made or used.
    #[error("certificate: {0}")]
    Certificate(String),
}
