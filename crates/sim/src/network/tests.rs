//! The network's rules, with time moved by hand.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::inbound::{Draft, Reference};
use super::lasting::Callback;
use super::params::Params;
use super::{Network, seed};
use crate::Retry;

mod reaction;

const ADA: &str = "12025550143";
const FANG: &str = "12025550144";
const NOBODY: &str = "12025550190";
const START: i64 = 1_790_000_000_000;
const SECOND: i64 = 1000;
const HOUR: i64 = 3_600_000;
const URL: &str = "http://gateway.example/graph/1";

/// A network whose first number is registered and has a callback.
fn ready(retry: Retry) -> Network {
    let mut network = fresh(retry);
    let first = network.lasting.numbers.first_mut().unwrap();
    first.registration = super::number::Registration::Registered;
    network.subscribe(None);
    network.set_number_callback(
        0,
        Some(Callback {
            url: URL.to_owned(),
            verify_token: "x".to_owned(),
        }),
    );
    network
}

fn fresh(retry: Retry) -> Network {
    let mut round = 0_u8;
    let mut lasting = seed::network(|| {
        round += 1;
        [round; 32]
    });
    lasting.epoch = 1;
    Network::new(lasting, retry, "http://sim.example".to_owned(), 7)
}

fn params(value: Value) -> Params {
    match value {
        Value::Object(map) => Params(map),
        _ => Params(Map::new()),
    }
}

fn text(to: &str, body: &str) -> Params {
    params(json!({
        "messaging_product": "whatsapp", "to": format!("+{to}"), "type": "text",
        "text": {"body": body}, "biz_opaque_callback_data": format!("opaque {body}"),
    }))
}

fn hello(to: &str) -> Params {
    params(json!({
        "messaging_product": "whatsapp", "to": format!("+{to}"), "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US"}},
    }))
}

fn send(network: &mut Network, params: &Params, now: i64) -> Result<Value, i64> {
    network
        .messages(0, params, Some(24), now)
        .map_err(|error| error.code)
}

fn write(network: &mut Network, wa_id: &str, body: &str, now: i64) -> String {
    let draft = Draft {
        kind: "text".to_owned(),
        content: json!({"body": body}),
        ..Draft::default()
    };
    network.write(wa_id, &draft, None, 1, now).unwrap()
}

fn change(network: &mut Network, wa_id: &str, members: Value, now: i64) {
    network
        .put_customer(wa_id, &params(members).0, now)
        .unwrap();
}

/// Everything that is due, as `(kind, object)`, taken by the gateway.
fn take(network: &mut Network, now: i64) -> Vec<Value> {
    let mut objects = Vec::new();
    network.tick(now);
    while let Some(post) = network.depart(URL) {
        assert!(post.body.is_ascii());
        let body: Value = serde_json::from_str(&post.body).unwrap();
        for entry in body["entry"].as_array().unwrap() {
            for change in entry["changes"].as_array().unwrap() {
                for name in ["messages", "statuses"] {
                    let found = change["value"][name].as_array();
                    objects.extend(found.into_iter().flatten().cloned());
                }
            }
        }
        network.arrived(post.ticket, true, now);
    }
    objects
}

/// `status` of each.
fn stages(objects: &[Value]) -> Vec<&str> {
    objects
        .iter()
        .map(|object| object["status"].as_str().unwrap_or("message"))
        .collect()
}

fn inbox(network: &Network, wa_id: &str) -> Value {
    network.lasting.customers[wa_id].phone.inbox()
}

#[test]
fn a_text_in_the_window_is_sent_delivered_and_read() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);

    let answer = send(&mut network, &text(ADA, "hello"), START).unwrap();
    let objects = take(&mut network, START);

    assert_eq!(stages(&objects), ["sent", "delivered"]);
    let id = &answer["messages"][0]["id"];
    for object in &objects {
        assert_eq!(&object["id"], id);
        assert_eq!(object["recipient_id"], ADA);
        assert_eq!(object["biz_opaque_callback_data"], "opaque hello");
        assert_eq!(object["pricing"]["pricing_model"], "PMP");
        assert_eq!(object["conversation"], Value::Null);
    }
    assert_eq!(inbox(&network, ADA)[0]["text"]["body"], "hello");
    assert_eq!(network.read_all(ADA, START + SECOND), 1);
    assert_eq!(network.read_all(ADA, START + SECOND), 0);
    let read = take(&mut network, START + SECOND);
    assert_eq!(stages(&read), ["read"]);
    assert_eq!(read[0]["pricing"], Value::Null);
    assert_eq!(inbox(&network, ADA)[0]["status"], "read");
}

