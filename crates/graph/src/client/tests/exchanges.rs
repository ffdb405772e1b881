use serde_json::json;

use super::*;

/// Calls and results so far, with how often.
fn counted(client: &Client) -> Vec<String> {
    let mut found: Vec<_> = client
        .exchanges()
        .all()
        .into_iter()
        .map(|([call, result], cell)| format!("{call} {result} {}", cell.read().count()))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn exchanges_are_counted_by_call_and_result_never_by_id() {
    let refusal = json!({"error": {"message": "no", "code": 131_047}});
    let network = Network::answering([
        ok(&json!({"id": "2201"})),
        ok(&json!({"messages": [{"id": "wamid.1"}]})),
        http("400 Bad Request", "", &refusal.to_string()),
        Reply::Close,
        ok(&json!({"success": true})),
        ok(&json!({"success": true})),
        http("200 OK", "", "bytes"),
        http("404 Not Found", "", "{}"),
    ])
    .await;
    let client = network.client();

    client.probe().await.unwrap();
    client.send(&text_message()).await.unwrap();
    client.send(&text_message()).await.unwrap_err();
    client.send(&text_message()).await.unwrap_err();
    client.subscribe().await.unwrap();
    client.delete_media("447711").await.unwrap();
    let url = format!("{}/v24.0/2201/whatever/447711", network.base_url);
    client.download(&url).await.unwrap();
    client.namespace().await.unwrap_err();

    insta::assert_snapshot!(counted(&client).join("\n"), @"
    DELETE_object 200 1
    GET_account 404 1
    GET_download 200 1
    GET_number 200 1
    POST_messages 200 1
    POST_messages 400 1
    POST_messages unknown 1
    POST_subscribed_apps 200 1
    ");
}

#[tokio::test]
async fn what_never_left_is_counted_too() {
    let client = client_of("http://127.0.0.1:1");

    client.mark_read("wamid.1").await.unwrap_err();

    assert_eq!(counted(&client), ["POST_messages unsent 1"]);
}
