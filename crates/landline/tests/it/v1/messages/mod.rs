//! `/v1/messages`, one file per message type.

mod contacts;
mod document;
mod generated;
mod hsm;
mod ids;
mod image;
mod interactive;
mod link_cache;
mod location;
mod mark_read;
mod reaction;
mod recording;
mod sample;
mod strict;
mod template;
mod text;
mod types;

use serde_json::{Value, json};

use super::{assert_refused, plain};
use crate::support::{Answer, Guest};

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

/// A message with the object of its type.
fn message(to: &str, kind: &str, object: &Value) -> Value {
    let mut message = json!({"to": to, "type": kind});
    message[kind] = object.clone();
    message
}

/// The id of a message that was accepted; the answer has nothing but what it has to have.
#[track_caller]
fn accepted(answer: &Answer, input: &str, wa_id: &str) -> String {
    let id = answer.message_id();
    let expected = json!({
        "contacts": [{"input": input, "wa_id": wa_id}],
        "messages": [{"id": id}],
        "meta": {"api_status": "stable", "version": "v2.53.1"},
    });
    assert_eq!(answer.body, expected);
    id
}

/// What the customer sees of a message, without what each message has.
fn seen(shown: &Value) -> Value {
    let mut shown = shown.clone();
    for member in ["id", "timestamp", "status"] {
        shown.as_object_mut().unwrap().remove(member).unwrap();
    }
    shown
}