#[test]
fn older_versions_still_show_a_conversation() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);

    network
        .messages(0, &text(ADA, "x"), Some(23), START)
        .unwrap();
    let objects = take(&mut network, START);

    assert_eq!(objects[0]["conversation"]["origin"]["type"], "service");
    assert!(objects[0]["conversation"]["expiration_timestamp"].is_string());
    assert_eq!(
        objects[0]["conversation"]["id"],
        objects[1]["conversation"]["id"]
    );
    assert!(objects[1]["conversation"]["expiration_timestamp"].is_null());
}

#[test]
fn a_closed_window_refuses_free_text_but_not_a_template() {
    let mut network = ready(Retry::Meta);
    assert!(send(&mut network, &text(ADA, "early"), START).is_ok());
    let objects = take(&mut network, START);
    assert_eq!(stages(&objects), ["failed"]);
    assert_eq!(objects[0]["errors"][0]["code"], 131_047);
    assert_eq!(objects[0]["biz_opaque_callback_data"], "opaque early");

    let answer = send(&mut network, &hello(ADA), START).unwrap();
    assert_eq!(answer["messages"][0]["message_status"], "accepted");
    assert_eq!(stages(&take(&mut network, START)), ["sent", "delivered"]);

    write(&mut network, ADA, "hi", START);
    send(&mut network, &text(ADA, "in time"), START + 24 * HOUR - 1).unwrap();
    send(&mut network, &text(ADA, "too late"), START + 24 * HOUR).unwrap();
    let objects = take(&mut network, START + 24 * HOUR);
    assert_eq!(stages(&objects), ["message", "sent", "delivered", "failed"]);
}

#[test]
fn a_window_belongs_to_one_number() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    network.set_number_callback(1, network.lasting.numbers[0].callback.clone());

    network.messages(1, &text(ADA, "x"), None, START).unwrap();

    let objects = take(&mut network, START);
    assert_eq!(stages(&objects), ["message", "failed"]);
}

#[test]
fn unknown_recipients_fail_after_acceptance() {
    let mut network = ready(Retry::Meta);

    let answer = send(&mut network, &text(NOBODY, "x"), START).unwrap();
    assert_eq!(answer["contacts"][0]["wa_id"], NOBODY);
    let user = params(
        json!({"messaging_product": "whatsapp", "recipient": "DE.123abc",
        "text": {"body": "x"}}),
    );
    let answer = send(&mut network, &user, START).unwrap();
    assert_eq!(answer["contacts"][0]["user_id"], "DE.123abc");

    let objects = take(&mut network, START);
    assert_eq!(stages(&objects), ["failed", "failed"]);
    assert_eq!(objects[0]["errors"][0]["code"], 131_026);
    assert_eq!(objects[1]["recipient_user_id"], "DE.123abc");
}

