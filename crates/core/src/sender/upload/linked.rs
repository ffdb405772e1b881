//! Media by link: fetched into the media folder, looked at, brought to the network, and gone again.

use onprem::media::{Detected, MediaKind, parse_content_type};
use onprem::provider::Credentials;
use onprem::{Code, Refusal};
use store::StoreError;
use tokio_util::io::ReaderStream;

use super::{Trouble, Upstream, fail, upload_trouble};
use crate::call::provider::unknown;
use crate::line::Line;
use crate::link::{LinkError, TOTAL};
use crate::linked::Key;
use crate::media::{Orphan, WriteError, Written};

/// What servers say who do not know.
const UNKNOWN: &[&str] = &["application/octet-stream", "binary/octet-stream"];

/// A link of a message.
pub(super) struct Link<'a> {
    /// The path of the media object.
    pub(super) field: &'a str,
    pub(super) kind: MediaKind,
    pub(super) url: &'a str,
    /// The name of a media provider.
    pub(super) provider: Option<&'a str>,
    pub(super) filename: &'a str,
}

/// A file that a link brought.
struct Brought {
    file: Orphan,
    written: Written,
    content_type: String,
}

impl Link<'_> {
    /// The `MEDIA_ID` of the link's file, which is brought to the network unless it was lately.
    pub(super) async fn upstream(
        &self,
        line: &Line,
        attempts: u32,
    ) -> Result<Result<Upstream, Trouble>, StoreError> {
        let credentials = match self.provider {
            None => None,
            Some(name) => match line.media_provider(name).await? {
                Some(credentials) => Some(credentials),
                None => return Ok(Err(refused(&unknown(self.field, name)))),
            },
        };
        let credentials = credentials.as_ref();
        let key = self.key(line, credentials)?;
        let bring = async { Ok(self.bring(line, credentials, attempts).await) };
        let brought = line.linked.bring(key, bring).await?;
        Ok(brought.map(|(id, is_fresh)| Upstream { id, is_fresh }))
    }

    /// The network does not know the file any more.
    pub(super) async fn forget(&self, line: &Line) -> Result<(), StoreError> {
        let credentials = match self.provider {
            None => None,
            Some(name) => line.media_provider(name).await?,
        };
        let key = self.key(line, credentials.as_ref())?;
        line.linked.forget(key).await;
        Ok(())
    }

    /// What makes it the same as another one: what is asked for, as whom, and for which number.
    fn key(&self, line: &Line, credentials: Option<&Credentials>) -> Result<Key, StoreError> {
        let credentials = serde_json::to_vec(&credentials)
            .map_err(|error| StoreError::Damaged(format!("credentials are not JSON: {error}")))?;
        Ok(Key::of(&[
            self.url.as_bytes(),
            self.field.as_bytes(),
            format!("{:?}", self.kind).as_bytes(),
            self.filename.as_bytes(),
            self.provider.unwrap_or_default().as_bytes(),
            &credentials,
            line.client.config().phone_number_id.as_bytes(),
        ]))
    }

    /// Brings the link's file to the network; its `MEDIA_ID`.
    async fn bring(
        &self,
        line: &Line,
        credentials: Option<&Credentials>,
        attempts: u32,
    ) -> Result<String, Trouble> {
        // The semaphore is never closed.
        let _place = line.link_places.acquire().await;
        let fetched = tokio::time::timeout(TOTAL, self.fetch(line, credentials)).await;
        let fetched = fetched.unwrap_or_else(|_| {
            let seconds = TOTAL.as_secs();
            Err(self.failed(format_args!("no end within {seconds} seconds")))
        });
        self.upload(line, fetched?, attempts).await
    }

    /// Fetches the file, and checks what it is.
    async fn fetch(
        &self,
        line: &Line,
        credentials: Option<&Credentials>,
    ) -> Result<Brought, Trouble> {
        let limit = self.kind.limit();
        let fetched = line
            .fetcher
            .fetch(self.url, credentials, limit)
            .await
            .map_err(|error| match error {
                LinkError::TooLarge { limit } => self.too_large(limit),
                error => self.failed(&error),
            })?;
        let said = fetched.content_type().map(str::to_owned);
        let written = line.media.write_passing(fetched.body(), limit).await;
        let (written, file) = written.map_err(|error| match error {
            WriteError::TooLarge(limit) => self.too_large(limit),
            WriteError::Body(error) => self.failed(&error),
            // Ours, and it passes: the message waits.
            WriteError::Taken | WriteError::Folder(_) => Trouble::Later(error.to_string()),
        })?;
        if written.bytes == 0 {
            return Err(self.failed("the server sent nothing"));
        }
        let as_picture = matches!(self.kind, MediaKind::Image | MediaKind::Sticker);
        let looked = line
            .media
            .look(&file, written.head.clone(), as_picture)
            .await
            .map_err(|error| Trouble::Later(error.to_string()))?;
        let content_type = content_type(self.kind, said.as_deref(), &looked.detected);
        let field = format!("{}.link", self.field);
        self.kind
            .check(&field, &content_type, written.bytes, &looked.detected)
            .map_err(|refusal| refused(&refusal))?;
        if let Some(why) = looked.unreadable {
            return Err(self.failed(format_args!("the picture cannot be read: {why}")));
        }
        Ok(Brought {
            file,
            written,
            content_type,
        })
    }

    async fn upload(
        &self,
        line: &Line,
        brought: Brought,
        attempts: u32,
    ) -> Result<String, Trouble> {
        let Brought {
            file,
            written,
            content_type,
        } = brought;
        let content_key = Key::of(&[
            written.sha256.as_bytes(),
            content_type.as_bytes(),
            self.filename.as_bytes(),
            line.client.config().phone_number_id.as_bytes(),
        ]);
        if let Some(id) = line.linked.file(content_key) {
            return Ok(id);
        }
        let content = file
            .read()
            .await
            .map_err(|error| Trouble::Later(error.to_string()))?;
        let body = reqwest::Body::wrap_stream(ReaderStream::new(content));
        let uploaded = line
            .client
            .upload(self.filename, &content_type, body, written.bytes)
            .await
            .map_err(|failure| upload_trouble(self.field, failure, attempts));
        if let Ok(id) = &uploaded {
            line.linked.remember(content_key, id);
        }
        uploaded
    }

    /// 1014: the link did not bring it.
    fn failed(&self, why: impl std::fmt::Display) -> Trouble {
        fail(Code::INTERNAL, format!("{}.link: {why}", self.field))
    }

    /// 1009, as for an upload.
    fn too_large(&self, limit: u64) -> Trouble {
        fail(
            Code::INVALID,
            format!(
                "{}.link: has more than {limit} bytes, must have at most {limit}",
                self.field
            ),
        )
    }
}

