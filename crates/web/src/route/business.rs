//! Business profile, compliance, encryption (the reference's section 9).

use super::Routes;
use super::later::{self, GET, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/settings/business/profile", GET.or(POST), Who::Admin),
        row(
            "/v1/settings/business/compliance_info",
            GET.or(POST),
            Who::Admin,
        ),
        row(
            "/v1/settings/business/whatsapp_business_encryption",
            GET.or(POST),
            Who::Admin,
        ),
    ])
}
