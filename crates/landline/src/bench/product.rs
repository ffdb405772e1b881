//! The product under load: its own router over a real socket, with login token, validation and ready check. Sending is
//! paused, so that only accepting is measured.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use landline_core::line::FirstLogin;
use landline_core::{Line, LineConfig, OnUnknown};
use onprem::message::Rules;
use onprem::settings::UrlPolicy;
use store::record::Records;
use store::seal::Seal;
use store::{LineName, Queue, SharedStore};

use super::load::Target;
use crate::listen::{Serving, Socket};

const PASSWORD: &str = "Bench.Password.1";

/// The running product.
pub(super) struct Product {
    pub(super) target: Target,
    pub(super) line: Arc<Line>,
    pub(super) store: SharedStore,
    _serving: Serving,
}

/// Starts it with a database in `dir`.
pub(super) async fn start(dir: &Path) -> anyhow::Result<Product> {
    let store = store::sqlite::open(&dir.join("product.db"))?;
    let seal = Seal::from_file(&dir.join("secret.key"))?;
    let secret = seal.derive("message ids");
    let records = Records::new(store.clone(), Arc::new(seal));
    let tls = web::tls::load(&records, &[]).await?;
    let line = Line::open(config(dir), records, secret).await?;
    line.set_admin_password(PASSWORD).await?;
    let login = line
        .login("admin", PASSWORD, None, IpAddr::V4(Ipv4Addr::LOCALHOST))
        .await?;
    line.assume_ready();

    let traffic: Arc<web::Traffic> = Arc::default();
    let lines = web::Lines::default();
    lines.serve(web::Api {
        line: line.clone(),
        tls,
        api_key: None,
        traffic: traffic.clone(),
        core_switch: None,
        on_admin_password: None,
    });
    let socket = Socket::bind((Ipv4Addr::LOCALHOST, 0).into(), "--listen")
        .map_err(|stop| anyhow::anyhow!("{stop}"))?;
    let address = socket.address();
    let serving = Serving::plain(socket, web::front(lines, store.clone(), &traffic, false));
    Ok(Product {
        target: Target::new(address, "/v1/messages", login.token),
        line,
        store,
        _serving: serving,
    })
}

impl Product {
    /// Messages in the outbox: sending is paused, so all of them.
    pub(super) async fn stored_rows(&self) -> anyhow::Result<u64> {
        self.store
            .depth(Queue::Outbox, &LineName::main())
            .await
            .context("the rows cannot be counted")
    }

    pub(super) async fn stop(self) {
        self.store.close().await;
    }
}

/// A line whose network is never asked.
fn config(dir: &Path) -> LineConfig {
    LineConfig {
        name: LineName::main(),
        upstream: graph::ClientConfig {
            base_url: "http://127.0.0.1:9".to_owned(),
            version: "v24.0".to_owned(),
            access_token: "unused".to_owned(),
            key_header: None,
            app_secret: None,
            account_id: "1".to_owned(),
            phone_number_id: "1".to_owned(),
            timeout: Duration::from_secs(1),
        },
        app_id: "1".to_owned(),
        verify_token: String::new(),
        relay_url: None,
        take_over: false,
        rules: Rules::TOLERANT,
        blank_number: false,
        webhook_policy: UrlPolicy::PlainLoopback,
        link_policy: UrlPolicy::PlainLoopback,
        first_login_from: FirstLogin::Loopback,
        throughput: None,
        reconcile_wait: Duration::from_secs(30),
        on_unknown: OnUnknown::Resend,
        quiet_time: Duration::from_millis(300),
        startup_limit: Duration::from_mins(6),
        data_dir: dir.to_owned(),
        media_dir: dir.join("media"),
        outbox_limit: u64::MAX,
        callbacks_limit: u64::MAX,
        reading: None,
        mailbox: None,
    }
}
