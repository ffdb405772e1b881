//! Contacts (`rest-api.md` section 11).

use onprem::contact::{CheckedContact, ContactCheck, check};

use crate::line::Line;

impl Line {
    /// `POST /v1/contacts`: one answer per input, in order. Answered here alone, as since v2.43: `wait` and
    /// `force_check` change nothing, because there is no result to wait for or to skip.
    pub fn check_contacts(&self, contacts: &ContactCheck) -> Vec<CheckedContact> {
        contacts.inputs.iter().map(|input| check(input)).collect()
    }
}
