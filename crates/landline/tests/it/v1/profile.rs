//! `/v1/settings/profile/…`: about and photo.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::account::fresh;
use super::assert_refused;
use crate::support::{Answer, Api, Dev, hex, sha256};

const ABOUT: &str = "/v1/settings/profile/about";
const PHOTO: &str = "/v1/settings/profile/photo";
const LINK: &str = "/v1/settings/profile/photo?format=link";

/// What customers see of this `dev`'s number.
async fn seen(dev: &Dev) -> Value {
    let number = dev.endpoints["number"]["wa_id"].as_str().unwrap();
    let path = format!("/sim/numbers/{number}");
    dev.phones().call("GET", &path, None).await.1
}

/// A picture of one colour.
fn picture(width: u32, height: u32, colour: [u8; 3], format: ImageFormat) -> Bytes {
    let picture = RgbImage::from_pixel(width, height, Rgb(colour));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner().into()
}

/// Its size and the colour of its middle.
fn looks(jpeg: &[u8]) -> ((u32, u32), [u8; 3]) {
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
    let (width, height) = picture.dimensions();
    let [red, green, blue, _] = picture.get_pixel(width / 2, height / 2).0;
    ((width, height), [red, green, blue])
}

fn is_like(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found
        .iter()
        .zip(wanted)
        .all(|(found, wanted)| found.abs_diff(wanted) < 24)
}

