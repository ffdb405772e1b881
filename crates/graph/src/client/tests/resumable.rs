use serde_json::json;

use super::*;

const SESSION: &str = "upload:MTphdHRhY2htZW50==?sig=ARZqkGCA";

async fn upload(network: &Network) -> Result<String, Failure> {
    network
        .client()
        .upload_handle("8801", "photo.jpg", "image/jpeg", "JPEG!".into())
        .await
}

#[tokio::test]
async fn a_file_becomes_a_handle() {
    let mut network =
        Network::answering([ok(&json!({"id": SESSION})), ok(&json!({"h": "4::aW1h"}))]).await;

    assert_eq!(upload(&network).await.as_deref(), Ok("4::aW1h"));

    let proof = signature::proof(SECRET, TOKEN);
    let begun = network.request().await;
    assert!(
        begun.starts_with(&format!(
            "POST /v24.0/8801/uploads?file_name=photo.jpg&file_length=5&file_type=image%2Fjpeg&appsecret_proof={proof} "
        )),
        "{begun}"
    );
    let filled = network.request().await;
    assert!(
        filled.starts_with(&format!(
            "POST /v24.0/upload:MTphdHRhY2htZW50==?sig=ARZqkGCA&appsecret_proof={proof} "
        )),
        "{filled}"
    );
    assert!(filled.contains("\r\nfile_offset: 0\r\n"), "{filled}");
    assert!(
        filled.contains(&format!("\r\nauthorization: OAuth {TOKEN}\r\n")),
        "{filled}"
    );
    assert!(filled.ends_with("\r\n\r\nJPEG!"), "{filled}");
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_it_stands() {
    let mut network = Network::answering([
        ok(&json!({"id": SESSION})),
        Reply::Close,
        ok(&json!({"id": SESSION, "file_offset": 3})),
        ok(&json!({"h": "4::aW1h"})),
    ])
    .await;

    assert_eq!(upload(&network).await.as_deref(), Ok("4::aW1h"));

    for _ in 0..2 {
        network.request().await;
    }
    let asked = network.request().await;
    assert!(asked.starts_with("GET /v24.0/upload:MTph"), "{asked}");
    let rest = network.request().await;
    assert!(rest.contains("\r\nfile_offset: 3\r\n"), "{rest}");
    assert!(rest.ends_with("\r\n\r\nG!"), "{rest}");
}

#[tokio::test]
async fn an_upload_that_breaks_off_again_and_again_is_given_up() {
    let offset = || ok(&json!({"id": SESSION, "file_offset": "0"}));
    let network = Network::answering([
        ok(&json!({"id": SESSION})),
        Reply::Close,
        offset(),
        Reply::Close,
        offset(),
        Reply::Close,
    ])
    .await;

    assert!(matches!(upload(&network).await, Err(Failure::Unknown(_))));
}

#[tokio::test]
async fn an_answer_without_a_session_or_a_handle_is_no_success() {
    for replies in [
        vec![ok(&json!({}))],
        vec![ok(&json!({"id": "../2201"}))],
        vec![
            ok(&json!({"id": SESSION})),
            http(
                "400 Bad Request",
                "",
                r#"{"error": {"message": "no", "code": 100}}"#,
            ),
        ],
    ] {
        let network = Network::answering(replies).await;
        assert!(upload(&network).await.is_err());
    }
}
