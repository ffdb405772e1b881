//! The running core of a line: connection, sender, receiver, dispatcher.

use std::sync::Arc;

use crate::line::Line;

/// A running core. Stop it before dropping it.
pub struct Core {}

impl Core {
    /// Takes the line's slots and starts its loops. `node` names this process in the leases.
    pub async fn start(line: Arc<Line>, node: &str) -> Result<Self, store::StoreError> {
        let _ = (line, node);
        unimplemented!()
    }

    /// Stops: nothing new is begun, what is in flight is finished (at most 3 s), the rest is left. The line's state
    /// becomes `Disconnected` with a reason.
    pub async fn stop(self) {}
}
