//! Records, as bytes and typed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Open, apply, create, is_conflict, main_line, one, other_line};
use crate::StoreError;
use crate::batch::{Batch, Change, Outcome};
use crate::name::LineName;
use crate::record::{Record, Records};
use crate::seal::Seal;

fn put(line: LineName, kind: &'static str, name: &str, value: &str) -> Change {
    Change::Put {
        line,
        kind,
        name: name.into(),
        value: value.into(),
    }
}

/// The latest write is what is read; lines and kinds are apart.
pub async fn a_record_is_written_and_replaced(open: Open<'_>) {
    let store = open();
    let line = main_line();
    assert_eq!(store.record(&line, "thing", "a").await.expect("read"), None);

    one(&store, put(main_line(), "thing", "a", "one")).await;
    assert_eq!(
        one(&store, put(main_line(), "thing", "a", "two")).await,
        Outcome::Done
    );
    one(&store, put(main_line(), "other", "a", "three")).await;
    one(&store, put(other_line(), "thing", "a", "")).await;

    let read = async |line: LineName, kind| store.record(&line, kind, "a").await.expect("read");
    assert_eq!(
        read(main_line(), "thing").await.as_deref(),
        Some(&b"two"[..])
    );
    assert_eq!(
        read(main_line(), "other").await.as_deref(),
        Some(&b"three"[..])
    );
    assert_eq!(read(other_line(), "thing").await.as_deref(), Some(&b""[..]));
    assert_eq!(read(other_line(), "other").await, None);
}

/// The second to create it is refused and changes nothing.
pub async fn a_record_is_created_once(open: Open<'_>) {
    let store = open();

    assert_eq!(one(&store, create("a")).await, Outcome::Done);
    let second = Change::Create {
        line: main_line(),
        kind: "thing",
        name: "a".into(),
        value: b"mine".into(),
    };
    assert!(is_conflict(&apply(&store, vec![second]).await));

    let value = store
        .record(&main_line(), "thing", "a")
        .await
        .expect("read");
    assert_eq!(value.as_deref(), Some(&b"value"[..]));
}

/// Deleting counts what it removed; the name is free again.
pub async fn a_deleted_record_is_gone(open: Open<'_>) {
    let store = open();
    one(&store, create("a")).await;
    let delete = || Change::Delete {
        line: main_line(),
        kind: "thing",
        name: "a".into(),
    };

    assert_eq!(one(&store, delete()).await, Outcome::Count(1));
    assert_eq!(one(&store, delete()).await, Outcome::Count(0));

    assert_eq!(
        store
            .record(&main_line(), "thing", "a")
            .await
            .expect("read"),
        None
    );
    one(&store, create("a")).await;
}

/// Only the bytes that were read go.
pub async fn a_record_that_was_written_again_is_not_deleted(open: Open<'_>) {
    let store = open();
    let records = Records::new(store.shared(), Arc::new(Seal::new([7; 32])));
    let line = main_line();
    for (name, number) in [("a", 1), ("b", 2)] {
        records
            .save(&line, name, &Plain { number })
            .await
            .expect("saved");
    }
    let read = records.page::<Plain>(&line, "", 10).await.expect("read");
    assert_eq!(
        read.iter()
            .map(|read| (&*read.name, read.record.number))
            .collect::<Vec<_>>(),
        [("a", 1), ("b", 2)]
    );
    records
        .save(&line, "b", &Plain { number: 3 })
        .await
        .expect("saved");

    let mut gone = Vec::new();
    for read in &read {
        gone.push(one(&store, records.delete_unchanged(&line, read)).await);
    }

    assert_eq!(gone, [Outcome::Count(1), Outcome::Count(0)]);
    let left = records.list::<Plain>(&line).await.expect("read");
    assert_eq!(left, [("b".to_owned(), Plain { number: 3 })]);
    assert_eq!(
        one(&store, records.delete_unchanged(&line, &read[0])).await,
        Outcome::Count(0),
        "gone already"
    );
}

