//! The tour's own webhook: keeps what is about the tour, and is in nobody's way with the rest.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use http::{Method, StatusCode, header};
use serde_json::Value;
use tokio::sync::watch;

use super::PATIENCE;
use super::event::{Event, events};
use crate::exit::{Stop, causes};
use crate::listen::{Serving, Socket};

/// By this a later run recognises a webhook that a killed one left behind.
const PATH: &str = "/landline-tour";
/// Notifications are small; this is far above all of them, bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// For handing a notification on to the webhook that was set before.
const HAND_ON: Duration = Duration::from_secs(5);
/// For requests in flight at the end.
const DRAIN: Duration = Duration::from_millis(500);

/// A running receiver.
pub(super) struct Webhook {
    shared: Arc<Shared>,
    serving: Serving,
    url: String,
}

struct Shared {
    /// The tour's own customers: what is about others is not kept.
    guests: Mutex<BTreeSet<String>>,
    /// What came about them, in order.
    came: watch::Sender<Vec<Event>>,
    /// Where the rest goes.
    rest: OnceLock<String>,
    http: reqwest::Client,
}

impl Webhook {
    /// Starts it on a free port.
    pub(super) fn start() -> Result<Self, Stop> {
        let socket = Socket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), "nothing")?;
        let url = format!("http://{}{PATH}", socket.reachable());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(HAND_ON)
            .build()
            .map_err(|error| Stop::failed("there is no HTTP client", causes(&error)))?;
        let shared = Arc::new(Shared {
            guests: Mutex::default(),
            came: watch::Sender::new(Vec::new()),
            rest: OnceLock::new(),
            http,
        });
        let serving = Serving::plain(socket, routes(Arc::clone(&shared)));
        Ok(Self {
            shared,
            serving,
            url,
        })
    }

    /// What `webhooks.url` is set to.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// From now on what is about this customer is kept.
    pub(super) fn welcome(&self, wa_id: &str) {
        self.shared.guests().insert(wa_id.to_owned());
    }

    /// Where notifications about others are handed on to: the webhook that was set before.
    pub(super) fn hand_on_to(&self, url: &str) {
        // Said once only; a second time changes nothing.
        self.shared.rest.get_or_init(|| url.to_owned());
    }

    /// Waits for an event; one that came already counts. `what` says what did not come.
    pub(super) async fn wait(
        &self,
        what: &str,
        fact: impl Fn(&Event) -> bool,
    ) -> anyhow::Result<Event> {
        let mut events = self.wait_for(what, 1, fact).await?;
        events.pop().context("an event that came is gone")
    }

    /// Waits for `count` events with different ids, in the order in which they came.
    pub(super) async fn wait_for(
        &self,
        what: &str,
        count: usize,
        fact: impl Fn(&Event) -> bool,
    ) -> anyhow::Result<Vec<Event>> {
        let mut came = self.shared.came.subscribe();
        let enough = came.wait_for(|events| first(events, count, &fact).len() == count);
        match tokio::time::timeout(PATIENCE, enough).await {
            Ok(Ok(events)) => Ok(first(&events, count, &fact)),
            Ok(Err(_)) => bail!("the webhook has ended"),
            Err(_) => {
                let events = self.shared.came.borrow();
                let seconds = PATIENCE.as_secs();
                let last = events
                    .last()
                    .map_or_else(|| "nothing".to_owned(), Event::summary);
                bail!(
                    "{what} did not reach the webhook within {seconds} s ({} events came, the last: {last})",
                    events.len()
                )
            }
        }
    }

    /// Ends it; what comes now is refused, so that it is delivered again elsewhere.
    pub(super) async fn stop(self) {
        self.serving.stop(DRAIN).await;
    }
}

/// Whether a tour that did not come to its end left this URL behind.
pub(super) fn is_left_behind(url: &str) -> bool {
    url.starts_with("http://127.0.0.1:") && url.ends_with(PATH)
}

