//! What calls are refused with: the statuses that each code is answered with, why, and how its `details` read.
//! `docs/errors.md` and the refusals in the OpenAPI document are made from this table.

use super::Code;

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The code.
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
    /// When it is answered.
    pub cause: &'static str,
    /// `details` of one such answer.
    pub details: &'static str,
}

impl Answered {
    /// The line of a code with a status.
    pub fn find(code: Code, status: u16) -> Option<&'static Self> {
        ANSWERS
            .iter()
            .find(|answered| (answered.code, answered.status) == (code, status))
    }

    /// The fixed title.
    pub fn title(&self) -> &'static str {
        self.code.title()
    }
}

/// Every refusal of a call, by code and status.
#[rustfmt::skip]
pub const ANSWERS: &[Answered] = &[
    answered(501, 400, "a `type` that cannot be sent", "type: \"poll\" is no type that can be sent, must be text, image, document or template"),
    answered(1000, 500, "the network refused the call with a code that has no on-prem twin; `details` has it", "upstream 139000: Blocked by integrity"),
    answered(1001, 400, "`text.body` over 4,096 characters", "text.body: has 4097 characters, must have at most 4096"),
    answered(1002, 400, "not `individual`", "recipient_type: is \"group\", must be individual"),
    answered(1004, 409, "the id chosen for an upload is taken: send it again", "the id that was chosen for the media is taken: send it again"),
    answered(1005, 401, "no token, unknown or expired; wrong user or password; a form of credentials that the call does not take", "Invalid credentials"),
    answered(1005, 403, "the administrator's call; deleting `admin`; a certificate that does not decode or match; a wrong two-step PIN", "only the administrator may make this call"),
    answered(1005, 500, "the media folder cannot be written", "the media folder cannot be written: Permission denied (os error 13)"),
    answered(1006, 404, "no such user, media or message", "there is no such thing"),
    answered(1007, 403, "the network's allow list refused a call", "Recipient phone number not in allowed list"),
    answered(1008, 400, "a field, the body, or an upload's Content-Type is missing; a settings PATCH without a known field", "a body is required: a JSON object"),
    answered(1009, 400, "wrong type, length, format, range or value; a weak password; a wrong code; another number than the line's", "blocking: is \"maybe\", must be no_wait or wait"),
    answered(1009, 413, "an upload over 100 MB", "the body: 104857601 bytes are over the limit of 104857600"),
    answered(1010, 400, "a known field where it has no place", "status: belongs to PUT /v1/messages/{id}, not to a message that is sent"),
    answered(1011, 503, "the line is not ready: `details` says which step it is in; the network cannot be reached, or refuses the line's credentials; the store is closing", "the line is connecting: try again in a moment"),
    answered(1014, 404, "unknown path", "no such path: GET /v1/nothing"),
    answered(1014, 500, "a user name that is taken; a picture that cannot be read; the disk is full; a failure of ours", "an unexpected failure; the log has more"),
    answered(1015, 429, "failed logins; registrations; a limit of the network", "too many calls: try again later"),
    answered(1016, 503, "too many messages or notifications wait; too many logins at once; the network is out of order", "the network is out of order for the moment: try again soon"),
    answered(1021, 400, "`to` is the business's own number", "to: is the business's own number"),
    answered(1023, 500, "the store failed", "the store failed: disk I/O error"),
    answered(1024, 403, "the first login without `new_password`", "the first login must change the password: send {\"new_password\": \"…\"}"),
    answered(1025, 400, "the body is not a JSON object, broke off, or did not come in time; `verify` with nothing pending", "the body is not valid JSON: expected value at line 1 column 7"),
    answered(1025, 405, "the path does not offer the method", "PATCH is not offered here; the Allow header names what is"),
    answered(1025, 413, "a JSON body over 1 MiB", "the body is over 1048576 bytes"),
    answered(1025, 415, "a content type that the call does not read", "Content-Type: text/plain; this call reads application/json"),
    answered(1028, 403, "the recipient's identity has changed, `show_security_notifications` is on, and the new one is not acknowledged", "to: the identity of 12025550143 has changed: acknowledge it with PUT /v1/contacts/12025550143/identity"),
    answered(1031, 403, "the network locked the account or banned the number", "Business account has been locked"),
    answered(2000, 400, "parameters given are not as many as placeholders", "template.components[0].parameters: has 1 parameter, must have 2"),
    answered(2001, 404, "no such template, not in that language, or not approved", "template.name: there is no template \"greeting\" in \"de\"; there is one in en_US"),
    answered(2002, 500, "a template that is not in the table could not be asked for", "the network gave no answer: try again"),
    answered(2003, 404, "no template of the account is in that language", "no template exists in \"fr\"; template \"hello_world\" does in en_US or zh_CN"),
    answered(2004, 400, "one parameter is too long", "template.components[0].parameters[0].text: has 1025 characters, must have at most 1024"),
    answered(2005, 400, "the filled header or body is too long", "template.components[0]: the filled text has 1030 characters, must have at most 1024"),
    answered(2006, 400, "a line break, a tab or five spaces in a parameter", "template.components[0].parameters[0].text: has a line break, a tab or more than four spaces in a row"),
    answered(2007, 400, "a control character in a parameter", "template.components[0].parameters[0].text: has the control character U+0007"),
    answered(2008, 400, "the header wants another kind of media", "template.components[0].parameters[0]: is a document, must be an image"),
    answered(2009, 400, "a part that needs parameters has no component", "template.components: the header of this template needs a component"),
    answered(2010, 400, "the filled URL of a button is none", "template.components[1]: the filled URL is none"),
    answered(2011, 400, "the number of the template's call button is none", "template: the call button at index 0 of template \"call_us\" has \"n/a\", which is no phone number"),
    answered(2012, 400, "a parameter of the wrong kind", "template.components[0].parameters[0]: is an image, must be a text"),
    answered(2013, 400, "the template has no such button", "template.components[1].index: this template has no button 3"),
    answered(2014, 400, "`namespace` is empty, in strict mode", "template.namespace: is empty, must be the account's or absent"),
    answered(2015, 400, "too few or too many sections", "interactive.action.sections: has 11 sections, must have at most 10"),
    answered(2016, 400, "too few or too many rows", "interactive.action.sections: have 11 rows in all, must have at most 10"),
    answered(2017, 400, "a character or a formatting that is not allowed there", "interactive.footer.text: has a line break"),
    answered(2023, 400, "too few or too many products", "interactive.action.sections: have 31 product_items in all, must have at most 30"),
    answered(2036, 400, "a header of a kind that the message does not take", "interactive.header.type: is \"image\", must be text"),
    answered(2060, 400, "rejected", "template.name: the template \"lottery_win\" was rejected"),
    answered(2061, 400, "paused for low quality", "template.name: the template \"weekend_offer\" is paused"),
    answered(2062, 400, "paused too often", "template.name: the template \"weekend_offer\" is disabled"),
];

const fn answered(code: u16, status: u16, cause: &'static str, details: &'static str) -> Answered {
    Answered {
        code: Code(code),
        status,
        cause,
        details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Row, TABLE};

    #[test]
    fn the_table_is_sorted_and_has_no_line_twice() {
        assert!(ANSWERS.is_sorted_by(|a, b| (a.code, a.status) < (b.code, b.status)));
    }

    #[test]
    fn every_line_has_a_documented_code_and_a_status_of_refusals() {
        for answered in ANSWERS {
            assert!(answered.code.row().is_some(), "{answered:?}");
            assert!((400..600).contains(&answered.status), "{answered:?}");
        }
    }

    #[test]
    fn the_usual_status_is_among_those_of_its_code() {
        for Row { code, status, .. } in TABLE {
            let mut lines = ANSWERS.iter().filter(|answered| answered.code == *code);
            if lines.clone().next().is_some() {
                assert!(lines.any(|answered| answered.status == *status), "{code}");
            }
        }
    }
}
