//! Good requests, and how they are spoilt.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::dice::Dice;

/// Longest JSON body.
const LIMIT: usize = 1 << 20;

/// Bodies that are next to nothing.
const BODIES: &[&str] = &[
    "",
    " ",
    "null",
    "[]",
    "0",
    "\"\"",
    "{",
    "}",
    "\u{feff}{}",
    "{}",
];

/// What a request shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Auth {
    Good,
    None,
    Header(Vec<u8>),
}

#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) auth: Auth,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.body[..self.body.len().min(2000)];
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("auth", &self.auth)
            .field("content_type", &self.content_type)
            .field("body", &shown.escape_ascii().to_string())
            .field("length", &self.body.len())
            .finish()
    }
}

impl Request {
    /// A good request with one to three things wrong.
    pub(super) fn spoilt(dice: &mut Dice) -> Self {
        if dice.one_in(100) {
            return login(dice);
        }
        if dice.one_in(30) {
            return upload(dice);
        }
        let (method, path, mut body) = good(dice);
        for _ in 0..dice.below(4) {
            bend(&mut body, dice);
        }
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            auth: Auth::Good,
            content_type: dice.one_in(2).then(|| "application/json".to_owned()),
            body: body.to_string().into_bytes(),
        };
        request.spoil(dice);
        request
    }

    fn spoil(&mut self, dice: &mut Dice) {
        match dice.below(30) {
            0 => self.auth = strange_auth(dice),
            1 => self.method = strange_method(&self.path, dice),
            2 => self.path = strange_path(&self.path, dice),
            3 => self.content_type = Some(strange_type(dice)),
            4 if dice.one_in(20) => self.body.resize(LIMIT + 1 + dice.below(1000), b' '),
            5..8 => self.body.truncate(dice.below(self.body.len())),
            8..10 => self.flip(dice),
            10..12 => self.insert(dice),
            12 => {
                let length = dice.below(200);
                self.body = dice.bytes(length);
            }
            13 => self.body = deep(dice),
            14 => dice.pick(BODIES).as_bytes().clone_into(&mut self.body),
            _ => {}
        }
    }

    fn flip(&mut self, dice: &mut Dice) {
        let place = dice.below(self.body.len());
        self.body[place] ^= 1 << dice.below(8);
    }

    fn insert(&mut self, dice: &mut Dice) {
        const PIECES: [&[u8]; 12] = [
            b"\xff",
            b"\xc3\x28",
            b"\0",
            b"\\ud800",
            b"\"",
            b"{",
            b"]",
            b",",
            b":",
            b"1e999",
            b"\x1b[31m",
            b"\xed\xa0\x80",
        ];
        let place = dice.below(self.body.len() + 1);
        let piece = dice.pick(&PIECES);
        self.body.splice(place..place, piece.iter().copied());
    }
}

