//! The Graph surface: versions, headers, fields, and the edges around a number.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Reply, Sim, text};

const ADA: &str = "12025550143";
const FANG: &str = "12025550144";

#[tokio::test]
async fn every_version_answers_and_says_which_it_is() {
    let sim = Sim::start(Retry::Eager);
    let id = &sim.world.graph.phone_number_id;

    for version in 17..=26 {
        let url = format!("{}/v{version}.0/{id}", sim.base);
        let request = sim
            .client
            .get(url)
            .bearer_auth(&sim.world.graph.access_token);
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, 200, "{version}");
        assert_eq!(
            reply.headers["facebook-api-version"],
            format!("v{version}.0")
        );
    }
    let next = format!("{}/v27.0/{id}", sim.base);
    let reply = Reply::of(
        sim.client
            .get(next)
            .bearer_auth(&sim.world.graph.access_token),
    )
    .await;
    assert_eq!(reply.code(), (400, 2635));
}

#[tokio::test]
async fn answers_carry_the_networks_headers() {
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();

    let reply = sim.get(&id).await;
    let usage: Value =
        serde_json::from_str(reply.headers["x-business-use-case-usage"].to_str().unwrap()).unwrap();
    let usage = &usage[&sim.world.graph.waba_id][0];
    assert_eq!(usage["type"], "whatsapp");
    assert!(usage["call_count"].is_u64() && usage["estimated_time_to_regain_access"].is_u64());
    assert!(
        reply.headers.contains_key("x-app-usage") && reply.headers.contains_key("x-fb-request-id")
    );

    let refused = Reply::of(
        sim.client
            .get(format!("{}/{id}", sim.base))
            .bearer_auth("wrong"),
    )
    .await;
    let told = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(
        told.starts_with(r#"OAuth "Facebook Platform" "invalid_token""#),
        "{told}"
    );
    assert_eq!(
        refused.headers["x-fb-trace-id"],
        refused.body["error"]["fbtrace_id"].as_str().unwrap()
    );

    let field = sim.get(&format!("{id}?fields=verified_name,colour")).await;
    assert_eq!(field.code(), (400, 100));
    assert_eq!(
        field.body["error"]["message"],
        "(#100) Tried accessing nonexisting field (colour) on node type (WhatsAppBusinessPhoneNumber)"
    );
}

#[tokio::test]
async fn a_blocked_user_is_not_heard_and_not_written_to() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    sink.events(1).await;
    let path = format!("{}/block_users", sim.world.graph.phone_number_id);
    let users = |users: &[&str]| {
        let users: Vec<Value> = users.iter().map(|user| json!({"user": user})).collect();
        json!({"messaging_product": "whatsapp", "block_users": users})
    };

    let some = sim.post(&path, users(&["+12025550143", FANG])).await;
    assert_eq!(some.code(), (400, 139_100));
    assert_eq!(some.body["block_users"]["added_users"][0]["wa_id"], ADA);
    assert_eq!(some.body["block_users"]["failed_users"][0]["input"], FANG);
    let listed = sim.get(&path).await.ok(200);
    assert_eq!(
        listed["data"],
        json!([{"messaging_product": "whatsapp", "input": ADA, "wa_id": ADA}])
    );
    sim.write(ADA, "can you hear me", 1).await;
    sim.send(text(ADA, "no")).await.ok(200);
    let events = sink.events(2).await;
    assert_eq!(events[1]["errors"][0]["code"], 130_403);

    let request = sim.call(Method::DELETE, &path).json(&users(&[ADA]));
    let freed = Reply::of(request).await.ok(200);
    assert_eq!(freed["block_users"]["removed_users"][0]["wa_id"], ADA);
    sim.write(ADA, "and now", 1).await;
    assert_eq!(sink.events(3).await[2]["text"]["body"], "and now");
}

