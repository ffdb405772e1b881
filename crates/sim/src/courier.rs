//! The courier carries webhooks: at most one POST at a time to each callback URL, until somebody takes it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::network::Post;
use crate::shared::Shared;

/// A POST that is not answered within this has failed.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Real time between two failed tries of one URL.
const BREATH: Duration = Duration::from_millis(50);
/// Longest sleep: the wall clock may be set.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// Changes that last are on disk after about this.
const SAVE_AFTER: Duration = Duration::from_secs(1);

/// Runs until cancelled.
pub(crate) async fn run(shared: &Arc<Shared>, shutdown: &CancellationToken) {
    let mut courier = Courier {
        shared: Arc::clone(shared),
        posts: JoinSet::new(),
        under_way: HashMap::new(),
        resting: HashMap::new(),
    };
    loop {
        courier.send_out();
        let wake = courier.wake_at();
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = shared.courier.notified() => {}
            Some(done) = courier.posts.join_next_with_id() => {
                let (id, taken) = match done {
                    Ok((id, taken)) => (id, taken),
                    Err(error) => (error.id(), false),
                };
                courier.came_back(id, taken);
            }
            () = sleep_until(wake) => {}
        }
    }
    courier.posts.shutdown().await;
}

struct Courier {
    shared: Arc<Shared>,
    posts: JoinSet<bool>,
    /// Ticket and URL of each POST.
    under_way: HashMap<Id, (u64, String)>,
    /// URLs that failed a moment ago.
    resting: HashMap<String, Instant>,
}

impl Courier {
    /// Starts a POST to each URL that has something due and is free.
    fn send_out(&mut self) {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        let posts: Vec<Post> = self.shared.with(|network, _| {
            network
                .due_urls()
                .into_iter()
                .filter(|url| self.is_free(url))
                .filter_map(|url| network.depart(&url))
                .collect()
        });
        for post in posts {
            let (ticket, url) = (post.ticket, post.url.clone());
            let handle = self.posts.spawn(deliver(Arc::clone(&self.shared), post));
            self.under_way.insert(handle.id(), (ticket, url));
        }
    }

    fn is_free(&self, url: &str) -> bool {
        !self.resting.contains_key(url) && !self.under_way.values().any(|(_, busy)| busy == url)
    }

    fn came_back(&mut self, id: Id, taken: bool) {
        let Some((ticket, url)) = self.under_way.remove(&id) else {
            return;
        };
        if !taken {
            self.resting.insert(url, Instant::now() + BREATH);
        }
        self.shared
            .with(|network, now| network.arrived(ticket, taken, now));
    }

    /// When to look again if nothing is reported before.
    fn wake_at(&self) -> Instant {
        let now = Instant::now();
        let due = self
            .shared
            .with(|network, now| network.next_due().map(|due| due.saturating_sub(now)))
            .map_or(LONGEST_SLEEP, |left| {
                Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LONGEST_SLEEP)
            });
        self.resting
            .values()
            .copied()
            .chain([now + due])
            .min()
            .unwrap_or(now + due)
    }
}

/// One POST; true when it was taken. It is given up when the link goes down.
async fn deliver(shared: Arc<Shared>, post: Post) -> bool {
    let signature = shared.with(|network, _| network.signature(post.body.as_bytes()));
    let request = shared
        .client
        .post(&post.url)
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .header("X-Hub-Signature-256", signature)
        .body(post.body);
    let answer = async {
        let mut response = request.send().await.ok()?;
        let taken = response.status() == reqwest::StatusCode::OK;
        // read to its end, so that the connection can be used again
        while response.chunk().await.ok()?.is_some() {}
        Some(taken)
    };
    tokio::select! {
        answer = answer => answer == Some(true),
        () = shared.link_down() => false,
    }
}

/// Writes what lasts a moment after it changed, until cancelled.
pub(crate) async fn keep(shared: &Shared, shutdown: &CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = shared.unsaved.notified() => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(SAVE_AFTER) => shared.save_all().await,
        }
    }
}
