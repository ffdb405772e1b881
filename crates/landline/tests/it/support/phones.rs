//! Virtual phones: the simulator's `/sim`.

use serde_json::{Value, json};

use super::{SOON, until};

/// `/sim` of one network.
#[derive(Clone)]
pub(crate) struct Phones {
    base: String,
    http: reqwest::Client,
}

impl Phones {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    async fn done(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    }

    /// The first virtual customer's `wa_id`.
    pub(crate) async fn customer(&self) -> String {
        self.done("GET", "/sim/customers", None).await[0]["wa_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn add(&self, wa_id: &str, name: &str) {
        self.done(
            "POST",
            "/sim/customers",
            Some(json!({"wa_id": wa_id, "name": name})),
        )
        .await;
    }

    pub(crate) async fn change(&self, wa_id: &str, change: Value) {
        self.done("PATCH", &format!("/sim/customers/{wa_id}"), Some(change))
            .await;
    }

    /// The customer writes; the network's ids.
    pub(crate) async fn write(&self, wa_id: &str, body: &str, count: u32) -> Vec<String> {
        let path = format!("/sim/customers/{wa_id}/messages?count={count}");
        let answer = self
            .done(
                "POST",
                &path,
                Some(json!({"type": "text", "text": {"body": body}})),
            )
            .await;
        answer["ids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    }

    /// The customer writes a message of any type; the network's id.
    pub(crate) async fn send(&self, wa_id: &str, message: Value) -> String {
        let answer = self
            .done(
                "POST",
                &format!("/sim/customers/{wa_id}/messages"),
                Some(message),
            )
            .await;
        answer["ids"][0].as_str().unwrap().to_owned()
    }

    /// The last registration code of a business number.
    pub(crate) async fn registration_code(&self, number: &str) -> String {
        self.done("GET", &format!("/sim/codes/{number}"), None)
            .await["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn inbox(&self, wa_id: &str) -> Vec<Value> {
        let answer = self
            .done("GET", &format!("/sim/customers/{wa_id}/inbox"), None)
            .await;
        answer.as_array().unwrap().clone()
    }

    /// Waits until the inbox holds so many.
    pub(crate) async fn received(&self, wa_id: &str, count: usize) -> Vec<Value> {
        until(
            &format!("{count} messages on the phone {wa_id}"),
            SOON,
            || async {
                let inbox = self.inbox(wa_id).await;
                (inbox.len() >= count).then_some(inbox)
            },
        )
        .await
    }

    pub(crate) async fn read(&self, wa_id: &str) {
        self.done("POST", &format!("/sim/customers/{wa_id}/read"), None)
            .await;
    }

    pub(crate) async fn link(&self, up: bool) {
        self.done("POST", "/sim/link", Some(json!({"up": up})))
            .await;
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.done("POST", "/sim/clock", Some(json!({"advance_s": seconds})))
            .await;
    }

    /// The customer takes another number.
    pub(crate) async fn move_to(&self, wa_id: &str, new: &str) {
        self.done(
            "POST",
            &format!("/sim/customers/{wa_id}/number"),
            Some(json!({"wa_id": new})),
        )
        .await;
    }

    /// The hash of the customer's present identity.
    pub(crate) async fn identity(&self, wa_id: &str) -> Value {
        self.done("GET", &format!("/sim/customers/{wa_id}/identity"), None)
            .await["hash"]
            .clone()
    }

    /// The customer has a new phone; the hash of the new identity.
    pub(crate) async fn change_identity(&self, wa_id: &str) -> Value {
        self.done("POST", &format!("/sim/customers/{wa_id}/identity"), None)
            .await["hash"]
            .clone()
    }

    /// Waits until the network tells identities, as the program asks it to.
    pub(crate) async fn identity_told(&self, graph: &super::Graph) {
        until("the network tells identities", SOON, || async {
            let settings = graph
                .get(&format!("{}/settings", graph.phone_number_id))
                .await;
            let on = &settings["user_identity_change"]["enable_identity_key_check"];
            (on == true).then_some(())
        })
        .await;
    }

    /// The network tells a status of a message of this chat.
    pub(crate) async fn status(&self, wa_id: &str, status: Value) {
        let path = format!("/sim/customers/{wa_id}/statuses");
        self.done("POST", &path, Some(status)).await;
    }

    /// Switches a fault by its name.
    pub(crate) async fn fault(&self, name: &str, fault: Value) {
        self.done("POST", &format!("/sim/faults/{name}"), Some(fault))
            .await;
    }

    pub(crate) async fn faults(&self, faults: Value) {
        self.done("POST", "/sim/faults", Some(faults)).await;
    }
}
