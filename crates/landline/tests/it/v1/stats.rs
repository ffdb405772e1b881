//! `/v1/stats/…`: the core and the store.

use meter::Scope;
use serde_json::json;

use super::metrics::{KEY, scrape, shape, with_key};
use crate::support::{Api, Dev, SOON, Scrape, Sink, until};

type Labels<'a> = &'a [(&'a str, &'a str)];

struct Scene {
    dev: Dev,
    api: Api,
    sink: Sink,
    customer: String,
}

/// A line with a webhook, and its first customer, whose window is open. What opened the windows has been delivered.
async fn scene() -> Scene {
    let sink = Sink::start().await;
    let dev = Dev::builder()
        .env("LANDLINE_API_KEY", KEY)
        .webhook(&sink)
        .start()
        .await;
    let api = dev.api().await;
    api.connected().await;
    let (_, customers) = dev.phones().call("GET", "/sim/customers", None).await;
    let greetings = u32::try_from(customers.as_array().unwrap().len()).unwrap();
    let scene = Scene {
        dev,
        api,
        sink,
        customer: customers[0]["wa_id"].as_str().unwrap().to_owned(),
    };
    let delivered: Labels<'_> = &[("type", "inbound_message"), ("result", "success")];
    scene
        .until("/v1/stats/app", "callback_requests", delivered, |count| {
            count >= f64::from(greetings)
        })
        .await;
    scene
}

