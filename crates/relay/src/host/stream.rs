//! `GET /stream`: a core dials in by WebSocket. One core at a time has the mailbox: a newer one fences the older off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use super::session::{Session, Wire};
use crate::app::{Apps, Known};
use crate::depot::Depot;
use crate::frame::{FromCore, FromRelay, Hello, close};
use crate::refusal;
use crate::seal::PublicKey;

/// How long a core may take to say who it is.
const HELLO: Duration = Duration::from_secs(10);
/// How long a last word may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// Longest reason of a close frame, bytes (RFC 6455, 5.5).
const REASON: usize = 120;
/// Greatest message of a core: its hello, with the apps of many lines.
const FROM_CORE: usize = 256 * 1024;

/// The stream.
pub(super) struct Stream {
    pub(super) depot: Arc<Depot>,
    key: PublicKey,
    pub(super) apps: Arc<Apps>,
    /// SHA-256 of what a core has to bring.
    token: [u8; 32],
    guest: Mutex<Guest>,
    /// Who has the mailbox: an older core has let go before a newer one is served.
    turn: tokio::sync::Mutex<()>,
    stop: CancellationToken,
}

/// The newest core.
#[derive(Default)]
struct Guest {
    name: String,
    is_served: bool,
    fence: CancellationToken,
}

/// The stream's door.
pub(super) async fn answer(
    State(stream): State<Arc<Stream>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !stream.is_token_in(&headers) {
        tracing::warn!("a core was turned away: its token is not this relay's");
        return refusal(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
    }
    upgrade
        .max_message_size(FROM_CORE)
        .max_frame_size(FROM_CORE)
        .on_upgrade(async move |socket| stream.serve(socket).await)
}

impl Stream {
    pub(super) fn new(
        depot: Arc<Depot>,
        key: PublicKey,
        apps: Arc<Apps>,
        token: [u8; 32],
        stop: CancellationToken,
    ) -> Self {
        Self {
            depot,
            key,
            apps,
            token,
            guest: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            stop,
        }
    }

    /// Whether a request brings the token; constant time.
    pub(super) fn is_token_in(&self, headers: &HeaderMap) -> bool {
        let brought = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .unwrap_or_default();
        let brought: [u8; 32] = Sha256::digest(brought.as_bytes()).into();
        brought.ct_eq(&self.token).into()
    }

    /// The name of the core that is served.
    pub(super) fn core(&self) -> Option<String> {
        let guest = self.guest();
        guest.is_served.then(|| guest.name.clone())
    }

    fn guest(&self) -> MutexGuard<'_, Guest> {
        self.guest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, mut socket: WebSocket) {
        let Some((challenge, sealed)) = self.challenge() else {
            return;
        };
        let goodbye = match greeting(&mut socket, sealed).await {
            Some(hello) if hello.opens(&self.key, &challenge) => {
                self.serve_core(&mut socket, hello).await
            }
            Some(hello) => {
                tracing::error!(
                    core = hello.core,
                    "a core was turned away: it does not open what this relay seals (--public-key, `landline relay-key`)"
                );
                let why = format!(
                    "this relay seals for the key {}, not for this core's",
                    self.key
                );
                (close::WRONG_KEY, why)
            }
            None => (
                close::PROTOCOL,
                "no hello of a version known here".to_owned(),
            ),
        };
        let (code, mut reason) = goodbye;
        reason.truncate(reason.floor_char_boundary(REASON));
        let last = Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }));
        tokio::time::timeout(GOODBYE, socket.send(last)).await.ok();
    }

    /// Random bytes, and the same sealed: whoever brings them has the core's key.
    fn challenge(&self) -> Option<([u8; 32], Bytes)> {
        let mut challenge = [0; 32];
        let sealed = getrandom::fill(&mut challenge)
            .map_err(|error| error.to_string())
            .and_then(|()| self.key.seal(&challenge).map_err(|error| error.to_string()));
        match sealed {
            Ok(sealed) => Some((challenge, sealed.into())),
            Err(error) => {
                tracing::error!(error, "no core can be asked who it is");
                None
            }
        }
    }

    /// Serves one core until it goes, another one comes, or the relay ends. What to say at the end.
    async fn serve_core(&self, socket: &mut WebSocket, hello: Hello) -> (u16, String) {
        let name = hello.core.clone();
        let fence = self.fence_off_others(&name);
        let served = async {
            let _turn = self.turn.lock().await;
            let _here = Here::new(self, &fence);
            tracing::info!(core = name, "a core has the mailbox");
            if let Err(error) = self.learn(hello).await {
                return (close::FAILED, error.to_string());
            }
            let end = Session::begin(&self.depot, Wire(socket)).run().await;
            tracing::info!(core = name, reason = end.1, "the core has gone");
            end
        };
        tokio::select! {
            biased;
            () = fence.cancelled() => {
                let newer = self.guest().name.clone();
                tracing::warn!(core = name, newer, "the mailbox was taken over by another core");
                (close::TAKEN_OVER, format!("the core {newer} has taken the mailbox over"))
            }
            () = self.stop.cancelled() => (close::GOING_AWAY, "the relay ends".to_owned()),
            end = served => end,
        }
    }

    /// From now on nobody who came before is listened to.
    fn fence_off_others(&self, name: &str) -> CancellationToken {
        let mut guest = self.guest();
        guest.fence.cancel();
        *guest = Guest {
            name: name.to_owned(),
            is_served: false,
            fence: CancellationToken::new(),
        };
        guest.fence.clone()
    }

    /// Remembers what a core tells of its apps; secrets in memory only.
    async fn learn(&self, hello: Hello) -> Result<(), crate::depot::DepotError> {
        let known: Vec<Known> = hello.apps.into_iter().map(Known::from).collect();
        let digests = known
            .iter()
            .filter_map(|app| Some((app.app_id.clone(), app.verify_digest()?)));
        self.depot.set_apps(digests.collect()).await?;
        self.apps.lend(known);
        Ok(())
    }
}

/// The first message of a core, in answer to a challenge.
async fn greeting(socket: &mut WebSocket, challenge: Bytes) -> Option<Hello> {
    let challenge = FromRelay::Challenge(challenge).to_bytes();
    socket.send(Message::Binary(challenge)).await.ok()?;
    let first = tokio::time::timeout(HELLO, socket.recv()).await;
    match first {
        Ok(Some(Ok(Message::Binary(bytes)))) => match FromCore::from_bytes(&bytes)? {
            FromCore::Hello(hello) => Some(hello),
            _ => None,
        },
        _ => None,
    }
}

/// A core is served, until this goes; by then another one may be.
struct Here<'a> {
    stream: &'a Stream,
    fence: &'a CancellationToken,
}

impl<'a> Here<'a> {
    fn new(stream: &'a Stream, fence: &'a CancellationToken) -> Self {
        let here = Self { stream, fence };
        here.mark(true);
        here
    }

    fn mark(&self, is_served: bool) {
        if !self.fence.is_cancelled() {
            self.stream.guest().is_served = is_served;
        }
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.mark(false);
    }
}
