//! What an answer gives that another call takes.

use serde_json::{Map, Value, json};

use super::id;

/// A value in the answer of one call that is a variable part of another's path.
struct Link {
    from: (&'static str, &'static str),
    status: &'static str,
    to: &'static [(&'static str, &'static str)],
    parameter: &'static str,
    value: &'static str,
}

const LINKS: &[Link] = &[
    Link {
        from: ("post", "/v1/users"),
        status: "201",
        to: &[
            ("get", "/v1/users/{username}"),
            ("put", "/v1/users/{username}"),
            ("delete", "/v1/users/{username}"),
        ],
        parameter: "username",
        value: "$response.body#/users/0/username",
    },
    Link {
        from: ("post", "/v1/media"),
        status: "200",
        to: &[("get", "/v1/media/{id}"), ("delete", "/v1/media/{id}")],
        parameter: "id",
        value: "$response.body#/media/0/id",
    },
    Link {
        from: ("post", "/v1/stickerpacks"),
        status: "201",
        to: &[
            ("get", "/v1/stickerpacks/{id}"),
            ("patch", "/v1/stickerpacks/{id}"),
            ("get", "/v1/stickerpacks/{id}/stickers"),
            ("post", "/v1/stickerpacks/{id}/stickers"),
            ("delete", "/v1/stickerpacks/{id}"),
        ],
        parameter: "id",
        value: "$response.body#/stickerpacks/0/id",
    },
];

/// Adds the links of a call's answers.
pub(super) fn add(method: &str, path: &str, responses: &mut Map<String, Value>) {
    for link in LINKS.iter().filter(|link| link.from == (method, path)) {
        let Some(Value::Object(response)) = responses.get_mut(link.status) else {
            continue;
        };
        let links: Map<String, Value> = link
            .to
            .iter()
            .map(|(method, path)| {
                let target = id::of(method, path);
                let link = json!({
                    "operationId": target,
                    "parameters": {link.parameter: link.value},
                });
                (target, link)
            })
            .collect();
        response.insert("links".to_owned(), links.into());
    }
}
