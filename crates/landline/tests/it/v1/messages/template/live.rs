//! Templates that change while the line runs: the network's events bring the table up to date.

use serde_json::{Value, json};

use crate::support::{Deed, Dev, Middleman, Network, Poster, SOON, Sink, until};

/// An event of the account about a template.
fn event(account: &Value, field: &str, name: &str, value: &Value) -> String {
    let mut value = value.clone();
    value["message_template_name"] = name.into();
    value["message_template_language"] = "en_US".into();
    value["message_template_id"] = 17.into();
    json!({"object": "whatsapp_business_account", "entry": [{"id": account, "time": 1_790_000_000, "changes": [
        {"field": field, "value": value}]}]})
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_was_deleted_is_refused_as_soon_as_the_network_says_so() {
    let (sink, network) = (Sink::start().await, Network::start("eager").await);
    let middleman = Middleman::start(&network).await;
    let dev = Dev::builder()
        .behind(&middleman)
        .webhook(&sink)
        .start()
        .await;
    let api = dev.api().await;
    api.connected().await;
    let (customer, poster) = (dev.phones().customer().await, Poster::new(&dev));
    let account = &dev.endpoints["graph"]["waba_id"];
    let message = json!({"to": customer, "type": "template", "template":
        {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}});
    let send = async || api.post("/v1/messages", &message).await;
    assert_eq!(send().await.status, 201);

    // From now on the network does not have it.
    let gone =
        |target: &str| target.contains("message_templates") && target.contains("name=hello_world");
    middleman.plan(move |asked| {
        if gone(&asked.target) {
            Deed::Answer(200, json!({"data": []}))
        } else {
            Deed::Pass
        }
    });
    assert_eq!(send().await.status, 201, "nobody has said so yet");
    let deleted = json!({"event": "DELETED", "reason": "NONE"});
    let field = "message_template_status_update";
    poster
        .deliver(&event(account, field, "hello_world", &deleted))
        .await;
    until("the template is gone", SOON, || async {
        let answer = send().await;
        ((answer.status, answer.code()) == (404, 2001)).then_some(())
    })
    .await;

    // And it comes back with another category, though it was asked for a moment ago.
    middleman.plan(|_| Deed::Pass);
    let changed = json!({"previous_category": "UTILITY", "new_category": "MARKETING"});
    let field = "template_category_update";
    poster
        .deliver(&event(account, field, "hello_world", &changed))
        .await;
    until("the template is back", SOON, || async {
        (send().await.status == 201).then_some(())
    })
    .await;
}
