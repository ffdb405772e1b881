//! A Graph call, taken apart: version, path, token, parameters.

use std::str::FromStr;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, Request};
use serde_json::Value;

use crate::form;
use crate::network::error::GraphError;
use crate::network::params::Params;

/// Greatest body that is not an upload, bytes.
const BODY_LIMIT: usize = 1024 * 1024;
/// Greatest upload with its form around it, bytes.
const UPLOAD_LIMIT: usize = 101 * 1024 * 1024;
/// Versions that are served: those of the reference, and those that clients in the public registries name.
const VERSIONS: std::ops::RangeInclusive<u32> = 14..=26;

/// What can be known of a call before its body is read.
pub(crate) struct Head {
    pub(crate) method: Method,
    /// The number of the version in the path.
    pub(crate) version: Option<u32>,
    /// Decoded segments, the version left out.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) token: Option<String>,
}

/// A file of a form.
pub(crate) struct Upload {
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Head {
    /// Reads everything but the body. A version that is not served is refused.
    pub(crate) fn read(parts: &Parts) -> Result<Self, GraphError> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let mut path: Vec<String> = parts
            .uri
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| form::decode(segment, false))
            .collect();
        let mut version = None;
        if let Some(first) = path.first().filter(|first| is_version(first)) {
            version = Some(served(first).ok_or_else(|| {
                GraphError::plain(
                    400,
                    2635,
                    format!(
                        "(#2635) You are calling a version of the API that is not served ({first}); use v14.0 to v26.0"
                    ),
                )
            })?);
            path.remove(0);
        }
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(bearer);
        let token = header.or_else(|| form::value(&query, "access_token"));
        Ok(Self {
            method: parts.method.clone(),
            version,
            path,
            query,
            token: token.filter(|token| !token.is_empty()),
        })
    }
}

/// The token of `Bearer …` or `OAuth …`.
fn bearer(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    let known = ["bearer", "oauth"]
        .iter()
        .any(|name| scheme.eq_ignore_ascii_case(name));
    known.then(|| token.trim().to_owned())
}

/// `v24.0`, `v24`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        number.starts_with(|digit: char| digit.is_ascii_digit())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

fn served(segment: &str) -> Option<u32> {
    let number = segment.strip_prefix('v')?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    u32::from_str(major)
        .ok()
        .filter(|major| minor == "0" && VERSIONS.contains(major))
}

/// The parameters of a call, the body's before those of the query, and the file of a form.
pub(crate) async fn parameters(
    head: &Head,
    request: Request<Body>,
) -> Result<(Params, Option<Upload>), GraphError> {
    let mut params = Params::default();
    for (name, value) in form::pairs(&head.query) {
        params.set(&name, value);
    }
    if head.method == Method::GET {
        return Ok((params, None));
    }
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_lowercase();
    if content_type.starts_with("multipart/form-data") {
        let upload = read_multipart(&mut params, request).await?;
        return Ok((params, upload));
    }
    let body = to_bytes(request.into_body(), BODY_LIMIT)
        .await
        .map_err(|error| {
            GraphError::parameter(format!("The body cannot be read to its end: {error}"))
        })?;
    if content_type.starts_with("application/x-www-form-urlencoded") {
        for (name, value) in form::pairs(&String::from_utf8_lossy(&body)) {
            params.set(&name, value);
        }
    } else if !body.iter().all(u8::is_ascii_whitespace) {
        match serde_json::from_slice(&body) {
            Ok(Value::Object(members)) => params.0.extend(members),
            Ok(_) => return Err(GraphError::parameter("The body must be a JSON object.")),
            Err(error) => {
                return Err(GraphError::parameter(format!(
                    "The body is not valid JSON: {error}"
                )));
            }
        }
    }
    Ok((params, None))
}

async fn read_multipart(
    params: &mut Params,
    mut request: Request<Body>,
) -> Result<Option<Upload>, GraphError> {
    let unreadable = |error: &dyn std::fmt::Display| {
        GraphError::parameter(format!("The form cannot be read: {error}"))
    };
    DefaultBodyLimit::max(UPLOAD_LIMIT).apply(&mut request);
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| unreadable(&error.body_text()))?;
    let mut upload = None;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| unreadable(&error.body_text()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some() || name == "file";
        let content_type = field.content_type().map(str::to_owned);
        let bytes = field
            .bytes()
            .await
            .map_err(|error| unreadable(&error.body_text()))?;
        if is_file {
            upload = Some(Upload {
                content_type,
                bytes,
            });
        } else {
            params.set(&name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(upload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str) -> Result<Head, GraphError> {
        let request = Request::builder()
            .uri(uri)
            .header("AUTHORIZATION", "Bearer abc")
            .body(())
            .unwrap();
        Head::read(&request.into_parts().0)
    }

    #[test]
    fn versions_are_served_from_14_to_26_and_may_be_left_out() {
        for (uri, version) in [
            ("/v14.0/1", Some(14)),
            ("/v26.0/1", Some(26)),
            ("/v24/1", Some(24)),
            ("/1", None),
        ] {
            let head = head(uri).unwrap();
            assert_eq!((head.version, head.path), (version, vec!["1".to_owned()]));
        }
        for uri in ["/v13.0/1", "/v27.0/1", "/v24.1/1", "/v999999999999.0/1"] {
            assert_eq!(head(uri).err().map(|error| error.code), Some(2635), "{uri}");
        }
    }

    #[test]
    fn the_header_goes_before_the_query() {
        let head = head("/1?access_token=other").unwrap();

        assert_eq!(head.token.as_deref(), Some("abc"));
    }
}
