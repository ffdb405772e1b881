//! Media links that were brought to the network lately: the same one is fetched and uploaded once.
//!
//! A link's file is taken for the same for ten minutes, as the network does with links that it fetches itself
//! (`cloud-api.md` 1.2). Fetched again later, the same bytes are not uploaded again as long as the network keeps them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use store::StoreError;
use tokio::time::Instant;

/// How long a link is taken for the same file.
const LINK_LIFE: Duration = Duration::from_mins(10);
/// How long those who waited for a link share its failure.
const FAILURE_LIFE: Duration = Duration::from_secs(5);
/// The network keeps uploaded media for 30 days; a day less is safe (`cloud-api.md` section 5, point 8).
pub(crate) const KEPT: Duration = Duration::from_hours(29 * 24);
/// Links, and files, that are remembered.
const REMEMBERED: usize = 10_000;

/// What makes two requests for media the same; nothing that is secret can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Of all these parts together.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            // The length first, so that no two lists of parts run into the same bytes.
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

/// How a link ended: its id on the network, or why there is none.
type Ended<T> = Result<String, T>;

/// What is known of one link. Whoever holds the lock is bringing it.
type Entry<T> = Arc<tokio::sync::Mutex<Option<Brought<T>>>>;

/// What is remembered of one line's links; `T` is how one fails.
pub(crate) struct Linked<T> {
    links: Mutex<HashMap<Key, Entry<T>>>,
    /// Files on the network, by content.
    files: Mutex<HashMap<Key, (Instant, String)>>,
}

struct Brought<T> {
    at: Instant,
    ended: Ended<T>,
}

impl<T> Brought<T> {
    fn is_fresh(&self, now: Instant) -> bool {
        let life = match self.ended {
            Ok(_) => LINK_LIFE,
            Err(_) => FAILURE_LIFE,
        };
        now.saturating_duration_since(self.at) < life
    }
}

impl<T> Default for Linked<T> {
    fn default() -> Self {
        Self {
            links: Mutex::default(),
            files: Mutex::default(),
        }
    }
}

impl<T: Clone> Linked<T> {
    /// The network's id of a link, and whether it was brought just now; `bring` is asked once for all who want it at the
    /// same time.
    pub(crate) async fn bring(
        &self,
        key: Key,
        bring: impl Future<Output = Result<Ended<T>, StoreError>>,
    ) -> Result<Result<(String, bool), T>, StoreError> {
        let entry = self.entry(key);
        let mut last = entry.lock().await;
        if let Some(brought) = last.as_ref().filter(|last| last.is_fresh(Instant::now())) {
            return Ok(brought.ended.clone().map(|id| (id, false)));
        }
        let ended = bring.await?;
        *last = Some(Brought {
            at: Instant::now(),
            ended: ended.clone(),
        });
        Ok(ended.map(|id| (id, true)))
    }

    /// The network does not know what this link was brought as: it is brought anew, whatever it holds.
    pub(crate) async fn forget(&self, key: Key) {
        let entry = self.entry(key);
        let forgotten = entry.lock().await.take();
        if let Some(Ok(gone)) = forgotten.map(|brought| brought.ended) {
            lock(&self.files).retain(|_, (_, id)| *id != gone);
        }
    }

    /// The network's id of a file with this content.
    pub(crate) fn file(&self, content: Key) -> Option<String> {
        let files = lock(&self.files);
        let (at, id) = files.get(&content)?;
        (at.elapsed() < KEPT).then(|| id.clone())
    }

    /// The network has a file with this content.
    pub(crate) fn remember(&self, content: Key, id: &str) {
        let mut files = lock(&self.files);
        if files.len() >= REMEMBERED && !files.contains_key(&content) {
            make_room(&mut files, |(at, _)| *at);
        }
        files.insert(content, (Instant::now(), id.to_owned()));
    }

    fn entry(&self, key: Key) -> Entry<T> {
        let mut links = lock(&self.links);
        if links.len() >= REMEMBERED && !links.contains_key(&key) {
            let now = Instant::now();
            links.retain(|_, entry| {
                // A locked entry is being brought, a shared one is being waited for.
                Arc::strong_count(entry) > 1
                    || entry
                        .try_lock()
                        .is_ok_and(|last| last.as_ref().is_some_and(|last| last.is_fresh(now)))
            });
            make_room(&mut links, |entry| {
                let at = entry.try_lock().ok();
                let at = at.and_then(|last| last.as_ref().map(|last| last.at));
                // Those in use are the newest.
                at.unwrap_or(now)
            });
        }
        links.entry(key).or_default().clone()
    }
}

