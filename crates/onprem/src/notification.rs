//! What the webhook receives (`webhooks.md` sections 2 to 4). Members stand in alphabetical order, absent ones are left out.

mod described;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::MessageId;
use crate::envelope::ErrorObject;
use crate::service::Service;

/// One notification: the body of one POST. Only one of the five kinds of events is in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Notification {
    /// The senders of `messages`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub contacts: Vec<Contact>,
    /// Out-of-band errors.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<ErrorObject>,
    /// Customers' messages.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub messages: Vec<Message>,
    /// Garbage collections that ended.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub services: Vec<Service>,
    /// What became of our messages.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub statuses: Vec<Status>,
}

impl Notification {
    /// The bytes that are posted.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Cannot fail: every name is a string, and nothing here has its own way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The sender of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name, if known.
    pub profile: Profile,
    /// The customer.
    pub wa_id: String,
}

/// A customer's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// As the customer wrote it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// A customer's message. `content` holds the member named after `kind` (and `referral`, …), flattened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Message {
    /// What it answers or forwards.
    #[serde(default)]
    pub context: Option<Context>,
    /// Why there is no content, or no media.
    #[serde(default)]
    pub errors: Vec<ErrorObject>,
    /// The customer.
    pub from: String,
    /// Our id of it.
    pub id: MessageId,
    /// Unix seconds, a string.
    pub timestamp: String,
    /// `text`, `image`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The content under its own name.
    #[serde(flatten)]
    pub content: serde_json::Map<String, serde_json::Value>,
}

/// A member of a message.
#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Context(&'a Context),
    Errors(&'a [ErrorObject]),
    Content(&'a serde_json::Value),
}

/// By hand, because flattened members would stand behind the others instead of in their alphabetical places.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members: BTreeMap<&str, Member<'_>> = self
            .content
            .iter()
            .map(|(name, value)| (name.as_str(), Member::Content(value)))
            .collect();
        members.extend([
            ("from", Member::Text(&self.from)),
            ("id", Member::Text(self.id.as_str())),
            ("timestamp", Member::Text(&self.timestamp)),
            ("type", Member::Text(&self.kind)),
        ]);
        if let Some(context) = &self.context {
            members.insert("context", Member::Context(context));
        }
        if !self.errors.is_empty() {
            members.insert("errors", Member::Errors(&self.errors));
        }
        serializer.collect_map(members)
    }
}

