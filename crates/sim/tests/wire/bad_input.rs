//! Whatever comes in, the answer is a documented one, never a 5xx, never a panic.

use axum::body::{Body, to_bytes};
use http::{Method, Request};
use proptest::prelude::*;
use serde_json::{Value, json};
use sim::{Retry, SimConfig, Simulator};
use tower::ServiceExt as _;

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("whatsapp")),
        Just(json!("text")),
        Just(json!("template")),
        Just(json!("image")),
        Just(json!("+12025550143")),
        Just(json!("hello_world")),
    ];
    let name = prop_oneof![
        Just("messaging_product".to_owned()),
        Just("to".to_owned()),
        Just("type".to_owned()),
        Just("text".to_owned()),
        Just("body".to_owned()),
        Just("template".to_owned()),
        Just("image".to_owned()),
        Just("components".to_owned()),
        Just("language".to_owned()),
        Just("name".to_owned()),
        Just("wa_id".to_owned()),
        Just("context".to_owned()),
        Just("pin".to_owned()),
        Just("code".to_owned()),
        Just("status".to_owned()),
        "[a-z_]{1,8}",
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_request_is_answered(
        bodies in proptest::collection::vec((arbitrary_json(), 0_usize..28, any::<u8>(), "[ -~]{0,20}"), 60),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let simulator = Simulator::open(SimConfig {
            dir: dir.path().to_owned(),
            retry: Retry::Eager,
            public_url: "http://127.0.0.1:1".to_owned(),
            on_message: Box::new(|_| {}),
        })
        .unwrap();
        let world = simulator.world();
        let (phone, waba) = (&world.graph.phone_number_id, &world.graph.waba_id);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for (body, which, spoil, text) in bodies {
                let path = [
                    format!("/v24.0/{phone}/messages"),
                    format!("/{phone}"),
                    format!("/{phone}/media"),
                    format!("/{phone}/register"),
                    format!("/{phone}/request_code"),
                    format!("/{phone}/whatsapp_business_profile"),
                    format!("/{waba}/subscribed_apps"),
                    format!("/{waba}/message_templates"),
                    "/sim/customers".to_owned(),
                    "/sim/customers/12025550143".to_owned(),
                    "/sim/customers/12025550143/messages".to_owned(),
                    "/sim/clock".to_owned(),
                    "/sim/faults".to_owned(),
                    "/sim/faults/token".to_owned(),
                    "/sim/faults/error".to_owned(),
                    "/sim/customers/12025550143/statuses".to_owned(),
                    "/sim/customers/12025550143/identity".to_owned(),
                    format!("/{phone}/settings"),
                    "/lookaside/1".to_owned(),
                    format!("/{phone}/block_users"),
                    format!("/{phone}/message_qrdls"),
                    format!("/{phone}/conversational_automation"),
                    format!("/{phone}/marketing_messages"),
                    format!("/{waba}/flows"),
                    format!("/{waba}/phone_numbers"),
                    "/sim/account".to_owned(),
                    "/sim/limits".to_owned(),
                    "/sim/customers/12025550143/report".to_owned(),
                ][which].clone();
                let mut bytes = serde_json::to_vec(&body).unwrap();
                if spoil % 4 == 0 {
                    bytes.truncate(bytes.len() / 2);
                }
                let method = [Method::POST, Method::POST, Method::PATCH, Method::GET, Method::DELETE]
                    [usize::from(spoil % 5)].clone();
                let kind = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
                    [usize::from(spoil / 5 % 4)];
                let query: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
                let request = Request::builder()
                    .method(method.clone())
                    .uri(format!("{path}?{query}=%ff&limit={query}"))
                    .header("Authorization", format!("Bearer {}", world.graph.access_token))
                    .header("Content-Type", kind)
                    .body(Body::from(bytes))
                    .unwrap();
                let response = simulator.service().oneshot(request).await.unwrap();
                let status = response.status().as_u16();
                assert!(status < 500, "{method} {path} {body}: {status}");
                let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                let body: Value = serde_json::from_slice(&body).unwrap();
                if status >= 400 {
                    assert!(body["error"]["code"].is_i64() || body["error"].is_string(), "{body}");
                }
            }
        });
    }
}
