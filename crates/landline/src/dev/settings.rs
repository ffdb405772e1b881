//! Settings that flags change, by way of the line, as a PATCH would.

use landline_core::Line;
use serde_json::{Value, json};

use crate::exit::Stop;

/// Changes application settings.
pub(super) async fn patch(line: &Line, body: &Value) -> Result<(), Stop> {
    line.patch_settings(body.to_string().as_bytes())
        .await
        .map_err(|refusal| Stop::failed("the settings cannot be changed", refusal))
}

/// Stores the webhook's URL, if it is another one; `""` clears it.
pub(super) async fn set_webhook(line: &Line, url: &str) -> Result<(), Stop> {
    if line.settings().webhook_url == url {
        return Ok(());
    }
    patch(line, &json!({"webhooks": {"url": url}})).await
}
