use rstest::rstest;
use serde_json::json;

use super::*;

#[tokio::test]
async fn the_number_comes_with_the_networks_time() {
    let body = json!({"id": "2201", "display_phone_number": "+1 202-555-0100", "status": "CONNECTED",
        "platform_type": "CLOUD_API", "webhook_configuration": {"phone_number": "https://relay.example/graph/1"}});
    let headers = "date: Mon, 21 Sep 2026 13:33:20 GMT\r\n";
    let mut network = Network::answering([http("200 OK", headers, &body.to_string())]).await;

    let connected = network.client().number().await.unwrap();

    assert_eq!(connected.date_s, Some(1_789_997_600));
    assert!(connected.number.is_registered());
    let configuration = connected.number.webhook_configuration.unwrap();
    assert_eq!(
        configuration.phone_number.as_deref(),
        Some("https://relay.example/graph/1")
    );
    let (line, _) = network.asked().await;
    assert!(
        line.starts_with("GET /v24.0/2201?fields=id%2Cdisplay_phone_number%2C"),
        "{line}"
    );
}

#[tokio::test]
async fn requests_carry_the_token_and_its_proof() {
    let mut network = Network::answering([ok(&json!({"id": "2201"}))]).await;

    network.client().probe().await.unwrap();

    let request = network.request().await;
    assert!(
        request.contains(&format!("\r\nauthorization: Bearer {TOKEN}\r\n")),
        "{request}"
    );
    let proof = signature::proof(SECRET, TOKEN);
    assert!(
        request.starts_with(&format!(
            "GET /v24.0/2201?fields=id&appsecret_proof={proof} HTTP/1.1"
        )),
        "{request}"
    );
}

#[tokio::test]
async fn without_an_app_secret_and_a_version_the_path_is_bare() {
    let mut network = Network::answering([ok(&json!({"id": "2201"}))]).await;
    let client = Client::new(ClientConfig {
        app_secret: None,
        version: String::new(),
        base_url: format!("{}/", network.base_url),
        ..config(&network.base_url)
    })
    .unwrap();

    client.probe().await.unwrap();

    assert_eq!(network.asked().await.0, "GET /2201?fields=id HTTP/1.1");
}

#[tokio::test]
async fn a_message_is_sent_and_its_id_read() {
    let answer = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+12025550143", "wa_id": "12025550143"}],
        "messages": [{"id": "wamid.A", "message_status": "accepted"}]});
    let mut network = Network::answering([ok(&answer)]).await;

    let sent = network.client().send(&text_message()).await.unwrap();

    assert_eq!(sent.id, "wamid.A");
    assert_eq!(sent.wa_id.as_deref(), Some("12025550143"));
    assert_eq!(sent.message_status.as_deref(), Some("accepted"));
    let (line, body) = network.asked().await;
    assert!(line.starts_with("POST /v24.0/2201/messages?"), "{line}");
    insta::assert_json_snapshot!(body, @r#"
    {
      "biz_opaque_callback_data": "ll1.d.1",
      "context": {
        "message_id": "wamid.Q"
      },
      "messaging_product": "whatsapp",
      "recipient_type": "individual",
      "text": {
        "body": "hello"
      },
      "to": "+12025550143",
      "type": "text"
    }
    "#);
}

