//! Sticker packs of the business, and their stickers (`rest-api.md` section 15).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Refusal;
use crate::parse::{self, Field, Object, Read};
use crate::schema::{
    Described, array, object, optional, required, string, string_like, string_within,
};
use crate::url;

/// Longest name and publisher, characters.
const LONGEST_NAME: usize = 128;
/// Longest link into a store, characters.
const LONGEST_LINK: usize = 2048;
/// Most stickers of a pack.
pub const MOST_STICKERS: usize = 30;
/// Most emojis of a sticker.
const MOST_EMOJIS: usize = 10;
/// Longest emoji, characters: families and flags are made of many.
const LONGEST_EMOJI: usize = 32;

/// A store of apps: what its links look like.
struct AppStore {
    member: &'static str,
    hosts: &'static [&'static str],
    /// What the path has, before the app's own name.
    path: &'static str,
    sample: &'static str,
}

const APPLE: AppStore = AppStore {
    member: "ios_app_store_link",
    hosts: &["itunes.apple.com", "apps.apple.com"],
    path: "/id",
    sample: "https://itunes.apple.com/app/id123456789",
};
const GOOGLE: AppStore = AppStore {
    member: "android_app_store_link",
    hosts: &["play.google.com"],
    path: "/store/apps/details?id=",
    sample: "https://play.google.com/store/apps/details?id=com.example.app",
};

/// A pack, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "json-schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ShownStickerPack")
)]
pub struct Pack {
    /// At most 128 characters.
    pub publisher: String,
    /// At most 128 characters.
    pub name: String,
    /// The pack's app in Apple's store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ios_app_store_link: Option<String>,
    /// The pack's app in Google's store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android_app_store_link: Option<String>,
}

impl Pack {
    /// Parses and validates the body of `POST /v1/stickerpacks`.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let publisher = body.required("publisher").and_then(|field| name(&field));
            let name = body.required("name").and_then(|field| name(&field));
            let apple = APPLE.read(body);
            let google = GOOGLE.read(body);
            Ok(Self {
                publisher: publisher?,
                name: name?,
                ios_app_store_link: apple?,
                android_app_store_link: google?,
            })
        })
    }
}

/// `PATCH /v1/stickerpacks/{id}`: what is there is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackChange {
    publisher: Option<String>,
    name: Option<String>,
    ios_app_store_link: Option<String>,
    android_app_store_link: Option<String>,
}

impl PackChange {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let publisher = body.optional("publisher").map(|field| name(&field));
            let name = body.optional("name").map(|field| name(&field));
            let apple = APPLE.read(body);
            let google = GOOGLE.read(body);
            let change = Self {
                publisher: publisher.transpose()?,
                name: name.transpose()?,
                ios_app_store_link: apple?,
                android_app_store_link: google?,
            };
            let nothing = Self {
                publisher: None,
                name: None,
                ios_app_store_link: None,
                android_app_store_link: None,
            };
            if change == nothing {
                return Err(body.refuse(Refusal::missing(&format!(
                    "publisher, name, {} or {}",
                    APPLE.member, GOOGLE.member
                ))));
            }
            Ok(change)
        })
    }

    /// Puts it into a pack.
    pub fn apply(self, pack: &mut Pack) {
        if let Some(publisher) = self.publisher {
            pack.publisher = publisher;
        }
        if let Some(name) = self.name {
            pack.name = name;
        }
        if self.ios_app_store_link.is_some() {
            pack.ios_app_store_link = self.ios_app_store_link;
        }
        if self.android_app_store_link.is_some() {
            pack.android_app_store_link = self.android_app_store_link;
        }
    }
}

/// A sticker, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticker {
    /// The media id of its picture.
    pub image_data_id: String,
    /// What it stands for.
    pub emojis: Vec<String>,
}

impl Sticker {
    /// Parses and validates the body of `POST /v1/stickerpacks/{id}/stickers`.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let image_data_id = body.string("image_data_id");
            let emojis = body.present("emojis").map(|field| emojis(&field));
            Ok(Self {
                image_data_id: image_data_id?.to_owned(),
                emojis: emojis.transpose()?.unwrap_or_default(),
            })
        })
    }
}

/// `PATCH /v1/stickerpacks/{id}/stickers/{index}`: what is there is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickerChange {
    /// The media id of another picture.
    pub image_data_id: Option<String>,
    emojis: Option<Vec<String>>,
}

