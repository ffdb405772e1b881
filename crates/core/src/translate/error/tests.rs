use std::time::Duration;

use graph::{Failure, webhook};
use onprem::Refusal;
use proptest::prelude::*;

use super::*;

fn answer(code: i64, status: u16) -> ApiError {
    ApiError {
        code,
        subcode: None,
        message: format!("(#{code}) a title"),
        details: Some("what went wrong".to_owned()),
        status,
        trace: None,
        is_transient: false,
        retry_after: None,
    }
}

fn in_webhook(code: i64, details: &str) -> webhook::ErrorObject {
    webhook::ErrorObject {
        code,
        title: "a title".to_owned(),
        error_data: Some(webhook::ErrorData {
            details: details.to_owned(),
        }),
    }
}

fn refused_with(error: ApiError) -> Refusal {
    refusal(&Failure::Refused(Box::new(error)))
}

#[test]
fn the_table_is_in_order_and_names_no_code_twice() {
    for pair in TABLE.windows(2) {
        assert!(
            pair[0].last < pair[1].first,
            "{:?} before {:?}",
            pair[0],
            pair[1]
        );
    }
}

#[rstest::rstest]
#[case::parameter_missing(131_008, 1008)]
#[case::any_parameter(100, 1009)]
#[case::business_blocked_the_user(130_403, 1007)]
#[case::experiment(130_472, 472)]
#[case::country(130_497, 1026)]
#[case::policy(368, 1031)]
#[case::locked(131_031, 1031)]
#[case::own_number(131_021, 1021)]
#[case::undeliverable(131_026, 1026)]
#[case::not_on_the_list(131_030, 1007)]
#[case::payment(131_042, 402)]
#[case::payment_of_calls(131_044, 402)]
#[case::payment_terms(134_011, 402)]
#[case::expired(131_043, 410)]
#[case::window(131_047, 470)]
#[case::spam(131_048, 471)]
#[case::classification(131_064, 471)]
#[case::marketing_limit(131_049, 1026)]
#[case::stopped_marketing(131_050, 498)]
#[case::type_unsupported(131_051, 501)]
#[case::media(131_053, 1014)]
#[case::one_tap_to_a_scoped_id(131_062, 1013)]
#[case::marketing_disabled(131_063, 2013)]
#[case::parameter_count(132_000, 2000)]
#[case::no_template(132_001, 2001)]
#[case::rendered_too_long(132_005, 2005)]
#[case::characters(132_007, 2007)]
#[case::parameter_value(132_008, 2012)]
#[case::parameter_format(132_012, 2012)]
#[case::template_validation(132_018, 2012)]
#[case::paused(132_015, 2061)]
#[case::disabled(132_016, 2062)]
#[case::flow_blocked(132_068, 2068)]
#[case::flow_throttled(132_069, 2069)]
#[case::generic_user_error(135_000, 1009)]
#[case::identity(137_000, 480)]
#[case::products_missing(2026, 2026)]
#[case::products_failed_compliance(2029, 2029)]
fn a_final_refusal_fails_the_message_with_the_twin_of_its_code(
    #[case] cloud: i64,
    #[case] onprem: u16,
) {
    let expected = ErrorObject {
        code: Code(onprem),
        title: Code(onprem).title().to_owned(),
        details: Some("what went wrong".to_owned()),
        href: None,
    };

    assert_eq!(
        verdict(&answer(cloud, 400), 1),
        Verdict::Fail(expected.clone())
    );
    assert_eq!(
        from_webhook(&in_webhook(cloud, "what went wrong")),
        expected
    );
}

#[rstest::rstest]
#[case::token(190, 1005)]
#[case::throughput(130_429, 1015)]
#[case::overloaded(131_016, 1016)]
#[case::unexplained(131_000, 1000)]
#[case::certificate(131_045, 1005)]
#[case::payment(131_042, 402)]
#[case::locked(131_031, 1031)]
fn an_error_of_nobody_has_a_code_of_the_client(#[case] cloud: i64, #[case] onprem: u16) {
    assert_eq!(
        out_of_band(&in_webhook(cloud, "why")),
        ErrorObject::new(Code(onprem), "why")
    );
    assert_eq!(
        out_of_band(&in_webhook(777_777, "why")),
        ErrorObject::new(Code::GENERIC, "upstream 777777: why")
    );
}

