//! Media of customers: downloaded before the notification goes out, three tries within a minute.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use graph::Failure;
use graph::webhook::Message;
use onprem::Code;
use onprem::media::UPLOAD_LIMIT;
use onprem::settings::{ApplicationSettings, AutoDownload};
use store::{StoreError, clock};

use super::Shared;
use crate::media::WriteError;
use crate::record;
use crate::translate::error::object;
use crate::translate::up::ReceivedMedia;

const TRIES: u32 = 3;
/// For each try.
const LIMIT: Duration = Duration::from_secs(18);

/// Downloads a message's media when the settings say so.
pub(super) async fn receive(
    shared: &Arc<Shared>,
    settings: &ApplicationSettings,
    kind: AutoDownload,
    media_id: &str,
    message: &Message,
) -> Result<ReceivedMedia, StoreError> {
    if !settings.auto_download.contains(&kind) {
        return Ok(ReceivedMedia::Undownloaded(None));
    }
    // The semaphore is never closed.
    let _permit = shared.downloads.acquire().await;
    let mut trouble = Trouble::other("not tried");
    for attempt in 1..=TRIES {
        match tokio::time::timeout(LIMIT, download(shared, media_id)).await {
            Ok(Ok(stored)) => return Ok(stored),
            Ok(Err(Try::Store(error))) => return Err(error),
            Ok(Err(Try::Trouble(now))) => trouble = now,
            Err(_) => trouble = Trouble::other("time is up"),
        }
        if trouble.is_final || attempt == TRIES {
            break;
        }
        tokio::time::sleep(Duration::from_secs(u64::from(attempt))).await;
    }
    tracing::warn!(line = %shared.line.config.name, kind = message.kind, reason = trouble.details, "media not downloaded");
    let code = if trouble.is_throttled {
        Code::RATE_LIMIT
    } else {
        Code::MEDIA_DOWNLOAD
    };
    Ok(ReceivedMedia::Undownloaded(Some(object(
        code,
        Some(trouble.details),
    ))))
}

enum Try {
    Store(StoreError),
    Trouble(Trouble),
}

struct Trouble {
    details: String,
    is_throttled: bool,
    is_final: bool,
}

impl Trouble {
    fn other(details: impl Into<String>) -> Self {
        Self {
            details: details.into(),
            is_throttled: false,
            is_final: false,
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let Failure::Refused(error) = failure else {
            return Self::other(failure.to_string());
        };
        Self {
            is_throttled: matches!(error.code, 4 | 17 | 613 | 80007 | 80008 | 130_429),
            // Unknown to the network: it will not come back.
            is_final: error.code == 100,
            details: error.details.unwrap_or(error.message),
        }
    }
}

async fn download(shared: &Arc<Shared>, media_id: &str) -> Result<ReceivedMedia, Try> {
    let line = &shared.line;
    let trouble = |failure: Failure| Try::Trouble(failure.into());
    let info = line.client.media(media_id).await.map_err(trouble)?;
    let response = line.client.download(&info.url).await.map_err(trouble)?;
    let body = response.bytes_stream().map_err(reqwest::Error::without_url);
    let id = uuid::Uuid::new_v4().to_string();
    let written = line
        .media
        .write(&id, body, UPLOAD_LIMIT)
        .await
        .map_err(|error| {
            let is_final = matches!(error, WriteError::TooLarge(_));
            Try::Trouble(Trouble {
                is_final,
                ..Trouble::other(error.to_string())
            })
        })?;
    let found = record::Media {
        content_type: info.mime_type.clone(),
        bytes: written.bytes,
        sha256: written.sha256.clone(),
        created_ms: clock::now_ms(),
        upstream_id: Some(media_id.to_owned()),
        // Received media cannot be sent on by that id for long: `cloud-api.md` 1.5 gives seven days.
        upstream_until_ms: clock::now_ms(),
    };
    line.records
        .save(&line.config.name, &id, &found)
        .await
        .map_err(Try::Store)?;
    Ok(ReceivedMedia::Stored {
        id,
        sha256: written.sha256,
        mime_type: info.mime_type,
    })
}