/// A call that would do, or that fails for one reason of its own where success would disturb the test.
fn good(dice: &mut Dice) -> (&'static str, &'static str, Value) {
    const LINK: &str = "http://127.0.0.1:9/van.png";
    match dice.below(18) {
        14 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "location", "location": {
                "latitude": 52.5163, "longitude": "13.3777", "name": "Hummingbird Coffee", "address": "Pariser Platz",
            }}),
        ),
        15 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "contacts", "contacts": [{
                "name": {"formatted_name": "Ada Quist", "first_name": "Ada"}, "birthday": "1990-02-28",
                "addresses": [{"city": "Springfield", "country_code": "US"}], "org": {"company": "Quist Tools"},
                "phones": [{"phone": "+1 202 555 0143", "wa_id": "12025550143"}],
                "emails": [{"email": "ada@quist.example", "type": "WORK"}], "urls": [{"url": "https://quist.example"}],
            }]}),
        ),
        16 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "reaction", "reaction": {"message_id": "gBGGnobody", "emoji": "👍"}}),
        ),
        17 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "hsm", "hsm": {
                "namespace": "another_account", "element_name": "order_update", "language": {"code": "en_US"},
                "localizable_params": [
                    {"default": "$42", "currency": {"currency_code": "USD", "amount_1000": 42000}},
                    {"default": "Friday", "date_time": {"component": {"day_of_week": 5, "hour": 14}}},
                ],
            }}),
        ),
        0 | 1 => (
            "POST",
            "/v1/messages",
            json!({
                "to": "13055550199", "type": "text", "recipient_type": "individual", "preview_url": true, "ttl": "P1D",
                "text": {"body": "Your parcel left the depot"}, "context": {"message_id": "gBGGnobody"},
                "biz_opaque_callback_data": "4711",
            }),
        ),
        2 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "image", "image": {"link": LINK, "caption": "The van"}}),
        ),
        3 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "document", "document": {
                "id": "00000000-0000-4000-8000-000000000000", "filename": "lease.pdf", "caption": "signed",
            }}),
        ),
        4 | 5 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "template", "template": {
                "name": "order_update", "language": {"policy": "deterministic", "code": "en_US"}, "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": "A-17"}, {"type": "text", "text": "sent"}]},
                ],
            }}),
        ),
        6 => (
            "POST",
            "/v1/messages",
            json!({"to": "13055550199", "type": "template", "template": {
                "name": "delivery_slot", "language": {"code": "en_US"}, "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]},
                    {"type": "body", "parameters": [
                        {"type": "text", "text": "Noor"},
                        {"type": "currency", "currency": {"fallback_value": "$42", "code": "USD", "amount_1000": 42000}},
                        {"type": "date_time", "date_time": {"fallback_value": "3 March", "day_of_week": "MONDAY", "month": 3}},
                    ]},
                    {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "x"}]},
                ],
            }}),
        ),
        7 => (
            "PUT",
            "/v1/messages/ABGGEgIlVQFDAgkAAAAAAAAAAAA",
            json!({"status": "read"}),
        ),
        8 => (
            "POST",
            "/v1/contacts",
            json!({"blocking": "wait", "force_check": true, "contacts": ["+1 305 555 0199", "12"]}),
        ),
        9 => (
            "POST",
            "/v1/users",
            json!({"username": "ops.reader", "password": "weak"}),
        ),
        10 => (
            "PUT",
            "/v1/users/nobody.here",
            json!({"password": "Str0ng.Enough!"}),
        ),
        11 => (
            "POST",
            "/v1/account",
            json!({
                "cc": "1", "phone_number": "2025550111", "method": "sms", "cert": "AAAA", "pin": "123456",
            }),
        ),
        12 => ("POST", "/v1/account/verify", json!({"code": "123-456"})),
        _ => (
            "PATCH",
            "/v1/settings/application",
            json!({
                "callback_backoff_delay_ms": "3000", "max_callback_backoff_delay_ms": 900_000, "callback_persist": true,
                "media": {"auto_download": ["image", "voice"]}, "log_level": "info",
                "webhooks": {"max_concurrent_requests": 12, "message": {"sent": true}},
            }),
        ),
    }
}

/// Changes one place of a value: another type, an extreme, gone, renamed, twice as much.
fn bend(value: &mut Value, dice: &mut Dice) {
    let deeper = !dice.one_in(4);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let name = members
                .keys()
                .nth(dice.below(members.len()))
                .unwrap()
                .clone();
            bend_member(members, &name, deeper, dice);
        }
        Value::Array(elements) if !elements.is_empty() && deeper => {
            let place = dice.below(elements.len());
            match dice.below(4) {
                0 => drop(elements.remove(place)),
                1 => elements.push(elements[place].clone()),
                _ => bend(&mut elements[place], dice),
            }
        }
        other => *other = strange_value(dice),
    }
}

fn bend_member(members: &mut Map<String, Value>, name: &str, deeper: bool, dice: &mut Dice) {
    if deeper && let Some(inner) = members.get_mut(name) {
        return bend(inner, dice);
    }
    match dice.below(3) {
        0 => {
            members.remove(name);
        }
        1 => {
            let value = members.remove(name).unwrap_or_default();
            members.insert(name.to_uppercase(), value);
        }
        _ => {
            members.insert(name.to_owned(), strange_value(dice));
        }
    }
}

