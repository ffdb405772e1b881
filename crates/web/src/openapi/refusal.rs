//! Which refusals can stand at which call. What follows from what a call is comes first; what is special to one call, last.

use std::collections::BTreeMap;

use onprem::Code;
use onprem::envelope::{ErrorObject, Meta};
use onprem::error::answers::Answered;
use serde_json::{Value, json};

use super::call::{Body, Call};

/// Where a refusal can stand.
#[derive(Debug, Clone, Copy)]
enum At {
    /// Any call.
    Any,
    /// One that needs credentials.
    Secured,
    /// The one that takes user and password.
    Login,
    /// The administrator's.
    Admin,
    /// One that reads this.
    Reads(Body),
    /// One with a variable part in its path.
    Variable,
    /// One that has parameters in its query.
    Query,
    /// One that asks the network.
    Network,
    /// One that sends a message.
    Send,
    /// This one: `DELETE /v1/users/{username}`.
    Only(&'static str),
}

/// One line: where, which status and code; what `details` say there, if not what they usually say.
struct Rule {
    at: At,
    status: u16,
    code: Code,
    details: Option<&'static str>,
}

const fn rule(at: At, status: u16, code: Code) -> Rule {
    Rule {
        at,
        status,
        code,
        details: None,
    }
}

impl Rule {
    const fn saying(mut self, details: &'static str) -> Self {
        self.details = Some(details);
        self
    }
}

/// Calls whose answer needs the network's: paths that begin like this.
const NETWORK: &[&str] = &[
    "/v1/account",
    "/v1/settings/account/",
    "/v1/settings/profile/",
    "/v1/settings/business/",
];

/// Begins like them, and needs nobody's answer.
const KNOWN_HERE: &str = "GET /v1/account/shards";

const SEND: &str = "POST /v1/messages";

/// Every refusal, by where it can stand. A later line for the same status and code only changes the example.
#[rustfmt::skip]
const RULES: &[Rule] = &[
    rule(At::Any, 500, Code::INTERNAL),
    rule(At::Secured, 401, Code::ACCESS),
    rule(At::Secured, 500, Code::DATABASE),
    rule(At::Secured, 503, Code::NOT_READY).saying("the store is closing: try again"),
    rule(At::Login, 429, Code::TOO_MANY).saying("too many failed logins: try again in 42 s"),
    rule(At::Login, 503, Code::NOT_READY).saying("the line sales is being opened: try again"),
    rule(At::Login, 503, Code::OVERLOADED).saying("too many logins at once: try again soon"),
    rule(At::Login, 403, Code::PASSWORD_CHANGE),
    rule(At::Admin, 403, Code::ACCESS),
    rule(At::Variable, 404, Code::NOT_FOUND),
    rule(At::Query, 400, Code::INVALID).saying("namespace: must be whatsapp, or left out"),

    rule(At::Reads(Body::Json), 400, Code::MISSING),
    rule(At::Reads(Body::Json), 400, Code::INVALID),
    rule(At::Reads(Body::Json), 400, Code::BAD_REQUEST),
    rule(At::Reads(Body::Json), 413, Code::BAD_REQUEST),
    rule(At::Reads(Body::Json), 415, Code::BAD_REQUEST),
    rule(At::Reads(Body::Optional), 400, Code::INVALID),
    rule(At::Reads(Body::Optional), 400, Code::BAD_REQUEST),
    rule(At::Reads(Body::Optional), 413, Code::BAD_REQUEST),
    rule(At::Reads(Body::Text), 400, Code::MISSING).saying("a body is required"),
    rule(At::Reads(Body::Text), 400, Code::INVALID).saying("the body is no PEM text"),
    rule(At::Reads(Body::Text), 400, Code::BAD_REQUEST).saying("the body did not arrive within 30 seconds"),
    rule(At::Reads(Body::Text), 413, Code::BAD_REQUEST),
    rule(At::Reads(Body::File), 400, Code::MISSING).saying("Content-Type is required"),
    rule(At::Reads(Body::File), 400, Code::INVALID).saying("Content-Type: is \"picture\", must be a media type"),
    rule(At::Reads(Body::File), 400, Code::BAD_REQUEST).saying("the body broke off: nothing arrived for 30 seconds"),
    rule(At::Reads(Body::File), 413, Code::INVALID),

    rule(At::Network, 400, Code::INVALID),
    rule(At::Network, 403, Code::LOCKED),
    rule(At::Network, 429, Code::TOO_MANY),
    rule(At::Network, 500, Code::GENERIC),
    rule(At::Network, 503, Code::NOT_READY).saying("the network cannot be reached: nothing was changed, try again"),
    rule(At::Network, 503, Code::OVERLOADED),

    rule(At::Send, 400, Code::TYPE_UNSUPPORTED),
    rule(At::Send, 400, Code::TOO_LONG),
    rule(At::Send, 400, Code::RECIPIENT_TYPE),
    rule(At::Send, 400, Code::MISSING).saying("to is required"),
    rule(At::Send, 400, Code::INVALID).saying("to: is \"abc\", must be a phone number with its country code: 6 to 15 digits, not beginning with 0"),
    rule(At::Send, 400, Code::NOT_REQUIRED),
    rule(At::Send, 400, Code::BAD_USER),
    rule(At::Send, 400, Code::TEMPLATE_PARAM_COUNT),
    rule(At::Send, 400, Code::TEMPLATE_PARAM_LENGTH),
    rule(At::Send, 400, Code::TEMPLATE_TEXT_LENGTH),
    rule(At::Send, 400, Code::TEMPLATE_WHITE_SPACE),
    rule(At::Send, 400, Code::TEMPLATE_MEDIA_FORMAT),
    rule(At::Send, 400, Code::TEMPLATE_COMPONENT_MISSING),
    rule(At::Send, 400, Code::TEMPLATE_URL),
    rule(At::Send, 400, Code::TEMPLATE_PARAM_FORMAT),
    rule(At::Send, 400, Code::TEMPLATE_BUTTON),
    rule(At::Send, 400, Code::TEMPLATE_CHARACTER),
    rule(At::Send, 400, Code::TEMPLATE_PHONE),
    rule(At::Send, 400, Code::TEMPLATE_NAMESPACE),
    rule(At::Send, 400, Code::SECTIONS),
    rule(At::Send, 400, Code::ROWS),
    rule(At::Send, 400, Code::CHARACTER),
    rule(At::Send, 400, Code::PRODUCTS),
    rule(At::Send, 400, Code::HEADER),
    rule(At::Send, 400, Code::TEMPLATE_REJECTED),
    rule(At::Send, 400, Code::TEMPLATE_PAUSED),
    rule(At::Send, 400, Code::TEMPLATE_DISABLED),
    rule(At::Send, 404, Code::NOT_FOUND).saying("image.id: no media 7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11"),
    rule(At::Send, 403, Code::IDENTITY_UNACKNOWLEDGED),
    rule(At::Send, 403, Code::LOCKED).saying("the network does not let this number send: its status is BANNED"),
    rule(At::Send, 404, Code::TEMPLATE_MISSING),
    rule(At::Send, 404, Code::TEMPLATE_PACK_MISSING),
    rule(At::Send, 500, Code::TEMPLATE_FETCH_FAILED),
    rule(At::Send, 503, Code::NOT_READY).saying("the core application is not ready: the templates are being loaded"),
    rule(At::Send, 503, Code::OVERLOADED).saying("too many messages wait to be sent (limit 1000000): try again later"),

    rule(At::Only("POST /v1/users"), 400, Code::INVALID).saying("password: is too weak, it must have a digit"),
    rule(At::Only("POST /v1/users"), 500, Code::INTERNAL).saying("cannot create the user ops.reader: it may exist already"),
    rule(At::Only("POST /v1/users"), 503, Code::OVERLOADED).saying("too many logins at once: try again soon"),
    rule(At::Only("GET /v1/users/{username}"), 403, Code::ACCESS),
    rule(At::Only("PUT /v1/users/{username}"), 403, Code::ACCESS),
    rule(At::Only("PUT /v1/users/{username}"), 400, Code::INVALID).saying("password: is too weak, it must have a digit"),
    rule(At::Only("PUT /v1/users/{username}"), 503, Code::OVERLOADED).saying("too many logins at once: try again soon"),
    rule(At::Only("DELETE /v1/users/{username}"), 403, Code::ACCESS).saying("the built-in user admin cannot be deleted"),
    rule(At::Only("POST /v1/account"), 403, Code::ACCESS).saying("VName certificate error: the certificate's number is not the network's"),
    rule(At::Only("POST /v1/account"), 400, Code::INVALID).saying("phone_number: cc and phone_number together are 12025550199, this line's number is 12025550111"),
    rule(At::Only("POST /v1/account/verify"), 400, Code::INVALID).saying("Code is invalid"),
    rule(At::Only("POST /v1/account/verify"), 400, Code::BAD_REQUEST).saying("no registration is pending: call POST /v1/account first"),
    rule(At::Only("POST /v1/account/verify"), 403, Code::ACCESS).saying("Two-step verification PIN mismatch"),
    rule(At::Only("PATCH /v1/settings/application"), 400, Code::MISSING).saying("at least one application setting is required"),
    rule(At::Only("PATCH /v1/settings/application"), 400, Code::INVALID).saying("webhooks.url: must be https"),
    rule(At::Only("POST /v1/media"), 409, Code::EXISTS),
    rule(At::Only("POST /v1/media"), 500, Code::INTERNAL).saying("the body is no image/jpeg"),
    rule(At::Only("POST /v1/media"), 500, Code::ACCESS),
    rule(At::Only("POST /v1/media"), 415, Code::BAD_REQUEST).saying("Content-Type: multipart/form-data; the body is the file itself"),
    rule(At::Only("PUT /v1/messages/{id}"), 400, Code::INVALID).saying("status: is \"seen\", must be read"),
    rule(At::Only("PUT /v1/messages/{id}"), 404, Code::NOT_FOUND).saying("no message ABGGEgIlVQFDDwIJ0mMfQ2rAjlcf"),
    rule(At::Only("PUT /v1/messages/{id}"), 503, Code::NOT_READY).saying("the core application is not ready: it is not running"),
    rule(At::Only("POST /v1/account/shards"), 403, Code::ACCESS).saying("pin: two-step verification is on, its PIN is required"),
    rule(At::Only("POST /v1/account/deregister"), 429, Code::TOO_MANY).saying("the number was deregistered 8 times within 72 hours: try again in 3600 s"),
    rule(At::Only("GET /v1/settings/profile/photo"), 404, Code::NOT_FOUND).saying("no photo is set"),
    rule(At::Only("DELETE /v1/settings/profile/photo"), 404, Code::NOT_FOUND).saying("no photo is set"),
    rule(At::Only("POST /v1/settings/profile/photo"), 400, Code::MISSING).saying("the body is empty: send the picture's bytes"),
    rule(At::Only("POST /v1/settings/profile/photo"), 400, Code::INVALID).saying("the body: is no JPEG or PNG picture"),
    rule(At::Only("POST /v1/settings/profile/photo"), 413, Code::INVALID).saying("the body: 5242881 bytes are over the limit of 5242880"),
    rule(At::Only("POST /v1/settings/profile/photo"), 415, Code::BAD_REQUEST).saying("Content-Type is \"text/plain\", must be image/jpeg or image/png: send the picture's bytes as the body"),
    rule(At::Only("POST /v1/settings/business/profile"), 400, Code::INVALID).saying("vertical: is empty, but it cannot be cleared once it is set (it is \"Other\")"),
    rule(At::Only("GET /v1/settings/business/whatsapp_business_encryption"), 404, Code::NOT_FOUND).saying("no public key is set"),
    rule(At::Only("POST /v1/settings/business/whatsapp_business_encryption"), 400, Code::INVALID).saying("public_key: is no public key in PEM"),
    rule(At::Only("DELETE /v1/settings/application/media/providers/{name}"), 404, Code::NOT_FOUND).saying("no media provider \"archive\""),
    rule(At::Only("PUT /v1/contacts/{wa_id}/identity"), 400, Code::INVALID).saying("hash: is not the contact's newest identity"),
    rule(At::Only("POST /v1/stickerpacks"), 400, Code::NOT_REQUIRED).saying("namespace: packs of whatsapp can only be read, leave it out"),
    rule(At::Only("POST /v1/stickerpacks/{id}/stickers"), 400, Code::INVALID).saying("image_data_id: there is no media with this id"),
    rule(At::Only("GET /v1/metrics"), 400, Code::INVALID).saying("format: is \"xml\", must be json or prometheus"),
    rule(At::Only("GET /v1/certificates/webhooks/ca"), 404, Code::NOT_FOUND).saying("no certificate was uploaded for the webhook"),
    rule(At::Only("POST /v1/groups"), 404, Code::NOT_FOUND).saying("groups are not supported: they were withdrawn"),
    rule(At::Only("GET /readyz"), 503, Code::NOT_READY).saying("the store cannot be read: no answer within two seconds"),
];

impl At {
    fn holds(self, call: &Call<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Secured => call.is_secured(),
            Self::Login => call.is_login(),
            Self::Admin => call.is_for_admin(),
            Self::Reads(body) => call.body() == Some(body),
            Self::Variable => call.variables().next().is_some(),
            Self::Query => call.has_query(),
            Self::Network => {
                NETWORK.iter().any(|prefix| call.path.starts_with(prefix))
                    && call.name() != KNOWN_HERE
            }
            Self::Send => call.name() == SEND,
            Self::Only(name) => call.name() == name,
        }
    }
}

