//! Log lines: how many, and whose.

use serde_json::{Value, json};

use crate::support::{Api, Dev, SOON, text, until};

/// Log lines so far.
fn lines(dev: &Dev) -> Vec<Value> {
    // The banner stands among them.
    dev.log()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The first line for which `is` holds.
async fn line(dev: &Dev, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    until(what, SOON, || async {
        lines(dev).into_iter().find(|line| is(line))
    })
    .await
}

fn is_access(line: &Value, request_id: &str) -> bool {
    line["message"] == "answered" && line["request_id"] == request_id
}

async fn patch(api: &Api, settings: &Value) {
    let answer = api.patch("/v1/settings/application", settings).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

async fn dev(level: Option<&str>) -> Dev {
    let mut builder = Dev::builder().env("LANDLINE_LOG_FORMAT", "json");
    if let Some(level) = level {
        builder = builder.env("LANDLINE_LOG_LEVEL", level);
    }
    builder.start().await
}

/// Asks for something; the request's id.
async fn ask(api: &Api) -> String {
    let answer = api.get("/v1/health").await;
    answer.header("x-request-id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_change_how_much_is_logged_at_once() {
    let dev = dev(None).await;
    let api = dev.api().await;
    let mut quiet = vec![ask(&api).await];

    for (loud, back) in [
        (json!({"log_level": "debug"}), json!({"log_level": "info"})),
        (
            json!({"verbose_logging": true}),
            json!({"verbose_logging": false}),
        ),
    ] {
        change(&dev, &api, &loud, "debug").await;
        let id = ask(&api).await;
        let found = line(&dev, "the access line", |line| is_access(line, &id)).await;
        assert_eq!(found["level"], "DEBUG");
        assert_eq!(found["method"], "GET");
        assert_eq!(found["path"], "/v1/health");
        assert_eq!(found["status"], 200);
        assert!(found["duration_ms"].is_u64(), "{found}");

        change(&dev, &api, &back, "info").await;
        quiet.push(ask(&api).await);
    }
    // Lines come in order: what is not there before this one never was.
    change(&dev, &api, &json!({"log_level": "trace"}), "trace").await;
    for id in quiet {
        assert!(!lines(&dev).iter().any(|line| is_access(line, &id)));
    }
}

/// Changes the settings, and waits until that has changed how much is logged.
async fn change(dev: &Dev, api: &Api, settings: &Value, level: &str) {
    let told = || {
        let lines = lines(dev);
        let of_it = |line: &&Value| {
            line["log_level"] == level
                && line["message"] == "the settings changed how much is logged"
        };
        lines.iter().filter(of_it).count()
    };
    let before = told();
    patch(api, settings).await;
    until(level, SOON, || async { (told() > before).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_has_the_last_word() {
    let dev = dev(Some("warn")).await;
    let api = dev.api().await;

    let loud = json!({"log_level": "trace", "verbose_logging": true});
    patch(&api, &loud).await;
    let told = line(&dev, "a warning", |line| {
        line["message"]
            .as_str()
            .is_some_and(|text| text.contains("have no effect"))
    })
    .await;
    let id = ask(&api).await;

    assert_eq!(told["level"], "WARN");
    // A line that is allowed comes after it; then it would have been there.
    api.post("/dev/core", &json!({"running": false})).await;
    let refused = api.post("/v1/messages", &text("12025550143", "no")).await;
    assert_eq!(refused.status, 503);
    line(&dev, "not ready", |line| {
        line["message"] == "service not ready"
    })
    .await;
    let levels: Vec<_> = lines(&dev)
        .iter()
        .map(|line| line["level"].clone())
        .collect();
    assert!(
        levels
            .iter()
            .all(|level| level == "WARN" || level == "ERROR"),
        "{levels:?}"
    );
    assert!(!lines(&dev).iter().any(|line| is_access(line, &id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_request_names_it() {
    let dev = dev(None).await;
    let api = dev.api().await;
    api.post("/dev/core", &json!({"running": false})).await;

    let refused = api.post("/v1/messages", &text("12025550143", "no")).await;

    assert_eq!(refused.status, 503);
    let line = line(&dev, "not ready", |line| {
        line["message"] == "service not ready"
    })
    .await;
    let id = refused.header("x-request-id");
    assert!(!id.is_empty());
    insta::assert_json_snapshot!(line, {".timestamp" => "[time]", ".request_id" => insta::dynamic_redaction({
        let id = id.to_owned();
        move |value, _| { assert_eq!(value.as_str(), Some(id.as_str())); "[id]" }
    })}, @r#"
    {
      "level": "WARN",
      "line": "main",
      "message": "service not ready",
      "request_id": "[id]",
      "step": "disconnected: the core is stopped",
      "target": "landline_core::call::message",
      "timestamp": "[time]"
    }
    "#);
}
