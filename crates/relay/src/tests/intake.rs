use rstest::rstest;
use store::StoreError;

use super::*;

#[tokio::test]
async fn all_events_of_a_body_are_one_batch() {
    let rig = rig();
    let body = webhook(&[
        messages(
            "2201",
            &json!({"messages": [text("wamid.A"), text("wamid.B")],
            "statuses": [{"id": "wamid.C", "status": "read", "timestamp": "1790000001", "recipient_id": "12025550144"}]}),
        ),
        messages("2202", &json!({"errors": [{"code": 130_429}]})),
    ]);

    let answer = rig.deliver(&body).await;

    assert_eq!(answer, (StatusCode::OK, json!({"success": true})));
    let kept = rig.kept();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        kept[0][..3],
        [
            json!(["main", "c12025550143", 1_790_000_000, "m:wamid.A"]),
            json!(["main", "c12025550143", 1_790_000_000, "m:wamid.B"]),
            json!(["main", "c12025550144", 1_790_000_001, "s:wamid.C:read"]),
        ]
    );
    assert_eq!(
        kept[0][3].as_array().unwrap()[..3],
        [json!("sales"), json!(""), json!(0)]
    );
}

#[tokio::test]
async fn an_event_of_a_number_without_a_line_is_kept_as_a_stray() {
    let rig = rig();
    let body = webhook(&[
        messages("2299", &json!({"messages": [text("wamid.A")]})),
        messages("2201", &json!({"messages": [text("wamid.B")]})),
    ]);

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);

    assert_eq!(
        rig.kept(),
        [[
            json!(["stray", "2299", "m:wamid.A"]),
            json!(["main", "c12025550143", 1_790_000_000, "m:wamid.B"])
        ]]
    );
}

#[rstest]
#[case::every_line(&[("2201", "main"), ("2202", "sales"), ("2203", "main")], &[("main", ""), ("sales", "")])]
#[case::no_line(&[], &[("stray", "")])]
#[tokio::test]
async fn an_event_of_the_account_goes_to(
    #[case] lines: &[(&str, &str)],
    #[case] expected: &[(&str, &str)],
) {
    let rig = rig_with(Ledger::default(), lines);
    let body = webhook(&[
        json!({"field": "message_template_status_update", "value": {"event": "PAUSED"}}),
    ]);

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);

    let kept = rig.kept();
    let places: Vec<_> = kept[0]
        .iter()
        .map(|change| (change[0].as_str().unwrap(), change[1].as_str().unwrap()))
        .collect();
    assert_eq!(places, expected);
}

#[rstest]
#[case::missing("71", None)]
#[case::empty("71", Some(String::new()))]
#[case::forged("71", Some(graph::signature::sign("guessed", one_message().as_bytes())))]
#[case::of_another_app("72", Some(graph::signature::sign(SECRET, one_message().as_bytes())))]
#[case::of_another_body("71", Some(graph::signature::sign(SECRET, b"{}")))]
#[case::of_no_secret("73", Some(graph::signature::sign("", one_message().as_bytes())))]
#[tokio::test]
async fn a_body_without_its_signature_is_refused_and_has_no_effect(
    #[case] app: &str,
    #[case] signature: Option<String>,
) {
    let rig = rig();

    let answer = rig.post(app, signature.as_deref(), one_message()).await;

    assert_eq!(
        answer,
        (
            StatusCode::UNAUTHORIZED,
            json!({"error": "the signature is missing or wrong"})
        )
    );
    assert!(rig.kept().is_empty());
}

#[tokio::test]
async fn the_signature_is_over_the_bytes_as_they_came() {
    let rig = rig();
    let body = one_message()
        .replace('\u{e9}', "\\u00e9")
        .replace(':', " :  ");

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);
    assert_eq!(rig.kept().len(), 1);
}

#[rstest]
#[case::not_json(
    "{\"entry\":",
    "the body is not JSON: EOF while parsing a value at line 1 column 9"
)]
#[case::no_entry("{}", "the body has no `entry` array")]
#[tokio::test]
async fn a_signed_body_that_is_none_is_refused(#[case] body: &str, #[case] sentence: &str) {
    let rig = rig();

    assert_eq!(
        rig.deliver(body).await,
        (StatusCode::BAD_REQUEST, json!({"error": sentence}))
    );
    assert!(rig.kept().is_empty());
}

#[tokio::test]
async fn a_body_without_events_is_taken_without_a_write() {
    let rig = rig();

    assert_eq!(
        rig.deliver(r#"{"object":"page","entry":[]}"#).await.0,
        StatusCode::OK
    );
    assert!(rig.kept().is_empty());
}

#[rstest]
#[case::just_fits(BODY_LIMIT, StatusCode::OK)]
#[case::one_byte_too_long(BODY_LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE)]
#[tokio::test]
async fn a_body_has_a_greatest_length(#[case] length: usize, #[case] expected: StatusCode) {
    let rig = rig();
    let mut body = one_message();
    body.push_str(&" ".repeat(length - body.len()));

    assert_eq!(rig.deliver(&body).await.0, expected);
    assert_eq!(rig.kept().len(), usize::from(expected == StatusCode::OK));
}

#[rstest]
#[case(StoreError::Full)]
#[case(StoreError::Closed)]
#[case(StoreError::Backend("gone".into()))]
#[tokio::test]
async fn a_store_that_refuses_makes_the_network_try_again(#[case] error: StoreError) {
    let rig = rig_with(
        Ledger {
            refuses_with: Some(error),
            ..Ledger::default()
        },
        &[("2201", "main")],
    );
    let body = one_message();
    let request = Request::post("/graph/71")
        .header(
            "X-Hub-Signature-256",
            graph::signature::sign(SECRET, body.as_bytes()),
        )
        .body(Body::from(body))
        .unwrap();

    let (status, headers, body) = rig.answer(request).await;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers.get("retry-after").map(String::as_str), Some("5"));
    assert_eq!(body, r#"{"error":"the events cannot be stored now"}"#);
}

proptest::proptest! {
    #[test]
    fn unsigned_bytes_never_reach_the_store(body: Vec<u8>, signature in "[ -~]{0,80}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let rig = rig();

        let (status, _) = runtime.block_on(rig.post("71", Some(&signature), body));

        proptest::prop_assert_eq!(status, StatusCode::UNAUTHORIZED);
        proptest::prop_assert!(rig.kept().is_empty());
    }
}
