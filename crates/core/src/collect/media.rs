//! Media files that nobody has used for 30 days, and files that have no record.
//!
//! Records go first, then their files: what a crash leaves between the two is a file without a record, which goes when it
//! is older than a day. What a queued message, a pending notification or a sticker pack names stays, however old. A line has
//! its folder to itself.

use store::record::Stored;
use store::{Batch, Outcome, StoreError};
use tokio::time::Instant;

use super::named::Named;
use super::pace::Pace;
use super::{DAY_MS, KEPT_MS, Trouble};
use crate::line::Line;
use crate::record;

/// Records that are looked at at once.
const PAGE: usize = 100;

/// Collects a line's media as of `now_ms`; `gone` counts files while it works.
pub(super) async fn media(
    line: &Line,
    now_ms: i64,
    pace: Pace,
    gone: &mut u64,
) -> Result<(), Trouble> {
    unused(line, now_ms.saturating_sub(KEPT_MS), pace, gone).await?;
    orphans(line, now_ms.saturating_sub(DAY_MS), pace, gone).await
}

async fn unused(line: &Line, before_ms: i64, pace: Pace, gone: &mut u64) -> Result<(), Trouble> {
    let name = &line.config.name;
    let mut named = None;
    let mut after = String::new();
    loop {
        let mut page: Vec<Stored<record::Media>> = line.records.page(name, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.name);
        page.retain(|stored| stored.record.last_used_ms() < before_ms);
        if page.is_empty() {
            continue;
        }
        let named = match &mut named {
            Some(named) => named,
            // Once: whatever names an older file from now on notes its use, and that keeps it.
            None => named.insert(Named::read(line).await?),
        };
        let began = Instant::now();
        for id in delete(line, &page, named).await? {
            line.media.remove(&id).await?;
            *gone += 1;
        }
        pace.rest_after(began).await;
    }
}

/// Deletes the records that nothing names and nobody has written since; the ids of those that are gone. In turn with
/// whoever notes a use: that was before and keeps the record, or comes after and finds it gone.
async fn delete(
    line: &Line,
    page: &[Stored<record::Media>],
    named: &Named,
) -> Result<Vec<String>, StoreError> {
    let _turn = line.desk.media.lock().await;
    let unnamed: Vec<_> = page
        .iter()
        .filter(|stored| !named.contains(&stored.name))
        .collect();
    let deletions = unnamed
        .iter()
        .map(|stored| line.records.delete_unchanged(&line.config.name, stored));
    let applied = line.store().apply(Batch::of(deletions.collect())).await?;
    let was_deleted = |outcome: &Outcome| *outcome == Outcome::Count(1);
    Ok(unnamed
        .iter()
        .zip(&applied)
        .filter(|(_, outcome)| was_deleted(outcome))
        .map(|(stored, _)| stored.name.clone())
        .collect())
}

/// Files that were written before a time and have no record. Records are written right after their files, so a file of
/// yesterday without one is left over.
async fn orphans(line: &Line, before_ms: i64, pace: Pace, gone: &mut u64) -> Result<(), Trouble> {
    for id in line.media.older_than(before_ms).await? {
        let began = Instant::now();
        if line.media_record(&id).await?.is_some() {
            continue;
        }
        line.media.remove(&id).await?;
        *gone += 1;
        pace.rest_after(began).await;
    }
    Ok(())
}
