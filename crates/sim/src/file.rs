//! `network.json`: read at the start, replaced whole when something that lasts has changed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::SimError;
use crate::network::catalogue;
use crate::network::lasting::{FORMAT, Lasting};
use crate::network::seed;

/// The network kept in `dir`, or a new one; its epoch is already this start's own, and on disk.
pub(crate) fn open(dir: &Path) -> Result<(Lasting, PathBuf), SimError> {
    let path = dir.join("network.json");
    let fail = |cause: String| SimError::File {
        path: path.display().to_string(),
        cause,
    };
    let mut lasting = match fs::read(&path) {
        Ok(bytes) => read(&bytes).map_err(fail)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|error| fail(error.to_string()))?;
            make().map_err(fail)?
        }
        Err(error) => return Err(fail(error.to_string())),
    };
    lasting.epoch += 1;
    let bytes = serde_json::to_vec_pretty(&lasting).map_err(|error| fail(error.to_string()))?;
    write(&path, &bytes).map_err(|error| fail(error.to_string()))?;
    Ok((lasting, path))
}

fn read(bytes: &[u8]) -> Result<Lasting, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("not readable as JSON: {error}"))?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) => {
            return Err(format!(
                "its format is {format}, this program reads format {FORMAT}"
            ));
        }
        None => return Err("it has no format: not a file of the simulator".to_owned()),
    }
    let mut lasting: Lasting = serde_json::from_value(value)
        .map_err(|error| format!("not a network of the simulator: {error}"))?;
    if lasting.numbers.len() < 2 {
        return Err("it must have two business numbers".to_owned());
    }
    catalogue::complete(&mut lasting.templates);
    Ok(lasting)
}

fn make() -> Result<Lasting, String> {
    let mut failure = None;
    let lasting = seed::network(|| {
        let mut bytes = [0; 32];
        if let Err(error) = getrandom::fill(&mut bytes) {
            failure = Some(error.to_string());
        }
        bytes
    });
    match failure {
        None => Ok(lasting),
        Some(cause) => Err(format!("no random bytes for its secrets: {cause}")),
    }
}

/// Replaces a file whole: temporary file, fsync, rename, fsync of the folder. Only its owner may read it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("json.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    // an old temporary file may have other permissions
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_made_once_and_each_start_has_its_epoch() {
        let dir = tempfile::tempdir().unwrap();

        let (first, path) = open(&dir.path().join("deeper")).unwrap();
        let (second, _) = open(&dir.path().join("deeper")).unwrap();

        assert_eq!((first.epoch, second.epoch), (1, 2));
        assert_eq!(first.app.access_token, second.app.access_token);
        assert_eq!(
            first.numbers.first().map(|n| &n.id),
            second.numbers.first().map(|n| &n.id)
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn two_networks_have_different_secrets() {
        let (one, two) = (make().unwrap(), make().unwrap());

        assert_ne!(one.app.access_token, two.app.access_token);
        assert_ne!(one.app.secret, two.app.secret);
        assert_ne!(one.account.id, two.account.id);
        assert!(one.account.id.bytes().all(|digit| digit.is_ascii_digit()));
    }

    #[test]
    fn a_file_that_is_not_ours_is_refused_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        for wrong in [
            "{",
            "{}",
            r#"{"format": 99}"#,
            r#"{"format": 1, "epoch": 3}"#,
        ] {
            fs::write(dir.path().join("network.json"), wrong).unwrap();

            let error = open(dir.path()).err().unwrap().to_string();
            assert!(error.contains("network.json: "), "{error}");
        }
    }
}
