//! The profile: about and photo (the reference's section 8).

use super::Routes;
use super::later::{self, DELETE, GET, PATCH, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/settings/profile/about", GET.or(PATCH), Who::Admin),
        row(
            "/v1/settings/profile/photo",
            GET.or(POST).or(DELETE),
            Who::Admin,
        ),
    ])
}
