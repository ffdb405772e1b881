use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cell::Histogram;
use crate::table::{
    API_REQUESTS, API_REQUESTS_MS, API_SECONDS, COMMIT_BATCHES, DB_COUNT_AGE, DB_FILE_BYTES,
    DB_MESSAGES, DB_STATES, QUEUE_AGE, WEB_UPTIME,
};
use crate::{Page, Scope, table};

fn only(page: &Page, name: &str) -> String {
    let is_of_it = |line: &&str| line.split([' ', '{']).any(|word| word.starts_with(name));
    let text = page.to_text();
    let lines: Vec<_> = text.lines().filter(is_of_it).collect();
    lines.join("\n")
}

#[test]
fn samples_stand_below_the_help_and_the_type_of_their_family() {
    let mut page = Page::of(&[Scope::Web]).with("node", "c0ffee");

    page.add(&API_REQUESTS, ["200", "GET_v1_groups"], 2_u64);
    page.add(&API_REQUESTS, ["500", "GET_v1_groups"], 1_u64);
    page.add(&API_REQUESTS, ["200", "GET_v1_groups"], 3_u64);

    insta::assert_snapshot!(only(&page, "api_requests_duration_ms_count"), @r#"
    # HELP api_requests_duration_ms_count Requests that were answered, by HTTP status and call.
    # TYPE api_requests_duration_ms_count counter
    api_requests_duration_ms_count{result="200",method="GET_v1_groups",node="c0ffee"} 5
    api_requests_duration_ms_count{result="500",method="GET_v1_groups",node="c0ffee"} 1
    "#);
}

#[test]
fn a_histogram_has_buckets_a_sum_and_a_count() {
    let mut page = Page::of(&[Scope::AppInternal]);
    let batches = Histogram::of(&COMMIT_BATCHES);
    for size in [1, 1, 3, 700] {
        batches.size(size);
    }

    page.add_all(&COMMIT_BATCHES, [], batches.read());

    insta::assert_snapshot!(only(&page, "landline_commit_batches"), @r#"
    # HELP landline_commit_batches Batches that shared a commit.
    # TYPE landline_commit_batches histogram
    landline_commit_batches_bucket{le="1"} 2
    landline_commit_batches_bucket{le="2"} 2
    landline_commit_batches_bucket{le="4"} 3
    landline_commit_batches_bucket{le="8"} 3
    landline_commit_batches_bucket{le="16"} 3
    landline_commit_batches_bucket{le="32"} 3
    landline_commit_batches_bucket{le="64"} 3
    landline_commit_batches_bucket{le="128"} 3
    landline_commit_batches_bucket{le="256"} 3
    landline_commit_batches_bucket{le="512"} 3
    landline_commit_batches_bucket{le="+Inf"} 4
    landline_commit_batches_sum 705
    landline_commit_batches_count 4
    "#);
}

#[test]
fn times_are_seconds_and_two_of_one_series_become_one() {
    let mut page = Page::of(&[Scope::Web]);
    let (one, two) = (Histogram::of(&API_SECONDS), Histogram::of(&API_SECONDS));
    one.time(Duration::from_micros(500));
    two.time(Duration::from_millis(1_250));

    page.add_all(&API_SECONDS, ["GET_v1_groups"], one.read());
    page.add_all(&API_SECONDS, ["GET_v1_groups"], two.read());

    let text = only(&page, "landline_api_request_seconds");
    let of = |what: &str| {
        text.lines()
            .find(|line| line.contains(what))
            .and_then(|line| line.split(' ').nth(1))
            .map(str::to_owned)
    };
    assert_eq!(of("le=\"0.0005\"").as_deref(), Some("1"), "{text}");
    assert_eq!(of("le=\"1\"").as_deref(), Some("1"));
    assert_eq!(of("le=\"2.5\"").as_deref(), Some("2"));
    assert_eq!(of("_sum").as_deref(), Some("1.2505"));
    assert_eq!(of("_count").as_deref(), Some("2"));
}

#[test]
fn json_has_the_documented_shape() {
    let mut page = Page::of(&[Scope::Db, Scope::DbInternal]);

    page.add(&DB_MESSAGES, ["text"], 12_u64);
    page.add(&DB_STATES, ["incoming", "read"], 7_usize);
    page.add(&DB_COUNT_AGE, [], Duration::from_millis(1_500));

    let json = serde_json::to_value(&page).unwrap();
    assert_eq!(
        json["db_messages"],
        json!({
            "type": "gauge",
            "help": "Messages of both directions, by type.",
            "data": [{"labels": {"type": "text"}, "value": 12}],
        })
    );
    assert_eq!(
        json["landline_db_messages"]["data"],
        json!([{"labels": {"direction": "incoming", "state": "read"}, "value": 7}])
    );
    assert_eq!(
        json["landline_db_count_age_seconds"]["data"],
        json!([{"labels": {}, "value": 1.5}])
    );
    assert_eq!(
        json["db_pending_messages"]["data"],
        json!([]),
        "no sample yet"
    );
}

#[test]
fn json_tells_a_histogram_as_three_counters() {
    let mut page = Page::of(&[Scope::AppInternal]);
    let batches = Histogram::of(&COMMIT_BATCHES);
    batches.size(2);

    page.add_all(&COMMIT_BATCHES, [], batches.read());

    let json = serde_json::to_value(&page).unwrap();
    let value =
        |part: &str, at: usize| json[format!("landline_commit_batches{part}")]["data"][at].clone();
    assert_eq!(json["landline_commit_batches_bucket"]["type"], "counter");
    assert_eq!(
        value("_bucket", 0),
        json!({"labels": {"le": "1"}, "value": 0})
    );
    assert_eq!(
        value("_bucket", 10),
        json!({"labels": {"le": "+Inf"}, "value": 1})
    );
    assert_eq!(value("_sum", 0), json!({"labels": {}, "value": 2}));
    assert_eq!(value("_count", 0), json!({"labels": {}, "value": 1}));
    assert_eq!(json["landline_commit_batches"], Value::Null);
}

#[test]
fn what_is_of_another_page_is_left_out() {
    let mut page = Page::of(&[Scope::Db]);

    page.add(&DB_FILE_BYTES, [], 4_096_u64);
    page.add(&WEB_UPTIME, [], 1_u64);

    let json = serde_json::to_value(&page).unwrap();
    let names: Vec<_> = json.as_object().unwrap().keys().collect();
    let expected = table::ALL.iter().filter(|entry| entry.scope == Scope::Db);
    let mut expected: Vec<_> = expected.map(|entry| entry.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

/// A label's value read back as Prometheus reads it.
fn unescaped(text: &str) -> String {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some(escaped @ ('\\' | '"')) => value.push(escaped),
                other => panic!("{other:?} is not escaped that way"),
            },
            '"' | '\n' => panic!("a bare {character:?}"),
            other => value.push(other),
        }
    }
    value
}

/// Series of a text: name and labels as they stand, and the number.
fn series(text: &str) -> BTreeMap<String, f64> {
    let lines = text.split('\n').filter(|line| !line.is_empty());
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series.to_owned(), value.parse().unwrap())
        })
        .collect()
}