#[test]
fn sends_are_validated_like_the_real_ones() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    let base = || json!({"messaging_product": "whatsapp", "to": "+12025550143", "type": "text", "text": {"body": "x"}});
    let with = |name: &str, value: Value| {
        let mut body = base();
        body[name] = value;
        params(body)
    };
    for (params, code) in [
        (with("messaging_product", Value::Null), 100),
        (with("messaging_product", json!("mail")), 100),
        (with("to", Value::Null), 100),
        (with("to", json!("Ada")), 131_009),
        (with("to", json!("+12025550111")), 131_021),
        (with("recipient_type", json!("group")), 100),
        (with("type", json!("song")), 100),
        (with("text", Value::Null), 131_008),
        (with("text", json!({"body": ""})), 131_008),
        (with("text", json!({"body": 5})), 131_009),
        (with("text", json!({"body": "x".repeat(4097)})), 100),
        (with("text", json!([])), 100),
        (
            with("biz_opaque_callback_data", json!("é".repeat(513))),
            100,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {}}),
            ),
            131_008,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {"id": "99"}}),
            ),
            100,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {"link": "ftp://x"}}),
            ),
            100,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
                "template": {"name": "nothing", "language": {"code": "en_US"}}}),
            ),
            132_001,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
                "template": {"name": "weekend_offer", "language": {"code": "en_US"}}}),
            ),
            132_015,
        ),
        (
            params(
                json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
                "template": {"name": "order_update", "language": {"code": "zh_CN"}, "components": []}}),
            ),
            132_000,
        ),
    ] {
        assert_eq!(
            send(&mut network, &params, START),
            Err(code),
            "{:?}",
            params.0
        );
    }
    take(&mut network, START);
    for good in [
        with("to", json!("1 (202) 555-0143")),
        with("to", json!("2025550143")),
        with("text", json!(r#"{"body":"x"}"#)),
        with("colour", json!("ignored")),
        with("biz_opaque_callback_data", json!("é".repeat(512))),
        params(
            json!({"messaging_product": "whatsapp", "to": ADA, "type": "image",
            "image": {"link": "https://pictures.example/1.png", "caption": null}}),
        ),
    ] {
        assert!(send(&mut network, &good, START).is_ok(), "{:?}", good.0);
        assert_eq!(stages(&take(&mut network, START)), ["sent", "delivered"]);
    }
}

#[test]
fn an_unregistered_number_may_not_send() {
    let mut network = fresh(Retry::Meta);

    assert_eq!(send(&mut network, &hello(ADA), START), Err(133_010));
}

#[test]
fn registration_needs_a_code_and_then_the_same_pin() {
    let mut network = fresh(Retry::Meta);
    let code = |error: super::error::GraphError| error.code;
    let register = |pin: &str| params(json!({"messaging_product": "whatsapp", "pin": pin}));
    assert_eq!(
        network
            .register(0, &register("123456"), START)
            .map_err(code),
        Err(133_006)
    );
    let ask = params(json!({"code_method": "SMS", "language": "en_US"}));
    network.request_code(0, &ask, START).unwrap();
    let sent = network.lasting.numbers[0].code.clone().unwrap().value;
    let given = params(json!({ "code": sent }));

    let wrong = params(json!({"code": "000000"}));
    assert_eq!(
        network.verify_code(0, &wrong, START).map_err(code),
        Err(136_025)
    );
    let late = START + 10 * 60 * SECOND;
    assert_eq!(
        network.verify_code(0, &given, late).map_err(code),
        Err(136_025)
    );
    network.verify_code(0, &given, START + SECOND).unwrap();
    assert_eq!(
        network.verify_code(0, &given, START + SECOND).map_err(code),
        Err(136_025)
    );
    assert_eq!(
        network.register(0, &register("12"), START).map_err(code),
        Err(100)
    );
    network.register(0, &register("123456"), START).unwrap();

    assert!(network.lasting.numbers[0].is_registered());
    assert_eq!(
        network.request_code(0, &ask, START).map_err(code),
        Err(136_024)
    );
    network.deregister(0, START).unwrap();
    assert_eq!(
        network
            .register(0, &register("654321"), START)
            .map_err(code),
        Err(133_005)
    );
    network
        .set_pin(0, &params(json!({"pin": 654_321})), START)
        .unwrap();
    network.register(0, &register("654321"), START).unwrap();
}

#[test]
fn a_number_is_registered_at_most_ten_times_in_three_days() {
    let mut network = ready(Retry::Meta);
    let body = params(json!({"messaging_product": "whatsapp", "pin": "123456"}));
    for _ in 0..10 {
        network.register(0, &body, START).unwrap();
    }

    let blocked = network.register(0, &body, START + 71 * HOUR);
    assert_eq!(blocked.map_err(|error| error.code), Err(133_016));
    network.register(0, &body, START + 72 * HOUR).unwrap();
}

#[test]
fn a_pin_that_is_wrong_too_often_is_not_looked_at_for_an_hour() {
    let mut network = ready(Retry::Meta);
    let register = |pin: &str| params(json!({"messaging_product": "whatsapp", "pin": pin}));
    let code = |error: super::error::GraphError| error.code;
    network
        .set_pin(0, &params(json!({"pin": "123456"})), START)
        .unwrap();
    for minute in 0..5 {
        let wrong = network.register(0, &register("654321"), START + minute * 60 * SECOND);
        assert_eq!(wrong.map_err(code), Err(133_005));
    }

    let right = network.register(0, &register("123456"), START + 59 * 60 * SECOND);
    assert_eq!(right.map_err(code), Err(133_008));
    network
        .register(0, &register("123456"), START + HOUR)
        .unwrap();
}

#[test]
fn an_approved_name_is_in_force_once_the_number_is_registered_anew() {
    let mut network = ready(Retry::Meta);
    let shown = |network: &Network| {
        let number = network.lasting.numbers.first().unwrap();
        network
            .show_number(number, Some("verified_name,certificate,new_certificate"))
            .unwrap()
    };
    let before = shown(&network);
    assert_eq!(before["new_certificate"], Value::Null);

    network.approve_name(0, "Hummingbird Roasters", START);

    let waiting = shown(&network);
    assert_eq!(waiting["verified_name"], before["verified_name"]);
    assert_eq!(waiting["certificate"], before["certificate"]);
    assert!(waiting["new_certificate"].is_string());
    let body = params(json!({"messaging_product": "whatsapp", "pin": "123456"}));
    network.register(0, &body, START).unwrap();
    let after = shown(&network);
    assert_eq!(after["verified_name"], "Hummingbird Roasters");
    assert_eq!(after["certificate"], waiting["new_certificate"]);
    assert_eq!(after["new_certificate"], Value::Null);
}

#[test]
fn an_offline_customer_gets_everything_in_order_on_coming_back() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);
    change(
        &mut network,
        ADA,
        json!({"online": false, "auto_read": true}),
        START,
    );
    for n in 0..5 {
        send(&mut network, &text(ADA, &n.to_string()), START).unwrap();
    }
    assert_eq!(stages(&take(&mut network, START + HOUR)), ["sent"; 5]);

    change(&mut network, ADA, json!({"online": true}), START + HOUR);

    let objects = take(&mut network, START + HOUR);
    assert_eq!(stages(&objects), [["delivered"; 5], ["read"; 5]].concat());
    let bodies: Vec<&Value> = objects
        .iter()
        .take(5)
        .map(|object| &object["biz_opaque_callback_data"])
        .collect();
    assert_eq!(
        bodies,
        ["opaque 0", "opaque 1", "opaque 2", "opaque 3", "opaque 4"]
    );
}

