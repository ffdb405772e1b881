//! The getting-started guide, request by request.

use serde_json::json;

use super::step::{Auth, Folder, Step};

/// The folders of the guide, in its order.
pub(super) fn folders() -> Vec<Folder> {
    vec![
        Folder::new(
            "1 Log in",
            "The first login has to change the password. Every later one takes the new one; the token goes along with \
             everything that follows.",
            log_in(),
        ),
        Folder::new(
            "2 Settings",
            "Where notifications go, and that `sent` is wanted too. The simulated network takes them here, so that the \
             collection can look at them.",
            settings(),
        ),
        Folder::new(
            "3 Register the number",
            "Number and certificate come from the simulated network, and so does the code that it sends.",
            register(),
        ),
        Folder::new(
            "4 Contacts",
            "Numbers, and the ids behind them.",
            contacts(),
        ),
        Folder::new(
            "5 A customer writes",
            "This opens the customer's window: for 24 hours the business may write freely.",
            inbound(),
        ),
        Folder::new(
            "6 Send",
            "A text that is delivered, read and answered; a template to somebody who has never written.",
            send(),
        ),
        Folder::new("7 Media", "A file goes up, out, down and away.", media()),
        Folder::new("8 Monitoring", "How the line is.", monitoring()),
        Folder::new(
            "9 Stop and start the core",
            "As stopping and starting the original's core container did. What customers write meanwhile arrives afterwards.",
            core(),
        ),
    ]
}

fn log_in() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/users/login")
            .named("First login, which changes the password")
            .with(Auth::Basic("{{username}}", "{{first_password}}"))
            .first("pm.collectionVariables.set(\"run\", String(Date.now()));")
            .first("pm.collectionVariables.set(\"tries\", 0);")
            .json(json!({"new_password": "{{password}}"}))
            .is(&[200, 401]),
        Step::api("POST", "/v1/users/login")
            .named("Log in")
            .with(Auth::Basic("{{username}}", "{{password}}"))
            .is(&[200])
            .keeps("token", "body.users[0].token"),
    ]
}

fn settings() -> Vec<Step> {
    vec![
        Step::api("PATCH", "/v1/settings/application")
            .json(json!({
                "webhooks": {
                    "url": "{{sim_url}}/sim/webhook",
                    "message": {"sent": true, "delivered": true, "read": true},
                },
            }))
            .is(&[200]),
        Step::api("GET", "/v1/settings/application")
            .is(&[200])
            .holds(
                "sent is notified",
                "body.settings.application.webhooks.message.sent",
            ),
        Step::api("PATCH", "/v1/settings/application")
            .named("Change a setting to what it cannot be")
            .json(json!({"webhooks": {"max_concurrent_requests": 7}}))
            .is(&[400])
            .holds("the code is 1009", "body.errors[0].code === 1009")
            .holds(
                "the field is named",
                "body.errors[0].details.startsWith(\"webhooks.max_concurrent_requests\")",
            ),
    ]
}

fn register() -> Vec<Step> {
    vec![
        Step::sim("GET", "/sim/world")
            .named("The network's world: number, certificate, customers")
            .is(&[200])
            .keeps("cc", "body.number.cc")
            .keeps("phone_number", "body.number.phone_number")
            .keeps("business", "body.number.wa_id")
            .keeps("cert", "body.number.cert")
            .keeps("customer", "body.customers[0].wa_id")
            .keeps("stranger", "body.customers[1].wa_id"),
        Step::api("POST", "/v1/account")
            .json(json!({
                "cc": "{{cc}}", "phone_number": "{{phone_number}}", "method": "sms", "cert": "{{cert}}",
            }))
            .is(&[201, 202])
            .then("// 201: it is registered already, and no code was sent.")
            .then("if (pm.response.code === 201) pm.execution.setNextRequest(\"Health, until it is connected\");"),
        Step::sim("GET", "/sim/codes/{{business}}")
            .named("The code that the business phone received")
            .is(&[200])
            .keeps("code", "body.code"),
        Step::api("POST", "/v1/account/verify")
            .json(json!({"code": "{{code}}"}))
            .is(&[201]),
        Step::api("GET", "/v1/health")
            .named("Health, until it is connected")
            .is(&[200])
            .until("body.health.gateway_status === \"connected\""),
    ]
}

