//! Delivery to the webhook: order, backoff, the gate, what is set aside.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Dev, SOON, Sink, until};

fn body_of(notification: &Value) -> String {
    notification["messages"][0]["text"]["body"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_ever_delays_only_its_customer_and_that_only_for_a_while() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let settings = json!({"callback_backoff_delay_ms": 20, "max_callback_backoff_delay_ms": 200});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    sink.answer(|body| if body_of(body) == "poison" { 500 } else { 200 });
    phones.add("12025550181", "Poisoner").await;
    phones.add("12025550182", "Bystander").await;

    phones.write("12025550181", "poison", 1).await;
    phones.write("12025550181", "after", 1).await;
    phones.write("12025550182", "by {n}", 20).await;

    sink.message("all of the bystander's", |message| {
        message["text"]["body"] == "by 20"
    })
    .await;
    let refused = |bodies: &[_]| {
        bodies
            .iter()
            .filter(|body| body_of(body) == "poison")
            .count()
    };
    let before = sink
        .all()
        .iter()
        .position(|taken| body_of(&taken.body) == "by 20");
    sink.message("the message after the poison", |message| {
        message["text"]["body"] == "after"
    })
    .await;
    let all: Vec<Value> = sink.all().into_iter().map(|taken| taken.body).collect();
    let after = all
        .iter()
        .position(|body| body_of(body) == "after")
        .unwrap();
    assert!(before.unwrap() < after);
    assert!(
        refused(&all[..after]) >= 10,
        "set aside after ten failures, not before"
    );

    // It is not dropped: as soon as the receiver takes it, it is there.
    sink.answer(|_| 200);
    sink.message("the poison", |message| message["text"]["body"] == "poison")
        .await;
}

/// `webhooks.md` 1.3 and 5.6, point 6: the n-th failure waits n times the delay, never more than the longest one; any answer
/// but 200 is a failure.
#[tokio::test(flavor = "multi_thread")]
async fn the_nth_failure_waits_n_times_the_delay() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    let settings =
        json!({"callback_backoff_delay_ms": "300", "max_callback_backoff_delay_ms": 600});
    let set = api.patch("/v1/settings/application", &settings).await;
    assert_eq!(set.status, 200, "{set:?}");
    let mut answers = [500, 404, 204, 201].into_iter();
    sink.answer(move |body| {
        if body_of(body) == "patience" {
            answers.next().unwrap_or(200)
        } else {
            200
        }
    });

    phones.write(&customer, "patience", 1).await;
    sink.message("the message", |message| {
        message["text"]["body"] == "patience"
    })
    .await;

    let all = sink.all();
    let tries: Vec<_> = all
        .iter()
        .filter(|taken| body_of(&taken.body) == "patience")
        .collect();
    assert!(
        tries.iter().all(|taken| taken.body == tries[0].body),
        "each time the same, with the time of the event"
    );
    let waits: Vec<_> = tries
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    let least = [300, 600, 600, 600].map(Duration::from_millis);
    assert_eq!(waits.len(), least.len(), "one delivery is enough");
    for (wait, least) in waits.iter().zip(least) {
        assert!(*wait >= least, "{waits:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_url_takes_effect_at_once() {
    let (dead, alive) = (Sink::start().await, Sink::start().await);
    dead.answer(|_| 503);
    let dev = Dev::with(&dead).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    phones.write(&customer, "waiting", 1).await;
    dead.until("nothing is accepted", Duration::from_secs(30), |_| {
        (!dead.all().is_empty()).then_some(())
    })
    .await;

    let changed = api
        .patch(
            "/v1/settings/application",
            &json!({"webhooks": {"url": alive.url()}}),
        )
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");

    alive
        .message("what waited", |message| {
            message["text"]["body"] == "waiting"
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_carry_a_length_and_json() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let phones = dev.phones();
    let customer = phones.customer().await;
    phones.write(&customer, "length", 1).await;

    sink.message("the message", |message| message["text"]["body"] == "length")
        .await;

    let all = sink.all();
    let taken = all
        .iter()
        .find(|taken| body_of(&taken.body) == "length")
        .unwrap();
    let header = |name: &str| taken.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(
        header("content-length"),
        serde_json::to_vec(&taken.body).unwrap().len().to_string()
    );
    assert!(header("user-agent").starts_with("landline/"));
}

/// `webhooks.md` 1.3: exactly the URL, and nothing of what the Cloud API sends.
#[tokio::test(flavor = "multi_thread")]
async fn requests_go_to_exactly_the_url_with_its_credentials() {
    let sink = Sink::start().await;
    let dev = Dev::builder().start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    let address = sink.url();
    let address = address
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/hook")
        .unwrap();
    let url = format!("http://crm:p%40ss@{address}/in/%C3%BC?key=a%20b&key=2&empty");

    let set = api
        .patch(
            "/v1/settings/application",
            &json!({"webhooks": {"url": url}}),
        )
        .await;
    assert_eq!(set.status, 200, "{set:?}");
    phones.write(&customer, "exactly", 1).await;
    sink.message("the message", |message| {
        message["text"]["body"] == "exactly"
    })
    .await;

    for taken in sink.all() {
        assert_eq!(
            (taken.method.as_str(), taken.target.as_str()),
            ("POST", "/in/%C3%BC?key=a%20b&key=2&empty")
        );
        // `crm:p@ss`
        assert_eq!(taken.headers["authorization"], "Basic Y3JtOnBAc3M=");
        assert!(!taken.headers.contains_key("x-hub-signature-256"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_url_recalls_what_hangs_at_the_old_one() {
    let (hanging, alive) = (Sink::start().await, Sink::start().await);
    hanging.answer(|_| Sink::NEVER);
    let dev = Dev::with(&hanging).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    for n in 0..8 {
        let customer = format!("1303555013{n}");
        phones.add(&customer, "Impatient").await;
        phones.write(&customer, "hanging {n}", 1).await;
    }
    hanging
        .until("all six places hang", SOON, |_| {
            (hanging.all().len() >= 6).then_some(())
        })
        .await;

    let began = tokio::time::Instant::now();
    api.patch(
        "/v1/settings/application",
        &json!({"webhooks": {"url": alive.url()}}),
    )
    .await;
    alive
        .until("everything comes to the new URL", SOON, |bodies| {
            (bodies
                .iter()
                .filter(|body| body_of(body).starts_with("hanging"))
                .count()
                >= 8)
                .then_some(())
        })
        .await;

    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn never_more_are_in_flight_than_the_setting_says() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    sink.until("the greetings", SOON, |bodies| {
        (bodies.len() >= 3).then_some(())
    })
    .await;
    sink.forget();
    sink.answer(|_| Sink::NEVER);

    for n in 0..20 {
        let customer = format!("130355501{n:02}");
        phones.add(&customer, "One of many").await;
        phones.write(&customer, "in flight", 1).await;
    }

    sink.until("six hang", SOON, |_| (sink.all().len() >= 6).then_some(()))
        .await;
    // Whatever else was going to come has had its chance when something else has gone the whole way.
    api.text(&phones.customer().await, "down").await;
    phones.received(&phones.customer().await, 1).await;
    assert_eq!(sink.all().len(), 6);
    let health = api
        .patch(
            "/v1/settings/application",
            &json!({"webhooks": {"max_concurrent_requests": 12}}),
        )
        .await;
    assert_eq!(health.status, 200);
    sink.until("twelve hang", SOON, |_| {
        (sink.all().len() >= 12).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_refused_customers_do_not_take_the_webhook_for_down() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    let settings =
        json!({"callback_backoff_delay_ms": 100, "max_callback_backoff_delay_ms": 60_000});
    assert_eq!(
        api.patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    sink.answer(|body| if body_of(body) == "poison" { 500 } else { 200 });
    for n in 0..3 {
        let customer = format!("1303555014{n}");
        phones.add(&customer, "Poisoner").await;
        phones.write(&customer, "poison", 1).await;
    }
    sink.until("the poison was tried", SOON, |_| {
        (sink
            .all()
            .iter()
            .filter(|taken| body_of(&taken.body) == "poison")
            .count()
            >= 6)
            .then_some(())
    })
    .await;

    phones.add("13035550149", "Healthy").await;
    phones.write("13035550149", "healthy", 1).await;

    sink.message("the healthy one", |message| {
        message["text"]["body"] == "healthy"
    })
    .await;
    let all = sink.all();
    let healthy = all
        .iter()
        .position(|taken| body_of(&taken.body) == "healthy")
        .unwrap();
    let since = all[6..healthy]
        .iter()
        .filter(|taken| body_of(&taken.body) == "poison")
        .count();
    assert!(
        since < 12,
        "{since} probes went to known poison before the untried message"
    );
}

/// `webhooks.md` 1.1, and where Landline differs on purpose: what customers write is kept without a URL.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_url_customers_are_kept_and_statuses_are_not() {
    let sink = Sink::start().await;
    let dev = Dev::with(&sink).await;
    let (api, phones) = (dev.api().await, dev.phones());
    let customer = phones.customer().await;
    api.connected().await;
    let set = async |url: &str| {
        let body = json!({"webhooks": {"url": url}});
        let answer = api.patch("/v1/settings/application", &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    // Everything was taken from the network, and so many notifications wait.
    let waiting = async |count: u64| {
        until("notifications wait", SOON, || async {
            let support = api.get("/v1/support").await.body;
            let queues = &support["support"]["landline"]["queues"];
            (queues["inbox"]["rows"] == 0 && queues["callbacks"]["rows"] == count).then_some(())
        })
        .await;
    };
    waiting(0).await;

    set("").await;
    phones.write(&customer, "Is anybody there?", 1).await;
    let unheard = api.text(&customer, "Nobody.").await;
    phones.received(&customer, 1).await;
    phones.read(&customer).await;
    phones.write(&customer, "Thank you.", 1).await;
    waiting(2).await;
    sink.forget();
    set(&sink.url()).await;

    for body in ["Is anybody there?", "Thank you."] {
        sink.message(body, |message| message["text"]["body"] == body)
            .await;
    }
    assert_eq!(sink.statuses(&unheard), [""; 0]);
}
