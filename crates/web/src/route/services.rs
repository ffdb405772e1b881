//! Garbage collection (the reference's sections 13.3 and 13.4).

use super::Routes;
use super::later::{self, PUT, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/services/message/gc", PUT, Who::User),
        row("/v1/services/media/gc", PUT, Who::User),
    ])
}
