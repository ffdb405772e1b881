//! A customer's message: what all have in common, and the content of each type (`webhooks.md` section 2).

use serde_json::{Value, json};

use super::{errors, seconds, wa_id};
use crate::schema::{
    self, Member, boolean, choice, list, object, one_of, optional, required, string, string_like,
};

/// Every type with its content under its own name.
pub(super) fn schema() -> Value {
    let without_content = ["unknown", "ephemeral"].map(|kind| of(kind, None));
    one_of(
        contents()
            .into_iter()
            .map(|(kind, content)| of(kind, Some(content)))
            .chain(without_content),
    )
}

fn of(kind: &'static str, content: Option<Value>) -> Value {
    let content = content.map(|content| required(kind, content));
    let mut schema = object(common(kind).into_iter().chain(content));
    schema["title"] = kind.into();
    schema
}

fn contents() -> [(&'static str, Value); 14] {
    [
        ("text", object([required("body", string())])),
        ("image", media([caption()])),
        ("video", media([caption()])),
        ("audio", media([filename()])),
        ("voice", media([])),
        ("document", media([caption(), filename()])),
        ("sticker", media([sticker_metadata()])),
        ("location", location()),
        ("contacts", list(card())),
        ("button", button()),
        ("interactive", interactive()),
        ("order", order()),
        ("reaction", reaction()),
        ("system", one_of([moved(), identity_changed()])),
    ]
}

/// What any message may have.
fn common(kind: &'static str) -> [Member; 8] {
    [
        required("from", wa_id()).about("The customer."),
        required("id", string()).about("To mark it as read, and to quote it."),
        required("timestamp", seconds()).about("When it was sent, Unix seconds."),
        required("type", choice([kind])),
        optional("context", context()).about("What it answers, quotes or forwards."),
        optional("identity", identity())
            .about("While show_security_notifications is on, once the network has told it."),
        optional("referral", referral())
            .about("The advertisement or post that the customer came from."),
        errors("Why there is no content, or no file."),
    ]
}

fn context() -> Value {
    object([
        optional("from", wa_id()).about("Who wrote the message that is quoted."),
        optional("id", string()).about("That message, if it is known here."),
        optional("forwarded", boolean()),
        optional("frequently_forwarded", boolean()).about("More than five times."),
        optional(
            "referred_product",
            object([
                optional("catalog_id", string()),
                optional("product_retailer_id", string()),
            ]),
        )
        .about("The product that is asked about."),
        optional("group_id", string()).about("Of groups, which were withdrawn."),
        optional("mentions", list(string())).about("Of groups, which were withdrawn."),
    ])
}

fn identity() -> Value {
    object([
        required("acknowledged", boolean()),
        required("created_timestamp", json!({"type": "number"}))
            .about("Unix milliseconds, a number."),
        required("hash", string()).about("For PUT /v1/contacts/{wa_id}/identity."),
    ])
}

fn referral() -> Value {
    let fetched = || object([required("id", string())]);
    let files = [
        optional("image", fetched()).about("Its picture, if it was fetched."),
        optional("video", fetched()).about("Its video, if it was fetched."),
    ];
    object(
        [
            "source_url",
            "source_type",
            "source_id",
            "headline",
            "body",
            "media_type",
            "image_url",
            "video_url",
            "thumbnail_url",
        ]
        .map(|name| optional(name, string()))
        .into_iter()
        .chain(files),
    )
}

fn media(own: impl IntoIterator<Item = Member>) -> Value {
    let all = [
        optional("id", string())
            .about("For GET /v1/media/{id}; absent when it was not downloaded."),
        optional("mime_type", string()),
        optional("sha256", string_like("^[0-9a-f]{64}$")),
        optional("status", choice(["undownloaded"])).about("When there is no `id`."),
    ];
    object(all.into_iter().chain(own))
}

fn caption() -> Member {
    optional("caption", string())
}

fn filename() -> Member {
    optional("filename", string())
}

fn sticker_metadata() -> Member {
    let texts = [
        "sticker-pack-id",
        "sticker-pack-name",
        "sticker-pack-publisher",
        "android-app-store-link",
        "ios-app-store-link",
    ];
    let members = texts
        .map(|name| optional(name, json!({"type": "string"})))
        .into_iter()
        .chain([
            optional("emojis", list(json!({"type": "string"}))),
            optional("is-first-party-sticker", schema::integer(0..=1)),
        ]);
    optional("metadata", object(members)).about("What the sticker's file says of its pack.")
}

fn location() -> Value {
    object([
        required("latitude", json!({"type": "number"})),
        required("longitude", json!({"type": "number"})),
        optional("name", json!({"type": "string"})),
        optional("address", json!({"type": "string"})),
        optional("url", json!({"type": "string"})),
    ])
}

/// Members of a card, all of them texts.
fn texts<const N: usize>(names: [&'static str; N]) -> Value {
    object(names.map(|name| optional(name, json!({"type": "string"}))))
}

fn card() -> Value {
    object([
        optional(
            "name",
            texts([
                "formatted_name",
                "first_name",
                "last_name",
                "middle_name",
                "prefix",
                "suffix",
            ]),
        ),
        optional("phones", list(texts(["phone", "type", "wa_id"]))),
        optional("emails", list(texts(["email", "type"]))),
        optional(
            "addresses",
            list(texts([
                "street",
                "city",
                "state",
                "zip",
                "country",
                "country_code",
                "type",
            ])),
        ),
        optional("org", texts(["company", "department", "title"])),
        optional("urls", list(texts(["url", "type"]))),
        optional("birthday", json!({"type": "string"})),
        optional("ims", list(texts(["service", "user_id"]))),
    ])
}

fn button() -> Value {
    object([
        optional("text", json!({"type": "string"})).about("What the button says."),
        optional("payload", json!({"type": ["string", "null"]}))
            .about("What the template gave it."),
    ])
}

/// Answers of kinds that nobody knows yet are passed on as they came.
fn interactive() -> Value {
    let reply = |more: Option<Member>| {
        let members = [
            required("id", json!({"type": "string"})),
            required("title", json!({"type": "string"})),
        ];
        object(members.into_iter().chain(more))
    };
    let form = object([
        optional("name", json!({"type": "string"})),
        optional("body", json!({"type": "string"})),
        optional("response_json", json!({"type": "string"})).about("JSON inside a text."),
    ]);
    let mut interactive = object([
        optional("type", string()).about("The name of the member that holds the answer."),
        optional("button_reply", reply(None)),
        optional(
            "list_reply",
            reply(Some(optional("description", json!({"type": "string"})))),
        ),
        optional("nfm_reply", form),
    ]);
    interactive["additionalProperties"] = true.into();
    interactive
}

fn order() -> Value {
    let number = || json!({"type": ["number", "string"]});
    let item = object([
        optional("product_retailer_id", json!({"type": "string"})),
        optional("quantity", number()).about("In the network's own type."),
        optional("item_price", number()).about("In the network's own type."),
        optional("currency", json!({"type": "string"})),
    ]);
    object([
        optional("catalog_id", json!({"type": "string"})),
        optional("text", json!({"type": "string"})),
        optional("product_items", list(item)),
    ])
}

fn reaction() -> Value {
    object([
        required("message_id", string()).about("The message that it is a reaction to."),
        required("emoji", json!({"type": "string"})).about("\"\" when it is taken back."),
    ])
}

fn moved() -> Value {
    object([
        required("type", choice(["user_changed_number"])),
        required("body", string()).about("For people."),
        optional("new_wa_id", wa_id()),
    ])
}

fn identity_changed() -> Value {
    object([
        required("type", choice(["user_identity_changed"])),
        required("body", string()).about("For people."),
        optional("identity", string()).about("The hash of the new identity."),
        required("user", wa_id()),
    ])
}
