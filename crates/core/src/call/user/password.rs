//! Passwords: Argon2id, off the async threads, two at a time.

use std::sync::Arc;

use argon2::password_hash::Error;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use onprem::{Code, Refusal};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// 7 MiB and five passes: the strength that OWASP's cheat sheet puts beside 19 MiB and two, in a process that stays small.
const PARAMS: Params = match Params::new(7168, 5, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("these parameters are within Argon2's ranges"),
};

/// Computed at the same time.
const AT_ONCE: usize = 2;
/// Waiting or computed; some seconds of work. Beyond it callers are told to come back.
const PLACES: usize = 256;

/// Hashes and compares passwords.
pub(super) struct Passwords {
    slots: Arc<Semaphore>,
    places: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            places: Semaphore::new(PLACES),
        }
    }
}

impl Passwords {
    /// A password's hash as a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Refusal> {
        let password = password.to_owned();
        self.compute(move |argon2| {
            argon2
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await
    }

    /// Whether a password is the one behind a hash.
    pub(super) async fn matches(&self, password: &str, hash: &str) -> Result<bool, Refusal> {
        let (password, hash) = (password.to_owned(), hash.to_owned());
        self.compute(move |argon2| {
            match argon2.verify_password(password.as_bytes(), hash.as_str()) {
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
        work: impl FnOnce(&Argon2<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _place = self.places.try_acquire().map_err(|_| {
            Refusal::new(Code::OVERLOADED, "too many logins at once: try again soon").retry_after(1)
        })?;
        let slot = self.slots.clone().acquire_owned().await.map_err(failed)?;
        // The slot goes with the work: a caller that goes away does not stop a thread.
        let work = spawn_blocking(move || {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS);
            let outcome = work(&argon2);
            drop(slot);
            outcome
        });
        work.await.map_err(failed)?.map_err(failed)
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