/// Names are ordered byte by byte, and pages follow one another.
pub async fn records_come_in_order_of_their_names(open: Open<'_>) {
    let store = open();
    let mut names = ["b", "B", "a/2", "a", "é", "zz", "名", "a 1"];
    for name in names {
        one(&store, put(main_line(), "thing", name, name)).await;
        one(&store, put(main_line(), "thin", name, "kind before")).await;
        one(&store, put(main_line(), "things", name, "kind after")).await;
        one(&store, put(other_line(), "thing", name, "other line")).await;
    }
    names.sort_unstable();

    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    loop {
        let after = found
            .last()
            .map(|(name, _)| name.clone())
            .unwrap_or_default();
        let page = store
            .records(&main_line(), "thing", &after, 3)
            .await
            .expect("read");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        found.extend(page);
    }

    let expected: Vec<_> = names
        .map(|name| (name.to_owned(), name.as_bytes().to_vec()))
        .into();
    assert_eq!(found, expected);
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Plain {
    number: u32,
}

impl Record for Plain {
    const KIND: &'static str = "plain";
    const SEALED: bool = false;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Secret {
    word: String,
}

impl Record for Secret {
    const KIND: &'static str = "secret";
    const SEALED: bool = true;
}

#[derive(Debug, Serialize, Deserialize)]
struct Reshaped {
    number: String,
}

impl Record for Reshaped {
    const KIND: &'static str = "plain";
    const SEALED: bool = false;
}

/// Typed records are saved, listed past a page, created once and deleted.
pub async fn typed_records_come_back(open: Open<'_>) {
    let store = open();
    let records = Records::new(store.shared(), Arc::new(Seal::new([7; 32])));
    let line = main_line();

    records
        .save(&line, "", &Plain { number: 7 })
        .await
        .expect("saved");
    let many = (0..450).map(|n| records.put(&line, &format!("{n:03}"), &Plain { number: n }));
    let batch = Batch::of(many.collect::<Result<_, _>>().expect("written"));
    store.apply(batch).await.expect("applied");
    records
        .save(&other_line(), "x", &Plain { number: 8 })
        .await
        .expect("saved");

    assert_eq!(
        records.get(&line, "").await.expect("read"),
        Some(Plain { number: 7 })
    );
    assert_eq!(
        records.get::<Plain>(&line, "nobody").await.expect("read"),
        None
    );
    let all = records.list::<Plain>(&line).await.expect("read");
    assert_eq!(all.len(), 451);
    assert_eq!(all[0], (String::new(), Plain { number: 7 }));
    assert_eq!(all[450], ("449".into(), Plain { number: 449 }));
    assert!(all.is_sorted_by(|a, b| a.0 < b.0));

    let create = || {
        records
            .create(&line, "new", &Plain { number: 9 })
            .expect("written")
    };
    one(&store, create()).await;
    assert!(is_conflict(&apply(&store, vec![create()]).await));
    assert_eq!(
        one(&store, records.delete::<Plain>(&line, "new")).await,
        Outcome::Count(1)
    );
    assert_eq!(
        records.get::<Plain>(&line, "new").await.expect("read"),
        None
    );
}

/// What is stored of a secret tells nothing, and opens neither elsewhere nor with another key.
pub async fn sealed_records_open_at_their_place_only(open: Open<'_>) {
    let store = open();
    let records = Records::new(store.shared(), Arc::new(Seal::new([7; 32])));
    let line = main_line();
    let secret = Secret {
        word: "open sesame".into(),
    };

    records.save(&line, "a", &secret).await.expect("saved");

    assert_eq!(records.get(&line, "a").await.expect("read"), Some(secret));
    let stored = store
        .record(&line, "secret", "a")
        .await
        .expect("read")
        .expect("the record");
    assert!(!String::from_utf8_lossy(&stored).contains("sesame"));
    let strangers = Records::new(store.shared(), Arc::new(Seal::new([8; 32])));
    let opened = strangers.get::<Secret>(&line, "a").await;
    assert!(matches!(opened, Err(StoreError::Damaged(_))));
    let moved = Change::Put {
        line: line.clone(),
        kind: "secret",
        name: "b".into(),
        value: stored,
    };
    one(&store, moved).await;
    let opened = records.get::<Secret>(&line, "b").await;
    assert!(matches!(opened, Err(StoreError::Damaged(_))));
}

/// The error names the place and does not quote the value.
pub async fn a_record_of_another_shape_is_damaged(open: Open<'_>) {
    let store = open();
    let records = Records::new(store.shared(), Arc::new(Seal::new([7; 32])));
    records
        .save(&main_line(), "a", &Plain { number: 4711 })
        .await
        .expect("saved");

    let read = records.get::<Reshaped>(&main_line(), "a").await;

    let Err(StoreError::Damaged(why)) = read else {
        panic!("damaged, not {read:?}");
    };
    assert!(why.contains("main/plain/a"), "{why}");
    assert!(!why.contains("4711"), "{why}");
}
