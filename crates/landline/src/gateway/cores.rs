//! The cores of the lines.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::LineName;

use super::switch::Switch;

/// The cores of the lines that are there now. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Cores {
    by_line: Arc<Mutex<BTreeMap<LineName, Switch>>>,
}

impl Cores {
    /// Adds one.
    pub(super) fn put(&self, line: LineName, core: Switch) {
        self.lock().insert(line, core);
    }

    /// One of them.
    pub(super) fn get(&self, line: &LineName) -> Option<Switch> {
        self.lock().get(line).cloned()
    }

    /// Takes one out.
    pub(super) fn take(&self, line: &LineName) -> Option<Switch> {
        self.lock().remove(line)
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<(LineName, Switch)> {
        let all = self.lock();
        all.iter()
            .map(|(line, core)| (line.clone(), core.clone()))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LineName, Switch>> {
        self.by_line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
