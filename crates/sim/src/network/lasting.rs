//! What lasts: everything that `network.json` holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::network::account::State;
use crate::network::customer::Customer;
use crate::network::flow::Flow;
use crate::network::ledger::Ledger;
use crate::network::limit::Limits;
use crate::network::number::Number;
use crate::network::template::Retired;
use crate::network::template::Template;

/// The layout of the file; a later one is refused.
pub(crate) const FORMAT: u32 = 1;

/// The network's memory across restarts. Messages are not in it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Lasting {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// Counts starts: ids of one start never meet those of another.
    pub(crate) epoch: u64,
    /// Scrambles message ids.
    pub(crate) id_key: u64,
    /// The network's clock less the wall clock.
    pub(crate) clock_offset_ms: i64,
    pub(crate) app: App,
    pub(crate) account: Account,
    /// The first is the one that Landline uses, the second must stay untouched.
    pub(crate) numbers: Vec<Number>,
    /// By `wa_id`.
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) templates: Vec<Template>,
    /// Which limits the network minds.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// Flows that were made at the Graph API.
    #[serde(default)]
    pub(crate) flows: Vec<Flow>,
    /// Names of deleted templates that nobody may use yet.
    #[serde(default)]
    pub(crate) retired: Vec<Retired>,
    /// What was sent and delivered, and what it cost.
    #[serde(default)]
    pub(crate) ledger: Ledger,
}

/// The one app that knows this network.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Signs webhooks.
    pub(crate) secret: String,
    /// The system user's token.
    pub(crate) access_token: String,
    /// What Landline's relay is told to expect at verification.
    pub(crate) verify_token: String,
    /// The app's own callback.
    pub(crate) callback: Option<Callback>,
    /// The webhook fields that it asked for; all of them until it names some.
    #[serde(default)]
    pub(crate) fields: Option<Vec<String>>,
}

/// The business account.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Of its templates.
    pub(crate) namespace: String,
    /// The app gets this account's webhooks.
    pub(crate) subscribed: bool,
    /// The account's override.
    pub(crate) callback: Option<Callback>,
    /// What reviews have found, and how long they take.
    #[serde(default)]
    pub(crate) state: State,
}

/// Where webhooks go.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) verify_token: String,
}
