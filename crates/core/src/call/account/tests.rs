use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use onprem::account::{Identity, ShardChange, TwoStep};
use onprem::certificate::NameCertificate;
use rstest::rstest;
use serde_json::json;
use store::{Batch, Change, Lane, Outcome};
use tempfile::TempDir;

use super::*;
use crate::link::fake::{self, Answer, Request, Server, answer};

const NUMBER: &str = "12025550143";

fn certificate(name: &str, number: &str) -> String {
    NameCertificate {
        serial: 7,
        issuer: "sim".to_owned(),
        verified_name: name.to_owned(),
        number: number.to_owned(),
    }
    .encode()
}

#[rstest]
#[case::own(NUMBER, true)]
#[case::another("12025550144", false)]
#[case::without_country_code("2025550143", false)]
fn only_the_lines_own_number_is_registered(#[case] digits: &str, #[case] is_own: bool) {
    assert_eq!(check_number(digits, NUMBER).is_ok(), is_own);
}

#[test]
fn an_account_of_an_older_version_is_read() {
    let old = json!({"number": NUMBER, "cc": "1", "registered": true, "pin": null});

    let account: Account = serde_json::from_value(old).unwrap();

    assert!(account.registrations_ms.is_empty());
    assert_eq!((account.two_step, account.shards), (false, None));
}

/// A network with one number, at some stage of its registration.
struct Network {
    server: Server,
    /// What calls that change something answer: 0 is success, else the error's code less 133 000.
    obstacle: Arc<AtomicU16>,
    /// The number's object.
    number: Arc<Mutex<serde_json::Value>>,
}

impl Network {
    async fn start(status: &'static str, verification: &'static str) -> Self {
        let obstacle = Arc::new(AtomicU16::new(0));
        let number = Arc::new(Mutex::new(json!({
            "id": "400500600",
            "display_phone_number": "+1 202-555-0143",
            "verified_name": "Harbour Books",
            "status": status,
            "platform_type": if status == "CONNECTED" { "CLOUD_API" } else { "NOT_APPLICABLE" },
            "code_verification_status": verification,
            "certificate": certificate("Harbour Books", NUMBER),
        })));
        let (in_the_way, shown) = (obstacle.clone(), number.clone());
        let server = Server::start(move |request| {
            let path = request.target.split('?').next().unwrap_or_default();
            match path.rsplit('/').next().unwrap_or_default() {
                "verify_code" if !request.body.contains("123456") => failure(136_025),
                "verify_code" | "request_code" => success_or(0),
                _ if request.method == "POST" => success_or(in_the_way.load(Ordering::SeqCst)),
                _ => json(200, &shown.lock().unwrap()),
            }
        })
        .await;
        Self {
            server,
            obstacle,
            number,
        }
    }

    fn set(&self, member: &str, value: impl Into<serde_json::Value>) {
        self.number.lock().unwrap()[member] = value.into();
    }

    async fn line(&self) -> (Arc<Line>, TempDir) {
        fake::line_at(&self.server.url(""), store::memory::open()).await
    }

    /// The calls that change something, with the bodies' values that matter.
    fn asked(&self) -> Vec<String> {
        let last = |request: &Request| {
            let path = request.target.split('?').next().unwrap_or_default();
            path.rsplit('/').next().unwrap_or_default().to_owned()
        };
        let asked = self.server.asked();
        let changes = asked.iter().filter(|request| request.method == "POST");
        changes.map(last).collect()
    }
}

fn json(status: u16, body: &serde_json::Value) -> Answer {
    answer(
        status,
        "content-type: application/json\r\n",
        body.to_string(),
    )
}

fn success_or(code: u16) -> Answer {
    match code {
        0 => json(200, &json!({"success": true})),
        code => failure(133_000 + u32::from(code)),
    }
}

fn failure(code: u32) -> Answer {
    json(
        400,
        &json!({"error": {"message": format!("(#{code}) no"), "type": "OAuthException", "code": code}}),
    )
}

fn identity(phone_number: &str) -> Identity {
    Identity {
        cc: "1".to_owned(),
        phone_number: phone_number.to_owned(),
    }
}

