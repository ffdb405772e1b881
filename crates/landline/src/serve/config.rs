//! `landline.toml` and the environment, read and checked: what a deployment is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use landline_core::OnUnknown;
use onprem::message::Rules;
use onprem::settings::UrlPolicy;
use relay::pull::Pin;
use reqwest::Url;
use store::LineName;
use toml::Table;

use super::given::{Env, Given, Origin};
use super::setting::{DEPLOYMENT, LINE, NETWORK, Setting};
use crate::cli::PlainListen;
use crate::exit::Stop;
use crate::gateway::check_api_key;
use crate::gateway::sockets::Listen;
use crate::listen::check_plain;
use crate::relay_host::args::DialArgs;
use crate::relay_host::dial::Elsewhere;

/// What every variable begins with.
const VARIABLES: &str = "LANDLINE_";

/// A deployment.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Config {
    /// The data directory.
    pub(super) data: PathBuf,
    /// Where the gateway listens.
    pub(super) listen: Listen,
    /// Names in the API's own certificate.
    pub(super) server_names: Vec<String>,
    /// The API key for monitors.
    pub(super) api_key: Option<Arc<str>>,
    /// The relay on a host of its own, which the core dials.
    pub(super) elsewhere: Option<Elsewhere>,
    /// Where the network reaches the relay, without a slash at its end.
    pub(super) relay_url: Option<String>,
    /// What messages are read by.
    pub(super) rules: Rules,
    /// Mint message ids without the customer's number.
    pub(super) opaque_ids: bool,
    /// What a webhook URL may be.
    pub(super) webhook_policy: UrlPolicy,
    /// How long a message that may have left waits for a status that names it.
    pub(super) reconcile_wait: Duration,
    /// What happens to it then.
    pub(super) on_unknown: OnUnknown,
    /// Accepted messages of a line that wait.
    pub(super) outbox_limit: u64,
    /// Notifications of a line that wait.
    pub(super) callbacks_limit: u64,
    /// The lines.
    pub(super) lines: BTreeMap<LineName, LineSetup>,
}

/// A line. Holds secrets: it has no debug form.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LineSetup {
    /// The Graph API, without a version and without a slash at its end.
    pub(super) base_url: String,
    /// `v24.0`, or nothing.
    pub(super) version: String,
    /// A whole exchange, media apart.
    pub(super) timeout: Duration,
    /// The system user's, or a provider's key.
    pub(super) access_token: String,
    /// The header of a provider's key.
    pub(super) key_header: Option<String>,
    /// Messages a second, in and out together, when the network's own word does not count.
    pub(super) throughput: Option<u32>,
    /// `WABA_ID`.
    pub(super) account_id: String,
    /// `PHONE_ID`, or the number that it is looked up by.
    pub(super) number: NumberSetup,
    /// The Meta app.
    pub(super) app_id: String,
    /// Signs webhooks.
    pub(super) app_secret: String,
    /// The same, while the app's secret is being changed.
    pub(super) other_app_secret: Option<String>,
    /// What verification must bring.
    pub(super) verify_token: String,
    /// Take the number's webhooks even when they point elsewhere.
    pub(super) take_over: bool,
    /// The admin's password as long as none was set.
    pub(super) first_password: Option<String>,
}

