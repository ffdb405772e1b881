//! What generated messages are about: customers, files, a provider, earlier messages.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::seen;
use super::{sendable, shown};
use crate::support::{Files, Guest, SOON, base64, new_customer, picture, sha256};

/// A file of a kind, both ways to send it.
pub(super) struct File {
    pub(super) content_type: &'static str,
    pub(super) bytes: Bytes,
    pub(super) id: String,
    pub(super) link: String,
}

/// A customer, and the message that was sent to them before.
pub(super) struct Customer {
    pub(super) wa_id: String,
    /// `IN`, `SG`, or empty for any other.
    country: &'static str,
    /// Our id of it.
    pub(super) first: String,
    /// The network's.
    pub(super) first_upstream: String,
}

pub(super) struct World {
    pub(super) guest: Guest,
    /// Of the members `image`, `document`, …
    pub(super) files: BTreeMap<&'static str, File>,
    /// Name of a media provider.
    pub(super) provider: String,
    /// Of the account's templates.
    pub(super) namespace: String,
    /// The account's templates as the network tells them.
    pub(super) templates: Vec<Value>,
    customers: Vec<Customer>,
    schema: Value,
    _server: Files,
}

impl World {
    pub(super) async fn build() -> Self {
        let guest = Guest::arrive().await;
        let server = Files::start().await;
        let document = guest.api.get("/v1/openapi.json").await.body;
        let mut files = BTreeMap::new();
        for (kind, content_type, bytes) in contents() {
            let id = guest.api.upload(content_type, bytes.clone()).await;
            let link = server.put(&format!("/{kind}"), content_type, bytes.clone());
            files.insert(
                kind,
                File {
                    content_type,
                    bytes,
                    id,
                    link,
                },
            );
        }
        let provider = format!("generated-{}", new_customer());
        let config = json!([{"name": provider, "type": "www", "config": {"bearer": "t0ken"}}]);
        let answer = guest
            .api
            .post("/v1/settings/application/media/providers", &config)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut customers = Vec::new();
        for country in ["", "", "", "", "IN", "SG"] {
            customers.push(Customer::meet(&guest, country).await);
        }
        Self {
            namespace: guest.dev().graph().namespace().await,
            templates: guest.dev().graph().templates().await,
            schema: document["components"]["schemas"]["Message"].clone(),
            guest,
            files,
            provider,
            customers,
            _server: server,
        }
    }

    /// What a message of a type may be.
    pub(super) fn schema(&self, kind: &str) -> Value {
        let kinds = self.schema["oneOf"].as_array().unwrap();
        let found = kinds.iter().find(|schema| schema["title"] == kind);
        found.unwrap().clone()
    }

    /// Who gets the n-th message: a form of an address goes to whom it is of.
    pub(super) fn recipient(&self, body: &Value, n: usize) -> &Customer {
        let country = &body["interactive"]["action"]["parameters"]["country"];
        let country = country.as_str().unwrap_or_default();
        let fits = |customer: &&Customer| customer.country == country;
        let fitting: Vec<&Customer> = self.customers.iter().filter(fits).collect();
        fitting[n % fitting.len()]
    }

    /// Who a message that can be sent is for.
    pub(super) fn customer(&self, body: &Value) -> &Customer {
        let is_it = |customer: &&Customer| body["to"] == customer.wa_id.as_str();
        self.customers.iter().find(is_it).unwrap()
    }

    /// The n-th body with what only this world knows in its place.
    pub(super) fn sendable(&self, body: &Value, n: usize) -> Value {
        sendable::body(self, body, n)
    }

    /// Sends messages, and compares what the phones show of each with what was sent. The first that differs, and how.
    pub(super) async fn try_all(&self, drawn: &[Value]) -> Result<(), (usize, String)> {
        let before = self.inboxes().await;
        let marks = self.guest.sink.accepted().len();
        let bodies: Vec<Value> = (drawn.iter().enumerate())
            .map(|(n, body)| self.sendable(body, n))
            .collect();
        let mut ids = Vec::new();
        for (at, body) in bodies.iter().enumerate() {
            let answer = self.guest.api.post("/v1/messages", body).await;
            if answer.status != 201 {
                return Err((at, format!("refused: {}", answer.body)));
            }
            ids.push(answer.message_id());
        }
        let statuses = self.settled(marks, &ids, &bodies).await;
        let inboxes = self.inboxes().await;
        let mut places = before;
        for (at, (body, status)) in bodies.iter().zip(&statuses).enumerate() {
            if status["status"] == "failed" {
                return Err((at, format!("failed: {status}")));
            }
            if status["biz_opaque_callback_data"] != body["biz_opaque_callback_data"] {
                return Err((at, format!("another opaque text: {status}")));
            }
            let wa_id = self.customer(body).wa_id.as_str();
            let place = places.get_mut(wa_id).unwrap();
            let message = inboxes[wa_id].get(place.len()).cloned().unwrap_or_default();
            place.push(Value::Null);
            let (seen, expected) = (
                self.with_files(&seen(&message)).await,
                shown::of(self, body),
            );
            if seen != expected {
                return Err((at, format!("shown: {seen}\nexpected: {expected}")));
            }
        }
        Ok(())
    }

