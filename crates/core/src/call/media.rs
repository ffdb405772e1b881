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
use crate::media::{WriteError, Written, canonical_id};
use crate::record;

/// How long a deletion waits for the network to delete its copy too.
const UPSTREAM_PATIENCE: Duration = Duration::from_secs(2);

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
        let (written, orphan) = self
            .media
            .write_orphan(&id, body, UPLOAD_LIMIT)
            .await
            .map_err(write_refusal)?;
        self.meter.uploaded.add(written.bytes);
        check(&content_type, &written)?;
        let record = record::Media {
            content_type,
            bytes: written.bytes,
            sha256: written.sha256,
            created_ms: clock::now_ms(),
            upstream_id: None,
            upstream_until_ms: 0,
        };
        self.records
            .save(&self.config.name, &id, &record)
            .await
            .map_err(|error| store_refusal(&error))?;
        orphan.keep();
        Ok(id)
    }

    /// `GET /v1/media/{id}`; 404 / 1006 when there is none.
    pub async fn download_media(&self, id: &str) -> Result<Download, Refusal> {
        let (id, record) = find(self, id).await?;
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

/// What only the whole body shows: that it is not empty, and that a picture is one.
fn check(content_type: &str, written: &Written) -> Result<(), Refusal> {
    if written.bytes == 0 {
        return Err(Refusal::new(
            Code::MISSING,
            "the body is empty: send the file's bytes",
        ));
    }
    // SVG is text, which no magic number tells.
    let is_picture = content_type.starts_with("image/") && content_type != "image/svg+xml";
    if is_picture && !infer::is_image(&written.head) {
        return Err(Refusal::new(
            Code::INTERNAL,
            format!("the picture cannot be read: its bytes are not {content_type}"),
        ));
    }
    Ok(())
}

fn write_refusal(error: WriteError) -> Refusal {
    match error {
        WriteError::Body(_) => Refusal::new(Code::BAD_REQUEST, error.to_string()),
        WriteError::TooLarge(limit) => Refusal::invalid(
            "body",
            format!("longer than {limit} bytes, the greatest upload"),
        )
        .with_status(413),
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
        Refusal::new(
            Code::INTERNAL,
            format!("the media file cannot be read: {error}"),
        )
    }
}

fn not_found(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no media with the id {id}"))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt, stream};
    use rstest::rstest;
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::link::fake;

    /// The smallest thing that is a PNG to a reader of magic numbers.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn body(bytes: &'static [u8]) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::iter([Ok(Bytes::from_static(bytes))])
    }

    fn files(line: &Line) -> usize {
        std::fs::read_dir(&line.config.media_dir).unwrap().count()
    }

    #[tokio::test]
    async fn an_upload_is_downloaded_until_it_is_deleted() {
        let (line, _dir) = fake::line().await;

        let id = line
            .upload_media("image/png".to_owned(), body(PNG))
            .await
            .unwrap();
        let mut download = line.download_media(&id.to_uppercase()).await.unwrap();
        let mut content = Vec::new();
        download.file.read_to_end(&mut content).await.unwrap();

        assert_eq!(content, PNG);
        assert_eq!(download.content_type, "image/png");
        assert_eq!(download.bytes, u64::try_from(PNG.len()).unwrap());

        line.delete_media(&id).await.unwrap();

        assert_eq!(files(&line), 0);
        let refusal = line.download_media(&id).await.unwrap_err();
        assert_eq!(refusal.code, Code::NOT_FOUND);
        let refusal = line.delete_media(&id).await.unwrap_err();
        assert_eq!(refusal.code, Code::NOT_FOUND);
    }

    #[rstest]
    #[case::nothing("text/plain", b"", Code::MISSING)]
    #[case::no_picture("image/png", b"<html>", Code::INTERNAL)]
    #[tokio::test]
    async fn what_cannot_be_media_leaves_nothing(
        #[case] content_type: &str,
        #[case] bytes: &'static [u8],
        #[case] code: Code,
    ) {
        let (line, _dir) = fake::line().await;

        let refusal = line
            .upload_media(content_type.to_owned(), body(bytes))
            .await
            .unwrap_err();

        assert_eq!(refusal.code, code);
        assert_eq!(files(&line), 0);
    }

    #[tokio::test]
    async fn an_upload_that_breaks_off_leaves_nothing() {
        let (line, _dir) = fake::line().await;
        let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err("cut")]);

        let refusal = line
            .upload_media("text/plain".to_owned(), broken)
            .await
            .unwrap_err();

        assert_eq!(refusal.code, Code::BAD_REQUEST);
        assert_eq!(refusal.details, "the body broke off: cut");
        assert_eq!(files(&line), 0);
    }

    #[tokio::test]
    async fn an_upload_over_the_limit_is_413() {
        let (line, _dir) = fake::line().await;
        let megabyte = Bytes::from(vec![0_u8; 1 << 20]);
        let endless = stream::repeat(megabyte).map(Ok::<_, Infallible>);

        let refusal = line
            .upload_media("application/pdf".to_owned(), endless)
            .await
            .unwrap_err();

        assert_eq!((refusal.status, refusal.code), (413, Code::INVALID));
        assert_eq!(files(&line), 0);
    }

    #[tokio::test]
    async fn a_file_without_its_record_goes() {
        let (line, _dir) = fake::line().await;
        line.records.store().close().await;

        line.upload_media("text/plain".to_owned(), body(b"a"))
            .await
            .unwrap_err();

        assert_eq!(files(&line), 0);
    }

    #[rstest]
    #[case::too_large(WriteError::TooLarge(100), 413, Code::INVALID)]
    #[case::not_writable(
        WriteError::Folder(io::ErrorKind::PermissionDenied.into()),
        500,
        Code::ACCESS
    )]
    fn each_failure_has_its_documented_answer(
        #[case] error: WriteError,
        #[case] status: u16,
        #[case] code: Code,
    ) {
        let refusal = write_refusal(error);

        assert_eq!((refusal.status, refusal.code), (status, code));
    }

    #[test]
    fn a_full_disk_is_said_so() {
        let refusal = write_refusal(WriteError::Folder(io::ErrorKind::StorageFull.into()));

        assert_eq!(refusal.code, Code::INTERNAL);
        assert!(refusal.details.contains("disk is full"));
    }
}
