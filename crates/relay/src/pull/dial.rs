//! The way to a relay: WebSocket over TLS, with a token; the relay is known by its certificate's fingerprint, or by an
//! authority that the operating system trusts.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, Uri, header};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, handshake::client::Request};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::frame::LIMIT;

/// For everything until the stream stands.
const CONNECT: Duration = Duration::from_secs(10);

/// Where a relay is: `wss://host:port`. Without TLS (`ws://`) only on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    is_tls: bool,
}

/// Why it is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a relay's address is wss://HOST:PORT; ws:// is for this machine only")]
pub struct AddressError;

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let uri: Uri = text.parse().map_err(|_| AddressError)?;
        let host = uri.host().ok_or(AddressError)?.to_owned();
        let is_tls = match uri.scheme_str() {
            Some("wss" | "https") => true,
            Some("ws" | "http") if is_here(&host) => false,
            _ => return Err(AddressError),
        };
        if !matches!(uri.path(), "" | "/" | "/stream") || uri.query().is_some() {
            return Err(AddressError);
        }
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self { host, port, is_tls })
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || bare(host)
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "wss" } else { "ws" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl Address {
    /// The host, as it was written.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// SHA-256 of a relay's certificate (DER); 64 hexadecimal digits, colons allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The fingerprint of a certificate.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl FromStr for Pin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.replace(':', "");
        let bytes = crate::hex::read(digits.trim()).map(Self);
        bytes.ok_or("a fingerprint has 64 hexadecimal digits, as `landline relay` prints it")
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// How a relay is reached.
#[derive(Clone)]
pub struct Dial {
    /// Where it is.
    pub address: Address,
    /// What it wants to be shown.
    pub token: String,
    /// Its certificate's fingerprints; with none an authority has to vouch for it.
    pub pins: Vec<Pin>,
}

/// A stream that stands.
pub(super) type Stream = WebSocketStream<Box<dyn Duplex>>;

/// Bytes both ways.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

impl Dial {
    /// Dials. An error is a sentence for people.
    pub(super) async fn connect(&self) -> Result<Stream, String> {
        match tokio::time::timeout(CONNECT, Box::pin(self.try_connect())).await {
            Ok(connected) => connected,
            Err(_) => Err(format!("no answer within {} s", CONNECT.as_secs())),
        }
    }

    async fn try_connect(&self) -> Result<Stream, String> {
        let Address { host, port, is_tls } = &self.address;
        let tcp = TcpStream::connect((bare(host), *port))
            .await
            .map_err(|error| format!("the relay cannot be reached: {error}"))?;
        tcp.set_nodelay(true).map_err(|error| error.to_string())?;
        let wire: Box<dyn Duplex> = if *is_tls {
            let name = ServerName::try_from(bare(host).to_owned())
                .map_err(|error| format!("the relay's name: {error}"))?;
            let tls = TlsConnector::from(Arc::new(self.tls()?))
                .connect(name, tcp)
                .await
                .map_err(|error| format!("TLS: {error}"))?;
            Box::new(tls)
        } else {
            Box::new(tcp)
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(LIMIT))
            .max_frame_size(Some(LIMIT));
        let connected = client_async_with_config(self.request()?, wire, Some(config)).await;
        connected
            .map(|(stream, _)| stream)
            .map_err(|error| refused(&error))
    }

    fn request(&self) -> Result<Request, String> {
        let mut request = format!("{}/stream", self.address)
            .into_client_request()
            .map_err(|error| error.to_string())?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.token))
            .map_err(|_| "the token is no text for a header".to_owned())?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        Ok(request)
    }

    fn tls(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let failed = |error: rustls::Error| format!("TLS: {error}");
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(failed)?;
        let builder = if self.pins.is_empty() {
            builder.with_platform_verifier().map_err(failed)?
        } else {
            let pins = self.pins.clone();
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Pinned { pins, provider }))
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn refused(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Http(response) if response.status() == StatusCode::UNAUTHORIZED => {
            "the relay refuses the token".to_owned()
        }
        tungstenite::Error::Http(response) => {
            format!(
                "no relay answers there: HTTP {}",
                response.status().as_u16()
            )
        }
        error => error.to_string(),
    }
}

/// Trusts certificates with one of these fingerprints, and no other. That the peer has the key is checked as always.
#[derive(Debug)]
struct Pinned {
    pins: Vec<Pin>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = Pin::of(end_entity);
        if self.pins.contains(&found) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General(format!(
            "the relay's certificate has another fingerprint: {found}"
        )))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("wss://relay.example:9443", "wss://relay.example:9443")]
    #[case("https://relay.example/", "wss://relay.example:443")]
    #[case("wss://relay.example/stream", "wss://relay.example:443")]
    #[case("ws://127.0.0.1:9092", "ws://127.0.0.1:9092")]
    #[case("ws://[::1]:9092", "ws://[::1]:9092")]
    fn an_address_is_read(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("ws://relay.example:9092")]
    #[case("relay.example:9092")]
    #[case("wss://relay.example/graph/71")]
    #[case("ftp://127.0.0.1")]
    #[case("")]
    fn anything_else_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Address>(), Err(AddressError));
    }

    #[test]
    fn a_fingerprint_is_read_with_and_without_colons() {
        let pin = Pin::of(b"certificate");
        let digits = pin.to_string();
        let pairs: Vec<&str> = (digits.as_bytes().chunks(2))
            .map(|pair| std::str::from_utf8(pair).unwrap())
            .collect();

        assert_eq!(digits.parse(), Ok(pin));
        assert_eq!(pairs.join(":").to_uppercase().parse(), Ok(pin));
        assert!("07".parse::<Pin>().is_err());
    }
}
