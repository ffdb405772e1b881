//! Certificates: the API's own, and private authorities of the webhook's host.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use rstest::rstest;

use super::{assert_refused, empty_success};
use crate::support::{Answer, Api, Authority, Certificate, Dev, Guest, SOON, Sink, until};

const EXTERNAL: &str = "/v1/certificates/external";
const WEBHOOKS: &str = "/v1/certificates/webhooks/ca";

/// Uploads a text.
async fn upload(api: &Api, path: &str, pem: &str) -> Answer {
    let request = api
        .request("POST", path)
        .header("content-type", "text/plain");
    Api::finish(request.body(pem.to_owned())).await
}

/// The API's TLS address, by a client that trusts this authority alone.
fn trusting(dev: &Dev, api: &Api, ca: &str) -> Api {
    Api::tls(dev.endpoints["api"].as_str().unwrap(), ca).with_token(api.token())
}

fn own_ca(dev: &Dev) -> String {
    std::fs::read_to_string(dev.endpoints["ca_cert"].as_str().unwrap()).unwrap()
}

fn chain(certificate: &Certificate, authority: &Authority) -> String {
    [&*certificate.key, &certificate.pem, &authority.pem].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_ones_own_is_in_use_at_once_and_after_a_restart() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    let authority = Authority::new("Harbour Books CA");
    let ours = own_ca(&dev);
    let ca = api.get("/v1/certificates/external/ca").await;
    assert_eq!(ca.header("content-type"), "text/plain");
    assert_eq!(ca.header("content-length"), ours.len().to_string());
    assert_eq!(ca.bytes, ours);

    let done = upload(&api, EXTERNAL, &chain(&authority.issue(), &authority)).await;

    assert_eq!(done.whole(), empty_success(200));
    let shown = api.get("/v1/certificates/external/ca").await;
    assert_eq!(shown.bytes, authority.pem.replace('\r', ""));
    let trusting_ours = trusting(&dev, &api, &ours);
    assert!(
        trusting_ours
            .try_call("GET", "/v1/health", None)
            .await
            .is_err()
    );
    let health = trusting(&dev, &api, &authority.pem).get("/v1/health").await;
    assert_eq!(health.status, 200);

    dev.kill().await;
    let dev = Dev::builder().folder(&dev.folder).start().await;
    let api = dev.api().await;
    let health = trusting(&dev, &api, &authority.pem).get("/v1/health").await;
    assert_eq!(health.status, 200);

    assert_eq!(api.delete(EXTERNAL).await.whole(), empty_success(200));
    let health = trusting(&dev, &api, &ours).get("/v1/health").await;
    assert_eq!(health.status, 200);
    assert_eq!(api.get("/v1/certificates/external/ca").await.bytes, ours);
}

