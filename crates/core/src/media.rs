//! Media files: a folder first. Written to a temporary name, synced, renamed; content by public id.
//!
//! - `detect`: what a file is, told from its bytes.
//! - `picture`: pictures, read to their end.

mod detect;
mod picture;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use store::clock;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use uuid::Uuid;

pub(crate) use detect::Looked;
#[cfg(test)]
pub(crate) use picture::sample;

/// How many bytes from a file's start are kept for sniffing.
const HEAD: usize = 8192;
/// What the name of a file that is being written ends with.
const UNFINISHED: &str = "part";
/// Files that are looked at together: each takes a core, and some memory.
const LOOKS: usize = 4;

/// The folder of media files.
#[derive(Debug, Clone)]
pub struct MediaFolder {
    root: PathBuf,
    looks: Arc<Semaphore>,
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
    /// Another file has this id.
    #[error("there is a file with this id already")]
    Taken,
    /// The folder cannot be written.
    #[error("the media folder cannot be written: {0}")]
    Folder(#[from] io::Error),
}

/// A file that nothing refers to yet: it goes when this is dropped, unless it is kept.
#[derive(Debug)]
pub(crate) struct Orphan {
    path: PathBuf,
    kept: bool,
}

impl Orphan {
    fn new(path: PathBuf) -> Self {
        Self { path, kept: false }
    }

    /// Something refers to the file now: it stays.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }

    /// Opens it for reading.
    pub(crate) async fn read(&self) -> io::Result<tokio::fs::File> {
        tokio::fs::File::open(&self.path).await
    }
}

impl Drop for Orphan {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // Unlinking is short, and a future that is dropped cannot await anything.
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a media file that nobody needs could not be removed");
        }
    }
}

