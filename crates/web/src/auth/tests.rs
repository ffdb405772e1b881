use axum::response::IntoResponse;
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const KEY: &str = "a-key-of-some-length";

fn with(value: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
    headers
}

fn challenge(refused: Refused) -> (u16, String) {
    let response = refused.into_response();
    let header = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    (response.status().as_u16(), header.to_owned())
}

#[rstest]
#[case::plain("Basic YWRtaW46c2VjcmV0")]
#[case::lower("basic YWRtaW46c2VjcmV0")]
#[case::upper("BASIC YWRtaW46c2VjcmV0")]
#[case::spaces("  Basic   YWRtaW46c2VjcmV0 ")]
#[case::tab("Basic\tYWRtaW46c2VjcmV0")]
fn basic_is_read_in_any_spelling(#[case] header: &str) {
    let basic = Basic::of(&with(header.as_bytes())).unwrap();

    assert_eq!(basic.username, "admin");
    assert_eq!(basic.password, "secret");
}

#[rstest]
#[case::padded("Basic b3BzOnB3MQ==", "pw1")]
#[case::unpadded("Basic b3BzOnB3MQ", "pw1")]
#[case::half_padded("Basic b3BzOnB3MQ=", "pw1")]
#[case::colon_in_password("Basic b3BzOmE6Yg==", "a:b")]
#[case::empty_password("Basic b3BzOg==", "")]
#[case::latin_1("Basic b3BzOuk=", "é")]
#[case::utf_8("Basic b3BzOsOp", "é")]
fn basic_copes_with_what_clients_do(#[case] header: &str, #[case] password: &str) {
    let basic = Basic::of(&with(header.as_bytes())).unwrap();

    assert_eq!(basic.username, "ops");
    assert_eq!(basic.password, password);
}

#[rstest]
#[case::none(None)]
#[case::empty(Some(""))]
#[case::scheme_only(Some("Basic"))]
#[case::no_colon(Some("Basic YWRtaW4="))]
#[case::no_base64(Some("Basic !!!"))]
#[case::bearer(Some("Bearer abc"))]
#[case::key(Some("Apikey a-key-of-some-length"))]
#[case::digest(Some("Digest username=\"admin\""))]
fn login_takes_basic_only(#[case] header: Option<&str>) {
    let headers = header.map_or_else(HeaderMap::new, |header| with(header.as_bytes()));

    let refused = Basic::of(&headers).err().unwrap();

    let (status, header) = challenge(refused);
    assert_eq!(status, 401);
    assert!(header.starts_with("Basic "), "{header}");
}

#[rstest]
#[case("Bearer abc.def-1_2", "abc.def-1_2")]
#[case("bearer  abc ", "abc")]
#[case("BEARER abc", "abc")]
fn a_token_is_read_in_any_spelling(#[case] header: &str, #[case] token: &str) {
    assert_eq!(bearer(&with(header.as_bytes())).unwrap(), token);
}

#[rstest]
#[case::none(None)]
#[case::empty_token(Some("Bearer "))]
#[case::bare_token(Some("abc"))]
#[case::basic(Some("Basic YWRtaW46c2VjcmV0"))]
#[case::key(Some("Apikey a-key-of-some-length"))]
fn other_calls_take_a_token_only(#[case] header: Option<&str>) {
    let headers = header.map_or_else(HeaderMap::new, |header| with(header.as_bytes()));

    let (status, header) = challenge(bearer(&headers).unwrap_err());

    assert_eq!(status, 401);
    assert_eq!(header, "Bearer realm=\"landline\"");
}

#[test]
fn health_takes_the_key_or_a_token() {
    let key = with(b"apikey a-key-of-some-length");
    let token = with(b"Bearer abc");

    assert!(matches!(
        bearer_or_key(&key, Some(KEY)),
        Ok(TokenOrKey::Key)
    ));
    assert!(matches!(
        bearer_or_key(&token, Some(KEY)),
        Ok(TokenOrKey::Token(token)) if token == "abc"
    ));
}

#[rstest]
#[case::wrong("Apikey another-key-of-len", Some(KEY))]
#[case::shorter("Apikey a-key", Some(KEY))]
#[case::longer("Apikey a-key-of-some-length-", Some(KEY))]
#[case::empty("Apikey ", Some(KEY))]
#[case::none_is_set("Apikey a-key-of-some-length", None)]
#[case::basic("Basic YWRtaW46c2VjcmV0", Some(KEY))]
fn a_wrong_key_is_refused(#[case] header: &str, #[case] key: Option<&str>) {
    let refused = bearer_or_key(&with(header.as_bytes()), key).err().unwrap();

    let (status, header) = challenge(refused);
    assert_eq!(status, 401);
    assert!(header.contains("Apikey"), "{header}");
}

fn user(role: Role) -> User {
    User(Session {
        username: "ops.reader".to_owned(),
        role,
        token_hash: String::new(),
    })
}

#[rstest]
#[case(Role::Admin, "someone", true)]
#[case(Role::User, "someone", false)]
#[case(Role::User, "ops.reader", true)]
#[case(Role::User, "OPS.reader", false)]
fn a_user_handles_itself_and_the_admin_everybody(
    #[case] role: Role,
    #[case] username: &str,
    #[case] allowed: bool,
) {
    let answer = user(role).may_handle(username);

    assert_eq!(answer.is_ok(), allowed);
    if let Err(refused) = answer {
        assert_eq!(refused.into_response().status(), 403);
    }
}

proptest! {
    #[test]
    fn no_header_value_panics(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        Credentials::parse(&value);
    }

    #[test]
    fn no_rest_of_a_known_scheme_panics(
        scheme in "(?i)(basic|bearer|apikey)[ \t]{0,3}",
        rest in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut value = scheme.into_bytes();
        value.extend(rest);
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value);
            // None of them is the key.
            let key = bearer_or_key(&headers, Some(KEY));
            prop_assert!(!matches!(key, Ok(TokenOrKey::Key)));
            prop_assert!(bearer(&headers).is_err() || Basic::of(&headers).is_err());
        }
    }

    #[test]
    fn what_a_client_encodes_is_what_is_read(username in "[A-Za-z0-9._@-]{1,32}", password in "\\PC{0,64}") {
        let encoded = base64::prelude::BASE64_STANDARD.encode(format!("{username}:{password}"));

        let basic = Basic::of(&with(format!("Basic {encoded}").as_bytes())).unwrap();

        prop_assert_eq!(basic.username, username);
        prop_assert_eq!(basic.password, password);
    }
}
