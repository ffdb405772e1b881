use rstest::rstest;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_file_is_uploaded_with_its_name_and_type() {
    let mut network = Network::answering([ok(&json!({"id": 4490}))]).await;

    let id = network
        .client()
        .upload("a \"cat\".png", "image/png", "PNG!".into(), 4)
        .await
        .unwrap();

    assert_eq!(id, "4490");
    let request = network.request().await;
    assert!(request.starts_with("POST /v24.0/2201/media?"), "{request}");
    assert!(
        request.contains("name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"),
        "{request}"
    );
    assert!(
        request.contains("name=\"type\"\r\n\r\nimage/png\r\n"),
        "{request}"
    );
    assert!(
        request.contains("Content-Type: image/png\r\n\r\nPNG!\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn media_is_asked_for_with_the_own_number_and_ids_stay_ids() {
    let mut network = Network::answering([
        ok(&json!({"id": 4490, "url": "https://media.example/4490", "mime_type": null, "file_size": "9"})),
        ok(&json!({"success": true})),
    ])
    .await;
    let client = network.client();

    let media = client.media("4490").await.unwrap();
    client.delete_media("../9901?x").await.unwrap();

    assert_eq!(
        (
            media.id.as_str(),
            media.url.as_str(),
            media.mime_type.as_str()
        ),
        ("4490", "https://media.example/4490", "")
    );
    assert!(
        network
            .asked()
            .await
            .0
            .starts_with("GET /v24.0/4490?phone_number_id=2201&")
    );
    assert!(
        network
            .asked()
            .await
            .0
            .starts_with("DELETE /v24.0/..%2F9901%3Fx?phone_number_id=2201&")
    );
    for id in ["", ".", ".."] {
        assert!(
            matches!(client.media(id).await, Err(Failure::Unsent(_))),
            "{id:?}"
        );
    }
}

#[tokio::test]
async fn a_download_follows_redirects_and_keeps_the_token_to_trusted_hosts() {
    let mut elsewhere =
        Network::answering([http("200 OK", "content-type: image/png\r\n", "PNG!")]).await;
    // Another name of the same machine: another host.
    let foreign = elsewhere.base_url.replace("127.0.0.1", "localhost");
    let mut network = Network::answering([
        http("302 Found", "location: /second\r\n", ""),
        http(
            "307 Temporary Redirect",
            &format!("location: {foreign}/bytes\r\n"),
            "",
        ),
    ])
    .await;

    let response = network
        .client()
        .download(&format!("{}/first", network.base_url))
        .await
        .unwrap();

    assert_eq!(response.bytes().await.unwrap(), "PNG!");
    for path in ["/first", "/second"] {
        let request = network.request().await;
        assert!(request.starts_with(&format!("GET {path} ")), "{request}");
        assert!(request.contains(TOKEN), "{request}");
    }
    let request = elsewhere.request().await;
    assert!(request.starts_with("GET /bytes "), "{request}");
    assert!(!request.contains(TOKEN), "{request}");
}

#[tokio::test]
async fn a_download_that_goes_in_circles_or_is_gone_ends() {
    let circle =
        Network::answering((0..5).map(|_| http("302 Found", "location: /again\r\n", ""))).await;
    let gone = Network::answering([http("404 Not Found", "", "")]).await;

    let circled = circle
        .client()
        .download(&format!("{}/a", circle.base_url))
        .await;
    let missing = gone
        .client()
        .download(&format!("{}/a", gone.base_url))
        .await;

    assert!(matches!(circled, Err(Failure::Unknown(_))), "{circled:?}");
    assert_eq!(refusal(missing).status, 404);
}

#[rstest]
#[case("https://graph.example/x", true)]
#[case("https://lookaside.fbsbx.com/x", true)]
#[case("https://scontent.whatsapp.net/x", true)]
#[case("https://GRAPH.FACEBOOK.COM/x", true)]
#[case("http://graph.example/x", false)]
#[case("http://lookaside.fbsbx.com/x", false)]
#[case("https://evilfbsbx.com/x", false)]
#[case("https://lookaside.fbsbx.com.evil.example/x", false)]
#[case("https://graph.example@evil.example/x", false)]
fn few_hosts_may_have_the_token(#[case] url: &str, #[case] is_trusted: bool) {
    let client = client_of("https://graph.example");

    assert_eq!(
        client.access().trusts(&reqwest::Url::parse(url).unwrap()),
        is_trusted
    );
}
