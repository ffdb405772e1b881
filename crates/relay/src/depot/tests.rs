use super::*;

fn parcel(n: u8, length: usize) -> Parcel {
    Parcel {
        digest: [n; 32],
        events: 2,
        sealed: vec![n; length],
        kept_ms: store::clock::now_ms(),
    }
}

fn table(max_bytes: u64) -> (tempfile::TempDir, Table) {
    let dir = tempfile::tempdir().unwrap();
    let table = Table::open(&dir.path().join("mailbox.db"), max_bytes).unwrap();
    (dir, table)
}

fn numbers(items: &[Item]) -> Vec<u64> {
    items.iter().map(|item| item.seq).collect()
}

#[tokio::test]
async fn numbers_are_never_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailbox.db");
    let depot = Depot::open(&path, u64::MAX).unwrap();
    depot.keep(parcel(1, 10)).await.unwrap();
    depot.keep(parcel(2, 10)).await.unwrap();
    depot.settle(0, 2, Vec::new()).await.unwrap();
    depot.close().await;
    assert_eq!(depot.keep(parcel(3, 10)).await, Err(DepotError::Closed));

    let depot = Depot::open(&path, u64::MAX).unwrap();
    depot.keep(parcel(3, 10)).await.unwrap();

    let items = depot.after(0, 10, 1000).await.unwrap();
    assert_eq!(numbers(&items), [3]);
    let standing = depot.standing();
    assert_eq!(
        (standing.webhooks, standing.events, standing.newest),
        (1, 2, 3)
    );
}

#[tokio::test]
async fn a_page_ends_at_its_rows_or_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let depot = Depot::open(&dir.path().join("mailbox.db"), u64::MAX).unwrap();
    for n in 1..=6 {
        depot.keep(parcel(n, 100)).await.unwrap();
    }

    let page = async |seq, rows, bytes| numbers(&depot.after(seq, rows, bytes).await.unwrap());

    assert_eq!(page(0, 2, 10_000).await, [1, 2]);
    assert_eq!(page(2, 10, 250).await, [3, 4, 5]);
    assert_eq!(page(6, 10, 250).await, [0; 0]);
}

#[tokio::test]
async fn a_look_is_no_news() {
    let dir = tempfile::tempdir().unwrap();
    let depot = Depot::open(&dir.path().join("mailbox.db"), u64::MAX).unwrap();
    depot.keep(parcel(1, 100)).await.unwrap();
    let mut standing = depot.watch();
    standing.borrow_and_update();

    assert_eq!(numbers(&depot.after(0, 10, 1000).await.unwrap()), [1]);
    // The thread tells what it did before it answers.
    assert!(!standing.has_changed().unwrap());

    depot.keep(parcel(2, 100)).await.unwrap();
    assert!(standing.has_changed().unwrap());
}

#[tokio::test]
async fn a_newer_mailbox_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailbox.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 2")
        .unwrap();

    let refused = Depot::open(&path, u64::MAX).err();

    assert_eq!(refused, Some(DepotError::TooNew(2)));
}

#[test]
fn what_was_refused_is_kept_for_eight_days_and_in_its_share() {
    let (_dir, mut table) = table(10_000_000);
    let day_ms = 24 * 3600 * 1000;
    for n in 1..=4 {
        table.keep(&parcel(n, 400_000)).unwrap();
    }
    table.settle(0, 4, vec![99, 3, 1, 2]).unwrap();
    let left = |table: &Table| numbers(&table.after(0, 10, usize::MAX).unwrap());
    assert_eq!(
        left(&table),
        [2, 3],
        "4 is acknowledged, 1 is beyond the share"
    );
    assert_eq!(table.standing().unwrap().refused, 2);

    table
        .drop_refused(store::clock::now_ms() + 7 * day_ms)
        .unwrap();
    assert_eq!(left(&table), [2, 3]);
    table
        .drop_refused(store::clock::now_ms() + 9 * day_ms)
        .unwrap();

    assert_eq!(left(&table), [0; 0]);
    let standing = table.standing().unwrap();
    assert_eq!(
        (standing.webhooks, standing.events, standing.refused),
        (0, 0, 0)
    );
}

#[test]
fn what_is_refused_again_is_counted_once() {
    let (_dir, mut table) = table(u64::MAX);
    table.keep(&parcel(1, 10)).unwrap();

    table.settle(0, 1, vec![1]).unwrap();
    table.settle(0, 1, vec![1]).unwrap();

    assert_eq!(table.standing().unwrap().refused, 1);
    // A core that has the right secret now takes it.
    table.settle(0, 1, Vec::new()).unwrap();
    let standing = table.standing().unwrap();
    assert_eq!((standing.webhooks, standing.refused), (0, 0));
}