fn registration(pin: Option<&str>) -> Registration {
    Registration {
        identity: identity("2025550143"),
        method: CodeMethod::Sms,
        cert: Some(certificate("Harbour Books", NUMBER)),
        pin: pin.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_new_number_is_registered_with_its_code() {
    let network = Network::start("PENDING", "NOT_VERIFIED").await;
    let (line, _dir) = network.line().await;
    let mut follower = line.number.subscribe();

    let sent = line.register(registration(Some("493817"))).await.unwrap();
    assert_eq!(
        sent,
        Registered::CodeSent {
            vname: "Harbour Books".to_owned()
        }
    );
    assert_eq!(line.number(), None);

    let wrong = line.verify("000000").await.unwrap_err();
    assert_eq!((wrong.status, wrong.code), (400, Code::INVALID));

    line.verify("123456").await.unwrap();
    assert_eq!(follower.borrow_and_update().as_deref(), Some(NUMBER));
    assert_eq!(
        network.asked(),
        ["request_code", "verify_code", "verify_code", "register"]
    );
    assert!(
        network
            .server
            .asked()
            .last()
            .unwrap()
            .body
            .contains("493817")
    );

    let again = line.verify("123456").await.unwrap_err();
    assert_eq!((again.status, again.code), (400, Code::BAD_REQUEST));
}

#[tokio::test]
async fn without_a_registration_there_is_nothing_to_verify() {
    let network = Network::start("PENDING", "NOT_VERIFIED").await;
    let (line, _dir) = network.line().await;

    let refusal = line.verify("123456").await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (400, Code::BAD_REQUEST));
    assert!(network.asked().is_empty());
}

#[tokio::test]
async fn a_registered_number_is_taken_over_as_it_is() {
    let network = Network::start("CONNECTED", "VERIFIED").await;
    let (line, _dir) = network.line().await;

    let outcome = line.register(registration(None)).await.unwrap();

    assert_eq!(outcome, Registered::Already);
    assert_eq!(line.number().as_deref(), Some(NUMBER));
    assert!(network.asked().is_empty());
    assert!(read(&line).await.unwrap().unwrap().registered);
}

#[tokio::test]
async fn a_verified_number_needs_no_code() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = network.line().await;

    let outcome = line.register(registration(None)).await.unwrap();

    assert_eq!(outcome, Registered::Already);
    assert_eq!(network.asked(), ["register"]);
    let account = read(&line).await.unwrap().unwrap();
    let pin = account.pin.unwrap();
    assert!(network.server.asked().last().unwrap().body.contains(&pin));
    assert_eq!(account.registrations_ms.len(), 1);
}

#[tokio::test]
async fn a_verification_that_the_network_takes_back_is_made_again() {
    let network = Network::start("PENDING", "VERIFIED").await;
    network.obstacle.store(6, Ordering::SeqCst);
    let (line, _dir) = network.line().await;

    let outcome = line.register(registration(None)).await.unwrap();

    assert!(matches!(outcome, Registered::CodeSent { .. }));
    assert_eq!(network.asked(), ["register", "request_code"]);
}

#[tokio::test]
async fn a_wrong_pin_is_refused_and_forgotten() {
    let network = Network::start("PENDING", "VERIFIED").await;
    network.obstacle.store(5, Ordering::SeqCst);
    let (line, _dir) = network.line().await;

    let refusal = line
        .register(registration(Some("111111")))
        .await
        .unwrap_err();
    assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    assert_eq!(read(&line).await.unwrap().unwrap().pin, None);
    assert_eq!(line.number(), None);

    network.obstacle.store(0, Ordering::SeqCst);
    line.register(registration(Some("493817"))).await.unwrap();
    assert_eq!(line.number().as_deref(), Some(NUMBER));
}

#[tokio::test]
async fn the_local_limit_keeps_the_networks() {
    let network = Network::start("PENDING", "VERIFIED").await;
    network.obstacle.store(4, Ordering::SeqCst);
    let (line, _dir) = network.line().await;

    for _ in 0..limit::CALLS {
        let refusal = line.register(registration(None)).await.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (503, Code::OVERLOADED));
    }
    let refusal = line.register(registration(None)).await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (429, Code::TOO_MANY));
    assert_eq!(network.asked().len(), limit::CALLS);
}

#[tokio::test]
async fn another_number_and_another_certificate_ask_nothing_of_the_network() {
    let network = Network::start("PENDING", "NOT_VERIFIED").await;
    let (line, _dir) = network.line().await;

    let other_number = Registration {
        identity: identity("2025550144"),
        ..registration(None)
    };
    let other_name = Registration {
        cert: Some(certificate("Harbor Books", NUMBER)),
        ..registration(None)
    };
    let number = line.register(other_number).await.unwrap_err();
    let name = line.register(other_name).await.unwrap_err();

    assert_eq!((number.status, number.code), (400, Code::INVALID));
    assert_eq!((name.status, name.code), (403, Code::ACCESS));
    assert!(network.asked().is_empty());
}

