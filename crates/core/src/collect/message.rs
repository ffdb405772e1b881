//! Messages to which nothing has happened for 30 days: sent, delivered, read, failed, or a customer's.
//!
//! What is pending stays (the store sees to it): in the outbox, named by an event in the inbox, or told of by a
//! notification that the webhook has not taken.

use store::{Batch, Change, Outcome};
use tokio::task::yield_now;
use tokio::time::Instant;

use super::pace::Pace;
use super::{KEPT_MS, Trouble};
use crate::line::Line;

/// Messages that are looked at in one read.
const LOOK: usize = 2_000;
/// Messages that go in one batch: some milliseconds of the writer.
pub const PIECE: usize = 100;

/// Collects a line's messages as of `now_ms`; `gone` counts them while it works, so that it is right whenever this ends.
/// When it is dropped, the piece that was on its way to the store is collected and not counted.
pub async fn messages(line: &Line, now_ms: i64, pace: Pace, gone: &mut u64) -> Result<(), Trouble> {
    let before_ms = now_ms.saturating_sub(KEPT_MS);
    let mut after = 0;
    loop {
        let found = line
            .store()
            .old_messages(&line.config.name, after, before_ms, LOOK)
            .await?;
        for piece in found.keys.chunks(PIECE) {
            let began = Instant::now();
            let collect = Change::Collect {
                line: line.config.name.clone(),
                messages: piece.to_vec(),
                before_ms,
            };
            if let Some(Outcome::Count(count)) =
                line.store().apply(Batch::of(vec![collect])).await?.first()
            {
                *gone += count;
            }
            pace.rest_after(began).await;
        }
        match found.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
        yield_now().await;
    }
}
