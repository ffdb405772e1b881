//! `/v1/contacts/{wa_id}/identity`, and what a changed identity holds back (`rest-api.md` 11.2, `webhooks.md` 2.15, 2.17).

use serde_json::{Value, json};

use super::{assert_refused, plain};
use crate::support::{Answer, Api, Dev, Guest, Phones, Sink, text};

/// A program that checks identities.
struct Checked {
    dev: Dev,
    api: Api,
    phones: Phones,
    sink: Sink,
    customer: String,
}

impl Checked {
    async fn start() -> Self {
        let sink = Sink::start().await;
        let dev = Dev::with(&sink).await;
        let (api, phones) = (dev.api().await, dev.phones());
        let customer = phones.customer().await;
        api.connected().await;
        let settings = json!({"show_security_notifications": true});
        assert_eq!(
            api.patch("/v1/settings/application", &settings)
                .await
                .status,
            200
        );
        phones.identity_told(&dev.graph()).await;
        Self {
            dev,
            api,
            phones,
            sink,
            customer,
        }
    }

    fn path(&self) -> String {
        format!("/v1/contacts/{}/identity", self.customer)
    }

    async fn show(&self) -> Answer {
        self.api.get(&self.path()).await
    }

    async fn acknowledge(&self, hash: &Value) -> Answer {
        self.api.put(&self.path(), &json!({"hash": hash})).await
    }

    /// The customer writes; the message as it is told.
    async fn write(&self, body: &str) -> Value {
        self.phones.write(&self.customer, body, 1).await;
        let told = (self.sink)
            .message(body, |message| message["text"]["body"] == body)
            .await;
        told["messages"][0].clone()
    }

    /// The customer has a new phone, and that is told; the notification, and the hash of the new identity.
    async fn change(&self) -> (Value, Value) {
        let hash = self.phones.change_identity(&self.customer).await;
        let told = (self.sink)
            .message("the change", |message| {
                message["system"]["identity"] == hash
            })
            .await;
        (told, hash)
    }

