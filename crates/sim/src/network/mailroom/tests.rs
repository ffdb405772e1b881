//! The order of lanes, and when they are tried.

use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;

fn key(customer: &str) -> LaneKey {
    LaneKey {
        number: 0,
        customer: Arc::from(customer),
    }
}

fn update(text: &str, made_ms: i64) -> Update {
    Update {
        kind: Kind::Message,
        json: text.to_owned(),
        card: None,
        made_ms,
    }
}

fn leave(room: &mut Mailroom) -> Option<(u64, Vec<String>)> {
    room.depart(&[0]).map(|departure| {
        let texts = departure
            .updates
            .iter()
            .map(|(_, update)| update.json.clone())
            .collect();
        (departure.ticket, texts)
    })
}

#[test]
fn retries_come_at_once_then_after_doubling_minutes() {
    assert_eq!(
        [1, 2, 3, 4, 5].map(pause_ms),
        [0, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    );
    assert_eq!(pause_ms(u32::MAX), 24 * 60 * MINUTE);
}

#[test]
fn a_customers_later_updates_wait_behind_what_was_not_taken_and_others_go_on() {
    let mut room = Mailroom::default();
    room.post(key("a"), update("a1", 0));
    let (ticket, texts) = leave(&mut room).unwrap();
    assert_eq!(texts, ["a1"]);
    room.post(key("a"), update("a2", 0));
    assert!(leave(&mut room).is_none());
    room.arrive(ticket, false, false, 0);
    let (ticket, texts) = leave(&mut room).unwrap();
    assert_eq!(texts, ["a1", "a2"]);
    room.arrive(ticket, false, false, 0);

    assert!(room.post(key("b"), update("b1", 0)));
    let (ticket, texts) = leave(&mut room).unwrap();
    assert_eq!(texts, ["b1"]);
    room.arrive(ticket, true, false, 0);
    assert_eq!(room.next_due(), Some(MINUTE));
    assert!(room.tick(MINUTE));
    assert_eq!(leave(&mut room).unwrap().1, ["a1", "a2"]);
}

#[test]
fn a_sign_of_life_makes_all_due_also_during_a_post() {
    let mut room = Mailroom::default();
    room.post(key("a"), update("a1", 0));
    let (ticket, _) = leave(&mut room).unwrap();
    room.arrive(ticket, false, true, 0);
    let (ticket, _) = leave(&mut room).unwrap();
    room.arrive(ticket, false, true, 0);
    assert!(leave(&mut room).is_none());

    assert!(room.hear());
    let (ticket, _) = leave(&mut room).unwrap();
    room.hear();
    room.arrive(ticket, false, true, 0);
    assert!(leave(&mut room).is_some());
}

#[test]
fn after_seven_days_an_update_is_dropped() {
    let mut room = Mailroom::default();
    room.post(key("a"), update("old", 0));
    room.post(key("a"), update("new", 1000));
    let (ticket, _) = leave(&mut room).unwrap();

    room.tick(LIFETIME_MS);
    assert_eq!(room.len(), 2);
    room.arrive(ticket, false, false, LIFETIME_MS);
    room.tick(LIFETIME_MS + MINUTE);

    assert_eq!(room.len(), 0);
    assert!(leave(&mut room).is_none());
}

#[test]
fn batches_are_bounded_in_number_and_bytes() {
    let mut room = Mailroom::default();
    for at in 0..250 {
        room.post(key("a"), update(&at.to_string(), 0));
    }
    let (ticket, texts) = leave(&mut room).unwrap();
    assert_eq!(
        (texts.len(), texts.first().map(String::as_str)),
        (BATCH, Some("0"))
    );
    room.arrive(ticket, true, false, 0);
    assert_eq!(
        leave(&mut room).unwrap().1.first().map(String::as_str),
        Some("100")
    );

    let mut room = Mailroom::default();
    for at in 0..3 {
        room.post(
            key(&at.to_string()),
            update(&"x".repeat(BATCH_BYTES * 2 / 3), 0),
        );
    }
    assert_eq!(leave(&mut room).unwrap().1.len(), 1);
}

proptest! {
    /// Whatever is posted, taken, refused or heard, in whatever order: each update is taken once, in its lane's order.
    #[test]
    fn each_update_is_taken_once_and_in_order(
        steps in proptest::collection::vec((0_u8..6, 0_usize..4), 1..200),
    ) {
        let mut room = Mailroom::default();
        let mut now = 0;
        let mut posted = [0_usize; 4];
        let mut taken: [Vec<usize>; 4] = Default::default();
        let mut under_way: Vec<(u64, Vec<String>)> = Vec::new();
        let names = ["a", "b", "c", "d"];
        let mut settle = |room: &mut Mailroom, post: (u64, Vec<String>), good: bool, now: i64| {
            if good {
                for text in &post.1 {
                    let (name, at) = text.split_once(' ').unwrap();
                    let lane = names.iter().position(|known| *known == name).unwrap();
                    taken[lane].push(at.parse().unwrap());
                }
            }
            room.arrive(post.0, good, true, now);
        };
        for (what, which) in steps {
            match what {
                0 | 1 => {
                    room.post(key(names[which]), update(&format!("{} {}", names[which], posted[which]), now));
                    posted[which] += 1;
                }
                2 => under_way.extend(leave(&mut room)),
                3 | 4 if !under_way.is_empty() => {
                    let post = under_way.remove(which % under_way.len());
                    settle(&mut room, post, what == 3, now);
                }
                5 if which == 0 => {
                    room.hear();
                }
                _ => {
                    now += 40_000;
                    room.tick(now);
                }
            }
        }
        for post in under_way {
            settle(&mut room, post, false, now);
        }
        room.hear();
        while let Some(post) = leave(&mut room) {
            settle(&mut room, post, true, now);
        }
        for (lane, count) in posted.into_iter().enumerate() {
            prop_assert_eq!(&taken[lane], &(0..count).collect::<Vec<_>>());
        }
        prop_assert_eq!(room.len(), 0);
    }
}
