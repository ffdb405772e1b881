//! A sticker pack.

use serde_json::json;

use crate::postman::step::Step;

/// A WebP of 512 by 512 pixels, all of one colour.
const STICKER: &str = "UklGRi4AAABXRUJQVlA4TCIAAAAv/8F/AAdQty70qf8BgUCyv/cMRfQ/4z//+c9//vOf//wf";

/// A sticker that a customer sent goes into a pack, and out again.
pub(super) fn steps() -> Vec<Step> {
    let sticker = "body.notifications.at(-1).messages[0].sticker.id";
    vec![
        Step::sim("DELETE", "/sim/webhook")
            .named("Forget earlier notifications")
            .is(&[200]),
        Step::sim("POST", "/sim/customers/{{customer}}/messages")
            .named("The customer sends a sticker")
            .json(
                json!({"type": "sticker", "sticker": {"mime_type": "image/webp", "data": STICKER}}),
            )
            .is(&[201]),
        Step::sim("GET", "/sim/webhook?contains=\"sticker\"")
            .named("The notification of it, which names the file")
            .is(&[200])
            .keeps("sticker", sticker),
        Step::api("POST", "/v1/stickerpacks")
            .json(json!({"publisher": "Hummingbird Coffee", "name": "Cups"}))
            .is(&[201])
            .keeps("pack", "body.stickerpacks[0].id"),
        Step::api("GET", "/v1/stickerpacks").is(&[200]).holds(
            "it is listed",
            "body.stickerpacks.some((pack) => pack.id === pm.collectionVariables.get(\"pack\"))",
        ),
        Step::api("GET", "/v1/stickerpacks?namespace=whatsapp")
            .named("List WhatsApp's own sticker packs")
            .is(&[200]),
        Step::api("PATCH", "/v1/stickerpacks/{id}")
            .at("id", "{{pack}}")
            .json(json!({"name": "Large cups"}))
            .is(&[200]),
        Step::api("GET", "/v1/stickerpacks/{id}")
            .at("id", "{{pack}}")
            .is(&[200])
            .holds(
                "it has the new name",
                "body.stickerpacks[0].name === \"Large cups\"",
            ),
        Step::api("POST", "/v1/stickerpacks/{id}/stickers")
            .at("id", "{{pack}}")
            .json(json!({"image_data_id": "{{sticker}}", "emojis": ["☕"]}))
            .is(&[201])
            .keeps("index", "body.stickers[0].index"),
        Step::api("GET", "/v1/stickerpacks/{id}/stickers")
            .at("id", "{{pack}}")
            .is(&[200])
            .holds("there is one", "body.stickers.length === 1"),
        Step::api("GET", "/v1/stickerpacks/{id}/stickers/{index}")
            .at("id", "{{pack}}")
            .at("index", "{{index}}")
            .is(&[200])
            .keeps("sticker", "body.stickers[0].id"),
        Step::api("POST", "/v1/messages")
            .named("Send the sticker")
            .json(
                json!({"to": "{{customer}}", "type": "sticker", "sticker": {"id": "{{sticker}}"}}),
            )
            .is(&[201]),
        Step::api("PATCH", "/v1/stickerpacks/{id}/stickers/{index}")
            .at("id", "{{pack}}")
            .at("index", "{{index}}")
            .json(json!({"emojis": ["🍵"]}))
            .is(&[200]),
        Step::api("DELETE", "/v1/stickerpacks/{id}/stickers/{index}")
            .at("id", "{{pack}}")
            .at("index", "{{index}}")
            .is(&[200]),
        Step::api("DELETE", "/v1/stickerpacks/{id}")
            .at("id", "{{pack}}")
            .is(&[200]),
    ]
}
