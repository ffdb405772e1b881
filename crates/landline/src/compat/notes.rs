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
    decided(HTTP, "envelope", &[], "`meta` on every JSON answer; an empty success is `{\"meta\":{…}}`; every error has `details`, none has `href`, at the webhook neither: the network's would explain the network's codes"),
    decided(HTTP, "statuses of error codes", &[], "one table: [errors.md](errors.md)"),
    decided(HTTP, "order of refusals on `POST /v1/messages`", &[], "credentials; content type and size; 1025; 501; 1002; 1008; 1001 and 1009; 1010; locked (1031) or not ready (1011); template and media (2xxx, 1006, 1009); load (1016). The first one is answered alone"),
    decided(HTTP, "unparsable JSON, or JSON that is no object", &[], "400, code 1025, with line and column. No body where one is needed: 1008"),
    decided(HTTP, "unknown fields", &[], "ignored; `--strict` refuses them on sends with 1010. Otherwise 1010 only for a known one where it has no place: `caption` and `filename` (by media type), `status` on a send"),
    decided(HTTP, "optional members", &[], "`null` and `\"\"` count as absent; numbers may be strings; `template` may be a string that holds the object"),
    decided(HTTP, "content types", &[], "`application/json`, `text/json`, `application/…+json`, or none; else 415, code 1025. Login reads any. A GET's body is ignored"),
    decided(HTTP, "size and time", &[], "JSON up to 1 MiB, within 30 s; an upload may pause for 30 s"),
    decided(HTTP, "what is not HTTP", &[], "a request line, header or length that the HTTP parser refuses is answered with a bare 400, 414 or 431: there is no request to answer in an envelope"),
    decided(HTTP, "paths", &[], "a trailing slash makes no difference; `HEAD` and `OPTIONS` are answered; unknown path 404 / 1014; other method 405 / 1025 with `Allow`"),
    decided(HTTP, "login", &[], "`new_password` works for any user at any login; equal to the present one it changes nothing; equal to the first one 1009. First login without it: 403 / 1024. `admin`/`secret` is accepted in `dev` from everywhere"),
    decided(HTTP, "failed logins", &[], "after 10 in a minute for a user from an address, or 100 from an address: 429 / 1015 with `Retry-After`; the right password clears the user's, as long as the limit is not reached; from then on it is refused too, or the limit would protect nothing"),
    decided(HTTP, "API key", &[], "`--api-key` (`LANDLINE_API_KEY`), 12 to 128 characters, else the program ends with status 2; opens `/v1/health`, metrics and stats, compared in constant time"),
    decided(HTTP, "tokens", &[], "opaque, 7 days, only their hash is stored; a changed password revokes the user's other tokens"),
    decided(HTTP, "users", &[], "names: 4 to 32 of `A-Z a-z 0-9 . _ @ -`. A user may read and change itself. `GET /v1/users` is 405. Deleting `admin` is 403 / 1005; a name that is taken 500 / 1014, as documented"),
    decided(HTTP, "`POST /v1/account`", &[], "the number must be this line's (400 / 1009). `cert` is required when the network has a certificate, and its name and number must match (403 / 1005, \"VName certificate error\"). Already registered: 201. After 8 registrations in 72 hours 429 / 1015, because the network blocks a number after 10"),
    decided(HTTP, "two-step PIN", &[], "without `pin` a random one is set at registration, kept sealed, and used again"),
    decided(HTTP, "`POST /v1/account/verify`", &[], "hyphens and spaces are dropped; nothing pending 400 / 1025; wrong code 400 / 1009"),
    decided(HTTP, "application settings", &[], "members merge one by one, `auto_download` as a whole; `null` leaves a value alone; no known field 1008; `sent_status` and `webhooks.message.sent` are one setting, the latter wins, GET shows both; `db_garbagecollector_enable` likewise with `garbagecollector_enable.messages`, GET shows the latter; `webhooks.url` is `\"\"` when there is none; `wa_id` appears once registered"),
    decided(HTTP, "contacts", &[], "as v2.43: immediately `valid` with the digits, in order, doubles kept; `invalid` without a digit; 1 to 1,000 numbers; `blocking` and `force_check` change nothing"),
    decided(HTTP, "identity", &[], "a first-seen one counts as acknowledged; one that changed silently is held back like a notified one. Unknown: 404 / 1006; a hash that is not the newest: 400 / 1009, without saying which is. What is queued when it changes fails with 480"),
    decided(HTTP, "shards", &[], "1 until set; validated, stored and shown, moves nothing; `cert` as in `POST /v1/account`; network out of reach 403 / 1005; before registration 503 / 1011"),
    decided(HTTP, "already registered", &[], "201, `pin` is not checked; the certificate of an approved new name registers anew"),
    decided(HTTP, "two-step, DELETE", &[], "no call asks for the PIN any more; the network keeps it, and so does Landline (sealed) for the next registration"),
    decided(HTTP, "deregistration", &[], "settings, users and queues stay; at most 8 in 72 hours; gone at the network already counts as done"),
    decided(HTTP, "about, business profile", &[], "read from the network, believed for 10 s. `\"\"` and `[]` clear; verticals to the letter, newer ones of the network are shown as `Other`; description 256"),
    decided(HTTP, "photo", &[], "the bytes decide the type; at most 40 megapixels; turned upright, centre square, white behind transparency, at most 640 pixels, JPEG. DELETE puts a grey picture in its place, which counts as none"),
    decided(HTTP, "compliance, encryption key", &[], "compliance: both contacts required, a POST replaces everything, `{}` when unset. Key: `BEGIN PUBLIC KEY` only; none 404 / 1006"),
    decided(HTTP, "certificates", &[], "checked before they are taken, in use for the next connection (or notification) at once; the chain must lead from one to the next and be valid today. `external/ca` is Landline's own CA, or the last certificate of the uploaded chain"),
    decided(HTTP, "media providers", &[], "basic, bearer, and `headers` (an extension); 100 in all; names `[A-Za-z0-9_-]{1,200}`; secrets are masked in GET, and the mask sent back is 1009; a settings reset leaves them. Credentials go to the link's own origin only"),
    decided(HTTP, "sticker packs", &[], "POST 201; name and publisher 128, 30 stickers a pack, 10 emojis each; an index is never given twice; `namespace=whatsapp` is an empty list, read only"),
    decided(HTTP, "groups", &[], "every documented path and verb: 404 / 1006, after credentials; the list is `[]`"),
    decided(HTTP, "garbage collection", &[], "messages 30 days without a change, never one that is in a queue or told of by a notification that is not delivered; media 30 days unused, never one that a queued message, a pending notification or a sticker pack names. A second start joins the run; the end is told once. By itself once a day, without a notification"),
    decided(HTTP, "backup", &[], "registration with PIN and shards, application settings, providers, the webhook's authorities; no users, tokens, messages, media, contacts, templates, profile. Argon2id and AES-256-GCM; a wrong password or one changed byte is 400 / 1009 and changes nothing; backups of the original cannot be read"),
    decided(HTTP, "metrics and stats", &[], "JSON unless `format=prometheus` (anything else 400 / 1009) or an `Accept` of Prometheus; `method` is verb and route; `/internal` has the public names and Landline's own; database counts are good for 5 s. Names: [metrics.md](metrics.md)"),
    decided(HTTP, "support", &[], "`db_engine` is `SQLITE`; environment by name only; `expire_timestamp` lies in the year 9999; what Landline adds stands under `landline`"),
    decided(HTTP, "log settings", &[], "`--log-level`, when given, has the last word over `log_level` and `verbose_logging`, which else change what is logged at once"),
    decided(HTTP, "health, `readyz`", &[], "health is 200 whenever the web answers; `/readyz` asks the store, never the line"),
    decided(DOWN, "`to`", &[], "spaces, hyphens, dots, brackets and one leading `+` or `00` are dropped; then 6 to 15 digits, not beginning with 0, or 1009. No country code is guessed. Mexican, Argentinian and Brazilian spellings of one number share one order. `contacts[0]` of the answer has `input` to the letter"),
    decided(DOWN, "`to` is the business's own number, in any spelling", &[], "400 / 1021"),
    decided(DOWN, "lengths", &[], "counted in Unicode characters: text 4,096 (1001), caption 1,024, opaque data 512"),
    decided(DOWN, "text", &[], "`preview_url` at top level or inside `text`, the nearer one wins; nothing but white space is 1009"),
    decided(DOWN, "media", &[], "by `id` or `link`: neither 1008, both 1009; unknown id 404 / 1006 at once; type and size by kind 1009 at once. Captions on documents are taken. `provider` may be a string or an object"),
    decided(DOWN, "media link", &[], "fetched when the message is sent. Failure: `failed` with 1014; wrong type or too large: `failed` with 1009"),
    decided(DOWN, "pictures", &[], "judged by their bytes: truncated, mislabelled or over 200 megapixels is 500 / 1014 at upload. As an image 8-bit RGB, RGBA or palette PNG, RGB or greyscale JPEG; stickers static, 512 by 512; else 1009 at send. As a document anything goes"),
    decided(DOWN, "audio, video", &[], "another container than declared, or `codecs=opus` without Opus, is 1009 at send; bytes that show nothing pass"),
    decided(DOWN, "contacts", &[], "1 to 257 cards; `country_code` two letters, `birthday` a real day; any `type`; `ims` taken and not sent"),
    decided(DOWN, "reaction (extension)", &[], "an unknown target is 201, then `failed` with 1006"),
    decided(DOWN, "interactive", &[], "a header that its type does not take 2036; a superfluous footer 1010; formatting in labels 2017; body 1,024; orders: the total must be right. Unknown products and flows: as the network says (2024 to 2030, 2068, 2069)"),
    decided(DOWN, "`hsm`", &[], "taken for ever: sent as the template it names, parameters by their `default`"),
    decided(DOWN, "the object of another type", &[], "1010, unless it is empty"),
    decided(DOWN, "strict mode (`--strict`)", &[], "extensions are refused: 501 for `reaction`, `hsm` and `cta_url`, 1010 for `context`, `biz_opaque_callback_data`, `messaging_product`, `text.preview_url` and unknown members of messages"),
    decided(DOWN, "upload", &[], "200; up to 100 MB (413 / 1009); no Content-Type or empty 1008; a picture that is none 500 / 1014; a form 415 / 1025"),
    decided(DOWN, "template", &[], "checked against the table before 201, in this order: 2001, 2060 to 2062, 2014 and 1009 (namespace), 2009, 2013, 2000, 2012, 2004, 2006, 2007, 2008, 2010, 2011, 2005. One that is not in the table is asked for upstream once, at most every 30 s for a name; if that fails 2002. A missing language is 2001 with the languages that exist; 2003 when no template of the account is in it; 2014 for `namespace: \"\"` in strict mode"),
    decided(DOWN, "template fields", &[], "`namespace` optional; `language.policy` absent or `deterministic`, anything else 1009; `date_time` in a header 2012; control characters 2007; a header document that is no PDF 2008; OTP, copy_code and mpm buttons must be given their component (2009); component and parameter types in any case; all six button sub-types; parameter texts without line break, tab or five spaces (2006)"),
    decided(DOWN, "`ttl`", &[], "seconds, or a duration of weeks to seconds; 1 second to 30 days, else 1009. A message waits here at most 24 hours: then `failed` with 410 if it had a `ttl`, with 408 if not"),
    decided(DOWN, "load", &[], "more than 100,000 notifications, or 1,000,000 messages, waiting: 503 / 1016. Nothing inbound is ever refused"),
    decided(DOWN, "a number that may not send", &[], "the message that meets it fails with 1031. Banned, or the account locked: the line is `disconnected` and a send is refused with 403 / 1031. Any other status that does not send: 503 / 1011. Both are told at the root of a notification with 1011"),
    decided(DOWN, "unknown outcome of a send", &[], "waits for a status that names it (5 s in `dev`, from when the network is heard again, and not while anything of that customer is still to be processed), then it is sent again, logged as a possible duplicate; each time after twice the wait"),
    decided(DOWN, "mark as read", &[], "again: 200; unknown id 404 / 1006; an outgoing one or another status 400 / 1009"),
    decided(UP, "request", &[], "`POST` to exactly the URL; `Content-Type: application/json`, a Content-Length, `User-Agent: landline/<version>`; user info in the URL becomes HTTP Basic. Connect 5 s, whole exchange 20 s. Strictly 200"),
    decided(UP, "batching", &[], "one event in each notification"),
    decided(UP, "order", &[], "strict for each customer: the next one waits for the one before, until that has failed ten times while others succeeded"),
    decided(UP, "outage", &[], "failures of three customers with no success between: only probes go out until one succeeds; then all delays are void. A changed URL or backoff does the same"),
    decided(UP, "duplicates", &[], "an event of the network is taken once (its id is kept for 8 days); a notification may be repeated after a crash, with the same id"),
    decided(UP, "statuses", &[], "`recipient_id` and `message.recipient_id`; `type` is `message`; `pricing` on `sent` and `delivered`, not on `read`; `conversation.expiration_timestamp` is a number, on `sent` only. Never an earlier state after a later one. Statuses of messages that other programs sent are dropped; `played` too"),
    decided(UP, "inbound", &[], "`id`, `context.id` and `reaction.message_id` are Landline's ids; a quoted message that is not known has no `context.id`. A voice note is `voice`. Removing a reaction is `emoji: \"\"`. Taken back by the customer: status `deleted`"),
    decided(UP, "media", &[], "downloaded first, three tries within a minute; otherwise `status: \"undownloaded\"`, with code 400 or 429 in `errors` if it failed. `sha256` is lower-case hex. No `file`, no `link`; a document without a caption has none; a sticker's `metadata` comes from its own file"),
    decided(UP, "referral", &[], "the nine documented members, URLs as they come; `ctwa_clid` and `welcome_message` are left out. Its picture or video is fetched too (20 s, limits of its kind, type from the bytes) and named as `image: {id}` or `video: {id}`; a failure is none"),
    decided(UP, "system", &[], "`user_changed_number` and `user_identity_changed`, each behind its setting, without root `contacts`"),
    decided(UP, "groups", &[], "a message that names a group is told, with its `group_id`"),
    decided(UP, "what has no on-prem form", &[], "type `unknown`, code 501, the reason in `details`; also messages of customers without a number, whose id stands where the `wa_id` would"),
    decided(UP, "errors of the network that belong to no message", &[], "root `errors`, the same one at most once a minute"),
    decided(UP, "errors of Landline's own", &[], "1000, 1005, 1011, 1014, 1015, 1016 and 1023 at the root, each at most once a minute. Alerts for the pager are logged at error level, once per outage"),

    // Extensions.
    extension("`context.message_id` on a send", &["Message.context", "Message.context.message_id"], "quotes an earlier message, in either direction; an unknown id is sent without a quote"),
    extension("`biz_opaque_callback_data` on a send", &["Message.biz_opaque_callback_data", "Notification.statuses[].biz_opaque_callback_data"], "up to 512 characters, echoed in that message's statuses"),
    extension("`messaging_product: \"whatsapp\"`", &["Message.messaging_product"], "accepted, so that bodies of Cloud programs can be sent"),
    extension("business-scoped user ids in `to`", &[], "for customers without a number"),
    extension("`GET /`, `/livez`, `/readyz`", &["GET /", "GET /livez", "GET /readyz"], "without credentials"),
    extension("`POST /dev/core {\"running\": true|false}`", &["POST /dev/core"], "`dev` only, administrator: stops and starts the core"),
    extension("`GET /v1/openapi.json`, `/docs`", &["GET /v1/openapi.json", "GET /docs"], "without credentials: the document, and a page of it"),
    extension("`--opaque-ids`", &[], "message ids without the customer's number inside; ids given before keep working"),
    extension("plain `http` for webhooks and media links on this machine", &[], "`dev` only"),
    extension("headers", &[], "`X-Request-Id` and the usual security headers on every answer, `Retry-After` on 429 and 503"),

    // Codes that never come.
    never(&["code 401"], "groups were withdrawn: a message to one is refused with 1002"),
    never(&["code 432", "code 433"], "the network of today checks no certificates; `POST /v1/account` refuses one that is not the number's with 1005"),
    never(&["code 1003", "code 1012"], "groups were withdrawn: calls about them are answered with 1006"),
    never(&["code 1017", "code 1018"], "one process does everything in this version"),
    never(&["code 1022"], "sending without a webhook is allowed"),
];
