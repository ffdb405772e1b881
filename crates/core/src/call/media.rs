//! Media (`rest-api.md` section 12).

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use onprem::media::UPLOAD_LIMIT;
use onprem::{Code, Refusal};
use store::{Batch, StoreError, clock};
use uuid::Uuid;

use super::store_refusal;
use crate::line::Line;
use crate::media::{Looked, WriteError, canonical_id};
use crate::record;

/// How long a deletion waits for the network to delete its copy too.
const UPSTREAM_PATIENCE: Duration = Duration::from_secs(2);
/// The use of a file is noted at most so often, milliseconds: a day more or less does not matter to who collects them.
const USE_NOTED_EVERY_MS: i64 = 24 * 60 * 60 * 1000;

/// A file to be sent to the caller.
#[derive(Debug)]
pub struct Download {
    /// Its type.
    pub content_type: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its content.
    pub file: tokio::fs::File,
}

impl Line {
    /// `POST /v1/media`: the new id. The file and its record are on disk when this returns, or neither is.
    ///
    /// 413 / 1009 over 100 MB, 400 / 1008 for an empty body, 400 / 1025 when it broke off, 500 / 1005 when the folder
    /// cannot be written, 500 / 1014 when the disk is full or a picture cannot be read.
    pub async fn upload_media<E: std::fmt::Display>(
        &self,
        content_type: String,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<String, Refusal> {
        let id = Uuid::new_v4().hyphenated().to_string();
        self.upload_media_as(&id, content_type, body).await?;
        Ok(id)
    }

    /// 409 / 1004 when there is a file with this id already.
    async fn upload_media_as<E: std::fmt::Display>(
        &self,
        id: &str,
        content_type: String,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<(), Refusal> {
        let (written, orphan) = self
            .media
            .write_orphan(id, body, UPLOAD_LIMIT)
            .await
            .inspect_err(|error| self.note_media_trouble(error))
            .map_err(write_refusal)?;
        self.meter.uploaded.add(written.bytes);
        if written.bytes == 0 {
            return Err(Refusal::new(
                Code::MISSING,
                "the body is empty: send the file's bytes",
            ));
        }
        let as_picture = is_picture(&content_type);
        let looked = self
            .media
            .look(&orphan, written.head.clone(), as_picture)
            .await
            .map_err(|error| unreadable_file(&error))?;
        check_picture(&content_type, &looked)?;
        let record = record::Media::stored(content_type, &written, looked.detected);
        let create = self
            .records
            .create(&self.config.name, id, &record)
            .map_err(|error| store_refusal(&error))?;
        match self.store().apply(Batch::of(vec![create])).await {
            Ok(_) => {}
            Err(StoreError::Conflict) => return Err(taken()),
            Err(error) => return Err(store_refusal(&error)),
        }
        orphan.keep();
        Ok(())
    }

    /// `GET /v1/media/{id}`; 404 / 1006 when there is none.
    pub async fn download_media(&self, id: &str) -> Result<Download, Refusal> {
        let (id, record) = find(self, id).await?;
        self.note_download(&id, &record).await;
        let file = self.media.read(&id).await.map_err(|error| {
            tracing::warn!(line = %self.config.name, media = id, %error, "a media file cannot be opened");
            read_refusal(&error, &id)
        })?;
        // The file's own length: an answer must never promise more than there is.
        let bytes = file
            .metadata()
            .await
            .map_err(|error| read_refusal(&error, &id))?
            .len();
        Ok(Download {
            content_type: record.content_type,
            bytes,
            file,
        })
    }

    /// `DELETE /v1/media/{id}`; 404 / 1006 when there is none. The network's copy goes too, if it answers soon.
    pub async fn delete_media(&self, id: &str) -> Result<(), Refusal> {
        let (id, record) = find(self, id).await?;
        let turn = self.desk.media.lock().await;
        // The file first: what a crash leaves behind is then a record, and the same call removes it.
        self.media.remove(&id).await.map_err(|error| {
            Refusal::new(
                Code::ACCESS,
                format!("the media folder cannot be written: {error}"),
            )
            .with_status(500)
        })?;
        let change = self.records.delete::<record::Media>(&self.config.name, &id);
        self.records
            .store()
            .apply(Batch::of(vec![change]))
            .await
            .map_err(|error| store_refusal(&error))?;
        drop(turn);
        delete_upstream(self, &record).await;
        Ok(())
    }
}

impl Line {
    /// A file's id as it is stored, and its record; in whatever spelling the caller wrote the id.
    pub(crate) async fn media_record(
        &self,
        id: &str,
    ) -> Result<Option<(String, record::Media)>, StoreError> {
        let Some(canonical) = canonical_id(id) else {
            return Ok(None);
        };
        let record = self.records.get(&self.config.name, &canonical).await?;
        Ok(record.map(|record| (canonical, record)))
    }

    /// The same for somebody who has use for the file: that is noted, unless it was within a day.
    pub(crate) async fn use_media(
        &self,
        id: &str,
    ) -> Result<Option<(String, record::Media)>, StoreError> {
        let Some((id, record)) = self.media_record(id).await? else {
            return Ok(None);
        };
        let now_ms = clock::now_ms();
        if !is_use_due(&record, now_ms) {
            return Ok(Some((id, record)));
        }
        let changed = self
            .change_media(&id, |record| record.used_ms = now_ms)
            .await?;
        Ok(changed.map(|record| (id, record)))
    }

    /// A download goes on although its note cannot be written.
    async fn note_download(&self, id: &str, record: &record::Media) {
        let now_ms = clock::now_ms();
        if !is_use_due(record, now_ms) {
            return;
        }
        let noted = self.change_media(id, |record| record.used_ms = now_ms);
        if let Err(error) = noted.await {
            tracing::warn!(line = %self.config.name, media = id, %error, "the use of a media file is not noted");
        }
    }

    /// Changes a file's record as it stands now, in turn with others who do; one that was deleted meanwhile stays deleted.
    pub(crate) async fn change_media(
        &self,
        id: &str,
        change: impl FnOnce(&mut record::Media) + Send,
    ) -> Result<Option<record::Media>, StoreError> {
        let _turn = self.desk.media.lock().await;
        let Some(mut record) = self.records.get(&self.config.name, id).await? else {
            return Ok(None);
        };
        change(&mut record);
        self.records.save(&self.config.name, id, &record).await?;
        Ok(Some(record))
    }
}

/// Whether the use of a file is to be noted again.
fn is_use_due(record: &record::Media, now_ms: i64) -> bool {
    now_ms - record.last_used_ms() >= USE_NOTED_EVERY_MS
}

async fn find(line: &Line, id: &str) -> Result<(String, record::Media), Refusal> {
    let found = line
        .media_record(id)
        .await
        .map_err(|error| store_refusal(&error))?;
    found.ok_or_else(|| not_found(id))
}

/// Best effort: the network forgets its copy by itself after a month.
async fn delete_upstream(line: &Line, record: &record::Media) {
    let Some(media_id) = &record.upstream_id else {
        return;
    };
    if record.upstream_until_ms <= clock::now_ms() {
        return;
    }
    let deletion = line.client.delete_media(media_id);
    match tokio::time::timeout(UPSTREAM_PATIENCE, deletion).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::debug!(line = %line.config.name, %error, "the network keeps its copy of a deleted media file");
        }
        Err(_) => {
            tracing::debug!(line = %line.config.name, "the network may keep its copy of a deleted media file");
        }
    }
}

