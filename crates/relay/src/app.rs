//! The apps whose webhooks come in, and what a core lends of them.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;

use crate::frame::LentApp;

/// One Meta app whose webhooks come in at `/graph/{app_id}`.
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    /// The app's id, part of the path.
    pub app_id: String,
    /// Keys of `X-Hub-Signature-256`: one, or two while it is being changed. With none (or an empty one) nothing is taken
    /// in, unless a core looks at signatures again.
    pub app_secrets: Vec<String>,
    /// What verification must bring. With an empty one nobody is verified.
    pub verify_token: String,
}

/// An app as it is known at work. A verify token is only ever compared, so its digest is enough.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) app_id: String,
    pub(crate) app_secrets: Vec<String>,
    verify: Option<[u8; 32]>,
}

impl Known {
    pub(crate) fn new(app_id: String, app_secrets: Vec<String>, verify: Option<[u8; 32]>) -> Self {
        Self {
            app_id,
            app_secrets: app_secrets
                .into_iter()
                .filter(|secret| !secret.is_empty())
                .collect(),
            verify,
        }
    }

    /// Whether one of its secrets signed a body. All are tried: the time says nothing.
    pub(crate) fn signed(&self, body: &[u8], signature: &str) -> bool {
        self.app_secrets.iter().fold(false, |signed, secret| {
            graph::signature::verify(secret, body, Some(signature)) | signed
        })
    }

    /// Whether a verification brings its token.
    pub(crate) fn is_verified_by(&self, token: &str) -> bool {
        self.verify
            .is_some_and(|verify| digest(token).ct_eq(&verify).into())
    }

    /// The digest of its verify token.
    pub(crate) fn verify_digest(&self) -> Option<[u8; 32]> {
        self.verify
    }
}

impl From<App> for Known {
    fn from(app: App) -> Self {
        let verify = (!app.verify_token.is_empty()).then(|| digest(&app.verify_token));
        Self::new(app.app_id, app.app_secrets, verify)
    }
}

impl From<LentApp> for Known {
    fn from(lent: LentApp) -> Self {
        Self::from(App {
            app_id: lent.app_id,
            app_secrets: lent.app_secrets,
            verify_token: lent.verify_token,
        })
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// By app id.
pub(crate) type Table = Arc<HashMap<String, Arc<Known>>>;

/// All apps: those of the relay's own configuration, and those that a core told of.
pub(crate) struct Apps {
    own: Vec<Known>,
    present: watch::Sender<Table>,
}

impl Apps {
    pub(crate) fn new(own: impl IntoIterator<Item = App>) -> Self {
        let own: Vec<Known> = own.into_iter().map(Known::from).collect();
        let present = watch::Sender::new(merged(&own, Vec::new()));
        Self { own, present }
    }

    /// Replaces what a core told. What the relay was configured with goes before it.
    pub(crate) fn lend(&self, lent: Vec<Known>) {
        self.present.send_replace(merged(&self.own, lent));
    }

    pub(crate) fn get(&self, app_id: &str) -> Option<Arc<Known>> {
        self.present.borrow().get(app_id).cloned()
    }

    /// How many there are, and how many of them without a secret here.
    pub(crate) fn count(&self) -> (usize, usize) {
        let present = self.present.borrow();
        let unchecked = present.values().filter(|app| app.app_secrets.is_empty());
        (present.len(), unchecked.count())
    }
}

fn merged(own: &[Known], lent: Vec<Known>) -> Table {
    let mut table: HashMap<String, Known> = lent
        .into_iter()
        .map(|app| (app.app_id.clone(), app))
        .collect();
    for app in own {
        let merged = match table.remove(&app.app_id) {
            Some(lent) => Known {
                app_id: lent.app_id,
                app_secrets: if app.app_secrets.is_empty() {
                    lent.app_secrets
                } else {
                    app.app_secrets.clone()
                },
                verify: app.verify.or(lent.verify),
            },
            None => app.clone(),
        };
        table.insert(app.app_id.clone(), merged);
    }
    Arc::new(
        table
            .into_iter()
            .map(|(app_id, app)| (app_id, Arc::new(app)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(secrets: &[&str], token: &str) -> Known {
        Known::from(app(secrets, token))
    }

    fn app(secrets: &[&str], token: &str) -> App {
        App {
            app_id: "71".to_owned(),
            app_secrets: secrets.iter().map(|&secret| secret.to_owned()).collect(),
            verify_token: token.to_owned(),
        }
    }

    #[test]
    fn the_relays_own_secrets_go_before_lent_ones() {
        let apps = Apps::new([app(&["own"], "")]);
        apps.lend(vec![known(&["lent"], "verify")]);

        let found = apps.get("71").unwrap();

        assert_eq!(found.app_secrets, ["own"]);
        assert!(found.is_verified_by("verify"));
    }

    #[test]
    fn lent_secrets_are_taken_back() {
        let apps = Apps::new([app(&[], "verify")]);
        apps.lend(vec![known(&["lent"], "verify")]);
        assert_eq!(apps.count(), (1, 0));

        apps.lend(Vec::new());

        assert_eq!(apps.count(), (1, 1));
    }

    #[test]
    fn each_of_two_secrets_signs_and_no_other() {
        let app = known(&["old", "new"], "");

        for (secret, expected) in [("old", true), ("new", true), ("", false), ("other", false)] {
            let signature = graph::signature::sign(secret, b"{}");
            assert_eq!(app.signed(b"{}", &signature), expected, "{secret}");
        }
    }

    #[test]
    fn an_empty_token_verifies_nobody() {
        assert!(!known(&["secret"], "").is_verified_by(""));
    }
}
