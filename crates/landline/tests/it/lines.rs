//! Many lines in one process: each for itself, and none at another's cost.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::Instant;

use crate::serve::{Number, taken_over};
use crate::support::{Api, Graph, Network, Serve, heavy, text};

/// An account of the network has at most 20 numbers.
const LINES: usize = 16;
/// What an idle line that is connected may cost, KiB.
const PER_LINE_KIB: u64 = 512;
/// Messages of the idle line in each half of the comparison.
const MESSAGES: usize = 200;
/// A machine that stalls spoils one of them, an unfair program all.
const ROUNDS: usize = 4;
/// Connections of its neighbour.
const LOAD: usize = 8;
/// Below this a 99th percentile says more of the machine that the tests share than of the program.
const NOISE: Duration = Duration::from_millis(25);

/// Lines that are connected.
struct Many {
    network: Network,
    serve: Serve,
    apis: Vec<Api>,
    /// Resident memory while `main` alone was there, KiB.
    alone_kib: u64,
}

/// `main`, or another one by its place.
fn name(place: usize) -> String {
    if place == 0 {
        "main".to_owned()
    } else {
        format!("shop{place}")
    }
}

impl Many {
    async fn start(lines: usize) -> Self {
        let network = Network::start("eager").await;
        let (_, world) = network.phones().call("GET", "/sim/world", None).await;
        let graph = Graph::new(&world["graph"]);
        let mut numbers = vec![
            Number::of(&network, "number").await,
            Number::of(&network, "second").await,
        ];
        for more in numbers.len()..lines {
            numbers.push(Number::add(&network, &graph, 160 + more).await);
        }
        let section = |place: usize, number: &Number| taken_over(&number.by_id(&name(place)));
        let serve = Serve::start(&network, &section(0, &numbers[0])).await;
        let mut many = Self {
            network,
            serve,
            apis: Vec::new(),
            alone_kib: 0,
        };
        many.connect(0, &numbers[0]).await;
        many.alone_kib = many.serve.resident_kib();
        let all = numbers.iter().enumerate();
        let sections: String = all.map(|(place, number)| section(place, number)).collect();
        many.serve.change(&sections).await;
        for (place, number) in numbers.iter().enumerate().skip(1) {
            many.connect(place, number).await;
        }
        many
    }

    async fn connect(&mut self, place: usize, number: &Number) {
        let line = self.serve.line(&name(place));
        crate::support::until("the line answers", crate::support::SOON, || async {
            let answer = line.get("/v1/health").await;
            (answer.status == 401).then_some(())
        })
        .await;
        let api = line.login("admin", Serve::PASSWORD).await;
        number.register(&self.network, &api).await;
        self.apis.push(api);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_lines_are_apart_and_each_costs_little() {
    let many = Many::start(LINES).await;

    let grown_kib = many.serve.resident_kib().saturating_sub(many.alone_kib);
    let per_line_kib = grown_kib / u64::try_from(LINES - 1).unwrap();
    eprintln!("{per_line_kib} KiB for each of {LINES} lines");
    assert!(per_line_kib <= PER_LINE_KIB, "{per_line_kib} KiB a line");
    let asked = many.apis.iter().enumerate().flat_map(|(own, api)| {
        (0..LINES).map({
            let many = &many;
            move |place| async move {
                let line = many.serve.line(&name(place)).with_token(api.token());
                let answer = line.get("/v1/settings/application").await;
                let expected = if place == own { 200 } else { 401 };
                assert_eq!(answer.status, expected, "{own} at {place}: {answer:?}");
            }
        })
    });
    for one in asked {
        one.await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_line_keeps_its_pace_beside_a_busy_one() {
    let _alone = heavy().await;
    let many = Many::start(2).await;
    let customer = many.network.phones().customer().await;
    let (busy, idle) = (&many.apis[0], &many.apis[1]);
    p99(idle, &customer, MESSAGES / 4).await;

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let alone = p99(idle, &customer, MESSAGES).await;
        let beside = tokio::select! {
            beside = p99(idle, &customer, MESSAGES) => beside,
            () = load(busy, &customer) => unreachable!("the load has no end"),
        };
        rounds.push((alone, beside));
        if beside <= 3 * alone.max(NOISE) {
            return;
        }
    }
    panic!("alone and beside the load: {rounds:?}");
}

/// The 99th percentile of what accepting takes, one message after the other.
async fn p99(api: &Api, customer: &str, messages: usize) -> Duration {
    let mut taken = Vec::new();
    for number in 0..messages {
        let message = text(customer, &format!("parcel {number}"));
        taken.push(accepted(api, &message).await);
    }
    taken.sort_unstable();
    taken[messages * 99 / 100]
}

/// Messages on several connections, each the next one as soon as the last is accepted.
async fn load(api: &Api, customer: &str) {
    let connection = || async {
        loop {
            accepted(api, &text(customer, "in haste")).await;
        }
    };
    join_all((0..LOAD).map(|_| connection())).await;
}

async fn accepted(api: &Api, message: &Value) -> Duration {
    let began = Instant::now();
    let answer = api.post("/v1/messages", message).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    began.elapsed()
}
