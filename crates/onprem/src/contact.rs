//! `POST /v1/contacts` (`rest-api.md` 11.1).

use serde::Serialize;

use crate::{Refusal, WaId};

/// The body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCheck {
    /// What the caller wrote, in order, to the letter.
    pub inputs: Vec<String>,
    /// `blocking: wait`.
    pub wait: bool,
    /// Skip cached results.
    pub force_check: bool,
}

impl ContactCheck {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let _ = body;
        unimplemented!()
    }
}

/// One element of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedContact {
    /// To the letter.
    pub input: String,
    /// `valid` or `invalid` (v2.43 and later: every input with a digit is `valid`).
    pub status: &'static str,
    /// Digits, when valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<WaId>,
}

/// Checks as v2.43 and later do: digits only, no question to the network.
pub fn check(input: &str) -> CheckedContact {
    let _ = input;
    unimplemented!()
}
