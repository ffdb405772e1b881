//! What a business tells about itself: profile, compliance, encryption.

use http::Method;

use crate::graph::{Call, Outcome, Refusal, success};
use crate::network::error::GraphError;
use crate::shared::Shared;

/// The edge of a number, if it is one of these.
pub(crate) fn edge(
    shared: &Shared,
    number: usize,
    edge: &str,
    call: &Call,
) -> Result<Option<Outcome>, Refusal> {
    let is_post = call.head.method == Method::POST;
    if !is_post && !call.is_get() {
        return Ok(None);
    }
    let params = &call.params;
    let outcome = shared.over_link(|network, _| {
        let outcome = match (edge, is_post) {
            ("whatsapp_business_profile", true) => {
                network.change_profile(number, params).map(|()| success())?
            }
            ("whatsapp_business_profile", false) => {
                network.show_profile(number, call.fields()).into()
            }
            ("business_compliance_info", true) => {
                network.set_compliance(number, params).map(|()| success())?
            }
            ("business_compliance_info", false) => network.show_compliance(number).into(),
            ("whatsapp_business_encryption", true) => {
                network.set_key(number, params).map(|()| success())?
            }
            ("whatsapp_business_encryption", false) => network.show_key(number).into(),
            _ => return Ok(None),
        };
        Ok::<_, GraphError>(Some(outcome))
    })?;
    Ok(outcome?)
}
