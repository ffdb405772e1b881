//! `landline serve`: a configuration, several lines, in front of a network that runs elsewhere.

use std::convert::Infallible;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::{Api, Graph, Network, Poster, SOON, Serve, Sink, network_text, until};

/// A number of the network: first or second, or one more.
pub(crate) struct Number {
    world: Value,
}

impl Number {
    /// One more number of the account; its last four digits are `last`.
    pub(crate) async fn add(network: &Network, graph: &Graph, last: usize) -> Self {
        let national = format!("202555{last:04}");
        let name = format!("Harbour Books {last}");
        let number = json!({"cc": "1", "phone_number": national, "verified_name": name});
        graph.add_number(&number).await;
        let path = format!("/sim/numbers/1{national}");
        let (_, mut world) = network.phones().call("GET", &path, None).await;
        world["cc"] = json!("1");
        world["phone_number"] = json!(national);
        Self { world }
    }

    pub(crate) async fn of(network: &Network, name: &str) -> Self {
        let (_, mut world) = network.phones().call("GET", "/sim/world", None).await;
        Self {
            world: world[name].take(),
        }
    }

    fn id(&self) -> &str {
        self.world["phone_number_id"].as_str().unwrap()
    }

    fn digits(&self) -> &str {
        self.world["wa_id"].as_str().unwrap()
    }

    /// A line of the configuration that has it, by its id.
    pub(crate) fn by_id(&self, line: &str) -> String {
        let password = Serve::PASSWORD;
        let id = self.id();
        format!("[lines.{line}]\nphone_number_id = {id:?}\nfirst_password = {password:?}\n")
    }

    /// The same, by the number itself.
    fn by_number(&self, line: &str) -> String {
        let password = Serve::PASSWORD;
        let digits = self.digits();
        format!("[lines.{line}]\nnumber = \"+{digits}\"\nfirst_password = {password:?}\n")
    }

    fn registration(&self) -> Value {
        json!({
            "cc": self.world["cc"], "phone_number": self.world["phone_number"],
            "method": "sms", "cert": self.world["cert"],
        })
    }

    /// Registers it through a line's own API, and waits until the line is connected.
    pub(crate) async fn register(&self, network: &Network, api: &Api) {
        let asked = api.post("/v1/account", &self.registration()).await;
        // The network knows the second one as registered already: no code is needed.
        if asked.status == 202 {
            let code = network.phones().registration_code(self.digits()).await;
            let verified = api.post("/v1/account/verify", &json!({"code": code})).await;
            assert_eq!(verified.status, 201, "{verified:?}");
        } else {
            assert_eq!(asked.status, 201, "{asked:?}");
        }
        api.connected().await;
    }
}

/// The network knows the second number as somebody else's.
pub(crate) fn taken_over(line: &str) -> String {
    format!("{line}take_over = true\n")
}

/// Two lines, of these numbers.
fn main_and_sales(main: &Number, sales: &Number) -> String {
    format!(
        "{}{}",
        main.by_id("main"),
        taken_over(&sales.by_id("sales"))
    )
}

async fn webhook(api: &Api, sink: &Sink) {
    let set = api
        .patch(
            "/v1/settings/application",
            &json!({"webhooks": {"url": sink.url()}}),
        )
        .await;
    assert_eq!(set.status, 200, "{set:?}");
}

