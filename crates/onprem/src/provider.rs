//! Media providers (`rest-api.md` section 7): named credentials for fetching media by link.
//!
//! `config` has one of the two documented forms, `basic` and `bearer`, or `headers`, which is an extension: headers that are
//! sent as they are, for servers that want a key of their own kind.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Refusal;
use crate::parse::{self, Field, Object, Read};
use crate::schema::{
    Described, array, choice, object, one_of, required, string_like, string_within,
};

/// Longest name, characters.
const LONGEST_NAME: usize = 200;
/// Longest user name, password, token or header, characters.
const LONGEST: usize = 4096;
/// Most headers of one provider.
const MOST_HEADERS: usize = 20;
/// Most providers of a line, and of one call.
pub const MOST_PROVIDERS: usize = 100;
/// What GET shows where a secret stands.
const MASK: &str = "********";
/// The only `type`.
const WWW: &str = "www";

/// Headers that belong to the connection, or change what comes back.
const OWN_HEADERS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A media provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Letters, digits, `-` and `_`, at most 200.
    pub name: String,
    /// What it adds to a request.
    pub credentials: Credentials,
}

/// What a provider adds to a request; in JSON it is the value of `config`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    feature = "json-schema",
    derive(schemars::JsonSchema),
    schemars(rename = "MediaProviderConfig")
)]
pub enum Credentials {
    /// HTTP Basic.
    Basic {
        /// Without a colon.
        username: String,
        /// The password.
        password: String,
    },
    /// A bearer token.
    Bearer(String),
    /// Headers by name (extension).
    Headers(BTreeMap<String, String>),
}

/// Says of what kind they are, and nothing else.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer(_) => "Bearer(…)",
            Self::Headers(_) => "Headers(…)",
        })
    }
}

impl Credentials {
    /// The same with a mask in the place of each secret.
    fn masked(&self) -> Self {
        match self {
            Self::Basic { username, .. } => Self::Basic {
                username: username.clone(),
                password: MASK.to_owned(),
            },
            Self::Bearer(_) => Self::Bearer(MASK.to_owned()),
            Self::Headers(headers) => Self::Headers(
                headers
                    .keys()
                    .map(|name| (name.clone(), MASK.to_owned()))
                    .collect(),
            ),
        }
    }
}

/// A provider as GET shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "json-schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ShownMediaProvider")
)]
pub struct ShownProvider {
    name: String,
    r#type: &'static str,
    config: Credentials,
}

impl Provider {
    /// As GET shows it: without its secrets.
    pub fn shown(&self) -> ShownProvider {
        ShownProvider {
            name: self.name.clone(),
            r#type: WWW,
            config: self.credentials.masked(),
        }
    }
}

/// `POST /v1/settings/application/media/providers`: what is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Providers(pub Vec<Provider>);

impl Providers {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read_array("providers", body, |list| {
            let providers = list.each(|provider| read(&provider.object()?))?;
            match providers.len() {
                0 => Err(list.invalid("is empty, must have at least one provider")),
                1..=MOST_PROVIDERS => Ok(Self(providers)),
                many => Err(list.invalid(format_args!(
                    "has {many} providers, must have at most {MOST_PROVIDERS}"
                ))),
            }
        })
    }
}

fn read(provider: &Object<'_>) -> Read<Provider> {
    let name = provider.required("name").and_then(|name| read_name(&name));
    let www = provider
        .required("type")
        .and_then(|kind| kind.choice(&[(WWW, ())]));
    let credentials = provider
        .required("config")
        .and_then(|config| credentials(&config.object()?));
    www?;
    Ok(Provider {
        name: name?,
        credentials: credentials?,
    })
}

fn read_name(field: &Field<'_>) -> Read<String> {
    let name = field.string_within(LONGEST_NAME)?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_name {
        Ok(name.to_owned())
    } else {
        Err(field.not("of letters, digits, - and _ only"))
    }
}

/// Exactly one form.
fn credentials(config: &Object<'_>) -> Read<Credentials> {
    let basic = config.optional("basic").map(|field| basic(&field));
    let bearer = config
        .optional("bearer")
        .map(|field| secret(&field).map(Credentials::Bearer));
    let headers = config.optional("headers").map(|field| headers(&field));
    match (basic, bearer, headers) {
        (Some(one), None, None) | (None, Some(one), None) | (None, None, Some(one)) => one,
        (None, None, None) => Err(config.refuse(Refusal::missing(&format!(
            "{config}.basic, {config}.bearer or {config}.headers"
        )))),
        _ => Err(config
            .invalid("has several of basic, bearer and headers, must have exactly one of them")),
    }
}

