//! `type: text` (`messages.md` 2.1).

use serde::{Deserialize, Serialize};

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// At most 4096 characters.
    pub body: String,
    /// Show a preview of the first URL.
    pub preview_url: bool,
}
