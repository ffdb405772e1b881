//! The variable parts of paths.

use serde_json::{Value, json};

/// What a variable part may be.
struct Parameter {
    /// The paths that begin like this.
    prefix: &'static str,
    name: &'static str,
    about: &'static str,
    pattern: &'static str,
    example: &'static str,
}

const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// The first that fits counts.
const PARAMETERS: &[Parameter] = &[
    Parameter {
        prefix: "/v1/users/",
        name: "username",
        about: "The user's name.",
        pattern: onprem::user::USERNAME,
        example: "ops.reader",
    },
    Parameter {
        prefix: "/v1/media/",
        name: "id",
        about: "The id that an upload or a notification gave.",
        pattern: UUID,
        example: "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11",
    },
    Parameter {
        prefix: "/v1/messages/",
        name: "id",
        about: "The id of a message that a customer wrote, as the notification gave it.",
        pattern: "^[A-Za-z0-9_=-]{10,128}$",
        example: "ABGGEgIlVQFDDwIJ0mMfQ2rAjlcf",
    },
    Parameter {
        prefix: "/v1/contacts/",
        name: "wa_id",
        about: "The customer's WhatsApp ID.",
        pattern: "^[0-9]{6,15}$",
        example: "12025550143",
    },
    Parameter {
        prefix: "/v1/settings/application/media/providers/",
        name: "name",
        about: "The provider's name.",
        pattern: "^[A-Za-z0-9_-]{1,200}$",
        example: "shop-files",
    },
    Parameter {
        prefix: "/v1/stickerpacks/",
        name: "id",
        about: "The pack's id.",
        pattern: "^[A-Za-z0-9-]{1,64}$",
        example: "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11",
    },
    Parameter {
        prefix: "/v1/stickerpacks/",
        name: "index",
        about: "The sticker's place in its pack.",
        pattern: "^[0-9]{1,9}$",
        example: "0",
    },
    Parameter {
        prefix: "/v1/groups/",
        name: "id",
        about: "A group's id. There are none.",
        pattern: "^[A-Za-z0-9-]{1,64}$",
        example: "12025550111-1609459200",
    },
];

/// Describes a variable part of a path.
pub(super) fn parameter(path: &str, name: &str) -> Value {
    let known = PARAMETERS
        .iter()
        .find(|known| known.name == name && path.starts_with(known.prefix));
    match known {
        Some(known) => json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": known.about,
            "schema": {"type": "string", "pattern": known.pattern},
            "example": known.example,
        }),
        None => json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": {"type": "string", "minLength": 1},
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::call::variables;
    use crate::route;

    #[test]
    fn every_variable_part_of_a_path_is_described() {
        for path in route::paths() {
            for name in variables(path) {
                assert!(
                    parameter(path, name).get("description").is_some(),
                    "{name} of {path} is missing in PARAMETERS"
                );
            }
        }
    }

    #[test]
    fn every_line_of_the_table_is_of_use() {
        for known in PARAMETERS {
            let used = route::paths().into_iter().any(|path| {
                path.starts_with(known.prefix) && variables(path).any(|name| name == known.name)
            });
            assert!(used, "{} of {}", known.name, known.prefix);
        }
    }
}
