use onprem::Code;

use super::super::{is_of_payment, status};
use super::*;

#[test]
fn sent_carries_conversation_and_price() {
    insta::assert_json_snapshot!(told(&network_status("sent"), &everything_on()).unwrap(), @r#"
    {
      "statuses": [
        {
          "conversation": {
            "expiration_timestamp": 1790086400,
            "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "origin": {
              "type": "utility"
            }
          },
          "id": "gBGHEiAlVQFDAgkA",
          "message": {
            "recipient_id": "12025550143"
          },
          "pricing": {
            "billable": true,
            "category": "utility",
            "pricing_model": "PMP"
          },
          "recipient_id": "12025550143",
          "status": "sent",
          "timestamp": "1790000100",
          "type": "message"
        }
      ]
    }
    "#);
}

#[test]
fn delivered_has_no_end_of_the_conversation_and_read_has_nothing_of_it() {
    let delivered = told(&network_status("delivered"), &everything_on()).unwrap();
    let delivered = &delivered["statuses"][0];
    assert_eq!(
        delivered["conversation"],
        json!({"id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "origin": {"type": "utility"}})
    );
    assert_eq!(delivered["pricing"]["pricing_model"], "PMP");

    let read = told(&network_status("read"), &everything_on()).unwrap();
    assert_eq!(
        read["statuses"][0],
        json!({
            "id": "gBGHEiAlVQFDAgkA", "status": "read", "timestamp": "1790000100", "type": "message",
            "recipient_id": "12025550143", "message": {"recipient_id": "12025550143"}
        })
    );
}

#[test]
fn nothing_is_made_up_for_a_status_without_conversation() {
    let mut bare = network_status("sent");
    bare.conversation = None;
    bare.pricing = Some(Value::Null);

    let told = told(&bare, &everything_on()).unwrap();

    assert_eq!(told["statuses"][0].get("conversation"), None);
    assert_eq!(told["statuses"][0].get("pricing"), None);
}

#[test]
fn each_status_has_its_switch() {
    let with = |sent, delivered, read| ApplicationSettings {
        sent,
        delivered,
        read,
        ..ApplicationSettings::default()
    };
    let is_told = |kind, settings| told(&network_status(kind), &settings).is_some();

    assert!(is_told("sent", with(true, false, false)));
    assert!(!is_told("sent", with(false, true, true)));
    assert!(is_told("delivered", with(false, true, false)));
    assert!(!is_told("delivered", with(true, false, true)));
    assert!(is_told("read", with(false, false, true)));
    assert!(!is_told("read", with(true, true, false)));
    for kind in ["failed", "deleted", "warning"] {
        assert!(is_told(kind, with(false, false, false)), "{kind}");
    }
    for kind in ["played", "", "SENT"] {
        assert!(!is_told(kind, with(true, true, true)), "{kind}");
    }
}

#[test]
fn a_payment_is_no_message() {
    for kind in ["captured", "failed", "pending", "sent"] {
        let mut payment = network_status(kind);
        payment.kind = Some("payment".to_owned());
        assert!(is_of_payment(&payment));
        assert_eq!(told(&payment, &everything_on()), None, "{kind}");
    }
    let mut message = network_status("read");
    message.kind = Some("message".to_owned());
    assert!(told(&message, &everything_on()).is_some());
}

#[test]
fn a_warning_says_what_is_wrong_with_the_products() {
    let mut warning = network_status("warning");
    warning.errors = vec![network_error(2026, "products not in the catalogue: sku-9")];

    let told = told(&warning, &ApplicationSettings::default()).unwrap();

    assert_eq!(
        told["statuses"][0],
        json!({
            "id": "gBGHEiAlVQFDAgkA", "status": "warning", "timestamp": "1790000100", "type": "message",
            "recipient_id": "12025550143", "message": {"recipient_id": "12025550143"},
            "errors": [{"code": 2026, "title": "Missing products", "details": "products not in the catalogue: sku-9"}]
        })
    );
}

#[test]
fn a_failure_has_the_twin_of_the_networks_code_and_the_callers_own_data() {
    let mut failed = network_status("failed");
    failed.errors = vec![network_error(131_047, "more than 24 hours have passed")];

    let notification = status(
        &failed,
        &our_id("gBGHEiAlVQFDAgkA"),
        "12025550143",
        Some("order 7"),
        &ApplicationSettings::default(),
    )
    .unwrap();

    insta::assert_json_snapshot!(notification, {".statuses[].errors[].title" => "[title]"}, @r#"
    {
      "statuses": [
        {
          "biz_opaque_callback_data": "order 7",
          "errors": [
            {
              "code": 470,
              "details": "more than 24 hours have passed",
              "title": "[title]"
            }
          ],
          "id": "gBGHEiAlVQFDAgkA",
          "message": {
            "recipient_id": "12025550143"
          },
          "recipient_id": "12025550143",
          "status": "failed",
          "timestamp": "1790000100",
          "type": "message"
        }
      ]
    }
    "#);

    failed.errors.clear();
    let told = told(&failed, &everything_on()).unwrap();
    assert_eq!(told["statuses"][0]["errors"][0]["code"], 500);
}

#[test]
fn a_message_that_failed_here_looks_like_one_that_failed_there() {
    let error = crate::translate::error::object(Code(408), Some("waited a day".to_owned()));

    let notification = failed(
        &our_id("gBGHEiAlVQFDAgkA"),
        "12025550143",
        Some("order 7"),
        1_790_000_100,
        error,
    );

    assert_eq!(
        serde_json::to_value(notification).unwrap(),
        json!({"statuses": [{
            "id": "gBGHEiAlVQFDAgkA", "status": "failed", "timestamp": "1790000100", "type": "message",
            "recipient_id": "12025550143", "message": {"recipient_id": "12025550143"},
            "biz_opaque_callback_data": "order 7",
            "errors": [{"code": 408, "title": Code(408).title(), "details": "waited a day"}]
        }]})
    );
}
