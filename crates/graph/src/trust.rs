//! What hosts are known by: the operating system's authorities. They are read once in a process, however many clients there
//! are: each copy of them would cost more than the rest of an idle line.

use std::sync::{Arc, LazyLock};

use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_platform_verifier::BuilderVerifierExt as _;

/// What every client speaks over TLS (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The configuration that a client takes as it is; a copy shares what is big in it. The error says why there is none: a
/// machine without authorities, for example.
pub fn system() -> Result<ClientConfig, String> {
    static SYSTEM: LazyLock<Result<ClientConfig, String>> = LazyLock::new(read);
    SYSTEM.clone()
}

fn read() -> Result<ClientConfig, String> {
    let failed = |error: rustls::Error| format!("TLS: {error}");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_platform_verifier()
        .map_err(failed)?
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}
