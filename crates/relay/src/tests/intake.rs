use rstest::rstest;
use store::StoreError;

use super::*;

#[rstest]
#[tokio::test]
async fn all_events_of_a_body_are_one_batch(#[values(Place::Here, Place::Elsewhere)] place: Place) {
    let rig = rig(place).await;
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
    let kept = rig.kept().await;
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

#[rstest]
#[tokio::test]
async fn an_event_of_a_number_without_a_line_is_kept_as_a_stray(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
) {
    let rig = rig(place).await;
    let body = webhook(&[
        messages("2299", &json!({"messages": [text("wamid.A")]})),
        messages("2201", &json!({"messages": [text("wamid.B")]})),
    ]);

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);

    assert_eq!(
        rig.kept().await,
        [[
            json!(["stray", "2299", "m:wamid.A"]),
            json!(["main", "c12025550143", 1_790_000_000, "m:wamid.B"])
        ]]
    );
}

#[rstest]
#[case::every_line(&[("2201", "main"), ("2202", "sales"), ("2203", "main")], &[("main", ""), ("sales", "")])]
#[case::no_line(&[], &[("stray", "")])]
#[case::no_line_of_another_account(&[("2201", "main"), ("3301", "sales")], &[("main", "")])]
#[tokio::test]
async fn an_event_of_the_account_goes_to(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[case] lines: &[(&str, &str)],
    #[case] expected: &[(&str, &str)],
) {
    let rig = rig_with(place, Ledger::default(), lines).await;
    let body = webhook(&[
        json!({"field": "message_template_status_update", "value": {"event": "PAUSED"}}),
    ]);

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);

    let kept = rig.kept().await;
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
#[tokio::test]
async fn a_body_without_its_signature_is_refused_and_has_no_effect(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[case] app: &str,
    #[case] signature: Option<String>,
) {
    let rig = rig(place).await;

    let answer = rig.post(app, signature.as_deref(), one_message()).await;

    assert_eq!(
        answer,
        (
            StatusCode::UNAUTHORIZED,
            json!({"error": "the signature is missing or wrong"})
        )
    );
    assert!(rig.kept().await.is_empty());
}

#[tokio::test]
async fn an_app_without_a_secret_takes_nothing_in() {
    let rig = rig(Place::Here).await;
    let signature = graph::signature::sign("", one_message().as_bytes());

    let (status, _) = rig.post("73", Some(&signature), one_message()).await;

    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(rig.kept().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn both_secrets_hold_while_one_is_being_changed(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[values(SECRET, "the-next-one")] secret: &str,
) {
    let rig = rig(place).await;
    let signature = graph::signature::sign(secret, one_message().as_bytes());

    let (status, _) = rig.post("71", Some(&signature), one_message()).await;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(rig.kept().await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn the_signature_is_over_the_bytes_as_they_came(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
) {
    let rig = rig(place).await;
    let body = one_message()
        .replace('\u{e9}', "\\u00e9")
        .replace(':', " :  ");

    assert_eq!(rig.deliver(&body).await.0, StatusCode::OK);
    assert_eq!(rig.kept().await.len(), 1);
}

#[rstest]
#[case::not_json(
    "{\"entry\":",
    "the body is not JSON: EOF while parsing a value at line 1 column 9"
)]
#[case::no_entry("{}", "the body has no `entry` array")]
#[tokio::test]
async fn a_signed_body_that_is_none_is_refused(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[case] body: &str,
    #[case] sentence: &str,
) {
    let rig = rig(place).await;

    assert_eq!(
        rig.deliver(body).await,
        (StatusCode::BAD_REQUEST, json!({"error": sentence}))
    );
    assert!(rig.kept().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_body_without_events_is_taken_without_a_write(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
) {
    let rig = rig(place).await;

    assert_eq!(
        rig.deliver(r#"{"object":"page","entry":[]}"#).await.0,
        StatusCode::OK
    );
    assert!(rig.kept().await.is_empty());
}

#[rstest]
#[case::just_fits(BODY_LIMIT, StatusCode::OK)]
#[case::one_byte_too_long(BODY_LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE)]
#[tokio::test]
async fn a_body_has_a_greatest_length(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[case] length: usize,
    #[case] expected: StatusCode,
) {
    let rig = rig(place).await;
    let mut body = one_message();
    body.push_str(&" ".repeat(length - body.len()));

    assert_eq!(rig.deliver(&body).await.0, expected);
    assert_eq!(
        rig.kept().await.len(),
        usize::from(expected == StatusCode::OK)
    );
}

#[rstest]
#[case(StoreError::Full)]
#[case(StoreError::Closed)]
#[case(StoreError::Backend("gone".into()))]
#[tokio::test]
async fn a_store_that_refuses_makes_the_network_try_again(#[case] error: StoreError) {
    let ledger = Ledger {
        refuses_with: Some(error),
        ..Ledger::default()
    };
    let rig = rig_with(Place::Here, ledger, &[("2201", "main")]).await;
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
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn unsigned_bytes_never_reach_the_store(body: Vec<u8>, signature in "(sha256=[0-9a-f]{64}|[ -~]{0,80})") {
        for place in [Place::Here, Place::Elsewhere] {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let (status, is_empty) = runtime.block_on(async {
                let rig = rig(place).await;
                let (status, _) = rig.post("71", Some(&signature), body.clone()).await;
                (status, rig.kept().await.is_empty())
            });

            proptest::prop_assert_eq!(status, StatusCode::UNAUTHORIZED);
            proptest::prop_assert!(is_empty);
        }
    }
}
