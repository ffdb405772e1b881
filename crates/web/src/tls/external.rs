//! A certificate of the operator's own (`rest-api.md` section 5): private key, certificate, intermediates, one text.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use onprem::{Code, Refusal};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use store::record::Record;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{Served, TlsError, refused};

/// Characters of base64 in a line of PEM (RFC 7468).
const PEM_LINE: usize = 64;

/// What was uploaded and found good.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct External {
    /// The whole text, as it was uploaded.
    pem: String,
}

impl Record for External {
    const KIND: &'static str = "tls_external";
    const SEALED: bool = true;
}

/// What stands in a text.
struct Parts {
    key: PrivateKeyDer<'static>,
    /// The certificate, then its intermediates.
    chain: Vec<CertificateDer<'static>>,
}

impl External {
    /// Reads an upload; 400 / 1008 for nothing, 400 / 1009 for what cannot be served.
    pub(super) fn read(
        pem: &[u8],
        provider: &CryptoProvider,
        now_ms: i64,
    ) -> Result<Self, Refusal> {
        let parts = parts(pem)?;
        check_chain(&parts.chain, provider, now_ms)?;
        certified(parts, provider).map_err(|why| {
            invalid(format_args!(
                "key and certificate cannot be used together: {why}"
            ))
        })?;
        let pem = String::from_utf8_lossy(pem).into_owned();
        Ok(Self { pem })
    }

    /// Ready to be served.
    pub(super) fn served(&self, provider: &CryptoProvider) -> Result<Served, TlsError> {
        let parts = parts(self.pem.as_bytes()).map_err(|refusal| refused(refusal.details))?;
        let ca_pem = parts.chain.last().map(|ca| to_pem(ca)).unwrap_or_default();
        let key = certified(parts, provider).map_err(refused)?;
        Ok(Served {
            key: Arc::new(key),
            ca_pem,
        })
    }
}

fn invalid(why: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("the body", why)
}

/// The sections in the documented order.
fn parts(pem: &[u8]) -> Result<Parts, Refusal> {
    if pem.trim_ascii().is_empty() {
        return Err(Refusal::new(
            Code::MISSING,
            "a body is required: private key, certificate and intermediates as PEM",
        ));
    }
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| invalid("is not well-formed PEM"))?;
    let mut sections = sections.into_iter();
    let key = sections
        .next()
        .and_then(|(kind, der)| PrivateKeyDer::from_pem(kind, der))
        .ok_or_else(|| invalid("must begin with the private key, not encrypted"))?;
    let chain = sections
        .map(|(kind, der)| match kind {
            SectionKind::Certificate => Ok(CertificateDer::from(der)),
            _ => Err(invalid(
                "after the private key there must be certificates only",
            )),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if chain.len() < 2 {
        return Err(invalid(format_args!(
            "has {} certificates after the private key, must have the server's and at least one intermediate",
            chain.len()
        )));
    }
    Ok(Parts { key, chain })
}

/// Each certificate is signed by the one after it, and the first may serve today.
fn check_chain(
    chain: &[CertificateDer<'static>],
    provider: &CryptoProvider,
    now_ms: i64,
) -> Result<(), Refusal> {
    let [server, between @ .., last] = chain else {
        return Err(invalid("has no chain"));
    };
    let broken = |error: webpki::Error| invalid(words(&error));
    let anchor = anchor_from_trusted_cert(last).map_err(broken)?;
    let now = Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
    EndEntityCert::try_from(server)
        .and_then(|server| {
            server
                .verify_for_usage(
                    provider.signature_verification_algorithms.all,
                    &[anchor],
                    between,
                    UnixTime::since_unix_epoch(now),
                    KeyUsage::server_auth(),
                    None,
                    None,
                )
                .map(drop)
        })
        .map_err(broken)
}

/// What a verifier says, for people.
fn words(error: &webpki::Error) -> String {
    match error {
        webpki::Error::CertExpired { .. } => "a certificate has expired".to_owned(),
        webpki::Error::CertNotValidYet { .. } => "a certificate is not valid yet".to_owned(),
        webpki::Error::UnknownIssuer => {
            "each certificate must be followed by the one that signed it".to_owned()
        }
        webpki::Error::CaUsedAsEndEntity => {
            "the first certificate is a CA's, must be the server's".to_owned()
        }
        other => format!("the certificates do not hold: {other}"),
    }
}

fn certified(parts: Parts, provider: &CryptoProvider) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(parts.chain, parts.key, provider)
}

/// A certificate as text.
fn to_pem(certificate: &CertificateDer<'_>) -> String {
    let encoded = STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (at, letter) in encoded.chars().enumerate() {
        if at > 0 && at % PEM_LINE == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests;
