//! Passwords: Argon2id, on one thread for all lines, one at a time. The lines take turns.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, mpsc};

use argon2::password_hash::Error;
use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{
    Algorithm, Argon2, Block, CustomizedPasswordHasher, Params, PasswordHash, PasswordHasher,
    PasswordVerifier, Version,
};
use onprem::{Code, Refusal};
use tokio::sync::{Semaphore, oneshot};

/// 7 MiB and five passes: the strength that OWASP's cheat sheet puts beside 19 MiB and two, in a process that stays small.
const PARAMS: Params = match Params::new(7168, 5, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("these parameters are within Argon2's ranges"),
};

/// To the one thread that computes, for all lines: its memory is more than the rest of many idle lines.
static WORKER: OnceLock<mpsc::Sender<Work>> = OnceLock::new();

/// Waiting or computed, of a line; some seconds of work. Beyond it callers are told to come back.
const PLACES: usize = 256;

type Work = Box<dyn FnOnce(&Hasher) + Send>;

/// Argon2id in the same 7 MiB again and again: given back after each password they would come from another place of the
/// heap the next time, and the process would grow.
struct Hasher {
    memory: RefCell<Vec<Block>>,
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash, Error> {
        let algorithm = algorithm
            .map(Algorithm::try_from)
            .transpose()?
            .unwrap_or_default();
        let version = version
            .map(Version::try_from)
            .transpose()?
            .unwrap_or_default();
        let mut memory = self.memory.borrow_mut();
        if memory.len() < params.block_count() {
            memory.resize(params.block_count(), Block::new());
        }
        let salt = Salt::new(salt)?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let hashed = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(salt),
            hash: None,
        };
        Argon2::new(algorithm, version, params).hash_password_into_with_memory(
            password,
            &salt,
            &mut output,
            memory.as_mut_slice(),
        )?;
        Ok(PasswordHash {
            hash: Some(Output::new(&output)?),
            ..hashed
        })
    }
}

impl PasswordHasher<PasswordHash> for Hasher {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash, Error> {
        let algorithm = Algorithm::Argon2id.as_str();
        self.hash_password_customized(
            password,
            salt,
            Some(algorithm),
            Some(Version::V0x13.into()),
            PARAMS,
        )
    }
}

/// Hashes and compares passwords of a line.
pub(super) struct Passwords {
    places: Arc<Semaphore>,
    /// One of a line is with the worker at a time, so that a crowd at one line does not go before another's.
    turn: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

/// Computes as long as the process lives.
fn start_worker() -> mpsc::Sender<Work> {
    let (sender, works) = mpsc::channel::<Work>();
    let run = move || {
        let hasher = Hasher {
            memory: RefCell::default(),
        };
        for work in works {
            // Whoever waits is told, as its channel closes; the thread lives on.
            if catch_unwind(AssertUnwindSafe(|| work(&hasher))).is_err() {
                tracing::error!("a password computation panicked");
            }
        }
    };
    // Without the thread the sender leads nowhere, and whoever sends is told.
    if let Err(error) = std::thread::Builder::new()
        .name("passwords".to_owned())
        .spawn(run)
    {
        tracing::error!(%error, "no thread for passwords");
    }
    sender
}

impl Passwords {
    /// A password's hash as a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Refusal> {
        let password = password.to_owned();
        self.compute(move |hasher| {
            hasher
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await
    }

    /// Whether a password is the one behind a hash.
    pub(super) async fn matches(&self, password: &str, hash: &str) -> Result<bool, Refusal> {
        let (password, hash) = (password.to_owned(), hash.to_owned());
        self.compute(move |hasher| {
            match hasher.verify_password(password.as_bytes(), &PasswordHash::new(&hash)?) {
                Ok(()) => Ok(true),
                Err(Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Takes as long as [`matches`](Self::matches), so that the time of an answer does not tell whether a user exists.
    pub(super) async fn compare_with_nothing(&self, password: &str) -> Result<(), Refusal> {
        self.hash(password).await.map(drop)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| {
            Refusal::new(Code::OVERLOADED, "too many logins at once: try again soon").retry_after(1)
        })?;
        let turn = self.turn.clone().acquire_owned().await.map_err(failed)?;
        let (answer, outcome) = oneshot::channel();
        let work = Box::new(move |hasher: &Hasher| {
            // The place is free when the work is done, whether or not the caller still waits; then it is not done at all.
            let (_place, _turn) = (place, turn);
            if !answer.is_closed() {
                answer.send(work(hasher)).ok();
            }
        });
        let worker = WORKER.get_or_init(start_worker);
        worker.send(work).map_err(failed)?;
        outcome.await.map_err(failed)?.map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a password could not be computed");
    Refusal::new(Code::INTERNAL, "the password could not be checked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::default();

        let hash = passwords.hash("Correct-horse-1").await.unwrap();

        assert!(hash.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{hash}");
        assert!(passwords.matches("Correct-horse-1", &hash).await.unwrap());
        assert!(!passwords.matches("correct-horse-1", &hash).await.unwrap());
        assert_ne!(passwords.hash("Correct-horse-1").await.unwrap(), hash);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_answer_and_no_match() {
        let refusal = Passwords::default()
            .matches("Correct-horse-1", "$argon2id$nonsense")
            .await
            .unwrap_err();

        assert_eq!(refusal.code, Code::INTERNAL);
    }

    #[tokio::test]
    async fn a_crowd_at_one_line_does_not_go_before_another() {
        let (crowded, quiet) = (Passwords::default(), Passwords::default());
        let crowd = (0..20).map(|_| crowded.hash("Correct-horse-1"));
        let mut crowd = std::pin::pin!(futures_util::future::join_all(crowd));
        assert!(futures_util::poll!(&mut crowd).is_pending());

        tokio::select! {
            biased;
            hash = quiet.hash("Correct-horse-1") => assert!(hash.is_ok()),
            _ = &mut crowd => panic!("the crowd went first"),
        }
    }

    #[tokio::test]
    async fn a_crowd_is_told_to_come_back() {
        let passwords = Passwords::default();
        let _all = passwords
            .places
            .acquire_many(u32::try_from(PLACES).unwrap())
            .await
            .unwrap();

        let refusal = passwords.hash("Correct-horse-1").await.unwrap_err();

        assert_eq!(
            (refusal.code, refusal.retry_after_s),
            (Code::OVERLOADED, Some(1))
        );
    }
}
