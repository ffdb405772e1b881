//! Phone numbers and WhatsApp ids (`messages.md` 1.4).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A customer's WhatsApp id: digits only, no plus, or the network's own id of a customer without a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WaId(Arc<str>);

impl WaId {
    /// What a caller wrote in `to`, normalised: spaces, hyphens, brackets, dots, one leading `+` or `00` go.
    /// `None` unless `^[1-9][0-9]{5,14}$` is left, or a business-scoped user id (`cloud-api.md` 2.6).
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        None
    }

    /// An id from the network, taken as it is (a leading `+` goes).
    pub fn from_network(text: &str) -> Self {
        Self(text.trim_start_matches('+').into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a business-scoped user id rather than a number.
    pub fn is_scoped(&self) -> bool {
        self.0.contains('.')
    }

    /// The one spelling that all spellings of this customer share: Mexico without the mobile 1, Argentina without
    /// the 9, Brazil without the ninth digit. Names the lane; stored, so it never changes.
    pub fn canonical(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Display for WaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
