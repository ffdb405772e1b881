//! Compliance and encryption (`cloud-api.md` 1.15).

use serde::Serialize;

use super::Client;
use crate::business::{BusinessKey, ComplianceInfo};
use crate::error::Failure;

impl Client {
    /// `GET /{PHONE_ID}/business_compliance_info`; `None` when there is none.
    pub async fn compliance_info(&self) -> Result<Option<ComplianceInfo>, Failure> {
        let config = self.config();
        let path = [config.phone_number_id.as_str(), "business_compliance_info"];
        let found: Option<ComplianceInfo> = self
            .get(&path, &[])
            .await?
            .first("business_compliance_info")?;
        Ok(found.filter(|info| *info != ComplianceInfo::default()))
    }

    /// `POST /{PHONE_ID}/business_compliance_info`.
    pub async fn set_compliance_info(&self, info: &ComplianceInfo) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            messaging_product: &'static str,
            #[serde(flatten)]
            info: &'a ComplianceInfo,
        }
        let config = self.config();
        let path = [config.phone_number_id.as_str(), "business_compliance_info"];
        let body = Body {
            messaging_product: "whatsapp",
            info,
        };
        self.post(&path, &body).await?.confirm()
    }

    /// `GET /{PHONE_ID}/whatsapp_business_encryption`; `None` when no key is set.
    pub async fn business_key(&self) -> Result<Option<BusinessKey>, Failure> {
        let config = self.config();
        let path = [
            config.phone_number_id.as_str(),
            "whatsapp_business_encryption",
        ];
        let found: Option<BusinessKey> = self
            .get(&path, &[])
            .await?
            .first("whatsapp_business_encryption")?;
        Ok(found.filter(|key| !key.business_public_key.is_empty()))
    }

    /// `POST /{PHONE_ID}/whatsapp_business_encryption`: a form.
    pub async fn set_business_key(&self, pem: &str) -> Result<(), Failure> {
        let config = self.config();
        let path = [
            config.phone_number_id.as_str(),
            "whatsapp_business_encryption",
        ];
        self.post_form(&path, &[("business_public_key", pem)])
            .await?
            .confirm()
    }
}
