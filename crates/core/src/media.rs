//! Media files: a folder first. Written to a temporary name, synced, renamed; content by public id.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::Stream;

/// The folder of media files.
#[derive(Debug, Clone)]
pub struct MediaFolder {
    root: PathBuf,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// The first bytes (at most 8192), for sniffing.
    pub head: Bytes,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The sender broke off.
    #[error("the body broke off: {0}")]
    Body(String),
    /// More bytes than allowed.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// The folder cannot be written.
    #[error("the media folder cannot be written: {0}")]
    Folder(#[from] io::Error),
}

#[expect(unused_variables, reason = "skeleton")]
impl MediaFolder {
    /// A folder, made when it is missing.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        unimplemented!()
    }

    /// Writes a file under a public id; it is on disk when this returns, or there is none.
    pub async fn write<E: std::fmt::Display>(
        &self,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<Written, WriteError> {
        let _ = &self.root;
        unimplemented!()
    }

    /// Opens a file. Ids that are not UUIDs are never opened.
    pub async fn read(&self, id: &str) -> io::Result<tokio::fs::File> {
        unimplemented!()
    }

    /// Removes a file; none is no error.
    pub async fn remove(&self, id: &str) -> io::Result<()> {
        unimplemented!()
    }
}