/// The first `count` events for which `fact` holds; what is delivered twice counts once.
fn first(events: &[Event], count: usize, fact: &impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut seen = BTreeSet::new();
    events
        .iter()
        .filter(|event| fact(event) && seen.insert(event.id()))
        .take(count)
        .cloned()
        .collect()
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .fallback(receive)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

async fn receive(State(shared): State<Arc<Shared>>, method: Method, body: Bytes) -> StatusCode {
    if method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let notification: Value = serde_json::from_slice(&body).unwrap_or_default();
    let events = events(&notification);
    if shared.keeps(&events) {
        shared.came.send_modify(|came| came.extend(events));
        return StatusCode::OK;
    }
    shared.hand_on(body).await
}

impl Shared {
    fn guests(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keeps(&self, events: &[Event]) -> bool {
        let guests = self.guests();
        events.iter().any(|event| guests.contains(event.customer()))
    }

    /// What is not about the tour belongs to the webhook that was set before: its answer is ours, so that nothing is
    /// lost that it did not take. Without one there is nobody to miss it.
    async fn hand_on(&self, body: Bytes) -> StatusCode {
        let Some(url) = self.rest.get() else {
            return StatusCode::OK;
        };
        let request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        match request.send().await {
            Ok(response) => response.status(),
            Err(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GUEST: &str = "13035550100";

    fn started() -> Webhook {
        let webhook = Webhook::start().expect("a free port");
        webhook.welcome(GUEST);
        webhook
    }

    fn status(id: &str, recipient: &str, status: &str) -> Value {
        json!({"statuses": [{"id": id, "recipient_id": recipient, "status": status}]})
    }

    async fn post(url: &str, notification: &Value) -> u16 {
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let response = http.post(url).json(notification).send().await;
        response.expect("an answer").status().as_u16()
    }

    #[tokio::test]
    async fn what_is_about_the_tour_is_waited_for() {
        let webhook = started();

        assert_eq!(post(webhook.url(), &status("1", GUEST, "sent")).await, 200);
        assert_eq!(post(webhook.url(), &status("1", GUEST, "read")).await, 200);

        let read = webhook.wait("read", |event| event.status() == Some("read"));
        assert_eq!(read.await.expect("came").id(), "1");
        webhook.stop().await;
    }

    #[tokio::test]
    async fn what_is_about_others_is_taken_and_ignored() {
        let webhook = started();

        assert_eq!(
            post(webhook.url(), &status("1", "12025550143", "sent")).await,
            200
        );

        assert!(webhook.shared.came.borrow().is_empty());
        webhook.stop().await;
    }

    #[tokio::test]
    async fn what_is_about_others_is_handed_on_and_answered_as_they_answer() {
        let (webhook, other) = (started(), started());
        other.welcome("12025550143");
        webhook.hand_on_to(other.url());

        let answer = post(webhook.url(), &status("7", "12025550143", "sent")).await;

        assert_eq!(answer, 200);
        let handed_on = other.wait("it", |event| event.id() == "7").await;
        assert!(handed_on.is_ok());
        other.stop().await;
        let answer = post(webhook.url(), &status("8", "12025550143", "sent")).await;
        assert_eq!(answer, 502, "refused, so that it comes again");
        webhook.stop().await;
    }

    #[tokio::test]
    async fn what_comes_twice_counts_once() {
        let webhook = started();
        for id in ["1", "2", "1", "3"] {
            post(webhook.url(), &status(id, GUEST, "sent")).await;
        }

        let events = webhook.wait_for("three", 3, |_| true).await.expect("came");

        let ids: Vec<&str> = events.iter().map(Event::id).collect();
        assert_eq!(ids, ["1", "2", "3"]);
        webhook.stop().await;
    }

    #[test]
    fn only_what_is_asked_for_is_found() {
        let events = events(&json!({"statuses": [
            {"id": "1", "recipient_id": GUEST, "status": "sent"},
            {"id": "2", "recipient_id": GUEST, "status": "sent"},
            {"id": "1", "recipient_id": GUEST, "status": "read"},
        ]}));

        let found = |count, status| {
            let is_it = |event: &Event| event.status() == Some(status);
            first(&events, count, &is_it).len()
        };

        assert_eq!(found(1, "sent"), 1);
        assert_eq!(found(3, "sent"), 2);
        assert_eq!(found(1, "read"), 1);
        assert_eq!(found(1, "failed"), 0);
    }

    #[test]
    fn a_url_that_a_killed_tour_left_behind_is_recognised() {
        assert!(is_left_behind("http://127.0.0.1:40123/landline-tour"));
        assert!(!is_left_behind("http://127.0.0.1:9093"));
        assert!(!is_left_behind("https://crm.example/landline-tour"));
        assert!(!is_left_behind(""));
    }
}
