//! A store that fails.

use super::{Own, error};
use crate::support::{BrokenStore, text};
use crate::v1::assert_refused;

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_is_told_and_loses_no_message() {
    let own = Own::start().await;

    let broken = BrokenStore::new(&own.dev, "UPDATE ON outbox");
    let kept = own.api.text(&own.customer, "kept").await;
    assert_eq!(
        own.error(1023).await,
        error(1023, "Database error occurred", "database: out of order")
    );
    drop(broken);
    own.sink.status(&kept, "delivered").await;

    let broken = BrokenStore::new(&own.dev, "INSERT ON outbox");
    let refused = own
        .api
        .post("/v1/messages", &text(&own.customer, "x"))
        .await;
    assert_refused(&refused, (500, 1023), &["out of order"]);
    drop(broken);
    assert_eq!(own.errors(1023), 1);
    own.logged("alert: the database cannot be reached").await;
}