fn basic(field: &Field<'_>) -> Read<Credentials> {
    let basic = field.object()?;
    let username = basic.required("username").and_then(|field| {
        let username = text(&field)?;
        if username.contains(':') {
            return Err(field.invalid("has a colon, which no user name of HTTP Basic may have"));
        }
        Ok(username)
    });
    let password = basic
        .required("password")
        .and_then(|field| not_the_mask(&field, text(&field)?));
    Ok(Credentials::Basic {
        username: username?,
        password: password?,
    })
}

fn headers(field: &Field<'_>) -> Read<Credentials> {
    let object = field.object()?;
    let names: Vec<&str> = object.names().collect();
    if names.is_empty() || names.len() > MOST_HEADERS {
        return Err(field.invalid(format_args!(
            "has {} headers, must have 1 to {MOST_HEADERS}",
            names.len()
        )));
    }
    let mut headers = BTreeMap::new();
    let mut refused = None;
    for name in names {
        match header(field, &object, name) {
            Ok(value) => {
                headers.insert(name.to_ascii_lowercase(), value);
            }
            Err(noted) => refused = Some(noted),
        }
    }
    refused.map_or(Ok(Credentials::Headers(headers)), Err)
}

fn header(field: &Field<'_>, headers: &Object<'_>, name: &str) -> Read<String> {
    let own = OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
    if own || !is_header_name(name) {
        return Err(field.invalid(format_args!(
            "has the member {}, must have names of headers only, and none that belongs to the connection",
            parse::quoted(name)
        )));
    }
    secret(&headers.required(name)?)
}

/// RFC 9110, 5.1.
fn is_header_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A secret that stands in a header as it is.
fn secret(field: &Field<'_>) -> Read<String> {
    let text = field.string_within(LONGEST)?;
    let fits = text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if !fits || text.trim() != text {
        return Err(field.invalid(
            "has a character that no header has (only visible ASCII, and spaces between)",
        ));
    }
    not_the_mask(field, text.to_owned())
}

/// A text that stands in a header in base64.
fn text(field: &Field<'_>) -> Read<String> {
    let text = field.string_within(LONGEST)?;
    if text.chars().any(char::is_control) {
        return Err(field.invalid("has a control character"));
    }
    Ok(text.to_owned())
}

/// Who sends back what GET showed would lose the secret.
fn not_the_mask(field: &Field<'_>, secret: String) -> Read<String> {
    if secret == MASK {
        return Err(field.invalid("is what GET shows in its place, must be the secret itself"));
    }
    Ok(secret)
}

impl Described for Providers {
    const NAME: &'static str = "MediaProviders";

    fn schema() -> Value {
        let credentials = one_of([
            object([required(
                "basic",
                object([
                    required("username", string_within(LONGEST)),
                    required("password", string_within(LONGEST)),
                ]),
            )]),
            object([required("bearer", string_within(LONGEST))]),
            object([required(
                "headers",
                json!({
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": MOST_HEADERS,
                    "additionalProperties": string_within(LONGEST),
                }),
            )
            .about("Extension: headers that are sent as they are.")]),
        ]);
        let provider = object([
            required(
                "name",
                string_like(&format!("^[A-Za-z0-9_-]{{1,{LONGEST_NAME}}}$")),
            ),
            required("type", choice([WWW])),
            required("config", credentials),
        ]);
        array(provider, 1..=MOST_PROVIDERS)
    }

