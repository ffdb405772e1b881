//! Nobody is killed, and the network fails in every way: nothing is lost, nothing is doubled, order is kept.

use std::collections::HashMap;
use std::time::Duration;

use super::load::{CUSTOMERS, Dice, Load, customer};
use super::{check, quick_backoff};
use crate::support::{Deed, Dev, Middleman, Network, Sink, heavy, until};

/// Messages that are to be accepted, at least.
fn messages() -> usize {
    std::env::var("LANDLINE_TEST_CHAOS")
        .ok()
        .and_then(|messages| messages.parse().ok())
        .unwrap_or(600)
}

/// What a network that has a bad day does with a send.
fn mischief(dice: &mut Dice) -> Deed {
    match dice.below(1_000) {
        0..2 => Deed::refuse(400, 130_429),
        2..4 => Deed::refuse(429, 4),
        4..10 => Deed::refuse(500, 131_016),
        10..16 => Deed::refuse(503, 2),
        16..22 => Deed::Half,
        22..28 => Deed::Garble,
        28..34 => Deed::Lose,
        34..40 => Deed::Cut,
        40..41 => Deed::Silence,
        _ => Deed::Pass,
    }
}

/// No status comes after a later one of the same message.
fn statuses_only_rise(sink: &Sink) {
    let rank = |status: &str| {
        ["sent", "delivered", "read"]
            .iter()
            .position(|known| *known == status)
    };
    let mut highest: HashMap<String, usize> = HashMap::new();
    for body in sink.accepted() {
        let status = &body["statuses"][0];
        let Some(id) = status["id"].as_str() else {
            continue;
        };
        let Some(rank) = rank(status["status"].as_str().unwrap()) else {
            panic!("a message was lost: {status}");
        };
        let before = highest.insert(id.to_owned(), rank);
        assert!(
            before.is_none_or(|before| before < rank),
            "{status} after {before:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fails_in_every_way_loses_and_doubles_nothing() {
    let _turn = heavy().await;
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    let middleman = Middleman::start(&network).await;
    let phones = network.phones();
    for n in 0..CUSTOMERS {
        phones.add(&customer(n), "Witness").await;
        phones.write(&customer(n), "hello", 1).await;
    }
    let dev = Dev::builder()
        .behind(&middleman)
        .webhook(&sink)
        .env("LANDLINE_THROUGHPUT", "1000")
        .start()
        .await;
    let api = dev.api().await;
    quick_backoff(&api).await;
    api.connected().await;
    let mut dice = Dice(20_261_125);
    middleman.plan(move |asked| match asked.sends_to() {
        Some(_) => mischief(&mut dice),
        None => Deed::Pass,
    });

    let mut load = Load::start(&phones);
    load.point_to(Some(&api));
    until("a load", Duration::from_mins(10), || async {
        (load.book.accepted.lock().unwrap().len() >= messages()).then_some(())
    })
    .await;
    load.end().await;

    check::everything_accepted_has_a_status(&load.book, &sink).await;
    check::everything_written_came_in_order(&load.book, &sink).await;
    check::nothing_is_doubled_on_the_phones(&load.book, &phones).await;
    statuses_only_rise(&sink);
}
