//! The lines of a deployment: opened at the start; added, removed and changed when the configuration is read again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use landline_core::line::FirstLogin;
use landline_core::{Line, LineConfig, Mailbox};
use onprem::settings::UrlPolicy;
use store::LineName;
use tokio::sync::watch;

use super::config::{Config, LineSetup, NumberSetup};
use crate::data::DataDir;
use crate::exit::{Stop, causes};
use crate::gateway::Gateway;

/// The offline step of a start-up ends after this time without an old event.
const QUIET_TIME: Duration = Duration::from_millis(300);
/// The offline step of a start-up never lasts longer (six minutes, as the original's).
const STARTUP_LIMIT: Duration = Duration::from_mins(6);

/// The lines that are open, and what they were opened with.
pub(super) struct Fleet<'a> {
    gateway: &'a Gateway,
    data: &'a DataDir,
    /// What the relay's stream tells, when the relay has a host of its own.
    mailbox: Option<watch::Receiver<Mailbox>>,
    open: BTreeMap<LineName, Open>,
    /// The id of each line's number, once it is known.
    numbers: BTreeMap<LineName, String>,
    apps: Vec<relay::App>,
    new_main: Option<Arc<Line>>,
}

struct Open {
    setup: LineSetup,
    phone_number_id: String,
    line: Arc<Line>,
}

impl Open {
    /// Gives the line what it can be given while it runs.
    async fn renew(&self, setup: &LineSetup) -> Result<(), Stop> {
        let wanted = upstream(setup, &self.phone_number_id);
        if wanted != upstream(&self.setup, &self.phone_number_id) {
            (self.line.set_upstream(wanted)).map_err(|failure| {
                Stop::failed(
                    "the new way to the network cannot be used",
                    causes(&failure),
                )
            })?;
        }
        match &setup.first_password {
            Some(password) if setup.first_password != self.setup.first_password => {
                give_first_password(&self.line, password).await
            }
            _ => Ok(()),
        }
    }
}

/// What went wrong while the lines were made what the configuration says.
#[derive(Default)]
struct Troubles {
    first: Option<Stop>,
}

impl Troubles {
    fn note(&mut self, name: &LineName, stop: Stop) {
        tracing::error!(line = %name, reason = stop.plain(), "the line is not what the configuration says");
        self.first.get_or_insert(stop);
    }
}

impl<'a> Fleet<'a> {
    /// No lines yet.
    pub(super) fn new(
        gateway: &'a Gateway,
        data: &'a DataDir,
        mailbox: Option<watch::Receiver<Mailbox>>,
    ) -> Self {
        Self {
            gateway,
            data,
            mailbox,
            open: BTreeMap::new(),
            numbers: BTreeMap::new(),
            apps: Vec::new(),
            new_main: None,
        }
    }

    /// Opens a line and offers its calls; its core does not run yet.
    async fn open(
        &mut self,
        name: &LineName,
        setup: &LineSetup,
        config: &Config,
        phone_number_id: String,
    ) -> Result<(), Stop> {
        let line = self
            .gateway
            .open_line(self.line_config(name, setup, config, &phone_number_id))
            .await?;
        if let Some(password) = &setup.first_password {
            give_first_password(&line, password).await?;
        }
        self.gateway.offer(&line, false, None, None);
        if *name == LineName::main() {
            self.new_main = Some(line.clone());
        }
        let open = Open {
            setup: setup.clone(),
            phone_number_id,
            line,
        };
        self.open.insert(name.clone(), open);
        Ok(())
    }

