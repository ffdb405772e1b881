//! What a kill takes with it: only the process, or also everything that was not synced.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::process::Command;

/// How hard a kill is.
#[derive(Clone)]
pub(crate) struct Crash {
    lost_writes: Option<Arc<TempDir>>,
    /// The store's syncs are pretended, as if it had been built without them.
    lying: bool,
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/preload")
        .join(name)
}

impl Crash {
    /// The page cache survives.
    pub(crate) fn kill_only() -> Self {
        Self {
            lost_writes: None,
            lying: false,
        }
    }

    /// The page cache is lost: builds the preload library and its undoing companion with the C compiler.
    pub(crate) async fn lost_writes() -> Self {
        let tools = tempfile::tempdir().unwrap();
        std::fs::create_dir(tools.path().join("log")).unwrap();
        let library = tools.path().join("lost_writes.so");
        compile(
            &["-shared", "-fPIC", "-O2", "-o"],
            &library,
            &["-ldl", "-lpthread"],
        )
        .await;
        compile(&["-DUNDO", "-O2", "-o"], &tools.path().join("undo"), &[]).await;
        Self {
            lost_writes: Some(Arc::new(tools)),
            lying: false,
        }
    }

    /// The same under a store that does not sync: what a crash test has to notice.
    pub(crate) async fn without_syncs() -> Self {
        Self {
            lying: true,
            ..Self::lost_writes().await
        }
    }

    /// The environment of a process that is going to be killed.
    pub(crate) fn env(&self, folder: &Path) -> Vec<(String, String)> {
        let Some(tools) = &self.lost_writes else {
            return Vec::new();
        };
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        let mut env = vec![
            (
                "LD_PRELOAD".to_owned(),
                text(tools.path().join("lost_writes.so")),
            ),
            ("LOST_WRITES_DIR".to_owned(), text(folder.to_owned())),
            ("LOST_WRITES_LOG".to_owned(), text(tools.path().join("log"))),
        ];
        if self.lying {
            env.push(("LOST_WRITES_LIES".to_owned(), "landline.db".to_owned()));
        }
        env
    }

    /// Undoes what the killed process had not synced.
    pub(crate) async fn after_kill(&self) {
        let Some(tools) = &self.lost_writes else {
            return;
        };
        let status = Command::new(tools.path().join("undo"))
            .arg(tools.path().join("log"))
            .stdout(Stdio::null())
            .stdin(Stdio::null())
            .status()
            .await
            .unwrap();
        assert!(status.success());
    }
}

async fn compile(flags: &[&str], output: &Path, libraries: &[&str]) {
    let status = Command::new("cc")
        .args(flags)
        .arg(output)
        .arg(source("lost_writes.c"))
        .args(libraries)
        .status()
        .await
        .expect("a C compiler: building SQLite needs one too");
    assert!(status.success());
}
