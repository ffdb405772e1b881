//! The one table of metrics: name, type, labels, help, and which call shows it.
//!
//! Names without the prefix `landline_` are the On-Premises API's own (`rest-api.md` 14, `operations.md` 7.2) or, those that
//! begin with `process_`, what Prometheus clients call them everywhere. Times in names that the original has are
//! milliseconds; ours are seconds. A label never holds anything that a stranger may choose.

use crate::metric::{Entry, Kind, Metric, Scale, Scope, Unit};

/// Requests and commits: 0.5 ms to 30 s.
pub const LATENCY: &Scale = &Scale {
    unit: Unit::Seconds,
    bounds: &[
        500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 5_000_000, 10_000_000, 30_000_000,
    ],
};

/// Time in a queue: 10 ms to a day.
pub const WAITING: &Scale = &Scale {
    unit: Unit::Seconds,
    bounds: &[
        10_000,
        50_000,
        100_000,
        500_000,
        1_000_000,
        5_000_000,
        15_000_000,
        60_000_000,
        300_000_000,
        900_000_000,
        3_600_000_000,
        21_600_000_000,
        86_400_000_000,
    ],
};

/// Batches in one commit: 1 to 512.
pub const GROUP: &Scale = &Scale {
    unit: Unit::Whole,
    bounds: &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
};

macro_rules! kind {
    (gauge) => {
        Kind::Gauge
    };
    (counter) => {
        Kind::Counter
    };
    ($scale:ident) => {
        Kind::Histogram($scale)
    };
}

macro_rules! table {
    ($($scope:ident { $($constant:ident = $kind:tt $name:literal [$($label:literal),*] $help:literal;)* })*) => {
        $($(
            #[doc = concat!("`", $name, "`: ", $help)]
            pub const $constant: Metric<{ <[&str]>::len(&[$($label),*]) }> = Metric {
                entry: &Entry {
                    name: $name,
                    kind: kind!($kind),
                    help: $help,
                    labels: &[$($label),*],
                    scope: Scope::$scope,
                },
            };
        )*)*

        /// Every metric, call by call.
        pub const ALL: &[&Entry] = &[$($($constant.entry),*),*];
    };
}

