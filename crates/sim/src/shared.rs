//! The network behind its lock, and everybody who waits for it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use crate::clock;
use crate::file;
use crate::network::{Network, Urgency};
use crate::phone::webhook::Letterbox;

/// What all parts of a simulator share.
pub(crate) struct Shared {
    network: Mutex<Network>,
    /// The courier has something to look at.
    pub(crate) courier: Notify,
    /// A phone received something.
    pub(crate) received: Notify,
    /// The file is older than the network.
    pub(crate) unsaved: Notify,
    /// The link's state, for those who are in the middle of something.
    link: watch::Sender<bool>,
    /// For callbacks and links.
    pub(crate) client: reqwest::Client,
    /// The network's own address.
    pub(crate) public_url: String,
    /// What came to `/sim/webhook`.
    pub(crate) letterbox: Letterbox,
    on_message: Box<dyn Fn(String) + Send + Sync>,
    path: PathBuf,
    /// Counts changes that last: all, and those that had to be on disk at once.
    changes: AtomicU64,
    urgent: AtomicU64,
    /// How many of them are on disk, or could not be written.
    written: AtomicU64,
    /// One file at a time is made.
    writing: tokio::sync::Mutex<()>,
    /// How many changes the file holds. A write goes on when nobody waits for it any more (a caller that hangs up), so
    /// its turn is taken here.
    disk: Arc<Mutex<u64>>,
}

/// The link is down: the connection is closed unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

impl Shared {
    pub(crate) fn new(
        network: Network,
        path: PathBuf,
        client: reqwest::Client,
        public_url: String,
        on_message: Box<dyn Fn(String) + Send + Sync>,
    ) -> Self {
        Self {
            network: Mutex::new(network),
            courier: Notify::new(),
            received: Notify::new(),
            unsaved: Notify::new(),
            link: watch::Sender::new(true),
            client,
            public_url,
            letterbox: Letterbox::default(),
            on_message,
            path,
            changes: AtomicU64::new(0),
            urgent: AtomicU64::new(0),
            written: AtomicU64::new(0),
            writing: tokio::sync::Mutex::new(()),
            disk: Arc::default(),
        }
    }

    /// Acts on the network as it is now, then tells those who wait. The lock is never held over an await.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut Network, i64) -> R) -> R {
        let (result, changes, lines) = {
            let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
            let now = clock::wall_ms().saturating_add(network.lasting.clock_offset_ms);
            network.tick(now);
            let result = act(&mut network, now);
            let (changes, lines) = network.take_changes();
            if let Some(urgency) = changes.saved {
                let count = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
                if urgency == Urgency::AtOnce {
                    self.urgent.store(count, Ordering::SeqCst);
                }
            }
            (result, changes, lines)
        };
        for line in lines {
            (self.on_message)(line);
        }
        if changes.stirred {
            self.courier.notify_one();
        }
        if changes.received {
            self.received.notify_waiters();
        }
        if changes.saved.is_some() {
            self.unsaved.notify_one();
        }
        result
    }

    /// As [`Self::with`], for the gateway's side of the link.
    pub(crate) fn over_link<R>(
        &self,
        act: impl FnOnce(&mut Network, i64) -> R,
    ) -> Result<R, Closed> {
        self.with(|network, now| network.link_up().then(|| act(network, now)).ok_or(Closed))
    }

    /// Switches the link; what is under way on it ends.
    pub(crate) fn set_link(&self, up: bool) {
        self.with(|network, _| network.set_link(up));
        self.link.send_replace(up);
    }

    /// Resolves when the link is down.
    pub(crate) async fn link_down(&self) {
        let mut link = self.link.subscribe();
        // the sender lives as long as `self`
        if link.wait_for(|up| !up).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The network's time, Unix seconds.
    pub(crate) fn now_s(&self) -> i64 {
        self.with(|_, now| now.div_euclid(1000))
    }

    /// Writes the file if a change waits that had to be on disk at once.
    pub(crate) async fn save_urgent(&self) {
        self.save(self.urgent.load(Ordering::SeqCst)).await;
    }

    /// Writes the file if anything changed.
    pub(crate) async fn save_all(&self) {
        self.save(self.changes.load(Ordering::SeqCst)).await;
    }

    /// Writes the file unless it holds the first `wanted` changes already.
    async fn save(&self, wanted: u64) {
        if self.written.load(Ordering::SeqCst) >= wanted {
            return;
        }
        let _turn = self.writing.lock().await;
        if self.written.load(Ordering::SeqCst) >= wanted {
            return;
        }
        let (count, bytes) = {
            let network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
            (
                self.changes.load(Ordering::SeqCst),
                serde_json::to_vec_pretty(&network.lasting),
            )
        };
        let (path, disk) = (self.path.clone(), Arc::clone(&self.disk));
        let outcome = match bytes {
            Ok(bytes) => tokio::task::spawn_blocking(move || {
                let mut held = disk.lock().unwrap_or_else(PoisonError::into_inner);
                if *held < count {
                    file::write(&path, &bytes)?;
                    *held = count;
                }
                Ok::<_, std::io::Error>(())
            })
            .await
            .map_err(|error| error.to_string())
            .and_then(|written| written.map_err(|error| error.to_string())),
            Err(error) => Err(error.to_string()),
        };
        // also after a failure: the next change writes the whole file again, trying at every request would help nobody
        self.written.store(count, Ordering::SeqCst);
        if let Err(cause) = outcome {
            tracing::error!(path = %self.path.display(), cause, "cannot write the network's file");
        }
    }
}
