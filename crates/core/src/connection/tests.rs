use graph::ClientConfig;
use serde_json::json;

use super::*;
use crate::link::fake::{self, Answer, Request, Server};

/// A network that takes one token, and has one number.
fn network(token: &'static str) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    move |request| {
        if !request
            .head
            .contains(&format!("authorization: Bearer {token}\n"))
        {
            let error = json!({"error": {"message": "no", "code": 190, "error_subcode": 463}});
            return fake::answer(401, "", error.to_string());
        }
        let body = if request.target.contains("message_template_namespace") {
            json!({"message_template_namespace": "b7e1_example_ns"})
        } else if request.target.contains("subscribed_apps") {
            json!({"data": [{"id": "700800900"}]})
        } else if request.target.contains("message_templates") {
            json!({"data": []})
        } else {
            json!({"id": "400500600", "display_phone_number": "+1 202-555-0100", "status": "CONNECTED",
                "platform_type": "CLOUD_API", "throughput": {"level": "HIGH"}})
        };
        fake::answer(200, "", body.to_string())
    }
}

async fn wait_for(line: &Line, what: impl Fn(&LineState) -> bool) {
    let mut states = line.watch_state();
    let waiting = states.wait_for(|state| what(state));
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "{:?}", line.state());
}

/// A line that asks again after a minute only.
async fn patient_line(server: &Server) -> (Arc<Line>, tempfile::TempDir) {
    let (line, dir) = fake::line_at(&server.url(""), store::memory::open()).await;
    line.settings.send_modify(|settings| {
        let settings = Arc::make_mut(settings);
        (settings.heartbeat_interval, settings.unhealthy_interval) = (60, 120);
    });
    line.number.send_replace(Some("12025550100".to_owned()));
    (line, dir)
}

fn with_token(line: &Line, token: &str) -> ClientConfig {
    ClientConfig {
        access_token: token.to_owned(),
        ..line.config.upstream.clone()
    }
}

#[tokio::test]
async fn a_new_token_is_tried_at_once() {
    let server = Server::start(network("renewed")).await;
    let (line, _dir) = patient_line(&server).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(line.clone(), stop.clone()));
    wait_for(&line, |state| {
        matches!(state, LineState::Disconnected { .. })
    })
    .await;
    assert!(line.alerts.is_failing(Alert::CredentialsRefused));

    line.set_upstream(with_token(&line, "renewed")).unwrap();

    wait_for(&line, |state| *state == LineState::Ready).await;
    assert!(!line.alerts.is_failing(Alert::CredentialsRefused));
    assert_eq!(line.signals.per_second(), 1_000, "as the number says");
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_connected_line_goes_on_and_tries_the_new_token_at_once() {
    let server = Server::start(network("token")).await;
    let (line, _dir) = patient_line(&server).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(line.clone(), stop.clone()));
    wait_for(&line, |state| *state == LineState::Ready).await;

    line.set_upstream(with_token(&line, "mistyped")).unwrap();
    wait_for(&line, |state| {
        matches!(state, LineState::Disconnected { .. })
    })
    .await;
    line.set_upstream(with_token(&line, "token")).unwrap();
    wait_for(&line, |state| *state == LineState::Ready).await;
    let asked = server.asked().len();
    line.set_upstream(with_token(&line, "token")).unwrap();
    let probed = async {
        while server.asked().len() == asked {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), probed)
        .await
        .unwrap();

    assert_eq!(server.asked().len(), asked + 1, "one cheap call");
    assert_eq!(line.state(), LineState::Ready);
    stop.cancel();
    running.await.unwrap();
}