fn contacts() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/contacts")
            .json(json!({"blocking": "wait", "contacts": ["+{{customer}}", "nobody"]}))
            .is(&[200])
            .holds("a number is valid", "body.contacts[0].status === \"valid\"")
            .holds(
                "its id is the number's digits",
                "body.contacts[0].wa_id === pm.collectionVariables.get(\"customer\")",
            )
            .holds(
                "what has no digit is invalid",
                "body.contacts[1].status === \"invalid\"",
            ),
    ]
}

fn inbound() -> Vec<Step> {
    vec![
        Step::sim("POST", "/sim/customers/{{customer}}/messages")
            .named("The customer asks for a parcel")
            .json(json!({"type": "text", "text": {"body": "Is my parcel here? ({{run}})"}}))
            .is(&[201]),
        Step::sim("GET", "/sim/webhook?contains=({{run}})")
            .named("The notification of it")
            .is(&[200])
            .keeps("inbound", "body.notifications[0].messages[0].id")
            .holds(
                "it is from the customer",
                "body.notifications[0].messages[0].from === pm.collectionVariables.get(\"customer\")",
            ),
        Step::api("PUT", "/v1/messages/{id}")
            .at("id", "{{inbound}}")
            .json(json!({"status": "read"}))
            .is(&[200]),
        Step::api("PUT", "/v1/messages/{id}")
            .named("Mark a message as read that there is none of")
            .at("id", "gBGGnothing")
            .json(json!({"status": "read"}))
            .is(&[404])
            .holds("the code is 1006", "body.errors[0].code === 1006"),
    ]
}

fn send() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/messages")
            .named("Send a text")
            .json(json!({
                "to": "{{customer}}", "type": "text", "recipient_type": "individual",
                "text": {"body": "It left the depot this morning. ({{run}})"},
            }))
            .is(&[201])
            .keeps("message", "body.messages[0].id")
            .holds(
                "the recipient is named",
                "body.contacts[0].wa_id === pm.collectionVariables.get(\"customer\")",
            ),
        status("The statuses sent and delivered", &["sent", "delivered"]),
        Step::sim("GET", "/sim/customers/{{customer}}/inbox")
            .named("What the customer sees")
            .is(&[200])
            .holds(
                "the text is there",
                "body.some((message) => message.text && message.text.body.includes(pm.collectionVariables.get(\"run\")))",
            ),
        Step::sim("POST", "/sim/customers/{{customer}}/read")
            .named("The customer reads it")
            .is(&[200]),
        status("The status read", &["read"]),
        Step::api("POST", "/v1/messages")
            .named("Send a template to somebody who has not written")
            .json(json!({
                "to": "{{stranger}}", "type": "template",
                "template": {
                    "name": "order_update",
                    "language": {"policy": "deterministic", "code": "zh_CN"},
                    "components": [{"type": "body", "parameters": [
                        {"type": "text", "text": "LX-204"},
                        {"type": "text", "text": "已发货"},
                    ]}],
                },
            }))
            .is(&[201]),
        Step::api("POST", "/v1/messages")
            .named("Send a template with a parameter too few")
            .json(json!({
                "to": "{{stranger}}", "type": "template",
                "template": {
                    "name": "order_update",
                    "language": {"policy": "deterministic", "code": "zh_CN"},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "LX-204"}]}],
                },
            }))
            .is(&[400])
            .holds("the code is 2000", "body.errors[0].code === 2000"),
        Step::api("POST", "/v1/messages")
            .named("Send reply buttons")
            .json(json!({
                "to": "{{customer}}", "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "Shall we bring it today?"},
                    "action": {"buttons": [
                        {"type": "reply", "reply": {"id": "today", "title": "Today"}},
                        {"type": "reply", "reply": {"id": "later", "title": "Later"}},
                    ]},
                },
            }))
            .is(&[201]),
        Step::api("POST", "/v1/messages")
            .named("Send a place")
            .json(json!({
                "to": "{{customer}}", "type": "location",
                "location": {"latitude": 52.5163, "longitude": 13.3777, "name": "The shop", "address": "By the gate"},
            }))
            .is(&[201]),
    ]
}

