//! What the network says of a template, or cannot say.

use serde_json::{Value, json};

use super::{body, template};
use crate::support::{Dev, text};
use crate::v1::assert_refused;

/// `messages.md` 4.4: the definitions could not be fetched.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_cannot_be_asked_for_is_2002() {
    let dev = Dev::builder().start().await;
    let (api, phones) = (dev.api().await, dev.phones());
    api.connected().await;
    phones.link(false).await;

    let unknown = template("12025550143", "brought_in_today", &json!([]));
    let answer = api.post("/v1/messages", &unknown).await;

    assert_refused(&answer, (500, 2002), &["the network"]);
    // One that is in the table needs nobody.
    let known = template("12025550143", "hello_world", &json!([]));
    api.post("/v1/messages", &known).await.message_id();
    phones.link(true).await;
}

/// Makes the call button of a template of a network that does not run call this.
fn dial(dev: &Dev, number: &str) {
    let path = dev.folder.path().join("network.json");
    let mut network: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let templates = network["templates"].as_array_mut().unwrap();
    let of_it = templates
        .iter_mut()
        .filter(|template| template["name"] == "support_callback");
    for template in of_it {
        let buttons = template["components"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .filter_map(|component| component.get_mut("buttons")?.as_array_mut())
            .flatten();
        for button in buttons.filter(|button| button["type"] == "PHONE_NUMBER") {
            button["phone_number"] = number.into();
        }
    }
    std::fs::write(path, network.to_string()).unwrap();
}

/// `messages.md` 4.4, 8.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_button_that_calls_nobody_is_2011() {
    let mut dev = Dev::builder().start().await;
    let api = dev.api().await;
    api.connected().await;
    let (status, _) = dev.terminate().await;
    assert!(status.success(), "{status}");
    dial(&dev, "ask at the desk");
    let dev = Dev::builder().folder(&dev.folder).start().await;
    let api = dev.api().await;
    api.connected().await;

    let call = template("12025550143", "support_callback", &json!([body(&["7"])]));
    let answer = api.post("/v1/messages", &call).await;

    assert_refused(
        &answer,
        (400, 2011),
        &["support_callback", "ask at the desk"],
    );
    api.post("/v1/messages", &text("12025550143", "call us"))
        .await
        .message_id();
}