impl MediaFolder {
    /// A folder, made when it is missing. What an earlier process did not finish is removed.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        make(&root)?;
        for entry in fs::read_dir(&root)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == UNFINISHED)
            {
                fs::remove_file(&path)?;
            }
        }
        let looks = Arc::new(Semaphore::new(LOOKS));
        Ok(Self { root, looks })
    }

    /// Writes a file under a public id; it is on disk when this returns, or there is none.
    pub async fn write<E: std::fmt::Display>(
        &self,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<Written, WriteError> {
        let (written, orphan) = self.write_orphan(id, body, limit).await?;
        orphan.keep();
        Ok(written)
    }

    /// As [`write`](Self::write), but the file goes again unless the caller keeps it: for callers that have a record
    /// to write too, and may be dropped before it is.
    pub(crate) async fn write_orphan<E: std::fmt::Display>(
        &self,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<(Written, Orphan), WriteError> {
        let target = self
            .path(id)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the id is not a UUID"))?;
        if tokio::fs::try_exists(&target).await? {
            return Err(WriteError::Taken);
        }
        let (file, written, unfinished) = self.pour_into(&target, body, limit).await?;
        let file = file.into_std().await;
        let root = self.root.clone();
        // One closure that owns the guard: when the caller goes away meanwhile, its result is dropped, and the file with it.
        let orphan = spawn_blocking(move || settle(&file, unfinished, target, &root))
            .await
            .map_err(io::Error::other)??;
        Ok((written, orphan))
    }

    /// Writes a file that only passes through: it is never synced, has no name that can be asked for, and goes with its
    /// guard; after a crash it goes when the folder is opened again.
    pub(crate) async fn write_passing<E: std::fmt::Display>(
        &self,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<(Written, Orphan), WriteError> {
        let target = self.root.join(Uuid::new_v4().hyphenated().to_string());
        let (_, written, passing) = self.pour_into(&target, body, limit).await?;
        Ok((written, passing))
    }

    async fn pour_into<E: std::fmt::Display>(
        &self,
        target: &Path,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<(tokio::fs::File, Written, Orphan), WriteError> {
        let unfinished = target.with_extension(UNFINISHED);
        let file = tokio::fs::File::create_new(&unfinished).await?;
        let unfinished = Orphan::new(unfinished);
        let (file, written) = pour(body, file, limit).await?;
        Ok((file, written, unfinished))
    }

    /// Looks at what a file is, few at once; `head` is what it begins with. When `as_picture`, a JPEG, PNG or WebP is read
    /// to its end.
    pub(crate) async fn look(
        &self,
        file: &Orphan,
        head: Bytes,
        as_picture: bool,
    ) -> io::Result<Looked> {
        // The semaphore is never closed.
        let _place = self.looks.acquire().await;
        detect::look(file.path.clone(), head, as_picture).await
    }

    /// Opens a file. Ids that are not UUIDs are never opened.
    pub async fn read(&self, id: &str) -> io::Result<tokio::fs::File> {
        let path = self.path(id).ok_or(io::ErrorKind::NotFound)?;
        tokio::fs::File::open(path).await
    }

    /// Removes a file; none is no error.
    pub async fn remove(&self, id: &str) -> io::Result<()> {
        let Some(path) = self.path(id) else {
            return Ok(());
        };
        match tokio::fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The ids of files that were written before a time, Unix milliseconds. What is no media file of ours is not
    /// looked at.
    pub(crate) async fn older_than(&self, before_ms: i64) -> io::Result<Vec<String>> {
        let root = self.root.clone();
        spawn_blocking(move || older_than(&root, before_ms))
            .await
            .map_err(io::Error::other)?
    }

    fn path(&self, id: &str) -> Option<PathBuf> {
        canonical_id(id).map(|id| self.root.join(id))
    }
}

/// A media id as it is stored: a UUID with hyphens in lower case. `None` for anything else, so that no id can be a path.
pub(crate) fn canonical_id(id: &str) -> Option<String> {
    let uuid = Uuid::try_parse(id).ok()?;
    // Longer and shorter spellings (braces, `urn:`, no hyphens) are none of ours.
    (id.len() == uuid::fmt::Hyphenated::LENGTH).then(|| uuid.hyphenated().to_string())
}

/// Blocking.
fn older_than(root: &Path, before_ms: i64) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(id) = name.to_str().filter(|name| is_canonical(name)) else {
            continue;
        };
        let written = match entry.metadata() {
            Ok(metadata) => metadata.modified()?,
            // Deleted meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if clock::ms_of(written) < before_ms {
            found.push(id.to_owned());
        }
    }
    Ok(found)
}

fn is_canonical(name: &str) -> bool {
    canonical_id(name).as_deref() == Some(name)
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
        .collect()
}

/// Makes the folder: media are personal, so only the owner may look into it.
fn make(root: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(root)
}

/// Copies a body into a file, counting and hashing.
async fn pour<E: std::fmt::Display>(
    body: impl Stream<Item = Result<Bytes, E>> + Send,
    mut file: tokio::fs::File,
    limit: u64,
) -> Result<(tokio::fs::File, Written), WriteError> {
    let mut body = pin!(body);
    let mut hasher = Sha256::new();
    let mut head = Vec::new();
    let mut bytes = 0_u64;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| WriteError::Body(error.to_string()))?;
        bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if bytes > limit {
            return Err(WriteError::TooLarge(limit));
        }
        hasher.update(&chunk);
        head.extend(chunk.iter().take(HEAD.saturating_sub(head.len())));
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    let written = Written {
        bytes,
        sha256: hex(&hasher.finalize()),
        head: head.into(),
    };
    Ok((file, written))
}

/// Puts a whole file on disk under its own name. Blocking.
fn settle(file: &fs::File, unfinished: Orphan, target: PathBuf, root: &Path) -> io::Result<Orphan> {
    file.sync_all()?;
    fs::rename(&unfinished.path, &target)?;
    unfinished.keep();
    let orphan = Orphan::new(target);
    // The name is on disk only when its folder is.
    #[cfg(unix)]
    fs::File::open(root)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = root;
    Ok(orphan)
}

#[cfg(test)]
mod tests;
