//! `/v1/stats/db` and `/v1/stats/db/internal` (`rest-api.md` 14.4, 14.5): what the store holds.

use std::sync::Arc;

use meter::{Page, Scope, table};
use onprem::Refusal;
use store::{Direction, MessageState, Queue};

use super::census::{self, Counts};
use super::polled::Reading;
use super::{TYPES, UNDEFINED};
use crate::call::store_refusal;
use crate::line::Line;

impl Line {
    /// The page of the store; `internal` with Landline's own. Counts are a few seconds old at most, in a big store minutes;
    /// what has not been counted once yet has no sample. 1023 and the like when the store cannot be read.
    pub async fn db_stats(self: &Arc<Self>, internal: bool) -> Result<Page, Refusal> {
        let about = self.store().about().await;
        let about = about.map_err(|error| store_refusal(&error))?;
        let scopes: &[Scope] = if internal {
            &[Scope::Db, Scope::DbInternal]
        } else {
            &[Scope::Db]
        };
        let mut page = Page::of(scopes);
        if let Some(queues) = self.queues().await {
            let rows = |queue| queues.of(queue).rows;
            page.add(&table::DB_PENDING_CALLBACKS, [], rows(Queue::Callbacks));
            page.add(&table::DB_PENDING_MESSAGES, [], rows(Queue::Outbox));
        }
        if let Some(reading) = self.counts().await {
            add_counts(&mut page, &reading.value);
            page.add(&table::DB_COUNT_AGE, [], reading.taken.elapsed());
        }
        page.add(&table::DB_FILE_BYTES, [], about.bytes);
        page.add(&table::DB_STRAYS, [], about.strays);
        page.add(&table::DB_SCHEMA, [], u64::from(about.schema));
        Ok(page)
    }

    async fn counts(self: &Arc<Self>) -> Option<Reading<Counts>> {
        let line = Arc::clone(self);
        self.meter
            .census
            .get(|| async move {
                match census::take(&line).await {
                    Ok(counts) => Some(counts),
                    Err(error) => {
                        tracing::debug!(line = %line.config.name, %error, "the store cannot be counted");
                        None
                    }
                }
            })
            .await
    }
}

fn add_counts(page: &mut Page, counts: &Counts) {
    // A contact without an account exists on the original only: since v2.43 everybody counts as a user.
    page.add(&table::DB_CONTACTS, ["whatsapp_user"], counts.contacts());
    page.add(&table::DB_CONTACTS, ["non_whatsapp_user"], 0_u64);
    page.add(&table::DB_MESSAGE_RECEIPTS, [], counts.receipts());
    for kind in TYPES.iter().chain(&[UNDEFINED]) {
        let count = counts.types.get(kind).copied().unwrap_or_default();
        page.add(&table::DB_MESSAGES, [kind], count);
    }
    for (direction, word) in [
        (Direction::Outgoing, "outgoing"),
        (Direction::Incoming, "incoming"),
    ] {
        for state in MessageState::ALL {
            let count = counts.states.get(&(direction, state)).copied();
            page.add(
                &table::DB_STATES,
                [word, state_word(state)],
                count.unwrap_or_default(),
            );
        }
    }
    for (kind, count) in &counts.records {
        page.add(&table::DB_RECORDS, [kind], *count);
    }
    page.add(&table::DB_MEDIA_BYTES, [], counts.media_bytes);
    page.add(&table::DB_COUNT_SECONDS, [], counts.took);
}

fn state_word(state: MessageState) -> &'static str {
    match state {
        MessageState::Accepted => "accepted",
        MessageState::Sent => "sent",
        MessageState::Failed => "failed",
        MessageState::Delivered => "delivered",
        MessageState::Read => "read",
    }
}
