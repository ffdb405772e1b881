//! Business profile, compliance, encryption (`rest-api.md` section 9). All of it is the network's: written through, and
//! read from there.

use graph::business::BusinessKey;
use onprem::Refusal;
use onprem::business::{BusinessProfile, BusinessProfileChange};
use onprem::compliance::{ComplianceAnswer, ComplianceInfo};
use onprem::encryption::PublicKey;

use crate::line::Line;
use crate::translate::business;
use crate::translate::error::{refusal, unread};

/// What the network says of a key when it says nothing.
const VALID: &str = "VALID";

impl Line {
    /// `GET /v1/settings/business/profile`.
    pub async fn business_profile(&self) -> Result<BusinessProfile, Refusal> {
        let mut turn = self.profile_turn().await?;
        Ok(business::profile(turn.profile().await?))
    }

    /// `POST /v1/settings/business/profile`: only what is given changes. 400 / 1009 for an empty vertical once one is set.
    pub async fn change_business_profile(
        &self,
        change: BusinessProfileChange,
    ) -> Result<(), Refusal> {
        let mut turn = self.profile_turn().await?;
        if change.vertical == Some(None) {
            let present = business::vertical(&turn.fresh_profile().await?.vertical);
            if let Some(present) = present {
                return Err(Refusal::invalid(
                    "vertical",
                    format_args!(
                        "is empty, but it cannot be cleared once it is set (it is {:?})",
                        present.name()
                    ),
                ));
            }
        }
        let change = business::profile_change(change);
        if change.is_empty() {
            return Ok(());
        }
        turn.change(&change).await
    }

    /// `GET /v1/settings/business/compliance_info`; without members when none was set.
    pub async fn compliance_info(&self) -> Result<ComplianceAnswer, Refusal> {
        self.check_registered()?;
        let found = self.client.compliance_info().await;
        let found = found.map_err(|failure| unread(&failure))?;
        Ok(business::compliance_answer(found.unwrap_or_default()))
    }

    /// `POST /v1/settings/business/compliance_info`: takes the place of what was set before.
    pub async fn set_compliance_info(&self, info: ComplianceInfo) -> Result<(), Refusal> {
        self.check_registered()?;
        self.client
            .set_compliance_info(&business::compliance(info))
            .await
            .map_err(|failure| refusal(&failure))
    }

    /// `GET /v1/settings/business/whatsapp_business_encryption`: the key in PEM, and `VALID` or `MISMATCH`. 404 / 1006
    /// when none is set.
    pub async fn encryption_key(&self) -> Result<(String, String), Refusal> {
        self.check_registered()?;
        let found = self.client.business_key().await;
        let BusinessKey {
            business_public_key,
            business_public_key_signature_status,
        } = found
            .map_err(|failure| unread(&failure))?
            .ok_or_else(|| Refusal::not_found("no public key is set"))?;
        let status = business_public_key_signature_status.unwrap_or_else(|| VALID.to_owned());
        Ok((business_public_key, status))
    }

    /// `POST /v1/settings/business/whatsapp_business_encryption`: takes the place of the key that was set before.
    pub async fn set_encryption_key(&self, key: PublicKey) -> Result<(), Refusal> {
        self.check_registered()?;
        self.client
            .set_business_key(key.pem())
            .await
            .map_err(|failure| refusal(&failure))
    }
}