    /// Makes the lines what a configuration says: closes those that are gone, opens new ones, and opens anew those whose
    /// setup is another one. A line that cannot be opened is told of in the log and stays as it is, open or not, until the
    /// next time; the first trouble is what comes back. Cores do not run yet.
    pub(super) async fn reform(&mut self, config: &Config) -> Result<(), Stop> {
        let mut troubles = Troubles::default();
        self.renew(config, &mut troubles).await;
        let ready = self.numbers_of_changed(config, &mut troubles).await;
        self.tell_relay(config).await;
        let gone: Vec<LineName> = (self.open.keys())
            .filter(|name| ready.contains_key(*name) || !config.lines.contains_key(*name))
            .cloned()
            .collect();
        self.close(&gone).await;
        for (name, phone_number_id) in ready {
            let Some(setup) = config.lines.get(&name) else {
                continue;
            };
            match self.open(&name, setup, config, phone_number_id).await {
                Ok(()) => tracing::info!(line = %name, "the line is open"),
                Err(stop) => troubles.note(&name, stop),
            }
        }
        self.gateway.expect(config.lines.keys().cloned());
        troubles.first.map_or(Ok(()), Err)
    }

    /// Closes lines, side by side: each waits for what it has in work.
    async fn close(&mut self, gone: &[LineName]) {
        join_all(gone.iter().map(|name| self.gateway.withdraw(name))).await;
        for name in gone {
            self.open.remove(name);
            tracing::info!(line = %name, "the line is closed");
        }
    }

    /// The lines that have to be opened, each with the id of its number: looked up side by side.
    async fn numbers_of_changed(
        &mut self,
        config: &Config,
        troubles: &mut Troubles,
    ) -> BTreeMap<LineName, String> {
        // What can be taken without a pause was given to the line, or cannot be used: it stays as it is then.
        let changed = (config.lines.iter()).filter(|(name, setup)| {
            let open = self.open.get(name);
            open.is_none_or(|open| !open.setup.becomes_without_a_pause(setup))
        });
        let look_up =
            changed.map(|(name, setup)| async move { (name, phone_number_id(name, setup).await) });
        let mut ready = BTreeMap::new();
        for (name, found) in join_all(look_up).await {
            match found.and_then(|id| self.note_number(name, id)) {
                Ok(phone_number_id) => drop(ready.insert(name.clone(), phone_number_id)),
                Err(stop) => troubles.note(name, stop),
            }
        }
        ready
    }

    /// The id of a line's number is known. No two lines have the same.
    fn note_number(&mut self, name: &LineName, id: String) -> Result<String, Stop> {
        let other = self
            .numbers
            .iter()
            .find(|(other, known)| *other != name && **known == id);
        if let Some((other, _)) = other {
            return Err(Stop::usage(format!(
                "lines.{other} and lines.{name} have the same number"
            )));
        }
        self.numbers.insert(name.clone(), id.clone());
        Ok(id)
    }

    /// What the relay takes in: for every line whose number is known, open or not. What comes for a line that is closed
    /// waits in its inbox.
    async fn tell_relay(&mut self, config: &Config) {
        self.numbers
            .retain(|name, _| config.lines.contains_key(name));
        self.apps = apps_of(&config.lines);
        let owners = self.numbers.iter().filter_map(|(name, id)| {
            let owner = relay::Owner {
                line: name.clone(),
                account_id: config.lines.get(name)?.account_id.clone(),
            };
            Some((id.clone(), owner))
        });
        let owners = owners.collect();
        self.gateway.hear_of(self.apps.clone(), owners).await;
    }

    /// A line that only has another way to the network, or other secrets, takes them without a pause.
    async fn renew(&mut self, config: &Config, troubles: &mut Troubles) {
        for (name, open) in &mut self.open {
            let Some(setup) = config.lines.get(name) else {
                continue;
            };
            if *setup == open.setup || !open.setup.becomes_without_a_pause(setup) {
                continue;
            }
            match open.renew(setup).await {
                Ok(()) => open.setup = setup.clone(),
                Err(stop) => troubles.note(name, stop),
            }
        }
    }

    /// The line that is served at `/v1`, if it was opened since this was last asked.
    pub(super) fn new_main(&mut self) -> Option<Arc<Line>> {
        self.new_main.take()
    }

    /// The names of the lines.
    pub(super) fn names(&self) -> impl Iterator<Item = &LineName> {
        self.open.keys()
    }

