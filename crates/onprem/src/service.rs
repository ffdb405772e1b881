//! Garbage collections: what their end tells the webhook (`rest-api.md` 13.3 and 13.4).

use serde::{Deserialize, Serialize};

use crate::Code;

/// How an asked-for collection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Of media files.
    Media {
        /// The collection.
        gc: MediaGc,
    },
    /// Of the message index.
    Message {
        /// The collection.
        gc: MessageGc,
    },
}

/// A collection of media files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaGc {
    /// Why it failed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<GcError>,
    /// Files that are gone.
    pub items_deleted: u64,
    /// Whether it was finished.
    pub status: GcStatus,
}

/// A collection of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageGc {
    /// Why it failed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<GcError>,
    /// Messages that are gone.
    pub messages_deleted: u64,
    /// Whether it was finished.
    pub status: GcStatus,
}

/// How far a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum GcStatus {
    /// Under way.
    Processing,
    /// Everything that may go is gone.
    Complete,
    /// Something went wrong; what was deleted before is counted all the same.
    Failed,
}

/// Why a collection failed: as documented, without a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GcError {
    /// The code.
    pub code: Code,
    /// What exactly.
    pub details: String,
}

impl Service {
    /// The end of a collection of media files.
    pub fn media(items_deleted: u64, error: Option<GcError>) -> Self {
        let status = GcStatus::of(error.as_ref());
        let errors = error.into_iter().collect();
        Self::Media {
            gc: MediaGc {
                errors,
                items_deleted,
                status,
            },
        }
    }

    /// The end of a collection of messages.
    pub fn message(messages_deleted: u64, error: Option<GcError>) -> Self {
        let status = GcStatus::of(error.as_ref());
        let errors = error.into_iter().collect();
        Self::Message {
            gc: MessageGc {
                errors,
                messages_deleted,
                status,
            },
        }
    }
}

impl GcStatus {
    fn of(error: Option<&GcError>) -> Self {
        match error {
            None => Self::Complete,
            Some(_) => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::notification::Notification;

    fn full() -> GcError {
        GcError {
            code: Code::INTERNAL,
            details: "the disk is full".to_owned(),
        }
    }

    #[rstest]
    #[case(
        Service::message(42, None),
        r#"{"services":[{"message":{"gc":{"messages_deleted":42,"status":"complete"}}}]}"#
    )]
    #[case(
        Service::media(7, None),
        r#"{"services":[{"media":{"gc":{"items_deleted":7,"status":"complete"}}}]}"#
    )]
    #[case(
        Service::message(0, Some(full())),
        r#"{"services":[{"message":{"gc":{"errors":[{"code":1014,"details":"the disk is full"}],"messages_deleted":0,"status":"failed"}}}]}"#
    )]
    #[case(
        Service::media(0, Some(full())),
        r#"{"services":[{"media":{"gc":{"errors":[{"code":1014,"details":"the disk is full"}],"items_deleted":0,"status":"failed"}}}]}"#
    )]
    fn an_end_is_told_as_documented(#[case] service: Service, #[case] body: &str) {
        let notification = Notification {
            services: vec![service],
            ..Notification::default()
        };

        assert_eq!(String::from_utf8(notification.to_bytes()).unwrap(), body);
        assert_eq!(
            serde_json::from_str::<Notification>(body).unwrap(),
            notification
        );
    }
}
