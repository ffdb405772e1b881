//! Media on their way down: brought to the network once, then named by its id.

mod linked;

use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::media::MediaKind;
use onprem::message::{Media, MediaSource, Outgoing};
use store::{StoreError, clock};
use tokio_util::io::ReaderStream;

use linked::Link;

use crate::line::Line;
use crate::linked::KEPT;
use crate::media::canonical_id;
use crate::translate::down;
use crate::translate::error::{Verdict, object, verdict};

/// Why a media object has no id on the network.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// The message fails with this error.
    Fail(ErrorObject),
    /// It may work later.
    Later(String),
}

/// A media object on the network.
#[derive(Debug)]
pub(super) struct Upstream {
    /// Its id there.
    pub(super) id: String,
    /// It was uploaded just now.
    pub(super) is_fresh: bool,
}

/// The network's id of a media object, uploading it first when it must. `attempts` counts this try.
pub(super) async fn upstream_id(
    line: &Line,
    field: &str,
    kind: MediaKind,
    media: &Media,
    attempts: u32,
) -> Result<Result<Upstream, Trouble>, StoreError> {
    let filename = media.filename.as_deref().unwrap_or("file");
    match &media.source {
        MediaSource::Id(id) => stored(line, field, id, filename, attempts).await,
        MediaSource::Link { link, provider } => {
            let link = Link {
                field,
                kind,
                url: link,
                provider: provider.as_deref(),
                filename,
            };
            let _waiting = line.signals.wait_for_link();
            link.upstream(line, attempts).await
        }
    }
}

/// The network said that it does not know one of the message's media: they are uploaded anew at the next try.
pub(super) async fn forget(line: &Line, message: &Outgoing) -> Result<(), StoreError> {
    for (field, kind, media) in down::media_of(message) {
        match &media.source {
            MediaSource::Id(id) => {
                if let Some(id) = canonical_id(id) {
                    line.change_media(&id, |found| found.upstream_id = None)
                        .await?;
                }
            }
            MediaSource::Link { link, provider } => {
                let link = Link {
                    field: &field,
                    kind,
                    url: link,
                    provider: provider.as_deref(),
                    filename: media.filename.as_deref().unwrap_or("file"),
                };
                link.forget(line).await?;
            }
        }
    }
    Ok(())
}

async fn stored(
    line: &Line,
    field: &str,
    id: &str,
    filename: &str,
    attempts: u32,
) -> Result<Result<Upstream, Trouble>, StoreError> {
    let Some((id, found)) = line.media_record(id).await? else {
        return Ok(Err(fail(
            Code::NOT_FOUND,
            format!("{field}.id: the media was deleted before the message was sent"),
        )));
    };
    if let Some(upstream) = found
        .upstream_id
        .as_ref()
        .filter(|_| found.upstream_until_ms > clock::now_ms())
    {
        return Ok(Ok(Upstream {
            id: upstream.clone(),
            is_fresh: false,
        }));
    }
    let file = match line.media.read(&id).await {
        Ok(file) => file,
        Err(error) => {
            return Ok(Err(fail(
                Code::INTERNAL,
                format!("{field}.id: the media file cannot be read: {error}"),
            )));
        }
    };
    let body = reqwest::Body::wrap_stream(ReaderStream::new(file));
    let uploaded = line
        .client
        .upload(filename, &found.content_type, body, found.bytes)
        .await;
    match uploaded {
        Ok(upstream) => {
            let kept_ms = i64::try_from(KEPT.as_millis()).unwrap_or_default();
            let until_ms = clock::now_ms() + kept_ms;
            line.change_media(&id, |found| {
                found.upstream_id = Some(upstream.clone());
                found.upstream_until_ms = until_ms;
            })
            .await?;
            Ok(Ok(Upstream {
                id: upstream,
                is_fresh: true,
            }))
        }
        Err(failure) => Ok(Err(upload_trouble(field, failure, attempts))),
    }
}

fn upload_trouble(field: &str, failure: graph::Failure, attempts: u32) -> Trouble {
    match failure {
        graph::Failure::Refused(error) => match verdict(&error, attempts) {
            Verdict::Fail(reason) => fail(
                Code::INTERNAL,
                format!(
                    "{field}: the network refused the media: {}",
                    reason.details.unwrap_or(reason.title)
                ),
            ),
            _ => Trouble::Later(error.message),
        },
        graph::Failure::Unsent(reason) | graph::Failure::Unknown(reason) => Trouble::Later(reason),
    }
}

fn fail(code: Code, details: String) -> Trouble {
    Trouble::Fail(object(code, Some(details)))
}
