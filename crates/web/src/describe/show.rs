//! Examples of answers, where the routes are.

use aide::openapi::{ReferenceOr, StatusCode};
use aide::transform::TransformOperation;
use onprem::envelope::Meta;
use serde_json::{Value, json};

/// Gives an operation an example of what it answers.
pub(crate) trait Show {
    /// An answer with this status, without its `meta`. Nothing happens when the operation has no such answer.
    fn shows(self, status: u16, payload: Value) -> Self;
}

impl Show for TransformOperation<'_> {
    fn shows(mut self, status: u16, mut payload: Value) -> Self {
        if let Value::Object(members) = &mut payload {
            members.insert("meta".to_owned(), json!(Meta::default()));
        }
        let responses = self.inner_mut().responses.as_mut();
        let response = responses
            .and_then(|responses| responses.responses.get_mut(&StatusCode::Code(status)))
            .and_then(ReferenceOr::as_item_mut);
        if let Some(media) = response.and_then(|response| response.content.get_mut(JSON)) {
            media.example = Some(payload);
        }
        self
    }
}

/// The content type of nearly everything.
pub(super) const JSON: &str = "application/json";
