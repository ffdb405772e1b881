//! The running core of a line: connection, sender, receiver, dispatcher.

use std::sync::Arc;
use std::time::Duration;

use store::{Fence, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::line::Line;
use crate::{alert, connection, dispatcher, housekeeping, out_of_band, receiver, refresh, sender};

/// What is in flight when the core is stopped is finished within this time, or left.
const DRAIN: Duration = Duration::from_secs(3);

/// A running core. Stop it before dropping it.
pub struct Core {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Core {
    /// Takes the line's slots and starts its loops. `node` names this process in the leases.
    pub async fn start(line: Arc<Line>, node: &str) -> Result<Self, StoreError> {
        let token = line.store().take_over(&line.config.name, node).await?;
        let fence = Fence {
            line: line.config.name.clone(),
            token,
        };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        // Receiver and dispatcher first: what the connection brings finds them at work.
        tasks.spawn(dispatcher::run(
            line.clone(),
            fence.clone(),
            stop.clone(),
            DRAIN,
        ));
        tasks.spawn(receiver::run(
            line.clone(),
            fence.clone(),
            stop.clone(),
            DRAIN,
        ));
        tasks.spawn(sender::run(
            line.clone(),
            fence.clone(),
            stop.clone(),
            DRAIN,
        ));
        tasks.spawn(housekeeping::run(line.clone(), fence, stop.clone()));
        tasks.spawn(out_of_band::run(line.clone(), stop.clone()));
        tasks.spawn(refresh::run(line.clone(), stop.clone()));
        tasks.spawn(alert::watch::run(line.clone(), stop.clone()));
        tasks.spawn(connection::run(line, stop.clone()));
        tasks.close();
        Ok(Self { stop, tasks })
    }

    /// Stops: nothing new is begun, what is in flight is finished (at most 3 s), the rest is left. The line's state
    /// becomes `Disconnected` with a reason.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
