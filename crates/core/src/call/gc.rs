//! Garbage collection on demand (`rest-api.md` 13.3 and 13.4).

use onprem::{Code, Refusal};
use store::{Batch, StoreError, clock};

use super::store_refusal;
use crate::collect::Subject;
use crate::line::Line;
use crate::record;

impl Line {
    /// `PUT /v1/services/message/gc` and `…/media/gc`: the collection is asked for, durably; the core does it and tells
    /// the webhook its end. While one is under way a second call changes nothing.
    ///
    /// 500 / 1014 when the core is stopped.
    pub async fn ask_for_collection(&self, subject: Subject) -> Result<(), Refusal> {
        let doors = &self.signals.doors;
        if !doors.is_open() {
            return Err(Refusal::new(
                Code::INTERNAL,
                "the collector cannot be started: the core is stopped",
            ));
        }
        let asked = record::Collection {
            asked_ms: clock::now_ms(),
        };
        let create = self
            .records
            .create(&self.config.name, subject.as_str(), &asked)
            .map_err(|error| store_refusal(&error))?;
        match self.store().apply(Batch::of(vec![create])).await {
            Ok(_) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(store_refusal(&error)),
        }
        doors.knock(subject);
        Ok(())
    }
}
