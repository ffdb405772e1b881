//! Answers: the envelope of the reference's section 1.4, a success with its status in the type, and the refusal.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use onprem::envelope::{ErrorObject, Meta};
use onprem::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;

/// The end of every envelope: `"meta":{…}}`. It never differs, so it is written once.
static META: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let meta = serde_json::to_string(&Meta::default()).unwrap_or_else(|_| "{}".to_owned());
    format!("\"meta\":{meta}}}").into_bytes()
});

/// `Retry-After` of a 429 or 503 that names no time, seconds.
const RETRY_AFTER_S: u32 = 5;

/// A success: `STATUS`, the members of `P` (a struct named for its members), `meta`.
pub(crate) struct Answer<const STATUS: u16, P>(pub(crate) P);

/// The payload of a call that has nothing to tell: only `meta`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Nothing {}

/// 200 with nothing but `meta`.
pub(crate) type Done = Answer<200, Nothing>;

impl Done {
    /// The empty success.
    pub(crate) const fn done() -> Self {
        Self(Nothing {})
    }
}

impl<const STATUS: u16, P: Serialize> IntoResponse for Answer<STATUS, P> {
    fn into_response(self) -> Response {
        const { assert!(STATUS >= 200 && STATUS < 300, "a success") };
        let status = StatusCode::from_u16(STATUS).unwrap_or(StatusCode::OK);
        match enveloped(&self.0) {
            Ok(body) => json(status, body),
            Err(error) => {
                Refused::from(Refusal::new(Code::INTERNAL, error.to_string())).into_response()
            }
        }
    }
}

/// The payload's members followed by `meta`. Fails for a payload that is no JSON object.
fn enveloped(payload: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Vec::with_capacity(256);
    serde_json::to_writer(&mut body, payload)?;
    if body.first() != Some(&b'{') || body.pop() != Some(b'}') {
        return Err(serde::ser::Error::custom("a payload is an object"));
    }
    if body.len() > 1 {
        body.push(b',');
    }
    body.extend_from_slice(&META);
    Ok(body)
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, JSON)], body).into_response()
}

/// What a 401 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token.
    Bearer,
    /// A token or the API key.
    BearerOrKey,
    /// User name and password.
    Basic,
}

impl Challenge {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bearer => "Bearer realm=\"landline\"",
            Self::BearerOrKey => "Bearer realm=\"landline\", Apikey realm=\"landline\"",
            Self::Basic => "Basic realm=\"landline\", charset=\"UTF-8\"",
        })
    }
}

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refused {
    refusal: Refusal,
    challenge: Challenge,
}

impl Refused {
    /// The same, asking for other credentials if it is a 401.
    pub(crate) fn asking_for(mut self, challenge: Challenge) -> Self {
        self.challenge = challenge;
        self
    }

    /// 401 / 1005.
    pub(crate) fn credentials(challenge: Challenge, details: impl Into<String>) -> Self {
        Self::from(Refusal::new(Code::ACCESS, details).with_status(401)).asking_for(challenge)
    }

    /// 403 / 1005.
    pub(crate) fn role(details: impl Into<String>) -> Self {
        Refusal::new(Code::ACCESS, details).with_status(403).into()
    }

    /// 1025 with one of its statuses.
    pub(crate) fn bad_request(status: u16, details: impl Into<String>) -> Self {
        Refusal::new(Code::BAD_REQUEST, details)
            .with_status(status)
            .into()
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            challenge: Challenge::Bearer,
        }
    }
}

#[derive(Serialize)]
struct Errors {
    errors: [ErrorObject; 1],
}

