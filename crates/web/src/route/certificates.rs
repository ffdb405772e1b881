//! Certificates (the reference's section 5).

use super::Routes;
use super::later::{self, DELETE, GET, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/certificates/external", POST.or(DELETE), Who::Admin),
        row("/v1/certificates/external/ca", GET, Who::Admin),
        row(
            "/v1/certificates/webhooks/ca",
            GET.or(POST).or(DELETE),
            Who::Admin,
        ),
    ])
}