#[tokio::test]
async fn a_number_is_refused_while_messages_of_another_one_wait() {
    let network = Network::start("CONNECTED", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    let accept = Change::Accept {
        line: line.config.name.clone(),
        lane: Lane::new("12025550199"),
        wa_id: "12025550199".to_owned(),
        kind: "text".to_owned(),
        body: Vec::new(),
        opaque: None,
        at_ms: 0,
        expires_ms: i64::MAX,
    };
    let accepted = line.store().apply(Batch::of(vec![accept])).await.unwrap();
    let [Outcome::Accepted { outbox, .. }] = accepted[..] else {
        panic!("{accepted:?}");
    };
    network.set("display_phone_number", "+1 202-555-0144");
    network.set("certificate", certificate("Harbour Books", "12025550144"));
    let another = || Registration {
        identity: identity("2025550144"),
        cert: Some(certificate("Harbour Books", "12025550144")),
        ..registration(None)
    };

    let refused = line.register(another()).await.unwrap_err();

    assert_eq!((refused.status, refused.code), (400, Code::INVALID));
    assert!(
        refused
            .details
            .contains("1 messages that were accepted for 12025550143 wait"),
        "{}",
        refused.details
    );
    assert_eq!(line.number().as_deref(), Some(NUMBER));

    let finish = Batch::of(vec![Change::FinishOutbox { outbox }]);
    line.store().apply(finish).await.unwrap();
    assert_eq!(line.register(another()).await, Ok(Registered::Already));
    assert_eq!(line.number().as_deref(), Some("12025550144"));
}

/// A line whose number is registered, with the PIN of the caller.
async fn registered_line(network: &Network, pin: Option<&str>) -> (Arc<Line>, TempDir) {
    let (line, dir) = network.line().await;
    line.register(registration(pin)).await.unwrap();
    network.set("status", "CONNECTED");
    network.set("platform_type", "CLOUD_API");
    network.set("is_pin_enabled", true);
    (line, dir)
}

async fn account(line: &Line) -> Account {
    read(line).await.unwrap().unwrap()
}

fn shards(shards: u8, pin: Option<&str>) -> ShardChange {
    ShardChange {
        identity: identity("2025550143"),
        shards,
        pin: pin.map(str::to_owned),
        cert: Some(certificate("Harbour Books", NUMBER)),
    }
}

#[tokio::test]
async fn a_wrong_pin_does_not_take_the_place_of_the_right_one() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    let ours = account(&line).await.pin;
    line.deregister().await.unwrap();
    network.set("status", "DISCONNECTED");
    network.obstacle.store(5, Ordering::SeqCst);

    let refusal = line
        .register(registration(Some("111111")))
        .await
        .unwrap_err();

    assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    let kept = account(&line).await;
    assert_eq!((kept.pin, kept.tried_pin), (ours, None));
}

#[tokio::test]
async fn a_pin_that_only_the_caller_knows_is_asked_for() {
    let network = Network::start("PENDING", "NOT_VERIFIED").await;
    network.set("is_pin_enabled", true);
    let (line, _dir) = network.line().await;

    let refusal = line.register(registration(None)).await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    assert!(refusal.details.contains("PIN"), "{refusal}");
    assert!(network.asked().is_empty());
}

#[tokio::test]
async fn the_certificate_of_a_new_name_registers_anew() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    line.assume_ready();
    let mut follower = line.number.subscribe();
    network.set(
        "new_certificate",
        certificate("Harbour Books & Maps", NUMBER),
    );
    let renamed = Registration {
        cert: Some(certificate("Harbour Books & Maps", NUMBER)),
        ..registration(None)
    };

    let outcome = line.register(renamed.clone()).await.unwrap();

    assert_eq!(outcome, Registered::Already);
    assert_eq!(network.asked(), ["register", "register"]);
    assert!(!follower.has_changed().unwrap(), "the connection stands");
    // Refused, it stays registered under the old name.
    network.obstacle.store(4, Ordering::SeqCst);
    let refusal = line.register(renamed).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code), (503, Code::OVERLOADED));
    assert!(account(&line).await.registered);
    assert_eq!(follower.borrow_and_update().as_deref(), Some(NUMBER));
}

#[tokio::test]
async fn a_number_is_let_go_and_registered_again() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    line.set_shards(shards(4, None)).await.unwrap();

    line.deregister().await.unwrap();

    assert_eq!(
        (line.number(), line.state()),
        (None, LineState::Unregistered)
    );
    let again = line.deregister().await.unwrap_err();
    assert_eq!((again.status, again.code), (503, Code::NOT_READY));
    network.set("status", "DISCONNECTED");
    line.register(registration(None)).await.unwrap();
    assert_eq!(line.number().as_deref(), Some(NUMBER));
    assert_eq!(line.shards().await, Ok(4));
    assert_eq!(network.asked(), ["register", "deregister", "register"]);
}

