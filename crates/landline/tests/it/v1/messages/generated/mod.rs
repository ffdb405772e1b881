//! Generated bodies of every type, made from the schemas of the document that the program serves: what the customer sees
//! is what was sent.

mod refused;
mod sendable;
mod shown;
mod template;
mod world;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use crate::support::{Draw, alternatives, seed, simplest, values};
use world::World;

/// Messages of one kind in a run; of one template.
const MESSAGES: usize = 12;
const OF_A_TEMPLATE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_type_without_a_template_reaches_the_phone_as_it_was_sent() {
    let world = World::build().await;
    let mut draw = Draw::new(seed());

    for kind in [
        "text", "image", "document", "audio", "video", "sticker", "location", "contacts",
        "reaction",
    ] {
        world
            .holds(&mut draw, &values(&world.schema(kind)), MESSAGES)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_interactive_message_reaches_the_phone_as_it_was_sent() {
    let world = World::build().await;
    let mut draw = Draw::new(seed());
    let schema = world.schema("interactive");

    let kinds = alternatives(&schema["properties"]["interactive"]);
    assert_eq!(kinds.len(), 11, "each kind has its schema");
    for kind in kinds {
        let mut schema = schema.clone();
        schema["properties"]["interactive"] = kind;
        world.holds(&mut draw, &values(&schema), MESSAGES).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_reaches_the_phone_with_what_was_put_into_it() {
    let world = World::build().await;
    let mut draw = Draw::new(seed());

    let templates = template::sendable(&world);
    assert!(templates.len() > 30, "{}", templates.len());
    for definition in templates {
        let bodies = template::bodies(&world.schema("template"), &definition);
        world.holds(&mut draw, &bodies, OF_A_TEMPLATE).await;
        if template::is_legacy(&definition) {
            let bodies = template::legacy_bodies(&world.schema("hsm"), &definition);
            world.holds(&mut draw, &bodies, OF_A_TEMPLATE).await;
        }
    }
}

impl World {
    /// Sends so many bodies of a strategy, and compares what the phones show; a failure is told of the simplest body.
    async fn holds(&self, draw: &mut Draw, bodies: &BoxedStrategy<Value>, count: usize) {
        let mut trees: Vec<_> = (0..count).map(|_| draw.tree(bodies)).collect();
        let drawn: Vec<Value> = trees.iter().map(ValueTree::current).collect();
        if let Err((at, why)) = self.try_all(&drawn).await {
            let alone = async |body: Value| self.try_all(&[body]).await.map_err(|(_, why)| why);
            let (body, why) = simplest(&mut trees[at], why, alone).await;
            panic!("{why}\nof {}", json!(self.sendable(&body, 0)));
        }
    }
}
