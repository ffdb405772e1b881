//! What is forgotten or collected after its time, and what is counted now and then.

use std::sync::Arc;
use std::time::Duration;

use store::{Batch, Change, Fence, Outcome, Queue, clock};
use tokio_util::sync::CancellationToken;

use crate::collect::{self, Subject};
use crate::line::Line;

/// The network repeats events for seven days; a day more is safe.
const KEPT_MS: i64 = 8 * 24 * 60 * 60 * 1000;

/// How often an outbox that is longer than memory holds is counted.
const COUNT: Duration = Duration::from_secs(2);

/// Runs until `stop`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken) {
    let _presence = line.signals.doors.open();
    tokio::select! {
        () = stop.cancelled() => {}
        () = collect::run(&line, &fence, Subject::Messages) => {}
        () = collect::run(&line, &fence, Subject::Media) => {}
        () = forget(&line) => {}
        () = count(&line) => {}
    }
}

/// Forgets old event ids and old strays once an hour, a thousand at a time. They are all lines', whichever comes to it.
async fn forget(line: &Line) {
    loop {
        let before_ms = clock::now_ms() - KEPT_MS;
        let forget = vec![
            Change::Forget { before_ms },
            Change::ForgetStrays { before_ms },
        ];
        let wait = match line.store().apply(Batch::of(forget)).await.as_deref() {
            Ok([Outcome::Count(ids), Outcome::Count(strays)]) if ids + strays > 0 => {
                if *strays > 0 {
                    tracing::warn!(line = %line.config.name, strays, "events that no line could be given are forgotten after eight days");
                }
                Duration::from_millis(100)
            }
            Ok(_) => Duration::from_hours(1),
            Err(error) => {
                tracing::warn!(line = %line.config.name, %error, "old event ids and strays are not forgotten");
                Duration::from_mins(1)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Keeps count of an outbox that is longer than what the sender holds: its limit lies beyond.
async fn count(line: &Line) {
    loop {
        tokio::time::sleep(COUNT).await;
        if !line.signals.is_outbox_longer() {
            continue;
        }
        if let Ok(rows) = line.store().depth(Queue::Outbox, &line.config.name).await {
            line.signals.count_outbox(rows);
        }
    }
}