async fn set(api: &Api, content_type: &str, bytes: impl Into<reqwest::Body>) -> Answer {
    let request = api
        .request("POST", PHOTO)
        .header("content-type", content_type)
        .body(bytes);
    Api::finish(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_about_is_what_customers_see() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    let none = api.get(ABOUT).await;
    assert_eq!(none.body["settings"]["profile"]["about"]["text"], "");

    let changed = api.patch(ABOUT, &json!({"text": "Open 9 to 5"})).await;
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
    insta::assert_json_snapshot!(api.get(ABOUT).await.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "profile": {
            "about": {
              "text": "Open 9 to 5"
            }
          }
        }
      },
      "status": 200
    }
    "#);
    assert_eq!(seen(&dev).await["profile"], json!({"about": "Open 9 to 5"}));

    for text in ["鱼".repeat(139), "\u{202e}abc\u{0} \"<b>\" 👩🏽‍🚀\n".to_owned()] {
        assert_eq!(api.patch(ABOUT, &json!({"text": text})).await.status, 200);
        let shown = api.get(ABOUT).await;
        assert_eq!(shown.body["settings"]["profile"]["about"]["text"], text);
        assert_eq!(seen(&dev).await["profile"]["about"], text);
    }
    let shown = api.get(ABOUT).await;
    dev.terminate().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    assert_eq!(dev.api().await.get(ABOUT).await.whole(), shown.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_about_has_1_to_139_characters() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;

    let long = api.patch(ABOUT, &json!({"text": "x".repeat(140)})).await;

    insta::assert_json_snapshot!(long.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "text: has 140 characters, must have at most 139",
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
    for (body, code) in [
        (json!({}), 1008),
        (json!({"text": null}), 1008),
        (json!({"text": ""}), 1009),
        (json!({"text": 5}), 1009),
    ] {
        assert_refused(&api.patch(ABOUT, &body).await, (400, code), &["text"]);
    }
    assert_eq!(seen(&dev).await["profile"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_becomes_a_square_that_customers_see() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    let none = api.get(PHOTO).await;
    insta::assert_json_snapshot!(none.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1006,
            "details": "no photo is set",
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
    assert_refused(&api.get(LINK).await, (404, 1006), &["photo"]);
    assert_refused(&api.delete(PHOTO).await, (404, 1006), &["photo"]);

    let orange = [230, 120, 30];
    let sent = picture(1200, 900, orange, ImageFormat::Jpeg);
    let done = set(&api, "image/jpeg", sent).await;
    insta::assert_json_snapshot!(done.whole(), @r#"
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

    let photo = api.get(PHOTO).await;
    assert_eq!(
        (photo.status, photo.header("content-type")),
        (200, "image/jpeg")
    );
    assert_eq!(
        photo.header("content-length"),
        photo.bytes.len().to_string()
    );
    let (size, colour) = looks(&photo.bytes);
    assert_eq!(size, (640, 640));
    assert!(is_like(colour, orange), "{colour:?}");
    let public = seen(&dev).await["photo"].clone();
    assert_eq!(public["sha256"], hex(&sha256(&photo.bytes)));
    let link = api.get(LINK).await;
    insta::assert_json_snapshot!(link.whole(), {".body.settings.profile.photo.link" => "[url]"}, @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "settings": {
          "profile": {
            "photo": {
              "link": "[url]"
            }
          }
        }
      },
      "status": 200
    }
    "#);
    let url = link.body["settings"]["profile"]["photo"]["link"]
        .as_str()
        .unwrap();
    assert_eq!(public["url"], url);
    let fetched = reqwest::get(url).await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap(), photo.bytes);

    dev.terminate().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    let again = dev.api().await.get(PHOTO).await;
    assert_eq!((again.status, &again.bytes), (200, &photo.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_changed_and_removed() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let (red, blue) = ([200, 20, 20], [20, 20, 200]);
    let first = picture(300, 500, red, ImageFormat::Png);
    assert_eq!(set(&api, "image/png", first).await.status, 200);
    let second = picture(800, 800, blue, ImageFormat::Png);
    assert_eq!(
        set(&api, "application/octet-stream", second).await.status,
        200
    );
    let (size, colour) = looks(&api.get(PHOTO).await.bytes);
    assert_eq!(size, (640, 640));
    assert!(is_like(colour, blue), "{colour:?}");

    let removed = api.delete(PHOTO).await;

    insta::assert_json_snapshot!(removed.whole(), @r#"
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
    assert_refused(&api.get(PHOTO).await, (404, 1006), &["photo"]);
    assert_refused(&api.get(LINK).await, (404, 1006), &["photo"]);
    assert_refused(&api.delete(PHOTO).await, (404, 1006), &["photo"]);
    // Nobody sees the old one any more.
    let url = seen(&dev).await["photo"]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let blank = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let (_, colour) = looks(&blank);
    assert!(is_like(colour, [221, 225, 228]), "{colour:?}");
    let third = picture(200, 200, red, ImageFormat::Jpeg);
    assert_eq!(set(&api, "image/jpeg", third).await.status, 200);
    assert_eq!(looks(&api.get(PHOTO).await.bytes).0, (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_somebody_else_set_is_shown_too() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let graph = dev.graph();
    let ours = picture(700, 700, [200, 20, 20], ImageFormat::Jpeg);
    let theirs = picture(64, 64, [20, 20, 200], ImageFormat::Png);
    let handle = {
        let endpoint = &dev.endpoints["graph"];
        let world = dev.phones().call("GET", "/sim/world", None).await.1;
        let base = endpoint["base_url"].as_str().unwrap();
        let app = world["graph"]["app_id"].as_str().unwrap();
        let length = theirs.len();
        let http = reqwest::Client::new();
        let post = async |path: &str, body: Bytes| -> Value {
            let request = http
                .post(format!("{base}/{path}"))
                .bearer_auth(endpoint["access_token"].as_str().unwrap())
                .header("file_offset", 0)
                .body(body);
            request.send().await.unwrap().json().await.unwrap()
        };
        let path = format!("{app}/uploads?file_length={length}&file_type=image/png");
        let session = post(&path, Bytes::new()).await;
        post(session["id"].as_str().unwrap(), theirs.clone()).await["h"].clone()
    };
    assert_eq!(set(&api, "image/jpeg", ours).await.status, 200);

    let path = format!("{}/whatsapp_business_profile", graph.phone_number_id);
    let change = json!({"messaging_product": "whatsapp", "profile_picture_handle": handle});
    graph.post(&path, &change).await;
    // Any change of ours makes that the network is asked again.
    assert_eq!(api.patch(ABOUT, &json!({"text": "Open"})).await.status, 200);

    for _ in 0..2 {
        let photo = api.get(PHOTO).await;
        assert_eq!(
            (photo.status, photo.header("content-type")),
            (200, "image/png")
        );
        assert_eq!(photo.bytes, theirs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photo_is_refused() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let gif = Bytes::from_static(b"GIF89a\x01\0\x01\0\0\0\0;");
    let whole = picture(300, 300, [9, 9, 9], ImageFormat::Png);
    let half = whole.slice(..60);

    let no_picture = set(&api, "image/gif", gif).await;
    insta::assert_json_snapshot!(no_picture.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "the body: is neither a JPEG nor a PNG picture",
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
    let large = set(&api, "image/jpeg", vec![0; 5 * 1024 * 1024 + 1]).await;
    insta::assert_json_snapshot!(large.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "the body: is over 5242880 bytes, the greatest photo",
            "title": "Parameter value is not valid"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 413
    }
    "#);
    assert_refused(
        &set(&api, "image/png", half).await,
        (400, 1009),
        &["cannot be read"],
    );
    assert_refused(&set(&api, "image/png", "").await, (400, 1008), &["empty"]);
    for content_type in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
    ] {
        let answer = set(&api, content_type, whole.clone()).await;
        assert_refused(&answer, (415, 1025), &["Content-Type", "image/jpeg"]);
    }
    let unknown = api.get("/v1/settings/profile/photo?format=base64").await;
    assert_refused(&unknown, (400, 1009), &["format", "link"]);
    assert_eq!(seen(&dev).await["photo"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_registration_there_is_no_profile() {
    let (_dev, api) = fresh().await;

    let early = api.get(ABOUT).await;

    insta::assert_json_snapshot!(early.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1011,
            "details": "no number is registered: register it first with POST /v1/account",
            "title": "Service not ready"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 503
    }
    "#);
    let photo = picture(200, 200, [9, 9, 9], ImageFormat::Jpeg);
    for answer in [
        api.patch(ABOUT, &json!({"text": "Open"})).await,
        api.get(PHOTO).await,
        api.get(LINK).await,
        set(&api, "image/jpeg", photo).await,
        api.delete(PHOTO).await,
    ] {
        assert_refused(&answer, (503, 1011), &["registered"]);
    }
    let user = json!({"username": "ops.reader", "password": Dev::PASSWORD});
    assert_eq!(api.post("/v1/users", &user).await.status, 201);
    let user = api.login("ops.reader", Dev::PASSWORD).await;
    for path in [ABOUT, PHOTO] {
        assert_refused(&user.get(path).await, (403, 1005), &["administrator"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_out_of_reach_changes_nothing() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let first = picture(200, 200, [200, 20, 20], ImageFormat::Jpeg);
    let second = picture(300, 300, [20, 20, 200], ImageFormat::Jpeg);
    assert_eq!(set(&api, "image/jpeg", first).await.status, 200);
    assert_eq!(api.patch(ABOUT, &json!({"text": "Open"})).await.status, 200);
    let before = seen(&dev).await;
    dev.phones().link(false).await;

    for answer in [
        api.get(ABOUT).await,
        api.get(PHOTO).await,
        api.patch(ABOUT, &json!({"text": "Closed"})).await,
        set(&api, "image/jpeg", second).await,
        api.delete(PHOTO).await,
    ] {
        assert_refused(&answer, (503, 1011), &["network"]);
    }
    dev.phones().link(true).await;

    assert_eq!(seen(&dev).await, before);
    let photo = api.get(PHOTO).await;
    assert_eq!(looks(&photo.bytes).0, (200, 200));
    let about = api.get(ABOUT).await;
    assert_eq!(about.body["settings"]["profile"]["about"]["text"], "Open");
}
