//! `/v1/messages`, one file per message type.

mod document;
mod image;
mod interactive;
mod mark_read;
mod template;
mod text;

use serde_json::Value;

use super::{assert_refused, plain};
use crate::support::Guest;

impl Guest {
    /// Sends a message; its id.
    async fn send(&self, message: &Value) -> String {
        self.api.post("/v1/messages", message).await.message_id()
    }

    /// Sends a message to a customer who has received nothing yet, and waits for it there.
    async fn deliver(&self, message: &Value) -> Value {
        let customer = message["to"].as_str().unwrap();
        self.send(message).await;
        self.phones.received(customer, 1).await.remove(0)
    }

    /// What the webhook is told when a message fails, without what differs from run to run.
    async fn failure(&self, message: &Value) -> Value {
        let (id, customer) = (self.send(message).await, message["to"].as_str().unwrap());
        let failed = self.sink.status(&id, "failed").await;
        assert_eq!(self.sink.statuses(&id), ["failed"]);
        plain(&failed, &[(&id, "[id]"), (customer, "[customer]")])
    }

    /// Sends what must be refused.
    async fn refused(&self, message: &Value, refusal: (u16, u64), words: &[&str]) {
        let answer = self.api.post("/v1/messages", message).await;
        assert_refused(&answer, refusal, words);
    }
}