    async fn inboxes(&self) -> BTreeMap<&str, Vec<Value>> {
        let mut inboxes = BTreeMap::new();
        for customer in &self.customers {
            let inbox = self.guest.phones.inbox(&customer.wa_id).await;
            inboxes.insert(customer.wa_id.as_str(), inbox);
        }
        inboxes
    }

    /// The last status of each message, when nothing more will happen to it.
    async fn settled(&self, marks: usize, ids: &[String], bodies: &[Value]) -> Vec<Value> {
        // Nothing is told of a reaction once it has left.
        let last = |body: &Value| {
            if body["type"] == "reaction" {
                "sent"
            } else {
                "delivered"
            }
        };
        let what = format!("what becomes of {} messages", ids.len());
        self.guest
            .sink
            .until(&what, SOON, |told| {
                let mut ends: BTreeMap<&str, &Value> = BTreeMap::new();
                for status in told.iter().skip(marks).map(|body| &body["statuses"][0]) {
                    let at = ids.iter().position(|id| status["id"] == id.as_str());
                    if let Some(at) = at
                        && (status["status"] == "failed" || status["status"] == last(&bodies[at]))
                    {
                        ends.insert(ids[at].as_str(), status);
                    }
                }
                let ends = ids.iter().map(|id| ends.get(id.as_str()).copied().cloned());
                ends.collect()
            })
            .await
    }

    /// A shown message with `[file]` for every id of a file whose bytes are what they have to be.
    async fn with_files(&self, shown: &Value) -> Value {
        let mut shown = shown.clone();
        let mut found = Vec::new();
        file_ids(&shown, "", &mut found);
        for (place, kind) in found {
            let id = shown.pointer_mut(&place).unwrap();
            let bytes = self.guest.dev().graph().file(id.as_str().unwrap()).await;
            if bytes == self.files[kind.as_str()].bytes {
                *id = "[file]".into();
            }
        }
        shown
    }
}

impl File {
    /// What a phone shows of it beside its id.
    pub(super) fn told(&self) -> [(String, Value); 2] {
        let sum = base64(&sha256(&self.bytes));
        [("mime_type", self.content_type.to_owned()), ("sha256", sum)]
            .map(|(name, text)| (name.to_owned(), text.into()))
    }
}

impl Customer {
    async fn meet(guest: &Guest, country: &'static str) -> Self {
        let number = new_customer();
        let wa_id = match country {
            "IN" => format!("910000{}", &number[5..]),
            "SG" => format!("650000{}", &number[5..]),
            _ => number,
        };
        guest.phones.add(&wa_id, "Ada Quist").await;
        guest.phones.write(&wa_id, "Hello", 1).await;
        let first = guest.api.text(&wa_id, "first").await;
        let inbox = guest.phones.received(&wa_id, 1).await;
        let first_upstream = inbox[0]["id"].as_str().unwrap().to_owned();
        Self {
            wa_id,
            country,
            first,
            first_upstream,
        }
    }
}

/// The beginnings of files, of which nobody looks at more.
fn contents() -> [(&'static str, &'static str, Bytes); 5] {
    let video = &b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"[..];
    let sticker =
        &b"RIFF\x14\x00\x00\x00WEBPVP8L\x08\x00\x00\x00\x2f\xff\xc1\x7f\x00\x88\x88\x08"[..];
    let sound = &b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00"[..];
    [
        ("image", "image/png", picture("generated")),
        (
            "document",
            "application/pdf",
            Bytes::from_static(b"%PDF-1.7\n% a short one\n%%EOF\n"),
        ),
        ("audio", "audio/mpeg", Bytes::from_static(sound)),
        ("video", "video/mp4", Bytes::from_static(video)),
        ("sticker", "image/webp", Bytes::from_static(sticker)),
    ]
}

/// The kinds of files, which are the members that hold them.
pub(super) const KINDS: [&str; 5] = ["image", "document", "audio", "video", "sticker"];

/// Where the ids of files stand in a message, and the kinds of these files.
fn file_ids(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let below = format!("{place}/{name}");
        if KINDS.contains(&name.as_str()) && member["id"].is_string() {
            found.push((format!("{below}/id"), name.clone()));
        } else {
            file_ids(member, &below, found);
        }
    }
    for (at, element) in value.as_array().into_iter().flatten().enumerate() {
        file_ids(element, &format!("{place}/{at}"), found);
    }
}
