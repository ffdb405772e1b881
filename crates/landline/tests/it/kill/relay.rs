//! The same with a relay on a host of its own: it and the core are killed in turn.

use std::time::Duration;

use super::load::{Dice, Load};
use super::{Rig, check, kills, quick_backoff};
use crate::support::{Crash, Dev, heavy};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_relay_and_core_are_killed_in_turn() {
    let _turn = heavy().await;
    let (mut dice, kills) = (Dice(20_261_125), kills().div_ceil(2));
    let rig = Rig::new(Crash::kill_only()).await;
    let mut load = Load::start(&rig.phones());
    let builder = Dev::builder().network(&rig.network).webhook(&rig.sink);
    let mut dev = builder.relay(&[]).await.start().await;
    let admin = dev.api().await;
    quick_backoff(&admin).await;

    for kill in 0..kills {
        let api = dev.anonymous().with_token(admin.token());
        load.point_to(Some(&api));
        api.connected().await;
        tokio::time::sleep(Duration::from_millis(50 + dice.below(700))).await;
        let folder = dev.folder.clone();
        let relay = folder.relay(&[]).await;
        if kill % 3 != 1 {
            relay.kill().await;
        }
        if kill % 3 != 0 {
            load.point_to(None);
            dev.kill().await;
        }
        if kill % 3 != 1 {
            relay.start_again().await;
        }
        if kill % 3 != 0 {
            dev = rig.start(Some(&dev)).await;
        }
    }
    let api = dev.anonymous().with_token(admin.token());
    load.point_to(Some(&api));
    api.connected().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    load.end().await;

    check::everything_accepted_has_a_status(&load.book, &rig.sink).await;
    check::everything_written_came_in_order(&load.book, &rig.sink).await;
    check::nothing_is_doubled_on_the_phones(&load.book, &rig.phones()).await;
    check::repeats_are_few_and_have_the_same_id(&rig.sink, kills);
    let (status, _) = dev.terminate().await;
    assert!(status.success());
    check::the_store_is_sound(dev.folder.path());
}
