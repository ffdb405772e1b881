//! The small secrets between core and relay: the token, and the deployment's key.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relay::seal::SecretKey;
use store::seal::Seal;

use super::args::RelayKeyArgs;
use crate::data::DataDir;
use crate::exit::Stop;
use crate::file;

/// What the key is derived for that letters are opened with. What lies at a relay depends on it: never change it.
const LETTERS: &str = "relay letters 1";
/// Fewer characters can be guessed.
const SHORTEST: usize = 16;

/// What opens letters.
pub(crate) fn letter_key(seal: &Seal) -> Result<SecretKey, Stop> {
    SecretKey::from_secret(seal.derive(LETTERS))
        .map_err(|error| Stop::failed("the key of the relay's letters cannot be made", error))
}

/// `landline relay-key`: the public half, a line. Makes the core's key when there is none.
pub(crate) fn public_key(args: &RelayKeyArgs) -> Result<String, Stop> {
    let key = args.data.join("secret.key");
    // Held while the key is made; a core that runs has one already.
    let _held = if key.exists() {
        None
    } else {
        let data = DataDir::open(&args.data)?;
        data.check_key()?;
        Some(data)
    };
    let key = letter_key(&Seal::from_file(&key)?)?;
    Ok(format!("{}\n", key.public()))
}

/// The secret in a file, without the line's end.
pub(crate) fn read(what: &str, path: &Path) -> Result<String, Stop> {
    let text = fs::read_to_string(path).map_err(|error| {
        Stop::failed(format!("cannot read {what} in {}", path.display()), error)
    })?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Stop::failed(
            format!("cannot read {what} in {}", path.display()),
            "the file is empty",
        ));
    }
    Ok(text.to_owned())
}

/// The token in a file; made when missing, if it is our own.
pub(super) fn token(path: &Path, is_ours: bool) -> Result<String, Stop> {
    if is_ours && !path.exists() {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Stop::failed("the token cannot be made", error))?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        file::write_private(path, format!("{token}\n").as_bytes())
            .map_err(|error| Stop::failed(format!("cannot write {}", path.display()), error))?;
    }
    let token = read("the token", path)?;
    let is_text = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.len() < SHORTEST || !is_text {
        return Err(Stop::failed(
            format!("the token in {} is of no use", path.display()),
            format!("it needs {SHORTEST} letters and digits at least, and nothing between them"),
        ));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("token");

        let token_made = token(&path, true).expect("made");

        assert_eq!(token_made.len(), 43);
        assert_eq!(token(&path, true).expect("read"), token_made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_token_that_can_be_guessed_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("token");
        assert!(token(&path, false).is_err(), "missing");
        for text in ["", "short", "with blanks in it 123456"] {
            fs::write(&path, text).expect("written");
            assert!(token(&path, false).is_err(), "{text}");
        }
    }

    #[test]
    fn the_public_key_is_the_same_every_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let args = RelayKeyArgs {
            data: dir.path().join("data"),
        };

        let first = public_key(&args).expect("made");

        assert_eq!(public_key(&args).expect("read"), first);
        assert_eq!(first.trim_end().len(), 64);
        fs::remove_file(args.data.join("secret.key")).expect("removed");
        fs::write(args.data.join("landline.db"), "").expect("written");
        assert!(public_key(&args).is_err(), "a store without its key");
    }
}
