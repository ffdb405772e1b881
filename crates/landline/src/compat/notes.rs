//! What the generated tables cannot know: where Landline differs on purpose, what was decided where the original's
//! documentation is silent, what is added, and which codes can never come. One line each; `cargo run -- compat` prints the
//! page that is made of them.
//!
//! `about` names what a note is about, so that the tables show it there: a call (`POST /v1/account`), a field of a body
//! (`Message.context.message_id`, `Notification.statuses[].pricing`), a setting (`setting pass_through`) or a code
//! (`code 1022`).

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) kind: Kind,
    /// What it is about, for readers.
    pub(super) title: &'static str,
    /// What it is about, for the tables.
    pub(super) about: &'static [&'static str],
    /// What Landline does.
    pub(super) said: &'static str,
}

/// What a note says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The original does something else, and so do most proposals; why Landline does not.
    Different {
        original: &'static str,
        why: &'static str,
    },
    /// The original's documentation does not say it, or says two things.
    Decided(&'static str),
    /// The original does not have it.
    Extension,
    /// A documented code that Landline never raises.
    Never,
}

const fn different(
    title: &'static str,
    about: &'static [&'static str],
    original: &'static str,
    said: &'static str,
    why: &'static str,
) -> Note {
    Note {
        kind: Kind::Different { original, why },
        title,
        about,
        said,
    }
}

const fn decided(
    topic: &'static str,
    title: &'static str,
    about: &'static [&'static str],
    said: &'static str,
) -> Note {
    Note {
        kind: Kind::Decided(topic),
        title,
        about,
        said,
    }
}

const fn extension(
    title: &'static str,
    about: &'static [&'static str],
    said: &'static str,
) -> Note {
    Note {
        kind: Kind::Extension,
        title,
        about,
        said,
    }
}

const fn never(code: &'static [&'static str], said: &'static str) -> Note {
    Note {
        kind: Kind::Never,
        title: "",
        about: code,
        said,
    }
}

/// Topics of decisions, in the order of the page.
pub(super) const TOPICS: [&str; 3] = [HTTP, DOWN, UP];
const HTTP: &str = "HTTP, users, account";
const DOWN: &str = "Messages down";
const UP: &str = "Notifications up";

