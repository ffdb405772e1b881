use rstest::rstest;
use serde_json::json;

use super::*;

#[test]
fn secrets_are_in_no_debug_form() {
    let client = client_of("http://127.0.0.1:1");

    let shown = format!("{client:?} {:?}", client.config());

    assert!(shown.contains("2201"), "{shown}");
    assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
}

#[rstest]
#[case::no_address("graph.example", TOKEN)]
#[case::no_web_address("ftp://graph.example", TOKEN)]
#[case::no_header("https://graph.example", "a\nb")]
fn a_configuration_that_cannot_work_is_refused_at_once(
    #[case] base_url: &str,
    #[case] access_token: &str,
) {
    let made = Client::new(ClientConfig {
        access_token: access_token.into(),
        ..config(base_url)
    });

    assert!(matches!(made, Err(Failure::Unsent(_))));
}

#[tokio::test]
async fn a_providers_key_goes_in_its_own_header() {
    let mut network = Network::answering([ok(&json!({"id": "2201"}))]).await;
    let client = Client::new(ClientConfig {
        key_header: Some("D360-API-KEY".into()),
        app_secret: None,
        ..config(&network.base_url)
    })
    .unwrap();

    client.probe().await.unwrap();

    let request = network.request().await;
    let expected = format!("\r\nd360-api-key: {TOKEN}\r\n");
    assert!(request.contains(&expected), "{request}");
    assert!(!request.contains("authorization"), "{request}");
    let meta = reqwest::Url::parse("https://lookaside.fbsbx.com/1").unwrap();
    assert!(!client.access().trusts(&meta), "the key is the provider's");
}

#[tokio::test]
async fn another_token_is_used_from_the_next_call_on() {
    let replies = [ok(&json!({"id": "2201"})), ok(&json!({"id": "2201"}))];
    let mut network = Network::answering(replies).await;
    let client = network.client();
    client.probe().await.unwrap();

    let renewed = ClientConfig {
        access_token: "another-token".into(),
        ..config(&network.base_url)
    };
    assert!(renewed.is_same_number(&client.config()));
    client.clone().set_config(renewed).unwrap();
    client.probe().await.unwrap();

    assert!(
        network
            .request()
            .await
            .contains(&format!("Bearer {TOKEN}\r\n"))
    );
    let second = network.request().await;
    assert!(second.contains("Bearer another-token\r\n"), "{second}");
    let proof = signature::proof(SECRET, "another-token");
    assert!(second.contains(&proof), "{second}");
}

#[tokio::test]
async fn a_configuration_that_cannot_work_leaves_the_old_one() {
    let client = client_of("http://127.0.0.1:1");

    let refused = client.set_config(config("graph.example"));

    assert!(matches!(refused, Err(Failure::Unsent(_))), "{refused:?}");
    assert_eq!(client.config().base_url, "http://127.0.0.1:1");
    let elsewhere = ClientConfig {
        phone_number_id: "2202".into(),
        ..config("http://127.0.0.1:1")
    };
    assert!(!elsewhere.is_same_number(&client.config()));
}

#[tokio::test]
async fn what_the_network_says_of_its_limits_is_kept() {
    let used = "x-app-usage: {\"call_count\": 81}\r\n";
    let network = Network::answering([
        ok(&json!({"id": "2201"})),
        http("400 Bad Request", used, r#"{"error": {"code": 4}}"#),
        ok(&json!({"id": "2201"})),
    ])
    .await;
    let client = network.client();

    client.probe().await.unwrap();
    assert_eq!(client.usage(), None);
    client.probe().await.unwrap_err();
    client.probe().await.unwrap();

    assert_eq!(client.usage().map(|usage| usage.percent), Some(81));
    client.set_config(config(&network.base_url)).unwrap();
    assert_eq!(client.usage(), None);
}

#[rstest]
#[case("http://localhost:9080", true)]
#[case("http://127.8.0.1", true)]
#[case("http://[::1]:9080", true)]
#[case("https://graph.example", false)]
#[case("http://192.0.2.1", false)]
fn loopback_is_recognised(#[case] url: &str, #[case] expected: bool) {
    assert_eq!(
        access::is_loopback(&reqwest::Url::parse(url).unwrap()),
        expected
    );
}
