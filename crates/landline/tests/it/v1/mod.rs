//! `/v1`, one file per subject of the surface. Answers are compared whole; what differs from run to run is named first.

mod account;
mod backup;
mod business;
mod certificates;
mod contacts;
mod deregister;
mod errors;
mod flood;
mod groups;
mod health;
mod identity;
mod inbound;
mod logs;
mod media;
mod messages;
mod metrics;
mod openapi;
mod out_of_band;
mod pathological;
mod profile;
mod providers;
mod roles;
mod samples;
mod services;
mod settings;
mod shards;
mod stats;
mod statuses;
mod stickerpacks;
mod support;
mod two_step;
mod users;
mod webhooks;

use serde_json::{Value, json};

use crate::support::Answer;

/// A value with other words for what differs from run to run: each known text by its name, wherever it stands, and the
/// member `timestamp` by `[time]` when it is what it has to be, a string of Unix seconds.
fn plain(value: &Value, names: &[(&str, &str)]) -> Value {
    match value {
        Value::String(text) => {
            let named = |text: String, (known, name): &(&str, &str)| text.replace(known, name);
            names.iter().fold(text.clone(), named).into()
        }
        Value::Array(elements) => elements
            .iter()
            .map(|element| plain(element, names))
            .collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let is_time = name == "timestamp" && value.as_str().is_some_and(is_seconds);
                (
                    name.clone(),
                    if is_time {
                        "[time]".into()
                    } else {
                        plain(value, names)
                    },
                )
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn is_seconds(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares a refusal whole (see [`Answer::refusal`]), whose details say all of these words.
#[track_caller]
fn assert_refused(answer: &Answer, refusal: (u16, u64), words: &[&str]) {
    assert_eq!(answer.refusal(), refusal, "{answer:?}");
    for word in words {
        assert!(
            answer.details().contains(word),
            "{word:?} is not in {answer:?}"
        );
    }
}

/// An empty success (`rest-api.md` 1.3).
fn empty_success(status: u16) -> Value {
    json!({"status": status, "body": {"meta": {"api_status": "stable", "version": "v2.53.1"}}})
}