    async fn send(&self) -> Answer {
        self.api
            .post("/v1/messages", &text(&self.customer, "secret"))
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_identity_holds_messages_back_until_it_is_acknowledged() {
    let mut checked = Checked::start().await;
    let old = checked.phones.identity(&checked.customer).await;

    // Known with the first message that tells it.
    let written = checked.write("before").await;
    let since = written["identity"]["created_timestamp"].clone();
    assert!(
        since
            .as_i64()
            .is_some_and(|since| since > 1_600_000_000_000),
        "{written}"
    );
    assert_eq!(
        written["identity"],
        json!({"acknowledged": true, "created_timestamp": since, "hash": old})
    );
    let shown = checked.show().await;
    assert_eq!(
        shown.whole(),
        json!({"status": 200, "body": {
            "contacts": {"acknowledged": true, "created_timestamp": since, "hash": old},
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        }})
    );
    let before = checked.send().await.message_id();
    checked.sink.status(&before, "delivered").await;

    let (told, new) = checked.change().await;
    let id = told["messages"][0]["id"].as_str().unwrap();
    let changed = told["messages"][0]["identity"]["created_timestamp"].clone();
    assert!(changed.as_i64() >= since.as_i64(), "{told}");
    assert_eq!(
        plain(&told, &[(id, "[id]")]),
        json!({"messages": [{
            "from": checked.customer, "id": "[id]", "timestamp": "[time]", "type": "system",
            "identity": {"acknowledged": false, "created_timestamp": changed, "hash": new},
            "system": {
                "body": "The security code of Ada Quist has changed", "identity": new, "type": "user_identity_changed",
                "user": checked.customer,
            },
        }]})
    );
    let refused = checked.send().await;
    assert_eq!(
        plain(&refused.whole(), &[(&checked.customer, "[customer]")]),
        json!({"status": 403, "body": {
            "errors": [{
                "code": 1028, "title": "A user_identity_changed system notification requires acknowledgement",
                "details": "to: the identity of [customer] has changed; acknowledge it with PUT /v1/contacts/[customer]/identity",
            }],
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        }})
    );
    // Others are not held back.
    checked
        .sink
        .status(&checked.api.text("12025550144", "hi").await, "delivered")
        .await;

    // It lasts, and what the customer writes says so.
    checked.dev.kill().await;
    let again = Dev::builder()
        .folder(&checked.dev.folder)
        .webhook(&checked.sink)
        .start()
        .await;
    (checked.api, checked.phones) = (again.api().await, again.phones());
    checked.api.connected().await;
    assert_refused(&checked.send().await, (403, 1028), &[&checked.customer]);
    assert_eq!(
        checked.write("after").await["identity"]["acknowledged"],
        false
    );

    let stale = checked.acknowledge(&old).await;
    assert_eq!(
        stale.whole(),
        json!({"status": 400, "body": {
            "errors": [{
                "code": 1009, "title": "Parameter value is not valid",
                "details": "hash: is not that of the contact's newest identity",
            }],
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        }})
    );
    assert_refused(&checked.send().await, (403, 1028), &[]);
    for _ in 0..2 {
        let acknowledged = checked.acknowledge(&new).await;
        assert_eq!(
            acknowledged.whole(),
            json!({"status": 200, "body": {"meta": {"api_status": "stable", "version": "v2.53.1"}}})
        );
    }
    assert_eq!(
        checked.show().await.body["contacts"],
        json!({"acknowledged": true, "created_timestamp": changed, "hash": new})
    );
    let after = checked.send().await.message_id();
    checked.sink.status(&after, "delivered").await;
    assert_eq!(
        checked.write("at last").await["identity"]["acknowledged"],
        true
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_meets_another_identity_fails_with_480() {
    let checked = Checked::start().await;
    checked.write("before").await;

    // Accepted while nobody could know.
    checked.phones.link(false).await;
    let caught = checked.send().await.message_id();
    let new = checked.phones.change_identity(&checked.customer).await;
    checked.phones.link(true).await;

    let failed = checked.sink.status(&caught, "failed").await;
    let error = &failed["statuses"][0]["errors"][0];
    assert_eq!(
        (&error["code"], &error["title"]),
        (&json!(480), &json!("User potentially changed"))
    );
    checked
        .sink
        .message("the change", |message| message["system"]["identity"] == new)
        .await;
    assert_refused(&checked.send().await, (403, 1028), &[]);
    assert_eq!(checked.acknowledge(&new).await.status, 200);

    // The network may notice first: then what is known has to be acknowledged anew.
    let fault =
        json!({"code": 137_000, "times": 1, "to": checked.customer, "details": "another key"});
    checked.phones.fault("fail", fault).await;
    let doubted = checked.send().await.message_id();
    let failed = checked.sink.status(&doubted, "failed").await;
    assert_eq!(
        failed["statuses"][0]["errors"],
        json!([{"code": 480, "title": "User potentially changed", "details": "another key"}])
    );
    assert_refused(&checked.send().await, (403, 1028), &[]);
    assert_eq!(checked.show().await.body["contacts"]["acknowledged"], false);
    assert_eq!(checked.acknowledge(&new).await.status, 200);
    checked
        .sink
        .status(&checked.send().await.message_id(), "delivered")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_nobody_is_held_back() {
    let checked = Checked::start().await;
    checked.write("before").await;
    let (_, new) = checked.change().await;
    assert_refused(&checked.send().await, (403, 1028), &[]);

    let settings = json!({"show_security_notifications": false});
    assert_eq!(
        checked
            .api
            .patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    checked
        .sink
        .status(&checked.send().await.message_id(), "delivered")
        .await;
    assert_eq!(checked.write("quiet").await.get("identity"), None);

    // On again, it is still to be acknowledged.
    let settings = json!({"show_security_notifications": true});
    assert_eq!(
        checked
            .api
            .patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    assert_refused(&checked.send().await, (403, 1028), &[]);
    assert_eq!(checked.acknowledge(&new).await.status, 200);
    checked
        .sink
        .status(&checked.send().await.message_id(), "delivered")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_contact_that_never_wrote_no_identity_is_known() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;
    let stranger = guest.stranger().await;
    let path = format!("/v1/contacts/{stranger}/identity");

    let shown = user.get(&path).await;
    assert_eq!(
        plain(&shown.whole(), &[(&stranger, "[customer]")]),
        json!({"status": 404, "body": {
            "errors": [{
                "code": 1006, "title": "Resource not found", "details": "no identity of a contact \"[customer]\" is known",
            }],
            "meta": {"api_status": "stable", "version": "v2.53.1"},
        }})
    );
    let hash = json!({"hash": "Zm9vYmFyMTI="});
    assert_refused(&user.put(&path, &hash).await, (404, 1006), &[&stranger]);
    for (body, code, word) in [
        (json!({}), 1008, "hash"),
        (json!({"hash": ""}), 1009, "hash"),
        (json!({"hash": 5}), 1009, "hash"),
        (json!({"hash": "x".repeat(129)}), 1009, "hash"),
        (json!([]), 1025, "object"),
    ] {
        assert_refused(&user.put(&path, &body).await, (400, code), &[word]);
    }
    for wa_id in ["x", "%20", "0"] {
        let answer = user.get(&format!("/v1/contacts/{wa_id}/identity")).await;
        assert_refused(&answer, (404, 1006), &[]);
    }
    let anonymous = guest.dev().anonymous().get(&path).await;
    assert_refused(&anonymous, (401, 1005), &[]);
}