/// `rest-api.md` section 5: the body is judged, not what it is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_may_come_under_any_content_type() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let authority = Authority::new("Harbour Books CA");

    for (path, pem) in [
        (EXTERNAL, chain(&authority.issue(), &authority)),
        (WEBHOOKS, authority.pem.clone()),
    ] {
        for content_type in [
            None,
            Some("application/x-pem-file"),
            Some("application/octet-stream"),
            Some("application/json"),
            Some("application/x-www-form-urlencoded"),
        ] {
            let mut request = api.request("POST", path).body(pem.clone());
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let answer = Api::finish(request).await;
            assert_eq!(
                answer.whole(),
                empty_success(200),
                "{path} {content_type:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate_is_refused_and_the_old_one_stays() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let (authority, other) = (Authority::new("one"), Authority::new("another"));
    let good = authority.issue();
    upload(&api, EXTERNAL, &chain(&good, &authority)).await;
    let cases = [
        (String::new(), 1008, "a body is required"),
        ("hello".to_owned(), 1009, "must begin with the private key"),
        (
            [&*good.key, &good.pem].concat(),
            1009,
            "at least one intermediate",
        ),
        (chain(&good, &other), 1009, "by the one that signed it"),
        (
            chain(
                &Certificate {
                    pem: good.pem.clone(),
                    key: authority.issue().key,
                },
                &authority,
            ),
            1009,
            "cannot be used together",
        ),
    ];
    for (pem, code, why) in cases {
        let answer = upload(&api, EXTERNAL, &pem).await;

        assert_refused(&answer, (400, code), &[why]);
        assert!(!answer.details().contains("PRIVATE"), "{answer:?}");
    }
    let health = trusting(&dev, &api, &authority.pem).get("/v1/health").await;
    assert_eq!(health.status, 200);
}

/// The issue's own words: a thousand requests in flight, none dropped.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_dropped_while_certificates_change() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    api.connected().await;
    let authority = Authority::new("Harbour Books CA");
    let both = own_ca(&dev) + &authority.pem;
    let caller = trusting(&dev, &api, &both);
    let answered = Arc::new(AtomicUsize::new(0));
    let requests = (0..1000).map(|n| {
        let (caller, answered) = (caller.clone(), Arc::clone(&answered));
        tokio::spawn(async move {
            let message = crate::support::text("12025550143", &format!("no. {n}"));
            let answer = caller
                .try_call("POST", "/v1/messages", Some(&message))
                .await;
            answered.fetch_add(1, Ordering::Relaxed);
            answer
        })
    });
    let requests: Vec<_> = requests.collect();

    let mut changes = 0;
    while answered.load(Ordering::Relaxed) < 1000 {
        let done = upload(&api, EXTERNAL, &chain(&authority.issue(), &authority)).await;
        assert_eq!(done.status, 200, "{done:?}");
        assert_eq!(api.delete(EXTERNAL).await.status, 200);
        changes += 2;
    }

    for answer in join_all(requests).await {
        assert_eq!(answer.unwrap().unwrap().status, 201);
    }
    assert!(changes > 2, "the certificates changed {changes} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_behind_a_private_authority_works_once_that_is_uploaded() {
    let authority = Authority::new("Harbour Books CA");
    let sink = Sink::start_tls(authority.issue().server_config());
    let dev = Dev::builder().webhook(&sink).start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    assert_refused(&api.get(WEBHOOKS).await, (404, 1006), &["no certificate"]);
    phones.write("12025550143", "is my parcel here?", 1).await;
    until("a refusal in the log", SOON, || async {
        dev.log().contains("certificate").then_some(())
    })
    .await;
    assert!(sink.all().is_empty());

    let unrelated = Authority::new("somebody else");
    let bundle = [&*unrelated.pem, &authority.pem].concat();
    assert_eq!(
        upload(&api, WEBHOOKS, &bundle).await.whole(),
        empty_success(200)
    );

    let came = sink.message("the message", |message| {
        message["text"]["body"] == "is my parcel here?"
    });
    came.await;
    let shown = api.get(WEBHOOKS).await;
    assert_eq!(shown.header("content-type"), "text/plain");
    assert_eq!(shown.header("content-length"), bundle.len().to_string());
    assert_eq!(shown.bytes, bundle);

    let bad = upload(&api, WEBHOOKS, &authority.issue().key).await;
    assert_refused(&bad, (400, 1009), &["private key"]);
    assert_eq!(api.get(WEBHOOKS).await.bytes, bundle);

    assert_eq!(api.delete(WEBHOOKS).await.whole(), empty_success(200));
    assert_refused(&api.get(WEBHOOKS).await, (404, 1006), &[]);
    sink.forget();
    phones.write("12025550143", "and now?", 1).await;
    assert_eq!(upload(&api, WEBHOOKS, &authority.pem).await.status, 200);
    sink.message("the later message", |message| {
        message["text"]["body"] == "and now?"
    })
    .await;
}

#[rstest]
#[case("POST", EXTERNAL)]
#[case("DELETE", EXTERNAL)]
#[case("GET", "/v1/certificates/external/ca")]
#[case("GET", WEBHOOKS)]
#[case("POST", WEBHOOKS)]
#[case("DELETE", WEBHOOKS)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_administrator_handles_certificates(#[case] method: &str, #[case] path: &str) {
    let guest = Guest::arrive().await;

    let user = guest.ordinary_user().await.call(method, path, None).await;
    let nobody = guest.dev().anonymous().call(method, path, None).await;

    assert_refused(&user, (403, 1005), &[]);
    assert_refused(&nobody, (401, 1005), &[]);
}
