//! What they sent where a form may stand for JSON.

use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::answer::Refused;
use crate::body::{expect_json, read};

/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A JSON body, or a form, whose fields are then the texts of a JSON object. `B` says what it should be.
pub(crate) struct JsonOrForm<B>(pub(crate) Bytes, pub(crate) PhantomData<fn() -> B>);

impl<S: Send + Sync, B> FromRequest<S> for JsonOrForm<B> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let is_form = is_form(request.headers());
        if !is_form {
            expect_json(request.headers())?;
        }
        let body = read(request).await?;
        let body = if is_form { json(&body) } else { body };
        Ok(Self(body, PhantomData))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.as_bytes().split(|byte| *byte == b';').next());
    essence.is_some_and(|essence| essence.trim_ascii().eq_ignore_ascii_case(FORM.as_bytes()))
}

/// Programs whose client says "form" whatever it sends (`curl --data`) send JSON all the same. Of two fields of one name
/// the last one counts.
fn json(body: &Bytes) -> Bytes {
    if body.trim_ascii_start().starts_with(b"{") {
        return body.clone();
    }
    let fields: Map<String, Value> = form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect();
    Value::Object(fields).to_string().into()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::response::IntoResponse;
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    fn request(content_type: Option<&str>, body: &'static str) -> Request {
        let mut request = Request::new(Body::from(body));
        if let Some(content_type) = content_type {
            let value = content_type.parse().unwrap();
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        request
    }

    #[rstest]
    #[case(Some("application/json"), r#"{"a": 1}"#, r#"{"a": 1}"#)]
    #[case(None, r#"{"a": 1}"#, r#"{"a": 1}"#)]
    #[case(Some(FORM), "a=b+c%2B%C3%BC&x=&a=d", r#"{"a":"d","x":""}"#)]
    #[case(
        Some("Application/X-WWW-Form-Urlencoded; charset=utf-8"),
        "a=%0A",
        r#"{"a":"\n"}"#
    )]
    #[case(Some(FORM), r#" {"a": 1}"#, r#" {"a": 1}"#)]
    #[case(Some(FORM), "", "{}")]
    #[tokio::test]
    async fn a_form_is_read_like_json(
        #[case] content_type: Option<&str>,
        #[case] sent: &'static str,
        #[case] read: &str,
    ) {
        let JsonOrForm(body, _) = JsonOrForm::<()>::from_request(request(content_type, sent), &())
            .await
            .ok()
            .unwrap();

        assert_eq!(body, read);
    }

    #[tokio::test]
    async fn anything_else_is_415() {
        let refused = JsonOrForm::<()>::from_request(request(Some("text/plain"), "a=b"), &())
            .await
            .err()
            .unwrap();

        let (status, _, body) = opened(refused.into_response()).await;
        assert_eq!((status, &body["errors"][0]["code"]), (415, &1025.into()));
    }
}
