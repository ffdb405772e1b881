//! The relay on a host of its own: intake as everywhere, into a mailbox of sealed letters; and the stream on which a
//! core takes them.
//!
//! What it needs to know of its apps it is told by the core: their ids and verify tokens (kept, as digests), and, when
//! the core lends them, their secrets (in memory only). Whoever reads its disk finds nothing to read messages with and
//! nothing to forge them with.

mod health;
mod session;
mod stream;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::stream::Stream;
use crate::app::{App, Apps, Known};
use crate::depot::{Depot, DepotError};
use crate::limit::{Limits, Rates};
use crate::mailbox::Mailbox;
use crate::seal::PublicKey;
use crate::{Desk, routes};

/// What a relay with a host of its own is set up with.
pub struct Host {
    /// Where it keeps what no core has yet.
    pub depot: Arc<Depot>,
    /// What it seals with: the deployment's public key.
    pub key: PublicKey,
    /// Apps that it knows of itself. What the core tells is added; the secrets and the token here go before it.
    pub apps: Vec<App>,
    /// What a core has to bring.
    pub token: String,
    /// How often anybody may knock.
    pub rates: Rates,
    /// Ends the stream.
    pub stop: CancellationToken,
}

/// What it serves.
pub struct Routers {
    /// Intake and health: `/graph/{app}`, `/livez`, `/healthz`.
    pub outside: Router,
    /// The same and `/stream`: only behind TLS.
    pub whole: Router,
}

impl Host {
    /// The routes of this relay.
    pub async fn open(self) -> Result<Routers, DepotError> {
        let apps = Arc::new(Apps::new(self.apps));
        let told = self.depot.apps().await?;
        let told = told
            .into_iter()
            .map(|(app_id, verify)| Known::new(app_id, Vec::new(), Some(verify)));
        apps.lend(told.collect());
        let stream = Arc::new(Stream::new(
            self.depot.clone(),
            self.key,
            apps.clone(),
            Sha256::digest(self.token.as_bytes()).into(),
            self.stop,
        ));
        let mailbox = Mailbox::Depot {
            depot: self.depot,
            key: self.key,
        };
        let (reading, limits) = (watch::Sender::new(0), Limits::new(self.rates));
        let desk = Arc::new(Desk::new(apps, mailbox, Some(limits), reading));
        let health = Router::new()
            .route("/healthz", get(health::answer))
            .with_state(stream.clone());
        let outside = routes(desk).merge(health);
        let streamed = Router::new()
            .route("/stream", get(stream::answer))
            .with_state(stream);
        Ok(Routers {
            whole: outside.clone().merge(streamed),
            outside,
        })
    }
}