/// What the log says of a 500; travels in the answer's extensions to where path and request id are known.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self {
            mut refusal,
            challenge,
        } = self;
        if refusal.details.is_empty() {
            refusal.code.title().clone_into(&mut refusal.details);
        }
        // A code that only comes by webhook has no status of its own.
        let status = StatusCode::from_u16(refusal.status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let errors = Errors {
            errors: [ErrorObject::from(&refusal)],
        };
        let mut response = json(status, enveloped(&errors).unwrap_or_default());
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, challenge.header());
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = refusal.retry_after_s.unwrap_or(RETRY_AFTER_S);
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            StatusCode::INTERNAL_SERVER_ERROR => {
                response.extensions_mut().insert(Cause(refusal.details));
            }
            _ => {}
        }
        response
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    /// Status, headers and JSON of an answer.
    pub(crate) async fn opened(response: Response) -> (u16, http::HeaderMap, Value) {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let value = serde_json::from_slice(&body).unwrap();
        (parts.status.as_u16(), parts.headers, value)
    }

    #[tokio::test]
    async fn an_empty_success_is_meta_alone() {
        let (status, headers, body) = opened(Done::done().into_response()).await;

        assert_eq!(status, 200);
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        insta::assert_json_snapshot!(body, @r#"
        {
          "meta": {
            "api_status": "stable",
            "version": "v2.53.1"
          }
        }
        "#);
    }

    #[tokio::test]
    async fn a_payload_stands_beside_meta() {
        #[derive(Serialize)]
        struct Users {
            users: [&'static str; 1],
        }

        let answer = Answer::<201, _>(Users {
            users: ["a \"quoted\" }"],
        });

        let (status, _, body) = opened(answer.into_response()).await;
        assert_eq!(status, 201);
        insta::assert_json_snapshot!(body, @r#"
        {
          "meta": {
            "api_status": "stable",
            "version": "v2.53.1"
          },
          "users": [
            "a \"quoted\" }"
          ]
        }
        "#);
    }

    #[tokio::test]
    async fn a_payload_that_is_no_object_is_our_fault() {
        let (status, _, body) = opened(Answer::<200, _>([1]).into_response()).await;

        assert_eq!(status, 500);
        assert_eq!(body["errors"][0]["code"], 1014);
    }

    #[tokio::test]
    async fn a_refusal_names_code_title_and_details() {
        let refusal = Refusal::invalid("to", "nine digits are missing").with_status(400);

        let (status, headers, body) = opened(Refused::from(refusal).into_response()).await;

        assert_eq!(status, 400);
        assert!(!headers.contains_key(WWW_AUTHENTICATE));
        assert!(!headers.contains_key(RETRY_AFTER));
        assert_eq!(
            body["errors"],
            json!([{
                "code": 1009,
                "title": Code::INVALID.title(),
                "details": "to: nine digits are missing",
            }])
        );
        assert_eq!(body["meta"]["api_status"], "stable");
    }

    #[rstest]
    #[case(Challenge::Bearer, "Bearer realm=\"landline\"")]
    #[case(
        Challenge::BearerOrKey,
        "Bearer realm=\"landline\", Apikey realm=\"landline\""
    )]
    #[case(Challenge::Basic, "Basic realm=\"landline\", charset=\"UTF-8\"")]
    #[tokio::test]
    async fn a_401_says_what_it_wants(#[case] challenge: Challenge, #[case] header: &str) {
        let refused = Refused::credentials(challenge, "Invalid credentials");

        let (status, headers, body) = opened(refused.into_response()).await;

        assert_eq!(status, 401);
        assert_eq!(headers[WWW_AUTHENTICATE], header);
        assert_eq!(body["errors"][0]["code"], 1005);
    }

    #[rstest]
    #[case(429, Some(17), Some("17"))]
    #[case(503, Some(2), Some("2"))]
    #[case(503, None, Some("5"))]
    #[case(400, Some(3), None)]
    #[tokio::test]
    async fn only_what_may_be_tried_again_has_a_retry_after(
        #[case] status: u16,
        #[case] seconds: Option<u32>,
        #[case] header: Option<&str>,
    ) {
        let mut refusal = Refusal::new(Code::TOO_MANY, "wait").with_status(status);
        refusal.retry_after_s = seconds;

        let (answered, headers, _) = opened(Refused::from(refusal).into_response()).await;

        assert_eq!(answered, status);
        let found = headers
            .get(RETRY_AFTER)
            .map(|value| value.to_str().unwrap());
        assert_eq!(found, header);
    }

    #[rstest]
    #[case(0)]
    #[case(200)]
    #[case(1000)]
    #[tokio::test]
    async fn a_status_that_is_no_refusal_becomes_500(#[case] status: u16) {
        let refusal = Refusal::new(Code::GENERIC, "").with_status(status);

        let (answered, _, body) = opened(Refused::from(refusal).into_response()).await;

        assert_eq!(answered, 500);
        assert_eq!(body["errors"][0]["details"], Code::GENERIC.title());
    }
}
