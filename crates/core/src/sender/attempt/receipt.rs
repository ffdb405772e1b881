//! One try of a read receipt.

use graph::Failure;
use store::{OutboxRow, StoreError, clock};

use super::{Attempt, Outcome};
use crate::decide::pace::Word;
use crate::signal::Trouble;
use crate::translate::error::{Verdict, verdict};

impl Attempt {
    /// A read receipt: sending it twice does no harm, so an unknown outcome is simply tried again.
    pub(super) async fn receipt(
        &mut self,
        row: &OutboxRow,
        network_id: &str,
    ) -> Result<Outcome, StoreError> {
        if row.expires_ms <= clock::now_ms() {
            return self.finish(row).await;
        }
        self.began_ms = self.line.signals.steady_ms();
        let failure = match self.line.client.mark_read(network_id).await {
            Ok(()) => {
                self.word = Some(Word::Answered);
                return self.finish(row).await;
            }
            Err(failure) => failure,
        };
        let Failure::Refused(error) = failure else {
            self.word = Some(self.unreachable());
            return self.put_back(row, 0, self.entry.attempts).await;
        };
        self.word = Some(Word::Answered);
        match verdict(&error, self.refusals()) {
            Verdict::Fail(reason) => {
                tracing::warn!(line = %row.line, code = error.code, reason = reason.title, "the network refused a read receipt");
                self.finish(row).await
            }
            Verdict::Disconnect(reason) => self.trouble(row, Trouble::Disconnect(reason)).await,
            Verdict::Unregister(reason) => self.trouble(row, Trouble::Unregister(reason)).await,
            Verdict::Retry(_) | Verdict::RetryRecipient(_) => {
                self.put_back(row, self.backoff_ms(), self.refusals()).await
            }
        }
    }
}
