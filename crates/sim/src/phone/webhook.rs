//! `/sim/webhook`: a receiver for the notifications of whoever has none, so that they can be looked at. No part of the
//! network: any program could be it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::{Answer, Call, Refusal, switch};
use crate::shared::Shared;

/// Notifications that are kept; the oldest go first.
const KEPT: usize = 1000;
/// What they may take in all, bytes of JSON.
const KEPT_BYTES: usize = 4 * 1024 * 1024;

/// What was received, oldest first. In memory only.
#[derive(Default)]
pub(crate) struct Letterbox {
    letters: Mutex<Letters>,
    news: Notify,
}

#[derive(Default)]
struct Letters {
    kept: VecDeque<String>,
    bytes: usize,
}

impl Letters {
    fn push(&mut self, letter: String) {
        self.bytes += letter.len();
        self.kept.push_back(letter);
        while self.kept.len() > KEPT || self.bytes > KEPT_BYTES {
            let oldest = self.kept.pop_front();
            self.bytes -= oldest.map_or(self.bytes, |oldest| oldest.len());
        }
    }
}

impl Letterbox {
    fn with<R>(&self, act: impl FnOnce(&mut Letters) -> R) -> R {
        act(&mut self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Those that contain a text.
    fn with_text(&self, text: &str) -> Vec<Value> {
        self.with(|letters| {
            let fitting = letters.kept.iter().filter(|letter| letter.contains(text));
            fitting
                .filter_map(|letter| serde_json::from_str(letter).ok())
                .collect()
        })
    }
}

/// `POST`: takes a notification.
pub(super) fn take(shared: &Shared, call: &Call) -> Answer {
    let letter = Value::Object(call.object()?).to_string();
    shared.letterbox.with(|letters| letters.push(letter));
    shared.letterbox.news.notify_waiters();
    Ok((200, json!({})))
}

/// `GET`: what was received, all of it or what contains a text; waits until there is some.
pub(super) async fn show(shared: &Shared, call: &Call) -> Answer {
    let text = call.query("contains");
    let limit = switch::timeout(call)?;
    let deadline = Instant::now() + limit;
    loop {
        let news = shared.letterbox.news.notified();
        tokio::pin!(news);
        // counted from here on, so that nothing is missed between looking and waiting
        news.as_mut().enable();
        let found = shared
            .letterbox
            .with_text(text.as_deref().unwrap_or_default());
        if text.is_none() || !found.is_empty() {
            return Ok((200, json!({"notifications": found})));
        }
        if timeout_at(deadline, news).await.is_err() {
            return Err(Refusal::late(format!(
                "nothing that contains {:?} has come within {} s",
                text.unwrap_or_default(),
                limit.as_secs_f64()
            )));
        }
    }
}

/// `DELETE`: forgets what was received.
pub(super) fn clear(shared: &Shared) -> (u16, Value) {
    shared
        .letterbox
        .with(|letters| *letters = Letters::default());
    (200, json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_are_too_long() {
        let mut letters = Letters::default();
        for number in 0..KEPT + 5 {
            letters.push(number.to_string());
        }
        assert_eq!(letters.kept.len(), KEPT);
        assert_eq!(letters.kept[0], "5");

        letters.push("x".repeat(KEPT_BYTES - 10));
        assert!(letters.bytes <= KEPT_BYTES);
        letters.push("x".repeat(KEPT_BYTES + 1));
        assert_eq!((letters.kept.len(), letters.bytes), (0, 0));
    }
}
