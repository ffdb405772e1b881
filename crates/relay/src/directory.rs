//! Whose webhooks are taken, and which line each number belongs to. May change while the relay runs.

use std::collections::HashMap;
use std::sync::Arc;

use store::LineName;
use tokio::sync::watch;

use crate::app::{App, Apps, Known};

/// Whose a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The line.
    pub line: LineName,
    /// The account that the number belongs to, `WABA_ID`.
    pub account_id: String,
}

/// The owner of each `PHONE_ID`.
type Lines = HashMap<String, Owner>;

/// The apps and the lines of a deployment. Cheap to clone; all clones change together.
#[derive(Clone)]
pub struct Directory {
    apps: Arc<Apps>,
    lines: Arc<watch::Sender<Arc<Lines>>>,
}

impl Directory {
    /// With these apps, and the owner of each `PHONE_ID`.
    pub fn new(apps: Vec<App>, lines: HashMap<String, Owner>) -> Self {
        let directory = Self {
            apps: Arc::new(Apps::new([])),
            lines: Arc::new(watch::Sender::new(Arc::default())),
        };
        directory.replace(apps, lines);
        directory
    }

    /// Other apps and lines from now on. A body that is being read is signed by the old apps' secrets, and goes to the new
    /// lines.
    pub fn replace(&self, apps: Vec<App>, lines: HashMap<String, Owner>) {
        // The lines first: an app that is taken in has its numbers known.
        self.lines.send_replace(Arc::new(lines));
        self.apps.lend(apps.into_iter().map(Known::from).collect());
    }

    pub(crate) fn apps(&self) -> Arc<Apps> {
        self.apps.clone()
    }

    pub(crate) fn lines(&self) -> Arc<Lines> {
        self.lines.borrow().clone()
    }
}
