//! What is forgotten after its time.

use std::sync::Arc;
use std::time::Duration;

use store::{Batch, Change, Outcome, clock};
use tokio_util::sync::CancellationToken;

use crate::line::Line;

/// The network repeats events for seven days; a day more is safe.
const SEEN_KEPT_MS: i64 = 8 * 24 * 60 * 60 * 1000;

/// Forgets old event ids once an hour, a thousand at a time.
pub(crate) async fn run(line: Arc<Line>, stop: CancellationToken) {
    loop {
        let forget = Change::Forget {
            before_ms: clock::now_ms() - SEEN_KEPT_MS,
        };
        let wait = match line.store().apply(Batch::of(vec![forget])).await.as_deref() {
            Ok([Outcome::Count(forgotten)]) if *forgotten > 0 => Duration::from_millis(100),
            Ok(_) => Duration::from_secs(60 * 60),
            Err(error) => {
                tracing::warn!(line = %line.config.name, %error, "old event ids are not forgotten");
                Duration::from_secs(60)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
