//! `/v1/support` (`rest-api.md` 14.6).

use std::sync::Arc;

use jiff::Timestamp;
use onprem::Refusal;
use onprem::support::{
    CONTEXT, Connection, EndToEnd, NEVER, Network, Own, Queue as QueueInfo, Queues, Schema,
    SocketConn, Step as StepInfo, Support, UNREGISTERED, Webhook, language,
};
use reqwest::Url;
use store::{Queue, clock};

use crate::call::store_refusal;
use crate::line::{Line, LineState, Step};
use crate::record;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the language is looked for, the first one that is set.
const LOCALES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

impl Line {
    /// `GET /v1/support`.
    pub async fn support(self: &Arc<Self>) -> Result<Support, Refusal> {
        let failed = |error| store_refusal(&error);
        let about = self.store().about().await.map_err(failed)?;
        let account = self
            .records
            .get::<record::Account>(&self.config.name, "account")
            .await
            .map_err(failed)?;
        let free = self.free().await;
        let (lc, lg) = language(&locale());
        let registered_ms = account.and_then(|account| account.registrations_ms.last().copied());
        let phone_number_id = &self.client.config().phone_number_id;
        Ok(Support {
            context: CONTEXT,
            db_engine: about.engine,
            db_info: vec![format!("{} {}", about.engine, about.version)],
            debug_info: self.number().unwrap_or_else(|| UNREGISTERED.to_owned()),
            description: format!("landline {VERSION}"),
            device_iso8601: iso8601(clock::now_ms()),
            e2e: EndToEnd {
                identity_timestamp: registered_ms.unwrap_or_default() / 1000,
                registration_id: phone_number_id.parse().unwrap_or_default(),
            },
            env: environment(),
            expire_timestamp: NEVER,
            free_space_data: free.and_then(|free| free.data),
            free_space_logs: free.and_then(|free| free.data),
            free_space_media_incoming: free.and_then(|free| free.media),
            free_space_media_outgoing: free.and_then(|free| free.media),
            landline: self.own(about.strays).await,
            lc,
            lg,
            multi_connect: false,
            os_name: self.system.os_name.clone(),
            os_version: self.system.os_version.clone(),
            schema: Schema::all(about.schema),
            socket_conn: socket_conn(&self.state()),
        })
    }

    async fn own(self: &Arc<Self>, strays: u64) -> Own {
        let uptime_ms = clock::now_ms() - self.meter.began_ms;
        Own {
            line: self.config.name.to_string(),
            network: self.network_info(),
            node: self.system.node.clone(),
            pid: std::process::id(),
            queues: self.queues().await.map(|queues| {
                let info = |queue| {
                    let look = queues.of(queue);
                    QueueInfo {
                        oldest_seconds: look.age().as_secs(),
                        rows: look.rows,
                    }
                };
                Queues {
                    callbacks: info(Queue::Callbacks),
                    inbox: info(Queue::Inbox),
                    outbox: info(Queue::Outbox),
                }
            }),
            connection: self.connection_info(),
            strays,
            templates: self.templates.count(),
            uptime_seconds: u64::try_from(uptime_ms).unwrap_or(0) / 1000,
            version: VERSION,
            webhook: Webhook {
                host: host_of(&self.settings().webhook_url),
                is_down: self.meter.gate_closed.get() > 0,
                set_aside: self.meter.set_aside.get(),
            },
        }
    }

    fn network_info(&self) -> Network {
        let upstream = self.client.config();
        let answered = self.client.last_answer();
        Network {
            answered_seconds_ago: answered.map(|at| at.elapsed().as_secs()),
            base_url: upstream.base_url.clone(),
            account_id: upstream.account_id.clone(),
            phone_number_id: upstream.phone_number_id.clone(),
            version: upstream.version.clone(),
        }
    }

    fn connection_info(&self) -> Connection {
        let (meter, state) = (&self.meter, self.state());
        let since_ms = i64::try_from(meter.state_since_ms.get()).unwrap_or_default();
        let (reason, step) = match &state {
            LineState::Disconnected { reason } | LineState::Locked { reason } => {
                (Some(reason.clone()), None)
            }
            LineState::Connecting { trouble } => (trouble.clone(), None),
            LineState::Starting(step) => (None, Some(step_info(step))),
            LineState::Unregistered | LineState::Ready => (None, None),
        };
        Connection {
            reason,
            sessions: meter.sessions.get(),
            since: iso8601(since_ms),
            startup_ms: meter.startup_ms.get(),
            startups_capped: meter.startups_capped.get(),
            state: state.word(),
            step,
        }
    }
}

fn step_info(step: &Step) -> StepInfo {
    match *step {
        Step::Templates { loaded } => StepInfo::Templates { loaded },
        Step::Offline { processed, left } => StepInfo::Offline { processed, left },
    }
}

/// The documented word for a state (`operations.md` 2.3).
fn socket_conn(state: &LineState) -> SocketConn {
    match state {
        LineState::Unregistered | LineState::Disconnected { .. } | LineState::Locked { .. } => {
            SocketConn::Down
        }
        LineState::Connecting { .. } => SocketConn::Connecting,
        LineState::Starting(_) => SocketConn::Starting,
        LineState::Ready => SocketConn::Up,
    }
}

fn iso8601(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn locale() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    LOCALES.into_iter().find_map(set).unwrap_or_default()
}

/// Names only: values may be secrets.
fn environment() -> Vec<String> {
    let mut names: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

/// Of a URL only this is told: its path and query may hold a secret.
fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(LineState::Unregistered, SocketConn::Down)]
    #[case(LineState::Disconnected { reason: String::new() }, SocketConn::Down)]
    #[case(LineState::Locked { reason: String::new() }, SocketConn::Down)]
    #[case(LineState::Connecting { trouble: None }, SocketConn::Connecting)]
    #[case(LineState::Starting(Step::Templates { loaded: 1 }), SocketConn::Starting)]
    #[case(LineState::Starting(Step::Offline { processed: 1, left: 1 }), SocketConn::Starting)]
    #[case(LineState::Ready, SocketConn::Up)]
    fn each_state_has_its_documented_word(#[case] state: LineState, #[case] word: SocketConn) {
        assert_eq!(socket_conn(&state), word);
    }

    #[test]
    fn a_time_is_told_in_seconds_of_utc() {
        assert_eq!(iso8601(1_790_000_000_999), "2026-09-21T14:13:20Z");
        assert_eq!(iso8601(i64::MAX), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn of_a_webhook_only_the_host_is_told() {
        let url = "https://user:word@crm.example:8443/hook/s3cret?key=s3cret#x";

        assert_eq!(host_of(url).as_deref(), Some("crm.example"));
        assert_eq!(host_of(""), None);
    }
}
