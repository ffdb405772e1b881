//! Media providers (the reference's section 7).

use super::Routes;
use super::later::{self, DELETE, GET, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
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
    ])
}
