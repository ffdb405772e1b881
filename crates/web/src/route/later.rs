//! Documented calls that this version does not have yet: they know who may call them, and say so.

use axum::extract::FromRequestParts;
use axum::routing::{MethodFilter, MethodRouter, on};
use onprem::{Code, Refusal};

use crate::Web;
use crate::answer::Refused;
use crate::auth::{Admin, User, UserOrKey};

/// A documented call without a function behind it.
pub(crate) struct Row {
    /// Where.
    pub(crate) path: &'static str,
    methods: MethodFilter,
    who: Who,
}

/// Who may make a call (the reference's section 1.2).
#[derive(Clone, Copy)]
enum Who {
    Admin,
    User,
    UserOrKey,
}

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;
const PATCH: MethodFilter = MethodFilter::PATCH;
const DELETE: MethodFilter = MethodFilter::DELETE;

const fn row(path: &'static str, methods: MethodFilter, who: Who) -> Row {
    Row { path, methods, who }
}

/// The rows of the reference's endpoint index (section 17) that are still to come.
pub(crate) const ROWS: &[Row] = &[
    row("/v1/account/shards", GET.or(POST), Who::Admin),
    row("/v1/account/deregister", POST, Who::Admin),
    row("/v1/settings/account/two-step", POST.or(DELETE), Who::Admin),
    row("/v1/certificates/external", POST.or(DELETE), Who::Admin),
    row("/v1/certificates/external/ca", GET, Who::Admin),
    row(
        "/v1/certificates/webhooks/ca",
        GET.or(POST).or(DELETE),
        Who::Admin,
    ),
    row(
        "/v1/settings/application/media/providers",
        GET.or(POST),
        Who::Admin,
    ),
    row(
        "/v1/settings/application/media/providers/{name}",
        DELETE,
        Who::Admin,
    ),
    row("/v1/settings/profile/about", GET.or(PATCH), Who::Admin),
    row(
        "/v1/settings/profile/photo",
        GET.or(POST).or(DELETE),
        Who::Admin,
    ),
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
    row("/v1/settings/backup", POST, Who::Admin),
    row("/v1/settings/restore", POST, Who::Admin),
    row("/v1/contacts/{wa_id}/identity", GET.or(PUT), Who::User),
    row("/v1/services/message/gc", PUT, Who::User),
    row("/v1/services/media/gc", PUT, Who::User),
    row("/metrics", GET, Who::UserOrKey),
    row("/v1/metrics", GET, Who::UserOrKey),
    row("/v1/stats/app", GET, Who::UserOrKey),
    row("/v1/stats/app/internal", GET, Who::UserOrKey),
    row("/v1/stats/db", GET, Who::UserOrKey),
    row("/v1/stats/db/internal", GET, Who::UserOrKey),
    row("/v1/support", GET, Who::User),
    row("/v1/stickerpacks", GET.or(POST), Who::User),
    row("/v1/stickerpacks/{id}", GET.or(PATCH).or(DELETE), Who::User),
    row("/v1/stickerpacks/{id}/stickers", GET.or(POST), Who::User),
    row(
        "/v1/stickerpacks/{id}/stickers/{index}",
        GET.or(PATCH).or(DELETE),
        Who::User,
    ),
    row("/v1/groups", GET.or(POST), Who::User),
    row("/v1/groups/{id}", GET.or(PUT), Who::User),
    row("/v1/groups/{id}/icon", GET.or(POST).or(DELETE), Who::User),
    row("/v1/groups/{id}/invite", GET.or(DELETE), Who::User),
    row("/v1/groups/{id}/admins", PATCH.or(DELETE), Who::User),
    row("/v1/groups/{id}/participants", DELETE, Who::User),
    row("/v1/groups/{id}/leave", POST, Who::User),
];

impl Row {
    /// What stands at the path until the call exists.
    pub(crate) fn method_router(&self) -> MethodRouter<Web> {
        match self.who {
            Who::Admin => on(self.methods, not_yet::<Admin>),
            Who::User => on(self.methods, not_yet::<User>),
            Who::UserOrKey => on(self.methods, not_yet::<UserOrKey>),
        }
    }
}

/// 404 / 1014, once the caller has shown who it is.
async fn not_yet<W: FromRequestParts<Web>>(_: W) -> Refused {
    Refusal::new(Code::INTERNAL, "this call is not part of this version yet")
        .with_status(404)
        .into()
}