#[rstest::rstest]
#[case::service(2, 503, 408)]
#[case::overloaded(131_016, 500, 408)]
#[case::maintenance(131_057, 500, 408)]
#[case::registration_down(133_004, 503, 408)]
#[case::app_limit(4, 400, 429)]
#[case::user_limit(17, 429, 429)]
#[case::calls(613, 400, 429)]
#[case::account_limit(80_007, 400, 429)]
#[case::management_limit(80_008, 400, 429)]
#[case::throughput(130_429, 400, 429)]
#[case::an_unknown_code_of_a_broken_server(777_777, 500, 408)]
#[case::a_gateway_in_between(0, 502, 408)]
#[case::a_gateway_that_throttles(0, 429, 429)]
fn what_passes_by_itself_is_tried_again_however_often(
    #[case] cloud: i64,
    #[case] status: u16,
    #[case] expired: u16,
) {
    for attempts in [1, 3, 1000] {
        let Verdict::Retry(error) = verdict(&answer(cloud, status), attempts) else {
            panic!("{cloud} must be tried again");
        };
        assert_eq!(error.code, Code(expired));
        assert_eq!(error.details.as_deref(), Some("what went wrong"));
    }
}

#[rstest::rstest]
#[case(1)]
#[case(131_000)]
fn an_unexplained_failure_is_final_after_three_tries(#[case] cloud: i64) {
    let error = answer(cloud, 500);

    assert!(matches!(verdict(&error, 1), Verdict::Retry(_)));
    assert!(matches!(verdict(&error, 2), Verdict::Retry(_)));
    let Verdict::Fail(failed) = verdict(&error, 3) else {
        panic!("three tries are enough");
    };
    assert_eq!(failed.code, Code(500));
    assert_eq!(failed.details.as_deref(), Some("what went wrong"));
}

#[test]
fn the_pair_limit_holds_up_one_recipient_only() {
    let Verdict::RetryRecipient(error) = verdict(&answer(131_056, 400), 40) else {
        panic!("131056 is about one recipient");
    };
    assert_eq!(error.code, Code(429));
}

#[rstest::rstest]
#[case(0, 401)]
#[case(3, 500)]
#[case(10, 403)]
#[case(104, 401)]
#[case(190, 401)]
#[case(200, 403)]
#[case(299, 403)]
#[case(131_005, 403)]
#[case(131_037, 400)]
fn refused_credentials_disconnect_the_line_and_keep_the_message(
    #[case] cloud: i64,
    #[case] status: u16,
) {
    let Verdict::Disconnect(reason) = verdict(&answer(cloud, status), 1) else {
        panic!("{cloud} must disconnect");
    };

    assert!(reason.contains(&format!("code {cloud}")), "{reason}");
    assert_eq!(from_webhook(&in_webhook(cloud, "x")).code, Code(1005));
    let refused = refused_with(answer(cloud, status));
    assert_eq!((refused.status, refused.code), (503, Code::NOT_READY));
    assert_eq!(refused.details, reason);
}

#[test]
fn what_the_network_says_about_a_token_is_never_repeated() {
    let mut error = answer(190, 401);
    error.message = "Malformed access token EAAGexample".to_owned();
    error.details = Some("Malformed access token EAAGexample".to_owned());
    error.subcode = Some(463);

    assert_eq!(
        verdict(&error, 1),
        Verdict::Disconnect(
            "the network refuses the line's credentials (code 190): it has expired; give the line a new access token"
                .to_owned()
        )
    );
}

#[rstest::rstest]
#[case(33)]
#[case(131_045)]
#[case(133_010)]
fn a_number_that_is_not_registered_keeps_its_messages(#[case] cloud: i64) {
    assert!(matches!(
        verdict(&answer(cloud, 400), 1),
        Verdict::Unregister(reason) if reason.contains("/v1/account")
    ));
    assert_eq!(from_webhook(&in_webhook(cloud, "x")).code, Code(430));
    let refused = refused_with(answer(cloud, 400));
    assert_eq!((refused.status, refused.code), (503, Code::NOT_READY));
}

#[test]
fn a_forgotten_media_file_can_be_told_from_a_bad_parameter() {
    let mut error = answer(100, 400);
    assert!(!is_unknown_object(&error));

    error.subcode = Some(33);

    assert!(is_unknown_object(&error));
    assert!(matches!(verdict(&error, 1), Verdict::Fail(failed) if failed.code == Code(1006)));
    let refused = refused_with(error);
    assert_eq!((refused.status, refused.code), (404, Code(1006)));
}

#[test]
fn an_unlisted_code_is_500_and_names_the_original() {
    let Verdict::Fail(failed) = verdict(&answer(131_777, 400), 1) else {
        panic!("unlisted codes fail");
    };
    assert_eq!(failed.code, Code(500));
    assert_eq!(
        failed.details.as_deref(),
        Some("upstream 131777: what went wrong")
    );

    let mut bare = in_webhook(131_777, "");
    assert_eq!(
        from_webhook(&bare).details.as_deref(),
        Some("upstream 131777: a title")
    );
    bare.title.clear();
    bare.error_data = None;
    assert_eq!(
        from_webhook(&bare).details.as_deref(),
        Some("upstream 131777: no reason given")
    );
}

#[test]
fn details_are_the_networks_or_else_its_message() {
    let mut error = answer(131_009, 400);
    error.details = Some(String::new());
    let Verdict::Fail(failed) = verdict(&error, 1) else {
        panic!("131009 fails");
    };
    assert_eq!(failed.details.as_deref(), Some("(#131009) a title"));

    assert_eq!(
        from_webhook(&in_webhook(131_009, "")).details.as_deref(),
        Some("a title")
    );
}