/// The refusals of one status: `details` by code.
type Codes = BTreeMap<Code, &'static str>;

/// The refusals of a call, by status.
pub(super) fn refusals(call: &Call<'_>) -> BTreeMap<u16, Codes> {
    let mut found: BTreeMap<u16, Codes> = BTreeMap::new();
    for rule in RULES.iter().filter(|rule| rule.at.holds(call)) {
        let usual = Answered::find(rule.code, rule.status).map_or("", |answered| answered.details);
        let codes = found.entry(rule.status).or_default();
        codes.insert(rule.code, rule.details.unwrap_or(usual));
    }
    found
}

/// The response of one status.
pub(super) fn response(status: u16, codes: &Codes) -> Value {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused");
    let listed: Vec<String> = codes
        .keys()
        .map(|code| format!("- {code} {}", code.title()))
        .collect();
    let allowed: Vec<u16> = codes.keys().map(|code| code.0).collect();
    let examples: serde_json::Map<String, Value> = codes
        .iter()
        .map(|(code, details)| (code.to_string(), example(*code, details)))
        .collect();
    json!({
        "description": format!("{reason}:\n\n{}", listed.join("\n")),
        "content": {"application/json": {
            "schema": {
                "$ref": "#/components/schemas/Refusal",
                "properties": {"errors": {"items": {
                    "$ref": "#/components/schemas/Error",
                    "properties": {"code": {"enum": allowed}},
                }}},
            },
            "examples": examples,
        }},
    })
}

