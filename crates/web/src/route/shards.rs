//! The number of shards, and deregistration (the reference's sections 3.3 to 3.5).

use super::Routes;
use super::later::{self, GET, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/account/shards", GET.or(POST), Who::Admin),
        row("/v1/account/deregister", POST, Who::Admin),
    ])
}
