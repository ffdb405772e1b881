//! Errors that belong to no message and no call, told to the webhook (`webhooks.md` section 4): those of the network and
//! our own, each code at most once a minute.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::notification::Notification;
use store::{Batch, Change, Lane, StoreError, clock};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::line::Line;

/// The same code is not told again before this.
const SILENCE: Duration = Duration::from_mins(1);
/// Between two tries to note an error in a store that fails.
const NOTE_AGAIN: Duration = Duration::from_secs(1);

/// What is to be told, and what was told lately.
#[derive(Default)]
pub(crate) struct OutOfBand {
    told: tokio::sync::Mutex<HashMap<Code, Instant>>,
    /// At most one of each code.
    waiting: Mutex<BTreeMap<Code, String>>,
    news: Notify,
}

/// The right to tell a code: nobody else tells any until it is dropped.
pub(crate) struct Turn<'a> {
    told: tokio::sync::MutexGuard<'a, HashMap<Code, Instant>>,
    code: Code,
}

impl OutOfBand {
    /// Waits for the turn to tell a code.
    pub(crate) async fn turn(&self, code: Code) -> Turn<'_> {
        Turn {
            told: self.told.lock().await,
            code,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Code, String>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Whether the code was not told within the last minute.
    pub(crate) fn is_due(&self) -> bool {
        self.told
            .get(&self.code)
            .is_none_or(|told| told.elapsed() >= SILENCE)
    }

    /// It is told.
    pub(crate) fn taken(&mut self) {
        self.told.insert(self.code, Instant::now());
    }
}

/// The notification of an error, for a batch.
pub(crate) fn callback(line: &Line, error: ErrorObject) -> Change {
    let notification = Notification {
        errors: vec![error],
        ..Notification::default()
    };
    Change::AppendCallback {
        line: line.config.name.clone(),
        lane: Lane::new(""),
        kind: "error",
        message: None,
        body: notification.to_bytes().into(),
        at_ms: clock::now_ms(),
    }
}

impl Line {
    /// Something went wrong that belongs to no message and no call. It never waits: the webhook is told when the store
    /// takes it, unless it was told of the same code within the last minute.
    pub(crate) fn tell(&self, code: Code, details: impl Into<String>) {
        if !self.has_webhook() {
            return;
        }
        self.errors
            .waiting()
            .entry(code)
            .or_insert_with(|| details.into());
        self.errors.news.notify_one();
    }

    /// Notes the error of a code in the callbacks, if it is due.
    async fn tell_now(&self, code: Code, details: &str) -> Result<(), StoreError> {
        let mut turn = self.errors.turn(code).await;
        if !turn.is_due() || !self.has_webhook() {
            return Ok(());
        }
        let error = ErrorObject::new(code, details);
        self.store()
            .apply(Batch::of(vec![callback(self, error)]))
            .await?;
        turn.taken();
        Ok(())
    }
}

/// Runs until `stop`.
pub(crate) async fn run(line: Arc<Line>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tell_for_ever(&line) => {}
    }
}

async fn tell_for_ever(line: &Line) {
    loop {
        let next = line.errors.waiting().pop_first();
        let Some((code, details)) = next else {
            line.errors.news.notified().await;
            continue;
        };
        if line.tell_now(code, &details).await.is_err() {
            // The store's own trouble is in the log already.
            line.errors.waiting().entry(code).or_insert(details);
            tokio::time::sleep(NOTE_AGAIN).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use onprem::Code;
    use serde_json::{Value, json};
    use store::Queue;

    use super::*;
    use crate::link::fake;

    async fn told(line: &Line) -> Vec<Value> {
        let refs = (line.store())
            .take(Queue::Callbacks, &line.config.name, 0, 100)
            .await
            .unwrap();
        let keys = refs.iter().map(|row| row.key).collect();
        let rows = line.store().callbacks(keys).await.unwrap();
        rows.iter()
            .map(|row| serde_json::from_slice(&row.body).unwrap())
            .collect()
    }

    fn with_webhook(line: &Line) {
        line.settings.send_modify(|settings| {
            "https://hook.example".clone_into(&mut Arc::make_mut(settings).webhook_url);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_code_is_told_once_a_minute() {
        let (line, _dir) = fake::line().await;
        with_webhook(&line);

        for details in ["first", "second"] {
            line.tell_now(Code::NOT_READY, details).await.unwrap();
            line.tell_now(Code::ACCESS, details).await.unwrap();
        }
        tokio::time::advance(Duration::from_millis(59_999)).await;
        line.tell_now(Code::ACCESS, "third").await.unwrap();
        tokio::time::advance(Duration::from_millis(1)).await;
        line.tell_now(Code::ACCESS, "fourth").await.unwrap();

        let error = |code: Code, details: &str| json!({"errors": [{"code": code.0, "title": code.title(), "details": details}]});
        assert_eq!(
            told(&line).await,
            [
                error(Code::NOT_READY, "first"),
                error(Code::ACCESS, "first"),
                error(Code::ACCESS, "fourth"),
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_webhook_nothing_is_told_and_nothing_waits() {
        let (line, _dir) = fake::line().await;

        line.tell(Code::DATABASE, "lost");
        line.tell_now(Code::DATABASE, "lost").await.unwrap();
        with_webhook(&line);

        assert!(line.errors.waiting().is_empty());
        assert_eq!(told(&line).await, [Value::Null; 0]);
    }

    #[tokio::test]
    async fn a_queue_that_is_full_is_told() {
        let (line, _dir) = fake::line().await;
        with_webhook(&line);
        line.assume_ready();
        line.signals.set_callbacks_depth(1000);

        let text = br#"{"to":"12025550143","type":"text","text":{"body":"x"}}"#;
        for _ in 0..3 {
            let refusal = line.accept(text).await.unwrap_err();
            assert_eq!((refusal.status, refusal.code), (503, Code::OVERLOADED));
        }

        let waiting: Vec<_> = line.errors.waiting().clone().into_iter().collect();
        let details = "too many notifications wait for the webhook (limit 1000)";
        assert_eq!(waiting, [(Code::OVERLOADED, details.to_owned())]);
    }

    #[tokio::test]
    async fn what_happens_often_waits_once() {
        let (line, _dir) = fake::line().await;
        with_webhook(&line);
        for _ in 0..1000 {
            line.tell(Code::DATABASE, "it failed");
        }
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(line.clone(), stop.clone()));

        let mut bell = line.store().doorbell(Queue::Callbacks);
        while told(&line).await.is_empty() {
            bell.changed().await.unwrap();
        }
        stop.cancel();
        running.await.unwrap();

        assert_eq!(told(&line).await.len(), 1);
    }
}
