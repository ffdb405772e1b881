use rstest::rstest;

use super::*;

#[rstest]
#[tokio::test]
async fn verification_echoes_the_challenge_as_plain_text(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
) {
    let (status, headers, body) = rig(place)
        .await
        .get("/graph/71?hub.mode=subscribe&hub.challenge=11%3Cb%3E58&hub.verify_token=verify")
        .await;

    assert_eq!((status, body.as_str()), (StatusCode::OK, "11<b>58"));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[rstest]
#[case::wrong_token(
    "71",
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=other",
    StatusCode::FORBIDDEN
)]
#[case::wrong_mode(
    "71",
    "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify",
    StatusCode::FORBIDDEN
)]
#[case::no_challenge(
    "71",
    "hub.mode=subscribe&hub.verify_token=verify",
    StatusCode::FORBIDDEN
)]
#[case::nothing("71", "", StatusCode::FORBIDDEN)]
#[case::no_token_set(
    "73",
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
    StatusCode::FORBIDDEN
)]
#[case::unknown_app(
    "99",
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify",
    StatusCode::NOT_FOUND
)]
#[case::no_text(
    "%FF",
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify",
    StatusCode::NOT_FOUND
)]
#[tokio::test]
async fn anything_else_is_not_verified(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
    #[case] app: &str,
    #[case] query: &str,
    #[case] expected: StatusCode,
) {
    let (status, _, body) = rig(place).await.get(&format!("/graph/{app}?{query}")).await;

    assert_eq!(status, expected);
    assert!(serde_json::from_str::<Value>(&body).unwrap()["error"].is_string());
}

#[rstest]
#[tokio::test]
async fn other_paths_and_methods_are_answered_in_json(
    #[values(Place::Here, Place::Elsewhere)] place: Place,
) {
    let rig = rig(place).await;

    let (alive, _, _) = rig.get("/livez").await;
    let (missing, _, body) = rig.get("/elsewhere").await;
    let put = Request::put("/graph/71").body(Body::empty()).unwrap();
    let (refused, _, put_body) = rig.answer(put).await;
    let (unknown, _) = rig.post("99", None, one_message()).await;

    assert_eq!(
        (alive, missing, refused, unknown),
        (
            StatusCode::OK,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::NOT_FOUND
        )
    );
    for body in [body, put_body] {
        assert!(
            serde_json::from_str::<Value>(&body).unwrap()["error"].is_string(),
            "{body}"
        );
    }
}
