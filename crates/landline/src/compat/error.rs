//! The error codes: what is answered, what is told at the webhook, what never comes.

use landline_core::translate::error::sources;
use onprem::error::TABLE;
use onprem::error::answers::ANSWERS;
use onprem::{Code, error};

use super::Section;
use super::markdown::{head, row};
use super::note::{State, about};

/// What leads to a code at the webhook without a word of the network's.
pub(super) const OWN: &[(Code, &str)] = &[
    (Code::MEDIA_DOWNLOAD, "a customer's file cannot be fetched"),
    (Code::STALE, "waited here for a day"),
    (Code::EXPIRED, "its `ttl` passed here"),
    (Code::RATE_LIMIT, "fetching a customer's file was throttled"),
    (
        Code::USER_CHANGED,
        "the recipient's identity changed before the message was sent",
    ),
    (Code::TYPE_UNSUPPORTED, "a message with no on-prem form"),
    (
        Code::GENERIC,
        "outcome unknown, `on_unknown = fail`; a failure of ours",
    ),
    (Code::ACCESS, "the media folder cannot be written"),
    (
        Code::NOT_FOUND,
        "media deleted before sending; a reaction to a message that is not known",
    ),
    (Code::INVALID, "a link of the wrong type or size"),
    (
        Code::INTERNAL,
        "a link cannot be fetched; a collection failed; the disk is full; an event of the network was set aside",
    ),
    (Code::TOO_MANY, "the network slows the line down"),
    (Code::OVERLOADED, "too many messages or notifications wait"),
    (Code::DATABASE, "the store failed"),
];

/// Every documented code.
pub(super) fn table() -> Section {
    let mut section = Section {
        text: head(["code", "title", "", "in answers", "at the webhook"]),
        states: Vec::new(),
    };
    for error::Row { code, title, .. } in TABLE {
        let subject = format!("code {code}");
        let answers: Vec<String> = ANSWERS
            .iter()
            .filter(|answered| answered.code == *code)
            .map(|answered| format!("{}: {}", answered.status, answered.cause))
            .collect();
        let (told, why) = (told(*code), about(&subject).next().map(|note| note.said));
        let state = State::of(&subject, "");
        let answered = match (answers.is_empty(), why) {
            (true, Some(why)) => format!("never: {why}"),
            (true, None) => "never".to_owned(),
            (false, _) => answers.join("; "),
        };
        let told = if told.is_empty() { "never" } else { &told };
        section.text.push_str(&row([
            &code.to_string(),
            title,
            state.word(),
            &answered,
            told,
        ]));
        section.states.push(state);
    }
    section
}

/// What leads to a code at the webhook: the network's codes, then what happens here.
pub(super) fn told(code: Code) -> String {
    let network = sources(code).join(", ");
    let own = OWN.iter().filter(|(own, _)| *own == code);
    let causes = own.map(|(_, cause)| *cause);
    let all: Vec<&str> = std::iter::once(network.as_str())
        .filter(|network| !network.is_empty())
        .chain(causes)
        .collect();
    all.join("; ")
}

const BEGIN: &str = "\
# Errors

<!-- Made by `landline compat --errors`. -->

A refused request is answered with an envelope. Branch on `code`; `title` is fixed for a code, `details` names the field
and what is allowed.

```json
{\"errors\":[{\"code\":1008,\"title\":\"Required parameter is missing\",\"details\":\"to is required\"}],\"meta\":{\"api_status\":\"stable\",\"version\":\"v2.53.1\"}}
```

429 and 503 carry `Retry-After` in seconds, 401 `WWW-Authenticate`, 405 `Allow`. The OpenAPI document (`/v1/openapi.json`,
`/docs`) lists the codes of each call. What never comes, and why, is in [compatibility.md](compatibility.md).

## Answers of calls

";

const WEBHOOK: &str = "
## At the webhook

In `statuses[].errors` of a `failed` message, in `messages[].errors`, or at the root. The left column is the network's
code that leads to it, or what happens here; a code of the network that is not listed becomes 500, with `upstream <code>` in
`details`.

";

const END: &str = "
When the network refuses a *send*, not every row is a failure. Throttling and outages (429, 1015, 1016) are tried again
until the message's lifetime ends, then it fails with 408 or 410; 131056 holds back that recipient only; 1 and 131000
are tried three times. Credentials and permissions (1005) disconnect the line, 430 unregisters it: the message stays
queued.

## The relay

Answers to the network's webhooks at `/graph/{app}`: 200 when everything is on disk; 401 signature missing or wrong; 400
signed, but unreadable; 403 a verification with another token; 404 no such app; 408 and 413 too slow, too large; 503 the
store cannot take it now. The network tries again whatever is not 200.
";

/// `docs/errors.md`.
pub(super) fn page() -> String {
    let mut page = String::from(BEGIN);
    page.push_str(&head(["code", "title", "HTTP", "cause"]));
    for answered in ANSWERS {
        let (code, status) = (answered.code.to_string(), answered.status.to_string());
        page.push_str(&row([&code, answered.title(), &status, answered.cause]));
    }
    page.push_str(WEBHOOK);
    page.push_str(&head(["network", "code", "title"]));
    for error::Row { code, title, .. } in TABLE {
        let told = told(*code);
        if !told.is_empty() {
            page.push_str(&row([&told, &code.to_string(), title]));
        }
    }
    page.push_str(END);
    page
}
