//! Sticker packs (the reference's section 15).

use super::Routes;
use super::later::{self, DELETE, GET, PATCH, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/stickerpacks", GET.or(POST), Who::User),
        row("/v1/stickerpacks/{id}", GET.or(PATCH).or(DELETE), Who::User),
        row("/v1/stickerpacks/{id}/stickers", GET.or(POST), Who::User),
        row(
            "/v1/stickerpacks/{id}/stickers/{index}",
            GET.or(PATCH).or(DELETE),
            Who::User,
        ),
    ])
}
