//! Documented calls that this version does not have yet: they know who may call them, and say so.

use aide::axum::routing::ApiMethodRouter;
use aide::transform::TransformOperation;
use axum::extract::FromRequestParts;
use onprem::{Code, Refusal};

use super::Routes;
use crate::Web;
use crate::answer::Refused;
use crate::auth::{Admin, User, UserOrKey};

/// A documented call without a function behind it.
pub(crate) struct Row {
    path: &'static str,
    methods: Methods,
    who: Who,
}

/// Who may make a call (the reference's section 1.2).
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Admin,
    User,
    UserOrKey,
}

/// A set of methods.
#[derive(Clone, Copy)]
pub(crate) struct Methods(u8);

impl Methods {
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

pub(crate) const GET: Methods = Methods(1);
pub(crate) const POST: Methods = Methods(2);
pub(crate) const PUT: Methods = Methods(4);
pub(crate) const PATCH: Methods = Methods(8);
pub(crate) const DELETE: Methods = Methods(16);

pub(crate) const fn row(path: &'static str, methods: Methods, who: Who) -> Row {
    Row { path, methods, who }
}

/// The routes of such calls.
pub(crate) fn routes(rows: &[Row]) -> Routes {
    rows.iter()
        .map(|row| (row.path, row.method_router()))
        .collect()
}

impl Row {
    fn method_router(&self) -> ApiMethodRouter<Web> {
        match self.who {
            Who::Admin => self.answered_by::<Admin>(),
            Who::User => self.answered_by::<User>(),
            Who::UserOrKey => self.answered_by::<UserOrKey>(),
        }
    }

    fn answered_by<W>(&self) -> ApiMethodRouter<Web>
    where
        W: FromRequestParts<Web> + aide::OperationInput + Send + 'static,
        W::Rejection: Send,
    {
        let mut router = ApiMethodRouter::new();
        if self.methods.has(GET) {
            router = router.get_with(not_yet::<W>, told);
        }
        if self.methods.has(POST) {
            router = router.post_with(not_yet::<W>, told);
        }
        if self.methods.has(PUT) {
            router = router.put_with(not_yet::<W>, told);
        }
        if self.methods.has(PATCH) {
            router = router.patch_with(not_yet::<W>, told);
        }
        if self.methods.has(DELETE) {
            router = router.delete_with(not_yet::<W>, told);
        }
        router
    }
}

/// The summary of such a call.
pub(crate) const SUMMARY: &str = "Not part of this version yet";

fn told(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.summary(SUMMARY)
}

/// 404 / 1014, once the caller has shown who it is.
async fn not_yet<W: FromRequestParts<Web>>(_: W) -> Refused {
    Refusal::new(Code::INTERNAL, "this call is not part of this version yet")
        .with_status(404)
        .into()
}
