//! The stream: announcement, order, acknowledgement, takeover, what a restart leaves.

use rstest::rstest;

use super::remote::{Remote, TOKEN, is_live, key, puller, when, with_id};
use super::*;
use crate::pull::Link;

fn ids(ledger: &Ledger) -> Vec<String> {
    let batches = ledger.batches.lock().unwrap();
    let changes = batches.iter().flatten().map(shown);
    changes
        .map(|change| {
            change
                .as_array()
                .unwrap()
                .last()
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

fn ledger_inbox() -> (Arc<Ledger>, Inbox) {
    let ledger = Arc::new(Ledger::default());
    let inbox = inbox(&ledger, &[("2201", "main")]);
    (ledger, inbox)
}

fn own_app() -> Vec<App> {
    vec![app("71", SECRET)]
}

async fn relay(max_bytes: u64) -> Remote {
    Remote::open(tempfile::tempdir().unwrap(), max_bytes, own_app()).await
}

#[tokio::test]
async fn what_waits_is_announced_and_comes_in_order_and_then_what_is_live() {
    let remote = relay(u64::MAX).await;
    let mut expected = Vec::new();
    for n in 0..1200 {
        assert_eq!(
            remote
                .deliver(SECRET, &with_id(&format!("wamid.{n}")))
                .await,
            200
        );
        expected.push(format!("m:wamid.{n}"));
    }
    let (ledger, inbox) = ledger_inbox();

    let link = remote.pull(inbox).await;

    assert_eq!(
        ids(&ledger),
        expected,
        "in the inbox when the end mark is told"
    );
    let announced = Link::Live {
        session: 1,
        announced: 1200,
    };
    assert_eq!(*link.borrow(), announced);
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.live")).await, 200);
    assert_eq!(remote.is_empty().await.webhooks, 0);
    expected.push("m:wamid.live".to_owned());
    assert_eq!(ids(&ledger), expected);
}

#[tokio::test]
async fn a_restart_of_the_relay_keeps_what_waits_and_what_it_was_told() {
    let remote = Remote::start(u64::MAX).await;
    let (_, inbox) = ledger_inbox();
    remote.pull(inbox).await;
    let dir = remote.end().await;

    let remote = Remote::open(dir, u64::MAX, Vec::new()).await;
    let verified = remote
        .get("/graph/71?hub.mode=subscribe&hub.challenge=58&hub.verify_token=verify")
        .await;
    assert_eq!(verified, (StatusCode::OK, json!(58)));
    // Without a secret it takes what has the form of a webhook, and the core decides.
    assert_eq!(
        remote.deliver("guessed", &with_id("wamid.forged")).await,
        200
    );
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.A")).await, 200);
    let dir = remote.end().await;

    let remote = Remote::open(dir, u64::MAX, Vec::new()).await;
    let (ledger, inbox) = ledger_inbox();
    remote.pull(inbox).await;
    let standing = remote.is_empty().await;

    assert_eq!(ids(&ledger), ["m:wamid.A"]);
    assert_eq!((standing.webhooks, standing.refused), (1, 1));
    // Now it has the secret, and refuses by itself.
    assert_eq!(
        remote.deliver("guessed", &with_id("wamid.forged2")).await,
        401
    );
    assert_eq!(remote.depot.standing().webhooks, 1);
}

#[tokio::test]
async fn nothing_of_a_message_or_a_secret_is_readable_on_the_relays_disk() {
    let remote = Remote::start(u64::MAX).await;
    let (_, inbox) = ledger_inbox();
    let link = remote.pull(inbox).await;
    drop(link);
    let dir = remote.end().await;
    let remote = Remote::open(dir, u64::MAX, Vec::new()).await;
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.A")).await, 200);

    for entry in std::fs::read_dir(remote.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for word in [
            "wamid",
            "12025550143",
            SECRET,
            "sha256=",
            "verify\0",
            "2201",
        ] {
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word}");
        }
    }
}

#[tokio::test]
async fn a_newer_core_fences_the_older_off_and_it_does_not_come_back() {
    let remote = relay(u64::MAX).await;
    let (first_ledger, first_inbox) = ledger_inbox();
    let first = remote.pull(first_inbox).await;
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.1")).await, 200);
    remote.is_empty().await;

    let (second_ledger, second_inbox) = ledger_inbox();
    let second = remote.pull(second_inbox).await;

    when(first.clone(), |link| matches!(link, Link::TakenOver { .. })).await;
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.2")).await, 200);
    remote.is_empty().await;
    assert_eq!(ids(&first_ledger), ["m:wamid.1"]);
    assert_eq!(ids(&second_ledger), ["m:wamid.2"]);
    assert!(is_live(&second.borrow()));
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again() {
    let remote = relay(u64::MAX).await;
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.1")).await, 200);
    let broken = Arc::new(Ledger {
        refuses_with: Some(store::StoreError::Full),
        ..Ledger::default()
    });
    let (puller, link) = puller(&remote.address, inbox(&broken, &[("2201", "main")]));
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(puller.run(stop.clone()));
    when(
        link,
        |link| matches!(link, Link::Away { why: Some(why) } if why.contains("the disk is full")),
    )
    .await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(remote.depot.standing().webhooks, 1);

    let (ledger, inbox) = ledger_inbox();
    remote.pull(inbox).await;

    assert_eq!(ids(&ledger), ["m:wamid.1"]);
}

#[tokio::test]
async fn a_repeated_webhook_is_kept_once() {
    let remote = relay(u64::MAX).await;
    for _ in 0..3 {
        assert_eq!(remote.deliver(SECRET, &with_id("wamid.1")).await, 200);
    }
    assert_eq!(remote.depot.standing().webhooks, 1);
    let (ledger, inbox) = ledger_inbox();
    remote.pull(inbox).await;
    // Also when a core has it already.
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.1")).await, 200);
    remote.is_empty().await;

    assert_eq!(ids(&ledger), ["m:wamid.1"]);
}

#[tokio::test]
async fn a_full_mailbox_is_told_before_and_the_network_keeps_what_has_no_room() {
    let remote = relay(600_000).await;
    let mut words = Vec::new();
    let mut kept = 0;
    loop {
        let (_, health) = remote.get("/healthz").await;
        words.push(health["status"].as_str().unwrap().to_owned());
        let mut body = with_id(&format!("wamid.{kept}"));
        body.push_str(&" ".repeat(8_000));
        match remote.deliver(SECRET, &body).await {
            StatusCode::OK => kept += 1,
            StatusCode::INSUFFICIENT_STORAGE => break,
            other => panic!("{other}"),
        }
        assert!(kept < 100);
    }
    words.dedup();
    let (status, health) = remote.get("/healthz").await;

    assert!(
        words.starts_with(&["ok".to_owned(), "filling".to_owned()]),
        "{words:?}"
    );
    assert_eq!(status, 503, "{health}");
    let file = std::fs::metadata(remote.dir.path().join("mailbox.db")).unwrap();
    assert!(file.len() <= 600_000, "{}", file.len());
    // A core makes room, and everything that was taken is there.
    let (ledger, inbox) = ledger_inbox();
    remote.pull(inbox).await;
    assert_eq!(ids(&ledger).len(), kept);
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.after")).await, 200);
    remote.is_empty().await;
    assert_eq!(remote.get("/healthz").await.1["status"], "ok");
}

#[rstest]
#[case::none(None)]
#[case::wrong(Some("another-token"))]
#[tokio::test]
async fn a_core_without_the_token_is_turned_away(#[case] token: Option<&str>) {
    let remote = relay(u64::MAX).await;
    let (mut puller, link) = puller(&remote.address, ledger_inbox().1);
    puller.dial.token = token.unwrap_or_default().to_owned();
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(puller.run(stop.clone()));

    when(link, |link| {
        matches!(link, Link::Away { why: Some(why) } if why == "the relay refuses the token")
    })
    .await;

    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_core_with_another_key_is_turned_away_before_it_takes_anything() {
    let remote = relay(u64::MAX).await;
    assert_eq!(remote.deliver(SECRET, &with_id("wamid.1")).await, 200);
    let (ledger, inbox) = ledger_inbox();
    let (mut puller, link) = puller(&remote.address, inbox);
    puller.key = Arc::new(seal::SecretKey::from_secret([8; 32]).unwrap());
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(puller.run(stop.clone()));

    let expected = key().public().to_string();
    when(
        link,
        |link| matches!(link, Link::Away { why: Some(why) } if why.contains(&expected)),
    )
    .await;

    stop.cancel();
    running.await.unwrap();
    assert!(ids(&ledger).is_empty());
    assert_eq!(remote.depot.standing().webhooks, 1);
}

#[tokio::test]
async fn a_token_without_the_cores_secret_key_lets_nobody_at_the_mailbox() {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

    let remote = relay(u64::MAX).await;
    assert_eq!(
        remote.deliver(SECRET, &with_id("wamid.1")).await,
        StatusCode::OK
    );
    let address = remote.address.strip_prefix("ws://").unwrap();
    for proof in ["", &"00".repeat(32), &"07".repeat(32)] {
        let mut request = format!("ws://{address}/stream")
            .into_client_request()
            .unwrap();
        let bearer = format!("Bearer {TOKEN}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        let wire = tokio::net::TcpStream::connect(address).await.unwrap();
        let connected = tokio_tungstenite::client_async(request, wire).await;
        let (mut thief, _) = connected.unwrap();
        let hello = frame::FromCore::Hello(frame::Hello {
            core: "a thief".to_owned(),
            key: key().public().to_string(),
            proof: proof.to_owned(),
            apps: Vec::new(),
        });
        thief.send(Message::Binary(hello.to_bytes())).await.unwrap();

        let mut heard = Vec::new();
        while let Some(Ok(message)) = thief.next().await {
            heard.push(message);
        }

        assert!(
            matches!(&heard[..], [Message::Binary(_), Message::Close(Some(last))] if u16::from(last.code) == 4002),
            "{heard:?}"
        );
    }
    assert_eq!(remote.depot.standing().webhooks, 1);
}

#[tokio::test]
async fn strangers_learn_one_word_of_its_health() {
    let remote = relay(u64::MAX).await;
    let request = Request::get("/healthz").body(Body::empty()).unwrap();

    let answer = remote.outside.clone().oneshot(request).await.unwrap();

    let body = to_bytes(answer.into_body(), 1000).await.unwrap();
    assert_eq!(body, r#"{"status":"ok"}"#);
    let (_, told) = remote.get("/healthz").await;
    assert_eq!(told["apps"], json!({"known": 1, "unchecked": 0}), "{TOKEN}");
    assert_eq!(told["core"], Value::Null);
}

#[tokio::test]
async fn too_many_at_once_are_put_off() {
    let mut relay = relay(u64::MAX).await;
    let host = host::Host {
        depot: relay.depot.clone(),
        key: key().public(),
        apps: own_app(),
        token: TOKEN.to_owned(),
        rates: Rates {
            source: 0,
            whole: 2,
        },
        stop: relay.stop.clone(),
    };
    relay.outside = host.open().await.unwrap().outside;

    let mut answers = Vec::new();
    for n in 0..5 {
        answers.push(relay.deliver(SECRET, &with_id(&format!("wamid.{n}"))).await);
    }

    assert!(answers.starts_with(&[StatusCode::OK; 4]), "{answers:?}");
    assert!(
        answers.contains(&StatusCode::TOO_MANY_REQUESTS),
        "{answers:?}"
    );
}
