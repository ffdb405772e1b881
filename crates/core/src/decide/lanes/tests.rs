//! What lanes promise.

use proptest::prelude::*;

use super::*;

fn row(lane: &str, key: Key, due_ms: i64) -> Ref {
    Ref {
        key,
        lane: Lane::new(lane),
        due_ms,
        attempts: 0,
        claimed_by: None,
        event_time_s: 0,
        set_aside: false,
    }
}

#[test]
fn one_customer_has_one_try_in_flight_and_keeps_its_order() {
    let mut lanes = Lanes::new(64);
    for key in 1..=3 {
        lanes.push(&row("a", key, 0), 0);
    }

    let (lane, first) = lanes.next(0).unwrap();
    assert_eq!(first.key, 1);
    assert_eq!(lanes.next(0), None);

    lanes.finish(&lane, 1, 0);
    assert_eq!(lanes.next(0).unwrap().1.key, 2);
}

#[test]
fn a_customer_that_waits_delays_nobody_else() {
    let mut lanes = Lanes::new(64);
    lanes.push(&row("a", 1, 0), 0);
    lanes.push(&row("a", 2, 0), 0);
    lanes.push(&row("b", 3, 0), 0);

    let (lane, mut entry) = lanes.next(0).unwrap();
    entry.due_ms = 100;
    lanes.put_back(&lane, entry, 0);

    assert_eq!(lanes.next(0).unwrap().1.key, 3);
    assert_eq!(lanes.next(99), None);
    assert_eq!(lanes.next_due_ms(), Some(100));
    assert_eq!(lanes.next(100).unwrap().1.key, 1);
}

#[test]
fn no_more_are_in_flight_than_allowed() {
    let mut lanes = Lanes::new(2);
    for (lane, key) in [("a", 1), ("b", 2), ("c", 3)] {
        lanes.push(&row(lane, key, 0), 0);
    }

    let (lane, entry) = lanes.next(0).unwrap();
    lanes.next(0).unwrap();
    assert_eq!(lanes.next(0), None);

    lanes.finish(&lane, entry.key, 0);
    assert_eq!(lanes.next(0).unwrap().1.key, 3);
}

#[test]
fn probes_take_another_customers_oldest_each_time() {
    let mut lanes = Lanes::new(6);
    for (lane, key) in [("a", 1), ("a", 2), ("b", 3)] {
        lanes.push(&row(lane, key, 1000), 0);
    }

    let mut probed = Vec::new();
    for _ in 0..3 {
        let (lane, entry) = lanes.probe().unwrap();
        probed.push(entry.key);
        lanes.put_back(&lane, entry, 0);
    }

    assert_eq!(probed, [1, 3, 1]);
}

#[test]
fn a_probe_prefers_what_was_never_tried() {
    let mut lanes = Lanes::new(6);
    for (lane, key, attempts) in [("a", 1, 3), ("b", 2, 3), ("c", 3, 0)] {
        let row = Ref {
            attempts,
            ..row(lane, key, 1000)
        };
        lanes.push(&row, 0);
    }

    assert_eq!(lanes.probe().unwrap().1.key, 3);
    assert_eq!(lanes.probe().unwrap().1.key, 1);
}

#[test]
fn a_row_that_a_status_named_frees_its_lane_at_once() {
    let mut lanes = Lanes::new(64);
    let mut claimed = row("a", 1, 5000);
    claimed.claimed_by = Some(store::Token(1));
    lanes.push(&claimed, 0);
    lanes.push(&row("a", 2, 0), 0);
    assert_eq!(lanes.next(0), None);

    lanes.remove(&Lane::new("a"), 1, 0);

    assert_eq!(lanes.next(0).unwrap().1.key, 2);
}

#[test]
fn a_status_that_overtakes_a_lost_answer_frees_the_lane_when_the_try_ends() {
    let mut lanes = Lanes::new(64);
    lanes.push(&row("a", 1, 0), 0);
    lanes.push(&row("a", 2, 0), 0);
    let (lane, mut entry) = lanes.next(0).unwrap();

    lanes.remove(&lane, 1, 0);
    entry.due_ms = 5000;
    entry.uncertain = true;
    lanes.put_back(&lane, entry, 0);

    assert_eq!(lanes.next(0).unwrap().1.key, 2);
    assert_eq!(lanes.len(), 1);
}

#[test]
fn rows_that_may_have_left_wait_anew_for_a_new_connection() {
    let mut lanes = Lanes::new(64);
    let mut claimed = row("a", 1, 0);
    claimed.claimed_by = Some(store::Token(1));
    lanes.push(&claimed, 0);

    lanes.hold_uncertain(5000, 0);

    assert_eq!(lanes.next(4999), None);
    assert!(lanes.next(5000).unwrap().1.uncertain);
}

proptest! {
    /// Whatever happens, every row is tried in the order of its lane, none is lost, and the counters agree.
    #[test]
    fn every_row_comes_out_in_order(
        rows in prop::collection::vec((0_u8..5, 0_i64..50), 1..60),
        limit in 1_usize..8,
        choices in prop::collection::vec(any::<u8>(), 600),
    ) {
        let mut lanes = Lanes::new(limit);
        let mut expected = BTreeMap::<Lane, Vec<Key>>::new();
        for (at, (lane, due_ms)) in rows.iter().enumerate() {
            let key = Key::try_from(at).unwrap() + 1;
            let row = row(&format!("lane{lane}"), key, *due_ms);
            expected.entry(row.lane.clone()).or_default().push(key);
            lanes.push(&row, 0);
        }
        let mut done = BTreeMap::<Lane, Vec<Key>>::new();
        let mut flying = Vec::new();
        let mut now = 0;
        let mut choices = choices.into_iter().cycle();
        let mut steps = 0;
        while !lanes.is_empty() {
            steps += 1;
            prop_assert!(steps < 10_000, "the lanes are stuck");
            let choice = choices.next().unwrap();
            let got = if choice % 7 == 0 { lanes.probe() } else { lanes.next(now) };
            flying.extend(got);
            prop_assert!(flying.len() == lanes.in_flight());
            if choice % 5 == 0 { lanes.clear_delays(now); }
            if flying.is_empty() || choice % 3 == 0 { now += 5; }
            if !flying.is_empty() && (choice % 2 == 0 || flying.len() >= limit) {
                let (lane, mut entry) = flying.remove(usize::from(choice) % flying.len());
                // A choice that never changes would put the same row back for ever.
                if choice % 4 == 1 && entry.attempts < 3 {
                    entry.due_ms = now + 3;
                    entry.attempts += 1;
                    lanes.put_back(&lane, entry, now);
                } else {
                    lanes.finish(&lane, entry.key, now);
                    done.entry(lane).or_default().push(entry.key);
                }
            }
        }
        prop_assert_eq!(done, expected);
        prop_assert_eq!(lanes.in_flight(), 0);
    }
}
