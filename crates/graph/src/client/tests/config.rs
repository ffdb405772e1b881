use rstest::rstest;

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

#[rstest]
#[case("http://localhost:9080", true)]
#[case("http://127.8.0.1", true)]
#[case("http://[::1]:9080", true)]
#[case("https://graph.example", false)]
#[case("http://192.0.2.1", false)]
fn loopback_is_recognised(#[case] url: &str, #[case] expected: bool) {
    assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected);
}
