//! Deregistration: an extension, as the original had no such call (`rest-api.md` 3.5).

use graph::Failure;
use onprem::Refusal;
use store::clock;

use super::{NOT_REGISTERED, is_code, limit, registered, write};
use crate::line::{Line, LineState};
use crate::translate::error::refusal;

impl Line {
    /// `POST /v1/account/deregister`: the network lets the number go, and the line is unregistered. Settings, users and
    /// queues stay; registering again goes on with them. One account call at a time.
    ///
    /// 503 / 1011 when no number is registered, 429 / 1015 after eight in 72 hours, or what the network's refusal
    /// translates to.
    pub async fn deregister(&self) -> Result<(), Refusal> {
        let _turn = self.desk.account.lock().await;
        let mut account = registered(self).await?;
        limit::count(
            &mut account.deregistrations_ms,
            limit::DEREGISTERED,
            clock::now_ms(),
        )?;
        write(self, &account).await?;
        match self.client.deregister().await {
            Ok(()) => {}
            // Somebody else did it, or an answer was lost.
            Err(failure) if is_code(&failure, NOT_REGISTERED) => {}
            Err(failure) => {
                if matches!(failure, Failure::Unsent(_)) {
                    account.deregistrations_ms.pop();
                    write(self, &account).await?;
                }
                return Err(refusal(&failure));
            }
        }
        account.registered = false;
        write(self, &account).await?;
        tracing::info!(line = %self.config.name, "the number was deregistered");
        self.number.send_replace(None);
        self.set_state(LineState::Unregistered);
        Ok(())
    }
}