impl StickerChange {
    /// Parses and validates the body.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse::read(body, |body| {
            let image_data_id = body.optional_string("image_data_id");
            let emojis = body.present("emojis").map(|field| emojis(&field));
            let (image_data_id, emojis) = (image_data_id?, emojis.transpose()?);
            if image_data_id.is_none() && emojis.is_none() {
                return Err(body.refuse(Refusal::missing("image_data_id or emojis")));
            }
            Ok(Self {
                image_data_id: image_data_id.map(str::to_owned),
                emojis,
            })
        })
    }

    /// Puts it into a sticker.
    pub fn apply(self, sticker: &mut Sticker) {
        if let Some(image_data_id) = self.image_data_id {
            sticker.image_data_id = image_data_id;
        }
        if let Some(emojis) = self.emojis {
            sticker.emojis = emojis;
        }
    }
}

fn name(field: &Field<'_>) -> Read<String> {
    let name = field.string_within(LONGEST_NAME)?;
    if name.trim().is_empty() {
        return Err(field.invalid("is nothing but white space"));
    }
    Ok(name.to_owned())
}

fn emojis(field: &Field<'_>) -> Read<Vec<String>> {
    let emojis = field.each(|emoji| emoji.string_within(LONGEST_EMOJI).map(str::to_owned))?;
    if emojis.len() > MOST_EMOJIS {
        return Err(field.invalid(format_args!(
            "has {} emojis, must have at most {MOST_EMOJIS}",
            emojis.len()
        )));
    }
    Ok(emojis)
}

impl AppStore {
    fn read(&self, body: &Object<'_>) -> Read<Option<String>> {
        let Some(field) = body.optional(self.member) else {
            return Ok(None);
        };
        let link = field.string_within(LONGEST_LINK)?;
        if self.has(link) {
            Ok(Some(link.to_owned()))
        } else {
            Err(field.not(format_args!("a link like {}", self.sample)))
        }
    }

    fn has(&self, link: &str) -> bool {
        let Ok(parsed) = url::parse(link) else {
            return false;
        };
        let is_host = self
            .hosts
            .iter()
            .any(|host| host.eq_ignore_ascii_case(parsed.host));
        let app = link
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once(self.path))
            .map(|(_, app)| app);
        parsed.secure && is_host && app.is_some_and(|app| !app.is_empty())
    }

    /// An ECMA-262 pattern.
    fn pattern(&self) -> String {
        let escape = |text: &str| text.replace('.', "\\.").replace('?', "\\?");
        let hosts: Vec<String> = self.hosts.iter().map(|host| escape(host)).collect();
        format!("^https://({}).*{}.+$", hosts.join("|"), escape(self.path))
    }

    fn schema(&self) -> Value {
        string_like(&self.pattern())
    }
}

impl Described for Pack {
    const NAME: &'static str = "StickerPack";

    fn schema() -> Value {
        object([
            required("publisher", string_within(LONGEST_NAME)),
            required("name", string_within(LONGEST_NAME)),
            optional(APPLE.member, APPLE.schema()),
            optional(GOOGLE.member, GOOGLE.schema()),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![
            (
                "with apps",
                json!({
                    "publisher": "Hummingbird Coffee",
                    "name": "Cups",
                    "ios_app_store_link": APPLE.sample,
                    "android_app_store_link": GOOGLE.sample,
                }),
            ),
            (
                "without",
                json!({"publisher": "Hummingbird Coffee", "name": "Spoons"}),
            ),
        ]
    }
}

impl Described for PackChange {
    const NAME: &'static str = "StickerPackChange";

    fn schema() -> Value {
        let mut schema = object([
            optional("publisher", string_within(LONGEST_NAME)),
            optional("name", string_within(LONGEST_NAME)),
            optional(APPLE.member, APPLE.schema()),
            optional(GOOGLE.member, GOOGLE.schema()),
        ]);
        at_least_one(
            &mut schema,
            &["publisher", "name", APPLE.member, GOOGLE.member],
        );
        schema
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("another name", json!({"name": "Large cups"}))]
    }
}

fn emojis_schema() -> Value {
    array(string_within(LONGEST_EMOJI), 0..=MOST_EMOJIS)
}

impl Described for Sticker {
    const NAME: &'static str = "Sticker";

    fn schema() -> Value {
        object([
            required("image_data_id", string())
                .about("The media id of a static WebP of 512 × 512 pixels."),
            optional("emojis", emojis_schema()),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a cup",
            json!({"image_data_id": "c1b7a5d4-0e2f-4d7c-9a63-5b8e7f604f21", "emojis": ["☕", "😀"]}),
        )]
    }
}

impl Described for StickerChange {
    const NAME: &'static str = "StickerChange";