impl Scene {
    /// Waits until a series of a page is as it should be; the page.
    async fn until(
        &self,
        path: &str,
        name: &str,
        labels: Labels<'_>,
        is: impl Fn(f64) -> bool,
    ) -> Scrape {
        until(&format!("{name} {labels:?}"), SOON, || async {
            let page = scrape(&self.api, path).await;
            is(page.value(name, labels)).then_some(page)
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_core_tells_its_stats() {
    let scene = scene().await;
    let id = scene.api.text(&scene.customer, "Hello").await;
    scene.sink.status(&id, "delivered").await;
    scene
        .until(
            "/v1/stats/app",
            "callback_requests",
            &[("type", "status_change"), ("result", "success")],
            |count| count >= 1.0,
        )
        .await;

    let answer = scene.api.get("/v1/stats/app").await;

    assert_eq!(answer.status, 200);
    let members: Vec<_> = answer.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["meta", "stats"]);
    assert_eq!(answer.body["stats"].as_object().unwrap().len(), 1);
    let app = &answer.body["stats"]["app"];
    insta::assert_snapshot!(shape(app), @"
    callback_queue_size gauge {}
    callback_requests counter {result,type}
    callback_requests_duration_ms_count counter {result,type}
    callback_requests_duration_ms_sum counter {result,type}
    db_queries counter {result}
    db_queries_duration_ms_count counter {result}
    db_queries_duration_ms_sum counter {result}
    endpoint_requests counter {method,result}
    gateway_state gauge {state}
    incoming_messages counter {type}
    landline_ready gauge {}
    landline_startup_capped_total counter {}
    landline_startup_seconds gauge {}
    media_volume_free_bytes gauge {}
    message_statuses counter {status}
    outgoing_messages counter {result,type}
    outgoing_queue_size gauge {}
    upstream_requests counter {result}
    upstream_requests_duration_ms_count counter {result}
    upstream_requests_duration_ms_sum counter {result}
    ");
    // The samples of the reference: no labels; type and result.
    insta::assert_json_snapshot!(app["callback_queue_size"], {".data[].value" => "[number]"}, @r#"
    {
      "data": [
        {
          "labels": {},
          "value": "[number]"
        }
      ],
      "help": "Notifications that wait for the webhook.",
      "type": "gauge"
    }
    "#);
    let requests = app["callback_requests"]["data"].as_array().unwrap();
    let success = json!({"type": "status_change", "result": "success"});
    assert!(
        requests.iter().any(|sample| sample["labels"] == success),
        "{requests:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_core_tells_more_inside() {
    let scene = scene().await;

    let answer = scene.api.get("/v1/stats/app/internal").await;

    let (all, public) = (
        shape(&answer.body["stats"]["app"]),
        shape(&scene.api.get("/v1/stats/app").await.body["stats"]["app"]),
    );
    let own: Vec<&str> = all
        .lines()
        .filter(|line| {
            let name = line.split(' ').next();
            !public
                .lines()
                .any(|public| public.split(' ').next() == name)
        })
        .collect();
    insta::assert_snapshot!(own.join("\n"), @"
    landline_build_info gauge {version}
    landline_callback_delivery_seconds_bucket counter {le}
    landline_callback_delivery_seconds_count counter {}
    landline_callback_delivery_seconds_sum counter {}
    landline_callbacks_set_aside gauge {}
    landline_commit_batches_bucket counter {le}
    landline_commit_batches_count counter {}
    landline_commit_batches_sum counter {}
    landline_commit_seconds_bucket counter {le}
    landline_commit_seconds_count counter {}
    landline_commit_seconds_sum counter {}
    landline_in_flight gauge {queue}
    landline_lanes gauge {queue}
    landline_media_bytes_total counter {direction}
    landline_offline_messages gauge {state}
    landline_possible_duplicates_total counter {}
    landline_queue_oldest_seconds gauge {queue}
    landline_queue_rows gauge {queue}
    landline_repeated_events_total counter {}
    landline_retries_total counter {queue}
    landline_sessions_total counter {}
    landline_startup_step gauge {step}
    landline_stray_events_total counter {}
    landline_templates gauge {}
    landline_upstream_request_seconds_bucket counter {call,le}
    landline_upstream_request_seconds_count counter {call}
    landline_upstream_request_seconds_sum counter {call}
    landline_upstream_requests_total counter {call,result}
    landline_volume_free_bytes gauge {volume}
    landline_webhook_gate_closed gauge {}
    landline_webhook_request_seconds_bucket counter {le,type}
    landline_webhook_request_seconds_count counter {type}
    landline_webhook_request_seconds_sum counter {type}
    process_cpu_seconds_total counter {}
    process_max_fds gauge {}
    process_open_fds gauge {}
    process_resident_memory_bytes gauge {}
    process_start_time_seconds gauge {}
    process_threads gauge {}
    process_virtual_memory_bytes gauge {}
    ");
    assert_eq!(own.len() + public.lines().count(), all.lines().count());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_move_as_messages_flow() {
    let scene = scene().await;
    let (api, customer) = (&scene.api, &scene.customer);
    let before = scrape(api, "/v1/stats/app/internal").await;

    for number in 0..3 {
        let id = api.text(customer, &format!("message {number}")).await;
        scene.sink.status(&id, "delivered").await;
    }
    scene.dev.phones().write(customer, "An answer", 2).await;
    scene
        .sink
        .message("the second answer", |message| {
            message["text"]["body"] == "An answer"
        })
        .await;
    let path = "/v1/stats/app/internal";
    let incoming: Labels<'_> = &[("type", "text")];
    let wanted = before.value("incoming_messages", incoming) + 2.0;
    scene
        .until(path, "incoming_messages", incoming, |count| count >= wanted)
        .await;
    let posted: Labels<'_> = &[("type", "inbound_message"), ("result", "success")];
    let wanted = before.value("callback_requests", posted) + 2.0;
    let after = scene
        .until(path, "callback_requests", posted, |count| count >= wanted)
        .await;

    // Every metric of the table is there, and has a value.
    let of_core = |entry: &&&meter::Entry| matches!(entry.scope, Scope::App | Scope::AppInternal);
    for entry in meter::table::ALL.iter().filter(of_core) {
        let mut series = after.series.keys();
        let is_there = series.any(|(name, _)| name.starts_with(entry.name));
        assert!(is_there, "{} has no value", entry.name);
    }
    let more = |name: &str, labels: Labels<'_>| {
        (after.value(name, labels) - before.value(name, labels)).to_string()
    };
    assert_eq!(
        more(
            "outgoing_messages",
            &[("type", "text"), ("result", "success")]
        ),
        "3"
    );
    assert_eq!(more("incoming_messages", &[("type", "text")]), "2");
    assert_eq!(more("message_statuses", &[("status", "delivered")]), "3");
    assert_eq!(
        more(
            "landline_upstream_requests_total",
            &[("call", "POST_messages"), ("result", "200")]
        ),
        "3"
    );
    assert_eq!(
        more(
            "landline_upstream_request_seconds_count",
            &[("call", "POST_messages")]
        ),
        "3"
    );
    assert_eq!(more("callback_requests", posted), "2");
    assert_eq!(more("callback_requests_duration_ms_count", posted), "2");
    assert_eq!(
        more(
            "landline_webhook_request_seconds_count",
            &[("type", "inbound_message")]
        ),
        "2"
    );
    assert_eq!(
        more(
            "endpoint_requests",
            &[("method", "POST_v1_messages"), ("result", "201")]
        ),
        "3"
    );
    for (name, labels) in [
        ("db_queries", &[("result", "success")][..]),
        ("landline_commit_batches_count", &[]),
        ("landline_commit_seconds_count", &[]),
        ("landline_callback_delivery_seconds_count", &[]),
        ("process_cpu_seconds_total", &[]),
    ] {
        assert!(
            after.value(name, labels) > before.value(name, labels),
            "{name}"
        );
    }
    for (name, labels) in [
        ("gateway_state", &[("state", "connected")][..]),
        ("landline_ready", &[]),
        ("landline_sessions_total", &[]),
    ] {
        assert_eq!(after.value(name, labels).to_string(), "1", "{name}");
    }
    assert!(after.value("landline_templates", &[]) > 0.0);
    assert!(after.value("landline_startup_seconds", &[]) > 0.0);
    assert!(after.value("media_volume_free_bytes", &[]) > 0.0);
    assert!(after.value("process_resident_memory_bytes", &[]) > 1e6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhooks_failures_are_told_by_status_and_transport_error() {
    let scene = scene().await;
    let app = "/v1/stats/app";
    let settings = json!({"callback_backoff_delay_ms": 10, "max_callback_backoff_delay_ms": 20});
    assert_eq!(
        scene
            .api
            .patch("/v1/settings/application", &settings)
            .await
            .status,
        200
    );
    let set_url = async |url: &str| {
        let body = json!({"webhooks": {"url": url}});
        let answer = scene.api.patch("/v1/settings/application", &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    let failed = async |result: &str| {
        let labels: Labels<'_> = &[("type", "inbound_message"), ("result", result)];
        scene
            .until(app, "callback_requests", labels, |count| count >= 1.0)
            .await
    };
    scene.sink.answer(|_| 301);

    scene
        .dev
        .phones()
        .write(&scene.customer, "Are you there?", 1)
        .await;
    failed("301").await;
    // Nobody listens there.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    set_url(&format!("http://{address}/hook")).await;
    failed("7").await;
    // A certificate that the system does not know: our own.
    set_url(&format!(
        "{}/hook",
        scene.dev.endpoints["api"].as_str().unwrap()
    ))
    .await;
    let page = failed("60").await;
    assert!(page.value("callback_queue_size", &[]) >= 1.0);
    let inside = scrape(&scene.api, "/v1/stats/app/internal").await;
    let queue: Labels<'_> = &[("queue", "callbacks")];
    assert!(inside.value("landline_queue_rows", queue) >= 1.0);
    assert!(inside.value("landline_queue_oldest_seconds", queue) > 0.0);
    assert!(inside.value("landline_retries_total", queue) >= 3.0);
    assert_eq!(inside.value("landline_lanes", queue).to_string(), "1");

    scene.sink.answer(|_| 200);
    set_url(&scene.sink.url()).await;
    failed("success").await;
    scene
        .until(app, "callback_queue_size", &[], |size| size < 1.0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_tells_its_stats() {
    let scene = scene().await;
    let db = "/v1/stats/db";
    let before = scrape(&scene.api, db).await;
    let id = scene.api.text(&scene.customer, "Hello").await;
    scene.sink.status(&id, "delivered").await;
    scene.dev.phones().write(&scene.customer, "Hi", 1).await;

    // Counts are some seconds old at most.
    let text: Labels<'_> = &[("type", "text")];
    let wanted = before.value("db_messages", text) + 2.0;
    scene
        .until(db, "db_messages", text, |count| count >= wanted)
        .await;
    let after = scene
        .until(db, "db_message_receipts", &[], |count| {
            count > before.value("db_message_receipts", &[])
        })
        .await;

    assert!(after.value("db_contacts", &[("type", "whatsapp_user")]) >= 1.0);
    let answer = scene.api.get(db).await;
    assert_eq!(answer.body["stats"].as_object().unwrap().len(), 1);
    insta::assert_snapshot!(shape(&answer.body["stats"]["db"]), @"
    db_contacts gauge {type}
    db_message_receipts gauge {}
    db_messages gauge {type}
    db_pending_callbacks gauge {}
    db_pending_messages gauge {}
    ");
    let types: Vec<_> = answer.body["stats"]["db"]["db_messages"]["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sample| sample["labels"]["type"].as_str().unwrap())
        .collect();
    assert!(
        types.contains(&"undefined") && types.contains(&"text"),
        "{types:?}"
    );
    let inside = with_key(&scene.api, "/v1/stats/db/internal").await;
    insta::assert_snapshot!(shape(&inside.body["stats"]["db"]), @"
    db_contacts gauge {type}
    db_message_receipts gauge {}
    db_messages gauge {type}
    db_pending_callbacks gauge {}
    db_pending_messages gauge {}
    landline_db_count_age_seconds gauge {}
    landline_db_count_seconds gauge {}
    landline_db_file_bytes gauge {}
    landline_db_media_bytes gauge {}
    landline_db_messages gauge {direction,state}
    landline_db_records gauge {kind}
    landline_db_schema_version gauge {}
    landline_db_strays gauge {}
    ");
    let value = |name: &str| inside.body["stats"]["db"][name]["data"][0]["value"].clone();
    assert!(value("landline_db_schema_version").as_u64() >= Some(1));
    assert!(value("landline_db_file_bytes").as_u64() > Some(4096));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_while_the_core_is_stopped_and_after_it() {
    let scene = scene().await;
    let running = async |running: bool| {
        let answer = scene
            .api
            .post("/dev/core", &json!({"running": running}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    running(false).await;
    scene
        .dev
        .phones()
        .write(&scene.customer, "While you were out", 3)
        .await;

    let path = "/v1/stats/app/internal";
    let inbox: Labels<'_> = &[("queue", "inbox")];
    let page = scene
        .until(path, "landline_queue_rows", inbox, |rows| rows >= 3.0)
        .await;
    assert_eq!(
        page.value("gateway_state", &[("state", "disconnected")])
            .to_string(),
        "1"
    );
    assert_eq!(page.value("landline_ready", &[]).to_string(), "0");
    running(true).await;
    let page = scene
        .until(path, "landline_ready", &[], |ready| ready > 0.0)
        .await;

    assert_eq!(page.value("landline_sessions_total", &[]).to_string(), "2");
    assert_eq!(
        page.value("landline_startup_capped_total", &[]).to_string(),
        "0"
    );
    scene
        .until(path, "landline_queue_rows", inbox, |rows| rows < 1.0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_without_a_pause_does_not_count_the_store_again_and_again() {
    let scene = scene().await;
    let queries = async || {
        let page = scrape(&scene.api, "/v1/stats/app").await;
        page.value("db_queries", &[("result", "success")])
    };
    // A first count, which is good for some seconds.
    scrape(&scene.api, "/v1/stats/db").await;
    let before = queries().await;

    for _ in 0..20 {
        let answer = scene.api.get("/v1/stats/db").await;
        assert_eq!(answer.status, 200);
    }

    // Authentication and one look at the file each; a count would be ten more.
    let more = queries().await - before;
    assert!(more < 20.0 * 5.0, "{more}");
}
