//! Bodies of registration (`rest-api.md` section 3).

use crate::Refusal;

/// How the code is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeMethod {
    /// By text message.
    Sms,
    /// By a call.
    Voice,
}

/// `POST /v1/account`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Country code, digits.
    pub cc: String,
    /// National number, digits.
    pub phone_number: String,
    /// How the code is brought.
    pub method: CodeMethod,
    /// The certificate in base64, as sent. Optional on a real Cloud line.
    pub cert: Option<String>,
    /// The two-step PIN, six digits.
    pub pin: Option<String>,
}

impl Registration {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let _ = body;
        unimplemented!()
    }
}

/// `POST /v1/account/verify`: the code, stripped of hyphens and spaces, six digits.
pub fn parse_verify(body: &[u8]) -> Result<String, Refusal> {
    let _ = body;
    unimplemented!()
}