/// A template of a line, and the customer's answer to it; the notification of the answer.
async fn talk(network: &Network, customer: &str, api: &Api, sink: &Sink, word: &str) -> Value {
    let phones = network.phones();
    let before = phones.inbox(customer).await.len();
    let parameters = ["A-17", word].map(|text| json!({"type": "text", "text": text}));
    let template = json!({"to": customer, "type": "template", "template": {
        "name": "order_update", "language": {"policy": "deterministic", "code": "en_US"},
        "components": [{"type": "body", "parameters": parameters}],
    }});
    let sent = api.post("/v1/messages", &template).await.message_id();
    sink.status(&sent, "delivered").await;
    let received = phones.received(customer, before + 1).await[before].clone();
    let answer = json!({
        "type": "text", "text": {"body": word}, "context": {"id": received["id"]},
    });
    phones.send(customer, answer).await;
    let notification = sink
        .message(word, |message| message["text"]["body"] == word)
        .await;
    assert_eq!(notification["messages"][0]["context"]["id"], sent);
    notification
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lines_go_their_own_ways() {
    let network = Network::start("eager").await;
    let (first, second) = (
        Number::of(&network, "number").await,
        Number::of(&network, "second").await,
    );
    let lines = format!(
        "{}{}",
        first.by_id("main"),
        taken_over(&second.by_number("sales"))
    );
    let mut serve = Serve::start(&network, &lines).await;
    let (main_sink, sales_sink) = (Sink::start().await, Sink::start().await);
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    let sales = serve.line("sales").login("admin", Serve::PASSWORD).await;
    webhook(&main, &main_sink).await;
    webhook(&sales, &sales_sink).await;
    first.register(&network, &main).await;
    assert_eq!(sales.gateway_status().await, "unregistered");
    second.register(&network, &sales).await;

    let customer = network.phones().customer().await;
    talk(&network, &customer, &main, &main_sink, "to main").await;
    talk(&network, &customer, &sales, &sales_sink, "to sales").await;
    let strange = |sink: &Sink, word: &str| {
        let bodies = sink.accepted();
        bodies.iter().any(|body| body.to_string().contains(word))
    };
    assert!(!strange(&main_sink, "to sales"));
    assert!(!strange(&sales_sink, "to main"));
    assert!(serve.end().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_line_is_refused_on_every_other() {
    let network = Network::start("eager").await;
    let (first, second) = (
        Number::of(&network, "number").await,
        Number::of(&network, "second").await,
    );
    let lines = main_and_sales(&first, &second);
    let serve = Serve::start(&network, &lines).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    let sales = serve.line("sales").login("admin", Serve::PASSWORD).await;

    let calls = [
        (serve.main().with_token(sales.token()), 401),
        (serve.line("sales").with_token(main.token()), 401),
        (serve.line("main").with_token(main.token()), 200),
        (serve.line("nobody").with_token(main.token()), 404),
    ];
    for (api, status) in calls {
        let answer = api.get("/v1/settings/application").await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    // The listener is everybody's.
    let reset = sales.delete("/v1/certificates/external").await;
    assert_eq!(reset.refusal(), (403, 1005), "{reset:?}");
    // The original's variable for the key of monitors.
    let monitored = Api::finish(
        serve
            .line("sales")
            .request("GET", "/v1/health")
            .header("authorization", "Apikey a-key-of-the-original"),
    )
    .await;
    assert_eq!(monitored.status, 200, "{monitored:?}");
    assert!(
        serve
            .log()
            .contains("WA_API_KEY is taken as LANDLINE_API_KEY")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_come_and_go_while_it_runs() {
    let network = Network::start("eager").await;
    let (first, second) = (
        Number::of(&network, "number").await,
        Number::of(&network, "second").await,
    );
    let serve = Serve::start(&network, &first.by_id("main")).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    first.register(&network, &main).await;
    let absent = serve.line("sales").get("/v1/health").await;
    assert_eq!(absent.status, 404, "{absent:?}");

    let both = main_and_sales(&first, &second);
    serve.change(&both).await;
    let answered = until("the new line answers", SOON, || async {
        let answer = serve.line("sales").get("/v1/health").await;
        (answer.status != 404).then_some(answer.status)
    });
    assert_eq!(answered.await, 401);
    let sales = serve.line("sales").login("admin", Serve::PASSWORD).await;
    let sink = Sink::start().await;
    webhook(&sales, &sink).await;
    second.register(&network, &sales).await;
    let customer = network.phones().customer().await;
    talk(&network, &customer, &sales, &sink, "to the new line").await;
    // The old one was left alone.
    assert_eq!(main.gateway_status().await, "connected");

    serve.change(&first.by_id("main")).await;
    until("the line is gone", SOON, || async {
        let answer = serve.line("sales").get("/v1/health").await;
        (answer.status == 404).then_some(())
    })
    .await;
    assert_eq!(main.gateway_status().await, "connected");

    // What was its own is still there when it comes back.
    serve.change(&both).await;
    until("the line is back", SOON, || async {
        let answer = sales.get("/v1/settings/application").await;
        (answer.status == 200).then_some(())
    })
    .await;
    sales.connected().await;
    talk(&network, &customer, &sales, &sink, "welcome back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_is_wrong_changes_nothing() {
    let network = Network::start("eager").await;
    let first = Number::of(&network, "number").await;
    let serve = Serve::start(&network, &first.by_id("main")).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    first.register(&network, &main).await;

    serve.change("[lines.main]\nphone_numer_id = \"1\"\n").await;

    until("the log says so", SOON, || async {
        let log = serve.log();
        log.contains("lines.main.phone_numer_id is not a setting")
            .then_some(())
    })
    .await;
    assert_eq!(main.gateway_status().await, "connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_points_elsewhere_is_left_alone_until_it_is_taken_over() {
    let network = Network::start("eager").await;
    let second = Number::of(&network, "second").await;
    let points_to = || async {
        let (_, world) = network.phones().call("GET", "/sim/world", None).await;
        let graph = Graph::new(&world["graph"]);
        let path = format!("{}?fields=webhook_configuration", second.id());
        graph.get(&path).await["webhook_configuration"]["phone_number"].clone()
    };
    let before = points_to().await;
    assert!(before.is_string(), "{before}");
    let serve = Serve::start(&network, &second.by_id("main")).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;

    let asked = main.post("/v1/account", &second.registration()).await;

    assert_eq!(asked.status, 201, "{asked:?}");
    until("disconnected", SOON, || async {
        (main.gateway_status().await == "disconnected").then_some(())
    })
    .await;
    assert_eq!(points_to().await, before);
    let elsewhere = before.as_str().unwrap();
    assert!(
        serve.log().contains(elsewhere),
        "the log names where it points"
    );

    serve.change(&taken_over(&second.by_id("main"))).await;
    main.connected().await;

    assert_ne!(points_to().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_opened_anew_waits_for_its_calls_and_says_so_to_others() {
    let network = Network::start("eager").await;
    let (first, second) = (
        Number::of(&network, "number").await,
        Number::of(&network, "second").await,
    );
    let lines = |sales: String| format!("{}{sales}", first.by_id("main"));
    let serve = Serve::start(&network, &lines(second.by_id("sales"))).await;
    let sales = serve.line("sales").login("admin", Serve::PASSWORD).await;
    // A file that is being uploaded: more of it than sockets hold is read already.
    let (feed, pieces) = tokio::sync::mpsc::channel::<Bytes>(1);
    let pieces = futures_util::stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((Ok::<_, Infallible>(piece), pieces))
    });
    let upload = sales
        .request("POST", "/v1/media")
        .header("content-type", "text/plain")
        .body(reqwest::Body::wrap_stream(pieces));
    let upload = tokio::spawn(Api::finish(upload));
    for _ in 0..16 {
        feed.send(Bytes::from(vec![b'a'; 1024 * 1024]))
            .await
            .unwrap();
    }

    serve
        .change(&lines(taken_over(&second.by_id("sales"))))
        .await;

    let closed = until("the line is closed", SOON, || async {
        let answer = sales.get("/v1/settings/application").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    assert_eq!(closed.refusal(), (503, 1011), "{closed:?}");
    assert_eq!(closed.header("retry-after"), "1");
    assert!(closed.details().contains("the line sales is being opened"));
    let health = serve.line("sales").get("/v1/health").await;
    assert_eq!(health.refusal(), (503, 1011), "{health:?}");
    assert_eq!(serve.main().get("/readyz").await.status, 200);
    assert_eq!(serve.line("nobody").get("/v1/health").await.status, 404);

    drop(feed);
    let uploaded = upload.await.unwrap();
    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    let id = uploaded.body["media"][0]["id"].as_str().unwrap();
    // The line that was opened anew has the file.
    until("the line is back", SOON, || async {
        let answer = sales.get(&format!("/v1/media/{id}")).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(!serve.log().contains("calls are still in work"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_to_the_network_is_taken_without_a_pause() {
    let network = Network::start("eager").await;
    let first = Number::of(&network, "number").await;
    let serve = Serve::start(&network, &first.by_id("main")).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    first.register(&network, &main).await;

    let other = format!(
        "{}version = \"v23.0\"\ntimeout_s = 20\n",
        first.by_id("main")
    );
    serve.change(&other).await;

    until("the other version", SOON, || async {
        let support = main.get("/v1/support").await;
        assert_eq!(support.status, 200, "{support:?}");
        let version = &support.body["support"]["landline"]["network"]["version"];
        (version == "v23.0").then_some(())
    })
    .await;
    assert_eq!(main.gateway_status().await, "connected");
    let log = serve.log();
    assert!(log.contains("another upstream configuration is in force"));
    assert!(!log.contains("the line is closed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_for_a_number_before_it_had_a_line_is_given_to_the_line() {
    let network = Network::start("eager").await;
    let (first, second) = (
        Number::of(&network, "number").await,
        Number::of(&network, "second").await,
    );
    let serve = Serve::start(&network, &first.by_id("main")).await;
    let main = serve.main().login("admin", Serve::PASSWORD).await;
    let (_, world) = network.phones().call("GET", "/sim/world", None).await;
    let poster = Poster::at(serve.relay(), &world["graph"]).of_number(second.id());
    let customer = network.phones().customer().await;
    let early = network_text(&customer, "wamid.EARLY", "before you were there");

    poster.deliver(&poster.message(&early)).await;

    let strays = || async {
        let support = main.get("/v1/support").await;
        support.body["support"]["landline"]["strays"].as_u64()
    };
    assert_eq!(strays().await, Some(1));

    let both = main_and_sales(&first, &second);
    serve.change(&both).await;
    until("the new line answers", SOON, || async {
        let answer = serve.line("sales").get("/v1/health").await;
        (answer.status == 401).then_some(())
    })
    .await;
    let sales = serve.line("sales").login("admin", Serve::PASSWORD).await;
    let sink = Sink::start().await;
    webhook(&sales, &sink).await;
    second.register(&network, &sales).await;
    let given = |message: &Value| message["text"]["body"] == "before you were there";
    sink.message("what came early", given).await;
    assert_eq!(strays().await, Some(0));
}
