//! What is forgotten or collected after its time, what is counted now and then, and what is looked after while something
//! is wrong.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use store::{Batch, Change, Fence, LineName, Outcome, Queue, clock};
use tokio_util::sync::CancellationToken;

use crate::alert::Alert;
use crate::collect::{self, Subject};
use crate::line::Line;
use crate::record;

/// The network repeats events for seven days; a day more is safe.
const SEEN_KEPT_MS: i64 = 8 * 24 * 60 * 60 * 1000;

/// How often an outbox that is longer than memory holds is counted.
const COUNT: Duration = Duration::from_secs(2);

/// How often alerts are looked after, and what was found broken is tried.
const LOOK: Duration = Duration::from_secs(5);

/// Runs until `stop`.
pub(crate) async fn run(line: Arc<Line>, fence: Fence, stop: CancellationToken) {
    let _presence = line.signals.doors.open();
    tokio::select! {
        () = stop.cancelled() => {}
        () = collect::run(&line, &fence, Subject::Messages) => {}
        () = collect::run(&line, &fence, Subject::Media) => {}
        () = forget(&line) => {}
        () = count(&line) => {}
        () = look_after(&line) => {}
    }
}

/// Forgets old event ids once an hour, a thousand at a time.
async fn forget(line: &Line) {
    loop {
        let forget = Change::Forget {
            before_ms: clock::now_ms() - SEEN_KEPT_MS,
        };
        let wait = match line.store().apply(Batch::of(vec![forget])).await.as_deref() {
            Ok([Outcome::Count(forgotten)]) if *forgotten > 0 => Duration::from_millis(100),
            Ok(_) => Duration::from_hours(1),
            Err(error) => {
                tracing::warn!(line = %line.config.name, %error, "old event ids are not forgotten");
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

/// Follows the alerts, and tries what is broken: a store or a volume that nobody uses would stay an alert for ever.
async fn look_after(line: &Line) {
    loop {
        tokio::time::sleep(LOOK).await;
        let (_, callbacks) = line.signals.depths();
        line.watch_callbacks(callbacks);
        if line.alerts.is_failing(Alert::DatabaseUnreachable) {
            try_store(line).await;
        }
        if line.alerts.is_failing(Alert::MediaNotWritable) {
            try_media(line).await;
        }
        line.pass_alerts();
    }
}

/// Writes what stands there already.
async fn try_store(line: &Line) {
    let deployment = record::Deployment {
        id: line.deployment.clone(),
    };
    let written = (line.records)
        .save(&LineName::main(), "deployment", &deployment)
        .await;
    match written {
        Ok(()) => line.all_clear(Alert::DatabaseUnreachable),
        Err(error) => line.alert(Alert::DatabaseUnreachable, &error.to_string()),
    }
}

/// Writes a file that goes again at once.
async fn try_media(line: &Line) {
    let id = uuid::Uuid::new_v4().to_string();
    let body = stream::iter([Ok::<_, std::convert::Infallible>(
        bytes::Bytes::from_static(b"?"),
    )]);
    match line.media.write_orphan(&id, body, 1).await {
        Ok(_) => line.all_clear(Alert::MediaNotWritable),
        Err(error) => line.alert(Alert::MediaNotWritable, &error.to_string()),
    }
}
