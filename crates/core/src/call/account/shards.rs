//! Shards (`rest-api.md` 3.3, 3.4): validated, stored, shown. They move nothing: slots are fixed.

use onprem::account::ShardChange;
use onprem::{Code, Refusal};

use super::{certificate, check_number, pin, registered, unregistered, write};
use crate::line::Line;
use crate::translate::error::refusal;

/// What an account has before anybody sets it.
const DEFAULT: u8 = 1;

impl Line {
    /// `GET /v1/account/shards`; 503 / 1011 when no number is registered.
    pub async fn shards(&self) -> Result<u8, Refusal> {
        let account = registered(self).await?;
        Ok(account.shards.unwrap_or(DEFAULT))
    }

    /// `POST /v1/account/shards`. One account call at a time.
    ///
    /// 503 / 1011 when no number is registered, 400 / 1009 for another number than the registered one, 403 / 1005 for a
    /// PIN or a certificate that is missing or wrong, and while the network is out of reach: the documented answer.
    pub async fn set_shards(&self, change: ShardChange) -> Result<(), Refusal> {
        let _turn = self.desk.account.lock().await;
        let mut account = registered(self).await?;
        check_number(&change.identity.digits(), &account.number)?;
        pin::check(change.pin.as_deref(), &account)?;
        let number = self.client.registration().await;
        let number = number.map_err(|failure| unavailable(refusal(&failure)))?;
        if !number.is_registered() {
            return Err(unregistered());
        }
        certificate::check(change.cert.as_deref(), &number)?;
        account.shards = Some(change.shards);
        write(self, &account).await
    }
}

/// The documented status of a server side that is unavailable is 403 here, where other calls answer 503.
fn unavailable(refusal: Refusal) -> Refusal {
    if refusal.status != 503 {
        return refusal;
    }
    Refusal::new(
        Code::ACCESS,
        format!("not changed, try again: {}", refusal.details),
    )
    .with_status(403)
}
