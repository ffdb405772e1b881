//! What runs, and how it ends.

use std::pin::pin;
use std::time::Duration;

use store::SharedStore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::cores::Cores;
use super::stream::Stream;
use crate::listen::Serving;
use crate::network::OwnNetwork;

/// For requests in flight.
const DRAIN: Duration = Duration::from_secs(3);
/// The core goes on this long at most for requests in flight that need it, then it ends beside them.
const HEAD_START: Duration = Duration::from_millis(500);
/// For the last requests at the relay and the network: by then their only visitors are strangers.
const NETWORK_DRAIN: Duration = Duration::from_millis(200);
/// For the whole end. Five seconds are promised; the terminal and the log are written out after this.
const END: Duration = Duration::from_millis(4300);

/// What has been started so far; ends in order, wherever the start has come to.
pub(crate) struct Parts {
    /// Takes back what programs find the gateway by.
    withdraw: Box<dyn FnOnce() + Send>,
    /// The API's listeners.
    pub(super) api: Vec<Serving>,
    /// The relay's listener.
    pub(super) relay: Option<Serving>,
    /// The cores.
    pub(super) cores: Cores,
    /// The stream from a relay on a host of its own.
    pub(crate) stream: Option<Stream>,
    /// The network, when it runs here.
    pub(crate) network: Option<OwnNetwork>,
    /// The store.
    pub(super) store: Option<SharedStore>,
}

impl Parts {
    /// Nothing yet. `withdraw` is called first of all when it ends.
    pub(crate) fn new(withdraw: impl FnOnce() + Send + 'static) -> Self {
        Self {
            withdraw: Box::new(withdraw),
            api: Vec::new(),
            relay: None,
            cores: Cores::default(),
            stream: None,
            network: None,
            store: None,
        }
    }

    /// Ends everything: what serves stops accepting and drains, the core stops, the network is written, the store closes.
    pub(crate) async fn end(mut self) {
        std::mem::replace(&mut self.withdraw, Box::new(|| {}))();
        if timeout(END, Box::pin(self.end_in_order())).await.is_err() {
            // Nothing that was acknowledged depends on a clean end.
            tracing::warn!(
                "not everything has ended in time; what is left is taken up at the next start"
            );
        }
    }

    async fn end_in_order(self) {
        let mut api = pin!(side_by_side(
            self.api.into_iter().map(|serving| serving.stop(DRAIN))
        ));
        // Sends in flight are accepted as long as the line is ready; statuses of what the core has in flight come in at
        // the relay.
        let core = async {
            side_by_side(
                self.cores
                    .all()
                    .into_iter()
                    .map(|(_, core)| async move { core.end().await }),
            )
            .await;
            if let Some(stream) = self.stream {
                stream.close().await;
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

/// One after the other would take a limit each.
async fn side_by_side(ends: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut ending = JoinSet::new();
    for end in ends {
        ending.spawn(end);
    }
    ending.join_all().await;
}
