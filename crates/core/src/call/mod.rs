//! The functions behind every `/v1` call, one file per subject. A handler parses, calls one of them, answers.

pub mod account;
pub mod backup;
pub mod business;
pub mod certificate;
pub mod contact;
pub mod gc;
pub mod identity;
pub mod media;
pub mod message;
pub mod photo;
pub mod profile;
pub mod provider;
pub mod setting;
pub mod sticker;
pub mod user;

/// The templates of a name are not known: the network could not be asked (2002).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLoaded(pub String);

/// The refusal for a store that failed: 1023, or 503 / 1011 and 1016 where trying again helps.
pub fn store_refusal(error: &store::StoreError) -> onprem::Refusal {
    use onprem::{Code, Refusal};
    use store::StoreError;
    match error {
        StoreError::Full => Refusal::new(
            Code::INTERNAL,
            "the disk is full: free some space, then try again",
        ),
        StoreError::Closed | StoreError::Fenced => Refusal::new(
            Code::NOT_READY,
            "the store is closing: try again in a few seconds",
        )
        .retry_after(2),
        other => Refusal::new(Code::DATABASE, other.to_string()),
    }
}

/// A caller's text inside details: what is very long is cut.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(128).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
