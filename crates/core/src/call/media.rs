//! Media (`rest-api.md` section 12).

use bytes::Bytes;
use futures_util::Stream;
use onprem::Refusal;

use crate::line::Line;

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

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `POST /v1/media`: the new id.
    pub async fn upload_media<E: std::fmt::Display>(
        &self,
        content_type: String,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<String, Refusal> {
        unimplemented!()
    }

    /// `GET /v1/media/{id}`.
    pub async fn download_media(&self, id: &str) -> Result<Download, Refusal> {
        unimplemented!()
    }

    /// `DELETE /v1/media/{id}`.
    pub async fn delete_media(&self, id: &str) -> Result<(), Refusal> {
        unimplemented!()
    }
}