/// How a line's number is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NumberSetup {
    /// By its id.
    Id(String),
    /// By itself, digits only: the id has to be looked up.
    Digits(String),
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub(super) fn load(path: Option<&Path>, env: Env<'_>) -> Result<Self, Stop> {
        let (table, dir) = match path {
            Some(path) => (read(path)?, path.parent().unwrap_or(Path::new(""))),
            None => (Table::new(), Path::new("")),
        };
        Self::of(&table, dir, env)
    }

    fn of(table: &Table, dir: &Path, env: Env<'_>) -> Result<Self, Stop> {
        let file = File { table, dir, env };
        let given = file.section("", &[DEPLOYMENT], Some(table), None, &["network", "lines"])?;
        let elsewhere = elsewhere(&given, dir)?;
        let listen = listen(&given, elsewhere.is_none())?;
        let api_key = given.text("api_key").map(Arc::from);
        if let Some(key) = &api_key {
            check_api_key("api_key", key)?;
        }
        Ok(Self {
            data: dir.join(given.required("data")?),
            listen,
            server_names: given.list("server_names"),
            api_key,
            relay_url: relay_url(&given)?.or_else(|| elsewhere.as_ref().map(Elsewhere::base_url)),
            elsewhere,
            rules: Rules {
                strict: given.flag("strict"),
            },
            opaque_ids: given.flag("opaque_ids"),
            webhook_policy: if given.flag("private_webhooks") {
                UrlPolicy::Private
            } else {
                UrlPolicy::HttpsOnly
            },
            reconcile_wait: Duration::from_secs(given.count("reconcile_wait_s")),
            on_unknown: on_unknown(&given)?,
            outbox_limit: given.count("outbox_limit"),
            callbacks_limit: given.count("callbacks_limit"),
            lines: file.lines()?,
        })
    }
}

impl Config {
    /// Whether anything but the lines differs: that needs a restart.
    pub(super) fn top_differs(&self, other: &Self) -> bool {
        let same_lines = Self {
            lines: other.lines.clone(),
            ..self.clone()
        };
        same_lines != *other
    }
}

/// What all sections are read from.
struct File<'a> {
    table: &'a Table,
    dir: &'a Path,
    env: Env<'a>,
}

impl<'a> File<'a> {
    fn section(
        &self,
        name: &str,
        tables: &[&'static [Setting]],
        table: Option<&'a Table>,
        fallback: Option<&Given>,
        others: &[&str],
    ) -> Result<Given, Stop> {
        let dot = if name.is_empty() { "" } else { "." };
        let variables = variables(&format!("{name}{dot}"));
        let origin = Origin {
            prefix: format!("{name}{dot}"),
            variables,
            table,
            dir: self.dir,
            env: self.env,
        };
        Given::read(tables, &origin, fallback, others)
    }

    /// A part of the file that is a section, if it is there.
    fn table(within: &'a Table, name: &str, whole: &str) -> Result<Option<&'a Table>, Stop> {
        let Some(value) = within.get(name) else {
            return Ok(None);
        };
        let table = value.as_table();
        table
            .map(Some)
            .ok_or_else(|| Stop::usage(format!("{whole} is no section: write [{whole}]")))
    }

    /// Every line of the file, and `main` in any case: the environment alone may describe it.
    fn lines(&self) -> Result<BTreeMap<LineName, LineSetup>, Stop> {
        let network = Self::table(self.table, "network", "network")?;
        let network = self.section("network", &[NETWORK], network, None, &[])?;
        let sections = Self::table(self.table, "lines", "lines")?;
        let named = sections.into_iter().flat_map(Table::keys);
        let names: BTreeSet<&str> = named.map(String::as_str).chain(["main"]).collect();
        let mut lines = BTreeMap::new();
        for name in names {
            let whole = format!("lines.{name}");
            let line = LineName::new(name).ok_or_else(|| {
                Stop::usage(format!("{whole}: a line's name is 1 to 32 of a-z 0-9 _ -"))
            })?;
            let table = match sections {
                Some(sections) => Self::table(sections, name, &whole)?,
                None => None,
            };
            let given = self.section(&whole, &[NETWORK, LINE], table, Some(&network), &[])?;
            lines.insert(line, LineSetup::of(&given)?);
        }
        check_variables(&lines)?;
        check_apps(&lines)?;
        Ok(lines)
    }
}

impl LineSetup {
    /// Whether a line that is open can become that without being opened anew: only its way to the network differs, or
    /// secrets that it holds no state of.
    pub(super) fn becomes_without_a_pause(&self, other: &Self) -> bool {
        let with_its_way = Self {
            version: other.version.clone(),
            timeout: other.timeout,
            access_token: other.access_token.clone(),
            key_header: other.key_header.clone(),
            app_secret: other.app_secret.clone(),
            other_app_secret: other.other_app_secret.clone(),
            first_password: other.first_password.clone(),
            ..self.clone()
        };
        with_its_way == *other
    }

    fn of(given: &Given) -> Result<Self, Stop> {
        let number = match (given.text("phone_number_id"), given.text("number")) {
            (Some(id), _) => NumberSetup::Id(id.trim().to_owned()),
            (None, Some(number)) => {
                NumberSetup::Digits(number.chars().filter(char::is_ascii_digit).collect())
            }
            (None, None) => {
                return Err(given.missing("phone_number_id", "neither it nor number is set"));
            }
        };
        let first_password = given.text("first_password").map(str::to_owned);
        if let Some(password) = &first_password {
            onprem::user::check_password("first_password", password)
                .map_err(|refusal| given.wrong("first_password", refusal.details))?;
        }
        let timeout_s = given.count("timeout_s");
        if timeout_s == 0 {
            return Err(given.wrong("timeout_s", "0 leaves the network no time to answer"));
        }
        Ok(Self {
            base_url: base_url(given)?,
            version: version(given)?,
            timeout: Duration::from_secs(timeout_s),
            access_token: given.required("access_token")?.to_owned(),
            key_header: given.text("key_header").map(str::to_owned),
            throughput: throughput(given)?,
            account_id: given.required("waba_id")?.to_owned(),
            number,
            app_secret: given.required("app_secret")?.to_owned(),
            other_app_secret: given.text("other_app_secret").map(str::to_owned),
            app_id: given.required("app_id")?.to_owned(),
            verify_token: given.required("verify_token")?.to_owned(),
            take_over: given.flag("take_over"),
            first_password,
        })
    }
}

fn read(path: &Path) -> Result<Table, Stop> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Stop::failed(format!("{} cannot be read", path.display()), error)
            .hint("`landline serve --sample` prints a commented one")
    })?;
    text.parse().map_err(|error: toml::de::Error| {
        // Its message would show the line, and so perhaps a secret.
        let line = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or_default();
            before.matches('\n').count() + 1
        });
        let place = match line {
            Some(line) => format!("{}, line {line}", path.display()),
            None => path.display().to_string(),
        };
        Stop::usage(format!("{place}: {}", error.message()))
    })
}

