//! `/v1/settings/application/media/providers`: the samples of the reference's section 7, and what is wrong.

use serde_json::json;

use super::assert_refused;
use crate::support::{Dev, Guest, Sink};

const PROVIDERS: &str = "/v1/settings/application/media/providers";

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_stored_listed_and_deleted() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;

    let none = api.get(PROVIDERS).await;
    insta::assert_json_snapshot!(none.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "application": {
            "media": {
              "providers": []
            }
          }
        }
      },
      "status": 200
    }
    "#);

    let first = json!([{"name": "shop-1", "type": "www", "config": {"basic": {"username": "reader", "password": "Wren-and-Sparrow"}}}]);
    let stored = api.post(PROVIDERS, &first).await;
    insta::assert_json_snapshot!(stored.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let more = json!([
        {"name": "archive", "type": "www", "config": {"bearer": "t0ken-of-the-archive"}},
        {"name": "bucket_7", "type": "www", "config": {"headers": {"X-Access-Key": "k3y-of-the-bucket"}}},
    ]);
    assert_eq!(api.post(PROVIDERS, &more).await.status, 200);
    // In the shape of the reference's sample; what is secret is not shown.
    let basic = json!({"username": "reader", "password": "********"});
    assert_eq!(
        api.get(PROVIDERS).await.body["settings"]["application"]["media"]["providers"][2],
        json!({"name": "shop-1", "type": "www", "config": {"basic": basic}})
    );
    // The same name again, with another form.
    let again = json!([{"name": "shop-1", "type": "www", "config": {"bearer": "another"}}]);
    assert_eq!(api.post(PROVIDERS, &again).await.status, 200);
    assert_eq!(api.delete("/v1/settings/application").await.status, 200);

    let listed = api.get(&format!("{PROVIDERS}/")).await;
    insta::assert_json_snapshot!(listed.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "application": {
            "media": {
              "providers": [
                {
                  "config": {
                    "bearer": "********"
                  },
                  "name": "archive",
                  "type": "www"
                },
                {
                  "config": {
                    "headers": {
                      "x-access-key": "********"
                    }
                  },
                  "name": "bucket_7",
                  "type": "www"
                },
                {
                  "config": {
                    "bearer": "********"
                  },
                  "name": "shop-1",
                  "type": "www"
                }
              ]
            }
          }
        }
      },
      "status": 200
    }
    "#);

    let deleted = api.delete(&format!("{PROVIDERS}/shop-1")).await;
    insta::assert_json_snapshot!(deleted.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    let gone = api.delete(&format!("{PROVIDERS}/shop-1")).await;
    insta::assert_json_snapshot!(gone.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "there is no media provider named \"shop-1\"",
            "title": "Resource not found"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 404
    }
    "#);

    let log = dev.log();
    let database = std::fs::read(dev.folder.path().join("landline.db")).unwrap();
    let wal = std::fs::read(dev.folder.path().join("landline.db-wal")).unwrap_or_default();
    let stored = String::from_utf8_lossy(&[database, wal].concat()).into_owned();
    for secret in [
        "Wren-and-Sparrow",
        "t0ken-of-the-archive",
        "k3y-of-the-bucket",
    ] {
        assert!(
            !log.contains(secret) && !stored.contains(secret),
            "{secret}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let guest = Guest::arrive().await;
    let bad = json!([{"name": "a b", "type": "www", "config": {"bearer": "s3cret-7"}}]);

    let refused = guest.api.post(PROVIDERS, &bad).await;
    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "providers[0].name: is \"a b\", must be of letters, digits, - and _ only",
            "title": "Parameter value is not valid"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    for (body, refusal, words) in [
        (json!([]), (400, 1009), ["providers", "at least one"]),
        (json!({}), (400, 1025), ["an object", "array"]),
        (
            json!([{"name": "a", "type": "ftp", "config": {"bearer": "t"}}]),
            (400, 1009),
            ["providers[0].type", "www"],
        ),
        (
            json!([{"name": "a", "type": "www", "config": {}}]),
            (400, 1008),
            ["providers[0].config.basic", "required"],
        ),
        (
            json!([{"name": "a", "type": "www", "config": {"bearer": "********"}}]),
            (400, 1009),
            ["providers[0].config.bearer", "the secret itself"],
        ),
    ] {
        assert_refused(&guest.api.post(PROVIDERS, &body).await, refusal, &words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_for_administrators() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;

    assert_refused(&user.get(PROVIDERS).await, (403, 1005), &[]);
    assert_refused(&user.post(PROVIDERS, &json!([])).await, (403, 1005), &[]);
    let path = format!("{PROVIDERS}/any");
    assert_refused(&user.delete(&path).await, (403, 1005), &[]);
    let anonymous = guest.dev().anonymous();
    assert_refused(&anonymous.get(PROVIDERS).await, (401, 1005), &[]);
    let put = guest.api.put(PROVIDERS, &json!([])).await;
    assert_refused(&put, (405, 1025), &[]);
    assert_eq!(put.header("allow"), "GET,HEAD,POST");
}
