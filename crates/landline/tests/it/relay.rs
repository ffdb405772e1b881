//! The relay on a host of its own: what waits there, who may take it, what the core listens to.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;

use crate::support::{Dev, Folder, Network, Poster, SOON, Sink, heavy, network_text, until};

const CUSTOMERS: [&str; 3] = ["12025550171", "12025550172", "12025550173"];

async fn texts(sink: &Sink, count: usize, of: &str) -> Vec<String> {
    let from = |bodies: &[serde_json::Value]| -> Vec<String> {
        bodies
            .iter()
            .filter(|body| body["messages"][0]["from"] == of)
            .map(|body| {
                body["messages"][0]["text"]["body"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .filter(|text| text.starts_with("offline "))
            .collect()
    };
    sink.until("all of a customer's", 4 * SOON, |bodies| {
        let found = from(bodies);
        (found.len() >= count).then_some(found)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_wait_a_week_at_the_relay_and_come_once_and_in_order() {
    let _turn = heavy().await;
    let (sink, network) = (Sink::start().await, Network::start("meta").await);
    let phones = network.phones();
    let builder = Dev::builder().network(&network).webhook(&sink);
    let mut dev = builder.relay(&[]).await.start().await;
    dev.api().await.connected().await;
    dev.kill().await;
    let relay = dev.folder.relay(&[]).await;
    for customer in CUSTOMERS {
        phones.add(customer, "Offline").await;
        phones.write(customer, "offline {n}", 3334).await;
    }
    relay
        .until_waiting("all of them at the relay", |events| events >= 10_002)
        .await;
    phones.advance(7 * 24 * 3600).await;
    relay.kill().await;
    relay.start_again().await;

    let dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .folder(&dev.folder)
        .start()
        .await;
    let api = dev.api().await;
    until("connected", 4 * SOON, || async {
        (api.gateway_status().await == "connected").then_some(())
    })
    .await;

    let stats = api.get("/v1/stats/app/internal").await;
    let offline = stats.body["stats"]["app"]["landline_offline_messages"]["data"].clone();
    let announced = offline
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value["labels"]["state"] == "announced")
        .unwrap();
    assert!(
        announced["value"].as_u64().unwrap() >= 10_002,
        "{announced}"
    );
    assert!(dev.log().contains("announced=1"), "the log has it, too");
    for customer in CUSTOMERS {
        let expected: Vec<String> = (1..=3334).map(|n| format!("offline {n}")).collect();
        assert!(
            texts(&sink, 3334, customer).await == expected,
            "{customer}: once, and in order"
        );
    }
    relay
        .until_waiting("an empty mailbox", |events| events == 0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_core_listens_on_loopback_only_and_not_for_webhooks() {
    let sink = Sink::start().await;
    let dev = Dev::builder().webhook(&sink).relay(&[]).await.start().await;
    dev.api().await.connected().await;

    let pid = dev.child.id().unwrap();
    let own: HashSet<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|link| {
            Some(
                link.to_str()?
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        })
        .collect();
    let mut listening = Vec::new();
    for table in ["tcp", "tcp6"] {
        let table = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap();
        for row in table.lines().skip(1) {
            let columns: Vec<&str> = row.split_whitespace().collect();
            if columns[3] == "0A" && own.contains(columns[9]) {
                listening.push(columns[1].split_once(':').unwrap().0.to_owned());
            }
        }
    }

    // The API twice, and the simulated network.
    assert_eq!(listening, ["0100007F", "0100007F", "0100007F"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_core_takes_over_and_the_first_does_not_fight_back() {
    let _turn = heavy().await;
    let network = Network::start("eager").await;
    let (first_sink, second_sink) = (Sink::start().await, Sink::start().await);
    let builder = Dev::builder().network(&network).webhook(&first_sink);
    let first = builder.relay(&[]).await.start().await;
    let first_api = first.api().await;
    first_api.connected().await;
    let phones = network.phones();
    let customer = phones.customer().await;
    phones.write(&customer, "to the first", 1).await;
    first_sink
        .message("the first core's", |message| {
            message["text"]["body"] == "to the first"
        })
        .await;

    // The second has the deployment's key, and dials the same relay.
    let folder = Folder::new();
    std::fs::copy(
        first.folder.path().join("secret.key"),
        folder.path().join("secret.key"),
    )
    .unwrap();
    let flags = first.folder.relay(&[]).await.flags();
    let mut builder = Dev::builder()
        .network(&network)
        .webhook(&second_sink)
        .folder(&folder);
    for flag in flags.chunks(2) {
        let name = flag[0]
            .trim_start_matches("--")
            .replace('-', "_")
            .to_uppercase();
        builder = builder.env(&format!("LANDLINE_{name}"), &flag[1]);
    }
    let second = builder.start().await;
    second.api().await.connected().await;

    until("the first knows", SOON, || async {
        (first_api.gateway_status().await == "disconnected").then_some(())
    })
    .await;
    phones.write(&customer, "to the second", 1).await;
    second_sink
        .message("the second core's", |message| {
            message["text"]["body"] == "to the second"
        })
        .await;
    assert_eq!(second.api().await.gateway_status().await, "connected");
    let taken = first_sink.all();
    assert!(
        taken
            .iter()
            .all(|taken| taken.body["messages"][0]["text"]["body"] != "to the second")
    );

    // Started anew it takes the mailbox back.
    for running in [false, true] {
        let answer = first_api
            .post("/dev/core", &json!({"running": running}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    first_api.connected().await;
    phones.write(&customer, "back to the first", 1).await;
    first_sink
        .message("back", |message| {
            message["text"]["body"] == "back to the first"
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_hold_while_the_apps_is_being_changed_and_forged_ones_never() {
    let sink = Sink::start().await;
    let folder = Folder::new();
    let file = folder.path().join("next-secret");
    std::fs::write(&file, "the-next-secret\n").unwrap();
    let dev = Dev::builder()
        .folder(&folder)
        .webhook(&sink)
        .env("LANDLINE_RELAY_OTHER_SECRET_FILE", file.to_str().unwrap())
        .relay(&[])
        .await
        .start()
        .await;
    dev.api().await.connected().await;
    let mut posted = Vec::new();
    for (secret, expected) in [
        (None, 200),
        (Some("the-next-secret"), 200),
        (Some("guessed"), 401),
    ] {
        let mut poster = Poster::new(&dev);
        if let Some(secret) = secret {
            poster = poster.with_secret(secret);
        }
        let id = format!("wamid.{}", secret.unwrap_or("present"));
        let body = poster.message(&network_text("12025550161", &id, &id));

        let signature = poster.sign(&body);
        assert_eq!(
            poster.post(&body, Some(&signature)).await,
            expected,
            "{secret:?}"
        );
        // Cut off, encoded anew.
        let cut = body.get(..body.len() - 1).unwrap();
        assert_eq!(poster.post(cut, Some(&signature)).await, 401);
        let encoded = body.replace("Ada", "\\u0041da");
        assert_eq!(poster.post(&encoded, Some(&signature)).await, 401);
        if expected == 200 {
            // Once more: taken, and told once.
            assert_eq!(poster.post(&body, Some(&signature)).await, 200);
            posted.push(id);
        }
    }

    for id in &posted {
        sink.message("it", |message| message["text"]["body"] == *id)
            .await;
    }
    let poster = Poster::new(&dev);
    poster
        .deliver(&poster.message(&network_text("12025550161", "wamid.last", "last")))
        .await;
    sink.message("the last", |message| message["text"]["body"] == "last")
        .await;
    let told = sink.all();
    let count = |id: &str| {
        let texts = told
            .iter()
            .map(|taken| &taken.body["messages"][0]["text"]["body"]);
        texts.filter(|text| *text == id).count()
    };
    assert_eq!(
        posted.iter().map(|id| count(id)).collect::<Vec<_>>(),
        [1, 1]
    );
    assert_eq!(count("wamid.guessed"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_says_so_before_and_the_network_keeps_the_rest() {
    let sink = Sink::start().await;
    let builder = Dev::builder()
        .webhook(&sink)
        .relay(&["--max-bytes", "10MB"])
        .await;
    let mut dev = builder.start().await;
    dev.api().await.connected().await;
    let poster = Poster::new(&dev);
    dev.kill().await;
    let relay = dev.folder.relay(&[]).await;

    let mut taken = 0;
    let refused = loop {
        let text = network_text(
            "12025550161",
            &format!("wamid.{taken}"),
            &"x".repeat(900_000),
        );
        let body = poster.message(&text);
        match poster.post(&body, Some(&poster.sign(&body))).await {
            200 => taken += 1,
            refused => break refused,
        }
    };

    assert_eq!(refused, 507);
    assert!((8..=11).contains(&taken), "{taken}");
    assert!(std::fs::metadata(relay.mailbox()).unwrap().len() <= 10_000_000);
    until("the alert in the log", SOON, || async {
        relay.log().contains("the mailbox fills").then_some(())
    })
    .await;
    let health = relay.health().await;
    assert!(
        health["mailbox"]["percent"].as_u64().unwrap() >= 80,
        "{health}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_falls_silent_is_noticed_after_two_beats_and_found_again() {
    let _turn = heavy().await;
    let sink = Sink::start().await;
    let dev = Dev::builder().webhook(&sink).relay(&[]).await.start().await;
    let (api, relay) = (dev.api().await, dev.folder.relay(&[]).await);
    api.connected().await;
    let began = tokio::time::Instant::now();
    relay.signal("STOP").await;

    until("the loss is noticed", SOON, || async {
        (api.gateway_status().await == "connecting").then_some(())
    })
    .await;

    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    relay.signal("CONT").await;
    api.connected().await;
}
