//! Groups (the reference's section 16). They were withdrawn: there are none, and nothing can be done with them.

use aide::axum::routing::{delete_with, get_with, patch_with, post_with};
use aide::transform::TransformOperation;
use onprem::Refusal;
use schemars::JsonSchema;
use serde::Serialize;

use super::Routes;
use crate::answer::{Answer, Refused};
use crate::auth::User;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/groups",
            get_with(list, |operation| {
                operation
                    .summary("List the groups")
                    .description("Groups were withdrawn: the list is empty.")
            })
            .post_with(withdrawn, |op| told(op, "Create a group")),
        ),
        (
            "/v1/groups/{id}",
            get_with(withdrawn, |op| told(op, "Show a group"))
                .put_with(withdrawn, |op| told(op, "Change a group's subject")),
        ),
        (
            "/v1/groups/{id}/icon",
            get_with(withdrawn, |op| told(op, "Show a group's icon"))
                .post_with(withdrawn, |op| told(op, "Set a group's icon"))
                .delete_with(withdrawn, |op| told(op, "Remove a group's icon")),
        ),
        (
            "/v1/groups/{id}/invite",
            get_with(withdrawn, |op| told(op, "Show the link into a group"))
                .delete_with(withdrawn, |op| told(op, "Revoke the link into a group")),
        ),
        (
            "/v1/groups/{id}/admins",
            patch_with(withdrawn, |op| told(op, "Make members administrators"))
                .delete_with(withdrawn, |op| told(op, "Make administrators members")),
        ),
        (
            "/v1/groups/{id}/participants",
            delete_with(withdrawn, |op| told(op, "Remove members")),
        ),
        (
            "/v1/groups/{id}/leave",
            post_with(withdrawn, |op| told(op, "Leave a group")),
        ),
    ]
}

fn told<'t>(operation: TransformOperation<'t>, summary: &str) -> TransformOperation<'t> {
    operation
        .summary(summary)
        .description("Groups were withdrawn: always 404, code 1006.")
}

/// `groups` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Groups {
    groups: [(); 0],
}

/// `GET /v1/groups`.
pub(crate) async fn list(_: User) -> Answer<200, Groups> {
    Answer(Groups { groups: [] })
}

/// Every other call, once the caller has shown who it is.
pub(crate) async fn withdrawn(_: User) -> Refused {
    Refusal::not_found("groups are not supported: they were withdrawn").into()
}