#[test]
fn delays_run_on_the_networks_clock() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);
    let slow = json!({"deliver_delay_ms": 2000, "auto_read": true, "read_delay_ms": 3000});
    change(&mut network, ADA, slow, START);

    send(&mut network, &text(ADA, "x"), START).unwrap();

    assert_eq!(stages(&take(&mut network, START)), ["sent"]);
    assert_eq!(network.next_due(), Some(START + 2000));
    assert!(take(&mut network, START + 1999).is_empty());
    assert_eq!(stages(&take(&mut network, START + 2000)), ["delivered"]);
    assert_eq!(network.next_due().unwrap(), START + 5000);
    assert_eq!(stages(&take(&mut network, START + 5000)), ["read"]);
}

#[test]
fn a_clock_that_is_set_back_delays_nothing() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);
    change(&mut network, ADA, json!({"deliver_delay_ms": 2000}), START);
    send(&mut network, &text(ADA, "x"), START).unwrap();
    take(&mut network, START);

    assert!(network.advance(-HOUR));

    assert_eq!(network.lasting.clock_offset_ms, -HOUR);
    assert_eq!(
        stages(&take(&mut network, START - HOUR + 2000)),
        ["delivered"]
    );
    assert!(!network.advance(i64::MAX));
}

#[test]
fn nothing_reaches_a_customer_who_has_blocked_the_business() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    take(&mut network, START);
    change(
        &mut network,
        ADA,
        json!({"blocked": true, "auto_read": true}),
        START,
    );

    send(&mut network, &text(ADA, "x"), START).unwrap();
    assert_eq!(stages(&take(&mut network, START + HOUR)), ["sent"]);
    change(&mut network, ADA, json!({"blocked": false}), START + HOUR);

    assert!(take(&mut network, START + HOUR).is_empty());
    send(&mut network, &text(ADA, "y"), START + HOUR).unwrap();
    assert_eq!(
        stages(&take(&mut network, START + HOUR)),
        ["sent", "delivered", "read"]
    );
}

#[test]
fn without_a_callback_everything_waits_for_seven_days() {
    let mut network = fresh(Retry::Meta);
    write(&mut network, ADA, "one", START);
    network.tick(START);
    assert!(network.due_urls().is_empty());

    let callback = Callback {
        url: URL.to_owned(),
        verify_token: "x".to_owned(),
    };
    network.set_number_callback(0, Some(callback));
    assert!(network.due_urls().is_empty(), "the app is not subscribed");
    network.subscribe(None);
    assert_eq!(network.due_urls(), [URL]);
    assert_eq!(take(&mut network, START + HOUR)[0]["text"]["body"], "one");

    network.set_number_callback(0, None);
    write(&mut network, ADA, "two", START);
    network.tick(START + 7 * 24 * HOUR);
    network.subscribe(Some(Callback {
        url: URL.to_owned(),
        verify_token: "x".to_owned(),
    }));
    assert!(take(&mut network, START + 7 * 24 * HOUR).is_empty());
}

