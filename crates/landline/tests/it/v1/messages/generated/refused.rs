//! Generated bodies with one rule of the document broken: the documented code, whose details name the place.

use std::fmt::Write as _;

use proptest::strategy::{BoxedStrategy, ValueTree};
use serde_json::Value;

use super::template;
use super::world::{KINDS, World};
use crate::support::{Broken, Draw, Rule, alternatives, broken, judge, seed, values};

/// Bodies of a kind in a run.
const BODIES: usize = 2;
/// Most rules that are broken in one body.
const MOST: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_one_rule_broken_is_refused_by_its_code() {
    let world = World::build().await;
    let mut draw = Draw::new(seed());
    let mut wrong = String::new();

    for kind in [
        "text", "image", "document", "audio", "video", "sticker", "location", "contacts",
        "reaction",
    ] {
        let schema = world.schema(kind);
        wrong += &world.refuses(&mut draw, &schema, &values(&schema)).await;
    }
    let whole = world.schema("interactive");
    for kind in alternatives(&whole["properties"]["interactive"]) {
        let mut schema = whole.clone();
        schema["properties"]["interactive"] = kind;
        wrong += &world.refuses(&mut draw, &schema, &values(&schema)).await;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_with_one_rule_broken_is_refused_by_its_code() {
    let world = World::build().await;
    let mut draw = Draw::new(seed());
    let mut wrong = String::new();
    let (schema, legacy) = (world.schema("template"), world.schema("hsm"));

    for definition in template::sendable(&world)
        .iter()
        .filter(|one| one["language"] == "en_US")
    {
        wrong += &world
            .refuses(&mut draw, &schema, &template::bodies(&schema, definition))
            .await;
        if template::is_legacy(definition) {
            let bodies = template::legacy_bodies(&legacy, definition);
            wrong += &world.refuses(&mut draw, &legacy, &bodies).await;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

impl World {
    /// Breaks bodies of a strategy; what was answered otherwise than it should be.
    async fn refuses(
        &self,
        draw: &mut Draw,
        schema: &Value,
        bodies: &BoxedStrategy<Value>,
    ) -> String {
        let mut wrong = String::new();
        for n in 0..BODIES {
            let body = self.sendable(&draw.tree(bodies).current(), n);
            let all = broken(schema, &body);
            assert!(all.len() > 5, "{body}");
            let step = all.len().div_ceil(MOST);
            for one in all.iter().skip(n % step).step_by(step) {
                let answer = self.guest.api.post("/v1/messages", &one.value).await;
                let (code, place) = expected(one);
                if judge(&answer) != Ok(Some(code)) || !answer.details().contains(place) {
                    let got = answer.whole();
                    writeln!(wrong, "{one}\nmust be {code} for {place:?}: {got}").unwrap();
                }
            }
        }
        wrong
    }
}

/// The code of a broken rule (`messages.md` 12), and the place that details name.
fn expected(broken: &Broken) -> (u16, &str) {
    let path = broken.path.as_str();
    match (broken.rule, path) {
        // A message without a type is a text.
        (Rule::Required, "type") => (1008, "text"),
        (Rule::Required, _) => (1008, path),
        // An empty one counts as absent, and the other one is too.
        (Rule::NotEmpty, _) if is_file(path) => (1008, path),
        // Only in Brazil an order needs no items.
        (Rule::Type, _) if path.ends_with("payment_type") && !has_items(&broken.value) => {
            (1008, "order.items")
        }
        (Rule::Word, "type") => (501, path),
        (Rule::Word, "recipient_type") => (1002, path),
        (Rule::Word, "interactive.header.type") => (2036, "interactive.header"),
        (Rule::Length, "text.body") => (1001, path),
        // Several sections need titles, which is looked at first.
        (Rule::Count, _) if path.ends_with("sections") && !titled(broken) => (1008, "title"),
        (Rule::Count, _) if path.ends_with("sections") => (2015, path),
        (Rule::Count, _) if path.ends_with("rows") => (2016, "sections"),
        (Rule::Count, _) if path.ends_with("product_items") => (2023, "sections"),
        _ => (1009, path),
    }
}

/// Whether a path is that of a file's id.
fn is_file(path: &str) -> bool {
    let kind = path
        .strip_suffix(".id")
        .map(|parent| parent.rsplit('.').next());
    kind.flatten().is_some_and(|kind| KINDS.contains(&kind))
}

fn has_items(body: &Value) -> bool {
    let order = &body["interactive"]["action"]["parameters"]["order"];
    order.get("items").is_some()
}

/// Whether each of the sections that are too many, or none, has a title.
fn titled(broken: &Broken) -> bool {
    let pointer = format!("/{}", broken.path.replace(['.', '['], "/").replace(']', ""));
    let sections = broken.value.pointer(&pointer).and_then(Value::as_array);
    sections
        .unwrap()
        .iter()
        .all(|section| section.get("title").is_some())
}