fn refused(refusal: &Refusal) -> Trouble {
    Trouble::Fail(refusal.into())
}

/// What a file is taken for. A document is what the server says, unless it does not know; of any other kind servers are
/// often wrong, so that the bytes are believed first, when they are of a type that the kind has.
fn content_type(kind: MediaKind, header: Option<&str>, detected: &Detected) -> String {
    let said = parse_content_type(header)
        .ok()
        .filter(|said| !UNKNOWN.contains(&said.as_str()));
    let found = detected.content_type.as_deref();
    if kind != MediaKind::Document
        && let Some(found) = found.filter(|found| kind.accepts(found))
        && said
            .as_deref()
            .is_none_or(|said| !kind.accepts(said) || detected.contradicts(said).is_some())
    {
        return found.to_owned();
    }
    said.or_else(|| found.map(str::to_owned))
        .unwrap_or_else(|| "application/octet-stream".to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::link::fake::{self, Server, answer};

    fn link<'a>(url: &'a str, provider: Option<&'a str>) -> Link<'a> {
        Link {
            field: "image",
            kind: MediaKind::Image,
            url,
            provider,
            filename: "file",
        }
    }

    #[tokio::test]
    async fn a_provider_that_was_deleted_meanwhile_fails_the_message() {
        let (line, _dir) = fake::line().await;

        let trouble = link("https://shop.example/van.png", Some("gone"))
            .upstream(&line, 1)
            .await
            .unwrap()
            .unwrap_err();

        let Trouble::Fail(error) = trouble else {
            panic!("{trouble:?}")
        };
        assert_eq!(error.code, Code::INVALID);
        assert_eq!(
            error.details.as_deref(),
            Some("image.provider: there is no media provider named \"gone\"")
        );
    }

    #[tokio::test]
    async fn a_network_that_cannot_be_reached_is_tried_again_and_no_file_stays() {
        let (line, _dir) = fake::line().await;
        let picture = crate::media::sample::jpeg(3, 8, 640, 480);
        let server = Server::start(move |_| answer(200, "", &picture)).await;

        let trouble = link(&server.url("/van.jpg"), None)
            .upstream(&line, 1)
            .await
            .unwrap()
            .unwrap_err();

        assert!(matches!(trouble, Trouble::Later(_)), "{trouble:?}");
        let left = std::fs::read_dir(&line.config.media_dir).unwrap().count();
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_not_the_messages_fault() {
        let (line, _dir) = fake::line().await;
        let server = Server::start(|_| answer(200, "", "bytes")).await;
        std::fs::remove_dir_all(&line.config.media_dir).unwrap();

        let trouble = link(&server.url("/van.jpg"), None)
            .upstream(&line, 1)
            .await
            .unwrap()
            .unwrap_err();

        assert!(matches!(trouble, Trouble::Later(_)), "{trouble:?}");
    }

    #[rstest]
    #[case::as_said(MediaKind::Image, Some("image/jpeg"), Some("image/jpeg"), "image/jpeg")]
    #[case::wrongly_said(MediaKind::Image, Some("image/jpeg"), Some("image/png"), "image/png")]
    #[case::not_said(MediaKind::Image, None, Some("image/png"), "image/png")]
    #[case::not_known(
        MediaKind::Image,
        Some("application/octet-stream"),
        Some("image/png"),
        "image/png"
    )]
    #[case::another_kind(MediaKind::Image, Some("text/html"), Some("text/html"), "text/html")]
    #[case::a_picture_that_is_none(
        MediaKind::Image,
        Some("image/gif"),
        Some("image/gif"),
        "image/gif"
    )]
    #[case::no_type_at_all(MediaKind::Video, None, None, "application/octet-stream")]
    #[case::the_codec_is_not_said(
        MediaKind::Audio,
        Some("audio/ogg"),
        Some("audio/ogg; codecs=opus"),
        "audio/ogg; codecs=opus"
    )]
    #[case::another_codec(MediaKind::Audio, Some("audio/ogg"), Some("audio/ogg"), "audio/ogg")]
    #[case::audio_in_a_video_container(
        MediaKind::Audio,
        Some("audio/mp4"),
        Some("video/mp4"),
        "audio/mp4"
    )]
    #[case::bytes_that_say_nothing(MediaKind::Audio, Some("audio/mpeg"), None, "audio/mpeg")]
    #[case::a_document_is_what_is_said(
        MediaKind::Document,
        Some("application/vnd.ms-excel"),
        Some("application/zip"),
        "application/vnd.ms-excel"
    )]
    #[case::unless_nobody_knows(
        MediaKind::Document,
        Some("binary/octet-stream"),
        Some("application/pdf"),
        "application/pdf"
    )]
    fn a_file_is_taken_for_what_it_is(
        #[case] kind: MediaKind,
        #[case] said: Option<&str>,
        #[case] found: Option<&str>,
        #[case] taken_for: &str,
    ) {
        let detected = Detected {
            content_type: found.map(str::to_owned),
            picture: None,
        };

        assert_eq!(content_type(kind, said, &detected), taken_for);
    }
}
