//! The photo of a number's profile, which everybody may look at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::network::error::GraphError;

/// Greatest photo, bytes.
const LIMIT: usize = 5 * 1024 * 1024;

/// A photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Photo {
    /// Another one for each photo.
    id: String,
    pub(crate) mime_type: String,
    /// Its bytes in base64.
    data: String,
}

impl Photo {
    pub(crate) fn bytes(&self) -> Bytes {
        STANDARD.decode(&self.data).unwrap_or_default().into()
    }
}

impl Network {
    /// The photo behind the handle of an upload.
    pub(super) fn photo_of(&mut self, handle: &str) -> Result<Photo, GraphError> {
        let refuse = |why: &str| {
            Err(GraphError::parameter(format!(
                "Param profile_picture_handle {why}."
            )))
        };
        let Some((mime_type, bytes)) = self.uploads.file(handle) else {
            return refuse("is not a valid handle");
        };
        let is_what_it_says = match mime_type {
            "image/jpeg" => bytes.starts_with(&[0xFF, 0xD8, 0xFF]),
            "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            _ => false,
        };
        if !is_what_it_says {
            return refuse("must be of a JPEG or PNG picture");
        }
        if bytes.len() > LIMIT {
            return refuse("must be of a picture of at most 5 MB");
        }
        let (mime_type, data) = (mime_type.to_owned(), STANDARD.encode(bytes));
        Ok(Photo {
            id: self.ids.media(),
            mime_type,
            data,
        })
    }

    /// Where a photo is; no token is needed there.
    pub(crate) fn photo_url(&self, photo: &Photo) -> String {
        format!("{}/pps/{}", self.public_url, photo.id)
    }

    /// The photo of that name, as long as it is some number's.
    pub(crate) fn photo(&self, id: &str) -> Option<&Photo> {
        self.lasting
            .numbers
            .iter()
            .filter_map(|number| number.profile.photo.as_ref())
            .find(|photo| photo.id == id)
    }
}
