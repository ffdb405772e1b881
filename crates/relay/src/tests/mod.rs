//! The routes over a store that only remembers.

mod hostile;
mod intake;
mod ledger;
mod remote;
mod stream;
mod verification;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use std::collections::HashMap;
use store::{Change, LineName};
use tower::ServiceExt;

use self::ledger::Ledger;
use self::remote::Remote;
use super::*;

const SECRET: &str = "secret-of-the-test";

/// Where the relay is: what it does with a webhook is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the core's own process.
    Here,
    /// On a host of its own; a core has dialed in.
    Elsewhere,
}

/// A relay with three apps and two lines over a ledger.
struct Rig {
    ledger: Arc<Ledger>,
    router: Router,
    remote: Option<Remote>,
}

fn app(app_id: &str, app_secret: &str) -> App {
    App {
        app_id: app_id.into(),
        app_secrets: vec![app_secret.into()],
        verify_token: if app_secret.is_empty() { "" } else { "verify" }.into(),
    }
}

fn apps() -> Vec<App> {
    let mut rotating = app("71", SECRET);
    rotating.app_secrets.push("the-next-one".into());
    vec![rotating, app("72", "another"), app("73", "")]
}

/// Numbers that begin with 22 are those of the account whose events come.
fn inbox(ledger: &Arc<Ledger>, lines: &[(&str, &str)]) -> Inbox {
    let lines = lines.iter().map(|(id, name)| {
        let owner = Owner {
            line: LineName::new(name).unwrap(),
            account_id: if id.starts_with("22") { "9901" } else { "9902" }.to_owned(),
        };
        ((*id).to_owned(), owner)
    });
    Inbox {
        store: ledger.clone(),
        directory: Directory::new(apps(), lines.collect()),
        canonical: Arc::new(|customer| format!("c{customer}")),
    }
}

async fn rig_with(place: Place, ledger: Ledger, lines: &[(&str, &str)]) -> Rig {
    let ledger = Arc::new(ledger);
    let inbox = inbox(&ledger, lines);
    if place == Place::Elsewhere {
        let remote = Remote::start(u64::MAX).await;
        remote.pull(inbox).await;
        let router = remote.outside.clone();
        return Rig {
            ledger,
            router,
            remote: Some(remote),
        };
    }
    let relay = Relay {
        store: inbox.store,
        directory: inbox.directory,
        canonical: inbox.canonical,
        reading: watch::Sender::new(0),
    };
    Rig {
        ledger,
        router: router(relay),
        remote: None,
    }
}

async fn rig(place: Place) -> Rig {
    let lines = [("2201", "main"), ("2202", "sales")];
    rig_with(place, Ledger::default(), &lines).await
}

impl Rig {
    async fn answer(
        &self,
        request: Request<Body>,
    ) -> (StatusCode, HashMap<String, String>, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, uri: &str) -> (StatusCode, HashMap<String, String>, String) {
        self.answer(Request::get(uri).body(Body::empty()).unwrap())
            .await
    }

    async fn post(
        &self,
        app: &str,
        signature: Option<&str>,
        body: impl Into<Body>,
    ) -> (StatusCode, Value) {
        let mut request = Request::post(format!("/graph/{app}"));
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        let (status, _, body) = self.answer(request.body(body.into()).unwrap()).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    /// Posts a body with its right signature.
    async fn deliver(&self, body: &str) -> (StatusCode, Value) {
        let signature = graph::signature::sign(SECRET, body.as_bytes());
        self.post("71", Some(&signature), body.to_owned()).await
    }

    /// What was handed to the store, batch by batch, once nothing is on its way.
    async fn kept(&self) -> Vec<Vec<Value>> {
        if let Some(remote) = &self.remote {
            remote.is_empty().await;
        }
        let batches = self.ledger.batches.lock().unwrap();
        batches
            .iter()
            .map(|changes| changes.iter().map(shown).collect())
            .collect()
    }
}

fn event(body: &[u8]) -> graph::webhook::Event {
    serde_json::from_slice(body).unwrap()
}

fn shown(change: &Change) -> Value {
    match change {
        Change::AppendInbox {
            line,
            lane,
            event_time_s,
            about,
            body,
            at_ms,
        } => {
            assert!(*at_ms > 0);
            assert_eq!(about.as_deref(), event(body).about());
            json!([
                line.as_str(),
                lane.as_str(),
                event_time_s,
                event(body).seen_id()
            ])
        }
        Change::AppendStray {
            phone_number_id,
            body,
            at_ms,
        } => {
            assert!(*at_ms > 0);
            json!(["stray", phone_number_id, event(body).seen_id()])
        }
        other => panic!("not of intake: {other:?}"),
    }
}

fn messages(phone_number_id: &str, value: &Value) -> Value {
    let mut value = value.clone();
    value["metadata"] = json!({"phone_number_id": phone_number_id});
    json!({"field": "messages", "value": value})
}

fn webhook(changes: &[Value]) -> String {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "9901", "time": 1_790_000_000, "changes": changes}]})
        .to_string()
}

fn one_message() -> String {
    webhook(&[messages("2201", &json!({"messages": [text("wamid.A")]}))])
}

fn text(id: &str) -> Value {
    json!({"from": "12025550143", "id": id, "timestamp": "1790000000", "type": "text", "text": {"body": "h\u{e9}"}})
}
