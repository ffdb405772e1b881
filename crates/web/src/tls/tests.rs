use std::sync::Arc;

use rstest::rstest;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConnection,
    SupportedProtocolVersion,
};

use super::*;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn issued(names: &[&str]) -> Issued {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    Issued::first(&names, store::clock::now_ms()).unwrap()
}

fn tls(issued: &Issued) -> Tls {
    let served = Served {
        key: Arc::new(certified(issued, &provider()).unwrap()),
        ca_pem: issued.ca_cert.clone(),
    };
    Tls::serve(served, records(), Vec::new(), &provider()).unwrap()
}

fn records() -> Records {
    let seal = store::seal::Seal::new([7; 32]);
    Records::new(store::memory::open(), Arc::new(seal))
}

/// What a handshake over memory agrees on, by a client that trusts `ca`.
fn shake_by(
    ca: &str,
    tls: &Tls,
    name: &str,
    version: &'static SupportedProtocolVersion,
    alpn: &[&[u8]],
) -> Result<(ProtocolVersion, Option<Vec<u8>>), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name)?;
    let mut server = ServerConnection::new(Arc::clone(&tls.config))?;

    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok((
        client.protocol_version().unwrap(),
        client.alpn_protocol().map(<[u8]>::to_vec),
    ))
}

fn shake(
    tls: &Tls,
    name: &str,
    version: &'static SupportedProtocolVersion,
    alpn: &[&[u8]],
) -> Result<(ProtocolVersion, Option<Vec<u8>>), rustls::Error> {
    shake_by(&tls.ca_pem(), tls, name, version, alpn)
}

#[rstest]
#[case("localhost")]
#[case("127.0.0.1")]
#[case("::1")]
#[case("api.example")]
#[case("192.0.2.7")]
fn a_client_that_has_the_ca_trusts_every_name(#[case] name: &str) {
    let tls = tls(&issued(&["api.example", "192.0.2.7"]));

    assert!(shake(&tls, name, &TLS13, &[]).is_ok());
}

#[test]
fn a_name_that_the_certificate_does_not_hold_is_refused() {
    let tls = tls(&issued(&[]));

    assert!(shake(&tls, "api.example", &TLS13, &[]).is_err());
}

#[rstest]
#[case(&TLS12, ProtocolVersion::TLSv1_2)]
#[case(&TLS13, ProtocolVersion::TLSv1_3)]
fn both_versions_and_protocols_are_spoken(
    #[case] version: &'static SupportedProtocolVersion,
    #[case] spoken: ProtocolVersion,
) {
    let tls = tls(&issued(&[]));

    let both = shake(&tls, "localhost", version, &[b"h2", b"http/1.1"]);
    let old = shake(&tls, "localhost", version, &[b"http/1.1"]);

    assert_eq!(both.unwrap(), (spoken, Some(b"h2".to_vec())));
    assert_eq!(old.unwrap(), (spoken, Some(b"http/1.1".to_vec())));
}

#[test]
fn a_renewed_certificate_is_trusted_by_whoever_had_the_ca() {
    let old = issued(&[]);
    let new = old
        .clone()
        .renewed(&["api.example".to_owned()], store::clock::now_ms())
        .unwrap();
    let tls = tls(&new);

    assert!(shake_by(&old.ca_cert, &tls, "api.example", &TLS13, &[]).is_ok());
}

#[test]
fn a_record_survives_its_json() {
    let issued = issued(&[]);

    let json = serde_json::to_vec(&issued).unwrap();

    assert!(serde_json::from_slice::<Issued>(&json).unwrap() == issued);
}
