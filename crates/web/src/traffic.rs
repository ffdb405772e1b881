//! What the web counts: connections, requests in work, and how requests were answered (`rest-api.md` 14.2).
//!
//! Nothing here waits: a request costs a look-up and a few atomic additions.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use meter::table::{
    API_REQUESTS, API_REQUESTS_MS, API_SECONDS, ENDPOINT_REQUESTS, OPEN_CONNECTIONS,
    RECEIVED_BYTES, SENT_BYTES, WEB_ACTIVE_PROCESSES, WEB_CONNECTIONS, WEB_IDLE_PROCESSES,
    WEB_MAX_PENDING_CONNECTIONS, WEB_PENDING_CONNECTIONS, WEB_QUEUE_LEN, WEB_REQUESTS,
    WEB_TOTAL_PROCESSES, WEB_UPTIME,
};
use meter::{Cells, Counter, Gauge, Histogram, Inside, Level, Page};
use tokio::time::Instant;

/// The label of a path that no route has: the path itself is a stranger's word.
const NO_PATH: &str = "/unknown_path";
/// Methods that have a name of their own.
const VERBS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT",
];
/// The name of all other methods.
const OTHER_VERB: &str = "OTHER";
/// Statuses that the web answers with by itself: no credentials, another method, another content type.
const BY_ITSELF: [&str; 3] = ["401", "405", "415"];

/// Everything that is counted. One for each web; its listeners count into it too.
#[derive(Debug)]
pub struct Traffic {
    began: Instant,
    connections: Counter,
    pending: Arc<Level>,
    open: Arc<Level>,
    backlog: Gauge,
    received: Counter,
    sent: Counter,
    /// By [`Stage`].
    stages: [Arc<Level>; 3],
    /// By method, path template and status.
    requests: Cells<3, Histogram>,
}

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its body is being read.
    Read,
    /// It is worked on.
    Handle,
    /// Its answer is being written.
    Write,
}

impl Stage {
    /// All of them, and what the label `state` calls them.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Read, "read"),
        (Self::Handle, "handle-request"),
        (Self::Write, "write"),
    ];
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            connections: Counter::default(),
            pending: Arc::default(),
            open: Arc::default(),
            backlog: Gauge::default(),
            received: Counter::default(),
            sent: Counter::default(),
            stages: Default::default(),
            requests: Cells::new(|| Histogram::of(&API_SECONDS)),
        }
    }
}

/// A connection that was accepted and is not served yet.
#[derive(Debug)]
pub struct Pending {
    _inside: Inside,
    open: Arc<Level>,
}

impl Pending {
    /// It is served from now on, until what this returns is dropped.
    #[must_use]
    pub fn open(self) -> Inside {
        self.open.enter()
    }
}

impl Traffic {
    /// A connection was accepted.
    #[must_use]
    pub fn accept(&self) -> Pending {
        self.connections.one();
        Pending {
            _inside: self.pending.enter(),
            open: Arc::clone(&self.open),
        }
    }

    /// So many connections may wait to be accepted.
    pub fn set_backlog(&self, length: u32) {
        self.backlog.set(length.into());
    }

    /// So many bytes came in.
    pub fn note_received(&self, bytes: usize) {
        self.received.add(u64::try_from(bytes).unwrap_or(0));
    }

    /// So many bytes went out.
    pub fn note_sent(&self, bytes: usize) {
        self.sent.add(u64::try_from(bytes).unwrap_or(0));
    }

    /// A request comes into a stage; it is there until the guard goes.
    pub(crate) fn enter(&self, stage: Stage) -> Inside {
        let [read, handle, write] = &self.stages;
        match stage {
            Stage::Read => read,
            Stage::Handle => handle,
            Stage::Write => write,
        }
        .enter()
    }

    /// A request was answered. `template` is its route's path; `None` when there is no such route.
    pub(crate) fn note_answer(
        &self,
        method: &Method,
        template: Option<&str>,
        status: StatusCode,
        took: Duration,
    ) {
        let path = template.unwrap_or(NO_PATH);
        let cell = self.requests.at([verb(method), path, status.as_str()]);
        cell.time(took);
    }

    /// `/metrics`: fills a page of the web's scope.
    pub(crate) fn add_to(&self, page: &mut Page) {
        page.add(&WEB_UPTIME, [], self.began.elapsed().as_secs());
        page.add(&WEB_CONNECTIONS, [], self.connections.get());
        page.add(&WEB_PENDING_CONNECTIONS, [], self.pending.get());
        page.add(&WEB_MAX_PENDING_CONNECTIONS, [], self.pending.most());
        page.add(&WEB_QUEUE_LEN, [], self.backlog.get());
        page.add(&OPEN_CONNECTIONS, [], self.open.get());
        page.add(&RECEIVED_BYTES, [], self.received.get());
        page.add(&SENT_BYTES, [], self.sent.get());
        for ((_, word), level) in Stage::ALL.iter().zip(&self.stages) {
            page.add(&WEB_REQUESTS, [word], level.get());
        }
        add_workers(page);
        for ([verb, path, status], cell) in self.requests.all() {
            let (method, found) = (call_name(&verb, &path), cell.read());
            page.add(&API_REQUESTS_MS, [&status, &method], found.sum_ms());
            page.add(&API_REQUESTS, [&status, &method], found.count());
            page.add_all(&API_SECONDS, [&method], found);
        }
    }

