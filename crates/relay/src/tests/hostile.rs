//! A relay that somebody else has got hold of: what it makes up, changes or repeats does not reach the inbox.

use axum::extract::ws::{Message, WebSocketUpgrade};
use bytes::Bytes;
use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::remote::{Remote, key, puller, with_id};
use super::*;
use crate::frame::{FromCore, FromRelay};
use crate::letter::Letter;

/// What the relay gets to hear of one core that it talks to, until everything up to `last` is acknowledged.
async fn talk(said: Vec<Bytes>, last: u64) -> (Arc<Ledger>, Vec<u64>) {
    let ledger = Arc::new(Ledger::default());
    let (heard, mut hears) = mpsc::unbounded_channel();
    let route = get(async move |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async move |mut socket| {
            for bytes in said {
                socket.send(Message::Binary(bytes)).await.unwrap();
            }
            while let Some(Ok(message)) = socket.recv().await {
                heard.send(message.into_data()).ok();
            }
        })
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let serving =
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/stream", route)).await },
        );
    let (puller, _link) = puller(&address, inbox(&ledger, &[("2201", "main")]));
    let stop = CancellationToken::new();
    let running = tokio::spawn(puller.run(stop.clone()));
    let mut refused = Vec::new();
    while let Some(bytes) = hears.recv().await {
        match FromCore::from_bytes(&bytes) {
            Some(FromCore::Refuse(seq)) => refused.push(seq),
            Some(FromCore::Ack(seq)) if seq >= last => break,
            _ => {}
        }
    }
    stop.cancel();
    running.await.unwrap();
    serving.abort();
    (ledger, refused)
}

fn letter(secret: &str, body: &str) -> Letter {
    Letter {
        received_ms: 1_790_000_000_000,
        app_id: "71".to_owned(),
        signature: graph::signature::sign(secret, body.as_bytes()),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn sealed(letter: &Letter) -> Vec<u8> {
    key().public().seal(&letter.to_bytes()).unwrap()
}

#[tokio::test]
async fn only_what_the_app_signed_comes_through() {
    let genuine = letter(SECRET, &with_id("wamid.genuine"));
    let truncated = Letter {
        body: genuine.body.slice(..genuine.body.len() - 1),
        ..genuine.clone()
    };
    let encoded = String::from_utf8(genuine.body.to_vec())
        .unwrap()
        .replace('\u{e9}', "\\u00e9");
    let encoded = Letter {
        body: encoded.into(),
        ..genuine.clone()
    };
    let of_another_app = Letter {
        app_id: "72".to_owned(),
        ..genuine.clone()
    };
    let unknown_app = Letter {
        app_id: "79".to_owned(),
        ..genuine.clone()
    };
    let unsigned_app = Letter {
        app_id: "73".to_owned(),
        ..letter("", &with_id("wamid.unsigned"))
    };
    let mut flipped = sealed(&genuine);
    flipped[60] ^= 1;
    let other = seal::SecretKey::from_secret([8; 32]).unwrap();
    let items = [
        sealed(&letter("guessed", &with_id("wamid.forged"))),
        sealed(&truncated),
        sealed(&encoded),
        sealed(&of_another_app),
        sealed(&unknown_app),
        sealed(&unsigned_app),
        flipped,
        other.public().seal(&genuine.to_bytes()).unwrap(),
        key().public().seal(b"no letter").unwrap(),
        Vec::new(),
        sealed(&genuine),
    ];
    let count = u64::try_from(items.len()).unwrap();
    let mut said = vec![FromRelay::Announce(count).to_bytes()];
    said.extend(
        (1..)
            .zip(items)
            .map(|(seq, item)| FromRelay::Item(seq, item.into()).to_bytes()),
    );

    let (ledger, refused) = talk(said, count).await;

    let kept: Vec<Value> = ledger
        .batches
        .lock()
        .unwrap()
        .iter()
        .flatten()
        .map(shown)
        .collect();
    assert_eq!(
        kept,
        [json!([
            "main",
            "c12025550143",
            1_790_000_000,
            "m:wamid.genuine"
        ])]
    );
    assert_eq!(refused, (1..count).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_mailbox_whose_bits_were_flipped_gives_up_the_rest() {
    let remote = Remote::start(u64::MAX).await;
    for n in 0..8 {
        assert_eq!(
            remote
                .deliver(SECRET, &with_id(&format!("wamid.{n}")))
                .await,
            404
        );
    }
    let dir = remote.end().await;
    let remote = Remote::open(dir, u64::MAX, vec![app("71", SECRET)]).await;
    for n in 0..8 {
        assert_eq!(
            remote
                .deliver(SECRET, &with_id(&format!("wamid.{n}")))
                .await,
            200
        );
    }
    let dir = remote.end().await;
    let database = rusqlite::Connection::open(dir.path().join("mailbox.db")).unwrap();
    let flip = "UPDATE mail SET sealed = CAST(substr(sealed, 1, 99) || x'00' || substr(sealed, 101) AS BLOB) WHERE seq % 2 = 0";
    assert_eq!(database.execute(flip, ()).unwrap(), 4);
    drop(database);

    let remote = Remote::open(dir, u64::MAX, Vec::new()).await;
    let ledger = Arc::new(Ledger::default());
    remote.pull(inbox(&ledger, &[("2201", "main")])).await;
    let standing = remote.is_empty().await;

    assert_eq!(standing.refused, 4);
    assert_eq!(ledger.batches.lock().unwrap().iter().flatten().count(), 4);
    let (_, health) = remote.get("/healthz").await;
    assert_eq!(health["waiting"]["refused"], 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_a_relay_says_the_core_goes_on(
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let genuine = sealed(&letter(SECRET, &with_id("wamid.genuine")));
        let mut said = Vec::new();
        for (seq, bytes) in (1..).zip(&noise) {
            said.push(FromRelay::Item(seq, bytes.clone().into()).to_bytes());
        }
        said.push(FromRelay::Item(100, genuine.into()).to_bytes());

        let (ledger, refused) = runtime.block_on(talk(said, 100));

        prop_assert_eq!(refused.len(), noise.len());
        prop_assert_eq!(ledger.batches.lock().unwrap().iter().flatten().count(), 1);
    }
}
