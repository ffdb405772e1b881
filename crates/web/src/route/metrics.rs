//! Metrics and stats (the reference's sections 14.2 to 14.5).

use super::Routes;
use super::later::{self, GET, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/metrics", GET, Who::UserOrKey),
        row("/v1/metrics", GET, Who::UserOrKey),
        row("/v1/stats/app", GET, Who::UserOrKey),
        row("/v1/stats/app/internal", GET, Who::UserOrKey),
        row("/v1/stats/db", GET, Who::UserOrKey),
        row("/v1/stats/db/internal", GET, Who::UserOrKey),
    ])
}