/// The relay that has a host of its own, if one is named.
fn elsewhere(given: &Given, dir: &Path) -> Result<Option<Elsewhere>, Stop> {
    if given.text("relay").is_none() {
        return Ok(None);
    }
    let pins = given.list("relay_pins");
    let pins = pins.iter().map(|pin| pin.parse::<Pin>());
    let args = DialArgs {
        relay: Some(given.parsed("relay")?),
        relay_token_file: Some(dir.join(given.required("relay_token_file")?)),
        relay_pin: pins
            .collect::<Result<_, _>>()
            .map_err(|error| given.wrong("relay_pins", error))?,
        relay_url: None,
        relay_keep_secrets: given.flag("relay_keep_secrets"),
        relay_other_secret_file: None,
    };
    Elsewhere::from_args(args)
}

fn listen(given: &Given, is_relay_here: bool) -> Result<Listen, Stop> {
    let api_plain = match given.parsed::<PlainListen>("http_listen")? {
        PlainListen::Off => None,
        PlainListen::At(address) => Some(address),
    };
    let relay: SocketAddr = given.parsed("relay_listen")?;
    let allow_plain = given.flag("allow_plain");
    if let Some(address) = api_plain {
        check_plain("http_listen", address, allow_plain)?;
    }
    if is_relay_here {
        check_plain("relay_listen", relay, allow_plain)?;
    }
    Ok(Listen {
        api: given.parsed("listen")?,
        api_plain,
        relay: is_relay_here.then_some(relay),
    })
}

