//! `/v1/stats/app` and `/v1/stats/app/internal` (`rest-api.md` 14.3, 14.5): what the line counts, in memory.

use std::sync::Arc;
use std::time::Duration;

use meter::{Page, Scope, table};

use super::host::Process;
use super::{QUEUES, host};
use crate::line::{GatewayStatus, Line, LineState, Step};

impl Line {
    /// The page of the core; `internal` with Landline's own. What only the web counts (`endpoint_requests`) is still
    /// missing.
    pub async fn app_stats(self: &Arc<Self>, internal: bool) -> Page {
        let scopes: &[Scope] = if internal {
            &[Scope::App, Scope::AppInternal]
        } else {
            &[Scope::App]
        };
        let mut page = Page::of(scopes);
        self.add_callbacks(&mut page);
        self.add_messages(&mut page);
        self.add_queries(&mut page);
        self.add_upstream(&mut page);
        self.add_state(&mut page);
        let free = self.free().await;
        if let Some(bytes) = free.and_then(|free| free.media) {
            page.add(&table::MEDIA_VOLUME_FREE, [], bytes);
        }
        if internal {
            add_volumes(&mut page, free);
            self.add_queues(&mut page).await;
            self.add_loops(&mut page);
            self.add_startup(&mut page);
            self.add_process(&mut page);
        }
        page
    }

    /// Free space, as it was two seconds ago at most.
    pub(super) async fn free(&self) -> Option<host::Free> {
        let (data, media) = (self.config.data_dir.clone(), self.config.media_dir.clone());
        let reading = self.meter.free.get(|| host::free(data, media)).await;
        reading.map(|reading| *reading.value)
    }

    fn add_callbacks(&self, page: &mut Page) {
        let meter = &self.meter;
        let (_, waiting) = self.signals.depths();
        page.add(&table::CALLBACK_QUEUE_SIZE, [], waiting);
        for ([kind, result], cell) in meter.callbacks.all() {
            let (labels, found) = ([kind.as_str(), result.as_str()], cell.read());
            page.add(&table::CALLBACK_REQUESTS, labels, found.count());
            page.add(&table::CALLBACK_REQUESTS_COUNT, labels, found.count());
            page.add(&table::CALLBACK_REQUESTS_MS, labels, found.sum_ms());
            page.add_all(&table::WEBHOOK_SECONDS, [&kind], found);
        }
        page.add_all(&table::DELIVERY_SECONDS, [], meter.deliveries.read());
        page.add(&table::SET_ASIDE, [], meter.set_aside.get());
        page.add(&table::GATE_CLOSED, [], meter.gate_closed.get());
    }

    fn add_messages(&self, page: &mut Page) {
        let meter = &self.meter;
        let (waiting, _) = self.signals.depths();
        page.add(&table::OUTGOING_QUEUE_SIZE, [], waiting);
        for ([kind, result], cell) in meter.outgoing.all() {
            page.add(&table::OUTGOING_MESSAGES, [&kind, &result], cell.get());
        }
        for ([kind], cell) in meter.incoming.all() {
            page.add(&table::INCOMING_MESSAGES, [&kind], cell.get());
        }
        for ([status], cell) in meter.statuses.all() {
            page.add(&table::MESSAGE_STATUSES, [&status], cell.get());
        }
        let (possible, repeated) = (&meter.possible_duplicates, &meter.repeated_events);
        page.add(&table::POSSIBLE_DUPLICATES, [], possible.get());
        page.add(&table::REPEATED_EVENTS, [], repeated.get());
        page.add(&table::STRAY_EVENTS, [], meter.stray_events.get());
        page.add(&table::MEDIA_BYTES, ["outgoing"], meter.uploaded.get());
        page.add(&table::MEDIA_BYTES, ["incoming"], meter.downloaded.get());
    }

    fn add_queries(&self, page: &mut Page) {
        let activity = self.store().activity();
        for ([result], cell) in activity.queries.all() {
            let found = cell.read();
            page.add(&table::DB_QUERIES, [&result], found.count());
            page.add(&table::DB_QUERIES_COUNT, [&result], found.count());
            page.add(&table::DB_QUERIES_MS, [&result], found.sum_ms());
        }
        page.add_all(&table::COMMIT_BATCHES, [], activity.groups.read());
        page.add_all(&table::COMMIT_SECONDS, [], activity.commits.read());
    }

