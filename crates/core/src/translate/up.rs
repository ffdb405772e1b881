//! Events on their way up (`cloud-api.md` 4.6, `webhooks.md` section 5).

use onprem::MessageId;
use onprem::notification::{Notification, Status};
use onprem::settings::ApplicationSettings;

/// What stands in for the network's names inside a message.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Our id of the message that it answers (`context.id`), if we know it.
    pub context_id: Option<MessageId>,
    /// Our id of the message that it reacts to (`reaction.message_id`), if we know it.
    pub reaction_id: Option<MessageId>,
    /// Digits of the business number.
    pub business: String,
}

/// A received media file, as the message shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedMedia {
    /// Stored here.
    Stored {
        /// Our id of it.
        id: String,
        /// Lower-case hex.
        sha256: String,
        /// Its type.
        mime_type: String,
    },
    /// Switched off, or failed with this error.
    Undownloaded(Option<onprem::envelope::ErrorObject>),
}

/// The network ids that a message refers to: `context.id`, `reaction.message_id`.
pub fn references(message: &graph::webhook::Message) -> (Option<&str>, Option<&str>) {
    let _ = message;
    unimplemented!()
}

/// The on-prem type under which a message arrives, and MEDIA_ID of its media, if it has one.
/// `audio` with `voice: true` is `voice`.
pub fn media_of(
    message: &graph::webhook::Message,
) -> Option<(onprem::settings::AutoDownload, &str)> {
    let _ = message;
    unimplemented!()
}

/// The notification of a customer's message under our `id`; `None` for what is not delivered (a system event that is
/// switched off).
pub fn message(
    message: &graph::webhook::Message,
    contact: Option<&graph::webhook::Contact>,
    id: &MessageId,
    names: &Names,
    media: Option<&ReceivedMedia>,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let _ = (message, contact, id, names, media, settings);
    unimplemented!()
}

/// The notification of a status under our `id`, if the settings want it; `opaque` is the caller's own data.
/// Values that on-prem does not know (`played`) give `None`.
pub fn status(
    status: &graph::webhook::Status,
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    settings: &ApplicationSettings,
) -> Option<Notification> {
    let _ = (status, id, recipient, opaque, settings);
    unimplemented!()
}

/// The notification of a message that failed here, before or at the network.
pub fn failed(
    id: &MessageId,
    recipient: &str,
    opaque: Option<&str>,
    at_s: i64,
    error: onprem::envelope::ErrorObject,
) -> Notification {
    let _ = (id, recipient, opaque, at_s, error);
    let _: Option<Status> = None;
    unimplemented!()
}