/// What a message answers or forwards.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Context {
    /// True when forwarded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forwarded: Option<bool>,
    /// True when forwarded often.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub frequently_forwarded: Option<bool>,
    /// Author of the quoted message, digits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// The group of the quoted message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group_id: Option<String>,
    /// The quoted message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<MessageId>,
    /// Customers named in a group's message.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<String>,
    /// A product that is asked about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub referred_product: Option<serde_json::Value>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The caller's own data, if the send carried it (extension).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub biz_opaque_callback_data: Option<String>,
    /// Conversation it was counted in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conversation: Option<serde_json::Value>,
    /// Of `failed` and `warning`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<ErrorObject>,
    /// Our id of the message.
    pub id: MessageId,
    /// Holds `recipient_id` once more.
    pub message: StatusMessage,
    /// Price.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pricing: Option<serde_json::Value>,
    /// The customer.
    pub recipient_id: String,
    /// `sent`, `delivered`, `read`, `failed`, `deleted`, `warning`.
    pub status: String,
    /// Unix seconds, a string.
    pub timestamp: String,
    /// Always `message`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The newer place of the recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMessage {
    /// The customer.
    pub recipient_id: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Code;
    use crate::id::Minter;

    fn id(outgoing: bool, key: i64) -> MessageId {
        Minter::new([7; 32]).mint(outgoing, "12025550143", key)
    }

    fn posted(notification: &Notification) -> String {
        let text = String::from_utf8(notification.to_bytes()).unwrap();
        // What is stored as text comes back as it was.
        assert_eq!(
            serde_json::from_str::<Notification>(&text).unwrap(),
            *notification
        );
        text.replace(id(true, 1).as_str(), "OUT")
            .replace(id(false, 2).as_str(), "IN")
    }

    fn text(content: serde_json::Value) -> Message {
        let serde_json::Value::Object(content) = content else {
            panic!("no object")
        };
        Message {
            context: None,
            errors: Vec::new(),
            from: "12025550143".to_owned(),
            id: id(false, 2),
            timestamp: "1712000001".to_owned(),
            kind: "text".to_owned(),
            content,
        }
    }

    #[test]
    fn a_text_has_its_sender_beside_it() {
        let notification = Notification {
            contacts: vec![Contact {
                profile: Profile {
                    name: Some("Ada Quist".to_owned()),
                },
                wa_id: "12025550143".to_owned(),
            }],
            messages: vec![text(json!({"text": {"body": "is my parcel here?"}}))],
            ..Notification::default()
        };

        assert_eq!(
            posted(&notification),
            concat!(
                r#"{"contacts":[{"profile":{"name":"Ada Quist"},"wa_id":"12025550143"}],"#,
                r#""messages":[{"from":"12025550143","id":"IN","text":{"body":"is my parcel here?"},"#,
                r#""timestamp":"1712000001","type":"text"}]}"#
            )
        );
    }

    #[test]
    fn every_member_of_a_message_stands_in_its_alphabetical_place() {
        let message = Message {
            context: Some(Context {
                forwarded: Some(true),
                frequently_forwarded: Some(true),
                from: Some("12025550144".to_owned()),
                group_id: Some("120363".to_owned()),
                id: Some(id(true, 1)),
                mentions: vec!["12025550145".to_owned()],
                referred_product: Some(json!({"product_retailer_id": "p", "catalog_id": "c"})),
            }),
            errors: vec![ErrorObject::new(Code::MEDIA_DOWNLOAD, "gone upstream")],
            kind: "audio".to_owned(),
            ..text(
                json!({"referral": {"source_type": "ad", "body": "b"}, "audio": {"status": "undownloaded"}}),
            )
        };
        let notification = Notification {
            messages: vec![message],
            ..Notification::default()
        };

        assert_eq!(
            posted(&notification),
            concat!(
                r#"{"messages":[{"audio":{"status":"undownloaded"},"context":{"forwarded":true,"#,
                r#""frequently_forwarded":true,"from":"12025550144","group_id":"120363","id":"OUT","mentions":["12025550145"],"#,
                r#""referred_product":{"catalog_id":"c","product_retailer_id":"p"}},"#,
                r#""errors":[{"code":400,"details":"gone upstream","title":"Media download error"}],"#,
                r#""from":"12025550143","id":"IN","referral":{"body":"b","source_type":"ad"},"#,
                r#""timestamp":"1712000001","type":"audio"}]}"#
            )
        );
    }

    fn status(word: &str) -> Status {
        Status {
            biz_opaque_callback_data: None,
            conversation: None,
            errors: Vec::new(),
            id: id(true, 1),
            message: StatusMessage {
                recipient_id: "12025550143".to_owned(),
            },
            pricing: None,
            recipient_id: "12025550143".to_owned(),
            status: word.to_owned(),
            timestamp: "1712001600".to_owned(),
            kind: "message".to_owned(),
        }
    }

    #[test]
    fn a_status_names_the_recipient_twice() {
        let notification = Notification {
            statuses: vec![status("delivered")],
            ..Notification::default()
        };

        assert_eq!(
            posted(&notification),
            concat!(
                r#"{"statuses":[{"id":"OUT","message":{"recipient_id":"12025550143"},"#,
                r#""recipient_id":"12025550143","status":"delivered","timestamp":"1712001600","type":"message"}]}"#
            )
        );
    }

    #[test]
    fn a_status_with_everything_is_in_alphabetical_order() {
        let notification = Notification {
            statuses: vec![Status {
                biz_opaque_callback_data: Some("order 7".to_owned()),
                conversation: Some(
                    json!({"origin": {"type": "utility"}, "id": "0f1e", "expiration_timestamp": 1}),
                ),
                errors: vec![ErrorObject::new(Code::REENGAGEMENT, "use a template")],
                pricing: Some(
                    json!({"pricing_model": "CBP", "billable": true, "category": "utility"}),
                ),
                ..status("failed")
            }],
            ..Notification::default()
        };

        assert_eq!(
            posted(&notification),
            concat!(
                r#"{"statuses":[{"biz_opaque_callback_data":"order 7","#,
                r#""conversation":{"expiration_timestamp":1,"id":"0f1e","origin":{"type":"utility"}},"#,
                r#""errors":[{"code":470,"details":"use a template","title":"Re-engagement message"}],"#,
                r#""id":"OUT","message":{"recipient_id":"12025550143"},"#,
                r#""pricing":{"billable":true,"category":"utility","pricing_model":"CBP"},"#,
                r#""recipient_id":"12025550143","status":"failed","timestamp":"1712001600","type":"message"}]}"#
            )
        );
    }

    #[test]
    fn an_error_of_nobody_stands_alone() {
        let notification = Notification {
            errors: vec![ErrorObject::new(
                Code::INTERNAL,
                "could not write inbound media",
            )],
            ..Notification::default()
        };

        assert_eq!(
            posted(&notification),
            r#"{"errors":[{"code":1014,"details":"could not write inbound media","title":"Internal error"}]}"#
        );
    }
}
