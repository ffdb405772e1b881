//! What a backup holds: the records that make another machine go on where this one stopped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::record::{Record, Records};
use store::{BoxFuture, Change, LineName, StoreError};

use crate::record;

/// The kinds of records in a backup, one table for making and restoring. What is not in it stays where it is: messages,
/// media and what names them, users and their tokens, what customers are known by, what the network has itself (templates,
/// profile, photo), and the certificate of the API, which is the machine's.
const PARTS: &[Part] = &[
    Part::of::<record::Account>(),
    Part::of::<record::Settings>(),
    Part::of::<record::MediaProvider>(),
    Part::of::<record::Authorities>(),
    Part::of::<record::Override>(),
];

type Values = BTreeMap<String, Value>;

/// A kind of records.
struct Part {
    kind: &'static str,
    read: for<'a> fn(&'a Records, &'a LineName) -> BoxFuture<'a, Result<Values, StoreError>>,
    write: fn(&Records, &LineName, &str, &Value) -> Result<Change, Unreadable>,
    delete: fn(&Records, &LineName, &str) -> Change,
}

/// A record that this program cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it holds a record ({0}) that this program cannot read: it was made by a newer one")]
pub(super) struct Unreadable(String);

impl Part {
    const fn of<R: Record>() -> Self {
        Self {
            kind: R::KIND,
            read: |records, line| Box::pin(read::<R>(records, line)),
            write: write::<R>,
            delete: |records, line, name| records.delete::<R>(line, name),
        }
    }
}

async fn read<R: Record>(records: &Records, line: &LineName) -> Result<Values, StoreError> {
    let stored = records.list::<R>(line).await?;
    let value = |(name, record): (String, R)| {
        let value = serde_json::to_value(&record);
        // Not the error's own words: they may quote a secret.
        let value = value.map_err(|_| StoreError::Damaged(format!("{line}/{}/{name}", R::KIND)))?;
        Ok((name, value))
    };
    stored.into_iter().map(value).collect()
}

fn write<R: Record>(
    records: &Records,
    line: &LineName,
    name: &str,
    value: &Value,
) -> Result<Change, Unreadable> {
    let unreadable = || Unreadable(R::KIND.to_owned());
    let record: R = serde_json::from_value(value.clone()).map_err(|_| unreadable())?;
    records.put(line, name, &record).map_err(|_| unreadable())
}

/// The records of a line, by kind and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Contents {
    /// When they were read, Unix milliseconds.
    made_ms: i64,
    records: BTreeMap<String, Values>,
}

impl Contents {
    /// What is in the store now.
    pub(super) async fn read(
        records: &Records,
        line: &LineName,
        now_ms: i64,
    ) -> Result<Self, StoreError> {
        let mut contents = Self {
            made_ms: now_ms,
            records: BTreeMap::new(),
        };
        for part in PARTS {
            let values = (part.read)(records, line).await?;
            contents.records.insert(part.kind.to_owned(), values);
        }
        Ok(contents)
    }

    /// A record, if it is there.
    pub(super) fn get<R: Record>(&self, name: &str) -> Result<Option<R>, Unreadable> {
        let value = self.records.get(R::KIND).and_then(|of| of.get(name));
        value
            .map(|value| serde_json::from_value(value.clone()))
            .transpose()
            .map_err(|_| Unreadable(R::KIND.to_owned()))
    }

    /// Replaces a record.
    pub(super) fn set<R: Record>(&mut self, name: &str, record: &R) -> Result<(), Unreadable> {
        let value = serde_json::to_value(record).map_err(|_| Unreadable(R::KIND.to_owned()))?;
        let of = self.records.entry(R::KIND.to_owned()).or_default();
        of.insert(name.to_owned(), value);
        Ok(())
    }

    /// The changes that make a line as these contents say. `present` is what it has: its records of the kinds that the
    /// contents have go, other kinds stay (an older program did not know them).
    pub(super) fn changes(
        &self,
        present: &Self,
        records: &Records,
        line: &LineName,
    ) -> Result<Vec<Change>, Unreadable> {
        let mut changes = Vec::new();
        for (kind, values) in &self.records {
            let part = PARTS
                .iter()
                .find(|part| part.kind == kind)
                .ok_or_else(|| Unreadable(kind.clone()))?;
            let old = present.records.get(kind).into_iter().flatten();
            let gone = old.filter(|(name, _)| !values.contains_key(*name));
            changes.extend(gone.map(|(name, _)| (part.delete)(records, line, name)));
            for (name, value) in values {
                changes.push((part.write)(records, line, name, value)?);
            }
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new kind of records belongs into one of the two lists.
    #[test]
    fn of_every_kind_it_is_decided_whether_a_backup_holds_it() {
        let stays = [
            "deployment",
            "user",
            "token",
            "template",
            "photo",
            "media",
            "sticker_pack",
            "contact",
            "id_forms",
            "identity_change",
            "identity_check",
            "collection",
        ];
        let mut decided: Vec<&str> = PARTS.iter().map(|part| part.kind).chain(stays).collect();
        decided.sort_unstable();
        let mut all = record::KINDS.to_vec();
        all.sort_unstable();

        assert_eq!(decided, all);
    }
}
