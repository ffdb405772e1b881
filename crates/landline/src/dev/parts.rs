//! What runs in `dev`, and how it ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use store::SharedStore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::published::Published;
use super::switch::Switch;
use crate::network::OwnNetwork;
use crate::serve::Serving;

/// For requests in flight.
const DRAIN: Duration = Duration::from_secs(3);
/// The core goes on this long at most for requests in flight that need it, then it ends beside them.
const HEAD_START: Duration = Duration::from_millis(500);
/// For the last requests at the relay and the network: by then their only visitors are strangers.
const NETWORK_DRAIN: Duration = Duration::from_millis(200);
/// For the whole end. Five seconds are promised; the terminal and the log are written out after this.
const END: Duration = Duration::from_millis(4300);

/// What has been started so far; ends in order, wherever the start has come to.
pub(super) struct Parts {
    published: Arc<Published>,
    /// The API's listeners.
    pub(super) api: Vec<Serving>,
    /// The relay's listener.
    pub(super) relay: Option<Serving>,
    /// The core.
    pub(super) core: Option<Switch>,
    /// The network, when it runs here.
    pub(super) network: Option<OwnNetwork>,
    /// The store.
    pub(super) store: Option<SharedStore>,
}

impl Parts {
    /// Nothing yet.
    pub(super) fn new(published: Arc<Published>) -> Self {
        Self {
            published,
            api: Vec::new(),
            relay: None,
            core: None,
            network: None,
            store: None,
        }
    }

    /// Ends everything: what serves stops accepting and drains, the core stops, the network is written, the store closes.
    pub(super) async fn end(self) {
        self.published.withdraw();
        if timeout(END, Box::pin(self.end_in_order())).await.is_err() {
            // Nothing that was acknowledged depends on a clean end.
            tracing::warn!(
                "not everything has ended in time; what is left is taken up at the next start"
            );
        }
    }

    async fn end_in_order(self) {
        let mut api = pin!(drain(self.api));
        // Sends in flight are accepted as long as the line is ready; statuses of what the core has in flight come in at
        // the relay.
        let core = async {
            if let Some(core) = self.core {
                core.end().await;
            }
            if let Some(relay) = self.relay {
                relay.stop(NETWORK_DRAIN).await;
            }
        };
        if timeout(HEAD_START, &mut api).await.is_ok() {
            core.await;
        } else {
            tokio::join!(api, core);
        }
        if let Some(network) = self.network {
            network.stop(NETWORK_DRAIN).await;
        }
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

/// Side by side: one after the other would take a limit each.
async fn drain(listeners: Vec<Serving>) {
    let mut ending = JoinSet::new();
    for serving in listeners {
        ending.spawn(serving.stop(DRAIN));
    }
    ending.join_all().await;
}