    /// The apps of the lines.
    pub(super) fn apps(&self) -> Vec<relay::App> {
        self.apps.clone()
    }

    fn line_config(
        &self,
        name: &LineName,
        setup: &LineSetup,
        config: &Config,
        phone_number_id: &str,
    ) -> LineConfig {
        let relay_url = config.relay_url.as_ref();
        LineConfig {
            name: name.clone(),
            upstream: upstream(setup, phone_number_id),
            app_id: setup.app_id.clone(),
            verify_token: setup.verify_token.clone(),
            relay_url: relay_url.map(|url| format!("{url}/graph/{}", setup.app_id)),
            take_over: setup.take_over,
            rules: config.rules,
            blank_number: config.opaque_ids,
            webhook_policy: config.webhook_policy,
            link_policy: UrlPolicy::HttpsOnly,
            first_login_from: FirstLogin::Loopback,
            throughput: setup.throughput,
            reconcile_wait: config.reconcile_wait,
            on_unknown: config.on_unknown,
            quiet_time: QUIET_TIME,
            startup_limit: STARTUP_LIMIT,
            data_dir: self.data.path().to_owned(),
            media_dir: self.data.media_of(name),
            outbox_limit: config.outbox_limit,
            callbacks_limit: config.callbacks_limit,
            reading: Some(self.gateway.reading()),
            mailbox: self.mailbox.clone(),
        }
    }
}

/// Each app once, with the secrets of all its lines.
fn apps_of(lines: &BTreeMap<LineName, LineSetup>) -> Vec<relay::App> {
    let mut apps: BTreeMap<&str, relay::App> = BTreeMap::new();
    for setup in lines.values() {
        let app = apps.entry(&setup.app_id).or_insert_with(|| relay::App {
            app_id: setup.app_id.clone(),
            app_secrets: Vec::new(),
            verify_token: setup.verify_token.clone(),
        });
        for secret in [Some(&setup.app_secret), setup.other_app_secret.as_ref()]
            .into_iter()
            .flatten()
        {
            if !app.app_secrets.contains(secret) {
                app.app_secrets.push(secret.clone());
            }
        }
    }
    apps.into_values().collect()
}

fn upstream(setup: &LineSetup, phone_number_id: &str) -> graph::ClientConfig {
    graph::ClientConfig {
        base_url: setup.base_url.clone(),
        version: setup.version.clone(),
        access_token: setup.access_token.clone(),
        key_header: setup.key_header.clone(),
        app_secret: Some(setup.app_secret.clone()),
        account_id: setup.account_id.clone(),
        phone_number_id: phone_number_id.to_owned(),
        timeout: setup.timeout,
    }
}

/// The number's id, looked up in the account if only the number is known.
async fn phone_number_id(name: &LineName, setup: &LineSetup) -> Result<String, Stop> {
    let digits = match &setup.number {
        NumberSetup::Id(id) => return Ok(id.clone()),
        NumberSetup::Digits(digits) => digits,
    };
    let failed = |why: String| {
        Stop::failed(
            format!("lines.{name}.number: +{digits} cannot be looked up"),
            why,
        )
        .hint("set phone_number_id: then the network is not needed for a start")
    };
    let client = graph::Client::new(upstream(setup, "")).map_err(|error| failed(causes(&error)))?;
    let found = client
        .find_number(digits)
        .await
        .map_err(|error| failed(causes(&error)))?;
    let Some(number) = found else {
        return Err(failed(format!(
            "the account {} does not have it",
            setup.account_id
        )));
    };
    tracing::info!(line = %name, number = digits, phone_number_id = number.id, "the number was looked up");
    Ok(number.id)
}

async fn give_first_password(line: &Line, password: &str) -> Result<(), Stop> {
    let failed = |refusal| Stop::failed("the admin's first password cannot be set", refusal);
    if line.has_first_password().await.map_err(failed)? {
        line.set_admin_password(password).await.map_err(failed)?;
        tracing::info!(line = %line.config.name, "the admin has the first password of the configuration");
    }
    Ok(())
}
