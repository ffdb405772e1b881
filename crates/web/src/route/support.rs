//! Support information (the reference's section 14.6).

use super::Routes;
use super::later::{self, GET, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[row("/v1/support", GET, Who::User)])
}
