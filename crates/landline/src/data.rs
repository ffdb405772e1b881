//! The data directory: what lies where, and the lock that gives it to one program.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use store::LineName;

use crate::exit::{OTHER_DIRECTORY, Stop};
use crate::file;

/// A data directory that this program has to itself.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    /// Held, never read: the lock ends with it.
    _lock: File,
}

impl DataDir {
    /// Makes the directory if it is missing, locks it, and removes the `endpoints.json` of an earlier run.
    pub(crate) fn open(dir: &Path) -> Result<Self, Stop> {
        let unusable = |why: std::io::Error| {
            Stop::failed(format!("cannot use the directory {}", dir.display()), why)
        };
        let path = std::path::absolute(dir).map_err(unusable)?;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        // Keys, tokens and messages are in it.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(unusable)?;
        let opened = Self {
            _lock: lock(&path)?,
            path,
        };
        file::remove(&opened.endpoints()).map_err(unusable)?;
        Ok(opened)
    }

    /// The directory, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The store.
    pub(crate) fn db(&self) -> PathBuf {
        self.path.join("landline.db")
    }

    /// The key that seals secrets.
    pub(crate) fn key(&self) -> PathBuf {
        self.path.join("secret.key")
    }

    /// A store whose key is gone must not get another one.
    pub(crate) fn check_key(&self) -> Result<(), Stop> {
        let key = self.key();
        if self.db().exists() && !key.exists() {
            return Err(Stop::failed(
                format!("{} is missing", key.display()),
                "what is sealed in the store cannot be opened without it",
            )
            .hint("bring the file back, or move the directory away to begin anew"));
        }
        Ok(())
    }

    /// Media files.
    pub(crate) fn media(&self) -> PathBuf {
        self.path.join("media")
    }

    /// Media files of a line: each has a folder to itself.
    pub(crate) fn media_of(&self, line: &LineName) -> PathBuf {
        if *line == LineName::main() {
            return self.media();
        }
        self.path.join("lines").join(line.as_str()).join("media")
    }

    /// The CA's certificate.
    pub(crate) fn ca(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    /// What `dev` keeps in clear.
    pub(crate) fn dev_json(&self) -> PathBuf {
        self.path.join("dev.json")
    }

    /// Where the listeners are.
    pub(crate) fn endpoints(&self) -> PathBuf {
        self.path.join("endpoints.json")
    }
}

/// Takes the directory. The operating system frees it when the process ends, however it ends.
fn lock(dir: &Path) -> Result<File, Stop> {
    let path = dir.join("program.lock");
    let failed = |why: std::io::Error| Stop::failed(format!("cannot lock {}", path.display()), why);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            // For the sentence that a second program ends with.
            file.set_len(0).map_err(failed)?;
            file.rewind().map_err(failed)?;
            write!(file, "{}", std::process::id()).map_err(failed)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let process = match file.read_to_string(&mut owner) {
                Ok(_) if !owner.is_empty() => format!(" (process {})", owner.trim()),
                _ => String::new(),
            };
            Err(Stop::failed(
                format!("cannot use the directory {}", dir.display()),
                format!("another program uses it{process}"),
            )
            .hint(OTHER_DIRECTORY))
        }
        Err(TryLockError::Error(why)) => Err(failed(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_belongs_to_one_program() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/landline-data");
        let first = DataDir::open(&path).expect("free");

        let refused = DataDir::open(&path).expect_err("taken").to_string();

        assert!(refused.contains("another program uses it"), "{refused}");
        assert!(
            refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(first);
        assert!(DataDir::open(&path).is_ok());
    }

    #[test]
    fn opening_removes_endpoints_of_an_earlier_run_only_with_the_lock() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = DataDir::open(dir.path()).expect("free");
        std::fs::write(first.endpoints(), "{}").expect("written");

        DataDir::open(dir.path()).expect_err("taken");
        assert!(first.endpoints().exists());

        drop(first);
        let second = DataDir::open(dir.path()).expect("free");
        assert!(!second.endpoints().exists());
        assert!(second.path().is_absolute());
    }
}
