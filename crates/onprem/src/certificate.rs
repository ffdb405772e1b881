//! The verified-name certificate: protobuf in base64 (`rest-api.md` 3.1). Ours: 1 serial, 2 issuer, 3 verified name, 4 number.

use crate::Refusal;

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

impl NameCertificate {
    /// Decodes `cert` of `POST /v1/account`; 403 / 1005 "VName certificate error" when it does not.
    pub fn decode(base64: &str) -> Result<Self, Refusal> {
        let _ = base64;
        unimplemented!()
    }

    /// The certificate in base64.
    pub fn encode(&self) -> String {
        unimplemented!()
    }
}