proptest! {
    #[test]
    fn any_label_value_comes_back(one in any::<String>(), two in "[\\PC\"\\\\\n\r{}=, #]*") {
        let mut page = Page::of(&[Scope::Web]);

        page.add(&API_REQUESTS_MS, [&one, &two], 42_u64);

        let text = page.to_text();
        let found = series(&text);
        prop_assert_eq!(found.len(), 1, "{}", text);
        let (line, value) = found.first_key_value().unwrap();
        prop_assert_eq!(value.to_string(), "42");
        let labels = line
            .strip_prefix("api_requests_duration_ms_sum{result=\"")
            .and_then(|rest| rest.strip_suffix("\"}"))
            .unwrap();
        // The first quote that is not escaped ends the first value.
        let mut escaped = false;
        let end = labels.find(|character| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        });
        let (first, rest) = labels.split_at(end.unwrap());
        let second = rest.strip_prefix("\",method=\"").unwrap();
        prop_assert_eq!(unescaped(first), one);
        prop_assert_eq!(unescaped(second), two);
    }

    #[test]
    fn every_number_is_one(whole in any::<u64>(), micros in any::<u64>(), more in any::<u64>()) {
        let mut page = Page::of(&[Scope::AppInternal]);

        page.add(&QUEUE_AGE, ["outbox"], Duration::from_micros(micros));
        page.add(&QUEUE_AGE, ["outbox"], Duration::from_micros(more));
        page.add(&QUEUE_AGE, ["inbox"], Duration::MAX);
        page.add(&QUEUE_AGE, ["callbacks"], whole);

        let text = page.to_text();
        prop_assert!(series(&text).values().all(|value| value.is_finite()), "{}", text);
        let json = serde_json::to_value(&page).unwrap();
        let data = json["landline_queue_oldest_seconds"]["data"].as_array().unwrap();
        prop_assert_eq!(data.len(), 3);
        prop_assert!(data.iter().all(|sample| sample["value"].is_number()), "{:?}", data);
        prop_assert_eq!(&data[0]["value"], whole);
    }
}
