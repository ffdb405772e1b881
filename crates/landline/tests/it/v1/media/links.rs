//! Media by link: what comes from servers, with and without credentials.

use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Api, Files, Guest, base64, new_customer, picture, sample, sha256};

const MB: usize = 1024 * 1024;

impl Guest {
    /// A media provider of this test's own; its name.
    async fn provider(&self, config: &Value) -> String {
        let name = format!("provider-{}", new_customer());
        let body = json!([{"name": name, "type": "www", "config": config}]);
        let answer = self.api.post(PROVIDERS, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        name
    }

    /// Sends a message that must fail; code and details of the notification.
    async fn failed(&self, kind: &str, media: &Value) -> (u64, String) {
        let customer = self.customer().await;
        let id = send(&self.api, &customer, kind, media).await;
        let failed = self.sink.status(&id, "failed").await;
        assert!(self.phones.inbox(&customer).await.is_empty());
        let error = &failed["statuses"][0]["errors"][0];
        (
            error["code"].as_u64().unwrap(),
            error["details"].as_str().unwrap().to_owned(),
        )
    }
}

const PROVIDERS: &str = "/v1/settings/application/media/providers";

async fn send(api: &Api, to: &str, kind: &str, media: &Value) -> String {
    let message = json!({"to": to, "type": kind, kind: media});
    api.post("/v1/messages", &message).await.message_id()
}

#[rstest]
#[case::basic(
    json!({"basic": {"username": "reader", "password": "Wren: and Sparrow"}}),
    &[("authorization", "Basic cmVhZGVyOldyZW46IGFuZCBTcGFycm93")]
)]
#[case::bearer(json!({"bearer": "t0ken-1"}), &[("authorization", "Bearer t0ken-1")])]
#[case::headers(
    json!({"headers": {"X-Access-Key": "k3y", "X-Shop": "hummingbird"}}),
    &[("x-access-key", "k3y"), ("x-shop", "hummingbird")]
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_fetched_with_the_credentials_of_its_provider(
    #[case] config: Value,
    #[case] expected: &[(&str, &str)],
) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let (files, other) = (Files::start().await, Files::start().await);
    let file = picture("with a provider");
    // Once around on its own server, then to another one.
    let end = other.put("/van.png", "image/png", file.clone());
    files.redirect("/here", &end);
    let link = files.redirect("/start", "/here");
    let name = guest.provider(&config).await;

    let media = json!({"link": link, "provider": {"name": name}});
    send(&guest.api, &customer, "image", &media).await;

    let inbox = guest.phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["image"]["sha256"], base64(&sha256(&file)));
    for path in ["/start", "/here"] {
        let [headers] = files.asked(path).try_into().unwrap();
        for (header, value) in expected {
            assert_eq!(headers[*header], *value, "{path}");
        }
    }
    let [headers] = other.asked("/van.png").try_into().unwrap();
    for (header, _) in expected {
        assert_eq!(headers.get(*header), None, "told to another server");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_provider_nothing_is_told() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let files = Files::start().await;
    guest.provider(&json!({"bearer": "t0ken-2"})).await;
    let link = files.put("/van.png", "image/png", picture("without"));

    send(&guest.api, &customer, "image", &json!({"link": link})).await;

    guest.phones.received(&customer, 1).await;
    let [headers] = files.asked("/van.png").try_into().unwrap();
    assert_eq!(headers.get("authorization"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_provider_is_refused_at_once() {
    let guest = Guest::arrive().await;

    for provider in [json!({"name": "nobody"}), json!("nobody")] {
        let media = json!({"link": "https://shop.example/van.png", "provider": provider});
        let message = json!({"to": "12025550143", "type": "image", "image": media});
        let refused = guest.api.post("/v1/messages", &message).await;

        insta::allow_duplicates! {
            insta::assert_json_snapshot!(refused.whole(), @r#"
            {
              "body": {
                "errors": [
                  {
                    "code": 1009,
                    "details": "image.provider: there is no media provider named \"nobody\"",
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
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_header_may_name_a_provider_too() {
    let guest = Guest::arrive().await;
    let header = json!({"type": "image", "image": {"link": "https://shop.example/van.png", "provider": {"name": "nobody"}}});
    let template = json!({
        "name": "delivery_slot",
        "language": {"code": "en_US", "policy": "deterministic"},
        "components": [
            {"type": "header", "parameters": [header]},
            {"type": "body", "parameters": [
                {"type": "text", "text": "Ada"},
                {"type": "currency", "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": 10000}},
                {"type": "date_time", "date_time": {"fallback_value": "Monday"}},
            ]},
        ],
    });

    let message = json!({"to": "12025550143", "type": "template", "template": template});
    let refused = guest.api.post("/v1/messages", &message).await;

    assert_eq!(refused.refusal(), (400, 1009), "{refused:?}");
    assert_eq!(
        refused.details(),
        "template.components[0].parameters[0].image.provider: there is no media provider named \"nobody\""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_fails_tells_why() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let link = |path: &str| json!({"link": files.url(path)});
    files.fail("/closed", 401);
    files.fail("/broken", 503);
    files.put("/empty", "image/png", "");
    let half = picture("half").slice(..40);
    files.put("/half.png", "image/png", half);
    files.redirect("/round", "/round");
    files.redirect("/inward", "http://10.0.0.1/van.png");

    for (path, why) in [
        ("/nothing", "the server answered with status 404"),
        ("/closed", "the server answered with status 401"),
        ("/broken", "the server answered with status 503"),
        ("/empty", "the server sent nothing"),
        ("/half.png", "the picture cannot be read: it ends too early"),
        ("/round", "more than 3 redirects"),
        ("/inward", "the host's address is not public"),
    ] {
        let failed = guest.failed("image", &link(path)).await;

        assert_eq!(failed, (1014, format!("image.link: {why}")), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_brings_the_wrong_thing_tells_what() {
    let guest = Guest::arrive().await;
    let files = Files::start().await;
    let deep = sample::png(png::ColorType::Rgb, png::BitDepth::Sixteen, 4, 3);
    files.put("/page", "text/html", "<html>no picture</html>");
    files.put("/deep.png", "image/png", deep);
    files.put("/moving.webp", "image/webp", sample::moving_webp(512, 512));
    files.put("/large.png", "image/png", vec![0; 5 * MB + 1]);
    let pieces = vec![Bytes::from(vec![0; MB]); 6];
    files.put_in_pieces("/endless.png", "image/png", pieces);
    files.put("/video.mov", "video/mp4", "\0\0\0\u{14}ftypqt  \0\0\0\0");

    for (kind, path, why) in [
        (
            "image",
            "/page",
            "is \"text/html\", must be image/jpeg or image/png",
        ),
        (
            "image",
            "/deep.png",
            "has 16 bits for each sample, must have 8",
        ),
        ("sticker", "/moving.webp", "is animated, must be static"),
        (
            "image",
            "/large.png",
            "has more than 5242880 bytes, must have at most 5242880",
        ),
        (
            "image",
            "/endless.png",
            "has more than 5242880 bytes, must have at most 5242880",
        ),
        (
            "video",
            "/video.mov",
            "is called \"video/mp4\", its bytes are \"video/quicktime\": they must be the same",
        ),
    ] {
        let failed = guest.failed(kind, &json!({"link": files.url(path)})).await;

        assert_eq!(failed, (1009, format!("{kind}.link: {why}")), "{path}");
    }
}

#[rstest]
#[case::not_known("application/octet-stream", "image/png")]
#[case::wrong("image/jpeg", "image/png")]
#[case::with_parameters("image/png; charset=binary", "image/png")]
#[case::nonsense("nonsense", "image/png")]
#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_know_better_than_the_server(#[case] said: &str, #[case] arrived: &str) {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let (files, file) = (Files::start().await, picture(said));
    let link = files.put("/van", said, file.clone());

    send(&guest.api, &customer, "image", &json!({"link": link})).await;

    let inbox = guest.phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["image"]["mime_type"], arrived);
    assert_eq!(inbox[0]["image"]["sha256"], base64(&sha256(&file)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_passes_through_and_leaves_nothing() {
    let guest = Guest::arrive().await;
    let customer = guest.customer().await;
    let files = Files::start().await;
    let pieces: Vec<Bytes> = (0..40).map(|n| Bytes::from(vec![n; MB])).collect();
    let whole = pieces.concat();
    let link = files.put_in_pieces("/report", "application/pdf", pieces);

    let media = json!({"link": link, "filename": "report.pdf"});
    send(&guest.api, &customer, "document", &media).await;

    let inbox = guest.phones.received(&customer, 1).await;
    assert_eq!(inbox[0]["document"]["sha256"], base64(&sha256(&whole)));
    let folder = guest.dev().folder.path().join("media");
    let left = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            entry
                .metadata()
                .is_ok_and(|file| file.len() == 40 * 1024 * 1024)
        })
        .count();
    assert_eq!(left, 0);
}
