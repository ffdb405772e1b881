//! The two-step PIN (the reference's section 4).

use super::Routes;
use super::later::{self, DELETE, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[row(
        "/v1/settings/account/two-step",
        POST.or(DELETE),
        Who::Admin,
    )])
}
