//! Groups, which were withdrawn (the reference's section 16).

use super::Routes;
use super::later::{self, DELETE, GET, PATCH, POST, PUT, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/groups", GET.or(POST), Who::User),
        row("/v1/groups/{id}", GET.or(PUT), Who::User),
        row("/v1/groups/{id}/icon", GET.or(POST).or(DELETE), Who::User),
        row("/v1/groups/{id}/invite", GET.or(DELETE), Who::User),
        row("/v1/groups/{id}/admins", PATCH.or(DELETE), Who::User),
        row("/v1/groups/{id}/participants", DELETE, Who::User),
        row("/v1/groups/{id}/leave", POST, Who::User),
    ])
}
