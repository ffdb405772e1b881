//! Documented calls that this version does not have yet: they know who may call them, and say so.

use axum::extract::FromRequestParts;
use axum::routing::{MethodFilter, MethodRouter, on};
use onprem::{Code, Refusal};

use super::Routes;
use crate::Web;
use crate::answer::Refused;
use crate::auth::{Admin, User};

/// A documented call without a function behind it.
pub(crate) struct Row {
    path: &'static str,
    methods: MethodFilter,
    who: Who,
}

/// Who may make a call (the reference's section 1.2).
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Admin,
    User,
}

pub(crate) const GET: MethodFilter = MethodFilter::GET;
pub(crate) const POST: MethodFilter = MethodFilter::POST;
pub(crate) const PATCH: MethodFilter = MethodFilter::PATCH;
pub(crate) const DELETE: MethodFilter = MethodFilter::DELETE;

pub(crate) const fn row(path: &'static str, methods: MethodFilter, who: Who) -> Row {
    Row { path, methods, who }
}

/// The routes of such calls.
pub(crate) fn routes(rows: &[Row]) -> Routes {
    rows.iter()
        .map(|row| (row.path, row.method_router().into()))
        .collect()
}

impl Row {
    fn method_router(&self) -> MethodRouter<Web> {
        match self.who {
            Who::Admin => on(self.methods, not_yet::<Admin>),
            Who::User => on(self.methods, not_yet::<User>),
        }
    }
}

/// 404 / 1014, once the caller has shown who it is.
async fn not_yet<W: FromRequestParts<Web>>(_: W) -> Refused {
    Refusal::new(Code::INTERNAL, "this call is not part of this version yet")
        .with_status(404)
        .into()
}
