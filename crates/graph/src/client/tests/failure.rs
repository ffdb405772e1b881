use rstest::rstest;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_refused_connection_is_a_request_that_never_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client_of(&base_url);

    let sent = client.send(&text_message()).await;

    assert!(
        matches!(&sent, Err(Failure::Unsent(why)) if why.contains("refused")),
        "{sent:?}"
    );
    assert_eq!(client.last_answer(), None);
}

#[tokio::test]
async fn a_connection_closed_before_an_answer_leaves_the_outcome_unknown() {
    let network = Network::answering([Reply::Close]).await;
    let client = network.client();

    let sent = client.send(&text_message()).await;

    assert!(matches!(sent, Err(Failure::Unknown(_))), "{sent:?}");
    assert_eq!(client.last_answer(), None);
}

#[tokio::test]
async fn time_that_is_up_leaves_the_outcome_unknown() {
    let network = Network::answering([Reply::Silence]).await;
    let client = Client::new(ClientConfig {
        timeout: Duration::from_millis(200),
        ..config(&network.base_url)
    })
    .unwrap();

    let sent = client.send(&text_message()).await;

    assert!(matches!(sent, Err(Failure::Unknown(_))), "{sent:?}");
}

#[rstest]
#[case::not_json(http("200 OK", "", "<html>"))]
#[case::no_id(ok(&json!({"messages": []})))]
#[case::broken_off(Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"messages\":".into()))]
#[tokio::test]
async fn a_success_that_cannot_be_read_leaves_the_outcome_unknown(#[case] reply: Reply) {
    let network = Network::answering([reply]).await;
    let client = network.client();

    let sent = client.send(&text_message()).await;

    assert!(matches!(sent, Err(Failure::Unknown(_))), "{sent:?}");
    assert!(client.last_answer().is_some());
}

#[tokio::test]
async fn a_no_is_read_and_counts_as_an_answer() {
    let body =
        r#"{"error":{"message":"expired","type":"OAuthException","code":190,"fbtrace_id":"A"}}"#;
    let network = Network::answering([http("401 Unauthorized", "retry-after: 7\r\n", body)]).await;
    let client = network.client();

    let error = refusal(client.probe().await);

    assert_eq!(
        (error.code, error.status, error.retry_after),
        (190, 401, Some(Duration::from_secs(7)))
    );
    assert_eq!(error.retry(), crate::error::Retry::AfterRepair);
    assert!(client.last_answer().is_some());
}

#[tokio::test]
async fn a_no_that_breaks_off_is_judged_by_its_status() {
    let reply = Reply::Raw("HTTP/1.1 503 Busy\r\ncontent-length: 500\r\n\r\n{\"error\":".into());
    let network = Network::answering([reply]).await;

    let error = refusal(network.client().send(&text_message()).await);

    assert_eq!((error.code, error.status), (2, 503));
}

#[tokio::test]
async fn a_retry_date_is_read_against_the_answers_own_time() {
    let headers =
        "date: Tue, 22 Sep 2026 10:00:00 GMT\r\nretry-after: Tue, 22 Sep 2026 10:01:30 GMT\r\n";
    let network = Network::answering([http("503 Busy", headers, "")]).await;

    let error = refusal(network.client().probe().await);

    assert_eq!(error.retry_after, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn an_error_under_a_success_is_a_refusal() {
    let network =
        Network::answering([ok(&json!({"error": {"code": 131_009, "message": "no"}}))]).await;

    assert_eq!(
        refusal(network.client().send(&text_message()).await).code,
        131_009
    );
}

#[tokio::test]
async fn anything_but_success_is_no_success() {
    let network =
        Network::answering([ok(&json!({"success": false})), ok(&json!({"id": "1"}))]).await;
    let client = network.client();

    assert_eq!(refusal(client.subscribe().await).status, 200);
    assert!(matches!(client.subscribe().await, Err(Failure::Unknown(_))));
}

#[tokio::test]
async fn secrets_are_in_no_failure() {
    let closing = Network::answering([Reply::Close]).await;
    let refused = client_of("http://127.0.0.1:1").probe().await;
    let lost = closing.client().probe().await;

    let proof = signature::proof(SECRET, TOKEN);
    for failure in [refused.unwrap_err(), lost.unwrap_err()] {
        let shown = format!("{failure} {failure:?}");
        assert!(
            !shown.contains(TOKEN) && !shown.contains(&proof) && !shown.contains("http://"),
            "{shown}"
        );
    }
}
