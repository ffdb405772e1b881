//! The verified-name certificate: protobuf in base64 (`rest-api.md` 3.1). Ours: 1 serial, 2 issuer, 3 verified name, 4 number.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use prost::Message as _;

use crate::{Code, Refusal};

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameCertificate {
    /// Serial number.
    pub serial: u64,
    /// Who issued it.
    pub issuer: String,
    /// The approved display name.
    pub verified_name: String,
    /// The number with country code, digits only.
    pub number: String,
}

/// The certificate on the wire.
#[derive(Clone, PartialEq, prost::Message)]
struct Wire {
    #[prost(uint64, tag = "1")]
    serial: u64,
    #[prost(string, tag = "2")]
    issuer: String,
    #[prost(string, tag = "3")]
    verified_name: String,
    #[prost(string, tag = "4")]
    number: String,
}

impl NameCertificate {
    /// Decodes `cert` of `POST /v1/account`; 403 / 1005 (`VName certificate error`) when it does not.
    ///
    /// Copied certificates come with line breaks, without padding, or in the URL-safe alphabet: all are taken.
    pub fn decode(base64: &str) -> Result<Self, Refusal> {
        let text: String = base64
            .chars()
            .filter(|c| !c.is_ascii_whitespace())
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect();
        let bytes = STANDARD_PAD_INDIFFERENT
            .decode(text)
            .map_err(|error| refused(format_args!("cert is not base64: {error}")))?;
        let wire = Wire::decode(bytes.as_slice())
            .map_err(|error| refused(format_args!("cert is not a certificate: {error}")))?;
        if wire.verified_name.is_empty() {
            return Err(refused("cert has no verified name"));
        }
        if wire.number.is_empty() || !wire.number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused("cert has no number"));
        }
        Ok(Self {
            serial: wire.serial,
            issuer: wire.issuer,
            verified_name: wire.verified_name,
            number: wire.number,
        })
    }

    /// The certificate in base64.
    pub fn encode(&self) -> String {
        let wire = Wire {
            serial: self.serial,
            issuer: self.issuer.clone(),
            verified_name: self.verified_name.clone(),
            number: self.number.clone(),
        };
        STANDARD.encode(wire.encode_to_vec())
    }
}

/// Callers look for these three words.
fn refused(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::ACCESS, format!("VName certificate error: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn certificate() -> NameCertificate {
        NameCertificate {
            serial: 4711,
            issuer: "ent:wa".to_owned(),
            verified_name: "Harbour Books".to_owned(),
            number: "12025550143".to_owned(),
        }
    }

    #[test]
    fn the_wire_format_never_changes() {
        assert_eq!(
            certificate().encode(),
            "COckEgZlbnQ6d2EaDUhhcmJvdXIgQm9va3MiCzEyMDI1NTUwMTQz"
        );
    }

    #[test]
    fn copied_certificates_are_taken() {
        let certificate = NameCertificate {
            verified_name: "Bücher ÿÿÿ~~~???".to_owned(),
            ..certificate()
        };
        let text = certificate.encode();
        let bare = text.trim_end_matches('=');
        let broken: String = text.chars().flat_map(|c| [c, '\n']).collect();

        for copy in [
            text.as_str(),
            bare,
            &bare.replace('+', "-").replace('/', "_"),
            &broken,
        ] {
            assert_eq!(NameCertificate::decode(copy), Ok(certificate.clone()));
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let nameless = NameCertificate {
            verified_name: String::new(),
            ..certificate()
        };
        let numberless = NameCertificate {
            number: "+1 202".to_owned(),
            ..certificate()
        };

        for cert in [
            "",
            "no certificate!",
            "AAAA",
            &nameless.encode(),
            &numberless.encode(),
        ] {
            let refusal = NameCertificate::decode(cert).unwrap_err();
            assert_eq!((refusal.code, refusal.status), (Code::ACCESS, 403));
            assert!(refusal.details.starts_with("VName certificate error: "));
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes(
            serial: u64,
            issuer in "\\PC*",
            verified_name in "\\PC+",
            number in "[0-9]{6,15}",
        ) {
            let certificate = NameCertificate { serial, issuer, verified_name, number };
            prop_assert_eq!(NameCertificate::decode(&certificate.encode()), Ok(certificate));
        }

        #[test]
        fn any_text_is_survived(cert in "\\PC*|[A-Za-z0-9+/]*=?") {
            if let Err(refusal) = NameCertificate::decode(&cert) {
                prop_assert_eq!(refusal.code, Code::ACCESS);
            }
        }
    }
}
