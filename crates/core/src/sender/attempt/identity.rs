//! Whom a message is for: the identity that the business knows of (`cloud-api.md` 1.2).

use onprem::Code;
use onprem::envelope::ErrorObject;
use onprem::message::Outgoing;
use store::{Batch, OutboxRow, StoreError};

use super::Attempt;
use crate::translate::error::{IDENTITY_MISMATCH, object};

impl Attempt {
    /// The identity that the network is to deliver to, while the line checks identities; or the failure of a message
    /// whose recipient's identity has changed since it was accepted.
    pub(super) async fn recipient(
        &self,
        message: &Outgoing,
    ) -> Result<Result<Option<String>, ErrorObject>, StoreError> {
        if self.line.is_held_back(&message.to).await? {
            let details = "the recipient's identity changed before the message was sent".to_owned();
            return Ok(Err(object(Code::USER_CHANGED, Some(details))));
        }
        self.line.expected_identity(&message.to).await.map(Ok)
    }

    /// The network refused with this code: one of them says that the recipient's identity has changed.
    pub(super) async fn note_refusal(&self, row: &OutboxRow, code: i64) -> Result<(), StoreError> {
        if code != IDENTITY_MISMATCH {
            return Ok(());
        }
        match self.line.identity_in_doubt(row.lane.as_str()).await? {
            Some(demand) => (self.line.store())
                .apply(Batch::of(vec![demand]))
                .await
                .map(drop),
            None => Ok(()),
        }
    }
}