    fn schema() -> Value {
        let mut schema = object([
            optional("image_data_id", string()),
            optional("emojis", emojis_schema()),
        ]);
        at_least_one(&mut schema, &["image_data_id", "emojis"]);
        schema
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![("another emoji", json!({"emojis": ["🍵"]}))]
    }
}

/// A change of nothing is refused.
fn at_least_one(schema: &mut Value, members: &[&str]) {
    let any_of = members
        .iter()
        .map(|member| json!({"required": [member]}))
        .collect();
    if let Value::Object(schema) = schema {
        schema.insert("anyOf".to_owned(), any_of);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn pack(body: &Value) -> Result<Pack, Refusal> {
        Pack::parse(body.to_string().as_bytes())
    }

    fn change(body: &Value) -> Result<PackChange, Refusal> {
        PackChange::parse(body.to_string().as_bytes())
    }

    fn sticker(body: &Value) -> Result<Sticker, Refusal> {
        Sticker::parse(body.to_string().as_bytes())
    }

    fn sticker_change(body: &Value) -> Result<StickerChange, Refusal> {
        StickerChange::parse(body.to_string().as_bytes())
    }

    #[test]
    fn every_example_parses() {
        for (_, example) in Pack::examples() {
            pack(&example).unwrap();
        }
        for (_, example) in PackChange::examples() {
            change(&example).unwrap();
        }
        for (_, example) in Sticker::examples() {
            sticker(&example).unwrap();
        }
        for (_, example) in StickerChange::examples() {
            sticker_change(&example).unwrap();
        }
    }

    #[test]
    fn a_change_changes_what_it_names() {
        let mut shown = pack(&json!({
            "publisher": "Hummingbird Coffee", "name": "Cups", "ios_app_store_link": APPLE.sample,
        }))
        .unwrap();

        change(
            &json!({"name": "Spoons", "android_app_store_link": GOOGLE.sample, "publisher": ""}),
        )
        .unwrap()
        .apply(&mut shown);

        assert_eq!(
            serde_json::to_value(&shown).unwrap(),
            json!({
                "publisher": "Hummingbird Coffee",
                "name": "Spoons",
                "ios_app_store_link": APPLE.sample,
                "android_app_store_link": GOOGLE.sample,
            })
        );
    }

    #[test]
    fn emojis_can_be_taken_away() {
        let mut shown = sticker(&json!({"image_data_id": "x", "emojis": ["☕"]})).unwrap();

        sticker_change(&json!({"emojis": []}))
            .unwrap()
            .apply(&mut shown);

        assert_eq!(
            shown,
            Sticker {
                image_data_id: "x".to_owned(),
                emojis: Vec::new()
            }
        );
    }

    #[rstest]
    #[case(json!({"name": "n"}), 1008, "publisher is required")]
    #[case(json!({"publisher": "p"}), 1008, "name is required")]
    #[case(json!({"publisher": "p", "name": " "}), 1009, "name: is nothing but white space")]
    #[case(
        json!({"publisher": "p".repeat(129), "name": "n"}),
        1009,
        "publisher: has 129 characters, must have at most 128"
    )]
    #[case(
        json!({"publisher": "p", "name": "n", "ios_app_store_link": "http://itunes.apple.com/app/id1"}),
        1009,
        "ios_app_store_link: is \"http://itunes.apple.com/app/id1\", must be a link like https://itunes.apple.com/app/id123456789"
    )]
    #[case(
        json!({"publisher": "p", "name": "n", "android_app_store_link": "https://shop.example/store/apps/details?id=a"}),
        1009,
        "android_app_store_link: is \"https://shop.example/store/apps/details?id=a\", must be a link like https://play.google.com/store/apps/details?id=com.example.app"
    )]
    fn a_bad_pack_is_refused(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
        let refusal = pack(&body).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }

    #[test]
    fn a_change_of_nothing_is_refused() {
        assert_eq!(
            change(&json!({"unknown": 1})).unwrap_err().details,
            "publisher, name, ios_app_store_link or android_app_store_link is required"
        );
        assert_eq!(
            sticker_change(&json!({})).unwrap_err().details,
            "image_data_id or emojis is required"
        );
    }

    #[rstest]
    #[case(json!({}), 1008, "image_data_id is required")]
    #[case(
        json!({"image_data_id": "x", "emojis": "☕"}),
        1009,
        "emojis: is a string, must be an array"
    )]
    #[case(
        json!({"image_data_id": "x", "emojis": ["☕", 1]}),
        1009,
        "emojis[1]: is a number, must be a string"
    )]
    #[case(
        json!({"image_data_id": "x", "emojis": vec!["☕"; 11]}),
        1009,
        "emojis: has 11 emojis, must have at most 10"
    )]
    fn a_bad_sticker_is_refused(#[case] body: Value, #[case] code: u16, #[case] details: &str) {
        let refusal = sticker(&body).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }
}
