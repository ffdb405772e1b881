use rstest::rstest;

use super::*;

fn coded(status: u16, code: i64) -> ApiError {
    let body = format!(r#"{{"error":{{"message":"(#{code}) no","code":{code}}}}}"#);
    ApiError::read(status, body.as_bytes())
}

#[test]
fn an_error_body_is_read_whole() {
    let body = br#"{"error":{"message":"(#131009) Parameter value is not valid","type":"OAuthException","code":131009,
        "error_subcode":33,"error_data":{"messaging_product":"whatsapp","details":"text.body is longer than allowed"},
        "error_user_msg":"not this one","is_transient":true,"fbtrace_id":"Aq7xExample"}}"#;

    let error = ApiError::read(400, body);

    assert_eq!(
        error,
        ApiError {
            code: 131_009,
            subcode: Some(33),
            message: "(#131009) Parameter value is not valid".into(),
            details: Some("text.body is longer than allowed".into()),
            status: 400,
            trace: Some("Aq7xExample".into()),
            retry_after: None,
            is_transient: true,
        }
    );
}

#[rstest]
#[case::a_plain_text(
    r#"{"error":{"code":100,"error_data":"no such object"}}"#,
    Some("no such object")
)]
#[case::an_object_in_a_text(
    r#"{"error":{"code":100,"error_data":"{\"details\":\"inside\"}"}}"#,
    Some("inside")
)]
#[case::words_for_the_user(
    r#"{"error":{"code":136024,"error_user_msg":"wait an hour"}}"#,
    Some("wait an hour")
)]
#[case::empty_details_give_way(
    r#"{"error":{"code":100,"error_data":{"details":""},"error_user_msg":"u"}}"#,
    Some("u")
)]
#[case::none(r#"{"error":{"code":100,"error_data":null}}"#, None)]
fn details_are_found_wherever_they_stand(#[case] body: &str, #[case] details: Option<&str>) {
    assert_eq!(
        ApiError::read(400, body.as_bytes()).details.as_deref(),
        details
    );
}

#[rstest]
#[case::html(502, "<html>Bad gateway</html>", 2, Retry::Backoff)]
#[case::empty(503, "", 2, Retry::Backoff)]
#[case::another_shape(429, r#"{"detail":"slow"}"#, 4, Retry::Backoff)]
#[case::a_text(401, r#"{"error":"invalid_token"}"#, 0, Retry::AfterRepair)]
#[case::forbidden(403, "no", 10, Retry::AfterRepair)]
#[case::gone(404, "", 100, Retry::Never)]
#[case::a_redirect(302, "", 2, Retry::Backoff)]
#[case::bad_request(400, "[]", 1, Retry::Few)]
#[case::no_code(500, r#"{"error":{"message":"?"}}"#, 2, Retry::Backoff)]
fn an_unreadable_body_is_judged_by_its_status(
    #[case] status: u16,
    #[case] body: &str,
    #[case] code: i64,
    #[case] retry: Retry,
) {
    let error = ApiError::read(status, body.as_bytes());

    assert_eq!(
        (error.code, error.retry(), error.status),
        (code, retry, status)
    );
    assert!(!error.message.is_empty());
}

#[rstest]
#[case(401, 190, Retry::AfterRepair)]
#[case(403, 200, Retry::AfterRepair)]
#[case(403, 299, Retry::AfterRepair)]
#[case(500, 3, Retry::AfterRepair)]
#[case(400, 133_010, Retry::AfterRepair)]
#[case(400, 130_429, Retry::Backoff)]
#[case(400, 80_008, Retry::Backoff)]
#[case(500, 131_057, Retry::Backoff)]
#[case(500, 131_000, Retry::Few)]
#[case(400, 131_056, Retry::Recipient)]
#[case(400, 131_047, Retry::Never)]
#[case(404, 132_001, Retry::Never)]
#[case(500, 133_000, Retry::Never)]
#[case::unknown_and_ours(400, 131_038, Retry::Never)]
#[case::unknown_and_theirs(500, 131_038, Retry::Backoff)]
#[case::unknown_and_too_often(429, 131_038, Retry::Backoff)]
fn each_code_has_its_retry(#[case] status: u16, #[case] code: i64, #[case] retry: Retry) {
    assert_eq!(coded(status, code).retry(), retry);
}

#[test]
fn an_unknown_code_that_the_network_calls_passing_is_retried() {
    let error = ApiError::read(400, br#"{"error":{"code":"131040","is_transient":true}}"#);

    assert_eq!((error.code, error.retry()), (131_040, Retry::Backoff));
}

#[test]
fn maintenance_under_any_code_is_waited_for() {
    let error = ApiError::read(400, br#"{"error":{"code":100,"error_subcode":2494100}}"#);

    assert_eq!(error.retry(), Retry::Backoff);
}

#[test]
fn the_table_names_no_code_twice() {
    let mut ranges: Vec<_> = table::RETRY
        .iter()
        .map(|(first, last, _)| (*first, *last))
        .collect();
    ranges.sort_unstable();

    assert!(ranges.iter().all(|(first, last)| first <= last));
    assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_an_error_of_some_kind(status in 100_u16..=599, body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        proptest::prop_assert_eq!(ApiError::read(status, &body).status, status);
    }
}