/// Every note, in the order of the page.
#[rustfmt::skip]
pub(super) const NOTES: &[Note] = &[
    // Different on purpose.
    different("`callback_persist: false`", &["setting callback_persist"], "notifications are not stored on disk", "stored and shown; notifications are kept on disk all the same", "a setting must not be able to lose what customers wrote"),
    different("no webhook URL", &["setting webhooks.url"], "everything is dropped", "inbound messages are kept and delivered when a URL is set; statuses and errors are not made", "as above. Statuses of long ago help nobody"),
    different("clearing the URL, resetting the settings", &[], "not documented; proposed: drop the queue", "delivery stops, the queue stays", "as above"),
    different("sending without a webhook", &[], "error 1022 exists", "accepted; 1022 is never answered", "a program that only sends is a valid program"),
    different("give-up time of notifications", &[], "never, 24 hours or 7 days, by page", "never", "the settings reference wins"),
    different("`pass_through`", &["setting pass_through"], "deletes messages; cannot be switched on since v2.35", "accepted with either value and ignored; not shown by GET", "programs are known to send it"),
    different("the 24-hour window", &[], "decided by WhatsApp's side", "the same: Landline never refuses a send because of it. 201, then `failed` with 470", "one judge is enough"),
    different("health during the start-up flow", &["GET /v1/health"], "not documented", "`connecting` until both steps are done", "whoever sees `connected` can send"),
    different("settings that needed a restart", &[], "core restart", "in force at once", "nothing was gained by waiting"),
    different("request limits (50/s, 20/s)", &[], "its capacity", "none by default", "not a contract"),
    different("message ids", &[], "opaque", "minted here in the original's layout, both ways; the network's ids are never shown (except as the target of a reaction to a message that Landline does not know)", "programs parse and store the layout"),
    different("currency and date parameters", &[], "localised by the recipient's device", "shown by their fallback, as the Cloud API does; the structured value is kept", "the network has no other way"),
    different("webhook and media hosts", &[], "any", "public addresses only; `dev` also allows this machine's own. Redirects of webhooks are not followed; of media links up to three are, each checked", "a stranger's URL must not reach an internal service"),
    different("TLS of webhooks", &[], "also old versions", "TLS 1.2 or newer with modern cipher suites", ""),
    different("`uninitialized` in health", &["GET /v1/health"], "while starting", "never: nothing answers before the store is open", ""),
    different("edited messages", &[], "no form", "type `unknown`, code 501, the new text in `details`", "nothing that a customer wrote is dropped"),

    // Decided where the documentation is silent.
    decided(HTTP, "envelope", &[], "`meta` on every JSON answer; an empty success is `{\"meta\":{…}}`; every error has `details`, none has `href`"),
    decided(HTTP, "statuses of error codes", &[], "one table: [errors.md](errors.md)"),
    decided(HTTP, "order of refusals on `POST /v1/messages`", &[], "credentials; content type and size; 1025; 501; 1002; 1008; 1001 and 1009; 1010; not ready (1011); template and media (2xxx, 1006, 1009); load (1016). The first one is answered alone"),
    decided(HTTP, "unparsable JSON, or JSON that is no object", &[], "400, code 1025, with line and column. No body where one is needed: 1008"),
    decided(HTTP, "unknown fields", &[], "ignored, and refused with 1010 by `--strict` on sends. Otherwise 1010 only for a known one where it has no place: `caption` and `filename` (by media type), `status` on a send"),
    decided(HTTP, "optional members", &[], "`null` and `\"\"` count as absent; numbers may be strings; `template` may be a string that holds the object"),
    decided(HTTP, "content types", &[], "`application/json`, `text/json`, `application/…+json`, or none; else 415, code 1025. Login reads any. A GET's body is ignored"),
    decided(HTTP, "size and time", &[], "JSON up to 1 MiB, within 30 s; an upload may pause for 30 s"),
    decided(HTTP, "what is not HTTP", &[], "a request line, header or length that the HTTP parser refuses is answered with a bare 400, 414 or 431: there is no request to answer in an envelope"),
    decided(HTTP, "paths", &[], "a trailing slash makes no difference; `HEAD` and `OPTIONS` are answered; unknown path 404 / 1014; other method 405 / 1025 with `Allow`"),
    decided(HTTP, "login", &[], "`new_password` works for any user at any login; equal to the present one it changes nothing; equal to the first one 1009. First login without it: 403 / 1024. `admin`/`secret` is accepted in `dev` from everywhere"),
    decided(HTTP, "failed logins", &[], "after 10 in a minute for a user from an address, or 100 from an address: 429 / 1015 with `Retry-After`; the right password clears the user's, as long as the limit is not reached; from then on it is refused too, or the limit would protect nothing"),
    decided(HTTP, "API key", &[], "`--api-key` (`LANDLINE_API_KEY`), 12 to 128 characters, else the program ends with status 2; opens `/v1/health`, `/metrics`, `/v1/metrics` and `/v1/stats/…`, compared in constant time"),
    decided(HTTP, "tokens", &[], "opaque, 7 days, only their hash is stored; a changed password revokes the user's other tokens"),
    decided(HTTP, "users", &[], "names: 4 to 32 of `A-Z a-z 0-9 . _ @ -`. A user may read and change itself. `GET /v1/users` is 405. Deleting `admin` is 403 / 1005; a name that is taken 500 / 1014, as documented"),
    decided(HTTP, "`POST /v1/account`", &[], "the number must be this line's (400 / 1009). `cert` is required when the network has a certificate, and its name and number must match (403 / 1005, \"VName certificate error\"). Already registered: 201. After 8 registrations in 72 hours 429 / 1015, because the network blocks a number after 10"),
    decided(HTTP, "two-step PIN", &[], "without `pin` a random one is set at registration, kept sealed, and used again"),
    decided(HTTP, "`POST /v1/account/verify`", &[], "hyphens and spaces are dropped; nothing pending 400 / 1025; wrong code 400 / 1009"),
    decided(HTTP, "application settings", &[], "members merge one by one, `auto_download` as a whole; `null` leaves a value alone; no known field 1008; `sent_status` and `webhooks.message.sent` are one setting, the latter wins, GET shows both; `db_garbagecollector_enable` likewise with `garbagecollector_enable.messages`, GET shows the latter; `webhooks.url` is `\"\"` when there is none; `wa_id` appears once registered"),
    decided(HTTP, "contacts", &[], "as v2.43: immediately `valid` with the digits, in order, doubles kept; `invalid` without a digit; 1 to 1,000 numbers; `blocking` and `force_check` change nothing"),
    decided(HTTP, "health, `readyz`", &[], "health is 200 whenever the web answers; `/readyz` asks the store, never the line"),
    decided(DOWN, "`to`", &[], "spaces, hyphens, dots, brackets and one leading `+` or `00` are dropped; then 6 to 15 digits, not beginning with 0, or 1009. No country code is guessed. Mexican, Argentinian and Brazilian spellings of one number share one order. `contacts[0]` of the answer has `input` to the letter"),
    decided(DOWN, "`to` is the business's own number, in any spelling", &[], "400 / 1021"),
    decided(DOWN, "lengths", &[], "counted in Unicode characters: text 4,096 (1001), caption 1,024, opaque data 512"),
    decided(DOWN, "text", &[], "`preview_url` at top level or inside `text`, the nearer one wins; nothing but white space is 1009"),
    decided(DOWN, "media", &[], "by `id` or `link`: neither 1008, both 1009; unknown id 404 / 1006 at once; type and size by kind 1009 at once. Captions on documents are taken. `provider` may be a string or an object"),
    decided(DOWN, "media link", &[], "fetched when the message is sent. Failure: `failed` with 1014; wrong type or too large: `failed` with 1009"),
    decided(DOWN, "upload", &[], "200; up to 100 MB (413 / 1009); no Content-Type or empty 1008; a picture that is none 500 / 1014; a form 415 / 1025"),
    decided(DOWN, "template", &[], "checked against the table before 201, in this order: 2001, 2060 to 2062, 2014 and 1009 (namespace), 2009, 2013, 2000, 2012, 2004, 2006, 2007, 2008, 2010, 2011, 2005. One that is not in the table is asked for upstream once, at most every 30 s for a name; if that fails 2002. A missing language is 2001 with the languages that exist, or 2003 when the account has no template at all in it; 2014 is for an empty `namespace` in strict mode"),
    decided(DOWN, "template fields", &[], "`namespace` optional; `language.policy` absent or `deterministic`, anything else 1009; component and parameter types in any case; all six button sub-types; parameter texts without line break, tab or five spaces (2006)"),
    decided(DOWN, "`ttl`", &[], "seconds, or a duration of weeks to seconds; 1 second to 30 days, else 1009. A message waits here at most 24 hours: then `failed` with 410 if it had a `ttl`, with 408 if not"),
    decided(DOWN, "load", &[], "more than 100,000 notifications, or 1,000,000 messages, waiting: 503 / 1016. Nothing inbound is ever refused"),
    decided(DOWN, "unknown outcome of a send", &[], "waits for a status that names it (5 s in `dev`, from when the network is heard again, and not while anything of that customer is still to be processed), then it is sent again, logged as a possible duplicate; each time after twice the wait"),
    decided(DOWN, "mark as read", &[], "again: 200; unknown id 404 / 1006; an outgoing one or another status 400 / 1009"),
    decided(UP, "request", &[], "`POST` to exactly the URL; `Content-Type: application/json`, a Content-Length, `User-Agent: landline/<version>`; user info in the URL becomes HTTP Basic. Connect 5 s, whole exchange 20 s. Strictly 200"),
    decided(UP, "batching", &[], "one event in each notification"),
    decided(UP, "order", &[], "strict for each customer: the next one waits for the one before, until that has failed ten times while others succeeded"),
    decided(UP, "outage", &[], "failures of three customers with no success between: only probes go out until one succeeds; then all delays are void. A changed URL or backoff does the same"),
    decided(UP, "duplicates", &[], "an event of the network is taken once (its id is kept for 8 days); a notification may be repeated after a crash, with the same id"),
    decided(UP, "statuses", &[], "`recipient_id` and `message.recipient_id`; `type` is `message`; `pricing` on `sent` and `delivered`, not on `read`; `conversation.expiration_timestamp` is a number, on `sent` only. Never an earlier state after a later one. Statuses of messages that other programs sent are dropped; `played` too"),
    decided(UP, "inbound", &[], "`id`, `context.id` and `reaction.message_id` are Landline's ids; a quoted message that is not known has no `context.id`. A voice note is `voice`. Removing a reaction is `emoji: \"\"`. Taken back by the customer: status `deleted`"),
    decided(UP, "media", &[], "downloaded first, three tries within a minute; otherwise `status: \"undownloaded\"`, with code 400 or 429 in `errors` if it failed. `sha256` is lower-case hex. No `file`, no `link`; a document without a caption has none; a sticker's `metadata` are read from its file"),
    decided(UP, "referral", &[], "the nine documented members, URLs as they come; `ctwa_clid` and `welcome_message` are left out"),
    decided(UP, "system", &[], "`user_changed_number` and `user_identity_changed`, each behind its setting, without root `contacts`"),
    decided(UP, "what has no on-prem form", &[], "type `unknown`, code 501, the reason in `details`; also messages of customers without a number, whose id stands where the `wa_id` would"),
    decided(UP, "errors of the network that belong to no message", &[], "root `errors`, the same one at most once a minute"),

    // Extensions.
    extension("`context.message_id` on a send", &["Message.context", "Message.context.message_id"], "quotes an earlier message, in either direction; an unknown id is sent without a quote"),
    extension("`biz_opaque_callback_data` on a send", &["Message.biz_opaque_callback_data", "Notification.statuses[].biz_opaque_callback_data"], "up to 512 characters, echoed in that message's statuses"),
    extension("`messaging_product: \"whatsapp\"`", &["Message.messaging_product"], "accepted, so that bodies of Cloud programs can be sent"),
    extension("business-scoped user ids in `to`", &[], "for customers without a number"),
    extension("`GET /`, `/livez`, `/readyz`", &["GET /", "GET /livez", "GET /readyz"], "without credentials"),
    extension("`POST /dev/core {\"running\": true|false}`", &["POST /dev/core"], "`dev` only, administrator: stops and starts the core"),
    extension("plain `http` for webhooks and media links on this machine", &[], "`dev` only"),
    extension("headers", &[], "`X-Request-Id` and the usual security headers on every answer, `Retry-After` on 429 and 503"),
    extension("description of itself", &["GET /v1/openapi.json", "GET /docs"], "`GET /v1/openapi.json`, a page of it at `/docs`, `landline openapi`, `landline postman`; without credentials"),

    // Codes that never come.
    never(&["code 401"], "groups were withdrawn: a message to one is refused with 1002"),
    never(&["code 432", "code 433"], "the network of today checks no certificates; `POST /v1/account` refuses one that is not the number's with 1005"),
    never(&["code 1003", "code 1012"], "groups were withdrawn: calls about them are answered with 1006"),
    never(&["code 1017", "code 1018"], "one process does everything in this version"),
    never(&["code 1022"], "sending without a webhook is allowed"),
];
