use serde_json::json;

use super::*;

#[tokio::test]
async fn a_pin_is_set_and_a_number_deregistered() {
    let mut network = Network::answering((0..2).map(|_| ok(&json!({"success": true})))).await;
    let client = network.client();

    client.set_pin("493817").await.unwrap();
    client.deregister().await.unwrap();

    let mut asked = Vec::new();
    for _ in 0..2 {
        let (line, body) = network.asked().await;
        asked.push(format!("{} {body}", line.split('?').next().unwrap()));
    }
    insta::assert_json_snapshot!(asked, @r#"
    [
      "POST /v24.0/2201 {\"pin\":\"493817\"}",
      "POST /v24.0/2201/deregister {}"
    ]
    "#);
}

#[tokio::test]
async fn a_number_tells_its_pin_and_its_new_name() {
    let body = json!({"id": "2201", "certificate": "QQ==", "new_certificate": "Qg==", "is_pin_enabled": true});
    let network = Network::answering([
        ok(&body),
        ok(&json!({"id": "2201", "is_pin_enabled": "maybe"})),
    ])
    .await;
    let client = network.client();

    let number = client.registration().await.unwrap();
    assert_eq!(number.new_certificate.as_deref(), Some("Qg=="));
    assert_eq!(number.is_pin_enabled, Some(true));

    let silent = client.registration().await.unwrap();
    assert_eq!(
        (silent.new_certificate, silent.is_pin_enabled),
        (None, None)
    );
}
