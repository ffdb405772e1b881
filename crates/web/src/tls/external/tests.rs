use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::crypto::aws_lc_rs;

use super::*;

/// 2030-01-01.
const NOW: i64 = 1_893_456_000_000;

/// A CA of a test.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A server's certificate of a test.
struct Server {
    pem: String,
    key: String,
}

fn params(name: &str, until: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}

fn authority(name: &str, until: i32) -> Authority {
    let mut params = params(name, until);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    Authority {
        pem,
        issuer: Issuer::new(params, key),
    }
}

fn server(authority: &Authority, until: i32) -> Server {
    let key = KeyPair::generate().unwrap();
    let pem = params("server", until)
        .signed_by(&key, &authority.issuer)
        .unwrap()
        .pem();
    Server {
        pem,
        key: key.serialize_pem(),
    }
}

fn read(parts: &[&str]) -> Result<External, Refusal> {
    External::read(
        parts.concat().as_bytes(),
        &aws_lc_rs::default_provider(),
        NOW,
    )
}

#[test]
fn a_chain_is_served_and_its_last_certificate_shown() {
    let authority = authority("authority", 2040);
    let server = server(&authority, 2031);

    let external = read(&["Bag Attributes\n", &server.key, &server.pem, &authority.pem]).unwrap();
    let served = external.served(&aws_lc_rs::default_provider()).unwrap();

    assert_eq!(served.key.cert.len(), 2);
    // Line ends apart, as rcgen writes those of another system.
    assert_eq!(served.ca_pem, authority.pem.replace("\r\n", "\n"));
}

#[test]
fn what_cannot_be_served_is_refused_with_the_reason() {
    let (ca, other) = (authority("authority", 2040), authority("other", 2040));
    let (good, old) = (server(&ca, 2031), server(&ca, 2025));
    let cases: [(&[&str], u16, &str); 10] = [
        (&[" \n"], 1008, "a body is required"),
        (&["hello"], 1009, "must begin with the private key"),
        (
            &["-----BEGIN CERTIFICATE-----\nAA"],
            1009,
            "is not well-formed PEM",
        ),
        (
            &[&good.pem, &ca.pem],
            1009,
            "must begin with the private key",
        ),
        (&[&good.key, &good.pem], 1009, "at least one intermediate"),
        (
            &[&good.key, &good.pem, &old.key],
            1009,
            "there must be certificates only",
        ),
        (&[&good.key, &old.pem, &ca.pem], 1009, "has expired"),
        (
            &[&good.key, &good.pem, &other.pem],
            1009,
            "by the one that signed it",
        ),
        (
            &[&good.key, &ca.pem, &ca.pem],
            1009,
            "the first certificate is a CA's",
        ),
        (
            &[&server(&ca, 2031).key, &good.pem, &ca.pem],
            1009,
            "cannot be used together",
        ),
    ];
    for (parts, code, why) in cases {
        let refusal = read(parts).err().unwrap();

        assert_eq!((refusal.status, refusal.code.0), (400, code), "{refusal}");
        assert!(refusal.details.contains(why), "{}", refusal.details);
        assert!(!refusal.details.contains(&good.key), "{}", refusal.details);
    }
}

#[test]
fn a_chain_with_its_root_is_good_too() {
    let root = authority("root", 2040);
    let mut params = params("intermediate", 2035);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.signed_by(&key, &root.issuer).unwrap().pem();
    let intermediate = Authority {
        pem,
        issuer: Issuer::new(params, key),
    };
    let server = server(&intermediate, 2031);

    assert!(read(&[&server.key, &server.pem, &intermediate.pem]).is_ok());
    assert!(read(&[&server.key, &server.pem, &intermediate.pem, &root.pem]).is_ok());
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        proptest::prop_assert!(External::read(&bytes, &aws_lc_rs::default_provider(), NOW).is_err());
    }
}