#[tokio::test]
async fn a_page_goes_on_only_when_it_names_a_next() {
    let template = |name: &str| json!({"id": "1", "name": name, "language": "en_US", "status": "APPROVED", "components": []});
    let mut network = Network::answering([
        ok(&json!({"data": [template("a"), {"id": "nameless"}], "paging": {"cursors": {"before": "B", "after": "C1"},
            "next": "https://graph.example/next"}})),
        ok(&json!({"data": [template("b")], "paging": {"next": "https://graph.example/x?limit=1&after=C%2B2"}})),
        ok(&json!({"data": [template("c")], "paging": {"cursors": {"before": "B", "after": "C3"}}})),
    ])
    .await;
    let client = network.client();

    let first = client.templates(None, None).await.unwrap();
    let second = client.templates(first.next.as_deref(), None).await.unwrap();
    let last = client
        .templates(second.next.as_deref(), Some("c"))
        .await
        .unwrap();

    assert_eq!((first.data.len(), first.next.as_deref()), (1, Some("C1")));
    assert_eq!(
        (second.data[0].name.as_str(), second.next.as_deref()),
        ("b", Some("C+2"))
    );
    assert_eq!((last.data[0].name.as_str(), last.next), ("c", None));
    let (line, _) = network.asked().await;
    assert!(
        line.contains("/9901/message_templates?fields=id%2Cname") && !line.contains("after="),
        "{line}"
    );
    assert!(network.asked().await.0.contains("&after=C1&"));
    assert!(network.asked().await.0.contains("&name=c&after=C%2B2&"));
}

#[tokio::test]
async fn subscribed_apps_are_read_in_both_shapes() {
    let network = Network::answering([
        ok(&json!({"data": [{"whatsapp_business_api_data": {"id": "71", "name": "a"}}], "paging": {"cursors": {"after": "C"},
            "next": "https://graph.example/next"}})),
        ok(&json!({"data": [{"id": 72, "name": "b"}]})),
    ])
    .await;

    assert_eq!(
        network.client().subscribed_apps().await.unwrap(),
        ["71", "72"]
    );
}

#[rstest]
#[case::plain(r#"{"success":true}"#)]
#[case::a_text(r#"{"success":"true"}"#)]
#[case::with_an_id(r#"{"success":true,"id":"2201"}"#)]
#[case::bare("true")]
#[tokio::test]
async fn success_is_read_in_its_spellings(#[case] body: &str) {
    let network = Network::answering([http("200 OK", "", body)]).await;

    assert_eq!(network.client().register("493817").await, Ok(()));
}

#[tokio::test]
async fn the_calls_of_an_account_have_the_documented_bodies() {
    let mut network = Network::answering((0..7).map(|_| ok(&json!({"success": true})))).await;
    let client = network.client();

    client.request_code("SMS", "en_US").await.unwrap();
    client.verify_code("123456").await.unwrap();
    client.register("493817").await.unwrap();
    client.subscribe().await.unwrap();
    client
        .override_webhook("https://relay.example/graph/1", "verify")
        .await
        .unwrap();
    client.mark_read("wamid.A").await.unwrap();
    client.check_identities(true).await.unwrap();

    let mut asked = Vec::new();
    for _ in 0..7 {
        let (line, body) = network.asked().await;
        asked.push(format!("{} {body}", line.split('?').next().unwrap()));
    }
    insta::assert_json_snapshot!(asked, @r#"
    [
      "POST /v24.0/2201/request_code {\"code_method\":\"SMS\",\"language\":\"en_US\"}",
      "POST /v24.0/2201/verify_code {\"code\":\"123456\"}",
      "POST /v24.0/2201/register {\"messaging_product\":\"whatsapp\",\"pin\":\"493817\"}",
      "POST /v24.0/9901/subscribed_apps {}",
      "POST /v24.0/2201 {\"webhook_configuration\":{\"override_callback_uri\":\"https://relay.example/graph/1\",\"verify_token\":\"verify\"}}",
      "POST /v24.0/2201/messages {\"message_id\":\"wamid.A\",\"messaging_product\":\"whatsapp\",\"status\":\"read\"}",
      "POST /v24.0/2201/settings {\"user_identity_change\":{\"enable_identity_key_check\":true}}"
    ]
    "#);
}

#[tokio::test]
async fn the_namespace_may_be_missing() {
    let network = Network::answering([
        ok(&json!({"id": "9901", "message_template_namespace": "a1b2"})),
        ok(&json!({"id": "9901"})),
    ])
    .await;
    let client = network.client();

    assert_eq!(client.namespace().await.unwrap().as_deref(), Some("a1b2"));
    assert_eq!(client.namespace().await.unwrap(), None);
}