fn example(code: Code, details: &str) -> Value {
    let errors = [ErrorObject::new(code, details)];
    json!({
        "summary": format!("{code} {}", code.title()),
        "value": {"errors": errors, "meta": Meta::default()},
    })
}

#[cfg(test)]
mod tests {
    use onprem::error::answers::ANSWERS;

    use super::*;

    #[test]
    fn every_rule_is_in_the_table_of_answers() {
        for Rule {
            at, status, code, ..
        } in RULES
        {
            assert!(
                Answered::find(*code, *status).is_some(),
                "{at:?}: {status} / {code}"
            );
        }
    }

    #[test]
    fn every_answer_can_stand_somewhere() {
        for Answered { code, status, .. } in ANSWERS {
            // What has no call: another method than those of the path, an unknown path, and what only the network's allow
            // list would answer.
            let has_no_call = matches!(
                (*status, *code),
                (405, _) | (404, Code::INTERNAL) | (_, Code::RECIPIENT_BLOCKED)
            );
            let has_rule = RULES
                .iter()
                .any(|rule| (rule.code, rule.status) == (*code, *status));
            assert!(has_rule || has_no_call, "{status} / {code}");
        }
    }

    #[test]
    fn every_call_with_rules_of_its_own_is_there() {
        let document = crate::openapi::document();
        for rule in RULES {
            let At::Only(name) = rule.at else { continue };
            let (method, path) = name.split_once(' ').unwrap();
            let operation = &document["paths"][path][method.to_ascii_lowercase()];
            assert!(operation.is_object(), "{name}");
        }
    }
}
