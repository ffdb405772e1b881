//! Messages: accept and mark as read (`messages.md`, `rest-api.md` 13.1).

use onprem::{MessageId, Refusal, WaId};

use crate::line::Line;

/// A message that was accepted: durable, with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// `to` as the caller wrote it.
    pub input: String,
    /// The recipient.
    pub wa_id: WaId,
    /// The message's id.
    pub id: MessageId,
}

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `POST /v1/messages`. Order of refusals: parse, shape and values, not ready, what needs the store, load.
    pub async fn accept(&self, body: &[u8]) -> Result<Accepted, Refusal> {
        unimplemented!()
    }

    /// `PUT /v1/messages/{id}`.
    pub async fn mark_read(&self, id: &str, body: &[u8]) -> Result<(), Refusal> {
        unimplemented!()
    }
}
