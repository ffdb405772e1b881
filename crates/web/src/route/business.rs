//! Business profile, compliance, encryption (the reference's section 9).

use aide::axum::routing::get_with;
use onprem::business::{BusinessProfile, BusinessProfileChange};
use onprem::compliance::{ComplianceAnswer, ComplianceInfo};
use onprem::encryption::PublicKey;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Routes, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::form::JsonOrForm;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/settings/business/profile",
            get_with(show_profile, |operation| {
                operation.summary("Show the business profile")
            })
            .post_with(change_profile, |operation| {
                operation
                    .summary("Change the business profile")
                    .description(
                        "Only what is given changes. A vertical that is set cannot be cleared.",
                    )
            }),
        ),
        (
            "/v1/settings/business/compliance_info",
            get_with(show_compliance, |operation| {
                operation.summary("Show the compliance information")
            })
            .post_with(set_compliance, |operation| {
                operation
                    .summary("Set the compliance information")
                    .description("It takes the place of what was set before.")
            }),
        ),
        (
            "/v1/settings/business/whatsapp_business_encryption",
            get_with(show_key, |operation| {
                operation.summary("Show the public key for flows")
            })
            .post_with(set_key, |operation| {
                operation
                    .summary("Set the public key for flows")
                    .description("It takes the place of the key that was set before.")
            }),
        ),
    ]
}

/// `settings.business` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Settings<T> {
    settings: Business<T>,
}

#[derive(Serialize, JsonSchema)]
struct Business<T> {
    business: T,
}

impl<T> Settings<T> {
    fn of(business: T) -> Answer<200, Self> {
        Answer(Self {
            settings: Business { business },
        })
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Profile {
    profile: BusinessProfile,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Compliance {
    compliance_info: ComplianceAnswer,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Encryption {
    whatsapp_business_encryption: Key,
}

#[derive(Serialize, JsonSchema)]
struct Key {
    /// PEM.
    business_public_key: String,
    /// `VALID`, or `MISMATCH` when it was set under an earlier registration.
    business_public_key_signature_status: String,
}

/// `GET /v1/settings/business/profile`.
pub(crate) async fn show_profile(
    Here(web): Here,
    _: Admin,
) -> Result<Answer<200, Settings<Profile>>, Refused> {
    let profile = web.line.business_profile().await?;
    Ok(Settings::of(Profile { profile }))
}

/// `POST /v1/settings/business/profile`.
pub(crate) async fn change_profile(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<BusinessProfileChange>,
) -> Result<Done, Refused> {
    let change = BusinessProfileChange::parse(&body)?;
    to_the_end(async move { web.line.change_business_profile(change).await }).await?;
    Ok(Done::done())
}

/// `GET /v1/settings/business/compliance_info`.
pub(crate) async fn show_compliance(
    Here(web): Here,
    _: Admin,
) -> Result<Answer<200, Settings<Compliance>>, Refused> {
    let compliance_info = web.line.compliance_info().await?;
    Ok(Settings::of(Compliance { compliance_info }))
}

/// `POST /v1/settings/business/compliance_info`.
pub(crate) async fn set_compliance(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<ComplianceInfo>,
) -> Result<Done, Refused> {
    let info = ComplianceInfo::parse(&body)?;
    to_the_end(async move { web.line.set_compliance_info(info).await }).await?;
    Ok(Done::done())
}

/// `GET /v1/settings/business/whatsapp_business_encryption`.
pub(crate) async fn show_key(
    Here(web): Here,
    _: Admin,
) -> Result<Answer<200, Settings<Encryption>>, Refused> {
    let (business_public_key, status) = web.line.encryption_key().await?;
    Ok(Settings::of(Encryption {
        whatsapp_business_encryption: Key {
            business_public_key,
            business_public_key_signature_status: status,
        },
    }))
}

/// `POST /v1/settings/business/whatsapp_business_encryption`.
pub(crate) async fn set_key(
    Here(web): Here,
    _: Admin,
    JsonOrForm(body, _): JsonOrForm<PublicKey>,
) -> Result<Done, Refused> {
    let key = PublicKey::parse(&body)?;
    to_the_end(async move { web.line.set_encryption_key(key).await }).await?;
    Ok(Done::done())
}