    /// `endpoint_requests` of `/v1/stats/app`: requests that came as far as the core.
    pub(crate) fn add_endpoints_to(&self, page: &mut Page) {
        for ([verb, path, status], cell) in self.requests.all() {
            if path == NO_PATH || BY_ITSELF.contains(&status.as_str()) {
                continue;
            }
            let method = call_name(&verb, &path);
            page.add(&ENDPOINT_REQUESTS, [&method, &status], cell.read().count());
        }
    }
}

/// The runtime's worker threads stand where the original has processes.
fn add_workers(page: &mut Page) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    let metrics = runtime.metrics();
    let workers = metrics.num_workers();
    // Counts parking and unparking: it is odd while a worker is parked.
    let idle = (0..workers)
        .filter(|worker| metrics.worker_park_unpark_count(*worker) % 2 == 1)
        .count();
    page.add(&WEB_TOTAL_PROCESSES, [], workers);
    page.add(&WEB_IDLE_PROCESSES, [], idle);
    page.add(&WEB_ACTIVE_PROCESSES, [], workers - idle);
}

fn verb(method: &Method) -> &str {
    let known = |verb: &&&str| **verb == method.as_str();
    VERBS.iter().find(known).copied().unwrap_or(OTHER_VERB)
}

/// A call as the label `method` tells it: `GET_v1_groups`. Variable parts are there by their name:
/// `DELETE_v1_users_username`.
fn call_name(verb: &str, template: &str) -> String {
    let path = template.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let path: String = path
        .chars()
        .filter(|character| !matches!(character, '{' | '}' | '*'))
        .map(|character| if character == '/' { '_' } else { character })
        .collect();
    format!("{verb}{path}")
}

#[cfg(test)]
mod tests {
    use meter::Scope;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn told(traffic: &Traffic) -> Value {
        let mut page = Page::of(&[Scope::Web]);
        traffic.add_to(&mut page);
        serde_json::to_value(&page).unwrap()
    }

    #[rstest]
    #[case("GET", "/v1/groups", "GET_v1_groups")]
    #[case("GET", "/v1/groups/", "GET_v1_groups")]
    #[case("POST", "/v1/settings/backup", "POST_v1_settings_backup")]
    #[case("DELETE", "/v1/users/{username}", "DELETE_v1_users_username")]
    #[case(
        "PATCH",
        "/v1/settings/account/two-step",
        "PATCH_v1_settings_account_two-step"
    )]
    #[case("GET", "/", "GET_")]
    fn a_call_is_named_by_its_route(
        #[case] verb: &str,
        #[case] template: &str,
        #[case] name: &str,
    ) {
        assert_eq!(call_name(verb, template), name);
    }

    #[test]
    fn answers_are_counted_by_call_and_status() {
        let traffic = Traffic::default();
        let ms = Duration::from_millis;
        let brew = Method::from_bytes(b"BREW").unwrap();

        traffic.note_answer(&Method::GET, Some("/v1/health"), StatusCode::OK, ms(3));
        traffic.note_answer(&Method::GET, Some("/v1/health/"), StatusCode::OK, ms(4));
        traffic.note_answer(
            &Method::GET,
            Some("/v1/health"),
            StatusCode::UNAUTHORIZED,
            ms(1),
        );
        traffic.note_answer(&brew, None, StatusCode::NOT_FOUND, ms(0));

        let told = told(&traffic);
        assert_eq!(
            told["api_requests_duration_ms_sum"]["data"],
            json!([
                {"labels": {"result": "200", "method": "GET_v1_health"}, "value": 7},
                {"labels": {"result": "401", "method": "GET_v1_health"}, "value": 1},
                {"labels": {"result": "404", "method": "OTHER_unknown_path"}, "value": 0},
            ])
        );
        assert_eq!(
            told["api_requests_duration_ms_count"]["data"][0]["value"],
            2
        );
        let mut page = Page::of(&[Scope::App]);
        traffic.add_endpoints_to(&mut page);
        let app = serde_json::to_value(&page).unwrap();
        assert_eq!(
            app["endpoint_requests"]["data"],
            json!([{"labels": {"method": "GET_v1_health", "result": "200"}, "value": 2}])
        );
    }

    #[test]
    fn a_connection_is_pending_then_open_then_gone() {
        let traffic = Traffic::default();
        let seen = || {
            let told = told(&traffic);
            [
                "web_connections",
                "web_pending_connections",
                "web_max_pending_connections",
                "landline_web_open_connections",
            ]
            .map(|name| told[name]["data"][0]["value"].as_u64().unwrap())
        };

        let (first, second) = (traffic.accept(), traffic.accept());
        assert_eq!(seen(), [2, 2, 2, 0]);
        let open = first.open();
        drop(second);
        assert_eq!(seen(), [2, 0, 2, 1]);
        drop(open);
        assert_eq!(seen(), [2, 0, 2, 0]);
    }

    #[tokio::test]
    async fn workers_are_idle_or_active() {
        let told = told(&Traffic::default());
        let number = |name: &str| told[name]["data"][0]["value"].as_u64().unwrap();

        let total = number("web_total_processes");
        assert!(total >= 1);
        let (idle, active) = (number("web_idle_processes"), number("web_active_processes"));
        assert_eq!(idle + active, total);
    }
}