    fn add_upstream(&self, page: &mut Page) {
        for ([call, result], cell) in self.client.exchanges().all() {
            let found = cell.read();
            page.add(&table::UPSTREAM_REQUESTS, [&result], found.count());
            page.add(&table::UPSTREAM_REQUESTS_COUNT, [&result], found.count());
            page.add(&table::UPSTREAM_CALLS, [&call, &result], found.count());
            page.add(&table::UPSTREAM_REQUESTS_MS, [&result], found.sum_ms());
            page.add_all(&table::UPSTREAM_SECONDS, [&call], found);
        }
    }

    fn add_state(&self, page: &mut Page) {
        let state = self.state();
        for status in GatewayStatus::ALL {
            let holds = state.gateway_status() == status;
            page.add(&table::GATEWAY_STATE, [status.as_str()], holds);
        }
        page.add(&table::READY, [], state == LineState::Ready);
        let took = Duration::from_millis(self.meter.startup_ms.get());
        page.add(&table::STARTUP_SECONDS, [], took);
        page.add(
            &table::STARTUPS_CAPPED,
            [],
            self.meter.startups_capped.get(),
        );
    }

    async fn add_queues(self: &Arc<Self>, page: &mut Page) {
        let Some(queues) = self.queues().await else {
            return;
        };
        for (queue, word) in QUEUES {
            let look = queues.of(queue);
            page.add(&table::QUEUE_ROWS, [word], look.rows);
            page.add(&table::QUEUE_AGE, [word], look.age());
        }
    }

    fn add_loops(&self, page: &mut Page) {
        for (queue, word) in QUEUES {
            let of_queue = self.meter.loops.of(queue);
            page.add(&table::LANES, [word], of_queue.lanes.get());
            page.add(&table::IN_FLIGHT, [word], of_queue.in_flight.get());
            page.add(&table::RETRIES, [word], of_queue.retries.get());
        }
    }

    fn add_startup(&self, page: &mut Page) {
        page.add(&table::SESSIONS, [], self.meter.sessions.get());
        page.add(&table::TEMPLATES, [], self.templates.count());
        let (templates, offline) = match self.state() {
            LineState::Starting(Step::Templates { .. }) => (true, None),
            LineState::Starting(Step::Offline { processed, left }) => {
                (false, Some((processed, left)))
            }
            _ => (false, None),
        };
        page.add(&table::STARTUP_STEP, ["templates"], templates);
        page.add(&table::STARTUP_STEP, ["offline"], offline.is_some());
        let (processed, left) = offline.unwrap_or_default();
        page.add(&table::OFFLINE_MESSAGES, ["processed"], processed);
        page.add(&table::OFFLINE_MESSAGES, ["left"], left);
        if let Some(mailbox) = &self.config.mailbox {
            let announced = mailbox.borrow().announced();
            page.add(&table::OFFLINE_MESSAGES, ["announced"], announced);
        }
    }

    fn add_process(&self, page: &mut Page) {
        let process = Process::read();
        page.add(&table::BUILD, [env!("CARGO_PKG_VERSION")], 1_u64);
        let began_ms = u64::try_from(self.meter.began_ms).unwrap_or(0);
        page.add(&table::PROCESS_START, [], Duration::from_millis(began_ms));
        if let Some(cpu) = process.cpu {
            page.add(&table::PROCESS_CPU, [], cpu);
        }
        for (metric, value) in [
            (&table::PROCESS_MEMORY, process.resident),
            (&table::PROCESS_VIRTUAL, process.reserved),
            (&table::PROCESS_THREADS, process.threads),
            (&table::PROCESS_FILES, process.files),
            (&table::PROCESS_MOST_FILES, process.most_files),
        ] {
            if let Some(value) = value {
                page.add(metric, [], value);
            }
        }
    }
}

fn add_volumes(page: &mut Page, free: Option<host::Free>) {
    let Some(free) = free else { return };
    for (volume, bytes) in [("data", free.data), ("media", free.media)] {
        if let Some(bytes) = bytes {
            page.add(&table::VOLUME_FREE, [volume], bytes);
        }
    }
}
