//! Ids of operations: method and path in one word.

/// `putUsersByUsername` for `put /v1/users/{username}`. Paths outside `/v1` say so: `getRootMetrics`.
pub(super) fn of(method: &str, path: &str) -> String {
    let (prefix, path) = match path.strip_prefix("/v1/") {
        Some(rest) => ("", rest),
        None => ("Root", path),
    };
    let mut id = format!("{method}{prefix}");
    for segment in path.split('/') {
        match segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            Some(name) => {
                id.push_str("By");
                push(&mut id, name);
            }
            None => push(&mut id, segment),
        }
    }
    id
}

/// Adds words, each with a capital.
fn push(id: &mut String, words: &str) {
    for word in words.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("get", "/", "getRoot")]
    #[case("get", "/metrics", "getRootMetrics")]
    #[case("get", "/v1/metrics", "getMetrics")]
    #[case("post", "/v1/settings/account/two-step", "postSettingsAccountTwoStep")]
    #[case("put", "/v1/contacts/{wa_id}/identity", "putContactsByWaIdIdentity")]
    #[case("get", "/v1/openapi.json", "getOpenapiJson")]
    fn an_id_is_method_and_path(#[case] method: &str, #[case] path: &str, #[case] id: &str) {
        assert_eq!(of(method, path), id);
    }
}
