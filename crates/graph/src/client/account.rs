//! Registration and two-step verification (`cloud-api.md` 1.6).

use serde_json::json;

use super::Client;
use crate::error::Failure;

impl Client {
    /// `POST /{PHONE_ID}/request_code`; `method` is `SMS` or `VOICE`, `language` is `en_US`.
    pub async fn request_code(&self, method: &str, language: &str) -> Result<(), Failure> {
        let body = json!({"code_method": method, "language": language});
        self.post(&[&self.config().phone_number_id, "request_code"], &body)
            .await?
            .confirm()
    }

    /// `POST /{PHONE_ID}/verify_code`.
    pub async fn verify_code(&self, code: &str) -> Result<(), Failure> {
        self.post(
            &[&self.config().phone_number_id, "verify_code"],
            &json!({"code": code}),
        )
        .await?
        .confirm()
    }

    /// `POST /{PHONE_ID}/register`. The network allows ten in 72 hours: never call it in a loop.
    pub async fn register(&self, pin: &str) -> Result<(), Failure> {
        let body = json!({"messaging_product": "whatsapp", "pin": pin});
        self.post(&[&self.config().phone_number_id, "register"], &body)
            .await?
            .confirm()
    }

    /// `POST /{PHONE_ID}/deregister`. The network allows ten in 72 hours too.
    pub async fn deregister(&self) -> Result<(), Failure> {
        self.post(&[&self.config().phone_number_id, "deregister"], &json!({}))
            .await?
            .confirm()
    }

    /// `POST /{PHONE_ID}` with `pin`: sets or replaces the two-step PIN. No call switches it off.
    pub async fn set_pin(&self, pin: &str) -> Result<(), Failure> {
        self.post(&[&self.config().phone_number_id], &json!({"pin": pin}))
            .await?
            .confirm()
    }
}