/// Whether an upload is called a picture. SVG is text, which no magic number tells.
fn is_picture(content_type: &str) -> bool {
    content_type.starts_with("image/") && content_type != "image/svg+xml"
}

/// 500 / 1014 for what is called a picture and is none, or another, or only a part of one. Types whose bytes nobody here
/// knows are taken at their word: they can only be sent as documents.
fn check_picture(content_type: &str, looked: &Looked) -> Result<(), Refusal> {
    if !is_picture(content_type) {
        return Ok(());
    }
    let unreadable = |why: &dyn std::fmt::Display| {
        Err(Refusal::new(
            Code::INTERNAL,
            format!("the picture cannot be read: {why}"),
        ))
    };
    if let Some(found) = looked.detected.contradicts(content_type) {
        return unreadable(&format_args!("its bytes are {found}, not {content_type}"));
    }
    let is_known = infer::is_mime_supported(content_type);
    if is_known && looked.detected.content_type.is_none() {
        return unreadable(&format_args!("its bytes are not {content_type}"));
    }
    match &looked.unreadable {
        Some(why) => unreadable(why),
        None => Ok(()),
    }
}

fn write_refusal(error: WriteError) -> Refusal {
    match error {
        WriteError::Body(_) => Refusal::new(Code::BAD_REQUEST, error.to_string()),
        WriteError::TooLarge(limit) => Refusal::invalid(
            "body",
            format!("longer than {limit} bytes, the greatest upload"),
        )
        .with_status(413),
        WriteError::Taken => taken(),
        WriteError::Folder(cause)
            if matches!(
                cause.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ) =>
        {
            Refusal::new(
                Code::INTERNAL,
                "the disk is full: free some space, then try again",
            )
        }
        WriteError::Folder(_) => Refusal::new(Code::ACCESS, error.to_string()).with_status(500),
    }
}

fn read_refusal(error: &io::Error, id: &str) -> Refusal {
    if error.kind() == io::ErrorKind::NotFound {
        not_found(id)
    } else {
        unreadable_file(error)
    }
}

fn unreadable_file(error: &io::Error) -> Refusal {
    Refusal::new(
        Code::INTERNAL,
        format!("the media file cannot be read: {error}"),
    )
}

fn taken() -> Refusal {
    Refusal::new(
        Code::EXISTS,
        "the id that was chosen for the media is taken: send it again",
    )
}

fn not_found(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no media with the id {id}"))
}

#[cfg(test)]
mod tests;