    fn examples() -> Vec<(&'static str, Value)> {
        let basic = json!({"basic": {"username": "reader", "password": "Wren-and-Sparrow"}});
        vec![
            (
                "basic",
                json!([{"name": "shop-pictures", "type": WWW, "config": basic}]),
            ),
            (
                "bearer",
                json!([{"name": "archive", "type": WWW, "config": {"bearer": "t0ken-of-the-archive"}}]),
            ),
            (
                "headers (extension)",
                json!([{"name": "bucket", "type": WWW, "config": {"headers": {"X-Access-Key": "k3y"}}}]),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn one(provider: &Value) -> Result<Provider, Refusal> {
        let body = json!([provider]).to_string();
        Providers::parse(body.as_bytes()).map(|mut list| list.0.remove(0))
    }

    fn with(config: &Value) -> Value {
        json!({"name": "shop_1-a", "type": "www", "config": config})
    }

    #[test]
    fn every_example_parses() {
        for (name, example) in Providers::examples() {
            let parsed = Providers::parse(example.to_string().as_bytes());
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
    }

    #[test]
    fn the_documented_forms_are_read() {
        let basic = one(&with(
            &json!({"basic": {"username": "ada", "password": "päss: word"}}),
        ));
        let bearer = one(&with(&json!({"bearer": "t0ken"})));

        assert_eq!(
            basic.unwrap().credentials,
            Credentials::Basic {
                username: "ada".to_owned(),
                password: "päss: word".to_owned()
            }
        );
        assert_eq!(
            bearer.unwrap(),
            Provider {
                name: "shop_1-a".to_owned(),
                credentials: Credentials::Bearer("t0ken".to_owned())
            }
        );
    }

    #[test]
    fn headers_are_an_extension() {
        let provider = one(&with(
            &json!({"headers": {"X-Key": "a b", "Authorization": "Key 1"}}),
        ));

        let Credentials::Headers(headers) = provider.unwrap().credentials else {
            panic!("headers")
        };
        let headers: Vec<_> = headers.into_iter().collect();
        assert_eq!(
            headers,
            [
                ("authorization".to_owned(), "Key 1".to_owned()),
                ("x-key".to_owned(), "a b".to_owned())
            ]
        );
    }

    #[test]
    fn secrets_are_never_shown() {
        let configs = [
            json!({"basic": {"username": "ada", "password": "s3cret"}}),
            json!({"bearer": "s3cret"}),
            json!({"headers": {"X-Key": "s3cret"}}),
        ];
        let shown: Vec<_> = configs
            .iter()
            .map(|config| one(&with(config)).unwrap())
            .inspect(|provider| assert!(!format!("{provider:?}").contains("s3cret")))
            .map(|provider| provider.shown())
            .collect();

        insta::assert_json_snapshot!(shown, @r#"
        [
          {
            "name": "shop_1-a",
            "type": "www",
            "config": {
              "basic": {
                "username": "ada",
                "password": "********"
              }
            }
          },
          {
            "name": "shop_1-a",
            "type": "www",
            "config": {
              "bearer": "********"
            }
          },
          {
            "name": "shop_1-a",
            "type": "www",
            "config": {
              "headers": {
                "x-key": "********"
              }
            }
          }
        ]
        "#);
    }

    #[rstest]
    #[case(json!({"type": "www", "config": {"bearer": "t"}}), 1008, "providers[0].name is required")]
    #[case(json!({"name": "a", "config": {"bearer": "t"}}), 1008, "providers[0].type is required")]
    #[case(json!({"name": "a", "type": "www"}), 1008, "providers[0].config is required")]
    #[case(
        json!({"name": "a b", "type": "www", "config": {"bearer": "t"}}),
        1009,
        "providers[0].name: is \"a b\", must be of letters, digits, - and _ only"
    )]
    #[case(
        json!({"name": "a".repeat(201), "type": "www", "config": {"bearer": "t"}}),
        1009,
        "providers[0].name: has 201 characters, must have at most 200"
    )]
    #[case(
        json!({"name": "a", "type": "ftp", "config": {"bearer": "t"}}),
        1009,
        "providers[0].type: is \"ftp\", must be www"
    )]
    #[case(
        with(&json!({})),
        1008,
        "providers[0].config.basic, providers[0].config.bearer or providers[0].config.headers is required"
    )]
    #[case(
        with(&json!({"bearer": "t", "basic": {"username": "u", "password": "p"}})),
        1009,
        "providers[0].config: has several of basic, bearer and headers, must have exactly one of them"
    )]
    #[case(
        with(&json!({"basic": {"username": "u"}})),
        1008,
        "providers[0].config.basic.password is required"
    )]
    #[case(
        with(&json!({"basic": {"username": "u:v", "password": "p"}})),
        1009,
        "providers[0].config.basic.username: has a colon, which no user name of HTTP Basic may have"
    )]
    #[case(
        with(&json!({"bearer": "s3cret\r\nX: y"})),
        1009,
        "providers[0].config.bearer: has a character that no header has (only visible ASCII, and spaces between)"
    )]
    #[case(
        with(&json!({"bearer": "********"})),
        1009,
        "providers[0].config.bearer: is what GET shows in its place, must be the secret itself"
    )]
    #[case(
        with(&json!({"headers": {}})),
        1009,
        "providers[0].config.headers: has 0 headers, must have 1 to 20"
    )]
    #[case(
        with(&json!({"headers": {"Host": "x"}})),
        1009,
        "providers[0].config.headers: has the member \"Host\", must have names of headers only, and none that belongs to the connection"
    )]
    #[case(
        with(&json!({"headers": {"X Key": "x"}})),
        1009,
        "providers[0].config.headers: has the member \"X Key\", must have names of headers only, and none that belongs to the connection"
    )]
    #[case(json!("shop"), 1009, "providers[0]: is a string, must be an object")]
    fn what_is_wrong_is_named(#[case] provider: Value, #[case] code: u16, #[case] details: &str) {
        let refusal = one(&provider).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
        assert_eq!(refusal.status, 400);
    }

    #[rstest]
    #[case("[]", 1009, "providers: is empty, must have at least one provider")]
    #[case("{}", 1025, "the body is an object, must be a JSON array")]
    fn the_body_is_an_array(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = Providers::parse(body.as_bytes()).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }
}