#[tokio::test]
async fn short_links_are_made_changed_and_deleted() {
    let sim = Sim::start(Retry::Eager);
    let path = format!("{}/message_qrdls", sim.world.graph.phone_number_id);

    let made = sim
        .post(
            &path,
            json!({"prefilled_message": "A latte please", "generate_qr_image": "SVG"}),
        )
        .await
        .ok(200);
    let code = made["code"].as_str().unwrap();
    assert_eq!(
        made["deep_link_url"],
        format!("https://wa.me/message/{code}")
    );
    let picture = sim
        .client
        .get(made["qr_image_url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(picture.text().await.unwrap().contains("<path"));
    sim.post(&path, json!({"code": code, "prefilled_message": "A tea"}))
        .await
        .ok(200);
    let one = sim.get(&format!("{path}/{code}")).await.ok(200);
    assert_eq!(one["data"][0]["prefilled_message"], "A tea");
    Reply::of(sim.call(Method::DELETE, &format!("{path}/{code}")))
        .await
        .success();
    assert_eq!(sim.get(&format!("{path}/{code}")).await.code(), (400, 100));
    assert_eq!(
        sim.post(&path, json!({"code": "NO", "prefilled_message": "x"}))
            .await
            .code(),
        (400, 100)
    );
}

#[tokio::test]
async fn what_a_chat_begins_with_and_the_storefront_can_be_set() {
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();
    let commands = json!([{"command_name": "menu", "command_description": "Shows the menu"}]);

    sim.post(
        &format!("{id}/conversational_automation"),
        json!({"prompts": ["What is open?"], "commands": commands, "enable_welcome_message": true}),
    )
    .await
    .success();
    let shown = sim
        .get(&format!("{id}?fields=conversational_automation"))
        .await
        .ok(200);
    assert_eq!(shown["conversational_automation"]["commands"], commands);
    let path = format!("{id}/whatsapp_commerce_settings");
    sim.post(&format!("{path}?is_cart_enabled=false"), json!({}))
        .await
        .success();
    let shown = sim.get(&path).await.ok(200);
    assert_eq!(shown["data"][0]["is_cart_enabled"], false);
    assert_eq!(shown["data"][0]["is_catalog_visible"], true);
}

#[tokio::test]
async fn a_flow_is_a_draft_until_it_is_published() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    let waba = sim.world.graph.waba_id.clone();
    let made = sim
        .post(
            &format!("{waba}/flows"),
            json!({"name": "Visit", "categories": ["OTHER"]}),
        )
        .await
        .ok(200);
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(
        sim.post(&format!("{id}/publish"), json!({})).await.code(),
        (400, 139_002)
    );

    let json = json!({"version": "7.0", "screens": [{"id": "ONE", "layout": {"type": "SingleColumnLayout"}}]});
    let part =
        reqwest::multipart::Part::bytes(json.to_string().into_bytes()).file_name("flow.json");
    let form = reqwest::multipart::Form::new()
        .text("name", "flow.json")
        .text("asset_type", "FLOW_JSON")
        .part("file", part);
    let filled = Reply::of(
        sim.call(Method::POST, &format!("{id}/assets"))
            .multipart(form),
    )
    .await;
    assert_eq!(filled.ok(200)["validation_errors"], json!([]));
    sim.post(&format!("{id}/publish"), json!({}))
        .await
        .success();
    let shown = sim
        .get(&format!("{id}?fields=status,json_version"))
        .await
        .ok(200);
    assert_eq!(
        (&shown["status"], &shown["json_version"]),
        (&json!("PUBLISHED"), &json!("7.0"))
    );
    assert_eq!(
        Reply::of(sim.call(Method::DELETE, &id)).await.code(),
        (400, 139_004)
    );
    sim.post(&format!("{id}/deprecate"), json!({}))
        .await
        .success();
}

#[tokio::test]
async fn tokens_say_what_they_are_of() {
    let sim = Sim::start(Retry::Eager);
    let graph = &sim.world.graph;

    let path = format!(
        "{}/oauth/access_token?grant_type=client_credentials&client_id={}&client_secret={}",
        sim.base, graph.app_id, graph.app_secret
    );
    let token = Reply::of(sim.client.get(path)).await.ok(200);
    let told = sim
        .get(&format!(
            "debug_token?input_token={}",
            token["access_token"].as_str().unwrap()
        ))
        .await
        .ok(200);
    assert_eq!(told["data"]["is_valid"], true);
    assert_eq!(told["data"]["app_id"], graph.app_id.as_str());
    let wrong = sim.get("debug_token?input_token=no").await.ok(200);
    assert_eq!(wrong["data"]["is_valid"], false);
}

#[tokio::test]
async fn the_statement_and_the_analytics_agree() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let hello = json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US"}}});
    sim.send(hello).await.ok(200);
    sink.events(2).await;
    let now = sim.sim(Method::GET, "clock", None).await.ok(200)["now"]
        .as_i64()
        .unwrap();

    let statement = sim.sim(Method::GET, "statement", None).await.ok(200);
    let fields = format!(
        "pricing_analytics.start({}).end({}).granularity(DAILY)",
        now - 86_400,
        now + 1
    );
    let shown = sim
        .get(&format!("{}?fields={fields}", sim.world.graph.waba_id))
        .await
        .ok(200);

    let point = &shown["pricing_analytics"]["data"][0]["data_points"][0];
    assert_eq!(
        (&point["volume"], &point["country"]),
        (&json!(1), &json!("US"))
    );
    assert!(point["cost"].as_f64().unwrap() > 0.0);
    assert_eq!(point["cost"], statement["total"]);
    assert_eq!(
        sim.sim(Method::GET, "statement?month=x", None).await.status,
        400
    );
}
