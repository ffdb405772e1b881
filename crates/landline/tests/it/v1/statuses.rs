//! What became of a message, at the webhook (`webhooks.md` section 3).

use serde_json::{Value, json};

use super::plain;
use crate::support::{Dev, Guest, Sink, text, title};

/// A status as it is told, with these members beside what every status has.
fn status(status: &str, customer: &str, members: &Value) -> Value {
    let mut told = json!({
        "id": "[id]", "message": {"recipient_id": customer}, "recipient_id": customer, "status": status,
        "timestamp": "[time]", "type": "message",
    });
    told.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    json!({"statuses": [told]})
}

#[tokio::test(flavor = "multi_thread")]
async fn conversation_and_price_are_told_as_far_as_the_network_tells_them() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    phones.fault("conversations", json!({"shown": true})).await;

    let mut body = json!({
        "to": customer, "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}},
    });
    body["biz_opaque_callback_data"] = "order 7".into();
    let id = api.post("/v1/messages", &body).await.message_id();
    phones.received(&customer, 1).await;
    phones.read(&customer).await;

    let sent = sink.status(&id, "sent").await;
    let conversation = &sent["statuses"][0]["conversation"];
    let (key, end) = (
        conversation["id"].as_str().unwrap(),
        &conversation["expiration_timestamp"],
    );
    assert!(
        key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{key}"
    );
    assert!(end.is_i64(), "{conversation}");
    let origin = json!({"type": "utility"});
    // A utility template within the window costs nothing.
    let pricing = json!({"billable": false, "category": "utility", "pricing_model": "PMP"});
    let ours = json!({"biz_opaque_callback_data": "order 7"});
    for (kind, members) in [
        (
            "sent",
            json!({"conversation": {"id": key, "expiration_timestamp": end, "origin": origin}, "pricing": pricing}),
        ),
        (
            "delivered",
            json!({"conversation": {"id": key, "origin": origin}, "pricing": pricing}),
        ),
        ("read", json!({})),
    ] {
        let mut members = members;
        members
            .as_object_mut()
            .unwrap()
            .extend(ours.as_object().unwrap().clone());
        let told = sink.status(&id, kind).await;
        assert_eq!(
            plain(&told, &[(&id, "[id]")]),
            status(kind, &customer, &members)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_too_late_has_failed() {
    let guest = Guest::arrive().await;
    let customer = guest.stranger().await;

    let id = guest.api.text(&customer, "still there?").await;

    let failed = guest.sink.status(&id, "failed").await;
    assert_eq!(
        plain(&failed, &[(&id, "[id]")]),
        status(
            "failed",
            &customer,
            &json!({"errors": [{
                "code": 470, "title": "Re-engagement message",
                "details": "more than 24 hours have passed since the customer last wrote to this number; send a template",
            }]})
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_stands_beside_the_others() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let id = guest.api.text(&customer, "four mugs").await;
    let inbox = guest.phones.received(&customer, 1).await;
    let errors = json!([{
        "code": 2026, "title": "Missing products", "message": "Missing products",
        "error_data": {"details": "not in the catalogue: mug-5"},
    }]);

    guest
        .phones
        .status(
            &customer,
            json!({"id": inbox[0]["id"], "status": "warning", "errors": errors}),
        )
        .await;

    let warning = guest.sink.status(&id, "warning").await;
    assert_eq!(
        plain(&warning, &[(&id, "[id]")]),
        status(
            "warning",
            &customer,
            &json!({"errors": [
                {"code": 2026, "title": "Missing products", "details": "not in the catalogue: mug-5"},
            ]})
        )
    );
    guest.phones.read(&customer).await;
    guest.sink.status(&id, "read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_without_a_form_here_are_not_told() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let id = guest.api.text(&customer, "pay here").await;
    let network_id = guest.phones.received(&customer, 1).await[0]["id"].clone();
    let payment = json!({"reference_id": "r-1"});

    for status in [
        json!({"id": network_id, "status": "played"}),
        json!({"id": network_id, "status": "captured", "type": "payment", "payment": payment}),
        json!({"id": network_id, "status": "failed", "type": "payment", "payment": payment}),
        json!({"id": network_id, "status": "pending", "type": "payment", "payment": payment}),
    ] {
        guest.phones.status(&customer, status).await;
    }
    guest.phones.read(&customer).await;

    guest.sink.status(&id, "read").await;
    assert_eq!(guest.sink.statuses(&id), ["sent", "delivered", "read"]);
}

/// The network's codes in a `failed` status, and the codes that tell the business the same.
const FAILURES: &[(i64, u64)] = &[
    (1, 500),
    (33, 430),
    (368, 1031),
    (130_403, 1007),
    (130_429, 429),
    (130_472, 472),
    (130_497, 1026),
    (131_000, 500),
    (131_008, 1008),
    (131_009, 1009),
    (131_026, 1026),
    (131_030, 1007),
    (131_031, 1031),
    (131_042, 402),
    (131_043, 410),
    (131_044, 402),
    (131_045, 430),
    (131_047, 470),
    (131_048, 471),
    (131_049, 1026),
    (131_050, 498),
    (131_051, 501),
    (131_052, 400),
    (131_053, 1014),
    (131_056, 429),
    (131_062, 1013),
    (131_063, 2013),
    (131_064, 471),
    (132_000, 2000),
    (132_001, 2001),
    (132_005, 2005),
    (132_007, 2007),
    (132_012, 2012),
    (132_015, 2061),
    (132_016, 2062),
    (132_068, 2068),
    (132_069, 2069),
    (133_010, 430),
    (134_011, 402),
    (137_000, 480),
    (777_777, 500),
];

/// Those with which a send is refused for good, and the message fails here.
const REFUSALS: &[i64] = &[
    368, 130_403, 130_472, 130_497, 131_008, 131_009, 131_026, 131_030, 131_031, 131_042, 131_043,
    131_044, 131_047, 131_048, 131_049, 131_050, 131_051, 131_053, 131_062, 131_063, 131_064,
    132_000, 132_001, 132_005, 132_007, 132_012, 132_015, 132_016, 132_068, 132_069, 134_011,
    137_000, 777_777,
];

impl Guest {
    /// A text to a new customer under a fault; what the webhook is told of it, its id named.
    async fn failed_under(&self, fault: &str, code: i64) -> (String, Value) {
        let customer = self.customer().await;
        let rule =
            json!({"code": code, "times": 1, "to": customer, "details": "as a test wants it"});
        self.phones.fault(fault, rule).await;
        let id = self
            .api
            .post("/v1/messages", &text(&customer, "x"))
            .await
            .message_id();
        let told = self.sink.status(&id, "failed").await;
        assert_eq!(self.sink.statuses(&id), ["failed"], "{fault} {code}");
        (customer, plain(&told, &[(&id, "[id]")]))
    }
}

fn expected(customer: &str, cloud: i64, code: u64) -> Value {
    let details = if cloud == 777_777 {
        "upstream 777777: as a test wants it"
    } else {
        "as a test wants it"
    };
    let errors = json!([{"code": code, "title": title(code), "details": details}]);
    status("failed", customer, &json!({"errors": errors}))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_the_network_has_its_documented_code() {
    let guest = Guest::arrive().await;

    for (cloud, code) in FAILURES {
        let (customer, told) = guest.failed_under("fail", *cloud).await;
        assert_eq!(
            told,
            expected(&customer, *cloud, *code),
            "failed with {cloud}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_for_good_has_its_documented_code() {
    let guest = Guest::arrive().await;

    for cloud in REFUSALS {
        let (_, code) = FAILURES.iter().find(|(known, _)| known == cloud).unwrap();
        let (customer, told) = guest.failed_under("refuse", *cloud).await;
        assert_eq!(
            told,
            expected(&customer, *cloud, *code),
            "refused with {cloud}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_network_refuses_for_now_is_sent_later() {
    let guest = Guest::arrive().await;

    // Throttled, out of order, this recipient too fast, a few unexplained failures.
    let mut waiting = Vec::new();
    for (code, times) in [
        (130_429, 2),
        (80_007, 1),
        (131_016, 1),
        (2, 1),
        (131_056, 1),
        (131_000, 2),
        (1, 2),
    ] {
        let customer = guest.customer().await;
        let rule = json!({"code": code, "times": times, "to": customer});
        guest.phones.fault("refuse", rule).await;
        waiting.push((code, guest.api.text(&customer, "x").await));
    }
    for (code, id) in waiting {
        guest.sink.status(&id, "delivered").await;
        assert_eq!(guest.sink.statuses(&id), ["sent", "delivered"], "{code}");
    }
}
