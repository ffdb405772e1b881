//! What is counted of the exchanges with the network.

use meter::{Cells, Histogram};
use reqwest::{Request, Url};
use tokio::time::Instant;

use super::Client;
use crate::error::Failure;

/// Exchanges by call (`POST_messages`) and result: the HTTP status, [`UNSENT`] or [`UNKNOWN`].
pub type Exchanges = Cells<2, Histogram>;

/// The result of a request that cannot have left.
pub const UNSENT: &str = "unsent";
/// The result of a request that was not answered.
pub const UNKNOWN: &str = "unknown";
/// The call of media bytes.
pub(super) const DOWNLOAD: &str = "GET_download";
/// Longest edge of the Graph API that is a call of its own.
const LONGEST_EDGE: usize = 40;

impl Client {
    /// What is counted of all exchanges so far.
    pub fn exchanges(&self) -> &Exchanges {
        &self.shared.exchanges
    }

    /// An exchange has ended.
    pub(super) fn note_exchange(
        &self,
        call: &str,
        began: Instant,
        outcome: &Result<reqwest::Response, Failure>,
    ) {
        let result = match outcome {
            Ok(response) => response.status().as_str().to_owned(),
            Err(Failure::Unsent(_)) => UNSENT.to_owned(),
            Err(_) => UNKNOWN.to_owned(),
        };
        self.shared
            .exchanges
            .at([call, &result])
            .time(began.elapsed());
    }

    /// The call that a request is, without any id: its method, and the edge or the kind of object.
    pub(super) fn call_of(&self, request: &Request) -> String {
        let access = self.access();
        let config = &access.config;
        let versions = usize::from(!config.version.is_empty());
        let depth = segments(&access.base).count() + versions;
        let what = match &*segments(request.url()).skip(depth).collect::<Vec<_>>() {
            [id] if *id == config.phone_number_id => "number",
            [id] if *id == config.account_id => "account",
            [_] => "object",
            [_, edge] if is_edge(edge) => edge,
            _ => meter::cells::OTHER,
        };
        format!("{}_{what}", request.method())
    }
}

fn segments(url: &Url) -> impl Iterator<Item = &str> {
    let all = url.path_segments().into_iter().flatten();
    all.filter(|segment| !segment.is_empty())
}

/// Edges are words; an id never is.
fn is_edge(edge: &str) -> bool {
    edge.len() <= LONGEST_EDGE
        && edge
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
