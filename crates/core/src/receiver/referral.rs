//! The picture or video of the advertisement that a customer came from (`webhooks.md` 2.12). It is fetched from a
//! stranger's URL; a failure is none: the message is told without it.

use std::sync::Arc;
use std::time::Duration;

use graph::webhook::Message;
use onprem::media::MediaKind;
use onprem::settings::ApplicationSettings;

use super::Shared;
use super::media::{Downloaded, Waiting};
use crate::record;
use crate::translate::up::{self, ReferralKind, ReferralMedia};

/// The message waits for it no longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is to be fetched for a message, if the settings want it.
pub(super) fn wanted<'a>(
    message: &'a Message,
    settings: &ApplicationSettings,
) -> Option<(ReferralKind, &'a str)> {
    up::referral_media_of(message).filter(|_| !settings.skip_referral_media_download)
}

/// Fetches it.
pub(super) async fn receive(
    shared: &Arc<Shared>,
    kind: ReferralKind,
    url: &str,
) -> Option<(ReferralMedia, Downloaded)> {
    let _waiting = Waiting::begin(shared);
    let fetched = tokio::time::timeout(PATIENCE, fetch(shared, kind, url)).await;
    let reason = match fetched {
        Ok(Ok(received)) => return Some(received),
        Ok(Err(reason)) => reason,
        Err(_) => format!("not within {} s", PATIENCE.as_secs()),
    };
    tracing::info!(line = %shared.line.config.name, kind = kind.name(), reason, "the media of a referral are not fetched");
    None
}

async fn fetch(
    shared: &Shared,
    kind: ReferralKind,
    url: &str,
) -> Result<(ReferralMedia, Downloaded), String> {
    // The semaphore is never closed.
    let _place = shared.downloads.acquire().await;
    let line = &shared.line;
    let limit = media_kind(kind).limit();
    let fetched = line.fetcher.fetch(url, None, limit).await;
    let fetched = fetched.map_err(|error| error.to_string())?;
    let id = uuid::Uuid::new_v4().to_string();
    let written = line.media.write_orphan(&id, fetched.body(), limit).await;
    let (written, file) = written.map_err(|error| {
        line.note_media_trouble(&error);
        error.to_string()
    })?;
    let is_picture = matches!(kind, ReferralKind::Image);
    let looked = (line
        .media
        .look(&file, written.head.clone(), is_picture)
        .await)
        .map_err(|error| error.to_string())?;
    // The type that the bytes have: what a stranger's server says of them does not count.
    let content_type = (looked.detected.content_type.clone())
        .filter(|found| found.starts_with(&format!("{}/", kind.name())))
        .ok_or_else(|| format!("what is there is no {}", kind.name()))?;
    let record = record::Media::stored(content_type, &written, looked.detected);
    let shown = ReferralMedia {
        kind,
        id: id.clone(),
    };
    Ok((shown, Downloaded::new(id, record, file)))
}

fn media_kind(kind: ReferralKind) -> MediaKind {
    match kind {
        ReferralKind::Image => MediaKind::Image,
        ReferralKind::Video => MediaKind::Video,
    }
}