/// From 1 to 1,000 a second (`cloud-api.md` 1.4).
fn throughput(given: &Given) -> Result<Option<u32>, Stop> {
    const MOST: u32 = 1_000;
    if !given.is_set("throughput") {
        return Ok(None);
    }
    u32::try_from(given.count("throughput"))
        .ok()
        .filter(|count| (1..=MOST).contains(count))
        .map(Some)
        .ok_or_else(|| given.wrong("throughput", format!("1 to {MOST} are allowed")))
}

/// The network's side takes https only; our own simulator also plain loopback.
fn relay_url(given: &Given) -> Result<Option<String>, Stop> {
    let Some(text) = given.text("relay_url") else {
        return Ok(None);
    };
    let wrong = |why: &str| given.wrong("relay_url", format!("{text}: {why}"));
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
        return Err(wrong("not an https address"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("a path stands there: the relay adds its own"));
    }
    Ok(Some(text.trim_end_matches('/').to_owned()))
}

fn base_url(given: &Given) -> Result<String, Stop> {
    let text = given.required("base_url")?;
    let wrong = |why: &str| given.wrong("base_url", format!("{text}: {why}"));
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(wrong("tokens do not travel without TLS: https is needed")),
        _ => return Err(wrong("not an https address")),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Whether a URL leads to this machine.
fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || bare
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

/// `v24.0`, or nothing.
fn version(given: &Given) -> Result<String, Stop> {
    let text = given.raw("version").trim();
    let is_version = text.strip_prefix('v').is_some_and(|rest| {
        rest.split_once('.').is_some_and(|(major, minor)| {
            [major, minor]
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        })
    });
    if is_version || text.is_empty() {
        return Ok(text.to_owned());
    }
    Err(given.wrong("version", format!("{text:?} is not like v24.0")))
}

fn on_unknown(given: &Given) -> Result<OnUnknown, Stop> {
    match given.raw("on_unknown") {
        "resend" => Ok(OnUnknown::Resend),
        "fail" => Ok(OnUnknown::Fail),
        other => Err(given.wrong(
            "on_unknown",
            format!("{other:?} is neither resend nor fail"),
        )),
    }
}

/// What the variables of a section begin with, given its name with a dot.
fn variables(section: &str) -> String {
    let name = section.to_uppercase().replace(['.', '-'], "_");
    format!("{VARIABLES}{name}")
}

/// A variable belongs to one line: `a-b` and `a_b` would share them all, `main` and `main-other` two of them.
fn check_variables(lines: &BTreeMap<LineName, LineSetup>) -> Result<(), Stop> {
    let mut owners: BTreeMap<String, &LineName> = BTreeMap::new();
    for name in lines.keys() {
        let prefix = variables(&format!("lines.{name}."));
        let settings = NETWORK.iter().chain(LINE);
        for variable in settings.flat_map(|setting| setting.variables(&prefix)) {
            let Some(other) = owners.insert(variable.clone(), name) else {
                continue;
            };
            return Err(Stop::usage(format!(
                "lines.{other} and lines.{name} would share the variable {variable}"
            ))
            .hint("give one of them another name"));
        }
    }
    Ok(())
}

/// The relay knows an app by one secret, whoever's line it serves; and a number belongs to one line.
fn check_apps(lines: &BTreeMap<LineName, LineSetup>) -> Result<(), Stop> {
    let mut apps: BTreeMap<&str, (&LineName, &LineSetup)> = BTreeMap::new();
    let mut numbers: BTreeMap<&str, &LineName> = BTreeMap::new();
    for (name, line) in lines {
        let (first, setup) = apps.entry(&line.app_id).or_insert((name, line));
        if (&setup.app_secret, &setup.verify_token) != (&line.app_secret, &line.verify_token) {
            return Err(Stop::usage(format!(
                "lines.{first} and lines.{name} have the same app_id, but not the same app_secret and verify_token"
            )));
        }
        let (NumberSetup::Id(number) | NumberSetup::Digits(number)) = &line.number;
        if let Some(other) = numbers.insert(number, name) {
            return Err(Stop::usage(format!(
                "lines.{other} and lines.{name} have the same number"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
