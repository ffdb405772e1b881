//! Errors as the Graph API words them: one table, from which answers and `failed` statuses are made.

use serde_json::{Value, json};

use crate::network::params::Params;

/// `(code, HTTP status, title)`.
#[rustfmt::skip]
const TABLE: &[(i64, u16, &str)] = &[
    (0, 401, "AuthException"),
    (1, 400, "API Unknown"),
    (2, 503, "API Service"),
    (3, 500, "API Method"),
    (4, 400, "API Too Many Calls"),
    (10, 403, "Permission Denied"),
    (17, 429, "User request limit reached"),
    (33, 400, "Parameter value is not valid"),
    (100, 400, "Invalid parameter"),
    (104, 401, "An access token is required"),
    (190, 401, "Access token has expired"),
    (200, 403, "API Permission"),
    (368, 403, "Temporarily blocked for policies violations"),
    (506, 400, "Duplicate Post"),
    (613, 400, "Calls exceeded rate limit"),
    (803, 404, "Some of the aliases you requested do not exist"),
    (80_007, 400, "Rate limit issues"),
    (80_008, 400, "There have been too many calls to this account"),
    (130_403, 400, "Business blocked this user"),
    (130_429, 400, "Rate limit hit"),
    (130_472, 400, "User's number is part of an experiment"),
    (130_497, 400, "Account restricted from messaging users in this country"),
    (131_000, 500, "Something went wrong"),
    (131_001, 400, "Message too long"),
    (131_002, 400, "Invalid recipient type"),
    (131_005, 403, "Access denied"),
    (131_006, 400, "Resource not found"),
    (131_008, 400, "Required parameter is missing"),
    (131_009, 400, "Parameter value is not valid"),
    (131_016, 500, "Service unavailable"),
    (131_020, 400, "Bad group"),
    (131_021, 400, "Recipient cannot be sender"),
    (131_026, 400, "Message undeliverable"),
    (131_030, 400, "Recipient phone number not in allowed list"),
    (131_031, 403, "Account has been locked"),
    (131_037, 400, "Display name approval needed"),
    (131_041, 400, "Group unknown"),
    (131_042, 400, "Business eligibility payment issue"),
    (131_043, 400, "Message expired"),
    (131_044, 400, "Business eligibility payment issue"),
    (131_045, 500, "Incorrect certificate"),
    (131_047, 400, "Re-engagement message"),
    (131_048, 400, "Spam Rate limit hit"),
    (131_049, 400, "This message was not delivered to maintain healthy ecosystem engagement."),
    (131_050, 400, "User has stopped marketing messages"),
    (131_051, 400, "Unsupported message type"),
    (131_052, 400, "Media download error"),
    (131_053, 400, "Media upload error"),
    (131_055, 400, "Method not allowed"),
    (131_056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    (131_057, 500, "Account in maintenance mode"),
    (131_059, 400, "Invalid cursor"),
    (131_060, 400, "Message currently unavailable"),
    (131_062, 400, "Business-scoped user ids are not supported for this message"),
    (131_063, 400, "Marketing templates are disabled on the Cloud API"),
    (131_064, 400, "Template classification limit"),
    (132_000, 400, "Number of parameters does not match the expected number of params"),
    (132_001, 404, "Template name does not exist in the translation"),
    (132_005, 400, "Translated text too long"),
    (132_007, 400, "Template format character policy violated"),
    (132_008, 400, "Template parameter value is not valid"),
    (132_012, 400, "Parameter format does not match format in the created template"),
    (132_015, 400, "Template is paused"),
    (132_016, 400, "Template is disabled"),
    (132_018, 400, "Template validation failed"),
    (132_068, 400, "Flow is blocked"),
    (132_069, 400, "Flow is throttled"),
    (133_000, 500, "Incomplete Deregistration"),
    (133_001, 400, "Decryption Error"),
    (133_002, 400, "Backup Blob Decryption Error"),
    (133_003, 400, "Recovery Token Decryption Error"),
    (133_004, 503, "Server temporarily unavailable"),
    (133_005, 400, "Two step verification PIN Mismatch"),
    (133_006, 400, "Phone number re-verification needed"),
    (133_007, 400, "Account Blocked"),
    (133_008, 400, "Too Many two step verification PIN Guesses"),
    (133_009, 400, "Two step verification PIN Guessed Too Fast"),
    (133_010, 400, "The account is not registered"),
    (133_015, 400, "Please wait a few minutes before attempting to register this phone number"),
    (133_016, 400, "Account register deregister rate limit exceeded"),
    (134_011, 400, "Payments terms of service pending"),
    (134_100, 400, "Only marketing messages supported"),
    (134_101, 400, "Template is still syncing"),
    (134_102, 500, "Template unavailable for use"),
    (135_000, 400, "Generic user error"),
    (136_024, 400, "Request code error"),
    (136_025, 400, "Verify code error"),
    (137_000, 400, "Recipient identity key hash mismatch"),
    (138_000, 400, "Calling not enabled"),
    (139_000, 400, "Blocked by integrity"),
    (139_001, 400, "Flow cannot be updated"),
    (139_002, 400, "Flow cannot be published"),
    (139_004, 400, "Flow cannot be deprecated"),
    (139_100, 400, "Failed to block/unblock some users"),
    (139_101, 400, "Blocklist limit reached"),
    (139_102, 400, "Blocklist concurrent update"),
    (139_103, 500, "Internal error"),
    (147_001, 400, "Username is not valid"),
    (200_002, 400, "Template creation failed"),
];

/// Codes of what may work a moment later.
const TRANSIENT: &[i64] = &[2, 131_016, 133_004];

/// Status and title of a code.
fn entry(code: i64) -> (u16, &'static str) {
    TABLE
        .iter()
        .find(|(known, _, _)| *known == code)
        .map_or((400, "Something went wrong"), |(_, status, title)| {
            (*status, *title)
        })
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GraphError {
    /// HTTP status.
    pub(crate) status: u16,
    pub(crate) code: i64,
    subcode: Option<i64>,
    kind: &'static str,
    message: String,
    details: Option<Box<str>>,
    user_message: Option<Box<str>>,
    /// Stands beside the error in the body.
    beside: Option<Box<(&'static str, Value)>>,
}

impl GraphError {
    /// An error of the table.
    pub(crate) fn new(code: i64, details: impl Into<String>) -> Self {
        let (status, title) = entry(code);
        Self {
            status,
            code,
            subcode: None,
            kind: "OAuthException",
            message: format!("(#{code}) {title}"),
            details: Some(details.into().into_boxed_str()),
            user_message: None,
            beside: None,
        }
    }

    /// Code 100 with its own sentence.
    pub(crate) fn parameter(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self {
            message: format!("(#100) {sentence}"),
            ..Self::new(100, sentence)
        }
    }

    /// A parameter that must be there.
    pub(crate) fn required(name: &str) -> Self {
        Self::parameter(format!("The parameter {name} is required."))
    }

    /// An error without a place in the table: free text, no details.
    pub(crate) fn plain(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: None,
            ..Self::new(code, "")
        }
    }

    /// A media file that a message names and nobody has.
    pub(crate) fn unknown_media(path: &str, id: &str) -> Self {
        Self {
            subcode: Some(33),
            kind: "GraphMethodException",
            ..Self::new(100, format!("{path}: there is no media with id {id}"))
        }
    }

    /// An object that does not exist, or does not know the call.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let method = method.to_lowercase();
        Self {
            subcode: Some(33),
            kind: "GraphMethodException",
            ..Self::plain(
                400,
                100,
                format!(
                    "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                     permissions, or does not support this operation"
                ),
            )
        }
    }

    /// With a subcode and a sentence for a person, as management calls have them.
    pub(crate) fn for_person(self, subcode: i64, sentence: &str) -> Self {
        Self {
            subcode: Some(subcode),
            user_message: Some(sentence.into()),
            ..self
        }
    }

    /// With a member that stands beside the error.
    pub(crate) fn with(self, name: &'static str, value: Value) -> Self {
        Self {
            beside: Some(Box::new((name, value))),
            ..self
        }
    }

    /// Whether it is one of those that the header `WWW-Authenticate` tells as well.
    pub(crate) fn is_oauth(&self) -> bool {
        self.kind == "OAuthException"
    }

    /// What it says.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The body.
    pub(crate) fn body(&self, trace: &str) -> Value {
        let mut error = Params::default();
        error.set("message", self.message.as_str());
        error.set("type", self.kind);
        error.set("code", self.code);
        if let Some(subcode) = self.subcode {
            error.set("error_subcode", subcode);
        }
        if let Some(sentence) = &self.user_message {
            if !TRANSIENT.contains(&self.code) {
                error.set("is_transient", false);
            }
            error.set("error_user_title", entry(self.code).1);
            error.set("error_user_msg", &**sentence);
        }
        if TRANSIENT.contains(&self.code) {
            error.set("is_transient", true);
        }
        if let Some(details) = &self.details {
            error.set(
                "error_data",
                json!({"messaging_product": "whatsapp", "details": details}),
            );
        }
        error.set("fbtrace_id", trace);
        let mut body = Params::default();
        body.set("error", error.0);
        if let Some((name, value)) = self.beside.as_deref() {
            body.set("messaging_product", "whatsapp");
            body.set(name, value.clone());
        }
        Value::Object(body.0)
    }
}

/// The error object of a `failed` status.
pub(crate) fn status_error(code: i64, details: &str) -> Value {
    let (_, title) = entry(code);
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": "https://graph.example/docs/error-codes",
    })
}