/// Waits for statuses of the text that was sent.
fn status(name: &str, wanted: &[&str]) -> Step {
    let seen = "body.notifications.flatMap((notification) => notification.statuses || []).map((status) => status.status)";
    Step::sim("GET", "/sim/webhook?contains={{message}}")
        .named(name)
        .is(&[200])
        .until(&format!(
            "{wanted:?}.every((wanted) => {seen}.includes(wanted))"
        ))
}

fn media() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/media")
            .text("text/plain", "Invoice LX-204: two cups, one pot.\n")
            .is(&[200])
            .keeps("media", "body.media[0].id"),
        Step::api("POST", "/v1/messages")
            .named("Send a document")
            .json(json!({
                "to": "{{customer}}", "type": "document",
                "document": {"id": "{{media}}", "filename": "invoice.txt", "caption": "Your invoice ({{run}})"},
            }))
            .is(&[201])
            .keeps("message", "body.messages[0].id"),
        status("The status delivered of the document", &["delivered"]),
        Step::api("GET", "/v1/media/{id}")
            .at("id", "{{media}}")
            .is(&[200])
            .then("pm.test(\"it is the file\", () => pm.expect(pm.response.text()).to.include(\"two cups\"));"),
        Step::api("DELETE", "/v1/media/{id}")
            .at("id", "{{media}}")
            .is(&[200]),
        Step::api("GET", "/v1/media/{id}")
            .named("Download a file that was deleted")
            .at("id", "{{media}}")
            .is(&[404]),
    ]
}

fn monitoring() -> Vec<Step> {
    vec![
        Step::api("GET", "/v1/metrics").is(&[200]),
        Step::api("GET", "/v1/metrics?format=prometheus")
            .named("Metrics for Prometheus")
            .is(&[200])
            .then("pm.test(\"has types\", () => pm.expect(pm.response.text()).to.include(\"# TYPE \"));"),
        Step::api("GET", "/v1/stats/app").is(&[200]),
        Step::api("GET", "/v1/stats/db").is(&[200]),
        Step::api("GET", "/v1/support").is(&[200]),
    ]
}

fn core() -> Vec<Step> {
    vec![
        Step::api("POST", "/dev/core")
            .named("Stop the core")
            .json(json!({"running": false}))
            .is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Health without a core")
            .is(&[200])
            .holds(
                "it is disconnected",
                "body.health.gateway_status === \"disconnected\"",
            ),
        Step::api("POST", "/v1/messages")
            .named("Send without a core")
            .json(json!({"to": "{{customer}}", "type": "text", "text": {"body": "Too early"}}))
            .is(&[503])
            .holds("the code is 1011", "body.errors[0].code === 1011"),
        Step::sim("POST", "/sim/customers/{{customer}}/messages")
            .named("The customer writes meanwhile")
            .json(json!({"type": "text", "text": {"body": "Is anybody there? [{{run}}]"}}))
            .is(&[201]),
        Step::api("POST", "/dev/core")
            .named("Start the core")
            .json(json!({"running": true}))
            .is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Health, until it is connected again")
            .is(&[200])
            .until("body.health.gateway_status === \"connected\""),
        Step::sim("GET", "/sim/webhook?contains=[{{run}}]")
            .named("The notification of what was written meanwhile")
            .is(&[200]),
    ]
}
