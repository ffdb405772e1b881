//! The certificate of a relay: one that it is given, looked at again now and then; or one of its own making, which the
//! core knows by its fingerprint.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use relay::pull::Pin;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;

use crate::exit::Stop;
use crate::file;

/// How often a given certificate is read again: it is renewed by others.
const REREAD: Duration = Duration::from_mins(10);

/// Where certificate and key lie.
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// What is served.
#[derive(Debug)]
struct Serving(watch::Sender<Arc<CertifiedKey>>);

impl ResolvesServerCert for Serving {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.borrow().clone())
    }
}

impl Files {
    /// The ones that were given.
    pub(super) fn given(cert: PathBuf, key: PathBuf) -> Self {
        Self { cert, key }
    }

    /// Our own in a directory; made when missing. The core pins it, so it is never remade.
    pub(super) fn own(dir: &Path) -> Result<Self, Stop> {
        let files = Self {
            cert: dir.join("relay-cert.pem"),
            key: dir.join("relay-key.pem"),
        };
        if files.cert.exists() && files.key.exists() {
            return Ok(files);
        }
        let failed = |error: &dyn std::fmt::Display| {
            Stop::failed("the relay's certificate cannot be made", error)
        };
        let made = rcgen::generate_simple_self_signed(["landline-relay".to_owned()])
            .map_err(|error| failed(&error))?;
        // The certificate last: with it both are there.
        for (path, pem) in [
            (&files.key, made.signing_key.serialize_pem()),
            (&files.cert, made.cert.pem()),
        ] {
            file::write_private(path, pem.as_bytes()).map_err(|error| failed(&error))?;
        }
        Ok(files)
    }

    /// What serves them, and the fingerprint that a core may pin. Reads them again as long as the program runs.
    pub(super) fn serve(self) -> Result<(Arc<ServerConfig>, Pin), Stop> {
        let key = self
            .read()
            .map_err(|why| Stop::failed("the relay's certificate cannot be used", why))?;
        let leaf = key.cert.first().map_or(&[][..], |leaf| leaf.as_ref());
        let pin = Pin::of(leaf);
        let serving = Arc::new(Serving(watch::Sender::new(Arc::new(key))));
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
                .map_err(|error| Stop::failed("TLS cannot be set up", error))?
                .with_no_client_auth()
                .with_cert_resolver(serving.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        tokio::spawn(self.read_again(serving));
        Ok((Arc::new(config), pin))
    }

    fn read(&self) -> Result<CertifiedKey, String> {
        let in_file =
            |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let chain = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| in_file(&self.cert, &error))?;
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| in_file(&self.key, &error))?;
        CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
            .map_err(|error| in_file(&self.cert, &error))
    }

    async fn read_again(self, serving: Arc<Serving>) {
        loop {
            tokio::time::sleep(REREAD).await;
            match self.read() {
                Ok(key) => {
                    let is_new = serving.0.send_if_modified(|present| {
                        let is_new = present.cert != key.cert;
                        *present = Arc::new(key);
                        is_new
                    });
                    if is_new {
                        tracing::info!("another certificate is served");
                    }
                }
                Err(error) => {
                    tracing::error!(error, "the relay's certificate cannot be read again");
                }
            }
        }
    }
}
