//! The profile's photo (`rest-api.md` 8.2): the network shows it to customers, and a copy is kept here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use graph::profile::ProfileChange;
use onprem::profile::PHOTO_LIMIT;
use onprem::{Code, Refusal};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;

use super::profile::Turn;
use super::store_refusal;
use crate::line::Line;
use crate::picture::{self, PictureError};
use crate::record;
use crate::translate::error::unread;

/// The photo record's name.
const NAME: &str = "photo";
/// What the network is told that the file is called.
const FILE_NAME: &str = "photo.jpg";
/// What is made of every photo.
const JPEG: &str = "image/jpeg";

/// A photo to be sent to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its type.
    pub content_type: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Line {
    /// `GET /v1/settings/profile/photo`: the bytes, from here as long as the network still shows what was set here.
    /// 404 / 1006 when there is none.
    pub async fn photo(&self) -> Result<Photo, Refusal> {
        let mut turn = self.profile_turn().await?;
        let (url, known) = shown(self, &mut turn).await?;
        if let Some(photo) = known.as_ref().and_then(opened) {
            return Ok(photo);
        }
        let photo = fetch(self, &url).await?;
        let record = record::Photo {
            content_type: photo.content_type.clone(),
            data: STANDARD.encode(&photo.bytes),
            place: Some(place(&url).to_owned()),
            is_blank: false,
        };
        save(self, &record).await?;
        Ok(photo)
    }

    /// `GET /v1/settings/profile/photo?format=link`: where the network shows it. 404 / 1006 when there is none.
    pub async fn photo_link(&self) -> Result<String, Refusal> {
        let mut turn = self.profile_turn().await?;
        Ok(shown(self, &mut turn).await?.0)
    }

    /// `POST /v1/settings/profile/photo`: scaled and cropped to a square, then shown by the network, then kept.
    /// 400 / 1009 for what is no picture.
    pub async fn set_photo(&self, bytes: Bytes) -> Result<(), Refusal> {
        self.check_registered()?;
        // The semaphore is never closed.
        let place = self.profile.pictures.acquire().await;
        let squared = in_background(move || picture::square(&bytes)).await?;
        drop(place);
        let mut turn = self.profile_turn().await?;
        put(self, &mut turn, squared, false).await
    }

    /// `DELETE /v1/settings/profile/photo`: the network has no call that takes it away, so a blank grey picture takes its
    /// place, and stands for none. 404 / 1006 when there is none.
    pub async fn delete_photo(&self) -> Result<(), Refusal> {
        let mut turn = self.profile_turn().await?;
        shown(self, &mut turn).await?;
        let blank = in_background(picture::blank).await?;
        put(self, &mut turn, blank, true).await
    }
}

async fn in_background(
    make: impl FnOnce() -> Result<Vec<u8>, PictureError> + Send + 'static,
) -> Result<Vec<u8>, Refusal> {
    let made = tokio::task::spawn_blocking(make).await.map_err(|error| {
        Refusal::new(
            Code::INTERNAL,
            format!("the picture could not be scaled: {error}"),
        )
    })?;
    made.map_err(|error| Refusal::invalid("the body", error))
}

/// Where the network shows a photo, and the copy that is kept of just that one. 404 / 1006 when it shows none, or the
/// blank one.
async fn shown(
    line: &Line,
    turn: &mut Turn<'_>,
) -> Result<(String, Option<record::Photo>), Refusal> {
    let none = || Refusal::not_found("no photo is set");
    let url = turn.profile().await?.profile_picture_url.clone();
    let url = url.filter(|url| !url.is_empty()).ok_or_else(none)?;
    let kept: Option<record::Photo> = line
        .records
        .get(&line.config.name, NAME)
        .await
        .map_err(|error| store_refusal(&error))?;
    let known = match kept {
        // The network was not asked since it was set: what it shows first is that one.
        Some(mut photo) if photo.place.is_none() => {
            photo.place = Some(place(&url).to_owned());
            save(line, &photo).await?;
            Some(photo)
        }
        kept => kept.filter(|photo| photo.place.as_deref() == Some(place(&url))),
    };
    if known.as_ref().is_some_and(|photo| photo.is_blank) {
        return Err(none());
    }
    Ok((url, known))
}

/// Gives the network a photo to show, and keeps it.
async fn put(
    line: &Line,
    turn: &mut Turn<'_>,
    jpeg: Vec<u8>,
    is_blank: bool,
) -> Result<(), Refusal> {
    let bytes = Bytes::from(jpeg);
    let handle = line
        .client
        .upload_handle(&line.config.app_id, FILE_NAME, JPEG, bytes.clone())
        .await
        .map_err(|failure| unread(&failure))?;
    turn.change(&ProfileChange {
        profile_picture_handle: Some(handle),
        ..ProfileChange::default()
    })
    .await?;
    // From here on it is set; where it is can also be asked later.
    let url = match turn.profile().await {
        Ok(profile) => profile.profile_picture_url.clone(),
        Err(refusal) => {
            tracing::debug!(line = %line.config.name, %refusal, "where the new photo is will be asked later");
            None
        }
    };
    let record = record::Photo {
        content_type: JPEG.to_owned(),
        data: STANDARD.encode(&bytes),
        place: url.as_deref().map(|url| place(url).to_owned()),
        is_blank,
    };
    save(line, &record).await
}

async fn save(line: &Line, photo: &record::Photo) -> Result<(), Refusal> {
    line.records
        .save(&line.config.name, NAME, photo)
        .await
        .map_err(|error| store_refusal(&error))
}

/// A kept photo's bytes; `None` when they are damaged, and have to be fetched.
fn opened(photo: &record::Photo) -> Option<Photo> {
    let bytes = STANDARD.decode(&photo.data).ok()?;
    Some(Photo {
        content_type: photo.content_type.clone(),
        bytes: bytes.into(),
    })
}

/// A URL without its query, which signs it for some time: what is left names the photo.
fn place(url: &str) -> &str {
    url.split_once('?').map_or(url, |(place, _)| place)
}

/// A photo that was not set here.
async fn fetch(line: &Line, url: &str) -> Result<Photo, Refusal> {
    let response = line.client.download(url).await;
    let response = response.map_err(|failure| unread(&failure))?;
    let said = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let bytes = read(response).await.map_err(|why| {
        Refusal::new(
            Code::NOT_READY,
            format!("the network's copy of the photo cannot be read: {why}"),
        )
    })?;
    let content_type = infer::get(&bytes)
        .map(|found| found.mime_type().to_owned())
        .or(said)
        .unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Photo {
        content_type,
        bytes,
    })
}

/// A whole body, as long as it may be a photo.
async fn read(mut response: Response) -> Result<Bytes, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| error.without_url().to_string())?
    {
        if bytes.len() + chunk.len() > PHOTO_LIMIT {
            return Err(format!("it has more than {PHOTO_LIMIT} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}