#[test]
fn the_numbers_callback_goes_before_the_accounts_and_the_apps() {
    let mut network = fresh(Retry::Meta);
    let callback = |name: &str| {
        Some(Callback {
            url: format!("http://{name}.example"),
            verify_token: "x".to_owned(),
        })
    };
    network.set_app_callback(callback("app"), None);
    network.subscribe(None);
    assert_eq!(network.callback(0), Some("http://app.example"));
    network.subscribe(callback("account"));
    assert_eq!(network.callback(0), Some("http://account.example"));
    network.set_number_callback(0, callback("number"));

    assert_eq!(network.callback(0), Some("http://number.example"));
    assert_eq!(network.callback(1), Some("https://second.example/hook"));
    network.unsubscribe();
    assert_eq!(network.callback(0), None);
}

#[test]
fn meta_waits_minutes_and_eager_waits_for_the_gateway() {
    for (retry, after_sign) in [(Retry::Meta, 0), (Retry::Eager, 1)] {
        let mut network = ready(retry);
        write(&mut network, ADA, "hi", START);
        for _ in 0..2 {
            let post = network.depart(URL).unwrap();
            network.arrived(post.ticket, false, START);
        }
        assert!(network.depart(URL).is_none());

        network.heard();

        assert_eq!(take(&mut network, START).len(), after_sign);
        assert_eq!(
            take(&mut network, START + 60 * SECOND).len(),
            1 - after_sign
        );
    }
}

#[test]
fn no_webhook_leaves_while_the_link_is_down() {
    let mut network = ready(Retry::Meta);
    network.set_link(false);
    write(&mut network, ADA, "hi", START);

    assert!(network.due_urls().is_empty() && network.depart(URL).is_none());
    network.set_link(true);
    assert_eq!(take(&mut network, START + SECOND).len(), 1);
}

#[test]
fn the_endless_backlog_begins_with_the_next_connection() {
    let mut network = ready(Retry::Meta);
    network.set_backlog(true);
    assert!(take(&mut network, START + SECOND).is_empty());
    network.connected(START + SECOND);

    let mut objects = Vec::new();
    for step in 0..10 {
        objects.extend(take(&mut network, START + SECOND + 100 * step));
    }
    assert_eq!(objects.len(), 10);
    let hour_ago = ((START + SECOND - HOUR) / 1000).to_string();
    assert_eq!(objects[0]["timestamp"], hour_ago);
    network.set_backlog(false);
    assert!(take(&mut network, START + HOUR).is_empty());
    // a jump of the clock is not made up for
    network.set_backlog(true);
    network.connected(START + HOUR);
    assert!(take(&mut network, START + 2 * HOUR).len() <= 2);
}

#[test]
fn messages_and_statuses_keep_their_order_within_one_post() {
    let mut network = ready(Retry::Meta);
    network.mailroom.together();
    write(&mut network, ADA, "1", START);
    send(&mut network, &text(ADA, "2"), START).unwrap();
    write(&mut network, FANG, "你好", START);
    write(&mut network, ADA, "3", START);

    let post = network.depart(URL).unwrap();
    let body: Value = serde_json::from_str(&post.body).unwrap();

    assert!(post.body.contains("\\u4f60\\u597d"), "{}", post.body);
    let changes = body["entry"][0]["changes"].as_array().unwrap();
    let kinds: Vec<(usize, usize, usize)> = changes
        .iter()
        .map(|change| {
            let count = |name: &str| change["value"][name].as_array().map_or(0, Vec::len);
            (count("contacts"), count("messages"), count("statuses"))
        })
        .collect();
    assert_eq!(kinds, [(1, 1, 0), (1, 0, 2), (2, 2, 0)]);
    assert_eq!(
        changes[0]["value"]["metadata"]["display_phone_number"],
        "12025550111"
    );
    assert_eq!(changes[0]["field"], "messages");
}

