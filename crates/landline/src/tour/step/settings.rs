//! The webhook's URL, and which statuses it is told.

use anyhow::ensure;
use serde_json::{Value, json};

use super::Held;
use crate::tour::putback::{SETTINGS, SHOWN, changed_settings};
use crate::tour::{Tour, webhook};

/// Where the URL stands in a PATCH.
const URL: &str = "/webhooks/url";

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let before = tour.client.get_part(SETTINGS, &SHOWN).await?.expect(200)?;
    let mut before = changed_settings(&before.body)?;
    let others = others_webhook(tour, &mut before);
    if let Some(url) = &others {
        tour.screen.note(&format!(
            "what is not about this tour is handed on to {url}"
        ));
        tour.webhook.hand_on_to(url);
    }
    // Before the change: from here on it is put back, whatever happens.
    tour.putback.settings = Some(before.clone());

    let wanted = wanted(tour.webhook.url(), others.is_some());
    let patched = tour.client.call("PATCH", SETTINGS, Some(&wanted)).await?;
    patched.expect(200)?;
    let now = tour.client.get_part(SETTINGS, &SHOWN).await?.expect(200)?;
    let now = changed_settings(&now.body)?;
    let expected = merged(before, wanted);
    ensure!(now == expected, "GET shows {now}, {expected} was expected");
    Ok(Held::Now)
}

/// The webhook that was set before, if that is somebody else's. A URL that a killed tour left behind is not put back.
fn others_webhook(tour: &Tour, before: &mut Value) -> Option<String> {
    let url = before.pointer_mut(URL)?;
    let present = url.as_str()?.to_owned();
    if webhook::is_left_behind(&present) {
        tour.screen
            .note("an earlier tour was cut off and left its webhook behind: it will be cleared");
        *url = Value::from("");
        return None;
    }
    (!present.is_empty()).then_some(present)
}

/// The body of the PATCH. When notifications are handed on, the webhook behind may be down: a short backoff keeps its
/// trouble from holding up the tour.
fn wanted(url: &str, hands_on: bool) -> Value {
    let webhooks = json!({
        "url": url,
        "message": {"sent": true, "delivered": true, "read": true},
    });
    if hands_on {
        json!({
            "callback_backoff_delay_ms": 100,
            "max_callback_backoff_delay_ms": 300,
            "webhooks": webhooks,
        })
    } else {
        json!({"webhooks": webhooks})
    }
}

/// `change` laid over `base`, member by member.
fn merged(mut base: Value, change: Value) -> Value {
    if let (Some(members), Value::Object(changes)) = (base.as_object_mut(), change) {
        for (name, value) in changes {
            members.insert(name, value);
        }
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_laid_over_what_was_there() {
        let base = json!({"a": 1, "webhooks": {"url": ""}});

        let merged = merged(base, json!({"webhooks": {"url": "x"}}));

        assert_eq!(merged, json!({"a": 1, "webhooks": {"url": "x"}}));
    }

    #[test]
    fn the_backoff_changes_only_for_the_sake_of_others() {
        assert!(
            wanted("http://127.0.0.1:1", false)
                .get("callback_backoff_delay_ms")
                .is_none()
        );
        assert_eq!(
            wanted("http://127.0.0.1:1", true)["callback_backoff_delay_ms"],
            100
        );
    }
}
