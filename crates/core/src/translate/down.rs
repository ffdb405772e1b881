//! Messages on their way down (`cloud-api.md` 4.3).

use std::collections::HashMap;

use onprem::message::{Media, Outgoing};

/// What stands in for the on-prem names inside a message: MEDIA_IDs of its media objects, and the quoted message.
#[derive(Debug, Default, Clone)]
pub struct Resolved {
    /// MEDIA_ID for each media object of the message, in the order of [`media_of`].
    pub media: Vec<String>,
    /// The network's id of the quoted message, if it is known.
    pub context: Option<String>,
    /// Parameter names by position, when the template has named ones.
    pub named: Option<Vec<String>>,
}

/// The media objects of a message, each with the path that error details name, in a fixed order.
pub fn media_of(message: &Outgoing) -> Vec<(String, &Media)> {
    let _ = (message, HashMap::<(), ()>::new());
    unimplemented!()
}

/// The Graph body of a message. `opaque` is Landline's own callback data.
pub fn send(message: &Outgoing, resolved: &Resolved, opaque: String) -> graph::message::Send {
    let _ = (message, resolved, opaque);
    unimplemented!()
}
