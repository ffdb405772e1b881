//! Templates and names before their reviewers.

use reqwest::Method;
use serde_json::{Value, json};
use sim::Retry;

use crate::sink::Sink;
use crate::support::{Reply, Sim};

const ADA: &str = "12025550143";

impl Sim {
    async fn after(&self, seconds: i64) {
        let body = json!({"advance_s": seconds});
        self.sim(Method::POST, "clock", Some(body)).await.ok(200);
    }

    async fn make(&self, name: &str, category: &str, body: &str) -> Value {
        let path = format!("{}/message_templates", self.world.graph.waba_id);
        let template = json!({"name": name, "language": "en_US", "category": category,
            "components": [{"type": "BODY", "text": body, "example": {"body_text": [["x"]]}}]});
        self.post(&path, template).await.ok(200)
    }
}

#[tokio::test]
async fn a_template_is_pending_then_approved_then_sendable_and_at_last_deleted() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;

    let made = sim
        .make("table_ready", "UTILITY", "Table {{1}} is ready.")
        .await;
    assert_eq!(
        (&made["status"], &made["category"]),
        (&json!("PENDING"), &json!("UTILITY"))
    );
    sim.after(2).await;
    let id = made["id"].as_str().unwrap();
    let shown = sim
        .get(&format!("{id}?fields=status,quality_score"))
        .await
        .ok(200);
    assert_eq!(shown["status"], "APPROVED");
    let send = json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template",
        "template": {"name": "table_ready", "language": {"code": "en_US"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "7"}]}]}});
    sim.send(send).await.ok(200);
    sink.events(2).await;

    let list = format!("{}/message_templates", sim.world.graph.waba_id);
    Reply::of(sim.call(Method::DELETE, &format!("{list}?name=table_ready")))
        .await
        .success();
    assert_eq!(sim.get(id).await.code(), (400, 100));
    let again = json!({"name": "table_ready", "language": "en_US", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Ready."}]});
    let again = sim.post(&list, again).await;
    assert_eq!(again.body["error"]["error_subcode"], 2_388_023);
}

#[tokio::test]
async fn a_template_can_be_rejected_moved_paused_and_edited() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;

    let scam = sim
        .make("winner", "MARKETING", "You have won {{1}} today.")
        .await;
    let moved = sim
        .make("autumn", "UTILITY", "A discount of {{1}} for you.")
        .await;
    sim.after(2).await;
    let shown = sim
        .get(&format!(
            "{}?fields=status,rejected_reason",
            scam["id"].as_str().unwrap()
        ))
        .await
        .ok(200);
    assert_eq!(
        (&shown["status"], &shown["rejected_reason"]),
        (&json!("REJECTED"), &json!("SCAM"))
    );
    let id = moved["id"].as_str().unwrap().to_owned();
    let shown = sim
        .get(&format!("{id}?fields=category,previous_category"))
        .await
        .ok(200);
    assert_eq!(
        (&shown["category"], &shown["previous_category"]),
        (&json!("MARKETING"), &json!("UTILITY"))
    );

    let edit = |text: &str| json!({"components": [{"type": "BODY", "text": text}]});
    sim.post(&id, edit("Less for you.")).await.success();
    sim.after(2).await;
    assert_eq!(
        sim.post(&id, edit("Even less for you.")).await.body["error"]["error_subcode"],
        2_388_039
    );
    sim.after(86_400).await;
    sim.post(&id, edit("Even less for you.")).await.success();
    sim.after(2).await;

    for _ in 0..4 {
        let send = json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template",
            "template": {"name": "autumn", "language": {"code": "en_US"}}});
        sim.send(send).await.ok(200);
        sim.sim(
            Method::POST,
            &format!("customers/{ADA}/report"),
            Some(json!({})),
        )
        .await
        .ok(200);
    }
    assert_eq!(
        sim.get(&format!("{id}?fields=status")).await.ok(200)["status"],
        "PAUSED"
    );
    sim.after(3 * 3600).await;
    assert_eq!(
        sim.get(&format!("{id}?fields=status")).await.ok(200)["status"],
        "APPROVED"
    );
    let set = sim
        .sim(
            Method::PATCH,
            &format!("templates/{id}"),
            Some(json!({"status": "DISABLED"})),
        )
        .await
        .ok(200);
    assert_eq!(set["status"], "DISABLED");
}

#[tokio::test]
async fn a_name_is_reviewed_and_binds_for_thirty_days() {
    let sim = Sim::start(Retry::Eager);
    sim.register().await;
    let id = sim.world.graph.phone_number_id.clone();
    let state = format!("{id}?fields=verified_name,new_display_name,new_name_status");

    sim.post(&id, json!({"new_display_name": "WhatsApp"}))
        .await
        .success();
    sim.after(2).await;
    assert_eq!(sim.get(&state).await.ok(200)["new_name_status"], "DECLINED");
    sim.post(&id, json!({"new_display_name": "Hummingbird Roasters"}))
        .await
        .success();
    assert_eq!(
        sim.get(&state).await.ok(200)["new_name_status"],
        "PENDING_REVIEW"
    );
    sim.after(2).await;
    assert_eq!(sim.get(&state).await.ok(200)["new_name_status"], "APPROVED");
    let pin = json!({"messaging_product": "whatsapp", "pin": "493817"});
    sim.post(&format!("{id}/register"), pin).await.success();
    assert_eq!(
        sim.get(&state).await.ok(200)["verified_name"],
        "Hummingbird Roasters"
    );

    let other = json!({"new_display_name": "Hummingbird Cakes"});
    assert_eq!(sim.post(&id, other.clone()).await.code(), (400, 100));
    sim.after(30 * 86_400).await;
    sim.post(&id, other).await.success();
    sim.after(2).await;
    sim.after(30 * 86_400).await;
    assert_eq!(sim.get(&state).await.ok(200)["new_name_status"], "EXPIRED");
}

#[tokio::test]
async fn a_restricted_account_does_not_send() {
    let sink = Sink::start();
    let sim = Sim::ready(Retry::Eager, &sink).await;
    let hello = json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US"}}});

    for (status, answer) in [
        ("RESTRICTED", (403, 368)),
        ("DISABLED", (403, 131_031)),
        ("ACTIVE", (200, 0)),
    ] {
        sim.sim(Method::PATCH, "account", Some(json!({"status": status})))
            .await
            .ok(200);
        assert_eq!(sim.send(hello.clone()).await.code(), answer, "{status}");
    }
    let wrong = json!({"status": "HAPPY"});
    assert_eq!(
        sim.sim(Method::PATCH, "account", Some(wrong)).await.status,
        400
    );
}
