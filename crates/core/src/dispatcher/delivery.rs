//! One request to the webhook.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use store::{CallbackRow, Key, Lane, StoreError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::transport;
use crate::decide::lanes::Entry;
use crate::line::Line;
use crate::link;

/// So much of an answer is read for the connection to be used again; what it says does not matter.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Why a notification goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is its lane's turn.
    Ordinary,
    /// It was set aside, and is due.
    Aside,
    /// The gate is closed; this one tells whether it stays so.
    Probe,
}

/// How a delivery went.
#[derive(Debug)]
pub(super) enum Delivery {
    /// Answered 200.
    Taken,
    /// The row was gone already.
    Gone,
    /// Not taken, for this reason.
    Refused(String),
    /// The webhook's URL changed meanwhile.
    Recalled,
    /// The row could not be read.
    Unread(StoreError),
}

/// One delivery that came back.
pub(super) struct Delivered {
    pub(super) kind: Kind,
    pub(super) lane: Lane,
    pub(super) entry: Entry,
    pub(super) delivery: Delivery,
    pub(super) permit: OwnedSemaphorePermit,
}

/// Posts one notification to `url` while that is the webhook's.
pub(super) async fn run(
    line: Arc<Line>,
    url: String,
    in_force: CancellationToken,
    key: Key,
) -> Delivery {
    let posted = tokio::select! {
        () = in_force.cancelled() => return Delivery::Recalled,
        posted = AssertUnwindSafe(post(&line, &url, key)).catch_unwind() => posted,
    };
    posted.unwrap_or_else(|_| Delivery::Refused("an error of this program".to_owned()))
}

/// Only 200 means taken (`webhooks.md` 1.3).
async fn post(line: &Line, url: &str, key: Key) -> Delivery {
    let row: CallbackRow = match line
        .store()
        .callbacks(vec![key])
        .await
        .map(|mut rows| rows.pop())
    {
        Ok(Some(row)) => row,
        Ok(None) => return Delivery::Gone,
        Err(error) => return Delivery::Unread(error),
    };
    // A host that is an address is not resolved, so the resolver cannot refuse it.
    let url = match link::check(url, line.config.webhook_policy) {
        Ok(url) => url,
        Err(error) => {
            let result = transport::NOT_ALLOWED.to_string();
            line.meter.note_post(&row.kind, &result, Duration::ZERO);
            return Delivery::Refused(error.to_string());
        }
    };
    let client = line.webhook.borrow().clone();
    let request = client
        .post(url)
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::CONTENT_LENGTH, row.body.len())
        .body(row.body);
    let began = Instant::now();
    let answer = request.send().await;
    let result = transport::result(&answer);
    line.meter.note_post(&row.kind, &result, began.elapsed());
    match answer {
        Ok(response) if response.status() == http::StatusCode::OK => {
            line.meter.note_delivery(row.created_ms);
            read_on(response).await;
            Delivery::Taken
        }
        Ok(response) => Delivery::Refused(format!("it answered {}", response.status())),
        Err(error) => Delivery::Refused(chain(&error.without_url())),
    }
}

async fn read_on(mut response: reqwest::Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > ANSWER_LIMIT {
            return;
        }
    }
}

/// An error with its causes: "error sending request" alone helps nobody.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