table! {
    Web {
        WEB_UPTIME = gauge "web_uptime" []
            "Seconds since the web layer started.";
        WEB_CONNECTIONS = counter "web_connections" []
            "Connections that were accepted.";
        WEB_PENDING_CONNECTIONS = gauge "web_pending_connections" []
            "Accepted connections that are not served yet: their TLS handshake is under way.";
        WEB_MAX_PENDING_CONNECTIONS = gauge "web_max_pending_connections" []
            "The most web_pending_connections since the start.";
        WEB_QUEUE_LEN = gauge "web_queue_len" []
            "Connections that may wait to be accepted: the length of the listener's queue.";
        WEB_IDLE_PROCESSES = gauge "web_idle_processes" []
            "Worker threads that have nothing to do.";
        WEB_ACTIVE_PROCESSES = gauge "web_active_processes" []
            "Worker threads at work.";
        WEB_TOTAL_PROCESSES = gauge "web_total_processes" []
            "Worker threads.";
        WEB_REQUESTS = gauge "web_requests" ["state"]
            "Requests in work: their body is read (read), they are worked on (handle-request), the answer is written (write).";
        API_REQUESTS_MS = counter "api_requests_duration_ms_sum" ["result", "method"]
            "Time until requests were answered, in milliseconds, by HTTP status and call.";
        API_REQUESTS = counter "api_requests_duration_ms_count" ["result", "method"]
            "Requests that were answered, by HTTP status and call.";
        OPEN_CONNECTIONS = gauge "landline_web_open_connections" []
            "Connections that are open.";
        RECEIVED_BYTES = counter "landline_web_received_bytes_total" []
            "Bytes of requests that came in, without those of TLS.";
        SENT_BYTES = counter "landline_web_sent_bytes_total" []
            "Bytes of answers that went out, without those of TLS.";
        API_SECONDS = LATENCY "landline_api_request_seconds" ["method"]
            "Time until requests were answered, by call.";
    }
    App {
        CALLBACK_QUEUE_SIZE = gauge "callback_queue_size" []
            "Notifications that wait for the webhook.";
        CALLBACK_REQUESTS = counter "callback_requests" ["type", "result"]
            "Notifications that were posted: success, the HTTP status, or the number of a transport error (as curl numbers them).";
        CALLBACK_REQUESTS_MS = counter "callback_requests_duration_ms_sum" ["type", "result"]
            "Time that the webhook took, in milliseconds.";
        CALLBACK_REQUESTS_COUNT = counter "callback_requests_duration_ms_count" ["type", "result"]
            "Notifications whose time was taken.";
        ENDPOINT_REQUESTS = counter "endpoint_requests" ["method", "result"]
            "Requests that the core answered, by call and HTTP status: not those that the web refused by itself.";
        DB_QUERIES = counter "db_queries" ["result"]
            "Questions and batches for the store: success, refused (what they expected was not so), failure.";
        DB_QUERIES_MS = counter "db_queries_duration_ms_sum" ["result"]
            "Time that they took, in milliseconds, waiting included.";
        DB_QUERIES_COUNT = counter "db_queries_duration_ms_count" ["result"]
            "Questions and batches whose time was taken.";
        OUTGOING_QUEUE_SIZE = gauge "outgoing_queue_size" []
            "Messages and read receipts that wait to be sent.";
        OUTGOING_MESSAGES = counter "outgoing_messages" ["type", "result"]
            "Messages that left the outbox: success, or the code that they failed with.";
        INCOMING_MESSAGES = counter "incoming_messages" ["type"]
            "Messages that customers sent.";
        MESSAGE_STATUSES = counter "message_statuses" ["status"]
            "Statuses of messages that the network told.";
        UPSTREAM_REQUESTS = counter "upstream_requests" ["result"]
            "Requests to the network: the HTTP status, unsent (no connection), or unknown (no answer).";
        UPSTREAM_REQUESTS_MS = counter "upstream_requests_duration_ms_sum" ["result"]
            "Time that they took, in milliseconds.";
        UPSTREAM_REQUESTS_COUNT = counter "upstream_requests_duration_ms_count" ["result"]
            "Requests to the network whose time was taken.";
        MEDIA_VOLUME_FREE = gauge "media_volume_free_bytes" []
            "Bytes that are free where media files are kept.";
        GATEWAY_STATE = gauge "gateway_state" ["state"]
            "1 for the gateway_status that health tells, 0 for the others.";
        READY = gauge "landline_ready" []
            "1 when sends are accepted.";
        STARTUP_SECONDS = gauge "landline_startup_seconds" []
            "How long the last start-up flow took, from the connecting call to ready.";
        STARTUPS_CAPPED = counter "landline_startup_capped_total" []
            "Start-up flows that ran into their limit.";
    }
    AppInternal {
        QUEUE_ROWS = gauge "landline_queue_rows" ["queue"]
            "Rows of the durable queues.";
        QUEUE_AGE = gauge "landline_queue_oldest_seconds" ["queue"]
            "How long the oldest row of a queue has waited.";
        LANES = gauge "landline_lanes" ["queue"]
            "Customers who have something in a queue.";
        IN_FLIGHT = gauge "landline_in_flight" ["queue"]
            "Rows of a queue that are in work.";
        SET_ASIDE = gauge "landline_callbacks_set_aside" []
            "Notifications that were set aside.";
        GATE_CLOSED = gauge "landline_webhook_gate_closed" []
            "1 while the webhook counts as down and is only probed.";
        RETRIES = counter "landline_retries_total" ["queue"]
            "Rows that were put back to be tried again.";
        POSSIBLE_DUPLICATES = counter "landline_possible_duplicates_total" []
            "Messages that were sent again although an earlier try may have left.";
        REPEATED_EVENTS = counter "landline_repeated_events_total" []
            "Events of the network that were known already.";
        STRAY_EVENTS = counter "landline_stray_events_total" []
            "Events that could not be processed and were kept aside.";
        SESSIONS = counter "landline_sessions_total" []
            "Connections that were begun.";
        STARTUP_STEP = gauge "landline_startup_step" ["step"]
            "1 for the step of the start-up flow that runs.";
        OFFLINE_MESSAGES = gauge "landline_offline_messages" ["state"]
            "Offline messages of the running start-up: processed, and left; announced by a relay on a host of its own.";
        TEMPLATES = gauge "landline_templates" []
            "Templates in the table, each language counted.";
        COMMIT_BATCHES = GROUP "landline_commit_batches" []
            "Batches that shared a commit.";
        COMMIT_SECONDS = LATENCY "landline_commit_seconds" []
            "Time of a commit, its changes included.";
        UPSTREAM_CALLS = counter "landline_upstream_requests_total" ["call", "result"]
            "Requests to the network, by call.";
        UPSTREAM_SECONDS = LATENCY "landline_upstream_request_seconds" ["call"]
            "Time until the network answered, by call.";
        WEBHOOK_SECONDS = LATENCY "landline_webhook_request_seconds" ["type"]
            "Time that the webhook took.";
        DELIVERY_SECONDS = WAITING "landline_callback_delivery_seconds" []
            "Time from a notification's making to its delivery.";
        MEDIA_BYTES = counter "landline_media_bytes_total" ["direction"]
            "Bytes of media files that were written: uploads (outgoing), downloads (incoming).";
        VOLUME_FREE = gauge "landline_volume_free_bytes" ["volume"]
            "Bytes that are free where the store and the media files are kept.";
        BUILD = gauge "landline_build_info" ["version"]
            "1, with the program's version.";
        PROCESS_START = gauge "process_start_time_seconds" []
            "When the process started, Unix seconds.";
        PROCESS_CPU = counter "process_cpu_seconds_total" []
            "Processor time of the process.";
        PROCESS_MEMORY = gauge "process_resident_memory_bytes" []
            "Memory of the process that is in use.";
        PROCESS_VIRTUAL = gauge "process_virtual_memory_bytes" []
            "Memory that the process has reserved.";
        PROCESS_THREADS = gauge "process_threads" []
            "Threads of the process.";
        PROCESS_FILES = gauge "process_open_fds" []
            "Files and sockets that the process has open.";
        PROCESS_MOST_FILES = gauge "process_max_fds" []
            "Files and sockets that it may have open.";
    }
    Db {
        DB_CONTACTS = gauge "db_contacts" ["type"]
            "Contacts: whatsapp_user, non_whatsapp_user.";
        DB_MESSAGE_RECEIPTS = gauge "db_message_receipts" []
            "Sent messages that are known to be delivered or read.";
        DB_MESSAGES = gauge "db_messages" ["type"]
            "Messages of both directions, by type.";
        DB_PENDING_CALLBACKS = gauge "db_pending_callbacks" []
            "Notifications that wait for the webhook.";
        DB_PENDING_MESSAGES = gauge "db_pending_messages" []
            "Messages and read receipts that wait to be sent.";
    }
    DbInternal {
        DB_STATES = gauge "landline_db_messages" ["direction", "state"]
            "Messages, by direction and how far they came.";
        DB_RECORDS = gauge "landline_db_records" ["kind"]
            "Records: users, tokens, templates, media, contacts.";
        DB_MEDIA_BYTES = gauge "landline_db_media_bytes" []
            "Bytes of the media files that the store knows.";
        DB_FILE_BYTES = gauge "landline_db_file_bytes" []
            "Size of the database.";
        DB_SCHEMA = gauge "landline_db_schema_version" []
            "Version of the schema.";
        DB_STRAYS = gauge "landline_db_strays" []
            "Events kept aside, of numbers that no line has or that could not be processed; 10,000 stands for any more. They are forgotten after eight days.";
        DB_COUNT_AGE = gauge "landline_db_count_age_seconds" []
            "How old the counts of messages, contacts and records are.";
        DB_COUNT_SECONDS = gauge "landline_db_count_seconds" []
            "How long counting them took.";
    }
}

#[cfg(test)]
mod tests;
