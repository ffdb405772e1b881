//! The relay on a host of its own: a session stands on one stream from it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{End, Session};
use crate::decide::offline::Offline;
use crate::mailbox::Mailbox;

/// How long a session waits for the relay's stream.
const MAILBOX_PATIENCE: Duration = Duration::from_secs(10);

impl Session {
    /// Waits for a stream. Nothing to wait for with the relay in this process.
    pub(super) async fn reach_mailbox(&self) -> Result<(), End> {
        let Some(mailbox) = &self.line.config.mailbox else {
            return Ok(());
        };
        let mut mailbox = mailbox.clone();
        let there = mailbox.wait_for(|mailbox| {
            mailbox.stream().is_some() || matches!(mailbox, Mailbox::TakenOver { .. })
        });
        // Whether in time or not: what was told last counts.
        drop(tokio::time::timeout(MAILBOX_PATIENCE, there).await);
        let present = mailbox.borrow().clone();
        match present {
            Mailbox::Backlog { stream, .. } | Mailbox::Live { stream, .. } => {
                self.stream.store(stream, Ordering::Relaxed);
                Ok(())
            }
            Mailbox::TakenOver { why } => Err(End::Disconnected(why)),
            Mailbox::Away { why } => {
                let why = why.unwrap_or_else(|| "it has not answered yet".to_owned());
                Err(End::Unreachable(format!("no stream from the relay: {why}")))
            }
        }
    }

    /// Resolves when the stream is lost that the session stands on.
    pub(super) async fn stream_ends(&self) -> End {
        let Some(mailbox) = &self.line.config.mailbox else {
            return std::future::pending().await;
        };
        let mut mailbox = mailbox.clone();
        let ours = Some(self.stream.load(Ordering::Relaxed));
        let lost = mailbox.wait_for(|mailbox| mailbox.stream() != ours).await;
        match lost.as_deref() {
            Ok(Mailbox::TakenOver { why }) => End::Disconnected(why.clone()),
            Ok(Mailbox::Away { why: Some(why) }) => {
                End::Unreachable(format!("the relay's stream is lost: {why}"))
            }
            _ => End::Unreachable("the relay's stream is lost".to_owned()),
        }
    }

    /// How it stands with the relay's mailbox now.
    pub(super) fn mailbox(&self) -> Option<Mailbox> {
        let mailbox = self.line.config.mailbox.as_ref()?;
        Some(mailbox.borrow().clone())
    }

    /// Counts the inbox when the relay's end mark has come; how many are still to come.
    pub(super) async fn note_backlog(&self, present: Option<&Mailbox>) -> Result<u64, End> {
        let Some(present) = present else {
            return Ok(0);
        };
        if !present.is_through(self.stream.load(Ordering::Relaxed)) {
            return Ok(present.left());
        }
        let is_news = self
            .line
            .signals
            .offline()
            .as_mut()
            .is_some_and(Offline::backlog_ended);
        if is_news {
            self.count_inbox().await?;
        }
        Ok(0)
    }

    /// Resolves when the relay's mailbox stands otherwise than it did.
    pub(super) async fn mailbox_changed(&self, present: Option<&Mailbox>) {
        if let Some(mailbox) = &self.line.config.mailbox {
            let mut mailbox = mailbox.clone();
            let changed = mailbox.wait_for(|mailbox| Some(mailbox) != present).await;
            if changed.is_ok() {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}
