//! Generated messages of customers, made from what the document says of notifications: the webhook is told what the
//! customer wrote.

mod written;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use super::{id_of, plain};
use crate::support::{
    Draw, Guest, SOON, any_text, hex, new_customer, seed, sha256, simplest, values,
};
use written::{Written, strange};

/// Messages of one kind in a run.
const MESSAGES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_is_told_what_the_customer_wrote() {
    let mut draw = Draw::new(seed());
    let world = World::build(&mut draw).await;

    for kind in [
        "text",
        "image",
        "video",
        "audio",
        "voice",
        "document",
        "sticker",
        "location",
        "contacts",
        "button",
        "interactive",
        "order",
        "reaction",
    ] {
        let drawn = values(&world.schema(kind));
        world
            .holds(&mut draw, &drawn, |drawn| world.written(kind, drawn))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_is_told_of_what_has_no_form_in_the_words_of_the_customer() {
    let mut draw = Draw::new(seed());
    let world = World::build(&mut draw).await;

    for kind in ["unsupported", "unknown", "ephemeral", "edit"] {
        let drawn = any_text().prop_map(Value::from).boxed();
        world
            .holds(&mut draw, &drawn, |drawn| {
                strange(kind, &world.own, drawn.as_str().unwrap())
            })
            .await;
    }
}

/// A customer with a generated name, and what was said before.
struct World {
    guest: Guest,
    customer: String,
    name: String,
    /// Our message: its id here, and the network's.
    ours: (String, String),
    /// The network's id of a message of the customer.
    own: String,
    notification: Value,
}

impl World {
    async fn build(draw: &mut Draw) -> Self {
        let guest = Guest::arrive().await;
        let (customer, name) = (new_customer(), draw.tree(&any_text()).current());
        guest.phones.add(&customer, &name).await;
        let own = guest.phones.write(&customer, "Hello", 1).await.remove(0);
        let first = guest.api.text(&customer, "first").await;
        let inbox = guest.phones.received(&customer, 1).await;
        let upstream = inbox[0]["id"].as_str().unwrap().to_owned();
        guest
            .sink
            .message("the greeting", |message| {
                message["from"] == customer.as_str()
            })
            .await;
        let document = guest.api.get("/v1/openapi.json").await.body;
        Self {
            customer,
            name,
            ours: (first, upstream),
            own,
            notification: document["components"]["schemas"]["Notification"].clone(),
            guest,
        }
    }

    /// What the document says of the content of a message of a type, and of what stands beside it.
    fn schema(&self, kind: &str) -> Value {
        let messages = &self.notification["properties"]["messages"]["items"]["oneOf"];
        let found = messages
            .as_array()
            .unwrap()
            .iter()
            .find(|schema| schema["title"] == kind);
        let mut schema = found.unwrap().clone();
        let of_the_customer = [kind, "context", "referral"];
        let members = schema["properties"].as_object_mut().unwrap();
        members.retain(|name, _| of_the_customer.contains(&name.as_str()));
        schema["required"] = json!([kind]);
        schema
    }

    async fn holds(
        &self,
        draw: &mut Draw,
        strategy: &BoxedStrategy<Value>,
        write: impl Fn(&Value) -> Written,
    ) {
        let mut trees: Vec<_> = (0..MESSAGES).map(|_| draw.tree(strategy)).collect();
        let written: Vec<Written> = trees.iter().map(|tree| write(&tree.current())).collect();
        if let Err((at, why)) = self.try_all(&written).await {
            let alone =
                async |drawn: Value| self.try_all(&[write(&drawn)]).await.map_err(|(_, why)| why);
            let (drawn, why) = simplest(&mut trees[at], why, alone).await;
            panic!("{why}\nof {}", write(&drawn).message);
        }
    }

    /// Lets the customer write, and compares what the webhook is told of each message. The first that differs, and how.
    async fn try_all(&self, written: &[Written]) -> Result<(), (usize, String)> {
        let marks = self.guest.sink.accepted().len();
        let path = format!("/sim/customers/{}/messages", self.customer);
        for (at, one) in written.iter().enumerate() {
            let (status, answer) = self
                .guest
                .phones
                .call("POST", &path, Some(one.message.clone()))
                .await;
            if status != 201 {
                return Err((at, format!("not written: {answer}")));
            }
        }
        let is_theirs = |body: &&Value| body["messages"][0]["from"] == self.customer.as_str();
        let what = format!("{} messages", written.len());
        let told = self.guest.sink.until(&what, SOON, |bodies| {
            let told: Vec<Value> = bodies[marks..].iter().filter(is_theirs).cloned().collect();
            (told.len() >= written.len()).then_some(told)
        });
        for (at, (told, one)) in told.await.iter().zip(written).enumerate() {
            let (told, expected) = (self.plain(told, one).await, self.expected(&one.told));
            if told != expected {
                return Err((at, format!("told: {told}\nexpected: {expected}")));
            }
        }
        Ok(())
    }

    fn expected(&self, members: &Value) -> Value {
        let mut message = json!({"from": self.customer, "id": "[id]", "timestamp": "[time]"});
        message
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!({
            "contacts": [{"profile": {"name": self.name}, "wa_id": self.customer}],
            "messages": [message],
        })
    }

    /// A notification with `[file]` for the id of a file that is stored with its bytes, and `[sum]` for its digest.
    async fn plain(&self, told: &Value, one: &Written) -> Value {
        let mut plain = plain(told, &[(id_of(told), "[id]")]);
        let kind = one.told["type"].as_str().unwrap();
        if let Some(file) = plain["messages"][0].get_mut(kind)
            && let Some(id) = file["id"].as_str()
        {
            let stored = self.guest.api.get(&format!("/v1/media/{id}")).await;
            let is_right = one.bytes.as_ref().is_none_or(|bytes| stored.bytes == bytes);
            if is_right && file["sha256"] == hex(&sha256(&stored.bytes)) {
                file["id"] = "[file]".into();
                file["sha256"] = "[sum]".into();
            }
        }
        plain
    }
}
