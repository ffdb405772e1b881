//! Webhooks of the network, made by hand: forged, repeated, of kinds that virtual phones do not send.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Dev, hex};

/// Posts to the relay.
pub(crate) struct Poster {
    url: String,
    secret: String,
    account: String,
    number: String,
    http: reqwest::Client,
}

impl Poster {
    pub(crate) fn new(dev: &Dev) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let graph = &dev.endpoints["graph"];
        Self {
            url: text(&dev.endpoints["relay"]),
            secret: text(&graph["app_secret"]),
            account: text(&graph["waba_id"]),
            number: text(&graph["phone_number_id"]),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// To a relay at this address; `graph` says whose.
    pub(crate) fn at(relay: &str, graph: &Value) -> Self {
        let text = |name: &str| graph[name].as_str().unwrap().to_owned();
        Self {
            url: format!("{relay}/graph/{}", text("app_id")),
            secret: text("app_secret"),
            account: text("waba_id"),
            number: text("phone_number_id"),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// The same for events of another number.
    pub(crate) fn of_number(mut self, phone_number_id: &str) -> Self {
        phone_number_id.clone_into(&mut self.number);
        self
    }

    /// The same with another secret of the app.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// The body that tells of a customer's message.
    pub(crate) fn message(&self, message: &Value) -> String {
        let card = json!({"profile": {"name": "Ada Quist"}, "wa_id": message["from"]});
        self.body(&json!({"contacts": [card], "messages": [message]}))
    }

    /// The body that tells what became of a message; the recipient's card stands beside it.
    pub(crate) fn status(&self, status: &Value) -> String {
        let card = json!({"profile": {"name": "Ada Quist"}, "wa_id": status["recipient_id"]});
        self.body(&json!({"contacts": [card], "statuses": [status]}))
    }

    /// A body with one change, which has these members.
    pub(crate) fn body(&self, members: &Value) -> String {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "12025550111", "phone_number_id": self.number},
        });
        for (name, member) in members.as_object().unwrap() {
            value[name] = member.clone();
        }
        json!({"object": "whatsapp_business_account", "entry": [
            {"id": self.account, "changes": [{"field": "messages", "value": value}]},
        ]})
        .to_string()
    }

    /// The right signature of a body.
    pub(crate) fn sign(&self, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        format!("sha256={}", hex(&mac.finalize().into_bytes()))
    }

    /// Posts a body with a signature, or without; the status of the answer.
    pub(crate) async fn post(&self, body: &str, signature: Option<&str>) -> u16 {
        let mut request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .body(body.to_owned());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        request.send().await.unwrap().status().as_u16()
    }

    /// Posts a body as the network does.
    pub(crate) async fn deliver(&self, body: &str) {
        assert_eq!(self.post(body, Some(&self.sign(body))).await, 200);
    }
}

/// A customer's text, as the network words it.
pub(crate) fn network_text(from: &str, id: &str, body: &str) -> Value {
    json!({"from": from, "id": id, "timestamp": "1790000000", "type": "text", "text": {"body": body}})
}
