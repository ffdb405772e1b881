//! One running `dev` for all tests that leave it as they found it: each brings its own customers and users, and changes
//! no settings.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use super::{Api, Dev, Phones, Sink};

/// It ends with its last guest, and the next one starts another.
static HOUSE: Mutex<Weak<House>> = Mutex::const_new(Weak::new());

struct House {
    /// Of its own: the tests' runtimes end sooner.
    runtime: Option<Runtime>,
    dev: Dev,
    sink: Sink,
    token: String,
}

impl House {
    async fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let started = runtime.spawn(async {
            let sink = Sink::start().await;
            let dev = Dev::with(&sink).await;
            let api = dev.api().await;
            api.connected().await;
            (dev, sink, api.token().to_owned())
        });
        let (dev, sink, token) = started.await.unwrap();
        Self {
            runtime: Some(runtime),
            dev,
            sink,
            token,
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A test's stay.
pub(crate) struct Guest {
    house: Arc<House>,
    /// With the admin's token.
    pub(crate) api: Api,
    pub(crate) phones: Phones,
    pub(crate) sink: Sink,
}

impl Guest {
    /// Connected, with a webhook that takes everything, all three statuses switched on.
    pub(crate) async fn arrive() -> Self {
        let mut place = HOUSE.lock().await;
        let house = if let Some(house) = place.upgrade() {
            house
        } else {
            let house = Arc::new(House::start().await);
            *place = Arc::downgrade(&house);
            house
        };
        drop(place);
        let api = house.dev.anonymous().with_token(&house.token);
        let (phones, sink) = (house.dev.phones(), house.sink.clone());
        Self {
            house,
            api,
            phones,
            sink,
        }
    }

    pub(crate) fn dev(&self) -> &Dev {
        &self.house.dev
    }

    /// A new customer who has never written.
    pub(crate) async fn stranger(&self) -> String {
        let wa_id = new_customer();
        self.phones.add(&wa_id, "Ada Quist").await;
        wa_id
    }

    /// A new customer whose window is open.
    pub(crate) async fn customer(&self) -> String {
        let wa_id = self.stranger().await;
        self.phones.write(&wa_id, "Hello", 1).await;
        wa_id
    }

    /// The API with the token of a new ordinary user.
    pub(crate) async fn ordinary_user(&self) -> Api {
        let username = format!("user.{}", new_customer());
        let user = json!({"username": username, "password": Dev::PASSWORD});
        let answer = self.api.post("/v1/users", &user).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self.api.login(&username, Dev::PASSWORD).await
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.house.dev.print_log();
        }
    }
}

/// A number that no other test of this run has: +1 NXX 555 01xx, the range of fiction.
pub(crate) fn new_customer() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("1{}55501{:02}", 303 + next / 100, next % 100)
}