fn strange_value(dice: &mut Dice) -> Value {
    match dice.below(16) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1.5e300),
        4 => json!(u64::MAX),
        5 => json!(""),
        6 => json!(" \t\n"),
        7 => json!("x".repeat(dice.below(9000))),
        8 => json!("\0\u{1b}[2J\u{202e}\u{10ffff}"),
        9 => json!([]),
        10 => json!({}),
        11 => json!([[[[null]]]]),
        12 => json!({"": {"": 0}}),
        13 => json!("../../../etc/passwd"),
        14 => json!("' OR 1=1; --"),
        _ => json!("{{1}} %s %n ${x} <b>"),
    }
}

fn strange_auth(dice: &mut Dice) -> Auth {
    let words: [&[u8]; 10] = [
        b"Bearer nobodys",
        b"Bearer",
        b"Bearer ",
        b"Basic YWRtaW46c2VjcmV0",
        b"Basic !!!",
        b"Apikey 0123456789abcdef",
        b"Negotiate x",
        b"x",
        b"Bearer \xff\xfe",
        b"",
    ];
    match dice.below(words.len() + 1) {
        0 => Auth::None,
        n => Auth::Header(words[n - 1].to_vec()),
    }
}

fn strange_method(path: &str, dice: &mut Dice) -> String {
    let method = *dice.pick(&[
        "GET", "PUT", "POST", "PATCH", "DELETE", "BREW", "PROPFIND", "TRACE",
    ]);
    // A reset would take away the webhook that the test ends with.
    if method == "DELETE" && path.contains("settings") {
        "BREW".to_owned()
    } else {
        method.to_owned()
    }
}

fn strange_path(path: &str, dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => format!("{path}/%ff"),
        1 => format!("{path}/..%2f..%2fetc"),
        2 => format!("/v1/media/{}", dice.next()),
        3 => "/v1/messages/%00".to_owned(),
        4 => format!("/v1/users/{}", "x".repeat(dice.below(3000))),
        5 => format!("{path}//"),
        6 => path.to_uppercase(),
        _ => format!(
            "/v{}/nothing?{}",
            dice.below(9),
            "a=b&".repeat(dice.below(500))
        ),
    }
}

fn strange_type(dice: &mut Dice) -> String {
    let types = [
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "x",
        ";",
    ];
    (*dice.pick(&types)).to_owned()
}

fn deep(dice: &mut Dice) -> Vec<u8> {
    let depth = dice.pick(&[100, 200, 1000, 50_000]);
    let open = *dice.pick(&["[", "{\"to\":", "{\"template\":{\"components\":["]);
    open.repeat(*depth).into_bytes()
}

fn login(dice: &mut Dice) -> Request {
    let credentials = dice.pick(&[
        "admin:secret",
        "admin:",
        ":",
        "nobody",
        "admin:\u{fc}",
        "ops.reader:x",
    ]);
    Request {
        method: "POST".to_owned(),
        path: "/v1/users/login".to_owned(),
        auth: Auth::Header(format!("Basic {}", STANDARD.encode(credentials)).into_bytes()),
        content_type: None,
        body: dice
            .pick(&["", "{}", "{\"new_password\": 1}", "{\"new"])
            .as_bytes()
            .to_vec(),
    }
}

fn upload(dice: &mut Dice) -> Request {
    let content_types = [
        None,
        Some("image/png"),
        Some("image/jpeg"),
        Some("nonsense"),
        Some("multipart/form-data"),
        Some("a/b; c=\""),
    ];
    let content_type = *dice.pick(&content_types);
    let length = dice.below(100);
    Request {
        method: "POST".to_owned(),
        path: "/v1/media".to_owned(),
        auth: Auth::Good,
        content_type: content_type.map(str::to_owned),
        body: if dice.one_in(3) {
            Vec::new()
        } else {
            dice.bytes(length)
        },
    }
}
