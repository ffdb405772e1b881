//! The product under load: its own router over a real socket, with login token, validation and ready check. Sending is
//! paused, so that only accepting is measured.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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
    records: Records,
    secret: [u8; 32],
    tls: web::tls::Tls,
    traffic: Arc<web::Traffic>,
    lines: web::Lines,
    address: SocketAddr,
    _serving: Serving,
}

/// Starts it with a database in `dir`.
pub(super) async fn start(dir: &Path) -> anyhow::Result<Product> {
    let store = store::sqlite::open(&dir.join("product.db"))?;
    let seal = Seal::from_file(&dir.join("secret.key"))?;
    let secret = seal.derive("message ids");
    let records = Records::new(store.clone(), Arc::new(seal));
    let tls = web::tls::load(&records, &[]).await?;
    let traffic: Arc<web::Traffic> = Arc::default();
    let lines = web::Lines::default();
    let socket = Socket::bind((Ipv4Addr::LOCALHOST, 0).into(), "--listen")
        .map_err(|stop| anyhow::anyhow!("{stop}"))?;
    let address = socket.address();
    let front = web::front(lines.clone(), store.clone(), &traffic, false);
    let serving = Serving::plain(socket, front);
    let (line, token) = open(config(dir, LineName::main()), &records, secret).await?;
    let product = Product {
        target: Target::new(address, "/v1/messages", token),
        line: line.clone(),
        store,
        records,
        secret,
        tls,
        traffic,
        lines,
        address,
        _serving: serving,
    };
    product.serve(line);
    Ok(product)
}

/// Opens a line that takes messages although no core runs; and a token for it.
async fn open(
    config: LineConfig,
    records: &Records,
    secret: [u8; 32],
) -> anyhow::Result<(Arc<Line>, String)> {
    let line = Line::open(config, records.clone(), secret).await?;
    line.set_admin_password(PASSWORD).await?;
    let login = line
        .login("admin", PASSWORD, None, IpAddr::V4(Ipv4Addr::LOCALHOST))
        .await?;
    line.assume_ready();
    Ok((line, login.token))
}

impl Product {
    fn serve(&self, line: Arc<Line>) {
        self.lines.serve(web::Api {
            line,
            tls: self.tls.clone(),
            api_key: None,
            traffic: self.traffic.clone(),
            core_switch: None,
            on_admin_password: None,
        });
    }

    /// One more line in the same process, and where messages for it go: `path` is that of its messages.
    pub(super) async fn neighbour(
        &self,
        dir: &Path,
        name: &str,
        path: &'static str,
    ) -> anyhow::Result<Target> {
        let name = LineName::new(name).context("not a line's name")?;
        let (line, token) = open(config(dir, name), &self.records, self.secret).await?;
        self.serve(line);
        Ok(Target::new(self.address, path, token))
    }

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
fn config(dir: &Path, name: LineName) -> LineConfig {
    LineConfig {
        media_dir: dir.join("media").join(name.as_str()),
        name,
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
        outbox_limit: u64::MAX,
        callbacks_limit: u64::MAX,
        reading: None,
        mailbox: None,
    }
}
