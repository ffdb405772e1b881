//! `/v1/services/message/gc` and `/v1/services/media/gc`.

use std::path::Path;

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Answer, Api, BrokenStore, Dev, Guest, Network, SOON, Sink, new_customer};

const MONTH_MS: i64 = 31 * 24 * 60 * 60 * 1000;

async fn collect(api: &Api, subject: &str) -> Answer {
    api.call("PUT", &format!("/v1/services/{subject}/gc"), None)
        .await
}

/// The notification of a collection's end, once so many have come.
async fn told(sink: &Sink, subject: &str, count: usize) -> Value {
    sink.until("the end of a collection", SOON, |bodies| {
        let of_it = |body: &&Value| body["services"][0].get(subject).is_some();
        bodies.iter().filter(of_it).nth(count - 1).cloned()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_answered_at_once_and_told_at_its_end() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;

    insta::assert_json_snapshot!(collect(&user, "message").await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "services": {
          "message": {
            "gc": {
              "status": "processing"
            }
          }
        }
      },
      "status": 200
    }
    "#);
    insta::assert_json_snapshot!(told(&guest.sink, "message", 1).await, @r#"
    {
      "services": [
        {
          "message": {
            "gc": {
              "messages_deleted": 0,
              "status": "complete"
            }
          }
        }
      ]
    }
    "#);

    insta::assert_json_snapshot!(collect(&user, "media").await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "services": {
          "media": {
            "gc": {
              "status": "processing"
            }
          }
        }
      },
      "status": 200
    }
    "#);
    insta::assert_json_snapshot!(told(&guest.sink, "media", 1).await, @r#"
    {
      "services": [
        {
          "media": {
            "gc": {
              "items_deleted": 0,
              "status": "complete"
            }
          }
        }
      ]
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_users_collect_and_only_with_put() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();

    for subject in ["message", "media"] {
        let path = format!("/v1/services/{subject}/gc");
        assert_refused(&collect(&anonymous, subject).await, (401, 1005), &[]);
        let get = guest.api.get(&path).await;
        assert_refused(&get, (405, 1025), &[]);
        assert_eq!(get.header("allow"), "PUT");
    }
    let other = guest.api.call("PUT", "/v1/services/contact/gc", None).await;
    assert_refused(&other, (404, 1014), &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_is_stopped_collects_nothing() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;
    let switch = async |running: bool| {
        let answer = api.post("/dev/core", &json!({"running": running})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    switch(false).await;

    for subject in ["message", "media"] {
        let second = collect(&api, subject).await.whole();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(second, @r#"
            {
              "body": {
                "errors": [
                  {
                    "code": 1014,
                    "details": "the collector cannot be started: the core is stopped",
                    "title": "Internal error"
                  }
                ],
                "meta": {
                  "api_status": "stable",
                  "version": "v2.53.1"
                }
              },
              "status": 500
            }
            "#);
        }
    }

    switch(true).await;
    assert_eq!(collect(&api, "message").await.status, 200);
    told(&sink, "message", 1).await;
}

/// Makes everything in the store of a program that does not run a month older; how many messages there are.
fn grow_old(folder: &Path) -> i64 {
    let store = rusqlite::Connection::open(folder.join("landline.db")).unwrap();
    store
        .execute(
            "UPDATE message SET created_ms = created_ms - ?1, changed_ms = changed_ms - ?1",
            [MONTH_MS],
        )
        .unwrap();
    let aged = "UPDATE record SET value = CAST(json_set(CAST(value AS TEXT),
            '$.created_ms', CAST(value AS TEXT) ->> '$.created_ms' - ?1,
            '$.used_ms', CAST(value AS TEXT) ->> '$.used_ms' - ?1) AS BLOB)
        WHERE kind = 'media'";
    store.execute(aged, [MONTH_MS]).unwrap();
    store
        .query_row("SELECT count(*) FROM message", (), |row| row.get(0))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_a_month_old_goes_and_what_is_pending_stays() {
    let (network, sink) = (Network::start("eager").await, Sink::start().await);
    let start = || Dev::builder().webhook(&sink).network(&network);
    let mut dev = start().start().await;
    let (api, phones) = (dev.api().await, network.phones());
    api.connected().await;
    let customer = phones.customer().await;
    phones.write(&customer, "How are you?", 1).await;
    let question = sink
        .message("the question", |message| {
            message["text"]["body"] == "How are you?"
        })
        .await;
    let question = question["messages"][0]["id"].as_str().unwrap().to_owned();
    let answer = api.text(&customer, "Well, thank you.").await;
    sink.status(&answer, "delivered").await;
    let unused = api.upload("text/plain", "nobody wants this").await;
    // A webhook that does not take one customer's message, for a month.
    let refused = new_customer();
    phones.add(&refused, "José Ibáñez").await;
    let from = refused.clone();
    sink.answer(move |body| {
        if body["messages"][0]["from"] == from {
            500
        } else {
            200
        }
    });
    phones.write(&refused, "Are you there?", 1).await;
    crate::support::until("the refused message", SOON, || async {
        let came = sink.all();
        came.iter()
            .any(|taken| taken.body["messages"][0]["from"] == refused)
            .then_some(())
    })
    .await;
    let (status, _) = dev.terminate().await;
    assert!(status.success(), "{status}");
    let messages = grow_old(dev.folder.path());
    let dev = start().folder(&dev.folder).start().await;
    let api = dev.api().await;
    api.connected().await;
    let young = api.upload("text/plain", "somebody may want this").await;

    collect(&api, "message").await;
    let end = told(&sink, "message", 1).await;
    assert_eq!(
        end,
        json!({"services": [{"message": {"gc": {"messages_deleted": messages - 1, "status": "complete"}}}]})
    );
    collect(&api, "media").await;
    let end = told(&sink, "media", 1).await;
    assert_eq!(
        end,
        json!({"services": [{"media": {"gc": {"items_deleted": 1, "status": "complete"}}}]})
    );

    let gone = api.get(&format!("/v1/media/{unused}")).await;
    assert_refused(&gone, (404, 1006), &[&unused]);
    assert_eq!(api.get(&format!("/v1/media/{young}")).await.status, 200);
    let read = json!({"status": "read"});
    let unknown = api.put(&format!("/v1/messages/{question}"), &read).await;
    assert_refused(&unknown, (404, 1006), &[&question]);

    // A quote of a collected message has no id, and a late status of one is dropped.
    let inbox = phones.inbox(&customer).await;
    let quoted = inbox.last().unwrap()["id"].as_str().unwrap();
    phones
        .send(
            &customer,
            json!({"type": "text", "text": {"body": "You said so."}, "context": {"id": quoted}}),
        )
        .await;
    let quoting = sink
        .message("the quote", |message| {
            message["text"]["body"] == "You said so."
        })
        .await;
    assert_eq!(quoting["messages"][0]["context"].get("id"), None);
    phones.read(&customer).await;
    let later = api.text(&customer, "Still well.").await;
    sink.status(&later, "delivered").await;
    assert_eq!(sink.statuses(&answer), ["sent", "delivered"]);

    // What the webhook did not take is told, and can be marked as read, whatever its age.
    sink.answer(|_| 200);
    let url = json!({"callback_backoff_delay_ms": 1000});
    assert_eq!(
        api.patch("/v1/settings/application", &url).await.status,
        200
    );
    let told = sink
        .message("the refused message", |message| message["from"] == refused)
        .await;
    let pending = told["messages"][0]["id"].as_str().unwrap();
    let marked = api.put(&format!("/v1/messages/{pending}"), &read).await;
    assert_eq!(marked.status, 200, "{marked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_survives_a_kill() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let api = dev.api().await;
    api.connected().await;

    let answer = collect(&api, "message").await;
    dev.kill().await;

    assert_eq!(answer.status, 200);
    let _dev = Dev::builder()
        .webhook(&sink)
        .folder(&dev.folder)
        .start()
        .await;
    told(&sink, "message", 1).await;
}

/// The reference's sample of a failure, and the same for messages.
#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_breaks_off_is_told_as_failed() {
    let (network, sink) = (Network::start("eager").await, Sink::start().await);
    let start = || Dev::builder().webhook(&sink).network(&network);
    let mut dev = start().start().await;
    let api = dev.api().await;
    api.connected().await;
    let customer = network.phones().customer().await;
    let old = api.text(&customer, "long ago").await;
    sink.status(&old, "delivered").await;
    let (status, _) = dev.terminate().await;
    assert!(status.success(), "{status}");
    grow_old(dev.folder.path());
    let dev = start().folder(&dev.folder).start().await;
    let api = dev.api().await;
    api.connected().await;

    let broken = BrokenStore::new(&dev, "DELETE ON message");
    assert_eq!(collect(&api, "message").await.status, 200);
    let failed = |details: &Value| json!([{"code": 1014, "details": details}]);
    let told_of_messages = told(&sink, "message", 1).await;
    let details = &told_of_messages["services"][0]["message"]["gc"]["errors"][0]["details"];
    assert!(
        details
            .as_str()
            .is_some_and(|text| text.contains("out of order"))
    );
    assert_eq!(
        told_of_messages,
        json!({"services": [{"message": {"gc": {
            "messages_deleted": 0, "status": "failed", "errors": failed(details),
        }}}]})
    );
    drop(broken);

    let folder = dev.folder.path().join("media");
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    assert_eq!(collect(&api, "media").await.status, 200);
    let told_of_media = told(&sink, "media", 1).await;
    let details = &told_of_media["services"][0]["media"]["gc"]["errors"][0]["details"];
    assert!(
        details
            .as_str()
            .is_some_and(|text| text.contains("media folder"))
    );
    assert_eq!(
        told_of_media,
        json!({"services": [{"media": {"gc": {
            "items_deleted": 0, "status": "failed", "errors": failed(details),
        }}}]})
    );
}
