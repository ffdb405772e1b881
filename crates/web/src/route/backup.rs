//! Backup and restore (the reference's section 10).

use super::Routes;
use super::later::{self, POST, Who, row};

/// Where these calls are.
pub(super) fn routes() -> Routes {
    later::routes(&[
        row("/v1/settings/backup", POST, Who::Admin),
        row("/v1/settings/restore", POST, Who::Admin),
    ])
}
