//! What the document says of the API as a whole: title, version, servers, groups of calls, credentials, and the parts
//! that every answer has.

use onprem::envelope::VERSION;
use serde_json::{Value, json};

use super::webhook;
use crate::describe::{API_KEY, BASIC, BEARER};

/// How the whole is to be read; Markdown.
const DESCRIPTION: &str = "\
The WhatsApp Business On-Premises API, as Landline speaks it.

**Credentials.** `POST /v1/users/login` takes user and password and gives a token, which is good for seven days and for \
every other call. Monitors may use the API key instead, where an operation says so. `x-role` says who may make a call: \
`admin`, any `user`, or `none` for everybody.

**Answers.** Every answer is JSON with a `meta`, except downloads, certificates and the Prometheus form of figures. A \
refused call has `errors` with a documented `code`: branch on it; its `title` is fixed, and `details` names the field, \
what it was and what is allowed. Each status lists the codes that can stand there.

**Bodies.** Members that are not described are ignored. `null` and an empty string count as an absent member, and numbers \
may be written as strings.

**Paths.** A slash at the end makes no difference. `HEAD` is answered as `GET`, `OPTIONS` with 200. Any other method is \
405 with code 1025, an unknown path 404 with code 1014; both `OPTIONS` and 405 carry `Allow`.";

/// The groups of calls, in the order in which a newcomer meets them.
pub(super) const TAGS: &[(&str, &str)] = &[
    (
        "Users",
        "Who may call: login, tokens, the users themselves.",
    ),
    (
        "Account",
        "The business number: registration, two-step PIN, shards.",
    ),
    (
        "Settings",
        "How the application behaves, and the credentials of media hosts.",
    ),
    (
        "Monitoring",
        "How the line is: health, figures, support information.",
    ),
    ("Contacts", "Numbers and the identities behind them."),
    ("Messages", "Sending, and marking as read."),
    ("Media", "Files that are sent and received."),
    (
        webhook::TAG,
        "What Landline posts to the business: customers' messages, what became of one's own, errors.",
    ),
    ("Profile", "What customers see of the business."),
    (
        "Certificates",
        "TLS of the API, and the authorities that the webhook's host is checked against.",
    ),
    (
        "Backup",
        "Registration and settings in one encrypted text, and back.",
    ),
    ("Services", "Clearing away what is old."),
    ("Stickers", "Sticker packs and their stickers."),
    (
        "Groups",
        "Withdrawn in the original: the list is empty, anything else is not found.",
    ),
    (
        "Description",
        "What there is, for programs and for people; without credentials.",
    ),
    (
        "Probes",
        "For load balancers and orchestrators; without credentials.",
    ),
    ("Development", "In `landline dev` only."),
];

/// The document without its paths.
pub(super) fn head() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Landline: the WhatsApp Business On-Premises API",
            "summary": "The /v1 REST API of the last self-hosted client versions.",
            "description": DESCRIPTION,
            "version": VERSION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [
            {"url": "/", "description": "Where this document comes from: the line main."},
            {
                "url": "/lines/{line}",
                "description": "Any line of the deployment.",
                "variables": {"line": {"default": "main", "description": "The line's name."}},
            },
            {"url": "https://127.0.0.1:9090", "description": "`landline dev`, with TLS."},
            {"url": "http://127.0.0.1:9091", "description": "`landline dev`, without."},
        ],
        "tags": TAGS
            .iter()
            .map(|(name, description)| json!({"name": name, "description": description}))
            .collect::<Vec<_>>(),
        "paths": {},
        "components": {
            "securitySchemes": {
                BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that a login gave.",
                },
                BASIC: {
                    "type": "http",
                    "scheme": "basic",
                    "description": "User name and password, at login only.",
                },
                API_KEY: {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Apikey <key>`: the word, a space, the key that the operator has set.",
                },
            },
            "headers": headers(),
            "schemas": {"Refusal": refusal(), "Error": error()},
        },
    })
}

/// Headers of answers, by their names.
fn headers() -> Value {
    let header = |about: &str, required: bool, schema: Value, example: Value| json!({"description": about, "required": required, "schema": schema, "example": example});
    let string = || json!({"type": "string"});
    json!({
        "X-Request-Id": header(
            "A name for the request, as the log has it.", true,
            json!({"type": "string", "minLength": 1}), json!("5d0c2f1ab3e4c697-0000002a"),
        ),
        "WWW-Authenticate": header(
            "Which credentials are wanted.", true, string(), json!("Bearer realm=\"landline\""),
        ),
        "Retry-After": header(
            "Seconds after which another try makes sense.", true,
            json!({"type": "integer", "minimum": 0}), json!(5),
        ),
        "ETag": header("Names this version of the document.", true, string(), json!("\"0f1e2d3c\"")),
    })
}

/// The body of every refusal.
fn refusal() -> Value {
    json!({
        "type": "object",
        "description": "What every refused call is answered with.",
        "properties": {
            "errors": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Error"},
                "minItems": 1,
            },
            "meta": {"$ref": "#/components/schemas/Meta"},
        },
        "required": ["errors", "meta"],
    })
}

fn error() -> Value {
    json!({
        "type": "object",
        "properties": {
            "code": {"type": "integer", "description": "What programs branch on."},
            "title": {"type": "string", "description": "The same text for every error of this code."},
            "details": {"type": "string", "description": "The field, what it was, what is allowed."},
            "href": {"type": "string", "description": "More information, where there is some."},
        },
        "required": ["code", "title", "details"],
    })
}
