//! Errors that belong to no message and no call (`webhooks.md` section 4), and alerts for whoever is on call (1.8).

mod store;

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Api, Dev, Phones, Poster, SOON, Sink, text, until};

/// A program with a webhook of its own, that notices soon when the network is gone.
struct Own {
    dev: Dev,
    api: Api,
    phones: Phones,
    sink: Sink,
    customer: String,
}

impl Own {
    async fn start() -> Self {
        let sink = Sink::start().await;
        let dev = Dev::with(&sink).await;
        let (api, phones) = (dev.api().await, dev.phones());
        let customer = phones.customer().await;
        let settings = json!({"heartbeat_interval": 1, "unhealthy_interval": 2, "on_call_pager": "12025550199"});
        assert_eq!(
            api.patch("/v1/settings/application", &settings)
                .await
                .status,
            200
        );
        api.connected().await;
        Self {
            dev,
            api,
            phones,
            sink,
            customer,
        }
    }

    /// The first notification of an error with this code.
    async fn error(&self, code: u64) -> Value {
        self.sink
            .until(&format!("error {code}"), SOON, |bodies| {
                bodies
                    .iter()
                    .find(|body| body["errors"][0]["code"] == code)
                    .cloned()
            })
            .await
    }

    fn errors(&self, code: u64) -> usize {
        let is_it = |body: &&Value| body["errors"][0]["code"] == code;
        self.sink.accepted().iter().filter(is_it).count()
    }

    /// Waits until the log has a line with this; how many there are.
    async fn logged(&self, text: &str) -> usize {
        until(text, SOON, || async {
            let count = self.dev.log().matches(text).count();
            (count > 0).then_some(count)
        })
        .await
    }

    async fn gateway_status(&self, status: &str) {
        until(status, SOON, || async {
            (self.api.gateway_status().await == status).then_some(())
        })
        .await;
    }
}

