//! Resumable uploads: sessions that fill, and the handles of those that are full. In memory.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::media::{hex, hmac};
use crate::network::params::Params;

/// Types of files that can be uploaded.
const TYPES: &[&str] = &["application/pdf", "image/jpeg", "image/png", "video/mp4"];
/// Greatest file, bytes.
const LARGEST: usize = 100 * 1024 * 1024;
/// Bytes kept in all; beyond them the oldest sessions go.
const KEPT_BYTES: usize = 128 * 1024 * 1024;
/// Sessions kept.
const KEPT: usize = 256;
/// What the id of a session begins with.
pub(crate) const PREFIX: &str = "upload:";

/// A file on its way.
struct Session {
    /// Its id, without its signature.
    id: String,
    mime_type: String,
    /// As announced.
    length: usize,
    bytes: Vec<u8>,
}

impl Session {
    fn is_full(&self) -> bool {
        self.bytes.len() == self.length
    }

    fn handle(&self) -> String {
        format!("4::{}:{}", STANDARD.encode(&self.mime_type), self.id)
    }
}

/// The sessions, oldest first.
#[derive(Default)]
pub(crate) struct Uploads(VecDeque<Session>);

impl Uploads {
    fn find(&mut self, id: &str) -> Option<&mut Session> {
        self.0.iter_mut().find(|session| session.id == id)
    }

    /// Type and bytes of a full session, by its handle.
    pub(super) fn file(&self, handle: &str) -> Option<(&str, &[u8])> {
        self.0
            .iter()
            .find(|session| session.is_full() && session.handle() == handle)
            .map(|session| (session.mime_type.as_str(), session.bytes.as_slice()))
    }

    fn trim(&mut self) {
        let mut bytes: usize = self.0.iter().map(|session| session.bytes.len()).sum();
        while self.0.len() > 1 && (bytes > KEPT_BYTES || self.0.len() > KEPT) {
            bytes -= self.0.pop_front().map_or(0, |session| session.bytes.len());
        }
    }
}

impl Network {
    /// `POST /{APP_ID}/uploads`: the id of a new session.
    pub(crate) fn open_upload(&mut self, params: &Params) -> Result<String, GraphError> {
        let length = params
            .required_text("file_length")?
            .parse()
            .ok()
            .filter(|length| (1..=LARGEST).contains(length))
            .ok_or_else(|| {
                GraphError::parameter(format!(
                    "Param file_length must be a number from 1 to {LARGEST}."
                ))
            })?;
        let mime_type = params.required_text("file_type")?;
        if !TYPES.contains(&mime_type.as_str()) {
            return Err(GraphError::parameter(format!(
                "Param file_type must be one of {{{}}}.",
                TYPES.join(", ")
            )));
        }
        let name = format!("attachment:{}?", self.ids.media());
        let id = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(name));
        let signed = format!("{id}?sig={}", self.upload_signature(&id));
        self.uploads.0.push_back(Session {
            id,
            mime_type,
            length,
            bytes: Vec::new(),
        });
        self.uploads.trim();
        Ok(signed)
    }

    /// How many bytes of a session's file are there, and how many there will be; `None` when there is no such session.
    pub(crate) fn upload_offset(&mut self, id: &str, signature: &str) -> Option<(usize, usize)> {
        let good = self.upload_signature(id) == signature;
        let session = self.uploads.find(id).filter(|_| good)?;
        Some((session.bytes.len(), session.length))
    }

    /// More bytes of a session's file, as many as have a place.
    pub(crate) fn fill_upload(&mut self, id: &str, bytes: &[u8]) {
        if let Some(session) = self.uploads.find(id) {
            let free = session.length - session.bytes.len();
            session.bytes.extend(bytes.iter().take(free));
            self.uploads.trim();
        }
    }

    /// The handle of a session that is full.
    pub(crate) fn upload_handle(&mut self, id: &str) -> Option<String> {
        let session = self.uploads.find(id)?;
        session.is_full().then(|| session.handle())
    }

    fn upload_signature(&self, id: &str) -> String {
        let mut signature = hex(&hmac(self.lasting.app.secret.as_bytes(), id.as_bytes()));
        signature.truncate(16);
        signature
    }
}
