//! The verified-name certificate: protobuf in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;

/// What a certificate says.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct NameCertificate {
    /// Serial number.
    #[prost(uint64, tag = "1")]
    pub(crate) serial: u64,
    /// Who issued it.
    #[prost(string, tag = "2")]
    pub(crate) issuer: String,
    /// The approved display name.
    #[prost(string, tag = "3")]
    pub(crate) verified_name: String,
    /// The number with country code, digits only.
    #[prost(string, tag = "4")]
    pub(crate) number: String,
}

/// A certificate in base64.
pub(crate) fn issue(serial: u64, verified_name: &str, number: &str) -> String {
    let certificate = NameCertificate {
        serial,
        issuer: "Landline simulated network".to_owned(),
        verified_name: verified_name.to_owned(),
        number: number.to_owned(),
    };
    STANDARD.encode(certificate.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_what_went_in() {
        let cert = issue(42, "Hummingbird Café", "12025550111");

        let read = NameCertificate::decode(STANDARD.decode(cert).unwrap().as_slice()).unwrap();
        assert_eq!(read.serial, 42);
        assert_eq!(read.verified_name, "Hummingbird Café");
        assert_eq!(read.number, "12025550111");
    }
}
