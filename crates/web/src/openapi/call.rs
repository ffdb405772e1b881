//! One operation, seen as the call that it is.

use serde_json::{Map, Value};

use crate::describe::{BASIC, ROLE};

/// An operation's place and its parts.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// In small letters.
    pub(super) method: &'a str,
    /// With its variable parts in braces.
    pub(super) path: &'a str,
    /// Its members in the document.
    pub(super) operation: &'a Map<String, Value>,
}

/// What a call reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// JSON, and it has to be there.
    Json,
    /// JSON of any content type, or nothing.
    Optional,
    /// A text.
    Text,
    /// A file.
    File,
}

impl<'a> Call<'a> {
    /// `POST /v1/users`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    /// Whether credentials are needed.
    pub(super) fn is_secured(&self) -> bool {
        self.schemes().next().is_some()
    }

    /// Whether user and password are what is needed.
    pub(super) fn is_login(&self) -> bool {
        self.schemes().any(|scheme| scheme == BASIC)
    }

    fn schemes(&self) -> impl Iterator<Item = &'a str> {
        self.operation
            .get("security")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(|scheme| scheme.keys().map(String::as_str))
    }

    /// Whether only the administrator may make it.
    pub(super) fn is_for_admin(&self) -> bool {
        self.operation.get(ROLE) == Some(&Value::from("admin"))
    }

    /// What it reads.
    pub(super) fn body(&self) -> Option<Body> {
        let body = self.operation.get("requestBody")?;
        let content = body.get("content")?.as_object()?;
        let is_required = body.get("required") == Some(&Value::Bool(true));
        Some(if content.contains_key("application/json") {
            if is_required {
                Body::Json
            } else {
                Body::Optional
            }
        } else if content
            .keys()
            .all(|content_type| content_type.starts_with("text/"))
        {
            Body::Text
        } else {
            Body::File
        })
    }

    /// Whether it has parameters in its query.
    pub(super) fn has_query(&self) -> bool {
        self.operation
            .get("parameters")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|one| one.get("in") == Some(&"query".into())))
    }

    /// The names of the path's variable parts, in order.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        variables(self.path)
    }
}

/// The names of a path's variable parts, in order.
pub(super) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| {
        segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
    })
}
