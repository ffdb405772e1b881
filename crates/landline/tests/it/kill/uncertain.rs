//! `kill -9` exactly between "sent to the network" and "recorded", and between "claimed" and "sent": nothing is lost;
//! what a status settles is not sent again, and what none can settle is counted.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::support::{
    Api, Deed, Dev, Middleman, Network, Phones, SOON, Scrape, Sink, heavy, until,
};

const CUSTOMER: &str = "13065550177";

/// Kills of each mode.
fn kills() -> usize {
    std::env::var("LANDLINE_TEST_KILLS")
        .ok()
        .and_then(|kills| kills.parse::<usize>().ok())
        .map_or(4, |kills| (kills / 4).max(4))
}

struct Rig {
    sink: Sink,
    phones: Phones,
    middleman: Middleman,
    /// Texts of sends that are held, when the moment has come.
    held: mpsc::UnboundedReceiver<String>,
    mode: &'static str,
    _network: Network,
}

impl Rig {
    async fn new(mode: &'static str) -> Self {
        let (sink, network) = (Sink::start().await, Network::start("eager").await);
        let phones = network.phones();
        phones.add(CUSTOMER, "Crash witness").await;
        phones.write(CUSTOMER, "hello", 1).await;
        let (moments, held) = mpsc::unbounded_channel();
        let arrived = moments.clone();
        let middleman = Middleman::with_witness(&network, move |asked, deed| {
            if *deed == Deed::Hold {
                arrived.send(text_of(&asked.body())).ok();
            }
        })
        .await;
        let mut met = HashSet::new();
        middleman.plan(move |asked| {
            let text = text_of(&asked.body());
            let is_first = asked.sends_to().is_some() && met.insert(text.clone());
            if is_first && text.starts_with("arrives") {
                Deed::Hold
            } else if is_first && text.starts_with("is lost") {
                moments.send(text).ok();
                Deed::Silence
            } else {
                // What was lost reaches the network when it is sent again.
                Deed::Pass
            }
        });
        Self {
            sink,
            phones,
            middleman,
            held,
            mode,
            _network: network,
        }
    }

    async fn start(&self, earlier: Option<&Dev>) -> Dev {
        let mut builder = Dev::builder()
            .behind(&self.middleman)
            .webhook(&self.sink)
            .env("LANDLINE_ON_UNKNOWN", self.mode)
            .env("LANDLINE_RECONCILE_WAIT_MS", "2000");
        if let Some(earlier) = earlier {
            builder = builder.folder(&earlier.folder);
        }
        builder.start().await
    }

    /// How often a text came to the phone.
    async fn on_phone(&self, text: &str) -> usize {
        let inbox = self.phones.inbox(CUSTOMER).await;
        let same = |message: &&Value| text_of(message) == text;
        inbox.iter().filter(same).count()
    }
}

fn text_of(body: &Value) -> String {
    body["text"]["body"].as_str().unwrap_or_default().to_owned()
}

async fn possible_duplicates(api: &Api) -> f64 {
    let answer = api.get("/v1/stats/app/internal?format=prometheus").await;
    let page = Scrape::read(std::str::from_utf8(&answer.bytes).unwrap());
    let name = "landline_possible_duplicates_total";
    let found = page.series.iter().find(|((series, _), _)| series == name);
    *found.unwrap_or_else(|| panic!("{answer:?}")).1
}

async fn survive(mode: &'static str) {
    let mut rig = Rig::new(mode).await;
    let mut dev = rig.start(None).await;
    let admin = dev.api().await;
    for kill in 0..kills() {
        dev = rig.one(kill, dev, admin.token()).await;
    }
    assert_eq!(dev.terminate().await.0.code(), Some(0));
    super::check::the_store_is_sound(dev.folder.path());
}

impl Rig {
    /// A message that is held, a kill, and what became of the message under the next process.
    async fn one(&mut self, kill: usize, mut dev: Dev, token: &str) -> Dev {
        let arrives = kill.is_multiple_of(2);
        let text = format!("{} {kill}", if arrives { "arrives" } else { "is lost" });
        let api = dev.anonymous().with_token(token);
        api.connected().await;

        let id = api.text(CUSTOMER, &text).await;
        let next = api.text(CUSTOMER, &format!("after {kill}")).await;
        let held = tokio::time::timeout(SOON, self.held.recv()).await.unwrap();
        assert_eq!(held.as_deref(), Some(&*text));
        dev.kill().await;
        let dev = self.start(Some(&dev)).await;
        let api = dev.anonymous().with_token(token);

        let fails = self.mode == "fail" && !arrives;
        let outcome = if fails { "failed" } else { "delivered" };
        self.sink.status(&id, outcome).await;
        self.sink.status(&next, "delivered").await;
        assert_eq!(self.on_phone(&text).await, usize::from(!fails), "{text}");
        let counted = f64::from(u8::from(!arrives && !fails));
        until("the count of possible duplicates", SOON, || async {
            ((possible_duplicates(&api).await - counted).abs() < 0.5).then_some(())
        })
        .await;
        dev
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_left_is_settled_by_a_status_or_sent_again() {
    let _turn = heavy().await;
    tokio::time::timeout(Duration::from_mins(30), survive("resend"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_left_is_settled_by_a_status_or_fails() {
    let _turn = heavy().await;
    tokio::time::timeout(Duration::from_mins(30), survive("fail"))
        .await
        .unwrap();
}
