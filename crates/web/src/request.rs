//! The id of the request that is being worked on, for log lines of whoever works on it.
//!
//! It goes with the task and costs a few words in its memory; a span would cost every request what only a line that is written
//! needs.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;

use crate::lines::AtWork;

/// A name for a request: one part for the process, one that counts. Unique, not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

/// What goes with the tasks of a request.
#[derive(Clone)]
struct Carried {
    id: RequestId,
    /// Its line waits for all of them before it closes.
    _at_work: Option<AtWork>,
}

tokio::task_local! {
    static REQUEST: Carried;
}

impl RequestId {
    /// A new one.
    pub(crate) fn new() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("process"));
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:016x}-{count:08x}", *PROCESS);
        // Digits and a hyphen are fit for a header.
        Self(HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-")))
    }

    /// That of the request that this task works on.
    pub fn current() -> Option<Self> {
        REQUEST.try_with(|carried| carried.id.clone()).ok()
    }

    /// As a header's value.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// Work on the request; on a line it counts as such until it is done.
    pub(crate) fn around<F: Future>(
        self,
        at_work: Option<AtWork>,
        work: F,
    ) -> impl Future<Output = F::Output> {
        let carried = Carried {
            id: self,
            _at_work: at_work,
        };
        REQUEST.scope(carried, work)
    }

    /// The same for work that goes on in a task of its own.
    pub(crate) fn inherited<F: Future>(work: F) -> impl Future<Output = F::Output> {
        let carried = REQUEST.try_with(Clone::clone).ok();
        async move {
            match carried {
                Some(carried) => REQUEST.scope(carried, work).await,
                None => work.await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_works_on_a_request_knows_its_id_also_in_another_task() {
        let id = RequestId::new();
        assert_eq!(RequestId::current(), None);

        let found = id.clone().around(None, async {
            let here = RequestId::current();
            let there = tokio::spawn(RequestId::inherited(async { RequestId::current() }));
            (here, there.await.unwrap())
        });

        assert_eq!(found.await, (Some(id.clone()), Some(id)));
        let nobody = tokio::spawn(RequestId::inherited(async { RequestId::current() }));
        assert_eq!(nobody.await.unwrap(), None);
    }

    #[test]
    fn ids_differ() {
        let (one, two) = (RequestId::new(), RequestId::new());

        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 25);
    }
}