#[test]
fn a_body_that_a_proxy_will_not_take_is_no_reason_to_disconnect() {
    assert!(matches!(
        verdict(&answer(0, 413), 1),
        Verdict::Fail(failed) if failed.code == Code(500)
    ));
}

#[rstest::rstest]
#[case::deregistered_halfway(133_000, 500, 500, 1014)]
#[case::backup(133_002, 400, 400, 1009)]
#[case::pin(133_005, 400, 403, 1005)]
#[case::verify_again(133_006, 400, 400, 1025)]
#[case::blocked(133_007, 400, 403, 1031)]
#[case::guesses(133_008, 400, 429, 1015)]
#[case::guessed_too_fast(133_009, 400, 429, 1015)]
#[case::just_deleted(133_015, 400, 503, 1016)]
#[case::registered_too_often(133_016, 400, 429, 1015)]
#[case::code_request(136_024, 400, 400, 1009)]
#[case::wrong_code(136_025, 400, 400, 1009)]
#[case::parameter(100, 400, 400, 1009)]
#[case::missing(131_008, 400, 400, 1008)]
#[case::locked(131_031, 403, 403, 1031)]
#[case::throttled(80_008, 400, 429, 1015)]
#[case::throughput(130_429, 400, 429, 1015)]
#[case::down(131_016, 500, 503, 1016)]
#[case::temporarily_down(133_004, 503, 503, 1016)]
#[case::a_broken_gateway(0, 502, 503, 1016)]
fn a_call_is_answered_with_the_documented_code(
    #[case] cloud: i64,
    #[case] cloud_status: u16,
    #[case] status: u16,
    #[case] code: u16,
) {
    let refused = refused_with(answer(cloud, cloud_status));

    assert_eq!((refused.status, refused.code), (status, Code(code)));
    assert_eq!(refused.details, "what went wrong");
}

#[rstest::rstest]
#[case::unexplained(131_000, 500)]
#[case::unlisted(999_999, 400)]
#[case::a_code_for_webhooks_only(131_047, 400)]
fn a_call_that_fails_without_a_twin_is_1000(#[case] cloud: i64, #[case] cloud_status: u16) {
    let refused = refused_with(answer(cloud, cloud_status));

    assert_eq!((refused.status, refused.code), (500, Code::GENERIC));
    assert_eq!(
        refused.details,
        format!("upstream {cloud}: what went wrong")
    );
}

#[test]
fn a_wait_is_the_networks_word_or_else_what_is_documented() {
    assert_eq!(
        refused_with(answer(133_016, 400)).retry_after_s,
        Some(259_200)
    );
    assert_eq!(refused_with(answer(133_008, 400)).retry_after_s, None);

    let mut error = answer(133_008, 400);
    error.retry_after = Some(Duration::from_secs(17));
    assert_eq!(refused_with(error).retry_after_s, Some(17));

    let mut error = answer(100, 400);
    error.subcode = Some(2_494_100);
    let refused = refused_with(error);
    assert_eq!(
        (refused.status, refused.code, refused.retry_after_s),
        (503, Code::OVERLOADED, Some(60))
    );
}

#[test]
fn a_network_that_is_away_is_503_with_a_retry_after() {
    let unsent = refusal(&Failure::Unsent("connection refused".to_owned()));
    let unknown = refusal(&Failure::Unknown("timed out".to_owned()));

    for refused in [&unsent, &unknown] {
        assert_eq!((refused.status, refused.code), (503, Code::NOT_READY));
        assert_eq!(refused.retry_after_s, Some(5));
    }
    assert!(unsent.details.contains("nothing was changed"));
    assert!(unknown.details.contains("may have had its effect"));
}

proptest! {
    #[test]
    fn every_answer_has_a_verdict_and_a_refusal(
        code in prop_oneof![any::<i64>(), 0..400_i64, 130_000..138_000_i64],
        subcode in proptest::option::of(prop_oneof![Just(33_i64), any::<i64>()]),
        status in 400..600_u16,
        attempts in any::<u32>(),
        message in ".{0,20}",
        details in proptest::option::of(".{0,20}"),
    ) {
        let error = ApiError { code, subcode, message, details, status, trace: None, retry_after: None, is_transient: false };

        if let Verdict::Fail(error) | Verdict::Retry(error) | Verdict::RetryRecipient(error) = verdict(&error, attempts) {
            prop_assert!(error.code.0 < 2100);
            prop_assert_eq!(error.href, None);
        }
        let refused = refused_with(error);
        prop_assert!((400..600).contains(&refused.status));
        prop_assert!(refused.code.0 >= 1000, "{} is for webhooks", refused.code.0);
        prop_assert!(!refused.details.is_empty());
    }
}