#[tokio::test]
async fn a_number_that_the_network_let_go_already_is_let_go_here_too() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    network.obstacle.store(10, Ordering::SeqCst);

    line.deregister().await.unwrap();

    assert_eq!(line.number(), None);
    assert!(!account(&line).await.registered);
}

#[tokio::test]
async fn a_refused_deregistration_changes_nothing() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    network.obstacle.store(16, Ordering::SeqCst);

    let refusal = line.deregister().await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (429, Code::TOO_MANY));
    assert_eq!(line.number().as_deref(), Some(NUMBER));
    for _ in 1..limit::CALLS {
        line.deregister().await.unwrap_err();
    }
    let asked = network.asked().len();
    let limited = line.deregister().await.unwrap_err();
    assert_eq!((limited.status, limited.code), (429, Code::TOO_MANY));
    assert_eq!(network.asked().len(), asked, "the network is not asked");
}

#[tokio::test]
async fn shards_are_stored_and_shown() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    assert_eq!(line.shards().await, Ok(1));

    line.set_shards(shards(32, None)).await.unwrap();

    assert_eq!(line.shards().await, Ok(32));
    let other = ShardChange {
        identity: identity("2025550144"),
        ..shards(2, None)
    };
    let wrong = ShardChange {
        cert: Some(certificate("Harbor Books", NUMBER)),
        ..shards(2, None)
    };
    let missing = ShardChange {
        cert: None,
        ..shards(2, None)
    };
    for (change, status, code) in [
        (other, 400, Code::INVALID),
        (wrong, 403, Code::ACCESS),
        (missing, 400, Code::MISSING),
    ] {
        let refusal = line.set_shards(change).await.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (status, code));
    }
    assert_eq!(line.shards().await, Ok(32));
}

#[tokio::test]
async fn shards_need_a_registered_number_and_a_network() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = network.line().await;
    let early = line.set_shards(shards(2, None)).await.unwrap_err();
    assert_eq!((early.status, early.code), (503, Code::NOT_READY));
    let shown = line.shards().await.unwrap_err();
    assert_eq!((shown.status, shown.code), (503, Code::NOT_READY));
    line.register(registration(None)).await.unwrap();
    drop(network);

    let refusal = line.set_shards(shards(2, None)).await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    assert_eq!(line.shards().await, Ok(1));
}

#[tokio::test]
async fn where_two_step_verification_is_on_calls_ask_for_the_pin() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    let pin = "493817".to_owned();

    line.set_two_step(TwoStep { pin }).await.unwrap();

    for wrong in [None, Some("111111")] {
        let refusal = line.set_shards(shards(2, wrong)).await.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    }
    line.set_shards(shards(2, Some("493817"))).await.unwrap();
    line.deregister().await.unwrap();
    network.set("status", "DISCONNECTED");
    let refusal = line.register(registration(None)).await.unwrap_err();
    assert_eq!((refusal.status, refusal.code), (403, Code::ACCESS));
    line.register(registration(Some("493817"))).await.unwrap();
    let body = network.server.asked().last().unwrap().body.clone();
    assert!(body.contains("493817"), "{body}");
}

#[tokio::test]
async fn once_it_is_off_the_kept_pin_is_used() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, Some("493817")).await;
    assert!(line.set_shards(shards(2, None)).await.is_err());

    line.clear_two_step().await.unwrap();
    line.clear_two_step().await.unwrap();

    line.set_shards(shards(2, None)).await.unwrap();
    line.deregister().await.unwrap();
    network.set("status", "DISCONNECTED");
    line.register(registration(None)).await.unwrap();
    let body = network.server.asked().last().unwrap().body.clone();
    assert!(body.contains("493817"), "{body}");
}

#[tokio::test]
async fn a_pin_that_the_network_did_not_take_is_not_in_force() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = registered_line(&network, None).await;
    let before = account(&line).await;
    network.obstacle.store(4, Ordering::SeqCst);
    let pin = "493817".to_owned();

    let refusal = line.set_two_step(TwoStep { pin }).await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (503, Code::OVERLOADED));
    assert_eq!(account(&line).await, before);
}

#[tokio::test]
async fn two_step_verification_needs_a_registered_number() {
    let network = Network::start("PENDING", "VERIFIED").await;
    let (line, _dir) = network.line().await;
    let pin = "493817".to_owned();

    let on = line.set_two_step(TwoStep { pin }).await.unwrap_err();
    let off = line.clear_two_step().await.unwrap_err();

    for refusal in [on, off] {
        assert_eq!((refusal.status, refusal.code), (503, Code::NOT_READY));
    }
    assert!(network.asked().is_empty());
}
