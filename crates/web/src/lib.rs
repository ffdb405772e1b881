//! The webapp: routes of `/v1`, authentication, limits, headers, TLS. A handler parses, calls one function of `core`, answers.
//!
//! - `route`: one file per subject; a handler's signature says who may call it and what is answered.
//! - `auth`: who calls. `body`, `form`: what they sent. `answer`: what they get.
//! - [`Lines`]: which line a request is for.
//! - `frame`: what every answer has in common, whatever a handler did.
//! - [`traffic`]: what is counted; `progress`: where each request is; `request`: its id.
//! - [`openapi`]: all of it as a document, made from the routes.
//! - [`tls`]: our own CA and the listener's certificate.

mod answer;
mod auth;
mod body;
mod describe;
mod form;
mod frame;
mod lines;
mod linger;
pub mod openapi;
mod progress;
mod request;
mod route;
pub mod tls;
mod traffic;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Extension;
use landline_core::Line;
use store::SharedStore;

pub use self::lines::{Front, Lines};
pub use self::request::RequestId;
pub use self::traffic::{Pending, Traffic};

/// What the routes need of a line.
#[derive(Clone)]
pub struct Api {
    /// The line itself.
    pub line: Arc<Line>,
    /// The listener's certificates.
    pub tls: tls::Tls,
    /// The API key for health, metrics and stats; 12 to 128 characters.
    pub api_key: Option<Arc<str>>,
    /// What is counted of connections and requests; the API's listeners count into the same.
    pub traffic: Arc<Traffic>,
    /// `POST /dev/core`, in `dev` only.
    pub core_switch: Option<Arc<dyn CoreSwitch>>,
    /// Called with the new password after the admin's password was changed by a call (`dev` keeps it in clear).
    pub on_admin_password: Option<Arc<dyn Fn(String) + Send + Sync>>,
}

/// Stops and starts the core inside the process (`dev`).
pub trait CoreSwitch: Send + Sync {
    /// Brings the core into the wanted state; returns when it is there.
    fn switch(
        &self,
        running: bool,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}

/// What a request carries: one reference count, whatever it holds.
pub(crate) type Web = Arc<Api>;

/// All routes of all lines: `/v1/…` and `/lines/{name}/v1/…`, `/docs`, `/`, `/livez`, `/readyz`; in `dev` also `/dev/core`.
/// Needs `ConnectInfo<SocketAddr>`. `store` is all lines'.
pub fn front(lines: Lines, store: SharedStore, traffic: &Arc<Traffic>, dev: bool) -> Front {
    let routes = route::all(dev).layer(Extension(store));
    // What the routes tell of themselves is asked for later, if ever.
    aide::generate::reset_context();
    let routes = frame::around(routes.into(), traffic);
    Front { lines, routes }
}