#[test]
fn a_press_answers_the_number_that_wrote() {
    let mut network = ready(Retry::Meta);
    network.set_number_callback(1, network.lasting.numbers[0].callback.clone());
    network.messages(1, &hello(ADA), None, START).unwrap();
    take(&mut network, START);
    let id = inbox(&network, ADA)[0]["id"].as_str().unwrap().to_owned();
    let press = |id: &str| Draft {
        kind: "button".to_owned(),
        content: json!({"text": "Yes", "payload": "YES"}),
        context: Some(Reference {
            id: Some(id.to_owned()),
            ..Reference::default()
        }),
        ..Draft::default()
    };

    network.write(ADA, &press(&id), None, 1, START).unwrap();

    let object = &take(&mut network, START)[0];
    assert_eq!(object["context"], json!({"from": "12025550122", "id": id}));
    assert_eq!(object["button"]["payload"], "YES");
    assert!(network.write(FANG, &press(&id), None, 1, START).is_err());
    assert!(
        network
            .write(ADA, &press("wamid.x"), None, 1, START)
            .is_err()
    );
}

#[test]
fn read_receipts_need_a_received_message() {
    let mut network = ready(Retry::Meta);
    let id = write(&mut network, ADA, "hi", START);
    let receipt = |id: &str| {
        params(
            json!({"messaging_product": "whatsapp", "status": "read", "message_id": id,
            "typing_indicator": {"type": "text"}}),
        )
    };

    assert_eq!(
        send(&mut network, &receipt(&id), START),
        Ok(json!({"success": true}))
    );
    assert_eq!(
        send(&mut network, &receipt("wamid.none"), START),
        Err(131_009)
    );
    let sent = send(&mut network, &hello(ADA), START).unwrap();
    let own = sent["messages"][0]["id"].as_str().unwrap();
    assert_eq!(send(&mut network, &receipt(own), START), Err(131_009));
}

#[test]
fn what_lasts_comes_back() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    change(
        &mut network,
        FANG,
        json!({"online": false, "name": "芳"}),
        START,
    );
    network.advance(5 * SECOND);

    let file = serde_json::to_string(&network.lasting).unwrap();
    let again = Network::new(
        serde_json::from_str(&file).unwrap(),
        Retry::Meta,
        String::new(),
        1,
    );

    let first = &again.lasting.numbers[0];
    assert!(first.is_registered());
    assert!(again.lasting.customers[ADA].window_open(&first.id, START + HOUR));
    assert!(!again.lasting.customers[FANG].settings.online);
    assert_eq!(again.lasting.clock_offset_ms, 5 * SECOND);
    assert_eq!(again.callback(0), Some(URL));
    assert_eq!(serde_json::to_string(&again.lasting).unwrap(), file);
}

proptest! {
    /// Whatever happens to a phone, each message's statuses come in their order, and messages are delivered in theirs.
    #[test]
    fn statuses_come_in_order(steps in proptest::collection::vec((0_u8..9, any::<bool>()), 1..120)) {
        let mut network = ready(Retry::Meta);
        let mut now = START;
        let mut objects = Vec::new();
        let mut sent = 0;
        write(&mut network, ADA, "hi", now);
        for (what, on) in steps {
            match what {
                0..=2 => {
                    send(&mut network, &text(ADA, &format!("{sent:04}")), now).unwrap();
                    sent += 1;
                }
                3 => change(&mut network, ADA, json!({"online": on}), now),
                4 => change(&mut network, ADA, json!({"auto_deliver": on}), now),
                5 => change(&mut network, ADA, json!({"auto_read": on}), now),
                6 => change(&mut network, ADA, json!({"deliver_delay_ms": if on { 500 } else { 0 }}), now),
                7 => {
                    network.read_all(ADA, now);
                }
                _ => {
                    now += 400;
                    objects.extend(take(&mut network, now));
                }
            }
        }
        change(&mut network, ADA, json!({"online": true, "auto_deliver": true, "auto_read": true}), now);
        objects.extend(take(&mut network, now + HOUR));

        for stage in ["sent", "delivered", "read"] {
            let names: Vec<&str> = objects
                .iter()
                .filter(|object| object["status"] == stage)
                .map(|object| object["biz_opaque_callback_data"].as_str().unwrap())
                .collect();
            let expected: Vec<String> = (0..sent).map(|n| format!("opaque {n:04}")).collect();
            prop_assert_eq!(names, expected);
        }
        for n in 0..sent {
            let name = format!("opaque {n:04}");
            let order: Vec<&str> = objects
                .iter()
                .filter(|object| object["biz_opaque_callback_data"] == name.as_str())
                .map(|object| object["status"].as_str().unwrap())
                .collect();
            prop_assert_eq!(order, ["sent", "delivered", "read"]);
        }
        prop_assert_eq!(inbox(&network, ADA).as_array().unwrap().len(), sent);
    }
}
