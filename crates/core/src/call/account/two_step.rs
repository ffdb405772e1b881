//! Two-step verification (`rest-api.md` section 4).

use onprem::Refusal;
use onprem::account::TwoStep;

use super::{registered, write};
use crate::line::Line;
use crate::translate::error::refusal;

impl Line {
    /// `POST /v1/settings/account/two-step`: sets or replaces the PIN, here and at the network. One account call at a
    /// time. 503 / 1011 when no number is registered.
    pub async fn set_two_step(&self, TwoStep { pin }: TwoStep) -> Result<(), Refusal> {
        let _turn = self.desk.account.lock().await;
        let mut account = registered(self).await?;
        self.client
            .set_pin(&pin)
            .await
            .map_err(|failure| refusal(&failure))?;
        account.pin = Some(pin);
        account.tried_pin = None;
        account.two_step = true;
        write(self, &account).await
    }

    /// `DELETE /v1/settings/account/two-step`: no call asks for the PIN any more. The network cannot switch it off by
    /// API, so the PIN stays in force there and is kept here, sealed, for the next registration. One account call at a
    /// time. 503 / 1011 when no number is registered.
    pub async fn clear_two_step(&self) -> Result<(), Refusal> {
        let _turn = self.desk.account.lock().await;
        let mut account = registered(self).await?;
        if !account.two_step {
            return Ok(());
        }
        account.two_step = false;
        write(self, &account).await?;
        tracing::warn!(
            line = %self.config.name,
            is_kept = account.pin.is_some(),
            "two-step verification is off for callers only: at the network it is switched off in WhatsApp Manager, by a link in an e-mail"
        );
        Ok(())
    }
}
