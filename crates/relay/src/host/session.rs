//! What is said to one core: the announcement, the offline ones, the end mark, then what comes in; so many at a time as
//! the core has not acknowledged.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt as _;
use tokio::time::{Instant, MissedTickBehavior};

use crate::depot::{Depot, DepotError, Item};
use crate::frame::{BEAT, FromCore, FromRelay, LOST, close};

/// Webhooks that a core may not have acknowledged yet, and their bytes.
const WINDOW: usize = 512;
const WINDOW_BYTES: usize = 16 * 1024 * 1024;
/// How long a core that does not read is waited for.
const SEND: Duration = Duration::from_secs(20);

/// The way out to one core.
pub(super) struct Wire<'a>(pub(super) &'a mut WebSocket);

impl Wire<'_> {
    async fn feed(&mut self, said: &FromRelay) -> Result<(), End> {
        let message = Message::Binary(said.to_bytes());
        within(self.0.feed(message)).await
    }

    async fn flush(&mut self) -> Result<(), End> {
        within(self.0.flush()).await
    }
}

async fn within(sent: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match tokio::time::timeout(SEND, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(End(close::LOST, format!("the stream broke: {error}"))),
        Err(_) => Err(End(close::LOST, "the core does not read".to_owned())),
    }
}

/// Code and reason of an end.
struct End(u16, String);

impl From<DepotError> for End {
    fn from(error: DepotError) -> Self {
        Self(close::FAILED, error.to_string())
    }
}

/// One core's session.
pub(super) struct Session<'a> {
    depot: &'a Depot,
    wire: Wire<'a>,
    /// The last one that was sent.
    sent: u64,
    /// The last one that was announced, until the end mark is set.
    announced: Option<u64>,
    /// What was sent and is not acknowledged: numbers and lengths.
    window: VecDeque<(u64, usize)>,
    window_bytes: usize,
    refused: Vec<u64>,
    /// The last one that was acknowledged.
    settled: u64,
    heard: Instant,
}

impl<'a> Session<'a> {
    pub(super) fn begin(depot: &'a Depot, wire: Wire<'a>) -> Self {
        Self {
            depot,
            wire,
            sent: 0,
            announced: None,
            window: VecDeque::new(),
            window_bytes: 0,
            refused: Vec::new(),
            settled: 0,
            heard: Instant::now(),
        }
    }

    /// Runs to its end; code and reason of it.
    pub(super) async fn run(mut self) -> (u16, String) {
        match self.talk().await {
            Ok(never) => match never {},
            Err(End(code, reason)) => (code, reason),
        }
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, End> {
        let mut standing = self.depot.watch();
        let present = *standing.borrow_and_update();
        self.announced = Some(present.newest);
        self.wire.feed(&FromRelay::Announce(present.events)).await?;
        self.wire.flush().await?;

        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut more = true;
        loop {
            if more && self.has_room() {
                more = self.send_page().await?;
                // Acknowledgements are read between pages.
                if more && self.has_room() {
                    self.hear_ready().await?;
                    continue;
                }
            }
            tokio::select! {
                message = self.wire.0.recv() => self.hear(message).await?,
                Ok(()) = standing.changed() => more = true,
                _ = beat.tick() => self.beat().await?,
            }
        }
    }

    fn has_room(&self) -> bool {
        self.window.len() < WINDOW && self.window_bytes < WINDOW_BYTES
    }

    /// Sends what fits; false when nothing is left to send.
    async fn send_page(&mut self) -> Result<bool, End> {
        let (rows, bytes) = (
            WINDOW.saturating_sub(self.window.len()),
            WINDOW_BYTES.saturating_sub(self.window_bytes),
        );
        let page = self.depot.after(self.sent, rows, bytes).await?;
        let more = !page.is_empty();
        for Item { seq, sealed } in page {
            // It came after the announcement: the offline ones are through.
            if self.announced.is_some_and(|last| seq > last) {
                self.end_mark().await?;
            }
            (self.sent, self.window_bytes) = (seq, self.window_bytes + sealed.len());
            self.window.push_back((seq, sealed.len()));
            self.wire.feed(&FromRelay::Item(seq, sealed)).await?;
        }
        if !more || self.announced.is_some_and(|last| self.sent >= last) {
            self.end_mark().await?;
        }
        self.wire.flush().await?;
        Ok(more)
    }

    async fn end_mark(&mut self) -> Result<(), End> {
        if self.announced.take().is_some() {
            self.wire.feed(&FromRelay::End).await?;
        }
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), End> {
        let silent_for = self.heard.elapsed();
        if silent_for > LOST {
            let seconds = silent_for.as_secs();
            return Err(End(
                close::LOST,
                format!("nothing was heard of the core for {seconds} s"),
            ));
        }
        self.wire.feed(&FromRelay::Beat).await?;
        self.wire.flush().await
    }

    /// Hears what is there already.
    async fn hear_ready(&mut self) -> Result<(), End> {
        use futures_util::FutureExt as _;
        while let Some(message) = self.wire.0.recv().now_or_never() {
            self.hear(message).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let gone = |why: String| End(close::LOST, why);
        let message = message
            .ok_or_else(|| gone("the core hung up".to_owned()))?
            .map_err(|error| gone(format!("the stream broke: {error}")))?;
        self.heard = Instant::now();
        match message {
            Message::Binary(bytes) => match FromCore::from_bytes(&bytes) {
                Some(FromCore::Ack(seq)) => self.acknowledged(seq).await,
                Some(FromCore::Refuse(seq)) => {
                    self.refuse(seq);
                    Ok(())
                }
                Some(FromCore::Beat) => Ok(()),
                Some(FromCore::Hello(_)) | None => Err(End(
                    close::PROTOCOL,
                    "the core said what nobody understands here".to_owned(),
                )),
            },
            Message::Close(_) => Err(gone("the core hung up".to_owned())),
            Message::Text(_) | Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    /// What was not sent cannot be refused.
    fn refuse(&mut self, seq: u64) {
        if self.window.iter().any(|(sent, _)| *sent == seq) {
            self.refused.push(seq);
        }
    }

    async fn acknowledged(&mut self, up_to: u64) -> Result<(), End> {
        // What was not sent cannot be acknowledged.
        let up_to = up_to.min(self.sent);
        let refused = std::mem::take(&mut self.refused);
        self.depot.settle(self.settled, up_to, refused).await?;
        self.settled = self.settled.max(up_to);
        while let Some((_, length)) = self.window.pop_front_if(|(seq, _)| *seq <= up_to) {
            self.window_bytes = self.window_bytes.saturating_sub(length);
        }
        Ok(())
    }
}
