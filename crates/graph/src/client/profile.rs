//! The profile of the number (`cloud-api.md` 1.9).

use serde::Serialize;

use super::Client;
use crate::error::Failure;
use crate::profile::{Profile, ProfileChange};

/// Fields of a profile that somebody reads.
const FIELDS: &str = "about,address,description,email,profile_picture_url,websites,vertical";

impl Client {
    /// `GET /{PHONE_ID}/whatsapp_business_profile?fields=…`.
    pub async fn profile(&self) -> Result<Profile, Failure> {
        let answer = self
            .get(
                &[&self.config().phone_number_id, "whatsapp_business_profile"],
                &[("fields", FIELDS)],
            )
            .await?;
        let found = answer.first("business_profile")?;
        Ok(found.unwrap_or_default())
    }

    /// `POST /{PHONE_ID}/whatsapp_business_profile`.
    pub async fn change_profile(&self, change: &ProfileChange) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            messaging_product: &'static str,
            #[serde(flatten)]
            change: &'a ProfileChange,
        }
        let body = Body {
            messaging_product: "whatsapp",
            change,
        };
        self.post(
            &[&self.config().phone_number_id, "whatsapp_business_profile"],
            &body,
        )
        .await?
        .confirm()
    }
}
