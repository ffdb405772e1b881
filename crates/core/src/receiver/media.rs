//! Media of customers: downloaded before the notification goes out, three tries within a minute.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::TryStreamExt;
use graph::Failure;
use graph::webhook::Message;
use onprem::Code;
use onprem::media::UPLOAD_LIMIT;
use onprem::settings::{ApplicationSettings, AutoDownload};
use store::{Change, StoreError, clock};

use super::{Shared, sticker};
use crate::line::Line;
use crate::media::{Orphan, WriteError};
use crate::record;
use crate::translate::error::object;
use crate::translate::up::ReceivedMedia;

const TRIES: u32 = 3;
/// For each try.
const LIMIT: Duration = Duration::from_secs(18);
/// The longest wait for one of the places in which media are downloaded.
const PATIENCE: Duration = Duration::from_mins(1);

/// What became of a message's media.
pub(super) struct Received {
    /// As the notification shows it.
    pub(super) shown: ReceivedMedia,
    /// The file, if there is one now.
    pub(super) downloaded: Option<Downloaded>,
}

/// A downloaded file: it goes again unless its record is written and it is kept.
pub(super) struct Downloaded {
    id: String,
    record: record::Media,
    file: Orphan,
}

impl Downloaded {
    /// A file whose record is still to be written.
    pub(super) fn new(id: String, record: record::Media, file: Orphan) -> Self {
        Self { id, record, file }
    }

    /// The change that writes its record.
    pub(super) fn record(&self, line: &Line) -> Result<Change, StoreError> {
        line.records.put(&line.config.name, &self.id, &self.record)
    }

    /// Its record is written.
    pub(super) fn keep(self) {
        self.file.keep();
    }
}

/// One that waits for media, and gives its place to another meanwhile.
pub(super) struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    pub(super) fn begin(shared: &'a Shared) -> Self {
        shared.waiting_for_media.fetch_add(1, Ordering::Relaxed);
        shared.places_changed.notify_one();
        Self(shared)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting_for_media.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Downloads a message's media when the settings say so.
pub(super) async fn receive(
    shared: &Arc<Shared>,
    settings: &ApplicationSettings,
    kind: AutoDownload,
    media_id: &str,
    message: &Message,
) -> Received {
    if !settings.auto_download.contains(&kind) {
        return Received {
            shown: ReceivedMedia::Undownloaded(None),
            downloaded: None,
        };
    }
    let _waiting = Waiting::begin(shared);
    let trouble = match tokio::time::timeout(PATIENCE, shared.downloads.acquire()).await {
        Ok(_place) => match try_hard(shared, kind, media_id).await {
            Ok(received) => return received,
            Err(trouble) => trouble,
        },
        Err(_) => Trouble::other("too many media wait to be downloaded"),
    };
    tracing::warn!(line = %shared.line.config.name, kind = message.kind, reason = trouble.details, "media not downloaded");
    let code = if trouble.is_throttled {
        Code::RATE_LIMIT
    } else {
        Code::MEDIA_DOWNLOAD
    };
    let shown = ReceivedMedia::Undownloaded(Some(object(code, Some(trouble.details))));
    Received {
        shown,
        downloaded: None,
    }
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

async fn try_hard(
    shared: &Arc<Shared>,
    kind: AutoDownload,
    media_id: &str,
) -> Result<Received, Trouble> {
    let mut attempt = 1;
    loop {
        let trouble = match tokio::time::timeout(LIMIT, download(shared, kind, media_id)).await {
            Ok(Ok(received)) => return Ok(received),
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::other("time is up"),
        };
        if trouble.is_final || attempt == TRIES {
            return Err(trouble);
        }
        tokio::time::sleep(Duration::from_secs(u64::from(attempt))).await;
        attempt += 1;
    }
}

async fn download(
    shared: &Arc<Shared>,
    kind: AutoDownload,
    media_id: &str,
) -> Result<Received, Trouble> {
    let line = &shared.line;
    let info = line.client.media(media_id).await?;
    let response = line.client.download(&info.url).await?;
    let body = response.bytes_stream().map_err(reqwest::Error::without_url);
    let id = uuid::Uuid::new_v4().to_string();
    let written = line.media.write_orphan(&id, body, UPLOAD_LIMIT).await;
    let (written, file) = written.map_err(|error| {
        line.note_media_trouble(&error);
        Trouble {
            is_final: matches!(error, WriteError::TooLarge(_)),
            ..Trouble::other(error.to_string())
        }
    })?;
    let metadata = match kind {
        AutoDownload::Sticker => sticker::metadata(&line.media, &id).await,
        _ => None,
    };
    // A picture that cannot be read is the customer's all the same.
    let looked = line.media.look(&file, written.head.clone(), true).await;
    let detected = looked.map(|looked| looked.detected).unwrap_or_default();
    line.meter.downloaded.add(written.bytes);
    let record = record::Media {
        upstream_id: Some(media_id.to_owned()),
        // Received media cannot be sent on by that id for long: `cloud-api.md` 1.5 gives seven days.
        upstream_until_ms: clock::now_ms(),
        ..record::Media::stored(info.mime_type.clone(), &written, detected)
    };
    let shown = ReceivedMedia::Stored {
        id: id.clone(),
        sha256: written.sha256,
        mime_type: info.mime_type,
        metadata,
    };
    Ok(Received {
        shown,
        downloaded: Some(Downloaded::new(id, record, file)),
    })
}
