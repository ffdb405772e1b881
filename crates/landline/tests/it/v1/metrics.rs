//! `/metrics` and `/v1/metrics`, and what all calls of the metrics family have in common.

use std::collections::BTreeMap;

use serde_json::Value;

use super::assert_refused;
use crate::support::{Answer, Api, Dev, Guest, SOON, Scrape, until};

/// The API key of tests that have one.
pub(super) const KEY: &str = "a-key-of-the-test";
/// Every call of the family.
const PATHS: [&str; 6] = [
    "/metrics",
    "/v1/metrics",
    "/v1/stats/app",
    "/v1/stats/app/internal",
    "/v1/stats/db",
    "/v1/stats/db/internal",
];

/// What a monitor does: the key, nothing else.
pub(super) async fn with_key(api: &Api, path: &str) -> Answer {
    let request = api.bare("GET", path);
    Api::finish(request.header("authorization", format!("Apikey {KEY}"))).await
}

/// A page as Prometheus takes it.
pub(super) async fn scrape(api: &Api, path: &str) -> Scrape {
    let answer = with_key(api, &format!("{path}?format=prometheus")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4");
    Scrape::read(std::str::from_utf8(&answer.bytes).unwrap())
}

/// Families one a line: name, type, labels; every sample is checked on the way.
pub(super) fn shape(families: &Value) -> String {
    let mut lines = Vec::new();
    for (name, family) in families.as_object().unwrap() {
        let members: Vec<_> = family.as_object().unwrap().keys().collect();
        assert_eq!(members, ["data", "help", "type"], "{name}");
        assert!(!family["help"].as_str().unwrap().is_empty());
        let mut labels: Vec<String> = Vec::new();
        for sample in family["data"].as_array().unwrap() {
            let members: Vec<_> = sample.as_object().unwrap().keys().collect();
            assert_eq!(members, ["labels", "value"], "{name}");
            assert!(sample["value"].is_number(), "{name}: {sample}");
            let found = sample["labels"].as_object().unwrap();
            assert!(found.values().all(Value::is_string), "{name}: {sample}");
            labels = found.keys().cloned().collect();
        }
        let kind = family["type"].as_str().unwrap();
        lines.push(format!("{name} {kind} {{{}}}", labels.join(",")));
    }
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_tells_its_metrics() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let api = dev.api().await;

    let answer = api.get("/v1/metrics").await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.body["meta"]["api_status"], "stable");
    assert_eq!(answer.body.as_object().unwrap().len(), 2);
    insta::assert_snapshot!(shape(&answer.body["metrics"]), @"
    api_requests_duration_ms_count counter {method,node,result}
    api_requests_duration_ms_sum counter {method,node,result}
    landline_api_request_seconds_bucket counter {le,method,node}
    landline_api_request_seconds_count counter {method,node}
    landline_api_request_seconds_sum counter {method,node}
    landline_web_open_connections gauge {node}
    landline_web_received_bytes_total counter {node}
    landline_web_sent_bytes_total counter {node}
    web_active_processes gauge {node}
    web_connections counter {node}
    web_idle_processes gauge {node}
    web_max_pending_connections gauge {node}
    web_pending_connections gauge {node}
    web_queue_len gauge {node}
    web_requests gauge {node,state}
    web_total_processes gauge {node}
    web_uptime gauge {node}
    ");
    let uptime = &answer.body["metrics"]["web_uptime"];
    let node = uptime["data"][0]["labels"]["node"].as_str().unwrap();
    assert!(!node.is_empty());
    insta::assert_json_snapshot!(uptime, {".data[].value" => "[s]", ".data[].labels.node" => "[node]"}, @r#"
    {
      "data": [
        {
          "labels": {
            "node": "[node]"
          },
          "value": "[s]"
        }
      ],
      "help": "Seconds since the web layer started.",
      "type": "gauge"
    }
    "#);
    let login = api_requests(&answer.body["metrics"], "POST_v1_users_login", "200");
    assert_eq!(login, 1);
}

/// `api_requests_duration_ms_count` of a call and a result.
fn api_requests(metrics: &Value, method: &str, result: &str) -> u64 {
    let data = metrics["api_requests_duration_ms_count"]["data"]
        .as_array()
        .unwrap();
    data.iter()
        .find(|sample| sample["labels"]["method"] == method && sample["labels"]["result"] == result)
        .map_or(0, |sample| sample["value"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_needs_the_key_and_nothing_else() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let (admin, anonymous) = (dev.api().await, dev.anonymous());

    for path in PATHS {
        assert_eq!(with_key(&anonymous, path).await.status, 200, "{path}");
        assert_eq!(with_key(&anonymous, &format!("{path}/")).await.status, 200);
        assert_eq!(admin.get(path).await.status, 200, "{path}");
        for wrong in [
            "Apikey a-key-of-another",
            "Apikey",
            "Basic YWRtaW46c2VjcmV0",
        ] {
            let request = anonymous.bare("GET", path).header("authorization", wrong);
            let answer = Api::finish(request).await;
            assert_refused(&answer, (401, 1005), &[]);
        }
        assert_refused(&anonymous.get(path).await, (401, 1005), &["Apikey"]);
        // Who asks comes before what is asked.
        let unknown = anonymous.get(&format!("{path}?format=xml")).await;
        assert_refused(&unknown, (401, 1005), &[]);
        let unknown = with_key(&anonymous, &format!("{path}?format=xml")).await;
        assert_refused(&unknown, (400, 1009), &["format", "xml", "prometheus"]);
        assert_refused(
            &admin.post(path, &Value::Null).await,
            (405, 1025),
            &["POST"],
        );
    }
    // The key opens nothing else.
    let support = with_key(&anonymous, "/v1/support").await;
    assert_refused(&support, (401, 1005), &["Bearer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_formats_tell_the_same_families() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let anonymous = dev.anonymous();

    for (path, place) in [
        ("/metrics", "/metrics"),
        ("/v1/stats/app", "/stats/app"),
        ("/v1/stats/app/internal", "/stats/app"),
        ("/v1/stats/db", "/stats/db"),
        ("/v1/stats/db/internal", "/stats/db"),
    ] {
        let json = with_key(&anonymous, path).await.body;
        let json = json.pointer(place).unwrap().as_object().unwrap();
        let text = scrape(&anonymous, path).await;

        let mut expected = BTreeMap::new();
        for (name, (kind, help)) in &text.families {
            let parts: &[&str] = if kind == "histogram" {
                &["_bucket", "_sum", "_count"]
            } else {
                &[""]
            };
            let kind = if kind == "histogram" { "counter" } else { kind };
            for part in parts {
                expected.insert(format!("{name}{part}"), (kind.to_owned(), help.clone()));
            }
        }
        let text_of = |value: &Value| value.as_str().unwrap().to_owned();
        let found: BTreeMap<_, _> = json
            .iter()
            .map(|(name, family)| {
                (
                    name.clone(),
                    (text_of(&family["type"]), text_of(&family["help"])),
                )
            })
            .collect();
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scraper_need_not_name_the_format() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let anonymous = dev.anonymous();
    let accepting = async |accept: &str| {
        let request = anonymous.bare("GET", "/metrics").header("accept", accept);
        Api::finish(request.header("authorization", format!("Apikey {KEY}"))).await
    };

    // What Prometheus and its agents send.
    let scraped = accepting(
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    )
    .await;
    assert_eq!(scraped.header("content-type"), "text/plain; version=0.0.4");
    Scrape::read(std::str::from_utf8(&scraped.bytes).unwrap());
    // Everybody else gets JSON, as documented.
    for accept in ["*/*", "text/plain", "application/json, text/plain, */*"] {
        let answer = accepting(accept).await;
        assert_eq!(
            answer.header("content-type"),
            "application/json",
            "{accept}"
        );
        assert!(answer.body["metrics"].is_object());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_route_and_never_by_what_a_stranger_wrote() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let (api, anonymous) = (dev.api().await, dev.anonymous());
    let count = |page: &Scrape, method: &str, result: &str| {
        let labels = [("method", method), ("result", result)];
        page.value("api_requests_duration_ms_count", &labels)
    };
    let before = scrape(&anonymous, "/metrics").await;

    for _ in 0..2 {
        assert_eq!(api.get("/v1/users/admin").await.status, 200);
    }
    assert_eq!(api.get("/v1/users/nobody.secret").await.status, 404);
    assert_eq!(api.get("/v1/stranger/secret").await.status, 404);
    assert_eq!(api.call("BREW", "/v1/health", None).await.status, 405);

    let after = scrape(&anonymous, "/metrics").await;
    let more = |method: &str, result: &str| {
        (count(&after, method, result) - count(&before, method, result)).to_string()
    };
    assert_eq!(more("GET_v1_users_username", "200"), "2");
    assert_eq!(more("GET_v1_users_username", "404"), "1");
    assert_eq!(more("GET_unknown_path", "404"), "1");
    assert_eq!(more("OTHER_v1_health", "405"), "1");
    let text = with_key(&anonymous, "/metrics?format=prometheus").await;
    let text = String::from_utf8(text.bytes.to_vec()).unwrap();
    assert!(
        !text.contains("secret") && !text.contains("stranger"),
        "{text}"
    );
    assert!(!text.contains("NaN"));

    // The same requests as the core saw them: those that the web refused by itself did not come so far.
    let app = scrape(&anonymous, "/v1/stats/app").await;
    let seen = |method: &str, result: &str| {
        let labels = [("method", method), ("result", result)];
        app.value("endpoint_requests", &labels) > 0.0
    };
    assert!(seen("GET_v1_users_username", "200"));
    assert!(!seen("GET_unknown_path", "404"));
    assert!(!seen("OTHER_v1_health", "405"));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_until_they_end() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let anonymous = dev.anonymous();
    let before = scrape(&anonymous, "/metrics").await;

    // One that speaks, one that waits with its TLS handshake.
    let tls = dev.endpoints["api"].as_str().unwrap();
    let address = tls.strip_prefix("https://").unwrap();
    let silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let pending = until("a pending connection", SOON, || async {
        let page = scrape(&anonymous, "/metrics").await;
        (page.value("web_pending_connections", &[]) > 0.0).then_some(page)
    })
    .await;

    let of = |page: &Scrape, name: &str| page.value(name, &[]).to_string();
    assert_eq!(of(&pending, "web_pending_connections"), "1");
    assert!(
        of(&pending, "web_max_pending_connections") >= of(&before, "web_max_pending_connections")
    );
    let more = pending.value("web_connections", &[]) - before.value("web_connections", &[]);
    assert!(more >= 1.0, "{more}");
    assert_eq!(of(&pending, "web_queue_len"), "1024");
    let number = |name: &str| of(&pending, name).parse::<u64>().unwrap();
    let workers = number("web_idle_processes") + number("web_active_processes");
    assert_eq!(workers, number("web_total_processes"));
    // This very request is being worked on.
    let handled = pending.value("web_requests", &[("state", "handle-request")]);
    assert!(handled >= 1.0, "{handled}");
    assert!(
        pending.value("landline_web_received_bytes_total", &[])
            > before.value("landline_web_received_bytes_total", &[])
    );
    assert!(
        pending.value("landline_web_sent_bytes_total", &[])
            > before.value("landline_web_sent_bytes_total", &[])
    );

    drop(silent);
    until("no pending connection", SOON, || async {
        let page = scrape(&anonymous, "/metrics").await;
        (page.value("web_pending_connections", &[]) < 1.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_key_opens_nothing() {
    let guest = Guest::arrive().await;

    let answer = with_key(&guest.dev().anonymous(), "/metrics").await;

    assert_refused(&answer, (401, 1005), &[]);
    let user = guest.ordinary_user().await;
    assert_eq!(user.get("/metrics").await.status, 200);
}
