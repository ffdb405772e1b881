//! The Graph API's shapes.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Reply, Sim, text};

const ADA: &str = "12025550143";

#[tokio::test]
async fn errors_have_the_graph_shape() {
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();

    let wrong = Reply::of(
        sim.client
            .get(format!("{}/{id}", sim.base))
            .bearer_auth("wrong"),
    )
    .await;
    assert_eq!(wrong.status, 401);
    insta::assert_json_snapshot!(wrong.body, {".error.fbtrace_id" => "[trace]"}, @r#"
    {
      "error": {
        "code": 190,
        "fbtrace_id": "[trace]",
        "message": "Invalid OAuth access token - Cannot parse access token",
        "type": "OAuthException"
      }
    }
    "#);
    let none = Reply::of(sim.client.get(format!("{}/{id}", sim.base))).await;
    assert_eq!(none.code(), (401, 104));
    let unknown = sim.post("990/messages", text(ADA, "x")).await;
    assert_eq!(unknown.status, 400);
    insta::assert_json_snapshot!(unknown.body, {".error.fbtrace_id" => "[trace]"}, @r#"
    {
      "error": {
        "code": 100,
        "error_subcode": 33,
        "fbtrace_id": "[trace]",
        "message": "Unsupported post request. Object with ID '990' does not exist, cannot be loaded due to missing permissions, or does not support this operation",
        "type": "GraphMethodException"
      }
    }
    "#);
    let unregistered = sim.send(text(ADA, "x")).await;
    assert_eq!(unregistered.status, 400);
    insta::assert_json_snapshot!(unregistered.body, {".error.fbtrace_id" => "[trace]"}, @r#"
    {
      "error": {
        "code": 133010,
        "error_data": {
          "details": "the number is not registered on the Cloud API; register it first",
          "messaging_product": "whatsapp"
        },
        "fbtrace_id": "[trace]",
        "message": "(#133010) The account is not registered",
        "type": "OAuthException"
      }
    }
    "#);
    let old = format!("{}/v13.0/{id}", sim.base);
    let old = Reply::of(
        sim.client
            .get(old)
            .bearer_auth(&sim.world.graph.access_token),
    )
    .await;
    assert_eq!(old.code(), (400, 2635));
    assert_eq!(sim.get(&format!("{id}/nonsense")).await.code(), (400, 2500));
    assert_eq!(sim.get("").await.code(), (400, 2500));
    assert_eq!(
        sim.get(&format!("{id}?appsecret_proof=00")).await.code(),
        (400, 100)
    );
    let template = json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
        "template": {"name": "no", "language": {"code": "en_US"}}});
    sim.register().await;
    assert_eq!(sim.send(template).await.code(), (404, 132_001));
}

#[tokio::test]
async fn a_send_is_answered_as_the_real_network_does() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;

    let body = json!({"messaging_product": "whatsapp", "to": "+1 202-555-0143", "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}});
    let sent = sim.send(body).await.ok(200);

    insta::assert_json_snapshot!(sent, {".messages[].id" => "[id]"}, @r#"
    {
      "contacts": [
        {
          "input": "+1 202-555-0143",
          "wa_id": "12025550143"
        }
      ],
      "messages": [
        {
          "id": "[id]",
          "message_status": "accepted"
        }
      ],
      "messaging_product": "whatsapp"
    }
    "#);
    let inbox = sim
        .sim(Method::GET, &format!("customers/{ADA}/inbox"), None)
        .await
        .ok(200);
    insta::assert_json_snapshot!(inbox, {"[].id" => "[id]", "[].timestamp" => "[time]"}, @r#"
    [
      {
        "id": "[id]",
        "status": "delivered",
        "template": {
          "language": {
            "code": "en_US",
            "policy": "deterministic"
          },
          "name": "hello_world"
        },
        "text": {
          "body": "Hello World\nWelcome and congratulations! This message shows that you can send templates.\nLandline simulator"
        },
        "timestamp": "[time]",
        "type": "template"
      }
    ]
    "#);
}

#[tokio::test]
async fn every_answer_has_the_networks_own_date() {
    let sim = Sim::start(Retry::Eager);
    let now = sim
        .sim(Method::POST, "clock", Some(json!({"advance_s": 7200})))
        .await
        .ok(200)["now"]
        .as_u64()
        .unwrap();

    for reply in [
        sim.get(&sim.world.graph.phone_number_id).await,
        sim.get("nothing").await,
        sim.sim(Method::GET, "customers", None).await,
    ] {
        let date = httpdate::parse_http_date(reply.headers["date"].to_str().unwrap()).unwrap();
        let date = date
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        assert!((now..now + 20).contains(&date), "{date} {now}");
    }
}

#[tokio::test]
async fn numbers_show_their_state_and_the_second_stays_untouched() {
    let sink = Sink::start();
    let sim = Sim::start(Retry::Eager);
    let (first, second) = (
        sim.world.number.phone_number_id.clone(),
        sim.world.second.phone_number_id.clone(),
    );
    let fields = "fields=status,platform_type,code_verification_status,is_pin_enabled";

    let mut shown = sim.get(&format!("{first}?{fields}")).await.ok(200);
    assert_eq!(shown["id"].take(), first.as_str());
    assert_eq!(
        shown,
        json!({"id": null, "status": "PENDING", "platform_type": "NOT_APPLICABLE",
            "code_verification_status": "NOT_VERIFIED", "is_pin_enabled": false})
    );
    sim.register().await;
    sim.subscribe().await;
    sim.point_to(&sink.url).await;
    let shown = sim.get(&format!("{first}?{fields}")).await.ok(200);
    assert_eq!(
        (&shown["status"], &shown["platform_type"]),
        (&json!("CONNECTED"), &json!("CLOUD_API"))
    );

    let list = sim
        .get(&format!("{}/phone_numbers", sim.world.graph.waba_id))
        .await
        .ok(200);
    let urls: Vec<&Value> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| &number["webhook_configuration"]["phone_number"])
        .collect();
    assert_eq!(
        urls,
        [&json!(sink.url), &json!("https://second.example/hook")]
    );
    assert!(list["paging"]["cursors"]["before"].is_string());
    assert!(list["paging"]["cursors"]["after"].is_string());
    let number = sim
        .get(&format!("{second}?fields=certificate,verified_name"))
        .await
        .ok(200);
    assert_eq!(number["certificate"], sim.world.second.cert.as_str());
    assert_eq!(
        number["verified_name"],
        sim.world.second.verified_name.as_str()
    );
}

#[tokio::test]
async fn templates_come_in_pages_with_filters_and_a_summary() {
    let sim = Sim::start(Retry::Eager);
    let list = format!("{}/message_templates", sim.world.graph.waba_id);

    let first = sim
        .get(&format!("{list}?fields=name,language,status"))
        .await
        .ok(200);
    assert_eq!(first["data"].as_array().unwrap().len(), 25);
    let next = first["paging"]["next"].as_str().unwrap();
    assert!(next.starts_with(&format!("{}/v24.0/", sim.base)), "{next}");
    let request = sim
        .client
        .get(next)
        .bearer_auth(&sim.world.graph.access_token);
    let second = Reply::of(request).await.ok(200);
    assert_eq!(second["data"].as_array().unwrap().len(), 24);
    assert!(second["paging"]["next"].is_null());
    let members: Vec<&String> = second["data"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "language", "name", "status"]);

    let one = sim
        .get(&format!(
            "{list}?name=track_parcel&language=en_US&summary=total_count,message_template_count"
        ))
        .await
        .ok(200);
    assert_eq!(
        one["summary"],
        json!({"total_count": 1, "message_template_count": 49})
    );
    insta::assert_json_snapshot!(one["data"], {"[].id" => "[id]"}, @r#"
    [
      {
        "category": "UTILITY",
        "components": [
          {
            "example": {
              "body_text": [
                [
                  "example"
                ]
              ]
            },
            "text": "Your parcel {{1}} is on its way.",
            "type": "BODY"
          },
          {
            "buttons": [
              {
                "example": [
                  "https://shop.example/parcels/example"
                ],
                "text": "Track",
                "type": "URL",
                "url": "https://shop.example/parcels/{{1}}"
              }
            ],
            "type": "BUTTONS"
          }
        ],
        "id": "[id]",
        "language": "en_US",
        "name": "track_parcel",
        "parameter_format": "POSITIONAL",
        "status": "APPROVED"
      }
    ]
    "#);
    let rejected = sim.get(&format!("{list}?status=REJECTED")).await.ok(200);
    assert_eq!(rejected["data"][0]["rejected_reason"], "SCAM");
    let account = sim
        .get(&format!(
            "{}?fields=message_template_namespace",
            sim.world.graph.waba_id
        ))
        .await
        .ok(200);
    assert_eq!(account.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn callbacks_are_verified_before_they_are_used() {
    let sink = Sink::start();
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();
    let apps = format!("{}/subscribed_apps", sim.world.graph.waba_id);
    let set = |url: &str, token: &str| json!({"webhook_configuration": {"override_callback_uri": url, "verify_token": token}});

    for (url, token) in [
        (sink.url.as_str(), "no"),
        (&sink.url.replace("/graph/1", "/wrong"), "yes"),
        ("http://127.0.0.1:9/", "yes"),
    ] {
        assert_eq!(
            sim.post(&id, set(url, token)).await.code(),
            (400, 2200),
            "{url}"
        );
        let body = json!({"override_callback_uri": url, "verify_token": token});
        assert_eq!(sim.post(&apps, body).await.code(), (400, 2200), "{url}");
    }
    for bad in [
        "ftp://x.example/",
        "nonsense",
        &format!("http://x.example/{}", "x".repeat(200)),
    ] {
        assert_eq!(sim.post(&id, set(bad, "yes")).await.code(), (400, 100));
    }
    assert_eq!(sim.post(&id, json!({})).await.code(), (400, 100));
    let shown = sim
        .get(&format!("{id}?fields=webhook_configuration"))
        .await
        .ok(200);
    assert_eq!(shown["webhook_configuration"], json!({}));
    assert_eq!(sim.get(&apps).await.ok(200)["data"], json!([]));

    sim.post(&id, set(&sink.url, "yes")).await.success();
    sim.post(
        &apps,
        json!({"override_callback_uri": sink.url, "verify_token": "yes"}),
    )
    .await
    .success();
    let shown = sim.get(&apps).await.ok(200);
    assert_eq!(shown["data"][0]["override_callback_uri"], sink.url.as_str());
    assert_eq!(
        shown["data"][0]["whatsapp_business_api_data"]["id"],
        sim.world.graph.app_id.as_str()
    );
    sim.subscribe().await;
    assert!(sim.get(&apps).await.ok(200)["data"][0]["override_callback_uri"].is_null());
    sim.post(&id, set("", "")).await.success();
    let shown = sim
        .get(&format!("{id}?fields=webhook_configuration"))
        .await
        .ok(200);
    assert_eq!(shown["webhook_configuration"], json!({}));
    Reply::of(sim.call(Method::DELETE, &apps)).await.success();
    assert_eq!(sim.get(&apps).await.ok(200)["data"], json!([]));
}

#[tokio::test]
async fn the_app_has_a_callback_of_its_own() {
    let sink = Sink::start();
    let sim = Sim::start(Retry::Eager);
    let graph = &sim.world.graph;
    let url = format!("{}/v25.0/{}/subscriptions", sim.base, graph.app_id);
    let query = [
        ("object", "whatsapp_business_account"),
        ("callback_url", sink.url.as_str()),
        ("verify_token", "yes"),
        ("fields", "messages"),
        (
            "access_token",
            &format!("{}|{}", graph.app_id, graph.app_secret),
        ),
    ];

    Reply::of(sim.client.post(&url).query(&query))
        .await
        .success();
    sim.subscribe().await;
    sim.write(ADA, "hi", 1).await;

    sink.events(1).await;
    let shown = sim
        .get(&format!("{}/subscriptions", graph.app_id))
        .await
        .ok(200);
    assert_eq!(shown["data"][0]["callback_url"], sink.url.as_str());
}

#[tokio::test]
async fn bodies_may_be_forms_and_parameters_may_stand_in_the_query() {
    let sim = Sim::start(Retry::Eager);
    let id = sim.world.graph.phone_number_id.clone();

    let query = format!("{id}/request_code?code_method=VOICE&language=zh_CN");
    Reply::of(sim.call(Method::POST, &query)).await.success();
    let code = sim
        .sim(Method::GET, "codes/+12025550111", None)
        .await
        .ok(200);
    let form = format!("code={}", code["code"].as_str().unwrap());
    let call = sim
        .call(Method::POST, &format!("{id}/verify_code"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form);
    Reply::of(call).await.success();
    let form = Form::new()
        .text("messaging_product", "whatsapp")
        .text("pin", "111111");
    Reply::of(
        sim.call(Method::POST, &format!("{id}/register"))
            .multipart(form),
    )
    .await
    .success();
    let call = sim
        .call(Method::POST, &format!("{id}/messages"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("messaging_product=whatsapp&to=%2B12025550143&type=text&text=%7B%22body%22%3A%22hi%22%7D");
    assert!(Reply::of(call).await.ok(200)["messages"][0]["id"].is_string());
}

#[tokio::test]
async fn a_profile_is_flat_and_changes_member_by_member() {
    let sim = Sim::start(Retry::Eager);
    let path = format!(
        "{}/whatsapp_business_profile",
        sim.world.graph.phone_number_id
    );

    let change = json!({"messaging_product": "whatsapp", "about": "Open", "vertical": "RETAIL",
        "websites": ["https://shop.example"]});
    sim.post(&path, change).await.success();
    sim.post(
        &path,
        json!({"messaging_product": "whatsapp", "email": "hello@shop.example"}),
    )
    .await
    .success();

    assert_eq!(
        sim.get(&path).await.ok(200),
        json!({"data": [{"messaging_product": "whatsapp", "about": "Open", "vertical": "RETAIL",
            "websites": ["https://shop.example"], "email": "hello@shop.example"}]})
    );
    assert_eq!(
        sim.get(&format!("{path}?fields=about")).await.ok(200),
        json!({"data": [{"messaging_product": "whatsapp", "about": "Open"}]})
    );
    for bad in [
        json!({"about": "x"}),
        json!({"messaging_product": "whatsapp", "about": ""}),
        json!({"messaging_product": "whatsapp", "about": "x".repeat(140)}),
        json!({"messaging_product": "whatsapp", "vertical": "SPACE"}),
        json!({"messaging_product": "whatsapp", "websites": ["a", "b", "c"]}),
        json!({"messaging_product": "whatsapp", "email": "nobody"}),
    ] {
        assert_eq!(sim.post(&path, bad).await.code(), (400, 100));
    }
}

async fn upload(sim: &Sim, mime_type: &str, bytes: &[u8]) -> Reply {
    let part = Part::bytes(bytes.to_vec())
        .file_name("file")
        .mime_str(mime_type)
        .unwrap();
    let form = Form::new()
        .part("file", part)
        .text("type", mime_type.to_owned());
    let path = format!(
        "{}/media?messaging_product=whatsapp",
        sim.world.graph.phone_number_id
    );
    Reply::of(sim.call(Method::POST, &path).multipart(form)).await
}

#[tokio::test]
async fn media_is_uploaded_shown_downloaded_and_deleted() {
    let sim = Sim::start(Retry::Eager);
    let token = sim.world.graph.access_token.clone();
    let big = vec![7; 3 * 1024 * 1024];
    let id = upload(&sim, "image/png", &big).await.ok(200)["id"]
        .as_str()
        .unwrap()
        .to_owned();

    let info = sim
        .get(&format!(
            "{id}?phone_number_id={}",
            sim.world.graph.phone_number_id
        ))
        .await
        .ok(200);
    assert_eq!(info["file_size"], big.len());
    assert_eq!(info["mime_type"], "image/png");
    assert_eq!(info["sha256"].as_str().unwrap().len(), 64);
    let url = info["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&sim.base), "{url}");
    let response = sim
        .client
        .get(&url)
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-length"], big.len().to_string());
    assert_eq!(response.bytes().await.unwrap(), big);
    assert_eq!(sim.client.get(&url).send().await.unwrap().status(), 401);
    let forged = url.replace("hash=", "hash=0");
    assert_eq!(
        Reply::of(sim.client.get(forged).bearer_auth(&token))
            .await
            .status,
        404
    );

    sim.sim(Method::POST, "clock", Some(json!({"advance_s": 301})))
        .await
        .ok(200);
    assert_eq!(
        Reply::of(sim.client.get(&url).bearer_auth(&token))
            .await
            .status,
        404
    );
    let foreign = format!("{id}?phone_number_id={}", sim.world.second.phone_number_id);
    assert_eq!(sim.get(&foreign).await.code(), (400, 100));
    Reply::of(sim.call(Method::DELETE, &id)).await.success();
    let gone = sim.get(&id).await;
    assert_eq!(gone.body["error"]["error_subcode"], 33);
    assert_eq!(upload(&sim, "image/gif", b"GIF").await.code(), (400, 100));
    assert_eq!(upload(&sim, "image/png", b"").await.code(), (400, 100));
}

#[tokio::test]
async fn a_send_may_name_media_that_exists_and_fits() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    sim.write(ADA, "hi", 1).await;
    let media =
        async |mime_type: &str| upload(&sim, mime_type, b"bytes").await.ok(200)["id"].clone();
    let image = |id: &Value| json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {"id": id, "caption": "look"}});

    sim.send(image(&media("image/png").await)).await.ok(200);
    sim.send(image(&media("application/pdf").await))
        .await
        .ok(200);
    let unknown = sim.send(image(&json!("4711"))).await;

    assert_eq!(unknown.code(), (400, 100));
    assert_eq!(unknown.body["error"]["error_subcode"], 33);
    let events = sink.events(4).await;
    let stages: Vec<&Value> = events
        .iter()
        .skip(1)
        .map(|event| &event["status"])
        .collect();
    assert_eq!(stages, ["sent", "delivered", "failed"]);
    assert_eq!(events[3]["errors"][0]["code"], 131_053);
}
