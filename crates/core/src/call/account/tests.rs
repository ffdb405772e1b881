use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::link::fake::{self, Answer, Request, Server, answer};

const NUMBER: &str = "12025550143";
const HOUR_MS: i64 = 60 * 60 * 1000;

fn certificate(name: &str, number: &str) -> String {
    NameCertificate {
        serial: 7,
        issuer: "sim".to_owned(),
        verified_name: name.to_owned(),
        number: number.to_owned(),
    }
    .encode()
}

/// The number as the network has it.
fn number(certificate: Option<String>) -> Number {
    Number {
        display_phone_number: "+1 202-555-0143".to_owned(),
        verified_name: "Harbour Books".to_owned(),
        certificate,
        ..Number::default()
    }
}

#[test]
fn the_networks_certificate_is_the_measure() {
    let number = number(Some(certificate("Harbour Books", NUMBER)));
    let check = |cert: &str| check_certificate(Some(cert), &number);

    let right = certificate("Harbour Books", NUMBER);
    assert_eq!(check(&right).unwrap(), "Harbour Books");

    for wrong in [
        certificate("Harbor Books", NUMBER),
        certificate("Harbour Books", "12025550144"),
        "no certificate".to_owned(),
    ] {
        let refusal = check(&wrong).unwrap_err();
        assert_eq!(
            (refusal.status, refusal.code),
            (403, Code::ACCESS),
            "{wrong}"
        );
    }
    let missing = check_certificate(None, &number).unwrap_err();
    assert_eq!(missing.code, Code::MISSING);
}

#[test]
fn without_a_certificate_at_the_network_none_is_needed() {
    for cert in [None, Some("an old one")] {
        let name = check_certificate(cert, &number(None)).unwrap();
        assert_eq!(name, "Harbour Books");
    }
}

#[rstest]
#[case::own(NUMBER, true)]
#[case::another("12025550144", false)]
#[case::without_country_code("2025550143", false)]
fn only_the_lines_own_number_is_registered(#[case] digits: &str, #[case] is_own: bool) {
    assert_eq!(check_number(digits, &number(None)).is_ok(), is_own);
}

#[test]
fn the_ninth_registration_in_72_hours_waits_for_the_first_to_be_over() {
    let now_ms = 1_800_000_000_000;
    let at = |hours: i64| now_ms - hours * HOUR_MS;
    let seven: Vec<i64> = (1..8).rev().map(at).collect();
    let eight: Vec<i64> = (1..9).rev().map(at).collect();
    let mut old = vec![at(80), at(73), at(72)];
    old.extend(&seven);

    assert!(check_limit(&[], now_ms).is_ok());
    assert!(check_limit(&seven, now_ms).is_ok());
    assert!(check_limit(&old, now_ms).is_ok());
    let refusal = check_limit(&eight, now_ms).unwrap_err();
    assert_eq!(refusal.code, Code::TOO_MANY);
    assert_eq!(refusal.retry_after_s, Some(64 * 3600));
}

#[test]
fn a_pin_has_six_digits() {
    for _ in 0..100 {
        let pin = random_pin().unwrap();
        assert!(
            pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()),
            "{pin}"
        );
    }
}

#[test]
fn an_account_of_an_older_version_is_read() {
    let old = json!({"number": NUMBER, "cc": "1", "registered": true, "pin": null});

    let account: Account = serde_json::from_value(old).unwrap();

    assert!(account.registrations_ms.is_empty());
}

/// A network with one number, at some stage of its registration.
struct Network {
    server: Server,
    /// What `register` answers: 0 is success, else the error's code less 133 000.
    obstacle: Arc<AtomicU16>,
}

impl Network {
    async fn start(status: &'static str, verification: &'static str) -> Self {
        let obstacle = Arc::new(AtomicU16::new(0));
        let at_register = obstacle.clone();
        let server = Server::start(move |request| {
            let path = request.target.split('?').next().unwrap_or_default();
            match path.rsplit('/').next().unwrap_or_default() {
                "register" => success_or(at_register.load(Ordering::SeqCst)),
                "verify_code" if !request.body.contains("123456") => failure(136_025),
                "verify_code" | "request_code" => success_or(0),
                _ => json(
                    200,
                    &json!({
                        "id": "400500600",
                        "display_phone_number": "+1 202-555-0143",
                        "verified_name": "Harbour Books",
                        "status": status,
                        "platform_type": if status == "CONNECTED" { "CLOUD_API" } else { "NOT_APPLICABLE" },
                        "code_verification_status": verification,
                        "certificate": certificate("Harbour Books", NUMBER),
                    }),
                ),
            }
        })
        .await;
        Self { server, obstacle }
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

fn registration(pin: Option<&str>) -> Registration {
    Registration {
        cc: "1".to_owned(),
        phone_number: "2025550143".to_owned(),
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

    for _ in 0..REGISTRATIONS {
        let refusal = line.register(registration(None)).await.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (503, Code::OVERLOADED));
    }
    let refusal = line.register(registration(None)).await.unwrap_err();

    assert_eq!((refusal.status, refusal.code), (429, Code::TOO_MANY));
    assert_eq!(network.asked().len(), REGISTRATIONS);
}

#[tokio::test]
async fn another_number_and_another_certificate_ask_nothing_of_the_network() {
    let network = Network::start("PENDING", "NOT_VERIFIED").await;
    let (line, _dir) = network.line().await;

    let other_number = Registration {
        phone_number: "2025550144".to_owned(),
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
