//! The core's stream from a relay on a host of its own, at work.

use relay::pull::Puller;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::exit::causes;

/// A puller at work.
pub(super) struct Pulling {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Pulling {
    /// Starts it.
    pub(super) fn start(puller: Puller) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(puller.run(stop.clone()));
        Self { stop, task }
    }

    /// Ends it; what came and is not acknowledged comes again.
    pub(super) async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(error = causes(&error), "the relay's stream failed");
        }
    }
}
