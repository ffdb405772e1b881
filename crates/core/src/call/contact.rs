//! Contacts (`rest-api.md` section 11).

use onprem::contact::{CheckedContact, ContactCheck};

use crate::line::Line;

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `POST /v1/contacts`.
    pub fn check_contacts(&self, check: &ContactCheck) -> Vec<CheckedContact> {
        unimplemented!()
    }
}
