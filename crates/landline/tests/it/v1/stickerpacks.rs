//! `/v1/stickerpacks`: the samples of the reference's section 15, and what is wrong.

use rstest::rstest;
use serde_json::{Value, json};

use super::{assert_refused, plain};
use crate::support::{Api, Dev, Guest, Sink, sample};

const PACKS: &str = "/v1/stickerpacks";

fn cups() -> Value {
    json!({
        "publisher": "Hummingbird Coffee",
        "name": "Cups",
        "ios_app_store_link": "https://itunes.apple.com/app/id123456789",
        "android_app_store_link": "https://play.google.com/store/apps/details?id=com.example.cups",
    })
}

async fn new_pack(api: &Api) -> String {
    let answer = api.post(PACKS, &cups()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["stickerpacks"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A media id of a sticker.
async fn image(api: &Api) -> String {
    api.upload("image/webp", sample::webp(512, 512)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_are_made_listed_changed_and_deleted() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let api = dev.api().await;

    let none = api.get(PACKS).await;
    insta::assert_json_snapshot!(none.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": []
      },
      "status": 200
    }
    "#);

    let created = api.post(PACKS, &cups()).await;
    let first = created.body["stickerpacks"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    insta::assert_json_snapshot!(plain(&created.whole(), &[(&first, "p1")]), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": [
          {
            "id": "p1"
          }
        ]
      },
      "status": 201
    }
    "#);
    let spoons = json!({"publisher": "Hummingbird Coffee", "name": "Spoons"});
    let created = api.post(PACKS, &spoons).await;
    let second = created.body["stickerpacks"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let names = [(first.as_str(), "p1"), (second.as_str(), "p2")];

    let listed = api.get(PACKS).await;
    insta::assert_json_snapshot!(plain(&listed.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": [
          {
            "id": "p1"
          },
          {
            "id": "p2"
          }
        ]
      },
      "status": 200
    }
    "#);
    let shown = api.get(&format!("{PACKS}/{first}")).await;
    insta::assert_json_snapshot!(shown.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": [
          {
            "android_app_store_link": "https://play.google.com/store/apps/details?id=com.example.cups",
            "ios_app_store_link": "https://itunes.apple.com/app/id123456789",
            "name": "Cups",
            "publisher": "Hummingbird Coffee"
          }
        ]
      },
      "status": 200
    }
    "#);

    let path = format!("{PACKS}/{second}");
    let changed = api.patch(&path, &json!({"name": "Large spoons"})).await;
    insta::assert_json_snapshot!(changed.whole(), @r#"
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
    let shown = api.get(&path).await;
    insta::assert_json_snapshot!(shown.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": [
          {
            "name": "Large spoons",
            "publisher": "Hummingbird Coffee"
          }
        ]
      },
      "status": 200
    }
    "#);

    assert_eq!(api.delete(&path).await.body["meta"]["api_status"], "stable");
    let gone = api.get(&path).await;
    insta::assert_json_snapshot!(plain(&gone.whole(), &names), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "there is no sticker pack with the id \"p2\"",
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
    assert_refused(&api.delete(&path).await, (404, 1006), &[&second]);
    assert_refused(&api.patch(&path, &spoons).await, (404, 1006), &[&second]);
    let listed = api.get(PACKS).await;
    assert_eq!(listed.body["stickerpacks"], json!([{"id": first}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn stickers_are_made_listed_changed_and_deleted() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;
    let path = format!("{PACKS}/{}/stickers", new_pack(&user).await);
    let (cup, pot) = (image(&user).await, image(&user).await);
    let names = [(cup.as_str(), "[cup]"), (pot.as_str(), "[pot]")];

    let empty = user.get(&path).await;
    insta::assert_json_snapshot!(empty.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickers": []
      },
      "status": 200
    }
    "#);
    let body = json!({"image_data_id": cup, "emojis": ["☕", "👩🏽‍🤝‍👨🏿"]});
    let added = user.post(&path, &body).await;
    insta::assert_json_snapshot!(added.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickers": [
          {
            "index": "0"
          }
        ]
      },
      "status": 201
    }
    "#);
    for index in ["1", "2"] {
        let added = user.post(&path, &json!({"image_data_id": pot})).await;
        assert_eq!(added.body["stickers"], json!([{"index": index}]));
    }

    let shown = user.get(&format!("{path}/0")).await;
    insta::assert_json_snapshot!(plain(&shown.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickers": [
          {
            "emojis": [
              "☕",
              "👩🏽‍🤝‍👨🏿"
            ],
            "id": "[cup]",
            "image_data_id": "[cup]"
          }
        ]
      },
      "status": 200
    }
    "#);
    let changed = user
        .patch(&format!("{path}/0"), &json!({"image_data_id": pot}))
        .await;
    insta::assert_json_snapshot!(changed.whole(), @r#"
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
    let shown = user.get(&format!("{path}/0")).await;
    let expected = json!([{"id": pot, "emojis": ["☕", "👩🏽‍🤝‍👨🏿"], "image_data_id": pot}]);
    assert_eq!(shown.body["stickers"], expected);

    // The others keep their indices, and none is given again.
    assert_eq!(user.delete(&format!("{path}/2")).await.status, 200);
    assert_eq!(user.delete(&format!("{path}/0")).await.status, 200);
    let added = user.post(&path, &json!({"image_data_id": cup})).await;
    assert_eq!(added.body["stickers"], json!([{"index": "3"}]));
    let listed = user.get(&path).await;
    insta::assert_json_snapshot!(listed.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickers": [
          {
            "index": "1"
          },
          {
            "index": "3"
          }
        ]
      },
      "status": 200
    }
    "#);
    let gone = user.get(&format!("{path}/0")).await;
    insta::assert_json_snapshot!(gone.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "the pack has no sticker \"0\"",
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
    for index in ["2", "01", "-1", "x", "4294967296", "%ff"] {
        let path = format!("{path}/{index}");
        assert_refused(&user.get(&path).await, (404, 1006), &[]);
        assert_refused(&user.delete(&path).await, (404, 1006), &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_of_a_pack_can_be_sent() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let path = format!("{PACKS}/{}/stickers", new_pack(&guest.api).await);
    let body = json!({"image_data_id": image(&guest.api).await});
    guest.api.post(&path, &body).await;

    let shown = guest.api.get(&format!("{path}/0")).await;
    let sticker = json!({"id": shown.body["stickers"][0]["id"]});
    let message = json!({"to": customer, "type": "sticker", "sticker": sticker});
    guest.api.post("/v1/messages", &message).await.message_id();

    let inbox = guest.phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["sticker"]["mime_type"], "image/webp");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_partys_packs_are_none() {
    let guest = Guest::arrive().await;
    let pack = new_pack(&guest.api).await;

    let listed = guest.api.get(&format!("{PACKS}?namespace=whatsapp")).await;
    insta::assert_json_snapshot!(listed.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "stickerpacks": []
      },
      "status": 200
    }
    "#);
    let created = guest
        .api
        .post(&format!("{PACKS}?namespace=whatsapp"), &cups())
        .await;
    insta::assert_json_snapshot!(created.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1010,
            "details": "namespace: packs of whatsapp can only be read, leave it out",
            "title": "Parameter is not required"
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
    for (method, path) in [
        ("GET", format!("{PACKS}/{pack}")),
        ("PATCH", format!("{PACKS}/{pack}")),
        ("DELETE", format!("{PACKS}/{pack}")),
        ("GET", format!("{PACKS}/{pack}/stickers")),
    ] {
        let path = format!("{path}?namespace=whatsapp");
        let answer = guest.api.call(method, &path, Some(&cups())).await;
        assert_refused(&answer, (404, 1006), &[&pack]);
    }
    let other = guest.api.get(&format!("{PACKS}?namespace=other")).await;
    assert_refused(&other, (400, 1009), &["namespace", "whatsapp"]);
    // None is the business's own.
    let own = guest.api.get(&format!("{PACKS}/{pack}?namespace=")).await;
    assert_eq!(own.status, 200);
}

#[rstest]
#[case(json!({"name": "Cups"}), (400, 1008), &["publisher"])]
#[case(json!({"publisher": "Hummingbird Coffee", "name": 7}), (400, 1009), &["name", "a number"])]
#[case(json!({"publisher": "x".repeat(129), "name": "Cups"}), (400, 1009), &["publisher", "129", "128"])]
#[case(
    json!({"publisher": "x", "name": "y", "android_app_store_link": "http://play.google.com/store/apps/details?id=a"}),
    (400, 1009),
    &["android_app_store_link", "https://play.google.com/store/apps/details?id="]
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_pack_is_refused(
    #[case] body: Value,
    #[case] refusal: (u16, u64),
    #[case] words: &[&str],
) {
    let guest = Guest::arrive().await;

    assert_refused(&guest.api.post(PACKS, &body).await, refusal, words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_needs_a_stickers_picture() {
    let guest = Guest::arrive().await;
    let api = &guest.api;
    let path = format!("{PACKS}/{}/stickers", new_pack(api).await);
    let text = api.upload("text/plain", "no picture").await;
    let small = api.upload("image/webp", sample::webp(96, 96)).await;
    let moving = api
        .upload("image/webp", sample::moving_webp(512, 512))
        .await;

    for (id, words) in [
        (
            "00000000-0000-4000-8000-000000000000",
            ["image_data_id", "no media"],
        ),
        ("nonsense", ["image_data_id", "no media"]),
        (&text, ["image_data_id", "image/webp"]),
        (&small, ["image_data_id", "512 × 512"]),
        (&moving, ["image_data_id", "static"]),
    ] {
        let refused = api.post(&path, &json!({"image_data_id": id})).await;
        assert_refused(&refused, (400, 1009), &words);
    }
    assert_refused(
        &api.post(&path, &json!({})).await,
        (400, 1008),
        &["image_data_id"],
    );
    assert_eq!(api.get(&path).await.body["stickers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_stickers_are_the_limit() {
    let guest = Guest::arrive().await;
    let path = format!("{PACKS}/{}/stickers", new_pack(&guest.api).await);
    let body = json!({"image_data_id": image(&guest.api).await});
    for _ in 0..30 {
        assert_eq!(guest.api.post(&path, &body).await.status, 201);
    }

    let refused = guest.api.post(&path, &body).await;

    assert_refused(&refused, (400, 1009), &["30"]);
}
