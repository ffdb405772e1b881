//! The one stream of a deployment from a relay on a host of its own, for all its lines.

use std::sync::Arc;

use relay::App;
use relay::pull::Tell;
use tokio::sync::Mutex;

use super::Gateway;
use super::pulling::Pulling;
use crate::exit::Stop;
use crate::relay_host::dial::Elsewhere;

/// The stream, open or not. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stream {
    elsewhere: Option<Elsewhere>,
    tell: Tell,
    open: Arc<Mutex<Option<Open>>>,
}

/// What runs, and for which apps.
struct Open {
    apps: Vec<App>,
    pulling: Pulling,
}

impl Stream {
    /// Not open yet. Without a relay elsewhere it never is. `tell` is told how it stands.
    pub(crate) fn new(elsewhere: Option<&Elsewhere>, tell: Tell) -> Self {
        Self {
            elsewhere: elsewhere.cloned(),
            tell,
            open: Arc::default(),
        }
    }

    /// Opens it for these apps; anew when they are others than before.
    pub(crate) async fn open(&self, gateway: &Gateway, apps: Vec<App>) -> Result<(), Stop> {
        let Some(elsewhere) = &self.elsewhere else {
            return Ok(());
        };
        let mut open = self.open.lock().await;
        if open.as_ref().is_some_and(|open| open.apps == apps) {
            return Ok(());
        }
        let puller = gateway.puller(elsewhere, apps.clone(), self.tell.clone())?;
        if let Some(open) = open.take() {
            open.pulling.end().await;
        }
        let pulling = Pulling::start(puller);
        *open = Some(Open { apps, pulling });
        Ok(())
    }

    /// Closes it.
    pub(crate) async fn close(&self) {
        if let Some(open) = self.open.lock().await.take() {
            open.pulling.end().await;
        }
    }
}
