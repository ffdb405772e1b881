//! `referral`: the advertisement or post that a customer came from (`webhooks.md` 2.12).

use graph::webhook::Message;
use serde_json::{Value, json};

use super::member;
use super::shape::REFERRAL;

/// What an advertisement shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralKind {
    /// A picture.
    Image,
    /// A video.
    Video,
}

impl ReferralKind {
    /// Its name in `media_type`, and that of its object.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }
}

/// What an advertisement shows, downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralMedia {
    /// What it is.
    pub kind: ReferralKind,
    /// Our media id.
    pub id: String,
}

/// What the advertisement shows, and where that is.
pub fn referral_media_of(message: &Message) -> Option<(ReferralKind, &str)> {
    let text = |name| member(&message.content, "referral", name);
    let image = || text("image_url").map(|url| (ReferralKind::Image, url));
    let video = || text("video_url").map(|url| (ReferralKind::Video, url));
    match text("media_type") {
        Some("image") => image(),
        Some("video") => video(),
        _ => image().or_else(video),
    }
}

/// The object as the business sees it.
pub(super) fn told(message: &Message, media: Option<&ReferralMedia>) -> Option<Value> {
    let mut told = REFERRAL.fit(message.content.get("referral")?)?;
    if let (Some(members), Some(media)) = (told.as_object_mut(), media) {
        members.insert(media.kind.name().to_owned(), json!({"id": media.id}));
    }
    Some(told)
}
