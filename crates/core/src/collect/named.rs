//! Media that what waits in the queues, or a sticker pack, names.

use std::collections::HashSet;

use store::{Key, Queue, StoreError};

use crate::line::Line;
use crate::media::canonical_id;

/// Rows that are read at once.
const PAGE: usize = 200;
/// A UUID as text, bytes.
const UUID: usize = 36;

/// The ids that stand in the bodies of a line's outbox and callbacks, and in its sticker packs.
#[derive(Debug, Default)]
pub(super) struct Named {
    ids: HashSet<String>,
}

impl Named {
    pub(super) async fn read(line: &Line) -> Result<Self, StoreError> {
        let stickers = line.sticker_media().await?;
        let mut ids: HashSet<String> = stickers.iter().filter_map(|id| canonical_id(id)).collect();
        let mut after = 0;
        while let Some(keys) = page(line, Queue::Outbox, &mut after).await? {
            for row in line.store().outbox(keys).await? {
                ids.extend(ids_in(&row.body));
            }
        }
        let mut after = 0;
        while let Some(keys) = page(line, Queue::Callbacks, &mut after).await? {
            for row in line.store().callbacks(keys).await? {
                ids.extend(ids_in(&row.body));
            }
        }
        Ok(Self { ids })
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

/// The keys of the next rows, `None` when there are no more.
async fn page(line: &Line, queue: Queue, after: &mut Key) -> Result<Option<Vec<Key>>, StoreError> {
    let rows = line
        .store()
        .take(queue, &line.config.name, *after, PAGE)
        .await?;
    let keys: Vec<Key> = rows.into_iter().map(|row| row.key).collect();
    if let Some(last) = keys.last() {
        *after = *last;
    }
    Ok((!keys.is_empty()).then_some(keys))
}

/// Everything in a body that could be a media id, wherever it stands: no kind of message can be forgotten here.
fn ids_in(body: &[u8]) -> impl Iterator<Item = String> + '_ {
    body.windows(UUID)
        // Most windows are none by one look.
        .filter(|window| window.get(8) == Some(&b'-') && window.get(13) == Some(&b'-'))
        .filter_map(|window| std::str::from_utf8(window).ok())
        .filter_map(canonical_id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "7c1f2f0e-3c55-4b7a-9d0e-6a2c0b1d9e11";

    #[test]
    fn ids_are_found_in_any_spelling_and_place() {
        let upper = ID.to_uppercase();
        let body = format!(r#"{{"a":{{"id":"{ID}"}},"b":["é{upper}"],"c":"{ID}-{ID}"}}"#);

        let found: Vec<String> = ids_in(body.as_bytes()).collect();

        assert!(found.len() >= 4, "{found:?}");
        assert!(found.iter().filter(|id| *id == ID).count() == 4);
        assert_eq!(ids_in(b"7c1f2f0e-3c55").count(), 0);
    }

    proptest! {
        #[test]
        fn whatever_stands_around_an_id_it_is_found(
            before in prop::collection::vec(any::<u8>(), 0..60),
            after in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let body = [&before[..], ID.as_bytes(), &after[..]].concat();

            prop_assert!(ids_in(&body).any(|id| id == ID));
        }
    }
}