/// Drops the older half of a memory that is full.
fn make_room<K: Copy + Eq + Hash, V>(memory: &mut HashMap<K, V>, age: impl Fn(&V) -> Instant) {
    if memory.len() < REMEMBERED {
        return;
    }
    let mut by_age: Vec<(Instant, K)> = memory.iter().map(|(key, v)| (age(v), *key)).collect();
    by_age.sort_unstable_by_key(|(at, _)| *at);
    for (_, key) in by_age.iter().take(REMEMBERED / 2) {
        memory.remove(key);
    }
}

/// These mutexes guard plain data that is valid at every instant, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn key(name: &str) -> Key {
        Key::of(&[name.as_bytes()])
    }

    /// A network that counts what is brought, and a link that fails when its name says so.
    #[derive(Default)]
    struct Network {
        brought: AtomicUsize,
    }

    impl Network {
        async fn bring(&self, name: &str) -> Result<Ended<&'static str>, StoreError> {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let n = self.brought.fetch_add(1, Ordering::Relaxed);
            Ok(if name == "bad" {
                Err("broken")
            } else {
                Ok(n.to_string())
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_want_the_same_wait_for_one_who_brings_it() {
        let (linked, network) = (Linked::default(), Network::default());

        for name in ["good", "bad"] {
            let many = (0..100).map(|_| linked.bring(key(name), network.bring(name)));
            let ended = futures_util::future::join_all(many).await;
            let fresh = ended
                .iter()
                .filter(|ended| matches!(ended, Ok(Ok((_, true)))));
            assert_eq!(fresh.count(), usize::from(name == "good"));
        }

        assert_eq!(network.brought.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_lives_for_ten_minutes_and_a_failure_for_a_moment() {
        let (linked, network) = (Linked::default(), Network::default());
        let bring = async |name: &str| linked.bring(key(name), network.bring(name)).await.unwrap();

        assert_eq!(bring("good").await, Ok(("0".to_owned(), true)));
        tokio::time::advance(Duration::from_secs(599)).await;
        assert_eq!(bring("good").await, Ok(("0".to_owned(), false)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(bring("good").await, Ok(("1".to_owned(), true)));
        assert_eq!(bring("bad").await, Err("broken"));
        tokio::time::advance(FAILURE_LIFE).await;
        assert_eq!(bring("bad").await, Err("broken"));

        assert_eq!(network.brought.load(Ordering::Relaxed), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_network_has_forgotten_is_brought_anew() {
        let (linked, network) = (Linked::default(), Network::default());
        let bring = async || {
            linked
                .bring(key("good"), network.bring("good"))
                .await
                .unwrap()
        };
        let (id, _) = bring().await.unwrap();
        linked.remember(key("content"), &id);
        linked.remember(key("other"), "77");
        assert_eq!(linked.file(key("content")), Some(id));

        linked.forget(key("good")).await;

        assert_eq!(linked.file(key("content")), None);
        assert_eq!(linked.file(key("other")).as_deref(), Some("77"));
        assert_eq!(bring().await, Ok(("1".to_owned(), true)));
        tokio::time::advance(KEPT).await;
        assert_eq!(
            linked.file(key("other")),
            None,
            "the network has not, either"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_is_bounded() {
        let linked: Linked<&str> = Linked::default();
        for n in 0..REMEMBERED + 10 {
            tokio::time::advance(Duration::from_millis(1)).await;
            let id = async { Ok(Ok(n.to_string())) };
            linked
                .bring(key(&n.to_string()), id)
                .await
                .unwrap()
                .unwrap();
            linked.remember(key(&n.to_string()), "1");
        }

        assert!(lock(&linked.links).len() <= REMEMBERED);
        assert!(lock(&linked.files).len() <= REMEMBERED);
        let last = (REMEMBERED + 9).to_string();
        assert!(linked.file(key(&last)).is_some(), "the newest stay");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Key::of(&[b"ab", b"c"]), Key::of(&[b"a", b"bc"]));
        assert_ne!(Key::of(&[b"ab"]), Key::of(&[b"ab", b""]));
        assert_eq!(Key::of(&[b"ab", b"c"]), Key::of(&[b"ab", b"c"]));
    }
}