fn error(code: u64, title: &str, details: &str) -> Value {
    json!({"errors": [{"code": code, "title": title, "details": details}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_network_are_told_once_a_minute_each() {
    let own = Own::start().await;
    let report = |code: i64, details: &'static str| {
        let error = json!({"code": code, "details": details});
        async { own.phones.fault("error", error).await }
    };

    for _ in 0..3 {
        report(131_016, "maintenance tonight").await;
    }
    for (code, details) in [
        (131_042, "no credit"),
        (130_429, "too fast"),
        (190, "bad token"),
        (777_777, "odd"),
    ] {
        report(code, details).await;
    }

    for expected in [
        error(1016, "System overloaded", "maintenance tonight"),
        error(402, "Business eligibility — Payment issue", "no credit"),
        error(1015, "Too many requests", "too fast"),
        error(1005, "Access denied", "bad token"),
        error(1000, "Generic error", "upstream 777777: odd"),
    ] {
        let code = expected["errors"][0]["code"].as_u64().unwrap();
        assert_eq!(own.error(code).await, expected);
    }
    // All of them go through one lane, so the repetitions were before the last one.
    assert_eq!(own.errors(1016), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_told_and_alerted_and_loses_no_message() {
    let own = Own::start().await;
    own.phones.fault("token", json!({"invalid": true})).await;

    let kept = own.api.text(&own.customer, "kept").await;

    let told = own.error(1005).await;
    assert_eq!(told["errors"][0]["title"], "Access denied");
    let details = told["errors"][0]["details"].as_str().unwrap();
    assert!(details.contains("credentials"), "{details}");
    own.gateway_status("disconnected").await;
    let refused = own
        .api
        .post("/v1/messages", &text(&own.customer, "x"))
        .await;
    assert_refused(&refused, (503, 1011), &["credentials"]);
    let alert = "alert: the network refuses the line's credentials";
    own.logged(alert).await;

    own.phones.fault("token", json!({"invalid": false})).await;
    own.api.connected().await;
    own.sink.status(&kept, "delivered").await;
    own.logged("alert over: the network takes the line's credentials again")
        .await;
    let line = own
        .dev
        .log()
        .lines()
        .find(|line| line.contains(alert))
        .unwrap()
        .to_owned();
    assert!(
        line.contains("ERROR")
            && line.contains("credentials_refused")
            && line.contains("12025550199"),
        "{line}"
    );
    assert_eq!(own.logged(alert).await, 1);
    assert_eq!(own.errors(1005), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_cannot_be_reached_is_told() {
    let own = Own::start().await;

    own.phones.link(false).await;

    let told = own.error(1011).await;
    assert_eq!(told["errors"][0]["title"], "Service not ready");
    let details = told["errors"][0]["details"].as_str().unwrap();
    assert!(
        details.contains("upstream") || details.contains("network"),
        "{details}"
    );
    own.phones.link(true).await;
    own.api.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_banned_sends_nothing_more() {
    let own = Own::start().await;
    own.phones
        .fault("number", json!({"status": "BANNED"}))
        .await;

    // The message that meets it fails; from then on nothing is accepted (`messages.md` 12.2).
    let id = own.api.text(&own.customer, "x").await;
    let failed = own.sink.status(&id, "failed").await;
    assert_eq!(
        failed["statuses"][0]["errors"],
        json!([{
            "code": 1031, "title": "Sender account has been locked",
            "details": "the number may not send: its status is BANNED",
        }])
    );
    own.gateway_status("disconnected").await;
    let said = "the network does not let this number send: its status is BANNED";
    let refused = own
        .api
        .post("/v1/messages", &text(&own.customer, "x"))
        .await;
    assert_refused(&refused, (403, 1031), &[said]);
    assert_eq!(
        own.error(1011).await,
        error(1011, "Service not ready", said)
    );
    let alert = "alert: the number is disconnected or banned";
    own.logged(alert).await;
    // What is wrong with a message is said before that; other calls know nothing of it.
    let wrong = json!({"to": own.customer, "text": {}});
    let wrong = own.api.post("/v1/messages", &wrong).await;
    assert_refused(&wrong, (400, 1008), &["text.body"]);
    let backup = json!({"password": "seven quiet harbours"});
    let backup = own.api.post("/v1/settings/backup", &backup).await;
    assert_refused(&backup, (503, 1011), &["BANNED"]);

    own.phones
        .fault("number", json!({"status": "CONNECTED"}))
        .await;
    own.api.connected().await;
    own.sink
        .status(&own.api.text(&own.customer, "y").await, "delivered")
        .await;
    own.logged("alert over: the number may send again").await;
    assert_eq!(own.logged(alert).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_disconnected_there_is_not_locked() {
    let own = Own::start().await;
    own.phones
        .fault("number", json!({"status": "DISCONNECTED"}))
        .await;

    let id = own.api.text(&own.customer, "x").await;
    own.sink.status(&id, "failed").await;
    own.gateway_status("disconnected").await;

    let refused = own
        .api
        .post("/v1/messages", &text(&own.customer, "x"))
        .await;
    assert_refused(&refused, (503, 1011), &["its status is DISCONNECTED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_locked_without_a_word_of_the_number_goes_on() {
    let own = Own::start().await;
    let fault = json!({"code": 131_031, "times": 1, "details": "for this message"});
    own.phones.fault("refuse", fault).await;

    let id = own.api.text(&own.customer, "x").await;
    own.sink.status(&id, "failed").await;

    let next = own.api.text(&own.customer, "y").await;
    own.sink.status(&next, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_media_volume_that_cannot_be_written_is_told_and_alerted_and_loses_no_message() {
    let own = Own::start().await;
    let folder = own.dev.folder.path().join("media");
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    std::fs::write(&folder, "no folder").unwrap();

    own.phones
        .send(&own.customer, json!({"type": "image"}))
        .await;

    let told = own
        .sink
        .message("the picture", |message| message["type"] == "image")
        .await;
    let message = &told["messages"][0];
    assert_eq!(
        (&message["image"]["status"], &message["errors"][0]["code"]),
        (&json!("undownloaded"), &json!(400))
    );
    let told = own.error(1005).await;
    let details = told["errors"][0]["details"].as_str().unwrap();
    assert!(
        details.starts_with("the media volume cannot be written: "),
        "{details}"
    );
    assert_eq!(told, error(1005, "Access denied", details));
    let alert = "alert: the media volume cannot be written";
    let upload = own
        .api
        .request("POST", "/v1/media")
        .header("content-type", "text/plain")
        .body("a");
    assert_refused(&Api::finish(upload).await, (500, 1005), &["media folder"]);
    assert_eq!(own.logged(alert).await, 1);
    assert_eq!(own.errors(1005), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_understood_is_kept_aside_and_told() {
    let own = Own::start().await;
    let poster = Poster::new(&own.dev);

    poster
        .deliver(&poster.message(&json!({"from": own.customer, "type": "text"})))
        .await;

    assert_eq!(
        own.error(1014).await,
        error(
            1014,
            "Internal error",
            "an event of the network could not be processed and was kept aside"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_slows_the_line_down_is_told_and_the_message_goes_later() {
    let own = Own::start().await;
    let fault = json!({"code": 130_429, "times": 2, "details": "80 messages a second"});
    own.phones.fault("refuse", fault).await;

    let id = own.api.text(&own.customer, "x").await;

    assert_eq!(
        own.error(1015).await,
        error(
            1015,
            "Too many requests",
            "the network asks to slow down (code 130429): 80 messages a second; messages wait"
        )
    );
    own.sink.status(&id, "delivered").await;
    assert_eq!(own.errors(1015), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_webhook_no_error_is_kept_for_later() {
    let sink = Sink::start().await;
    let dev = Dev::builder().start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;

    let poster = Poster::new(&dev);
    phones.fault("error", json!({"code": 131_016})).await;
    poster
        .deliver(&poster.message(&json!({"from": customer, "type": "text"})))
        .await;
    until("both are seen", SOON, || async {
        let log = dev.log();
        let seen = log.contains("the network reports an error") && log.contains("kept aside");
        seen.then_some(())
    })
    .await;
    let settings = json!({"webhooks": {"url": sink.url()}});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    phones.write(&customer, "later", 1).await;

    sink.message("the text", |message| message["text"]["body"] == "later")
        .await;
    let is_error = |body: &Value| body.get("errors").is_some();
    assert!(!sink.accepted().iter().any(is_error));
}
