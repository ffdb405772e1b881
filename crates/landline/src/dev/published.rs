//! What `dev` tells others: `endpoints.json`, and in `dev.json` the admin's present password.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::data::DataDir;
use crate::endpoints::Endpoints;
use crate::exit::Stop;
use crate::file;

/// Both files. One lock, so that they agree whatever changes at the same time.
pub(super) struct Published {
    endpoints_json: PathBuf,
    dev_json: PathBuf,
    state: Mutex<State>,
}

struct State {
    /// The admin's password, if it is known.
    password: Option<String>,
    endpoints: Stage,
}

/// Where `endpoints.json` is in its life.
enum Stage {
    Unwritten,
    Written(Box<Endpoints>),
    Withdrawn,
}

/// `dev.json`.
#[derive(Serialize, Deserialize)]
struct Kept {
    admin_password: String,
}

impl Published {
    /// Reads what an earlier run kept.
    pub(super) fn open(data: &DataDir) -> Self {
        let dev_json = data.dev_json();
        Self {
            endpoints_json: data.endpoints(),
            state: Mutex::new(State {
                password: kept_password(&dev_json),
                endpoints: Stage::Unwritten,
            }),
            dev_json,
        }
    }

    /// The admin's password, if it is known.
    pub(super) fn password(&self) -> Option<String> {
        self.state().password.clone()
    }

    /// Keeps the admin's password, and tells it to those who read `endpoints.json`.
    ///
    /// Writes two small files while the caller waits: whoever changed the password finds it there.
    pub(super) fn keep_password(&self, password: String) -> io::Result<()> {
        let mut state = self.state();
        let kept = Kept {
            admin_password: password.clone(),
        };
        file::write_private(&self.dev_json, &serde_json::to_vec_pretty(&kept)?)?;
        state.password = Some(password.clone());
        if let Stage::Written(endpoints) = &mut state.endpoints {
            endpoints.admin.password = Some(password);
            self.write(endpoints)?;
        }
        Ok(())
    }

    /// Writes `endpoints.json`; from now on programs find this one. Returns what was written.
    ///
    /// A password that was changed since `endpoints` was made is put into it.
    pub(super) fn publish(
        &self,
        mut endpoints: Endpoints,
        first_login: bool,
    ) -> Result<Endpoints, Stop> {
        let mut state = self.state();
        if !first_login {
            endpoints.admin.password.clone_from(&state.password);
        }
        self.write(&endpoints)
            .map_err(|error| Stop::failed("cannot write endpoints.json", error))?;
        state.endpoints = Stage::Written(Box::new(endpoints.clone()));
        Ok(endpoints)
    }

    /// Removes `endpoints.json`, for good: a password that is changed after this does not bring it back.
    pub(super) fn withdraw(&self) {
        let mut state = self.state();
        state.endpoints = Stage::Withdrawn;
        if let Err(error) = file::remove(&self.endpoints_json) {
            tracing::warn!(%error, "endpoints.json cannot be removed");
        }
    }

    fn write(&self, endpoints: &Endpoints) -> io::Result<()> {
        file::write_private(&self.endpoints_json, &serde_json::to_vec_pretty(endpoints)?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that is missing or damaged means that the password is not known: `--ready` sets a new one.
fn kept_password(path: &std::path::Path) -> Option<String> {
    let content = fs::read(path).ok()?;
    match serde_json::from_slice::<Kept>(&content) {
        Ok(kept) => Some(kept.admin_password),
        Err(error) => {
            tracing::warn!(%error, "dev.json cannot be read: the admin's password is not known");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::{Admin, Graph, Number, test_world};

    fn endpoints(password: &str) -> Endpoints {
        Endpoints {
            api: "https://127.0.0.1:9090".to_owned(),
            api_plain: None,
            relay: "http://127.0.0.1:9092/graph/3001".to_owned(),
            sim: "http://127.0.0.1:9080".to_owned(),
            ca_cert: "/data/ca.pem".to_owned(),
            db: "/data/landline.db".to_owned(),
            admin: Admin {
                username: "admin".to_owned(),
                password: Some(password.to_owned()),
            },
            number: Number::of(&test_world()),
            graph: Graph::of(&test_world()),
            pid: 42,
        }
    }

    fn written(data: &DataDir) -> Endpoints {
        serde_json::from_slice(&fs::read(data.endpoints()).expect("there")).expect("endpoints")
    }

    #[test]
    fn a_changed_password_is_told_and_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(dir.path()).expect("free");
        let published = Published::open(&data);
        assert_eq!(published.password(), None);

        published
            .publish(endpoints("secret"), true)
            .expect("written");
        assert_eq!(written(&data).admin.password.as_deref(), Some("secret"));

        published.keep_password("Next-1".to_owned()).expect("kept");
        assert_eq!(written(&data).admin.password.as_deref(), Some("Next-1"));
        assert_eq!(Published::open(&data).password().as_deref(), Some("Next-1"));
    }

    #[test]
    fn a_password_that_is_changed_at_the_end_brings_nothing_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(dir.path()).expect("free");
        let published = Published::open(&data);
        published
            .publish(endpoints("secret"), true)
            .expect("written");

        published.withdraw();
        published.keep_password("Next-1".to_owned()).expect("kept");

        assert!(!data.endpoints().exists());
    }

    #[test]
    fn a_damaged_dev_json_means_that_the_password_is_not_known() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(dir.path()).expect("free");
        fs::write(data.dev_json(), "{").expect("written");

        let published = Published::open(&data);

        let told = published
            .publish(endpoints("stale"), false)
            .expect("written");
        assert_eq!(told.admin.password, None);
    }
}
