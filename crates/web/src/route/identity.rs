//! Identities of contacts (the reference's section 11.2).

use super::Routes;
use super::later::{self, GET, PUT, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[row("/v1/contacts/{wa_id}/identity", GET.or(PUT), Who::User)])
}
